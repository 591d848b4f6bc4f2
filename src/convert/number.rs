//! Integers, doubles and decimals: columns of these types, and every conversion to a numeric C type.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::convert::errors::{self, c_name, sql_name};
use crate::convert::input::Source;
use crate::convert::text::{characters, text_of};
use crate::convert::{CData, CTarget, CType, Converted, Cut, FixedBytes, interval};
use crate::decimal::{Decimal, MAX_DIGITS, parse_float};
use crate::error::Result;
use crate::model::{ColumnType, DataType};
use crate::value::{Value, ValueRef};

/// A number on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Wide enough for SQL_C_UBIGINT.
    Integer(i128),
    Double(f64),
    Decimal(Decimal),
}

/// Converts a cell of an integer, double or decimal column.
pub(super) fn to_c<'a>(value: ValueRef<'a>, column: &ColumnType, target: &CTarget) -> Result<Converted<'a>> {
    match (target.c_type, value) {
        (CType::Char | CType::WChar, _) => {
            let text = match value {
                ValueRef::Real(double) => Cow::Owned(double_text(double, column)),
                _ => text_of(value)?,
            };
            let cut = Cut::After(whole_len(&text));
            Ok(characters(text, target.c_type, cut))
        }
        (CType::Binary, _) => Ok(to_fixed(Number::read(value, column)?, &image(column))?.into_binary()),
        (CType::Float | CType::Double, ValueRef::Text(text)) => text_to_double(text, target),
        (CType::Interval(of), _) => interval::number_to_c(Number::read(value, column)?, of, target),
        _ => {
            let converted = to_fixed(Number::read(value, column)?, target)?;
            // The application has asked for an integer as that is what the column is said to be.
            let is_whole = matches!(column.data_type, DataType::Integer | DataType::BigInt);
            match converted.warning {
                Some(_) if is_whole => Err(errors::no_integer(column)),
                _ => Ok(converted),
            }
        }
    }
}

/// The structure that the binary form of a value consists of (SQL_C_BINARY and a column that is neither text nor
/// binary).
pub(super) fn image(column: &ColumnType) -> CTarget {
    match column.data_type {
        DataType::Decimal => CTarget {
            precision: u8::try_from(column.size).unwrap_or(MAX_DIGITS).min(MAX_DIGITS),
            scale: i8::try_from(column.scale).unwrap_or(i8::MAX),
            ..CTarget::new(CType::Numeric)
        },
        DataType::Integer if column.size <= TINYINT_DIGITS => CTarget::new(CType::STinyInt),
        DataType::Integer if column.size <= SMALLINT_DIGITS => CTarget::new(CType::SShort),
        DataType::Double if column.size <= REAL_DIGITS => CTarget::new(CType::Float),
        _ => CTarget::new(CType::default_for(column)),
    }
}

/// The number in a text, as SQL_C_FLOAT or SQL_C_DOUBLE. It is rounded once.
pub(super) fn text_to_double<'a>(text: &str, target: &CTarget) -> Result<Converted<'a>> {
    let no_number = |fault| errors::no_number(fault, text, c_name(target.c_type));
    let bytes = match target.c_type {
        CType::Float => FixedBytes::new(parse_float::<f32>(text).map_err(no_number)?.to_ne_bytes()),
        _ => FixedBytes::new(parse_float::<f64>(text).map_err(no_number)?.to_ne_bytes()),
    };
    Ok(Converted::new(CData::Fixed(bytes)))
}

