//! Connection attributes (SQLSetConnectAttr, SQLGetConnectAttr).
//!
//! A driver manager replays attributes that were set early between the allocation of the connection and its opening,
//! so most of them are taken in either state. Statement attributes that are set on the connection become the
//! defaults of its statements, as ODBC 2 has it.

use super::constants::attr;
use super::dispatch::{Completion, ConnectionCall};
use super::environment::{unicode_type, unknown_attribute, wchar_of_type};
use super::statement_attributes::{Setting, StatementAttributes, invalid_value, replaced};
use super::width::{Field, Input};
use crate::abi::memory::Address;
use crate::error::{Error, Result, state};
use crate::model::CATALOG;

/// The attributes that a connection keeps.
#[derive(Clone, Debug, Default)]
pub struct ConnectionAttributes {
    /// SQL_MODE_READ_ONLY.
    pub read_only: bool,
    /// Seconds; 0 for no limit.
    pub login_timeout: u32,
    /// Seconds that one request may take; 0 leaves it to the connection string.
    pub connection_timeout: u32,
    /// A window for dialogues; the driver has none, so it is only told back.
    pub quiet_mode: Address,
    /// What a new statement starts with.
    pub statement: StatementAttributes,
}

/// SQL_TXN_READ_UNCOMMITTED: the only isolation there is without transactions.
const READ_UNCOMMITTED: i64 = 1;

