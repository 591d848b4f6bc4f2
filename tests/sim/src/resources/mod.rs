//! The REST resources: how a request becomes a change of the world, and how a row looks as JSON.
//!
//! Field names, order and types are those of Twilio's OpenAPI document for the 2010-04-01 API.

pub(crate) mod accounts;
pub(crate) mod available_numbers;
pub(crate) mod calls;
pub(crate) mod conferences;
pub(crate) mod insights;
mod insights_conferences;
mod insights_filter;
pub(crate) mod media;
pub(crate) mod messages;
pub(crate) mod participants;
pub(crate) mod usage;

use crate::errors::ApiError;
use crate::http::Request;

/// What a handler gets: the request, and the path Twilio would have seen.
pub(crate) struct Context<'a> {
    pub(crate) request: &'a Request,
    /// Without the product prefix, still percent-encoded.
    pub(crate) path: &'a str,
    /// The account in the path, which the credentials were found to reach.
    pub(crate) account: &'a str,
}

impl Context<'_> {
    pub(crate) fn not_found(&self) -> ApiError {
        ApiError::not_found(self.path)
    }
}

/// A filter value from a closed set of words; `None` where the filter is not given.
pub(crate) fn word<T>(
    context: &Context<'_>,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    match crate::params::text(&context.request.query, name) {
        None | Some("") => Ok(None),
        Some(text) => match parse(text) {
            Some(value) => Ok(Some(value)),
            None => Err(ApiError::invalid(format!("Invalid value for {name}: '{text}'"))),
        },
    }
}
