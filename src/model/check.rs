//! What a data file says that cannot be. The files that are built in and those of users are held to the same rules.

use std::collections::HashSet;

use super::operation::{Method, Operation, Parameter};
use super::procedure::Procedure;
use super::sid::sid_prefixes;
use super::table::{Column, Filter, FilterOperator, Paging, Parent, RAW, Table, TableKind, placeholders};
use super::{ACCOUNT, DataType, Model};

/// The longest that a name may be, in characters: as SQLGetInfo has it.
const MAX_NAME: usize = 128;

/// The most columns that SQLite takes.
const MAX_COLUMNS: usize = 2000;

/// The most names in the place of a column's value: each is a level of the answer's JSON.
const MAX_LEVELS: usize = 32;

/// The most tables that one lies below, each below the next: by far more than Twilio has. Reading one is a recursion over
/// them.
const MAX_PARENTS: usize = 16;

/// Characters that no path of the API has: they end it, or are not what they seem.
const NOT_IN_PATHS: &str = "?#%\\\"<>^`|";

/// A fault of a data file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The field, what is wrong with it, and what is accepted.
    pub message: String,
    /// The text in the file that is at fault.
    text: Option<String>,
    /// Which of the places that have the text is at fault.
    place: Place,
}

/// A place in a file, among those that have a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    First,
    /// The second among the columns.
    Second,
    /// The first that is the name of a column.
    Column,
}

/// The faults of a table, whose parents and references are looked up in the model.
pub(super) fn check_table(model: &Model, table: &Table) -> Vec<Fault> {
    let mut check = Check { model, table, faults: Vec::new() };
    check.names();
    if table.columns.len() > MAX_COLUMNS {
        // What else they may be is no matter, and would take long to say.
        return check.faults;
    }
    check.requests();
    for column in &table.columns {
        check.column(column);
    }
    check.lists();
    for parent in &table.parents {
        check.parent(parent);
    }
    check.operations();
    check.faults
}

/// The faults of a procedure.
pub(super) fn check_procedure(model: &Model, procedure: &Procedure) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |message: String, text: &str| faults.push(Fault::about(message, text));
    for (field, name) in [("schema", &procedure.schema), ("name", &procedure.name)] {
        if let Some(wrong) = name_fault(name) {
            fault(format!("{field}: {wrong}"), name);
        }
    }
    if let Some(wrong) = product_fault(&procedure.product) {
        fault(format!("product: {wrong}"), &procedure.product);
    }
    if let Some(wrong) = path_fault(&procedure.path).filter(|_| procedure.imports.is_none()) {
        fault(format!("path: {wrong}"), &procedure.path);
    }
    if let Some(returns) = &procedure.returns {
        if model.answer(procedure).is_none() {
            fault(format!("returns: there is no table {returns}; its row is what is answered"), returns);
        }
        if procedure.answer().is_some() {
            fault("returns: the results are given as well".to_owned(), returns);
        }
    }
    for name in procedure.one_of.iter().flatten() {
        if procedure.input(name).is_none() {
            fault(format!("one_of: {name} is no input"), name);
        }
    }
    for name in procedure.exclusive.iter().flatten().filter(|name| procedure.input(name).is_none()) {
        fault(format!("exclusive: {name} is no input"), name);
    }
    for name in procedure.fixed.keys() {
        if procedure.inputs.iter().any(|input| input.sent_name() == name) {
            fault(format!("fixed: {name} is an input"), name);
        }
    }
    for name in placeholders(&procedure.path).filter(|&name| name != ACCOUNT) {
        if procedure.input(name).is_none() {
            fault(format!("path: {{{name}}} is no input"), &procedure.path);
        }
    }
    faults.extend(parameter_faults("inputs", &procedure.inputs));
    faults
}

/// The check of one table.
struct Check<'a> {
    model: &'a Model,
    table: &'a Table,
    faults: Vec<Fault>,
}

impl Fault {
    fn about(message: String, text: &str) -> Self {
        Fault { message, text: Some(text.to_owned()), place: Place::First }
    }

