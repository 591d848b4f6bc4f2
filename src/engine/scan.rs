//! Reading a table: one row by its path, a list, or the lists below each parent.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::context::Context;
use super::feature;
use super::pushdown::{Access, Role};
use super::scan_request::{Argument, ScanRequest, Slot, columns_of, mask};
use super::shared_scan::{Reader, SharedScan, read_ahead};
use super::slices::SlicedList;
use crate::error::{Error, Result, state};
use crate::model::{ACCOUNT, DEFAULT_SCHEMA, Filter, FilterOperator, Operation};
use crate::twilio::{self, Page, PageStream};
use crate::value::{Value, ValueRef};

/// The rows of a request, page by page.
#[derive(Debug)]
pub(super) enum Scan {
    /// A path template that has not been sent.
    Fetch(String),
    List(PageStream),
    Slices(Box<SlicedList>),
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
        if context.wants_all
            && let Some(slices) = SlicedList::open(&context.client, request, &list, &layout)
        {
            return Ok(Scan::Slices(Box::new(slices)));
        }
        let pages = context.client.list(list, layout, Some(request.page_size));
        let pages = if context.wants_all { pages.read_ahead() } else { pages };
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
            Scan::Slices(slices) => {
                let answer = slices.next_page(&context.cancel);
                answered(context, request, answer, |_| slices.is_missing())?
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
        let width = if parents.is_some() || child.has_parent() { 1 } else { usize::MAX };
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
            self.width = self.width.min(context.client.max_concurrency());
            let count = self.width.min(self.keys.len());
            for key in self.keys.drain(..count) {
                self.ahead.push_back(context.scan(self.child.with(self.slot, key)));
            }
            self.width *= 2;
            read_ahead(context, self.ahead.make_contiguous());
        }
    }
}