impl ConnectionCall<'_> {
    /// SQLSetConnectAttr.
    ///
    /// # Errors
    /// HY010 (a statement waits for parameter data), HY011 (too late), HY024, HY092, HYC00.
    pub fn set_attribute(&mut self, id: i32, value: &Input) -> Result<Completion> {
        self.group.refuse_in_dialogue()?;
        if let Setting::Replaced(warning) = self.take_attribute(id, value)? {
            self.warn(warning);
        }
        Ok(Completion::Success)
    }

    fn take_attribute(&mut self, id: i32, value: &Input) -> Result<Setting> {
        let is_open = self.group.connection.session.is_some();
        let connection = &mut self.group.connection;
        let attributes = &mut connection.attributes;
        let number = value.number();
        match id {
            attr::ACCESS_MODE if number == 0 && connection.session.as_ref().is_some_and(|s| s.read_only) => {
                return Ok(replaced("The connection stays read-only: its ReadOnly setting says so."));
            }
            attr::ACCESS_MODE if matches!(number, 0 | 1) => {
                attributes.read_only = number == 1;
                if let Some(session) = &mut connection.session {
                    session.database.set_read_only(number == 1);
                }
            }
            attr::AUTOCOMMIT if number == 1 => {}
            attr::AUTOCOMMIT if number == 0 => {
                return Ok(replaced(
                    "Twilio has no transactions: autocommit stays on, every write stands at once.",
                ));
            }
            attr::LOGIN_TIMEOUT if is_open => {
                return Err(Error::new(
                    state::ATTRIBUTE_CANNOT_BE_SET_NOW,
                    "SQL_ATTR_LOGIN_TIMEOUT has to be set before the connection is opened.",
                ));
            }
            attr::LOGIN_TIMEOUT => attributes.login_timeout = number as u32,
            attr::CONNECTION_TIMEOUT => {
                let changes = attributes.connection_timeout != number as u32;
                attributes.connection_timeout = number as u32;
                if is_open && changes {
                    return Ok(Setting::Replaced(Error::new(
                        state::GENERAL_WARNING,
                        "SQL_ATTR_CONNECTION_TIMEOUT takes effect when the connection is opened the next time.",
                    )));
                }
            }
            attr::CURRENT_CATALOG => match value {
                Input::Text(name) if name.eq_ignore_ascii_case(CATALOG) => {}
                _ => {
                    return Err(Error::new(
                        state::INVALID_ATTRIBUTE_VALUE,
                        format!("The only catalog is {CATALOG}."),
                    ));
                }
            },
            attr::METADATA_ID if matches!(number, 0 | 1) => attributes.statement.metadata_id = number == 1,
            attr::TXN_ISOLATION if number == READ_UNCOMMITTED => {}
            attr::TXN_ISOLATION if matches!(number, 2 | 4 | 8) => {
                return Ok(replaced("Twilio has no transactions: reads see every write at once."));
            }
            attr::PACKET_SIZE if is_open => {
                return Err(Error::new(
                    state::ATTRIBUTE_CANNOT_BE_SET_NOW,
                    "SQL_ATTR_PACKET_SIZE has to be set before the connection is opened.",
                ));
            }
            attr::PACKET_SIZE if number == 0 => {}
            attr::PACKET_SIZE => return Ok(replaced("The size of network packets is the system's.")),
            attr::QUIET_MODE => attributes.quiet_mode = value.pointer(),
            attr::RESET_CONNECTION if number == 1 => {
                *attributes = ConnectionAttributes::default();
                if let Some(session) = &mut connection.session {
                    session.database.set_read_only(session.read_only);
                    // Whoever gets the connection next has sent nothing.
                    session.database.reset();
                    attributes.read_only = session.read_only;
                }
            }
            // iODBC 3.52.14 and later offers its application's. What is not taken it would translate, and write beyond
            // the application's buffers.
            attr::APP_WCHAR_TYPE => match wchar_of_type(number) {
                Some(wchar) if wchar == connection.wchar || !is_open => connection.wchar = wchar,
                Some(_) => {
                    return Err(Error::new(
                        state::ATTRIBUTE_CANNOT_BE_SET_NOW,
                        "SQL_ATTR_APP_WCHAR_TYPE has to be set before the connection is opened.",
                    ));
                }
                None => {
                    return Err(Error::new(
                        state::NOT_IMPLEMENTED,
                        "Wide characters are UTF-16 (1) or UTF-32 (3).",
                    ));
                }
            },
            attr::ASYNC_ENABLE | attr::ASYNC_DBC_FUNCTIONS_ENABLE if number == 0 => {}
            attr::ASYNC_ENABLE
            | attr::ASYNC_DBC_FUNCTIONS_ENABLE
            | attr::ENLIST_IN_DTC
            | attr::ENLIST_IN_XA
            | attr::TRANSLATE_LIB
            | attr::TRANSLATE_OPTION
            | attr::TRACE
            | attr::TRACEFILE
            | attr::ODBC_CURSORS => {
                return Err(Error::new(
                    state::NOT_IMPLEMENTED,
                    format!("The driver does not offer attribute {id}."),
                ));
            }
            attr::CONNECTION_DEAD | attr::AUTO_IPD => {
                return Err(Error::new(state::INVALID_ATTRIBUTE, format!("Attribute {id} is read-only.")));
            }
            attr::ACCESS_MODE
            | attr::AUTOCOMMIT
            | attr::METADATA_ID
            | attr::TXN_ISOLATION
            | attr::RESET_CONNECTION => return Err(invalid_value(id, number)),
            _ => return attributes.statement.set(id, value).unwrap_or_else(|| Err(unknown_attribute(id))),
        }
        Ok(Setting::Taken)
    }

    /// SQLGetConnectAttr.
    ///
    /// # Errors
    /// HY092, HYC00.
    pub fn attribute(&self, id: i32) -> Result<Field> {
        let connection = &self.group.connection;
        let attributes = &connection.attributes;
        Ok(match id {
            attr::ACCESS_MODE => Field::Number(match &connection.session {
                Some(session) => session.database.read_only().into(),
                None => attributes.read_only.into(),
            }),
            attr::AUTOCOMMIT => Field::Number(1),
            attr::LOGIN_TIMEOUT => Field::from(attributes.login_timeout),
            attr::CONNECTION_TIMEOUT => Field::from(attributes.connection_timeout),
            attr::CURRENT_CATALOG => Field::from(CATALOG),
            attr::CONNECTION_DEAD => Field::Number(connection.session.is_none().into()),
            attr::METADATA_ID => Field::Number(attributes.statement.metadata_id.into()),
            attr::TXN_ISOLATION => Field::Number(READ_UNCOMMITTED),
            attr::QUIET_MODE => Field::Pointer(attributes.quiet_mode),
            attr::APP_WCHAR_TYPE => Field::Number(unicode_type(connection.wchar)),
            attr::PACKET_SIZE | attr::AUTO_IPD | attr::ASYNC_ENABLE | attr::ASYNC_DBC_FUNCTIONS_ENABLE => {
                Field::Number(0)
            }
            attr::ENLIST_IN_DTC
            | attr::ENLIST_IN_XA
            | attr::TRANSLATE_LIB
            | attr::TRANSLATE_OPTION
            | attr::TRACE
            | attr::TRACEFILE
            | attr::ODBC_CURSORS => {
                return Err(Error::new(
                    state::NOT_IMPLEMENTED,
                    format!("The driver does not offer attribute {id}."),
                ));
            }
            _ => return attributes.statement.get(id).ok_or_else(|| unknown_attribute(id)),
        })
    }
}
