//! The SQL types, told once.
//!
//! SQLGetTypeInfo, SQLColumns, SQLDescribeCol, SQLColAttribute, SQLDescribeParam and SQLBindParameter all read the
//! table in this file, so that a type has the same name, code and size wherever an application meets it. Power
//! Query, for one, stops folding as soon as two of them differ.

use crate::convert::{CType, Wchar};
use crate::error::Result;
use crate::model::{ColumnType, DataType};

/// The version of ODBC that the application asked its environment for (SQL_ATTR_ODBC_VERSION).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OdbcVersion {
    /// 2.x: dates, times and timestamps have the codes 9, 10 and 11.
    Odbc2,
    /// 3.x and 3.8.
    Odbc3,
}

/// All that ODBC says about a column's or parameter's type (ODBC appendix D).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeFacts {
    /// TYPE_NAME, SQL_DESC_TYPE_NAME, SQL_DESC_LOCAL_TYPE_NAME.
    pub type_name: &'static str,
    /// DATA_TYPE, SQL_DESC_CONCISE_TYPE, and the type that SQLDescribeCol and SQLDescribeParam give.
    pub concise_type: i16,
    /// SQL_DATA_TYPE, SQL_DESC_TYPE: SQL_DATETIME (9) for dates, times and timestamps, else the concise code.
    pub verbose_type: i16,
    /// SQL_DATETIME_SUB, SQL_DESC_DATETIME_INTERVAL_CODE.
    pub datetime_code: Option<i16>,
    /// COLUMN_SIZE, SQL_DESC_LENGTH, and SQL_COLUMN_PRECISION of ODBC 2: characters, digits, or bytes of binary.
    /// From 1 to `i32::MAX`.
    pub column_size: u32,
    /// BUFFER_LENGTH, SQL_DESC_OCTET_LENGTH, and SQL_COLUMN_LENGTH of ODBC 2: bytes that the default C type
    /// transfers, without terminator. From 1 to `i32::MAX`. Of wide types in UTF-16, unless
    /// [`TypeFacts::for_wchar`] has said otherwise.
    pub octet_length: u32,
    /// CHAR_OCTET_LENGTH: the same for text and binary; `None` for other types.
    pub char_octet_length: Option<u32>,
    /// DECIMAL_DIGITS, SQL_DESC_SCALE; `None` where it does not apply.
    pub decimal_digits: Option<i16>,
    /// SQL_DESC_PRECISION: digits of a number, fractional digits of a time or timestamp; 0 otherwise.
    pub precision: i16,
    /// NUM_PREC_RADIX; `None` for what is not a number.
    pub num_prec_radix: Option<i16>,
    /// SQL_DESC_DISPLAY_SIZE: characters of the value as text. From 1 to `i32::MAX`.
    pub display_size: u32,
    pub literal_prefix: Option<&'static str>,
    pub literal_suffix: Option<&'static str>,
    pub case_sensitive: bool,
    /// SEARCHABLE, SQL_DESC_SEARCHABLE: every type works with every predicate, LIKE too.
    pub searchable: i16,
    /// UNSIGNED_ATTRIBUTE; `None` for what is not a number (SQL_DESC_UNSIGNED is SQL_TRUE for those).
    pub unsigned: Option<bool>,
    pub fixed_prec_scale: bool,
    pub auto_unique: bool,
}

/// A row of SQLGetTypeInfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeInfo {
    /// The facts of the type in its largest size.
    pub facts: TypeFacts,
    /// What may stand in parentheses behind the name.
    pub create_params: Option<&'static str>,
    pub minimum_scale: Option<i16>,
    pub maximum_scale: Option<i16>,
}

/// The longest text that is described as `NVARCHAR` rather than `NTEXT`, in characters.
pub const MAX_NVARCHAR_SIZE: u32 = 4000;
/// The longest binary that is described as `VARBINARY` rather than `LONGVARBINARY`, in bytes.
pub const MAX_VARBINARY_SIZE: u32 = 8000;

