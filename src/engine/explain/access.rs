//! One access to a table, told from what best_index chose and where its arguments come from.

use std::collections::BTreeSet;

use super::program::{Origin, Read};
use super::{Path, Row};
use crate::engine::Database;
use crate::engine::asked;
use crate::engine::moment;
use crate::engine::pushdown::{self, Role};
use crate::engine::send::{self, Pushed};
use crate::error::{Error, Result, state};
use crate::model::{Column, Filter, FilterMatch, FilterOperator, Method, Table};
use crate::sql::KeySource;
use crate::sql::explain::{Comparison, NamedTable, Predicate};
use crate::value::Value;

/// Values of an IN that are shown one by one.
const SHOWN_VALUES: usize = 5;

/// An access and its row of the answer.
pub(super) struct Access<'a> {
    pub row: Row,
    named: &'a NamedTable,
    tables: &'a [NamedTable],
    parameters: &'a [Value],
    columns: u64,
    /// What the arguments of the scan are.
    roles: Vec<Role>,
    /// What is asked of the server, or given in the path.
    asked: Vec<(usize, Comparison)>,
    /// What the access is made once for.
    each: BTreeSet<String>,
    /// How many requests may run at once.
    side_by_side: usize,
}

/// A value as far as it is known.
enum Known {
    Value(Value),
    /// How it is shown.
    Later(String),
    List(Vec<Value>),
}

impl<'a> Access<'a> {
    /// `accounts` says that the statement names an account for some table.
    pub fn new(
        named: &'a NamedTable,
        read: &Read,
        tables: &'a [NamedTable],
        parameters: &'a [Value],
        database: &'a Database,
        accounts: bool,
    ) -> Result<Self> {
        let table = &*named.table;
        let mut row = Row { table: table.name.clone(), requests: "0".into(), ..Row::default() };
        row.alias = (named.alias != table.name).then(|| named.alias.clone());
        let mut access = Access {
            row,
            named,
            tables,
            parameters,
            columns: 0,
            roles: Vec::new(),
            asked: Vec::new(),
            each: BTreeSet::new(),
            side_by_side: database.client.max_concurrency(),
        };
        if table.source.is_some() || table.is_temporary() {
            access.row.scan = "local";
            return Ok(access);
        }
        let chosen: pushdown::Access = serde_json::from_str(&read.access)
            .map_err(|e| Error::new(state::GENERAL_ERROR, format!("The access cannot be read: {e}")))?;
        access.columns = chosen.columns;
        access.row.method = Some(Method::Get);
        let mut path = Path::new(&database.client, Some(table));
        // Below a row of another account its path leads on, and which rows those are shows when it runs.
        path.account_is_open =
            accounts && !names_account(table, read) && (has_keys(&chosen) || database.all_accounts);
        let is_possible = access.arguments(&chosen, read, &mut path)?;
        access.ways(&chosen, &path, is_possible)?;
        access.roles = chosen.arguments;
        Ok(access)
    }

