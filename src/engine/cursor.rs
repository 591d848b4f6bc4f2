//! The rows of a result set, one at a time.

use std::sync::Arc;

use super::ResultColumn;
use super::session::Rows;
use crate::error::{Error, Result};
use crate::sql::QueryPlan;
use crate::twilio::Page;
use crate::value::ValueRef;

/// A forward-only stream of rows. It stands before the first row at first.
#[derive(Debug)]
pub struct Cursor {
    columns: Arc<[ResultColumn]>,
    source: Source,
    /// Rows that may still be given; `None` for all.
    left: Option<usize>,
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
    pub(super) fn of_query(rows: Rows, query: &QueryPlan, max_rows: usize) -> Self {
        Cursor {
            columns: query.columns.as_slice().into(),
            source: Source::Query(Box::new(rows)),
            left: (max_rows > 0).then_some(max_rows),
        }
    }

    pub(super) fn of_page(page: Option<Page>, columns: &[ResultColumn]) -> Self {
        Cursor { columns: columns.into(), source: Source::Page { page, next: 0 }, left: None }
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
        if self.left == Some(0) {
            return Ok(false);
        }
        let moved = match &mut self.source {
            Source::Query(rows) => rows.advance(),
            Source::Page { page, next } => {
                *next += 1;
                Ok(page.as_ref().is_some_and(|p| *next <= p.rows()))
            }
        };
        match &moved {
            Ok(true) => self.left = self.left.map(|left| left - 1),
            // SQLite would begin again.
            Ok(false) | Err(_) => self.left = Some(0),
        }
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
