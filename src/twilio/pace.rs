//! How many requests a client has under way at once.
//!
//! Twilio bounds the requests that an account has running at the same time, and does not say to how many. A client
//! keeps to a limit of its own (MaxConcurrency), and below it to what the answers say:
//!
//! | answer | what follows |
//! |---|---|
//! | HTTP 429 | half as many at once |
//! | `Twilio-Concurrent-Requests` of 50 or more: the account is busy, with or without us | one less |
//! | as many other answers in a row as run at once | one more, up to the limit |
//! | ten answers in a row that nothing was found | one at a time, until something is: Twilio shuts out those who ask for what is not there too often (70005) |

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::watch::SLICE;
use crate::cancel::{CancelToken, Stop};

/// Running requests of the account from which on a client takes less than it may. Third parties report that
/// Twilio's own limit is 100.
const BUSY: u32 = 50;
/// Answers in a row that nothing was found, from which on requests go one at a time.
const MISSES: usize = 10;

/// Lets requests of one client and its clones through.
#[derive(Debug)]
pub(super) struct Gate {
    most: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug)]
struct State {
    running: usize,
    /// How many may run at once; from 1 to the gate's `most`.
    limit: usize,
    /// Answers since the limit changed.
    quiet: usize,
    /// Answers in a row that nothing was found.
    missed: usize,
}

impl State {
    fn admits(&self) -> bool {
        self.running < if self.missed >= MISSES { 1 } else { self.limit }
    }
}

/// What an answer tells about the pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The HTTP status.
    pub status: u16,
    /// The header `Twilio-Concurrent-Requests`: how many requests of the account run.
    pub running: Option<u32>,
}

/// The leave to send one request; given back when it is dropped.
pub(super) struct Permit<'a>(&'a Gate);

impl Gate {
    /// A gate that lets `most` requests through at once, at least one.
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        let state = State { running: 0, limit: most, quiet: 0, missed: 0 };
        Gate { most, state: Mutex::new(state), freed: Condvar::new() }
    }

    /// How many requests may run at once when Twilio has nothing against it.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Waits until a request may be sent.
    ///
    /// # Errors
    /// When the statement has to stop meanwhile.
    pub fn enter(&self, cancel: &CancelToken) -> Result<Permit<'_>, Stop> {
        let mut state = self.state();
        while !state.admits() {
            cancel.check()?;
            let slice = cancel.remaining().unwrap_or(SLICE).min(SLICE);
            state = self.freed.wait_timeout(state, slice).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.running += 1;
        Ok(Permit(self))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Takes an answer into account.
    pub fn answered(&self, told: Told) {
        let mut state = self.0.state();
        state.missed = if told.status == 404 { state.missed + 1 } else { 0 };
        let limit = match told {
            Told { status: 429, .. } => state.limit / 2,
            Told { running: Some(running), .. } if running >= BUSY => state.limit - 1,
            _ => {
                state.quiet += 1;
                if state.quiet < state.limit {
                    return;
                }
                state.limit + 1
            }
        };
        state.limit = limit.clamp(1, self.0.most);
        state.quiet = 0;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16) -> Told {
        Told { status, running: Some(1) }
    }

    fn answer(gate: &Gate, told: Told) {
        gate.enter(&CancelToken::default()).unwrap().answered(told);
    }

    fn limit(gate: &Gate) -> usize {
        gate.state().limit
    }

    #[test]
    fn refusals_halve_and_quiet_restores() {
        let gate = Gate::new(8);
        answer(&gate, told(429));
        assert_eq!(limit(&gate), 4);
        (0..3).for_each(|_| answer(&gate, told(429)));
        assert_eq!(limit(&gate), 1);
        // 1 answer for the second place, 2 for the third, … 7 for the eighth.
        (0..27).for_each(|_| answer(&gate, told(200)));
        assert_eq!(limit(&gate), 7);
        answer(&gate, told(200));
        assert_eq!(limit(&gate), 8);
        (0..50).for_each(|_| answer(&gate, told(200)));
        assert_eq!(limit(&gate), 8);
    }

    #[test]
    fn a_busy_account_is_given_way() {
        let gate = Gate::new(4);
        answer(&gate, Told { status: 200, running: Some(BUSY) });
        assert_eq!(limit(&gate), 3);
        answer(&gate, Told { status: 200, running: Some(BUSY - 1) });
        assert_eq!(limit(&gate), 3);
    }

    #[test]
    fn what_is_never_found_goes_one_at_a_time() {
        let gate = Gate::new(4);
        (0..MISSES).for_each(|_| answer(&gate, told(404)));
        let cancel = CancelToken::default();
        let one = gate.enter(&cancel).unwrap();
        assert!(!gate.state().admits());
        one.answered(told(200));
        assert!(gate.state().admits());
    }

    #[test]
    fn who_waits_can_be_stopped_and_is_let_in() {
        let gate = Gate::new(1);
        let cancel = CancelToken::default();
        let first = gate.enter(&cancel).unwrap();
        let stopped = CancelToken::default();
        stopped.cancel();
        assert_eq!(gate.enter(&stopped).err(), Some(Stop::Cancelled));
        std::thread::scope(|scope| {
            let second = scope.spawn(|| drop(gate.enter(&cancel).unwrap()));
            drop(first);
            second.join().unwrap();
        });
        assert_eq!(gate.state().running, 0);
    }
}