    /// Goes through the arguments as the scan does; `false` when no row can satisfy them.
    fn arguments(&mut self, chosen: &pushdown::Access, read: &Read, path: &mut Path<'_>) -> Result<bool> {
        let table = &*self.named.table;
        let mut is_possible = true;
        let mut wanted = Some(0u64);
        let mut is_limited = false;
        let mut conditional = Vec::new();
        for (role, origin) in chosen.arguments.iter().zip(&read.arguments) {
            match *role {
                Role::Path(position) | Role::PathList(position) => {
                    let column = &table.columns[position];
                    self.asked.push((position, Comparison::Equal));
                    let segments = |values: &[Value]| asked::path_values(column, values);
                    let mut side_by_side = self.side_by_side;
                    let how = match self.known(origin, position, Comparison::Equal) {
                        Known::Later(how) => {
                            path.open.push(column.name.clone());
                            format!("= {how}")
                        }
                        Known::Value(value) => match segments(&[value])?.pop() {
                            Some(segment) => {
                                path.set(&column.name, segment.clone());
                                format!("= {segment}{}", via(origin))
                            }
                            None => {
                                is_possible = false;
                                "= NULL".into()
                            }
                        },
                        Known::List(values) => {
                            let segments = BTreeSet::from_iter(segments(&values)?);
                            is_possible &= !segments.is_empty();
                            side_by_side = segments.len().clamp(1, self.side_by_side);
                            path.open.push(column.name.clone());
                            self.each.insert(format!("each of {} values", segments.len()));
                            format!("IN ({})", some(segments))
                        }
                    };
                    self.row.keys.push(format!("{} {how}", column.name));
                    if matches!(role, Role::PathList(_)) {
                        self.row.read_ahead = side_by_side - 1;
                    }
                }
                Role::Switch(position) | Role::SwitchList(position) => {
                    self.asked.push((position, Comparison::Equal));
                    is_possible &= self.switch(position, chosen.fetch, origin)?;
                }
                Role::FilterList(position) => {
                    is_possible &= self.filter(position, false, origin, path, &mut wanted)?;
                }
                Role::Filter(position) | Role::FilterBeyond(position) => {
                    let is_strict = matches!(role, Role::FilterBeyond(_));
                    for position in table.filters_beside(position) {
                        match table.filters[position].when.is_empty() {
                            true => {
                                is_possible &= self.filter(position, is_strict, origin, path, &mut wanted)?
                            }
                            false => conditional.push((position, is_strict, origin)),
                        }
                    }
                }
                Role::Limit | Role::Offset => {
                    is_limited = true;
                    wanted = match self.known(origin, usize::MAX, Comparison::Equal) {
                        Known::Value(Value::Integer(n)) => {
                            wanted.map(|w| w.saturating_add(u64::try_from(n).unwrap_or(u64::MAX)))
                        }
                        Known::Value(_) => Some(u64::MAX),
                        _ => None,
                    };
                }
            }
        }
        for (position, is_strict, origin) in conditional {
            is_possible &= self.filter(position, is_strict, origin, path, &mut wanted)?;
        }
        if chosen.fetch {
            self.row.pushed.extend(table.fetch_defaults().map(|(name, value)| format!("{name}={value}")));
        }
        if !chosen.fetch {
            self.every(chosen, path);
            self.defaults(chosen);
            self.row.page_size = match (is_limited, wanted) {
                (false, _) => Some(table.page_size),
                (true, Some(rows)) => Some(u32::try_from(rows).unwrap_or(u32::MAX).clamp(1, table.page_size)),
                (true, None) => None,
            };
        }
        let fits = is_limited && wanted.is_some_and(|rows| rows <= u64::from(table.page_size));
        self.row.requests = if chosen.fetch || fits { "1" } else { "1 per page" }.into();
        Ok(is_possible)
    }

    fn filter(
        &mut self,
        position: usize,
        is_strict: bool,
        origin: &Origin,
        path: &Path<'_>,
        wanted: &mut Option<u64>,
    ) -> Result<bool> {
        let table = &*self.named.table;
        let filter = &table.filters[position];
        let Some((column, described)) = table.column(&filter.column) else { return Ok(true) };
        let is_asked_for = |other: &Filter| {
            other.parameter == filter.parameter
                && table
                    .column(&other.column)
                    .is_some_and(|(i, _)| self.asked.contains(&(i, Comparison::Equal)))
        };
        let mut equalities = table.filters.iter().filter(|f| f.operator == FilterOperator::Equal);
        let is_given = !filter.when.is_empty() && equalities.any(|f| f.when.is_empty() && is_asked_for(f));
        if is_given || !filter.applies(|name| path.given(name)) {
            return Ok(true);
        }
        let comparison = match filter.operator {
            FilterOperator::Equal => Comparison::Equal,
            FilterOperator::Lower => Comparison::Lower,
            FilterOperator::Upper => Comparison::Upper,
        };
        let shown = match self.known(origin, column, comparison) {
            Known::Later(how) if filter.matches != FilterMatch::Exact => format!("day of {how}"),
            Known::Later(how) => how,
            Known::Value(value) => match send::filter_value(described, filter, &value, is_strict) {
                Pushed::Value(text) => text,
                Pushed::Never => return Ok(false),
                Pushed::Unsuitable => {
                    *wanted = Some(u64::MAX);
                    return Ok(true);
                }
            },
            Known::List(values) => {
                let mut texts = BTreeSet::new();
                for value in &values {
                    match send::filter_value(described, filter, value, false) {
                        Pushed::Value(text) => drop(texts.insert(text)),
                        Pushed::Never => {}
                        Pushed::Unsuitable => return Ok(true),
                    }
                }
                self.each.insert(format!("each of {} values", texts.len()));
                format!("<{}>", some(texts))
            }
        };
        self.asked.push((column, comparison));
        let name = format!("{}=", filter.parameter);
        // Of several bounds the tightest is sent; where one is not known yet, all are shown.
        let is_value = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let other = self
            .row
            .pushed
            .iter_mut()
            .find(|pushed| is_value(&shown) && pushed.strip_prefix(name.as_str()).is_some_and(is_value));
        match other {
            Some(pushed) => {
                *pushed = name.clone() + &send::tighter(filter, shown, pushed.split_off(name.len()));
            }
            None => self.row.pushed.push(name + &shown),
        }
        Ok(true)
    }

