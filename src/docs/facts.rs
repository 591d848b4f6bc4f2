//! What the model says of a table, in words.

use std::collections::{BTreeMap, HashSet};

use super::markdown::{code, codes, count};
use super::{Place, Site};
use crate::model::{
    Column, Filter, FilterMatch, FilterOperator, Format, Paging, Parameter, Parent, RAW, Table,
};

/// The columns that only show where they are named, but for the one that every table has.
pub(super) fn hidden(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|c| c.hidden && c.name != RAW)
}

/// Whether the column is a part of the table's key.
pub(super) fn is_key(table: &Table, column: &Column) -> bool {
    table.key.iter().any(|name| column.is_named(name))
}

/// What there is to say of a column beside its type and its remark.
pub(super) fn of_column(site: &Site, from: Place<'_>, table: &Table, column: &Column) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(reference) = &column.references {
        let target =
            site.model.table(Some(&table.schema), &reference.table).expect("a test checks the model");
        facts.push(format!("References {}, `{}`.", site.link(from, target), reference.column));
    }
    if column.from_path {
        facts.push("From the path of the list.".to_owned());
    }
    if !column.aliases.is_empty() {
        facts.push(format!("Also {}.", codes(aliases(&column.aliases))));
    }
    if !column.values.is_empty() && column.paths.is_empty() {
        facts.push(format!("Known values: {}.", codes(aliases(&column.values))));
    }
    if !column.paths.is_empty() {
        facts.push(format!("Values: {}.", codes(column.paths.keys().map(String::as_str))));
    }
    if let Some(default) = &column.default {
        facts.push(format!("`{default}` where the statement gives none."));
    }
    if let Some((_, switch)) = table.switch_columns().find(|(i, _)| std::ptr::eq(&table.columns[*i], column))
    {
        facts.push(format!("Sent as `{}`.", switch.sent_name()));
    }
    if column.secret {
        facts.push("A secret: rows have `********`.".to_owned());
    }
    if table.is_updatable(column) {
        facts.push("UPDATE can set it.".to_owned());
    }
    facts
}

fn aliases(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().map(String::as_str)
}

/// The columns whose values together name a row; empty where Twilio reads none by itself.
pub(super) fn row_path(table: &Table) -> Vec<&Column> {
    let list = list_path(table);
    let fetch = unique(table, table.fetch.as_ref().map(|f| f.path.as_str()).unwrap_or_default());
    let is_row = fetch.iter().any(|c| !list.iter().any(|of_list| std::ptr::eq(*c, *of_list)));
    if is_row { fetch } else { Vec::new() }
}

/// The columns whose values name the list.
pub(super) fn list_path(table: &Table) -> Vec<&Column> {
    unique(table, &table.list)
}

/// A column that Twilio filters by.
pub(super) struct Filtered<'a> {
    pub column: &'a str,
    pub operators: Vec<&'static str>,
    /// The query parameters that are sent.
    pub parameters: Vec<&'a str>,
    pub by_day: bool,
}

/// The conditions that become query parameters.
pub(super) fn filtered(table: &Table) -> Vec<Filtered<'_>> {
    let mut filtered = Vec::new();
    let mut seen = HashSet::new();
    let everywhere = || table.filters.iter().filter(|f| f.when.is_empty());
    for filter in everywhere().filter(|f| seen.insert(f.column.as_str())) {
        let of_column: Vec<&Filter> = everywhere().filter(|f| f.column == filter.column).collect();
        let by = |operator| of_column.iter().any(move |f: &&Filter| f.operator == operator);
        let (mut operators, mut sent) = (Vec::new(), HashSet::new());
        for (operator, signs) in [
            (FilterOperator::Equal, ["=", "IN"]),
            (FilterOperator::Lower, [">", ">="]),
            (FilterOperator::Upper, ["<", "<="]),
        ] {
            operators.extend(signs.into_iter().filter(|_| by(operator)));
        }
        filtered.push(Filtered {
            column: &filter.column,
            operators,
            parameters: of_column
                .iter()
                .map(|f| f.parameter.as_str())
                .filter(|parameter| sent.insert(*parameter))
                .collect(),
            by_day: of_column.iter().any(|f| f.matches == FilterMatch::Day),
        });
    }
    filtered
}

/// The columns that the path names, but for the account, which need not be given.
fn unique<'a>(table: &'a Table, path: &str) -> Vec<&'a Column> {
    let (account, mut seen) = (table.account_column(), HashSet::new());
    let positions: Vec<usize> = table.path_columns(path).collect();
    let positions = positions.into_iter().filter(|&i| Some(i) != account && seen.insert(i));
    positions.map(|i| &table.columns[i]).collect()
}

/// Whether the path has the column's value but need not be given it.
pub(super) fn is_part_of_path(column: &Column) -> bool {
    column.default.is_some() || !column.paths.is_empty()
}

/// The columns of the list's path that nothing leads to: a statement has to give them.
pub(super) fn needed(table: &Table) -> Vec<&Column> {
    let mut columns = list_path(table);
    columns.retain(|c| parent(table, c).is_none() && !is_part_of_path(c));
    columns
}

/// The parent that a column of the list's path is taken from.
fn parent<'a>(table: &'a Table, column: &Column) -> Option<&'a Parent> {
    table.parents.iter().find(|parent| column.is_named(&parent.column))
}

