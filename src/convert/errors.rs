//! What the conversions complain about, in one wording.

use crate::convert::CType;
use crate::decimal::Fault;
use crate::error::{Error, SqlState, state};
use crate::model::{ColumnType, DataType};

/// Characters of a value that a message quotes at most.
const QUOTED: usize = 40;

/// 07006: the matrix does not have this pair.
#[cold]
pub(super) fn restricted(data_type: DataType, c_type: CType) -> Error {
    Error::new(
        state::RESTRICTED_DATA_TYPE,
        format!("There is no conversion between {} and {}.", sql_name(data_type), c_name(c_type)),
    )
}

/// 07006 for a parameter of type SQL_GUID.
#[cold]
pub(super) fn restricted_guid(c_type: CType) -> Error {
    Error::new(
        state::RESTRICTED_DATA_TYPE,
        format!("There is no conversion between GUID and {}.", c_name(c_type)),
    )
}

/// 22003: whole digits would be lost.
#[cold]
pub(super) fn out_of_range(target: &str) -> Error {
    Error::new(state::NUMERIC_OUT_OF_RANGE, format!("The number does not fit into {target}."))
}

/// 22003: the buffer cannot hold what must not be cut.
#[cold]
pub(super) fn buffer_too_small(needed: usize) -> Error {
    Error::new(
        state::NUMERIC_OUT_OF_RANGE,
        format!("The buffer is too small for the value: it takes {needed} characters or bytes at least."),
    )
}

/// `state` (22018 or 22007): the text is not what it is converted to.
#[cold]
pub(super) fn not_a(state: SqlState, what: &str, text: &str) -> Error {
    let quoted = match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("'{}…'", &text[..end]),
        None => format!("'{text}'"),
    };
    Error::new(state, format!("{quoted} is not {what}."))
}

/// 22018 or 22003 for a text that gives no number.
#[cold]
pub(super) fn no_number(fault: Fault, text: &str, target: &str) -> Error {
    match fault {
        Fault::NotANumber => not_a(state::INVALID_CHARACTER_VALUE, "a number", text),
        Fault::TooLarge => out_of_range(target),
    }
}

/// 01S07, to go with a value that was delivered.
#[cold]
pub(super) fn fraction_cut(target: CType) -> Error {
    let what = match target {
        CType::Date => "The time part was cut",
        CType::Time => "The fraction of the second was cut",
        CType::Interval(_) => "Trailing fields or digits of the fraction were cut",
        _ => "The fraction was cut",
    };
    Error::new(state::FRACTIONAL_TRUNCATION, format!("{what} by the conversion to {}.", c_name(target)))
}

/// 22003: a value of an integer column has a fraction.
#[cold]
pub(super) fn no_integer(column: &ColumnType) -> Error {
    let name = sql_name(column.data_type);
    Error::new(
        state::NUMERIC_OUT_OF_RANGE,
        format!("The value has a fraction, which {name} does not hold; CAST it to DECIMAL or DOUBLE."),
    )
}

/// 22001 for a fraction that the type cannot hold.
#[cold]
pub(super) fn fraction_refused(target: &ColumnType) -> Error {
    Error::new(
        state::STRING_RIGHT_TRUNCATION,
        format!("The number has more digits after the point than {} holds.", sql_name(target.data_type)),
    )
}

/// The SQL type as a person knows it.
pub(super) fn sql_name(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Text => "text",
        DataType::Json => "JSON",
        DataType::Boolean => "BIT",
        DataType::Integer => "INTEGER",
        DataType::BigInt => "BIGINT",
        DataType::Double => "DOUBLE",
        DataType::Decimal => "DECIMAL",
        DataType::Date => "DATE",
        DataType::Time => "TIME",
        DataType::Timestamp => "TIMESTAMP",
        DataType::Binary => "VARBINARY",
    }
}

/// The C type as the ODBC reference names it.
pub(super) fn c_name(c_type: CType) -> &'static str {
    match c_type {
        CType::Char => "SQL_C_CHAR",
        CType::WChar => "SQL_C_WCHAR",
        CType::Bit => "SQL_C_BIT",
        CType::STinyInt => "SQL_C_STINYINT",
        CType::UTinyInt => "SQL_C_UTINYINT",
        CType::SShort => "SQL_C_SSHORT",
        CType::UShort => "SQL_C_USHORT",
        CType::SLong => "SQL_C_SLONG",
        CType::ULong => "SQL_C_ULONG",
        CType::SBigInt => "SQL_C_SBIGINT",
        CType::UBigInt => "SQL_C_UBIGINT",
        CType::Float => "SQL_C_FLOAT",
        CType::Double => "SQL_C_DOUBLE",
        CType::Numeric => "SQL_C_NUMERIC",
        CType::Date => "SQL_C_TYPE_DATE",
        CType::Time => "SQL_C_TYPE_TIME",
        CType::Timestamp => "SQL_C_TYPE_TIMESTAMP",
        CType::Binary => "SQL_C_BINARY",
        CType::Guid => "SQL_C_GUID",
        CType::Interval(interval) => interval.name(),
    }
}
