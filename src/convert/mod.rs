//! SQL value ⇄ C type, as appendix D of the ODBC reference has it. Pure: no state, no application memory.
//!
//! A cell goes out through [`to_c`], which reads what the cursor lent under the column's SQL type and gives the
//! bytes, the text or the wide characters that the C type asks for; [`parts::take`] then says what a buffer of a given
//! size receives, and `abi` copies it. Most cells need less and go by [`direct`]. A parameter comes in through [`from_c`], as bytes that `abi` has copied
//! out of application memory, and leaves in the representation that [`crate::value`] gives to its SQL type.
//! [`canonical`] does the same for the text of a literal. [`matrix`] lists the pairs that convert;
//! `docs/conversions.md` tells them and the outcomes to users.

mod assign;
mod binary;
mod boolean;
pub mod ctype;
mod datetime;
pub mod direct;
mod errors;
mod guid;
mod input;
mod interval;
pub mod matrix;
mod number;
pub mod parts;
#[cfg(test)]
mod testing;
mod text;
mod wchar;

use std::borrow::Cow;

use crate::decimal::MAX_DIGITS;
use crate::error::{Error, Result};
use crate::model::{ColumnType, DataType};
use crate::value::{Value, ValueRef};
use input::Source;

pub use assign::{Assigned, assign, name_column};
pub use ctype::CType;
pub use datetime::cut_fraction;
pub use guid::{from_c as guid_from_c, is_guid, is_supported as is_supported_for_guid};
pub use interval::IntervalType;
pub use matrix::{is_supported_from_c, is_supported_to_c};
pub use parts::{Chunk, NULL_DATA, Part, Rest, take};
pub use wchar::Wchar;

/// An application buffer's type: the target of a column, the source of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CTarget {
    pub c_type: CType,
    /// SQL_DESC_PRECISION of the ARD or APD. Of SQL_C_NUMERIC: digits, where 0 stands for 38. Of an interval: digits of
    /// the second's fraction.
    pub precision: u8,
    /// Of SQL_C_NUMERIC: digits after the point (SQL_DESC_SCALE).
    pub scale: i8,
    /// Of an interval: digits of the leading field (SQL_DESC_DATETIME_INTERVAL_PRECISION).
    pub leading: u8,
    /// Of SQL_C_WCHAR: what an SQLWCHAR is.
    pub wchar: Wchar,
}

impl CTarget {
    /// The type with its defaults: of SQL_C_NUMERIC 38 digits, none of them after the point, of an interval 2 digits
    /// for the leading field and 6 for a second's fraction, and of SQL_C_WCHAR UTF-16.
    pub const fn new(c_type: CType) -> Self {
        let precision = match c_type {
            CType::Interval(_) => interval::DEFAULT_SECONDS_PRECISION,
            _ => MAX_DIGITS,
        };
        let leading = interval::DEFAULT_LEADING_PRECISION;
        CTarget { c_type, precision, scale: 0, leading, wchar: Wchar::Utf16 }
    }

    /// The type with what a descriptor says of it: SQL_DESC_PRECISION, SQL_DESC_SCALE and
    /// SQL_DESC_DATETIME_INTERVAL_PRECISION.
    pub fn described(c_type: CType, precision: i16, scale: i16, leading: i32, wchar: Wchar) -> Self {
        CTarget {
            c_type,
            precision: u8::try_from(precision).unwrap_or(0),
            scale: i8::try_from(scale).unwrap_or(0),
            leading: match leading {
                0 => interval::DEFAULT_LEADING_PRECISION,
                digits => u8::try_from(digits).unwrap_or(u8::MAX),
            },
            wchar,
        }
    }
}

/// A value of a fixed-size C type, in native byte order and the exact layout of its structure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FixedBytes {
    bytes: [u8; FixedBytes::MAX],
    len: u8,
}

impl FixedBytes {
    /// Bytes of the largest one, SQL_INTERVAL_STRUCT.
    pub const MAX: usize = interval::STRUCT_SIZE;

    fn new<const N: usize>(value: [u8; N]) -> FixedBytes {
        const { assert!(N <= FixedBytes::MAX) }
        let mut bytes = [0; FixedBytes::MAX];
        bytes[..N].copy_from_slice(&value);
        FixedBytes { bytes, len: N as u8 }
    }

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
    /// UTF-32, for SQL_C_WCHAR where an SQLWCHAR has four bytes.
    Wide32(Vec<u32>),
    Binary(Cow<'a, [u8]>),
}

/// Where a buffer that is too small may cut a value. Positions are bytes or wide units from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Between any two characters or bytes.
    Anywhere,
    /// Between pairs of hexadecimal digits.
    Pairs,
    /// Not before this position: the whole digits of a number's text, a timestamp's text up to the seconds.
    After(usize),
}

/// The outcome of [`to_c`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted<'a> {
    pub data: CData<'a>,
    /// 01S07, when a fraction or a time part was cut.
    pub warning: Option<Error>,
    pub cut: Cut,
}

impl<'a> Converted<'a> {
    fn new(data: CData<'a>) -> Self {
        Converted { data, warning: None, cut: Cut::Anywhere }
    }

    /// The bytes of a structure as binary data, which a buffer takes whole or not at all.
    fn into_binary(self) -> Self {
        match self.data {
            CData::Fixed(fixed) => {
                let bytes = fixed.as_bytes().to_vec();
                Converted { cut: Cut::After(bytes.len()), data: CData::Binary(bytes.into()), ..self }
            }
            _ => self,
        }
    }

    /// Wide characters of four bytes, where there are wide characters.
    fn into_utf32(self) -> Self {
        match self.data {
            CData::Wide(units) => Converted { data: CData::Wide32(wchar::utf32(&units)), ..self },
            _ => self,
        }
    }

