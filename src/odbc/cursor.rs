//! An open result set: the engine's stream, or the finished rows of a catalogue function.

use std::sync::Arc;

use super::catalog::ResultSet;
use crate::convert::{CTarget, Converted};
use crate::engine::{Cursor, ResultColumn};
use crate::error::{Error, Result};
use crate::value::ValueRef;

/// Where the rows come from.
pub enum Rows {
    Engine(Cursor),
    /// The rows, and how many of them have been passed.
    Finished(Vec<Vec<crate::value::Value>>, usize),
}

impl Rows {
    fn advance(&mut self) -> Result<bool> {
        match self {
            Rows::Engine(cursor) => cursor.advance(),
            Rows::Finished(rows, position) => {
                *position = (*position + 1).min(rows.len() + 1);
                Ok(*position <= rows.len())
            }
        }
    }

    fn value(&self, column: usize) -> ValueRef<'_> {
        match self {
            Rows::Engine(cursor) => cursor.value(column),
            Rows::Finished(rows, position) => rows[position - 1][column].as_ref(),
        }
    }
}

/// Where the cursor stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Position {
    BeforeFirst,
    /// On a rowset of that many rows; SQLGetData reads the last of them.
    On(usize),
    AfterLast,
    /// The stream broke: what comes next is not known, so every further fetch fails the same way.
    Broken(Error),
}

/// A value that SQLGetData delivers in parts.
pub struct PartialValue {
    pub column: usize,
    pub target: CTarget,
    pub value: Converted<'static>,
    /// Where the next part starts; opaque, see [`crate::convert::take`].
    pub offset: usize,
    /// Whether the last part has been delivered.
    pub finished: bool,
}

/// An open cursor.
pub struct OpenCursor {
    pub columns: Arc<[ResultColumn]>,
    rows: Rows,
    pub position: Position,
    /// The rows that the statement wrote; −1 where that is no write's result.
    pub affected: isize,
    /// Rows fetched so far.
    pub row_number: usize,
    /// Whether the last row has been passed: the stream is not asked again.
    at_end: bool,
    /// The column that SQLGetData read last; another column's parts start anew.
    pub partial: Option<PartialValue>,
}

impl OpenCursor {
    /// A cursor over a running statement.
    pub fn streaming(columns: Arc<[ResultColumn]>, cursor: Cursor) -> Self {
        let affected = cursor.affected().map_or(-1, |rows| rows as isize);
        OpenCursor { affected, ..Self::new(columns, Rows::Engine(cursor)) }
    }

    /// A cursor over the rows of a catalogue function.
    pub fn finished(set: ResultSet) -> Self {
        Self::new(set.columns, Rows::Finished(set.rows, 0))
    }

    fn new(columns: Arc<[ResultColumn]>, rows: Rows) -> Self {
        OpenCursor {
            columns,
            rows,
            position: Position::BeforeFirst,
            affected: -1,
            row_number: 0,
            at_end: false,
            partial: None,
        }
    }

    /// Moves to the next row, unless `max_rows` (0: no limit) have been fetched; `false` after the last one.
    pub fn advance(&mut self, max_rows: usize) -> Result<bool> {
        self.partial = None;
        self.at_end |= max_rows > 0 && self.row_number >= max_rows;
        if self.at_end {
            return Ok(false);
        }
        let on_row = self.rows.advance()?;
        self.at_end = !on_row;
        self.row_number += usize::from(on_row);
        Ok(on_row)
    }

    /// Warnings of the engine's since the last call.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        match &mut self.rows {
            Rows::Engine(cursor) => cursor.take_warnings(),
            Rows::Finished(..) => Vec::new(),
        }
    }

    /// The value of the current row's column, counted from 0.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        self.rows.value(column)
    }
}
