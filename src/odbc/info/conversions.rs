//! The conversions that SQL's CAST and ODBC's CONVERT do: what the info types SQL_CONVERT_… answer.
//!
//! Power Query casts only where a bit is set, and the driver manager of Windows refuses SQLGetData for a source
//! type whose mask is empty, so that every type that a column can have needs at least itself.

const CHAR: u32 = 0x0000_0001;
const NUMERIC: u32 = 0x0000_0002;
const DECIMAL: u32 = 0x0000_0004;
const INTEGER: u32 = 0x0000_0008;
const SMALLINT: u32 = 0x0000_0010;
const FLOAT: u32 = 0x0000_0020;
const REAL: u32 = 0x0000_0040;
const DOUBLE: u32 = 0x0000_0080;
const VARCHAR: u32 = 0x0000_0100;
const LONGVARCHAR: u32 = 0x0000_0200;
const BINARY: u32 = 0x0000_0400;
const VARBINARY: u32 = 0x0000_0800;
const BIT: u32 = 0x0000_1000;
const TINYINT: u32 = 0x0000_2000;
const BIGINT: u32 = 0x0000_4000;
const DATE: u32 = 0x0000_8000;
const TIME: u32 = 0x0001_0000;
const TIMESTAMP: u32 = 0x0002_0000;
const LONGVARBINARY: u32 = 0x0004_0000;
const WCHAR: u32 = 0x0020_0000;
const WLONGVARCHAR: u32 = 0x0040_0000;
const WVARCHAR: u32 = 0x0080_0000;

const TEXTS: u32 = CHAR | VARCHAR | LONGVARCHAR | WCHAR | WVARCHAR | WLONGVARCHAR;
const NUMBERS: u32 = BIT | TINYINT | SMALLINT | INTEGER | BIGINT | NUMERIC | DECIMAL | FLOAT | REAL | DOUBLE;

/// Text is converted to everything but binary: CAST gives the bytes of its UTF-8, which is no conversion of ODBC's.
pub(super) const FROM_TEXT: u32 = TEXTS | NUMBERS | DATE | TIME | TIMESTAMP;
/// Numbers and bits are converted to each other and to text.
pub(super) const FROM_NUMBER: u32 = TEXTS | NUMBERS;
pub(super) const FROM_DATE: u32 = TEXTS | DATE | TIMESTAMP;
/// A time's timestamp is of the current day.
pub(super) const FROM_TIME: u32 = TEXTS | TIME | TIMESTAMP;
pub(super) const FROM_TIMESTAMP: u32 = TEXTS | DATE | TIME | TIMESTAMP;
pub(super) const FROM_BINARY: u32 = BINARY | VARBINARY | LONGVARBINARY;
/// Intervals and GUIDs are no types of the driver's.
pub(super) const NONE: u32 = 0;

/// What each kind of source converts to.
#[cfg(test)]
pub(super) const SOURCES: &[(&str, u32)] = &[
    ("text", FROM_TEXT),
    ("number", FROM_NUMBER),
    ("date", FROM_DATE),
    ("time", FROM_TIME),
    ("timestamp", FROM_TIMESTAMP),
    ("binary", FROM_BINARY),
];

/// The names that CONVERT takes.
#[cfg(test)]
pub(super) const TARGETS: &[(u32, &str)] = &[
    (CHAR, "SQL_CHAR"),
    (NUMERIC, "SQL_NUMERIC"),
    (DECIMAL, "SQL_DECIMAL"),
    (INTEGER, "SQL_INTEGER"),
    (SMALLINT, "SQL_SMALLINT"),
    (FLOAT, "SQL_FLOAT"),
    (REAL, "SQL_REAL"),
    (DOUBLE, "SQL_DOUBLE"),
    (VARCHAR, "SQL_VARCHAR"),
    (LONGVARCHAR, "SQL_LONGVARCHAR"),
    (BINARY, "SQL_BINARY"),
    (VARBINARY, "SQL_VARBINARY"),
    (BIT, "SQL_BIT"),
    (TINYINT, "SQL_TINYINT"),
    (BIGINT, "SQL_BIGINT"),
    (DATE, "SQL_DATE"),
    (TIME, "SQL_TIME"),
    (TIMESTAMP, "SQL_TIMESTAMP"),
    (LONGVARBINARY, "SQL_LONGVARBINARY"),
    (WCHAR, "SQL_WCHAR"),
    (WLONGVARCHAR, "SQL_WLONGVARCHAR"),
    (WVARCHAR, "SQL_WVARCHAR"),
];
