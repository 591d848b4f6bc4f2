//! Values that are given to the columns of a table, as INSERT and UPDATE do.

use std::borrow::Cow;

use crate::convert::datetime;
use crate::convert::errors::{self, sql_name};
use crate::convert::input::Source;
use crate::convert::number::Number;
use crate::convert::store;
use crate::decimal::Decimal;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::value::{Value, ValueRef};

/// A value in the representation of its column.
#[derive(Clone, Debug, PartialEq)]
pub enum Assigned<'v> {
    /// It had that representation.
    Same(ValueRef<'v>),
    New(Value),
}

impl Assigned<'_> {
    /// The value.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Assigned::Same(value) => *value,
            Assigned::New(value) => value.as_ref(),
        }
    }
}

/// Brings a value of any representation into that of a column, and checks that the column holds it. NULL is NULL.
///
/// A decimal is rounded to the column's scale, and the fraction of a second is cut to it.
///
/// # Errors
/// 22001 (text or bytes longer than the column, a fraction for an integer), 22003 (out of range), 22007 (text
/// that is no date, time or timestamp), 22008 (a time part for a date), 22018 (text is not a value of the type), 07006
/// (no such conversion).
pub fn assign<'v>(value: ValueRef<'v>, column: &ColumnType) -> Result<Assigned<'v>> {
    let source = match (value, column.data_type) {
        (ValueRef::Null, _) | (ValueRef::Real(_), DataType::Double) => return Ok(Assigned::Same(value)),
        (ValueRef::Text(text), DataType::Text | DataType::Json) => {
            // A text has no more characters than bytes.
            let fits = text.len() <= column.size as usize || text.chars().count() <= column.size as usize;
            return if fits { Ok(Assigned::Same(value)) } else { Err(too_long(column)) };
        }
        (ValueRef::Integer(_), DataType::BigInt) => return Ok(Assigned::Same(value)),
        (ValueRef::Binary(bytes), DataType::Binary) => {
            let fits = bytes.len() <= column.size as usize;
            return if fits { Ok(Assigned::Same(value)) } else { Err(too_long(column)) };
        }
        (ValueRef::Integer(i), _) => Source::Number(Number::Integer(i.into())),
        (ValueRef::Real(double), DataType::Decimal) => match Decimal::from_noisy_double(double, column.scale)
        {
            Ok(decimal) => Source::Number(Number::Decimal(decimal)),
            Err(_) => return Err(out_of_range(column)),
        },
        (ValueRef::Real(double), DataType::Integer | DataType::BigInt) if double.fract() != 0.0 => {
            return Err(errors::fraction_refused(column));
        }
        (ValueRef::Real(double), _) => Source::Number(Number::Double(double)),
        (ValueRef::Text(text), DataType::Decimal) => Source::Number(Number::parse(text, "DECIMAL")?),
        (ValueRef::Text(text), _) => Source::Text(Cow::Borrowed(text)),
        (ValueRef::Binary(bytes), _) => Source::Bytes(bytes),
    };
    if let (Source::Number(number), DataType::Decimal) = (&source, column.data_type) {
        let decimal = number.to_decimal().and_then(|d| d.to_scale(column.scale.into()).ok());
        let decimal = decimal.filter(|d| d.fits(column.size));
        let decimal = decimal.ok_or_else(|| out_of_range(column))?;
        return Ok(Assigned::New(Value::Text(decimal.to_string())));
    }
    let is_temporal = matches!(column.data_type, DataType::Date | DataType::Time | DataType::Timestamp);
    let stored = store(source, column).map_err(|error| match error.state {
        state::INVALID_CHARACTER_VALUE if is_temporal => Error { state: state::INVALID_DATETIME, ..error },
        _ => error,
    })?;
    Ok(Assigned::New(match stored {
        Value::Text(text) if is_temporal => Value::Text(datetime::cut_fraction(text, column)),
        Value::Text(text) if text.chars().count() > column.size as usize => return Err(too_long(column)),
        Value::Binary(bytes) if bytes.len() > column.size as usize => return Err(too_long(column)),
        stored => stored,
    }))
}

/// Says in the message which column is meant.
pub fn name_column(mut error: Error, name: &str) -> Error {
    error.message = format!("{name}: {}", error.message);
    error
}

#[cold]
fn too_long(column: &ColumnType) -> Error {
    let unit = if column.data_type == DataType::Binary { "bytes" } else { "characters" };
    let message = format!("The value is longer than the column, which holds {} {unit}.", column.size);
    Error::new(state::STRING_RIGHT_TRUNCATION, message)
}

