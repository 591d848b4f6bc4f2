//! What rows have in them because the statement asked for it: parts of a path that need not be given, and switches.

use std::borrow::Cow;

use super::send;
use crate::error::Result;
use crate::model::{Column, DataType, Table};
use crate::value::Value;

/// The values of a column of the path; those that no row has are left out, and of those that are the same part of the
/// path all but the first.
///
/// # Errors
/// 22018 for a value that the column does not have.
pub(super) fn path_values(column: &Column, values: &[Value]) -> Result<Vec<String>> {
    let mut texts: Vec<String> = Vec::with_capacity(values.len());
    for value in values {
        if !column.is_asked() {
            texts.extend(send::key(column, value));
            continue;
        }
        let Some(text) = send::asked_path(column, value)? else { continue };
        let same = |other: &String| !column.paths.is_empty() && other.eq_ignore_ascii_case(&text);
        if !texts.iter().any(same) {
            texts.push(text);
        }
    }
    Ok(texts)
}

/// The template with the parts filled in that stand in a path as they are; nothing where no value is given.
pub(super) fn raw_parts<'t, 'v>(
    table: &Table,
    template: &'t str,
    value: impl Fn(usize) -> Option<&'v str>,
) -> Cow<'t, str> {
    let mut filled = Cow::Borrowed(template);
    for (i, column) in table.columns.iter().enumerate().filter(|(_, c)| !c.paths.is_empty()) {
        let part = value(i).and_then(|value| column.path_of(value)).unwrap_or_default();
        filled = Cow::Owned(filled.replace(&format!("{{{}}}", column.name), part));
    }
    filled
}

/// The value of a switch as SQLite takes it.
pub(super) fn stored(text: Option<&str>, data_type: DataType) -> Value {
    let Some(text) = text else { return Value::Null };
    match data_type {
        DataType::Boolean | DataType::Integer | DataType::BigInt => {
            // As it stands in a default.
            let number = text.parse().or(text.parse::<bool>().map(i64::from));
            number.map_or(Value::Null, Value::Integer)
        }
        DataType::Double => text.parse().map_or(Value::Null, Value::Real),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests;
