//! The connection attributes as data: how wide each one is, when it can be set, and what becomes of a value
//! (SQLSetConnectAttr, "When set").
//!
//! What the driver keeps or acts upon is in [`super::connection_attributes`]; everything that it has one value for, or
//! does not have at all, is decided here.

use std::ops::RangeInclusive;

use super::constants::attr;
use super::width::Width;
use crate::error::{Error, Result, SqlState, state};

/// When SQLSetConnectAttr takes an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Either,
    /// Before the connection is opened; afterwards the SQLSTATE.
    Before(SqlState),
    /// While it is open: 08003 otherwise, for SQLGetConnectAttr too.
    Open,
    /// Read-only (HY092).
    Never,
}

/// What becomes of a value.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The code decides.
    Own,
    /// The driver has one value; others that there are, are replaced by it (01S02), the rest is HY024.
    Only(i64, fn(i64) -> bool, &'static str),
    /// Off: on is HYC00, anything else HY024.
    Off(&'static str),
    /// Neither set nor told.
    Refused(SqlState, &'static str),
}

/// An attribute.
#[derive(Debug)]
pub struct Attribute {
    pub id: i32,
    pub width: Width,
    pub when: When,
    pub verdict: Verdict,
}

const fn attribute(id: i32, width: Width, when: When, verdict: Verdict) -> Attribute {
    Attribute { id, width, when, verdict }
}

/// SQL_TXN_READ_UNCOMMITTED: the only isolation there is without transactions.
const READ_UNCOMMITTED: i64 = 1;
/// SQL_CUR_USE_DRIVER.
const USE_DRIVER: i64 = 2;

/// Every connection attribute. A statement attribute, which becomes the default of the connection's statements, is in
/// [`super::width::STATEMENT`].
pub static CONNECTION: &[Attribute] = {
    use Verdict::{Off, Only, Own, Refused};
    use When::{Before, Either, Never, Open};
    use Width::{Pointer, Text, U32, ULen};
    const TOO_LATE: SqlState = state::ATTRIBUTE_CANNOT_BE_SET_NOW;
    const ASYNCHRONOUS: Verdict = Off("Asynchronous execution");
    const NOTIFICATION: Verdict =
        Refused(state::NO_ASYNCHRONOUS_NOTIFICATION, "The driver does not notify of completion.");
    const MANAGERS: Verdict = Refused(state::NOT_IMPLEMENTED, "The attribute is the driver manager's.");
    const NO_TRANSACTIONS: Verdict =
        Refused(state::NOT_IMPLEMENTED, "Twilio has no transactions that a connection could take part in.");
    const NO_TRANSLATION: Verdict = Refused(
        state::NOT_IMPLEMENTED,
        "Text is not translated: it is UTF-8 in narrow and UTF-16 in wide functions.",
    );
    &[
        attribute(attr::ASYNC_ENABLE, ULen, Either, ASYNCHRONOUS),
        attribute(attr::ACCESS_MODE, U32, Either, Own),
        attribute(
            attr::AUTOCOMMIT,
            U32,
            Either,
            Only(
                1,
                |value| value == 0,
                "Twilio has no transactions: autocommit stays on, every write stands at once.",
            ),
        ),
        attribute(attr::LOGIN_TIMEOUT, U32, Before(TOO_LATE), Own),
        attribute(attr::TRACE, U32, Either, MANAGERS),
        attribute(attr::TRACEFILE, Text, Either, MANAGERS),
        attribute(attr::TRANSLATE_LIB, Text, Open, NO_TRANSLATION),
        attribute(attr::TRANSLATE_OPTION, U32, Open, NO_TRANSLATION),
        attribute(
            attr::TXN_ISOLATION,
            U32,
            Either,
            Only(
                READ_UNCOMMITTED,
                |value| matches!(value, 2 | 4 | 8),
                "Twilio has no transactions: reads see every write at once.",
            ),
        ),
        attribute(attr::CURRENT_CATALOG, Text, Either, Own),
        attribute(
            attr::ODBC_CURSORS,
            ULen,
            Before(state::CONNECTION_IN_USE),
            Only(USE_DRIVER, |value| matches!(value, 0 | 1), "The cursors are the driver's own."),
        ),
        attribute(attr::QUIET_MODE, Pointer, Either, Own),
        attribute(
            attr::PACKET_SIZE,
            U32,
            Before(TOO_LATE),
            Only(0, |_| true, "The size of network packets is the system's."),
        ),
        attribute(attr::CONNECTION_TIMEOUT, U32, Either, Own),
        attribute(attr::RESET_CONNECTION, U32, Either, Own),
        attribute(attr::ASYNC_DBC_FUNCTIONS_ENABLE, U32, Either, ASYNCHRONOUS),
        attribute(attr::DBC_INFO_TOKEN, Pointer, Open, MANAGERS),
        attribute(attr::ASYNC_DBC_EVENT, Pointer, Either, NOTIFICATION),
        attribute(attr::ASYNC_DBC_PCALLBACK, Pointer, Either, NOTIFICATION),
        attribute(attr::ASYNC_DBC_PCONTEXT, Pointer, Either, NOTIFICATION),
        attribute(attr::APP_WCHAR_TYPE, U32, Either, Own),
        attribute(attr::ENLIST_IN_DTC, Pointer, Open, NO_TRANSACTIONS),
        attribute(attr::ENLIST_IN_XA, Pointer, Open, NO_TRANSACTIONS),
        attribute(attr::CONNECTION_DEAD, U32, Never, Own),
        attribute(attr::AUTO_IPD, U32, Never, Own),
        attribute(attr::METADATA_ID, U32, Either, Own),
    ]
};

/// The connection attribute of that id.
pub fn connection(id: i32) -> Option<&'static Attribute> {
    CONNECTION.iter().find(|attribute| attribute.id == id)
}

/// How an attribute was set.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    Taken,
    /// Another value was taken instead (01S02).
    Replaced(Error),
}

