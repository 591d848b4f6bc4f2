//! Arithmetic on integers and doubles as SQL has it: what leaves BIGINT or the range of doubles is an error, where
//! SQLite would go on with a double or with infinity, and so is division by zero, where it would give NULL.
//!
//! The resolver writes these instead of an operator that could do that. Decimals have their own, in
//! [`super::decimals`].

use rusqlite::types::{Value, ValueRef};

use super::{Call, Run, decimals};
use crate::decimal::Decimal;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::{convert, value};

pub(super) const OPERATORS: &[(&str, i32, Run)] = &[
    ("num_add", 2, |c| two(c, i64::checked_add, |a, b| a + b)),
    ("num_sub", 2, |c| two(c, i64::checked_sub, |a, b| a - b)),
    ("num_mul", 2, |c| two(c, i64::checked_mul, |a, b| a * b)),
    ("num_div", 2, |c| by(c, i64::checked_div, |a, b| a / b)),
    ("num_mod", 2, modulo),
    ("num_neg", 1, |c| one(c, i64::checked_neg, |a| -a)),
    ("num_whole", 1, whole),
];

/// MOD.
pub(super) fn modulo(c: &Call<'_>) -> Result<Value> {
    // The rest of the least integer by -1 is 0, though its quotient is out of range.
    by(c, |a, b| Some(a.wrapping_rem(b)), |a, b| a % b)
}

/// ABS.
pub(super) fn magnitude(c: &Call<'_>) -> Result<Value> {
    one(c, i64::checked_abs, f64::abs)
}

/// A number of SQLite's.
#[derive(Clone, Copy)]
enum Number {
    Integer(i64),
    Double(f64),
}

impl Number {
    fn double(self) -> f64 {
        match self {
            Number::Integer(i) => i as f64,
            Number::Double(d) => d,
        }
    }

    fn is_zero(self) -> bool {
        self.double() == 0.0
    }
}

/// The argument; `None` for NULL.
///
/// # Errors
/// 22018 for text that is no number.
fn number(c: &Call<'_>, i: usize) -> Result<Option<Number>> {
    Ok(Some(match c.raw(i) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(i) => Number::Integer(i),
        ValueRef::Real(d) => Number::Double(d),
        ValueRef::Text(_) | ValueRef::Blob(_) => {
            let text = c.text(i).unwrap_or_default();
            match text.trim().parse() {
                Ok(i) => Number::Integer(i),
                Err(_) => match convert::canonical(&text, &ColumnType::of(DataType::Double))? {
                    value::Value::Real(d) => Number::Double(d),
                    _ => return Ok(None),
                },
            }
        }
    }))
}

fn two(c: &Call<'_>, integers: fn(i64, i64) -> Option<i64>, doubles: fn(f64, f64) -> f64) -> Result<Value> {
    let (Some(a), Some(b)) = (number(c, 0)?, number(c, 1)?) else { return Ok(Value::Null) };
    calculate(a, b, integers, doubles)
}

fn by(c: &Call<'_>, integers: fn(i64, i64) -> Option<i64>, doubles: fn(f64, f64) -> f64) -> Result<Value> {
    let (Some(a), Some(b)) = (number(c, 0)?, number(c, 1)?) else { return Ok(Value::Null) };
    if b.is_zero() {
        return Err(division_by_zero());
    }
    calculate(a, b, integers, doubles)
}

fn one(c: &Call<'_>, integer: fn(i64) -> Option<i64>, double: fn(f64) -> f64) -> Result<Value> {
    match number(c, 0)? {
        None => Ok(Value::Null),
        Some(Number::Integer(a)) => integer(a).map(Value::Integer).ok_or_else(beyond_bigint),
        Some(Number::Double(a)) => Ok(double(a).into()),
    }
}

/// The integer that a number is.
///
/// # Errors
/// 22003 for a number with a fraction, or one beyond BIGINT.
fn whole(c: &Call<'_>) -> Result<Value> {
    let integer = match c.raw(0) {
        ValueRef::Null => return Ok(Value::Null),
        ValueRef::Integer(i) => Some(i),
        other => {
            let (integer, lost) = decimals::read(other)?.map(Decimal::to_integer).unwrap_or_default();
            i64::try_from(integer).ok().filter(|_| !lost)
        }
    };
    integer.map(Value::Integer).ok_or_else(|| {
        let number = c.text(0).unwrap_or_default();
        let message = format!(
            "{number} stands for a parameter beside integers and is none; write CAST(? AS DECIMAL(38, 10))."
        );
        Error::new(state::NUMERIC_OUT_OF_RANGE, message)
    })
}

fn calculate(
    a: Number,
    b: Number,
    integers: fn(i64, i64) -> Option<i64>,
    doubles: fn(f64, f64) -> f64,
) -> Result<Value> {
    if let (Number::Integer(a), Number::Integer(b)) = (a, b) {
        return integers(a, b).map(Value::Integer).ok_or_else(beyond_bigint);
    }
    let result = doubles(a.double(), b.double());
    if result.is_finite() { Ok(result.into()) } else { Err(beyond_double()) }
}

#[cold]
pub(in crate::engine) fn beyond_bigint() -> Error {
    let message =
        "The result of the calculation does not fit into BIGINT; CAST an operand to DECIMAL(38, 0).";
    Error::new(state::NUMERIC_OUT_OF_RANGE, message)
}

#[cold]
pub(super) fn beyond_double() -> Error {
    let message = "The result of the calculation is out of the range of DOUBLE.";
    Error::new(state::NUMERIC_OUT_OF_RANGE, message)
}

#[cold]
pub(super) fn division_by_zero() -> Error {
    let message = "Division by zero; NULLIF(divisor, 0) makes the quotient NULL instead.";
    Error::new(state::DIVISION_BY_ZERO, message)
}
