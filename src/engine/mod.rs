//! Runs statements: SQLite as the relational engine over one virtual table per Twilio resource.
//!
//! A query opens a SQLite connection of its own ([`session`]) in which every table that it names is a virtual
//! table ([`table`]). SQLite offers the predicates that it could use; [`pushdown`] decides which of them become a
//! path or query parameters, and [`scan`] reads the pages, walking parents where no predicate gives their keys.
//! A query that needs none of SQLite's work goes the same way without it ([`plain`]).
//! Rows go up one at a time through [`Cursor`]; [`StoredRows`] keeps them for a cursor that scrolls. UPDATE and
//! DELETE ([`write`]) find their rows by such a query or by the key alone and send one request for each; a procedure
//! ([`call`]) is one request. [`context`] is what all parts of one running statement share: the client, the cancel
//! token, the first error. [`explain`] tells what a statement would send, and [`system`] what the driver knows of
//! itself. [`local`] holds temporary tables.

mod address;
mod asked;
mod call;
mod context;
mod cursor;
mod download;
mod dry_run;
mod explain;
mod feature;
mod functions;
mod identity;
mod local;
mod look_ahead;
mod moment;
mod plain;
mod pushdown;
mod row_key;
mod scan;
mod scan_request;
mod send;
mod session;
mod shared_scan;
mod slices;
mod sqlite;
mod stored_rows;
mod system;
mod table;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType, Model, Table, check_sid};
use crate::sql::{self, LocalPlan, Names, Place, Plan, QueryPlan, Statement};
use crate::twilio::Client;
use crate::value::Value;

pub use crate::sql::plan::{Output, ParameterInfo, ResultColumn};
pub use cursor::Cursor;
pub use stored_rows::StoredRows;
pub use system::SystemRows;

use call::Called;
use identity::Identity;
use local::Local;
use session::{Rows, Session};

