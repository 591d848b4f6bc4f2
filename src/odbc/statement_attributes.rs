//! Statement attributes (SQLSetStmtAttr, SQLGetStmtAttr).
//!
//! Those that belong to a descriptor's header are kept there. What the driver cannot do is either replaced by the
//! nearest thing it can, with 01S02, or refused with HYC00; nothing is stored in silence.

use super::attributes::{Setting, invalid_value, off_only, only, replaced};
use super::constants::{attr, bookmarks, cursor, sensitivity};
use super::cursor::Position;
use super::dispatch::{Completion, StatementCall};
use super::environment::unknown_attribute;
use super::registry::{self, Object, Token};
use super::statement::State;
use super::width::{Field, Input};
use crate::abi::memory::Address;
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
    /// Whether cursors are static; else they are forward-only. SQL_ATTR_CURSOR_TYPE and SQL_ATTR_CURSOR_SCROLLABLE are
    /// two names of it.
    pub is_static: bool,
    /// Whether a static cursor was not only chosen but asked to be insensitive, which it always is.
    pub is_insensitive: bool,
    /// SQL_ATTR_USE_BOOKMARKS.
    pub use_bookmarks: usize,
    /// The bookmark that SQL_FETCH_BOOKMARK goes to.
    pub fetch_bookmark: Address,
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
            is_static: false,
            is_insensitive: false,
            use_bookmarks: bookmarks::OFF,
            fetch_bookmark: Address::NULL,
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
            attr::RETRIEVE_DATA if matches!(number, 0 | 1) => self.retrieve_data = number == 1,
            attr::METADATA_ID if matches!(number, 0 | 1) => self.metadata_id = number == 1,
            attr::ROWSET_SIZE | attr::RETRIEVE_DATA | attr::METADATA_ID => {
                return Some(Err(invalid_value(id, number)));
            }
            attr::NOSCAN => return Some(off_only(id, number, "SQL_ATTR_NOSCAN")),
            attr::ASYNC_ENABLE => return Some(off_only(id, number, "Asynchronous execution")),
            attr::ENABLE_AUTO_IPD => return Some(off_only(id, number, "SQL_ATTR_ENABLE_AUTO_IPD")),
            attr::USE_BOOKMARKS if size <= bookmarks::VARIABLE => self.use_bookmarks = size,
            attr::CURSOR_TYPE => match number {
                cursor::FORWARD_ONLY | cursor::STATIC => self.set_static(number == cursor::STATIC),
                cursor::KEYSET_DRIVEN | cursor::DYNAMIC => {
                    self.set_static(true);
                    return Some(Ok(replaced("Cursors that scroll are static.")));
                }
                _ => return Some(Err(invalid_value(id, number))),
            },
            attr::CURSOR_SCROLLABLE if matches!(number, 0 | 1) => self.set_static(number == 1),
            attr::CURSOR_SENSITIVITY => match number {
                sensitivity::UNSPECIFIED => self.is_insensitive = false,
                sensitivity::INSENSITIVE => self.set_static(true),
                sensitivity::SENSITIVE => {
                    let message = "No cursor shows what changes after it was opened.";
                    return Some(Err(Error::new(state::NOT_IMPLEMENTED, message)));
                }
                _ => return Some(Err(invalid_value(id, number))),
            },
            attr::USE_BOOKMARKS | attr::CURSOR_SCROLLABLE => return Some(Err(invalid_value(id, number))),
            attr::CONCURRENCY => {
                return Some(only(id, number, 1, 1..=4, "Cursors are read-only."));
            }
            attr::KEYSET_SIZE => return Some(only(id, number, 0, 0..=i64::MAX, "There is no keyset.")),
            attr::SIMULATE_CURSOR => {
                return Some(only(id, number, 0, 0..=2, "Positioned updates are not simulated."));
            }
            _ => return None,
        }
        Some(Ok(Setting::Taken))
    }

    /// Chooses the type of cursors, and the sensitivity that goes with it (SQLSetStmtAttr, "Setting Attributes by
    /// Setting Other Attributes").
    fn set_static(&mut self, is_static: bool) {
        self.is_static = is_static;
        self.is_insensitive = is_static;
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
            attr::USE_BOOKMARKS => self.use_bookmarks as i64,
            attr::CURSOR_TYPE if self.is_static => cursor::STATIC,
            attr::CURSOR_TYPE => cursor::FORWARD_ONLY,
            attr::CURSOR_SCROLLABLE => self.is_static.into(),
            attr::CURSOR_SENSITIVITY if self.is_insensitive => sensitivity::INSENSITIVE,
            attr::CURSOR_SENSITIVITY => sensitivity::UNSPECIFIED,
            attr::NOSCAN
            | attr::ASYNC_ENABLE
            | attr::ENABLE_AUTO_IPD
            | attr::KEYSET_SIZE
            | attr::SIMULATE_CURSOR => 0,
            _ => return None,
        }))
    }
}

