//! What tells the rows of a table apart: its key, and what was asked for.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::Table;
use crate::twilio::Page;
use crate::value::ValueRef;

/// The columns of a table's pages that tell its rows apart.
#[derive(Debug, Default)]
pub(super) struct RowKey {
    /// The key's columns, or all that are read where there is none.
    columns: Vec<usize>,
    /// How many of them, the first ones, are the key's, which no row is without.
    length: usize,
    /// The column that holds whole rows.
    raw: Option<usize>,
}

impl RowKey {
    /// The key of a table whose columns are in the pages at `slots`.
    pub fn new(table: &Table, slots: &[Option<usize>]) -> Self {
        let key = table.key.iter().filter_map(|name| table.column(name));
        let mut columns: Vec<usize> = key.filter_map(|(i, _)| slots[i]).collect();
        let length = columns.len();
        match table.key.is_empty() {
            true => columns.extend(slots.iter().flatten()),
            // What was asked for tells the same row in two lists apart.
            false => {
                let asked = table.columns.iter().enumerate().filter(|(_, column)| column.is_asked());
                columns.extend(asked.filter_map(|(i, _)| slots[i]));
            }
        }
        RowKey { columns, length, raw: table.raw_column().and_then(|i| slots[i]) }
    }

    /// What tells the row from others of the table; `None` where a part of its key was no value of its type.
    pub fn hash(&self, page: &Page, row: usize) -> Option<i64> {
        let is_null = |slot: &usize| page.value(row, *slot) == ValueRef::Null;
        let is_whole = !self.columns[..self.length].iter().any(is_null);
        is_whole.then(|| self.hash_of(page, row, self.columns.iter().copied()))
    }

    /// What tells the row from those that differ in these columns.
    pub fn hash_of(&self, page: &Page, row: usize, slots: impl Iterator<Item = usize>) -> i64 {
        let mut hasher = DefaultHasher::new();
        for slot in slots {
            match page.value(row, slot) {
                // The order of its fields is not what a row is.
                ValueRef::Text(text) if self.raw == Some(slot) => match serde_json::from_str(text) {
                    Ok(row) => serde_json::Value::to_string(&row).hash(&mut hasher),
                    Err(_) => text.hash(&mut hasher),
                },
                ValueRef::Text(text) => text.hash(&mut hasher),
                ValueRef::Integer(i) => i.hash(&mut hasher),
                other => format!("{other:?}").hash(&mut hasher),
            }
        }
        hasher.finish() as i64
    }
}

/// The rows that a scan has given, by their hashes, where it may answer one of them again.
#[derive(Debug, Default)]
pub(super) struct Given(Option<HashSet<i64>>);

impl Given {
    pub fn new(table: &Table, may_repeat: bool) -> Self {
        Given((may_repeat && !table.key.is_empty()).then(HashSet::new))
    }

    /// Whether rows are compared with those before them.
    pub fn compares(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the row has been given before; if not, it is now.
    pub fn has(&mut self, key: &RowKey, page: &Page, row: usize) -> bool {
        let Some(given) = &mut self.0 else { return false };
        key.hash(page, row).is_some_and(|hash| !given.insert(hash))
    }
}
