//! The client: sends a request, repeats it where that is safe, and gives back pages.

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use ureq::Proxy;
use ureq::http::{self, HeaderMap, HeaderValue, Uri, header};
use zeroize::Zeroizing;

use super::call::{Attempt, Call, Doubt};
use super::config::Secret;
use super::decode::{self, Layout, Page};
use super::host::{self, Hosts};
use super::journal::{Journal, Recording};
use super::oauth::{Token, Tokens};
use super::pace::{Gate, Permit, Told};
use super::paging::Pages;
use super::pool::Pool;
use super::read_ahead::{PageStream, Readers};
use super::request::{Request, encode_pairs};
use super::retry::{self, Failure};
use super::tls::Trust;
use super::watch::{self, Halt};
use super::{ClientConfig, Credentials, Error, bodies, error};
use crate::cancel::{CancelToken, Stop};
use crate::logging::BODIES;
use crate::model::Method;

/// The largest answer that is read, in bytes after decompression. The largest pages known are below 5 MB.
const BODY_LIMIT: u64 = 64 << 20;
/// Twilio's code for an account that is suspended or closed.
const NOT_ACTIVE: i32 = 20005;

/// The longest URL that is sent, in bytes: it has to fit into ureq's buffer with the header fields.
pub(super) const URL_LIMIT: usize = 12 << 10;

/// What a write gave.
#[derive(Debug)]
pub struct Written {
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// The row of the answer, where a layout was given and the answer holds one.
    pub row: Option<Page>,
    /// Twilio's id of the request (`RQ…`).
    pub request_id: Option<String>,
}

/// A connection's way to Twilio. Clones share the settings, the pace and the journal.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    account_sid: String,
    authorization: Authorization,
    hosts: Hosts,
    timeout: Duration,
    max_retries: u32,
    retry_budget: Duration,
    gate: Gate,
    readers: Readers,
    journal: Journal,
    log_bodies: bool,
    pool: Arc<Pool>,
}

/// What proves who the client is.
enum Authorization {
    /// The same header for all requests.
    Header(Secret),
    Tokens {
        tokens: Tokens,
        client_id: String,
        secret: Secret,
    },
}

/// An answer whose status is a success.
pub(super) struct Answer {
    status: u16,
    request_id: Option<String>,
    /// `Err` where the status came and the body did not.
    pub(super) body: Result<Vec<u8>, Error>,
    pub(super) content_type: String,
    /// Where the file is that was asked for, if it is elsewhere.
    pub(super) location: Option<String>,
    /// Its number in the journal.
    entry: u64,
    /// Whether an attempt before it may have been processed as well.
    repeated: bool,
}

impl Client {
    /// Checks the settings. Sends nothing.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`].
    pub fn new(config: ClientConfig) -> Result<Client, Error> {
        config.check()?;
        let regional = host::regional(config.region.as_deref(), config.edge.as_deref())?;
        let hosts = Hosts::new(config.base_url.as_deref().or(regional.as_deref()))?;
        let proxy = match &config.proxy {
            Some(settings) => Some(settings.build()?),
            // What runs on this machine is not behind the proxy that leads out of it.
            None if hosts.is_loopback() => None,
            None => Proxy::try_from_env(),
        };
        let trust = Trust::new(&config.server_certificate)?;
        Ok(Client(Arc::new(Inner {
            authorization: match (config.authorization(), config.credentials) {
                (None, Credentials::OAuth { client_id, secret }) => {
                    Authorization::Tokens { tokens: Tokens::default(), client_id, secret }
                }
                (header, _) => Authorization::Header(header.unwrap_or_default()),
            },
            pool: Pool::of(proxy, trust),
            account_sid: config.account_sid,
            timeout: config.timeout,
            max_retries: config.max_retries,
            retry_budget: config.retry_budget,
            gate: Gate::new(config.max_concurrency),
            readers: Readers::default(),
            journal: Journal::default(),
            log_bodies: config.log_bodies,
            hosts,
        })))
    }

