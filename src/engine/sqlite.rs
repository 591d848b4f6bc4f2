//! Prepared SQLite statements that live as long as their owner wants.
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

/// A compiled statement. Its connection is its owner's, who drops the statement first.
#[derive(Debug)]
struct Compiled(NonNull<ffi::sqlite3_stmt>);

// SAFETY: SQLite ties a statement to no thread; `Compiled` is not Sync, so only one thread at a time uses it.
unsafe impl Send for Compiled {}

impl Compiled {
    /// Compiles one statement.
    ///
    /// # Safety
    /// `connection` stays open until the statement has been dropped.
    unsafe fn new(connection: &Connection, sql: &str) -> Result<Self, SqliteError> {
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
            Some(statement) if code == ffi::SQLITE_OK => Ok(Compiled(statement)),
            _ => Err(last_error(connection, code)),
        }
    }

    fn column_count(&self) -> usize {
        // SAFETY: the statement is alive.
        unsafe { ffi::sqlite3_column_count(self.0.as_ptr()) as usize }
    }

    /// Gives marker `?number` (from 1) its value.
    fn bind(
        &mut self,
        connection: &Connection,
        number: usize,
        value: ValueRef<'_>,
    ) -> Result<(), SqliteError> {
        let statement = self.0.as_ptr();
        let number = number as i32;
        // SAFETY: the statement is alive; SQLITE_TRANSIENT has SQLite copy text and bytes before it returns, and
        // their lengths are those of the slices.
        let code = unsafe {
            match value {
                ValueRef::Null => ffi::sqlite3_bind_null(statement, number),
                ValueRef::Integer(i) => ffi::sqlite3_bind_int64(statement, number, i),
                ValueRef::Real(r) => ffi::sqlite3_bind_double(statement, number, r),
                ValueRef::Text(t) => ffi::sqlite3_bind_text64(
                    statement,
                    number,
                    t.as_ptr().cast(),
                    t.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                    ffi::SQLITE_UTF8 as u8,
                ),
                ValueRef::Binary(b) => ffi::sqlite3_bind_blob64(
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
        Err(last_error(connection, code))
    }

    /// Moves to the next row; `false` after the last one.
    fn step(&mut self, connection: &Connection) -> Result<bool, SqliteError> {
        // SAFETY: the statement is alive.
        match unsafe { ffi::sqlite3_step(self.0.as_ptr()) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            code => Err(last_error(connection, code)),
        }
    }

    /// Makes the statement ready to be run again. What the last step answered has been told already.
    fn reset(&mut self) {
        // SAFETY: the statement is alive.
        unsafe { ffi::sqlite3_reset(self.0.as_ptr()) };
    }

    /// The value of the current row's column, from 0. NULL if there is no row or no such column.
    fn value(&self, column: usize) -> ValueRef<'_> {
        let statement = self.0.as_ptr();
        let column = column as i32;
        // SAFETY: the statement is alive, and SQLite answers NULL for a column out of range. That value and its pointers
        // stay valid until the next step, reset or end of the statement; all need `&mut self`, which the borrow rules
        // out. SQLite calls the value unprotected: no other thread may use the connection, and `Compiled` is not Sync.
        // Lengths are asked for after the value has its final form, as SQLite demands.
        unsafe {
            let value = ffi::sqlite3_column_value(statement, column);
            match ffi::sqlite3_value_type(value) {
                ffi::SQLITE_INTEGER => ValueRef::Integer(ffi::sqlite3_value_int64(value)),
                ffi::SQLITE_FLOAT => ValueRef::Real(ffi::sqlite3_value_double(value)),
                ffi::SQLITE_TEXT => {
                    let text = ffi::sqlite3_value_text(value);
                    let bytes = bytes(text, ffi::sqlite3_value_bytes(value));
                    str::from_utf8(bytes).map_or(ValueRef::Binary(bytes), ValueRef::Text)
                }
                ffi::SQLITE_BLOB => {
                    let blob = ffi::sqlite3_value_blob(value);
                    ValueRef::Binary(bytes(blob.cast(), ffi::sqlite3_value_bytes(value)))
                }
                _ => ValueRef::Null,
            }
        }
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        // SAFETY: the statement is alive and is not used after this; its connection is still open.
        unsafe { ffi::sqlite3_finalize(self.0.as_ptr()) };
    }
}

/// A statement and the connection it runs on.
#[derive(Debug)]
pub(super) struct OwnedStatement {
    statement: Compiled,
    /// Dropped after `statement`.
    connection: Connection,
}

impl OwnedStatement {
    /// Prepares one statement.
    pub fn prepare(connection: Connection, sql: &str) -> Result<Self, SqliteError> {
        // SAFETY: both become fields of one structure, which drops the statement first.
        let statement = unsafe { Compiled::new(&connection, sql)? };
        Ok(OwnedStatement { statement, connection })
    }

    /// The connection, for settings that hold for the whole run.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// The number of result columns.
    pub fn column_count(&self) -> usize {
        self.statement.column_count()
    }

    /// Gives marker `?number` (from 1) its value.
    pub fn bind(&mut self, number: usize, value: &Value) -> Result<(), SqliteError> {
        self.statement.bind(&self.connection, number, value.as_ref())
    }

    /// Moves to the next row; `false` after the last one.
    pub fn step(&mut self) -> Result<bool, SqliteError> {
        self.statement.step(&self.connection)
    }

    /// The value of the current row's column, from 0. NULL if there is no row or no such column.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        self.statement.value(column)
    }
}

