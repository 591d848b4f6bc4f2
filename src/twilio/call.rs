//! A request as it is sent, and the error of one that failed: by how far it came, and by what may have become of it.

use std::time::Duration;

use super::Error;
use super::decode::Layout;
use super::request::Request;
use super::retry::Failure;
use super::transport;
use super::watch::{self, Halt, Stage};
use crate::cancel::Stop;
use crate::model::Method;

/// A request, ready to be sent.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) url: &'a str,
    pub(super) headers: &'a [(String, String)],
    pub(super) form: &'a [(String, String)],
    /// The body, where it is no form.
    pub(super) json: Option<&'a str>,
    /// Whether it makes something new each time.
    pub(super) creates: bool,
    /// Whether a file is asked for, which may be elsewhere.
    pub(super) is_file: bool,
    /// Whether it goes to where the credentials belong.
    pub(super) is_own: bool,
    /// Names of fields of the body that are secrets.
    pub(super) secrets: &'a [String],
    /// What is read from the answer.
    pub(super) layout: Option<&'a Layout>,
}

/// What the attempts before have left open.
#[derive(Clone, Copy, Default)]
pub(super) struct Doubt {
    /// Whether one that failed may nevertheless have been processed.
    pub(super) maybe_done: bool,
    /// Whether the request was sent again after that.
    pub(super) repeated: bool,
}

/// An attempt that gave no success.
pub(super) struct Attempt {
    pub(super) failure: Failure,
    pub(super) error: Box<Error>,
    pub(super) retry_after: Option<Duration>,
}

impl Attempt {
    pub(super) fn new(failure: Failure, error: Error) -> Self {
        Attempt { failure, error: Box::new(error), retry_after: None }
    }

    /// The attempt, with what it would have taken to repeat it.
    pub(super) fn out_of_budget(mut self) -> Self {
        if let (Error::Api { message, .. }, Some(asked)) = (&mut *self.error, self.retry_after) {
            let text = format!(" Twilio asks to wait {} s, longer than RetryBudget allows.", asked.as_secs());
            message.push_str(&text);
        }
        self
    }
}

impl<'a> Call<'a> {
    pub(super) fn get(url: &'a str) -> Self {
        Call {
            method: Method::Get,
            url,
            headers: &[],
            form: &[],
            json: None,
            creates: false,
            is_file: false,
            is_own: true,
            secrets: &[],
            layout: None,
        }
    }

    pub(super) fn of(request: &'a Request, url: &'a str, layout: Option<&'a Layout>, creates: bool) -> Self {
        Call {
            method: request.method,
            headers: &request.headers,
            form: &request.form,
            json: request.json.as_deref(),
            creates,
            secrets: &request.secrets,
            layout,
            ..Call::get(url)
        }
    }

    /// Whether it changes something of the account's. What asks for a token changes nothing.
    pub(super) fn writes(&self) -> bool {
        self.method != Method::Get && self.is_own
    }

    /// Whether a field of the body is a secret, as it is of the request for a token.
    pub(super) fn holds_secret(&self) -> bool {
        !self.secrets.is_empty() || !self.is_own && self.method == Method::Post
    }

