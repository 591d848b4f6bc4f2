//! The declarative model of Twilio: tables, columns, filters, parents, writes and procedures, as data files.
//!
//! Each file under `data/tables` describes one table, each file under `data/procedures` one stored procedure.
//! The same data feeds the virtual tables, the catalogue functions and the write path, so one fact lives in
//! one place. This module holds the shapes of the data ([`table`], [`procedure`]), their loader and their
//! checks ([`load`]); nothing here knows SQL text, HTTP or ODBC.

mod load;
mod procedure;
mod sid;
mod table;
mod types;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub use procedure::Procedure;
pub use sid::{check_sid, is_sid};
pub use table::{
    Column, Filter, FilterMatch, FilterOperator, Method, Operation, Parameter, Parent, Reference, Source,
    Table, TableKind,
};
pub use types::{ColumnType, DataType};

/// The catalog that qualifies every table, as queries written for other Twilio drivers spell it.
pub const CATALOG: &str = "CData";

/// The name in path templates that the connection's account fills where nothing else does.
pub const ACCOUNT: &str = "AccountSid";

/// The schema that an unqualified table name is looked up in.
pub const DEFAULT_SCHEMA: &str = "Twilio";

/// All tables and procedures that a connection can see.
#[derive(Debug)]
pub struct Model {
    tables: Vec<Arc<Table>>,
    procedures: Vec<Arc<Procedure>>,
    table_names: HashMap<(String, String), usize>,
    procedure_names: HashMap<(String, String), usize>,
}

impl Model {
    /// The model that is built into the library.
    pub fn builtin() -> Arc<Model> {
        static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
        MODEL
            .get_or_init(|| Arc::new(load::builtin().expect("a test loads the model that is built in")))
            .clone()
    }

    /// All tables, ordered by schema and name.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.iter()
    }

    /// All procedures, ordered by schema and name.
    pub fn procedures(&self) -> impl Iterator<Item = &Arc<Procedure>> {
        self.procedures.iter()
    }

    /// The table of that name in any letter case; the default schema when `schema` is `None`.
    pub fn table(&self, schema: Option<&str>, name: &str) -> Option<&Arc<Table>> {
        self.table_names.get(&lookup_key(schema, name)).map(|&i| &self.tables[i])
    }

    /// The procedure of that name in any letter case; the default schema when `schema` is `None`.
    pub fn procedure(&self, schema: Option<&str>, name: &str) -> Option<&Arc<Procedure>> {
        self.procedure_names.get(&lookup_key(schema, name)).map(|&i| &self.procedures[i])
    }

    /// Whether a table or procedure lives in the schema of that name.
    pub fn has_schema(&self, schema: &str) -> bool {
        self.tables.iter().any(|t| t.schema.eq_ignore_ascii_case(schema))
            || self.procedures.iter().any(|p| p.schema.eq_ignore_ascii_case(schema))
    }
}

fn lookup_key(schema: Option<&str>, name: &str) -> (String, String) {
    (schema.unwrap_or(DEFAULT_SCHEMA).to_ascii_lowercase(), name.to_ascii_lowercase())
}
