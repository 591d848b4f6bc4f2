//! The connections that the clients of a process keep for each other.
//!
//! Clients that go the same way, through the same proxy and trusting the same certificates, have one pool: an idle connection of
//! one serves the others, and so does a TLS session. It lasts as long as one of them, and closes its connections with the last.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use ureq::Proxy;
use ureq::config::Config;

use super::tls::Trust;
use super::transport;

/// How requests introduce themselves.
pub const USER_AGENT: &str = concat!("twilio-odbc/", env!("CARGO_PKG_VERSION"));

/// The largest header of an answer, in bytes. ureq takes no more than 128 fields.
const HEADER_LIMIT: usize = 64 << 10;
/// What of a request is held before it is sent, in bytes.
const OUTPUT_BUFFER: usize = 16 << 10;
/// The most idle connections: the greatest MaxConcurrency.
const IDLE: usize = 100;

static POOLS: Mutex<Vec<Weak<Pool>>> = Mutex::new(Vec::new());

/// What clients that go the same way share.
pub(super) struct Pool {
    way: Way,
    /// Keeps connections for the next request.
    pub kept: ureq::Agent,
    /// Makes a new connection for every request. One that waited in a pool may have died unnoticed, and then
    /// takes a request with it: what creates something must not be lost that way.
    pub fresh: ureq::Agent,
}

/// How a client's requests go.
#[derive(PartialEq)]
struct Way {
    /// A process that was forked has copies of the sockets of the one that it comes from, whose answers it must not take.
    process: u32,
    proxy: Option<Proxy>,
    trust: Trust,
}

impl Pool {
    /// The pool of the clients of this process that go that way.
    pub fn of(proxy: Option<Proxy>, trust: Trust) -> Arc<Pool> {
        let way = Way { process: std::process::id(), proxy, trust };
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|pool| pool.strong_count() > 0);
        if let Some(pool) = pools.iter().filter_map(Weak::upgrade).find(|pool| pool.way == way) {
            return pool;
        }
        let agent = |idle| transport::agent(config(way.proxy.clone(), idle), way.trust.clone());
        let pool = Arc::new(Pool { kept: agent(IDLE), fresh: agent(0), way });
        pools.push(Arc::downgrade(&pool));
        pool
    }
}

fn config(proxy: Option<Proxy>, idle: usize) -> Config {
    Config::builder()
        .http_status_as_error(false)
        // A redirect leads to another host, which has no business with the credentials.
        .max_redirects(0)
        .user_agent(USER_AGENT)
        .accept("application/json")
        .max_response_header_size(HEADER_LIMIT)
        .output_buffer_size(OUTPUT_BUFFER)
        .max_idle_connections(idle)
        .max_idle_connections_per_host(idle)
        .proxy(proxy)
        .build()
}

#[cfg(test)]
mod tests {
    use super::super::ServerCertificate;
    use super::*;

    fn pinned(byte: u8) -> Trust {
        Trust::new(&ServerCertificate::Pinned([byte; 32])).unwrap()
    }

    #[test]
    fn who_goes_the_same_way_shares_and_nobody_else() {
        let proxy = |host: &str| Some(Proxy::new(&format!("http://{host}.invalid")).unwrap());
        let one = Pool::of(proxy("a"), pinned(1));
        assert!(Arc::ptr_eq(&one, &Pool::of(proxy("a"), pinned(1))));
        for (proxy, trust) in [(proxy("b"), pinned(1)), (None, pinned(1)), (proxy("a"), pinned(2))] {
            assert!(!Arc::ptr_eq(&one, &Pool::of(proxy, trust)));
        }
    }

    #[test]
    fn a_pool_ends_with_its_last_client() {
        let one = Pool::of(None, pinned(3));
        let weak = Arc::downgrade(&one);
        drop(one);
        assert!(weak.upgrade().is_none());
    }
}
