//! Preparing and executing: SQLPrepare, SQLExecute, SQLExecDirect, the catalogue functions, SQLRowCount,
//! SQLMoreResults, cursor names.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::catalog::{self, ResultSet};
use super::constants::{diag, param};
use super::cursor::OpenCursor;
use super::data_at_execution::{Dialogue, deferred};
use super::diagnostics::Diagnostics;
use super::dispatch::{Completion, StatementCall};
use super::output;
use super::parameters::{ParameterSet, Slot, gather};
use super::registry::Activity;
use super::statement::{Execution, Plan, State};
use super::types::OdbcVersion;
use crate::engine::{Cursor, Outcome, Prepared};
use crate::error::{Error, Result, state};
use crate::model::TableEntry;
use crate::sql;
use crate::value::Value;

/// The codes of SQL_DIAG_DYNAMIC_FUNCTION_CODE that matter here.
const SEARCHED: [i32; 2] = [19, 82];

/// Marks a statement as running, so that SQLCancel knows that there is something to stop.
pub struct Running(Arc<AtomicBool>);

impl Running {
    /// Forgets an earlier cancel, sets the query timeout (seconds, 0 for none), and lets SQLCancel act.
    pub fn start(activity: &Activity, query_timeout: usize) -> Running {
        activity.cancel.arm((query_timeout > 0).then(|| Duration::from_secs(query_timeout as u64)));
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
        if log::log_enabled!(log::Level::Info) {
            log::info!("{:#x}: {}", self.handle, sql::loggable(database.model(), text));
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
        drop(running);
        self.start(plan, false)
    }

    /// SQLExecute.
    ///
    /// # Errors
    /// 24000, HY010 (nothing is prepared), and what the execution finds.
    pub fn execute(&mut self) -> Result<Completion> {
        self.statement.refuse_open_cursor()?;
        self.statement.close();
        match std::mem::take(&mut self.statement.state) {
            State::Prepared(plan) => self.start(*plan, true),
            other => {
                self.statement.state = other;
                Err(Error::new(state::FUNCTION_SEQUENCE, "No statement has been prepared."))
            }
        }
    }

    /// Reads the parameters, and executes or asks for those that are still to come.
    fn start(&mut self, plan: Plan, is_prepared: bool) -> Result<Completion> {
        self.statement.diagnostics.dynamic_function = plan.dynamic_function;
        let apd = &self.descriptors[self.statement.apd];
        let ipd = &self.descriptors[self.statement.own.ipd];
        let outputs = output::outputs(apd, ipd, &plan.prepared);
        let gathered = outputs.and_then(|_| {
            let is_read = |marker| output::is_read(ipd, &plan.prepared, marker);
            gather(apd, ipd, plan.prepared.parameters(), is_read)
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
            return self.run(plan, is_prepared, sets);
        }
        let dialogue = Dialogue::new(plan, is_prepared, sets, pending);
        self.statement.state = State::NeedData(Box::new(dialogue));
        Ok(Completion::NeedData)
    }

    fn give_back(&mut self, plan: Plan, is_prepared: bool) {
        self.statement.state = if is_prepared { State::Prepared(Box::new(plan)) } else { State::Allocated };
        self.describe_result();
    }

    /// Executes once for each parameter set.
    ///
    /// # Errors
    /// HYC00 for a query with several sets, and what a single execution finds. With several sets each one's error
    /// is posted with its number. SQL_ERROR is answered when none succeeded, when the execution was stopped, and when
    /// one failed of which the application could not know, because it has given no status array.
    pub(super) fn run(
        &mut self,
        mut plan: Plan,
        is_prepared: bool,
        sets: Vec<ParameterSet>,
    ) -> Result<Completion> {
        let is_array = sets.len() > 1;
        if is_array && plan.prepared.queries() {
            self.give_back(plan, is_prepared);
            return Err(Error::new(
                state::NOT_IMPLEMENTED,
                "A query takes one set of parameters; SQL_ATTR_PARAMSET_SIZE is larger.",
            ));
        }
        let attributes = self.statement.attributes;
        let running = Running::start(&self.statement.activity, attributes.query_timeout);
        let header = self.descriptors[self.statement.own.ipd].header;
        let (apd, ipd) = (&self.descriptors[self.statement.apd], &self.descriptors[self.statement.own.ipd]);
        let outputs = output::outputs(apd, ipd, &plan.prepared)?;
        let put = |row: usize, prepared: &Prepared, answer: Option<&Cursor>, posted: &mut Diagnostics| {
            let problems = output::put(apd, ipd, row, &outputs, prepared, answer);
            problems.into_iter().for_each(|problem| posted.post(problem));
        };
        plan.prepared.begin();
        let mut affected: isize = 0;
        let mut succeeded = 0;
        let mut cursor: Option<Cursor> = None;
        let mut stopped = false;
        for (row, set) in sets.into_iter().enumerate() {
            let (status, error) = match set {
                _ if stopped => (param::UNUSED, None),
                ParameterSet::Ignored => (param::UNUSED, None),
                ParameterSet::Failed(error, column) => (param::ERROR, Some((error, column as i32))),
                ParameterSet::Ready(slots) => {
                    match plan.prepared.execute(values(slots), attributes.max_rows) {
                        Ok(Outcome::Affected(rows)) => {
                            affected += rows as isize;
                            put(row, &plan.prepared, None, &mut self.statement.diagnostics);
                            (param::SUCCESS, None)
                        }
                        Ok(Outcome::Rows(rows)) => {
                            affected += rows.affected().unwrap_or(1) as isize;
                            put(row, &plan.prepared, Some(&rows), &mut self.statement.diagnostics);
                            match &mut cursor {
                                Some(cursor) => cursor.append(rows),
                                // SQLMoreResults leads to no further result.
                                None => cursor = (!is_array || plan.prepared.collects()).then_some(rows),
                            }
                            (param::SUCCESS, None)
                        }
                        Err(error) => {
                            // A request that took too long is no reason not to try the other sets.
                            stopped = self.statement.activity.cancel.stop().is_some();
                            (param::ERROR, Some((error, diag::NO_COLUMN_NUMBER)))
                        }
                    }
                }
            };
            succeeded += usize::from(status == param::SUCCESS);
            header.array_status.offset((row * size_of::<u16>()) as isize).write(status);
            if !stopped || status == param::ERROR {
                header.rows_processed.write(row + 1);
            }
            if let Some((error, column)) = error {
                log::error!("{}: {error}", self.function.name);
                let row = if is_array { row as isize + 1 } else { diag::NO_ROW_NUMBER };
                self.statement.diagnostics.post_at(error, row, column);
            }
        }
        drop(running);
        let failed = !self.statement.diagnostics.is_empty()
            && (succeeded == 0 || stopped || (is_array && header.array_status.is_null()));
        plan.prepared.take_warnings().into_iter().for_each(|w| self.statement.diagnostics.post(w));
        if failed {
            self.give_back(plan, is_prepared);
            return Ok(Completion::Failed);
        }
        self.finish(plan, is_prepared, cursor, affected, is_array)
    }

    fn finish(
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
            let open = OpenCursor::streaming(columns, cursor);
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
        let session = self.connection.session()?;
        let database = &session.database;
        let model = database.model().clone();
        let temporary: Vec<TableEntry> =
            database.temporary_tables().into_iter().map(TableEntry::from).collect();
        let system = session.system.clone();
        let set = function(&system.catalog(&model, &temporary, self.statement.attributes.metadata_id))?;
        let execution = Execution { plan: None, is_prepared: false };
        self.statement.state = State::Open(Box::new(execution), Box::new(OpenCursor::finished(set)));
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
    pub fn cursor_name(&mut self) -> &str {
        if self.statement.cursor_name.is_empty() {
            self.statement.cursor_name = format!("SQL_CUR{}", self.connection.next_cursor);
            self.connection.next_cursor += 1;
        }
        &self.statement.cursor_name
    }
}

fn values(slots: Vec<Slot>) -> Vec<Value> {
    let value = |slot| match slot {
        Slot::Ready(value) => value,
        Slot::Deferred(_) => unreachable!("a dialogue has settled what was deferred"),
    };
    slots.into_iter().map(value).collect()
}
