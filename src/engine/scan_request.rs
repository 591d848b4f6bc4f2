//! What is asked for when a table is read: everything that the rows of a scan depend on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::asked;
use super::context::Context;
use super::moment;
use super::pushdown::{Access, Role};
use super::send::{self, Pushed};
use crate::error::Result;
use crate::model::{ACCOUNT, Column, DataType, Filter, FilterOperator, Method, Paging, Table};
use crate::twilio::{Layout, Page, Request};
use crate::value::{Value, ValueRef};

/// Everything that a scan's rows depend on.
#[derive(Clone, Debug)]
pub(super) struct ScanRequest {
    pub table: Arc<Table>,
    pub(super) fetch: bool,
    /// Path columns that are known, by their positions.
    pub(super) path: BTreeMap<usize, String>,
    /// Values of filters, by the filters' positions.
    pub(super) filters: BTreeMap<usize, String>,
    /// Values of switches as the rows show them, by their columns' positions.
    pub(super) switches: BTreeMap<usize, String>,
    /// Positions of the columns that are read, in order.
    pub columns: Vec<usize>,
    pub(super) page_size: u32,
    /// What has several values, each of which is a scan of its own.
    pub(super) lists: Vec<(Slot, Vec<String>)>,
}

/// A place in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    /// A path column, by its position.
    Path(usize),
    /// A filter of the table, by its position.
    Filter(usize),
    /// A switch, by the position of its column.
    Switch(usize),
}

/// What SQLite gives for an argument of a scan.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    One(Value),
    List(Vec<Value>),
}

impl PartialEq for ScanRequest {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table)
            && self.fetch == other.fetch
            && self.path == other.path
            && self.filters == other.filters
            && self.switches == other.switches
            && self.columns == other.columns
            && self.page_size == other.page_size
            && self.lists == other.lists
    }
}

impl Eq for ScanRequest {}

impl Hash for ScanRequest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.table).hash(state);
        (self.fetch, &self.path, &self.filters, &self.switches).hash(state);
        (&self.columns, self.page_size, &self.lists).hash(state);
    }
}

