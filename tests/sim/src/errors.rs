//! Twilio's error answers: an HTTP status, Twilio's own code and a message.

use serde::Serialize;

use crate::http::{Answer, XML};

/// A refusal in Twilio's form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) message: String,
}

#[derive(Serialize)]
struct Body<'a> {
    code: u32,
    message: &'a str,
    more_info: String,
    status: u16,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        ApiError { status, code, message: message.into() }
    }

    /// Missing or wrong credentials, or ones that do not reach this path.
    pub(crate) fn authenticate() -> Self {
        ApiError::new(401, 20003, "Authenticate")
    }

    /// Known credentials without the right to do this.
    pub(crate) fn forbidden() -> Self {
        ApiError::new(403, 20003, "Permission denied")
    }

    /// No such resource; `path` is what the client asked for.
    pub(crate) fn not_found(path: &str) -> Self {
        ApiError::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    pub(crate) fn method_not_allowed() -> Self {
        ApiError::new(405, 20004, "Method not allowed")
    }

    /// A parameter with a value Twilio does not take.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        ApiError::new(400, 20001, message)
    }

    /// Twilio's message for a status that a fault sends, where it has one.
    pub(crate) fn for_status(status: u16) -> Self {
        match status {
            401 => ApiError::authenticate(),
            403 => ApiError::forbidden(),
            429 => ApiError::new(429, 20429, "Too Many Requests"),
            500 => ApiError::new(500, 20500, "An internal server error has occurred"),
            503 => ApiError::new(503, 20503, "Service unavailable"),
            _ => ApiError::new(status, 20000 + u32::from(status), format!("Status {status}")),
        }
    }

    pub(crate) fn answer(&self) -> Answer {
        let more_info = format!("https://www.twilio.com/docs/errors/{}", self.code);
        let body = Body { code: self.code, message: &self.message, more_info, status: self.status };
        let mut answer = Answer::json(self.status, &body);
        if self.status == 401 {
            answer.headers.push(("WWW-Authenticate", "Basic realm=\"Twilio API\"".to_string()));
        }
        answer
    }
}

/// What a 2010 path without `.json` gets: Twilio speaks XML there.
///
/// A read gets a placeholder document, so that a client that forgot the ending fails on
/// the content; anything else is refused and changes nothing.
pub(crate) fn xml_answer(method: &str) -> Answer {
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    if method == "GET" {
        return Answer::new(200, XML, format!("{declaration}<TwilioResponse></TwilioResponse>"));
    }
    let body = format!(
        "{declaration}<TwilioResponse><RestException><Code>20001</Code>\
         <Message>This simulator answers JSON only: add .json</Message><Status>400</Status>\
         </RestException></TwilioResponse>"
    );
    Answer::new(400, XML, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_twilios_fields_in_twilios_order() {
        let answer = ApiError::authenticate().answer();
        assert_eq!(
            String::from_utf8(answer.body.to_vec()).unwrap(),
            r#"{"code":20003,"message":"Authenticate","more_info":"https://www.twilio.com/docs/errors/20003","status":401}"#
        );
    }
}
