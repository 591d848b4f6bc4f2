//! Files: recordings and media. Their address answers with the bytes, or leads to a store on another host, which is
//! asked without credentials.

use ureq::http::Uri;

use super::call::Call;
use super::client::Client;
use super::host::is_loopback;
use super::{Error, Request};
use crate::cancel::CancelToken;

/// The most redirects that lead to one file.
const MAX_REDIRECTS: usize = 3;

/// A file.
#[derive(Debug)]
pub struct Downloaded {
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl Client {
    /// Reads a file whole.
    ///
    /// # Errors
    /// Every error of a read; [`Error::ForeignLink`] for a redirect that leads to something else than https.
    pub fn download(&self, request: &Request, cancel: &CancelToken) -> Result<Downloaded, Error> {
        let mut url = self.url(request);
        let mut call = Call { is_file: true, ..Call::get(&url) };
        let what = call.what();
        let mut is_own = true;
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.send(&call, cancel)?;
            let Some(location) = answer.location else {
                return Ok(Downloaded { content_type: answer.content_type, bytes: answer.body? });
            };
            let next = match location.starts_with('/') && !location.starts_with("//") {
                true => origin(&url).map(|origin| format!("{origin}{location}")),
                false => Some(location),
            };
            let next = next.unwrap_or_default();
            let foreign = |host: &str| Error::ForeignLink { what: what.clone(), host: host.to_owned() };
            let uri: Uri = next.parse().map_err(|_| foreign("no URL"))?;
            let host = uri.host().unwrap_or_default();
            let is_safe = match uri.scheme_str() {
                Some("https") => true,
                Some("http") => is_loopback(host) && self.hosts().is_loopback(),
                _ => false,
            };
            if !is_safe || uri.authority().is_none_or(|a| a.as_str().contains('@')) {
                return Err(foreign(host));
            }
            // Once the way has led elsewhere, no later step gets the credentials again.
            is_own &= origin(&next) == origin(&url);
            url = next;
            call = Call { is_file: true, is_own, ..Call::get(&url) };
        }
        Err(Error::RepeatedLink { what })
    }
}

/// Scheme, host and port.
fn origin(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |i| start + i);
    Some(&url[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_ends_where_the_path_begins() {
        for (url, expected) in [
            ("https://a.example:8/b?c", Some("https://a.example:8")),
            ("https://a.example?b", Some("https://a.example")),
            ("https://a.example", Some("https://a.example")),
            ("/b", None),
        ] {
            assert_eq!(origin(url), expected);
        }
    }
}
