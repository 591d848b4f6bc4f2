//! The client: sends a request, and gives back pages.

use std::sync::Arc;

use super::{ClientConfig, Error, Layout, Page, Pages, Request};
use crate::cancel::CancelToken;

/// What a write gave.
#[derive(Debug)]
pub struct Written {
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// The row of the answer, where a layout was given and the answer holds one.
    pub row: Option<Page>,
    /// Twilio's id of the request (`RQ…`).
    pub request_id: Option<String>,
}

/// A connection's way to Twilio. Clones share the connection pool.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: ClientConfig,
}

impl Client {
    /// Checks the settings. Sends nothing.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`].
    pub fn new(config: ClientConfig) -> Result<Client, Error> {
        Ok(Client(Arc::new(Inner { config })))
    }

    /// The account that 2010 paths name.
    pub fn account_sid(&self) -> &str {
        &self.0.config.account_sid
    }

    /// The host of the 2010 API: `api.twilio.com`, or that of the base URL.
    pub fn host_name(&self) -> &str {
        unreachable!()
    }

    /// Sends one cheap request to see whether the host answers and the credentials are taken.
    pub fn check(&self, _cancel: &CancelToken) -> Result<(), Error> {
        unreachable!()
    }

    /// The pages of a list. Sends nothing until the first page is asked for. `page_size` is the PageSize to ask
    /// for, in rows.
    pub fn list(&self, _request: Request, _layout: Arc<Layout>, _page_size: Option<u32>) -> Pages {
        unreachable!()
    }

    /// Reads one object as a page of one row; `None` when Twilio says that it does not exist.
    pub fn fetch(
        &self,
        _request: &Request,
        _layout: &Layout,
        _cancel: &CancelToken,
    ) -> Result<Option<Page>, Error> {
        unreachable!()
    }

    /// Sends a write. `creates` says that every execution makes something new: such a request is sent once.
    pub fn write(
        &self,
        _request: &Request,
        _layout: Option<&Layout>,
        _creates: bool,
        _cancel: &CancelToken,
    ) -> Result<Written, Error> {
        unreachable!()
    }
}
