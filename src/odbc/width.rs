//! The width of every attribute and diagnostic field, told once; connection attributes are in [`super::attributes`],
//! descriptor fields in [`super::descriptor_table`].
//!
//! ODBC passes all of them through untyped pointers; a wrong width writes over the application's memory. The C
//! boundary reads and writes by these tables only. An id that is in no table is unknown (HY092, HY091).

use super::constants::{attr, diag};
use crate::abi::memory::Address;

/// How a field lies in application memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// SQLSMALLINT.
    I16,
    /// SQLUSMALLINT.
    U16,
    /// SQLINTEGER.
    I32,
    /// SQLUINTEGER.
    U32,
    /// SQLLEN.
    Len,
    /// SQLULEN.
    ULen,
    /// An address in application memory.
    Pointer,
    /// A handle of the driver's.
    Handle,
    /// A character string, its length in bytes.
    Text,
}

impl Width {
    /// Bytes of a value; 0 for a string.
    pub const fn bytes(self) -> usize {
        match self {
            Width::I16 | Width::U16 => 2,
            Width::I32 | Width::U32 => 4,
            Width::Len | Width::ULen | Width::Pointer | Width::Handle => size_of::<usize>(),
            Width::Text => 0,
        }
    }
}

/// A value on its way to the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    Number(i64),
    Text(String),
    Pointer(Address),
    Handle(usize),
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Field::Text(text.to_owned())
    }
}

macro_rules! numbers {
    ($($t:ty)*) => {$(
        impl From<$t> for Field {
            fn from(number: $t) -> Self {
                Field::Number(number.into())
            }
        }
    )*};
}
numbers!(i16 u16 i32 u32 i64);

/// A value that the application sets.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Number(i64),
    Text(String),
    Pointer(Address),
    Handle(usize),
}

impl Input {
    /// The number, where the width table has one; 0 otherwise.
    pub fn number(&self) -> i64 {
        if let Input::Number(number) = self { *number } else { 0 }
    }

    /// The number as an unsigned size.
    pub fn size(&self) -> usize {
        self.number() as usize
    }

    /// The address, null where the width table has none.
    pub fn pointer(&self) -> Address {
        if let Input::Pointer(address) = self { *address } else { Address::NULL }
    }

    /// The handle, 0 where the width table has none.
    pub fn handle(&self) -> usize {
        if let Input::Handle(handle) = self { *handle } else { 0 }
    }
}

/// A table from ids to widths.
pub type Table = &'static [(i32, Width)];

/// The width of `id`; `None` when it is unknown.
pub fn of(table: Table, id: i32) -> Option<Width> {
    table.iter().find(|(known, _)| *known == id).map(|(_, width)| *width)
}

/// SQLSetEnvAttr, SQLGetEnvAttr.
pub const ENVIRONMENT: Table = &[
    (attr::ODBC_VERSION, Width::I32),
    (attr::CONNECTION_POOLING, Width::U32),
    (attr::CP_MATCH, Width::U32),
    (attr::DRIVER_UNICODE_TYPE, Width::U32),
    (attr::OUTPUT_NTS, Width::I32),
];

/// SQLSetStmtAttr, SQLGetStmtAttr.
pub const STATEMENT: Table = &[
    (attr::QUERY_TIMEOUT, Width::ULen),
    (attr::MAX_ROWS, Width::ULen),
    (attr::NOSCAN, Width::ULen),
    (attr::MAX_LENGTH, Width::ULen),
    (attr::ASYNC_ENABLE, Width::ULen),
    (attr::ROW_BIND_TYPE, Width::ULen),
    (attr::CURSOR_TYPE, Width::ULen),
    (attr::CONCURRENCY, Width::ULen),
    (attr::KEYSET_SIZE, Width::ULen),
    (attr::ROWSET_SIZE, Width::ULen),
    (attr::SIMULATE_CURSOR, Width::ULen),
    (attr::RETRIEVE_DATA, Width::ULen),
    (attr::USE_BOOKMARKS, Width::ULen),
    (attr::ROW_NUMBER, Width::ULen),
    (attr::ENABLE_AUTO_IPD, Width::ULen),
    (attr::FETCH_BOOKMARK_PTR, Width::Pointer),
    (attr::PARAM_BIND_OFFSET_PTR, Width::Pointer),
    (attr::PARAM_BIND_TYPE, Width::ULen),
    (attr::PARAM_OPERATION_PTR, Width::Pointer),
    (attr::PARAM_STATUS_PTR, Width::Pointer),
    (attr::PARAMS_PROCESSED_PTR, Width::Pointer),
    (attr::PARAMSET_SIZE, Width::ULen),
    (attr::ROW_BIND_OFFSET_PTR, Width::Pointer),
    (attr::ROW_OPERATION_PTR, Width::Pointer),
    (attr::ROW_STATUS_PTR, Width::Pointer),
    (attr::ROWS_FETCHED_PTR, Width::Pointer),
    (attr::ROW_ARRAY_SIZE, Width::ULen),
    (attr::ASYNC_STMT_EVENT, Width::Pointer),
    (attr::ASYNC_STMT_PCALLBACK, Width::Pointer),
    (attr::ASYNC_STMT_PCONTEXT, Width::Pointer),
    (attr::CURSOR_SCROLLABLE, Width::ULen),
    (attr::CURSOR_SENSITIVITY, Width::ULen),
    (attr::APP_ROW_DESC, Width::Handle),
    (attr::APP_PARAM_DESC, Width::Handle),
    (attr::IMP_ROW_DESC, Width::Handle),
    (attr::IMP_PARAM_DESC, Width::Handle),
    (attr::METADATA_ID, Width::ULen),
];

/// SQLGetDiagField.
pub const DIAGNOSTIC: Table = &[
    (diag::CURSOR_ROW_COUNT, Width::Len),
    (diag::DYNAMIC_FUNCTION, Width::Text),
    (diag::DYNAMIC_FUNCTION_CODE, Width::I32),
    (diag::NUMBER, Width::I32),
    (diag::RETURNCODE, Width::I16),
    (diag::ROW_COUNT, Width::Len),
    (diag::CLASS_ORIGIN, Width::Text),
    (diag::COLUMN_NUMBER, Width::I32),
    (diag::CONNECTION_NAME, Width::Text),
    (diag::MESSAGE_TEXT, Width::Text),
    (diag::NATIVE, Width::I32),
    (diag::ROW_NUMBER, Width::Len),
    (diag::SERVER_NAME, Width::Text),
    (diag::SQLSTATE, Width::Text),
    (diag::SUBCLASS_ORIGIN, Width::Text),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_has_two_widths() {
        for table in [ENVIRONMENT, STATEMENT, DIAGNOSTIC] {
            for (i, (id, _)) in table.iter().enumerate() {
                assert!(table[i + 1..].iter().all(|(other, _)| other != id), "{id}");
            }
        }
    }

    #[test]
    fn statement_attributes_are_as_wide_as_a_pointer() {
        assert!(STATEMENT.iter().all(|(_, width)| width.bytes() == size_of::<usize>()));
    }

    #[test]
    fn unknown_ids_have_no_width() {
        for id in [1224, 1227, 1228, 30002] {
            assert_eq!(of(STATEMENT, id), None);
        }
    }
}
