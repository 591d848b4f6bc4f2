//! Cells that reach their buffer without a value in between, which is most of them.
//!
//! [`Route::of`] looks once at the types of a column and its buffer. [`Route::take`] then says for each cell what is to be
//! written, or that the cell has to go through [`super::to_c`] after all: because of its representation, because it
//! does not fit, or because something has to be said about it. What goes this way has the outcome that `to_c` and
//! [`super::take`] would give it; a test here holds them against each other.

use crate::convert::datetime::{self, is_canonical};
use crate::convert::{CTarget, CType, FixedBytes};
use crate::model::{ColumnType, DataType};
use crate::value::ValueRef;

/// How the cells of a column get into buffers of a C type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// All by way of [`super::to_c`].
    Converted,
    /// Text and numbers as characters: the text that they are, or the digits.
    Characters,
    /// Integers as characters.
    Digits,
    /// Dates, times and timestamps as characters: the text that they are, if it is canonical.
    Temporal(DataType),
    /// Integers as integers of that type.
    Integer(CType),
    /// Doubles as they are.
    Double,
    /// Dates and timestamps as structures.
    Structure(DataType),
}

/// What a buffer receives of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direct<'v> {
    Null,
    /// Characters in the encoding of the C type, and a terminator.
    Characters(&'v str),
    Byte(u8),
    Short(u16),
    Long(u32),
    Big(i64),
    Structure(FixedBytes),
}

impl Route {
    /// The way of cells of type `column` to buffers of type `target`, where SQL_ATTR_MAX_LENGTH is `max_length`.
    pub fn of(column: &ColumnType, target: &CTarget, max_length: usize) -> Route {
        use DataType::*;
        match (column.data_type, target.c_type) {
            (Text | Json, CType::Char | CType::WChar) if max_length == 0 => Route::Characters,
            (Integer | BigInt | DataType::Double | Decimal, CType::Char | CType::WChar) => Route::Characters,
            (Boolean, CType::Char | CType::WChar) => Route::Digits,
            (Date | Time | Timestamp, CType::Char | CType::WChar) => Route::Temporal(column.data_type),
            (
                Boolean | Integer | BigInt | DataType::Double | Decimal,
                CType::Bit
                | CType::STinyInt
                | CType::UTinyInt
                | CType::SShort
                | CType::UShort
                | CType::SLong
                | CType::ULong
                | CType::SBigInt
                | CType::UBigInt,
            ) => Route::Integer(target.c_type),
            (DataType::Double, CType::Double) => Route::Double,
            (Date, CType::Date) | (Timestamp, CType::Timestamp) => Route::Structure(column.data_type),
            _ => Route::Converted,
        }
    }

    /// What is written of a cell; `None` where it has to be converted. `digits` is room for those of an integer.
    #[inline]
    pub fn take<'v>(self, value: ValueRef<'v>, digits: &'v mut itoa::Buffer) -> Option<Direct<'v>> {
        match (self, value) {
            (Route::Converted, _) => None,
            (_, ValueRef::Null) => Some(Direct::Null),
            (Route::Characters, ValueRef::Text(text)) => Some(Direct::Characters(text)),
            (Route::Characters | Route::Digits, ValueRef::Integer(integer)) => {
                Some(Direct::Characters(digits.format(integer)))
            }
            (Route::Temporal(data_type), ValueRef::Text(text)) => {
                is_canonical(text.as_bytes(), data_type).then_some(Direct::Characters(text))
            }
            (Route::Integer(c_type), ValueRef::Integer(integer)) => integer_as(integer, c_type),
            (Route::Double, ValueRef::Real(double)) => Some(Direct::Big(double.to_bits().cast_signed())),
            (Route::Structure(data_type), ValueRef::Text(text)) => {
                datetime::canonical_struct(text, data_type).map(Direct::Structure)
            }
            _ => None,
        }
    }
}

