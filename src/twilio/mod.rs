//! Speaks HTTP to Twilio: authentication, hosts, paging, retries, errors, decoding.

/// A connection's way to Twilio. Clones share the connection pool.
#[derive(Clone)]
pub struct Client;