    /// What a switch is given; `false` when no row can have it. With a row's path nothing is sent.
    fn switch(&mut self, column: usize, is_fetch: bool, origin: &Origin) -> Result<bool> {
        let table = &*self.named.table;
        let Some(switch) = table.switch(column) else { return Ok(true) };
        let sent = |value: &Value| -> Result<Vec<String>> {
            match send::switch_value(switch, value)? {
                Some(text) => send::form_values(switch, &text.into()),
                None => Ok(Vec::new()),
            }
        };
        let shown = match self.known(origin, column, Comparison::Equal) {
            Known::Later(how) => vec![how],
            Known::Value(value) => sent(&value)?,
            Known::List(values) => {
                let mut texts = BTreeSet::new();
                for value in &values {
                    texts.extend(sent(value)?.into_iter().reduce(|all, one| format!("{all},{one}")));
                }
                if texts.is_empty() {
                    return Ok(false);
                }
                self.each.insert(format!("each of {} values", texts.len()));
                vec![format!("<{}>", some(texts))]
            }
        };
        if !is_fetch {
            self.row.pushed.extend(shown.iter().map(|text| format!("{}={text}", switch.sent_name())));
        }
        Ok(!shown.is_empty())
    }

    /// Parts of the path of which each is read where the statement gives none.
    fn every(&mut self, chosen: &pushdown::Access, path: &mut Path<'_>) {
        let table = &*self.named.table;
        for position in table.path_columns(&table.list).filter(|&i| table.columns[i].every) {
            let is_it = |role: &Role| matches!(role, Role::Path(c) | Role::PathList(c) if *c == position);
            if chosen.arguments.iter().any(is_it) {
                continue;
            }
            let Column { name, paths, .. } = &table.columns[position];
            path.open.push(name.clone());
            self.each.insert(format!("each of {} values", paths.len()));
            self.row.keys.push(format!("{name} IN ({})", some(paths.keys().cloned().collect())));
            self.row.read_ahead = paths.len().clamp(1, self.side_by_side) - 1;
        }
    }

    /// What is sent where the statement gives nothing.
    fn defaults(&mut self, chosen: &pushdown::Access) {
        let table = &*self.named.table;
        for (column, switch) in table.switch_columns() {
            let is_it = |role: &Role| matches!(role, Role::Switch(c) | Role::SwitchList(c) if *c == column);
            let given = chosen.arguments.iter().any(is_it);
            if let Some(default) = switch.default.as_deref().filter(|_| !given).map(moment::switch_default) {
                self.row.pushed.push(format!("{}={default}", switch.sent_name()));
            }
        }
        for filter in &table.filters {
            let given = format!("{}=", filter.parameter);
            if self.row.pushed.iter().any(|pushed| pushed.starts_with(&given)) {
                continue;
            }
            match &filter.default[..] {
                [] => {}
                [one] => self.row.pushed.push(format!("{given}{}", moment::filter_default(one))),
                several => {
                    self.each.insert(format!("each of {} values", several.len()));
                    self.row.pushed.push(format!("{given}<{}>", some(several.iter().cloned().collect())));
                }
            }
        }
    }