/// The 01S02 that says what is used instead.
pub fn replaced(text: &str) -> Setting {
    Setting::Replaced(Error::new(state::OPTION_VALUE_CHANGED, text))
}

/// The HY024 of a value that the attribute does not have.
pub fn invalid_value(id: i32, value: i64) -> Error {
    Error::new(state::INVALID_ATTRIBUTE_VALUE, format!("{value} is no value of attribute {id}."))
}

/// A statement attribute with one value that the driver has and others that it replaces.
///
/// # Errors
/// HY024.
pub fn only(id: i32, value: i64, own: i64, known: RangeInclusive<i64>, text: &str) -> Result<Setting> {
    if value == own {
        Ok(Setting::Taken)
    } else if known.contains(&value) {
        Ok(replaced(text))
    } else {
        Err(invalid_value(id, value))
    }
}

/// A switch that is off.
///
/// # Errors
/// HYC00, HY024.
pub fn off_only(id: i32, value: i64, what: &str) -> Result<Setting> {
    match value {
        0 => Ok(Setting::Taken),
        1 => Err(Error::new(state::NOT_IMPLEMENTED, format!("{what} cannot be switched on."))),
        _ => Err(invalid_value(id, value)),
    }
}

impl Attribute {
    /// Whether the attribute can be set now.
    ///
    /// # Errors
    /// 08002 and HY011 (too late), 08003 (too early), HY092 (read-only).
    pub fn check_settable(&self, is_open: bool) -> Result<()> {
        match self.when {
            When::Before(too_late) if is_open => Err(Error::new(
                too_late,
                format!("Attribute {} has to be set before the connection is opened.", self.id),
            )),
            When::Open if !is_open => Err(not_open(self.id)),
            When::Never => {
                Err(Error::new(state::INVALID_ATTRIBUTE, format!("Attribute {} is read-only.", self.id)))
            }
            _ => Ok(()),
        }
    }

    /// Whether the attribute can be told now.
    ///
    /// # Errors
    /// 08003.
    pub fn check_told(&self, is_open: bool) -> Result<()> {
        if (self.when == When::Open || self.id == attr::CONNECTION_DEAD) && !is_open {
            return Err(not_open(self.id));
        }
        Ok(())
    }

    /// What becomes of a value; `None` where the code decides.
    ///
    /// # Errors
    /// HY024, HYC00, HY118.
    pub fn judge(&self, value: i64) -> Option<Result<Setting>> {
        Some(match &self.verdict {
            Verdict::Own => return None,
            Verdict::Only(own, ..) if value == *own => Ok(Setting::Taken),
            Verdict::Only(_, known, text) if known(value) => Ok(replaced(text)),
            Verdict::Only(..) => Err(invalid_value(self.id, value)),
            Verdict::Off(what) => off_only(self.id, value, what),
            Verdict::Refused(state, text) => Err(Error::new(*state, *text)),
        })
    }

    /// The value that the attribute always has; `None` where the code tells it.
    ///
    /// # Errors
    /// HYC00, HY118.
    pub fn constant(&self) -> Option<Result<i64>> {
        Some(match &self.verdict {
            Verdict::Own => return None,
            Verdict::Only(own, ..) => Ok(*own),
            Verdict::Off(_) => Ok(0),
            Verdict::Refused(state, text) => Err(Error::new(*state, *text)),
        })
    }
}

fn not_open(id: i32) -> Error {
    Error::new(state::CONNECTION_NOT_OPEN, format!("Attribute {id} belongs to an open connection."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_attribute_stands_twice() {
        for (i, attribute) in CONNECTION.iter().enumerate() {
            assert!(CONNECTION[i + 1..].iter().all(|other| other.id != attribute.id), "{}", attribute.id);
        }
    }

    #[test]
    fn what_is_always_told_is_what_is_taken() {
        for attribute in CONNECTION {
            match (attribute.constant(), attribute.judge(99)) {
                (None, None) => {}
                (Some(Ok(value)), _) => assert_eq!(attribute.judge(value), Some(Ok(Setting::Taken))),
                (Some(Err(told)), set) => assert_eq!(set, Some(Err(told))),
                other => panic!("{}: {other:?}", attribute.id),
            }
        }
    }
}
