//! SQLAllocHandle, SQLFreeHandle, SQLFreeStmt, SQLCancel, SQLEndTran: what concerns handles as such.

#[cfg(all(test, loom))]
mod models;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use odbc_sys::SqlReturn;

use super::connection::Connection;
use super::constants::free;
use super::descriptor::{Descriptor, Role};
use super::diagnostics::Diagnostics;
use super::dispatch::{
    Completion, ConnectionCall, Function, StatementCall, on_connection, on_descriptor, on_environment,
    on_statement,
};
use super::environment::{Environment, EnvironmentState};
use super::registry::{self, Activity, Kind, Object, Token};
use super::statement::{OwnDescriptors, State, Statement};
use super::transaction::EndTransaction;
use crate::error::{Error, Result, state};

/// Allocates an environment for whoever calls the library: the file of a driver manager or an application.
///
/// # Errors
/// HY014.
pub fn allocate_environment(caller: Option<&Path>) -> Result<Token> {
    registry::insert(Object::Environment(Arc::new(Environment::new(caller))))
}

/// Allocates a connection.
///
/// # Errors
/// HY010 (the version of ODBC has not been set), HY014.
pub fn allocate_connection(state: &mut EnvironmentState) -> Result<Token> {
    let connection = Arc::new(Connection::new(state.odbc_version()?, state.wchar));
    state.adopt(&connection);
    registry::insert(Object::Connection(connection))
}

impl ConnectionCall<'_> {
    /// Allocates a statement with its four descriptors.
    ///
    /// # Errors
    /// 08003, HY014.
    pub fn allocate_statement(&mut self) -> Result<Token> {
        self.group.connection.session()?;
        self.new_statement()
    }

    fn new_statement(&mut self) -> Result<Token> {
        let own = OwnDescriptors {
            ard: self.new_descriptor(Role::Application, false)?,
            apd: self.new_descriptor(Role::Application, false)?,
            ird: self.new_descriptor(Role::ImplementationRow, false)?,
            ipd: self.new_descriptor(Role::ImplementationParameter, false)?,
        };
        let activity = Activity::default();
        let token = registry::insert(Object::Statement(self.shared.clone(), activity.clone()))?;
        let connection = &mut self.group.connection;
        let statement = Statement {
            diagnostics: Diagnostics::default(),
            state: State::Allocated,
            activity,
            attributes: connection.attributes.statement,
            cursor_name: String::new(),
            number: 0,
            ard: own.ard,
            apd: own.apd,
            own,
        };
        self.group.statements.insert(token, statement);
        Ok(token)
    }

    /// Allocates an explicit descriptor.
    ///
    /// # Errors
    /// 08003, HY014.
    pub fn allocate_descriptor(&mut self) -> Result<Token> {
        self.group.connection.session()?;
        self.new_descriptor(Role::Application, true)
    }

    fn new_descriptor(&mut self, role: Role, explicit: bool) -> Result<Token> {
        let token = registry::insert(Object::Descriptor(self.shared.clone()))?;
        self.group.descriptors.insert(token, Descriptor::new(role, explicit));
        Ok(token)
    }

    /// SQLEndTran on a connection.
    ///
    /// # Errors
    /// 08003, HY010 (a statement waits for parameter data), HY012.
    pub fn end_transaction(&mut self, completion: i16) -> Result<Completion> {
        let end = EndTransaction::from_code(completion)?;
        self.group.connection.session()?;
        self.group.refuse_in_dialogue()?;
        if let Some(warning) = end.apply(&mut self.group.connection) {
            self.warn(warning);
        }
        Ok(Completion::Success)
    }
}

/// SQLEndTran on an environment: on all of its open connections.
pub fn end_transaction(function: Function, kind: i16, handle: Token, completion: i16) -> i16 {
    match Kind::from_code(kind) {
        Some(Kind::Environment) => on_environment(function, handle, |_, environment| {
            let end = EndTransaction::from_code(completion)?;
            let connections = environment.connections();
            for connection in &connections {
                connection.lock().refuse_in_dialogue()?;
            }
            for connection in connections {
                if let Some(warning) = end.apply(&mut connection.lock().connection) {
                    environment.diagnostics.post(warning);
                }
            }
            Ok(Completion::Success)
        }),
        Some(Kind::Connection) => on_connection(function, handle, |call| call.end_transaction(completion)),
        Some(Kind::Statement) => on_statement(function, handle, |_| Err(no_transaction())),
        Some(Kind::Descriptor) => on_descriptor(function, handle, |_| Err(no_transaction())),
        None => SqlReturn::INVALID_HANDLE.0,
    }
}

