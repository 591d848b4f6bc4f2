//! CAST, strict where SQLite's own makes 0 of text that is no number.

use rusqlite::types::{Value, ValueRef};

use super::{Call, Run, decimals, text};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::{convert, value};

/// `convert_to(value, type, tries, size, scale)`: NULL instead of an error if it only tries.
pub(super) const FUNCTIONS: &[(&str, Run)] = &[("convert_to", |c| {
    let result = convert_to(c);
    if c.integer(2) == Some(1) { Ok(result.unwrap_or(Value::Null)) } else { result }
})];

fn convert_to(c: &Call<'_>) -> Result<Value> {
    let value = c.raw(0);
    if matches!(value, ValueRef::Null) {
        return Ok(Value::Null);
    }
    match c.text(1).unwrap_or_default().as_str() {
        "boolean" => boolean(value),
        "integer" => whole(value, i64::from(i32::MIN), i64::from(i32::MAX)),
        "bigint" => whole(value, i64::MIN, i64::MAX),
        "double" => real(value).map(Value::Real),
        "decimal" => decimal(value, c.integer(3), c.integer(4)),
        "date" => {
            let text = temporal(value, ColumnType::of(DataType::Timestamp))?;
            Ok(text.get(..10).unwrap_or_default().to_owned().into())
        }
        "time" => moment(value, DataType::Time, c.integer(3)),
        "timestamp" => moment(value, DataType::Timestamp, c.integer(3)),
        "binary" => {
            let mut bytes = match value {
                ValueRef::Blob(bytes) => bytes.to_vec(),
                other => text(other).unwrap_or_default().into_bytes(),
            };
            bytes.truncate(size_of(c));
            Ok(bytes.into())
        }
        _ => {
            if let ValueRef::Blob(bytes) = value
                && std::str::from_utf8(bytes).is_err()
            {
                return Err(Error::new(state::INVALID_CHARACTER_VALUE, "The bytes are not valid UTF-8."));
            }
            let mut text = text(value).unwrap_or_default();
            text.truncate(units_end(&text, size_of(c)));
            Ok(text.into())
        }
    }
}

/// The size that the type has, or none.
fn size_of(c: &Call<'_>) -> usize {
    c.integer(3).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
}

/// Where the characters end that fit into so many UTF-16 units, which is how the size of a text is counted.
fn units_end(text: &str, size: usize) -> usize {
    let mut units = 0;
    let longer = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > size
    });
    longer.map_or(text.len(), |(at, _)| at)
}

fn boolean(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Integer(i) => Ok(i64::from(i != 0).into()),
        ValueRef::Real(r) => Ok(i64::from(r != 0.0).into()),
        other => {
            let text = text(other).unwrap_or_default();
            match (convert::canonical(&text, &ColumnType::of(DataType::Boolean)), decimals::read(other)) {
                (Ok(value::Value::Integer(i)), _) => Ok(i.into()),
                (_, Ok(Some(number))) => Ok(i64::from(!number.is_zero()).into()),
                (Err(error), _) => Err(error),
                _ => Ok(Value::Null),
            }
        }
    }
}

fn real(value: ValueRef<'_>) -> Result<f64> {
    match value {
        ValueRef::Integer(i) => Ok(i as f64),
        ValueRef::Real(r) => Ok(r),
        other => {
            let text = text(other).unwrap_or_default();
            match convert::canonical(&text, &ColumnType::of(DataType::Double))? {
                value::Value::Real(real) => Ok(real),
                other => unreachable!("a double is represented as one, not as {other:?}"),
            }
        }
    }
}

/// The digits before the point.
fn whole(value: ValueRef<'_>, min: i64, max: i64) -> Result<Value> {
    let number = match value {
        ValueRef::Real(r) => r.trunc().is_finite().then_some(r as i128),
        other => decimals::read(other)?.map(|d| d.to_integer().0),
    };
    let number = number.and_then(|n| i64::try_from(n).ok());
    number.filter(|i| (min..=max).contains(i)).map(Value::Integer).ok_or_else(|| {
        let text = text(value).unwrap_or_default();
        Error::new(state::NUMERIC_OUT_OF_RANGE, format!("{text} is out of the type's range."))
    })
}

/// Rounded half away from zero to the scale; `precision` bounds all digits.
fn decimal(value: ValueRef<'_>, precision: Option<i64>, scale: Option<i64>) -> Result<Value> {
    let Some(number) = decimals::read(value)? else { return Ok(Value::Null) };
    let digits = |n: Option<i64>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let (precision, scale) = (digits(precision), digits(scale));
    let number = number.to_scale(scale).ok().filter(|n| n.fits(precision)).ok_or_else(|| {
        let text = text(value).unwrap_or_default();
        let message = format!("{text} does not fit into DECIMAL({precision}, {scale}).");
        Error::new(state::NUMERIC_OUT_OF_RANGE, message)
    })?;
    Ok(number.to_string().into())
}

/// A time or a timestamp with no more digits after the point than that.
fn moment(value: ValueRef<'_>, target: DataType, digits: Option<i64>) -> Result<Value> {
    let digits = digits.and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX);
    let target = ColumnType { scale: digits, ..ColumnType::of(target) };
    Ok(convert::cut_fraction(temporal(value, target)?, &target).into())
}

fn temporal(value: ValueRef<'_>, target: ColumnType) -> Result<String> {
    let written = text(value).unwrap_or_default();
    match convert::canonical(&written, &target) {
        Ok(value::Value::Text(text)) => Ok(text),
        Ok(_) => Ok(written),
        Err(e) => Err(Error { state: state::INVALID_DATETIME, ..e }),
    }
}
