//! Reading a table: one row by its path, a list, or the lists below each parent.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use super::asked;
use super::context::Context;
use super::feature;
use super::moment;
use super::pushdown::{Access, Role};
use super::send::{self, Pushed};
use super::shared_scan::{Reader, SharedScan, read_ahead};
use crate::error::{Error, Result, state};
use crate::model::{
    ACCOUNT, Column, DEFAULT_SCHEMA, DataType, Filter, FilterOperator, Method, Operation, Paging, Table,
};
use crate::twilio::{self, Layout, Page, Pages, Request};
use crate::value::{Value, ValueRef};

/// Scans that are read side by side at the most. Twilio bounds the requests of an account that run at once.
pub(super) const MAX_CONCURRENCY: usize = 8;

/// Everything that a scan's rows depend on.
#[derive(Clone, Debug)]
pub(super) struct ScanRequest {
    pub table: Arc<Table>,
    fetch: bool,
    /// Path columns that are known, by their positions.
    path: BTreeMap<usize, String>,
    /// Values of filters, by the filters' positions.
    filters: BTreeMap<usize, String>,
    /// Values of switches as the rows show them, by their columns' positions.
    switches: BTreeMap<usize, String>,
    /// Positions of the columns that are read, in order.
    pub columns: Vec<usize>,
    page_size: u32,
    /// What has several values, each of which is a scan of its own.
    lists: Vec<(Slot, Vec<String>)>,
}