fn no_transaction() -> Error {
    Error::new(state::INVALID_ATTRIBUTE, "Transactions end on connections and environments only.")
}

/// SQLFreeHandle.
pub fn free_handle(function: Function, kind: i16, handle: Token) -> i16 {
    // Under the object's lock: a call that waits for it must not use what is freed.
    let removed = |()| {
        registry::remove(handle);
        Completion::Success
    };
    match Kind::from_code(kind) {
        Some(Kind::Environment) => on_environment(function, handle, |_, environment| {
            let in_use = !environment.connections().is_empty();
            refuse(in_use, "Connections of the environment are still allocated.").map(removed)
        }),
        Some(Kind::Connection) => on_connection(function, handle, |call| {
            let connection = &call.group.connection;
            let in_use = connection.session.is_some() || connection.browsing.is_some();
            refuse(in_use, "The connection is still open; disconnect it first.").map(removed)
        }),
        Some(Kind::Statement) => free_statement(function, handle),
        Some(Kind::Descriptor) => free_descriptor(function, handle),
        None => SqlReturn::INVALID_HANDLE.0,
    }
}

fn refuse(condition: bool, why: &str) -> Result<()> {
    if condition { Err(Error::new(state::FUNCTION_SEQUENCE, why)) } else { Ok(()) }
}

fn free_statement(function: Function, handle: Token) -> i16 {
    let Some(Object::Statement(shared, _)) = registry::get(handle) else {
        return SqlReturn::INVALID_HANDLE.0;
    };
    let code = on_statement(function, handle, |call| {
        call.statement.refuse_in_dialogue()?;
        call.statement.close();
        Ok(Completion::Success)
    });
    if code != SqlReturn::SUCCESS.0 {
        return code;
    }
    let mut group = shared.lock();
    // Another thread may have freed it meanwhile.
    let Some(statement) = group.statements.remove(&handle) else { return SqlReturn::INVALID_HANDLE.0 };
    group.connection.cursor_names.retain(|_, owner| *owner != handle);
    for descriptor in statement.own.all() {
        group.descriptors.remove(descriptor);
        registry::remove(descriptor);
    }
    registry::remove(handle);
    code
}

fn free_descriptor(function: Function, handle: Token) -> i16 {
    let Some(Object::Descriptor(shared)) = registry::get(handle) else { return SqlReturn::INVALID_HANDLE.0 };
    let code = on_descriptor(function, handle, |call| {
        if !call.group.descriptors[handle].explicit {
            return Err(Error::new(
                state::INVALID_USE_OF_IMPLICIT_DESCRIPTOR,
                "A descriptor that came with a statement goes with it.",
            ));
        }
        Ok(Completion::Success)
    });
    if code != SqlReturn::SUCCESS.0 {
        return code;
    }
    let mut group = shared.lock();
    // Another thread may have freed it meanwhile.
    if group.descriptors.remove(handle).is_none() {
        return SqlReturn::INVALID_HANDLE.0;
    }
    for statement in group.statements.values_mut() {
        if statement.ard == handle {
            statement.ard = statement.own.ard;
        }
        if statement.apd == handle {
            statement.apd = statement.own.apd;
        }
    }
    registry::remove(handle);
    code
}

impl StatementCall<'_> {
    /// SQLFreeStmt, without SQL_DROP.
    ///
    /// # Errors
    /// HY010, HY092.
    pub fn free(&mut self, option: u16) -> Result<Completion> {
        self.statement.refuse_in_dialogue()?;
        match option {
            free::CLOSE => self.close(),
            free::UNBIND => self.descriptors[self.statement.ard].set_count(0),
            free::RESET_PARAMS => {
                self.descriptors[self.statement.apd].set_count(0);
                self.descriptors[self.statement.own.ipd].set_count(0);
            }
            _ => {
                return Err(Error::new(
                    state::INVALID_ATTRIBUTE,
                    format!("{option} is no option of SQLFreeStmt."),
                ));
            }
        }
        Ok(Completion::Success)
    }

    /// SQLCloseCursor.
    ///
    /// # Errors
    /// 24000, HY010.
    pub fn close_cursor(&mut self) -> Result<Completion> {
        self.statement.refuse_in_dialogue()?;
        if !matches!(self.statement.state, State::Open(..)) {
            return Err(Error::new(state::INVALID_CURSOR_STATE, "No cursor is open on the statement."));
        }
        self.close();
        Ok(Completion::Success)
    }

    /// Closes the cursor, if one is open; the IRD describes what is left.
    pub fn close(&mut self) {
        self.statement.close();
        self.describe_result();
    }

    /// Lets the IRD describe the columns that the statement has now.
    pub fn describe_result(&mut self) {
        self.descriptors[self.statement.own.ird].columns =
            self.statement.columns().unwrap_or_else(|_| Arc::new([]));
    }
}

