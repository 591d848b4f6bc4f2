//! Connection attributes (SQLSetConnectAttr, SQLGetConnectAttr).
//!
//! A driver manager replays attributes that were set early between the allocation of the connection and its opening,
//! so most of them are taken in either state. Statement attributes that are set on the connection become the
//! defaults of its statements, as ODBC 2 has it.

use super::attributes::{self, Setting, invalid_value, replaced};
use super::constants::attr;
use super::dispatch::{Completion, ConnectionCall};
use super::environment::{unicode_type, unknown_attribute, wchar_of_type};
use super::statement_attributes::StatementAttributes;
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

impl ConnectionCall<'_> {
    /// SQLSetConnectAttr.
    ///
    /// # Errors
    /// 08002 and HY011 (too late), 08003 (too early), HY010 (a statement waits for parameter data), HY024, HY092, HY118, HYC00.
    pub fn set_attribute(&mut self, id: i32, value: &Input) -> Result<Completion> {
        self.group.refuse_in_dialogue()?;
        self.group.refuse_while_browsing()?;
        if let Setting::Replaced(warning) = self.take_attribute(id, value)? {
            self.warn(warning);
        }
        Ok(Completion::Success)
    }

    fn take_attribute(&mut self, id: i32, value: &Input) -> Result<Setting> {
        let connection = &mut self.group.connection;
        let is_open = connection.session.is_some();
        let Some(attribute) = attributes::connection(id) else {
            let defaults = &mut connection.attributes.statement;
            return defaults.set(id, value).unwrap_or_else(|| Err(unknown_attribute(id)));
        };
        attribute.check_settable(is_open)?;
        let number = value.number();
        if let Some(setting) = attribute.judge(number) {
            return setting;
        }
        let kept = &mut connection.attributes;
        match id {
            attr::ACCESS_MODE if number == 0 && connection.session.as_ref().is_some_and(|s| s.read_only) => {
                return Ok(replaced("The connection stays read-only: its ReadOnly setting says so."));
            }
            attr::ACCESS_MODE if matches!(number, 0 | 1) => {
                kept.read_only = number == 1;
                if let Some(session) = &mut connection.session {
                    session.database.set_read_only(number == 1);
                }
            }
            attr::LOGIN_TIMEOUT => kept.login_timeout = number as u32,
            attr::CONNECTION_TIMEOUT => {
                let changes = kept.connection_timeout != number as u32;
                kept.connection_timeout = number as u32;
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
                    let message = format!("The only catalog is {CATALOG}.");
                    return Err(Error::new(state::INVALID_ATTRIBUTE_VALUE, message));
                }
            },
            attr::METADATA_ID if matches!(number, 0 | 1) => kept.statement.metadata_id = number == 1,
            attr::QUIET_MODE => kept.quiet_mode = value.pointer(),
            attr::RESET_CONNECTION if number == 1 => {
                *kept = ConnectionAttributes::default();
                if let Some(session) = &mut connection.session {
                    session.database.set_read_only(session.read_only);
                    // Whoever gets the connection next has sent nothing.
                    session.database.reset();
                    kept.read_only = session.read_only;
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
            _ => return Err(invalid_value(id, number)),
        }
        Ok(Setting::Taken)
    }

    /// SQLGetConnectAttr.
    ///
    /// # Errors
    /// 08003, HY010, HY092, HY118, HYC00.
    pub fn attribute(&self, id: i32) -> Result<Field> {
        self.group.refuse_while_browsing()?;
        let connection = &self.group.connection;
        let kept = &connection.attributes;
        let Some(attribute) = attributes::connection(id) else {
            return kept.statement.get(id).ok_or_else(|| unknown_attribute(id));
        };
        attribute.check_told(connection.session.is_some())?;
        if let Some(constant) = attribute.constant() {
            return constant.map(Field::Number);
        }
        Ok(match id {
            attr::ACCESS_MODE => Field::Number(match &connection.session {
                Some(session) => session.database.read_only().into(),
                None => kept.read_only.into(),
            }),
            attr::LOGIN_TIMEOUT => Field::from(kept.login_timeout),
            attr::CONNECTION_TIMEOUT => Field::from(kept.connection_timeout),
            attr::CURRENT_CATALOG => Field::from(CATALOG),
            attr::METADATA_ID => Field::Number(kept.statement.metadata_id.into()),
            attr::QUIET_MODE => Field::Pointer(kept.quiet_mode),
            attr::APP_WCHAR_TYPE => Field::Number(unicode_type(connection.wchar)),
            // What is open is not dead, and parameters are described by SQLDescribeParam, not by an IPD.
            attr::CONNECTION_DEAD | attr::AUTO_IPD => Field::Number(0),
            _ => {
                let message = format!("Attribute {id} can be set only.");
                return Err(Error::new(state::INVALID_ATTRIBUTE, message));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::attributes::{CONNECTION, When};
    use super::super::connection::Connection;
    use super::super::dispatch::Function;
    use super::super::types::OdbcVersion;
    use super::super::width::Width;
    use super::*;
    use crate::convert::Wchar;

    /// Sets an attribute of a connection that is not open, and tells it.
    fn set_and_get(id: i32, value: &Input) -> (Result<Completion>, Result<Field>) {
        let shared = Arc::new(Connection::new(OdbcVersion::Odbc3, Wchar::Utf16));
        let mut group = shared.lock();
        let function = Function { name: "", id: 0 };
        let mut call = ConnectionCall { function, handle: 0, shared: &shared, group: &mut group };
        let set = call.set_attribute(id, value);
        (set, call.attribute(id))
    }

    #[test]
    fn every_attribute_is_told_as_it_was_set() {
        for attribute in CONNECTION {
            let value = match attribute.width {
                Width::Text => Input::Text(CATALOG.to_owned()),
                Width::Pointer => Input::Pointer(Address::NULL),
                _ => Input::Number(attribute.constant().and_then(Result::ok).unwrap_or(1)),
            };
            let (set, told) = set_and_get(attribute.id, &value);
            match (attribute.when, set) {
                (When::Open, set) => {
                    assert_eq!(set.unwrap_err().state, state::CONNECTION_NOT_OPEN, "{}", attribute.id);
                    assert_eq!(told.unwrap_err().state, state::CONNECTION_NOT_OPEN, "{}", attribute.id);
                }
                (When::Never, set) => {
                    assert_eq!(set.unwrap_err().state, state::INVALID_ATTRIBUTE, "{}", attribute.id);
                }
                // What the pool sends when it takes a connection back.
                (_, Ok(_)) if attribute.id == attr::RESET_CONNECTION => {
                    assert_eq!(told.unwrap_err().state, state::INVALID_ATTRIBUTE);
                }
                (_, Ok(_)) => match (told.unwrap(), value) {
                    (Field::Number(told), Input::Number(set)) => assert_eq!(told, set, "{}", attribute.id),
                    (Field::Text(told), Input::Text(set)) => assert_eq!(told, set, "{}", attribute.id),
                    (Field::Pointer(told), Input::Pointer(set)) => assert_eq!(told, set),
                    other => panic!("{}: {other:?}", attribute.id),
                },
                (_, Err(error)) => assert_eq!(told.unwrap_err(), error, "{}", attribute.id),
            }
        }
    }

    #[test]
    fn numbers_that_are_no_value_are_refused() {
        for attribute in CONNECTION.iter().filter(|a| matches!(a.width, Width::U32 | Width::ULen)) {
            let keeps_all =
                matches!(attribute.id, attr::LOGIN_TIMEOUT | attr::CONNECTION_TIMEOUT | attr::PACKET_SIZE);
            let error = set_and_get(attribute.id, &Input::Number(77)).0.err();
            assert_eq!(error.is_none(), keeps_all, "{}: {error:?}", attribute.id);
        }
    }
}
