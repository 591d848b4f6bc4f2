//! Preparing and executing: SQLPrepare, SQLExecute, SQLExecDirect, the catalogue functions, SQLRowCount,
//! SQLMoreResults, cursor names.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::catalog::{self, ResultSet};
use super::cursor::OpenCursor;
use super::data_at_execution::{Dialogue, deferred};
use super::dispatch::{Completion, StatementCall};
use super::output;
use super::parameters::{ParameterSet, gather};
use super::registry::Activity;
use super::statement::{Execution, Plan, State};
use super::types::OdbcVersion;
use crate::engine::Cursor;
use crate::error::{Error, Result, state};
use crate::logging;
use crate::model::TableEntry;
use crate::sql;

/// The codes of SQL_DIAG_DYNAMIC_FUNCTION_CODE that matter here.
const SEARCHED: [i32; 2] = [19, 82];

/// Marks a statement as running, or a connection as being opened, so that SQLCancel knows that there is something to stop.
pub struct Running(Arc<AtomicBool>);

impl Running {
    /// Forgets an earlier cancel, sets the query or login timeout (seconds, 0 for none), and lets SQLCancel act.
    pub fn start(activity: &Activity, timeout: usize) -> Running {
        activity.cancel.arm((timeout > 0).then(|| Duration::from_secs(timeout as u64)));
        activity.running.store(true, Ordering::Release);
        Running(activity.running.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl StatementCall<'_> {
    fn compile(&mut self, text: &str) -> Result<Plan> {
        let database = &self.connection.session()?.database;
        self.statement.number = logging::begin_statement();
        if log::log_enabled!(log::Level::Info) {
            log::info!("{}: {}", self.function.name, sql::loggable(database.model(), text));
        }
        let prepared = database.prepare(text, &self.statement.activity.cancel)?;
        Ok(Plan::new(prepared, text))
    }

    /// SQLPrepare.
    ///
    /// # Errors
    /// 24000, HY010, and what the compilation finds.
    pub fn prepare(&mut self, text: &str) -> Result<Completion> {
        self.statement.refuse_open_cursor()?;
        self.statement.state = State::Allocated;
        let plan = self.compile(text);
        if let Ok(plan) = plan {
            self.statement.state = State::Prepared(Box::new(plan));
            self.describe_result();
            return Ok(Completion::Success);
        }
        self.describe_result();
        plan.map(|_| Completion::Success)
    }

    /// SQLExecDirect.
    ///
    /// # Errors
    /// 24000, HY010, and what the compilation and the execution find.
    pub fn execute_direct(&mut self, text: &str) -> Result<Completion> {
        self.statement.refuse_open_cursor()?;
        self.statement.state = State::Allocated;
        self.describe_result();
        // A cancel that comes during the compilation is not lost.
        let running = Running::start(&self.statement.activity, self.statement.attributes.query_timeout);
        let plan = self.compile(text)?;
        self.statement.activity.cancel.check()?;
        self.start(plan, false, running)
    }

    /// SQLExecute.
    ///
    /// # Errors
    /// 24000, HY010 (nothing is prepared), and what the execution finds.
    pub fn execute(&mut self) -> Result<Completion> {
        self.statement.refuse_unprepared()?;
        self.statement.refuse_open_cursor()?;
        self.statement.close();
        let State::Prepared(plan) = std::mem::take(&mut self.statement.state) else {
            unreachable!("what is prepared goes back to that when it is closed")
        };
        log::info!("{}", self.function.name);
        let timeout = self.statement.attributes.query_timeout;
        let running = Running::start(&self.statement.activity, timeout);
        self.start(*plan, true, running)
    }

    /// Reads the parameters, and executes or asks for those that are still to come.
    fn start(&mut self, plan: Plan, is_prepared: bool, running: Running) -> Result<Completion> {
        self.statement.diagnostics.dynamic_function = plan.dynamic_function;
        let apd = &self.descriptors[self.statement.apd];
        let ipd = &self.descriptors[self.statement.own.ipd];
        let gathered = output::outputs(apd, ipd, &plan.prepared).and_then(|_| {
            let is_read = |marker| output::is_read(ipd, &plan.prepared, marker);
            let size = apd.header.array_size;
            // A query is refused any other number than one, so that two are enough to know.
            let sets = if plan.prepared.queries() { size.min(2) } else { size };
            gather(apd, ipd, plan.prepared.parameters(), sets, self.connection.wchar, is_read)
        });
        let sets = match gathered {
            Ok(sets) => sets,
            // EXPLAIN shows the markers then.
            Err(error) if plan.prepared.explains() && error.state == state::WRONG_PARAMETER_COUNT => {
                vec![ParameterSet::Ready(Vec::new())]
            }
            Err(error) => {
                self.give_back(plan, is_prepared);
                return Err(error);
            }
        };
        let pending = deferred(&sets);
        if pending.is_empty() {
            return self.run(plan, is_prepared, sets, running);
        }
        let dialogue = Dialogue::new(plan, is_prepared, sets, pending);
        self.statement.state = State::NeedData(Box::new(dialogue));
        Ok(Completion::NeedData)
    }

    /// What an execution that failed leaves behind.
    pub(super) fn give_back(&mut self, plan: Plan, is_prepared: bool) {
        self.statement.state = if is_prepared { State::Prepared(Box::new(plan)) } else { State::Allocated };
        self.describe_result();
    }

    /// Takes what an execution gave into the statement's state.
    pub(super) fn finish(
        &mut self,
        plan: Plan,
        is_prepared: bool,
        cursor: Option<Cursor>,
        affected: isize,
        is_array: bool,
    ) -> Result<Completion> {
        let function = plan.dynamic_function.1;
        if let Some(cursor) = cursor {
            let columns = Arc::from(cursor.columns());
            let execution = Execution { plan: Some(plan), is_prepared };
            let mut open = OpenCursor::streaming(columns, cursor, self.statement.attributes.is_static);
            if open.affected >= 0 {
                // Rows of sets that failed half-way are written, and not shown.
                open.affected = affected;
            }
            self.statement.diagnostics.row_count = open.affected;
            self.statement.state = State::Open(Box::new(execution), Box::new(open));
            self.describe_result();
            return Ok(Completion::Success);
        }
        self.statement.diagnostics.row_count = affected;
        let execution = Execution { plan: Some(plan), is_prepared };
        self.statement.state = State::Executed(Box::new(execution), affected);
        self.describe_result();
        let found_nothing = affected == 0
            && !is_array
            && SEARCHED.contains(&function)
            && self.connection.version == OdbcVersion::Odbc3;
        Ok(if found_nothing { Completion::NoData } else { Completion::Success })
    }

    /// A catalogue function: its rows become the statement's result.
    ///
    /// # Errors
    /// 24000, HY010, and those of the function.
    pub fn catalogue(
        &mut self,
        function: impl FnOnce(&catalog::Context<'_>) -> Result<ResultSet>,
    ) -> Result<Completion> {
        self.statement.refuse_open_cursor()?;
        self.statement.state = State::Allocated;
        self.statement.number = logging::begin_statement();
        log::info!("{}", self.function.name);
        let session = self.connection.session()?;
        let database = &session.database;
        let model = database.model().clone();
        let temporary: Vec<TableEntry> =
            database.temporary_tables().into_iter().map(TableEntry::from).collect();
        let system = session.system.clone();
        let set = function(&system.catalog(&model, &temporary, self.statement.attributes.metadata_id))?;
        let execution = Execution { plan: None, is_prepared: false };
        let cursor = OpenCursor::finished(set, self.statement.attributes.is_static);
        self.statement.state = State::Open(Box::new(execution), Box::new(cursor));
        self.statement.diagnostics.row_count = -1;
        self.describe_result();
        Ok(Completion::Success)
    }

    /// SQLRowCount: rows written, those that RETURNING shows included; −1 for any other result set, whose rows are
    /// counted by nobody before they are fetched.
    ///
    /// # Errors
    /// HY010.
    pub fn row_count(&self) -> Result<isize> {
        self.statement.refuse_in_dialogue()?;
        match &self.statement.state {
            State::Executed(_, affected) => Ok(*affected),
            State::Open(_, cursor) => Ok(cursor.affected),
            _ => Err(Error::new(state::FUNCTION_SEQUENCE, "The statement has not been executed.")),
        }
    }

    /// SQLMoreResults: there is one result at most, so that the cursor closes.
    ///
    /// # Errors
    /// HY010 while parameter data is awaited.
    pub fn more_results(&mut self) -> Result<Completion> {
        self.statement.refuse_in_dialogue()?;
        self.close();
        Ok(Completion::NoData)
    }

    /// SQLSetCursorName.
    ///
    /// # Errors
    /// 24000, 34000, 3C000, HY010.
    pub fn set_cursor_name(&mut self, name: &str) -> Result<Completion> {
        self.statement.refuse_open_cursor()?;
        if matches!(self.statement.state, State::Executed(..)) {
            return Err(Error::new(
                state::INVALID_CURSOR_STATE,
                "The statement has been executed; close it before its cursor gets a name.",
            ));
        }
        let key = name.to_ascii_lowercase();
        if name.is_empty()
            || name.chars().count() > 128
            || key.starts_with("sqlcur")
            || key.starts_with("sql_cur")
        {
            return Err(Error::new(
                state::INVALID_CURSOR_NAME,
                "A cursor name has 1 to 128 characters and does not start with SQL_CUR.",
            ));
        }
        if self.connection.cursor_names.get(&key).is_some_and(|owner| *owner != self.handle) {
            return Err(Error::new(
                state::DUPLICATE_CURSOR_NAME,
                format!("Another statement of the connection has the cursor name {name}."),
            ));
        }
        let handle = self.handle;
        self.connection.cursor_names.retain(|_, owner| *owner != handle);
        self.connection.cursor_names.insert(key, handle);
        self.statement.cursor_name = name.to_owned();
        Ok(Completion::Success)
    }

    /// SQLGetCursorName: a generated name where the application has set none.
    ///
    /// # Errors
    /// HY010.
    pub fn cursor_name(&mut self) -> Result<&str> {
        self.statement.refuse_in_dialogue()?;
        if self.statement.cursor_name.is_empty() {
            self.statement.cursor_name = format!("SQL_CUR{}", self.connection.next_cursor);
            self.connection.next_cursor += 1;
        }
        Ok(&self.statement.cursor_name)
    }
}
