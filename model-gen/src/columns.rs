//! Types: how a field or a parameter becomes a column.

use crate::house::{House, ends_with};
use crate::model::Column;
use crate::names::pascal;
use crate::openapi::{Document, Schema};

/// A type with what is known of its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    pub data_type: &'static str,
    pub size: Option<u32>,
    pub scale: Option<u8>,
    pub sid: Option<String>,
    pub values: Vec<String>,
}

impl Typed {
    fn of(data_type: &'static str) -> Self {
        Typed { data_type, ..Typed::default() }
    }

    fn text(size: Option<u32>) -> Self {
        Typed { size, ..Typed::of("text") }
    }
}

/// Digits of an amount of money, and those after its point.
const MONEY: (u32, u8) = (18, 6);
/// Characters of a URL, of one host's relative address, of a map of such.
const URL: u32 = 2000;
const LINKS: u32 = 2048;

/// The columns of a row's fields. An object's own fields become columns one level deep; what lies deeper, arrays
/// and whatever has no type are JSON.
pub fn columns(document: &Document, fields: &[(&str, &Schema)], house: &House) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (json, schema) in fields {
        let name = pascal(json);
        let schema = document.resolve(schema);
        let below = document.fields(schema);
        let nested: Vec<Column> = below
            .iter()
            .map(|(part, field)| {
                let name = format!("{name}{}", pascal(part));
                column(document, field, house, name, format!("{json}.{part}"))
            })
            .collect();
        let is_taken = |name: &str| {
            columns.iter().any(|c| c.name.eq_ignore_ascii_case(name))
                || fields.iter().any(|(other, _)| pascal(other).eq_ignore_ascii_case(name))
        };
        let is_array = schema.kind.as_deref() == Some("array");
        if nested.is_empty() || is_array || nested.iter().any(|c| is_taken(&c.name)) {
            columns.push(column(document, schema, house, name, (*json).to_owned()));
        } else {
            columns.extend(nested);
        }
    }
    columns
}

fn column(document: &Document, schema: &Schema, house: &House, name: String, json: String) -> Column {
    let typed = typed(document, &name, schema, house);
    let is_secret =
        ends_with(&name, &house.credentials) && typed.data_type != "boolean" && typed.sid.is_none();
    let mut column = Column {
        name,
        json,
        data_type: typed.data_type.to_owned(),
        size: typed.size,
        scale: typed.scale,
        sid: typed.sid,
        values: typed.values,
        ..Column::default()
    };
    if is_secret {
        column.hide();
    }
    column
}

/// The type of a field or parameter of that name.
pub fn typed(document: &Document, name: &str, schema: &Schema, house: &House) -> Typed {
    let schema = document.resolve(schema);
    let values = schema.values();
    let is_money = ends_with(name, &house.money);
    let money = || Typed { size: Some(MONEY.0), scale: Some(MONEY.1), ..Typed::of("decimal") };
    match schema.kind.as_deref() {
        Some("boolean") => Typed::of("boolean"),
        Some("integer" | "number") if is_money => money(),
        Some("integer") if schema.format.as_deref() == Some("int64") || ends_with(name, &house.wide) => {
            Typed::of("bigint")
        }
        Some("integer") => Typed::of("integer"),
        Some("number") => Typed::of("double"),
        Some("string") if name.ends_with("Price") => money(),
        Some("string") => text(name, schema, values, house),
        None if !values.is_empty() => text(name, schema, values, house),
        _ => match schema.format.as_deref() {
            Some("uri-map") => Typed { size: Some(LINKS), ..Typed::of("json") },
            _ => Typed::of("json"),
        },
    }
}

fn text(name: &str, schema: &Schema, values: Vec<String>, house: &House) -> Typed {
    if let Some(prefix) = schema.pattern.as_deref().and_then(sid_prefix) {
        return Typed { sid: Some(prefix.to_owned()), ..Typed::text(Some(34)) };
    }
    match schema.format.as_deref() {
        Some("date-time" | "date-time-rfc-2822") => return Typed::of("timestamp"),
        Some("date") => return Typed::of("date"),
        Some("http-method") => return Typed { values, ..Typed::text(Some(8)) },
        Some("iso-country-code") => return Typed::text(Some(2)),
        Some("currency") => return Typed::text(Some(3)),
        Some("uri") if !name.ends_with("Uri") => return Typed::text(Some(URL)),
        // Messages and calls come from and go to addresses that are no numbers as well.
        Some("phone-number") if name.ends_with("Number") => return Typed::text(Some(16)),
        Some("phone-number") => return Typed::text(Some(64)),
        _ => {}
    }
    if !values.is_empty() {
        let longest = values.iter().map(|v| v.chars().count()).max().unwrap_or_default();
        // Enumerations grow.
        let size = [16, 32, 64, 128].into_iter().find(|size| longest <= *size as usize);
        return Typed { values, ..Typed::text(size) };
    }
    if ends_with(name, &house.json) {
        return Typed::of("json");
    }
    let stated = schema.max_length.and_then(|n| u32::try_from(n).ok()).filter(|n| (1..=65536).contains(n));
    Typed::text(stated.or_else(|| house.size(name)))
}

/// The two letters of a pattern such as `^CA[0-9a-fA-F]{32}$`.
fn sid_prefix(pattern: &str) -> Option<&str> {
    let (prefix, rest) = pattern.trim_start_matches('^').split_at_checked(2)?;
    let digits = rest.trim_end_matches('$').strip_suffix("]{32}")?;
    let is_hexadecimal = digits.starts_with("[0-9a-f") || digits.starts_with("[a-f0-9");
    (prefix.bytes().all(|b| b.is_ascii_uppercase()) && is_hexadecimal).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sid_patterns_are_recognised() {
        assert_eq!(sid_prefix("^CA[0-9a-fA-F]{32}$"), Some("CA"));
        assert_eq!(sid_prefix("OR[0-9a-f]{32}"), Some("OR"));
        for other in ["^[a-zA-Z]{2}[0-9a-fA-F]{32}$", "^SM|MM[0-9a-fA-F]{32}$", "^CA", "", "é"] {
            assert_eq!(sid_prefix(other), None, "{other}");
        }
    }
}
