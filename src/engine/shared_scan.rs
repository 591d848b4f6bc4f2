//! Scans that several cursors of a statement read, and which of their pages are kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::context::Context;
use super::scan::Scan;
use super::scan_request::ScanRequest;
use crate::error::{Error, Result, state};
use crate::logging::Scope;
use crate::twilio::Page;

/// Asks for the first pages of the scans side by side. What fails is told when the page is wanted.
pub(super) fn read_ahead(context: &Context, scans: &[Arc<Mutex<SharedScan>>]) {
    // The last one is read on this thread.
    let Some((last, others)) = scans.split_last() else { return };
    let read =
        |scan: &Mutex<SharedScan>| scan.lock().unwrap_or_else(PoisonError::into_inner).read_ahead(context);
    std::thread::scope(|scope| {
        let threads: Vec<_> = others
            .iter()
            // Where no thread is to be had, the page is read when it is wanted.
            .filter_map(|scan| {
                let log_scope = Scope::current();
                let work = move || {
                    let _scope = log_scope.map(Scope::enter);
                    read(scan);
                };
                std::thread::Builder::new().spawn_scoped(scope, work).ok()
            })
            .collect();
        read(last);
        // Where one panics, so will the reading of the page when it is wanted, where a panic becomes an error.
        threads.into_iter().for_each(|thread| drop(thread.join()));
    });
}

/// Which pages a scan holds on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// None: one cursor reads the scan, once.
    None,
    /// Those that the query for the keys ([`super::look_ahead`]) has not passed.
    Ahead,
    /// All, for cursors that come later.
    All,
}

/// Who reads a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Statement,
    /// A cursor of a query for keys, by its number.
    Ahead(usize),
}

/// A scan that several cursors of one statement may read.
#[derive(Debug)]
pub(super) struct SharedScan {
    request: ScanRequest,
    scan: Option<Scan>,
    keep: Keep,
    /// Pages that are kept, and how many before them no longer are.
    pages: VecDeque<Arc<Page>>,
    dropped: usize,
    /// The pages at which the cursors of queries for keys stand.
    ahead_at: HashMap<usize, usize>,
    /// What came of reading the first page before it was wanted.
    ahead: Option<Result<Option<Arc<Page>>>>,
    /// Pages that were read, kept or not.
    read: usize,
}

impl SharedScan {
    /// Nothing is sent before the first page is asked for.
    pub fn new(request: ScanRequest, keep: Keep) -> Self {
        let pages = VecDeque::new();
        let ahead_at = HashMap::new();
        SharedScan { request, scan: None, keep, pages, dropped: 0, ahead_at, ahead: None, read: 0 }
    }

    /// The page of that number, counted from 0; `None` after the last one. What is not kept can be read in order
    /// only.
    pub fn page(&mut self, context: &Context, number: usize, reader: Reader) -> Result<Option<Arc<Page>>> {
        if let Reader::Ahead(cursor) = reader {
            self.ahead_at.insert(cursor, number);
        }
        let page = match number.checked_sub(self.dropped).and_then(|place| self.pages.get(place)) {
            Some(page) => page.clone(),
            None => {
                if number != self.read {
                    let message = "A page was asked for that is no longer kept. Please report this.";
                    return Err(Error::new(state::GENERAL_ERROR, message));
                }
                let page = match self.ahead.take() {
                    // The statement is told when it gets there.
                    Some(Err(error)) if reader != Reader::Statement => {
                        self.ahead = Some(Err(error.clone()));
                        return Err(error);
                    }
                    Some(page) => page?,
                    None => self.next_page(context)?,
                };
                let Some(page) = page else { return Ok(None) };
                self.read += 1;
                match self.keep {
                    Keep::None => self.dropped += 1,
                    Keep::Ahead | Keep::All => self.pages.push_back(page.clone()),
                }
                page
            }
        };
        if self.keep == Keep::Ahead && reader == Reader::Statement {
            let last = self.ahead_at.values().fold(number, |last, at| last.min(*at));
            while self.dropped < last && self.pages.pop_front().is_some() {
                self.dropped += 1;
            }
        }
        Ok(Some(page))
    }

    /// The number of the first page that can still be had.
    pub fn first_page(&self) -> usize {
        self.dropped
    }

    /// That cursor of a query for keys reads no further.
    pub fn leave(&mut self, cursor: usize) {
        self.ahead_at.remove(&cursor);
    }

    /// Whether the page has been read, or it is known that there is none.
    pub fn has_read(&self, number: usize) -> bool {
        number < self.read
            || matches!(self.scan, Some(Scan::Done))
            || (number == self.read && self.ahead.is_some())
    }

    /// Reads the first page before it is wanted.
    fn read_ahead(&mut self, context: &Context) {
        if self.scan.is_none() {
            self.ahead = Some(self.next_page(context));
        }
    }

    fn next_page(&mut self, context: &Context) -> Result<Option<Arc<Page>>> {
        let scan = match &mut self.scan {
            Some(scan) => scan,
            none => none.insert(Scan::open(context, &self.request)?),
        };
        scan.next_page(context, &self.request)
    }
}
