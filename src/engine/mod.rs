//! Runs statements: SQLite as the relational engine over one virtual table per Twilio resource.
//!
//! A query opens a SQLite connection of its own ([`session`]) in which every table that it names is a virtual
//! table ([`table`]). SQLite offers the predicates that it could use; [`pushdown`] decides which of them become a
//! path or query parameters, and [`scan`] reads the pages, walking parents where no predicate gives their keys.
//! Rows go up one at a time through [`Cursor`]. UPDATE and DELETE ([`write`]) find their rows by such a query or
//! by the key alone and send one request for each; a procedure ([`call`]) is one request. [`context`] is what all
//! parts of one running statement share: the client, the cancel token, the first error. [`explain`] tells what a
//! statement would send, and [`system`] what the driver knows of itself.

mod call;
mod context;
mod cursor;
mod explain;
mod functions;
mod look_ahead;
mod pushdown;
mod scan;
mod send;
mod session;
mod sqlite;
mod system;
mod table;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType, Method, Model, check_sid};
use crate::sql::{self, Plan, Statement};
use crate::twilio::Client;
use crate::value::Value;

pub use crate::sql::plan::{ParameterInfo, ResultColumn};
pub use cursor::Cursor;
pub use system::SystemRows;

use session::Session;

/// The version of SQLite that is built in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// What a connection needs to run statements. Clones share everything but the read-only switch.
#[derive(Clone, Debug)]
pub struct Database {
    model: Arc<Model>,
    client: Client,
    read_only: bool,
    pushdown: bool,
    /// Rows written since the count was last taken.
    writes: Arc<AtomicUsize>,
    /// Who tells what the system tables show.
    system: Option<Arc<dyn SystemRows>>,
}

/// What an execution gave.
#[derive(Debug)]
pub enum Outcome {
    /// A result set, before its first row.
    Rows(Cursor),
    /// Rows that were written.
    Affected(usize),
}

impl Database {
    /// A database over `client`. Sends nothing.
    pub fn new(model: Arc<Model>, client: Client, read_only: bool) -> Self {
        Database { model, client, read_only, pushdown: true, writes: Arc::default(), system: None }
    }

    /// What the database shows.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The client that the database sends with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether every write is refused with 25006.
    pub fn read_only(&self) -> bool {
        self.read_only
    }