/// The version of SQLite that is built in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// What a connection needs to run statements. Clones share the read-only switch, which may turn after a statement was
/// prepared.
#[derive(Clone, Debug)]
pub struct Database {
    model: Arc<Model>,
    client: Client,
    read_only: Arc<AtomicBool>,
    allows_paid: bool,
    allows_unfiltered: bool,
    dry_run: bool,
    pushdown: bool,
    walks_costly: bool,
    strict_types: bool,
    all_accounts: bool,
    max_rows: usize,
    /// Rows written since the count was last taken.
    writes: Arc<AtomicUsize>,
    identity: Arc<Identity>,
    local: Arc<Local>,
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
        Database {
            model,
            client,
            read_only: Arc::new(AtomicBool::new(read_only)),
            allows_paid: true,
            allows_unfiltered: false,
            dry_run: false,
            pushdown: true,
            walks_costly: false,
            strict_types: false,
            all_accounts: false,
            max_rows: 0,
            writes: Arc::default(),
            identity: Arc::default(),
            local: Arc::default(),
            system: None,
        }
    }

    /// What the database shows.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The client that the database sends with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether every write to Twilio is refused with 25006.
    pub fn read_only(&self) -> bool {
        self.read_only.load(Ordering::Relaxed)
    }

    /// Refuses or admits writes from now on, those of prepared statements as well.
    pub fn set_read_only(&self, read_only: bool) {
        self.read_only.store(read_only, Ordering::Relaxed);
    }

    /// Admits or refuses (42000) what costs money or reaches people.
    pub fn set_allows_paid(&mut self, allows_paid: bool) {
        self.allows_paid = allows_paid;
    }

    /// Admits or refuses (42000) UPDATE and DELETE without WHERE where the model calls that irreversible.
    pub fn set_allows_unfiltered(&mut self, allows_unfiltered: bool) {
        self.allows_unfiltered = allows_unfiltered;
    }

    /// Has writes checked and shown instead of sent.
    pub fn set_dry_run(&mut self, dry_run: bool) {
        self.dry_run = dry_run;
    }

    /// Keeps predicates to the driver, save for the keys without which a list cannot be read: slower, and a way to
    /// see whether a result depends on what Twilio filters.
    pub fn set_pushdown(&mut self, pushdown: bool) {
        self.pushdown = pushdown;
    }

    /// Walks parents even where there may be very many of them.
    pub fn set_walks_costly(&mut self, walks_costly: bool) {
        self.walks_costly = walks_costly;
    }

    /// Makes a value that is none of its column's type an error; else it is NULL, with a warning.
    pub fn set_strict_types(&mut self, strict_types: bool) {
        self.strict_types = strict_types;
    }

    /// Reads all active accounts where nothing says which one, instead of the connection's own.
    pub fn set_all_accounts(&mut self, all_accounts: bool) {
        self.all_accounts = all_accounts;
    }

    /// Waits until none of the database's threads runs any more: before the library may be unloaded. Its statements have
    /// to be gone.
    pub fn finish(&self) {
        self.client.finish();
    }

    /// The most rows that a query returns; 0 for all.
    pub fn set_max_rows(&mut self, max_rows: usize) {
        self.max_rows = max_rows;
    }

    /// Names who tells what the system tables show; without it, all but sys_requests are empty.
    pub fn set_system_rows(&mut self, system: Arc<dyn SystemRows>) {
        self.system = Some(system);
    }

    /// How many rows have been written since the last call, those of statements that failed half-way included.
    pub fn take_writes(&self) -> usize {
        self.writes.swap(0, Ordering::Relaxed)
    }

    /// The connection's temporary tables.
    pub fn temporary_tables(&self) -> Vec<Arc<Table>> {
        self.local.tables()
    }

    /// Forgets what the connection has done: its temporary tables, the keys of its last INSERT, the rows that it wrote, the
    /// requests that it sent.
    pub fn reset(&self) {
        self.local.clear();
        self.identity.clear();
        self.take_writes();
        self.client.journal().clear();
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
        let statement = self.plan(sql)?;
        let (database, cancel) = (self.clone(), cancel.clone());
        let mut prepared = Prepared {
            database,
            cancel,
            text: sql.to_owned(),
            statement,
            session: None,
            begins: true,
            warnings: Vec::new(),
            failures: Vec::new(),
        };
        prepared.check_allowed()?;
        prepared.open()?;
        Ok(prepared)
    }

    fn plan(&self, sql: &str) -> Result<Statement> {
        let local = self.local.tables();
        let names = Names {
            model: &self.model,
            local: &local,
            walks_costly: self.walks_costly,
            all_accounts: self.all_accounts,
        };
        sql::plan(names, sql).map_err(|error| {
            // What Twilio has no way to write is refused for the first reason that there is.
            let is_write = error.state == state::NOT_IMPLEMENTED && sql::changes_data(sql);
            if self.read_only() && is_write { read_only() } else { error }
        })
    }

    /// The text that the relational engine is given (SQLNativeSql). Statements that it never sees are given back
    /// as they are.
    ///
    /// # Errors
    /// As [`Database::prepare`].
    pub fn native_sql(&self, sql: &str) -> Result<String> {
        Ok(match self.plan(sql)?.plan {
            Plan::Query(query) => query.sql,
            Plan::Write(_) | Plan::Call(_) | Plan::Explain(_) | Plan::Local(_) => sql.to_owned(),
        })
    }
}

/// A marker that is bound as output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputMarker {
    /// Counted from 0.
    pub marker: usize,
    /// The result column that it takes; `None` for the return value.
    pub column: Option<usize>,
}

/// A statement that can be executed many times.
#[derive(Debug)]
pub struct Prepared {
    database: Database,
    cancel: CancelToken,
    text: String,
    statement: Statement,
    /// The session that the preparation opened, for the first execution, and the most rows that it gives.
    session: Option<(usize, Session)>,
    /// Whether the next execution is the first of its statement: one with several sets of parameters is executed once
    /// for each.
    begins: bool,
    /// What came up in executions that gave no rows to read.
    warnings: Vec<Error>,
    /// Rows that failed beside the one that an execution failed with.
    failures: Vec<Error>,
}

impl Prepared {
    /// The result set's columns; empty for a statement that returns none.
    pub fn columns(&self) -> &[ResultColumn] {
        match self.is_dry() {
            true => &dry_run::COLUMNS,
            false => columns_of(&self.statement.plan),
        }
    }

    /// Whether it is a query, which takes one set of parameters.
    pub fn queries(&self) -> bool {
        matches!(self.statement.plan, Plan::Query(_) | Plan::Explain(_))
    }

