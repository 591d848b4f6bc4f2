//! Short ways to convert, for the tests of this folder.

use crate::convert::{CData, CInput, CTarget, CType, from_c, take, to_c};
use crate::error::{Result, SqlState};
use crate::model::ColumnType;
use crate::value::{Value, ValueRef};

type Outcome<T> = std::result::Result<T, SqlState>;

/// The bytes of a fixed-size type, and the warning.
pub(super) fn fixed(
    value: ValueRef<'_>,
    column: &ColumnType,
    c_type: CType,
) -> Outcome<(Vec<u8>, Option<SqlState>)> {
    let converted = to_c(value, column, &CTarget::new(c_type)).map_err(|e| e.state)?;
    let CData::Fixed(bytes) = converted.data else { panic!("{:?}", converted.data) };
    Ok((bytes.as_bytes().to_vec(), converted.warning.map(|e| e.state)))
}

/// The SQL_C_CHAR form.
pub(super) fn narrow(value: ValueRef<'_>, column: &ColumnType) -> String {
    let CData::Narrow(text) = to_c(value, column, &CTarget::new(CType::Char)).unwrap().data else { panic!() };
    text.into_owned()
}

/// What a SQL_C_CHAR buffer of `capacity` bytes receives at first, and whether that is cut.
pub(super) fn take_narrow(
    value: ValueRef<'_>,
    column: &ColumnType,
    capacity: usize,
) -> Outcome<(String, bool)> {
    let converted = to_c(value, column, &CTarget::new(CType::Char)).map_err(|e| e.state)?;
    let part = take(&converted, 0, capacity, crate::convert::Rest::IsLost).map_err(|e| e.state)?;
    Ok((String::from_utf8(part.chunk.to_bytes().into_owned()).unwrap(), part.truncated))
}

/// A parameter.
pub(super) fn put(input: CInput<'_>, source: &CTarget, parameter: &ColumnType) -> Outcome<Value> {
    from_c(input, source, parameter).map_err(|e| e.state)
}

/// A parameter of a fixed-size type or of SQL_C_BINARY.
pub(super) fn from_bytes(bytes: &[u8], c_type: CType, parameter: &ColumnType) -> Outcome<Value> {
    let input = match c_type {
        CType::Binary => CInput::Binary(bytes),
        _ => CInput::Fixed(bytes),
    };
    put(input, &CTarget::new(c_type), parameter)
}

/// A parameter of SQL_C_CHAR.
pub(super) fn from_text(text: &str, parameter: &ColumnType) -> Outcome<Value> {
    put(CInput::Narrow(text.as_bytes()), &CTarget::new(CType::Char), parameter)
}

/// The state of a failure.
pub(super) fn state_of<T: std::fmt::Debug>(result: Result<T>) -> SqlState {
    result.unwrap_err().state
}
