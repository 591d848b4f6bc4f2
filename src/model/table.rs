//! The shape of a table's data file.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::operation::{Operation, Parameter};
use super::{ACCOUNT, ColumnType, DEFAULT_SCHEMA, DataType};

/// The hidden column of every table of the API that holds the whole row.
pub const RAW: &str = "_raw";

/// What rows show where the API sent a secret.
pub const MASK: &str = "********";

/// The last column that SQLite's mask of used columns tells from all others: its last bit stands for all that follow.
const LAST_TOLD_APART: usize = 62;

/// Whether a table can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    Table,
    View,
    /// Its rows come from the driver itself: see [`Source`].
    System,
    /// Made by a statement, for one connection; nothing of it is in the model.
    #[serde(skip)]
    Temporary,
}

/// What the driver tells of itself as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The connection's last requests.
    Requests,
    /// The keys of the rows that the last INSERT made.
    Identity,
    Catalogs,
    Schemas,
    Tables,
    /// The columns of all tables.
    Columns,
    PrimaryKeys,
    ForeignKeys,
    /// The columns that are part of a key or refer to one.
    KeyColumns,
    Indexes,
    Procedures,
    /// The inputs of all procedures, and the columns of the rows that they answer.
    Parameters,
    /// The settings of the connection.
    Settings,
    /// What SQLGetInfo answers.
    Info,
    /// What the driver is, and whom it speaks to.
    Driver,
}

/// How a list leads from page to page, where no link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paging {
    /// There is no list: the answer is the one row.
    One,
    /// All rows come at once.
    None,
    /// `meta.next_token` is sent as `Token`.
    Token,
    /// `has_next` says whether there is a page after `current_page`; it is sent as `Page`.
    Number,
}

/// One resource of the API as a table.
///
/// Path templates name columns (or, in an operation, parameters) in braces: `{ConferenceSid}`. `{AccountSid}`
/// falls back to the connection's account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub schema: String,
    pub name: String,
    pub kind: TableKind,
    /// What a row is, in one or two sentences.
    pub remarks: String,
    /// Where the rows of a system table come from; nothing is ever sent for them.
    pub source: Option<Source>,
    /// The first label of the host name: `api`, `conversations`, `verify` … Like the three below, empty in a
    /// system table, and in no other.
    #[serde(default)]
    pub product: String,
    /// Path template of the list.
    #[serde(default)]
    pub list: String,
    /// Further lists whose rows the table has: the generator makes no tables of them.
    #[serde(default)]
    pub covers: Vec<String>,
    /// The array of a list's answer that holds the rows; empty where the answer is the row ([`Paging::One`]).
    #[serde(default)]
    pub items: String,
    pub paging: Option<Paging>,
    /// The largest PageSize that the list accepts, in rows.
    #[serde(default)]
    pub page_size: u32,
    /// The columns that identify a row.
    pub key: Vec<String>,
    pub columns: Vec<Column>,
    /// Query parameters of the list that a predicate can be pushed to.
    #[serde(default)]
    pub filters: Vec<Filter>,
    /// The column by whose days the list may be read in several parts side by side: a moment that a row keeps once it has
    /// it, with a filter for both bounds.
    pub slices: Option<String>,
    /// Further query parameters of the list: what is selected or computed by them shows in no column.
    #[serde(default)]
    pub switches: Vec<Parameter>,
    /// Where path columns of the list come from when no predicate gives them.
    #[serde(default)]
    pub parents: Vec<Parent>,
    /// Reads one row by path.
    pub fetch: Option<Operation>,
    /// Makes a row, by the path of the list.
    pub create: Option<Operation>,
    pub update: Option<Operation>,
    pub delete: Option<Operation>,
    /// What can be written and not be read: parameters that no column shows.
    #[serde(skip)]
    pub write_only: Vec<Column>,
    /// The query that a view of the user's is.
    #[serde(skip)]
    pub view: Option<String>,
    /// Whether what a write takes away cannot be had again: UPDATE and DELETE of all rows have to be asked for.
    #[serde(default)]
    pub irreversible: bool,
}

