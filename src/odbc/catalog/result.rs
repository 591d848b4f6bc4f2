//! The shape of catalogue results: columns as the ODBC reference lists them, cells as values.

use std::sync::Arc;

use crate::engine::ResultColumn;
use crate::model::{ColumnType, DataType};
use crate::value::Value;

/// A finished result set. Column names are those of ODBC 3 in every version: applications bind by number.
#[derive(Clone, Debug)]
pub struct ResultSet {
    pub columns: Arc<[ResultColumn]>,
    pub rows: Vec<Vec<Value>>,
}

/// The longest name of a catalog, schema, table, column or procedure, in characters (SQLGetInfo says the same).
pub(in crate::odbc) const MAX_NAME_SIZE: u32 = 128;
/// The longest remark, in characters.
const MAX_REMARKS_SIZE: u32 = 1024;

/// A result column that may hold NULL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heading {
    name: &'static str,
    column_type: ColumnType,
    nullable: bool,
}

/// A Varchar that holds a name.
pub(super) const fn name(name: &'static str) -> Heading {
    text(name, MAX_NAME_SIZE)
}

/// A Varchar that holds a sentence of the model's.
pub(super) const fn remarks() -> Heading {
    text("REMARKS", MAX_REMARKS_SIZE)
}

/// A Varchar of up to `size` characters.
pub(super) const fn text(name: &'static str, size: u32) -> Heading {
    Heading { name, column_type: ColumnType::text(size), nullable: true }
}

/// A Smallint or an Integer.
pub(super) const fn number(name: &'static str) -> Heading {
    Heading { name, column_type: ColumnType::of(DataType::Integer), nullable: true }
}

impl Heading {
    /// The same column without NULLs.
    pub(super) const fn not_null(self) -> Heading {
        Heading { nullable: false, ..self }
    }
}

impl ResultSet {
    /// A result set whose rows have one cell for each heading.
    pub(super) fn new(headings: &[Heading], rows: Vec<Vec<Value>>) -> ResultSet {
        debug_assert!(rows.iter().all(|row| row.len() == headings.len()));
        let column = |heading: &Heading| ResultColumn {
            name: heading.name.to_owned(),
            column_type: heading.column_type,
            typed: true,
            nullable: heading.nullable,
            base: None,
            marker: None,
        };
        ResultSet { columns: headings.iter().map(column).collect(), rows }
    }
}

/// A cell that holds a number.
pub(super) fn integer(number: impl Into<i64>) -> Value {
    Value::Integer(number.into())
}

/// A cell that holds a number where it applies.
pub(super) fn optional(number: Option<impl Into<i64>>) -> Value {
    number.map_or(Value::Null, integer)
}

/// A position in a list as ODBC counts: from 1.
pub(super) fn ordinal(index: usize) -> Value {
    integer(i32::try_from(index + 1).unwrap_or(i32::MAX))
}
