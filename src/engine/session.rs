//! A SQLite connection for one query: its tables, its functions, its limits.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ffi};

use super::Database;
use super::context::Context;
use super::explain::{Instruction, Program};
use super::functions;
use super::local::{self, Local};
use super::look_ahead::LookAhead;
use super::sqlite::{OwnedStatement, SqliteError};
use super::table::{self, Resource};
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::model::Table;
use crate::sql::QueryPlan;
use crate::sql::explain::{Explained, numbered_name};
use crate::sql::plan::{Limit, TableUse, module_name};
use crate::value::{Value, ValueRef};

/// Instructions of SQLite's machine between two looks at the cancel token: well below a millisecond.
const INSTRUCTIONS_BETWEEN_CHECKS: i32 = 10_000;

/// A query that is prepared and has not been run.
#[derive(Debug)]
pub(super) struct Session {
    statement: OwnedStatement,
    context: Arc<Context>,
    look_ahead: Arc<LookAhead>,
    /// Whether temporary tables are to be seen as they are when it is run.
    keeps_rows: bool,
    /// The system tables that it reads.
    system: Vec<Arc<Table>>,
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
    /// Prepares the query for a run, of whose rows `max_rows` are wanted, or all of them (0). Sends nothing.
    ///
    /// # Errors
    /// 42000 for what SQLite refuses, and for a table whose parents are too many to be walked unasked.
    pub fn open(
        database: &Database,
        query: &QueryPlan,
        max_rows: usize,
        cancel: &CancelToken,
    ) -> Result<Session> {
        Session::prepare(
            Context::new(database, cancel, query.reruns, wants_all(query, max_rows), query.is_gated),
            database,
            query,
            max_rows,
        )
    }

    /// Sees whether the query can be prepared: a query that only a run would refuse can be described. Gives the session
    /// if it does for a run.
    ///
    /// # Errors
    /// 42000 for what SQLite refuses.
    pub fn try_open(
        database: &Database,
        query: &QueryPlan,
        max_rows: usize,
        cancel: &CancelToken,
    ) -> Result<Option<Session>> {
        let context = Context::new(database, cancel, query.reruns, wants_all(query, max_rows), true);
        let session = Session::prepare(context, database, query, max_rows)?;
        Ok(Some(session).filter(|session| !session.context.planned_costly()))
    }

    fn prepare(
        context: Arc<Context>,
        database: &Database,
        query: &QueryPlan,
        max_rows: usize,
    ) -> Result<Session> {
        let look_ahead = LookAhead::new(&context, query, &database.local);
        let connection = connect(&query.tables, &context, &look_ahead, &database.local, false)?;
        let statement = OwnedStatement::prepare(connection, &limited(&query.sql, query.limit, max_rows))
            .map_err(|e| failure(&context, e))?;
        if statement.column_count() != query.columns.len() {
            let message = "The statement's columns could not be described; name them instead of using '*'.";
            return Err(Error::new(state::GENERAL_ERROR, message));
        }
        let keeps_rows = reads_temporary_tables(&query.tables);
        let system = query.tables.iter().map(|used| &used.table).filter(|t| t.source.is_some());
        let system = system.cloned().collect();
        Ok(Session { statement, context, look_ahead, keeps_rows, system })
    }

