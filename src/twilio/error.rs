//! What can go wrong between a request and its rows.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::cancel::Stop;
use crate::error::{SqlState, state};

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
    /// That many pages in a row held no row, and yet led to another one: the scan might never end.
    EmptyPages { what: String, pages: usize },
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
    /// No access token could be had: the request itself was not sent.
    NoToken(Arc<Error>),
    /// A write was sent, and what became of it is not known: the answer was lost, or the statement was stopped before
    /// it came.
    OutcomeUnknown {
        what: String,
        /// Whether it was sent more than once, as what creates nothing may be.
        repeated: bool,
        /// The fields that identify what may have been created (`To=…, From=…`).
        fields: String,
        cause: Box<Error>,
    },
}

impl Error {
    /// Whether Twilio answered that it will not do this, now or later: HTTP 4xx without those about load.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Error::Api { status: 400..=499, .. })
            && !matches!(self, Error::Api { status: 429, .. })
    }

    /// Whether a part of the request may have left.
    pub fn was_sent(&self) -> bool {
        use Error::{Connect, InvalidConfig, InvalidRequest, NoToken, Stopped};
        !matches!(self, InvalidConfig(_) | InvalidRequest(_) | Connect { .. } | NoToken(_) | Stopped(_))
    }

    /// Whether a write may have taken effect.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Error::OutcomeUnknown { .. })
    }

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

impl Error {
    /// The class that a diagnostic record gives.
    ///
    /// 429 and 5xx are HY000 and not 08S01: the connection is sound, and an application that pools connections
    /// would throw it away.
    fn state(&self) -> SqlState {
        match self {
            Error::Connect { .. } => state::UNABLE_TO_CONNECT,
            Error::Api { status: 401, .. } => state::INVALID_AUTHORIZATION,
            Error::Api { status: 400, code: Some(code), .. } => refused(*code),
            Error::Api { status: 403, .. } => state::SYNTAX_ERROR,
            Error::Api { status: 409 | 412, .. } => state::INTEGRITY_CONSTRAINT,
            Error::Stopped(stop) => crate::error::Error::from(*stop).state,
            Error::Timeout { .. } => state::TIMEOUT,
            Error::Lost { .. } => state::COMMUNICATION_LINK_FAILURE,
            Error::NoToken(cause) => cause.state(),
            Error::OutcomeUnknown { cause, .. } => match &**cause {
                Error::Stopped(_) | Error::Timeout { .. } => cause.state(),
                _ => state::COMMUNICATION_LINK_FAILURE,
            },
            Error::InvalidConfig(_)
            | Error::InvalidRequest(_)
            | Error::Api { .. }
            | Error::InvalidAnswer { .. }
            | Error::RepeatedLink { .. }
            | Error::EmptyPages { .. }
            | Error::ForeignLink { .. }
            | Error::TooLarge { .. } => state::GENERAL_ERROR,
        }
    }

