//! Marshalling of the handle functions and of environment attributes.

use odbc_sys::SqlReturn;

use super::memory::Address;
use super::text::Narrow;
use super::{caller, field};
use crate::error::{Error, Result, state};
use crate::odbc::dispatch::{Completion, Function, on_connection, on_environment};
use crate::odbc::environment::unknown_attribute;
use crate::odbc::registry::{Kind, Token};
use crate::odbc::{handles, width};

pub(super) fn allocate(function: Function, kind: i16, input: Token, output: Address) -> i16 {
    let store = |token: Result<Token>| {
        output.write(*token.as_ref().unwrap_or(&0));
        token.map(|_| Completion::Success)
    };
    let writable = || match output.is_null() {
        true => Err(Error::new(state::INVALID_NULL_POINTER, "OutputHandlePtr is a null pointer.")),
        false => Ok(()),
    };
    match Kind::from_code(kind) {
        Some(Kind::Environment) => {
            match writable().and_then(|()| store(handles::allocate_environment(caller::file().as_deref()))) {
                Ok(_) => SqlReturn::SUCCESS.0,
                // There is no handle yet that could tell why.
                Err(_) => SqlReturn::ERROR.0,
            }
        }
        Some(Kind::Connection) => on_environment(function, input, |_, environment| {
            writable()?;
            store(handles::allocate_connection(environment))
        }),
        Some(Kind::Statement) => on_connection(function, input, |call| {
            writable()?;
            store(call.allocate_statement())
        }),
        Some(Kind::Descriptor) => on_connection(function, input, |call| {
            writable()?;
            store(call.allocate_descriptor())
        }),
        None => {
            let unknown = || Error::new(state::INVALID_ATTRIBUTE, format!("{kind} is no kind of handle."));
            match on_connection(function, input, |_| Err(unknown())) {
                code if code == SqlReturn::INVALID_HANDLE.0 => {
                    on_environment(function, input, |_, _| Err(unknown()))
                }
                code => code,
            }
        }
    }
}

pub(super) fn free(function: Function, kind: i16, handle: Token) -> i16 {
    handles::free_handle(function, kind, handle)
}

pub(super) fn free_statement(function: Function, statement: Token, option: u16) -> i16 {
    handles::free_statement_option(function, statement, option)
}

pub(super) fn cancel(_function: Function, statement: Token) -> i16 {
    handles::cancel_statement(statement)
}

pub(super) fn cancel_handle(function: Function, kind: i16, handle: Token) -> i16 {
    handles::cancel_handle(function, kind, handle)
}

pub(super) fn end_transaction(function: Function, kind: i16, handle: Token, completion: i16) -> i16 {
    handles::end_transaction(function, kind, handle, completion)
}

pub(super) fn set_attribute(
    function: Function,
    environment: Token,
    attribute: i32,
    value: Address,
    length: i32,
) -> i16 {
    on_environment(function, environment, |_, environment| {
        let width = width::of(width::ENVIRONMENT, attribute).ok_or_else(|| unknown_attribute(attribute))?;
        let value = field::read::<Narrow>(environment.wchar, width, value, length, "the attribute")?;
        environment.set_attribute(attribute, &value)?;
        Ok(Completion::Success)
    })
}

pub(super) fn get_attribute(
    function: Function,
    environment: Token,
    attribute: i32,
    value: Address,
    capacity: i32,
    length: Address,
) -> i16 {
    on_environment(function, environment, |_, environment| {
        let width = width::of(width::ENVIRONMENT, attribute).ok_or_else(|| unknown_attribute(attribute))?;
        let field = environment.attribute(attribute)?;
        field::write::<Narrow, i32>(
            environment.wchar,
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
