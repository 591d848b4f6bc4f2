//! Rows that can be gone back to: those of a stream, kept in SQLite's temporary storage as they are read.

use super::Cursor;
use super::sqlite::{RowTable, SqliteError};
use crate::error::{Error, Result, state};
use crate::value::ValueRef;

/// The rows of a cursor, each read once and then kept. Rows are counted from 1, and read no sooner than they are
/// asked for.
#[derive(Debug)]
pub struct StoredRows {
    stream: Cursor,
    /// Made with the first row.
    table: Option<RowTable>,
    stored: usize,
    /// The row whose values are told; 0 for none.
    current: usize,
    /// How the stream ended, once it has.
    end: Option<Result<()>>,
}

impl StoredRows {
    /// Takes a cursor that stands before its first row.
    pub fn new(stream: Cursor) -> Self {
        StoredRows { stream, table: None, stored: 0, current: 0, end: None }
    }

    /// Goes to a row, reading those before it that have not been read; `false` if there are fewer.
    ///
    /// # Errors
    /// As [`Cursor::advance`], again for every row beyond the one where it failed; HY000 and HY001 when SQLite cannot
    /// keep a row.
    pub fn go_to(&mut self, row: usize) -> Result<bool> {
        if self.read_to(row)? < row || row == 0 {
            return Ok(false);
        }
        if self.current != row {
            self.current = 0;
            if !self.is_in_stream(row) {
                let table = self.table.as_mut().expect("made with the first row");
                table.go_to(row).map_err(failure)?;
            }
            self.current = row;
        }
        Ok(true)
    }

    /// Reads on until `limit` rows have been read; how many have been, when there are fewer.
    ///
    /// # Errors
    /// As [`StoredRows::go_to`].
    pub fn read_to(&mut self, limit: usize) -> Result<usize> {
        while self.stored < limit {
            match &self.end {
                Some(Ok(())) => break,
                Some(Err(error)) => return Err(error.clone()),
                None => {
                    self.end =
                        self.store_next().map_or_else(|e| Some(Err(e)), |more| (!more).then_some(Ok(())))
                }
            }
        }
        Ok(self.stored)
    }

    /// How many rows have been read so far.
    pub fn stored(&self) -> usize {
        self.stored
    }

    /// The value of the current row's column, counted from 0. Valid until another row is gone to.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        match &self.table {
            _ if self.current == 0 => ValueRef::Null,
            Some(table) if !self.is_in_stream(self.current) => table.value(column),
            _ => self.stream.value(column),
        }
    }

    /// Warnings since the last call, as [`Cursor::take_warnings`] has them.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        self.stream.take_warnings()
    }

    /// Whether the stream still stands on the row.
    fn is_in_stream(&self, row: usize) -> bool {
        row == self.stored && self.end.is_none()
    }

    fn store_next(&mut self) -> Result<bool> {
        self.current = 0;
        if !self.stream.advance()? {
            return Ok(false);
        }
        let columns = self.stream.columns().len();
        let table = match &mut self.table {
            Some(table) => table,
            none => none.insert(RowTable::create(columns).map_err(failure)?),
        };
        table.append((0..columns).map(|column| self.stream.value(column))).map_err(failure)?;
        self.stored += 1;
        Ok(true)
    }
}

fn failure(error: SqliteError) -> Error {
    let class = match error.code & 0xff {
        rusqlite::ffi::SQLITE_NOMEM => state::MEMORY_ALLOCATION,
        _ => state::GENERAL_ERROR,
    };
    let hint = "a forward-only cursor needs no storage, and TMPDIR names another folder";
    Error::new(class, format!("The rows of a static cursor could not be stored ({hint}): {}.", error.message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::CancelToken;
    use crate::engine::{Database, Outcome};
    use crate::model::Model;
    use crate::twilio::{Client, ClientConfig, Credentials};

    fn run(sql: &str) -> StoredRows {
        let account = format!("AC{}", "0".repeat(32));
        let config = ClientConfig::new(account, Credentials::AuthToken("x".to_owned().into()));
        let database = Database::new(Model::builtin(), Client::new(config).unwrap(), true);
        let mut prepared = database.prepare(sql, &CancelToken::default()).unwrap();
        match prepared.execute(Vec::new(), 0).unwrap() {
            Outcome::Rows(cursor) => StoredRows::new(cursor),
            other => panic!("{other:?}"),
        }
    }

    /// `select` over the numbers 1 to `count`.
    fn numbers(select: &str, count: usize) -> StoredRows {
        run(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {select} FROM n"
        ))
    }

    #[test]
    fn any_row_can_be_gone_to_and_none_is_read_before_it_is_needed() {
        let mut rows = numbers("i, 'n' || i", 10);
        for (row, read) in [(3, 3), (1, 3), (2, 3), (3, 3), (7, 7), (7, 7), (6, 7), (10, 10), (1, 10)] {
            assert!(rows.go_to(row).unwrap());
            assert_eq!(rows.stored(), read);
            assert_eq!(rows.value(0), ValueRef::Integer(row as i64));
            assert_eq!(rows.value(1), ValueRef::Text(&format!("n{row}")));
        }
        assert!(!rows.go_to(11).unwrap() && !rows.go_to(0).unwrap());
        assert!(rows.go_to(10).unwrap());
        assert_eq!(rows.value(0), ValueRef::Integer(10));
    }

    #[test]
    fn a_limit_bounds_what_is_read() {
        let mut rows = numbers("i", 10);
        assert_eq!(rows.read_to(4).unwrap(), 4);
        assert_eq!(rows.read_to(2).unwrap(), 4);
        assert_eq!(rows.read_to(usize::MAX).unwrap(), 10);
        let mut none = run("SELECT 1 WHERE 1 = 0");
        assert_eq!(none.read_to(usize::MAX).unwrap(), 0);
        assert!(!none.go_to(1).unwrap());
    }

    #[test]
    fn what_came_before_an_error_stays() {
        let mut rows = numbers("i, 10 / (4 - i)", 10);
        assert!(rows.go_to(3).unwrap());
        for _ in 0..2 {
            assert_eq!(rows.go_to(4).unwrap_err().state, state::DIVISION_BY_ZERO);
            assert_eq!(rows.read_to(usize::MAX).unwrap_err().state, state::DIVISION_BY_ZERO);
            assert!(rows.go_to(2).unwrap());
            assert_eq!((rows.value(0), rows.value(1)), (ValueRef::Integer(2), ValueRef::Integer(5)));
            assert!(rows.go_to(3).unwrap());
        }
    }
}
