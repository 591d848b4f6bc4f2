//! An open result set: the engine's stream, its rows as a static cursor keeps them, or the finished rows of a catalogue
//! function.

use std::sync::Arc;

use super::catalog::ResultSet;
use super::scroll::{self, Extent, Move, Place, Target};
use crate::convert::{CTarget, Converted};
use crate::engine::{Cursor, ResultColumn, StoredRows};
use crate::error::{Error, Result, state};
use crate::value::{Value, ValueRef};

/// Where the rows come from.
enum Rows {
    Stream(Cursor),
    Stored(Box<StoredRows>),
    /// The rows, and the number of the one whose values are told.
    Finished(Vec<Vec<Value>>, usize),
}

impl Rows {
    /// Goes to a row. A stream can go to the next one only.
    fn go_to(&mut self, row: usize) -> Result<bool> {
        match self {
            Rows::Stream(stream) => stream.advance(),
            Rows::Stored(stored) => stored.go_to(row),
            Rows::Finished(rows, current) => {
                *current = row.min(rows.len() + 1);
                Ok((1..=rows.len()).contains(&row))
            }
        }
    }

    fn value(&self, column: usize) -> ValueRef<'_> {
        match self {
            Rows::Stream(stream) => stream.value(column),
            Rows::Stored(stored) => stored.value(column),
            Rows::Finished(rows, current) => rows[current - 1][column].as_ref(),
        }
    }
}

/// Rows that a static cursor may go to, as far as `max_rows` (0: no limit) allows.
struct Reachable<'a> {
    rows: &'a mut Rows,
    max_rows: usize,
}

impl Reachable<'_> {
    /// Reads until that many rows are known; how many are, if there are fewer.
    fn read_to(&mut self, row: usize) -> Result<usize> {
        let row = if self.max_rows > 0 { row.min(self.max_rows) } else { row };
        let known = match self.rows {
            Rows::Stream(_) => 0,
            Rows::Stored(stored) => stored.read_to(row)?,
            Rows::Finished(rows, _) => rows.len(),
        };
        Ok(known.min(row))
    }
}

impl Extent for Reachable<'_> {
    fn has(&mut self, row: usize) -> Result<bool> {
        Ok(self.read_to(row)? == row)
    }

    fn count(&mut self) -> Result<usize> {
        self.read_to(usize::MAX)
    }
}

/// The rows that the last fetch gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rowset {
    /// The number of its first row in the result.
    pub start: usize,
    /// How many rows were asked for.
    pub size: usize,
    /// How many there are.
    pub rows: usize,
    /// The one that SQLGetData reads, counted from 0.
    pub current: usize,
}

/// Where the cursor stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Position {
    BeforeFirst,
    On(Rowset),
    AfterLast,
    /// The stream of a forward-only cursor broke: what comes next is not known, so every further fetch fails the same
    /// way.
    Broken(Error),
}

/// The functions that fetch. A cursor that one kind has fetched from is not for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetcher {
    /// SQLFetch and SQLFetchScroll.
    Odbc3,
    /// SQLExtendedFetch.
    Odbc2,
}

/// A value that SQLGetData delivers in parts.
pub struct PartialValue {
    /// Counted from 1; 0 is the bookmark.
    pub column: u16,
    pub target: CTarget,
    /// `None` once the last part has been delivered.
    pub rest: Option<PartialRest>,
}

/// What is still to be delivered of a value.
pub struct PartialRest {
    pub value: Converted<'static>,
    /// Where the next part starts; opaque, see [`crate::convert::take`].
    pub offset: usize,
}

/// An open cursor.
pub struct OpenCursor {
    pub columns: Arc<[ResultColumn]>,
    rows: Rows,
    /// Whether it is a static cursor.
    scrolls: bool,
    pub position: Position,
    /// The rows that the statement wrote; −1 where that is no write's result.
    pub affected: isize,
    /// The number of the row that was read last.
    row_number: usize,
    /// Whether the last row of a stream has been passed: it is not asked again.
    at_end: bool,
    fetcher: Option<Fetcher>,
    /// The column that SQLGetData read last; another column's parts start anew.
    pub partial: Option<PartialValue>,
}

impl OpenCursor {
    /// A cursor over a running statement.
    pub fn streaming(columns: Arc<[ResultColumn]>, cursor: Cursor, scrolls: bool) -> Self {
        let affected = cursor.affected().map_or(-1, |rows| rows as isize);
        let rows = match scrolls {
            true => Rows::Stored(Box::new(StoredRows::new(cursor))),
            false => Rows::Stream(cursor),
        };
        OpenCursor { affected, ..Self::new(columns, rows, scrolls) }
    }

