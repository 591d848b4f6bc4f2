//! A Twilio resource as a SQLite virtual table.
//!
//! No panic may cross into SQLite, and SQLite's error codes cannot carry ours: every callback runs inside
//! [`guarded`], which catches panics and leaves the error with the statement's [`Context`].
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_int};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{self, ToSqlOutput};
use rusqlite::vtab::{
    Filters, IndexConstraintOp, IndexInfo, Module, VTab, VTabConnection, VTabCursor, sqlite3_vtab,
    sqlite3_vtab_cursor,
};
use rusqlite::{Connection, Error as SqliteError};

use super::context::Context;
use super::look_ahead::{LookAhead, LookUp};
use super::pushdown::{self, Access, Choice, Constraint, Operator};
use super::row_key::{Given, RowKey};
use super::scan_request::{Argument, ScanRequest, mask};
use super::shared_scan::{Reader, SharedScan};
use crate::error::{Error, Result, state};
use crate::model::{DataType, Source, Table};
use crate::twilio::Page;
use crate::value::{Value, ValueRef};

/// Numbers the cursors of queries that run ahead.
static CURSORS: AtomicUsize = AtomicUsize::new(0);

/// What every instance of a table's module is given.
#[derive(Clone)]
pub(super) struct Resource {
    pub table: Arc<Table>,
    /// Whether whole rows are read, so that scans under several names of the table are the same one.
    pub whole_rows: bool,
    /// Tells tables apart in the program of a query that is explained.
    pub number: usize,
    pub context: Arc<Context>,
    /// Gone once the statement is: the queries that run ahead belong to it.
    pub look_ahead: Weak<LookAhead>,
    /// Whether the query that reads the table runs ahead of the statement.
    pub is_ahead: bool,
}

/// Makes the table known to the connection by that name.
pub(super) fn register(connection: &Connection, name: &str, resource: Resource) -> rusqlite::Result<()> {
    const MODULE: Module<ResourceTable> = Module::eponymous_only_module();
    connection.create_module(name, &MODULE, Some(resource))
}

/// Runs a callback's body; keeps its error, or the panic, for the statement.
fn guarded<T>(context: &Context, body: impl FnOnce() -> Result<T>) -> rusqlite::Result<T> {
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(_) => {
            Error::new(state::GENERAL_ERROR, "The driver failed while it read a table. Please report this.")
        }
    };
    let text = error.message.clone();
    context.fail(error);
    Err(SqliteError::ModuleError(text))
}

#[repr(C)]
struct ResourceTable {
    /// SQLite's part. Must be first.
    base: sqlite3_vtab,
    resource: Resource,
}

// SAFETY: the struct is `repr(C)` and begins with `sqlite3_vtab`.
unsafe impl<'vtab> VTab<'vtab> for ResourceTable {
    type Aux = Resource;
    type Cursor = ResourceCursor<'vtab>;

    fn connect(
        _: &mut VTabConnection,
        aux: Option<&Resource>,
        _module_name: &[u8],
        _database_name: &[u8],
        _table_name: &[u8],
        _arguments: &[&[u8]],
    ) -> rusqlite::Result<(Cow<'static, CStr>, Self)> {
        let resource = aux.ok_or_else(|| SqliteError::ModuleError("no table".into()))?;
        let declaration = guarded(&resource.context, || declaration(&resource.table))?;
        Ok((
            Cow::Owned(declaration),
            ResourceTable { base: sqlite3_vtab::default(), resource: resource.clone() },
        ))
    }