    /// How rows are found: by their path, as a list, or by walking parents.
    fn ways(&mut self, chosen: &pushdown::Access, path: &Path<'_>, is_possible: bool) -> Result<()> {
        let table = &*self.named.table;
        let template = match &table.fetch {
            Some(fetch) if chosen.fetch => &fetch.path,
            _ => &table.list,
        };
        self.row.endpoint = Some(path.fill(template)?);
        self.row.scan = if chosen.fetch { "fetch" } else { "list" };
        let given = |column: usize| {
            let is_it = |role: &Role| matches!(role, Role::Path(c) | Role::PathList(c) if *c == column);
            Some(column) == table.account_column()
                || table.columns[column].is_asked()
                || chosen.arguments.iter().any(is_it)
        };
        let missing = BTreeSet::from_iter(table.path_columns(template).filter(|&c| !given(c)));
        for column in missing {
            self.row.scan = "walk";
            self.row.read_ahead = self.side_by_side - 1;
            let (key, requests) = walk(table, column)?;
            self.row.keys.push(key);
            self.row.requests = format!("{requests}, then {} for each of its rows", self.row.requests);
        }
        for each in &self.each {
            self.row.requests = format!("{} for {each}", self.row.requests);
        }
        if !is_possible {
            self.row.requests = NO_ROW.into();
        }
        Ok(())
    }

    fn known(&mut self, origin: &Origin, column: usize, comparison: Comparison) -> Known {
        match origin {
            Origin::Literal(value) => Known::Value(value.clone()),
            Origin::Marker(number) => match self.parameters.get(*number) {
                Some(value) => Known::Value(value.clone()),
                None => Known::Later(format!("?{}", number + 1)),
            },
            Origin::Column { table, column, joined } => {
                let Some(other) = self.tables.get(*table) else { return Known::Later("<…>".into()) };
                let name = &other.table.columns[*column].name;
                if *joined {
                    self.each.insert(format!("each row of {}", other.alias));
                    return Known::Later(format!("<{}.{name}>", other.alias));
                }
                Known::Later(format!("<{name} of a sub-query over {}>", other.table.name))
            }
            Origin::List(origins) => {
                let values: Option<Vec<Value>> = origins
                    .iter()
                    .map(|origin| match origin {
                        Origin::Literal(value) => Some(value.clone()),
                        Origin::Marker(number) => self.parameters.get(*number).cloned(),
                        _ => None,
                    })
                    .collect();
                if let Some(values) = values {
                    return Known::List(values);
                }
                if let [of_query @ Origin::Column { .. }] = &origins[..] {
                    let later = self.known(of_query, column, comparison);
                    self.each.insert("each value".into());
                    return later;
                }
                if let [Origin::Computed] = &origins[..] {
                    self.each.insert("each value".into());
                } else {
                    self.each.insert(format!("each of {} values", origins.len()));
                }
                Known::Later(self.written(column, comparison))
            }
            Origin::Computed => Known::Later(self.written(column, comparison)),
        }
    }

    /// The text that the column is compared with.
    fn written(&self, column: usize, comparison: Comparison) -> String {
        let all = self.named.predicates.iter().flat_map(|p| &p.comparisons);
        let mut same = all.filter(|(c, how, _)| (*c, *how) == (column, comparison));
        match (same.next(), same.next()) {
            (Some((_, _, text)), None) => format!("<{text}>"),
            _ => "<computed>".into(),
        }
    }

    /// Tells how many look-ups are begun before the join asks for them.
    pub fn read_ahead(&mut self, sources: &[KeySource]) {
        let is_list = self.roles.iter().any(|role| matches!(role, Role::PathList(_)));
        let looks_up = |source: &KeySource| {
            std::ptr::eq(&*source.table, &*self.named.table)
                && source.columns.iter().all(|column| self.roles.contains(&Role::Path(*column)))
        };
        if !is_list && sources.iter().any(looks_up) {
            self.row.read_ahead = self.side_by_side - 1;
        }
    }