impl Table {
    /// A temporary table, in the schema that an unqualified name is looked up in. `key` names columns.
    pub fn temporary(name: String, columns: Vec<Column>, key: Vec<String>) -> Self {
        Table {
            schema: DEFAULT_SCHEMA.to_owned(),
            name,
            kind: TableKind::Temporary,
            remarks: "A temporary table of this connection.".to_owned(),
            source: None,
            product: String::new(),
            list: String::new(),
            covers: Vec::new(),
            items: String::new(),
            paging: None,
            page_size: 0,
            key,
            columns,
            filters: Vec::new(),
            slices: None,
            switches: Vec::new(),
            parents: Vec::new(),
            fetch: None,
            create: None,
            update: None,
            delete: None,
            write_only: Vec::new(),
            view: None,
            irreversible: false,
        }
    }

    /// Adds the column that holds whole rows, at a place where SQLite says whether a statement reads it: in a wide
    /// table it would be read with all columns from the 64th on.
    pub(super) fn add_raw(&mut self) {
        if self.column(RAW).is_none() {
            self.columns.insert(self.columns.len().min(LAST_TOLD_APART), Column::raw());
        }
    }

    /// The position of the column that holds whole rows.
    pub fn raw_column(&self) -> Option<usize> {
        self.columns.iter().position(|c| c.hidden && c.name == RAW)
    }

    /// The columns that `*` stands for.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(|(_, column)| !column.hidden)
    }

    /// Whether it is a temporary table.
    pub fn is_temporary(&self) -> bool {
        self.kind == TableKind::Temporary
    }

    /// Whether the column can be NULL. Of the model's columns, those of the key alone cannot.
    pub fn is_nullable(&self, column: &Column) -> bool {
        let may_be_missing = column.is_asked() && column.default.is_none() && !column.every;
        !column.not_null && (may_be_missing || !self.key.iter().any(|name| column.is_named(name)))
    }

    /// The position and the column of that name or alias, in any letter case.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, c)| c.is_named(name))
    }

    /// The columns that the path template names, by their positions.
    pub fn path_columns<'a>(&'a self, template: &'a str) -> impl Iterator<Item = usize> + 'a {
        placeholders(template).filter_map(|name| self.column(name).map(|(i, _)| i))
    }

    /// Whether the column is part of a path by which rows are read.
    pub fn is_in_path(&self, position: usize) -> bool {
        let fetch = self.fetch.as_ref().map(|f| f.path.as_str());
        [Some(self.list.as_str()), fetch]
            .into_iter()
            .flatten()
            .any(|path| self.path_columns(path).any(|p| p == position))
    }

    /// The position of the column whose value the list's path has as the account, which need not be given.
    pub fn account_column(&self) -> Option<usize> {
        let is_in_path = placeholders(&self.list).any(|name| name == ACCOUNT);
        if is_in_path { self.column(ACCOUNT).map(|(i, _)| i) } else { None }
    }

    /// The columns that are switches, by their positions.
    pub fn switch_columns(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        let switch = |(i, column): (usize, &Column)| Some((i, column.switch?));
        let columns = self.columns.iter().enumerate().filter_map(switch);
        columns.filter_map(|(i, switch)| Some((i, self.switches.get(switch)?)))
    }

    /// The name under which something can be written and not be read.
    pub fn write_only(&self, name: &str) -> Option<&Column> {
        self.write_only.iter().find(|c| c.is_named(name))
    }

    /// Takes the parameters that no column has the name of: names that can be written and not be read.
    pub(super) fn add_write_only(&mut self) {
        let operations = [&self.create, &self.update, &self.delete];
        let mut found: Vec<Column> = Vec::new();
        for parameter in operations.into_iter().flatten().flat_map(|o| &o.parameters) {
            let names = || parameter.aliases.iter().chain([&parameter.name]);
            let is_taken = |column: &Column| names().any(|name| column.is_named(name));
            if !self.columns.iter().chain(&found).any(is_taken) {
                found.push(Column::write_only(parameter));
            }
        }
        self.write_only = found;
    }

    /// The filters, by their positions, that a value of that filter may go to: itself, and those that say the same in some
    /// of the lists.
    pub fn filters_beside(&self, position: usize) -> impl Iterator<Item = usize> {
        let filter = &self.filters[position];
        let is_same =
            |f: &Filter| f.column == filter.column && f.operator == filter.operator && !f.when.is_empty();
        let beside = self.filters.iter().enumerate().filter(move |(i, f)| *i != position && is_same(f));
        std::iter::once(position).chain(beside.map(|(i, _)| i))
    }

    /// The switch that the column at the position is.
    pub fn switch(&self, position: usize) -> Option<&Parameter> {
        self.switches.get(self.columns[position].switch?)
    }

    /// What is sent with the path of one row: names as they are sent, and values.
    pub fn fetch_defaults(&self) -> impl Iterator<Item = (&str, &str)> {
        let parameters = self.fetch.iter().flat_map(|fetch| &fetch.parameters);
        parameters.filter_map(|p| Some((p.sent_name(), p.default.as_deref()?)))
    }

    /// Whether a column can be set by UPDATE.
    pub fn is_updatable(&self, column: &Column) -> bool {
        if self.is_temporary() {
            return true;
        }
        !column.read_only
            && self.update.as_ref().is_some_and(|u| u.parameters.iter().any(|p| p.is_named(&column.name)))
    }
}

