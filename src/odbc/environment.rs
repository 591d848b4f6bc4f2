//! Environments (SQLSetEnvAttr, SQLGetEnvAttr).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::attributes::invalid_value;
use super::connection::Connection;
use super::constants::attr;
use super::diagnostics::Diagnostics;
use super::types::OdbcVersion;
use super::width::{Field, Input};
use crate::error::{Error, Result, state};

/// An environment: what its connections have in common.
#[derive(Default)]
pub struct Environment(Mutex<EnvironmentState>);

/// The state of an environment.
#[derive(Default)]
pub struct EnvironmentState {
    pub diagnostics: Diagnostics,
    /// SQL_ATTR_ODBC_VERSION: 2, 3 or 380. The application must set it before it allocates a connection.
    version: Option<i32>,
    connections: Vec<Weak<Connection>>,
}

impl Environment {
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
            // iODBC asks for the width of a character: 1 stands for UTF-16.
            attr::DRIVER_UNICODE_TYPE => Ok(Field::Number(1)),
            attr::CONNECTION_POOLING | attr::CP_MATCH => {
                Err(Error::new(state::NOT_IMPLEMENTED, "Pooling is the driver manager's."))
            }
            _ => Err(unknown_attribute(id)),
        }
    }
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
}
