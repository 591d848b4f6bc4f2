//! What the waits of one request obey, and what they report back.
//!
//! ureq owns the call stack between the client and the socket, and has no place for a cancel token. A request
//! runs on the thread that asked for it, so its token stands in a thread-local for as long as it runs: the
//! transport asks there before every wait, and notes there that the request has begun to leave.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use crate::cancel::{CancelToken, Stop};

/// The longest that a wait goes without looking at the token.
pub(super) const SLICE: Duration = Duration::from_millis(50);

/// Why a request was given up by its own side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    Stopped(Stop),
    /// The request took longer than it may.
    TimedOut,
}

/// How far a request came. Later stages are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// The name of the host is looked up.
    Resolving,
    /// A connection is made: TCP, a proxy's tunnel, TLS.
    Connecting,
    /// At least a part of the request may have left.
    Sending,
}

struct Watch {
    cancel: CancelToken,
    until: Instant,
    /// Host and port of the request: what is sent to a proxy on the way there is no part of the request.
    authority: String,
    stage: Stage,
    halt: Option<Halt>,
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// Watches over the requests of this thread until it is dropped.
pub(super) struct Guard(());

/// Starts to watch over one request, which may take as long as `timeout`; zero stands for no limit.
pub(super) fn begin(cancel: &CancelToken, timeout: Duration, authority: &str) -> Guard {
    let far = Instant::now() + Duration::from_secs(365 * 86_400);
    let until = Instant::now().checked_add(timeout).filter(|_| !timeout.is_zero());
    let watch = Watch {
        cancel: cancel.clone(),
        until: until.unwrap_or(far),
        authority: authority.to_owned(),
        stage: Stage::Resolving,
        halt: None,
    };
    WATCH.with(|w| w.replace(Some(watch)));
    Guard(())
}

impl Guard {
    /// How far the request came.
    pub(super) fn stage(&self) -> Stage {
        WATCH.with(|w| w.borrow().as_ref().map_or(Stage::Sending, |watch| watch.stage))
    }

    /// Why the request was given up, if it was.
    pub(super) fn halt(&self) -> Option<Halt> {
        WATCH.with(|w| w.borrow().as_ref().and_then(|watch| watch.halt))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        WATCH.with(|w| w.replace(None));
    }
}

/// The longest that the next wait may take, at most [`SLICE`] and never zero.
///
/// # Errors
/// When the request has to be given up. The reason is kept for the guard, since ureq may wrap what it is given.
pub(super) fn slice() -> Result<Duration, Halt> {
    WATCH.with(|w| {
        let mut watch = w.borrow_mut();
        let Some(watch) = watch.as_mut() else { return Ok(SLICE) };
        let left = watch.until.saturating_duration_since(Instant::now());
        let halt = match watch.cancel.stop() {
            Some(stop) => Some(Halt::Stopped(stop)),
            None => left.is_zero().then_some(Halt::TimedOut),
        };
        watch.halt = halt.or(watch.halt);
        match halt {
            Some(halt) => Err(halt),
            None => Ok(left
                .min(SLICE)
                .min(watch.cancel.remaining().unwrap_or(SLICE))
                .max(Duration::from_millis(1))),
        }
    })
}

/// Time left for the request.
pub(super) fn left() -> Duration {
    WATCH.with(|w| {
        w.borrow().as_ref().map_or(SLICE, |watch| watch.until.saturating_duration_since(Instant::now()))
    })
}

/// Notes how far the request came.
pub(super) fn reached(stage: Stage) {
    WATCH.with(|w| {
        if let Some(watch) = w.borrow_mut().as_mut() {
            watch.stage = watch.stage.max(stage);
        }
    });
}

/// Whether this is the host that the request is for, and not a proxy on the way.
pub(super) fn is_target(authority: &str) -> bool {
    WATCH.with(|w| w.borrow().as_ref().is_none_or(|watch| watch.authority == authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_leaves_nothing_behind() {
        let cancel = CancelToken::default();
        {
            let guard = begin(&cancel, Duration::from_secs(5), "a:1");
            assert!(is_target("a:1") && !is_target("proxy:1"));
            reached(Stage::Sending);
            reached(Stage::Connecting);
            assert_eq!(guard.stage(), Stage::Sending);
            assert_eq!(slice(), Ok(SLICE));
            cancel.cancel();
            assert_eq!(slice(), Err(Halt::Stopped(Stop::Cancelled)));
            assert_eq!(guard.halt(), Some(Halt::Stopped(Stop::Cancelled)));
        }
        assert_eq!(slice(), Ok(SLICE));
    }

    #[test]
    fn time_passes() {
        let guard = begin(&CancelToken::default(), Duration::from_nanos(1), "a:1");
        assert_eq!(slice(), Err(Halt::TimedOut));
        drop(guard);
        let cancel = CancelToken::default();
        cancel.arm(Some(Duration::from_millis(20)));
        let _guard = begin(&cancel, Duration::from_secs(5), "a:1");
        assert!(slice().unwrap() <= Duration::from_millis(20));
    }
}
