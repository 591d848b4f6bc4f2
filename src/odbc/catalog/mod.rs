//! The catalogue functions: pure functions from the model to small row sets.
//!
//! Each function takes the [`Context`] of its statement and its arguments as the application gave them (`None` for a
//! null pointer) and gives a finished [`ResultSet`], with the columns and in the order that the ODBC reference
//! prescribes. [`listing`] decides what is shown at all, [`pattern`] which names match; [`result`] shapes the rows,
//! [`typed`] holds the cells that describe a type; the other files hold one or two functions each. Nothing here touches
//! a handle or the network.

mod columns;
mod indexes;
mod keys;
mod listing;
mod pattern;
mod privileges;
mod procedures;
mod result;
mod tables;
#[cfg(test)]
mod testing;
mod type_info;
mod typed;

use std::sync::Arc;

use super::types::OdbcVersion;
use crate::convert::Wchar;
use crate::model::{Column, Model, Procedure, Table, TableEntry};

pub use columns::columns;
pub use indexes::{special_columns, statistics};
pub(super) use keys::{ForeignKey, key_columns, primary_key_name};
pub use keys::{foreign_keys, primary_keys};
pub use listing::{Listing, Names, PseudoColumns};
pub use privileges::{column_privileges, table_privileges};
pub use procedures::{procedure_columns, procedures};
pub(super) use result::MAX_NAME_SIZE;
pub use result::ResultSet;
pub use tables::tables;
pub(super) use tables::type_name;
pub use type_info::type_info;
pub(super) use typed::Typed;

/// What every catalogue function needs beside its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub model: &'a Model,
    /// The connection's temporary tables.
    pub temporary: &'a [TableEntry],
    /// What of the model is shown.
    pub listing: &'a Listing,
    pub version: OdbcVersion,
    pub wchar: Wchar,
    /// SQL_ATTR_METADATA_ID: arguments are identifiers, not patterns, and none may be a null pointer.
    pub metadata_id: bool,
}

impl<'a> Context<'a> {
    /// The tables that are listed, the temporary ones included.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'a TableEntry> {
        let listing = self.listing;
        let tables = self.model.tables().chain(self.temporary);
        tables.filter(|t| listing.shows(&t.schema, &t.name, t.kind))
    }

    /// The procedures that are listed.
    pub(super) fn procedures(&self) -> impl Iterator<Item = &'a Arc<Procedure>> {
        let listing = self.listing;
        self.model.procedures().filter(|p| listing.shows_schema(&p.schema))
    }

    /// The schemas that are listed, in alphabetical order.
    pub(super) fn schemas(&self) -> Vec<&'a str> {
        let schemas = self.model.tables().map(|t| t.schema.as_str());
        let schemas = schemas.chain(self.model.procedure_names().map(|(schema, _)| schema));
        let mut schemas: Vec<&str> = schemas.filter(|schema| self.listing.shows_schema(schema)).collect();
        schemas.sort_unstable();
        schemas.dedup();
        schemas
    }

    /// The columns of the row that a procedure answers.
    pub(super) fn results(&self, procedure: &'a Procedure) -> impl Iterator<Item = ListedColumn<'a>> {
        let table = self.model.answer(procedure);
        table.into_iter().flat_map(|table| {
            table.shown().map(|(index, column)| ListedColumn {
                table,
                column,
                name: &column.name,
                index,
                is_pseudo: false,
            })
        })
    }

    /// The columns of a table that are listed: its own, then the pseudo columns.
    pub(super) fn columns(&self, table: &'a Table) -> impl Iterator<Item = ListedColumn<'a>> {
        let own = table.shown().map(|(_, column)| (column.name.as_str(), column, false));
        let pseudo = self.listing.pseudo_columns.of(table).map(|(name, column)| (name, column, true));
        own.chain(pseudo).enumerate().map(move |(index, (name, column, is_pseudo))| ListedColumn {
            table,
            column,
            name,
            index,
            is_pseudo,
        })
    }
}

/// A column as it is listed.
#[derive(Clone, Copy, Debug)]
pub struct ListedColumn<'a> {
    pub table: &'a Table,
    /// The column; for a pseudo column itself, or the one that it is another name of.
    pub column: &'a Column,
    pub name: &'a str,
    /// The position in the list, from 0.
    pub index: usize,
    pub is_pseudo: bool,
}

/// The name of a table or procedure, as an application gives it. `None` is a null pointer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObjectName<'a> {
    pub catalog: Option<&'a str>,
    pub schema: Option<&'a str>,
    pub name: Option<&'a str>,
}