    /// Refuses or admits writes from now on.
    pub fn set_read_only(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    /// Keeps predicates to the driver, save for the keys without which a list cannot be read: slower, and a way to
    /// see whether a result depends on what Twilio filters.
    pub fn set_pushdown(&mut self, pushdown: bool) {
        self.pushdown = pushdown;
    }

    /// Names who tells what the system tables show; without it, all but sys_requests are empty.
    pub fn set_system_rows(&mut self, system: Arc<dyn SystemRows>) {
        self.system = Some(system);
    }

    /// How many rows have been written since the last call, those of statements that failed half-way included.
    pub fn take_writes(&self) -> usize {
        self.writes.swap(0, Ordering::Relaxed)
    }

    fn count_write(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    /// Parses, resolves and types a statement. Sends nothing. `cancel` is the token of the ODBC statement: its
    /// executions obey it, and the caller arms it before each of them.
    ///
    /// # Errors
    /// 42000 with the position, 42S02, 42S22, 22007, 22018, 25006, HYC00.
    pub fn prepare(&self, sql: &str, cancel: &CancelToken) -> Result<Prepared> {
        if self.read_only && sql::changes_data(sql) {
            return Err(read_only());
        }
        let statement = sql::plan(&self.model, sql)?;
        let mut prepared =
            Prepared { database: self.clone(), cancel: cancel.clone(), statement, session: None };
        prepared.check_read_only()?;
        // SQLite finds what the resolver does not know, and that is told now.
        match &prepared.statement.plan {
            Plan::Query(query) => prepared.session = Some(Session::open(self, query, cancel)?),
            Plan::Explain(explain) => {
                if let Plan::Query(query) = &*explain.plan {
                    Session::open(self, query, cancel)?;
                }
            }
            Plan::Write(_) | Plan::Call(_) => {}
        }
        Ok(prepared)
    }

    /// The text that the relational engine is given (SQLNativeSql). Statements that it never sees are given back
    /// as they are.
    ///
    /// # Errors
    /// As [`Database::prepare`].
    pub fn native_sql(&self, sql: &str) -> Result<String> {
        Ok(match sql::plan(&self.model, sql)?.plan {
            Plan::Query(query) => query.sql,
            Plan::Write(_) | Plan::Call(_) | Plan::Explain(_) => sql.to_owned(),
        })
    }
}

/// A statement that can be executed many times.
#[derive(Debug)]
pub struct Prepared {
    database: Database,
    cancel: CancelToken,
    statement: Statement,
    /// The session that the preparation opened, for the first execution.
    session: Option<Session>,
}

impl Prepared {
    /// The result set's columns; empty for a statement that returns none.
    pub fn columns(&self) -> &[ResultColumn] {
        match &self.statement.plan {
            Plan::Query(query) => &query.columns,
            Plan::Call(call) => &call.columns,
            Plan::Explain(explain) => &explain.columns,
            Plan::Write(_) => &[],
        }
    }

    /// One entry for each parameter marker, in order.
    pub fn parameters(&self) -> &[ParameterInfo] {
        &self.statement.parameters
    }

    /// Whether an execution changes something at Twilio.
    pub fn writes(&self) -> bool {
        match &self.statement.plan {
            Plan::Query(_) | Plan::Explain(_) => false,
            Plan::Write(_) => true,
            Plan::Call(call) => call.procedure.method != Method::Get,
        }
    }

    /// Whether it is an EXPLAIN, which can do without values for its markers.
    pub fn explains(&self) -> bool {
        matches!(self.statement.plan, Plan::Explain(_))
    }

    /// Runs the statement with one value for each marker, in the representation of the marker's type.
    ///
    /// # Errors
    /// 07002 for a wrong number of values, 25006 for a write on a read-only connection, 22018 for a malformed
    /// SID, and what Twilio answers.
    pub fn execute(&mut self, parameters: Vec<Value>) -> Result<Outcome> {
        let expected = self.statement.parameters.len();
        if parameters.len() != expected && !(self.explains() && parameters.is_empty()) {
            let message =
                format!("The statement has {expected} parameters, but {} are bound.", parameters.len());
            return Err(Error::new(state::WRONG_PARAMETER_COUNT, message));
        }
        self.check_read_only()?;
        for (info, value) in self.statement.parameters.iter().zip(&parameters) {
            if let (Some(prefix), Value::Text(text)) = (&info.sid, value) {
                check_sid(info.name.as_deref().unwrap_or("A parameter"), Some(prefix), text)?;
            }
        }
        match &self.statement.plan {
            Plan::Query(query) => {
                let session = match self.session.take() {
                    Some(session) => session,
                    None => Session::open(&self.database, query, &self.cancel)?,
                };
                let columns = self.typed_by(&query.columns, &parameters);
                session.run(&parameters).map(|rows| Outcome::Rows(Cursor::of_query(rows, columns)))
            }
            Plan::Write(write) => {
                write::execute(&self.database, write, &parameters, &self.cancel).map(Outcome::Affected)
            }
            Plan::Call(call) => {
                let row = call::execute(&self.database, call, &parameters, &self.cancel)?;
                Ok(Outcome::Rows(Cursor::of_page(row, &call.columns)))
            }
            Plan::Explain(plan) => {
                let page = explain::execute(&self.database, plan, &parameters, &self.cancel)?;
                Ok(Outcome::Rows(Cursor::of_page(Some(page), &plan.columns)))
            }
        }
    }

    /// The columns, with the values' types where nothing in the statement types a marker that is a column.
    fn typed_by(&self, columns: &[ResultColumn], parameters: &[Value]) -> Vec<ResultColumn> {
        let mut columns = columns.to_vec();
        for column in &mut columns {
            let untyped = column.marker.filter(|&marker| !self.statement.parameters[marker].typed);
            let Some(value) = untyped.and_then(|marker| parameters.get(marker)) else { continue };
            column.column_type = match value {
                Value::Null => column.column_type,
                Value::Integer(_) => ColumnType::of(DataType::BigInt),
                Value::Real(_) => ColumnType::of(DataType::Double),
                Value::Text(text) => {
                    ColumnType::text(u32::try_from(text.chars().count()).unwrap_or(u32::MAX).max(1))
                }
                Value::Binary(_) => ColumnType::of(DataType::Binary),
            };
        }
        columns
    }

    fn check_read_only(&self) -> Result<()> {
        if self.database.read_only && self.writes() {
            return Err(read_only());
        }
        Ok(())
    }
}

fn read_only() -> Error {
    let message = "The connection is read-only (ReadOnly=1 or SQL_ATTR_ACCESS_MODE): nothing was sent.";
    Error::new(state::READ_ONLY, message)
}
