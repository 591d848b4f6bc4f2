//! Speaks HTTP to Twilio: authentication, hosts, paging, retries, errors, cancellation, decoding.
//!
//! A caller builds a [`Request`] (its path by [`expand_path`]) and hands it to a [`Client`]. The client finds
//! the host, authenticates, sends, waits, and repeats what may be repeated; the answer is decoded once, by a
//! [`Layout`], into the typed columns of a [`Page`]. A list is a [`Pages`]: it fetches a page when it is asked
//! for one, and follows only the links that Twilio gives. Each attempt is noted in the client's [`Journal`].
//!
//! ```text
//! Request ─► client ─► retry ─► transport (waits that obey the CancelToken) ─► Twilio
//! Page ◄─ decode ◄─ paging ◄─ client ◄────────────────────────────────────────┘
//! ```

mod bodies;
mod call;
mod client;
mod config;
mod decode;
mod download;
mod error;
mod host;
mod journal;
mod leftovers;
mod lookup;
mod oauth;
mod pace;
mod paging;
mod pool;
mod proxy;
mod read_ahead;
mod request;
mod retry;
mod tls;
mod transport;
mod watch;
#[cfg(test)]
mod wire_tests;

pub use client::{Client, Written};
pub use config::{ClientConfig, Credentials, Secret};
pub use decode::{Continuation, Layout, List, Page, Warning, read_list};
pub use error::Error;
pub use journal::{Entry, Journal};
pub use paging::Pages;
pub use pool::USER_AGENT;
pub use proxy::ProxySettings;
pub use read_ahead::PageStream;
pub use request::{Request, expand_path};
pub use tls::ServerCertificate;