    /// Whether the rows of several executions are one result. Of a procedure that is called several times only the
    /// calls count.
    pub fn collects(&self) -> bool {
        self.is_dry() || matches!(self.statement.plan, Plan::Write(_))
    }

    /// Begins an execution with one or several sets of parameters: an INSERT's keys are those of all of them.
    pub fn begin(&mut self) {
        self.begins = true;
    }

    /// Whether executions show what they would send.
    fn is_dry(&self) -> bool {
        self.database.dry_run && (self.writes() || self.is_paid())
    }

    /// Whether an execution costs money or reaches people.
    fn is_paid(&self) -> bool {
        match &self.statement.plan {
            Plan::Query(_) | Plan::Explain(_) | Plan::Local(_) => false,
            Plan::Write(write) => write.operation().is_ok_and(|operation| {
                let gives = |place: &Place| {
                    matches!(place, Place::Parameter(position) if operation.parameters[*position].is_paid())
                };
                operation.paid || write.places.iter().any(gives)
            }),
            Plan::Call(call) => call.procedure.paid,
        }
    }

    /// One entry for each parameter marker, in order.
    pub fn parameters(&self) -> &[ParameterInfo] {
        &self.statement.parameters
    }

    /// Warnings (01000) of executions since the last call: values that are not what their column says. Those of a query
    /// come with its rows.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.warnings)
    }

    /// The failures of further rows of executions since the last call: rows may be written side by side, so that more than
    /// one fails.
    pub fn take_failures(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.failures)
    }

    /// Whether the first marker stands for the return value of a call, which goes out and not in.
    pub fn returns_value(&self) -> bool {
        matches!(&self.statement.plan, Plan::Call(call) if call.returns_value)
    }

    /// What a marker, counted from 0, takes if it is bound as output; `None` where it can take nothing.
    pub fn output(&self, marker: usize) -> Option<Output> {
        match &self.statement.plan {
            Plan::Call(call) => call.outputs.get(marker).copied(),
            _ => None,
        }
    }

    /// What the markers take that are bound as output.
    ///
    /// # Errors
    /// HY105 for one that has no result.
    pub fn outputs(&self, is_output: impl Fn(usize) -> bool) -> Result<Vec<OutputMarker>> {
        let mut outputs = Vec::new();
        let mut next = 0;
        for marker in (0..self.parameters().len()).filter(|&marker| is_output(marker)) {
            let column = match self.output(marker) {
                Some(Output::ReturnValue) => None,
                Some(Output::Column(column) | Output::OfInput(Some(column))) => Some(column),
                Some(Output::Next { .. }) if next < self.results().len() => {
                    next += 1;
                    Some(next - 1)
                }
                _ => {
                    let message = format!("Parameter {} is bound as output, but has no result.", marker + 1);
                    return Err(Error::new(state::INVALID_PARAMETER_TYPE, message));
                }
            };
            // What would be sent has other columns.
            let column = column.filter(|_| !self.is_dry());
            outputs.push(OutputMarker { marker, column });
        }
        Ok(outputs)
    }

    /// The columns of the answer, whether or not executions only show what they would send.
    pub fn results(&self) -> &[ResultColumn] {
        columns_of(&self.statement.plan)
    }

    /// Whether an execution changes something at Twilio.
    pub fn writes(&self) -> bool {
        match &self.statement.plan {
            Plan::Query(_) | Plan::Explain(_) | Plan::Local(_) => false,
            Plan::Write(_) => true,
            Plan::Call(call) => call.procedure.writes(),
        }
    }

    /// Whether it is an EXPLAIN, which can do without values for its markers.
    pub fn explains(&self) -> bool {
        matches!(self.statement.plan, Plan::Explain(_))
    }

    /// The rows that the connection has written since [`Database::take_writes`].
    pub fn written(&self) -> usize {
        self.database.writes.load(Ordering::Relaxed)
    }

    /// Runs the statement with one value for each marker, in the representation of the marker's type. A query gives
    /// at most `max_rows` rows, and no more than the connection allows; 0 stands for all.
    ///
    /// # Errors
    /// 07002 for a wrong number of values, 25006 for a write on a read-only connection, 22018 for a malformed
    /// SID, and what Twilio answers.
    pub fn execute(&mut self, parameters: Vec<Value>, max_rows: usize) -> Result<Outcome> {
        let expected = self.statement.parameters.len();
        if parameters.len() != expected && !(self.explains() && parameters.is_empty()) {
            let message =
                format!("The statement has {expected} parameters, but {} are bound.", parameters.len());
            return Err(Error::new(state::WRONG_PARAMETER_COUNT, message));
        }
        self.check_allowed()?;
        self.follow_tables()?;
        for (info, value) in self.statement.parameters.iter().zip(&parameters) {
            if let (Some(prefix), Value::Text(text)) = (&info.sid, value) {
                check_sid(info.name.as_deref().unwrap_or("A parameter"), Some(prefix), text)?;
            }
        }
        let limits = [self.database.max_rows, max_rows];
        let max_rows = limits.into_iter().filter(|&rows| rows > 0).min().unwrap_or_default();
        match &self.statement.plan {
            Plan::Query(query) => {
                let columns = self.typed_by(&query.columns, &parameters);
                let (database, cancel) = (&self.database, &self.cancel);
                if let Some(plain) = &query.plain
                    && let Some(rows) = plain::open(database, query, plain, max_rows, &parameters, cancel)?
                {
                    return Ok(Outcome::Rows(Cursor::of_plain(rows, columns)));
                }
                let rows = run(database, query, self.session.take(), max_rows, &parameters, cancel)?;
                Ok(Outcome::Rows(Cursor::of_query(rows, columns)))
            }
            Plan::Write(write) => {
                let mut notes = write::Notes::default();
                let begins = &mut self.begins;
                let written =
                    write::execute(&self.database, write, &parameters, begins, &self.cancel, &mut notes);
                self.warnings.append(&mut notes.warnings);
                self.failures.append(&mut notes.failures);
                let written = written?;
                Ok(match &write.returning {
                    _ if self.database.dry_run => {
                        Outcome::Rows(Cursor::of_pages(written.pages, &dry_run::COLUMNS))
                    }
                    Some(returning) => {
                        let cursor = Cursor::of_pages(written.pages, &returning.results);
                        Outcome::Rows(cursor.with_affected(written.rows))
                    }
                    None => Outcome::Affected(written.rows),
                })
            }
            Plan::Call(call) => Ok(match call::execute(&self.database, call, &parameters, &self.cancel)? {
                Called::Answered(row) => {
                    self.warnings.extend(row.iter().flat_map(|row| call::warnings(call, row)));
                    Outcome::Rows(Cursor::of_pages(row.into_iter().collect(), &call.columns))
                }
                Called::Done => Outcome::Affected(1),
                Called::Dry(page) => Outcome::Rows(Cursor::of_pages(vec![page], &dry_run::COLUMNS)),
            }),
            Plan::Explain(plan) => {
                let page = explain::execute(&self.database, plan, &parameters, max_rows, &self.cancel)?;
                Ok(Outcome::Rows(Cursor::of_pages(vec![page], &plan.columns)))
            }
            Plan::Local(plan) => {
                let mut rows = None;
                let mut results = Vec::new();
                if let Some(query) = plan.query() {
                    results = self.typed_by(&query.columns, &parameters);
                    let session = self.session.take();
                    rows = Some(run(&self.database, query, session, 0, &parameters, &self.cancel)?);
                }
                let context = rows.as_ref().map(|rows| rows.context().clone());
                let done = local::execute(&self.database.local, plan, &parameters, rows, &results);
                self.warnings.extend(context.iter().flat_map(|context| context.take_warnings()));
                done.map(Outcome::Affected)
            }
        }
    }

    /// Opens the session of a query: SQLite finds what the resolver does not know, and that is told before it runs.
    fn open(&mut self) -> Result<()> {
        let explained = |plan: &Plan| matches!(plan, Plan::Query(_) | Plan::Local(_));
        match &self.statement.plan {
            Plan::Query(query) if let Some(plain) = &query.plain => {
                // SQLite would find no more.
                plain::check(&self.database, query, plain, &self.cancel)?;
                self.session = None;
            }
            Plan::Query(query) => {
                let max_rows = self.database.max_rows;
                let session = Session::try_open(&self.database, query, max_rows, &self.cancel)?;
                self.session = session.map(|session| (max_rows, session));
            }
            Plan::Local(plan) => {
                let open = |query| Session::open(&self.database, query, 0, &self.cancel);
                self.session = plan.query().map(open).transpose()?.map(|session| (0, session));
            }
            Plan::Explain(explain) if explained(&explain.plan) => {
                if let Some(query) = explain.plan.query() {
                    Session::open(&self.database, query, 0, &self.cancel)?;
                }
            }
            Plan::Explain(_) | Plan::Write(_) | Plan::Call(_) => {}
        }
        Ok(())
    }

    /// Plans the statement anew if a temporary table that it names has been dropped or made anew.
    ///
    /// # Errors
    /// 42S02 for a table that is gone; HY007 if what the application was told of columns or parameters has changed.
    fn follow_tables(&mut self) -> Result<()> {
        if self.is_current(&self.statement.plan) {
            return Ok(());
        }
        let statement = self.database.plan(&self.text)?;
        let described = |plan: &Plan, statement: &Statement| {
            let columns = columns_of(plan).iter().map(|c| (c.name.clone(), c.column_type, c.nullable));
            let parameters = statement.parameters.iter().map(|p| p.column_type);
            (columns.collect::<Vec<_>>(), parameters.collect::<Vec<_>>())
        };
        if described(&statement.plan, &statement) != described(&self.statement.plan, &self.statement) {
            let message = "A temporary table of the statement has been made anew with other columns; prepare the \
                           statement again.";
            return Err(Error::new(state::STATEMENT_NOT_PREPARED, message));
        }
        self.statement = statement;
        self.open()
    }

    fn is_current(&self, plan: &Plan) -> bool {
        let local = &self.database.local;
        let target = match plan {
            Plan::Explain(explain) => return self.is_current(&explain.plan),
            Plan::Local(LocalPlan::Insert { table, creates, .. }) => local.is_current(table, *creates),
            Plan::Local(LocalPlan::Update { table, .. } | LocalPlan::Delete { table, .. }) => {
                local.is_current(table, false)
            }
            _ => true,
        };
        let mut read = plan.query().into_iter().flat_map(|q| &q.tables).filter(|t| t.table.is_temporary());
        target && read.all(|used| local.is_current(&used.table, false))
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
                Value::Text(text) => ColumnType::text_of(text),
                Value::Binary(_) => ColumnType::of(DataType::Binary),
            };
        }
        columns
    }

    fn check_allowed(&self) -> Result<()> {
        if self.database.read_only() && self.writes() {
            return Err(read_only());
        }
        let refused = |message: String| Err(Error::new(state::SYNTAX_ERROR, message));
        if !self.database.allows_paid && self.is_paid() {
            return refused(
                "The statement costs money or reaches people, which AllowPaid=0 refuses: nothing was sent."
                    .into(),
            );
        }
        match &self.statement.plan {
            Plan::Write(write)
                if write.is_unfiltered && write.table.irreversible && !self.database.allows_unfiltered =>
            {
                refused(format!(
                    "The statement has no WHERE that selects rows, and what it does to all rows of {} cannot be \
                     undone: nothing was sent. AllowUnfiltered=1 in the connection string permits it.",
                    write.table.name
                ))
            }
            _ => Ok(()),
        }
    }
}

fn columns_of(plan: &Plan) -> &[ResultColumn] {
    match plan {
        Plan::Query(query) => &query.columns,
        Plan::Call(call) => &call.columns,
        Plan::Explain(explain) => &explain.columns,
        Plan::Write(write) => write.returning.as_ref().map_or(&[], |returning| &returning.results),
        Plan::Local(_) => &[],
    }
}

/// Begins a query, in the session that its preparation opened if that is still there.
fn run(
    database: &Database,
    query: &QueryPlan,
    session: Option<(usize, Session)>,
    max_rows: usize,
    parameters: &[Value],
    cancel: &CancelToken,
) -> Result<Rows> {
    let session = match session {
        Some((limit, session)) if limit == max_rows => session,
        _ => Session::open(database, query, max_rows, cancel)?,
    };
    session.run(parameters)
}

fn read_only() -> Error {
    let message = "The connection is read-only (ReadOnly=1 or SQL_ATTR_ACCESS_MODE): nothing was sent.";
    Error::new(state::READ_ONLY, message)
}