    /// Runs the query with the markers' values. Sends nothing before the first row is asked for.
    pub fn run(mut self, parameters: &[Value]) -> Result<Rows> {
        if self.keeps_rows {
            local::keep_rows(self.statement.connection())?;
        }
        begin(&mut self.statement, parameters, &self.context).map_err(|e| failure(&self.context, e))?;
        self.look_ahead.set_parameters(parameters);
        // What they show is the state before the statement, in whatever order it reads its tables.
        self.context.snapshots.begin(&self.system);
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
    let connection = connect(tables, context, look_ahead, look_ahead.local(), true)?;
    if reads_temporary_tables(tables) {
        local::keep_rows(&connection)?;
    }
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

    /// What its tables share.
    pub fn context(&self) -> &Arc<Context> {
        &self.context
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
    max_rows: usize,
    cancel: &CancelToken,
) -> Result<Program> {
    let context = Context::new(database, cancel, query.reruns, wants_all(query, max_rows), query.is_gated);
    let mut roots = HashMap::new();
    let mut connect = || {
        let connection = empty(&context)?;
        for (number, named) in explained.tables.iter().enumerate() {
            let used = query.tables.iter().find(|t| Arc::ptr_eq(&t.table, &named.table));
            let Some(used) = used else { continue };
            let name = numbered_name(&used.table, number);
            if used.table.is_temporary() {
                let rows = database.local.told_rows(&used.table);
                local::declare(&connection, &name, &used.table, rows)?;
                roots.extend(local::roots(&connection, &name)?.into_iter().map(|root| (root, number)));
                continue;
            }
            let resource = Resource {
                table: used.table.clone(),
                whole_rows: used.shared,
                number,
                context: context.clone(),
                look_ahead: Weak::new(),
                is_ahead: false,
            };
            table::register(&connection, &name, resource)?;
        }
        local::read_figures(&connection)?;
        Ok(connection)
    };
    let connection =
        connect().map_err(|e: rusqlite::Error| Error::new(state::GENERAL_ERROR, format!("SQLite: {e}")))?;
    let sql = format!("EXPLAIN {}", limited(&explained.sql, query.limit, max_rows));
    let mut statement = OwnedStatement::prepare(connection, &sql).map_err(|e| failure(&context, e))?;
    let mut instructions = Vec::new();
    while statement.step().map_err(|e| failure(&context, e))? {
        instructions.push(Instruction::read(|column| statement.value(column)));
    }
    Ok(Program { instructions, roots })
}

fn reads_temporary_tables(tables: &[TableUse]) -> bool {
    tables.iter().any(|used| used.table.is_temporary())
}

/// Whether no limit ends the query.
fn wants_all(query: &QueryPlan, max_rows: usize) -> bool {
    max_rows == 0 && query.limit.is_none()
}

/// The query cut to its first rows. The smaller of two limits is to reach the table: SQLite joins an outer query with
/// one that has no limit of its own, so that one that has is given the other number.
fn limited(sql: &str, own: Option<Limit>, max_rows: usize) -> Cow<'_, str> {
    let rows = max_rows as u64;
    match own.and_then(|own| Some((own, sql.strip_suffix(&own.to_string())?))) {
        _ if rows == 0 => sql.into(),
        Some((own, _)) if own.rows <= rows => sql.into(),
        Some((own, query)) => format!("{query}{}", Limit { rows, ..own }).into(),
        None => format!("SELECT * FROM ({sql}) LIMIT {rows}").into(),
    }
}

fn connect(
    tables: &[TableUse],
    context: &Arc<Context>,
    look_ahead: &Arc<LookAhead>,
    local: &Local,
    is_ahead: bool,
) -> Result<Connection> {
    let connection = empty(context).map_err(|e| not_connected(context, &e))?;
    if reads_temporary_tables(tables) {
        local.attach(&connection)?;
    }
    for used in tables.iter().filter(|used| !used.table.is_temporary()) {
        let look_ahead = Arc::downgrade(look_ahead);
        let resource = Resource {
            table: used.table.clone(),
            whole_rows: used.shared,
            number: 0,
            context: context.clone(),
            look_ahead,
            is_ahead,
        };
        let registered = table::register(&connection, &module_name(&used.table), resource);
        registered.map_err(|e| not_connected(context, &e))?;
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

/// SQLite's limits: the beginning of its message, in lower case, and what we say.
const LIMITS: [(&str, &str); 5] = [
    ("at most 64 tables", "A SELECT joins at most 64 tables."),
    ("too many columns", "A SELECT has at most 2000 columns, and as many terms in ORDER BY and GROUP BY."),
    ("too many terms in order by", "ORDER BY has at most 2000 terms."),
    ("too many terms in group by", "GROUP BY has at most 2000 terms."),
    ("expression tree is too large", "The statement has an expression that is nested too deeply."),
];

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
    match error.message.as_str() {
        // No order of the tables was left.
        "no query solution" => {
            if let Some(refused) = context.take_refused() {
                return refused;
            }
        }
        // SUM has no other way to say so.
        "integer overflow" => return functions::beyond_bigint(),
        // Operators have become calls, which SQLite reads to a depth of about 500.
        "Recursion limit" => {
            let message = "The statement has an expression that is nested too deeply.";
            return Error::new(state::SYNTAX_ERROR, message);
        }
        _ => {}
    }
    let class = match error.code & 0xff {
        ffi::SQLITE_NOMEM => state::MEMORY_ALLOCATION,
        ffi::SQLITE_ERROR => state::SYNTAX_ERROR,
        // LIMIT or OFFSET of what is no whole number.
        ffi::SQLITE_MISMATCH => state::INVALID_CHARACTER_VALUE,
        _ => state::GENERAL_ERROR,
    };
    let lower = error.message.to_ascii_lowercase();
    if let Some((_, ours)) = LIMITS.iter().find(|(theirs, _)| lower.starts_with(theirs)) {
        return Error::new(class, *ours);
    }
    let mut message = error.message;
    if let Some(first) = message.get(..1) {
        let first = first.to_uppercase();
        message.replace_range(..1, &first);
    }
    Error::new(class, format!("{message}."))
}
