//! The catalogue functions: pure functions from the model to small row sets.

use std::sync::Arc;

use crate::engine::ResultColumn;
use crate::error::Result;
use crate::model::Model;
use crate::odbc::types::OdbcVersion;
use crate::value::Value;

/// A finished result set.
#[derive(Clone, Debug)]
pub struct ResultSet {
    pub columns: Arc<[ResultColumn]>,
    pub rows: Vec<Vec<Value>>,
}

/// What every catalogue function needs beside its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub model: &'a Model,
    pub version: OdbcVersion,
    /// SQL_ATTR_METADATA_ID: arguments are identifiers, not patterns, and none may be a null pointer.
    pub metadata_id: bool,
}

/// The name of a table or procedure, as an application gives it. `None` is a null pointer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObjectName<'a> {
    pub catalog: Option<&'a str>,
    pub schema: Option<&'a str>,
    pub name: Option<&'a str>,
}

/// SQLTables. Catalog, schema and name are patterns; `types` is a value list.
pub fn tables(_context: &Context<'_>, _table: ObjectName<'_>, _types: Option<&str>) -> Result<ResultSet> {
    unreachable!()
}

/// SQLColumns. Schema, table and column are patterns, the catalog is literal.
pub fn columns(_context: &Context<'_>, _table: ObjectName<'_>, _column: Option<&str>) -> Result<ResultSet> {
    unreachable!()
}

/// SQLPrimaryKeys. Nothing is a pattern.
pub fn primary_keys(_context: &Context<'_>, _table: ObjectName<'_>) -> Result<ResultSet> {
    unreachable!()
}

/// SQLForeignKeys. Nothing is a pattern; either name may be missing.
pub fn foreign_keys(
    _context: &Context<'_>,
    _primary: ObjectName<'_>,
    _foreign: ObjectName<'_>,
) -> Result<ResultSet> {
    unreachable!()
}

/// SQLStatistics, with its Unique and Reserved arguments as they come.
pub fn statistics(
    _context: &Context<'_>,
    _table: ObjectName<'_>,
    _unique: u16,
    _accuracy: u16,
) -> Result<ResultSet> {
    unreachable!()
}

/// SQLSpecialColumns, with its IdentifierType, Scope and Nullable arguments as they come.
pub fn special_columns(
    _context: &Context<'_>,
    _column_type: u16,
    _table: ObjectName<'_>,
    _scope: u16,
    _nullable: u16,
) -> Result<ResultSet> {
    unreachable!()
}

/// SQLProcedures. Schema and name are patterns.
pub fn procedures(_context: &Context<'_>, _procedure: ObjectName<'_>) -> Result<ResultSet> {
    unreachable!()
}

/// SQLProcedureColumns. Schema, name and column are patterns.
pub fn procedure_columns(
    _context: &Context<'_>,
    _procedure: ObjectName<'_>,
    _column: Option<&str>,
) -> Result<ResultSet> {
    unreachable!()
}

/// SQLTablePrivileges.
pub fn table_privileges(_context: &Context<'_>, _table: ObjectName<'_>) -> Result<ResultSet> {
    unreachable!()
}

/// SQLColumnPrivileges.
pub fn column_privileges(
    _context: &Context<'_>,
    _table: ObjectName<'_>,
    _column: Option<&str>,
) -> Result<ResultSet> {
    unreachable!()
}

/// SQLGetTypeInfo; `data_type` 0 (SQL_ALL_TYPES) lists all types, an unknown one gives no row.
pub fn type_info(_context: &Context<'_>, _data_type: i16) -> Result<ResultSet> {
    unreachable!()
}
