//! A row and how the API shows it.
//!
//! In the defaults `@` begins what is taken from the row: `@sid`, `@created`, `@updated`, `@secret`,
//! `@base` (the path of the row, without `.json`), `@url` (the same with the product's host), the names in the path
//! (`@AccountSid`), and other fields. Text may stand before it and, beginning with neither letter nor `_`, behind it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::resource::Resource;
use crate::dates::rfc2822;
use crate::template::{Given, Template};

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) sid: String,
    /// The account, and the rows above.
    pub(crate) scope: Given,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) fields: Map<String, Value>,
}

impl Row {
    /// A field as it was put.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }

    /// What the row has for a name in a path: the key above it, or the field of that name.
    pub(super) fn place(&self, name: &str) -> Option<&str> {
        self.scope.get(name).map(String::as_str).or_else(|| self.text(&super::form::snake(name)))
    }
}

/// All fields of a row seen as a resource; `instance` is the path of one.
pub(super) fn view(resource: &Resource, instance: &Template, row: &Row) -> Map<String, Value> {
    let fields = resource.row.iter().map(|(name, default)| {
        let given = row.fields.get(name).cloned();
        (name.clone(), given.unwrap_or_else(|| shown(resource, instance, row, default)))
    });
    fields.collect()
}

/// A default with everything that begins with `@` replaced.
pub(super) fn shown(resource: &Resource, instance: &Template, row: &Row, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(expanded(resource, instance, row, text)),
        Value::Object(map) => Value::from_iter(
            map.iter().map(|(name, value)| (name.clone(), shown(resource, instance, row, value))),
        ),
        other => other.clone(),
    }
}

fn expanded(resource: &Resource, instance: &Template, row: &Row, text: &str) -> String {
    let Some((before, rest)) = text.split_once('@') else { return text.to_owned() };
    let end = rest.find(|letter: char| !letter.is_ascii_alphabetic() && letter != '_').unwrap_or(rest.len());
    let (word, behind) = rest.split_at(end);
    let base = || {
        let path = instance.path(|name| row.place(name).or(Some(&row.sid)));
        path.trim_end_matches(".json").to_owned()
    };
    let value = match word {
        "sid" => row.sid.clone(),
        "created" => date(resource, row.created),
        "updated" => date(resource, row.updated),
        "secret" => format!("{:0>32}", row.sid.get(18..).unwrap_or("")),
        "base" => base(),
        "url" => format!("https://{}.twilio.com{}", resource.product, base()),
        name => row.place(name).unwrap_or_default().to_owned(),
    };
    format!("{before}{value}{}", expanded(resource, instance, row, behind))
}

/// A moment as the product writes it.
pub(super) fn date(resource: &Resource, time: Timestamp) -> String {
    if resource.product == "api" { rfc2822(time) } else { time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() }
}

/// The moment that a field shows, in either way of writing it.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    let other = || jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(other)
}