/// One column of a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub name: String,
    /// Further names, resolved in every clause and listed in none.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where the value stands in the row's JSON object: names joined by dots. In a system table the name of the
    /// source's field.
    pub json: String,
    /// Where that value is itself a JSON text: the field of the object in it that is shown, and NULL where it is none.
    pub within: Option<String>,
    /// Whether rows do not hold the value: it is what the path that they were read by was given. Such a column is text.
    #[serde(default)]
    pub from_path: bool,
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// Characters of text, digits of a decimal; other types have their own.
    pub size: Option<u32>,
    /// Digits after the point.
    pub scale: Option<u8>,
    /// Whether UPDATE is refused even where an operation has a parameter of this name.
    #[serde(default)]
    pub read_only: bool,
    /// The two letters that a SID in this column starts with; `SM|MM` where there are two kinds.
    pub sid: Option<String>,
    /// The values that are known; the API may add more.
    #[serde(default)]
    pub values: Vec<String>,
    pub references: Option<Reference>,
    /// In generated tables composed from the name, by [`super::remarks`].
    #[serde(default)]
    pub remarks: String,
    /// Whether it is never NULL, though it is no part of the key.
    #[serde(default)]
    pub not_null: bool,
    /// Whether it is a name in every clause, but neither in `*` nor listed.
    #[serde(default)]
    pub hidden: bool,
    /// Whether the value is a secret, which no row shows. Such a column is text.
    #[serde(default)]
    pub secret: bool,
    /// For a column of the list's path: what each of its values, in any letter case, is in the path, where that is not
    /// the value itself. No other value is accepted.
    #[serde(default)]
    pub paths: BTreeMap<String, String>,
    /// The value of a column of the list's path, or of a switch, where the statement gives none.
    pub default: Option<String>,
    /// Whether each of `paths` is read, side by side, where the statement gives no value.
    #[serde(default)]
    pub every: bool,
    /// The switch that the column is, by its position.
    #[serde(skip)]
    pub switch: Option<usize>,
}

impl Column {
    /// The hidden column of the switch at that position.
    pub(super) fn of_switch(position: usize, switch: &Parameter) -> Self {
        Column {
            read_only: true,
            // Each of several has the prefix, not their list.
            sid: switch.sid.clone().filter(|_| !switch.array),
            values: switch.values.clone(),
            default: switch.default.clone(),
            switch: Some(position),
            ..Column::hidden(switch, switch.element_type())
        }
    }

    /// A name under which the parameter can be written.
    fn write_only(parameter: &Parameter) -> Self {
        Column { not_null: parameter.required, ..Column::hidden(parameter, parameter.column_type()) }
    }

    fn hidden(parameter: &Parameter, column_type: ColumnType) -> Self {
        Column {
            aliases: parameter.aliases.clone(),
            remarks: parameter.remarks.clone(),
            hidden: true,
            ..Column::temporary(parameter.name.clone(), column_type, false)
        }
    }

    /// Whether a row has in it what the statement asked for, so that a condition can only ask and not select: a switch,
    /// or a part of the list's path that need not be given.
    pub fn is_asked(&self) -> bool {
        self.switch.is_some() || self.default.is_some() || !self.paths.is_empty()
    }

    /// What the value, in any letter case, is in the path, as `paths` says.
    pub fn path_of(&self, value: &str) -> Option<&str> {
        self.paths.iter().find(|(name, _)| name.eq_ignore_ascii_case(value)).map(|(_, path)| path.as_str())
    }

