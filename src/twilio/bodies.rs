//! What requests and answers hold, as a log may show it: without secrets, and without what people wrote to each other
//! unless that is wanted.
//!
//! A field is a secret where the model says so, or where its name ends like one's. Names, numbers and addresses are shown:
//! without them nobody finds the message that a line is about. What is no JSON is counted only, as nothing in it can be told
//! from a secret.

use std::borrow::Cow;

use serde_json::Value;

use super::call::Call;
use super::decode::Layout;
use crate::model::MASK;

/// The longest body that is shown, in bytes.
const SHOWN: usize = 10_000;

/// How names of secrets end, without regard to letter case and to what divides words.
const SECRETS: [&str; 12] = [
    "password",
    "secret",
    "token",
    "privatekey",
    "apikey",
    "accesskey",
    "passphrase",
    "pin",
    "signature",
    "authorization",
    "assertion",
    "jwt",
];

/// How names of what people wrote end, or of what an application keeps about them.
const TEXTS: [&str; 23] = [
    "answertext",
    "attributes",
    "body",
    "comment",
    "comments",
    "content",
    "context",
    "data",
    "headers",
    "message",
    "parameters",
    "payload",
    "prompt",
    "question",
    "results",
    "subject",
    "text",
    "title",
    "transcript",
    "twiml",
    "value",
    "variables",
    "words",
];

/// Parameters of an address that say nothing of what is asked for.
const PAGING: [&str; 3] = ["page", "pagesize", "pagetoken"];

/// A request: method, path, query and body.
pub(super) fn request(call: &Call<'_>, shows_texts: bool) -> String {
    let secrets: Vec<Name> = call.secrets.iter().map(|name| Name::new(name)).collect();
    let fields = Fields { secrets, shows_texts, list: None, is_error: false };
    let mut text = call.what();
    if let Some((_, query)) = call.url.split_once('?') {
        text.push('?');
        // The query of an address elsewhere is a signature.
        let shows = |name: &Name| call.is_own && (name.is_paging() || !fields.is_secret(name));
        text.push_str(&masked_query(query, shows));
    }
    let body = match call.json {
        Some(json) => fields.json(json.as_bytes()),
        None => {
            let pairs = call.form.iter().map(|(name, value)| {
                let mut value = Value::from(value.as_str());
                fields.mask_field(&Name::new(name), &mut value);
                format!("{name}={value}")
            });
            Some(pairs.collect::<Vec<_>>().join(" ")).filter(|pairs| !pairs.is_empty())
        }
    };
    if let Some(body) = body {
        text.push_str(": ");
        text.push_str(&cut(body));
    }
    text
}

/// The body of an answer.
pub(super) fn answer(
    call: &Call<'_>,
    status: u16,
    content_type: &str,
    body: &[u8],
    shows_texts: bool,
) -> String {
    let is_error = !(200..300).contains(&status);
    let read = call.layout.map(|layout| layout.secrets()).unwrap_or_default();
    let mut secrets: Vec<Name> = read.iter().map(|path| Name::new(path)).collect();
    // Twilio gives back what it was given; an error has names of its own.
    if !is_error {
        secrets.extend(call.secrets.iter().map(|name| Name::new(name)));
    }
    secrets.retain(|secret| !secret.0.is_empty());
    let list = call.layout.and_then(Layout::items).map(Name::new);
    let fields = Fields { secrets, shows_texts, list, is_error };
    let json = if call.is_file && !is_error { None } else { fields.json(body) };
    let size = body.len();
    match json {
        Some(json) => format!("{size} bytes: {}", cut(json)),
        None if body.is_empty() => "no body".to_owned(),
        None => {
            let kind = content_type.split(';').next().unwrap_or_default().trim();
            format!("{size} bytes of {}", if kind.is_empty() { "an unknown type" } else { kind })
        }
    }
}

/// A name without what people write differently: letter case, and what divides words.
#[derive(Default, PartialEq)]
struct Name(String);

impl Name {
    fn new(name: &str) -> Name {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        Name(letters.flat_map(char::to_lowercase).collect())
    }

    fn is_paging(&self) -> bool {
        PAGING.contains(&self.0.as_str())
    }

    /// The name of a field below.
    fn child(&self, name: &str) -> Name {
        Name(self.0.clone() + &Name::new(name).0)
    }
}

/// What is shown of fields.
struct Fields {
    /// The model's secrets; one that is empty is all.
    secrets: Vec<Name>,
    shows_texts: bool,
    /// The list of rows.
    list: Option<Name>,
    /// Whether it is an error, whose message is Twilio's.
    is_error: bool,
}

