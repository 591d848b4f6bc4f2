//! Synthetic rows: a value of its type for every field.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value, json};

use super::model::{Column, Paging, Table};
use crate::template::Given;

/// The row with that number below what the path gives.
pub(super) fn row(table: &Table, given: &Given, number: usize) -> Value {
    let mut row = Map::new();
    for column in table.columns.iter().filter(|c| !c.from_path) {
        let fixed = given.get(&column.name).filter(|_| is_given(table, column)).cloned();
        let value = match fixed {
            Some(text) => typed(column, text),
            None => value(table, column, given, number),
        };
        let mut place = &mut row;
        let mut names = column.json.split('.').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                place.insert(name.to_owned(), value);
                break;
            }
            let below = place.entry(name).or_insert_with(|| json!({}));
            match below.as_object_mut() {
                Some(object) => place = object,
                None => break,
            }
        }
    }
    Value::Object(row)
}

/// Whether the column's value is what the list's path says.
fn is_given(table: &Table, column: &Column) -> bool {
    column.name == "AccountSid" || table.list.has(&column.name)
}

/// The value of a column in a row, as a path spells it.
pub(super) fn text(table: &Table, row: &Value, column: &str) -> Option<String> {
    let column = table.columns.iter().find(|c| c.name == column)?;
    let value = column.json.split('.').try_fold(row, |value, name| value.get(name))?;
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Whether the row is the one that the path names.
pub(super) fn is_row(table: &Table, row: &Value, given: &Given) -> bool {
    let mut named =
        table.columns.iter().filter(|c| !c.from_path).filter_map(|c| Some((c, given.get(&c.name)?)));
    named.all(|(column, wanted)| text(table, row, &column.name).as_ref() == Some(wanted))
}

/// What the path gives, in the column's type.
fn typed(column: &Column, text: String) -> Value {
    match column.data_type.as_str() {
        "integer" | "bigint" => text.parse::<i64>().map_or(Value::Null, Value::from),
        _ => Value::from(text),
    }
}

fn value(table: &Table, column: &Column, given: &Given, number: usize) -> Value {
    let is_key = table.key.contains(&column.name)
        || table.fetch.as_ref().is_some_and(|fetch| fetch.has(&column.name))
        || matches!(column.name.as_str(), "Sid" | "Id");
    // The last row has nothing but its key.
    if !is_key && number == 2 && table.paging != Some(Paging::One) {
        return Value::Null;
    }
    let (n, i) = (number as i64, number);
    match column.data_type.as_str() {
        "boolean" => json!(number == 0),
        "integer" => json!(n + 1),
        "bigint" => json!(n + 5_000_000_000),
        "double" => json!(n as f64 + 0.5),
        "decimal" => json!(format!("-{number}.00750")),
        "date" => json!(format!("2024-02-2{}", number + 7)),
        "timestamp" if table.product == "api" => json!(format!("Thu, {} Feb 2024 23:59:5{i} +0000", 27 + n)),
        "timestamp" => json!(format!("2024-02-2{}T23:59:5{i}Z", 7 + number)),
        "json" if number == 0 => json!({"name": column.name, "n": [1, 2]}),
        "json" => json!([]),
        _ => json!(string(table, column, given, number)),
    }
}

fn string(table: &Table, column: &Column, given: &Given, number: usize) -> String {
    let digits = || {
        let mut hasher = DefaultHasher::new();
        (&table.schema, &table.name, &column.name, number).hash(&mut hasher);
        // What is the same all over the table tells no rows apart.
        given.iter().filter(|(name, _)| *name != "AccountSid").for_each(|pair| pair.hash(&mut hasher));
        format!("{:016x}{:016x}", hasher.finish(), hasher.finish().rotate_left(17))
    };
    if let Some(prefix) = &column.sid {
        let first = prefix.split('|').next().unwrap_or(prefix);
        return first.to_owned() + &digits();
    }
    if !column.values.is_empty() {
        return column.values[number % column.values.len()].clone();
    }
    match column.size {
        Some(34) => "XX".to_owned() + &digits(),
        // Short texts have a form of their own: countries, currencies, methods.
        Some(size) if size < 12 => "ABCDEFGHIJKL"[number..number + size.min(2)].to_owned(),
        Some(16) if column.name.ends_with("Number") => format!("+1555010000{number}"),
        size => {
            let text = format!("{} '{number}' é/+\u{1F600} {}", column.name, digits());
            text.chars().take(size.unwrap_or(200)).collect()
        }
    }
}
