//! Threads whose work nobody waits for any more, and that may not have noticed yet: none may outlive the library.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

/// A thread, whatever it gives back.
trait Thread: fmt::Debug + Send {
    fn is_finished(&self) -> bool;

    /// Waits until it has ended. What it panicked with has nobody to tell it to.
    fn join(self: Box<Self>);
}

impl<T: Send> Thread for JoinHandle<T> {
    fn is_finished(&self) -> bool {
        JoinHandle::is_finished(self)
    }

    fn join(self: Box<Self>) {
        drop(JoinHandle::join(*self));
    }
}

/// Threads that are to end by themselves.
#[derive(Debug, Default)]
pub(super) struct Leftovers(Mutex<Vec<Box<dyn Thread>>>);

impl Leftovers {
    /// Takes a thread whose work is no longer wanted.
    pub fn keep<T: Send + 'static>(&self, thread: JoinHandle<T>) {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Joined, which takes no time, rather than dropped: one that has finished may still be on its way out of the
        // library's code.
        for done in threads.extract_if(.., |thread| thread.is_finished()) {
            done.join();
        }
        threads.push(Box::new(thread));
    }

    /// Whether there is none.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Waits until none of them runs.
    pub fn join(&self) {
        let threads = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        threads.into_iter().for_each(Thread::join);
    }
}