/// Whether an attribute says what a cursor will be like, so that it has to be set before there is one.
fn is_of_cursor(id: i32) -> bool {
    matches!(
        id,
        attr::CONCURRENCY
            | attr::CURSOR_TYPE
            | attr::SIMULATE_CURSOR
            | attr::USE_BOOKMARKS
            | attr::CURSOR_SCROLLABLE
            | attr::CURSOR_SENSITIVITY
    )
}

fn too_late(id: i32) -> Error {
    Error::new(
        state::ATTRIBUTE_CANNOT_BE_SET_NOW,
        format!("Attribute {id} has to be set before the statement is prepared."),
    )
}

impl StatementCall<'_> {
    /// SQLSetStmtAttr.
    ///
    /// # Errors
    /// 24000 and HY011 (too late), HY010, HY017, HY024, HY092, HYC00.
    pub fn set_attribute(&mut self, id: i32, value: &Input) -> Result<Completion> {
        if is_of_cursor(id) {
            match &self.statement.state {
                State::Prepared(_) => return Err(too_late(id)),
                State::NeedData(dialogue) if dialogue.is_prepared => return Err(too_late(id)),
                State::Executed(..) => {
                    return Err(Error::new(
                        state::INVALID_CURSOR_STATE,
                        "The statement has been executed; close it first.",
                    ));
                }
                _ => self.statement.refuse_open_cursor()?,
            }
        }
        self.statement.refuse_in_dialogue()?;
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
            attr::FETCH_BOOKMARK_PTR => self.statement.attributes.fetch_bookmark = value.pointer(),
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
            attr::ROW_NUMBER => match &self.statement.state {
                State::Open(_, cursor) if let Position::On(rowset) = cursor.position => {
                    Field::Number((rowset.start + rowset.current) as i64)
                }
                _ => {
                    return Err(Error::new(
                        state::INVALID_CURSOR_STATE,
                        "The cursor does not stand on a row.",
                    ));
                }
            },
            attr::FETCH_BOOKMARK_PTR => Field::Pointer(self.statement.attributes.fetch_bookmark),
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
        assert_eq!(set(attr::CURSOR_TYPE, 3), Ok(Setting::Taken));
        assert!(matches!(set(attr::CURSOR_TYPE, 1), Ok(Setting::Replaced(_))));
        assert!(matches!(set(attr::CURSOR_TYPE, 2), Ok(Setting::Replaced(_))));
        assert_eq!(set(attr::CURSOR_TYPE, 9).unwrap_err().state, state::INVALID_ATTRIBUTE_VALUE);
        assert!(matches!(set(attr::CONCURRENCY, 2), Ok(Setting::Replaced(_))));
        assert_eq!(set(attr::CURSOR_SENSITIVITY, 2).unwrap_err().state, state::NOT_IMPLEMENTED);
        for id in [attr::USE_BOOKMARKS, attr::CURSOR_SCROLLABLE, attr::CURSOR_SENSITIVITY] {
            assert_eq!(set(id, 3).unwrap_err().state, state::INVALID_ATTRIBUTE_VALUE);
            assert_eq!(set(id, -1).unwrap_err().state, state::INVALID_ATTRIBUTE_VALUE);
        }
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
            (attr::USE_BOOKMARKS, 2),
            (attr::CURSOR_TYPE, 3),
            (attr::CURSOR_SENSITIVITY, 0),
            (attr::CURSOR_SCROLLABLE, 0),
            (attr::CURSOR_SENSITIVITY, 1),
        ] {
            assert_eq!(attributes.set(id, &Input::Number(value)), Some(Ok(Setting::Taken)));
            assert_eq!(attributes.get(id), Some(Field::Number(value)));
        }
    }

    #[test]
    fn cursor_attributes_agree_with_each_other() {
        const FORWARD_ONLY: (i64, i64, i64) = (0, 0, 0);
        const STATIC: (i64, i64, i64) = (3, 1, 1);
        let mut attributes = StatementAttributes::default();
        let mut after = |id, value| {
            attributes.set(id, &Input::Number(value)).unwrap().unwrap();
            let get = |id| match attributes.get(id) {
                Some(Field::Number(number)) => number,
                other => panic!("{other:?}"),
            };
            (get(attr::CURSOR_TYPE), get(attr::CURSOR_SCROLLABLE), get(attr::CURSOR_SENSITIVITY))
        };
        assert_eq!(after(attr::CURSOR_SENSITIVITY, 0), FORWARD_ONLY);
        for (id, on) in [
            (attr::CURSOR_TYPE, 3),
            (attr::CURSOR_TYPE, 2),
            (attr::CURSOR_SCROLLABLE, 1),
            (attr::CURSOR_SENSITIVITY, 1),
        ] {
            assert_eq!(after(id, on), STATIC);
            assert_eq!(after(attr::CONCURRENCY, 1), STATIC);
            assert_eq!(after(attr::CURSOR_SENSITIVITY, 0), (3, 1, 0));
            assert_eq!(after(attr::CURSOR_SCROLLABLE, 0), FORWARD_ONLY);
            assert_eq!(after(id, on), STATIC);
            assert_eq!(after(attr::CURSOR_TYPE, 0), FORWARD_ONLY);
        }
    }
}
