//! The client: what a connection asks Twilio for, as pages and rows.
//!
//! [`send`] sends a request and repeats it where that is safe, [`attempt`] sends it once.

mod attempt;
mod send;

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use ureq::Proxy;

pub(super) use self::attempt::URL_LIMIT;
use super::call::Call;
use super::config::Secret;
use super::decode::{self, Layout, Page};
use super::host::{self, Hosts};
use super::journal::Journal;
use super::leftovers::Leftovers;
use super::oauth::Tokens;
use super::pace::Gate;
use super::paging::Pages;
use super::pool::Pool;
use super::read_ahead::PageStream;
use super::request::Request;
use super::tls::Trust;
use super::{ClientConfig, Credentials, Error};
use crate::cancel::CancelToken;

/// Twilio's code for an account that is suspended or closed.
const NOT_ACTIVE: i32 = 20005;

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
    leftovers: Leftovers,
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
            leftovers: Leftovers::default(),
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
        self.0.leftovers.keep(thread);
    }

    /// Waits until no thread reads ahead any more. Lists that are still read go on.
    pub fn finish(&self) {
        self.0.leftovers.join();
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
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("account_sid", &self.0.account_sid)
            .field("hosts", &self.0.hosts)
            .finish()
    }
}
