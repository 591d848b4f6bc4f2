//! The one door of every ODBC function.
//!
//! A call finds its handle's object, takes the lock, clears the handle's diagnostics, runs the body under a panic
//! guard, posts its error, and maps the outcome to a return code. The functions that read diagnostics go through
//! `peek_…`: they clear and post nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use odbc_sys::SqlReturn;

use super::connection::{Connection, ConnectionState, Group};
use super::descriptor::Descriptors;
use super::diagnostics::{Diagnostics, Names, defect};
use super::environment::{Environment, EnvironmentState};
use super::registry::{self, Object, Token};
use super::statement::Statement;
use crate::convert::Wchar;
use crate::error::Result;

/// An exported function, as the manifest lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: &'static str,
    /// Its number for SQLGetFunctions; a wide function has its narrow sister's.
    pub id: u16,
}

/// How a call went that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// SQL_SUCCESS, or SQL_SUCCESS_WITH_INFO when a warning was posted.
    Success,
    /// SQL_NO_DATA.
    NoData,
    /// SQL_NEED_DATA.
    NeedData,
    /// SQL_ERROR, with records that have been posted already: those of rows and parameter sets.
    Failed,
}

/// A call on a connection.
pub struct ConnectionCall<'a> {
    pub function: Function,
    pub handle: Token,
    pub shared: &'a Arc<Connection>,
    pub group: &'a mut Group,
}

/// A call on a statement.
pub struct StatementCall<'a> {
    pub function: Function,
    pub handle: Token,
    pub connection: &'a mut ConnectionState,
    pub descriptors: &'a mut Descriptors,
    pub statement: &'a mut Statement,
}

/// A call on a descriptor.
pub struct DescriptorCall<'a> {
    pub function: Function,
    pub handle: Token,
    pub group: &'a mut Group,
}

impl ConnectionCall<'_> {
    /// What an SQLWCHAR is to the application.
    pub fn wchar(&self) -> Wchar {
        self.group.connection.wchar
    }

    /// Posts a warning.
    pub fn warn(&mut self, warning: crate::error::Error) {
        self.group.connection.diagnostics.post(warning);
    }
}

impl StatementCall<'_> {
    /// What an SQLWCHAR is to the application.
    pub fn wchar(&self) -> Wchar {
        self.connection.wchar
    }

    /// Posts a warning.
    pub fn warn(&mut self, warning: crate::error::Error) {
        self.statement.diagnostics.post(warning);
    }
}

impl DescriptorCall<'_> {
    /// What an SQLWCHAR is to the application.
    pub fn wchar(&self) -> Wchar {
        self.group.connection.wchar
    }

    /// Posts a warning.
    pub fn warn(&mut self, warning: crate::error::Error) {
        self.group.descriptors[self.handle].diagnostics.post(warning);
    }
}

/// Runs a call on an environment.
pub fn on_environment(
    function: Function,
    handle: Token,
    body: impl FnOnce(&Arc<Environment>, &mut EnvironmentState) -> Result<Completion>,
) -> i16 {
    let Some(Object::Environment(environment)) = registry::get(handle) else {
        return invalid(function, handle);
    };
    let mut state = environment.lock();
    // Another thread may have freed the handle since it was looked up.
    if registry::get(handle).is_none() {
        return invalid(function, handle);
    }
    run(
        function,
        handle,
        Some(Instant::now()),
        &mut *state,
        |state| &mut state.diagnostics,
        |state| body(&environment, state),
    )
}

