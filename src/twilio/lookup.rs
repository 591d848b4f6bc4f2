//! The addresses of host names.
//!
//! The system's resolver cannot be interrupted, and may take many seconds where no server answers it. So a thread asks it, and is
//! waited for as a socket is. One that nobody waits for any more ends when the resolver gives up: no thread may outlive the
//! library, and so whoever drops [`Lookups`] waits for it.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::Builder;

use super::leftovers::Leftovers;
use super::watch::{self, Halt};

/// Why there are no addresses.
#[derive(Debug)]
pub(super) enum NoAddress {
    /// The request has to be given up.
    Halted(Halt),
    /// The resolver knows none, or no thread could be started.
    Failed(io::Error),
}

/// Look-ups, and the threads of those that were given up.
#[derive(Debug, Default)]
pub(super) struct Lookups(Leftovers);

impl Lookups {
    /// The addresses of `name`, a host and a port.
    ///
    /// # Errors
    /// [`NoAddress`].
    pub fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, NoAddress> {
        if let Ok(address) = name.parse() {
            return Ok(vec![address]);
        }
        let name = name.to_owned();
        self.wait(move || Ok(name.to_socket_addrs()?.collect()))
    }

    fn wait(
        &self,
        ask: impl FnOnce() -> io::Result<Vec<SocketAddr>> + Send + 'static,
    ) -> Result<Vec<SocketAddr>, NoAddress> {
        let (sender, answer) = sync_channel(1);
        let thread = Builder::new().name("twilio-odbc lookup".into());
        let thread = thread.spawn(move || drop(sender.send(ask()))).map_err(NoAddress::Failed)?;
        loop {
            let slice = match watch::slice() {
                Ok(slice) => slice,
                Err(halt) => {
                    self.0.keep(thread);
                    return Err(NoAddress::Halted(halt));
                }
            };
            let answer = match answer.recv_timeout(slice) {
                Err(RecvTimeoutError::Timeout) => continue,
                answer => answer,
            };
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
            let none = |_| io::Error::from(io::ErrorKind::NotFound);
            return answer.map_err(none).and_then(|addresses| addresses).map_err(NoAddress::Failed);
        }
    }
}

impl Drop for Lookups {
    fn drop(&mut self) {
        self.0.join();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::cancel::{CancelToken, Stop};

    #[test]
    fn names_and_addresses() {
        let lookups = Lookups::default();
        assert_eq!(lookups.addresses("127.0.0.1:80").unwrap(), ["127.0.0.1:80".parse().unwrap()]);
        assert_eq!(lookups.addresses("[::1]:80").unwrap(), ["[::1]:80".parse().unwrap()]);
        assert!(lookups.addresses("localhost:80").unwrap().iter().all(|address| address.ip().is_loopback()));
        assert!(matches!(lookups.addresses("no port"), Err(NoAddress::Failed(_))));
        assert!(lookups.0.is_empty());
    }

    #[test]
    fn a_resolver_that_does_not_answer_is_left_and_waited_for_in_the_end() {
        let ended = Arc::<AtomicBool>::default();
        let lookups = Lookups::default();
        let cancel = CancelToken::default();
        let _watch = watch::begin(&cancel, Duration::from_secs(30), "name:1");
        let (at, returned) = thread::scope(|scope| {
            let canceller = scope.spawn(|| {
                thread::sleep(Duration::from_millis(100));
                cancel.cancel();
                Instant::now()
            });
            let end = ended.clone();
            let outcome = lookups.wait(move || {
                thread::sleep(Duration::from_millis(1500));
                end.store(true, Ordering::Relaxed);
                Ok(Vec::new())
            });
            let returned = Instant::now();
            assert!(matches!(outcome, Err(NoAddress::Halted(Halt::Stopped(Stop::Cancelled)))), "{outcome:?}");
            (canceller.join().unwrap(), returned)
        });
        assert!(returned - at < Duration::from_millis(200), "{:?}", returned - at);
        assert!(!ended.load(Ordering::Relaxed));
        drop(lookups);
        assert!(ended.load(Ordering::Relaxed));
    }

    #[test]
    fn the_time_of_a_request_bounds_its_look_up() {
        let _watch = watch::begin(&CancelToken::default(), Duration::from_millis(100), "name:1");
        let started = Instant::now();
        let outcome = Lookups::default().wait(|| {
            thread::sleep(Duration::from_millis(300));
            Ok(Vec::new())
        });
        assert!(matches!(outcome, Err(NoAddress::Halted(Halt::TimedOut))), "{outcome:?}");
        // It was dropped at once, and so it was waited for.
        assert!(started.elapsed() >= Duration::from_millis(300));
    }
}
