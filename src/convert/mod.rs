//! SQL value ⇄ C type, as appendix D of the ODBC reference has it. Pure: no state, no application memory.
//!
//! A cell goes out through [`to_c`], which reads what the cursor lent under the column's SQL type and gives the
//! bytes, the text or the UTF-16 that the C type asks for; [`parts::take`] then says what a buffer of a given
//! size receives, and `abi` copies it. A parameter comes in through [`from_c`], as bytes that `abi` has copied
//! out of application memory, and leaves in the representation that [`crate::value`] gives to its SQL type.
//! [`canonical`] does the same for the text of a literal. [`matrix`] lists the pairs that convert.

pub mod ctype;
pub mod matrix;
pub mod parts;

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::model::ColumnType;
use crate::value::{Value, ValueRef};

pub use ctype::CType;
pub use matrix::{is_supported_from_c, is_supported_to_c};
pub use parts::{Chunk, NULL_DATA, Part, take};

/// An application buffer's type: the target of a column, the source of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CTarget {
    pub c_type: CType,
    /// Of SQL_C_NUMERIC: digits (SQL_DESC_PRECISION of the ARD or APD). 0 stands for 38.
    pub precision: u8,
    /// Of SQL_C_NUMERIC: digits after the point (SQL_DESC_SCALE).
    pub scale: i8,
}

impl CTarget {
    /// The type with the defaults of SQL_C_NUMERIC: 38 digits, none of them after the point.
    pub const fn new(c_type: CType) -> Self {
        CTarget { c_type, precision: 38, scale: 0 }
    }
}

/// A value of a fixed-size C type, in native byte order and the exact layout of its structure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FixedBytes {
    bytes: [u8; FixedBytes::MAX],
    len: u8,
}

impl FixedBytes {
    /// Bytes of the largest one, SQL_NUMERIC_STRUCT.
    pub const MAX: usize = 19;

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl std::fmt::Debug for FixedBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02x?}", self.as_bytes())
    }
}

/// A value as its C type wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CData<'a> {
    Null,
    Fixed(FixedBytes),
    /// UTF-8, for SQL_C_CHAR.
    Narrow(Cow<'a, str>),
    /// UTF-16 units, for SQL_C_WCHAR.
    Wide(Vec<u16>),
    Binary(Cow<'a, [u8]>),
}

/// The outcome of [`to_c`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted<'a> {
    pub data: CData<'a>,
    /// 01S07, when a fraction or a time part was cut.
    pub warning: Option<Error>,
    /// Bytes or units, counted from the start, without which the value would be another one: the whole digits of
    /// a number's text, a timestamp's text up to the seconds. 0 for data that can be cut anywhere.
    pub whole: usize,
}

impl Converted<'_> {
    /// A value that borrows nothing: for SQLGetData, which delivers it in parts over many calls.
    pub fn into_owned(self) -> Converted<'static> {
        unreachable!()
    }

    /// Cuts character and binary data to `max_length` bytes, without warning (SQL_ATTR_MAX_LENGTH). `column` is
    /// the type of the column: numbers and dates stay whole. 0 stands for no limit.
    pub fn limit(&mut self, _column: &ColumnType, _max_length: usize) {
        unreachable!()
    }
}

/// Converts a cell of type `column` to a C type. The value may have any representation.
///
/// # Errors
/// 07006 (no such conversion), 22003 (whole digits lost), 22018 (text is not a value of the C type), 22007 (a date,
/// time or timestamp column holds none). Lost fractions are the 01S07 in [`Converted::warning`].
pub fn to_c<'a>(_value: ValueRef<'a>, _column: &ColumnType, _target: &CTarget) -> Result<Converted<'a>> {
    unreachable!()
}

/// A parameter's bytes, copied out of application memory. The length is known: SQL_NTS has been resolved, a fixed
/// type has the length of its structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CInput<'a> {
    Null,
    /// Any type with a [`CType::fixed_size`], in native byte order.
    Fixed(&'a [u8]),
    /// SQL_C_CHAR: UTF-8, without terminator.
    Narrow(&'a [u8]),
    /// SQL_C_WCHAR: UTF-16, without terminator.
    Wide(&'a [u16]),
    Binary(&'a [u8]),
}

/// Converts a parameter to the representation of its SQL type. `source` describes the bytes. Text that is longer
/// than the parameter's size is not an error here.
///
/// # Errors
/// 07006 (no such conversion), 22001 (a fraction in text for an integer), 22003 (out of range), 22007 (a structure
/// holds no date), 22008 (a time part in text for a date), 22018 (text is not a value of the type, or no valid
/// UTF-8 or UTF-16), HY090 (a structure of the wrong length).
pub fn from_c(_input: CInput<'_>, _source: &CTarget, _parameter: &ColumnType) -> Result<Value> {
    unreachable!()
}

/// Turns the text of a literal into the representation of `target`.
///
/// | target | text |
/// |---|---|
/// | boolean | `1`, `0`, `true`, `false`, `t`, `f`, `yes`, `no`, `y`, `n`, `on`, `off`, in any case |
/// | numbers | a numeric literal, spaces around it, an exponent |
/// | date | `YYYY-MM-DD`, or a timestamp at midnight |
/// | time | `HH:MM[:SS[.f…]]`, or a timestamp |
/// | timestamp | `YYYY-MM-DD`, then nothing (midnight) or `T` or a space and a time, then nothing (UTC), `Z` or an offset |
/// | binary | hexadecimal digits |
///
/// Dates, times and timestamps may stand in their ODBC escape, `{d '…'}`, `{t '…'}`, `{ts '…'}`.
///
/// # Errors
/// 22001, 22003, 22008, 22018, as [`from_c`] for SQL_C_CHAR.
pub fn canonical(_text: &str, _target: &ColumnType) -> Result<Value> {
    unreachable!()
}