    /// A value that borrows nothing: for SQLGetData, which delivers it in parts over many calls.
    pub fn into_owned(self) -> Converted<'static> {
        let data = match self.data {
            CData::Null => CData::Null,
            CData::Fixed(fixed) => CData::Fixed(fixed),
            CData::Narrow(text) => CData::Narrow(Cow::Owned(text.into_owned())),
            CData::Wide(units) => CData::Wide(units),
            CData::Wide32(characters) => CData::Wide32(characters),
            CData::Binary(bytes) => CData::Binary(Cow::Owned(bytes.into_owned())),
        };
        Converted { data, warning: self.warning, cut: self.cut }
    }

    /// Cuts the data of a character or binary column to `max_length` bytes, without warning (SQL_ATTR_MAX_LENGTH).
    /// `column` is the type of the column: numbers and dates stay whole. 0 stands for no limit.
    pub fn limit(&mut self, column: &ColumnType, max_length: usize) {
        if max_length == 0 || !matches!(column.data_type, DataType::Text | DataType::Json | DataType::Binary)
        {
            return;
        }
        match &mut self.data {
            CData::Null | CData::Fixed(_) => {}
            CData::Narrow(text) => {
                let mut end = text.floor_char_boundary(max_length);
                if self.cut == Cut::Pairs && end < text.len() {
                    end &= !1;
                }
                match text {
                    Cow::Borrowed(text) => *text = &text[..end],
                    Cow::Owned(text) => text.truncate(end),
                }
            }
            CData::Wide(units) => {
                let mut end = (max_length / 2).min(units.len());
                if self.cut == Cut::Pairs && end < units.len() {
                    end &= !1;
                }
                units.truncate(end - usize::from(parts::splits_pair(units, end)));
            }
            CData::Wide32(characters) => {
                let mut end = (max_length / 4).min(characters.len());
                if self.cut == Cut::Pairs && end < characters.len() {
                    end &= !1;
                }
                characters.truncate(end);
            }
            CData::Binary(bytes) => match bytes {
                Cow::Borrowed(bytes) => *bytes = &bytes[..max_length.min(bytes.len())],
                Cow::Owned(bytes) => bytes.truncate(max_length),
            },
        }
    }
}

/// Converts a cell of type `column` to a C type. The value may have any representation.
///
/// # Errors
/// 07006 (no such conversion), 22003 (whole digits lost), 22015 (the same of an interval's leading field), 22018 (text
/// is not a value of the C type), 22007 (a date, time or timestamp column holds none). A lost fraction is the 01S07 in
/// [`Converted::warning`].
pub fn to_c<'a>(value: ValueRef<'a>, column: &ColumnType, target: &CTarget) -> Result<Converted<'a>> {
    match target.wchar {
        Wchar::Utf16 => to_utf16(value, column, target),
        Wchar::Utf32 => to_utf16(value, column, target).map(Converted::into_utf32),
    }
}

fn to_utf16<'a>(value: ValueRef<'a>, column: &ColumnType, target: &CTarget) -> Result<Converted<'a>> {
    if !is_supported_to_c(column.data_type, target.c_type) {
        return Err(errors::restricted(column.data_type, target.c_type));
    }
    if value == ValueRef::Null {
        return Ok(Converted::new(CData::Null));
    }
    match column.data_type {
        DataType::Text | DataType::Json => text::to_c(value, target),
        DataType::Boolean => boolean::to_c(value, column, target),
        DataType::Integer | DataType::BigInt | DataType::Double | DataType::Decimal => {
            number::to_c(value, column, target)
        }
        DataType::Date | DataType::Time | DataType::Timestamp => datetime::to_c(value, column, target),
        DataType::Binary => binary::to_c(value, target),
    }
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
    /// SQL_C_WCHAR where an SQLWCHAR has four bytes: UTF-32, without terminator.
    Wide32(&'a [u32]),
    Binary(&'a [u8]),
}

/// Converts a parameter to the representation of its SQL type. `source` describes the bytes.
///
/// Text that is longer than the parameter's size is not an error here, and a fraction of a second is kept whatever
/// the scale. As the reference has it, a number loses its fraction to an integer type without a word, so
/// `parameter` should be the type that the application named (ParameterType) where that differs from the column's.
///
/// # Errors
/// 07006 (no such conversion), 22001 (a fraction in text for an integer), 22003 (out of range), 22007 (a structure
/// holds no date), 22008 (a time part in text for a date), 22015 (a field of an interval is out of range), 22018 (text
/// is not a value of the type, or no valid UTF-8, UTF-16 or UTF-32), HY090 (a structure of the wrong length).
pub fn from_c(input: CInput<'_>, source: &CTarget, parameter: &ColumnType) -> Result<Value> {
    if !is_supported_from_c(parameter.data_type, source.c_type) {
        return Err(errors::restricted(parameter.data_type, source.c_type));
    }
    match input::decode(input, source, parameter)? {
        Some(source) => store(source, parameter),
        None => Ok(Value::Null),
    }
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
pub fn canonical(text: &str, target: &ColumnType) -> Result<Value> {
    store(Source::Text(Cow::Borrowed(text)), target)
}

fn store(source: Source<'_>, target: &ColumnType) -> Result<Value> {
    match target.data_type {
        DataType::Text | DataType::Json => text::store(source),
        DataType::Boolean => boolean::store(source),
        DataType::Integer | DataType::BigInt | DataType::Double | DataType::Decimal => {
            number::store(source, target)
        }
        DataType::Date | DataType::Time | DataType::Timestamp => datetime::store(source, target),
        DataType::Binary => binary::store(source),
    }
}
