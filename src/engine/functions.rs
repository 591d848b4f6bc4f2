//! The functions that SQLite does not have, or has under another name.

use jiff::Timestamp;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

use crate::convert;
use crate::model::{ColumnType, DataType};

/// Makes them known to the connection.
pub(super) fn register(connection: &Connection) -> Result<()> {
    let pure =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let now = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;

    for (name, function) in [("ucase", upper as fn(&str) -> String), ("lcase", lower)] {
        connection.create_scalar_function(name, 1, pure, move |c| {
            Ok(c.get::<Option<String>>(0)?.map(|text| function(&text)))
        })?;
    }
    for (name, function) in REAL {
        connection.create_scalar_function(*name, 1, pure, move |c| {
            Ok(c.get::<Option<f64>>(0)?.map(*function).filter(|r| r.is_finite()))
        })?;
    }
    connection.create_scalar_function("power", 2, pure, |c| {
        let (base, exponent) = (c.get::<Option<f64>>(0)?, c.get::<Option<f64>>(1)?);
        Ok(base.zip(exponent).map(|(b, e)| b.powf(e)).filter(|r| r.is_finite()))
    })?;
    connection.create_scalar_function("mod", 2, pure, |c| {
        let (a, b) = (c.get::<Option<i64>>(0)?, c.get::<Option<i64>>(1)?);
        Ok(a.zip(b).and_then(|(a, b)| a.checked_rem(b)))
    })?;
    // As SQL_CONCAT_NULL_BEHAVIOR says; SQLite's own concat() takes NULL for nothing.
    connection.create_scalar_function("concat", -1, pure, |c| {
        let parts: Option<Vec<String>> = (0..c.len()).map(|i| text(c.get_raw(i))).collect();
        Ok(parts.map(|p| p.concat()))
    })?;
    let boolean = ColumnType::of(DataType::Boolean);
    connection.create_scalar_function("to_boolean", 1, pure, move |c| {
        let Some(text) = text(c.get_raw(0)) else { return Ok(Value::Null) };
        match convert::canonical(&text, &boolean) {
            Ok(crate::value::Value::Integer(b)) => Ok(Value::Integer(b)),
            _ => Err(Error::UserFunctionError(format!("'{text}' is not a boolean").into())),
        }
    })?;
    connection.create_scalar_function("pi", 0, pure, |_| Ok(std::f64::consts::PI))?;

    for name in ["now", "getdate"] {
        connection.create_scalar_function(name, 0, now, |_| Ok(clock("%Y-%m-%d %H:%M:%S")))?;
    }
    connection.create_scalar_function("curdate", 0, now, |_| Ok(clock("%Y-%m-%d")))?;
    connection.create_scalar_function("curtime", 0, now, |_| Ok(clock("%H:%M:%S")))?;
    for (name, from, to) in PARTS {
        connection.create_scalar_function(*name, 1, pure, move |c| part(c, *from, *to))?;
    }
    Ok(())
}

type RealFunction = fn(f64) -> f64;

const REAL: &[(&str, RealFunction)] = &[
    ("sqrt", f64::sqrt),
    ("exp", f64::exp),
    ("log", f64::ln),
    ("floor", f64::floor),
    ("ceiling", f64::ceil),
    ("ceil", f64::ceil),
];

/// Where the parts of a timestamp stand in its text: `YYYY-MM-DD HH:MM:SS`.
const PARTS: &[(&str, usize, usize)] = &[
    ("year", 0, 4),
    ("month", 5, 7),
    ("dayofmonth", 8, 10),
    ("day", 8, 10),
    ("hour", 11, 13),
    ("minute", 14, 16),
    ("second", 17, 19),
];

fn upper(text: &str) -> String {
    text.to_uppercase()
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

fn clock(format: &str) -> String {
    Timestamp::now().strftime(format).to_string()
}

/// The value as SQLite would write it; `None` for NULL.
fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(i) => Some(i.to_string()),
        ValueRef::Real(r) => Some(format!("{r:?}")),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// A part of a date, time or timestamp; NULL for NULL and for text that has no such part.
fn part(context: &Context<'_>, from: usize, to: usize) -> Result<Value> {
    let ValueRef::Text(text) = context.get_raw(0) else { return Ok(Value::Null) };
    let text = std::str::from_utf8(text).unwrap_or_default();
    // A time alone has no date before it.
    let from_time = text.get(2..3) == Some(":");
    let (from, to) = match (from_time, from >= 11) {
        (true, true) => (from - 11, to - 11),
        (true, false) => return Ok(Value::Null),
        (false, _) => (from, to),
    };
    let digits = match text.get(from..to) {
        Some(digits) => digits,
        // A date alone is midnight.
        None if from >= 11 && text.len() == 10 => "0",
        None => return Ok(Value::Null),
    };
    Ok(digits.parse().map_or(Value::Null, Value::Integer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_answer() {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        for (expression, expected) in [
            ("ucase('straße')", "STRASSE"),
            ("lcase('ÄB')", "äb"),
            ("concat('a', 1, 2.5)", "a12.5"),
            ("concat('a', NULL)", "NULL"),
            ("power(2, 10)", "1024.0"),
            ("mod(7, 3)", "1"),
            ("mod(7, 0)", "NULL"),
            ("sqrt(-1)", "NULL"),
            ("ceiling(1.2)", "2.0"),
            ("year('2020-03-04 05:06:07')", "2020"),
            ("minute('2020-03-04 05:06:07')", "6"),
            ("hour('2020-03-04')", "0"),
            ("hour('05:06:07')", "5"),
            ("year('05:06:07')", "NULL"),
            ("year(NULL)", "NULL"),
            ("length(now())", "19"),
            ("length(curdate())", "10"),
        ] {
            let sql = format!("SELECT coalesce(CAST({expression} AS TEXT), 'NULL')");
            let found: String = connection.query_row(&sql, [], |r| r.get(0)).unwrap();
            assert_eq!(found, expected, "{expression}");
        }
    }
}
