//! Marshalling of the connection functions.

use zeroize::Zeroizing;

use super::manifest::FUNCTIONS;
use super::memory::Address;
use super::text::{self, Encoding};
use super::{field, text::required};
use crate::error::{Error, Result, state};
use crate::odbc::attributes;
use crate::odbc::browse::Browse;
use crate::odbc::connect::check_completion;
use crate::odbc::dispatch::{Completion, ConnectionCall, Function, beside_connection, on_connection};
use crate::odbc::environment::unknown_attribute;
use crate::odbc::info::InfoValue;
use crate::odbc::registry::Token;
use crate::odbc::width::{self, Field, Width};

#[allow(clippy::too_many_arguments)]
pub(super) fn connect<E: Encoding>(
    function: Function,
    connection: Token,
    dsn: Address,
    dsn_length: i16,
    user: Address,
    user_length: i16,
    password: Address,
    password_length: i16,
) -> i16 {
    on_connection(function, connection, |call| {
        let dsn = text::read::<E>(call.wchar(), dsn, dsn_length.into(), "ServerName")?.unwrap_or_default();
        let user = text::read::<E>(call.wchar(), user, user_length.into(), "UserName")?;
        let password = text::read::<E>(call.wchar(), password, password_length.into(), "Authentication")?
            .map(Zeroizing::new);
        call.connect(&dsn, user.as_deref(), password)
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn driver_connect<E: Encoding>(
    function: Function,
    connection: Token,
    _window: Address,
    input: Address,
    input_length: i16,
    output: Address,
    capacity: i16,
    length: Address,
    completion: u16,
) -> i16 {
    on_connection(function, connection, |call| {
        check_completion(completion)?;
        let capacity =
            if output.is_null() { 0 } else { text::capacity(capacity.into(), "OutConnectionString")? };
        let input =
            Zeroizing::new(required::<E>(call.wchar(), input, input_length.into(), "InConnectionString")?);
        let completed = call.driver_connect(&input)?;
        let (units, cut) = text::write::<E>(call.wchar(), &completed, output, capacity);
        field::write_length::<i16>(length, units);
        if cut {
            call.warn(text::truncated("The completed connection string"));
        }
        Ok(Completion::Success)
    })
}

pub(super) fn browse_connect<E: Encoding>(
    function: Function,
    connection: Token,
    input: Address,
    input_length: i16,
    output: Address,
    capacity: i16,
    length: Address,
) -> i16 {
    on_connection(function, connection, |call| {
        let capacity =
            if output.is_null() { 0 } else { text::capacity(capacity.into(), "OutConnectionString")? };
        let input =
            Zeroizing::new(required::<E>(call.wchar(), input, input_length.into(), "InConnectionString")?);
        let (text, completion) = match call.browse_connect(&input)? {
            Browse::Needs(text) => (text, Completion::NeedData),
            Browse::Connected(text) => (text, Completion::Success),
        };
        let (units, cut) = text::write::<E>(call.wchar(), &text, output, capacity);
        field::write_length::<i16>(length, units);
        if cut {
            call.warn(text::truncated("The browse result connection string"));
        }
        Ok(completion)
    })
}

pub(super) fn disconnect(function: Function, connection: Token) -> i16 {
    on_connection(function, connection, |call| call.disconnect())
}

/// The width of a connection attribute, or of a statement attribute that becomes a default.
fn attribute_width(id: i32) -> Result<Width> {
    attributes::connection(id)
        .map(|attribute| attribute.width)
        .or_else(|| width::of(width::STATEMENT, id))
        .ok_or_else(|| unknown_attribute(id))
}

pub(super) fn set_attribute<E: Encoding>(
    function: Function,
    connection: Token,
    attribute: i32,
    value: Address,
    length: i32,
) -> i16 {
    on_connection(function, connection, |call| {
        let value =
            field::read::<E>(call.wchar(), attribute_width(attribute)?, value, length, "the attribute")?;
        call.set_attribute(attribute, &value)
    })
}

pub(super) fn get_attribute<E: Encoding>(
    function: Function,
    connection: Token,
    attribute: i32,
    value: Address,
    capacity: i32,
    length: Address,
) -> i16 {
    on_connection(function, connection, |call| {
        let width = attribute_width(attribute)?;
        let field = call.attribute(attribute)?;
        if field::write::<E, i32>(
            call.wchar(),
            &field,
            width,
            value,
            capacity as isize,
            length,
            "the attribute",
        )? {
            call.warn(text::truncated("The attribute"));
        }
        Ok(Completion::Success)
    })
}

/// SQL_CURSOR_COMMIT_BEHAVIOR and SQL_CURSOR_ROLLBACK_BEHAVIOR. unixODBC asks for them within SQLEndTran, after the driver
/// has answered it, and only then does the application read what was said of the rollback.
const ASKED_WITHIN_END_TRAN: [u16; 2] = [23, 24];

pub(super) fn get_info<E: Encoding>(
    function: Function,
    connection: Token,
    id: u16,
    value: Address,
    capacity: i16,
    length: Address,
) -> i16 {
    let answer = |call: &mut ConnectionCall<'_>| {
        let (field, width) = match call.info(id)? {
            InfoValue::U16(number) => (Field::from(number), Width::U16),
            InfoValue::U32(number) => (Field::from(number), Width::U32),
            InfoValue::Text(text) => (Field::Text(text.into_owned()), Width::Text),
        };
        if field::write::<E, i16>(
            call.wchar(),
            &field,
            width,
            value,
            capacity.into(),
            length,
            "the information",
        )? {
            call.warn(text::truncated("The information"));
        }
        Ok(Completion::Success)
    };
    match ASKED_WITHIN_END_TRAN.contains(&id) {
        true => beside_connection(function, connection, answer),
        false => on_connection(function, connection, answer),
    }
}

/// SQL_API_ALL_FUNCTIONS: an array of 100 truth values, for ODBC 2.
const ALL_FUNCTIONS: u16 = 0;
/// SQL_API_ODBC3_ALL_FUNCTIONS: a bitmap of 250 words.
const ODBC3_ALL_FUNCTIONS: u16 = 999;

pub(super) fn get_functions(function: Function, connection: Token, id: u16, supported: Address) -> i16 {
    on_connection(function, connection, |_| {
        match id {
            ALL_FUNCTIONS => supported.write_all(&all_functions()),
            ODBC3_ALL_FUNCTIONS => supported.write_all(&odbc3_all_functions()),
            1..=100 | 1001..=1100 | 1501..=1600 => supported.write(u16::from(is_supported(id))),
            _ => {
                return Err(Error::new(
                    state::FUNCTION_TYPE_OUT_OF_RANGE,
                    format!("{id} is not the number of a function."),
                ));
            }
        }
        Ok(Completion::Success)
    })
}

/// Numbers that unixODBC and Windows give differently: Windows' number, unixODBC's, which the manifest has.
const WINDOWS_NUMBERS: [(u16, u16); 1] = [(1550, 1022)];

fn is_supported(id: u16) -> bool {
    let known = WINDOWS_NUMBERS.iter().find(|(windows, _)| *windows == id).map_or(id, |(_, unix)| *unix);
    FUNCTIONS.iter().any(|function| function.id == known)
}

fn all_functions() -> [u16; 100] {
    std::array::from_fn(|id| u16::from(is_supported(id as u16)))
}

fn odbc3_all_functions() -> [u16; 250] {
    let mut bitmap = [0; 250];
    for id in (0..4000).filter(|&id| is_supported(id)) {
        bitmap[usize::from(id >> 4)] |= 1 << (id & 0xF);
    }
    bitmap
}

pub(super) fn native_sql<E: Encoding>(
    function: Function,
    connection: Token,
    input: Address,
    input_length: i32,
    output: Address,
    capacity: i32,
    length: Address,
) -> i16 {
    on_connection(function, connection, |call| {
        let capacity =
            if output.is_null() { 0 } else { text::capacity(capacity as isize, "OutStatementText")? };
        let native =
            call.native_sql(&required::<E>(call.wchar(), input, input_length as isize, "InStatementText")?)?;
        let (units, cut) = text::write::<E>(call.wchar(), &native, output, capacity);
        field::write_length::<i32>(length, units);
        if cut {
            call.warn(text::truncated("The statement"));
        }
        Ok(Completion::Success)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_function_lists_hold_the_manifest_and_nothing_else() {
        let (array, bitmap) = (all_functions(), odbc3_all_functions());
        for id in 0..4000u16 {
            let manifest = if id == 1550 { 1022 } else { id };
            let exported = FUNCTIONS.iter().any(|function| function.id == manifest);
            assert_eq!(bitmap[usize::from(id >> 4)] & 1 << (id & 0xF) != 0, exported, "{id}");
            if let Some(entry) = array.get(usize::from(id)) {
                assert_eq!(*entry == 1, exported, "{id}");
            }
        }
    }
}
