//! INSERT, UPDATE and DELETE: the rows are found first, then each is written by one request.
//!
//! Every row becomes a request, and so is checked, before the first one is sent ([`request`]). Requests go one after the
//! other, in the order of the rows; where the model says that the order does not matter, several at a time
//! ([`side_by_side`]). What a row was answered with gives the columns of RETURNING and, of an INSERT, the
//! key that [`super::identity`] keeps ([`answer`]).

mod answer;
mod request;
mod side_by_side;

use std::collections::HashSet;

use super::Database;
use super::dry_run;
use super::session::Session;
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::sql::{GivenRows, Operand, Place, WriteKind, WritePlan};
use crate::twilio::{self, Page};
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
/// execution of its statement, and is taken back when its rows are known. `notes` takes what came up beside it.
///
/// # Errors
/// What a row is refused for before anything is sent; then what Twilio answers to the first row that it refuses, or that
/// the outcome of a row is unknown. The text says how many rows were written, and how many were not sent. Where rows are
/// sent side by side, others may have failed as well: they are among the notes.
pub(super) fn execute(
    database: &Database,
    plan: &WritePlan,
    parameters: &[Value],
    begins: &mut bool,
    cancel: &CancelToken,
    notes: &mut Notes,
) -> Result<Written> {
    let operation = plan.operation()?;
    let is_insert = plan.kind == WriteKind::Insert;
    let ready = requests(database, plan, parameters, cancel, &mut notes.warnings);
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
    let writing = Writing {
        database,
        cancel,
        answers: Answers::new(plan),
        kind: plan.kind,
        once: is_insert || acts,
        all: ready.len(),
    };
    if operation.unordered && !writing.once && ready.len() > 1 {
        return writing.side_by_side(ready, notes);
    }
    let mut written = Written::default();
    for (sent, row) in ready.into_iter().enumerate() {
        match writing.send(&row) {
            Ok(answer) => written.add(writing.done(sent, row, answer, notes)),
            Err(e) => {
                let unsent = writing.all - sent - usize::from(e.was_sent());
                return Err(after(written.rows, unsent, writing.all, e.into()));
            }
        }
    }
    Ok(written)
}

/// What comes up beside what a statement has written.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// What came up while rows were looked for, and 01000 for rows that were written and whose answer could not be read.
    pub warnings: Vec<Error>,
    /// Rows that failed after the one that the statement fails with.
    pub failures: Vec<Error>,
}

/// The rows of one execution on their way.
struct Writing<'a> {
    database: &'a Database,
    cancel: &'a CancelToken,
    answers: Answers<'a>,
    kind: WriteKind,
    /// Whether requests must not be sent twice.
    once: bool,
    all: usize,
}

/// What a row was answered with; `None` for one that Twilio does not have.
type Sent = std::result::Result<Option<Option<Page>>, twilio::Error>;

impl Writing<'_> {
    /// Sends the request of a row.
    fn send(&self, row: &Ready) -> Sent {
        let layout = self.answers.layout(self.database, row);
        match self.database.client.write(&row.request, layout.as_ref(), self.once, self.cancel) {
            Ok(answer) => Ok(Some(answer.row)),
            Err(e) if e.is_not_found() && self.kind != WriteKind::Insert => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Takes notes of a row that was sent; what is returned of it, and whether it counts.
    fn done(
        &self,
        number: usize,
        row: Ready,
        sent: Option<Option<Page>>,
        notes: &mut Notes,
    ) -> Option<Option<Page>> {
        let answer = sent?;
        self.database.count_write();
        if self.kind == WriteKind::Insert {
            self.database.identity.add(self.answers.key(answer.as_ref()));
        }
        if answer.is_none() && self.answers.layout(self.database, &row).is_some() {
            let which = if self.all == 1 {
                "The row".to_owned()
            } else {
                format!("Row {} of {}", number + 1, self.all)
            };
            let message = format!("{which} was written, but what it was answered with could not be read.");
            notes.warnings.push(Error::new(state::GENERAL_WARNING, message));
        }
        notes.warnings.extend(answer.iter().flat_map(|row| self.answers.warnings(row)));
        Some(self.answers.page(answer, row.found))
    }

    /// Sends the rows several at a time. None is begun after one has failed; those that are on their way then come to
    /// their end.
    ///
    /// # Errors
    /// That of the first row, in their order, that failed.
    fn side_by_side(&self, ready: Vec<Ready>, notes: &mut Notes) -> Result<Written> {
        let sent = {
            let width = self.database.client.max_concurrency();
            side_by_side::run(ready.len(), width, |number| self.send(&ready[number]), Sent::is_err)
        };
        let mut written = Written::default();
        let (mut failures, mut unsent) = (Vec::new(), 0);
        for (number, (row, sent)) in ready.into_iter().zip(sent).enumerate() {
            match sent {
                Some(Ok(answer)) => written.add(self.done(number, row, answer, notes)),
                Some(Err(error)) => {
                    unsent += usize::from(!error.was_sent());
                    failures.push(error);
                }
                None => unsent += 1,
            }
        }
        // What was stopped before it was sent says less than what was on its way.
        failures.sort_by_key(|error| !error.was_sent());
        let mut failures = failures.into_iter();
        let Some(first) = failures.next() else { return Ok(written) };
        let others: Vec<twilio::Error> = failures.filter(twilio::Error::was_sent).collect();
        let unknown = others.iter().chain([&first]).filter(|error| error.is_unknown()).count();
        let summary = summary(written.rows, unknown, unsent, self.all);
        notes.failures = others.into_iter().map(Error::from).collect();
        let first = Error::from(first);
        Err(Error { message: format!("{} ({summary})", first.message), ..first })
    }
}

impl Written {
    fn add(&mut self, row: Option<Option<Page>>) {
        self.rows += usize::from(row.is_some());
        self.pages.extend(row.flatten());
    }
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

/// What became of rows that were sent side by side.
fn summary(written: usize, unknown: usize, unsent: usize, all: usize) -> String {
    let unknown = if unknown == 0 { String::new() } else { format!(", the outcome of {unknown} is unknown") };
    format!("{written} of {all} rows were written{unknown}, {unsent} were not sent.")
}