impl ScanRequest {
    /// The request of an access with its arguments; `None` when no row can satisfy them.
    ///
    /// # Errors
    /// 22018 and 22001 for what a switch or a part of the path cannot be given.
    pub fn new(table: &Arc<Table>, access: &Access, arguments: &[Argument]) -> Result<Option<Self>> {
        let mut request = ScanRequest {
            table: table.clone(),
            fetch: access.fetch,
            path: BTreeMap::new(),
            filters: BTreeMap::new(),
            switches: BTreeMap::new(),
            columns: columns_of(table, access.columns),
            page_size: table.page_size,
            lists: Vec::new(),
        };
        if is_upside_down(table, access, arguments) {
            return Ok(None);
        }
        let mut wanted: Option<u64> = None;
        let mut conditional = Vec::new();
        for (role, argument) in access.arguments.iter().zip(arguments) {
            let value = match (argument, *role) {
                (Argument::List(values), Role::PathList(column)) => {
                    request
                        .lists
                        .push((Slot::Path(column), asked::path_values(&table.columns[column], values)?));
                    continue;
                }
                (Argument::List(values), Role::SwitchList(column)) => {
                    let Some(switch) = table.switch(column) else { continue };
                    let given = values.iter().map(|value| send::switch_value(switch, value));
                    let given: Vec<Option<String>> = given.collect::<Result<_>>()?;
                    request.lists.push((Slot::Switch(column), given.into_iter().flatten().collect()));
                    continue;
                }
                (Argument::List(values), Role::FilterList(position)) => {
                    let filter = &table.filters[position];
                    let Some((_, column)) = table.column(&filter.column) else { continue };
                    let pushed = values.iter().map(|value| send::filter_value(column, filter, value, false));
                    // Where one value cannot be asked for, all rows are read, those with the others among them.
                    let texts = pushed.filter_map(|pushed| match pushed {
                        Pushed::Value(text) => Some(Some(text)),
                        Pushed::Never => None,
                        Pushed::Unsuitable => Some(None),
                    });
                    if let Some(texts) = texts.collect::<Option<_>>() {
                        request.lists.push((Slot::Filter(position), texts));
                    }
                    continue;
                }
                (Argument::One(value), _) => value,
                (Argument::List(_), _) => continue,
            };
            match *role {
                Role::Path(column) | Role::PathList(column) => {
                    match asked::path_values(&table.columns[column], std::slice::from_ref(value))?.pop() {
                        Some(segment) => drop(request.path.insert(column, segment)),
                        None => return Ok(None),
                    }
                }
                Role::Switch(column) | Role::SwitchList(column) => {
                    let Some(switch) = table.switch(column) else { continue };
                    match send::switch_value(switch, value)? {
                        Some(text) => drop(request.switches.insert(column, text)),
                        None => return Ok(None),
                    }
                }
                Role::Filter(position) | Role::FilterBeyond(position) | Role::FilterList(position) => {
                    let filter = &table.filters[position];
                    let Some((_, column)) = table.column(&filter.column) else { continue };
                    let is_strict = matches!(role, Role::FilterBeyond(_));
                    match send::filter_value(column, filter, value, is_strict) {
                        Pushed::Value(text) => {
                            for position in table.filters_beside(position) {
                                match table.filters[position].when.is_empty() {
                                    true => request.filter(position, &text),
                                    false => conditional.push((position, text.clone())),
                                }
                            }
                        }
                        Pushed::Never => return Ok(None),
                        Pushed::Unsuitable => wanted = Some(u64::MAX),
                    }
                }
                Role::Limit | Role::Offset => {
                    let rows = match value {
                        Value::Integer(n) => u64::try_from(*n).unwrap_or(u64::MAX),
                        _ => u64::MAX,
                    };
                    wanted = Some(wanted.unwrap_or(0).saturating_add(rows));
                }
            }
        }
        // The path and what is given by itself are known now.
        for (position, text) in conditional {
            request.filter(position, &text);
        }
        for column in table.path_columns(&table.list).filter(|&i| table.columns[i].every && !request.fetch) {
            let is_it = |(slot, _): &(Slot, Vec<String>)| *slot == Slot::Path(column);
            if !request.path.contains_key(&column) && !request.lists.iter().any(is_it) {
                request
                    .lists
                    .push((Slot::Path(column), table.columns[column].paths.keys().cloned().collect()));
            }
        }
        if let Some(wanted) = wanted {
            request.page_size = u32::try_from(wanted).unwrap_or(u32::MAX).clamp(1, table.page_size);
        }
        Ok(Some(request))
    }

    /// Gives a filter a value, if it is one in this list: of several for one parameter the tightest is sent.
    pub(super) fn filter(&mut self, position: usize, text: &str) {
        let table = self.table.clone();
        let filter = &table.filters[position];
        let mut place = position;
        if !filter.when.is_empty() {
            let other = |other: &usize| table.filters[*other].parameter == filter.parameter;
            let is_list = |(slot, _): &(Slot, Vec<String>)| matches!(slot, Slot::Filter(i) if other(i));
            if !self.applies(filter) || self.lists.iter().any(is_list) {
                return;
            }
            place = self.filters.keys().copied().find(other).unwrap_or(position);
        }
        let given = self.filters.remove(&place);
        let text = match given {
            // What the statement itself gives the parameter stays.
            Some(given) if place != position && table.filters[place].operator == FilterOperator::Equal => {
                given
            }
            Some(given) => send::tighter(filter, text.to_owned(), given),
            None => text.to_owned(),
        };
        self.filters.insert(place, text);
    }

    /// Leaves out the connection's own account, so    /// Leaves out the connection's own account, so that the request is the same as one that names none. Where that reads
    /// all accounts, it is not.
    pub fn without_own_account(mut self, context: &Context) -> Self {
        if !context.all_accounts
            && self.account() == Some(context.client.account_sid())
            && let Some(column) = self.table.account_column()
        {
            self.path.remove(&column);
        }
        self
    }

    /// The request for one value of a list.
    pub(super) fn with(&self, slot: Slot, value: String) -> Self {
        let mut request = self.clone();
        match slot {
            Slot::Path(column) => drop(request.path.insert(column, value)),
            Slot::Filter(position) => drop(request.filters.insert(position, value)),
            Slot::Switch(column) => drop(request.switches.insert(column, value)),
        }
        request
    }

