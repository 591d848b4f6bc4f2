//! The model's data files, as far as synthetic rows need them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;
use serde_json::Value;

use crate::template::Template;

#[derive(Debug, Deserialize)]
pub(super) struct Table {
    pub(super) schema: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) product: String,
    #[serde(default)]
    pub(super) list: Template,
    /// The list, or those that a column of its path makes of it.
    #[serde(skip)]
    pub(super) lists: Vec<Template>,
    #[serde(default)]
    pub(super) items: String,
    pub(super) paging: Option<Paging>,
    #[serde(default)]
    pub(super) page_size: u32,
    pub(super) key: Vec<String>,
    pub(super) columns: Vec<Column>,
    #[serde(default)]
    pub(super) parents: Vec<Parent>,
    #[serde(rename = "fetch")]
    fetch_operation: Option<Fetch>,
    /// The path of one row, where it can be read.
    #[serde(skip)]
    pub(super) fetch: Option<Template>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Paging {
    One,
    None,
    Token,
    Number,
}

#[derive(Debug, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    #[serde(default)]
    pub(super) json: String,
    #[serde(default)]
    pub(super) from_path: bool,
    #[serde(rename = "type")]
    pub(super) data_type: String,
    pub(super) size: Option<usize>,
    pub(super) sid: Option<String>,
    #[serde(default)]
    pub(super) values: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Parent {
    pub(super) column: String,
    pub(super) table: String,
    pub(super) key: String,
    #[serde(default)]
    pub(super) with: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Fetch {
    path: Template,
}

/// Reads all tables of a model's folder; those of the driver itself have no product and are left out.
pub(super) fn read(folder: &Path) -> Result<Vec<Table>, String> {
    let mut files = entries(&folder.join("tables"))?;
    for schema in entries(&folder.join("generated"))? {
        files.extend(entries(&schema)?);
    }
    let mut tables = Vec::new();
    for file in files {
        let fault = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
        let text = fs::read_to_string(&file).map_err(|e| fault(&e))?;
        let mut table: Table = serde_json::from_str(&text).map_err(|e| fault(&e))?;
        table.lists = lists(&serde_json::from_str(&text).map_err(|e| fault(&e))?);
        table.fetch = table.fetch_operation.take().map(|operation| operation.path);
        if !table.product.is_empty() {
            tables.push(table);
        }
    }
    Ok(tables)
}

/// The paths of a table's lists: where a column says what its values are in the path, one for each of them, and one
/// without.
fn lists(table: &Value) -> Vec<Template> {
    let mut lists = vec![table["list"].as_str().unwrap_or_default().to_owned()];
    for column in table["columns"].as_array().into_iter().flatten() {
        let (Some(name), Some(paths)) = (column["name"].as_str(), column["paths"].as_object()) else {
            continue;
        };
        let parts: Vec<&str> = paths.values().filter_map(Value::as_str).chain([""]).collect();
        let placeholder = format!("{{{name}}}");
        lists =
            lists.iter().flat_map(|list| parts.iter().map(|part| list.replace(&placeholder, part))).collect();
    }
    lists.into_iter().map(Template::from).collect()
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        let paths: io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
        paths
    });
    entries.map_err(|e| format!("{}: {e}", folder.display()))
}