    /// Where requests go, with `{product}` for the product's label; without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.0.hosts.template()
    }

    /// The account that 2010 paths name.
    pub fn account_sid(&self) -> &str {
        &self.0.account_sid
    }

    /// The host of the 2010 API: `api.twilio.com`, or that of the base URL.
    pub fn host_name(&self) -> &str {
        self.0.hosts.name()
    }

    /// How many requests of this client and its clones run at once at the most.
    pub fn max_concurrency(&self) -> usize {
        self.0.gate.most()
    }

    /// The last requests that were sent by this client and its clones.
    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// Sends one cheap request to see whether the host answers and the credentials are taken.
    ///
    /// It asks for one conference: a list that costs nothing, and that a standard API key may read, unlike
    /// `/Accounts`. HTTP 403 with an error of Twilio's is a success: the credentials were recognised, and may
    /// not read conferences, as it is with a restricted key. Only an account that is not active (20005) is refused.
    ///
    /// # Errors
    /// [`Error::Api`] with status 401 when the credentials are refused, [`Error::Connect`] when the host cannot be
    /// reached, and any other error of a read.
    pub fn check(&self, cancel: &CancelToken) -> Result<(), Error> {
        let path = format!("/2010-04-01/Accounts/{}/Conferences.json?PageSize=1", self.0.account_sid);
        let url = self.0.hosts.base("api") + &path;
        let call = Call::get(&url);
        match self.send(&call, cancel) {
            Ok(answer) => {
                // Something else than Twilio may answer 200 to everything.
                let what = call.what();
                let body = answer.body?;
                let layout = Layout::new(Some("conferences"), []);
                let list = decode::read_list(&body, &layout)
                    .map_err(|reason| Error::InvalidAnswer { what, reason })?;
                self.0.journal.read(answer.entry, list.page.rows());
                Ok(())
            }
            Err(Error::Api { status: 403, code: Some(code), .. }) if code != NOT_ACTIVE => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The pages of a list. Sends nothing until the first page is asked for. `page_size` is the PageSize to ask
    /// for, in rows; Twilio's default is 50.
    pub fn list(&self, request: Request, layout: Arc<Layout>, page_size: Option<u32>) -> PageStream {
        PageStream::new(self.clone(), Pages::new(self.clone(), request, layout, page_size))
    }

    /// Takes a thread that reads for a list that is no longer wanted, and will notice: [`Client::finish`] waits for it.
    pub fn keep_until_finished<T: Send + 'static>(&self, thread: JoinHandle<T>) {
        self.0.readers.keep(thread);
    }

    /// Waits until no thread reads ahead any more. Lists that are still read go on.
    pub fn finish(&self) {
        self.0.readers.join();
    }

    /// Reads one object as a page of one row; `None` when Twilio says that it does not exist (HTTP 404 with an
    /// error of Twilio's form: a 404 of another form means that this is not the place to ask).
    ///
    /// # Errors
    /// Every error of a read.
    pub fn fetch(
        &self,
        request: &Request,
        layout: &Layout,
        cancel: &CancelToken,
    ) -> Result<Option<Page>, Error> {
        let url = self.url(request);
        let call = Call::of(request, &url, Some(layout), false);
        let answer = match self.send(&call, cancel) {
            Err(error) if error.is_not_found() => return Ok(None),
            answer => answer?,
        };
        let content_type = answer.content_type;
        let page = decode::read_object(&answer.body?, layout)
            .map_err(|reason| call.invalid_answer(reason, &content_type))?;
        self.0.journal.read(answer.entry, page.rows());
        Ok(Some(page))
    }

    /// Sends a write. `creates` says that every execution makes something new, or reaches somebody: such a request
    /// is sent once, on a connection of its own. Any other write may be sent again when it got lost; a repeated
    /// DELETE that finds nothing has succeeded.
    ///
    /// Any status from 200 to 299 is a success, whatever the body: `row` is `None` where none can be read from it. Only what
    /// is announced as something else than JSON is not Twilio's answer.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] when a request that creates was sent and not answered, or not by Twilio. [`Error::Api`] where Twilio
    /// refused; [`Error::is_not_found`] tells that there was nothing to write to.
    pub fn write(
        &self,
        request: &Request,
        layout: Option<&Layout>,
        creates: bool,
        cancel: &CancelToken,
    ) -> Result<Written, Error> {
        let url = self.url(request);
        let call = Call::of(request, &url, layout, creates);
        let answer = self.send(&call, cancel)?;
        let is_foreign = |body: &[u8]| {
            let kind = answer.content_type.to_ascii_lowercase();
            !kind.is_empty()
                && !kind.contains("json")
                && !body.trim_ascii_start().starts_with(b"{")
                && !body.is_empty()
        };
        if answer.body.as_ref().is_ok_and(|body| is_foreign(body)) {
            let reason = format!("HTTP {}, and no JSON", answer.status);
            let cause = call.invalid_answer(reason, &answer.content_type);
            return Err(call.outcome_unknown(Box::new(cause), answer.repeated));
        }
        let row = match (layout, answer.body) {
            (Some(layout), Ok(body)) if !body.is_empty() => decode::read_object(&body, layout)
                .inspect_err(|reason| log::warn!("{}: no row was answered: {reason}", call.what()))
                .ok(),
            _ => None,
        };
        Ok(Written { status: answer.status, row, request_id: answer.request_id })
    }

    /// The URL of a request, with its query.
    pub(super) fn url(&self, request: &Request) -> String {
        let base = self.0.hosts.base(&request.product);
        format!("{base}{}", request.path_and_query())
    }

    pub(super) fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }

    /// Sends a request, and repeats it as [`retry`] says.
    pub(super) fn send(&self, call: &Call<'_>, cancel: &CancelToken) -> Result<Answer, Error> {
        let mut repeats = 0;
        let mut doubt = Doubt::default();
        let started = Instant::now();
        let mut is_renewed = false;
        loop {
            cancel.check().map_err(|stop| call.stopped(stop, doubt))?;
            let authorization = match call.is_own.then(|| self.authorization(cancel)).transpose() {
                Ok(authorization) => authorization,
                Err(error) => return Err(call.verdict(Attempt::new(Failure::NotSent, error), doubt)),
            };
            let permit = self.0.gate.enter(cancel).map_err(|stop| call.stopped(stop, doubt))?;
            // The query of an address elsewhere is a signature.
            let shown = if call.is_own { call.url } else { call.url.split('?').next().unwrap_or_default() };
            let recording = self.0.journal.begin(call.method, shown, repeats);
            let attempt = match self.attempt(call, authorization.as_ref(), cancel, &recording, &permit) {
                Ok(mut answer) => {
                    answer.entry = recording.end(answer.body.as_ref().err());
                    answer.repeated = doubt.maybe_done;
                    return Ok(answer);
                }
                Err(attempt) => attempt,
            };
            let number = recording.number();
            if !matches!(attempt.failure, Failure::Status(1..)) {
                let waited = recording.elapsed().as_millis();
                log::debug!("#{number} {}: no answer after {waited} ms: {}", call.what(), attempt.error);
            }
            recording.end(Some(&attempt.error));
            drop(permit);
            doubt.repeated |= doubt.maybe_done && attempt.failure.is_sent();
            // Twilio has not processed what it does not authorise. A token may have been revoked, or have expired by
            // Twilio's clock.
            if attempt.failure == Failure::Status(401)
                && !is_renewed
                && self.forget_token(authorization.as_ref())
            {
                log::debug!("#{number} again with a new access token: {}", attempt.error);
                is_renewed = true;
                repeats += 1;
                continue;
            }
            if doubt.maybe_done && call.method == Method::Delete && attempt.error.is_not_found() {
                return Ok(Answer::gone());
            }
            let pause = retry::pause(repeats, attempt.retry_after);
            let again = repeats < self.0.max_retries && retry::may_repeat(attempt.failure, call.creates);
            let is_in_budget = started.elapsed().saturating_add(pause) <= self.0.retry_budget;
            if !again || !is_in_budget {
                if retry::may_repeat(attempt.failure, call.creates) {
                    let spent = if again { "RetryBudget" } else { "MaxRetries" };
                    log::debug!("#{number} not again, {spent} is used up: {}", attempt.error);
                }
                return Err(call.verdict(if again { attempt.out_of_budget() } else { attempt }, doubt));
            }
            log::debug!(
                "#{number} again in {} ms (repeat {} of {}): {}",
                pause.as_millis(),
                repeats + 1,
                self.0.max_retries,
                attempt.error
            );
            doubt.maybe_done |= matches!(attempt.failure, Failure::Lost | Failure::Status(500..));
            repeats += 1;
            sleep(pause, cancel).map_err(|stop| call.stopped(stop, doubt))?;
        }
    }

    /// The value of the Authorization header.
    ///
    /// # Errors
    /// What asking for a token fails with.
    fn authorization(&self, cancel: &CancelToken) -> Result<Secret, Error> {
        let (tokens, client_id, secret) = match &self.0.authorization {
            Authorization::Header(header) => return Ok(header.clone()),
            Authorization::Tokens { tokens, client_id, secret } => (tokens, client_id, secret),
        };
        tokens.header(cancel, || {
            let url = self.0.hosts.base("oauth") + "/v2/token";
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", client_id.as_str()),
                ("client_secret", secret.expose()),
            ];
            let form = Zeroizing::new(form.map(|(name, value)| (name.to_owned(), value.to_owned())));
            let call = Call { method: Method::Post, form: &*form, is_own: false, ..Call::get(&url) };
            let body = self.send(&call, cancel).and_then(|answer| answer.body).map(Zeroizing::new);
            let token =
                body.and_then(|body| Token::read(&body).map_err(|reason| call.invalid_answer(reason, "")));
            token.map_err(|error| match error {
                // Whatever the status, it is the credentials that Twilio does not take.
                Error::Api { status: 400 | 401 | 403, code, message, more_info, request_id, what } => {
                    Error::Api { status: 401, code, message, more_info, request_id, what }
                }
                other => other,
            })
        })
    }

    /// Forgets a token that was refused; `false` where there are no tokens.
    fn forget_token(&self, header: Option<&Secret>) -> bool {
        match (&self.0.authorization, header) {
            (Authorization::Tokens { tokens, .. }, Some(header)) => {
                tokens.refuse(header);
                true
            }
            _ => false,
        }
    }

    /// Sends a request once, and reads the answer whole.
    fn attempt(
        &self,
        call: &Call<'_>,
        authorization: Option<&Secret>,
        cancel: &CancelToken,
        recording: &Recording<'_>,
        permit: &Permit<'_>,
    ) -> Result<Answer, Attempt> {
        let inner = &*self.0;
        if call.url.len() > URL_LIMIT {
            let text = format!(
                "{} was not sent: its URL has {} bytes, and {URL_LIMIT} are the most. Shorten the values that are \
                 compared with.",
                call.what(),
                call.url.len()
            );
            return Err(Attempt::new(Failure::Status(0), Error::InvalidRequest(text)));
        }
        let uri: Uri = call.url.parse().map_err(|_| {
            let text = format!("The path of {} is no part of a URL.", call.what());
            Attempt::new(Failure::Status(0), Error::InvalidRequest(text))
        })?;
        let authority = uri.authority().map_or("", |a| a.as_str()).to_owned();
        let started = Instant::now();
        let watch = watch::begin(cancel, inner.timeout, &authority);
        let failed = |error: ureq::Error| call.failed(&watch, &authority, &error);
        let agent = if call.creates { &inner.pool.fresh } else { &inner.pool.kept };
        let number = recording.number();
        if log::log_enabled!(target: BODIES, log::Level::Trace) {
            log::trace!(target: BODIES, "#{number} sends {}", bodies::request(call, inner.log_bodies));
        }
        let mut response = self.run(agent, call, authorization, uri).map_err(failed)?;

        let status = response.status().as_u16();
        let request_id = text_header(response.headers(), "twilio-request-id")
            .or_else(|| text_header(response.headers(), "t-request-id"));
        recording.answered(status, request_id.as_deref());
        let running = text_header(response.headers(), "twilio-concurrent-requests");
        permit.answered(Told { status, running: running.and_then(|text| text.trim().parse().ok()) });
        let retry_after = text_header(response.headers(), "retry-after")
            .and_then(|value| retry::parse_retry_after(&value, SystemTime::now()));
        let content_type = text_header(response.headers(), "content-type").unwrap_or_default();
        let response_location = response.headers().get(header::LOCATION);
        let response_location = response_location.and_then(|v| v.to_str().ok()).map(str::to_owned);
        let body = response.body_mut().with_config().limit(BODY_LIMIT).read_to_vec();
        log::debug!(
            "#{number} {}: HTTP {status} in {} ms, request id {}",
            call.what(),
            started.elapsed().as_millis(),
            request_id.as_deref().unwrap_or("unknown")
        );
        if log::log_enabled!(target: BODIES, log::Level::Trace)
            && let Ok(body) = &body
        {
            let text = bodies::answer(call, status, &content_type, body, inner.log_bodies);
            log::trace!(target: BODIES, "#{number} receives {text}");
        }
        let location = response_location.filter(|_| call.is_file && (300..400).contains(&status));
        if (200..300).contains(&status) || location.is_some() {
            let body = match body {
                Ok(body) => Ok(body),
                Err(ureq::Error::BodyExceedsLimit(limit)) => {
                    Err(Error::TooLarge { what: call.what(), limit })
                }
                // The write has been processed: its success outweighs a body that was lost on the way.
                Err(error) if call.writes() => Err(*failed(error).error),
                Err(error) => return Err(failed(error)),
            };
            return Ok(Answer {
                status,
                request_id,
                body,
                content_type,
                location,
                entry: 0,
                repeated: false,
            });
        }
        // What an error says is worth having, and not worth failing for; save that a stop is a stop.
        if let Some(Halt::Stopped(stop)) = watch.halt() {
            return Err(Attempt::new(Failure::Status(status), stop.into()));
        }
        let error = error::from_answer(status, &body.unwrap_or_default(), request_id, call.what());
        Err(Attempt { retry_after, ..Attempt::new(Failure::Status(status), error) })
    }

    fn run(
        &self,
        agent: &ureq::Agent,
        call: &Call<'_>,
        authorization: Option<&Secret>,
        uri: Uri,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let mut builder = http::Request::builder().uri(uri);
        if let Some(authorization) = authorization {
            let mut value =
                HeaderValue::from_str(authorization.expose()).map_err(|e| ureq::Error::Other(Box::new(e)))?;
            value.set_sensitive(true);
            builder = builder.header(header::AUTHORIZATION, value);
        }
        for (name, value) in call.headers {
            builder = builder.header(name, value);
        }
        if call.is_file {
            builder = builder.header(header::ACCEPT, "*/*");
        }
        let method = match call.method {
            Method::Get => return agent.run(builder.method(http::Method::GET).body(())?),
            Method::Delete => return agent.run(builder.method(http::Method::DELETE).body(())?),
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
        };
        let (wiped, plain);
        let (kind, body) = match call.json {
            Some(json) => ("application/json", json),
            None => {
                let form = encode_pairs(call.form);
                let form = if call.holds_secret() {
                    wiped = Zeroizing::new(form);
                    &*wiped
                } else {
                    plain = form;
                    &plain
                };
                ("application/x-www-form-urlencoded", form.as_str())
            }
        };
        agent.run(builder.method(method).header(header::CONTENT_TYPE, kind).body(body)?)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("account_sid", &self.0.account_sid)
            .field("hosts", &self.0.hosts)
            .finish()
    }
}

fn text_header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(|text| text.chars().take(200).collect())
}

/// Sleeps in slices, between which the token is asked.
fn sleep(pause: Duration, cancel: &CancelToken) -> Result<(), Stop> {
    let start = Instant::now();
    while let Some(left) = pause.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        cancel.check()?;
        std::thread::sleep(left.min(watch::SLICE));
    }
    Ok(())
}

impl Answer {
    /// The answer to a DELETE that a lost attempt had already carried out.
    fn gone() -> Self {
        Answer {
            status: 204,
            request_id: None,
            body: Ok(Vec::new()),
            content_type: String::new(),
            location: None,
            entry: 0,
            repeated: true,
        }
    }

    /// Its number in the journal.
    pub(super) fn entry(&self) -> u64 {
        self.entry
    }

    /// The media type, for an error's text.
    pub(super) fn content_type(&self) -> &str {
        &self.content_type
    }
}
