//! SQLGetInfo as data.

use std::borrow::Cow;

use super::types::OdbcVersion;

/// An answer, in the width that the application's buffer must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InfoValue {
    /// SQLUSMALLINT.
    U16(u16),
    /// SQLUINTEGER, most of them bitmasks.
    U32(u32),
    /// A character string.
    Text(Cow<'static, str>),
}

/// What differs from connection to connection.
#[derive(Clone, Copy, Debug)]
pub struct InfoContext<'a> {
    /// The DSN, or empty.
    pub data_source_name: &'a str,
    /// The API host.
    pub server_name: &'a str,
    /// The SID of the account or of the API key.
    pub user_name: &'a str,
    /// Whether writes are refused.
    pub read_only: bool,
    pub odbc_version: OdbcVersion,
}

/// The answer to SQLGetInfo; `None` for an id that no version of ODBC defines (HY096).
pub fn answer(_id: u16, _context: &InfoContext<'_>) -> Option<InfoValue> {
    unreachable!()
}
