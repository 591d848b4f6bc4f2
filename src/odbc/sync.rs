//! The locks that threads meet at: the standard library's, or with `--cfg loom` those of loom, which tries every order in
//! which threads can take them (`handles::models`).

#[cfg(loom)]
pub use loom::sync::{Mutex, MutexGuard, RwLock};
#[cfg(not(loom))]
pub use std::sync::{Mutex, MutexGuard, RwLock};
