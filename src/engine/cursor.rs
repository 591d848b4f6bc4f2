//! The rows of a result set, one at a time.

use std::sync::Arc;

use super::ResultColumn;
use super::plain::PlainRows;
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
    /// The rows that a write with RETURNING concerned.
    affected: Option<usize>,
}

#[derive(Debug)]
enum Source {
    Query(Box<Rows>),
    Plain(Box<PlainRows>),
    /// The answers of requests, the number of the one that is read, and how many of its rows have been passed.
    Pages {
        pages: Vec<Page>,
        current: usize,
        passed: usize,
    },
}

impl Cursor {
    pub(super) fn of_query(rows: Rows, columns: Vec<ResultColumn>) -> Self {
        Cursor {
            columns: columns.into(),
            source: Source::Query(Box::new(rows)),
            ended: false,
            affected: None,
        }
    }

    pub(super) fn of_plain(rows: PlainRows, columns: Vec<ResultColumn>) -> Self {
        let source = Source::Plain(Box::new(rows));
        Cursor { columns: columns.into(), source, ended: false, affected: None }
    }

    /// A cursor over the rows of answers, whose pages may have further columns than those that are shown.
    pub(super) fn of_pages(pages: Vec<Page>, columns: &[ResultColumn]) -> Self {
        let source = Source::Pages { pages, current: 0, passed: 0 };
        Cursor { columns: columns.into(), source, ended: false, affected: None }
    }

    /// The same cursor, of a write that concerned so many rows.
    pub(super) fn with_affected(self, rows: usize) -> Self {
        Cursor { affected: Some(rows), ..self }
    }

    /// How many rows the statement wrote, if it wrote any and they are not merely shown.
    pub fn affected(&self) -> Option<usize> {
        self.affected
    }

    /// Adds the rows of another execution of the same statement, where both have all their rows already.
    pub fn append(&mut self, other: Cursor) {
        if let (Source::Pages { pages, .. }, Source::Pages { pages: more, .. }) =
            (&mut self.source, other.source)
        {
            pages.extend(more);
            self.affected = self.affected.zip(other.affected).map(|(one, two)| one + two);
        }
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
            Source::Plain(rows) => rows.advance(),
            Source::Pages { pages, current, passed } => {
                *passed += 1;
                while pages.get(*current).is_some_and(|page| *passed > page.rows()) {
                    (*current, *passed) = (*current + 1, 1);
                }
                Ok(*current < pages.len())
            }
        };
        self.ended = !matches!(moved, Ok(true));
        moved
    }

    /// The value of the current row's column, counted from 0. Valid until the cursor moves.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        match &self.source {
            Source::Query(rows) => rows.value(column),
            Source::Plain(rows) => rows.value(column),
            Source::Pages { pages, current, passed } => match pages.get(*current) {
                Some(page) if *passed > 0 => page.value(passed - 1, column),
                _ => ValueRef::Null,
            },
        }
    }

    /// The value of a column in the first row of an answer, wherever the cursor stands; NULL if there is none.
    pub fn first(&self, column: usize) -> ValueRef<'_> {
        match &self.source {
            Source::Pages { pages, .. } => match pages.iter().find(|page| page.rows() > 0) {
                Some(page) => page.value(0, column),
                None => ValueRef::Null,
            },
            Source::Query(_) | Source::Plain(_) => ValueRef::Null,
        }
    }

    /// Warnings (01000) that came up since the last call: values that are not what their column says.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        match &mut self.source {
            Source::Query(rows) => rows.take_warnings(),
            Source::Plain(rows) => rows.take_warnings(),
            Source::Pages { .. } => Vec::new(),
        }
    }
}