    /// The line of the file that the fault is in, from 1, if it can be told.
    pub fn line(&self, file: &str) -> Option<usize> {
        let quoted = serde_json::to_string(self.text.as_ref()?).ok()?;
        // Names of fields are no values.
        let is_value = |end: usize| !file[end..].trim_start().starts_with(':');
        let mut places = file
            .match_indices(&quoted)
            .map(|(start, _)| start)
            .filter(|start| is_value(start + quoted.len()));
        let columns = file.find("\"columns\"").unwrap_or_default();
        let start = match self.place {
            Place::First => places.next()?,
            Place::Second => places.filter(|start| *start > columns).nth(1)?,
            Place::Column => {
                let is_name = |start: &usize| {
                    let before = file[..*start].trim_end().strip_suffix(':');
                    before.is_some_and(|before| before.trim_end().ends_with("\"name\""))
                };
                places.filter(|start| *start > columns).find(is_name)?
            }
        };
        Some(file[..start].matches('\n').count() + 1)
    }
}

impl Check<'_> {
    fn fault(&mut self, message: String, text: &str) {
        self.faults.push(Fault::about(message, text));
    }

    /// A fault of a column that shows in no text of its own.
    fn column_fault(&mut self, message: String, column: &str) {
        self.faults.push(Fault { message, text: Some(column.to_owned()), place: Place::Column });
    }

    fn missing(&mut self, message: impl Into<String>) {
        self.faults.push(Fault { message: message.into(), text: None, place: Place::First });
    }

    /// Whether the table has the column that a field names.
    fn has_column(&mut self, field: &str, name: &str) -> bool {
        let found = self.table.column(name).is_some();
        if !found {
            self.fault(format!("{field}: there is no column {name}"), name);
        }
        found
    }

    fn names(&mut self) {
        let table = self.table;
        for (field, name) in [("schema", &table.schema), ("name", &table.name)] {
            if let Some(wrong) = name_fault(name) {
                self.fault(format!("{field}: {wrong}"), name);
            }
        }
        if table.columns.is_empty() || table.columns.len() > MAX_COLUMNS {
            self.missing(format!("columns: a table has 1 to {MAX_COLUMNS} columns"));
        }
        let mut taken = HashSet::new();
        for column in &table.columns {
            for name in std::iter::once(&column.name).chain(&column.aliases) {
                if let Some(wrong) = name_fault(name) {
                    self.fault(format!("columns: {wrong}"), name);
                }
                self.not_raw("columns", name);
                if !taken.insert(name.to_ascii_lowercase()) {
                    let message =
                        format!("columns: {name} is the name of two columns, in whatever letter case");
                    let is_second = table.columns.iter().flat_map(|c| c.aliases.iter().chain([&c.name]));
                    let is_second = is_second.filter(|other| *other == name).count() > 1;
                    let place = if is_second { Place::Second } else { Place::First };
                    self.faults.push(Fault { message, text: Some(name.clone()), place });
                }
            }
        }
    }

    /// The name of the column that holds whole rows is no other's.
    fn not_raw(&mut self, field: &str, name: &str) {
        if name.eq_ignore_ascii_case(RAW) {
            self.fault(format!("{field}: {name} is the hidden column of whole rows, in every table"), name);
        }
    }

    /// What a table needs to be read: a table of Twilio a request, a system table a source.
    fn requests(&mut self) {
        let table = self.table;
        let is_system = table.kind == TableKind::System;
        if table.source.is_some() != is_system {
            self.missing("source: system tables have one, and no other tables do");
        }
        let is_one = table.paging == Some(Paging::One);
        let fields = [
            ("product", table.product.is_empty(), "the first label of the host name, such as api"),
            ("list", table.list.is_empty(), "the path of the list, such as /v1/Services"),
            ("items", table.items.is_empty() && !is_one, "the array of the answer that holds the rows"),
            ("page_size", table.page_size == 0, "the most rows that a page may have, at least 1"),
        ];
        for (field, is_missing, what) in fields {
            if is_missing != is_system {
                self.missing(match is_system {
                    true => format!("{field}: a system table has none"),
                    false => format!("{field}: it has to be {what}"),
                });
            }
        }
        if is_system {
            return;
        }
        if let Some(wrong) = product_fault(&table.product).filter(|_| !table.product.is_empty()) {
            self.fault(format!("product: {wrong}"), &table.product);
        }
        if !table.list.is_empty() {
            self.path("list", &table.list);
        }
    }

    /// A path of the table, and the columns that it names.
    fn path(&mut self, field: &str, path: &str) {
        if let Some(wrong) = path_fault(path) {
            self.fault(format!("{field}: {wrong}"), path);
            return;
        }
        for name in placeholders(path) {
            if self.table.column(name).is_none() {
                self.fault(format!("{field}: {{{name}}} is no column"), path);
            }
        }
    }

    fn column(&mut self, column: &Column) {
        let table = self.table;
        let name = &column.name;
        if let Some(reference) = &column.references {
            let field = format!("columns.{name}.references");
            match self.model.table(Some(&table.schema), &reference.table) {
                None => {
                    self.fault(format!("{field}: there is no table {}", reference.table), &reference.table)
                }
                Some(target) if target.column(&reference.column).is_none() => self.fault(
                    format!("{field}: {} has no column {}", reference.table, reference.column),
                    &reference.column,
                ),
                Some(_) => {}
            }
        }
        if let Some(sid) = &column.sid
            && sid_prefixes(sid).any(|p| p.len() != 2 || !p.bytes().all(|b| b.is_ascii_alphabetic()))
        {
            self.fault(format!("columns.{name}.sid: a SID begins with two letters; {sid} is none"), sid);
        }
        let is_key = table.key.iter().any(|key| column.is_named(key));
        if column.secret && (column.data_type != DataType::Text || is_key) {
            self.column_fault(
                format!("columns.{name}.secret: a secret is text, and no part of the key"),
                name,
            );
        }
        if column.size == Some(0) {
            self.column_fault(format!("columns.{name}.size: it has to be at least 1"), name);
        }
        let is_path = !column.json.is_empty() && column.json.split('.').all(|part| !part.is_empty());
        if !is_path && !column.from_path {
            let message = format!("columns.{name}.json: it has to be names joined by dots");
            self.column_fault(message, name);
        }
        if column.json.split('.').count() > MAX_LEVELS {
            let message = format!("columns.{name}.json: it has at most {MAX_LEVELS} names");
            self.column_fault(message, name);
        }
        if column.from_path {
            let paths: Vec<&String> = table.fetch.iter().map(|f| &f.path).chain([&table.list]).collect();
            let is_in = |path: &&String| placeholders(path).any(|placeholder| placeholder == name);
            if column.data_type != DataType::Text || !paths.iter().all(is_in) {
                let message = format!(
                    "columns.{name}.from_path: it has to be text, and part of every path that rows are read by"
                );
                self.column_fault(message, name);
            }
        }
        let is_in_list = placeholders(&table.list).any(|placeholder| placeholder == name);
        if (!column.paths.is_empty() || column.default.is_some()) && !is_in_list {
            let message = format!("columns.{name}: only a column of the list's path has paths or a default");
            self.column_fault(message, name);
        }
        if column.is_named(ACCOUNT) && (!column.paths.is_empty() || column.default.is_some()) {
            let message = format!(
                "columns.{name}: the account is the statement's or the connection's; it has no paths and no default"
            );
            self.column_fault(message, name);
        }
        for (value, path) in &column.paths {
            if !path.is_empty() && characters_fault(path).is_some() {
                let message = format!("columns.{name}.paths.{value}: {path} is no part of a path");
                self.fault(message, path);
            }
        }
        if column.every && (column.paths.is_empty() || column.default.is_some()) {
            let message =
                format!("columns.{name}.every: a column with paths and without a default may have it");
            self.column_fault(message, name);
        }
        if let Some(default) = &column.default
            && !column.paths.is_empty()
            && column.path_of(default).is_none()
        {
            self.fault(format!("columns.{name}.default: {default} is none of its paths"), default);
        }
    }

    fn lists(&mut self) {
        let table = self.table;
        for name in &table.key {
            self.has_column("key", name);
        }
        let mut filtered = HashSet::new();
        for filter in &table.filters {
            self.has_column("filters.column", &filter.column);
            let column = table.column(&filter.column).map(|(position, _)| position);
            if column.is_some() && !filtered.insert((column, filter.operator, &filter.when)) {
                let message = format!("filters: {} has two with the same operator", filter.column);
                self.fault(message, &filter.column);
            }
            if filter.parameter.is_empty() {
                self.missing(format!("filters.parameter: that of {} is empty", filter.column));
            }
            for name in filter.when.keys() {
                if self.has_column("filters.when", name) && !placeholders(&table.list).any(|n| n == name) {
                    self.fault(format!("filters.when: {name} is no part of the list's path"), name);
                }
            }
        }
        if let Some(name) = &table.slices {
            let is_bound = |operator: FilterOperator| {
                table.filters.iter().any(|filter| filter.column == *name && filter.operator == operator)
            };
            let is_bounded = is_bound(FilterOperator::Lower) && is_bound(FilterOperator::Upper);
            let is_moment = |(_, column): (usize, &Column)| {
                matches!(column.data_type, DataType::Timestamp | DataType::Date)
            };
            if self.has_column("slices", name) && !(is_bounded && table.column(name).is_some_and(is_moment)) {
                self.fault(
                    format!("slices: {name} is no date or timestamp with a filter for both bounds"),
                    name,
                );
            }
        }
        for switch in &table.switches {
            for name in switch.aliases.iter().chain([&switch.name]) {
                self.not_raw("switches", name);
                if table.column(name).is_some() {
                    let message = format!(
                        "switches: {name} is the name of a column; name it otherwise and give what is sent as parameter"
                    );
                    self.fault(message, name);
                }
            }
        }
        self.faults.extend(parameter_faults("switches", &table.switches));
    }

    fn parent(&mut self, parent: &Parent) {
        let table = self.table;
        if self.has_column("parents.column", &parent.column)
            && !placeholders(&table.list).any(|name| name == parent.column)
        {
            let message = format!("parents.column: {} is no part of the list's path", parent.column);
            self.fault(message, &parent.column);
        }
        let Some(target) = self.model.table(Some(&table.schema), &parent.table) else {
            self.fault(format!("parents.table: there is no table {}", parent.table), &parent.table);
            return;
        };
        let theirs = std::iter::once(("key", &parent.key))
            .chain(parent.conditions.keys().map(|name| ("where", name)))
            .chain(parent.except.keys().map(|name| ("except", name)))
            .chain(parent.with.keys().map(|name| ("with", name)));
        for (field, name) in theirs {
            if target.column(name).is_none() {
                self.fault(format!("parents.{field}: {} has no column {name}", parent.table), name);
            }
        }
        for name in parent.with.values() {
            self.has_column("parents.with", name);
        }
        for name in parent.conditions.keys() {
            let is_it = |f: &Filter| f.operator == FilterOperator::Equal && f.column == *name;
            if !target.filters.iter().any(is_it) {
                let message =
                    format!("parents.where: {} has no filter of {name} whose operator is =", parent.table);
                self.fault(message, name);
            }
        }
        if target.column(&parent.key).is_some_and(|(_, key)| key.secret) {
            let message = format!("parents.key: {} is a secret of {}", parent.key, parent.table);
            self.fault(message, &parent.key);
        }
        match above(self.model, target, table) {
            Above::Itself => {
                let message = format!("parents.table: {} lies below {} itself", parent.table, table.name);
                self.fault(message, &parent.table);
            }
            Above::TooMany => {
                let message =
                    format!("parents.table: more than {MAX_PARENTS} tables lie above {}", table.name);
                self.fault(message, &parent.table);
            }
            Above::Others => {}
        }
    }

    fn operations(&mut self) {
        use Method::{Delete, Get, Patch, Post, Put};
        let table = self.table;
        let operations: [(&str, &Option<Operation>, &[Method]); 4] = [
            ("fetch", &table.fetch, &[Get]),
            ("create", &table.create, &[Post, Put]),
            ("update", &table.update, &[Post, Put, Patch]),
            ("delete", &table.delete, &[Delete, Post]),
        ];
        for (field, operation, methods) in operations {
            let Some(operation) = operation else { continue };
            self.path(&format!("{field}.path"), &operation.path);
            if !methods.contains(&operation.method) {
                let accepted = methods.iter().map(|m| m.name()).collect::<Vec<_>>().join(" or ");
                let name = operation.method.name();
                self.fault(format!("{field}.method: {name} is none for it; {accepted} is"), name);
            }
            for name in
                operation.exclusive.iter().flatten().filter(|name| operation.parameter(name).is_none())
            {
                self.fault(format!("{field}.exclusive: {name} is no parameter"), name);
            }
            if operation.unordered && !["update", "delete"].contains(&field) {
                self.missing(format!("{field}.unordered: only update and delete may have it"));
            }
            if operation.unordered && (operation.paid || operation.parameters.iter().any(|p| p.acts)) {
                self.missing(format!(
                    "{field}.unordered: what costs money, reaches people or acts goes one after the other"
                ));
            }
            self.faults.extend(parameter_faults(&format!("{field}.parameters"), &operation.parameters));
        }
    }
}

