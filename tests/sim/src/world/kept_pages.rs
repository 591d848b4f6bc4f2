//! Bodies of pages that were answered, for whoever asks for the same page again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most that is kept, in bytes: 200,000 messages.
const MOST: usize = 256 << 20;

/// Bodies by what was asked for. Who changes a row of the list has to clear them.
#[derive(Debug, Default)]
pub(crate) struct KeptPages(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    bodies: BTreeMap<String, Arc<Vec<u8>>>,
    bytes: usize,
}

impl KeptPages {
    pub(crate) fn get(&self, asked: &str) -> Option<Arc<Vec<u8>>> {
        self.lock().bodies.get(asked).cloned()
    }

    /// Keeps a body, as long as there is room.
    pub(crate) fn keep(&self, asked: String, body: &Arc<Vec<u8>>) {
        let mut kept = self.lock();
        if kept.bytes + body.len() <= MOST {
            kept.bytes += body.len();
            kept.bodies.insert(asked, Arc::clone(body));
        }
    }

    pub(crate) fn clear(&self) {
        *self.lock() = Kept::default();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_forgotten() {
        let pages = KeptPages::default();
        let body = Arc::new(b"rows".to_vec());
        pages.keep("a".into(), &body);
        pages.keep("b".into(), &Arc::new(vec![0; MOST]));
        assert_eq!((pages.get("a"), pages.get("b")), (Some(body), None));
        pages.clear();
        assert_eq!(pages.get("a"), None);
    }
}