/// The number as a C type of fixed size.
pub(super) fn to_fixed<'a>(number: Number, target: &CTarget) -> Result<Converted<'a>> {
    let out_of_range = || errors::out_of_range(c_name(target.c_type));
    macro_rules! integer {
        ($type:ty) => {{
            let (integer, lost) = number.to_integer().ok_or_else(out_of_range)?;
            let integer = <$type>::try_from(integer).map_err(|_| out_of_range())?;
            (FixedBytes::new(integer.to_ne_bytes()), lost)
        }};
    }
    let (bytes, lost) = match target.c_type {
        CType::Bit => {
            let (integer, lost) = number.to_integer().ok_or_else(out_of_range)?;
            match integer {
                0 | 1 if !number.is_negative() => (FixedBytes::new([integer as u8]), lost),
                _ => return Err(out_of_range()),
            }
        }
        CType::STinyInt => integer!(i8),
        CType::UTinyInt => integer!(u8),
        CType::SShort => integer!(i16),
        CType::UShort => integer!(u16),
        CType::SLong => integer!(i32),
        CType::ULong => integer!(u32),
        CType::SBigInt => integer!(i64),
        CType::UBigInt => integer!(u64),
        CType::Double => (FixedBytes::new(number.to_double().to_ne_bytes()), false),
        CType::Float => {
            let float = number.to_float();
            if float.is_infinite() && number.to_double().is_finite() {
                return Err(out_of_range());
            }
            (FixedBytes::new(float.to_ne_bytes()), false)
        }
        CType::Numeric => {
            let decimal = number.to_decimal().ok_or_else(out_of_range)?;
            let numeric = decimal.to_numeric(target.precision, target.scale).map_err(|_| out_of_range())?;
            (FixedBytes::new(numeric.0), numeric.1)
        }
        CType::Char
        | CType::WChar
        | CType::Date
        | CType::Time
        | CType::Timestamp
        | CType::Binary
        | CType::Guid
        | CType::Interval(_) => return Err(errors::restricted(DataType::Decimal, target.c_type)),
    };
    let warning = lost.then(|| errors::fraction_cut(target.c_type));
    Ok(Converted { warning, ..Converted::new(CData::Fixed(bytes)) })
}

/// Brings a parameter or a literal into the representation of an integer, double or decimal.
///
/// A number loses its fraction to an integer in silence, as an assignment does; text does not.
pub(super) fn store(source: Source<'_>, target: &ColumnType) -> Result<Value> {
    let name = sql_name(target.data_type);
    let number = match &source {
        Source::Number(number) => *number,
        Source::Text(text) => {
            if target.data_type == DataType::Double {
                let double =
                    parse_float::<f64>(text).map_err(|fault| errors::no_number(fault, text, name))?;
                return if is_in_range(double, target) {
                    Ok(Value::Real(double))
                } else {
                    Err(errors::out_of_range(name))
                };
            }
            let decimal = Decimal::parse(text).map_err(|fault| errors::no_number(fault, text, name))?;
            if decimal.is_inexact() || (target.data_type != DataType::Decimal && decimal.to_integer().1) {
                return Err(errors::fraction_refused(target));
            }
            Number::Decimal(decimal)
        }
        Source::Temporal(_) | Source::Bytes(_) | Source::Guid(_) => {
            return Err(errors::restricted(target.data_type, source.c_type()));
        }
    };
    match target.data_type {
        DataType::Double => Some(number.to_double()).filter(|&d| is_in_range(d, target)).map(Value::Real),
        DataType::Decimal => number.to_decimal().map(|decimal| Value::Text(decimal.to_string())),
        DataType::BigInt => number.to_integer().and_then(|(i, _)| i64::try_from(i).ok()).map(Value::Integer),
        _ => number
            .to_integer()
            .and_then(|(i, _)| i64::try_from(i).ok())
            .filter(|i| range(target).contains(i))
            .map(Value::Integer),
    }
    .ok_or_else(|| errors::out_of_range(name))
}

/// The integers of a type that is smaller than BIGINT: by its digits it is TINYINT, signed or not, SMALLINT or INTEGER.
fn range(target: &ColumnType) -> RangeInclusive<i64> {
    match target.size {
        digits if digits <= TINYINT_DIGITS => i8::MIN.into()..=u8::MAX.into(),
        digits if digits <= SMALLINT_DIGITS => i16::MIN.into()..=i16::MAX.into(),
        _ => i32::MIN.into()..=i32::MAX.into(),
    }
}

/// Whether a double is within the range of the type: by its digits that is REAL or DOUBLE.
fn is_in_range(double: f64, target: &ColumnType) -> bool {
    target.size > REAL_DIGITS || (double as f32).is_finite()
}

