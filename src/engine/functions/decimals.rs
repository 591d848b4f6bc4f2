//! Exact arithmetic with decimals, their aggregates and their order. SQLite has none: to it a decimal is text.
//!
//! The resolver writes these functions wherever an expression is a decimal by its type. The last argument is the
//! scale of that type; a result has as many digits after the point, and more where an operand had more than its own
//! type says (a bound parameter, or a price with more digits than the model knows of).

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags, WindowAggregate};
use rusqlite::types::{Value, ValueRef};

use super::operators::division_by_zero;
use super::{Call, Fail, Run, report};
use crate::decimal::{Decimal, Fault, Sum, compare_texts};
use crate::error::{Error, Result, state};

type Exact<T> = std::result::Result<T, Fault>;

pub(super) const OPERATORS: &[(&str, i32, Run)] = &[
    ("decimal", 2, |c| {
        // Text beside a number may be none, which is then equal to no number.
        let number = read(c.raw(0)).or_else(|e| match e.state {
            state::INVALID_CHARACTER_VALUE => Ok(None),
            _ => Err(e),
        });
        answer(number?, |d| d.padded(scale(c, 1)))
    }),
    ("decimal_fit", 2, |c| answer(read(c.raw(0))?, |d| d.to_scale(scale(c, 1)))),
    ("decimal_add", 3, |c| two(c, Decimal::add)),
    ("decimal_sub", 3, |c| two(c, Decimal::subtract)),
    ("decimal_mul", 3, |c| two(c, Decimal::multiply)),
    ("decimal_div", 3, |c| by(c, Decimal::divide)),
    // Of two integers the quotient is whole.
    ("decimal_quotient", 3, |c| match (c.raw(0), c.raw(1)) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) if b != 0 => {
            answer(Decimal::from_integer(i128::from(a) / i128::from(b)), Ok)
        }
        _ => by(c, Decimal::divide),
    }),
    ("decimal_mod", 3, |c| by(c, Decimal::remainder)),
    ("decimal_neg", 1, |c| answer(read(c.raw(0))?, |d| Ok(d.negated()))),
    ("decimal_abs", 1, |c| answer(read(c.raw(0))?, |d| Ok(d.magnitude()))),
    ("decimal_sign", 1, |c| {
        let sign = |d: Decimal| {
            if d.is_zero() {
                0
            } else if d.is_negative() {
                -1
            } else {
                1
            }
        };
        Ok(read(c.raw(0))?.map_or(Value::Null, |d| Value::Integer(sign(d))))
    }),
    ("decimal_round", 3, |c| places(c, true)),
    ("decimal_truncate", 3, |c| places(c, false)),
    ("decimal_floor", 1, |c| answer(read(c.raw(0))?, |d| d.to_whole(false))),
    ("decimal_ceiling", 1, |c| answer(read(c.raw(0))?, |d| d.to_whole(true))),
    ("decimal_mean", 2, |c| {
        let Some(text) = c.text(0) else { return Ok(Value::Null) };
        let (total, rows) = text.split_once('/').unwrap_or((&text, "1"));
        let (total, rows) = (parse(total)?, parse(rows)?);
        answer(Some(total), |d| d.divide(rows, scale(c, 1)))
    }),
];

fn two(c: &Call<'_>, operation: fn(Decimal, Decimal, u32) -> Exact<Decimal>) -> Result<Value> {
    let operands = read(c.raw(0))?.zip(read(c.raw(1))?);
    answer(operands, |(a, b)| operation(a, b, scale(c, 2)))
}

fn by(c: &Call<'_>, operation: fn(Decimal, Decimal, u32) -> Exact<Decimal>) -> Result<Value> {
    let operands = read(c.raw(0))?.zip(read(c.raw(1))?);
    if operands.is_some_and(|(_, b)| b.is_zero()) {
        return Err(division_by_zero());
    }
    answer(operands, |(a, b)| operation(a, b, scale(c, 2)))
}

/// ROUND and TRUNCATE to a number of places, which may be negative.
fn places(c: &Call<'_>, rounds: bool) -> Result<Value> {
    let operands = read(c.raw(0))?.zip(c.integer(1));
    answer(operands, |(d, places)| d.to_places(places, rounds)?.padded(scale(c, 2)))
}

