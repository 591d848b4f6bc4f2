//! A SQLite connection for one query: its tables, its functions, its limits.

use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ffi};

use super::Database;
use super::context::Context;
use super::explain::Instruction;
use super::functions;
use super::sqlite::{OwnedStatement, SqliteError};
use super::table;
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::sql::QueryPlan;
use crate::sql::explain::{Explained, numbered_name};
use crate::value::{Value, ValueRef};

/// Instructions of SQLite's machine between two looks at the cancel token: well below a millisecond.
const INSTRUCTIONS_BETWEEN_CHECKS: i32 = 10_000;

/// A query that is prepared and has not been run.
#[derive(Debug)]
pub(super) struct Session {
    statement: OwnedStatement,
    context: Arc<Context>,
}

/// A query that runs.
#[derive(Debug)]
pub(super) struct Rows {
    statement: OwnedStatement,
    context: Arc<Context>,
}

impl Session {
    /// Prepares the query. Sends nothing.
    ///
    /// # Errors
    /// 42000 for what SQLite refuses.
    pub fn open(database: &Database, query: &QueryPlan, cancel: &CancelToken) -> Result<Session> {
        let context = Context::new(
            database.model.clone(),
            database.client.clone(),
            cancel.clone(),
            query.reruns,
            database.pushdown,
        );
        let connection = connect(query, &context).map_err(|e| {
            context.take_error().unwrap_or_else(|| Error::new(state::GENERAL_ERROR, format!("SQLite: {e}")))
        })?;
        let statement = OwnedStatement::prepare(connection, &query.sql).map_err(|e| failure(&context, e))?;
        if statement.column_count() != query.columns.len() {
            let message = "The statement's columns could not be described; name them instead of using '*'.";
            return Err(Error::new(state::GENERAL_ERROR, message));
        }
        Ok(Session { statement, context })
    }

    /// Runs the query with the markers' values. Sends nothing before the first row is asked for.
    pub fn run(mut self, parameters: &[Value]) -> Result<Rows> {
        for (position, value) in parameters.iter().enumerate() {
            self.statement.bind(position + 1, value).map_err(|e| failure(&self.context, e))?;
        }
        // Not earlier: an old cancel must not stop the preparation of a statement that has not run yet.
        let cancel = self.context.cancel.clone();
        let stop = move || cancel.stop().is_some();
        let handler = self.statement.connection().progress_handler(INSTRUCTIONS_BETWEEN_CHECKS, Some(stop));
        handler.map_err(|e| Error::new(state::GENERAL_ERROR, format!("SQLite: {e}")))?;
        Ok(Rows { statement: self.statement, context: self.context })
    }
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
    let (model, client) = (database.model.clone(), database.client.clone());
    let context = Context::new(model, client, cancel.clone(), query.reruns, database.pushdown);
    let connect = || {
        let connection = empty(&context)?;
        for (number, named) in explained.tables.iter().enumerate() {
            let used = query.tables.iter().find(|t| Arc::ptr_eq(&t.table, &named.table));
            let Some(used) = used else { continue };
            table::register_as(&connection, &numbered_name(&used.table, number), used, number, &context)?;
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

fn connect(query: &QueryPlan, context: &Arc<Context>) -> rusqlite::Result<Connection> {
    let connection = empty(context)?;
    for used in &query.tables {
        table::register(&connection, used, context)?;
    }
    Ok(connection)
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
