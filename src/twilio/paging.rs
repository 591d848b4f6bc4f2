//! A list, page by page.

use super::{Error, Page};
use crate::cancel::CancelToken;

/// The pages of one list, fetched when they are asked for.
#[derive(Debug)]
pub struct Pages {}

impl Pages {
    /// The next page; `None` after the last one. A page may be empty and yet not be the last one.
    pub fn next_page(&mut self, _cancel: &CancelToken) -> Result<Option<Page>, Error> {
        unreachable!()
    }
}
