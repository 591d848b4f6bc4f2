//! A table in the list of tables. Hundreds of them are listed, a statement needs a few: the rest of a table is read
//! when it is first used.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::remarks;
use super::table::{Column, Table, TableKind};

/// What the build takes out of a data file, and its text.
#[derive(Debug)]
pub(super) struct Header {
    pub schema: &'static str,
    pub name: &'static str,
    pub kind: TableKind,
    pub remarks: &'static str,
    pub text: &'static str,
}

/// What a list of tables shows of one. Whatever else a [`Table`] has is there as well, and read for it.
#[derive(Debug)]
pub struct TableEntry {
    pub schema: String,
    pub name: String,
    pub kind: TableKind,
    pub remarks: String,
    text: &'static str,
    table: OnceLock<Arc<Table>>,
}

impl TableEntry {
    pub(super) fn new(header: &Header) -> Self {
        TableEntry {
            schema: header.schema.to_owned(),
            name: header.name.to_owned(),
            kind: header.kind,
            remarks: header.remarks.to_owned(),
            text: header.text,
            table: OnceLock::new(),
        }
    }

    /// A built-in table as its file has it.
    pub(super) fn as_written(&self) -> Option<Table> {
        serde_json::from_str(self.text).ok()
    }

    /// Whether the file of a built-in table may name the other one.
    pub(super) fn mentions(&self, name: &str) -> bool {
        let (text, name) = (self.text.to_ascii_lowercase(), name.to_ascii_lowercase());
        text.contains(&format!("\"{name}\"")) || text.contains(&format!(".{name}\""))
    }

    /// The whole table.
    pub fn table(&self) -> &Arc<Table> {
        self.table
            .get_or_init(|| Arc::new(read(self.text).expect("a test reads every file that is built in")))
    }
}

/// A table that no file holds.
impl From<Arc<Table>> for TableEntry {
    fn from(table: Arc<Table>) -> Self {
        TableEntry {
            schema: table.schema.clone(),
            name: table.name.clone(),
            kind: table.kind,
            remarks: table.remarks.clone(),
            text: "",
            table: OnceLock::from(table),
        }
    }
}

impl Deref for TableEntry {
    type Target = Table;

    fn deref(&self) -> &Table {
        self.table()
    }
}

/// The table of a file.
pub(super) fn read(text: &str) -> serde_json::Result<Table> {
    let mut table = serde_json::from_str(text)?;
    finish(&mut table);
    Ok(table)
}

/// Completes what a file need not say, and makes columns of the switches.
fn finish(table: &mut Table) {
    remarks::complete(table);
    let switches = table.switches.iter().enumerate().map(|(i, switch)| Column::of_switch(i, switch));
    table.columns.extend(switches.collect::<Vec<_>>());
    table.add_write_only();
    if table.source.is_none() {
        table.add_raw();
    }
    // A secret is never sent, and so neither in a URL.
    let secrets: Vec<&Column> = table.columns.iter().filter(|c| c.secret).collect();
    table.filters.retain(|filter| !secrets.iter().any(|c| c.is_named(&filter.column)));
}
