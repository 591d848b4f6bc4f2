//! Executing a statement with its sets of parameters (SQL_ATTR_PARAMSET_SIZE).
//!
//! Sets are executed one after the other, in order, because what one writes the next may need. An error in one does not
//! keep the others from being tried; SQLCancel and the query timeout do, between two sets as well as within one. Each
//! set gets its status (SQL_ATTR_PARAM_STATUS_PTR), and each error a record with the number of its set.

use super::constants::{diag, param};
use super::dispatch::{Completion, StatementCall};
use super::execute::Running;
use super::output;
use super::parameters::{ParameterSet, Slot};
use super::statement::Plan;
use crate::cancel::CancelToken;
use crate::engine::{Cursor, Outcome, OutputMarker};
use crate::error::{Error, Result, state};
use crate::value::Value;

/// What the sets have come to so far.
struct Batch {
    all: usize,
    executed: usize,
    /// Rows written, those of sets that failed half-way included.
    affected: isize,
    cursor: Option<Cursor>,
    failures: Vec<Failure>,
    /// Whether the last failure is that the statement was cancelled, or its time was over.
    is_stopped: bool,
}

struct Failure {
    error: Error,
    row: isize,
    column: i32,
}

impl Batch {
    fn new(all: usize) -> Self {
        Batch { all, executed: 0, affected: 0, cursor: None, failures: Vec::new(), is_stopped: false }
    }

    /// Whether there are several sets.
    fn is_array(&self) -> bool {
        self.all > 1
    }

    /// The number that a set's records have. `set` counts from 0.
    fn row(&self, set: usize) -> isize {
        if self.is_array() { set as isize + 1 } else { diag::NO_ROW_NUMBER }
    }

    /// Notes that a set failed; its status.
    fn fail(&mut self, set: usize, mut error: Error, column: i32) -> u16 {
        if self.is_array() {
            error.message = format!("Set {} of {}: {}", set + 1, self.all, error.message);
        }
        self.failures.push(Failure { error, row: self.row(set), column });
        param::ERROR
    }

    /// Stops between two sets if the token says so.
    fn check(&mut self, cancel: &CancelToken) {
        if let Some(stop) = cancel.stop().filter(|_| self.is_array() && !self.is_stopped) {
            self.stop(stop.into());
        }
    }

    /// Notes that the execution ends before a set of which nothing was written: no set is to blame. The status of that
    /// set and those after it.
    fn stop(&mut self, error: Error) -> u16 {
        self.is_stopped = true;
        self.failures.push(Failure { error, row: diag::NO_ROW_NUMBER, column: diag::NO_COLUMN_NUMBER });
        param::UNUSED
    }

    /// Whether the whole execution is an error: nothing was executed, it was stopped, or some set failed and the
    /// application has no status array (`is_told`) that says which.
    fn is_failure(&self, is_told: bool) -> bool {
        !self.failures.is_empty() && (self.executed == 0 || self.is_stopped || !is_told)
    }

    /// The failures, in the order of their sets, save that what stopped the execution comes first: some applications
    /// read one record only. The first one says what became of the other sets where `is_failure` hides it.
    fn into_failures(self, is_failure: bool) -> Vec<Failure> {
        let Batch { all, executed, mut failures, is_stopped, .. } = self;
        // A set that wrote rows side by side may have failed several times.
        let mut failed: Vec<isize> = failures.iter().map(|failure| failure.row).collect();
        failed.retain(|row| *row != diag::NO_ROW_NUMBER);
        failed.dedup();
        let failed = failed.len();
        if let Some(last) = failures.last().map(|failure| failure.row).filter(|_| is_stopped) {
            let count = failures.iter().rev().take_while(|failure| failure.row == last).count();
            failures.rotate_right(count);
        }
        if let Some(first) = failures.first_mut().filter(|_| is_failure && all > 1 && failed < all) {
            let unused = all - executed - failed;
            let rest = if unused == 0 { String::new() } else { format!(", {unused} were not executed") };
            let summary = format!(" ({executed} of {all} sets were executed, {failed} failed{rest}.)");
            first.error.message.push_str(&summary);
        }
        failures
    }
}