/// Digits of the types that are told by them.
const TINYINT_DIGITS: u32 = 3;
const SMALLINT_DIGITS: u32 = 5;
const REAL_DIGITS: u32 = 7;

impl Number {
    /// The number that a cell of a numeric column holds.
    pub(super) fn read(value: ValueRef<'_>, column: &ColumnType) -> Result<Number> {
        Ok(match value {
            ValueRef::Integer(integer) => Number::Integer(integer.into()),
            ValueRef::Real(double) if column.data_type == DataType::Decimal => {
                match Decimal::from_noisy_double(double, column.scale) {
                    Ok(decimal) => Number::Decimal(decimal),
                    Err(_) => Number::Double(double),
                }
            }
            ValueRef::Real(double) => Number::Double(double),
            _ => Number::parse(&text_of(value)?, sql_name(column.data_type))?,
        })
    }

    /// The number in a text. `target` is what a number too large for 38 digits is said not to fit.
    pub(super) fn parse(text: &str, target: &str) -> Result<Number> {
        match Decimal::parse(text) {
            Ok(decimal) => Ok(Number::Decimal(decimal)),
            Err(fault) => Err(errors::no_number(fault, text, target)),
        }
    }

    /// The whole part, and whether a fraction was cut; `None` where it is too large to tell.
    pub(super) fn to_integer(self) -> Option<(i128, bool)> {
        match self {
            Number::Integer(integer) => Some((integer, false)),
            Number::Decimal(decimal) => Some(decimal.to_integer()),
            // Beyond i128 the cast saturates, which is out of range for every target.
            Number::Double(double) => double.is_finite().then(|| (double as i128, double.fract() != 0.0)),
        }
    }

    fn to_double(self) -> f64 {
        match self {
            Number::Integer(integer) => integer as f64,
            Number::Double(double) => double,
            Number::Decimal(decimal) => decimal.to_double(),
        }
    }

    /// Rounded once, not by way of a double.
    fn to_float(self) -> f32 {
        match self {
            Number::Integer(integer) => integer as f32,
            Number::Double(double) => double as f32,
            Number::Decimal(decimal) => decimal.to_float(),
        }
    }

    pub(super) fn to_decimal(self) -> Option<Decimal> {
        match self {
            Number::Integer(integer) => Decimal::from_integer(integer),
            Number::Double(double) => Decimal::from_double(double).ok(),
            Number::Decimal(decimal) => Some(decimal),
        }
    }

    pub(super) fn is_negative(self) -> bool {
        match self {
            Number::Integer(integer) => integer < 0,
            Number::Double(double) => double < 0.0,
            Number::Decimal(decimal) => decimal.is_negative(),
        }
    }

    /// The number as text of its own: digits of an integer or a decimal, the shortest form of a double.
    pub(super) fn to_text(self) -> String {
        match self {
            Number::Integer(integer) => integer.to_string(),
            Number::Double(double) => shortest(double),
            Number::Decimal(decimal) => decimal.to_string(),
        }
    }
}

/// The text of a double in a column: as a decimal where the column is one.
fn double_text(double: f64, column: &ColumnType) -> String {
    if column.data_type == DataType::Decimal
        && let Ok(decimal) = Decimal::from_noisy_double(double, column.scale)
    {
        return decimal.to_string();
    }
    shortest(double)
}

/// The shortest text that reads back as this double, never longer than the 24 characters that DOUBLE displays.
pub(super) fn shortest(double: f64) -> String {
    let magnitude = double.abs();
    if double.is_infinite() {
        (if double > 0.0 { "Infinity" } else { "-Infinity" }).to_owned()
    } else if double == 0.0 {
        "0".to_owned()
    } else if (1e-5..1e16).contains(&magnitude) || double.is_nan() {
        double.to_string()
    } else {
        format!("{double:E}")
    }
}