/// SQLFreeStmt; SQL_DROP, which ODBC 2 applications still send, frees the handle.
pub fn free_statement_option(function: Function, handle: Token, option: u16) -> i16 {
    if option == free::DROP {
        return free_statement(function, handle);
    }
    on_statement(function, handle, |call| call.free(option))
}

/// SQLCancel: stops what the statement is doing, from any thread, without waiting for it. An idle statement does not
/// notice; a parameter dialogue ends.
pub fn cancel_statement(handle: Token) -> i16 {
    let Some(Object::Statement(shared, activity)) = registry::get(handle) else {
        return SqlReturn::INVALID_HANDLE.0;
    };
    if activity.running.load(Ordering::Acquire) {
        activity.cancel.cancel();
    } else if let Some(mut group) = shared.try_lock()
        && let Some(statement) = group.statements.get_mut(&handle)
    {
        statement.diagnostics.clear();
        statement.end_dialogue();
    }
    SqlReturn::SUCCESS.0
}

/// SQLCancelHandle on a connection: stops the opening of it, which goes on in another thread. Its statements do not notice.
fn cancel_connection(handle: Token) -> i16 {
    let Some(Object::Connection(shared)) = registry::get(handle) else { return SqlReturn::INVALID_HANDLE.0 };
    if shared.activity.running.load(Ordering::Acquire) {
        shared.activity.cancel.cancel();
    }
    SqlReturn::SUCCESS.0
}

/// SQLCancelHandle.
pub fn cancel_handle(function: Function, kind: i16, handle: Token) -> i16 {
    match Kind::from_code(kind) {
        Some(Kind::Statement) => cancel_statement(handle),
        Some(Kind::Connection) => cancel_connection(handle),
        Some(Kind::Environment) => on_environment(function, handle, |_, _| Err(not_cancellable())),
        Some(Kind::Descriptor) => on_descriptor(function, handle, |_| Err(not_cancellable())),
        _ => SqlReturn::INVALID_HANDLE.0,
    }
}

fn not_cancellable() -> Error {
    Error::new(state::INVALID_ATTRIBUTE, "Only statements and connections can be cancelled.")
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::convert::Wchar;
    use crate::odbc::dispatch::beside_connection;
    use crate::odbc::types::OdbcVersion;

    const FUNCTION: Function = Function { name: "SQLDriverConnect", id: 41 };

    #[test]
    fn who_waits_for_a_handle_does_not_use_it_after_it_was_freed() {
        let environment = allocate_environment(None).unwrap();
        let Some(Object::Environment(found)) = registry::get(environment) else { panic!("it was just made") };
        let in_environment = |handle| on_environment(FUNCTION, handle, |_, _| Ok(Completion::Success));
        freed_while_waited_for(environment, || found.lock(), &in_environment);

        let shared = Arc::new(Connection::new(OdbcVersion::Odbc3, Wchar::default()));
        let connection = || registry::insert(Object::Connection(shared.clone())).unwrap();
        let on = |handle| on_connection(FUNCTION, handle, |_| Ok(Completion::Success));
        freed_while_waited_for(connection(), || shared.lock(), &on);
        let beside = |handle| beside_connection(FUNCTION, handle, |_| Ok(Completion::Success));
        freed_while_waited_for(connection(), || shared.lock(), &beside);
    }

    fn freed_while_waited_for<G>(handle: Token, lock: impl Fn() -> G, call: &(impl Fn(Token) -> i16 + Sync)) {
        assert_eq!(call(handle), SqlReturn::SUCCESS.0);
        let guard = lock();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| call(handle));
            // Enough for the other thread to look the handle up.
            thread::sleep(Duration::from_millis(50));
            registry::remove(handle);
            drop(guard);
            assert_eq!(waiting.join().unwrap(), SqlReturn::INVALID_HANDLE.0);
        });
    }
}