const SQL_SEARCHABLE: i16 = 3;
const SQL_DATETIME: i16 = 9;
const SQL_WLONGVARCHAR: i16 = -10;
const SQL_WVARCHAR: i16 = -9;
const SQL_WCHAR: i16 = -8;
const SQL_BIT: i16 = -7;
const SQL_TINYINT: i16 = -6;
const SQL_BIGINT: i16 = -5;
const SQL_LONGVARBINARY: i16 = -4;
const SQL_VARBINARY: i16 = -3;
const SQL_BINARY: i16 = -2;
const SQL_LONGVARCHAR: i16 = -1;
const SQL_CHAR: i16 = 1;
const SQL_NUMERIC: i16 = 2;
const SQL_DECIMAL: i16 = 3;
const SQL_INTEGER: i16 = 4;
const SQL_SMALLINT: i16 = 5;
const SQL_FLOAT: i16 = 6;
const SQL_REAL: i16 = 7;
const SQL_DOUBLE: i16 = 8;
const SQL_VARCHAR: i16 = 12;
const SQL_TYPE_DATE: i16 = 91;
const SQL_TYPE_TIME: i16 = 92;
const SQL_TYPE_TIMESTAMP: i16 = 93;
const SQL_GUID: i16 = -11;

/// Added to a 2.x datetime code to make the 3.x one (9 → 91, 10 → 92, 11 → 93).
const DATETIME_CODE_SHIFT: i16 = 82;
/// Digits of the longest decimal.
const MAX_DECIMAL_SIZE: u32 = 38;
/// Digits of a second's fraction in SQL_TIMESTAMP_STRUCT.
const MAX_FRACTION_DIGITS: u8 = 9;
/// Longest text of a LONG type: SQL Server's, which applications expect; twice it still is an SQLINTEGER.
const MAX_LONG_TEXT_SIZE: u32 = (1 << 30) - 1;

/// How a type's sizes follow from its column size.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Bytes of a character.
    Text(u32),
    Binary,
    Decimal,
    /// Column size, bytes of the default C type, and characters of the longest value.
    Number(u32, u32, u32),
    /// Characters without a fraction, bytes of the C structure, and the subcode.
    Datetime(u32, u32, i16),
}

/// A type that a column or a parameter can have.
#[derive(Debug)]
struct SqlType {
    code: i16,
    name: &'static str,
    /// What the driver makes of it.
    family: DataType,
    shape: Shape,
    /// The largest column size where the shape leaves it open.
    max_size: u32,
    create_params: Option<&'static str>,
}

const fn fixed(code: i16, name: &'static str, family: DataType, shape: Shape) -> SqlType {
    SqlType { code, name, family, shape, max_size: 1, create_params: None }
}

const fn sized(
    code: i16,
    name: &'static str,
    family: DataType,
    shape: Shape,
    max_size: u32,
    create_params: Option<&'static str>,
) -> SqlType {
    SqlType { code, name, family, shape, max_size, create_params }
}

