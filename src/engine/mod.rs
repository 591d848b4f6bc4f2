//! Runs statements: SQLite as the relational engine over one virtual table per Twilio resource.

use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::error::Result;
use crate::model::{ColumnType, Model, Table};
use crate::twilio::Client;
use crate::value::{Value, ValueRef};

/// What a connection needs to run statements. Clones share everything.
#[derive(Clone)]
pub struct Database {
    model: Arc<Model>,
    client: Client,
    read_only: bool,
}

/// A column of a result set, described before a row is fetched.
#[derive(Clone, Debug)]
pub struct ResultColumn {
    /// The label: the alias, the column's name, or the expression's text.
    pub name: String,
    pub column_type: ColumnType,
    pub nullable: bool,
    /// The table and the position of the column that the values come from unchanged.
    pub base: Option<(Arc<Table>, usize)>,
}

/// A parameter marker, described before execution.
#[derive(Clone, Debug)]
pub struct ParameterInfo {
    pub column_type: ColumnType,
    pub nullable: bool,
    /// The procedure's or the table's name for it.
    pub name: Option<String>,
}

/// What an execution gave.
pub enum Outcome {
    /// A result set, before its first row.
    Rows(Cursor),
    /// Rows that were written.
    Affected(usize),
}

impl Database {
    /// A database over `client`. Sends nothing.
    pub fn new(model: Arc<Model>, client: Client, read_only: bool) -> Self {
        Database { model, client, read_only }
    }

    /// What the database shows.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The client that the database sends with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether every write is refused with 25006.
    pub fn read_only(&self) -> bool {
        self.read_only
    }

    /// Refuses or admits writes from now on.
    pub fn set_read_only(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    /// Parses, resolves and types a statement. Sends nothing. `cancel` is the token of the ODBC statement: its
    /// executions obey it, and the caller arms it before each of them.
    ///
    /// # Errors
    /// 42000, 42S02, 42S22, 22007, 22018, 25006, HYC00.
    pub fn prepare(&self, _sql: &str, _cancel: &CancelToken) -> Result<Prepared> {
        unreachable!()
    }

    /// The text that the relational engine is given (SQLNativeSql).
    pub fn native_sql(&self, _sql: &str) -> Result<String> {
        unreachable!()
    }
}

/// A statement that can be executed many times.
pub struct Prepared {
    columns: Vec<ResultColumn>,
    parameters: Vec<ParameterInfo>,
}

impl Prepared {
    /// The result set's columns; empty for a statement that returns none.
    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// One entry for each parameter marker, in order.
    pub fn parameters(&self) -> &[ParameterInfo] {
        &self.parameters
    }

    /// Runs the statement with one value for each marker (`parameters.len()` equals `self.parameters().len()`,
    /// otherwise 07002). `max_rows` 0 stands for no limit.
    pub fn execute(&mut self, _parameters: Vec<Value>, _max_rows: usize) -> Result<Outcome> {
        unreachable!()
    }
}

/// A forward-only stream of rows.
pub struct Cursor {
    columns: Arc<[ResultColumn]>,
}

impl Cursor {
    /// The columns.
    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// Moves to the next row; `false` after the last one.
    pub fn advance(&mut self) -> Result<bool> {
        unreachable!()
    }

    /// The value of the current row's column, counted from 0. Valid until the cursor moves.
    pub fn value(&self, _column: usize) -> ValueRef<'_> {
        ValueRef::Null
    }
}
