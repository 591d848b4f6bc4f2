//! The functions that SQLite does not have, has under another name, or means otherwise.
//!
//! One file holds one family; each is a list of names and implementations. How many arguments a function takes
//! is told by the table of all functions in [`crate::sql::functions`], so that a call which gets here has them.
//! [`operators`] and [`decimals`] are no functions of that table: the resolver writes them for arithmetic.

mod cast;
mod clock;
mod dates;
mod decimals;
mod numbers;
mod operators;
mod patterns;
mod strings;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};

use crate::error::{Error, Result};
use crate::sql::functions::{FUNCTIONS, Kind};
use clock::Clock;

pub(super) use operators::beyond_bigint;

pub(super) use decimals::register_order;

/// Takes the error of a function, which SQLite's error codes cannot carry.
pub(super) type Fail = Arc<dyn Fn(Error) + Send + Sync>;

/// An implementation.
type Run = fn(&Call<'_>) -> Result<Value>;

/// The arguments of one call.
struct Call<'c> {
    context: &'c Context<'c>,
    clock: &'c Clock,
}

/// Makes all of them known to the connection.
pub(super) fn register(connection: &Connection, fail: &Fail) -> rusqlite::Result<()> {
    let clock = Arc::new(Clock::default());
    let pure =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let families =
        [cast::FUNCTIONS, clock::FUNCTIONS, dates::FUNCTIONS, numbers::FUNCTIONS, patterns::FUNCTIONS];
    for &(name, run) in families.into_iter().flatten().chain(strings::FUNCTIONS) {
        let flags = if name == "rand" { pure - FunctionFlags::SQLITE_DETERMINISTIC } else { pure };
        for count in counts(name) {
            scalar(connection, name, count, flags, run, (&clock, fail))?;
        }
    }
    for &(name, count, run) in operators::OPERATORS.iter().chain(decimals::OPERATORS) {
        scalar(connection, name, count, pure, run, (&clock, fail))?;
    }
    decimals::register(connection, pure, fail)
}

fn scalar(
    connection: &Connection,
    name: &str,
    count: i32,
    flags: FunctionFlags,
    run: Run,
    (clock, fail): (&Arc<Clock>, &Fail),
) -> rusqlite::Result<()> {
    let (clock, fail) = (clock.clone(), fail.clone());
    connection.create_scalar_function(name, count, flags, move |context| {
        run(&Call { context, clock: &clock }).map_err(|error| report(&fail, error))
    })
}

/// Keeps the error for the statement; gives SQLite one of its own.
fn report(fail: &Fail, error: Error) -> rusqlite::Error {
    let message = error.message.clone();
    fail(error);
    rusqlite::Error::UserFunctionError(message.into())
}

/// The numbers of arguments to register: each one, as SQLite prefers an exact number to its own function; or any.
fn counts(name: &str) -> impl Iterator<Item = i32> {
    let own = FUNCTIONS.iter().filter(|f| f.kind == Kind::Own && f.runs == name);
    let (min, max) = own.fold((usize::MAX, 0), |(min, max), f| (min.min(f.min), max.max(f.max)));
    if max == usize::MAX { -1..=-1 } else { min.min(max) as i32..=max as i32 }
}

impl Call<'_> {
    fn len(&self) -> usize {
        self.context.len()
    }

    fn raw(&self, i: usize) -> ValueRef<'_> {
        if i < self.len() { self.context.get_raw(i) } else { ValueRef::Null }
    }

    /// The value as SQLite would write it; `None` for NULL.
    fn text(&self, i: usize) -> Option<String> {
        text(self.raw(i))
    }

    /// The value as a whole number, cut; `None` for NULL and for what is none.
    fn integer(&self, i: usize) -> Option<i64> {
        match self.raw(i) {
            ValueRef::Integer(n) => Some(n),
            _ => self.real(i).map(|r| r as i64),
        }
    }

    /// The value as a number; `None` for NULL and for what is none.
    fn real(&self, i: usize) -> Option<f64> {
        match self.raw(i) {
            ValueRef::Integer(n) => Some(n as f64),
            ValueRef::Real(r) => Some(r),
            ValueRef::Text(t) => std::str::from_utf8(t).ok()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// A part of a date; the resolver has checked its name.
    fn part(&self, i: usize) -> Option<crate::sql::functions::parts::Part> {
        crate::sql::functions::parts::Part::of(&self.text(i)?)
    }
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

/// The result of a function, or NULL.
fn answer<T: Into<Value>>(value: Option<T>) -> Result<Value> {
    Ok(value.map_or(Value::Null, Into::into))
}
