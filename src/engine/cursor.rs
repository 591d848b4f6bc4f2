//! The rows of a result set, one at a time.

use std::sync::Arc;

use super::ResultColumn;
use super::session::Rows;
use crate::error::{Error, Result};
use crate::twilio::Page;
use crate::value::ValueRef;

/// A forward-only stream of rows. It stands before the first row at first.
#[derive(Debug)]
pub struct Cursor {
    columns: Arc<[ResultColumn]>,
    source: Source,
    /// Whether the last row has been passed, or an error came: SQLite would begin again.
    ended: bool,
}

#[derive(Debug)]
enum Source {
    Query(Box<Rows>),
    /// The answer of a request; `None` when it has no row.
    Page {
        page: Option<Page>,
        next: usize,
    },
}

impl Cursor {
    pub(super) fn of_query(rows: Rows, columns: Vec<ResultColumn>) -> Self {
        Cursor { columns: columns.into(), source: Source::Query(Box::new(rows)), ended: false }
    }

    pub(super) fn of_page(page: Option<Page>, columns: &[ResultColumn]) -> Self {
        Cursor { columns: columns.into(), source: Source::Page { page, next: 0 }, ended: false }
    }

    /// The columns.
    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// Moves to the next row; `false` after the last one.
    ///
    /// # Errors
    /// HY008 when cancelled, HYT00 at the query timeout, and whatever Twilio, the way to it or SQLite answered.
    /// The cursor gives no further row after an error.
    pub fn advance(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let moved = match &mut self.source {
            Source::Query(rows) => rows.advance(),
            Source::Page { page, next } => {
                *next += 1;
                Ok(page.as_ref().is_some_and(|p| *next <= p.rows()))
            }
        };
        self.ended = !matches!(moved, Ok(true));
        moved
    }

    /// The value of the current row's column, counted from 0. Valid until the cursor moves.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        match &self.source {
            Source::Query(rows) => rows.value(column),
            Source::Page { page: Some(page), next } if (1..=page.rows()).contains(next) => {
                page.value(next - 1, column)
            }
            Source::Page { .. } => ValueRef::Null,
        }
    }

    /// Warnings (01000) that came up since the last call: values that are not what their column says.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        match &mut self.source {
            Source::Query(rows) => rows.take_warnings(),
            Source::Page { .. } => Vec::new(),
        }
    }
}