/// Characters of a number's text that cannot be cut without changing the number.
fn whole_len(text: &str) -> usize {
    match text.bytes().position(|b| b == b'.') {
        Some(point) if !text.bytes().any(|b| b == b'e' || b == b'E') => point,
        _ => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{fixed, from_bytes, narrow, put, state_of, take_narrow};
    use crate::convert::{canonical, to_c};
    use crate::error::state;

    const INTEGER: ColumnType = ColumnType::of(DataType::Integer);
    const BIGINT: ColumnType = ColumnType::of(DataType::BigInt);
    const DOUBLE: ColumnType = ColumnType::of(DataType::Double);
    const DECIMAL: ColumnType = ColumnType::of(DataType::Decimal);
    const TEXT: ColumnType = ColumnType::text(20);

    #[test]
    fn integers_are_checked_against_their_target() {
        let integer = |value, c_type| fixed(ValueRef::Integer(value), &BIGINT, c_type);
        assert_eq!(integer(-1, CType::SBigInt), Ok(((-1i64).to_ne_bytes().to_vec(), None)));
        assert_eq!(integer(255, CType::UTinyInt), Ok((vec![255], None)));
        for (value, c_type) in [
            (128, CType::STinyInt),
            (256, CType::UTinyInt),
            (-32769, CType::SShort),
            (65536, CType::UShort),
            (1 << 31, CType::SLong),
            (-1, CType::ULong),
            (-1, CType::UBigInt),
            (2, CType::Bit),
            (-1, CType::Bit),
        ] {
            assert_eq!(integer(value, c_type), Err(state::NUMERIC_OUT_OF_RANGE), "{value} {c_type:?}");
        }
    }

    #[test]
    fn fractions_are_cut_with_a_warning() {
        let cut = Some(state::FRACTIONAL_TRUNCATION);
        for value in [ValueRef::Real(-2.75), ValueRef::Text("-2.75")] {
            for column in [DOUBLE, DECIMAL, TEXT] {
                let bytes = (-2i32).to_ne_bytes().to_vec();
                assert_eq!(fixed(value, &column, CType::SLong), Ok((bytes, cut)), "{value:?} {column:?}");
            }
        }
        assert_eq!(fixed(ValueRef::Real(0.5), &DOUBLE, CType::Bit), Ok((vec![0], cut)));
        assert_eq!(fixed(ValueRef::Text("1.5"), &TEXT, CType::Bit), Ok((vec![1], cut)));
        for value in [-0.5, 2.0, f64::INFINITY] {
            let result = fixed(ValueRef::Real(value), &DOUBLE, CType::Bit);
            assert_eq!(result, Err(state::NUMERIC_OUT_OF_RANGE), "{value}");
        }
    }

    #[test]
    fn floats_stay_in_range() {
        let float = fixed(ValueRef::Text("0.1"), &DECIMAL, CType::Float);
        assert_eq!(float, Ok((0.1f32.to_ne_bytes().to_vec(), None)));
        assert_eq!(fixed(ValueRef::Real(1e39), &DOUBLE, CType::Float), Err(state::NUMERIC_OUT_OF_RANGE));
        let huge = fixed(ValueRef::Text("1e300"), &TEXT, CType::Double);
        assert_eq!(huge, Ok((1e300f64.to_ne_bytes().to_vec(), None)));
        assert_eq!(fixed(ValueRef::Text("1e300"), &TEXT, CType::SBigInt), Err(state::NUMERIC_OUT_OF_RANGE));
        assert_eq!(fixed(ValueRef::Text("x"), &TEXT, CType::Double), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(fixed(ValueRef::Text("inf"), &TEXT, CType::Double), Err(state::INVALID_CHARACTER_VALUE));
    }

    #[test]
    fn floats_are_rounded_once() {
        // Between 1 and the next float, above the middle by less than a double can tell.
        let text = ValueRef::Text("1.000000059604644775390625000000000000001");
        let next = Ok((1.0f32.next_up().to_ne_bytes().to_vec(), None));
        assert_eq!(fixed(text, &TEXT, CType::Float), next);
        assert_eq!(fixed(text, &DECIMAL, CType::Float), next);
        let integer = ValueRef::Integer((1 << 60) + (1 << 36) + 1);
        let (bytes, _) = fixed(integer, &BIGINT, CType::Float).unwrap();
        assert_eq!(bytes, (2f32.powi(60) + 2f32.powi(37)).to_ne_bytes());
    }

    #[test]
    fn small_types_have_their_ranges() {
        let of = |data_type, size| ColumnType { size, ..ColumnType::of(data_type) };
        for (column, largest, beyond) in [
            (of(DataType::Integer, 3), "255", "256"),
            (of(DataType::Integer, 5), "32767", "32768"),
            (of(DataType::Integer, 10), "2147483647", "2147483648"),
            (of(DataType::Double, 7), "3.4028234e38", "3.5e38"),
        ] {
            assert!(canonical(largest, &column).is_ok(), "{largest}");
            assert_eq!(state_of(canonical(beyond, &column)), state::NUMERIC_OUT_OF_RANGE);
        }
    }

    #[test]
    fn decimals_reach_the_numeric_structure_exactly() {
        let target = CTarget { precision: 18, scale: 4, ..CTarget::new(CType::Numeric) };
        let value = ValueRef::Text("-12345678901234.5678");
        let CData::Fixed(bytes) = to_c(value, &DECIMAL, &target).unwrap().data else { panic!() };
        let mut expected = vec![18, 4, 0];
        expected.extend(123456789012345678u128.to_le_bytes());
        assert_eq!(bytes.as_bytes(), expected);
        let (bytes, warning) = fixed(value, &DECIMAL, CType::Numeric).unwrap();
        assert_eq!((&bytes[..3], warning), (&[38, 0, 0][..], Some(state::FRACTIONAL_TRUNCATION)));
        let narrow = CTarget { precision: 4, scale: 2, ..target };
        assert_eq!(
            to_c(ValueRef::Integer(100), &INTEGER, &narrow).unwrap_err().state,
            state::NUMERIC_OUT_OF_RANGE
        );
    }

    #[test]
    fn numbers_print_without_noise() {
        for (value, column, expected) in [
            (ValueRef::Real(0.1 + 0.2), DECIMAL, "0.3"),
            (ValueRef::Real(0.1 + 0.2), DOUBLE, "0.30000000000000004"),
            (ValueRef::Text("-0.00750"), DECIMAL, "-0.00750"),
            (ValueRef::Real(-1.7976931348623157e308), DOUBLE, "-1.7976931348623157E308"),
            (ValueRef::Real(-1.2345678901234568e-5), DOUBLE, "-0.000012345678901234568"),
            (ValueRef::Real(3.0), INTEGER, "3"),
            (ValueRef::Real(-0.0), DOUBLE, "0"),
            (ValueRef::Real(f64::NEG_INFINITY), DECIMAL, "-Infinity"),
            (ValueRef::Integer(7), DECIMAL, "7"),
            (ValueRef::Text("12"), INTEGER, "12"),
        ] {
            assert_eq!(narrow(value, &column), expected);
            assert!(expected.len() <= 24);
        }
    }

    #[test]
    fn only_the_fraction_of_a_text_may_be_cut() {
        let value = ValueRef::Text("-123.456");
        assert_eq!(take_narrow(value, &DECIMAL, 9), Ok(("-123.456".into(), false)));
        assert_eq!(take_narrow(value, &DECIMAL, 7), Ok(("-123.4".into(), true)));
        assert_eq!(take_narrow(value, &DECIMAL, 5), Ok(("-123".into(), true)));
        assert_eq!(take_narrow(value, &DECIMAL, 4), Err(state::NUMERIC_OUT_OF_RANGE));
        assert_eq!(take_narrow(value, &TEXT, 4), Ok(("-12".into(), true)));
        assert_eq!(take_narrow(ValueRef::Real(1.5e300), &DOUBLE, 7), Err(state::NUMERIC_OUT_OF_RANGE));
        assert_eq!(take_narrow(ValueRef::Integer(10), &INTEGER, 2), Err(state::NUMERIC_OUT_OF_RANGE));
    }

    #[test]
    fn the_binary_form_reads_back() {
        for (value, column) in [
            (Value::Integer(-7), INTEGER),
            (Value::Integer(i64::MIN), BIGINT),
            (Value::Real(0.1), DOUBLE),
            (Value::Text("-1.5000000000".into()), DECIMAL),
            (Value::Integer(1), ColumnType::of(DataType::Boolean)),
        ] {
            let converted = to_c(value.as_ref(), &column, &CTarget::new(CType::Binary)).unwrap();
            let CData::Binary(bytes) = converted.data else { panic!() };
            assert_eq!(from_bytes(&bytes, CType::Binary, &column), Ok(value.clone()));
            assert_eq!(from_bytes(&bytes[1..], CType::Binary, &column), Err(state::NUMERIC_OUT_OF_RANGE));
        }
    }

    #[test]
    fn parameters_take_the_form_of_their_type() {
        for (bytes, c_type, parameter, expected) in [
            (&u64::MAX.to_ne_bytes()[..], CType::UBigInt, DECIMAL, Value::from("18446744073709551615")),
            (&u64::MAX.to_ne_bytes(), CType::UBigInt, TEXT, Value::from("18446744073709551615")),
            (&0.1f32.to_ne_bytes(), CType::Float, DECIMAL, Value::from("0.1")),
            (&0.1f32.to_ne_bytes(), CType::Float, DOUBLE, Value::Real(f64::from(0.1f32))),
            (&2.9f64.to_ne_bytes(), CType::Double, INTEGER, Value::Integer(2)),
            (&[1], CType::Bit, TEXT, Value::from("1")),
            (&[0xff], CType::STinyInt, BIGINT, Value::Integer(-1)),
            (&7i32.to_ne_bytes(), CType::SLong, DOUBLE, Value::Real(7.0)),
        ] {
            assert_eq!(from_bytes(bytes, c_type, &parameter), Ok(expected));
        }
        let too_large = Err(state::NUMERIC_OUT_OF_RANGE);
        assert_eq!(from_bytes(&u64::MAX.to_ne_bytes(), CType::UBigInt, &BIGINT), too_large);
        assert_eq!(from_bytes(&(1i64 << 31).to_ne_bytes(), CType::SBigInt, &INTEGER), too_large);
        assert_eq!(from_bytes(&f64::NAN.to_ne_bytes(), CType::Double, &DOUBLE), too_large);
        assert_eq!(from_bytes(&1e39f64.to_ne_bytes(), CType::Double, &DECIMAL), too_large);
        assert_eq!(from_bytes(&[0; 3], CType::SLong, &INTEGER), Err(state::INVALID_STRING_OR_BUFFER_LENGTH));
    }

    #[test]
    fn the_numeric_structure_takes_its_scale_from_the_descriptor() {
        let mut bytes = [0; 19];
        (bytes[0], bytes[1], bytes[2], bytes[3]) = (5, 9, 0, 125);
        let source = CTarget { precision: 5, scale: 2, ..CTarget::new(CType::Numeric) };
        let value = put(crate::convert::CInput::Fixed(&bytes), &source, &DECIMAL);
        assert_eq!(value, Ok(Value::from("-1.25")));
        let source = CTarget { precision: 2, ..source };
        let value = put(crate::convert::CInput::Fixed(&bytes), &source, &DECIMAL);
        assert_eq!(value, Err(state::NUMERIC_OUT_OF_RANGE));
    }

    #[test]
    fn literals_are_numeric() {
        assert_eq!(canonical(" 12.0 ", &INTEGER), Ok(Value::Integer(12)));
        assert_eq!(canonical("+01.50", &DECIMAL), Ok(Value::from("1.50")));
        assert_eq!(canonical("1e2", &DOUBLE), Ok(Value::Real(100.0)));
        assert_eq!(canonical("-9223372036854775808", &BIGINT), Ok(Value::Integer(i64::MIN)));
        assert_eq!(state_of(canonical("12.5", &INTEGER)), state::STRING_RIGHT_TRUNCATION);
        assert_eq!(state_of(canonical("2147483648", &INTEGER)), state::NUMERIC_OUT_OF_RANGE);
        assert_eq!(state_of(canonical("twelve", &INTEGER)), state::INVALID_CHARACTER_VALUE);
        assert_eq!(state_of(canonical("", &DECIMAL)), state::INVALID_CHARACTER_VALUE);
        assert_eq!(state_of(canonical("1e309", &DOUBLE)), state::NUMERIC_OUT_OF_RANGE);
    }
}