/// The bits of an integer in an integer type; `None` where it is out of range.
fn integer_as<'v>(integer: i64, c_type: CType) -> Option<Direct<'v>> {
    Some(match c_type {
        CType::Bit => Direct::Byte(u8::try_from(integer).ok().filter(|&bit| bit <= 1)?),
        CType::STinyInt => Direct::Byte(i8::try_from(integer).ok()?.cast_unsigned()),
        CType::UTinyInt => Direct::Byte(integer.try_into().ok()?),
        CType::SShort => Direct::Short(i16::try_from(integer).ok()?.cast_unsigned()),
        CType::UShort => Direct::Short(integer.try_into().ok()?),
        CType::SLong => Direct::Long(i32::try_from(integer).ok()?.cast_unsigned()),
        CType::ULong => Direct::Long(integer.try_into().ok()?),
        CType::SBigInt => Direct::Big(integer),
        CType::UBigInt => Direct::Big(u64::try_from(integer).ok()?.cast_signed()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::matrix::tests::DATA_TYPES;
    use crate::convert::{CData, Rest, Wchar, take, to_c};

    const TEXTS: [&str; 34] = [
        "",
        "a",
        "äöü😀",
        "true",
        "1",
        "0",
        "-1",
        "12345678901234567890",
        "1.50",
        "-0.00750",
        "1e3",
        " 7 ",
        "2020-01-31",
        "2020-02-30",
        "0000-01-31",
        "202a-01-31",
        "2020-01-31 ",
        "2020-01-31T10:20:30",
        "2020-01-31 10:20:30",
        "2020-01-31 10:20:60",
        "2020-01-31 24:00:00",
        "2020-01-31 10:20:30Z",
        "2020-01-31 10+20:30",
        "2020-01-31 10:20:30.5",
        "2020-01-31 10:20:30.",
        "2020-01-31 10:20:30.123456789",
        "2020-01-31 10:20:30.1234567890",
        "2020-01-31 10:20:30.1234567891",
        "2020/01/31 10:20:30",
        "0000-01-31 10:20:30",
        "10:20:30",
        "10:20:30.25",
        "1010:20",
        "{ts '2020-01-31 10:20:30'}",
    ];

    /// The bytes and the length that the long way gives; `None` where it does not simply deliver the value whole.
    fn converted(
        value: ValueRef<'_>,
        column: &ColumnType,
        target: &CTarget,
    ) -> Option<Option<(Vec<u8>, isize)>> {
        let converted = to_c(value, column, target).ok()?;
        if converted.data == CData::Null {
            return Some(None);
        }
        let part = take(&converted, 0, usize::MAX, Rest::IsLost).ok()?;
        let whole = !part.truncated && converted.warning.is_none();
        whole.then(|| Some((part.chunk.to_bytes().into_owned(), part.indicator)))
    }

    fn bytes(direct: Direct<'_>, target: &CTarget) -> Option<Vec<u8>> {
        Some(match direct {
            Direct::Null => return None,
            Direct::Characters(text) => match (target.c_type, target.wchar) {
                (CType::WChar, Wchar::Utf16) => text.encode_utf16().flat_map(u16::to_ne_bytes).collect(),
                (CType::WChar, Wchar::Utf32) => {
                    text.chars().flat_map(|c| u32::from(c).to_ne_bytes()).collect()
                }
                _ => text.as_bytes().to_vec(),
            },
            Direct::Byte(byte) => vec![byte],
            Direct::Short(short) => short.to_ne_bytes().to_vec(),
            Direct::Long(long) => long.to_ne_bytes().to_vec(),
            Direct::Big(big) => big.to_ne_bytes().to_vec(),
            Direct::Structure(structure) => structure.as_bytes().to_vec(),
        })
    }

    #[test]
    fn the_short_way_leads_where_the_long_one_does() {
        let integers = [0, 1, -1, 2, 127, 128, -128, 255, 256, 32767, 65535, i64::from(i32::MAX), 1 << 31];
        let more = [u32::MAX.into(), i64::MAX, i64::MIN];
        let doubles = [0.0, -0.0, 1.0, 1.5, 1e300, f64::NAN, f64::INFINITY];
        let values = TEXTS.map(ValueRef::Text).into_iter();
        let values = values.chain(integers.into_iter().chain(more).map(ValueRef::Integer));
        let values = values.chain(doubles.map(ValueRef::Real));
        let values: Vec<_> =
            values.chain([ValueRef::Null, ValueRef::Binary(b"7"), ValueRef::Binary(&[255])]).collect();
        let mut taken = 0;
        for data_type in DATA_TYPES {
            let column = ColumnType::of(data_type);
            for c_type in CType::all() {
                for wchar in [Wchar::Utf16, Wchar::Utf32] {
                    let target = CTarget { wchar, ..CTarget::new(c_type) };
                    for max_length in [0, 3] {
                        let route = Route::of(&column, &target, max_length);
                        for value in &values {
                            let mut digits = itoa::Buffer::new();
                            let Some(direct) = route.take(*value, &mut digits) else { continue };
                            let expected = converted(*value, &column, &target);
                            let found = bytes(direct, &target).map(|bytes| (bytes.len() as isize, bytes));
                            let found = found.map(|(length, bytes)| (bytes, length));
                            assert_eq!(Some(found), expected, "{column:?} {target:?} {value:?}");
                            taken += 1;
                        }
                    }
                }
            }
        }
        assert!(taken > 2000, "{taken}");
    }

    #[test]
    fn a_limit_of_length_is_for_the_long_way() {
        let target = CTarget::new(CType::Char);
        assert_eq!(Route::of(&ColumnType::text(10), &target, 5), Route::Converted);
        assert_eq!(Route::of(&ColumnType::of(DataType::Integer), &target, 5), Route::Characters);
    }

    #[test]
    fn what_cells_are_most_often_goes_the_short_way() {
        let timestamp = ValueRef::Text("2020-01-31 10:20:30.5");
        let takes = |data_type, c_type, value| {
            let route = Route::of(&ColumnType::of(data_type), &CTarget::new(c_type), 0);
            route.take(value, &mut itoa::Buffer::new()).is_some()
        };
        for c_type in [CType::Char, CType::WChar] {
            assert!(takes(DataType::Text, c_type, ValueRef::Text("é")));
            assert!(takes(DataType::Decimal, c_type, ValueRef::Text("-1.50")));
            assert!(takes(DataType::Integer, c_type, ValueRef::Integer(-7)));
            assert!(takes(DataType::Boolean, c_type, ValueRef::Integer(1)));
            assert!(takes(DataType::Timestamp, c_type, timestamp));
        }
        assert!(takes(DataType::Integer, CType::SLong, ValueRef::Integer(-7)));
        assert!(takes(DataType::BigInt, CType::SBigInt, ValueRef::Integer(i64::MIN)));
        assert!(takes(DataType::Boolean, CType::Bit, ValueRef::Integer(1)));
        assert!(takes(DataType::Double, CType::Double, ValueRef::Real(1.5)));
        assert!(takes(DataType::Timestamp, CType::Timestamp, timestamp));
        assert!(takes(DataType::Date, CType::Date, ValueRef::Text("2020-01-31")));
    }
}
