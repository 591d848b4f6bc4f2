//! The rows of the system tables: what the driver knows of itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{Source, Table};
use crate::twilio::{Client, Entry, Page};
use crate::value::Value;

/// The system tables that a statement has read. Each is read once, so that a join sees the same rows throughout.
#[derive(Debug, Default)]
pub(super) struct Snapshots(Mutex<HashMap<Source, Arc<Page>>>);

impl Snapshots {
    /// The rows of a table, with all its columns in their order.
    pub fn page(&self, source: Source, table: &Table, client: &Client) -> Arc<Page> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.entry(source).or_insert_with(|| Arc::new(read(source, table, client))).clone()
    }
}

fn read(source: Source, table: &Table, client: &Client) -> Page {
    let rows: Vec<Vec<Value>> = match source {
        Source::Requests => client
            .journal()
            .entries()
            .iter()
            .map(|entry| table.columns.iter().map(|c| request_field(entry, &c.json)).collect())
            .collect(),
    };
    Page::of_rows(table.columns.iter().map(|c| c.data_type), &rows)
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
