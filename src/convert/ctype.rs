//! The C types that an application's buffers have.

use crate::convert::interval::{self, IntervalType};
use crate::decimal::MAX_DIGITS;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};

/// A C type, as `TargetType` of SQLBindCol and SQLGetData and `ValueType` of SQLBindParameter name it.
///
/// The ODBC 2 codes are folded into their successors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CType {
    Char,
    WChar,
    Bit,
    STinyInt,
    UTinyInt,
    SShort,
    UShort,
    SLong,
    ULong,
    SBigInt,
    UBigInt,
    Float,
    Double,
    Numeric,
    Date,
    Time,
    Timestamp,
    Binary,
    Guid,
    Interval(IntervalType),
}

impl CType {
    /// SQL_C_DEFAULT: the code that [`CType::default_for`] resolves.
    pub const DEFAULT_CODE: i16 = 99;

    /// Every type but the intervals.
    pub const SIMPLE: [CType; 19] = [
        CType::Char,
        CType::WChar,
        CType::Bit,
        CType::STinyInt,
        CType::UTinyInt,
        CType::SShort,
        CType::UShort,
        CType::SLong,
        CType::ULong,
        CType::SBigInt,
        CType::UBigInt,
        CType::Float,
        CType::Double,
        CType::Numeric,
        CType::Date,
        CType::Time,
        CType::Timestamp,
        CType::Binary,
        CType::Guid,
    ];

    /// The type of an `SQL_C_…` code; `None` for SQL_C_DEFAULT and unknown codes.
    ///
    /// [`CType::resolve`] tells those apart.
    pub const fn from_code(code: i16) -> Option<CType> {
        Some(match code {
            1 => CType::Char,
            -8 => CType::WChar,
            -7 => CType::Bit,
            // SQL_C_TINYINT, SQL_C_SHORT and SQL_C_LONG of ODBC 1 are signed.
            -26 | -6 => CType::STinyInt,
            -28 => CType::UTinyInt,
            -15 | 5 => CType::SShort,
            -17 => CType::UShort,
            -16 | 4 => CType::SLong,
            -18 => CType::ULong,
            -25 => CType::SBigInt,
            -27 => CType::UBigInt,
            7 => CType::Float,
            8 => CType::Double,
            2 => CType::Numeric,
            91 | 9 => CType::Date,
            92 | 10 => CType::Time,
            93 | 11 => CType::Timestamp,
            -2 => CType::Binary,
            -11 => CType::Guid,
            _ => match IntervalType::from_code(code) {
                Some(interval) => CType::Interval(interval),
                None => return None,
            },
        })
    }

    /// The ODBC 3 `SQL_C_…` code.
    pub const fn code(self) -> i16 {
        match self {
            CType::Char => 1,
            CType::WChar => -8,
            CType::Bit => -7,
            CType::STinyInt => -26,
            CType::UTinyInt => -28,
            CType::SShort => -15,
            CType::UShort => -17,
            CType::SLong => -16,
            CType::ULong => -18,
            CType::SBigInt => -25,
            CType::UBigInt => -27,
            CType::Float => 7,
            CType::Double => 8,
            CType::Numeric => 2,
            CType::Date => 91,
            CType::Time => 92,
            CType::Timestamp => 93,
            CType::Binary => -2,
            CType::Guid => -11,
            CType::Interval(interval) => interval.code(),
        }
    }

    /// The type of an `SQL_C_…` code for a column or parameter of type `column`, with SQL_C_DEFAULT resolved.
    ///
    /// # Errors
    /// HY003 for a code that is no C type.
    pub fn resolve(code: i16, column: &ColumnType) -> Result<CType> {
        match code {
            Self::DEFAULT_CODE => Ok(Self::default_for(column)),
            _ => Self::from_code(code).ok_or_else(|| {
                Error::new(state::INVALID_APPLICATION_BUFFER_TYPE, format!("{code} is not a C data type."))
            }),
        }
    }