/// A place in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Slot {
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
    fn filter(&mut self, position: usize, text: &str) {
        let table = self.table.clone();
        let filter = &table.filters[position];
        let mut place = position;
        if !filter.when.is_empty() {
            let in_path = |name: &str| table.column(name).and_then(|(column, _)| self.in_path(column));
            let other = |other: &usize| table.filters[*other].parameter == filter.parameter;
            let is_list = |(slot, _): &(Slot, Vec<String>)| matches!(slot, Slot::Filter(i) if other(i));
            if !filter.applies(in_path) || self.lists.iter().any(is_list) {
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
    fn with(&self, slot: Slot, value: String) -> Self {
        let mut request = self.clone();
        match slot {
            Slot::Path(column) => drop(request.path.insert(column, value)),
            Slot::Filter(position) => drop(request.filters.insert(position, value)),
            Slot::Switch(column) => drop(request.switches.insert(column, value)),
        }
        request
    }

    /// Whether a key of a parent is known.
    fn has_parent(&self) -> bool {
        self.path_keys().any(|column| self.path.contains_key(&column))
    }

    /// Whether there may be no such list: below a parent that is gone or what the path has by default, such as a country;
    /// or where one object is read of each account, which not all of them have.
    fn may_be_missing(&self) -> bool {
        self.path_keys().any(|column| self.in_path(column).is_some())
            || (self.table.paging == Some(Paging::One) && self.account().is_some())
    }

    /// The columns of the list's path that are keys: neither the account nor one of a few words.
    fn path_keys(&self) -> impl Iterator<Item = usize> {
        let account = self.table.account_column();
        let path = self.table.path_columns(&self.table.list);
        path.filter(move |i| Some(*i) != account && self.table.columns[*i].paths.is_empty())
    }

    /// Whether the rows come from lists for several values of a filter: a server that compares more widely than SQL
    /// does can answer a row in two of them.
    pub fn may_repeat_rows(&self) -> bool {
        self.lists.iter().any(|(slot, _)| matches!(slot, Slot::Filter(_)))
            || (!self.fetch && self.defaults().any(|(_, values)| values.len() > 1))
    }

    /// The filters that are sent because no predicate gives their parameter, with their values.
    fn defaults(&self) -> impl Iterator<Item = (usize, &[String])> {
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

    /// The value that the path has for a column.
    fn in_path(&self, column: usize) -> Option<&str> {
        self.path.get(&column).or(self.table.columns[column].default.as_ref()).map(String::as_str)
    }

    /// The value of a switch as the rows show it.
    fn switch(&self, column: usize) -> Option<Cow<'_, str>> {
        let default = || self.table.columns[column].default.as_deref().map(moment::switch_default);
        self.switches.get(&column).map(Cow::from).or_else(default)
    }

    /// The layout of the columns that are read.
    fn layout(&self, context: &Context, items: Option<&str>) -> Layout {
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
    fn unnamed_account(&self, context: &Context) -> Option<usize> {
        let column = self.table.account_column().filter(|_| context.all_accounts)?;
        let is_named = self.path.contains_key(&column) || self.inherited_account(context).is_some();
        (!is_named).then_some(column)
    }

    fn request(&self, context: &Context, template: &str) -> Result<Request> {
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
    fn keys<'p>(&'p self, page: &'p Page) -> impl Iterator<Item = String> + 'p {
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
    fn account(&self) -> Option<&str> {
        self.path.get(&self.table.account_column()?).map(String::as_str)
    }

    /// The first path column of the list that is not known.
    fn missing_parent(&self) -> Option<usize> {
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
fn columns_of(table: &Table, mask: u64) -> Vec<usize> {
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

/// The rows of a request, page by page.
#[derive(Debug)]
pub(super) enum Scan {
    /// A path template that has not been sent.
    Fetch(String),
    List(Pages),
    Walk(Box<Walk>),
    Done,
}

/// A scan for each of many values, one after the other, read ahead side by side.
#[derive(Debug)]
pub(super) struct Walk {
    /// The child's request without its value.
    child: ScanRequest,
    /// Where the child's request takes the value.
    slot: Slot,
    /// The rows that hold the keys; `None` when the statement gives them all.
    parents: Option<Parents>,
    keys: VecDeque<String>,
    seen: HashSet<String>,
    /// How many scans are begun side by side the next time.
    width: usize,
    /// Scans whose first page has been asked for.
    ahead: VecDeque<Arc<Mutex<SharedScan>>>,
    /// The scan that is being read, and the pages that were taken from it.
    current: Option<(Arc<Mutex<SharedScan>>, usize)>,
}

/// The parents' scan, how many pages were taken from it, which of its columns is the key, and which rows are left
/// out.
#[derive(Debug)]
struct Parents {
    scan: Arc<Mutex<SharedScan>>,
    read: usize,
    key: usize,
    /// Rows with one of these values have nothing below them.
    except: Vec<(usize, String)>,
    /// Whether they are the accounts that the connection sees.
    are_accounts: bool,
}

impl Parents {
    /// The next page of the rows.
    fn next_page(&mut self, context: &Context) -> Result<Option<Arc<Page>>> {
        let mut scan = self.scan.lock().unwrap_or_else(PoisonError::into_inner);
        let page = scan.page(context, self.read, Reader::Statement).map_err(|error| {
            let is_refused = [state::INVALID_AUTHORIZATION, state::SYNTAX_ERROR].contains(&error.state);
            if !self.are_accounts || !is_refused {
                return error;
            }
            let message = format!(
                "Subaccounts=All reads the list of accounts, which these credentials may not: connect with the auth \
                 token or a main API key, or name the account (WHERE {ACCOUNT} = …). {}",
                error.message
            );
            Error { message, ..error }
        })?;
        self.read += usize::from(page.is_some());
        Ok(page)
    }

    fn has_children(&self, page: &Page, row: usize) -> bool {
        !self.except.iter().any(|(slot, value)| match page.value(row, *slot) {
            ValueRef::Text(text) => text == value,
            ValueRef::Integer(number) => value.parse() == Ok(number),
            _ => false,
        })
    }
}

impl Scan {
    pub fn open(context: &Context, request: &ScanRequest) -> Result<Scan> {
        // Keys come first: below each of them the parents are walked once, whatever the values of a filter.
        let keys = request.lists.iter().position(|(slot, _)| matches!(slot, Slot::Path(_)));
        if keys.is_none()
            && let Some(column) = request.unnamed_account(context)
        {
            return Walk::over_accounts(context, request, column).map(|walk| Scan::Walk(Box::new(walk)));
        }
        let missing = if keys.is_none() && !request.fetch { request.missing_parent() } else { None };
        if let Some(column) = missing {
            return Walk::open(context, request, column).map(|walk| Scan::Walk(Box::new(walk)));
        }
        if !request.lists.is_empty() {
            let mut child = request.clone();
            let (slot, values) = child.lists.remove(keys.unwrap_or_default());
            return Ok(Scan::Walk(Box::new(Walk::over(child, slot, None, &values))));
        }
        if !request.fetch
            && let Some((position, values)) = request.defaults().find(|(_, values)| values.len() > 1)
        {
            let walk = Walk::over(request.clone(), Slot::Filter(position), None, values);
            return Ok(Scan::Walk(Box::new(walk)));
        }
        if request.fetch {
            let Some(Operation { path, .. }) = &request.table.fetch else { return Ok(Scan::Done) };
            return Ok(Scan::Fetch(path.clone()));
        }
        let list = request.request(context, &request.table.list)?;
        let layout = Arc::new(request.layout(context, Some(&request.table.items)));
        let pages = context.client.list(list, layout, Some(request.page_size));
        Ok(Scan::List(if request.may_be_missing() { pages.under_parent() } else { pages }))
    }

    pub fn next_page(&mut self, context: &Context, request: &ScanRequest) -> Result<Option<Arc<Page>>> {
        context.cancel.check()?;
        let page = match self {
            Scan::Fetch(template) => {
                let sent = request.request(context, template)?;
                let answer = context.client.fetch(&sent, &request.layout(context, None), &context.cancel);
                let page = answered(context, request, answer, |page| page.is_none())?;
                // Not before: a failure must not pass for the end.
                *self = Scan::Done;
                page
            }
            Scan::List(pages) => {
                let answer = pages.next_page(&context.cancel);
                answered(context, request, answer, |_| pages.is_missing())?
            }
            Scan::Walk(walk) => return walk.next_page(context),
            Scan::Done => None,
        };
        match &page {
            Some(page) => {
                context.check_values(&request.table, &request.columns, page)?;
                if let Some(account) = request.account() {
                    context.remember_account(account, request.keys(page));
                }
            }
            None => *self = Scan::Done,
        }
        Ok(page.map(Arc::new))
    }
}

/// An answer, unless the reason for a refusal, or for nothing being found, is that the account lacks what the table
/// needs.
fn answered<T>(
    context: &Context,
    request: &ScanRequest,
    answer: std::result::Result<T, twilio::Error>,
    is_missing: impl FnOnce(&T) -> bool,
) -> Result<T> {
    let is_refused = match &answer {
        Ok(answer) => is_missing(answer),
        Err(error) => error.is_refusal(),
    };
    if is_refused {
        feature::check(context, &request.table)?;
    }
    Ok(answer?)
}

impl Walk {
    fn open(context: &Context, child: &ScanRequest, column: usize) -> Result<Walk> {
        // Of a table's own parents the planning has asked; of theirs nobody has.
        context.check_walk(&child.table, column)?;
        let name = &child.table.columns[column].name;
        let (parent, table, key, filters, except) = child
            .table
            .parents
            .iter()
            .find(|p| p.column == *name)
            .and_then(|p| {
                let table = context.model.table(Some(&child.table.schema), &p.table)?.clone();
                let (key, _) = table.column(&p.key)?;
                let filters = p.conditions.iter().filter_map(|(column, value)| {
                    let equal = |f: &Filter| f.operator == FilterOperator::Equal && f.column == *column;
                    table.filters.iter().position(equal).map(|filter| (filter, value.clone()))
                });
                let filters = filters.collect();
                let except =
                    p.except.iter().filter_map(|(c, value)| Some((table.column(c)?.0, value.clone())));
                let except: Vec<(usize, String)> = except.collect();
                Some((p, table, key, filters, except))
            })
            .ok_or_else(|| {
                let message = format!("{} needs a value for {name} in the WHERE clause.", child.table.name);
                Error::new(state::SYNTAX_ERROR, message)
            })?;
        let mut path = BTreeMap::new();
        if let (Some(own), Some(theirs)) = (child.table.account_column(), table.account_column())
            && let Some(account) = child.path.get(&own)
        {
            path.insert(theirs, account.clone());
        }
        // What stands before the key in the child's path is known by now, and leads to the parent as well.
        for (theirs, own) in &parent.with {
            if let (Some((theirs, _)), Some((own, _))) = (table.column(theirs), child.table.column(own))
                && let Some(value) = child.path.get(&own)
            {
                path.insert(theirs, value.clone());
            }
        }
        let page_size = table.page_size;
        // Whole rows where scans are kept: the statement may name the parents too.
        let columns: Vec<usize> = match context.keep_scans {
            true => columns_of(&table, mask(table.shown().map(|(i, _)| i)) | context.noted_columns(&table)),
            false => [key].into_iter().chain(except.iter().map(|(c, _)| *c)).collect(),
        };
        let place = |column: usize| columns.iter().position(|c| *c == column).unwrap_or_default();
        let key = place(key);
        let except = except.into_iter().map(|(column, value)| (place(column), value)).collect();
        let parent = ScanRequest {
            table,
            fetch: false,
            path,
            filters,
            switches: BTreeMap::new(),
            columns,
            page_size,
            lists: Vec::new(),
        };
        let parents = Parents { scan: context.scan(parent), read: 0, key, except, are_accounts: false };
        Ok(Walk::over(child.clone(), Slot::Path(column), Some(parents), &[]))
    }

    /// A scan for each account that is active.
    fn over_accounts(context: &Context, child: &ScanRequest, column: usize) -> Result<Walk> {
        const ACTIVE: &str = "active";
        let accounts = context.model.table(Some(DEFAULT_SCHEMA), "Accounts");
        let found = accounts.and_then(|table| {
            let (key, _) = table.column("Sid")?;
            let (status, _) = table.column("Status")?;
            let is_status = |f: &Filter| f.column == "Status" && f.operator == FilterOperator::Equal;
            Some((table, key, status, table.filters.iter().position(is_status)?))
        });
        let (table, key, status, filter) = found.ok_or_else(|| {
            let message = "Subaccounts=All needs a table Accounts with Sid, Status and a filter of it.";
            Error::new(state::GENERAL_ERROR, message)
        })?;
        // Whole rows where scans are kept: the statement may name the accounts too.
        let shown = table.shown().map(|(i, _)| i).filter(|_| context.keep_scans);
        let columns = shown.chain([key, status]).fold(0, |mask, i| mask | 1 << i.min(63));
        let access = Access { fetch: false, arguments: vec![Role::Filter(filter)], columns };
        let active = [Argument::One(Value::Text(ACTIVE.to_owned()))];
        let Some(request) = ScanRequest::new(table, &access, &active)? else {
            return Ok(Walk::over(child.clone(), Slot::Path(column), None, &[]));
        };
        let place = |column: usize| request.columns.iter().position(|c| *c == column).unwrap_or_default();
        let other = table.columns[status].values.iter().filter(|value| *value != ACTIVE);
        let except = other.map(|value| (place(status), value.clone())).collect();
        let key = place(key);
        let parents = Parents { scan: context.scan(request), read: 0, key, except, are_accounts: true };
        Ok(Walk::over(child.clone(), Slot::Path(column), Some(parents), &[]))
    }

    fn over(child: ScanRequest, slot: Slot, parents: Option<Parents>, keys: &[String]) -> Self {
        // Values that are listed are all wanted. A walk over parents may stop soon, and one below a parent is read beside
        // others: they begin with one.
        let width = if parents.is_some() || child.has_parent() { 1 } else { MAX_CONCURRENCY };
        let mut walk = Walk {
            child,
            slot,
            parents,
            keys: VecDeque::new(),
            seen: HashSet::new(),
            width,
            ahead: VecDeque::new(),
            current: None,
        };
        keys.iter().for_each(|key| walk.add(key));
        walk
    }

    fn add(&mut self, key: &str) {
        if self.seen.insert(key.to_owned()) {
            self.keys.push_back(key.to_owned());
        }
    }

    fn next_page(&mut self, context: &Context) -> Result<Option<Arc<Page>>> {
        loop {
            if let Some((scan, read)) = &mut self.current {
                let page = scan.lock().unwrap_or_else(PoisonError::into_inner).page(
                    context,
                    *read,
                    Reader::Statement,
                )?;
                *read += 1;
                if page.is_some() {
                    return Ok(page);
                }
                self.current = None;
            }
            if let Some(scan) = self.ahead.pop_front() {
                self.current = Some((scan, 0));
                continue;
            }
            if self.keys.is_empty() {
                let Some(parents) = &mut self.parents else { return Ok(None) };
                let (Some(page), column) = (parents.next_page(context)?, parents.key) else {
                    return Ok(None);
                };
                let mut keys = Vec::new();
                for row in (0..page.rows()).filter(|&row| parents.has_children(&page, row)) {
                    // A key that cannot be read would lose the rows below it in silence.
                    let ValueRef::Text(key) = page.value(row, column) else {
                        let message =
                            format!("A row above {} was answered without its key.", self.child.table.name);
                        return Err(Error::new(state::GENERAL_ERROR, message));
                    };
                    keys.push(key);
                }
                keys.into_iter().for_each(|key| self.add(key));
                continue;
            }
            let count = self.width.min(self.keys.len());
            for key in self.keys.drain(..count) {
                self.ahead.push_back(context.scan(self.child.with(self.slot, key)));
            }
            self.width = (self.width * 2).min(MAX_CONCURRENCY);
            read_ahead(context, self.ahead.make_contiguous());
        }
    }
}
