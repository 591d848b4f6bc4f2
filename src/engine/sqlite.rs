//! A prepared SQLite statement that owns its connection.
//!
//! rusqlite's statements borrow their connection, so a cursor that outlives the function that opened it cannot
//! be built from them. This is the one place that speaks to SQLite's C interface itself.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::ptr::NonNull;
use std::{ptr, slice, str};

use rusqlite::{Connection, ffi};

use crate::sql::with_deep_stack;
use crate::value::{Value, ValueRef};

/// SQLite's result code and message.
#[derive(Debug)]
pub(super) struct SqliteError {
    pub code: i32,
    pub message: String,
}

/// A statement and the connection it runs on.
#[derive(Debug)]
pub(super) struct OwnedStatement {
    statement: NonNull<ffi::sqlite3_stmt>,
    /// Dropped after `statement` is finalized.
    connection: Connection,
}

// SAFETY: SQLite ties a connection to no thread; `OwnedStatement` owns its connection and is not Sync, so only one
// thread at a time uses either.
unsafe impl Send for OwnedStatement {}

impl OwnedStatement {
    /// Prepares one statement.
    pub fn prepare(connection: Connection, sql: &str) -> Result<Self, SqliteError> {
        let text = CString::new(sql).map_err(|_| SqliteError {
            code: ffi::SQLITE_ERROR,
            message: "the statement holds a NUL character".into(),
        })?;
        let mut raw = ptr::null_mut();
        // SAFETY: the handle lives as long as `connection`; the text is terminated and outlives the call; `raw`
        // is a valid place for the result.
        // SQLite goes through nested queries by recursion.
        let code = with_deep_stack(|| unsafe {
            ffi::sqlite3_prepare_v2(connection.handle(), text.as_ptr(), -1, &mut raw, ptr::null_mut())
        });
        match NonNull::new(raw) {
            Some(statement) if code == ffi::SQLITE_OK => Ok(OwnedStatement { statement, connection }),
            _ => Err(last_error(&connection, code)),
        }
    }

    /// The connection, for settings that hold for the whole run.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// The number of result columns.
    pub fn column_count(&self) -> usize {
        // SAFETY: the statement is alive.
        unsafe { ffi::sqlite3_column_count(self.statement.as_ptr()) as usize }
    }

    /// Gives marker `?number` (from 1) its value.
    pub fn bind(&mut self, number: usize, value: &Value) -> Result<(), SqliteError> {
        let statement = self.statement.as_ptr();
        let number = number as i32;
        // SAFETY: the statement is alive; SQLITE_TRANSIENT has SQLite copy text and bytes before it returns, and
        // their lengths are those of the slices.
        let code = unsafe {
            match value {
                Value::Null => ffi::sqlite3_bind_null(statement, number),
                Value::Integer(i) => ffi::sqlite3_bind_int64(statement, number, *i),
                Value::Real(r) => ffi::sqlite3_bind_double(statement, number, *r),
                Value::Text(t) => ffi::sqlite3_bind_text64(
                    statement,
                    number,
                    t.as_ptr().cast(),
                    t.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                    ffi::SQLITE_UTF8 as u8,
                ),
                Value::Binary(b) => ffi::sqlite3_bind_blob64(
                    statement,
                    number,
                    b.as_ptr().cast(),
                    b.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                ),
            }
        };
        // A marker that the rewriting has dropped has no place to be bound to.
        if code == ffi::SQLITE_OK || code == ffi::SQLITE_RANGE {
            return Ok(());
        }
        Err(last_error(&self.connection, code))
    }

    /// Moves to the next row; `false` after the last one.
    pub fn step(&mut self) -> Result<bool, SqliteError> {
        // SAFETY: the statement is alive.
        match unsafe { ffi::sqlite3_step(self.statement.as_ptr()) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            code => Err(last_error(&self.connection, code)),
        }
    }

    /// The value of the current row's column, from 0. NULL if there is no row or no such column.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        let statement = self.statement.as_ptr();
        let column = column as i32;
        // SAFETY: the statement is alive, and SQLite answers NULL for a column out of range. The pointers stay
        // valid until the next step or the end of the statement; both need `&mut self`, which the borrow of the
        // value rules out. Their lengths are asked for after the value has its final form, as SQLite demands.
        unsafe {
            match ffi::sqlite3_column_type(statement, column) {
                ffi::SQLITE_INTEGER => ValueRef::Integer(ffi::sqlite3_column_int64(statement, column)),
                ffi::SQLITE_FLOAT => ValueRef::Real(ffi::sqlite3_column_double(statement, column)),
                ffi::SQLITE_TEXT => {
                    let text = ffi::sqlite3_column_text(statement, column);
                    let bytes = bytes(text, ffi::sqlite3_column_bytes(statement, column));
                    str::from_utf8(bytes).map_or(ValueRef::Binary(bytes), ValueRef::Text)
                }
                ffi::SQLITE_BLOB => {
                    let blob = ffi::sqlite3_column_blob(statement, column);
                    ValueRef::Binary(bytes(blob.cast(), ffi::sqlite3_column_bytes(statement, column)))
                }
                _ => ValueRef::Null,
            }
        }
    }
}

impl Drop for OwnedStatement {
    fn drop(&mut self) {
        // SAFETY: the statement is alive and is not used after this; its connection is still open.
        unsafe { ffi::sqlite3_finalize(self.statement.as_ptr()) };
    }
}

/// # Safety
/// `data` is null, or points to `length` bytes that live as long as `'a`.
unsafe fn bytes<'a>(data: *const u8, length: i32) -> &'a [u8] {
    if data.is_null() || length <= 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(data, length as usize) }
}

fn last_error(connection: &Connection, code: i32) -> SqliteError {
    // SAFETY: the handle is alive, and the message is copied before anything else is asked of it.
    let message = unsafe {
        let text = ffi::sqlite3_errmsg(connection.handle());
        if text.is_null() {
            String::new()
        } else {
            std::ffi::CStr::from_ptr(text).to_string_lossy().into_owned()
        }
    };
    SqliteError { code, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_values_come_as_they_are() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "SELECT ?1, ?2, 1.5, NULL, x'0102', '' UNION ALL SELECT 7, 'é', 0, 0, 0, 0";
        let mut statement = OwnedStatement::prepare(connection, sql).unwrap();
        assert_eq!(statement.column_count(), 6);
        statement.bind(1, &Value::Integer(-3)).unwrap();
        statement.bind(2, &Value::from("zwölf")).unwrap();
        assert!(statement.step().unwrap());
        assert_eq!(statement.value(0), ValueRef::Integer(-3));
        assert_eq!(statement.value(1), ValueRef::Text("zwölf"));
        assert_eq!(statement.value(2), ValueRef::Real(1.5));
        assert_eq!(statement.value(3), ValueRef::Null);
        assert_eq!(statement.value(4), ValueRef::Binary(&[1, 2]));
        assert_eq!(statement.value(5), ValueRef::Text(""));
        assert_eq!(statement.value(6), ValueRef::Null, "no such column");
        assert!(statement.step().unwrap());
        assert_eq!(statement.value(1), ValueRef::Text("é"));
        assert!(!statement.step().unwrap());
    }

    #[test]
    fn faults_carry_sqlites_message() {
        let open = || Connection::open_in_memory().unwrap();
        let error = OwnedStatement::prepare(open(), "SELECT nowhere").unwrap_err();
        assert!(error.message.contains("no such column"), "{error:?}");
        assert!(OwnedStatement::prepare(open(), "").is_err(), "no statement at all");
        assert!(OwnedStatement::prepare(open(), "SELECT '\0'").is_err());
    }
}
