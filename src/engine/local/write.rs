//! CREATE, DROP, INSERT, UPDATE and DELETE on temporary tables.

use std::sync::Arc;

use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, ValueRef as SqliteRef};

use super::{Entry, Local, declare, failure, quoted};
use crate::convert;
use crate::engine::ResultColumn;
use crate::engine::session::Rows;
use crate::error::{Error, Result, state};
use crate::model::{Column, Table};
use crate::sql::plan::{module_name, row_id_name, table_of_results};
use crate::sql::{GivenRows, LocalPlan, Operand};
use crate::value::{Value, ValueRef};

/// Runs the plan; gives how many rows it concerned. `rows` is its query, begun, whose columns are `results`.
///
/// # Errors
/// 42S01 and 42S02 for tables that exist or do not; 23000 for NULL and for a second row of one key; those of
/// [`convert::assign`] for values; what the query says.
pub(in crate::engine) fn execute(
    local: &Local,
    plan: &LocalPlan,
    parameters: &[Value],
    rows: Option<Rows>,
    results: &[ResultColumn],
) -> Result<usize> {
    let query = || rows.ok_or_else(|| Error::new(state::GENERAL_ERROR, "The query has not been run."));
    match plan {
        LocalPlan::Create { table, rows: filled, if_not_exists } => {
            if let Some(existing) = local.state().entry(&table.name) {
                return if *if_not_exists { Ok(0) } else { Err(exists(&existing.table)) };
            }
            if filled.is_none() {
                return local.create(table.clone());
            }
            // Markers among the columns have had their types from the values.
            let table = table_of_results(&table.name, results);
            let columns: Vec<usize> = (0..results.len()).collect();
            local.insert(&Arc::new(table), true, &columns, Source::Query(query()?), false)
        }
        LocalPlan::Drop { names, if_exists } => local.drop_tables(names, *if_exists),
        LocalPlan::Insert { table, creates, columns, rows: GivenRows::Values(values) } => {
            local.insert(table, *creates, columns, Source::Values { values, parameters, next: 0 }, true)
        }
        LocalPlan::Insert { table, creates, columns, .. } => {
            local.insert(table, *creates, columns, Source::Query(query()?), true)
        }
        LocalPlan::Update { table, set, .. } => local.update(table, set, query()?),
        LocalPlan::Delete { table, .. } => local.delete(table, query()?),
    }
}

/// The rows that are added.
enum Source<'p> {
    Query(Rows),
    Values { values: &'p [Vec<Operand>], parameters: &'p [Value], next: usize },
}

impl Source<'_> {
    fn advance(&mut self) -> Result<bool> {
        match self {
            Source::Query(rows) => rows.advance(),
            Source::Values { values, next, .. } => {
                *next += 1;
                Ok(*next <= values.len())
            }
        }
    }

    fn value(&self, column: usize) -> ValueRef<'_> {
        match self {
            Source::Query(rows) => rows.value(column),
            Source::Values { values, parameters, next } => match &values[next - 1][column] {
                Operand::Constant(value) => value.as_ref(),
                Operand::Parameter(number) => parameters[*number].as_ref(),
            },
        }
    }
}

impl Local {
    fn create(&self, table: Arc<Table>) -> Result<usize> {
        self.transaction(|transaction, tables| {
            declare(transaction, &module_name(&table), &table, 1).map_err(failure)?;
            tables.push(Entry { table, rows: 0 });
            Ok(0)
        })
    }

    pub(super) fn drop_tables(&self, names: &[String], if_exists: bool) -> Result<usize> {
        if if_exists && self.tables().is_empty() {
            return Ok(0);
        }
        self.transaction(|transaction, tables| {
            for name in names {
                let found = tables.iter().position(|e| e.table.name.eq_ignore_ascii_case(name));
                match found {
                    Some(position) => {
                        let entry = tables.remove(position);
                        let sql = format!("DROP TABLE {}", quoted(&module_name(&entry.table)));
                        transaction.execute(&sql, []).map_err(failure)?;
                    }
                    None if if_exists => {}
                    None => return Err(missing(name)),
                }
            }
            Ok(0)
        })
    }