    fn best_index(&self, info: &mut IndexInfo) -> rusqlite::Result<bool> {
        let resource = &self.resource;
        guarded(&resource.context, || {
            let constraints: Vec<Constraint> = info
                .constraints()
                .enumerate()
                .map(|(i, c)| Constraint {
                    // Twilio compares as BINARY does; another collation selects rows that it would leave out.
                    operator: match (info.collation(i), operator(c.operator(), c.column())) {
                        (Ok("BINARY"), operator) => operator,
                        // What was asked for equals itself in any.
                        (_, Operator::Equal(i)) if resource.table.columns[i].is_asked() => Operator::Equal(i),
                        _ => Operator::Other,
                    },
                    usable: c.is_usable(),
                    is_list: info.is_in_constraint(i).unwrap_or(false),
                    is_strict: is_strict(c.operator()),
                })
                .collect();
            let ordered = info.num_of_order_by() > 0;
            let columns = match resource.whole_rows {
                true => info.col_used() | mask(resource.table.shown().map(|(i, _)| i)),
                false => info.col_used(),
            };
            if !resource.is_ahead {
                resource.context.note_columns(&resource.table, info.col_used());
            }
            let choice =
                pushdown::choose(&resource.table, &constraints, columns, ordered, resource.context.pushdown);
            if !is_admitted(&resource.context, &resource.table, &choice) {
                // SQLite looks for another order of the tables, in which a row of the parents comes first.
                return Ok(false);
            }
            for (argument, constraint) in choice.constraints.iter().enumerate() {
                if choice.access.arguments[argument].is_list() {
                    let taken = info.set_in_constraint(*constraint, true);
                    taken.map_err(|e| Error::new(state::GENERAL_ERROR, e.to_string()))?;
                }
                // `omit` stays off: what the server selects is checked again.
                info.constraint_usage(*constraint).set_argv_index(argument as c_int + 1);
            }
            let access = serde_json::to_string(&choice.access)
                .map_err(|e| Error::new(state::GENERAL_ERROR, e.to_string()))?;
            info.set_idx_num(c_int::try_from(resource.number).unwrap_or(c_int::MAX));
            info.set_idx_str(&access);
            info.set_estimated_cost(choice.cost);
            info.set_estimated_rows(choice.rows);
            Ok(true)
        })
    }

    fn open(&'vtab mut self) -> rusqlite::Result<ResourceCursor<'vtab>> {
        Ok(ResourceCursor {
            base: sqlite3_vtab_cursor::default(),
            resource: self.resource.clone(),
            reader: match self.resource.is_ahead {
                true => Reader::Ahead(CURSORS.fetch_add(1, Ordering::Relaxed)),
                false => Reader::Statement,
            },
            scan: None,
            given: Given::default(),
            slots: Vec::new(),
            key: RowKey::default(),
            pages: 0,
            page: None,
            row: 0,
            lifetime: PhantomData,
        })
    }
}

/// Whether the table may be read this way; if not, the context keeps why.
pub(super) fn is_admitted(context: &Context, table: &Table, choice: &Choice) -> bool {
    for &column in &choice.walked {
        if let Err(mut refusal) = context.check_walk(table, column) {
            refusal.message.push_str(" Nothing was sent.");
            if !context.refuse(refusal) {
                return false;
            }
        }
    }
    match unasked(table, choice) {
        Some(refusal) => {
            context.refuse_way(refusal);
            false
        }
        None => true,
    }
}

/// Why the table cannot be read this way, where the request would not ask for what the statement asks for.
fn unasked(table: &Table, choice: &Choice) -> Option<Error> {
    let name = |column: &usize| &table.columns[*column].name;
    let of = &table.name;
    let message = match (choice.missing.first().map(name), choice.unasked.first().map(name)) {
        (Some(column), _) => {
            format!("{of} needs a value for {column} in the WHERE clause (=, IN). Nothing was sent.")
        }
        (None, Some(column)) => format!(
            "{column} is a part of the request for {of}, and what it is compared with is not known before {of} is \
             read: compare it with a value, or with a column of a table that is read first. Nothing was sent."
        ),
        (None, None) => return None,
    };
    Some(Error::new(state::SYNTAX_ERROR, message))
}

/// `CREATE TABLE` for SQLite, which leaves hidden columns out of `*` and NATURAL.
fn declaration(table: &Table) -> Result<CString> {
    let column = |c: &crate::model::Column| {
        let hidden = if c.hidden { "HIDDEN " } else { "" };
        format!("\"{}\" {hidden}{}", c.name.replace('"', "\"\""), affinity(c.data_type))
    };
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    CString::new(format!("CREATE TABLE x({})", columns.join(", ")))
        .map_err(|_| Error::new(state::GENERAL_ERROR, "A column's name holds a NUL character."))
}

/// The type that SQLite is told for a column: it gives comparisons their affinity, and decimals their order.
pub(super) fn affinity(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Boolean | DataType::Integer | DataType::BigInt => "INTEGER",
        DataType::Double => "REAL",
        DataType::Binary => "BLOB",
        DataType::Decimal => "TEXT COLLATE DECIMAL",
        _ => "TEXT",
    }
}

fn is_strict(operator: IndexConstraintOp) -> bool {
    use IndexConstraintOp::*;
    matches!(operator, SQLITE_INDEX_CONSTRAINT_GT | SQLITE_INDEX_CONSTRAINT_LT)
}

