//! Statement attributes (SQLSetStmtAttr, SQLGetStmtAttr).
//!
//! Those that belong to a descriptor's header are kept there. What the driver cannot do is either replaced by the
//! nearest thing it can, with 01S02, or refused with HYC00; nothing is stored in silence.

use super::attributes::{Setting, invalid_value, off_only, only};
use super::constants::attr;
use super::cursor::Position;
use super::dispatch::{Completion, StatementCall};
use super::environment::unknown_attribute;
use super::registry::{self, Object, Token};
use super::statement::State;
use super::width::{Field, Input};
use crate::error::{Error, Result, state};

/// The attributes that a statement keeps itself. A new statement takes its connection's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementAttributes {
    /// Seconds; 0 for no timeout.
    pub query_timeout: usize,
    /// 0 for no limit.
    pub max_rows: usize,
    /// Bytes of a character or binary value; 0 for no limit.
    pub max_length: usize,
    /// SQL_ROWSET_SIZE, of ODBC 2's SQLExtendedFetch.
    pub rowset_size: usize,
    /// Whether a fetch writes to bound columns (SQL_RD_ON).
    pub retrieve_data: bool,
    /// Whether arguments of catalogue functions are identifiers rather than patterns.
    pub metadata_id: bool,
}

impl Default for StatementAttributes {
    fn default() -> Self {
        StatementAttributes {
            query_timeout: 0,
            max_rows: 0,
            max_length: 0,
            rowset_size: 1,
            retrieve_data: true,
            metadata_id: false,
        }
    }
}

impl StatementAttributes {
    /// Sets an attribute that the statement keeps, or that has one value only; `None` for another one.
    ///
    /// # Errors
    /// HY024, HYC00.
    pub fn set(&mut self, id: i32, value: &Input) -> Option<Result<Setting>> {
        let (number, size) = (value.number(), value.size());
        match id {
            attr::QUERY_TIMEOUT => self.query_timeout = size,
            attr::MAX_ROWS => self.max_rows = size,
            attr::MAX_LENGTH => self.max_length = size,
            attr::ROWSET_SIZE if size > 0 => self.rowset_size = size,
            attr::RETRIEVE_DATA if number <= 1 => self.retrieve_data = number == 1,
            attr::METADATA_ID if number <= 1 => self.metadata_id = number == 1,
            attr::ROWSET_SIZE | attr::RETRIEVE_DATA | attr::METADATA_ID => {
                return Some(Err(invalid_value(id, number)));
            }
            attr::NOSCAN => return Some(off_only(id, number, "SQL_ATTR_NOSCAN")),
            attr::ASYNC_ENABLE => return Some(off_only(id, number, "Asynchronous execution")),
            attr::ENABLE_AUTO_IPD => return Some(off_only(id, number, "SQL_ATTR_ENABLE_AUTO_IPD")),
            attr::USE_BOOKMARKS => {
                return Some(match number {
                    0 => Ok(Setting::Taken),
                    1 | 2 => Err(Error::new(state::NOT_IMPLEMENTED, "There are no bookmarks.")),
                    _ => Err(invalid_value(id, number)),
                });
            }
            attr::CURSOR_TYPE => {
                return Some(only(id, number, 0, 0..=3, "Cursors are forward-only."));
            }
            attr::CONCURRENCY => {
                return Some(only(id, number, 1, 1..=4, "Cursors are read-only."));
            }
            attr::CURSOR_SCROLLABLE => {
                return Some(only(id, number, 0, 0..=1, "Cursors do not scroll."));
            }
            attr::CURSOR_SENSITIVITY => {
                return Some(only(id, number, 0, 0..=2, "The cursor's sensitivity is unspecified."));
            }
            attr::KEYSET_SIZE => return Some(only(id, number, 0, 0..=i64::MAX, "There is no keyset.")),
            attr::SIMULATE_CURSOR => {
                return Some(only(id, number, 0, 0..=2, "Positioned updates are not simulated."));
            }
            _ => return None,
        }
        Some(Ok(Setting::Taken))
    }

    /// The value of an attribute that [`StatementAttributes::set`] takes; `None` for another one.
    pub fn get(&self, id: i32) -> Option<Field> {
        Some(Field::Number(match id {
            attr::QUERY_TIMEOUT => self.query_timeout as i64,
            attr::MAX_ROWS => self.max_rows as i64,
            attr::MAX_LENGTH => self.max_length as i64,
            attr::ROWSET_SIZE => self.rowset_size as i64,
            attr::RETRIEVE_DATA => self.retrieve_data.into(),
            attr::METADATA_ID => self.metadata_id.into(),
            attr::CONCURRENCY => 1,
            attr::NOSCAN
            | attr::ASYNC_ENABLE
            | attr::ENABLE_AUTO_IPD
            | attr::USE_BOOKMARKS
            | attr::CURSOR_TYPE
            | attr::CURSOR_SCROLLABLE
            | attr::CURSOR_SENSITIVITY
            | attr::KEYSET_SIZE
            | attr::SIMULATE_CURSOR => 0,
            _ => return None,
        }))
    }
}

