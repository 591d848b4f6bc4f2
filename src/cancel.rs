//! The token by which SQLCancel and the query timeout stop a statement.
//!
//! It is shared between the statement, every HTTP wait and SQLite's progress handler, and is set without any
//! lock that a running statement could hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, state};

/// Why a statement has to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// SQLCancel, SQLCancelHandle or the closing of the cursor.
    Cancelled,
    /// SQL_ATTR_QUERY_TIMEOUT has passed.
    TimedOut,
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Cancelled => Error::new(state::OPERATION_CANCELLED, "The statement was cancelled."),
            Stop::TimedOut => Error::new(state::TIMEOUT, "The query timeout expired."),
        }
    }
}

#[derive(Debug)]
struct Shared {
    cancelled: AtomicBool,
    /// Nanoseconds after `epoch`; 0 stands for no deadline.
    deadline: AtomicU64,
    epoch: Instant,
}

/// One per statement; clones share the state.
#[derive(Clone, Debug)]
pub struct CancelToken(Arc<Shared>);

impl Default for CancelToken {
    fn default() -> Self {
        CancelToken(Arc::new(Shared {
            cancelled: AtomicBool::new(false),
            deadline: AtomicU64::new(0),
            epoch: Instant::now(),
        }))
    }
}

impl CancelToken {
    /// Starts an execution: forgets an earlier cancel and sets the deadline, `None` for no timeout.
    pub fn arm(&self, timeout: Option<Duration>) {
        let deadline = timeout.map_or(0, |t| {
            let nanos = self.0.epoch.elapsed().saturating_add(t).as_nanos();
            u64::try_from(nanos).unwrap_or(u64::MAX).max(1)
        });
        self.0.deadline.store(deadline, Ordering::Relaxed);
        self.0.cancelled.store(false, Ordering::Release);
    }

    /// Asks the statement to stop. Takes no lock and returns at once; safe from any thread.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
    }

    /// Whether and why the statement has to stop.
    pub fn stop(&self) -> Option<Stop> {
        if self.is_cancelled() {
            return Some(Stop::Cancelled);
        }
        (self.remaining() == Some(Duration::ZERO)).then_some(Stop::TimedOut)
    }

    /// Whether somebody asked the statement to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// `Err` once the statement has to stop.
    pub fn check(&self) -> Result<(), Stop> {
        self.stop().map_or(Ok(()), Err)
    }

    /// Time left until the deadline, zero once it has passed; `None` without a deadline.
    pub fn remaining(&self) -> Option<Duration> {
        match self.0.deadline.load(Ordering::Relaxed) {
            0 => None,
            nanos => Some(Duration::from_nanos(nanos).saturating_sub(self.0.epoch.elapsed())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_lasts_until_the_next_execution() {
        let token = CancelToken::default();
        assert_eq!(token.stop(), None);
        token.clone().cancel();
        assert_eq!(token.stop(), Some(Stop::Cancelled));
        token.arm(None);
        assert_eq!(token.stop(), None);
    }

    #[test]
    fn the_deadline_stops_by_itself() {
        let token = CancelToken::default();
        token.arm(Some(Duration::ZERO));
        assert_eq!(token.stop(), Some(Stop::TimedOut));
        token.arm(Some(Duration::from_secs(60)));
        assert_eq!(token.stop(), None);
        // Later than any duration has passed, which a token that is new does not tell.
        std::thread::sleep(Duration::from_millis(2));
        token.arm(Some(Duration::MAX));
        assert_eq!(token.stop(), None);
    }
}