    /// Whether a key of a parent is known.
    pub(super) fn has_parent(&self) -> bool {
        self.path_keys().any(|column| self.path.contains_key(&column))
    }

    /// Whether there may be no such list: below a parent that is gone or what the path has by default, such as a country;
    /// or where one object is read of each account, which not all of them have.
    pub(super) fn may_be_missing(&self) -> bool {
        self.path_keys().any(|column| self.in_path(column).is_some())
            || (self.table.paging == Some(Paging::One) && self.account().is_some())
    }

    /// The columns of the list's path that are keys: neither the account nor one of a few words.
    fn path_keys(&self) -> impl Iterator<Item = usize> {
        let account = self.table.account_column();
        let path = self.table.path_columns(&self.table.list);
        path.filter(move |i| Some(*i) != account && self.table.columns[*i].paths.is_empty())
    }

    /// For each column of the table, its column in the pages.
    pub fn slots(&self) -> Vec<Option<usize>> {
        let mut slots = vec![None; self.table.columns.len()];
        for (slot, column) in self.columns.iter().enumerate() {
            slots[*column] = Some(slot);
        }
        slots
    }

    /// Whether the rows come from lists for several values of a filter: a server that compares more widely than SQL
    /// does can answer a row in two of them.
    pub fn may_repeat_rows(&self) -> bool {
        self.lists.iter().any(|(slot, _)| matches!(slot, Slot::Filter(_)))
            || (!self.fetch && self.defaults().any(|(_, values)| values.len() > 1))
    }

    /// The filters that are sent because no predicate gives their parameter, with their values.
    pub(super) fn defaults(&self) -> impl Iterator<Item = (usize, &[String])> {
        let filters = &self.table.filters;
        let pushed = |filter: &Filter| {
            let mut positions =
                self.filters.keys().copied().chain(self.lists.iter().filter_map(|(slot, _)| match slot {
                    Slot::Filter(position) => Some(*position),
                    _ => None,
                }));
            positions.any(|i| filters[i].parameter == filter.parameter)
        };
        let unset = filters.iter().enumerate().filter(move |(_, f)| !f.default.is_empty() && !pushed(f));
        unset.map(|(position, filter)| (position, &*filter.default))
    }

    /// Whether the filter is one in this list.
    pub(super) fn applies(&self, filter: &Filter) -> bool {
        filter.applies(|name| self.table.column(name).and_then(|(column, _)| self.in_path(column)))
    }

    /// The value that the path has for a column.
    fn in_path(&self, column: usize) -> Option<&str> {
        self.path.get(&column).or(self.table.columns[column].default.as_ref()).map(String::as_str)
    }

