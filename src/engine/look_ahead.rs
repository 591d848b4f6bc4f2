//! Keys of joins, known before SQLite asks for them.
//!
//! SQLite looks a table up once for each row beside it, and each look-up is a request. When one begins, the keys that
//! come next are found by a second query ([`KeySource`]) that runs a few rows ahead of the join, over the same scans,
//! and the scans of several keys are begun side by side. The second query reads what the statement reads anyway, at most
//! a page earlier: it ends as soon as it would have to ask Twilio for anything else. If it fails, or gives other keys
//! than the join (two look-ups of one table are not told apart), look-ups go on one by one.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError};

use super::context::Context;
use super::local::Local;
use super::pushdown::{Access, Role};
use super::scan_request::{Argument, ScanRequest};
use super::session;
use super::shared_scan::read_ahead;
use super::sqlite::{OwnedStatement, SqliteError};
use crate::model::Table;
use crate::sql::plan::TableUse;
use crate::sql::{KeySource, QueryPlan};
use crate::value::{Value, ValueRef};

/// The look-ahead of one running statement.
#[derive(Debug)]
pub(super) struct LookAhead {
    context: Arc<Context>,
    tables: Vec<TableUse>,
    sources: Arc<[KeySource]>,
    is_one_join: bool,
    parameters: OnceLock<Vec<Value>>,
    /// Whether a key is looked for that the join has reached, so that the pages with it have been read.
    searching: AtomicBool,
    /// The tables that the join has reached, in this order, and the columns that it reads of them.
    reached: Mutex<Vec<(Arc<Table>, Vec<usize>)>>,
    keys: Vec<Mutex<Keys>>,
    /// After `keys`, whose queries have the database attached.
    local: Arc<Local>,
}

/// The keys of one table.
#[derive(Debug)]
struct Keys {
    state: State,
    /// Those that have been seen, whether or not they were asked for.
    seen: HashSet<Vec<String>>,
    /// How many scans are begun side by side the next time: a join may stop soon, so it begins with one.
    width: usize,
}

#[derive(Debug)]
enum State {
    Waiting,
    Running(OwnedStatement),
    Ended,
}

/// What became of a look-up.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LookUp {
    /// Its key is one of a join's.
    OfJoin,
    Other,
}

impl LookAhead {
    pub fn new(context: &Arc<Context>, query: &QueryPlan, local: &Arc<Local>) -> Arc<Self> {
        let waiting = || Mutex::new(Keys { state: State::Waiting, seen: HashSet::new(), width: 1 });
        Arc::new(LookAhead {
            context: context.clone(),
            local: local.clone(),
            keys: query.keys.iter().map(|_| waiting()).collect(),
            tables: if query.keys.is_empty() { Vec::new() } else { query.tables.clone() },
            sources: query.keys.clone(),
            is_one_join: query.is_one_join,
            parameters: OnceLock::new(),
            searching: AtomicBool::new(false),
            reached: Mutex::default(),
        })
    }

    /// The connection's temporary tables.
    pub fn local(&self) -> &Local {
        &self.local
    }

    /// Takes the values of the markers; nothing is looked up before.
    pub fn set_parameters(&self, parameters: &[Value]) {
        if !self.keys.is_empty() {
            let _ = self.parameters.set(parameters.to_vec());
        }
    }

    /// Remembers that the join reads these columns of the table. Says whether the statement reads no table around it,
    /// so that it is read only once.
    pub fn reach(&self, table: &Arc<Table>, columns: &[usize]) -> bool {
        if !self.context.keep_scans {
            return false;
        }
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        if !reached.iter().any(|(t, _)| Arc::ptr_eq(t, table)) {
            reached.push((table.clone(), columns.to_vec()));
        }
        self.is_one_join && Arc::ptr_eq(&reached[0].0, table)
    }

    /// The columns that the join reads of the table.
    pub fn columns(&self, table: &Arc<Table>) -> Option<Vec<usize>> {
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        reached.iter().find(|(t, _)| Arc::ptr_eq(t, table)).map(|(_, columns)| columns.clone())
    }

