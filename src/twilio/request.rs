//! One request as data: product, method, path, query, form.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Error;
use crate::model::Method;

/// A request that a [`super::Client`] can send.
#[derive(Clone)]
pub struct Request {
    /// The first label of the host name: `api`, `conversations` …
    pub product: String,
    pub method: Method,
    /// The path from [`expand_path`], from the first slash on.
    pub path: String,
    /// Names and values, not encoded; a name may occur more than once.
    pub query: Vec<(String, String)>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Names and values of the form body, not encoded; a name may occur more than once.
    pub form: Vec<(String, String)>,
    /// A JSON text that is the body instead of a form.
    pub json: Option<String>,
    /// Names of fields of the body that are secrets, as they are sent; an empty one says that the whole body is.
    pub secrets: Vec<String>,
}

impl Request {
    /// A request without query and body.
    pub fn new(product: impl Into<String>, method: Method, path: impl Into<String>) -> Self {
        Request {
            product: product.into(),
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            form: Vec::new(),
            json: None,
            secrets: Vec::new(),
        }
    }

    /// The path as it is sent, with the query.
    pub fn path_and_query(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", self.path, encode_pairs(&self.query))
    }

    /// The body as it is sent; `None` where there is none.
    pub fn body(&self) -> Option<String> {
        match &self.json {
            Some(json) => Some(json.clone()),
            None => (!self.form.is_empty()).then(|| encode_pairs(&self.form)),
        }
    }
}

/// Shows no values: a body may hold a password.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("Request")
            .field("product", &self.product)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &names(&self.query))
            .field("headers", &names(&self.headers))
            .field("form", &names(&self.form))
            .field("json", &self.json.is_some())
            .finish()
    }
}

/// Everything but letters, digits and `-._~`: so `+` is not read as a space, and `>` may stand in a name.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names and values as a query or a form body: `a=1&a=2`.
pub(super) fn encode_pairs(pairs: &[(String, String)]) -> String {
    // So long that it never moves, which would leave copies of what it holds.
    let longest = pairs.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut text = String::with_capacity(longest);
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name, ENCODED));
        text.push('=');
        text.extend(utf8_percent_encode(value, ENCODED));
    }
    text
}

/// Fills the `{name}` places of a path template; every value is percent-encoded whole, `/` and `+` included.
///
/// # Errors
/// [`Error::InvalidRequest`] when a value is missing, or when it is empty, `.` or `..`: such a segment would
/// address another resource.
pub fn expand_path<'a>(
    template: &str,
    mut value: impl FnMut(&str) -> Option<Cow<'a, str>>,
) -> Result<String, Error> {
    let mut path = String::with_capacity(template.len() + 40);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| Error::InvalidRequest(format!("The path {template} has an open brace.")))?;
        let value = value(name)
            .ok_or_else(|| Error::InvalidRequest(format!("The path {template} needs a value for {name}.")))?;
        if matches!(&*value, "" | "." | "..") {
            return Err(Error::InvalidRequest(format!(
                "{name} cannot be {value:?}: it is a part of a path."
            )));
        }
        path.push_str(before);
        path.extend(utf8_percent_encode(&value, ENCODED));
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_encoded_whole() {
        let pairs = [("DateCreated>", "2020-01-01"), ("To", "+1 555"), ("Url", "a/b&c=d"), ("Url", "é")];
        let pairs = pairs.map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(
            encode_pairs(&pairs),
            "DateCreated%3E=2020-01-01&To=%2B1%20555&Url=a%2Fb%26c%3Dd&Url=%C3%A9"
        );
        assert_eq!(encode_pairs(&[]), "");
    }

    #[test]
    fn path_values_cannot_leave_their_segment() {
        let expand = |value: &'static str| expand_path("/v1/Users/{Id}/X.json", |_| Some(value.into()));
        assert_eq!(expand("a/b+c?d#e%").unwrap(), "/v1/Users/a%2Fb%2Bc%3Fd%23e%25/X.json");
        for value in ["", ".", ".."] {
            assert!(matches!(expand(value), Err(Error::InvalidRequest(_))), "{value}");
        }
        assert!(expand_path("/{A}", |_| None).is_err());
        assert!(expand_path("/{A", |_| None).is_err());
    }

    #[test]
    fn a_path_has_one_value_for_each_name() {
        let path = expand_path("/{A}/{B}/{A}", |name| Some(name.to_lowercase().into())).unwrap();
        assert_eq!(path, "/a/b/a");
    }
}