fn scale(c: &Call<'_>, argument: usize) -> u32 {
    c.integer(argument).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// The decimal that a value is, a double by its shortest digits; `None` for NULL.
///
/// # Errors
/// 22018 for text that is no number, 22003 beyond 38 digits.
pub(super) fn read(value: ValueRef<'_>) -> Result<Option<Decimal>> {
    Ok(Some(match value {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(i) => Decimal::from_integer(i.into()).ok_or_else(beyond_decimal)?,
        ValueRef::Real(r) => Decimal::from_double(r).map_err(|_| beyond_decimal())?,
        ValueRef::Text(text) | ValueRef::Blob(text) => match std::str::from_utf8(text) {
            Ok(text) => parse(text)?,
            Err(_) => return Err(no_number("x'…'")),
        },
    }))
}

fn parse(text: &str) -> Result<Decimal> {
    Decimal::parse(text).map_err(|fault| match fault {
        Fault::NotANumber => no_number(text),
        Fault::TooLarge => beyond_decimal(),
    })
}

fn answer<T>(operands: Option<T>, result: impl FnOnce(T) -> Exact<Decimal>) -> Result<Value> {
    let result = operands.map(result).transpose().map_err(|_| beyond_decimal())?;
    Ok(result.map_or(Value::Null, |d| Value::Text(d.to_string())))
}

#[cold]
fn no_number(text: &str) -> Error {
    Error::new(state::INVALID_CHARACTER_VALUE, format!("'{text}' is not a number."))
}

#[cold]
fn beyond_decimal() -> Error {
    let message =
        "The result of the calculation has more than 38 digits before the point; CAST to DOUBLE first.";
    Error::new(state::NUMERIC_OUT_OF_RANGE, message)
}

/// The order of decimals, in the collation of their columns, which the resolver names too.
pub(in crate::engine) fn register_order(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_collation("DECIMAL", compare_texts)
}

/// The order and the aggregates.
pub(super) fn register(connection: &Connection, flags: FunctionFlags, fail: &Fail) -> rusqlite::Result<()> {
    register_order(connection)?;
    for (name, with_rows) in [("decimal_sum", false), ("decimal_total", true)] {
        connection.create_window_function(name, 1, flags, Total { with_rows, fail: fail.clone() })?;
    }
    Ok(())
}

/// The sum of decimals, and `sum/rows` for the mean: an aggregate that knows DISTINCT has one argument only, so that
/// the scale of a mean is told to a function around it.
struct Total {
    with_rows: bool,
    fail: Fail,
}

impl Total {
    fn each(
        &self,
        context: &Context<'_>,
        sum: &mut Sum,
        change: fn(&mut Sum, Decimal) -> Exact<()>,
    ) -> rusqlite::Result<()> {
        let changed = read(context.get_raw(0)).and_then(|decimal| match decimal {
            Some(decimal) => change(sum, decimal).map_err(|_| beyond_decimal()),
            None => Ok(()),
        });
        changed.map_err(|e| report(&self.fail, e))
    }

    fn result(&self, sum: Option<&Sum>) -> rusqlite::Result<Value> {
        let Some(sum) = sum.filter(|s| s.rows > 0) else { return Ok(Value::Null) };
        let total = sum.total().map_err(|_| report(&self.fail, beyond_decimal()))?;
        Ok(Value::Text(if self.with_rows { format!("{total}/{}", sum.rows) } else { total.to_string() }))
    }
}

impl Aggregate<Sum, Value> for Total {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Sum> {
        Ok(Sum::default())
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Sum) -> rusqlite::Result<()> {
        self.each(context, sum, Sum::add)
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Sum>) -> rusqlite::Result<Value> {
        self.result(sum.as_ref())
    }
}

impl WindowAggregate<Sum, Value> for Total {
    fn value(&self, sum: Option<&mut Sum>) -> rusqlite::Result<Value> {
        self.result(sum.as_deref())
    }

    fn inverse(&self, context: &mut Context<'_>, sum: &mut Sum) -> rusqlite::Result<()> {
        self.each(context, sum, Sum::remove)
    }
}