    /// Adds rows. `checks` says that values are brought into the form of their columns, and refused if they have none.
    fn insert(
        &self,
        table: &Arc<Table>,
        creates: bool,
        columns: &[usize],
        mut source: Source<'_>,
        checks: bool,
    ) -> Result<usize> {
        self.transaction(|transaction, tables| {
            if creates && !tables.iter().any(|e| Arc::ptr_eq(&e.table, table)) {
                declare(transaction, &module_name(table), table, 1).map_err(failure)?;
                tables.push(Entry { table: table.clone(), rows: 0 });
            }
            let entry = current(tables, table)?;
            let name = quoted(&module_name(table));
            let listed: Vec<String> = columns.iter().map(|&c| quoted(&table.columns[c].name)).collect();
            let markers = vec!["?"; columns.len()].join(", ");
            let sql = match columns.is_empty() {
                true => format!("INSERT INTO {name} DEFAULT VALUES"),
                false => format!("INSERT INTO {name} ({}) VALUES ({markers})", listed.join(", ")),
            };
            let mut statement = transaction.prepare(&sql).map_err(failure)?;
            let mut left_out = table.columns.iter().enumerate().filter(|(i, _)| !columns.contains(i));
            if let Some((_, column)) = left_out.find(|(_, c)| !table.is_nullable(c)) {
                return Err(not_null(column));
            }
            let mut added = 0;
            while source.advance()? {
                for (i, &column) in columns.iter().enumerate() {
                    let value = source.value(i);
                    match checks {
                        true => bind_checked(&mut statement, i + 1, table, column, value)?,
                        false => bind(&mut statement, i + 1, value)?,
                    }
                }
                run(&mut statement, table)?;
                added += 1;
            }
            drop(statement);
            entry.count(transaction, entry.rows + added as u64)?;
            Ok(added)
        })
    }

    fn update(&self, table: &Arc<Table>, set: &[usize], mut rows: Rows) -> Result<usize> {
        self.transaction(|transaction, tables| {
            current(tables, table)?;
            let assignments: Vec<String> =
                set.iter().map(|&c| format!("{} = ?", quoted(&table.columns[c].name))).collect();
            let sql = format!(
                "UPDATE {} SET {} WHERE {} = ?",
                quoted(&module_name(table)),
                assignments.join(", "),
                row_id(table)
            );
            let mut statement = transaction.prepare(&sql).map_err(failure)?;
            let mut changed = 0;
            while rows.advance()? {
                for (i, &column) in set.iter().enumerate() {
                    bind_checked(&mut statement, i + 1, table, column, rows.value(i + 1))?;
                }
                bind(&mut statement, set.len() + 1, rows.value(0))?;
                changed += run(&mut statement, table)?;
            }
            Ok(changed)
        })
    }

    fn delete(&self, table: &Arc<Table>, mut rows: Rows) -> Result<usize> {
        self.transaction(|transaction, tables| {
            let entry = current(tables, table)?;
            let sql = format!("DELETE FROM {} WHERE {} = ?", quoted(&module_name(table)), row_id(table));
            let mut statement = transaction.prepare(&sql).map_err(failure)?;
            let mut deleted = 0;
            while rows.advance()? {
                bind(&mut statement, 1, rows.value(0))?;
                deleted += run(&mut statement, table)?;
            }
            drop(statement);
            entry.count(transaction, entry.rows.saturating_sub(deleted as u64))?;
            Ok(deleted)
        })
    }
}

fn current<'e>(tables: &'e mut [Entry], table: &Arc<Table>) -> Result<&'e mut Entry> {
    tables.iter_mut().find(|e| Arc::ptr_eq(&e.table, table)).ok_or_else(|| missing(&table.name))
}

fn row_id(table: &Table) -> &'static str {
    // The plan would not be there without one.
    row_id_name(table).unwrap_or("rowid")
}

fn bind_checked(
    statement: &mut Statement<'_>,
    number: usize,
    table: &Table,
    column: usize,
    value: ValueRef<'_>,
) -> Result<()> {
    let column = &table.columns[column];
    if value == ValueRef::Null && !table.is_nullable(column) {
        return Err(not_null(column));
    }
    let assigned = convert::assign(value, &column.column_type())
        .map_err(|error| convert::name_column(error, &column.name))?;
    bind(statement, number, assigned.as_ref())
}

fn bind(statement: &mut Statement<'_>, number: usize, value: ValueRef<'_>) -> Result<()> {
    let value = match value {
        ValueRef::Null => SqliteRef::Null,
        ValueRef::Integer(i) => SqliteRef::Integer(i),
        ValueRef::Real(r) => SqliteRef::Real(r),
        ValueRef::Text(text) => SqliteRef::Text(text.as_bytes()),
        ValueRef::Binary(bytes) => SqliteRef::Blob(bytes),
    };
    statement.raw_bind_parameter(number, ToSqlOutput::Borrowed(value)).map_err(failure)
}

fn run(statement: &mut Statement<'_>, table: &Table) -> Result<usize> {
    statement.raw_execute().map_err(|error| match failure(error) {
        error if error.state == state::INTEGRITY_CONSTRAINT => {
            let message =
                format!("{} has a row with this key already ({}).", table.name, table.key.join(", "));
            Error { message, ..error }
        }
        error => error,
    })
}

fn not_null(column: &Column) -> Error {
    let message = format!("The column {} cannot be NULL.", column.name);
    Error::new(state::INTEGRITY_CONSTRAINT, message)
}

fn exists(table: &Table) -> Error {
    let message = format!("The temporary table {} exists already; DROP TABLE removes it.", table.name);
    Error::new(state::TABLE_EXISTS, message)
}

fn missing(name: &str) -> Error {
    Error::new(state::TABLE_NOT_FOUND, format!("The temporary table {name} does not exist."))
}
