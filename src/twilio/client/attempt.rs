//! A request, sent once, and its answer, read whole.

use std::time::{Instant, SystemTime};

use ureq::http::{self, HeaderMap, HeaderValue, Uri, header};
use zeroize::Zeroizing;

use super::super::call::{Attempt, Call};
use super::super::config::Secret;
use super::super::journal::Recording;
use super::super::pace::{Permit, Told};
use super::super::request::encode_pairs;
use super::super::retry::{self, Failure};
use super::super::watch::{self, Halt};
use super::super::{Error, bodies, error};
use super::Client;
use crate::cancel::CancelToken;
use crate::logging::BODIES;
use crate::model::Method;

/// The largest answer that is read, in bytes after decompression. The largest pages known are below 5 MB.
const BODY_LIMIT: u64 = 64 << 20;

/// The longest URL that is sent, in bytes: it has to fit into ureq's buffer with the header fields.
pub(in crate::twilio) const URL_LIMIT: usize = 12 << 10;

/// An answer whose status is a success.
pub(in crate::twilio) struct Answer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    /// `Err` where the status came and the body did not.
    pub(in crate::twilio) body: Result<Vec<u8>, Error>,
    pub(in crate::twilio) content_type: String,
    /// Where the file is that was asked for, if it is elsewhere.
    pub(in crate::twilio) location: Option<String>,
    /// Its number in the journal.
    pub(super) entry: u64,
    /// Whether an attempt before it may have been processed as well.
    pub(super) repeated: bool,
}

impl Client {
    /// Sends a request once, and reads the answer whole.
    pub(super) fn attempt(
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

fn text_header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(|text| text.chars().take(200).collect())
}

impl Answer {
    /// The answer to a DELETE that a lost attempt had already carried out.
    pub(super) fn gone() -> Self {
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
    pub(in crate::twilio) fn entry(&self) -> u64 {
        self.entry
    }

    /// The media type, for an error's text.
    pub(in crate::twilio) fn content_type(&self) -> &str {
        &self.content_type
    }
}
