//! A list, page by page.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::Error;
use super::call::Call;
use super::client::{Client, URL_LIMIT};
use super::decode::{self, Continuation, Layout, List, Page};
use super::host::BadLink;
use super::request::Request;
use crate::cancel::CancelToken;

/// Twilio's codes for a PageSize that is too large: 20007 everywhere, 60373 in Verify.
const PAGE_SIZE_TOO_LARGE: [i32; 2] = [20007, 60373];
/// Twilio's code for a resource that does not exist.
const NOT_FOUND: i32 = 20404;
/// The most pages in a row that may hold no row and yet lead on. Where Twilio filters after it has cut a list into pages, some of
/// them are empty; a thousand are those of a million rows that were looked at, and take minutes.
pub(super) const EMPTY_PAGES: usize = 1000;

/// The pages of one list, fetched when they are asked for.
///
/// Pages are never counted: only the link that a page holds leads to the next one, or in a few lists the token or
/// the number, and only a page without one is the last one. A layout without a list reads an answer that is the row
/// itself: it is the only page.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    /// Without what turns pages.
    request: Box<Request>,
    layout: Arc<Layout>,
    next: Next,
    /// Whether the list lies under a resource that may be gone, so that a list that is not found has no rows.
    may_be_missing: bool,
    is_missing: bool,
    /// Hashes of the URLs that were read, so that a scan that goes round in circles ends.
    seen: HashSet<u64>,
    hasher: RandomState,
    /// Pages without a row since the last one with some.
    empty: usize,
}

#[derive(Debug)]
enum Next {
    /// The first page, with the PageSize to ask for.
    First(Option<u32>),
    Url(String),
    End,
}

impl Pages {
    pub(super) fn new(client: Client, request: Request, layout: Arc<Layout>, page_size: Option<u32>) -> Self {
        Pages {
            client,
            request: Box::new(request),
            next: Next::First(page_size.filter(|_| !layout.is_one())),
            layout,
            may_be_missing: false,
            is_missing: false,
            seen: HashSet::new(),
            hasher: RandomState::new(),
            empty: 0,
        }
    }

    /// Takes HTTP 404 with Twilio's code 20404 for a list without rows: for a list under a resource that may be gone.
    pub fn set_under_parent(&mut self) {
        self.may_be_missing = true;
    }

    /// Whether there is a page that was not read, as far as is known.
    pub fn has_more(&self) -> bool {
        !matches!(self.next, Next::End)
    }

    /// Whether the list was not found, and so has no rows.
    pub fn is_missing(&self) -> bool {
        self.is_missing
    }

    /// The next page; `None` after the last one. A page may be empty and yet not be the last one.
    ///
    /// A 404 is an error, save as [`Pages::set_under_parent`] says, and always that of a later page: rows would be missing
    /// in silence.
    ///
    /// After an error, the next call asks for the same page again.
    ///
    /// # Errors
    /// Every error of a read, [`Error::RepeatedLink`], [`Error::ForeignLink`], [`Error::EmptyPages`].
    pub fn next_page(&mut self, cancel: &CancelToken) -> Result<Option<Page>, Error> {
        loop {
            let (url, sized) = match &self.next {
                Next::First(page_size) => {
                    let size = page_size.map(|rows| ("PageSize", rows.to_string()));
                    (self.url(size), page_size.is_some())
                }
                Next::Url(url) => (url.clone(), false),
                Next::End => return Ok(None),
            };
            let call = Call { layout: Some(&self.layout), ..Call::get(&url) };
            let answer = match self.client.send(&call, cancel) {
                Err(error) if sized && is_about_page_size(&error) => {
                    self.next = Next::First(None);
                    continue;
                }
                Err(Error::Api { status: 404, code: Some(NOT_FOUND), .. })
                    if self.may_be_missing && matches!(self.next, Next::First(..)) =>
                {
                    self.next = Next::End;
                    self.is_missing = true;
                    return Ok(None);
                }
                answer => answer?,
            };
            let entry = answer.entry();
            let content_type = answer.content_type().to_owned();
            let body = answer.body?;
            let list = match self.layout.is_one() {
                true => decode::read_object(&body, &self.layout).map(List::of_one),
                false => decode::read_list(&body, &self.layout),
            }
            .map_err(|reason| call.invalid_answer(reason, &content_type))?;
            self.client.journal().read(entry, list.page.rows());
            self.empty = if list.page.rows() == 0 && list.next.is_some() { self.empty + 1 } else { 0 };
            if self.empty > EMPTY_PAGES {
                return Err(Error::EmptyPages { what: call.what(), pages: EMPTY_PAGES });
            }
            // The first page may give itself another address than the one it was asked for under.
            let own = list.own.and_then(|own| self.client.hosts().resolve(&self.request.product, &own).ok());
            for address in own.iter().chain([&url]) {
                self.seen.insert(self.hasher.hash_one(address));
            }
            self.next = match list.next {
                Some(Continuation::Link(link)) => {
                    let url = self.client.hosts().resolve(&self.request.product, &link);
                    Next::Url(self.unseen(&call, url.map_err(|bad| bad_link(&call, bad))?)?)
                }
                Some(Continuation::Query(name, value)) => {
                    Next::Url(self.unseen(&call, self.url(Some((name, value))))?)
                }
                None => Next::End,
            };
            return Ok(Some(list.page));
        }
    }

    /// The URL of the list, with a parameter that turns pages.
    fn url(&self, paging: Option<(&str, String)>) -> String {
        match paging {
            None => self.client.url(&self.request),
            Some((name, value)) => {
                let mut request = self.request.clone();
                request.query.push((name.into(), value));
                self.client.url(&request)
            }
        }
    }

    /// The URL of the next page, unless it has been read. One that grows from page to page ends somewhere too.
    fn unseen(&self, call: &Call<'_>, url: String) -> Result<String, Error> {
        if url.len() > URL_LIMIT {
            let reason = format!("its link to the next page has {} bytes", url.len());
            return Err(call.invalid_answer(reason, ""));
        }
        match self.seen.contains(&self.hasher.hash_one(&url)) {
            true => Err(Error::RepeatedLink { what: call.what() }),
            false => Ok(url),
        }
    }
}

fn bad_link(call: &Call<'_>, bad: BadLink) -> Error {
    match bad {
        BadLink::Malformed => call.invalid_answer("its link to the next page is no URL".into(), ""),
        BadLink::Foreign(host) => Error::ForeignLink { what: call.what(), host },
    }
}

fn is_about_page_size(error: &Error) -> bool {
    match error {
        Error::Api { code: Some(code), .. } if PAGE_SIZE_TOO_LARGE.contains(code) => true,
        Error::Api { status: 400, message, .. } => {
            let message = message.to_ascii_lowercase();
            message.contains("pagesize") || message.contains("page size")
        }
        _ => false,
    }
}
