//! What the parts of one running query share.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Database;
use super::scan_request::{ScanRequest, mask};
use super::shared_scan::{Keep, SharedScan};
use super::system::Snapshots;
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::model::{DataType, Model, Parent, RAW, Table};
use crate::sql::plan::module_name;
use crate::twilio::{Client, Page};

/// Shared by the session, its virtual tables and their cursors.
#[derive(Debug)]
pub(super) struct Context {
    pub model: Arc<Model>,
    pub client: Client,
    pub cancel: CancelToken,
    /// Whether scans are kept, because SQLite may run one again for each row of another table.
    pub keep_scans: bool,
    /// Whether every row is wanted: pages are then read ahead, which is in vain where a limit ends the statement.
    pub wants_all: bool,
    /// What the system tables show.
    pub snapshots: Snapshots,
    /// Whether predicates are sent to Twilio.
    pub pushdown: bool,
    /// Whether all accounts are read where nothing says which one.
    pub all_accounts: bool,
    /// Whether parents are walked where the model calls that costly.
    walks_costly: bool,
    /// Whether a statement that would walk them all the same can be planned; it fails when it gets there.
    plans_costly: bool,
    /// Whether a value that is none of its column's type is an error.
    strict_types: bool,
    /// Whether what tables need is off at Twilio, by its name, where that was asked.
    features: Mutex<HashMap<&'static str, bool>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    error: Option<Error>,
    /// Why a way to read a table was refused while the statement was planned.
    refused: Option<Error>,
    /// Whether such a way was planned all the same.
    planned_costly: bool,
    scans: HashMap<ScanRequest, Arc<Mutex<SharedScan>>>,
    /// The columns of tables that the statement reads under any of their names, as SQLite's masks.
    columns: Vec<(Arc<Table>, u64)>,
    warnings: Vec<Error>,
    /// The columns that a warning was posted for.
    warned: HashSet<(String, usize)>,
    /// The accounts of rows that are not the connection's, by their keys: what lies below them is theirs too.
    /// `None` for a key that several accounts have.
    accounts: HashMap<String, Option<String>>,
}