    /// Begins the scans of this look-up and of those that follow it side by side.
    pub fn begin(self: &Arc<Self>, request: &ScanRequest, access: &Access, arguments: &[Argument]) -> LookUp {
        let mut found = LookUp::Other;
        for (source, keys) in self.sources.iter().zip(&self.keys) {
            let Some((places, key)) = key_of(source, &request.table, access, arguments) else { continue };
            found = LookUp::OfJoin;
            let mut keys = match keys.try_lock() {
                Ok(keys) => keys,
                Err(TryLockError::Poisoned(keys)) => keys.into_inner(),
                // The query for these keys looks the table up itself.
                Err(TryLockError::WouldBlock) => continue,
            };
            let batch = self.batch(&mut keys, source, &key);
            drop(keys);
            if batch.is_empty() {
                continue;
            }
            let scans = batch.into_iter().filter_map(|key| {
                let with_key = arguments.iter().enumerate().map(|(i, argument)| {
                    match places.iter().position(|place| *place == i) {
                        Some(column) => Argument::One(Value::Text(key[column].clone())),
                        None => argument.clone(),
                    }
                });
                let with_key: Vec<Argument> = with_key.collect();
                let mut other = ScanRequest::new(&request.table, access, &with_key).ok()??;
                other.columns.clone_from(&request.columns);
                Some(self.context.scan(other))
            });
            read_ahead(&self.context, &scans.collect::<Vec<_>>());
            break;
        }
        found
    }

    /// The key and those that follow it; nothing if the key was among those before, or does not come.
    fn batch(self: &Arc<Self>, keys: &mut Keys, source: &KeySource, key: &[String]) -> Vec<Vec<String>> {
        if matches!(keys.state, State::Waiting) {
            keys.state = self.open(source).map_or(State::Ended, State::Running);
        }
        let mut batch = Vec::new();
        if keys.seen.contains(key) {
            return batch;
        }
        let searched = self.searching.load(Ordering::Relaxed);
        while batch.len() < keys.width {
            let State::Running(statement) = &mut keys.state else { break };
            self.searching.store(searched || batch.is_empty(), Ordering::Relaxed);
            match next(statement, key.len()) {
                Ok(Some(Some(next))) => {
                    // Those before the key were passed over by the join.
                    if keys.seen.insert(next.clone()) && (!batch.is_empty() || next == key) {
                        batch.push(next);
                    }
                }
                Ok(Some(None)) => {}
                Ok(None) => keys.state = State::Ended,
                Err(error) => {
                    log::debug!("No more keys are read ahead: {error:?}");
                    self.context.take_error();
                    keys.state = State::Ended;
                }
            }
        }
        self.searching.store(searched, Ordering::Relaxed);
        keys.width = (keys.width * 2).min(self.context.client.max_concurrency());
        batch
    }

    /// Whether the query for the keys may only use what the statement has read already.
    pub fn is_searching(&self) -> bool {
        self.searching.load(Ordering::Relaxed)
    }

    /// Prepares the query for the keys.
    fn open(self: &Arc<Self>, source: &KeySource) -> Option<OwnedStatement> {
        let reached: Vec<_> = {
            let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
            reached.iter().map(|(table, _)| table.clone()).collect()
        };
        let sql = source.sql(&reached);
        let opened = session::open_ahead(&self.context, self, &self.tables, &sql, self.parameters.get()?);
        match opened {
            Ok(statement) => Some(statement),
            Err(error) => {
                log::debug!("Keys are not read ahead: {error:?} in {sql}");
                self.context.take_error();
                None
            }
        }
    }
}

/// The places of the keys among the arguments, and the key that is looked up, if this is such a look-up.
fn key_of(
    source: &KeySource,
    table: &Arc<Table>,
    access: &Access,
    arguments: &[Argument],
) -> Option<(Vec<usize>, Vec<String>)> {
    if !Arc::ptr_eq(&source.table, table) || access.arguments.iter().any(|r| matches!(r, Role::PathList(_))) {
        return None;
    }
    let place = |column: &usize| access.arguments.iter().position(|role| *role == Role::Path(*column));
    let places: Vec<usize> = source.columns.iter().map(place).collect::<Option<_>>()?;
    let text = |&place: &usize| match arguments.get(place) {
        Some(Argument::One(Value::Text(text))) => Some(text.clone()),
        _ => None,
    };
    let key = places.iter().map(text).collect::<Option<_>>()?;
    Some((places, key))
}

/// The next key, if there is one; it is no key if one of its values is NULL, which equals nothing.
fn next(
    statement: &mut OwnedStatement,
    length: usize,
) -> std::result::Result<Option<Option<Vec<String>>>, SqliteError> {
    if !statement.step()? {
        return Ok(None);
    }
    let text = |column: usize| match statement.value(column) {
        ValueRef::Text(text) => Some(text.to_owned()),
        _ => None,
    };
    Ok(Some((0..length).map(text).collect()))
}
