//! One request as data: product, method, path, query, form.

use std::borrow::Cow;

use super::Error;
use crate::model::Method;

/// A request that a [`super::Client`] can send.
#[derive(Clone, Debug)]
pub struct Request {
    /// The first label of the host name: `api`, `conversations` …
    pub product: String,
    pub method: Method,
    /// The path from [`expand_path`], from the first slash on.
    pub path: String,
    /// Names and values, not encoded; a name may occur more than once.
    pub query: Vec<(String, String)>,
    /// Names and values of the form body, not encoded; a name may occur more than once.
    pub form: Vec<(String, String)>,
}

impl Request {
    /// A request without query and form.
    pub fn new(product: impl Into<String>, method: Method, path: impl Into<String>) -> Self {
        Request { product: product.into(), method, path: path.into(), query: Vec::new(), form: Vec::new() }
    }
}

/// Fills the `{name}` places of a path template; every value is percent-encoded whole, `/` and `+` included.
///
/// # Errors
/// [`Error::InvalidRequest`] when a value is missing or empty: an empty segment would address another resource.
pub fn expand_path<'a>(
    _template: &str,
    _value: impl FnMut(&str) -> Option<Cow<'a, str>>,
) -> Result<String, Error> {
    unreachable!()
}
