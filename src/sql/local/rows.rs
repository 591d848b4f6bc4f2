//! INSERT, UPDATE and DELETE on temporary tables.
//!
//! All three read their values by a query of their own and write them one by one, so that a table can be read while
//! it is written: the query sees it as it was. Values that are written out or bound need no query.

use std::sync::Arc;

use sqlparser::ast::{
    Assignment, AssignmentTarget, Expr, Insert, ObjectName, ObjectNamePart, Query, SelectItem, SetExpr,
};

use super::create::check_columns;
use super::{ends_in_suffix, table_name};
use crate::error::{Error, Result, state};
use crate::model::{Column, ColumnType, Table};
use crate::sql::parse::Markers;
use crate::sql::plan::{
    GivenRows, LocalPlan, Plan, QueryPlan, ResultColumn, Statement, row_id_name, table_of_results,
};
use crate::sql::resolve::{Resolver, Typed, idents, unsupported};
use crate::sql::values::{self, Listed, Recipient, column_name};
use crate::sql::write::{Target, select};
use crate::sql::{Names, lex, names as messages};

/// Plans INSERT. `target` is the table, if there is one.
///
/// # Errors
/// HYC00 for clauses that only tables of Twilio take.
pub(in crate::sql) fn insert(
    names: Names<'_>,
    name: &ObjectName,
    target: Option<Arc<Table>>,
    insert: Insert,
    markers: &Markers,
) -> Result<Statement> {
    if insert.returning.is_some() {
        return Err(unsupported("INSERT into a temporary table with RETURNING"));
    }
    let columns = insert.columns.iter().map(column_name).collect::<Result<Vec<_>>>()?;
    // Without a source, INSERT … DEFAULT VALUES.
    let source = insert.source.map(|source| *source);
    match target {
        Some(table) => into_table(names, table, false, &columns, source, markers),
        None => into_new_table(names, name, &columns, source, markers),
    }
}

/// INSERT that makes its table: its columns are text, unless a query gives them their types.
fn into_new_table(
    names: Names<'_>,
    name: &ObjectName,
    columns: &[Listed],
    source: Option<Query>,
    markers: &Markers,
) -> Result<Statement> {
    let written = idents(name)?.pop().map(|ident| ident.value).unwrap_or_default();
    if !ends_in_suffix(&written) {
        let local: Vec<String> = names.local.iter().map(|t| t.name.clone()).collect();
        let error = messages::unknown_table(names.model, &name.to_string(), "", &local);
        if messages::removed(names.model, &name.to_string()).is_some() {
            return Err(error);
        }
        let message = format!("{} CREATE TEMP TABLE makes a temporary one.", error.message);
        return Err(Error { message, ..error });
    }
    let name = table_name(name)?;
    let values = source.as_ref().is_none_or(|query| matches!(*query.body, SetExpr::Values(_)));
    if values {
        if columns.is_empty() {
            let message =
                format!("The table {name} does not exist; an INSERT that lists its columns makes it.");
            return Err(Error::new(state::TABLE_NOT_FOUND, message));
        }
        let text = ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE);
        let made = columns.iter().map(|c| Column::temporary(c.name.clone(), text, false));
        let table = Table::temporary(name, made.collect(), Vec::new());
        check_columns(&table)?;
        return into_table(names, Arc::new(table), true, columns, source, markers);
    }
    let mut resolver = Resolver::new(names, markers);
    let query = resolver.plan(source.expect("there is a query"))?;
    let mut results = query.columns.clone();
    if !columns.is_empty() {
        values::check_count(columns.len(), results.len())?;
        for (result, column) in results.iter_mut().zip(columns) {
            result.name.clone_from(&column.name);
        }
    }
    results.iter_mut().for_each(|result| result.nullable = true);
    let table = Arc::new(table_of_results(&name, &results));
    check_columns(&table)?;
    let columns = (0..results.len()).collect();
    let plan = LocalPlan::Insert { table, creates: true, columns, rows: GivenRows::Query(query) };
    Ok(Statement { plan: Plan::Local(plan), parameters: resolver.parameters })
}