    /// What SQL_C_DEFAULT stands for (ODBC appendix D, "Default C Data Types"). Text is SQL_WVARCHAR, so its
    /// default is SQL_C_WCHAR; a decimal's is SQL_C_CHAR.
    pub const fn default_for(column: &ColumnType) -> CType {
        match column.data_type {
            DataType::Text | DataType::Json => CType::WChar,
            DataType::Boolean => CType::Bit,
            DataType::Integer => CType::SLong,
            DataType::BigInt => CType::SBigInt,
            DataType::Double => CType::Double,
            DataType::Decimal => CType::Char,
            DataType::Date => CType::Date,
            DataType::Time => CType::Time,
            DataType::Timestamp => CType::Timestamp,
            DataType::Binary => CType::Binary,
        }
    }

    /// Every type.
    pub fn all() -> impl Iterator<Item = CType> {
        Self::SIMPLE.into_iter().chain(IntervalType::ALL.map(CType::Interval))
    }

    /// Whether it is one of the interval types.
    pub const fn is_interval(self) -> bool {
        matches!(self, CType::Interval(_))
    }

    /// What SQLBindCol, SQLBindParameter and SQLSetDescField put into SQL_DESC_PRECISION and
    /// SQL_DESC_DATETIME_INTERVAL_PRECISION of an application's record with that C type code.
    pub const fn default_precisions(code: i16) -> (i16, i32) {
        match Self::from_code(code) {
            Some(CType::Numeric) => (MAX_DIGITS as i16, 0),
            Some(CType::Interval(_)) => {
                (interval::DEFAULT_SECONDS_PRECISION as i16, interval::DEFAULT_LEADING_PRECISION as i32)
            }
            _ => (0, 0),
        }
    }

    /// Bytes of a type of fixed size: the stride of a bound column, whatever its BufferLength says. `None` for
    /// SQL_C_CHAR, SQL_C_WCHAR and SQL_C_BINARY.
    pub const fn fixed_size(self) -> Option<usize> {
        Some(match self {
            CType::Char | CType::WChar | CType::Binary => return None,
            CType::Bit | CType::STinyInt | CType::UTinyInt => 1,
            CType::SShort | CType::UShort => 2,
            CType::SLong | CType::ULong | CType::Float => 4,
            CType::SBigInt | CType::UBigInt | CType::Double => 8,
            CType::Numeric => 19,
            CType::Date | CType::Time => 6,
            CType::Timestamp | CType::Guid => 16,
            CType::Interval(_) => interval::STRUCT_SIZE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        for c_type in CType::all() {
            assert_eq!(CType::from_code(c_type.code()), Some(c_type));
        }
    }

    #[test]
    fn old_codes_are_known() {
        for (code, c_type) in [
            (4, CType::SLong),
            (5, CType::SShort),
            (-6, CType::STinyInt),
            (9, CType::Date),
            (10, CType::Time),
            (11, CType::Timestamp),
        ] {
            assert_eq!(CType::from_code(code), Some(c_type));
        }
    }

    #[test]
    fn sizes_are_those_of_the_structures() {
        use std::mem::size_of;
        assert_eq!(CType::Numeric.fixed_size(), Some(size_of::<odbc_sys::Numeric>()));
        assert_eq!(CType::Date.fixed_size(), Some(size_of::<odbc_sys::Date>()));
        assert_eq!(CType::Time.fixed_size(), Some(size_of::<odbc_sys::Time>()));
        assert_eq!(CType::Timestamp.fixed_size(), Some(size_of::<odbc_sys::Timestamp>()));
        assert_eq!(CType::Guid.fixed_size(), Some(size_of::<odbc_sys::Guid>()));
    }

    #[test]
    fn unusable_codes_say_why() {
        let column = ColumnType::of(DataType::Integer);
        assert_eq!(CType::resolve(99, &column), Ok(CType::SLong));
        assert_eq!(CType::resolve(101, &column).map(CType::code), Ok(101));
        assert_eq!(CType::resolve(77, &column).unwrap_err().state, state::INVALID_APPLICATION_BUFFER_TYPE);
    }
}
