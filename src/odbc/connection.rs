//! Connections: the lock that guards all that hangs on one, and what an open one holds.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};

use super::connection_attributes::ConnectionAttributes;
use super::connection_string::Pair;
use super::descriptor::Descriptors;
use super::diagnostics::{Diagnostics, Names};
use super::dispatch::{Completion, ConnectionCall};
use super::info::{self, InfoContext, InfoValue};
use super::registry::{self, Activity, Token};
use super::statement::{State, Statement};
use super::sync::{Mutex, MutexGuard};
use super::system::System;
use super::types::OdbcVersion;
use crate::convert::Wchar;
use crate::engine::Database;
use crate::error::{Error, Result, state};
use crate::logging::{Log, Scope};

/// A connection. Everything that belongs to it is behind one lock, but what SQLCancelHandle needs.
pub struct Connection {
    group: Mutex<Group>,
    pub activity: Activity,
}

/// A connection with its statements and descriptors.
pub struct Group {
    pub connection: ConnectionState,
    pub statements: BTreeMap<Token, Statement>,
    pub descriptors: Descriptors,
}

/// What a connection is, apart from its statements.
pub struct ConnectionState {
    pub diagnostics: Diagnostics,
    pub version: OdbcVersion,
    /// What an SQLWCHAR is to the application.
    pub wchar: Wchar,
    pub attributes: ConnectionAttributes,
    /// `None` until the connection is opened, and again after SQLDisconnect.
    pub session: Option<Session>,
    /// What SQLBrowseConnect has been given so far, while it asks for more.
    pub browsing: Option<Vec<Pair>>,
    /// Names of cursors, in any letter case, and their statements.
    pub cursor_names: HashMap<String, Token>,
    /// The number that the next generated cursor name has.
    pub next_cursor: u32,
}

/// What an open connection has.
pub struct Session {
    pub database: Database,
    /// What it says of itself.
    pub system: Arc<System>,
    /// Whether the settings ask for read-only; SQL_ATTR_RESET_CONNECTION leads back here.
    pub read_only: bool,
    pub log: Option<Arc<Log>>,
}

impl Connection {
    /// A connection that is not open.
    pub fn new(version: OdbcVersion, wchar: Wchar) -> Self {
        let group = Group {
            connection: ConnectionState {
                diagnostics: Diagnostics::default(),
                version,
                wchar,
                attributes: ConnectionAttributes::default(),
                session: None,
                browsing: None,
                cursor_names: HashMap::new(),
                next_cursor: 1,
            },
            statements: BTreeMap::new(),
            descriptors: Descriptors::default(),
        };
        Connection { group: Mutex::new(group), activity: Activity::default() }
    }

    /// The state, under its lock.
    pub fn lock(&self) -> MutexGuard<'_, Group> {
        self.group.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, if nobody is using it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, Group>> {
        match self.group.try_lock() {
            Ok(group) => Some(group),
            Err(std::sync::TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) => None,
        }
    }
}

impl ConnectionState {
    /// The open connection.
    ///
    /// # Errors
    /// 08003.
    pub fn session(&self) -> Result<&Session> {
        self.session
            .as_ref()
            .ok_or_else(|| Error::new(state::CONNECTION_NOT_OPEN, "The connection is not open."))
    }

    /// Whose work a call is, for the log; `statement` is 0 for one on the connection itself.
    pub fn log_scope(&self, statement: u32) -> Scope {
        Scope::new(self.session.as_ref().and_then(|session| session.log.clone()), statement)
    }

    /// What diagnostic records say of the connection.
    pub fn names(&self) -> Names<'_> {
        self.session.as_ref().map_or(Names::default(), |session| Names {
            connection: &session.system.data_source_name,
            server: session.database.client().host_name(),
        })
    }
}

impl ConnectionCall<'_> {
    /// SQLGetInfo. A driver manager asks for some of it before it connects.
    ///
    /// # Errors
    /// HY096.
    pub fn info(&self, id: u16) -> Result<InfoValue> {
        let connection = &self.group.connection;
        let session = connection.session.as_ref();
        let context = session.map_or_else(InfoContext::default, |s| s.system.info_context(&s.database));
        info::answer(id, &context).ok_or_else(|| {
            Error::new(
                state::INFORMATION_TYPE_OUT_OF_RANGE,
                format!("{id} is no information type that the driver knows."),
            )
        })
    }

    /// SQLNativeSql.
    ///
    /// # Errors
    /// 08003, and what the parser finds.
    pub fn native_sql(&self, text: &str) -> Result<String> {
        self.group.connection.session()?.database.native_sql(text)
    }

    /// SQLDisconnect. Frees the statements and descriptors that are still there, or ends SQLBrowseConnect's dialogue.
    ///
    /// # Errors
    /// 08003, HY010 (a statement waits for parameter data).
    pub fn disconnect(&mut self) -> Result<Completion> {
        if self.group.connection.browsing.take().is_some() {
            return Ok(Completion::Success);
        }
        self.group.connection.session()?;
        self.group.refuse_in_dialogue()?;
        self.group.release_children();
        let connection = &mut self.group.connection;
        connection.cursor_names.clear();
        if let Some(session) = connection.session.take() {
            session.database.finish();
        }
        Ok(Completion::Success)
    }
}

impl Group {
    /// What must hold before the connection as a whole is changed: no statement is waiting for parameter data.
    ///
    /// # Errors
    /// HY010.
    pub fn refuse_in_dialogue(&self) -> Result<()> {
        match self.statements.values().any(|statement| matches!(statement.state, State::NeedData(_))) {
            true => Err(Error::new(
                state::FUNCTION_SEQUENCE,
                "A statement of the connection is waiting for parameter data (SQLParamData, SQLPutData).",
            )),
            false => Ok(()),
        }
    }

    /// Between the calls of SQLBrowseConnect attributes are neither set nor told.
    ///
    /// # Errors
    /// HY010.
    pub fn refuse_while_browsing(&self) -> Result<()> {
        match self.connection.browsing {
            Some(_) => Err(Error::new(
                state::FUNCTION_SEQUENCE,
                "SQLBrowseConnect still asks for something: answer it, or end the dialogue by SQLDisconnect.",
            )),
            None => Ok(()),
        }
    }

    /// Frees all statements and descriptors.
    pub fn release_children(&mut self) {
        for (token, statement) in std::mem::take(&mut self.statements) {
            registry::remove(token);
            drop(statement);
        }
        for token in self.descriptors.handles() {
            self.descriptors.remove(token);
            registry::remove(token);
        }
    }
}