fn operator(operator: IndexConstraintOp, column: c_int) -> Operator {
    use IndexConstraintOp::*;
    let column = usize::try_from(column);
    match (operator, column) {
        (SQLITE_INDEX_CONSTRAINT_LIMIT, _) => Operator::Limit,
        (SQLITE_INDEX_CONSTRAINT_OFFSET, _) => Operator::Offset,
        (SQLITE_INDEX_CONSTRAINT_EQ, Ok(column)) => Operator::Equal(column),
        (SQLITE_INDEX_CONSTRAINT_GT | SQLITE_INDEX_CONSTRAINT_GE, Ok(column)) => Operator::Lower(column),
        (SQLITE_INDEX_CONSTRAINT_LT | SQLITE_INDEX_CONSTRAINT_LE, Ok(column)) => Operator::Upper(column),
        _ => Operator::Other,
    }
}

#[repr(C)]
struct ResourceCursor<'vtab> {
    /// SQLite's part. Must be first.
    base: sqlite3_vtab_cursor,
    resource: Resource,
    reader: Reader,
    scan: Option<Arc<Mutex<SharedScan>>>,
    given: Given,
    /// For each column of the table, its column in the pages.
    slots: Vec<Option<usize>>,
    key: RowKey,
    /// Pages that were taken from the scan.
    pages: usize,
    page: Option<Arc<Page>>,
    row: usize,
    lifetime: PhantomData<&'vtab ()>,
}

impl ResourceCursor<'_> {
    fn start(&mut self, access: &str, given: &Filters<'_>) -> Result<()> {
        let internal = |e: String| Error::new(state::GENERAL_ERROR, e);
        self.scan = None;
        self.page = None;
        self.pages = 0;
        if let Some(source) = self.resource.table.source {
            // Of a system table nothing is pushed but a name.
            let name = given.iter().next();
            self.start_local(source, name.and_then(|name| name.as_str().ok()));
            return Ok(());
        }
        let mut access: Access = serde_json::from_str(access).map_err(|e| internal(e.to_string()))?;
        if self.resource.whole_rows {
            access.columns |= self.resource.context.noted_columns(&self.resource.table);
        }
        let mut arguments = Vec::with_capacity(access.arguments.len());
        for (i, (role, one)) in access.arguments.iter().zip(given.iter()).enumerate() {
            arguments.push(match role {
                role if role.is_list() => {
                    let list = given.in_values(i).map_err(|e| internal(e.to_string()))?;
                    Argument::List(list.map(|v| Ok(value(v))).collect().map_err(|e| internal(e.to_string()))?)
                }
                _ => Argument::One(value(one)),
            });
        }
        let Some(mut request) = ScanRequest::new(&self.resource.table, &access, &arguments)? else {
            return Ok(());
        };
        if self.resource.is_ahead {
            // The scan is the statement's own, which reads these columns.
            let look_ahead = self.resource.look_ahead.upgrade();
            let columns = look_ahead.and_then(|l| l.columns(&self.resource.table));
            request.columns = columns.ok_or_else(not_read_yet)?;
        }
        self.slots = request.slots();
        self.key = RowKey::new(&self.resource.table, &self.slots);
        self.given = Given::new(&self.resource.table, request.may_repeat_rows());
        self.scan = Some(self.scan_of(request, &access, &arguments)?);
        self.settle()
    }

    fn start_local(&mut self, source: Source, name: Option<&str>) {
        let Resource { table, context, look_ahead, is_ahead, .. } = &self.resource;
        if let (false, Some(look_ahead)) = (is_ahead, look_ahead.upgrade()) {
            look_ahead.reach(table, &[]);
        }
        let page = context.snapshots.page(source, table, name);
        self.slots = (0..table.columns.len()).map(Some).collect();
        self.key = RowKey::new(table, &self.slots);
        self.page = (page.rows() > 0).then_some(page);
        self.row = 0;
    }

    /// The scan of a request. If it is a look-up in a join, those that follow are begun with it.
    fn scan_of(
        &self,
        request: ScanRequest,
        access: &Access,
        arguments: &[Argument],
    ) -> Result<Arc<Mutex<SharedScan>>> {
        let Resource { table, context, is_ahead, .. } = &self.resource;
        let request = request.without_own_account(context);
        let Some(look_ahead) = self.resource.look_ahead.upgrade() else { return Ok(context.scan(request)) };
        if !is_ahead && look_ahead.reach(table, &request.columns) {
            return Ok(context.outermost_scan(request));
        }
        if let Some(scan) = context.existing(&request) {
            return Ok(scan);
        }
        if *is_ahead && look_ahead.is_searching() {
            return Err(not_read_yet());
        }
        let look_up = look_ahead.begin(&request, access, arguments);
        if *is_ahead && look_up == LookUp::Other {
            return Err(not_read_yet());
        }
        Ok(context.scan(request))
    }

    /// Moves on to a row that has not been given, from this one.
    fn settle(&mut self) -> Result<()> {
        loop {
            if self.page.as_ref().is_none_or(|p| self.row >= p.rows()) {
                self.next_page()?;
            }
            match &self.page {
                Some(page) if self.given.has(&self.key, page, self.row) => self.row += 1,
                _ => return Ok(()),
            }
        }
    }

    /// Moves to the first row of the next page that has one.
    fn next_page(&mut self) -> Result<()> {
        let Some(scan) = &self.scan else {
            self.page = None;
            return Ok(());
        };
        loop {
            let mut scan = scan.lock().unwrap_or_else(PoisonError::into_inner);
            // What the statement has passed is of no use to a query that runs ahead of it.
            self.pages = self.pages.max(if self.resource.is_ahead { scan.first_page() } else { 0 });
            if self.resource.is_ahead
                && !scan.has_read(self.pages)
                && self.resource.look_ahead.upgrade().is_none_or(|l| l.is_searching())
            {
                return Err(not_read_yet());
            }
            self.page = scan.page(&self.resource.context, self.pages, self.reader)?;
            self.pages += 1;
            self.row = 0;
            if self.page.as_ref().is_none_or(|p| p.rows() > 0) {
                return Ok(());
            }
        }
    }
}

