//! The page of a schema's tables that have no page of their own.

use super::facts;
use super::markdown::{code, codes, count, list, table as rows, type_name};
use super::{Place, Site};
use crate::model::{Column, DEFAULT_SCHEMA, Parameter, Table};

pub(super) fn page(site: &Site, schema: &str, tables: &[&Table]) -> String {
    let further = if schema == DEFAULT_SCHEMA { " Others have pages of their own." } else { "" };
    let mut page = format!(
        "# Schema {schema}\n\n{}.{further} What holds for all tables: [Tables](../README.md).\n\n",
        count(tables.len(), "table", "tables")
    );
    for table in tables {
        page += &section(site, table);
    }
    page.trim_end().to_owned() + "\n"
}

fn section(site: &Site, table: &Table) -> String {
    let columns = table.columns.iter().filter(|c| !c.hidden).chain(facts::hidden(table));
    let columns = rows(["column", "type", ""], columns.map(|column| of_column(site, table, column)));
    let mut sentences = Vec::new();
    let names = |columns: Vec<&Column>| columns.iter().map(|c| code(&c.name)).collect::<Vec<_>>().join(", ");
    let row = names(facts::row_path(table));
    if !row.is_empty() {
        sentences.push(format!("One row is read by {row}."));
    }
    let filters: Vec<String> = facts::filtered(table)
        .iter()
        .map(|f| {
            let by_day = if f.by_day { ", by day" } else { "" };
            format!("{} {}{by_day}", code(f.column), codes(f.operators.iter().copied()))
        })
        .collect();
    if !filters.is_empty() {
        sentences.push(format!("Twilio filters by {}.", filters.join("; ")));
    }
    sentences.extend(facts::reach(site, Place::Schema(&table.schema), table));
    sentences.extend(writing(table));
    format!("## {}\n\n{}\n\n{columns}{}", table.name, table.remarks, list(&sentences))
}

fn of_column(site: &Site, table: &Table, column: &Column) -> [String; 3] {
    let key = if facts::is_key(table, column) { "Key." } else { "" };
    let hidden = if column.hidden { "Hidden." } else { "" };
    let mut words: Vec<String> =
        [key, hidden].iter().filter(|w| !w.is_empty()).map(|w| (*w).to_owned()).collect();
    // Composed from the name in the others, so that it says nothing more.
    words.extend(site.is_hand_made(table).then(|| column.remarks.clone()));
    words.extend(facts::of_column(site, Place::Schema(&table.schema), table, column));
    [code(&column.name), type_name(column.column_type()), words.join(" ")]
}

/// What each statement that writes takes.
fn writing(table: &Table) -> Vec<String> {
    let written = facts::written(table);
    let names = |of: Vec<&Parameter>, required: bool| {
        codes(of.into_iter().filter(|p| p.required == required).map(|p| p.name.as_str()))
    };
    facts::writes(table)
        .into_iter()
        .map(|statement| {
            let parameters: Vec<&Parameter> = match statement {
                "INSERT" => written.iter().filter_map(|w| w.insert).collect(),
                "UPDATE" => written.iter().filter_map(|w| w.update).collect(),
                _ => written.iter().filter_map(|w| w.delete).collect(),
            };
            let (required, others) = (names(parameters.clone(), true), names(parameters, false));
            match (required.is_empty(), others.is_empty()) {
                (true, true) => format!("{statement}."),
                (true, false) => format!("{statement}: {others}."),
                (false, true) => format!("{statement}: {required}, required."),
                (false, false) => format!("{statement}: {required}, required; {others}."),
            }
        })
        .collect()
}
