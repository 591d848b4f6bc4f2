//! Environments (SQLSetEnvAttr, SQLGetEnvAttr).

use std::path::Path;
use std::sync::{Arc, PoisonError, Weak};

use super::attributes::invalid_value;
use super::connection::Connection;
use super::constants::attr;
use super::diagnostics::Diagnostics;
use super::sync::{Mutex, MutexGuard};
use super::types::OdbcVersion;
use super::width::{Field, Input};
use crate::convert::Wchar;
use crate::error::{Error, Result, state};

/// An environment: what its connections have in common.
#[derive(Default)]
pub struct Environment(Mutex<EnvironmentState>);

/// The state of an environment.
#[derive(Default)]
pub struct EnvironmentState {
    pub diagnostics: Diagnostics,
    /// What an SQLWCHAR is to whoever calls: its connections start with it.
    pub wchar: Wchar,
    /// SQL_ATTR_ODBC_VERSION: 2, 3 or 380. The application must set it before it allocates a connection.
    version: Option<i32>,
    connections: Vec<Weak<Connection>>,
}

/// What an SQLWCHAR is to a driver manager or an application, by the name of its file: iODBC's is UTF-32.
///
/// Of iODBC that is its library (`libiodbc.so.2`, on macOS `iODBC` in its framework) and the programs that it is linked
/// into, `iodbctest` and `iodbctestw`. All others have UTF-16.
fn wchar_of(caller: &Path) -> Wchar {
    let name = caller.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
    match name {
        Some(name) if name.contains("iodbc") => Wchar::Utf32,
        _ => Wchar::Utf16,
    }
}

impl Environment {
    /// An environment that `caller` allocates, the file of a driver manager or an application.
    pub fn new(caller: Option<&Path>) -> Self {
        let wchar = caller.map(wchar_of).unwrap_or_default();
        Environment(Mutex::new(EnvironmentState { wchar, ..EnvironmentState::default() }))
    }

    /// The state, under its lock.
    pub fn lock(&self) -> MutexGuard<'_, EnvironmentState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EnvironmentState {
    /// The version that the application speaks.
    ///
    /// # Errors
    /// HY010 before it was set.
    pub fn odbc_version(&self) -> Result<OdbcVersion> {
        match self.version {
            Some(2) => Ok(OdbcVersion::Odbc2),
            Some(_) => Ok(OdbcVersion::Odbc3),
            None => Err(Error::new(
                state::FUNCTION_SEQUENCE,
                "SQL_ATTR_ODBC_VERSION has to be set before a connection is allocated.",
            )),
        }
    }

    /// The connections that are still allocated.
    pub fn connections(&mut self) -> Vec<Arc<Connection>> {
        self.connections.retain(|connection| connection.strong_count() > 0);
        self.connections.iter().filter_map(Weak::upgrade).collect()
    }

    /// Counts a connection in.
    pub fn adopt(&mut self, connection: &Arc<Connection>) {
        self.connections.push(Arc::downgrade(connection));
    }

    /// SQLSetEnvAttr.
    ///
    /// # Errors
    /// HY010 (connections are allocated), HY024, HY092, HYC00.
    pub fn set_attribute(&mut self, id: i32, value: &Input) -> Result<()> {
        match id {
            attr::ODBC_VERSION => {
                let version = value.number() as i32;
                if !matches!(version, 2 | 3 | 380) {
                    return Err(Error::new(
                        state::INVALID_ATTRIBUTE_VALUE,
                        format!("{version} is no version of ODBC; it is 2, 3 or 380."),
                    ));
                }
                if !self.connections().is_empty() && self.version != Some(version) {
                    return Err(Error::new(
                        state::FUNCTION_SEQUENCE,
                        "SQL_ATTR_ODBC_VERSION cannot change while connections are allocated.",
                    ));
                }
                self.version = Some(version);
                Ok(())
            }
            attr::OUTPUT_NTS if value.number() == 1 => Ok(()),
            attr::OUTPUT_NTS if value.number() == 0 => Err(Error::new(
                state::NOT_IMPLEMENTED,
                "SQL_ATTR_OUTPUT_NTS is always SQL_TRUE: strings are terminated.",
            )),
            attr::OUTPUT_NTS => Err(invalid_value(id, value.number())),
            attr::CONNECTION_POOLING | attr::CP_MATCH => {
                Err(Error::new(state::NOT_IMPLEMENTED, "Pooling is the driver manager's."))
            }
            _ => Err(unknown_attribute(id)),
        }
    }