    /// The request as a person would name it: method and path, without the query.
    pub(super) fn what(&self) -> String {
        let method = self.method.name();
        let path = self.url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|i| &rest[i..]));
        let path = path.unwrap_or("/").split('?').next().unwrap_or_default();
        format!("{method} {path}")
    }

    pub(super) fn invalid_answer(&self, mut reason: String, content_type: &str) -> Error {
        if !content_type.is_empty() && !content_type.contains("json") {
            reason = format!("{reason} (its content type is {content_type})");
        }
        Error::InvalidAnswer { what: self.what(), reason }
    }

    /// What ureq's error means, by how far the request came.
    pub(super) fn failed(&self, watch: &watch::Guard, authority: &str, error: &ureq::Error) -> Attempt {
        let reason = || match error {
            ureq::Error::Io(error) => error.to_string(),
            error => error.to_string(),
        };
        let sent = watch.stage() == Stage::Sending;
        let connect = |reason: String| Error::Connect { host: authority.to_owned(), reason };
        let (failure, error) = match (watch.halt(), error) {
            (Some(Halt::Stopped(stop)), _) if sent => (Failure::TimedOut, stop.into()),
            (Some(Halt::Stopped(stop)), _) => (Failure::Unreachable, stop.into()),
            (Some(Halt::TimedOut), _) if sent => (Failure::TimedOut, Error::Timeout { what: self.what() }),
            (Some(Halt::TimedOut), _) if watch.stage() == Stage::Resolving => {
                (Failure::Unreachable, connect("its name was not looked up in time".into()))
            }
            (Some(Halt::TimedOut), _) => (Failure::Unreachable, connect("it did not answer in time".into())),
            (None, ureq::Error::LargeResponseHeader(..) | ureq::Error::Protocol(_)) if sent => {
                (Failure::Garbled, Error::InvalidAnswer { what: self.what(), reason: reason() })
            }
            (None, _) if sent => (Failure::Lost, Error::Lost { what: self.what(), reason: reason() }),
            // Neither a certificate nor a kind of proxy is another one the next time.
            (None, ureq::Error::Io(cause)) if transport::is_final(cause) => {
                (Failure::Unreachable, connect(reason()))
            }
            (None, ureq::Error::Io(_)) if watch.stage() == Stage::Resolving => {
                (Failure::Unreachable, connect(format!("its name cannot be looked up ({})", reason())))
            }
            (None, _) => (Failure::NotSent, connect(reason())),
        };
        Attempt::new(failure, error)
    }

    /// The error of a request whose last attempt was this one. Where an earlier one may have been processed, a refusal of the
    /// last one may be what that one led to.
    pub(super) fn verdict(&self, attempt: Attempt, doubt: Doubt) -> Error {
        let unknown = self.writes()
            && match attempt.failure {
                // Twilio has answered HTTP 5xx: it failed, perhaps after it had done what it was asked for.
                Failure::Lost | Failure::TimedOut | Failure::Garbled | Failure::Status(500..) => true,
                _ => doubt.maybe_done,
            };
        if unknown { self.outcome_unknown(attempt.error, doubt.repeated) } else { *attempt.error }
    }

    /// The error of a request that is not sent again because the statement is stopped.
    pub(super) fn stopped(&self, stop: Stop, doubt: Doubt) -> Error {
        match doubt.maybe_done && self.writes() {
            true => self.outcome_unknown(Box::new(stop.into()), doubt.repeated),
            false => stop.into(),
        }
    }

    pub(super) fn outcome_unknown(&self, cause: Box<Error>, repeated: bool) -> Error {
        Error::OutcomeUnknown { what: self.what(), repeated, fields: self.identifying_fields(), cause }
    }

    /// The fields by which a person can find what a request may have created. Never a secret.
    pub(super) fn identifying_fields(&self) -> String {
        const TELLING: [&str; 12] = [
            "To",
            "From",
            "MessagingServiceSid",
            "ConferenceSid",
            "Label",
            "FriendlyName",
            "UniqueName",
            "Identity",
            "Username",
            "PhoneNumber",
            "AreaCode",
            "Author",
        ];
        let is_telling = |name: &str| TELLING.iter().any(|t| name.replace('_', "").eq_ignore_ascii_case(t));
        let object: serde_json::Map<String, serde_json::Value> =
            self.json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let form = self.form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let json = object.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let fields = form.chain(json).filter(|(name, _)| is_telling(name)).map(|(name, value)| {
            let value: String = value.chars().filter(|c| !c.is_control()).take(64).collect();
            format!("{name}={value}")
        });
        fields.collect::<Vec<_>>().join(", ")
    }
}