/// Every type, in the order of SQLGetTypeInfo (the 3.x codes, ascending).
///
/// Columns only have the types that `code_of` names; the others are listed because a parameter can be bound as
/// them and Power Query looks a literal's type up before it sends it.
static SQL_TYPES: [SqlType; 22] = {
    use DataType::*;
    use Shape::{Binary as Bytes, Datetime, Decimal as Digits, Number, Text as Chars};
    const LENGTH: Option<&str> = Some("length");
    const PRECISION_AND_SCALE: Option<&str> = Some("precision,scale");
    const PRECISION: Option<&str> = Some("precision");
    [
        sized(SQL_WLONGVARCHAR, "NTEXT", Text, Chars(2), MAX_LONG_TEXT_SIZE, None),
        sized(SQL_WVARCHAR, "NVARCHAR", Text, Chars(2), MAX_NVARCHAR_SIZE, LENGTH),
        sized(SQL_WCHAR, "NCHAR", Text, Chars(2), MAX_NVARCHAR_SIZE, LENGTH),
        fixed(SQL_BIT, "BIT", Boolean, Number(1, 1, 1)),
        fixed(SQL_TINYINT, "TINYINT", Integer, Number(3, 1, 4)),
        fixed(SQL_BIGINT, "BIGINT", BigInt, Number(19, 8, 20)),
        sized(SQL_LONGVARBINARY, "LONGVARBINARY", Binary, Bytes, MAX_LONG_TEXT_SIZE, None),
        sized(SQL_VARBINARY, "VARBINARY", Binary, Bytes, MAX_VARBINARY_SIZE, LENGTH),
        sized(SQL_BINARY, "BINARY", Binary, Bytes, MAX_VARBINARY_SIZE, LENGTH),
        sized(SQL_LONGVARCHAR, "LONGVARCHAR", Text, Chars(1), MAX_LONG_TEXT_SIZE, None),
        sized(SQL_CHAR, "CHAR", Text, Chars(1), MAX_NVARCHAR_SIZE, LENGTH),
        sized(SQL_NUMERIC, "NUMERIC", Decimal, Digits, MAX_DECIMAL_SIZE, PRECISION_AND_SCALE),
        sized(SQL_DECIMAL, "DECIMAL", Decimal, Digits, MAX_DECIMAL_SIZE, PRECISION_AND_SCALE),
        fixed(SQL_INTEGER, "INTEGER", Integer, Number(10, 4, 11)),
        fixed(SQL_SMALLINT, "SMALLINT", Integer, Number(5, 2, 6)),
        fixed(SQL_FLOAT, "FLOAT", Double, Number(15, 8, 24)),
        fixed(SQL_REAL, "REAL", Double, Number(7, 4, 14)),
        fixed(SQL_DOUBLE, "DOUBLE", Double, Number(15, 8, 24)),
        sized(SQL_VARCHAR, "VARCHAR", Text, Chars(1), MAX_NVARCHAR_SIZE, LENGTH),
        fixed(SQL_TYPE_DATE, "DATE", Date, Datetime(10, 6, 1)),
        sized(SQL_TYPE_TIME, "TIME", Time, Datetime(8, 6, 2), 1, PRECISION),
        sized(SQL_TYPE_TIMESTAMP, "TIMESTAMP", Timestamp, Datetime(19, 16, 3), 1, PRECISION),
    ]
};

/// What ODBC says about a column or parameter of this type, with the codes of ODBC 3.
pub fn describe(column: &ColumnType) -> TypeFacts {
    let sql_type = sql_type(code_of(column)).expect("a test describes every data type");
    sql_type.facts(column.size, column.scale)
}

/// The same for the code of either version, with SQLBindParameter's ColumnSize and DecimalDigits; `None` for a type that
/// the driver does not have.
pub fn describe_code(code: i16, size: usize, digits: i16) -> Option<TypeFacts> {
    let taken = from_sql_type(code, size, digits)?;
    Some(sql_type(code)?.facts(taken.size, taken.scale))
}

/// The type that a parameter bound as SQL type `code` (2.x or 3.x) is taken as; `None` for a type that the driver
/// does not take, among them the intervals. `size` and `scale` are SQLBindParameter's ColumnSize and
/// DecimalDigits; a size of 0 stands for the type's default.
pub fn from_sql_type(code: i16, size: usize, scale: i16) -> Option<ColumnType> {
    if is_guid(code) {
        return Some(ColumnType::text(36));
    }
    let sql_type = sql_type(code)?;
    let default = match (sql_type.shape, sql_type.create_params) {
        (Shape::Text(_), None) => ColumnType::text(ColumnType::of(DataType::Json).size),
        _ => ColumnType::of(sql_type.family),
    };
    let size = u32::try_from(size).unwrap_or(u32::MAX).min(i32::MAX as u32);
    let scale = u8::try_from(scale.max(0)).unwrap_or(u8::MAX);
    let size = match sql_type.shape {
        Shape::Text(_) | Shape::Binary if size > 0 => size,
        // The digits tell TINYINT, SMALLINT and REAL from INTEGER and DOUBLE.
        Shape::Number(digits, ..) => digits,
        Shape::Decimal if size > 0 => return Some(ColumnType { size, scale, ..default }),
        Shape::Datetime(length, _, _) if sql_type.family != DataType::Date => {
            // Some applications give the fraction's digits in the size alone: 23 for milliseconds.
            let from_size = size.saturating_sub(length + 1).min(MAX_FRACTION_DIGITS.into()) as u8;
            let scale = scale.max(from_size).min(MAX_FRACTION_DIGITS);
            return Some(ColumnType { size: with_fraction(length, scale), scale, ..default });
        }
        _ => default.size,
    };
    Some(ColumnType { size, ..default })
}

