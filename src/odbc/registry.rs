//! Handles: tokens that find environments, connections, statements and descriptors.
//!
//! A token packs slot, generation and kind into a pointer's bits. It is never a pointer, so a stale or invented
//! one finds nothing and the call answers SQL_INVALID_HANDLE. The lock is held for a look-up only, never while a
//! connection's lock is waited for.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};

use super::connection::Connection;
use super::environment::Environment;
use super::sync::RwLock;
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};

/// A handle as the application holds it; 0 is SQL_NULL_HANDLE.
pub type Token = usize;

/// What a handle can stand for, with the number that ODBC gives it (SQL_HANDLE_ENV …).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Environment = 1,
    Connection = 2,
    Statement = 3,
    Descriptor = 4,
}

impl Kind {
    /// The kind of that number.
    pub fn from_code(code: i16) -> Option<Kind> {
        [Kind::Environment, Kind::Connection, Kind::Statement, Kind::Descriptor]
            .into_iter()
            .find(|&kind| kind as i16 == code)
    }
}

/// What SQLCancel needs of a statement and SQLCancelHandle of a connection, reached without the connection's lock.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    pub cancel: CancelToken,
    /// Whether a call that can take long is under way.
    pub running: Arc<AtomicBool>,
}

/// What a token finds.
#[derive(Clone)]
pub enum Object {
    Environment(Arc<Environment>),
    Connection(Arc<Connection>),
    /// A statement lives in its connection's group, under its own token.
    Statement(Arc<Connection>, Activity),
    /// A descriptor lives in its connection's group, under its own token.
    Descriptor(Arc<Connection>),
}

impl Object {
    fn kind(&self) -> Kind {
        match self {
            Object::Environment(_) => Kind::Environment,
            Object::Connection(_) => Kind::Connection,
            Object::Statement(..) => Kind::Statement,
            Object::Descriptor(_) => Kind::Descriptor,
        }
    }
}

const KIND_BITS: u32 = 3;
const SLOT_BITS: u32 = usize::BITS / 2;
const GENERATION_BITS: u32 = usize::BITS - SLOT_BITS - KIND_BITS;

fn pack(kind: Kind, slot: usize, generation: usize) -> Token {
    kind as usize | slot << KIND_BITS | generation << (KIND_BITS + SLOT_BITS)
}

fn slot_of(token: Token) -> usize {
    token >> KIND_BITS & ((1 << SLOT_BITS) - 1)
}

struct Slot {
    /// Starts at 1, so that no small number is a token.
    generation: usize,
    object: Option<Object>,
}

#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
    free: Vec<usize>,
}

impl Slots {
    fn insert(&mut self, object: Object) -> Option<Token> {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None if self.slots.len() >> SLOT_BITS == 0 => {
                self.slots.push(Slot { generation: 1, object: None });
                self.slots.len() - 1
            }
            None => return None,
        };
        let entry = &mut self.slots[slot];
        let token = pack(object.kind(), slot, entry.generation);
        entry.object = Some(object);
        Some(token)
    }

    fn get(&self, token: Token) -> Option<&Object> {
        let entry = self.slots.get(slot_of(token))?;
        let object = entry.object.as_ref()?;
        (pack(object.kind(), slot_of(token), entry.generation) == token).then_some(object)
    }

    fn remove(&mut self, token: Token) -> Option<Object> {
        self.get(token)?;
        let slot = slot_of(token);
        let entry = &mut self.slots[slot];
        entry.generation = (entry.generation + 1) & ((1 << GENERATION_BITS) - 1);
        self.free.push(slot);
        entry.object.take()
    }
}

#[cfg(not(loom))]
static REGISTRY: RwLock<Slots> = RwLock::new(Slots { slots: Vec::new(), free: Vec::new() });
#[cfg(loom)]
loom::lazy_static! {
    static ref REGISTRY: RwLock<Slots> = RwLock::new(Slots::default());
}

/// Gives an object a token.
///
/// # Errors
/// HY014 when there are no more tokens.
pub fn insert(object: Object) -> Result<Token> {
    let mut slots = REGISTRY.write().unwrap_or_else(PoisonError::into_inner);
    slots.insert(object).ok_or_else(|| Error::new(state::TOO_MANY_HANDLES, "There are too many handles."))
}

/// What the token stands for; `None` when it is stale or was never one.
pub fn get(token: Token) -> Option<Object> {
    REGISTRY.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
}

/// The connection of the statement that the token stands for: what most calls need, and less than [`get`] copies.
pub fn connection_of_statement(token: Token) -> Option<Arc<Connection>> {
    match REGISTRY.read().unwrap_or_else(PoisonError::into_inner).get(token)? {
        Object::Statement(connection, _) => Some(connection.clone()),
        _ => None,
    }
}

/// Invalidates a token.
pub fn remove(token: Token) {
    // The object is dropped after the lock: a drop may take long.
    let removed = REGISTRY.write().unwrap_or_else(PoisonError::into_inner).remove(token);
    drop(removed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Object {
        Object::Environment(Arc::new(Environment::default()))
    }

    #[test]
    fn a_removed_token_stays_stale() {
        let mut slots = Slots::default();
        let first = slots.insert(environment()).unwrap();
        assert_ne!(first, 0);
        assert!(slots.get(first).is_some());
        assert!(slots.remove(first).is_some());
        assert!(slots.get(first).is_none());
        assert!(slots.remove(first).is_none());
        let second = slots.insert(environment()).unwrap();
        assert_eq!(slot_of(first), slot_of(second));
        assert_ne!(first, second);
        assert!(slots.get(first).is_none());
    }

    #[test]
    fn foreign_numbers_find_nothing() {
        let mut slots = Slots::default();
        let token = slots.insert(environment()).unwrap();
        let wrong_kind = token - Kind::Environment as usize + Kind::Statement as usize;
        let on_stack = 0u8;
        for foreign in [0, 1, usize::MAX, wrong_kind, &raw const on_stack as usize] {
            assert!(slots.get(foreign).is_none(), "{foreign:#x}");
        }
    }

    #[test]
    fn kinds_have_the_numbers_of_odbc() {
        assert_eq!(Kind::from_code(3), Some(Kind::Statement));
        assert_eq!(Kind::from_code(0), None);
        assert_eq!(Kind::from_code(5), None);
    }
}
