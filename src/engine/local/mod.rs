//! A connection's temporary tables.
//!
//! They live in one SQLite database on disk, which is made when the first table is and goes with the connection. Each
//! statement has a SQLite connection of its own, so those that name a temporary table attach the database. It is in
//! WAL mode: an open cursor keeps the rows that it began with, and neither waits for one that writes nor keeps it
//! waiting. Writes go through the one connection that is kept here; each statement is one transaction.

mod folder;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::{Connection, Transaction};

use super::functions;
use super::table::affinity;
use crate::error::{Error, Result, state};
use crate::model::Table;
use crate::sql::plan::module_name;
use folder::Folder;

pub(super) use write::execute;

/// The name by which statements attach the database.
const SCHEMA: &str = "temporary_tables";

/// Rows that SQLite's planner is told of at the most. More would not make it choose better among tables on disk, but
/// would have it rather walk a table of Twilio than ask for each key.
const MOST_ROWS: u64 = 512;

/// The tables and where they are.
#[derive(Debug, Default)]
pub(super) struct Local {
    /// Locked while a statement writes, whose query may still be attaching the database.
    state: Mutex<State>,
    /// Where the database is, once it has been made.
    path: OnceLock<PathBuf>,
}

#[derive(Debug, Default)]
struct State {
    store: Option<Store>,
    tables: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    table: Arc<Table>,
    rows: u64,
}

#[derive(Debug)]
struct Store {
    /// Closed before the folder is removed.
    writer: Connection,
    _folder: Folder,
}

impl Local {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tables.
    pub fn tables(&self) -> Vec<Arc<Table>> {
        self.state().tables.iter().map(|entry| entry.table.clone()).collect()
    }

    /// Whether the table is still the one that has its name. `missing` is the answer where none has.
    pub fn is_current(&self, table: &Arc<Table>, missing: bool) -> bool {
        self.state().entry(&table.name).map_or(missing, |entry| Arc::ptr_eq(&entry.table, table))
    }

    /// Drops all tables. The database stays where it is: prepared statements have it attached.
    pub fn clear(&self) {
        let names: Vec<String> = self.tables().iter().map(|table| table.name.clone()).collect();
        if let Err(e) = self.drop_tables(&names, true) {
            log::warn!("temporary tables could not be dropped: {e}");
            self.state().tables.clear();
        }
    }

    /// Lets the connection of a statement see the tables.
    pub fn attach(&self, connection: &Connection) -> Result<()> {
        let Some(path) = self.path.get() else { return Ok(()) };
        let attached =
            connection.execute(&format!("ATTACH DATABASE ?1 AS {SCHEMA}"), [path.to_string_lossy()]);
        attached.map(|_| ()).map_err(failure)
    }

    /// Runs a transaction on the database, which is made if it is not there. What is done to the tables counts if it
    /// succeeds.
    fn transaction<T>(&self, body: impl FnOnce(&Transaction<'_>, &mut Vec<Entry>) -> Result<T>) -> Result<T> {
        let mut state = self.state();
        let mut tables = state.entry_copies();
        let store = match &mut state.store {
            Some(store) => store,
            none => {
                let (store, path) = Store::create(&std::env::temp_dir())?;
                // There is one store only.
                self.path.get_or_init(|| path);
                none.insert(store)
            }
        };
        let transaction = store.writer.transaction().map_err(failure)?;
        let result = body(&transaction, &mut tables)?;
        transaction.commit().map_err(failure)?;
        state.tables = tables;
        Ok(result)
    }

    /// How many rows the planner is told that the table has.
    pub fn told_rows(&self, table: &Table) -> u64 {
        told(self.state().entry(&table.name).map_or(0, |entry| entry.rows))
    }
}

/// Keeps the rows of an attached database as they are now, for as long as the connection lives.
pub(super) fn keep_rows(connection: &Connection) -> Result<()> {
    connection.execute_batch(&format!("BEGIN; SELECT 1 FROM {SCHEMA}.sqlite_schema LIMIT 1")).map_err(failure)
}

/// Makes an empty table of that shape and tells the planner how many rows to expect.
pub(super) fn declare(connection: &Connection, name: &str, table: &Table, rows: u64) -> rusqlite::Result<()> {
    let column = |c: &crate::model::Column| format!("{} {}", quoted(&c.name), affinity(c.data_type));
    let mut parts: Vec<String> = table.columns.iter().map(column).collect();
    if !table.key.is_empty() {
        // PRIMARY KEY would make an integer column the row id, which must not change with it.
        let key: Vec<String> = table.key.iter().map(|name| quoted(name)).collect();
        parts.push(format!("UNIQUE ({})", key.join(", ")));
    }
    // ANALYZE of a table that it has no figures for makes the planner's table, and no more.
    let analyze = "ANALYZE sqlite_schema";
    connection.execute_batch(&format!("CREATE TABLE {} ({}); {analyze}", quoted(name), parts.join(", ")))?;
    tell(connection, name, table, rows)
}

/// Has the planner read what it was told.
pub(super) fn read_figures(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("ANALYZE sqlite_schema")
}

/// The pages at which the table and its indexes begin, by which SQLite's programs call them.
pub(super) fn roots(connection: &Connection, name: &str) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare("SELECT rootpage FROM sqlite_schema WHERE tbl_name = ?1")?;
    statement.query_map([name], |row| row.get(0))?.collect()
}