impl StatementCall<'_> {
    /// SQLSetStmtAttr.
    ///
    /// # Errors
    /// 24000 and HY011 (too late), HY010, HY017, HY024, HY092, HYC00.
    pub fn set_attribute(&mut self, id: i32, value: &Input) -> Result<Completion> {
        self.statement.refuse_in_dialogue()?;
        if matches!(
            id,
            attr::CONCURRENCY
                | attr::CURSOR_TYPE
                | attr::SIMULATE_CURSOR
                | attr::USE_BOOKMARKS
                | attr::CURSOR_SCROLLABLE
                | attr::CURSOR_SENSITIVITY
        ) {
            self.statement.refuse_open_cursor()?;
            if matches!(self.statement.state, State::Prepared(_)) {
                return Err(Error::new(
                    state::ATTRIBUTE_CANNOT_BE_SET_NOW,
                    format!("Attribute {id} has to be set before the statement is prepared."),
                ));
            }
        }
        if let Some(setting) = self.statement.attributes.set(id, value) {
            if let Setting::Replaced(warning) = setting? {
                self.warn(warning);
            }
            return Ok(Completion::Success);
        }
        let own = self.statement.own;
        let (ard, apd) = (self.statement.ard, self.statement.apd);
        let size = value.size();
        match id {
            attr::ROW_BIND_TYPE => self.descriptors[ard].header.bind_type = size,
            attr::ROW_BIND_OFFSET_PTR => self.descriptors[ard].header.bind_offset = value.pointer(),
            attr::ROW_OPERATION_PTR => self.descriptors[ard].header.array_status = value.pointer(),
            attr::ROW_ARRAY_SIZE if size > 0 => self.descriptors[ard].header.array_size = size,
            attr::PARAM_BIND_TYPE => self.descriptors[apd].header.bind_type = size,
            attr::PARAM_BIND_OFFSET_PTR => self.descriptors[apd].header.bind_offset = value.pointer(),
            attr::PARAM_OPERATION_PTR => self.descriptors[apd].header.array_status = value.pointer(),
            attr::PARAMSET_SIZE if size > 0 => self.descriptors[apd].header.array_size = size,
            attr::ROW_ARRAY_SIZE | attr::PARAMSET_SIZE => return Err(invalid_value(id, value.number())),
            attr::ROW_STATUS_PTR => self.descriptors[own.ird].header.array_status = value.pointer(),
            attr::ROWS_FETCHED_PTR => self.descriptors[own.ird].header.rows_processed = value.pointer(),
            attr::PARAM_STATUS_PTR => self.descriptors[own.ipd].header.array_status = value.pointer(),
            attr::PARAMS_PROCESSED_PTR => self.descriptors[own.ipd].header.rows_processed = value.pointer(),
            attr::APP_ROW_DESC => {
                self.statement.ard = self.application_descriptor(value.handle(), own.ard)?
            }
            attr::APP_PARAM_DESC => {
                self.statement.apd = self.application_descriptor(value.handle(), own.apd)?
            }
            attr::IMP_ROW_DESC | attr::IMP_PARAM_DESC => {
                return Err(Error::new(
                    state::INVALID_USE_OF_IMPLICIT_DESCRIPTOR,
                    "The implementation descriptors of a statement cannot be replaced.",
                ));
            }
            attr::FETCH_BOOKMARK_PTR => {
                return Err(Error::new(state::NOT_IMPLEMENTED, "There are no bookmarks."));
            }
            attr::ROW_NUMBER => {
                return Err(Error::new(state::INVALID_ATTRIBUTE, "SQL_ATTR_ROW_NUMBER is read-only."));
            }
            attr::ASYNC_STMT_EVENT | attr::ASYNC_STMT_PCALLBACK | attr::ASYNC_STMT_PCONTEXT => {
                return Err(no_notification());
            }
            _ => return Err(unknown_attribute(id)),
        }
        Ok(Completion::Success)
    }

    /// The descriptor to use for `handle`; SQL_NULL_HDESC stands for the statement's own.
    fn application_descriptor(&self, handle: Token, own: Token) -> Result<Token> {
        if handle == 0 || handle == own {
            return Ok(own);
        }
        let is_explicit = matches!(registry::get(handle), Some(Object::Descriptor(_)))
            .then(|| self.descriptors.get(handle).map(|descriptor| descriptor.explicit))
            .flatten()
            .ok_or_else(|| {
                Error::new(
                    state::INVALID_ATTRIBUTE_VALUE,
                    "The handle is no descriptor of the statement's connection.",
                )
            })?;
        if is_explicit {
            Ok(handle)
        } else {
            Err(Error::new(
                state::INVALID_USE_OF_IMPLICIT_DESCRIPTOR,
                "A descriptor that was allocated with another statement cannot be used here.",
            ))
        }
    }

    /// SQLGetStmtAttr.
    ///
    /// # Errors
    /// 24000 (no row to number), HY010, HY092, HYC00.
    pub fn attribute(&mut self, id: i32) -> Result<Field> {
        self.statement.refuse_in_dialogue()?;
        if let Some(field) = self.statement.attributes.get(id) {
            return Ok(field);
        }
        let own = self.statement.own;
        let ard = &self.descriptors[self.statement.ard].header;
        let apd = &self.descriptors[self.statement.apd].header;
        let ird = &self.descriptors[own.ird].header;
        let ipd = &self.descriptors[own.ipd].header;
        Ok(match id {
            attr::ROW_BIND_TYPE => Field::Number(ard.bind_type as i64),
            attr::ROW_BIND_OFFSET_PTR => Field::Pointer(ard.bind_offset),
            attr::ROW_OPERATION_PTR => Field::Pointer(ard.array_status),
            attr::ROW_ARRAY_SIZE => Field::Number(ard.array_size as i64),
            attr::PARAM_BIND_TYPE => Field::Number(apd.bind_type as i64),
            attr::PARAM_BIND_OFFSET_PTR => Field::Pointer(apd.bind_offset),
            attr::PARAM_OPERATION_PTR => Field::Pointer(apd.array_status),
            attr::PARAMSET_SIZE => Field::Number(apd.array_size as i64),
            attr::ROW_STATUS_PTR => Field::Pointer(ird.array_status),
            attr::ROWS_FETCHED_PTR => Field::Pointer(ird.rows_processed),
            attr::PARAM_STATUS_PTR => Field::Pointer(ipd.array_status),
            attr::PARAMS_PROCESSED_PTR => Field::Pointer(ipd.rows_processed),
            attr::APP_ROW_DESC => Field::Handle(self.statement.ard),
            attr::APP_PARAM_DESC => Field::Handle(self.statement.apd),
            attr::IMP_ROW_DESC => Field::Handle(own.ird),
            attr::IMP_PARAM_DESC => Field::Handle(own.ipd),
            attr::ROW_NUMBER => {
                let cursor = self.statement.cursor()?;
                match cursor.position {
                    Position::On(rows) => Field::Number((cursor.row_number - rows + 1) as i64),
                    _ => {
                        return Err(Error::new(
                            state::INVALID_CURSOR_STATE,
                            "The cursor does not stand on a row.",
                        ));
                    }
                }
            }
            attr::FETCH_BOOKMARK_PTR => {
                return Err(Error::new(state::NOT_IMPLEMENTED, "There are no bookmarks."));
            }
            attr::ASYNC_STMT_EVENT | attr::ASYNC_STMT_PCALLBACK | attr::ASYNC_STMT_PCONTEXT => {
                return Err(no_notification());
            }
            _ => return Err(unknown_attribute(id)),
        })
    }
}