impl Drop for ResourceCursor<'_> {
    fn drop(&mut self) {
        if let (Reader::Ahead(cursor), Some(scan)) = (self.reader, &self.scan) {
            scan.lock().unwrap_or_else(PoisonError::into_inner).leave(cursor);
        }
    }
}

// SAFETY: the struct is `repr(C)` and begins with `sqlite3_vtab_cursor`.
unsafe impl VTabCursor for ResourceCursor<'_> {
    fn filter(&mut self, _: c_int, access: Option<&str>, arguments: &Filters<'_>) -> rusqlite::Result<()> {
        let context = self.resource.context.clone();
        guarded(&context, || self.start(access.unwrap_or_default(), arguments))
    }

    fn next(&mut self) -> rusqlite::Result<()> {
        self.row += 1;
        if !self.given.compares() && self.page.as_ref().is_some_and(|p| self.row < p.rows()) {
            return Ok(());
        }
        let context = self.resource.context.clone();
        guarded(&context, || self.settle())
    }

    fn eof(&self) -> bool {
        self.page.is_none()
    }

    fn column(&self, result: &mut rusqlite::vtab::Context, column: c_int) -> rusqlite::Result<()> {
        let slot = self.slots.get(column as usize).copied().flatten();
        let (Some(page), Some(slot)) = (&self.page, slot) else { return Ok(()) };
        let value = guarded(&self.resource.context, || Ok(page.value(self.row, slot)))?;
        result.set_result(ToSqlOutput::Borrowed(match value {
            ValueRef::Null => types::ValueRef::Null,
            ValueRef::Integer(i) => types::ValueRef::Integer(i),
            ValueRef::Real(r) => types::ValueRef::Real(r),
            ValueRef::Text(t) => types::ValueRef::Text(t.as_bytes()),
            ValueRef::Binary(b) => types::ValueRef::Blob(b),
        }))
    }

    /// SQLite runs one scan for each branch of an OR and drops rows it has seen by their row id, so it has to
    /// come from what the row is and not from its place. Without a key, or a whole one, it comes from all that the statement reads:
    /// rows that are alike in that fulfil the same conditions, so that the first branch that has one has them all,
    /// and within a branch SQLite drops nothing.
    fn rowid(&self) -> rusqlite::Result<i64> {
        guarded(&self.resource.context, || {
            let Some(page) = &self.page else { return Ok(0) };
            let all = || self.key.hash_of(page, self.row, self.slots.iter().flatten().copied());
            Ok(self.key.hash(page, self.row).unwrap_or_else(all))
        })
    }
}

/// Ends a query that runs ahead: the statement may never ask for what it wants to read.
fn not_read_yet() -> Error {
    Error::new(state::GENERAL_ERROR, "The statement has not asked for this.")
}

fn value(value: types::ValueRef<'_>) -> Value {
    match value {
        types::ValueRef::Null => Value::Null,
        types::ValueRef::Integer(i) => Value::Integer(i),
        types::ValueRef::Real(r) => Value::Real(r),
        types::ValueRef::Text(t) => Value::Text(String::from_utf8_lossy(t).into_owned()),
        types::ValueRef::Blob(b) => Value::Binary(b.to_vec()),
    }
}