/// Tells the planner how many rows to expect of a table, and of each value of its key.
fn tell(connection: &Connection, name: &str, table: &Table, rows: u64) -> rusqlite::Result<()> {
    connection.prepare("DELETE FROM sqlite_stat1 WHERE tbl = ?1")?.execute([name])?;
    let mut insert = connection.prepare("INSERT INTO sqlite_stat1 VALUES (?1, ?2, ?3)")?;
    insert.execute((name, None::<&str>, rows.to_string()))?;
    if !table.key.is_empty() {
        let mut counts = vec![rows.to_string(); table.key.len()];
        counts.push("1".to_owned());
        insert.execute((name, format!("sqlite_autoindex_{name}_1"), counts.join(" ")))?;
    }
    Ok(())
}

fn told(rows: u64) -> u64 {
    rows.clamp(1, MOST_ROWS).next_power_of_two()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl State {
    fn entry(&self, name: &str) -> Option<&Entry> {
        self.tables.iter().find(|entry| entry.table.name.eq_ignore_ascii_case(name))
    }

    fn entry_copies(&self) -> Vec<Entry> {
        self.tables.iter().map(|entry| Entry { table: entry.table.clone(), rows: entry.rows }).collect()
    }
}

impl Entry {
    /// Counts rows that have come or gone.
    fn count(&mut self, transaction: &Transaction<'_>, rows: u64) -> Result<()> {
        if told(rows) != told(self.rows) {
            tell(transaction, &module_name(&self.table), &self.table, told(rows)).map_err(failure)?;
        }
        self.rows = rows;
        Ok(())
    }
}

impl Store {
    /// Makes the database in a folder of its own in `parent`; gives its path too.
    fn create(parent: &Path) -> Result<(Store, PathBuf)> {
        let unable = |e: &dyn std::fmt::Display| {
            let place = parent.display();
            let hint = "TMPDIR names another folder";
            let message = format!("No file for temporary tables can be made in {place} ({hint}): {e}.");
            Error::new(state::GENERAL_ERROR, message)
        };
        let folder = Folder::create(parent).map_err(|e| unable(&e))?;
        let path = folder.file("tables").map_err(|e| unable(&e))?;
        let writer = Connection::open(&path).map_err(|e| unable(&e))?;
        functions::register_order(&writer).map_err(|e| unable(&e))?;
        // What a dying machine leaves of it is of no use to anybody.
        writer.execute_batch("PRAGMA synchronous = OFF").map_err(|e| unable(&e))?;
        // Folders on a network have no memory that processes share.
        let mode: String =
            writer.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(|e| unable(&e))?;
        if mode != "wal" {
            return Err(unable(&"the file system does not support SQLite's WAL mode"));
        }
        Ok((Store { writer, _folder: folder }, path))
    }
}

/// What SQLite says of the database.
fn failure(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let class = match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => state::INTEGRITY_CONSTRAINT,
        Some(ErrorCode::OutOfMemory) => state::MEMORY_ALLOCATION,
        _ => state::GENERAL_ERROR,
    };
    Error::new(class, format!("The temporary tables: {error}."))
}

#[cfg(test)]
mod tests;
