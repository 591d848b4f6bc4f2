//! Which conversions there are: the tables of ODBC appendix D, as data.

use crate::convert::CType;
use crate::model::DataType;

use CType::*;

const CHARACTER_AND_BINARY: u32 = set(&[Char, WChar, Binary]);
const NUMBERS: u32 =
    set(&[Bit, STinyInt, UTinyInt, SShort, UShort, SLong, ULong, SBigInt, UBigInt, Float, Double, Numeric]);

const fn set(types: &[CType]) -> u32 {
    let mut bits = 0;
    let mut i = 0;
    while i < types.len() {
        bits |= 1 << types[i] as u32;
        i += 1;
    }
    bits
}

/// The C types that a column of each SQL type converts to.
const fn targets(data_type: DataType) -> u32 {
    CHARACTER_AND_BINARY
        | match data_type {
            DataType::Text | DataType::Json => NUMBERS | set(&[Date, Time, Timestamp, Guid]),
            DataType::Boolean
            | DataType::Integer
            | DataType::BigInt
            | DataType::Double
            | DataType::Decimal => NUMBERS,
            DataType::Date => set(&[Date, Timestamp]),
            DataType::Time => set(&[Time, Timestamp]),
            DataType::Timestamp => set(&[Date, Time, Timestamp]),
            DataType::Binary => 0,
        }
}

/// Whether a column of this SQL type can be fetched into this C type. SQLBindCol and SQLGetData answer 07006
/// where it cannot.
pub const fn is_supported_to_c(data_type: DataType, c_type: CType) -> bool {
    targets(data_type) & (1 << c_type as u32) != 0
}

/// Whether a parameter of this SQL type can be given as this C type. SQLBindParameter answers 07006 where it
/// cannot. The tables of the two directions have the same pairs.
pub const fn is_supported_from_c(data_type: DataType, c_type: CType) -> bool {
    is_supported_to_c(data_type, c_type)
}