/// What the parents of a table are, and theirs.
enum Above {
    Others,
    Itself,
    TooMany,
}

/// What lies above the child whose parent is the given table. A circle elsewhere is the fault of the tables in it.
fn above(model: &Model, parent: &Table, child: &Table) -> Above {
    let is_child =
        |t: &Table| t.schema.eq_ignore_ascii_case(&child.schema) && t.name.eq_ignore_ascii_case(&child.name);
    let mut seen: HashSet<*const Table> = HashSet::new();
    let mut level = vec![parent];
    for _ in 0..MAX_PARENTS {
        if level.iter().any(|table| is_child(table)) {
            return Above::Itself;
        }
        let parents = level.iter().flat_map(|table| table.parents.iter().map(move |parent| (table, parent)));
        let parents = parents.filter_map(|(table, parent)| model.table(Some(&table.schema), &parent.table));
        let parents = parents.map(|table| &**table);
        level = parents.filter(|table| seen.insert(std::ptr::from_ref(*table))).collect();
        if level.is_empty() {
            return Above::Others;
        }
    }
    Above::TooMany
}

fn parameter_faults(field: &str, parameters: &[Parameter]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut taken = HashSet::new();
    for parameter in parameters {
        for name in std::iter::once(&parameter.name).chain(&parameter.aliases) {
            if let Some(wrong) = name_fault(name) {
                faults.push(Fault::about(format!("{field}: {wrong}"), name));
            }
            if !taken.insert(name.to_ascii_lowercase()) {
                let message = format!("{field}: {name} is the name of two, in whatever letter case");
                faults.push(Fault::about(message, name));
            }
        }
    }
    faults
}

