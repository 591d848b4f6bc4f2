//! The catalogue functions: pure functions from the model to small row sets.
//!
//! Each function takes the [`Context`] of its statement and its arguments as the application gave them (`None` for a
//! null pointer) and gives a finished [`ResultSet`], with the columns and in the order that the ODBC reference
//! prescribes. [`pattern`] decides which names match, [`result`] shapes the rows, [`typed`] holds the cells that
//! describe a type; the other files hold one or two functions each. Nothing here touches a handle or the network.

mod columns;
mod indexes;
mod keys;
mod pattern;
mod privileges;
mod procedures;
mod result;
mod tables;
#[cfg(test)]
mod testing;
mod type_info;
mod typed;

use super::types::OdbcVersion;
use crate::model::{Model, TableEntry};

pub use columns::columns;
pub use indexes::{special_columns, statistics};
pub use keys::{foreign_keys, primary_keys};
pub use privileges::{column_privileges, table_privileges};
pub use procedures::{procedure_columns, procedures};
pub(super) use result::MAX_NAME_SIZE;
pub use result::ResultSet;
pub use tables::tables;
pub use type_info::type_info;

/// What every catalogue function needs beside its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub model: &'a Model,
    /// The connection's temporary tables.
    pub temporary: &'a [TableEntry],
    pub version: OdbcVersion,
    /// SQL_ATTR_METADATA_ID: arguments are identifiers, not patterns, and none may be a null pointer.
    pub metadata_id: bool,
}

impl Context<'_> {
    /// The tables of the model and the temporary ones.
    fn tables(&self) -> impl Iterator<Item = &TableEntry> {
        self.model.tables().chain(self.temporary)
    }
}

/// The name of a table or procedure, as an application gives it. `None` is a null pointer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObjectName<'a> {
    pub catalog: Option<&'a str>,
    pub schema: Option<&'a str>,
    pub name: Option<&'a str>,
}