impl StatementCall<'_> {
    /// Executes once for each set of parameters. `running` has been able to stop the statement since the call began.
    ///
    /// # Errors
    /// HYC00 for a query with several sets, and what a single execution finds. SQL_ERROR is answered when no set
    /// succeeded, when the execution was stopped, and when one failed of which the application could not know, because
    /// it has given no status array; SQL_SUCCESS_WITH_INFO when it has.
    pub(super) fn run(
        &mut self,
        mut plan: Plan,
        is_prepared: bool,
        sets: Vec<ParameterSet>,
        running: Running,
    ) -> Result<Completion> {
        let mut batch = Batch::new(sets.len());
        if batch.is_array() && plan.prepared.queries() {
            self.give_back(plan, is_prepared);
            return Err(Error::new(
                state::NOT_IMPLEMENTED,
                "A query takes one set of parameters, and SQL_ATTR_PARAMSET_SIZE is larger: execute it once for each.",
            ));
        }
        let (apd, ipd) = (&self.descriptors[self.statement.apd], &self.descriptors[self.statement.own.ipd]);
        let outputs = match output::outputs(apd, ipd, &plan.prepared) {
            Ok(outputs) => outputs,
            Err(error) => {
                self.give_back(plan, is_prepared);
                return Err(error);
            }
        };
        let header = self.descriptors[self.statement.own.ipd].header;
        header.rows_processed.write(0usize);
        plan.prepared.begin();
        for (number, set) in sets.into_iter().enumerate() {
            batch.check(&self.statement.activity.cancel);
            let status = match set {
                _ if batch.is_stopped => param::UNUSED,
                ParameterSet::Ignored => param::UNUSED,
                ParameterSet::Failed(error, column) => batch.fail(number, error, column as i32),
                ParameterSet::Ready(slots) => {
                    self.run_set(&mut plan, &mut batch, number, values(slots), &outputs)
                }
            };
            header.array_status.offset((number * size_of::<u16>()) as isize).write(status);
            if !batch.is_stopped || status == param::ERROR {
                header.rows_processed.write(number + 1);
            }
        }
        drop(running);
        let is_failure = batch.is_failure(!batch.is_array() || !header.array_status.is_null());
        let (affected, is_array, cursor) = (batch.affected, batch.is_array(), batch.cursor.take());
        for Failure { error, row, column } in batch.into_failures(is_failure) {
            log::error!("{}: {error}", self.function.name);
            self.statement.diagnostics.post_at(error, row, column);
        }
        if is_failure {
            self.give_back(plan, is_prepared);
            self.statement.diagnostics.row_count = affected;
            return Ok(Completion::Failed);
        }
        self.finish(plan, is_prepared, cursor, affected, is_array)
    }

    /// Executes once; the status of the set.
    fn run_set(
        &mut self,
        plan: &mut Plan,
        batch: &mut Batch,
        set: usize,
        values: Vec<Value>,
        outputs: &[OutputMarker],
    ) -> u16 {
        let before = plan.prepared.written();
        let outcome = plan.prepared.execute(values, self.statement.attributes.max_rows);
        let mut warnings = plan.prepared.take_warnings();
        let mut status = param::SUCCESS;
        let (apd, ipd) = (&self.descriptors[self.statement.apd], &self.descriptors[self.statement.own.ipd]);
        let wchar = self.connection.wchar;
        let put =
            |answer: Option<&Cursor>| output::put(apd, ipd, set, outputs, &plan.prepared, answer, wchar);
        match outcome {
            Ok(Outcome::Affected(rows)) => {
                batch.affected += rows as isize;
                warnings.extend(put(None));
            }
            Ok(Outcome::Rows(rows)) => {
                warnings.extend(put(Some(&rows)));
                batch.affected += rows.affected().unwrap_or(1) as isize;
                match &mut batch.cursor {
                    Some(cursor) => cursor.append(rows),
                    // SQLMoreResults leads to no further result.
                    None => {
                        batch.cursor = (!batch.is_array() || plan.prepared.collects()).then_some(rows);
                    }
                }
            }
            Err(error) => {
                batch.affected += (plan.prepared.written() - before) as isize;
                let stop = self.statement.activity.cancel.stop().map(Error::from);
                batch.is_stopped = stop.is_some();
                // What was on its way has an error of its own.
                status = match stop {
                    Some(stop) if batch.is_array() && error == stop => batch.stop(error),
                    Some(stop) if plan.prepared.writes() && error == stop => {
                        let message = format!("{} Nothing was written.", error.message);
                        batch.fail(set, Error { message, ..error }, diag::NO_COLUMN_NUMBER)
                    }
                    _ => batch.fail(set, error, diag::NO_COLUMN_NUMBER),
                };
                for error in plan.prepared.take_failures() {
                    batch.fail(set, error, diag::NO_COLUMN_NUMBER);
                }
            }
        }
        if status == param::SUCCESS {
            batch.executed += 1;
            if !warnings.is_empty() {
                status = param::SUCCESS_WITH_INFO;
            }
        }
        for warning in warnings {
            self.statement.diagnostics.post_at(warning, batch.row(set), diag::NO_COLUMN_NUMBER);
        }
        status
    }
}

fn values(slots: Vec<Slot>) -> Vec<Value> {
    let value = |slot| match slot {
        Slot::Ready(value) => value,
        Slot::Deferred(_) => unreachable!("a dialogue has settled what was deferred"),
    };
    slots.into_iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> Error {
        Error::new(state::GENERAL_ERROR, "No.")
    }

    fn told(batch: Batch, is_failure: bool) -> Vec<(String, isize)> {
        let failures = batch.into_failures(is_failure).into_iter();
        failures.map(|failure| (failure.error.message, failure.row)).collect()
    }

    #[test]
    fn a_single_set_has_no_number() {
        let mut batch = Batch::new(1);
        batch.fail(0, error(), diag::NO_COLUMN_NUMBER);
        assert!(batch.is_failure(true));
        assert_eq!(told(batch, true), [("No.".to_owned(), diag::NO_ROW_NUMBER)]);
    }

    #[test]
    fn who_has_no_status_array_is_told_by_an_error() {
        let mut batch = Batch::new(3);
        batch.fail(1, error(), diag::NO_COLUMN_NUMBER);
        batch.executed = 2;
        assert!(!batch.is_failure(true));
        assert!(batch.is_failure(false));
        let message = "Set 2 of 3: No. (2 of 3 sets were executed, 1 failed.)".to_owned();
        assert_eq!(told(batch, true), [(message, 2)]);
    }

    #[test]
    fn what_stopped_the_execution_comes_first() {
        let cancel = CancelToken::default();
        let mut batch = Batch::new(4);
        batch.fail(0, error(), diag::NO_COLUMN_NUMBER);
        batch.executed = 1;
        batch.check(&cancel);
        assert!(!batch.is_stopped);
        cancel.cancel();
        batch.check(&cancel);
        batch.check(&cancel);
        assert!(batch.is_failure(true));
        let message =
            "The statement was cancelled. (1 of 4 sets were executed, 1 failed, 2 were not executed.)";
        let expected = [(message.to_owned(), diag::NO_ROW_NUMBER), ("Set 1 of 4: No.".to_owned(), 1)];
        assert_eq!(told(batch, true), expected);
    }
}
