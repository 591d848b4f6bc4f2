//! The shape of a data file, as `src/model/table.rs` of the driver reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A table. Fields have the meaning and the names that the driver's model gives them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub schema: String,
    pub name: String,
    pub kind: String,
    pub remarks: String,
    #[serde(default)]
    pub product: String,
    #[serde(default)]
    pub list: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub covers: Vec<String>,
    #[serde(default)]
    pub items: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub paging: Option<String>,
    #[serde(default)]
    pub page_size: u32,
    #[serde(default)]
    pub key: Vec<String>,
    #[serde(default)]
    pub columns: Vec<Column>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub filters: Vec<Filter>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub slices: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub switches: Vec<Parameter>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub parents: Vec<Parent>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub fetch: Option<Operation>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub create: Option<Operation>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub update: Option<Operation>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub delete: Option<Operation>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub irreversible: bool,
}

impl Table {
    /// The operations by name.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, &Operation)> {
        let all = [
            ("fetch", &self.fetch),
            ("create", &self.create),
            ("update", &self.update),
            ("delete", &self.delete),
        ];
        all.into_iter().filter_map(|(name, operation)| operation.as_ref().map(|o| (name, o)))
    }

    /// The paths of all lists whose rows the table has: where a column says what its values are in the path, one for
    /// each of them, and one for no value where the column need not have one.
    pub fn lists(&self) -> Vec<String> {
        let mut lists = vec![self.list.clone()];
        for column in self.columns.iter().filter(|c| !c.paths.is_empty()) {
            let parts = column.paths.values().map(String::as_str);
            let parts: Vec<&str> =
                parts.chain((column.default.is_none() && !column.every).then_some("")).collect();
            let placeholder = format!("{{{}}}", column.name);
            lists =
                lists.iter().flat_map(|l| parts.iter().map(|part| l.replace(&placeholder, part))).collect();
        }
        lists.extend(self.covers.iter().cloned());
        lists
    }

    /// The column of that name or alias.
    pub fn column(&self, name: &str) -> Option<&Column> {
        let is_named = |c: &&Column| c.aliases.iter().chain([&c.name]).any(|n| n.eq_ignore_ascii_case(name));
        self.columns.iter().find(is_named)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub aliases: Vec<String>,
    pub json: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub from_path: bool,
    #[serde(rename = "type")]
    pub data_type: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub size: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub scale: Option<u8>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub sid: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub values: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub references: Option<Reference>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub paths: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub default: Option<Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub every: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub remarks: String,
}

impl Column {
    /// Makes a secret of it. What stands in its place is text.
    pub fn hide(&mut self) {
        let Column { name, json, from_path, .. } = std::mem::take(self);
        *self = Column {
            name,
            json,
            from_path,
            data_type: "text".into(),
            size: Some(64),
            secret: true,
            ..Column::default()
        };
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    pub table: String,
    pub column: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    pub column: String,
    pub operator: String,
    pub parameter: String,
    #[serde(default, rename = "match", skip_serializing_if = "is_default")]
    pub matches: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub default: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parent {
    pub column: String,
    pub table: String,
    pub key: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub with: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub costly: bool,
    #[serde(default, rename = "where", skip_serializing_if = "is_default")]
    pub conditions: BTreeMap<String, String>,
}

/// A procedure, as `src/model/procedure.rs` of the driver reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Procedure {
    pub schema: String,
    pub name: String,
    pub remarks: String,
    pub product: String,
    pub method: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub creates: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub paid: bool,
    #[serde(default)]
    pub inputs: Vec<Parameter>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub one_of: Vec<Vec<String>>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub results: Vec<Column>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    pub method: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub paid: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub one_of: Vec<Vec<String>>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub unordered: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub parameters: Vec<Parameter>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub parameter: Option<String>,
    #[serde(rename = "type")]
    pub data_type: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub size: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub array: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub acts: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub paid: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub header: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub sid: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub values: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub clear: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub default: Option<String>,
}

impl Parameter {
    /// The name that is sent.
    pub fn sent_name(&self) -> &str {
        self.parameter.as_deref().unwrap_or(&self.name)
    }
}

/// The names in braces of a path, in order.
pub fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// A path without the names of its placeholders: what tells two paths apart.
pub fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        shape.push_str(before);
        shape.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    shape + rest
}
