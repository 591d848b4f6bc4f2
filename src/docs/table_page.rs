//! The page of a table that is made by hand.

use super::facts::{self, Written};
use super::markdown::{and, code, codes, list, table as rows, type_name};
use super::{Place, Site, examples};
use crate::model::{Column, Parameter, Table};

pub(super) fn page(site: &Site, table: &Table) -> String {
    let mut page = format!("# {}\n\n{}\n\n", table.name, table.remarks);
    if let Some(note) = site.notes.get(&table.name) {
        page += &format!("{}\n\n", note.trim());
    }
    page += "## Columns\n\n";
    let shown = table.shown().map(|(_, column)| column);
    page += &rows(["column", "type", "what it is"], shown.map(|c| of_column(site, table, c)));
    let hidden = rows(
        ["column", "type", "what it is"],
        facts::hidden(table).map(|column| of_column(site, table, column)),
    );
    if !hidden.is_empty() {
        page += "### Hidden columns\n\n";
        page += "They can be named in every clause; `*` and SQLColumns leave them out. What a statement asks for by one that is sent \
                 stands in the rows that come back.\n\n";
        page += &hidden;
    }
    page += "## What Twilio is asked\n\n";
    page += &filters(table);
    page += &list(&facts::reach(site, Place::Top, table));
    page += &writing(table);
    page += "## Examples\n\n";
    for example in examples::of(site, table) {
        page += &format!("{}\n\n```sql\n{}\n```\n\n", example.caption, example.sql);
    }
    page.trim_end().to_owned() + "\n"
}

fn of_column(site: &Site, table: &Table, column: &Column) -> [String; 3] {
    let mut words = Vec::new();
    if facts::is_key(table, column) {
        words.push("Key.".to_owned());
    }
    words.push(column.remarks.clone());
    words.extend(facts::of_column(site, Place::Top, table, column));
    let nullable = if table.is_nullable(column) { "" } else { " NOT NULL" };
    [code(&column.name), type_name(column.column_type()) + nullable, words.join(" ")]
}

/// The conditions that become a path or query parameters.
fn filters(table: &Table) -> String {
    let mut conditions = Vec::new();
    let by_path = |column: String, how: &str| [column, "`=`, `IN`".into(), "the path".into(), how.into()];
    let row: Vec<String> = facts::row_path(table).iter().map(|c| code(&c.name)).collect();
    match &row[..] {
        [] => {}
        [one] => conditions.push(by_path(one.clone(), "one request for the row")),
        several => conditions.push(by_path(several.join(" and "), "all of them: one request for the row")),
    }
    let list = facts::list_path(table);
    let what =
        |c: &Column| if facts::is_part_of_path(c) { "one of several lists" } else { "the list below it" };
    conditions.extend(list.iter().map(|c| by_path(code(&c.name), what(c))));
    conditions.extend(facts::filtered(table).into_iter().map(|filter| {
        let how = if filter.by_day { "by whole UTC days; the driver checks the time" } else { "exact" };
        [code(filter.column), codes(filter.operators), codes(filter.parameters), how.to_owned()]
    }));
    rows(["condition on", "by", "is sent as", "what it selects"], conditions)
}

fn writing(table: &Table) -> String {
    let writes = facts::writes(table);
    if writes.is_empty() {
        return "## Writing\n\nTwilio has no request that writes it.\n\n".to_owned();
    }
    let parameters = facts::written(table);
    let parameters = rows(["parameter", "type", "of", "what it is"], parameters.iter().map(of_parameter));
    format!("## Writing\n\nBy {}.\n\n{parameters}", and(&writes))
}

/// The statement that takes a parameter.
fn statement(name: &str, parameter: Option<&Parameter>) -> Option<String> {
    parameter.map(|p| if p.required { format!("{name}, required") } else { name.to_owned() })
}

fn of_parameter(written: &Written<'_>) -> [String; 4] {
    let parameter = written.parameter;
    let mut words = vec![parameter.remarks.clone()];
    words.extend(facts::of_parameter(parameter));
    let of = [
        statement("INSERT", written.insert),
        statement("UPDATE", written.update),
        statement("DELETE", written.delete),
    ];
    let of: Vec<String> = of.into_iter().flatten().collect();
    [code(&parameter.name), type_name(parameter.column_type()), of.join("; "), words.join(" ")]
}