    /// The value of a switch as the rows show it.
    pub(super) fn switch(&self, column: usize) -> Option<Cow<'_, str>> {
        let default = || self.table.columns[column].default.as_deref().map(moment::switch_default);
        self.switches.get(&column).map(Cow::from).or_else(default)
    }

    /// The layout of the columns that are read.
    pub(super) fn layout(&self, context: &Context, items: Option<&str>) -> Layout {
        let mut layout = Layout::new(items, []);
        for &position in &self.columns {
            let column = &self.table.columns[position];
            if column.switch.is_some() {
                let value = asked::stored(self.switch(position).as_deref(), column.data_type);
                layout.add_given(value, column.data_type);
            } else if !column.from_path {
                send::add_field(&mut layout, column);
            } else if let Some(value) = self.in_path(position) {
                layout.add_given(value.into(), DataType::Text);
            } else if !column.paths.is_empty() {
                layout.add_given(Value::Null, DataType::Text);
            } else {
                // Every list has the account in its path, or no such column; the rest of a path is known.
                let account = self.inherited_account(context);
                let account = account.as_deref().unwrap_or(context.client.account_sid());
                layout.add_given(account.into(), DataType::Text);
            }
        }
        send::hide_secrets(&mut layout, &self.table);
        layout
    }

    /// Below a row of another account, that account's path leads on.
    fn inherited_account(&self, context: &Context) -> Option<String> {
        match self.account() {
            Some(_) => None,
            None => self.path.values().find_map(|key| context.account_of(key)),
        }
    }

    /// The place of the account in the path, if all accounts are read because nothing says which one.
    pub(super) fn unnamed_account(&self, context: &Context) -> Option<usize> {
        let column = self.table.account_column().filter(|_| context.all_accounts)?;
        let is_named = self.path.contains_key(&column) || self.inherited_account(context).is_some();
        (!is_named).then_some(column)
    }

    pub(super) fn request(&self, context: &Context, template: &str) -> Result<Request> {
        let inherited = self.inherited_account(context);
        let given = |name: &str| match self.table.column(name).and_then(|(i, _)| self.in_path(i)) {
            Some(value) => Some(value),
            None => inherited.as_deref().filter(|_| name == ACCOUNT),
        };
        let template = asked::raw_parts(&self.table, template, |column| self.in_path(column));
        let path = send::path(&context.client, &template, given)?;
        let mut request = Request::new(self.table.product.as_str(), Method::Get, path);
        if self.fetch {
            request.query =
                self.table.fetch_defaults().map(|(name, value)| (name.into(), value.into())).collect();
            return Ok(request);
        }
        let parameter = |position: usize| self.table.filters[position].parameter.clone();
        let pushed = self.filters.iter().map(|(filter, value)| (parameter(*filter), value.clone()));
        // Those with several values are lists of their own by now.
        let defaults = self.defaults().filter_map(|(filter, values)| {
            let value = moment::filter_default(values.first()?);
            Some((parameter(filter), value.into_owned()))
        });
        request.query = pushed.chain(defaults).collect();
        for (column, switch) in self.table.switch_columns() {
            let Some(value) = self.switch(column) else { continue };
            let sent = send::form_values(switch, &(*value).into())?.into_iter();
            request.query.extend(sent.map(|text| (switch.sent_name().to_owned(), text)));
        }
        Ok(request)
    }

    /// The keys of a page's rows.
    pub(super) fn keys<'p>(&'p self, page: &'p Page) -> impl Iterator<Item = String> + 'p {
        let is_key = |column: &usize| self.table.key.contains(&self.table.columns[*column].name);
        let columns = self.columns.iter().enumerate().filter(move |(_, c)| is_key(c)).map(|(slot, _)| slot);
        columns.flat_map(move |slot| (0..page.rows()).map(move |row| (row, slot))).filter_map(
            |(row, slot)| match page.value(row, slot) {
                ValueRef::Text(key) => Some(key.to_owned()),
                _ => None,
            },
        )
    }

    /// The account that the statement names.
    pub(super) fn account(&self) -> Option<&str> {
        self.path.get(&self.table.account_column()?).map(String::as_str)
    }

    /// The first path column of the list that is not known.
    pub(super) fn missing_parent(&self) -> Option<usize> {
        let account = self.table.account_column();
        let mut path = self.table.path_columns(&self.table.list);
        path.find(|c| Some(*c) != account && !self.path.contains_key(c) && !self.table.columns[*c].is_asked())
    }
}

/// SQLite's mask of columns at these positions: bit 63 stands for all from there on.
pub(super) fn mask(columns: impl Iterator<Item = usize>) -> u64 {
    columns.fold(0, |mask, i| mask | 1 << i.min(63))
}

/// The columns of a mask, and those of the key, by their positions.
pub(super) fn columns_of(table: &Table, mask: u64) -> Vec<usize> {
    let used = |&i: &usize| mask & (1 << i.min(63)) != 0 || table.key.contains(&table.columns[i].name);
    (0..table.columns.len()).filter(used).collect()
}

/// Whether the lower bound of a moment lies above the upper one, so that no row is between them.
fn is_upside_down(table: &Table, access: &Access, arguments: &[Argument]) -> bool {
    let bounds = |wanted: FilterOperator| {
        access.arguments.iter().zip(arguments).filter_map(move |(role, argument)| match (role, argument) {
            (Role::Filter(position) | Role::FilterBeyond(position), Argument::One(Value::Text(text))) => {
                let Filter { column, operator, .. } = &table.filters[*position];
                let (_, Column { data_type, .. }) = table.column(column)?;
                let is_moment = matches!(data_type, DataType::Timestamp | DataType::Date);
                (is_moment && *operator == wanted).then_some((column, text))
            }
            _ => None,
        })
    };
    // To SQLite both are texts.
    bounds(FilterOperator::Lower).any(|(column, lower)| {
        bounds(FilterOperator::Upper).any(|(other, upper)| other == column && lower > upper)
    })
}
