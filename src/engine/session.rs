//! A SQLite connection for one query: its tables, its functions, its limits.

use std::sync::{Arc, Weak};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ffi};

use super::Database;
use super::context::Context;
use super::explain::Instruction;
use super::functions;
use super::look_ahead::LookAhead;
use super::sqlite::{OwnedStatement, SqliteError};
use super::table::{self, Resource};
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::sql::QueryPlan;
use crate::sql::explain::{Explained, numbered_name};
use crate::sql::plan::{TableUse, module_name};
use crate::value::{Value, ValueRef};

/// Instructions of SQLite's machine between two looks at the cancel token: well below a millisecond.
const INSTRUCTIONS_BETWEEN_CHECKS: i32 = 10_000;

/// A query that is prepared and has not been run.
#[derive(Debug)]
pub(super) struct Session {
    statement: OwnedStatement,
    context: Arc<Context>,
    look_ahead: Arc<LookAhead>,
}

/// A query that runs.
#[derive(Debug)]
pub(super) struct Rows {
    statement: OwnedStatement,
    context: Arc<Context>,
    /// The statement's virtual tables reach it through this one.
    _look_ahead: Arc<LookAhead>,
}

impl Session {
    /// Prepares the query. Sends nothing.
    ///
    /// # Errors
    /// 42000 for what SQLite refuses.
    pub fn open(database: &Database, query: &QueryPlan, cancel: &CancelToken) -> Result<Session> {
        let context = Context::new(database, cancel, query.reruns);
        let look_ahead = LookAhead::new(&context, query);
        let connection =
            connect(&query.tables, &context, &look_ahead, false).map_err(|e| not_connected(&context, &e))?;
        let statement = OwnedStatement::prepare(connection, &query.sql).map_err(|e| failure(&context, e))?;
        if statement.column_count() != query.columns.len() {
            let message = "The statement's columns could not be described; name them instead of using '*'.";
            return Err(Error::new(state::GENERAL_ERROR, message));
        }
        Ok(Session { statement, context, look_ahead })
    }

    /// Runs the query with the markers' values. Sends nothing before the first row is asked for.
    pub fn run(mut self, parameters: &[Value]) -> Result<Rows> {
        begin(&mut self.statement, parameters, &self.context).map_err(|e| failure(&self.context, e))?;
        self.look_ahead.set_parameters(parameters);
        Ok(Rows { statement: self.statement, context: self.context, _look_ahead: self.look_ahead })
    }
}

/// Gives the markers their values, and SQLite the token that stops it.
fn begin(
    statement: &mut OwnedStatement,
    parameters: &[Value],
    context: &Context,
) -> std::result::Result<(), SqliteError> {
    for (position, value) in parameters.iter().enumerate() {
        statement.bind(position + 1, value)?;
    }
    // Not earlier: an old cancel must not stop the preparation of a statement that has not run yet.
    let cancel = context.cancel.clone();
    let stop = move || cancel.stop().is_some();
    let handler = statement.connection().progress_handler(INSTRUCTIONS_BETWEEN_CHECKS, Some(stop));
    handler.map_err(|e| SqliteError { code: ffi::SQLITE_MISUSE, message: e.to_string() })
}

/// Begins a query that runs ahead of a statement, over the statement's own scans.
///
/// # Errors
/// What SQLite refuses, and a table that cannot be made known.
pub(super) fn open_ahead(
    context: &Arc<Context>,
    look_ahead: &Arc<LookAhead>,
    tables: &[TableUse],
    sql: &str,
    parameters: &[Value],
) -> Result<OwnedStatement> {
    let connection = connect(tables, context, look_ahead, true).map_err(|e| not_connected(context, &e))?;
    let mut statement = OwnedStatement::prepare(connection, sql).map_err(|e| failure(context, e))?;
    begin(&mut statement, parameters, context).map_err(|e| failure(context, e))?;
    Ok(statement)
}

impl Rows {
    /// Moves to the next row; `false` after the last one.
    pub fn advance(&mut self) -> Result<bool> {
        self.statement.step().map_err(|e| failure(&self.context, e))
    }

    /// The value of the current row's column, from 0.
    pub fn value(&self, column: usize) -> ValueRef<'_> {
        self.statement.value(column)
    }

    /// Warnings since the last time.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        self.context.take_warnings()
    }
}

/// The program that SQLite would run for a query whose tables are numbered. Sends nothing.
///
/// # Errors
/// 42000 for what SQLite refuses.
pub(super) fn program(
    database: &Database,
    query: &QueryPlan,
    explained: &Explained,
    cancel: &CancelToken,
) -> Result<Vec<Instruction>> {
    let context = Context::new(database, cancel, query.reruns);
    let connect = || {
        let connection = empty(&context)?;
        for (number, named) in explained.tables.iter().enumerate() {
            let used = query.tables.iter().find(|t| Arc::ptr_eq(&t.table, &named.table));
            let Some(used) = used else { continue };
            let resource = Resource {
                table: used.table.clone(),
                whole_rows: used.shared,
                number,
                context: context.clone(),
                look_ahead: Weak::new(),
                is_ahead: false,
            };
            table::register(&connection, &numbered_name(&used.table, number), resource)?;
        }
        Ok(connection)
    };
    let connection =
        connect().map_err(|e: rusqlite::Error| Error::new(state::GENERAL_ERROR, format!("SQLite: {e}")))?;
    let mut statement = OwnedStatement::prepare(connection, &format!("EXPLAIN {}", explained.sql))
        .map_err(|e| failure(&context, e))?;
    let mut program = Vec::new();
    while statement.step().map_err(|e| failure(&context, e))? {
        program.push(Instruction::read(|column| statement.value(column)));
    }
    Ok(program)
}

fn connect(
    tables: &[TableUse],
    context: &Arc<Context>,
    look_ahead: &Arc<LookAhead>,
    is_ahead: bool,
) -> rusqlite::Result<Connection> {
    let connection = empty(context)?;
    for used in tables {
        let look_ahead = Arc::downgrade(look_ahead);
        let resource = Resource {
            table: used.table.clone(),
            whole_rows: used.shared,
            number: 0,
            context: context.clone(),
            look_ahead,
            is_ahead,
        };
        table::register(&connection, &module_name(&used.table), resource)?;
    }
    Ok(connection)
}

fn not_connected(context: &Context, error: &rusqlite::Error) -> Error {
    context.take_error().unwrap_or_else(|| Error::new(state::GENERAL_ERROR, format!("SQLite: {error}")))
}

/// A connection without tables.
fn empty(context: &Arc<Context>) -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    // A name in double quotes is a name; SQLite would take it for a string if no column has it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    let keeper = context.clone();
    let fail: functions::Fail = Arc::new(move |error| keeper.fail(error));
    functions::register(&connection, &fail)?;
    Ok(connection)
}

/// The error behind SQLite's: what a virtual table kept, the reason for an interrupt, or SQLite's own words.
fn failure(context: &Context, error: SqliteError) -> Error {
    if let Some(kept) = context.take_error() {
        return kept;
    }
    if error.code & 0xff == ffi::SQLITE_INTERRUPT
        && let Some(stop) = context.cancel.stop()
    {
        return stop.into();
    }
    let class = match error.code & 0xff {
        ffi::SQLITE_NOMEM => state::MEMORY_ALLOCATION,
        ffi::SQLITE_ERROR => state::SYNTAX_ERROR,
        _ => state::GENERAL_ERROR,
    };
    let mut message = error.message;
    if let Some(first) = message.get(..1) {
        let first = first.to_uppercase();
        message.replace_range(..1, &first);
    }
    Error::new(class, format!("{message}."))
}