/// The rows of SQLGetTypeInfo for all types, ordered by the version's DATA_TYPE.
pub fn type_info(version: OdbcVersion) -> Vec<TypeInfo> {
    let mut rows: Vec<TypeInfo> = SQL_TYPES.iter().map(|t| t.info(version)).collect();
    rows.sort_by_key(|row| row.facts.concise_type);
    rows
}

/// Whether `code` is a SQL type of ODBC 2 or 3, whether the driver has it or not.
pub fn is_odbc_type(code: i16) -> bool {
    // The intervals are 101 to 113 in ODBC 3 and -92 to -80 in old headers.
    sql_type(code).is_some() || code == SQL_GUID || matches!(code, 101..=113 | -92..=-80)
}

/// The C type that a code of SQLBindParameter's ValueType stands for beside an SQL type: SQL_C_DEFAULT has another
/// meaning for each of them, even for those that the driver takes as one type (ODBC appendix D, "Default C Data Types").
///
/// # Errors
/// HY003.
pub fn c_type_of(code: i16, sql_type: i16, bound: &ColumnType) -> Result<CType> {
    let default = match sql_type {
        SQL_CHAR | SQL_VARCHAR | SQL_LONGVARCHAR => CType::Char,
        SQL_TINYINT => CType::STinyInt,
        SQL_SMALLINT => CType::SShort,
        SQL_REAL => CType::Float,
        SQL_GUID => CType::Guid,
        _ => CType::default_for(bound),
    };
    if code == CType::DEFAULT_CODE { Ok(default) } else { CType::resolve(code, bound) }
}

/// Whether the code is SQL_GUID: no column has the type, but a parameter can be bound as it, and is the GUID's text.
pub const fn is_guid(code: i16) -> bool {
    code == SQL_GUID
}

/// Whether two codes, each of either version, name the same type.
pub fn is_same_type(one: i16, other: i16) -> bool {
    current_code(one) == current_code(other)
}

/// The code that columns of this type have.
fn code_of(column: &ColumnType) -> i16 {
    match column.data_type {
        DataType::Text | DataType::Json if column.size <= MAX_NVARCHAR_SIZE => SQL_WVARCHAR,
        DataType::Text | DataType::Json => SQL_WLONGVARCHAR,
        DataType::Boolean => SQL_BIT,
        DataType::Integer => SQL_INTEGER,
        DataType::BigInt => SQL_BIGINT,
        DataType::Double => SQL_DOUBLE,
        DataType::Decimal => SQL_DECIMAL,
        DataType::Date => SQL_TYPE_DATE,
        DataType::Time => SQL_TYPE_TIME,
        DataType::Timestamp => SQL_TYPE_TIMESTAMP,
        DataType::Binary if column.size <= MAX_VARBINARY_SIZE => SQL_VARBINARY,
        DataType::Binary => SQL_LONGVARBINARY,
    }
}

/// The type of a code of either version.
fn sql_type(code: i16) -> Option<&'static SqlType> {
    SQL_TYPES.iter().find(|t| t.code == current_code(code))
}

/// The 3.x code of a type.
pub fn current_code(code: i16) -> i16 {
    if matches!(code, 9..=11) { code + DATETIME_CODE_SHIFT } else { code }
}

/// Characters of a time or timestamp whose whole seconds take `length`.
const fn with_fraction(length: u32, digits: u8) -> u32 {
    if digits == 0 { length } else { length + 1 + digits as u32 }
}