/// Rows in a private temporary database, which SQLite keeps in memory while it is small and in a file of its own when
/// it is not. The file has no name, or goes with the connection.
#[derive(Debug)]
pub(super) struct RowTable {
    insert: Compiled,
    /// The rows from one on.
    select: Compiled,
    /// The row that the next step of `select` leads to.
    next: Option<usize>,
    /// Dropped after the statements.
    connection: Connection,
}

impl RowTable {
    /// An empty table of so many columns, which keep every value as it is.
    pub fn create(columns: usize) -> Result<Self, SqliteError> {
        let list = |item: &dyn Fn(usize) -> String| (0..columns).map(item).collect::<Vec<_>>().join(",");
        let create = || -> rusqlite::Result<Connection> {
            let connection = Connection::open("")?;
            // One transaction that never ends, with nothing to go back to: what is too much for memory is written.
            let names = list(&|column| format!("c{column}"));
            connection.execute_batch(&format!(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; CREATE TABLE kept ({names})"
            ))?;
            Ok(connection)
        };
        let connection = create().map_err(|e| SqliteError { code: code_of(&e), message: e.to_string() })?;
        let markers = list(&|_| "?".to_owned());
        // SAFETY: all three become fields of one structure, which drops the statements first.
        let (insert, select) = unsafe {
            (
                Compiled::new(&connection, &format!("INSERT INTO kept VALUES ({markers})"))?,
                Compiled::new(&connection, "SELECT * FROM kept WHERE rowid >= ? ORDER BY rowid")?,
            )
        };
        Ok(RowTable { insert, select, next: None, connection })
    }

    /// Adds a row. No row can be read after that before it is gone to anew.
    pub fn append<'v>(&mut self, values: impl Iterator<Item = ValueRef<'v>>) -> Result<(), SqliteError> {
        self.select.reset();
        self.next = None;
        for (index, value) in values.enumerate() {
            self.insert.bind(&self.connection, index + 1, value)?;
        }
        let stepped = self.insert.step(&self.connection);
        self.insert.reset();
        stepped.map(|_| ())
    }

    /// Goes to the row of that number, counted from 1; `false` if there is none.
    pub fn go_to(&mut self, row: usize) -> Result<bool, SqliteError> {
        if self.next != Some(row) {
            // There is no row 0, and all rows come after it.
            let first = if row == 0 { i64::MAX } else { row as i64 };
            self.select.reset();
            self.select.bind(&self.connection, 1, ValueRef::Integer(first))?;
        }
        let found = self.select.step(&self.connection);
        self.next = matches!(found, Ok(true)).then_some(row + 1);
        found
    }

    /// The value of the current row's column, from 0.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        self.select.value(column)
    }
}

fn code_of(error: &rusqlite::Error) -> i32 {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => failure.extended_code,
        _ => ffi::SQLITE_ERROR,
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
    fn kept_rows_are_what_was_given() {
        let mut table = RowTable::create(3).unwrap();
        let rows = [
            [ValueRef::Text("1.50"), ValueRef::Real(3.0), ValueRef::Null],
            [ValueRef::Integer(i64::MIN), ValueRef::Text("a\0b"), ValueRef::Binary(&[])],
            [ValueRef::Real(-0.0), ValueRef::Binary(&[0, 255]), ValueRef::Text("")],
        ];
        for row in rows {
            table.append(row.into_iter()).unwrap();
        }
        for number in [3, 1, 2, 3, 2, 2] {
            assert!(table.go_to(number).unwrap());
            for (column, value) in rows[number - 1].into_iter().enumerate() {
                assert_eq!(table.value(column), value, "row {number}");
            }
        }
        assert!(!table.go_to(4).unwrap() && !table.go_to(0).unwrap());
        assert_eq!(table.value(0), ValueRef::Null);
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
