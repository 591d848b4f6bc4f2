//! The SQL types, told once.
//!
//! SQLGetTypeInfo, SQLColumns, SQLDescribeCol, SQLColAttribute, SQLDescribeParam and SQLBindParameter all read the
//! table in this file, so that a type has the same name, code and size wherever an application meets it.

use crate::model::ColumnType;

/// The version of ODBC that the application asked its environment for (SQL_ATTR_ODBC_VERSION).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OdbcVersion {
    /// 2.x: dates, times and timestamps have the codes 9, 10 and 11.
    Odbc2,
    /// 3.x and 3.8.
    Odbc3,
}

/// All that ODBC says about a column's or parameter's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeFacts {
    /// TYPE_NAME, LOCAL_TYPE_NAME.
    pub type_name: &'static str,
    /// The SQL type code as SQLDescribeCol gives it (SQL_DESC_CONCISE_TYPE).
    pub concise_type: i16,
    /// SQL_DESC_TYPE: SQL_DATETIME (9) for dates, times and timestamps, else the concise code.
    pub verbose_type: i16,
    /// SQL_DATETIME_SUB, SQL_DESC_DATETIME_INTERVAL_CODE.
    pub datetime_code: Option<i16>,
    /// COLUMN_SIZE: characters, digits, or bytes of binary. Never 0.
    pub column_size: u32,
    /// SQL_DESC_LENGTH: characters of the text or of a date's literal, bytes of binary.
    pub length: u32,
    /// BUFFER_LENGTH, SQL_DESC_OCTET_LENGTH: bytes that the default C type transfers, without terminator.
    pub octet_length: u32,
    /// CHAR_OCTET_LENGTH: bytes of text and binary.
    pub char_octet_length: Option<u32>,
    /// DECIMAL_DIGITS; `None` where it does not apply.
    pub decimal_digits: Option<i16>,
    /// SQL_DESC_PRECISION: digits of a number, fractional digits of a time; 0 otherwise.
    pub precision: i16,
    /// NUM_PREC_RADIX; `None` for what is not a number.
    pub num_prec_radix: Option<i16>,
    /// SQL_DESC_DISPLAY_SIZE: characters of the value as text.
    pub display_size: u32,
    pub literal_prefix: Option<&'static str>,
    pub literal_suffix: Option<&'static str>,
    pub case_sensitive: bool,
    /// SQL_DESC_SEARCHABLE.
    pub searchable: i16,
    /// `None` for what is not a number; SQL_DESC_UNSIGNED is then SQL_TRUE.
    pub unsigned: Option<bool>,
    pub fixed_prec_scale: bool,
    pub auto_unique: bool,
}

impl TypeFacts {
    /// The same facts with the type codes that the application's version of ODBC knows.
    #[must_use]
    pub fn for_version(self, _version: OdbcVersion) -> TypeFacts {
        unreachable!()
    }
}

/// What ODBC says about a type (ODBC appendix D).
pub fn describe(_column: &ColumnType) -> TypeFacts {
    unreachable!()
}

/// The type that a parameter bound as SQL type `code` (2.x or 3.x) is taken as; `None` for a type that the driver
/// does not take (HYC00). `size` and `scale` are SQLBindParameter's ColumnSize and DecimalDigits; a size of 0 is
/// the type's default.
pub fn from_sql_type(_code: i16, _size: usize, _scale: i16) -> Option<ColumnType> {
    unreachable!()
}
