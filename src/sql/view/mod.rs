//! Views that the user defines: queries under a name, in the model beside its tables.
//!
//! A view is a [`Table`] that has a query in place of a path. Where FROM names one, the resolver puts the query there as a
//! derived table, so that SQLite pushes the predicates on it down to the tables that it reads. [`file`](mod@file) takes
//! files of definitions apart.

mod file;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use sqlparser::ast::Query;

use super::Names;
use super::parse::{Parsed, parse};
use super::plan::{Plan, ResultColumn, table_of_results};
use crate::error::{Error, Result, state};
use crate::model::{Model, Table, TableKind, VIEW_SCHEMA, name_fault};
use file::Definition;

/// The model with the views that a file defines. `name` is the file's, for messages; one that ends in `.sql` holds
/// CREATE VIEW statements, any other JSON.
///
/// # Errors
/// The faults of all views, a line for each, with the file, the line and the view.
pub fn add_views(model: &Arc<Model>, name: &str, text: &str) -> std::result::Result<Arc<Model>, String> {
    let is_sql = name.len() > 4 && name.get(name.len() - 4..).is_some_and(|e| e.eq_ignore_ascii_case(".sql"));
    let definitions = if is_sql { file::of_sql(text) } else { file::of_json(text) };
    let definitions = definitions.map_err(|fault| format!("{name}{fault}"))?;
    let mut faults = Vec::new();
    for (position, definition) in definitions.iter().enumerate() {
        let Definition { name: view, .. } = definition;
        let same = |other: &Definition| other.name.eq_ignore_ascii_case(view);
        let taken =
            definitions[..position].iter().any(same) || model.table(Some(VIEW_SCHEMA), view).is_some();
        let fault = match name_fault(view) {
            Some(fault) => Some(fault),
            None if taken => Some(format!("{VIEW_SCHEMA} has another table or view of that name")),
            None => query(&definition.query).err().map(|error| error.message),
        };
        faults.extend(fault.map(|fault| definition.located(name, &fault)));
    }
    told(&faults)?;
    // Views may use those that follow: their columns are found once all names are known.
    let unseen = definitions.iter().map(|d| table(d, &[])).collect();
    let named = model.with_tables(unseen)?;
    let mut views = Vec::with_capacity(definitions.len());
    for definition in &definitions {
        match columns(&named, &definition.name) {
            Ok(columns) => views.push(table(definition, &columns)),
            Err(error) => faults.push(definition.located(name, &error.message)),
        }
    }
    told(&faults)?;
    model.with_tables(views)
}

fn told(faults: &[String]) -> std::result::Result<(), String> {
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// The query of a view.
///
/// # Errors
/// 42000 for what is no query, or has parameters.
pub(super) fn query(text: &str) -> Result<Query> {
    match parse(text)? {
        Parsed::Query(query, markers) if markers.is_empty() => Ok(*query),
        Parsed::Query(..) => Err(Error::new(state::SYNTAX_ERROR, "A view has no parameters.")),
        _ => Err(Error::new(state::SYNTAX_ERROR, "A view is a query: SELECT, WITH or VALUES.")),
    }
}

/// # Errors
/// 42000 for a view.
pub(super) fn refuse_writing(table: &Table) -> Result<()> {
    match table.view {
        None => Ok(()),
        Some(_) => {
            let message = format!(
                "{} is a view, which can be read only: write to the tables that its query names.",
                table.name
            );
            Err(Error::new(state::SYNTAX_ERROR, message))
        }
    }
}

/// The columns that a view has, as a query of it says.
fn columns(model: &Arc<Model>, view: &str) -> Result<Vec<ResultColumn>> {
    let names = Names { walks_costly: true, ..Names::from(model) };
    let statement = super::plan(names, &format!("SELECT * FROM {VIEW_SCHEMA}.\"{view}\""))?;
    let Plan::Query(plan) = statement.plan else { return Ok(Vec::new()) };
    for (position, column) in plan.columns.iter().enumerate() {
        let same = |other: &ResultColumn| other.name.eq_ignore_ascii_case(&column.name);
        if plan.columns[..position].iter().any(same) {
            let message =
                format!("The column {} is there twice: give one of them another name by AS.", column.name);
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
    }
    Ok(plan.columns)
}

/// A view as a table of the model.
fn table(definition: &Definition, columns: &[ResultColumn]) -> Table {
    let mut table = table_of_results(&definition.name, columns);
    for (column, result) in table.columns.iter_mut().zip(columns) {
        if let Some((of, position)) = &result.base {
            column.remarks.clone_from(&of.columns[*position].remarks);
        }
    }
    Table {
        schema: VIEW_SCHEMA.to_owned(),
        kind: TableKind::View,
        remarks: definition.remarks.clone(),
        view: Some(definition.query.clone()),
        ..table
    }
}