impl Context {
    pub fn new(
        database: &Database,
        cancel: &CancelToken,
        keep_scans: bool,
        wants_all: bool,
        plans_costly: bool,
    ) -> Arc<Self> {
        Arc::new(Context {
            model: database.model.clone(),
            client: database.client.clone(),
            cancel: cancel.clone(),
            keep_scans,
            wants_all,
            pushdown: database.pushdown,
            all_accounts: database.all_accounts,
            walks_costly: database.walks_costly,
            plans_costly,
            strict_types: database.strict_types,
            snapshots: Snapshots::new(database.clone()),
            features: Mutex::default(),
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of what tables need, locked.
    pub fn features(&self) -> MutexGuard<'_, HashMap<&'static str, bool>> {
        self.features.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the first error, which SQLite's error codes could not carry.
    pub fn fail(&self, error: Error) {
        self.state().error.get_or_insert(error);
    }

    pub fn take_error(&self) -> Option<Error> {
        self.state().error.take()
    }

    /// Whether the parents that hold a column's values may be walked.
    ///
    /// # Errors
    /// 42000 if the model calls it costly and the connection does not ask for it.
    pub fn check_walk(&self, table: &Table, column: usize) -> Result<()> {
        let name = &table.columns[column].name;
        match table.parents.iter().find(|p| p.column == *name) {
            Some(parent) if parent.costly && !self.walks_costly => {
                let (table, Parent { table: of, key, .. }) = (&table.name, parent);
                let with =
                    parent.with.iter().map(|(theirs, own)| format!(" AND {table}.{own} = {of}.{theirs}"));
                let with: String = with.collect();
                let message = format!(
                    "{table} can be read once the {of} that they belong to are known: give {name} in WHERE (=, \
                     IN), or write {of} JOIN {table} ON {table}.{name} = {of}.{key}{with} (or LEFT JOIN). \
                     ParentScan=Always in the connection string reads those of all {of}."
                );
                Err(Error::new(state::SYNTAX_ERROR, message))
            }
            _ => Ok(()),
        }
    }

    /// Keeps why a way to read a table is refused, should SQLite find no other. Says whether it can be planned all the
    /// same.
    pub fn refuse(&self, error: Error) -> bool {
        let mut state = self.state();
        state.refused.get_or_insert(error);
        state.planned_costly |= self.plans_costly;
        self.plans_costly
    }

    /// Keeps why a way to read a table is refused in any case, should SQLite find no other.
    pub fn refuse_way(&self, error: Error) {
        self.state().refused.get_or_insert(error);
    }

    /// Whether a way that is refused was planned all the same.
    pub fn planned_costly(&self) -> bool {
        self.state().planned_costly
    }

    pub fn take_refused(&self) -> Option<Error> {
        self.state().refused.take()
    }

    /// Remembers that the statement reads these columns of the table, under one of its names.
    pub fn note_columns(&self, table: &Arc<Table>, columns: u64) {
        let noted = &mut self.state().columns;
        match noted.iter_mut().find(|(t, _)| Arc::ptr_eq(t, table)) {
            Some((_, noted)) => *noted |= columns,
            None => noted.push((table.clone(), columns)),
        }
    }

    /// The columns that the statement reads of the table under any of its names: what scans that it shares have to hold.
    pub fn noted_columns(&self, table: &Arc<Table>) -> u64 {
        let noted = &self.state().columns;
        noted.iter().find(|(t, _)| Arc::ptr_eq(t, table)).map_or(0, |(_, noted)| *noted)
    }

    /// The scan of a request: the one that runs already, if scans are kept.
    pub fn scan(&self, request: ScanRequest) -> Arc<Mutex<SharedScan>> {
        let request = request.without_own_account(self);
        if !self.keep_scans {
            return Arc::new(Mutex::new(SharedScan::new(request, Keep::None)));
        }
        let mut state = self.state();
        let scan = state.scans.entry(request.clone());
        scan.or_insert_with(|| Arc::new(Mutex::new(SharedScan::new(request, Keep::All)))).clone()
    }

    /// A scan that the statement reads once, from its beginning: only the query for the keys goes along.
    pub fn outermost_scan(&self, request: ScanRequest) -> Arc<Mutex<SharedScan>> {
        let scan = Arc::new(Mutex::new(SharedScan::new(request.clone(), Keep::Ahead)));
        self.state().scans.insert(request, scan.clone());
        scan
    }

    /// The scan of a request that has been asked for before, if scans are kept.
    pub fn existing(&self, request: &ScanRequest) -> Option<Arc<Mutex<SharedScan>>> {
        self.state().scans.get(request).cloned()
    }

    /// Remembers which account the rows belong to, if it is not the connection's or all are read.
    pub fn remember_account(&self, account: &str, keys: impl Iterator<Item = String>) {
        if account != self.client.account_sid() || self.all_accounts {
            let mut state = self.state();
            for key in keys {
                let known = state.accounts.entry(key).or_insert_with(|| Some(account.to_owned()));
                // Keys that are no SIDs, such as those of countries, are in several accounts.
                if known.as_deref() != Some(account) {
                    *known = None;
                }
            }
        }
    }

    /// The account of the row with that key, if it was remembered and is the only one.
    pub fn account_of(&self, key: &str) -> Option<String> {
        self.state().accounts.get(key).cloned().flatten()
    }

    /// Turns the page's values that could not be read into one warning for each column that the statement names.
    ///
    /// # Errors
    /// 22007 or 22018 for the first of them, if the connection is strict.
    pub fn check_values(&self, table: &Arc<Table>, columns: &[usize], page: &Page) -> Result<()> {
        if page.warnings().is_empty() {
            return Ok(());
        }
        // Where scans are shared, whole rows are read.
        let noted = self.noted_columns(table);
        for warning in page.warnings() {
            let position = columns[warning.column];
            if noted & mask(std::iter::once(position)) == 0 {
                continue;
            }
            if self.strict_types {
                return Err(not_of_its_type(table, position, &warning.sample));
            }
            let mut state = self.state();
            if state.warned.insert((module_name(table), position)) {
                state.warnings.push(read_as_null(table, position, &warning.sample));
            }
        }
        Ok(())
    }

    pub fn take_warnings(&self) -> Vec<Error> {
        std::mem::take(&mut self.state().warnings)
    }
}

/// The warning for a value that could not be what its column says.
pub(super) fn read_as_null(table: &Table, column: usize, sample: &str) -> Error {
    let (table, column) = (&table.name, &table.columns[column].name);
    let message = format!(
        "{table}.{column}: {sample} is not a value of its type and was read as NULL; {RAW} has what was sent. Later \
         ones are not reported."
    );
    Error::new(state::GENERAL_WARNING, message)
}

fn not_of_its_type(table: &Table, column: usize, sample: &str) -> Error {
    let column = &table.columns[column];
    let class = match column.data_type {
        DataType::Date | DataType::Time | DataType::Timestamp => state::INVALID_DATETIME,
        _ => state::INVALID_CHARACTER_VALUE,
    };
    let message = format!(
        "{}.{}: {sample} is not a value of its type. {RAW} has what was sent; without StrictTypes the value is NULL.",
        table.name, column.name
    );
    Error::new(class, message)
}