fn into_table(
    names: Names<'_>,
    table: Arc<Table>,
    creates: bool,
    listed: &[Listed],
    source: Option<Query>,
    markers: &Markers,
) -> Result<Statement> {
    let mut columns: Vec<usize> = Vec::with_capacity(listed.len());
    for column in listed {
        let position = position(&table, &column.name, &column.place)?;
        if columns.contains(&position) {
            let message = format!("The column {}{} is listed twice.", column.name, column.place);
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
        columns.push(position);
    }
    let Some(query) = source else {
        let rows = GivenRows::Values(vec![Vec::new()]);
        let plan = LocalPlan::Insert { table, creates, columns: Vec::new(), rows };
        return Ok(Statement { plan: Plan::Local(plan), parameters: Vec::new() });
    };
    if columns.is_empty() {
        columns = (0..table.columns.len()).collect();
    }
    let recipients: Vec<Recipient<'_>> =
        columns.iter().map(|&position| Recipient::of_column(&table, position)).collect();
    let (rows, parameters) = values::given(names, query, &recipients, markers)?;
    let plan = LocalPlan::Insert { table, creates, columns, rows };
    Ok(Statement { plan: Plan::Local(plan), parameters })
}

/// Plans UPDATE of a temporary table.
pub(in crate::sql) fn update(
    names: Names<'_>,
    target: Target,
    assignments: Vec<Assignment>,
    selection: Option<Expr>,
    markers: &Markers,
) -> Result<Statement> {
    let table = target.table.clone();
    let mut set = Vec::with_capacity(assignments.len());
    let mut values = Vec::with_capacity(assignments.len());
    for assignment in assignments {
        let AssignmentTarget::ColumnName(name) = &assignment.target else {
            return Err(unsupported("SET (a, b) = …"));
        };
        let Some(ObjectNamePart::Identifier(ident)) = name.0.last() else {
            return Err(unsupported(&format!("SET {name}")));
        };
        let position = position(&table, &ident.value, &lex::at(ident.span.start))?;
        if set.contains(&position) {
            let message = format!("{} is set twice.", table.columns[position].name);
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
        set.push(position);
        values.push(SelectItem::UnnamedExpr(assignment.value));
    }
    let mut resolver = Resolver::new(names, markers);
    let rows = found_rows(&mut resolver, target, values, selection)?;
    for (result, &position) in rows.columns[1..].iter().zip(&set) {
        resolver.assign_result(result, &typed(&table, position));
    }
    let plan = LocalPlan::Update { table, set, rows };
    Ok(Statement { plan: Plan::Local(plan), parameters: resolver.parameters })
}

/// Plans DELETE from a temporary table.
pub(in crate::sql) fn delete(
    names: Names<'_>,
    target: Target,
    selection: Option<Expr>,
    markers: &Markers,
) -> Result<Statement> {
    let table = target.table.clone();
    let mut resolver = Resolver::new(names, markers);
    let rows = found_rows(&mut resolver, target, Vec::new(), selection)?;
    Ok(Statement { plan: Plan::Local(LocalPlan::Delete { table, rows }), parameters: resolver.parameters })
}

/// A query for the row ids of the rows that are meant, and values for each.
fn found_rows(
    resolver: &mut Resolver<'_>,
    target: Target,
    values: Vec<SelectItem>,
    selection: Option<Expr>,
) -> Result<QueryPlan> {
    let row_id = row_id_name(&target.table).ok_or_else(|| {
        let message = format!("The columns of {} leave no name for its row id.", target.table.name);
        Error::new(state::NOT_IMPLEMENTED, message)
    })?;
    resolver.plan_with_row_ids(select(values, target.factor, selection)?, &target.name, row_id)
}

fn position(table: &Table, name: &str, place: &str) -> Result<usize> {
    table.column(name).map(|(i, _)| i).ok_or_else(|| {
        let place = format!("{place} of {}", table.name);
        messages::unknown_column(name, &place, table.columns.iter().map(|c| c.name.as_str()))
    })
}

fn typed(table: &Arc<Table>, position: usize) -> Typed {
    let result = ResultColumn::of_table(table, position);
    Typed { base: result.base, ..Typed::of(Some(result.column_type), result.nullable) }
}
