//! Which conversions there are: the tables of ODBC appendix D, as data.

use crate::convert::CType;
use crate::model::DataType;

use CType::*;

const fn is_number(c_type: CType) -> bool {
    matches!(
        c_type,
        Bit | STinyInt
            | UTinyInt
            | SShort
            | UShort
            | SLong
            | ULong
            | SBigInt
            | UBigInt
            | Float
            | Double
            | Numeric
    )
}

/// Whether a column of this SQL type can be fetched into this C type. SQLBindCol and SQLGetData answer 07006
/// where it cannot.
pub const fn is_supported_to_c(data_type: DataType, c_type: CType) -> bool {
    if matches!(c_type, Char | WChar | Binary) {
        return true;
    }
    match data_type {
        DataType::Text | DataType::Json => true,
        DataType::Integer | DataType::BigInt | DataType::Decimal => match c_type {
            Interval(interval) => interval.is_single(),
            _ => is_number(c_type),
        },
        DataType::Boolean | DataType::Double => is_number(c_type),
        DataType::Date => matches!(c_type, Date | Timestamp),
        DataType::Time => matches!(c_type, Time | Timestamp),
        DataType::Timestamp => matches!(c_type, Date | Time | Timestamp),
        DataType::Binary => false,
    }
}

/// Whether a parameter of this SQL type can be given as this C type. SQLBindParameter answers 07006 where it
/// cannot. The tables of the two directions have the same pairs.
pub const fn is_supported_from_c(data_type: DataType, c_type: CType) -> bool {
    is_supported_to_c(data_type, c_type)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::convert::{CInput, CTarget, from_c, to_c};
    use crate::error::state::RESTRICTED_DATA_TYPE;
    use crate::model::ColumnType;
    use crate::value::{Value, ValueRef};

    /// All of them.
    pub const DATA_TYPES: [DataType; 11] = [
        DataType::Text,
        DataType::Json,
        DataType::Boolean,
        DataType::Integer,
        DataType::BigInt,
        DataType::Double,
        DataType::Decimal,
        DataType::Date,
        DataType::Time,
        DataType::Timestamp,
        DataType::Binary,
    ];

    fn pairs() -> impl Iterator<Item = (DataType, CType)> {
        DATA_TYPES.into_iter().flat_map(|data_type| CType::all().map(move |c_type| (data_type, c_type)))
    }

    fn sample(data_type: DataType) -> ValueRef<'static> {
        match data_type {
            DataType::Text | DataType::Json => ValueRef::Text("1"),
            DataType::Boolean | DataType::Integer | DataType::BigInt => ValueRef::Integer(1),
            DataType::Double => ValueRef::Real(1.0),
            DataType::Decimal => ValueRef::Text("1.00"),
            DataType::Date => ValueRef::Text("2020-01-31"),
            DataType::Time => ValueRef::Text("10:20:30"),
            DataType::Timestamp => ValueRef::Text("2020-01-31 00:00:00"),
            DataType::Binary => ValueRef::Binary(&[1]),
        }
    }

    #[test]
    fn every_listed_pair_converts_to_c_and_no_other() {
        let mut count = 0;
        for (data_type, c_type) in pairs() {
            let column = ColumnType::of(data_type);
            for value in [sample(data_type), ValueRef::Null] {
                let refused = match to_c(value, &column, &CTarget::new(c_type)) {
                    Ok(_) => false,
                    Err(error) if error.state == RESTRICTED_DATA_TYPE => true,
                    // Text "1" is a number, but no date and no GUID.
                    Err(_) if matches!(data_type, DataType::Text | DataType::Json) => false,
                    Err(error) => panic!("{data_type:?} to {c_type:?}: {error}"),
                };
                assert_eq!(refused, !is_supported_to_c(data_type, c_type), "{data_type:?} to {c_type:?}");
            }
            count += usize::from(is_supported_to_c(data_type, c_type));
        }
        // 26 of them are text to intervals, 18 exact numbers to intervals of one field.
        assert_eq!(count, 132 + 26 + 18);
    }

    #[test]
    fn every_listed_pair_converts_from_c_and_no_other() {
        let bytes = |c_type: CType| match c_type {
            CType::Date => [2020u16, 1, 31].iter().flat_map(|f| f.to_ne_bytes()).collect(),
            CType::Timestamp => {
                [2020u16, 1, 31, 0, 0, 0, 0, 0].iter().flat_map(|f| f.to_ne_bytes()).collect()
            }
            other => vec![0; other.fixed_size().unwrap()],
        };
        for (data_type, c_type) in pairs() {
            let parameter = ColumnType::of(data_type);
            let result = match c_type {
                CType::Char => from_c(CInput::Narrow(b"00"), &CTarget::new(c_type), &parameter),
                CType::WChar => from_c(CInput::Wide(&[0x30, 0x30]), &CTarget::new(c_type), &parameter),
                CType::Binary => from_c(CInput::Binary(b"00"), &CTarget::new(c_type), &parameter),
                _ => from_c(CInput::Fixed(&bytes(c_type)), &CTarget::new(c_type), &parameter),
            };
            let refused = result.as_ref().is_err_and(|error| error.state == RESTRICTED_DATA_TYPE);
            assert_eq!(refused, !is_supported_from_c(data_type, c_type), "{c_type:?} to {data_type:?}");
            if c_type.fixed_size().is_some() && !refused {
                assert!(result.is_ok(), "{c_type:?} to {data_type:?}: {result:?}");
            }
            let null = from_c(CInput::Null, &CTarget::new(c_type), &parameter);
            assert_eq!(null.is_ok_and(|value| value == Value::Null), !refused);
        }
    }

    #[test]
    fn the_default_type_is_always_supported() {
        for data_type in DATA_TYPES {
            let c_type = CType::default_for(&ColumnType::of(data_type));
            assert!(is_supported_to_c(data_type, c_type) && is_supported_from_c(data_type, c_type));
        }
    }
}
