//! The rows of the system tables: what the driver knows of itself.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Database;
use crate::model::{Source, Table};
use crate::twilio::{Entry, Page};
use crate::value::Value;

/// Tells what the engine does not know: the catalogue, the settings, the answers of SQLGetInfo. The layer that opens
/// the database knows them.
pub trait SystemRows: Debug + Send + Sync {
    /// The rows of a source, each with a value for each field. `name` is the name of a table or procedure: where
    /// it is given, rows of others may be left out. `temporary` are the temporary tables that there are.
    fn rows(
        &self,
        source: Source,
        fields: &[&str],
        name: Option<&str>,
        database: &Database,
        temporary: &[Arc<Table>],
    ) -> Vec<Vec<Value>>;
}

/// The system tables that a statement has read. Each is read once, so that a join sees the same rows throughout.
#[derive(Debug)]
pub(super) struct Snapshots {
    database: Database,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The temporary tables before the statement.
    temporary: Vec<Arc<Table>>,
    /// Rows by their source and the name that they were narrowed to.
    pages: HashMap<(Source, Option<String>), Arc<Page>>,
}

impl Snapshots {
    pub fn new(database: Database) -> Self {
        Snapshots { database, state: Mutex::default() }
    }

    /// Takes down what the statement could change before it has read its system tables. Their rows are made when they
    /// are asked for, while a table that is written to may be locked.
    pub fn begin(&self, tables: &[Arc<Table>]) {
        if !tables.is_empty() {
            self.state().temporary = self.database.temporary_tables();
        }
        for table in tables.iter().filter(|table| table.source == Some(Source::Requests)) {
            self.page(Source::Requests, table, None);
        }
    }

    /// The rows of a system table, with all its columns in their order; at least those of `name`, if it is given.
    pub fn page(&self, source: Source, table: &Table, name: Option<&str>) -> Arc<Page> {
        let State { temporary, pages } = &mut *self.state();
        let page = pages.entry((source, name.map(str::to_owned)));
        page.or_insert_with(|| Arc::new(self.read(source, table, name, temporary))).clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, source: Source, table: &Table, name: Option<&str>, temporary: &[Arc<Table>]) -> Page {
        let fields: Vec<&str> = table.columns.iter().map(|c| c.json.as_str()).collect();
        let rows = match source {
            Source::Requests => {
                let entries = self.database.client.journal().entries();
                entries.iter().map(|entry| fields.iter().map(|f| request_field(entry, f)).collect()).collect()
            }
            Source::Identity => self.database.identity.rows(&fields),
            _ => match &self.database.system {
                Some(system) => system.rows(source, &fields, name, &self.database, temporary),
                None => Vec::new(),
            },
        };
        Page::of_rows(table.columns.iter().map(|c| c.data_type), &rows)
    }
}

/// A field of a request by the name that the model calls it by; NULL for a name that it does not have.
fn request_field(entry: &Entry, name: &str) -> Value {
    let integer = |n: u128| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    match name {
        "number" => integer(entry.number.into()),
        "started_at" => entry.started.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string().into(),
        "method" => entry.method.name().into(),
        "url" => entry.url.as_str().into(),
        "status" => entry.status.map(i64::from).into(),
        "request_id" => entry.request_id.clone().into(),
        "milliseconds" => entry.duration.map_or(Value::Null, |d| integer(d.as_millis())),
        "rows" => entry.rows.map_or(Value::Null, |n| integer(n as u128)),
        "retry" => Value::Integer(entry.retry.into()),
        "error" => entry.error.clone().into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Method, Model};

    #[test]
    fn every_column_of_the_model_has_a_field() {
        let entry = Entry {
            number: 1,
            started: "2024-06-30T10:00:00.123456Z".parse().unwrap(),
            method: Method::Get,
            url: "/".into(),
            status: Some(200),
            request_id: Some("RQ1".into()),
            duration: Some(std::time::Duration::from_millis(12)),
            rows: Some(3),
            retry: 0,
            error: Some("none".into()),
        };
        let model = Model::builtin();
        for column in &model.table(None, "sys_requests").unwrap().columns {
            assert_ne!(request_field(&entry, &column.json), Value::Null, "{}", column.name);
        }
        assert_eq!(request_field(&entry, "started_at"), "2024-06-30 10:00:00.123".into());
    }
}