/// Where the keys above the list come from, what is left out by itself, and what reading costs.
pub(super) fn reach(site: &Site, from: Place<'_>, table: &Table) -> Vec<String> {
    let mut facts: Vec<String> = table.parents.iter().map(|p| of_parent(site, from, table, p)).collect();
    for column in needed(table) {
        facts.push(format!("`{}` has to be given: no list leads to it.", column.name));
    }
    for filter in table.filters.iter().filter(|f| !f.default.is_empty()) {
        let several = if filter.default.len() > 1 { ", a list for each" } else { "" };
        facts.push(format!(
            "Twilio leaves out rows by itself. Where a statement says nothing of `{}`, `{}` is sent as {}{several}.",
            filter.column,
            filter.parameter,
            codes(aliases(&filter.default)),
        ));
    }
    let rows = count(table.page_size as usize, "row", "rows");
    let brings = match table.paging {
        Some(Paging::One) => "One row, for one request.".to_owned(),
        Some(Paging::None) => "One request brings the whole list.".to_owned(),
        _ => format!("A request brings up to {rows}."),
    };
    let filters_nothing = table.filters.is_empty() && table.paging != Some(Paging::One);
    let whole = if filters_nothing {
        " Twilio filters by nothing: other conditions read the whole list."
    } else {
        ""
    };
    facts.push(brings + whole);
    facts
}

fn of_parent(site: &Site, from: Place<'_>, table: &Table, parent: &Parent) -> String {
    let target = site.model.table(Some(&table.schema), &parent.table).expect("a test checks the model");
    let conditions = |pairs: &BTreeMap<String, String>| {
        let pairs: Vec<String> =
            pairs.iter().map(|(column, value)| format!("`{column}` = `{value}`")).collect();
        pairs.join(" and ")
    };
    let mut sentence = format!(
        "Without `{}` the driver reads {} and asks below each `{}`",
        parent.column,
        site.link(from, target),
        parent.key
    );
    if !parent.conditions.is_empty() {
        sentence += &format!(" of those with {}", conditions(&parent.conditions));
    }
    if !parent.except.is_empty() {
        sentence += &format!(", but for those with {}", conditions(&parent.except));
    }
    if parent.costly {
        sentence += &format!(
            ". **There may be very many**, so that such a statement is refused unless the connection says \
             `ParentScan=Always`: give `{}`, or join from {}",
            parent.column,
            code(&target.name)
        );
    }
    sentence + "."
}

/// A parameter that a write takes, and by which statements.
pub(super) struct Written<'a> {
    pub parameter: &'a Parameter,
    pub insert: Option<&'a Parameter>,
    pub update: Option<&'a Parameter>,
    pub delete: Option<&'a Parameter>,
}

/// The parameters of INSERT, of UPDATE and of DELETE, in this order.
pub(super) fn written(table: &Table) -> Vec<Written<'_>> {
    let create = table.create.as_ref().map(|o| &o.parameters[..]).unwrap_or_default();
    let update: Vec<&Parameter> = table
        .update
        .iter()
        .flat_map(|o| &o.parameters)
        .filter(|p| table.column(&p.name).is_none_or(|(_, column)| !column.read_only))
        .collect();
    let delete = table.delete.as_ref().map(|o| &o.parameters[..]).unwrap_or_default();
    let mut written: Vec<Written<'_>> = Vec::new();
    for parameter in create.iter().chain(update.iter().copied()).chain(delete) {
        let is_it = |p: &&Parameter| p.is_named(&parameter.name);
        if written.iter().any(|w| w.parameter.is_named(&parameter.name)) {
            continue;
        }
        written.push(Written {
            parameter,
            insert: create.iter().find(is_it),
            update: update.iter().copied().find(|p| is_it(p)),
            delete: delete.iter().find(is_it),
        });
    }
    written
}

/// What there is to say of a parameter beside its type and its remark.
pub(super) fn of_parameter(parameter: &Parameter) -> Vec<String> {
    let mut facts = Vec::new();
    if !parameter.aliases.is_empty() {
        facts.push(format!("Also {}.", codes(aliases(&parameter.aliases))));
    }
    if !parameter.values.is_empty() && parameter.sid.is_some() {
        facts.push(format!("In place of a SID also {}.", codes(aliases(&parameter.values))));
    } else if !parameter.values.is_empty() {
        facts.push(format!("Values: {}.", codes(aliases(&parameter.values))));
    }
    facts.extend(parameter.format.map(|format| {
        match format {
            Format::Phone => "Checked as a phone number.",
            Format::Recipient => "Checked as a phone number, or a channel and an address.",
            Format::Sender => "Checked as a phone number, a name, or a channel and an address.",
            Format::Url => "Checked as an absolute address.",
        }
        .to_owned()
    }));
    if parameter.array {
        facts.push("Takes several values.".to_owned());
    }
    if parameter.acts {
        facts.push("Acts each time it is sent.".to_owned());
    }
    if parameter.paid {
        facts.push("Costs money or reaches people.".to_owned());
    }
    if parameter.header {
        facts.push(format!("The header {}.", code(parameter.sent_name())));
    }
    if parameter.secret {
        facts.push("Kept out of logs.".to_owned());
    }
    facts
}

/// The statements that write to the table.
pub(super) fn writes(table: &Table) -> Vec<&'static str> {
    let of = [("INSERT", &table.create), ("UPDATE", &table.update), ("DELETE", &table.delete)];
    of.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name).collect()
}
