//! What one call delivers of a converted value: SQLGetData's pieces, a bound column's cut.

use std::borrow::Cow;

use crate::convert::Converted;
use crate::error::Result;

/// The indicator of a NULL (SQL_NULL_DATA).
pub const NULL_DATA: isize = -1;

/// What goes into the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'d> {
    Bytes(&'d [u8]),
    /// UTF-16 units, to be stored in native byte order.
    Units(&'d [u16]),
}

/// What a buffer receives of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'d> {
    /// The data, without terminator. Never longer than the buffer, except that a value of fixed size ignores
    /// the buffer's length.
    pub chunk: Chunk<'d>,
    /// Zero bytes to write after the data: 0, 1 or 2.
    pub terminator: usize,
    /// The length/indicator value: bytes left before this call, without terminator; [`NULL_DATA`] for NULL.
    pub indicator: isize,
    /// Whether something is left behind (01004).
    pub truncated: bool,
    /// The offset for the next call. It equals the one given when nothing was consumed: a probe, or a buffer
    /// that cannot hold one character.
    pub next: usize,
}

/// What a buffer of `capacity` bytes receives of `value` from `offset` on: 0 at first, then the `next` of the
/// part before, opaque to the caller. The caller answers SQL_NO_DATA to a call that follows a part with
/// `truncated` unset.
///
/// - A value of fixed size is delivered whole, whatever the capacity.
/// - Neither a UTF-8 sequence nor a surrogate pair is split.
/// - A capacity of 0 consumes nothing and reports the length, and so does a capacity below a terminator, which
///   also writes nothing. An odd capacity for UTF-16 counts as the even one below it.
///
/// # Errors
/// 22003 when a number's or a date's text would be cut where that changes the value. Nothing is to be written.
pub fn take<'d>(_value: &'d Converted<'_>, _offset: usize, _capacity: usize) -> Result<Part<'d>> {
    unreachable!()
}

impl Part<'_> {
    /// Bytes that are written: the data and the terminator.
    pub fn written(&self) -> usize {
        self.chunk.byte_len() + self.terminator
    }

    /// Writes data and terminator to the start of `buffer`, which holds at least [`Part::written`] bytes.
    pub fn write(&self, _buffer: &mut [u8]) {
        unreachable!()
    }
}

impl<'d> Chunk<'d> {
    /// Length in bytes.
    pub fn byte_len(&self) -> usize {
        match self {
            Chunk::Bytes(bytes) => bytes.len(),
            Chunk::Units(units) => units.len() * 2,
        }
    }

    /// The bytes in native order.
    pub fn to_bytes(&self) -> Cow<'d, [u8]> {
        match self {
            Chunk::Bytes(bytes) => Cow::Borrowed(bytes),
            Chunk::Units(units) => units.iter().flat_map(|unit| unit.to_ne_bytes()).collect(),
        }
    }
}