    /// Tells that all accounts are read, unless the row of a join says which one.
    pub fn each_account(&mut self) {
        let is_joined = self.each.iter().any(|each| each.starts_with("each row of"));
        if self.named.table.account_column().is_some() && !is_joined && !self.row.requests.starts_with('0') {
            self.row.requests = format!(
                "1 per page of Accounts with Status=active, then {} for each of them",
                self.row.requests
            );
        }
    }

    /// Tells which predicates SQLite checks, and which of them the server was asked as well.
    pub fn predicates<'p>(&mut self, predicates: impl Iterator<Item = &'p Predicate>) {
        for predicate in predicates {
            match predicate.text.as_str() {
                "true" if predicate.constant => continue,
                "false" if predicate.constant => self.row.requests = NO_ROW.into(),
                text if predicate.constant => self.row.requests = format!("{} if {text}", self.row.requests),
                _ => {}
            }
            let comparisons = &predicate.comparisons;
            let is_asked = comparisons.iter().all(|(c, how, _)| self.asked.contains(&(*c, *how)));
            let again = if is_asked && !comparisons.is_empty() { " (again)" } else { "" };
            self.row.local.push(format!("{}{again}", predicate.text));
        }
    }

    /// Whether both accesses are the same scan, whose rows a statement with several tables keeps.
    pub fn reads_the_same(&self, other: &Access<'_>) -> bool {
        let (a, b) = (&self.row, &other.row);
        std::ptr::eq(&*self.named.table, &*other.named.table)
            && self.named.table.source.is_none()
            && self.each.is_empty()
            && other.each.is_empty()
            && self.columns == other.columns
            && (a.scan, &a.endpoint, &a.keys, &a.pushed) == (b.scan, &b.endpoint, &b.keys, &b.pushed)
            && a.page_size.is_some()
            && a.page_size == b.page_size
            && !a.requests.starts_with('0')
            && !b.requests.starts_with('0')
    }
}

/// What is said of a table that is not read.
const NO_ROW: &str = "0: no row can fulfil the conditions";

/// Whether a part of the path is given.
fn has_keys(chosen: &pushdown::Access) -> bool {
    chosen.arguments.iter().any(|role| matches!(role, Role::Path(_) | Role::PathList(_)))
}

/// Whether an access to a table is given its account.
pub(super) fn names_account(table: &Table, read: &Read) -> bool {
    let account = table.account_column();
    let is_it = |role: &Role| matches!(role, Role::Path(c) | Role::PathList(c) if Some(*c) == account);
    let chosen = serde_json::from_str::<pushdown::Access>(&read.access);
    chosen.is_ok_and(|chosen| chosen.arguments.iter().any(is_it))
}

/// How a path column gets its values from a parent: in words, and the requests for the parent's rows.
fn walk(table: &Table, column: usize) -> Result<(String, String)> {
    let name = &table.columns[column].name;
    let parent = table.parents.iter().find(|p| p.column == *name).ok_or_else(|| {
        let message = format!("{} needs a value for {name} in the WHERE clause.", table.name);
        Error::new(state::SYNTAX_ERROR, message)
    })?;
    let conditions: Vec<String> = parent.conditions.iter().map(|(c, v)| format!("{c}={v}")).collect();
    let conditions =
        if conditions.is_empty() { String::new() } else { format!(" with {}", conditions.join(", ")) };
    let except: String = parent.except.iter().map(|(c, v)| format!(" but those with {c}={v}")).collect();
    let with: Vec<&str> = parent.with.values().map(String::as_str).collect();
    let with = if with.is_empty() { String::new() } else { format!(" with the same {}", with.join(", ")) };
    let key = format!("{name} = {} of all {}{with}{conditions}{except}", parent.key, parent.table);
    Ok((key, format!("1 per page of {}{conditions}", parent.table)))
}

/// ` (?1)` for a value that was bound.
fn via(origin: &Origin) -> String {
    match origin {
        Origin::Marker(number) => format!(" (?{})", number + 1),
        _ => String::new(),
    }
}

/// The first values, and how many there are.
fn some(values: BTreeSet<String>) -> String {
    let count = values.len();
    let shown: Vec<String> = values.into_iter().take(SHOWN_VALUES).collect();
    let more = if count > SHOWN_VALUES { format!(", … {count} values") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
