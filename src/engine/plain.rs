//! Plain queries ([`PlainQuery`]): their rows go from the pages to the application without SQLite.
//!
//! What is asked for is chosen, refused and read as for a virtual table ([`super::table`]), and as there what is pushed
//! is a hint: each row is looked at again. So the rows, requests, warnings and errors are those that SQLite would give.

use std::sync::{Arc, Mutex, PoisonError};

use super::Database;
use super::context::Context;
use super::pushdown::{self, Access, Choice, Constraint, Operator};
use super::row_key::{Given, RowKey};
use super::scan_request::{Argument, ScanRequest, mask};
use super::shared_scan::{Reader, SharedScan};
use super::table::is_admitted;
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::model::Table;
use crate::sql::plan::Limit;
use crate::sql::{Comparison, Operand, PlainQuery, QueryPlan};
use crate::twilio::Page;
use crate::value::{Value, ValueRef};

/// The rows of a plain query, one at a time.
#[derive(Debug)]
pub(super) struct PlainRows {
    context: Arc<Context>,
    table: Arc<Table>,
    /// How the table is read, until that has begun.
    access: Option<(Access, Vec<Argument>)>,
    /// `None` where no row can fulfil the conditions.
    scan: Option<Arc<Mutex<SharedScan>>>,
    /// The columns of the result and those of the conditions: positions in the table until the reading has begun, then in
    /// the pages.
    columns: Vec<usize>,
    conditions: Vec<Condition>,
    key: RowKey,
    given: Given,
    /// Pages that were taken from the scan.
    pages: usize,
    page: Option<Arc<Page>>,
    row: usize,
    /// Rows that are still to be passed over, and to be given; `None` for all.
    skipped: u64,
    left: Option<u64>,
}

/// What has to be true of a column.
#[derive(Debug)]
struct Condition {
    column: usize,
    comparison: Comparison,
    value: Value,
}

/// Sees whether the query can be run: one that only a run would refuse can be described. Sends nothing.
///
/// # Errors
/// 42000 for what the request lacks.
pub(super) fn check(
    database: &Database,
    query: &QueryPlan,
    plain: &PlainQuery,
    cancel: &CancelToken,
) -> Result<()> {
    let context = Context::new(database, cancel, query.reruns, query.limit.is_none(), true);
    choose(&context, plain, query.limit).map(drop)
}

/// Begins a run of the query, of whose rows `max_rows` are wanted, or all of them (0). Sends nothing before the first row
/// is asked for. `None` where a marker has a value that SQLite is to compare.
///
/// # Errors
/// As [`check`], and for a table whose parents are too many to be walked unasked.
pub(super) fn open(
    database: &Database,
    query: &QueryPlan,
    plain: &PlainQuery,
    max_rows: usize,
    parameters: &[Value],
    cancel: &CancelToken,
) -> Result<Option<PlainRows>> {
    let mut conditions = Vec::with_capacity(plain.conditions.len());
    for condition in &plain.conditions {
        let value = match &condition.value {
            Operand::Constant(value) => Some(value),
            Operand::Parameter(marker) => parameters.get(*marker),
        };
        let Some(value) = value.filter(|value| condition.kind.takes(value)) else { return Ok(None) };
        let (column, comparison) = (condition.column, condition.comparison);
        conditions.push(Condition { column, comparison, value: value.clone() });
    }
    let limit = limited(query.limit, max_rows);
    let context = Context::new(database, cancel, query.reruns, limit.is_none(), query.is_gated);
    let Choice { access, constraints, .. } = choose(&context, plain, limit)?;
    // In the order of the constraints.
    let mut values: Vec<Value> = conditions.iter().map(|condition| condition.value.clone()).collect();
    let numbers = limit.iter().flat_map(|limit| std::iter::once(limit.rows).chain(limit.offset));
    values.extend(numbers.map(|rows| Value::Integer(i64::try_from(rows).unwrap_or(i64::MAX))));
    let arguments = constraints.iter().map(|&i| Argument::One(values[i].clone())).collect();
    log::trace!("the rows of {} are given without SQLite", plain.table.name);
    Ok(Some(PlainRows {
        context,
        table: plain.table.clone(),
        access: Some((access, arguments)),
        scan: None,
        columns: plain.columns.clone(),
        conditions,
        key: RowKey::default(),
        given: Given::default(),
        pages: 0,
        page: None,
        row: 0,
        skipped: limit.and_then(|limit| limit.offset).unwrap_or_default(),
        left: limit.map(|limit| limit.rows),
    }))
}