impl Fields {
    /// The JSON as it may be shown; `None` where it is none.
    fn json(&self, body: &[u8]) -> Option<String> {
        let mut value = serde_json::from_slice(body).ok()?;
        self.mask_field(&Name::default(), &mut value);
        Some(value.to_string())
    }

    fn is_secret(&self, path: &Name) -> bool {
        SECRETS.iter().any(|end| path.0.ends_with(end))
            || self.secrets.iter().any(|secret| path.0.ends_with(&secret.0))
    }

    fn is_text(&self, path: &Name) -> bool {
        let is_twilios = path.0.ends_with("errormessage") || (self.is_error && path.0 == "message");
        let is_rows = self.list.as_ref() == Some(path);
        !self.shows_texts && !is_twilios && !is_rows && TEXTS.iter().any(|end| path.0.ends_with(end))
    }

    /// Masks a field, or what lies below it. `path` is the whole way to it, as one name.
    fn mask_field(&self, path: &Name, value: &mut Value) {
        let holds_text = match value {
            Value::String(text) => !text.is_empty(),
            Value::Array(_) | Value::Object(_) => true,
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        };
        if self.is_secret(path) && (holds_text || value.is_number()) {
            *value = MASK.into();
            return;
        }
        if holds_text && self.is_text(path) {
            *value = hidden(value).into();
            return;
        }
        match value {
            Value::Object(fields) => {
                fields.iter_mut().for_each(|(name, value)| self.mask_field(&path.child(name), value));
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.mask_field(path, value)),
            Value::String(text) if text.starts_with(['{', '[']) => {
                if let Ok(mut inner) = serde_json::from_str(text) {
                    self.mask_field(path, &mut inner);
                    *text = inner.to_string();
                }
            }
            Value::String(text) => {
                if let Cow::Owned(masked) = masked_address(text) {
                    *text = masked;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What stands for a text.
fn hidden(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("<hidden, {} characters>", text.chars().count()),
        None => "<hidden>".to_owned(),
    }
}

/// An address without credentials, and with no more of its query than the page: it may hold a signature.
fn masked_address(text: &str) -> Cow<'_, str> {
    let path = match text.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => rest,
        _ if text.starts_with('/') => text,
        _ => return text.into(),
    };
    let authority = path.split(['/', '?']).next().unwrap_or_default();
    let (before, query) = text.split_once('?').map_or((text, None), |(before, query)| (before, Some(query)));
    let mut masked = match authority.rsplit_once('@') {
        Some((user, _)) => before.replacen(&format!("{user}@"), &format!("{MASK}@"), 1),
        None if query.is_none() => return text.into(),
        None => before.to_owned(),
    };
    if let Some(query) = query {
        masked.push('?');
        masked.push_str(&masked_query(query, Name::is_paging));
    }
    masked.into()
}

fn masked_query(query: &str, shows: impl Fn(&Name) -> bool) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if !shows(&Name::new(name)) => format!("{name}={MASK}").into(),
        Some(_) => Cow::from(pair),
        None if shows(&Name::default()) => pair.into(),
        None => MASK.into(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A text that is not too long for a line.
fn cut(mut text: String) -> String {
    if text.len() > SHOWN {
        let end = text.floor_char_boundary(SHOWN);
        let rest = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… ({rest} more bytes)"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Method;

    #[test]
    fn a_list_is_walked_whatever_its_name() {
        let layout = Layout::new(Some("data"), []);
        let call = Call { layout: Some(&layout), ..Call::get(URL) };
        let body = br#"{"data":[{"sid":"X1","data":"hi"}]}"#;
        let text = answer(&call, 200, "", body, false);
        assert_eq!(text, r#"35 bytes: {"data":[{"data":"<hidden, 2 characters>","sid":"X1"}]}"#);
    }

    const URL: &str = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json";

    fn form(pairs: &[(&str, &str)], secrets: &[&str], shows_texts: bool) -> String {
        let form: Vec<_> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let secrets: Vec<_> = secrets.iter().map(|&name| name.to_owned()).collect();
        let call = Call { method: Method::Post, form: &form, secrets: &secrets, ..Call::get(URL) };
        let text = request(&call, shows_texts);
        text.strip_prefix("POST /2010-04-01/Accounts/AC1/Messages.json: ").unwrap().to_owned()
    }

    fn received(status: u16, body: &str, shows_texts: bool) -> String {
        let mut layout = Layout::new(None, []);
        layout.hide_field("pair.value");
        let call = Call { layout: Some(&layout), ..Call::get(URL) };
        let text = answer(&call, status, "application/json; charset=utf-8", body.as_bytes(), shows_texts);
        text.replacen(&format!("{} bytes: ", body.len()), "", 1)
    }

    #[test]
    fn a_form_is_shown_without_secrets_and_texts() {
        let pairs = [("To", "+1555"), ("Body", "héllo"), ("SipAuthPassword", "s3"), ("Code", "271828")];
        assert_eq!(
            form(&pairs, &["Code"], false),
            r#"To="+1555" Body="<hidden, 5 characters>" SipAuthPassword="********" Code="********""#
        );
        assert_eq!(
            form(&pairs, &["Code"], true),
            r#"To="+1555" Body="héllo" SipAuthPassword="********" Code="********""#
        );
    }

    #[test]
    fn json_in_a_field_is_walked() {
        let pairs = [("Configuration", r#"{"flow":"x","auth_token":"s3","list":[{"ApiKey":"s3"}]}"#)];
        let text = form(&pairs, &[], true);
        assert!(!text.contains("s3") && text.contains("flow"), "{text}");
    }

    #[test]
    fn answers_are_walked() {
        let body = r#"{"items":[{"sid":"MM1","body":"hi","auth_token":"s3","pair":{"value":7,"name":"n"},"price":null,
            "attributes":{"name":"Ann"},"error_message":"blocked","data":12}]}"#;
        assert_eq!(
            received(200, body, false),
            r#"{"items":[{"attributes":"<hidden>","auth_token":"********","body":"<hidden, 2 characters>","data":12,"error_message":"blocked","pair":{"name":"n","value":"********"},"price":null,"sid":"MM1"}]}"#
        );
        let shown = received(200, body, true);
        assert!(
            shown.contains("Ann") && shown.contains(r#""body":"hi""#) && !shown.contains("s3"),
            "{shown}"
        );
    }

    #[test]
    fn an_error_keeps_its_message() {
        let body = r#"{"code":20404,"message":"not found"}"#;
        assert_eq!(received(404, body, false), body);
        assert_eq!(received(200, body, false), r#"{"code":20404,"message":"<hidden, 9 characters>"}"#);
    }

    #[test]
    fn addresses_show_no_signature() {
        for (address, shown) in [
            ("https://a.example/b?X-Sig=s3&Page=2", "https://a.example/b?X-Sig=********&Page=2"),
            ("wss://me:s3@a.example/b", "wss://********@a.example/b"),
            ("/2010/X.json?To=s3&PageToken=PT1", "/2010/X.json?To=********&PageToken=PT1"),
            ("https://a.example/b", "https://a.example/b"),
            ("https://a.example/b?s3", "https://a.example/b?********"),
            ("what? a=b", "what? a=b"),
        ] {
            assert_eq!(masked_address(address), shown);
        }
        let call = Call { is_own: false, ..Call::get("https://media.example/x?Signature=s3&Expires=1") };
        assert_eq!(request(&call, true), "GET /x?Signature=********&Expires=********");
        let call = Call::get("https://api.twilio.com/x?PageSize=5&Secret=s3&To=1");
        assert_eq!(request(&call, false), "GET /x?PageSize=5&Secret=********&To=1");
    }

    #[test]
    fn what_is_no_json_is_counted() {
        let call = Call::get(URL);
        let text = |body: &[u8], kind| answer(&call, 200, kind, body, true);
        assert_eq!(text(b"<html>s3", "text/html; charset=utf-8"), "8 bytes of text/html");
        assert_eq!(text(br#"{"auth_token":"s3"#, ""), "17 bytes of an unknown type");
        assert_eq!(text(b"", "application/json"), "no body");
        let file = Call { is_file: true, ..Call::get(URL) };
        assert_eq!(answer(&file, 200, "application/json", b"{}", true), "2 bytes of application/json");
    }

    #[test]
    fn a_whole_body_may_be_secret() {
        let secrets = [String::new()];
        let json = Some(r#"{"a":1}"#);
        let call = Call { method: Method::Post, json, secrets: &secrets, ..Call::get("https://h/x") };
        assert_eq!(request(&call, true), "POST /x: \"********\"");
    }

    #[test]
    fn long_bodies_say_what_was_left_out() {
        let text = cut("é".repeat(SHOWN));
        assert!(text.ends_with("… (10000 more bytes)"), "{}", &text[text.len() - 40..]);
        assert_eq!(cut("x".repeat(SHOWN)).len(), SHOWN);
    }
}