impl SqlType {
    /// The facts of a column of this size and scale.
    fn facts(&self, size: u32, scale: u8) -> TypeFacts {
        const LIMIT: u32 = i32::MAX as u32;
        let size = size.clamp(1, LIMIT);
        let (column_size, octet_length, display_size) = match self.shape {
            Shape::Text(bytes) => (size, size.saturating_mul(bytes).min(LIMIT), size),
            Shape::Binary => (size, size, size.saturating_mul(2).min(LIMIT)),
            Shape::Decimal => (size, (size + 2).min(LIMIT), (size + 2).min(LIMIT)),
            Shape::Number(digits, bytes, characters) => (digits, bytes, characters),
            Shape::Datetime(length, bytes, _) => {
                let length = with_fraction(length, scale);
                (length, bytes, length)
            }
        };
        let is_number = match self.shape {
            Shape::Decimal => true,
            Shape::Number(..) => self.family != DataType::Boolean,
            _ => false,
        };
        let decimal_digits = match self.family {
            DataType::Decimal | DataType::Time | DataType::Timestamp => Some(i16::from(scale)),
            DataType::Integer | DataType::BigInt => Some(0),
            _ => None,
        };
        let (literal_prefix, literal_suffix) = match self.family {
            DataType::Text | DataType::Json => (Some("'"), Some("'")),
            DataType::Binary => (Some("X'"), Some("'")),
            DataType::Date => (Some("{d '"), Some("'}")),
            DataType::Time => (Some("{t '"), Some("'}")),
            DataType::Timestamp => (Some("{ts '"), Some("'}")),
            _ => (None, None),
        };
        let datetime_code = match self.shape {
            Shape::Datetime(_, _, code) => Some(code),
            _ => None,
        };
        TypeFacts {
            type_name: self.name,
            concise_type: self.code,
            verbose_type: if datetime_code.is_some() { SQL_DATETIME } else { self.code },
            datetime_code,
            column_size,
            octet_length,
            char_octet_length: matches!(self.shape, Shape::Text(_) | Shape::Binary).then_some(octet_length),
            decimal_digits,
            precision: match self.shape {
                Shape::Datetime(..) => scale.into(),
                Shape::Decimal | Shape::Number(..) => i16::try_from(column_size).unwrap_or(i16::MAX),
                _ => 0,
            },
            num_prec_radix: is_number.then_some(10),
            display_size,
            literal_prefix,
            literal_suffix,
            case_sensitive: matches!(self.shape, Shape::Text(_)),
            searchable: SQL_SEARCHABLE,
            unsigned: is_number.then_some(false),
            fixed_prec_scale: false,
            auto_unique: false,
        }
    }

    fn info(&self, version: OdbcVersion) -> TypeInfo {
        let (minimum_scale, maximum_scale) = match self.family {
            DataType::Decimal => (Some(0), Some(MAX_DECIMAL_SIZE as i16)),
            DataType::Integer | DataType::BigInt => (Some(0), Some(0)),
            DataType::Time | DataType::Timestamp => (Some(0), Some(MAX_FRACTION_DIGITS.into())),
            _ => (None, None),
        };
        let largest_scale = maximum_scale.unwrap_or(0) as u8;
        TypeInfo {
            facts: self.facts(self.max_size, largest_scale).for_version(version),
            create_params: self.create_params,
            minimum_scale,
            maximum_scale,
        }
    }
}

impl TypeFacts {
    /// The same facts with the type codes that the application's version of ODBC knows.
    #[must_use]
    pub fn for_version(self, version: OdbcVersion) -> TypeFacts {
        match (version, self.datetime_code) {
            (OdbcVersion::Odbc2, Some(_)) => {
                let code = self.concise_type - DATETIME_CODE_SHIFT;
                TypeFacts { concise_type: code, verbose_type: code, ..self }
            }
            _ => self,
        }
    }