    /// The column that holds whole rows.
    fn raw() -> Self {
        let remarks = "The whole row as the API sent it, also what no column shows.".to_owned();
        let column = Column::temporary(RAW.to_owned(), ColumnType::of(DataType::Json), false);
        Column { hidden: true, read_only: true, remarks, ..column }
    }

    /// A column of a temporary table.
    pub fn temporary(name: String, column_type: ColumnType, not_null: bool) -> Self {
        Column {
            name,
            aliases: Vec::new(),
            json: String::new(),
            within: None,
            from_path: false,
            data_type: column_type.data_type,
            size: Some(column_type.size),
            scale: Some(column_type.scale),
            read_only: false,
            sid: None,
            values: Vec::new(),
            references: None,
            remarks: String::new(),
            not_null,
            hidden: false,
            secret: false,
            paths: BTreeMap::new(),
            default: None,
            every: false,
            switch: None,
        }
    }

    /// Whether this is the column's name or one of its aliases, in any letter case.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
    }

    /// The SQL type with its size.
    pub fn column_type(&self) -> ColumnType {
        sized(self.data_type, self.size, self.scale)
    }
}

/// A foreign key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// In the same schema, unless it is qualified.
    pub table: String,
    pub column: String,
}

/// The comparison that a query parameter stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum FilterOperator {
    #[serde(rename = "=")]
    Equal,
    /// A lower bound; whether it includes the value itself is not relied upon.
    #[serde(rename = ">")]
    Lower,
    /// An upper bound; whether it includes the value itself is not relied upon.
    #[serde(rename = "<")]
    Upper,
}

/// How a pushed value is to be taken, so that the answer holds at least the rows that the predicate selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterMatch {
    /// The server compares as SQL does; its bounds of a date include the day that is given.
    #[default]
    Exact,
    /// The server compares whole UTC days: bounds are widened to the day.
    Day,
    /// The same, with bounds that are written as a day's first moment: the server takes no day alone.
    Midnight,
}

/// A query parameter of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    pub column: String,
    pub operator: FilterOperator,
    /// The name as it is sent: Twilio's ranges have the sign in the name (`DateCreated>`).
    pub parameter: String,
    #[serde(default, rename = "match")]
    pub matches: FilterMatch,
    /// What is sent where the statement gives nothing, because the API would leave out rows by itself. Each of several
    /// values is a list of its own. `719 hours ago` is that moment.
    #[serde(default)]
    pub default: Vec<String>,
    /// Where the comparison stands for the parameter only in some of the lists: columns of the list's path, and the
    /// values of each.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
}

impl Filter {
    /// Whether it is one in the list whose path has those values.
    pub fn applies<'a>(&self, in_path: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.when.iter().all(|(column, values)| {
            in_path(column).is_some_and(|value| values.iter().any(|v| v.eq_ignore_ascii_case(value)))
        })
    }
}

/// Where a path column comes from when the statement does not give it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The path column of the child.
    pub column: String,
    /// The table whose rows are walked: in the same schema, unless it is qualified.
    pub table: String,
    /// The column of the parent that holds the key.
    pub key: String,
    /// Path columns of the parent that have the value of a path column of the child: parent column to child column.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// Restricts the walk: parent column to value.
    #[serde(default, rename = "where")]
    pub conditions: BTreeMap<String, String>,
    /// Parents that have no child: parent column to value.
    #[serde(default)]
    pub except: BTreeMap<String, String>,
    /// Whether there may be so many parents that they are walked only if the connection says so.
    #[serde(default)]
    pub costly: bool,
}

/// The names in braces of a path template, in order.
pub(crate) fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// The type, with the size and the digits after the point that a file gives.
pub(super) fn sized(data_type: DataType, size: Option<u32>, scale: Option<u8>) -> ColumnType {
    let default = ColumnType::of(data_type);
    ColumnType { data_type, size: size.unwrap_or(default.size), scale: scale.unwrap_or(default.scale) }
}

#[cfg(test)]
mod tests {
    use super::super::Model;
    use super::*;

    #[test]
    fn every_table_of_the_api_has_the_row_as_a_column_that_is_told_apart() {
        for table in Model::builtin().tables() {
            let place = table.raw_column();
            assert_eq!(place.is_none(), table.source.is_some(), "{}.{}", table.schema, table.name);
            assert!(place.is_none_or(|i| i <= LAST_TOLD_APART), "{}.{}", table.schema, table.name);
            assert!(table.shown().all(|(_, column)| column.name != RAW));
        }
    }
}
