//! Marshalling of the diagnostic functions. They post no diagnostics about themselves: a bad argument is SQL_ERROR.

use odbc_sys::SqlReturn;

use super::field::{self, write_length};
use super::memory::Address;
use super::text::{self, Encoding};
use crate::odbc::constants::diag;
use crate::odbc::dispatch::{Function, peek};
use crate::odbc::registry::{Kind, Token};
use crate::odbc::width;

#[allow(clippy::too_many_arguments)]
pub(super) fn record<E: Encoding>(
    _function: Function,
    kind: i16,
    handle: Token,
    number: i16,
    state: Address,
    native: Address,
    message: Address,
    capacity: i16,
    length: Address,
) -> i16 {
    let Some(kind) = Kind::from_code(kind) else { return SqlReturn::INVALID_HANDLE.0 };
    peek(kind, handle, |diagnostics, _, wchar, _| {
        let (Ok(number @ 1..), Ok(capacity)) = (usize::try_from(number), usize::try_from(capacity)) else {
            return SqlReturn::ERROR.0;
        };
        let Some(record) = diagnostics.record(number) else { return SqlReturn::NO_DATA.0 };
        // Five characters and a terminator, by definition of the argument.
        text::write::<E>(wchar, record.error.state.as_str(), state, 6);
        native.write(record.error.native);
        let (units, cut) = text::write::<E>(wchar, &record.message(), message, capacity);
        write_length::<i16>(length, units);
        if cut { SqlReturn::SUCCESS_WITH_INFO.0 } else { SqlReturn::SUCCESS.0 }
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn field<E: Encoding>(
    _function: Function,
    kind: i16,
    handle: Token,
    number: i16,
    id: i16,
    value: Address,
    capacity: i16,
    length: Address,
) -> i16 {
    let Some(kind) = Kind::from_code(kind) else { return SqlReturn::INVALID_HANDLE.0 };
    peek(kind, handle, |diagnostics, names, wchar, for_statement| {
        let id = i32::from(id);
        let Some(width) = width::of(width::DIAGNOSTIC, id) else { return SqlReturn::ERROR.0 };
        let field = match diagnostics.header_field(id, for_statement) {
            Some(field) => field,
            None if is_header(id) => return SqlReturn::ERROR.0,
            None => {
                let Ok(number @ 1..) = usize::try_from(number) else { return SqlReturn::ERROR.0 };
                let Some(record) = diagnostics.record(number) else { return SqlReturn::NO_DATA.0 };
                let Some(field) = record.field(id, names) else { return SqlReturn::ERROR.0 };
                field
            }
        };
        match field::write::<E, i16>(wchar, &field, width, value, capacity.into(), length, "the field") {
            Ok(true) => SqlReturn::SUCCESS_WITH_INFO.0,
            Ok(false) => SqlReturn::SUCCESS.0,
            Err(_) => SqlReturn::ERROR.0,
        }
    })
}

/// Fields that a handle has once; other handles than statements lack some of them.
fn is_header(id: i32) -> bool {
    matches!(
        id,
        diag::RETURNCODE
            | diag::NUMBER
            | diag::ROW_COUNT
            | diag::DYNAMIC_FUNCTION
            | diag::DYNAMIC_FUNCTION_CODE
            | diag::CURSOR_ROW_COUNT
    )
}
