//! What can go wrong between a request and its rows.

use crate::cancel::Stop;

/// An error of this layer. No variant holds a secret, a query string or a body.
///
/// `what` is the request as a person would name it: `GET /2010-04-01/Accounts/AC…/Conferences.json`.
#[derive(Debug)]
pub enum Error {
    /// A setting is not what it has to be. Nothing was sent.
    InvalidConfig(String),
    /// The request cannot be built: a value of its path is missing. Nothing was sent.
    InvalidRequest(String),
    /// The host could not be reached: name, TCP or TLS. No byte of the request was sent.
    Connect { host: String, reason: String },
    /// Twilio, or something on the way, answered with a status that is no success.
    Api {
        status: u16,
        /// Twilio's error code.
        code: Option<i32>,
        message: String,
        more_info: Option<String>,
        request_id: Option<String>,
        what: String,
    },
    /// The answer came whole, but it is not the JSON that it has to be.
    InvalidAnswer { what: String, reason: String },
    /// A page links to a page that was read before: the scan would never end.
    RepeatedLink { what: String },
    /// A page links to a host that is not Twilio's product: following it would give the credentials away.
    ForeignLink { what: String, host: String },
    /// The answer is larger than the driver accepts.
    TooLarge { what: String, limit: u64 },
    /// The statement was cancelled, or its query timeout passed.
    Stopped(Stop),
    /// The request took longer than [`super::ClientConfig::timeout`].
    Timeout { what: String },
    /// The connection failed after the request, or a part of it, was sent.
    Lost { what: String, reason: String },
    /// A request that creates something was sent, and what became of it is not known. It was not repeated.
    OutcomeUnknown {
        what: String,
        /// The fields that identify what may have been created (`To=…, From=…`).
        fields: String,
        cause: Box<Error>,
    },
}

impl Error {
    /// Whether Twilio said that the resource does not exist: HTTP 404 with an error of Twilio's form.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Error::Api { status: 404, code: Some(_), .. })
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        Error::Stopped(stop)
    }
}

impl From<Error> for crate::error::Error {
    fn from(_error: Error) -> Self {
        unreachable!()
    }
}
