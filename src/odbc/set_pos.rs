//! SQLSetPos and SQLBulkOperations: rows of a static cursor that are come back to. Neither writes.

use super::bookmark;
use super::constants::{bookmarks, bulk, lock, position, row};
use super::cursor::{Fetcher, OpenCursor, Position, Rowset};
use super::dispatch::{Completion, StatementCall};
use super::execute::Running;
use super::fetch::{Buffers, bound_columns, rowset_failed};
use super::statement::{State, Statement};
use crate::abi::memory::Address;
use crate::error::{Error, Result, state};

/// What a row of the rowset is to be filled with, counted from 0, and the row of the result; HY111 where there is none.
type Wanted = (usize, Result<usize>);

impl StatementCall<'_> {
    /// SQLSetPos with SQL_POSITION, which chooses the row of the rowset that SQLGetData reads, and SQL_REFRESH, which
    /// fills the bound buffers of one row (counted from 1), or of all (0) that the operation array does not except.
    ///
    /// # Errors
    /// 24000, HY010, HY092, HY107, HY109 (a forward-only cursor), HYC00 (writes and locks).
    pub fn set_position(&mut self, number: usize, operation: u16, lock_type: u16) -> Result<Completion> {
        if operation > position::ADD || lock_type > lock::UNLOCK {
            let message =
                format!("{operation} is no operation of SQLSetPos, or {lock_type} no type of lock.");
            return Err(Error::new(state::INVALID_ATTRIBUTE, message));
        }
        let cursor = self.statement.cursor()?;
        if operation >= position::UPDATE {
            return Err(read_only("SQLSetPos"));
        }
        if lock_type != lock::NO_CHANGE {
            return Err(Error::new(state::NOT_IMPLEMENTED, "Twilio locks no rows: use SQL_LOCK_NO_CHANGE."));
        }
        if !cursor.scrolls() {
            let message = "The cursor is forward-only: its rowset has no row to choose. Set SQL_ATTR_CURSOR_TYPE to \
                           SQL_CURSOR_STATIC before the statement is executed.";
            return Err(Error::new(state::INVALID_CURSOR_POSITION, message));
        }
        let Position::On(rowset) = cursor.position else {
            return Err(Error::new(state::INVALID_CURSOR_STATE, "The cursor does not stand on a row."));
        };
        if number > rowset.rows {
            let message = format!("The rowset has {} rows; there is no row {number}.", rowset.rows);
            return Err(Error::new(state::ROW_OUT_OF_RANGE, message));
        }
        let index = number.checked_sub(1);
        match index {
            Some(index) => cursor.position = Position::On(Rowset { current: index, ..rowset }),
            None if operation == position::POSITION => {
                let message = "Row 0 stands for the whole rowset; the cursor stands on one row of it.";
                return Err(Error::new(state::INVALID_CURSOR_POSITION, message));
            }
            None => {}
        }
        cursor.partial = None;
        if operation == position::POSITION {
            return Ok(Completion::Success);
        }
        let operations = match index {
            Some(_) => Address::NULL,
            None => self.descriptors[self.statement.ard].header.array_status,
        };
        let rows = index.map_or(0..rowset.rows, |index| index..index + 1);
        let wanted: Vec<Wanted> = rows
            .filter(|&row| !is_ignored(operations, row))
            .map(|row| (row, Ok(rowset.start + row)))
            .collect();
        self.refill(&wanted, rowset.size)
    }

    /// SQLBulkOperations with SQL_FETCH_BY_BOOKMARK: fills the buffers of as many rows as the rowset has with those whose
    /// bookmarks stand in the buffers of column 0.
    ///
    /// # Errors
    /// 07009 (column 0 is not bound), 24000, HY010, HY092 (an unknown operation, or bookmarks are off), HY109 (a
    /// forward-only cursor), HYC00 (writes); HY111 for a row whose bookmark is none.
    pub fn bulk_operation(&mut self, operation: i16) -> Result<Completion> {
        if !(bulk::ADD..=bulk::FETCH_BY_BOOKMARK).contains(&operation) {
            let message = format!("{operation} is no operation of SQLBulkOperations.");
            return Err(Error::new(state::INVALID_ATTRIBUTE, message));
        }
        let cursor = self.statement.cursor()?;
        cursor.refuse_mixed(Fetcher::Odbc3)?;
        if operation != bulk::FETCH_BY_BOOKMARK {
            return Err(read_only("SQLBulkOperations"));
        }
        let scrolls = cursor.scrolls();
        if self.statement.attributes.use_bookmarks == bookmarks::OFF {
            let message =
                "SQL_FETCH_BY_BOOKMARK needs SQL_ATTR_USE_BOOKMARKS, set before the statement is executed.";
            return Err(Error::new(state::INVALID_ATTRIBUTE, message));
        }
        if !scrolls {
            let message = "The cursor is forward-only: it does not come back to a row.";
            return Err(Error::new(state::INVALID_CURSOR_POSITION, message));
        }
        let ard = &self.descriptors[self.statement.ard];
        if ard.bookmark.data.is_null() {
            let message = "Column 0 is not bound: it holds the bookmarks of the rows to fetch.";
            return Err(Error::new(state::INVALID_DESCRIPTOR_INDEX, message));
        }
        let c_type = bookmark::c_type(ard.bookmark.concise_type)?;
        let element = c_type.fixed_size().unwrap_or(ard.bookmark.octet_length.max(0) as usize);
        let (header, offset) = (&ard.header, ard.header.offset());
        let (size, fetched) =
            (header.array_size, self.descriptors[self.statement.own.ird].header.rows_processed);
        let wanted: Vec<Wanted> = (0..size)
            .filter(|&row| !is_ignored(header.array_status, row))
            .map(|row| {
                let at = ard.bookmark.addresses(header, offset, row, element);
                (row, bookmark::read(at.data, c_type).ok_or_else(bookmark::invalid))
            })
            .collect();
        fetched.write(wanted.len());
        self.refill(&wanted, size)
    }

    /// Fills buffers with rows that have been read. What fails spoils its row, not the others.
    fn refill(&mut self, wanted: &[Wanted], size: usize) -> Result<Completion> {
        let ard = &self.descriptors[self.statement.ard];
        let status = self.descriptors[self.statement.own.ird].header.array_status;
        let Statement { state, diagnostics, attributes, activity, .. } = &mut *self.statement;
        let State::Open(_, cursor) = state else { unreachable!("the caller found a cursor") };
        let _running = Running::start(activity, attributes.query_timeout);
        let columns = cursor.columns.clone();
        let bound = bound_columns(ard, &columns, attributes, true, self.connection.wchar)?;
        let buffers = Buffers { header: &ard.header, status, bound: &bound };
        let offset = ard.header.offset();
        for (row, number) in wanted {
            let found = number.clone().and_then(|number| go_to(cursor, number));
            let status = match found {
                Ok(()) => buffers.deliver_row(cursor, *row, offset, diagnostics, attributes.max_length),
                Err(error) => {
                    diagnostics.post_at(error, *row as isize + 1, 0);
                    row::ERROR
                }
            };
            buffers.set_status(*row, status);
        }
        Ok(match !wanted.is_empty() && rowset_failed(diagnostics, wanted.len(), size) {
            true => Completion::Failed,
            false => Completion::Success,
        })
    }
}

/// Goes back to a row that has been read.
fn go_to(cursor: &mut OpenCursor, number: usize) -> Result<()> {
    match cursor.has_read(number) && cursor.read(number, 0)? {
        true => Ok(()),
        false => Err(bookmark::invalid()),
    }
}

/// Whether the operation array has a row left out (SQL_ATTR_ROW_OPERATION_PTR).
fn is_ignored(operations: Address, row: usize) -> bool {
    operations.offset((row * size_of::<u16>()) as isize).read::<u16>() == Some(row::IGNORE)
}

fn read_only(function: &str) -> Error {
    let message = format!("Cursors are read-only: {function} does not write. Use INSERT, UPDATE or DELETE.");
    Error::new(state::NOT_IMPLEMENTED, message)
}
