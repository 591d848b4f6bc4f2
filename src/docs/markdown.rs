//! How names, types and tables are written.

use crate::model::{ColumnType, DEFAULT_SCHEMA, DataType, Table};
use crate::odbc::types::describe;

pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Names or values with commas between them.
pub(super) fn codes<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(code).collect::<Vec<_>>().join(", ")
}

/// Names with "and" before the last.
pub(super) fn and(texts: &[&str]) -> String {
    match texts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The name as a statement needs it.
pub(super) fn table_name(table: &Table) -> String {
    match table.schema.as_str() {
        DEFAULT_SCHEMA => table.name.clone(),
        schema => format!("{schema}.{}", table.name),
    }
}

/// The type as SQLColumns names it, with its size.
pub(super) fn type_name(column_type: ColumnType) -> String {
    let facts = describe(&column_type);
    let in_full = ColumnType::of(DataType::Json).size;
    match column_type.data_type {
        DataType::Text | DataType::Json | DataType::Binary if facts.column_size < in_full => {
            format!("{}({})", facts.type_name, facts.column_size)
        }
        DataType::Decimal => format!("{}({},{})", facts.type_name, facts.column_size, column_type.scale),
        _ => facts.type_name.to_owned(),
    }
}

/// A table in Markdown, followed by an empty line; nothing without rows.
pub(super) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rows: String =
        rows.into_iter().map(|row| line(row.map(|cell| cell.replace('|', "\\|")).into())).collect();
    if rows.is_empty() {
        return rows;
    }
    let head = line(headings.map(str::to_owned).into());
    let rule = format!("|{}\n", "---|".repeat(N));
    format!("{head}{rule}{rows}\n")
}

/// Sentences as a list, followed by an empty line; nothing without any.
pub(super) fn list(sentences: &[String]) -> String {
    let lines: String = sentences.iter().map(|sentence| format!("- {sentence}\n")).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

/// A number and its noun.
pub(super) fn count(number: usize, one: &str, several: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {several}") }
}