#[cold]
fn out_of_range(column: &ColumnType) -> Error {
    errors::out_of_range(&format!("{}({}, {})", sql_name(column.data_type), column.size, column.scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: ValueRef<'_>, column: ColumnType) -> std::result::Result<Value, crate::error::SqlState> {
        assign(value, &column).map(|v| v.as_ref().to_owned()).map_err(|e| e.state)
    }

    fn text(text: &str, data_type: DataType) -> std::result::Result<Value, crate::error::SqlState> {
        given(ValueRef::Text(text), ColumnType::of(data_type))
    }

    #[test]
    fn values_take_their_columns_representation() {
        assert_eq!(given(ValueRef::Null, ColumnType::of(DataType::Date)), Ok(Value::Null));
        assert_eq!(given(ValueRef::Integer(5), ColumnType::text(4)), Ok("5".into()));
        assert_eq!(given(ValueRef::Real(1.5), ColumnType::text(4)), Ok("1.5".into()));
        assert_eq!(text("true", DataType::Boolean), Ok(1.into()));
        assert_eq!(text("12", DataType::Integer), Ok(12.into()));
        assert_eq!(given(ValueRef::Integer(3), ColumnType::of(DataType::Double)), Ok(Value::Real(3.0)));
        assert_eq!(text("2024-06-30", DataType::Timestamp), Ok("2024-06-30 00:00:00".into()));
        assert_eq!(text("2024-06-30T12:00:00+02:00", DataType::Timestamp), Ok("2024-06-30 10:00:00".into()));
        assert_eq!(given(ValueRef::Real(2.0), ColumnType::of(DataType::Integer)), Ok(2.into()));
    }

    #[test]
    fn what_a_column_cannot_hold_is_refused() {
        assert_eq!(given(ValueRef::Text("zwölf"), ColumnType::text(5)), Ok("zwölf".into()));
        assert_eq!(given(ValueRef::Text("zwölf"), ColumnType::text(4)), Err(state::STRING_RIGHT_TRUNCATION));
        assert_eq!(given(ValueRef::Integer(12345), ColumnType::text(4)), Err(state::STRING_RIGHT_TRUNCATION));
        assert_eq!(text("soon", DataType::Timestamp), Err(state::INVALID_DATETIME));
        assert_eq!(text("2024-06-30 10:00:00", DataType::Date), Err(state::DATETIME_OVERFLOW));
        assert_eq!(text("x", DataType::Integer), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(text("3000000000", DataType::Integer), Err(state::NUMERIC_OUT_OF_RANGE));
        for fraction in [ValueRef::Real(2.7), ValueRef::Text("2.7")] {
            let integer = ColumnType::of(DataType::Integer);
            assert_eq!(given(fraction, integer), Err(state::STRING_RIGHT_TRUNCATION), "{fraction:?}");
        }
        assert_eq!(text("2", DataType::Boolean), Err(state::NUMERIC_OUT_OF_RANGE));
        let bytes = ColumnType { size: 2, ..ColumnType::of(DataType::Binary) };
        assert_eq!(given(ValueRef::Binary(&[1, 2]), bytes), Ok(Value::Binary(vec![1, 2])));
        assert_eq!(given(ValueRef::Binary(&[1, 2, 3]), bytes), Err(state::STRING_RIGHT_TRUNCATION));
        assert_eq!(given(ValueRef::Text("010203"), bytes), Err(state::STRING_RIGHT_TRUNCATION));
    }

    #[test]
    fn decimals_get_the_digits_of_their_column() {
        let column = ColumnType { size: 6, scale: 2, ..ColumnType::of(DataType::Decimal) };
        for (written, expected) in [
            ("1.5", Ok("1.50")),
            ("-1.005", Ok("-1.01")),
            ("-0.001", Ok("0.00")),
            ("9999.99", Ok("9999.99")),
            ("9999.995", Err(state::NUMERIC_OUT_OF_RANGE)),
            ("10000", Err(state::NUMERIC_OUT_OF_RANGE)),
            ("x", Err(state::INVALID_CHARACTER_VALUE)),
        ] {
            assert_eq!(given(ValueRef::Text(written), column), expected.map(Value::from), "{written}");
        }
        assert_eq!(given(ValueRef::Real(0.1), column), Ok("0.10".into()));
        assert_eq!(given(ValueRef::Integer(7), column), Ok("7.00".into()));
    }

    #[test]
    fn fractions_of_a_second_are_cut() {
        let milliseconds = ColumnType { size: 23, scale: 3, ..ColumnType::of(DataType::Timestamp) };
        for (written, expected) in [
            ("2024-06-30 10:00:00.123456", "2024-06-30 10:00:00.123"),
            ("2024-06-30 10:00:00.1204", "2024-06-30 10:00:00.12"),
            ("2024-06-30 10:00:00.0001", "2024-06-30 10:00:00"),
            ("2024-06-30 10:00:00.5", "2024-06-30 10:00:00.5"),
        ] {
            assert_eq!(given(ValueRef::Text(written), milliseconds), Ok(expected.into()), "{written}");
        }
        assert_eq!(text("10:20:30.5", DataType::Time), Ok("10:20:30".into()));
    }
}
