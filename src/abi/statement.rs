//! Marshalling of preparing, executing, statement attributes and cursor names.

use super::field;
use super::memory::Address;
use super::text::{self, Encoding, required};
use crate::odbc::dispatch::{Completion, Function, on_statement};
use crate::odbc::environment::unknown_attribute;
use crate::odbc::registry::Token;
use crate::odbc::width;

pub(super) fn set_attribute<E: Encoding>(
    function: Function,
    statement: Token,
    attribute: i32,
    value: Address,
    length: i32,
) -> i16 {
    on_statement(function, statement, |call| {
        let width = width::of(width::STATEMENT, attribute).ok_or_else(|| unknown_attribute(attribute))?;
        let value = field::read::<E>(call.wchar(), width, value, length, "the attribute")?;
        call.set_attribute(attribute, &value)
    })
}

pub(super) fn get_attribute<E: Encoding>(
    function: Function,
    statement: Token,
    attribute: i32,
    value: Address,
    capacity: i32,
    length: Address,
) -> i16 {
    on_statement(function, statement, |call| {
        let width = width::of(width::STATEMENT, attribute).ok_or_else(|| unknown_attribute(attribute))?;
        let field = call.attribute(attribute)?;
        field::write::<E, i32>(
            call.wchar(),
            &field,
            width,
            value,
            capacity as isize,
            length,
            "the attribute",
        )?;
        Ok(Completion::Success)
    })
}

pub(super) fn prepare<E: Encoding>(function: Function, statement: Token, text: Address, length: i32) -> i16 {
    on_statement(function, statement, |call| {
        call.prepare(&required::<E>(call.wchar(), text, length as isize, "StatementText")?)
    })
}

pub(super) fn execute(function: Function, statement: Token) -> i16 {
    on_statement(function, statement, |call| call.execute())
}

pub(super) fn execute_direct<E: Encoding>(
    function: Function,
    statement: Token,
    text: Address,
    length: i32,
) -> i16 {
    on_statement(function, statement, |call| {
        call.execute_direct(&required::<E>(call.wchar(), text, length as isize, "StatementText")?)
    })
}

pub(super) fn row_count(function: Function, statement: Token, count: Address) -> i16 {
    on_statement(function, statement, |call| {
        count.write(call.row_count()?);
        Ok(Completion::Success)
    })
}

pub(super) fn more_results(function: Function, statement: Token) -> i16 {
    on_statement(function, statement, |call| call.more_results())
}

pub(super) fn close_cursor(function: Function, statement: Token) -> i16 {
    on_statement(function, statement, |call| call.close_cursor())
}

pub(super) fn set_cursor_name<E: Encoding>(
    function: Function,
    statement: Token,
    name: Address,
    length: i16,
) -> i16 {
    on_statement(function, statement, |call| {
        call.set_cursor_name(&required::<E>(call.wchar(), name, length.into(), "CursorName")?)
    })
}

pub(super) fn get_cursor_name<E: Encoding>(
    function: Function,
    statement: Token,
    name: Address,
    capacity: i16,
    length: Address,
) -> i16 {
    on_statement(function, statement, |call| {
        let capacity = if name.is_null() { 0 } else { text::capacity(capacity.into(), "CursorName")? };
        let (units, cut) = text::write::<E>(call.wchar(), call.cursor_name()?, name, capacity);
        field::write_length::<i16>(length, units);
        if cut {
            call.warn(text::truncated("The cursor's name"));
        }
        Ok(Completion::Success)
    })
}
