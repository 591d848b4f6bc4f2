//! CAST, strict where SQLite's own makes 0 of text that is no number.

use rusqlite::types::{Value, ValueRef};

use super::numbers::decimal_places;
use super::{Call, Run, text};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::{convert, value};

/// `convert_to(value, type, tries, size or scale)`: NULL instead of an error if it only tries.
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
        "decimal" => decimal(value, c.integer(3)),
        "date" => {
            let text = temporal(value, DataType::Timestamp)?;
            Ok(text.get(..10).unwrap_or_default().to_owned().into())
        }
        "time" => temporal(value, DataType::Time).map(Into::into),
        "timestamp" => temporal(value, DataType::Timestamp).map(Into::into),
        _ => {
            let size = c.integer(3).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
            let text = text(value).unwrap_or_default();
            Ok(text.chars().take(size).collect::<String>().into())
        }
    }
}

fn boolean(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Integer(i) => Ok(i64::from(i != 0).into()),
        ValueRef::Real(r) => Ok(i64::from(r != 0.0).into()),
        other => {
            match convert::canonical(&text(other).unwrap_or_default(), &ColumnType::of(DataType::Boolean))? {
                value::Value::Integer(i) => Ok(i.into()),
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
            let number = text.trim().parse::<f64>().ok().filter(|r| r.is_finite());
            number.ok_or_else(|| {
                Error::new(state::INVALID_CHARACTER_VALUE, format!("'{text}' is not a number."))
            })
        }
    }
}

/// The digits before the point.
fn whole(value: ValueRef<'_>, min: i64, max: i64) -> Result<Value> {
    let exact = match value {
        ValueRef::Integer(i) => Some(i),
        ValueRef::Text(t) => std::str::from_utf8(t).ok().and_then(|t| t.trim().parse().ok()),
        _ => None,
    };
    let number = match exact {
        Some(i) => Some(i),
        None => {
            let r = real(value)?.trunc();
            // The bounds themselves are no doubles.
            (r >= -(2f64.powi(63)) && r < 2f64.powi(63)).then_some(r as i64)
        }
    };
    number.filter(|i| (min..=max).contains(i)).map(Value::Integer).ok_or_else(|| {
        let text = text(value).unwrap_or_default();
        Error::new(state::NUMERIC_OUT_OF_RANGE, format!("{text} is out of the type's range."))
    })
}

fn decimal(value: ValueRef<'_>, scale: Option<i64>) -> Result<Value> {
    if let ValueRef::Integer(i) = value {
        return Ok(i.into());
    }
    let number = real(value)?;
    Ok(scale.map_or(number, |scale| decimal_places(number, scale, true)).into())
}

fn temporal(value: ValueRef<'_>, target: DataType) -> Result<String> {
    let written = text(value).unwrap_or_default();
    match convert::canonical(&written, &ColumnType::of(target)) {
        Ok(value::Value::Text(text)) => Ok(text),
        Ok(_) => Ok(written),
        Err(e) => Err(Error { state: state::INVALID_DATETIME, ..e }),
    }
}
