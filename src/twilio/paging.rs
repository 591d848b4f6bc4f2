//! A list, page by page.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::Error;
use super::client::{Call, Client};
use super::decode::{self, Layout, Page};
use super::host::BadLink;
use super::request::Request;
use crate::cancel::CancelToken;
use crate::model::Method;

/// Twilio's codes for a PageSize that is too large: 20007 everywhere, 60373 in Verify.
const PAGE_SIZE_TOO_LARGE: [i32; 2] = [20007, 60373];
/// Twilio's code for a resource that does not exist.
const NOT_FOUND: i32 = 20404;

/// The pages of one list, fetched when they are asked for.
///
/// Pages are never counted: only the link that a page holds leads to the next one, and only a page without a link
/// is the last one.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    product: String,
    layout: Arc<Layout>,
    next: Next,
    /// Whether the list lies under a resource that may be gone, so that a list that is not found has no rows.
    may_be_missing: bool,
    /// Hashes of the URLs that were read, so that a scan that goes round in circles ends.
    seen: HashSet<u64>,
    hasher: RandomState,
}

#[derive(Debug)]
enum Next {
    /// The first page, with the PageSize to ask for.
    First(Request, Option<u32>),
    Link(String),
    End,
}

impl Pages {
    pub(super) fn new(client: Client, request: Request, layout: Arc<Layout>, page_size: Option<u32>) -> Self {
        Pages {
            client,
            product: request.product.clone(),
            layout,
            next: Next::First(request, page_size),
            may_be_missing: false,
            seen: HashSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// Takes HTTP 404 with Twilio's code 20404 for a list without rows: for a list under a resource that may be gone.
    pub fn under_parent(mut self) -> Self {
        self.may_be_missing = true;
        self
    }

    /// The next page; `None` after the last one. A page may be empty and yet not be the last one.
    ///
    /// A 404 is an error, save as [`Pages::under_parent`] says, and always that of a later page: rows would be missing
    /// in silence.
    ///
    /// After an error, the next call asks for the same page again.
    ///
    /// # Errors
    /// Every error of a read, [`Error::RepeatedLink`], [`Error::ForeignLink`].
    pub fn next_page(&mut self, cancel: &CancelToken) -> Result<Option<Page>, Error> {
        loop {
            let (url, sized) = match &self.next {
                Next::First(request, page_size) => (self.first_url(request, *page_size), page_size.is_some()),
                Next::Link(url) => (url.clone(), false),
                Next::End => return Ok(None),
            };
            let call = Call { method: Method::Get, url: &url, form: &[], creates: false };
            let answer = match self.client.send(&call, cancel) {
                Err(error) if sized && is_about_page_size(&error) => {
                    if let Next::First(_, page_size) = &mut self.next {
                        *page_size = None;
                    }
                    continue;
                }
                Err(Error::Api { status: 404, code: Some(NOT_FOUND), .. })
                    if self.may_be_missing && matches!(self.next, Next::First(..)) =>
                {
                    self.next = Next::End;
                    return Ok(None);
                }
                answer => answer?,
            };
            let entry = answer.entry();
            let content_type = answer.content_type().to_owned();
            let list = decode::read_list(&answer.body?, &self.layout)
                .map_err(|reason| call.invalid_answer(reason, &content_type))?;
            self.client.journal().read(entry, list.page.rows());
            // The first page may give itself another address than the one it was asked for under.
            let own = list.own.and_then(|own| self.client.hosts().resolve(&self.product, &own).ok());
            for address in own.iter().chain([&url]) {
                self.seen.insert(self.hasher.hash_one(address));
            }
            self.next = match list.next {
                Some(link) => Next::Link(self.follow(&call, &link)?),
                None => Next::End,
            };
            return Ok(Some(list.page));
        }
    }

    fn first_url(&self, request: &Request, page_size: Option<u32>) -> String {
        match page_size {
            None => self.client.url(request),
            Some(rows) => {
                let mut sized = request.clone();
                sized.query.push(("PageSize".into(), rows.to_string()));
                self.client.url(&sized)
            }
        }
    }

    /// The URL of a page's link.
    fn follow(&self, call: &Call<'_>, link: &str) -> Result<String, Error> {
        let url = self.client.hosts().resolve(&self.product, link).map_err(|bad| match bad {
            BadLink::Malformed => call.invalid_answer("its link to the next page is no URL".into(), ""),
            BadLink::Foreign(host) => Error::ForeignLink { what: call.what(), host },
        })?;
        if self.seen.contains(&self.hasher.hash_one(&url)) {
            return Err(Error::RepeatedLink { what: call.what() });
        }
        Ok(url)
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
