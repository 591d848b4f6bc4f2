//! The rows of the system tables: what the driver knows of itself.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use super::Database;
use crate::model::{Source, Table};
use crate::twilio::{Entry, Page};
use crate::value::Value;

/// Tells what the engine does not know: the catalogue, the settings, the answers of SQLGetInfo. The layer that opens
/// the database knows them.
pub trait SystemRows: Debug + Send + Sync {
    /// The rows of a source, each with a value for each field. `name` is the name of a table or procedure: where
    /// it is given, rows of others may be left out.
    fn rows(
        &self,
        source: Source,
        fields: &[&str],
        name: Option<&str>,
        database: &Database,
    ) -> Vec<Vec<Value>>;
}

/// The system tables that a statement has read. Each is read once, so that a join sees the same rows throughout.
#[derive(Debug)]
pub(super) struct Snapshots {
    database: Database,
    pages: Mutex<Pages>,
}

/// Rows by their source and the name that they were narrowed to.
type Pages = HashMap<(Source, Option<String>), Arc<Page>>;

impl Snapshots {
    pub fn new(database: Database) -> Self {
        Snapshots { database, pages: Mutex::default() }
    }

    /// The rows of a system table, with all its columns in their order; at least those of `name`, if it is given.
    pub fn page(&self, source: Source, table: &Table, name: Option<&str>) -> Arc<Page> {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let page = pages.entry((source, name.map(str::to_owned)));
        page.or_insert_with(|| Arc::new(self.read(source, table, name))).clone()
    }

    fn read(&self, source: Source, table: &Table, name: Option<&str>) -> Page {
        let fields: Vec<&str> = table.columns.iter().map(|c| c.json.as_str()).collect();
        let rows = match source {
            Source::Requests => {
                let entries = self.database.client.journal().entries();
                entries.iter().map(|entry| fields.iter().map(|f| request_field(entry, f)).collect()).collect()
            }
            // No statement makes rows at Twilio as yet.
            Source::Identity => Vec::new(),
            _ => match &self.database.system {
                Some(system) => system.rows(source, &fields, name, &self.database),
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