    /// Twilio's error code, 0 where there is none.
    fn native(&self) -> i32 {
        match self {
            Error::Api { code: Some(code), .. } => *code,
            // What Twilio calls refused credentials, also when a proxy says it in its place.
            Error::Api { status: 401, .. } => 20003,
            Error::OutcomeUnknown { cause, .. } => cause.native(),
            Error::NoToken(cause) => cause.native(),
            _ => 0,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::InvalidConfig(text) | Error::InvalidRequest(text) => f.write_str(text),
            Error::Connect { host, reason } => write!(
                f,
                "{host} cannot be reached: {reason}. Check the network, the proxy and the base URL."
            ),
            Error::Api { status, code, message, more_info, request_id, what } => {
                write!(f, "{what} failed: {}", sentence(message))?;
                match code {
                    Some(code) => write!(f, " Twilio error {code}, HTTP {status}")?,
                    None => write!(f, " HTTP {status}")?,
                }
                match request_id {
                    Some(id) => write!(f, ", request id {id}.")?,
                    None => f.write_str(".")?,
                }
                if let Some(advice) = advice(*status, *code) {
                    write!(f, " {advice}")?;
                }
                match more_info {
                    Some(link) => write!(f, " See {link}"),
                    None => Ok(()),
                }
            }
            Error::InvalidAnswer { what, reason } => {
                write!(f, "{what} was answered with something unexpected: {}", sentence(reason))
            }
            Error::RepeatedLink { what } => write!(
                f,
                "{what} links to a page that was read before. The scan was stopped, since it would never end."
            ),
            Error::EmptyPages { what, pages } => write!(
                f,
                "{what}: {pages} pages in a row hold no row, and the last one leads to another page. The scan was stopped, \
                 since it might never end: narrow the WHERE, by a date for instance."
            ),
            Error::ForeignLink { what, host } => write!(
                f,
                "{what} links to a page on {host}, which is not the host of this product. The link was not \
                 followed, since it would give the credentials to that host."
            ),
            Error::TooLarge { what, limit } => {
                write!(f, "{what} was answered with more than {limit} bytes.")
            }
            Error::Stopped(stop) => f.write_str(&crate::error::Error::from(*stop).message),
            Error::Timeout { what } => {
                write!(f, "{what} was not answered in time: the connection's timeout says how long to wait.")
            }
            Error::Lost { what, reason } => {
                write!(f, "The connection was lost during {what}: {}", sentence(reason))
            }
            Error::NoToken(cause) => write!(f, "No access token could be had: {cause}"),
            Error::OutcomeUnknown { what, repeated, fields, cause } => {
                write!(f, "{what}: outcome unknown")?;
                if !fields.is_empty() {
                    write!(f, " ({fields})")?;
                }
                match repeated {
                    true => write!(f, ". It was sent again, which does no harm, and not confirmed. {cause}"),
                    false => write!(
                        f,
                        ". It may have taken effect, and was not sent again: look for its result before you repeat it. \
                         {cause}"
                    ),
                }
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for crate::error::Error {
    fn from(error: Error) -> Self {
        // Stops have their one text everywhere.
        if let Error::Stopped(stop) = error {
            return stop.into();
        }
        crate::error::Error::with_native(error.state(), error.native(), error.to_string())
    }
}

/// The class of an error that Twilio answers with HTTP 400, by its code, as Twilio's dictionary of errors has them. Those
/// that are none of the classes, or that are not known, are HY000.
fn refused(code: i32) -> SqlState {
    match code {
        // Longer than what the field takes.
        21605 | 21617 => state::STRING_RIGHT_TRUNCATION,
        // Not given, though it has to be.
        21201 | 21213 | 21602..=21604 | 21619 => state::INTEGRITY_CONSTRAINT,
        // The row is not in the state for it, or another one is in its way.
        20009 | 21220 | 21404 | 21422 | 30409 | 50433 => state::INTEGRITY_CONSTRAINT,
        // No number, address or value of the kind.
        20001 | 21205 | 21211 | 21212 | 21214 | 21217 | 21218 | 21401 | 21402 | 21421 | 21502 | 21609
        | 21614 | 21620 | 60200 => state::INVALID_CHARACTER_VALUE,
        // Allowed to others, or elsewhere: trial accounts, countries, numbers of somebody else, people who do not want it.
        20008 | 21210 | 21215 | 21216 | 21408 | 21606 | 21608 | 21610 | 21612 | 21663 => state::SYNTAX_ERROR,
        _ => state::GENERAL_ERROR,
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// What to do next, for the answers that people meet.
fn advice(status: u16, code: Option<i32>) -> Option<&'static str> {
    Some(match (status, code) {
        (401, _) => {
            "Check the account SID, the API key or auth token, and that they belong to the region in use."
        }
        (_, Some(20008)) => "Test credentials cannot use this resource: use live ones.",
        (403, _) => {
            "The credentials are valid, but they may not do this: use a main key, or permit it to the restricted key."
        }
        (_, Some(20009)) => "Wait at least a minute, and delete it again.",
        (_, Some(70001..=70005)) => {
            "Too many requests went to things that do not exist: query fewer of them."
        }
        (_, Some(21608)) => "A trial account reaches verified numbers only.",
        (_, Some(21610)) => "The recipient has opted out, and has to text START first.",
        (429, _) => {
            "Too many requests run at once on this account: run fewer statements side by side, or try later."
        }
        (300..=399, _) => "Redirects are not followed: check the base URL.",
        (404, None) => "The answer is not Twilio's: check the base URL.",
        (500.., _) => "The fault is on Twilio's side: https://status.twilio.com shows whether it is known.",
        _ => return None,
    })
}

/// The longest message of a server's that is passed on, in characters.
const MESSAGE_CHARS: usize = 1000;

/// Reads the body of an answer that is no success: Twilio's usual form (`code`, `message`, `more_info`), RFC 9457
/// (`title`, `detail`, `code`, `errors`), or anything else, which is not repeated.
pub(super) fn from_answer(status: u16, body: &[u8], request_id: Option<String>, what: String) -> Error {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: &Value| value.as_str().filter(|s| !s.trim().is_empty()).map(clean);
    let code = match &body["code"] {
        Value::String(code) => code.parse().ok(),
        code => code.as_i64().and_then(|code| code.try_into().ok()),
    };
    let mut message =
        text(&body["message"]).or_else(|| text(&body["detail"])).or_else(|| text(&body["title"]));
    if let (Some(message), Some(errors)) = (&mut message, body["errors"].as_array()) {
        for error in errors.iter().take(5) {
            if let Some(detail) = text(&error["detail"]) {
                let pointer = text(&error["pointer"]).map(|p| format!(" ({p})")).unwrap_or_default();
                *message = format!("{} {detail}{pointer}", sentence(message));
            }
        }
    }
    let message = message.unwrap_or_else(|| {
        let reason = ureq::http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
        reason.unwrap_or("the server gave no reason").to_owned()
    });
    Error::Api { status, code, message, more_info: text(&body["more_info"]), request_id, what }
}

fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHAT: &str = "POST /2010-04-01/Accounts/AC1/Messages.json";

    fn diagnostic(status: u16, body: &str) -> crate::error::Error {
        from_answer(status, body.as_bytes(), Some("RQ1".into()), WHAT.into()).into()
    }

    #[test]
    fn the_usual_form() {
        let error = diagnostic(
            400,
            r#"{"code": 21608, "message": "The number is unverified", "status": 400,
                "more_info": "https://www.twilio.com/docs/errors/21608"}"#,
        );
        assert_eq!((error.state, error.native), (state::SYNTAX_ERROR, 21608));
        assert_eq!(
            error.message,
            "POST /2010-04-01/Accounts/AC1/Messages.json failed: The number is unverified. Twilio error 21608, \
             HTTP 400, request id RQ1. A trial account reaches verified numbers only. See \
             https://www.twilio.com/docs/errors/21608"
        );
    }

    #[test]
    fn problem_details() {
        let error = diagnostic(
            400,
            r#"{"type": "https://…", "title": "Bad", "status": 400, "code": "20001", "detail": "Invalid",
                "errors": [{"detail": "must be E.164", "pointer": "/to"}]}"#,
        );
        assert_eq!(error.native, 20001);
        assert!(
            error.message.contains("failed: Invalid. must be E.164 (/to). Twilio error 20001"),
            "{error}"
        );
    }

    #[test]
    fn bodies_of_other_forms_are_not_repeated() {
        for body in ["", "<html>proxy</html>", "[]", "null", r#"{"message": ""}"#, r#"{"code": {}}"#] {
            let error = diagnostic(503, body);
            assert_eq!((error.state, error.native), (state::GENERAL_ERROR, 0));
            assert!(
                error.message.contains("failed: Service Unavailable. HTTP 503, request id RQ1."),
                "{error}"
            );
        }
    }

    #[test]
    fn classes() {
        let twilio = r#"{"code": 20003, "message": "Authenticate"}"#;
        assert_eq!(diagnostic(401, twilio).state, state::INVALID_AUTHORIZATION);
        assert_eq!(
            (diagnostic(401, "").state, diagnostic(401, "").native),
            (state::INVALID_AUTHORIZATION, 20003)
        );
        assert_eq!(
            (diagnostic(403, twilio).state, diagnostic(403, twilio).native),
            (state::SYNTAX_ERROR, 20003)
        );
        let of = |error: Error| crate::error::Error::from(error).state;
        assert_eq!(of(Error::Connect { host: "h".into(), reason: "r".into() }), state::UNABLE_TO_CONNECT);
        assert_eq!(of(Error::Stopped(Stop::Cancelled)), state::OPERATION_CANCELLED);
        let unknown = |cause| Error::OutcomeUnknown {
            what: WHAT.into(),
            repeated: false,
            fields: "To=+1".into(),
            cause: Box::new(cause),
        };
        assert_eq!(of(unknown(Error::Stopped(Stop::TimedOut))), state::TIMEOUT);
        assert_eq!(
            of(unknown(Error::Lost { what: WHAT.into(), reason: "reset".into() })),
            state::COMMUNICATION_LINK_FAILURE
        );
    }

    #[test]
    fn refusals_have_the_class_of_their_reason() {
        for (status, code, expected) in [
            (400, 21211, state::INVALID_CHARACTER_VALUE),
            (400, 21603, state::INTEGRITY_CONSTRAINT),
            (400, 21610, state::SYNTAX_ERROR),
            (400, 21617, state::STRING_RIGHT_TRUNCATION),
            (400, 21220, state::INTEGRITY_CONSTRAINT),
            (400, 20009, state::INTEGRITY_CONSTRAINT),
            (409, 20409, state::INTEGRITY_CONSTRAINT),
            (412, 54103, state::INTEGRITY_CONSTRAINT),
            (400, 29999, state::GENERAL_ERROR),
            (500, 21211, state::GENERAL_ERROR),
        ] {
            let error = diagnostic(status, &format!(r#"{{"code": {code}, "message": "No."}}"#));
            assert_eq!((error.state, error.native), (expected, code));
        }
    }

    #[test]
    fn an_unknown_outcome_says_so_and_whether_it_was_sent_again() {
        let lost = || Box::new(Error::Lost { what: WHAT.into(), reason: "reset".into() });
        let told = |repeated, fields: &str| {
            let fields = fields.into();
            Error::OutcomeUnknown { what: WHAT.into(), repeated, fields, cause: lost() }.to_string()
        };
        let once = told(false, "To=+1, From=+2");
        assert!(once.starts_with(&format!("{WHAT}: outcome unknown (To=+1, From=+2). It may")), "{once}");
        assert!(once.contains("was not sent again"), "{once}");
        let repeated = told(true, "");
        assert!(repeated.starts_with(&format!("{WHAT}: outcome unknown. It was sent again")), "{repeated}");
    }

    #[test]
    fn only_twilio_says_that_something_does_not_exist() {
        let error = |body: &str| from_answer(404, body.as_bytes(), None, WHAT.into());
        assert!(error(r#"{"code": 20404, "message": "gone"}"#).is_not_found());
        assert!(!error("<html>").is_not_found());
    }
}