/// Runs a call on a connection.
pub fn on_connection(
    function: Function,
    handle: Token,
    body: impl FnOnce(&mut ConnectionCall<'_>) -> Result<Completion>,
) -> i16 {
    with_connection(function, handle, |call| run_on(call, body))
}

/// Runs a call on a connection which, if it succeeds, leaves the diagnostics of the call before as they are.
pub fn beside_connection(
    function: Function,
    handle: Token,
    body: impl FnOnce(&mut ConnectionCall<'_>) -> Result<Completion>,
) -> i16 {
    with_connection(function, handle, |call| {
        let before = std::mem::take(&mut call.group.connection.diagnostics);
        let code = run_on(call, body);
        if code == SqlReturn::SUCCESS.0 {
            call.group.connection.diagnostics = before;
        }
        code
    })
}

/// Does something with a connection, under its lock.
fn with_connection(
    function: Function,
    handle: Token,
    then: impl FnOnce(&mut ConnectionCall<'_>) -> i16,
) -> i16 {
    let Some(Object::Connection(shared)) = registry::get(handle) else { return invalid(function, handle) };
    let mut group = shared.lock();
    // Another thread may have freed the handle since it was looked up.
    if registry::get(handle).is_none() {
        return invalid(function, handle);
    }
    let _scope = group.connection.log_scope(0).enter();
    then(&mut ConnectionCall { function, handle, shared: &shared, group: &mut group })
}

fn run_on(
    call: &mut ConnectionCall<'_>,
    body: impl FnOnce(&mut ConnectionCall<'_>) -> Result<Completion>,
) -> i16 {
    let (function, handle) = (call.function, call.handle);
    // The call may open a connection that logs.
    let started = Some(Instant::now());
    run(function, handle, started, call, |call| &mut call.group.connection.diagnostics, body)
}

/// Runs a call on a statement.
pub fn on_statement(
    function: Function,
    handle: Token,
    body: impl FnOnce(&mut StatementCall<'_>) -> Result<Completion>,
) -> i16 {
    let Some(shared) = registry::connection_of_statement(handle) else { return invalid(function, handle) };
    let mut group = shared.lock();
    let Group { connection, statements, descriptors } = &mut *group;
    // Another thread may have freed the handle since it was looked up.
    let Some(statement) = statements.get_mut(&handle) else { return invalid(function, handle) };
    let _scope = connection.log_scope(statement.number).enter();
    let mut call = StatementCall { function, handle, connection, descriptors, statement };
    // Looking at the clock takes as long as reading a cell.
    let started = log::log_enabled!(log::Level::Trace).then(Instant::now);
    run(function, handle, started, &mut call, |call| &mut call.statement.diagnostics, body)
}

/// Runs a call on a descriptor, unless its statement waits for parameter data (HY010).
pub fn on_descriptor(
    function: Function,
    handle: Token,
    body: impl FnOnce(&mut DescriptorCall<'_>) -> Result<Completion>,
) -> i16 {
    let Some(Object::Descriptor(shared)) = registry::get(handle) else { return invalid(function, handle) };
    let mut group = shared.lock();
    if group.descriptors.get(handle).is_none() {
        return invalid(function, handle);
    }
    let _scope = group.connection.log_scope(0).enter();
    let mut call = DescriptorCall { function, handle, group: &mut group };
    run(
        function,
        handle,
        Some(Instant::now()),
        &mut call,
        |call| &mut call.group.descriptors.get_mut(handle).expect("looked up above").diagnostics,
        |call| {
            call.refuse_in_dialogue()?;
            body(call)
        },
    )
}

/// Reads a handle's diagnostics without touching them. `true` says that the handle is a statement; the [`Wchar`] is its
/// application's.
/// SQL_INVALID_HANDLE when `kind` has no such handle.
pub fn peek(
    kind: registry::Kind,
    handle: Token,
    read: impl FnOnce(&Diagnostics, Names<'_>, Wchar, bool) -> i16,
) -> i16 {
    use registry::Kind;
    match (kind, registry::get(handle)) {
        (Kind::Environment, Some(Object::Environment(environment))) => {
            let state = environment.lock();
            read(&state.diagnostics, Names::default(), state.wchar, false)
        }
        (Kind::Connection, Some(Object::Connection(shared))) => {
            let group = shared.lock();
            let connection = &group.connection;
            read(&connection.diagnostics, connection.names(), connection.wchar, false)
        }
        (Kind::Statement, Some(Object::Statement(shared, _))) => {
            let group = shared.lock();
            let Some(statement) = group.statements.get(&handle) else { return SqlReturn::INVALID_HANDLE.0 };
            read(&statement.diagnostics, group.connection.names(), group.connection.wchar, true)
        }
        (Kind::Descriptor, Some(Object::Descriptor(shared))) => {
            let group = shared.lock();
            let Some(descriptor) = group.descriptors.get(handle) else { return SqlReturn::INVALID_HANDLE.0 };
            read(&descriptor.diagnostics, group.connection.names(), group.connection.wchar, false)
        }
        _ => SqlReturn::INVALID_HANDLE.0,
    }
}

fn run<T>(
    function: Function,
    handle: Token,
    started: Option<Instant>,
    target: &mut T,
    diagnostics: impl Fn(&mut T) -> &mut Diagnostics,
    body: impl FnOnce(&mut T) -> Result<Completion>,
) -> i16 {
    diagnostics(target).clear();
    let outcome =
        catch_unwind(AssertUnwindSafe(|| body(target))).unwrap_or_else(|panic| Err(defect(&*panic)));
    let diagnostics = diagnostics(target);
    let code = match outcome {
        Ok(Completion::Success) if diagnostics.is_empty() => SqlReturn::SUCCESS,
        Ok(Completion::Success) => SqlReturn::SUCCESS_WITH_INFO,
        Ok(Completion::NoData) => SqlReturn::NO_DATA,
        Ok(Completion::NeedData) => SqlReturn::NEED_DATA,
        Ok(Completion::Failed) => SqlReturn::ERROR,
        Err(error) => {
            log::error!("{}: {error}", function.name);
            diagnostics.post(error);
            SqlReturn::ERROR
        }
    };
    diagnostics.return_code = code.0;
    if let Some(started) = started {
        log::trace!("{} {handle:#x}: {} in {:?}", function.name, code_name(code), started.elapsed());
    }
    code.0
}

fn invalid(function: Function, handle: Token) -> i16 {
    log::trace!("{} {handle:#x}: SQL_INVALID_HANDLE", function.name);
    SqlReturn::INVALID_HANDLE.0
}

fn code_name(code: SqlReturn) -> &'static str {
    match code {
        SqlReturn::SUCCESS => "SQL_SUCCESS",
        SqlReturn::SUCCESS_WITH_INFO => "SQL_SUCCESS_WITH_INFO",
        SqlReturn::NO_DATA => "SQL_NO_DATA",
        SqlReturn::NEED_DATA => "SQL_NEED_DATA",
        SqlReturn::ERROR => "SQL_ERROR",
        _ => "SQL_INVALID_HANDLE",
    }
}
