//! Marshalling of the parameter functions.

use super::field::write_length;
use super::memory::Address;
use crate::odbc::dispatch::{Completion, Function, on_statement};
use crate::odbc::parameters::Binding;
use crate::odbc::registry::Token;

pub(super) fn count(function: Function, statement: Token, count: Address) -> i16 {
    on_statement(function, statement, |call| {
        write_length::<i16>(count, call.parameter_count()?);
        Ok(Completion::Success)
    })
}

pub(super) fn describe(
    function: Function,
    statement: Token,
    number: u16,
    sql_type: Address,
    size: Address,
    digits: Address,
    nullable: Address,
) -> i16 {
    on_statement(function, statement, |call| {
        let description = call.describe_parameter(number)?;
        sql_type.write(description.sql_type);
        size.write(description.size);
        digits.write(description.decimal_digits);
        nullable.write(description.nullable);
        Ok(Completion::Success)
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn bind(
    function: Function,
    statement: Token,
    number: u16,
    direction: i16,
    c_type: i16,
    sql_type: i16,
    column_size: usize,
    decimal_digits: i16,
    value: Address,
    buffer_length: isize,
    length_or_indicator: Address,
) -> i16 {
    on_statement(function, statement, |call| {
        call.bind_parameter(&Binding {
            number,
            direction,
            c_type,
            sql_type,
            column_size,
            decimal_digits,
            value,
            buffer_length,
            length_or_indicator,
        })
    })
}

pub(super) fn data(function: Function, statement: Token, value: Address) -> i16 {
    on_statement(function, statement, |call| {
        let (completion, asked) = call.parameter_data()?;
        if let Some(asked) = asked {
            value.write(asked.to_integer());
        }
        Ok(completion)
    })
}

pub(super) fn put_data(function: Function, statement: Token, data: Address, length: isize) -> i16 {
    on_statement(function, statement, |call| call.put_data(data, length))
}