fn no_notification() -> Error {
    Error::new(state::NO_ASYNCHRONOUS_NOTIFICATION, "The driver does not notify of completion.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(id: i32, value: i64) -> Result<Setting> {
        StatementAttributes::default().set(id, &Input::Number(value)).expect("a statement attribute")
    }

    #[test]
    fn what_is_not_there_is_replaced_or_refused() {
        assert_eq!(set(attr::CURSOR_TYPE, 0), Ok(Setting::Taken));
        assert!(matches!(set(attr::CURSOR_TYPE, 3), Ok(Setting::Replaced(_))));
        assert_eq!(set(attr::CURSOR_TYPE, 9).unwrap_err().state, state::INVALID_ATTRIBUTE_VALUE);
        assert!(matches!(set(attr::CURSOR_SCROLLABLE, 1), Ok(Setting::Replaced(_))));
        assert_eq!(set(attr::USE_BOOKMARKS, 2).unwrap_err().state, state::NOT_IMPLEMENTED);
        assert_eq!(set(attr::ASYNC_ENABLE, 1).unwrap_err().state, state::NOT_IMPLEMENTED);
    }

    #[test]
    fn what_is_set_is_told() {
        let mut attributes = StatementAttributes::default();
        for (id, value) in [
            (attr::QUERY_TIMEOUT, 5),
            (attr::MAX_ROWS, 6),
            (attr::MAX_LENGTH, 7),
            (attr::ROWSET_SIZE, 8),
            (attr::RETRIEVE_DATA, 0),
            (attr::METADATA_ID, 1),
        ] {
            assert_eq!(attributes.set(id, &Input::Number(value)), Some(Ok(Setting::Taken)));
            assert_eq!(attributes.get(id), Some(Field::Number(value)));
        }
    }
}
