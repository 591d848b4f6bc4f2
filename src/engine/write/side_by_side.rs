//! Sending requests side by side, where the order of the rows does not matter.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Does `send` for each number below `count`, up to `width` at a time, and gives what came of them in their
/// order. Nothing is begun any more once one has `ended` the statement: it has `None` then.
pub(super) fn run<T: Send>(
    count: usize,
    width: usize,
    send: impl Fn(usize) -> T + Sync,
    ended: impl Fn(&T) -> bool + Sync,
) -> Vec<Option<T>> {
    let next = AtomicUsize::new(0);
    let is_over = AtomicBool::new(false);
    let done = Mutex::new((0..count).map(|_| None).collect::<Vec<Option<T>>>());
    let work = || {
        while !is_over.load(Ordering::Acquire) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            let result = send(number);
            if ended(&result) {
                is_over.store(true, Ordering::Release);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..count.min(width) {
            // Where no thread is to be had, the others do it all.
            if std::thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_are_in_order_and_few_run_at_once() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let send = |number: usize| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(if number.is_multiple_of(3) { 8 } else { 2 }));
            running.fetch_sub(1, Ordering::SeqCst);
            number
        };
        let done = run(40, 8, send, |_| false);
        assert_eq!(done, (0..40).map(Some).collect::<Vec<_>>());
        let most = most.into_inner();
        assert!((2..=8).contains(&most), "{most}");
        assert!(run(0, 8, |number| number, |_| false).is_empty());
    }

    #[test]
    fn nothing_is_begun_after_the_end() {
        let send = |number: usize| {
            std::thread::sleep(Duration::from_millis(if number == 3 { 1 } else { 20 }));
            number
        };
        let done = run(100, 8, send, |number| *number == 3);
        let begun: Vec<usize> = done.into_iter().flatten().collect();
        assert!(begun.contains(&3) && begun.len() <= 16, "{begun:?}");
    }
}
