//! The SQL types that columns and parameters have.

use serde::Deserialize;

/// A family of SQL types. [`crate::value`] says how each is represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataType {
    Text,
    /// An object or array of the API, as its JSON text.
    Json,
    Boolean,
    Integer,
    BigInt,
    Double,
    Decimal,
    Date,
    Time,
    Timestamp,
    Binary,
}

/// A SQL type with its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnType {
    pub data_type: DataType,
    /// Characters for text and JSON, bytes for binary, digits for decimal; fixed by the type otherwise. Never 0.
    pub size: u32,
    /// Digits after the point: of a decimal, or of a timestamp's or time's seconds.
    pub scale: u8,
}

impl ColumnType {
    /// Characters that text of unknown length is described with.
    pub const UNKNOWN_TEXT_SIZE: u32 = 4000;

    /// Text of up to `size` characters.
    pub const fn text(size: u32) -> Self {
        ColumnType { data_type: DataType::Text, size, scale: 0 }
    }

    /// The type of one text. Its size is counted in UTF-16 units, as those buffers are that applications bind by it.
    pub fn text_of(text: &str) -> Self {
        Self::text(u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX).max(1))
    }

    /// A time or a timestamp with that many digits after the point of its seconds.
    pub const fn with_fraction(data_type: DataType, digits: u8) -> Self {
        let whole = Self::of(data_type);
        let size = whole.size + if digits > 0 { 1 + digits as u32 } else { 0 };
        ColumnType { size, scale: digits, ..whole }
    }

    /// A type whose size follows from the family, in the default size where it does not.
    pub const fn of(data_type: DataType) -> Self {
        let (size, scale) = match data_type {
            DataType::Text => (Self::UNKNOWN_TEXT_SIZE, 0),
            DataType::Json => (1 << 20, 0),
            DataType::Boolean => (1, 0),
            DataType::Integer => (10, 0),
            DataType::BigInt => (19, 0),
            DataType::Double => (15, 0),
            DataType::Decimal => (38, 10),
            DataType::Date => (10, 0),
            DataType::Time => (8, 0),
            DataType::Timestamp => (19, 0),
            DataType::Binary => (1 << 20, 0),
        };
        ColumnType { data_type, size, scale }
    }
}