/// What is wrong with the name of a table, a column or a parameter.
pub fn name_fault(name: &str) -> Option<String> {
    let is_name = !name.is_empty()
        && name.chars().count() <= MAX_NAME
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (!is_name).then(|| format!("{name:?} is no name; one has 1 to {MAX_NAME} letters, digits and _"))
}

/// What is wrong with a product: it becomes part of the host that the credentials are sent to.
fn product_fault(product: &str) -> Option<String> {
    let is_label = (1..=63).contains(&product.len())
        && product.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !product.starts_with('-')
        && !product.ends_with('-');
    (!is_label).then(|| {
        format!("{product:?} is no label of a host name; one has letters, digits and hyphens, such as api")
    })
}

/// What is wrong with the template of a path.
fn path_fault(path: &str) -> Option<String> {
    if !path.starts_with('/') || path.starts_with("//") {
        return Some(format!("{path:?} has to begin with one slash"));
    }
    if let Some(wrong) = characters_fault(path) {
        return Some(wrong);
    }
    let mut is_open = false;
    for c in path.chars() {
        let is_brace = matches!(c, '{' | '}');
        if is_brace && is_open == (c == '{') {
            return Some(format!("the braces of {path:?} are no pairs"));
        }
        is_open ^= is_brace;
    }
    (is_open || path.contains("{}"))
        .then(|| format!("the braces of {path:?} have to hold the name of a column"))
}

fn characters_fault(path: &str) -> Option<String> {
    if path.split('/').any(|part| part == ".") || path.contains("..") {
        return Some(format!("{path:?} must not lead elsewhere by dots"));
    }
    let wrong = path.chars().find(|c| !c.is_ascii_graphic() || NOT_IN_PATHS.contains(*c))?;
    Some(format!("{path:?} must not have the character {wrong:?}"))
}