    /// A cursor over the rows of a catalogue function.
    pub fn finished(set: ResultSet, scrolls: bool) -> Self {
        Self::new(set.columns, Rows::Finished(set.rows, 0), scrolls)
    }

    fn new(columns: Arc<[ResultColumn]>, rows: Rows, scrolls: bool) -> Self {
        OpenCursor {
            columns,
            rows,
            scrolls,
            position: Position::BeforeFirst,
            affected: -1,
            row_number: 0,
            at_end: false,
            fetcher: None,
            partial: None,
        }
    }

    /// Whether it goes anywhere but to the next rowset.
    pub fn scrolls(&self) -> bool {
        self.scrolls
    }

    /// Refuses a function once the cursor was fetched from by one of the other kind.
    ///
    /// # Errors
    /// HY010.
    pub fn refuse_mixed(&self, fetcher: Fetcher) -> Result<()> {
        match self.fetcher {
            Some(other) if other != fetcher => Err(Error::new(
                state::FUNCTION_SEQUENCE,
                "SQLExtendedFetch does not go together with SQLFetch, SQLFetchScroll or SQLBulkOperations: close the cursor \
                 between them.",
            )),
            _ => Ok(()),
        }
    }

    /// Notes what has fetched from the cursor.
    pub fn fetched_by(&mut self, fetcher: Fetcher) {
        self.fetcher = Some(fetcher);
    }

    /// The first row of the rowset of `size` rows that a fetch leads to, and the 01S06 of one that was to begin before
    /// the first row. `None` where there are no rows: the cursor then stands before the first or after the last one. A
    /// forward-only cursor goes to the next rowset, whatever the move.
    ///
    /// # Errors
    /// What the engine finds.
    pub fn locate(
        &mut self,
        step: Move,
        size: usize,
        max_rows: usize,
    ) -> Result<Option<(usize, Option<Error>)>> {
        if let Position::Broken(error) = &self.position {
            return Err(error.clone());
        }
        if !self.scrolls {
            return Ok(Some((self.row_number + 1, None)));
        }
        let place = match self.position {
            Position::BeforeFirst | Position::Broken(_) => Place::BeforeFirst,
            Position::On(rowset) => Place::On(rowset.start, rowset.size),
            Position::AfterLast => Place::AfterLast,
        };
        let mut rows = Reachable { rows: &mut self.rows, max_rows };
        match scroll::target(step, place, size, &mut rows)? {
            Target::Row(row) => Ok(Some((row, None))),
            Target::Clipped => {
                let message = "The rowset would begin before the first row; the first rowset was fetched.";
                Ok(Some((1, Some(Error::new(state::FETCH_BEFORE_FIRST, message)))))
            }
            Target::BeforeFirst => {
                self.position = Position::BeforeFirst;
                Ok(None)
            }
            Target::AfterLast => {
                self.position = Position::AfterLast;
                Ok(None)
            }
        }
    }

    /// Goes to a row, which is the next one unless the cursor scrolls. `false` after the last row, or the last one that
    /// `max_rows` (0: no limit) admits.
    pub fn read(&mut self, row: usize, max_rows: usize) -> Result<bool> {
        self.partial = None;
        if self.at_end || (max_rows > 0 && row > max_rows) {
            self.at_end |= !self.scrolls;
            return Ok(false);
        }
        let on_row = self.rows.go_to(row)?;
        if on_row {
            self.row_number = row;
        } else {
            self.at_end |= !self.scrolls;
        }
        Ok(on_row)
    }

    /// Goes back to the current row, where another one of the rowset has been read after it.
    ///
    /// # Errors
    /// HY000 when SQLite cannot read what it stored.
    pub fn return_to(&mut self, rowset: &Rowset) -> Result<()> {
        if self.scrolls {
            self.row_number = rowset.start + rowset.current;
            self.rows.go_to(self.row_number)?;
        }
        Ok(())
    }

    /// Whether a row of that number has been read, so that a bookmark may name it.
    pub fn has_read(&self, row: usize) -> bool {
        match &self.rows {
            Rows::Stream(_) => false,
            Rows::Stored(stored) => (1..=stored.stored()).contains(&row),
            Rows::Finished(rows, _) => (1..=rows.len()).contains(&row),
        }
    }

    /// The number of the row that was read last, counted from 1.
    pub fn row_number(&self) -> usize {
        self.row_number
    }

    /// Warnings of the engine's since the last call.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        match &mut self.rows {
            Rows::Stream(stream) => stream.take_warnings(),
            Rows::Stored(stored) => stored.take_warnings(),
            Rows::Finished(..) => Vec::new(),
        }
    }

    /// The value of the row that was read last, in the column counted from 0.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        self.rows.value(column)
    }
}