    /// SQLGetEnvAttr.
    ///
    /// # Errors
    /// HY010 (the version before it was set), HY092, HYC00.
    pub fn attribute(&self, id: i32) -> Result<Field> {
        match id {
            attr::ODBC_VERSION => self.version.map(Field::from).ok_or_else(|| {
                Error::new(state::FUNCTION_SEQUENCE, "SQL_ATTR_ODBC_VERSION has not been set.")
            }),
            attr::OUTPUT_NTS => Ok(Field::Number(1)),
            // iODBC 3.52.14 and later asks before it offers each connection what its application has.
            attr::DRIVER_UNICODE_TYPE => Ok(Field::Number(unicode_type(self.wchar))),
            attr::CONNECTION_POOLING | attr::CP_MATCH => {
                Err(Error::new(state::NOT_IMPLEMENTED, "Pooling is the driver manager's."))
            }
            _ => Err(unknown_attribute(id)),
        }
    }
}

/// How iODBC's attributes name an SQLWCHAR (SQL_DM_CP_UTF16, SQL_DM_CP_UCS4).
pub fn unicode_type(wchar: Wchar) -> i64 {
    match wchar {
        Wchar::Utf16 => 1,
        Wchar::Utf32 => 3,
    }
}

/// The SQLWCHAR that iODBC's attributes name so; `None` for UTF-8 (SQL_DM_CP_UTF8) and what is none.
pub fn wchar_of_type(number: i64) -> Option<Wchar> {
    [Wchar::Utf16, Wchar::Utf32].into_iter().find(|&wchar| unicode_type(wchar) == number)
}

/// The HY092 of an id that is in no table.
pub fn unknown_attribute(id: i32) -> Error {
    Error::new(state::INVALID_ATTRIBUTE, format!("The driver has no attribute {id}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_one_of_three() {
        let mut environment = EnvironmentState::default();
        assert!(environment.odbc_version().is_err());
        for (version, expected) in
            [(2, OdbcVersion::Odbc2), (3, OdbcVersion::Odbc3), (380, OdbcVersion::Odbc3)]
        {
            environment.set_attribute(attr::ODBC_VERSION, &Input::Number(version)).unwrap();
            assert_eq!(environment.odbc_version(), Ok(expected));
        }
        let error = environment.set_attribute(attr::ODBC_VERSION, &Input::Number(4)).unwrap_err();
        assert_eq!(error.state, state::INVALID_ATTRIBUTE_VALUE);
    }

    #[test]
    fn iodbc_is_known_by_its_file() {
        for (file, expected) in [
            ("/usr/lib/x86_64-linux-gnu/libiodbc.so.2", Wchar::Utf32),
            ("/Library/Frameworks/iODBC.framework/Versions/A/iODBC", Wchar::Utf32),
            ("iodbctest", Wchar::Utf32),
            ("/usr/lib/x86_64-linux-gnu/libodbc.so.2", Wchar::Utf16),
            ("/opt/iodbc/lib/libodbc.so.2", Wchar::Utf16),
            ("isql", Wchar::Utf16),
            ("", Wchar::Utf16),
        ] {
            assert_eq!(wchar_of(Path::new(file)), expected, "{file}");
        }
    }

    #[test]
    fn the_encoding_is_told_to_who_asks() {
        for (caller, number) in [("libiodbc.so.2", 3), ("libodbc.so.2", 1)] {
            let environment = Environment::new(Some(Path::new(caller)));
            let answer = environment.lock().attribute(attr::DRIVER_UNICODE_TYPE);
            assert_eq!(answer, Ok(Field::Number(number)), "{caller}");
        }
    }
}
