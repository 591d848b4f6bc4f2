//! For which connection and which statement a thread works.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use super::Log;

/// A connection's log and the number of the statement, 0 for none.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub(super) log: Option<Arc<Log>>,
    pub(super) statement: u32,
}

thread_local! {
    static CURRENT: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

/// Gives a thread its earlier scope back.
pub struct Entered {
    before: Option<Scope>,
    // It belongs to its thread.
    _thread: PhantomData<*const ()>,
}

impl Scope {
    /// Work on a statement, or with 0 on the connection itself.
    pub fn new(log: Option<Arc<Log>>, statement: u32) -> Scope {
        Scope { log, statement }
    }

    /// The scope of this thread; `None` where it works for no connection.
    pub fn current() -> Option<Scope> {
        with(|scope| scope.cloned())
    }

    /// Makes it the scope of this thread, until the guard goes.
    pub fn enter(self) -> Entered {
        let before = CURRENT.with(|current| current.replace(Some(self)));
        Entered { before, _thread: PhantomData }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let before = self.before.take();
        drop(CURRENT.with(|current| current.replace(before)));
    }
}

pub(super) fn with<T>(read: impl Fn(Option<&Scope>) -> T) -> T {
    // A thread that ends has no scope any more.
    CURRENT.try_with(|current| read(current.borrow().as_ref())).unwrap_or_else(|_| read(None))
}

/// Gives the scope of this thread a log: that of the connection that is being opened.
pub fn use_log(log: &Arc<Log>) {
    CURRENT.with(|current| {
        if let Some(scope) = current.borrow_mut().as_mut() {
            scope.log = Some(log.clone());
        }
    });
}

/// The number of the statement that begins, which is this thread's from now on; 0 where nothing is logged.
pub fn begin_statement() -> u32 {
    CURRENT.with(|current| {
        let mut current = current.borrow_mut();
        let Some(scope) = current.as_mut() else { return 0 };
        scope.statement = scope.log.as_ref().map_or(0, |log| log.next_statement());
        scope.statement
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_ends_with_its_guard() {
        assert!(Scope::current().is_none());
        let outer = Scope::new(None, 1).enter();
        {
            let _inner = Scope::new(None, 2).enter();
            assert_eq!(Scope::current().map(|scope| scope.statement), Some(2));
            assert!(std::thread::spawn(|| Scope::current().is_none()).join().unwrap());
        }
        assert_eq!(Scope::current().map(|scope| scope.statement), Some(1));
        drop(outer);
        assert!(Scope::current().is_none());
    }
}