    /// The same facts with the bytes of the application's SQLWCHAR.
    #[must_use]
    pub fn for_wchar(self, wchar: Wchar) -> TypeFacts {
        if wchar == Wchar::Utf16 || !matches!(self.concise_type, SQL_WLONGVARCHAR | SQL_WVARCHAR | SQL_WCHAR)
        {
            return self;
        }
        let octet_length = self.column_size.saturating_mul(wchar.size() as u32).min(i32::MAX as u32);
        TypeFacts { octet_length, char_octet_length: Some(octet_length), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILIES: [DataType; 11] = {
        use DataType::*;
        [Text, Json, Boolean, Integer, BigInt, Double, Decimal, Date, Time, Timestamp, Binary]
    };

    fn facts(data_type: DataType, size: u32, scale: u8) -> TypeFacts {
        describe(&ColumnType { data_type, size, scale })
    }

    #[test]
    fn the_table_is_in_the_order_of_its_codes() {
        assert!(SQL_TYPES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn every_family_is_described_under_a_name_that_sql_get_type_info_lists() {
        for family in FAMILIES {
            for size in [0, 1, 4000, 4001, 8000, 8001, u32::MAX] {
                let facts = facts(family, size, 0);
                assert!(facts.column_size > 0 && facts.octet_length > 0 && facts.display_size > 0);
                assert!(
                    i32::try_from(facts.octet_length).is_ok() && i32::try_from(facts.display_size).is_ok()
                );
                for version in [OdbcVersion::Odbc2, OdbcVersion::Odbc3] {
                    let facts = facts.for_version(version);
                    let listed = type_info(version);
                    let row = listed.iter().find(|row| row.facts.type_name == facts.type_name).unwrap();
                    assert_eq!(row.facts.concise_type, facts.concise_type);
                    assert_eq!(row.facts.verbose_type, facts.verbose_type);
                }
            }
        }
    }

    #[test]
    fn text_is_nvarchar_up_to_its_limit() {
        let short = facts(DataType::Text, 34, 0);
        assert_eq!((short.type_name, short.concise_type), ("NVARCHAR", SQL_WVARCHAR));
        assert_eq!((short.column_size, short.octet_length, short.display_size), (34, 68, 34));
        assert_eq!(short.char_octet_length, Some(68));
        assert_eq!(facts(DataType::Text, 4000, 0).type_name, "NVARCHAR");
        assert_eq!(facts(DataType::Json, 4001, 0).concise_type, SQL_WLONGVARCHAR);
    }

    #[test]
    fn display_sizes_hold_the_longest_value() {
        let display = |family, size, scale| facts(family, size, scale).display_size as usize;
        assert_eq!(display(DataType::Integer, 10, 0), i32::MIN.to_string().len());
        assert_eq!(display(DataType::BigInt, 19, 0), i64::MIN.to_string().len());
        assert!(display(DataType::Double, 15, 0) >= "-2.2250738585072014E-308".len());
        assert_eq!(display(DataType::Decimal, 10, 3), "-1234567.890".len());
        assert_eq!(display(DataType::Time, 8, 0), "23:59:59".len());
        assert_eq!(display(DataType::Time, 8, 3), "23:59:59.999".len());
        assert_eq!(display(DataType::Timestamp, 19, 0), "2026-07-31 23:59:59".len());
        assert_eq!(display(DataType::Timestamp, 19, 6), "2026-07-31 23:59:59.999999".len());
        assert_eq!(display(DataType::Binary, 5, 0), 10);
        assert_eq!(display(DataType::Boolean, 1, 0), 1);
    }

    #[test]
    fn dates_have_the_codes_of_the_applications_version() {
        let timestamp = facts(DataType::Timestamp, 19, 0);
        assert_eq!((timestamp.concise_type, timestamp.verbose_type), (93, 9));
        assert_eq!((timestamp.datetime_code, timestamp.octet_length), (Some(3), 16));
        assert_eq!(timestamp.for_version(OdbcVersion::Odbc2).concise_type, 11);
        assert_eq!(facts(DataType::Date, 10, 0).for_version(OdbcVersion::Odbc2).concise_type, 9);
        assert_eq!(facts(DataType::Text, 10, 0).for_version(OdbcVersion::Odbc2).concise_type, SQL_WVARCHAR);
    }

    #[test]
    fn only_wide_types_take_the_bytes_of_the_applications_characters() {
        let bytes = |facts: TypeFacts| {
            let facts = facts.for_wchar(Wchar::Utf32);
            (facts.octet_length, facts.char_octet_length)
        };
        assert_eq!(bytes(facts(DataType::Text, 10, 0)), (40, Some(40)));
        let largest = facts(DataType::Text, MAX_LONG_TEXT_SIZE, 0);
        assert_eq!(bytes(largest), (i32::MAX as u32, Some(i32::MAX as u32)));
        assert_eq!(bytes(facts(DataType::Binary, 10, 0)), (10, Some(10)));
        assert_eq!(bytes(facts(DataType::Decimal, 10, 2)), (12, None));
    }

    #[test]
    fn type_info_is_ordered_in_both_versions() {
        for version in [OdbcVersion::Odbc2, OdbcVersion::Odbc3] {
            let codes: Vec<i16> = type_info(version).iter().map(|row| row.facts.concise_type).collect();
            assert!(codes.is_sorted());
        }
    }

    #[test]
    fn parameters_are_taken_as_the_family_of_their_type() {
        let family = |code| from_sql_type(code, 10, 2).unwrap().data_type;
        for code in [-1, -8, -9, -10, 1, 12, SQL_GUID] {
            assert_eq!(family(code), DataType::Text, "{code}");
        }
        assert_eq!([family(4), family(5), family(-6)], [DataType::Integer; 3]);
        assert_eq!([family(6), family(7), family(8)], [DataType::Double; 3]);
        assert_eq!([family(-2), family(-3), family(-4)], [DataType::Binary; 3]);
        assert_eq!([family(9), family(91)], [DataType::Date; 2]);
        assert_eq!([family(10), family(92)], [DataType::Time; 2]);
        assert_eq!([family(11), family(93)], [DataType::Timestamp; 2]);
        assert_eq!((family(-5), family(-7)), (DataType::BigInt, DataType::Boolean));
        assert_eq!(
            from_sql_type(2, 10, 2),
            Some(ColumnType { data_type: DataType::Decimal, size: 10, scale: 2 })
        );
        assert_eq!(from_sql_type(101, 2, 0), None);
        assert_eq!(from_sql_type(1234, 2, 0), None);
    }

    #[test]
    fn the_default_c_type_is_that_of_the_sql_type() {
        let default =
            |code| c_type_of(CType::DEFAULT_CODE, code, &from_sql_type(code, 0, 0).unwrap()).unwrap();
        assert_eq!([default(1), default(12), default(-1), default(2), default(3)], [CType::Char; 5]);
        assert_eq!([default(-8), default(-9), default(-10)], [CType::WChar; 3]);
        assert_eq!([default(-6), default(5), default(4)], [CType::STinyInt, CType::SShort, CType::SLong]);
        assert_eq!([default(7), default(8)], [CType::Float, CType::Double]);
        assert_eq!([default(SQL_GUID), default(93)], [CType::Guid, CType::Timestamp]);
        let text = ColumnType::text(10);
        assert_eq!(c_type_of(4, SQL_VARCHAR, &text), Ok(CType::SLong));
        assert!(c_type_of(77, SQL_VARCHAR, &text).is_err());
    }

    #[test]
    fn a_parameters_size_is_never_0() {
        for row in type_info(OdbcVersion::Odbc3) {
            let parameter = from_sql_type(row.facts.concise_type, 0, 0).unwrap();
            assert!(parameter.size > 0, "{}", row.facts.type_name);
        }
        assert_eq!(from_sql_type(SQL_VARCHAR, 0, 0), Some(ColumnType::text(4000)));
        assert_eq!(from_sql_type(SQL_WLONGVARCHAR, 0, 0), Some(ColumnType::text(1 << 20)));
        assert_eq!(from_sql_type(SQL_VARCHAR, usize::MAX, 0), Some(ColumnType::text(i32::MAX as u32)));
    }

    #[test]
    fn a_timestamps_fraction_comes_from_its_scale_or_its_size() {
        let scale = |size, scale| from_sql_type(93, size, scale).unwrap().scale;
        assert_eq!([scale(19, 0), scale(23, 3), scale(23, 0), scale(0, 6), scale(16, 0)], [0, 3, 3, 6, 0]);
        assert_eq!((scale(4000, 40), scale(19, -1)), (9, 0));
        assert_eq!(from_sql_type(93, 23, 0).unwrap().size, 23);
        assert_eq!(from_sql_type(91, 23, 3).unwrap(), ColumnType::of(DataType::Date));
    }

    #[test]
    fn every_odbc_type_is_told_from_a_number_that_is_none() {
        assert!(is_odbc_type(SQL_GUID) && is_odbc_type(113) && is_odbc_type(11) && is_odbc_type(93));
        assert!(!is_odbc_type(0) && !is_odbc_type(1234) && !is_odbc_type(99));
    }
}
