//! Marshalling of result sets: their columns, their rows.

use super::field;
use super::memory::Address;
use super::text::{self, Encoding};
use crate::odbc::dispatch::{Completion, Function, on_statement};
use crate::odbc::fetch::ColumnBinding;
use crate::odbc::get_data::Request;
use crate::odbc::registry::Token;
use crate::odbc::width::{Field, Width};

pub(super) fn count(function: Function, statement: Token, count: Address) -> i16 {
    on_statement(function, statement, |call| {
        field::write_length::<i16>(count, call.column_count()?);
        Ok(Completion::Success)
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn describe<E: Encoding>(
    function: Function,
    statement: Token,
    number: u16,
    name: Address,
    capacity: i16,
    length: Address,
    sql_type: Address,
    size: Address,
    digits: Address,
    nullable: Address,
) -> i16 {
    on_statement(function, statement, |call| {
        let capacity = if name.is_null() { 0 } else { text::capacity(capacity.into(), "ColumnName")? };
        let (column, description) = call.describe_column(number)?;
        let (units, cut) = text::write::<E>(call.wchar(), &column, name, capacity);
        field::write_length::<i16>(length, units);
        sql_type.write(description.sql_type);
        size.write(description.size);
        digits.write(description.decimal_digits);
        nullable.write(description.nullable);
        if cut {
            call.warn(text::truncated("The column's name"));
        }
        Ok(Completion::Success)
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn attribute<E: Encoding>(
    function: Function,
    statement: Token,
    number: u16,
    id: u16,
    text: Address,
    capacity: i16,
    length: Address,
    value: Address,
) -> i16 {
    on_statement(function, statement, |call| {
        let field = call.column_attribute(number, id)?;
        if let Field::Text(_) = field {
            let cut = field::write::<E, i16>(
                call.wchar(),
                &field,
                Width::Text,
                text,
                capacity.into(),
                length,
                "the attribute",
            )?;
            if cut {
                call.warn(text::truncated("The attribute"));
            }
        } else {
            field::write::<E, i16>(
                call.wchar(),
                &field,
                Width::Len,
                value,
                0,
                Address::NULL,
                "the attribute",
            )?;
        }
        Ok(Completion::Success)
    })
}

pub(super) fn bind(
    function: Function,
    statement: Token,
    number: u16,
    c_type: i16,
    value: Address,
    buffer_length: isize,
    length_or_indicator: Address,
) -> i16 {
    on_statement(function, statement, |call| {
        call.bind_column(&ColumnBinding { number, c_type, value, buffer_length, length_or_indicator })
    })
}

pub(super) fn fetch(function: Function, statement: Token) -> i16 {
    on_statement(function, statement, |call| call.fetch())
}

pub(super) fn fetch_scroll(function: Function, statement: Token, orientation: i16, offset: isize) -> i16 {
    on_statement(function, statement, |call| call.fetch_scroll(orientation, offset))
}

pub(super) fn extended_fetch(
    function: Function,
    statement: Token,
    orientation: u16,
    offset: isize,
    fetched: Address,
    status: Address,
) -> i16 {
    on_statement(function, statement, |call| call.extended_fetch(orientation, offset, fetched, status))
}

pub(super) fn set_position(
    function: Function,
    statement: Token,
    row: usize,
    operation: u16,
    lock: u16,
) -> i16 {
    on_statement(function, statement, |call| call.set_position(row, operation, lock))
}

pub(super) fn bulk_operation(function: Function, statement: Token, operation: i16) -> i16 {
    on_statement(function, statement, |call| call.bulk_operation(operation))
}

pub(super) fn get_data(
    function: Function,
    statement: Token,
    number: u16,
    c_type: i16,
    value: Address,
    buffer_length: isize,
    length_or_indicator: Address,
) -> i16 {
    on_statement(function, statement, |call| {
        call.get_data(&Request { number, c_type, value, buffer_length, length_or_indicator })
    })
}
