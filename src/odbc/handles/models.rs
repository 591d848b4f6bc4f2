//! Handles in every order in which two threads can use them, with loom:
//!
//!     RUSTFLAGS="--cfg loom" cargo test --release --lib handles::models
//!
//! What is run is the driver's own code: only its locks are loom's ([`crate::odbc::sync`]). A deadlock fails a model too.

use loom::thread;

use super::*;
use crate::convert::Wchar;
use crate::odbc::constants::attr;
use crate::odbc::types::OdbcVersion;
use crate::odbc::width::Input;

const FUNCTION: Function = Function { name: "SQLFreeHandle", id: 1006 };
const SUCCESS: i16 = SqlReturn::SUCCESS.0;
const INVALID: i16 = SqlReturn::INVALID_HANDLE.0;

fn connection() -> Token {
    let connection = Connection::new(OdbcVersion::Odbc3, Wchar::default());
    registry::insert(Object::Connection(Arc::new(connection))).unwrap()
}

/// What a call made, on a connection.
fn made(connection: Token, make: fn(&mut ConnectionCall<'_>) -> Result<Token>) -> Option<Token> {
    let mut token = None;
    on_connection(FUNCTION, connection, |call| {
        token = Some(make(call)?);
        Ok(Completion::Success)
    });
    token
}

fn statement(connection: Token) -> Token {
    made(connection, |call| call.new_statement()).unwrap()
}

fn descriptor(connection: Token) -> Token {
    made(connection, |call| call.new_descriptor(Role::Application, true)).unwrap()
}

/// One thread frees what another one uses. The use is a success or finds nothing, and never overlaps with the end.
fn freed_while_used(kind: Kind, make: fn() -> Token, use_it: fn(Token) -> i16) {
    loom::model(move || {
        let handle = make();
        let user = thread::spawn(move || use_it(handle));
        assert_eq!(free_handle(FUNCTION, kind as i16, handle), SUCCESS);
        let used = user.join().unwrap();
        assert!(used == SUCCESS || used == INVALID, "{used}");
        assert!(registry::get(handle).is_none());
    });
}

/// Two threads free the same handle: one of them does.
fn freed_twice(kind: Kind, make: fn() -> Token) {
    loom::model(move || {
        let handle = make();
        let other = thread::spawn(move || free_handle(FUNCTION, kind as i16, handle));
        let mut codes = [free_handle(FUNCTION, kind as i16, handle), other.join().unwrap()];
        codes.sort_unstable();
        assert_eq!(codes, [INVALID, SUCCESS]);
    });
}

/// The handle is there as long as a call on it runs.
fn alive(handle: Token) -> Result<Completion> {
    assert!(registry::get(handle).is_some(), "used after it was freed");
    Ok(Completion::Success)
}

#[test]
fn what_is_used_is_not_freed_meanwhile() {
    let environment = || allocate_environment(None).unwrap();
    freed_while_used(Kind::Environment, environment, |handle| {
        on_environment(FUNCTION, handle, |_, _| alive(handle))
    });
    freed_while_used(Kind::Connection, connection, |handle| {
        on_connection(FUNCTION, handle, |_| alive(handle))
    });
    freed_while_used(
        Kind::Statement,
        || statement(connection()),
        |handle| on_statement(FUNCTION, handle, |_| alive(handle)),
    );
    freed_while_used(
        Kind::Descriptor,
        || descriptor(connection()),
        |handle| on_descriptor(FUNCTION, handle, |_| alive(handle)),
    );
}

#[test]
fn a_handle_is_freed_once() {
    freed_twice(Kind::Environment, || allocate_environment(None).unwrap());
    freed_twice(Kind::Connection, connection);
    freed_twice(Kind::Statement, || statement(connection()));
    freed_twice(Kind::Descriptor, || descriptor(connection()));
}

#[test]
fn a_freed_token_is_never_given_again() {
    loom::model(|| {
        let old = connection();
        let other = thread::spawn(connection);
        free_handle(FUNCTION, Kind::Connection as i16, old);
        let new = [other.join().unwrap(), connection()];
        assert!(new[0] != new[1] && !new.contains(&old));
        assert!(registry::get(old).is_none());
        assert!(new.iter().all(|&token| registry::get(token).is_some()));
    });
}

#[test]
fn a_cancel_waits_for_nobody() {
    loom::model(|| {
        let handle = statement(connection());
        let user = thread::spawn(move || on_statement(FUNCTION, handle, |_| alive(handle)));
        let cancelled = cancel_statement(handle);
        assert_eq!((cancelled, user.join().unwrap()), (SUCCESS, SUCCESS));
    });
}

#[test]
fn a_connection_is_made_or_its_environment_freed() {
    loom::model(|| {
        let environment = allocate_environment(None).unwrap();
        on_environment(FUNCTION, environment, |_, state| {
            state.set_attribute(attr::ODBC_VERSION, &Input::Number(3))?;
            Ok(Completion::Success)
        });
        let other = thread::spawn(move || {
            let mut made = None;
            let code = on_environment(FUNCTION, environment, |_, state| {
                made = Some(allocate_connection(state)?);
                Ok(Completion::Success)
            });
            (code, made)
        });
        let freed = free_handle(FUNCTION, Kind::Environment as i16, environment);
        let (code, made) = other.join().unwrap();
        // Never a connection without its environment.
        assert_eq!(freed == SUCCESS, code == INVALID, "{freed} {code}");
        assert_eq!(made.is_some(), registry::get(environment).is_some());
    });
}