/// The smaller of two limits.
fn limited(own: Option<Limit>, max_rows: usize) -> Option<Limit> {
    match (own, max_rows as u64) {
        (own, 0) => own,
        (Some(own), rows) => Some(Limit { rows: own.rows.min(rows), ..own }),
        (None, rows) => Some(Limit { rows, offset: None }),
    }
}

/// How the table is read. The constraints are those of the conditions, then LIMIT and OFFSET: what SQLite would offer.
fn choose(context: &Context, plain: &PlainQuery, limit: Option<Limit>) -> Result<Choice> {
    let constraint = |operator, is_strict| Constraint { operator, usable: true, is_list: false, is_strict };
    let mut constraints: Vec<Constraint> = Vec::with_capacity(plain.conditions.len() + 2);
    constraints.extend(plain.conditions.iter().map(|condition| match condition.comparison {
        Comparison::Equal => constraint(Operator::Equal(condition.column), false),
        Comparison::Less => constraint(Operator::Upper(condition.column), true),
        Comparison::LessOrEqual => constraint(Operator::Upper(condition.column), false),
        Comparison::Greater => constraint(Operator::Lower(condition.column), true),
        Comparison::GreaterOrEqual => constraint(Operator::Lower(condition.column), false),
    }));
    if let Some(limit) = limit {
        constraints.push(constraint(Operator::Limit, false));
        constraints.extend(limit.offset.map(|_| constraint(Operator::Offset, false)));
    }
    let read = plain.columns.iter().copied().chain(plain.conditions.iter().map(|c| c.column));
    let columns = mask(read);
    context.note_columns(&plain.table, columns);
    let choice = pushdown::choose(&plain.table, &constraints, columns, false, context.pushdown);
    if is_admitted(context, &plain.table, &choice) {
        return Ok(choice);
    }
    Err(context.take_refused().unwrap_or_else(|| {
        Error::new(state::GENERAL_ERROR, format!("{} cannot be read this way.", plain.table.name))
    }))
}

impl PlainRows {
    /// Moves to the next row; `false` after the last one.
    pub fn advance(&mut self) -> Result<bool> {
        if let Some((access, arguments)) = self.access.take() {
            self.begin(&access, &arguments)?;
        }
        if self.left == Some(0) {
            return Ok(false);
        }
        while self.next_row()? {
            if !self.is_selected() {
                continue;
            }
            if self.skipped > 0 {
                self.skipped -= 1;
                continue;
            }
            self.left = self.left.map(|left| left - 1);
            return Ok(true);
        }
        Ok(false)
    }

    fn begin(&mut self, access: &Access, arguments: &[Argument]) -> Result<()> {
        let Some(request) = ScanRequest::new(&self.table, access, arguments)? else { return Ok(()) };
        let slots = request.slots();
        let slot = |column: &mut usize| *column = slots[*column].unwrap_or_default();
        self.columns.iter_mut().for_each(slot);
        self.conditions.iter_mut().map(|condition| &mut condition.column).for_each(slot);
        self.key = RowKey::new(&self.table, &slots);
        self.given = Given::new(&self.table, request.may_repeat_rows());
        self.scan = Some(self.context.scan(request));
        Ok(())
    }

    /// Moves to the next row of the pages.
    fn next_row(&mut self) -> Result<bool> {
        self.row += 1;
        while self.page.as_ref().is_none_or(|page| self.row >= page.rows()) {
            let Some(scan) = &self.scan else { return Ok(false) };
            let mut scan = scan.lock().unwrap_or_else(PoisonError::into_inner);
            self.page = scan.page(&self.context, self.pages, Reader::Statement)?;
            if self.page.is_none() {
                return Ok(false);
            }
            self.pages += 1;
            self.row = 0;
        }
        Ok(true)
    }

    /// Whether the row is one of the result: it has not been given before, and fulfils the conditions.
    fn is_selected(&mut self) -> bool {
        let Some(page) = &self.page else { return false };
        !self.given.has(&self.key, page, self.row)
            && self.conditions.iter().all(|condition| {
                condition.comparison.holds(page.value(self.row, condition.column), condition.value.as_ref())
            })
    }

    /// The value of the current row's column, from 0; NULL if there is no row.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        self.page.as_ref().map_or(ValueRef::Null, |page| page.value(self.row, self.columns[column]))
    }

    /// Warnings since the last time.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        self.context.take_warnings()
    }
}
