//! INSERT, UPDATE and DELETE: the rows are found first, then each is written by one request.
//!
//! Every row becomes a request, and so is checked, before the first one is sent ([`request`]). Requests go one after the
//! other, in the order of the rows. What a row was answered with gives the columns of RETURNING and, of an INSERT, the
//! key that [`super::identity`] keeps ([`answer`]).

mod answer;
mod request;

use std::collections::HashSet;

use super::Database;
use super::dry_run;
use super::session::Session;
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::sql::{GivenRows, Operand, Place, WriteKind, WritePlan};
use crate::twilio::Page;
use crate::value::Value;
use answer::Answers;
use request::Ready;

/// What a statement has written.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub rows: usize,
    /// What RETURNING asked for, or what would have been sent.
    pub pages: Vec<Page>,
}

/// Writes the rows. A row that UPDATE or DELETE does not find at Twilio (404) is none. `begins` says that it is the first
/// execution of its statement, and is taken back when its rows are known. `warnings` takes what came up while rows were
/// looked for, and 01000 for rows that were written and whose answer could not be read.
///
/// # Errors
/// What a row is refused for before anything is sent; then what Twilio answers to the first row that it refuses, or that
/// the outcome of a row is unknown. The text says how many rows were written before it, and how many were not sent.
pub(super) fn execute(
    database: &Database,
    plan: &WritePlan,
    parameters: &[Value],
    begins: &mut bool,
    cancel: &CancelToken,
    warnings: &mut Vec<Error>,
) -> Result<Written> {
    let operation = plan.operation()?;
    let is_insert = plan.kind == WriteKind::Insert;
    let ready = requests(database, plan, parameters, cancel, warnings);
    // One that makes no row has no keys either: those of another statement would be taken for its own.
    if is_insert && !database.dry_run && std::mem::take(begins) {
        database.identity.begin();
    }
    let ready = ready?;
    if database.dry_run {
        let pages = vec![dry_run::page(ready.iter().map(|ready| &ready.request))];
        return Ok(Written { pages, ..Written::default() });
    }
    let acts = plan.places.iter().any(|place| match *place {
        Place::Parameter(position) => operation.parameters[position].acts,
        Place::Path(_) => false,
    });
    let answers = Answers::new(plan);
    let mut written = Written::default();
    let all = ready.len();
    for (sent, row) in ready.into_iter().enumerate() {
        let layout = answers.layout(database, &row);
        let answer = match database.client.write(&row.request, layout.as_ref(), is_insert || acts, cancel) {
            Ok(answer) => answer,
            Err(e) if e.is_not_found() && !is_insert => continue,
            Err(e) => {
                let unsent = all - sent - usize::from(e.was_sent());
                return Err(after(written.rows, unsent, all, e.into()));
            }
        };
        written.rows += 1;
        database.count_write();
        if is_insert {
            database.identity.add(answers.key(answer.row.as_ref()));
        }
        if layout.is_some() && answer.row.is_none() {
            let row = if all == 1 { "The row".to_owned() } else { format!("Row {} of {all}", sent + 1) };
            let message = format!("{row} was written, but what it was answered with could not be read.");
            warnings.push(Error::new(state::GENERAL_WARNING, message));
        }
        warnings.extend(answer.row.iter().flat_map(|row| answers.warnings(row)));
        written.pages.extend(answers.page(answer.row, row.found));
    }
    Ok(written)
}

/// The requests for the rows; those whose key is NULL, which no row's is, and those that set nothing are left out.
fn requests(
    database: &Database,
    plan: &WritePlan,
    parameters: &[Value],
    cancel: &CancelToken,
    warnings: &mut Vec<Error>,
) -> Result<Vec<Ready>> {
    let mut requests = Requests { database, plan, seen: HashSet::new(), ready: Vec::new(), rows: 0 };
    match &plan.rows {
        GivenRows::Values(rows) => {
            let all = rows.len();
            for row in rows {
                let value = |operand: &Operand| match operand {
                    Operand::Constant(value) => value.clone(),
                    Operand::Parameter(number) => parameters[*number].clone(),
                };
                requests.add(row.iter().map(value).collect(), all > 1)?;
            }
        }
        GivenRows::Query(query) => {
            let mut found = Session::open(database, query, 0, cancel)?.run(parameters)?;
            while found.advance()? {
                let values = (0..query.columns.len()).map(|i| found.value(i).to_owned());
                requests.add(values.collect(), true)?;
            }
            warnings.extend(found.take_warnings());
        }
    }
    Ok(requests.ready)
}

struct Requests<'a> {
    database: &'a Database,
    plan: &'a WritePlan,
    /// The rows that UPDATE and DELETE have been given already: a join of a sub-query may find one twice.
    seen: HashSet<String>,
    ready: Vec<Ready>,
    rows: usize,
}

impl Requests<'_> {
    fn add(&mut self, mut values: Vec<Value>, is_one_of_many: bool) -> Result<()> {
        self.rows += 1;
        let found = values.split_off(self.plan.places.len());
        if self.plan.kind != WriteKind::Insert {
            let path = self.plan.places.iter().take_while(|place| matches!(place, Place::Path(_))).count();
            if !self.seen.insert(format!("{:?}", &values[..path])) {
                return Ok(());
            }
        }
        let ready = request::build(self.database, self.plan, &values).map_err(|error| {
            let which = format!("Row {}: {} Nothing was sent.", self.rows, error.message);
            if is_one_of_many { Error { message: which, ..error } } else { error }
        })?;
        self.ready.extend(ready.map(|ready| Ready { found, ..ready }));
        Ok(())
    }
}

fn after(written: usize, unsent: usize, all: usize, error: Error) -> Error {
    if all == 1 {
        return error;
    }
    let message =
        format!("{} ({written} of {all} rows were written before, {unsent} were not sent.)", error.message);
    Error { message, ..error }
}
