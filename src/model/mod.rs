//! The declarative model of Twilio: tables, columns, filters, parents, writes and procedures, as data files.
//!
//! Each file under `data/tables` describes one table, each file under `data/procedures` one stored procedure. Those
//! under `data/generated` are written by `model-gen` from Twilio's OpenAPI documents, a folder for each schema. The
//! same data feeds the virtual tables, the catalogue functions and the write path, so one fact lives in one place.
//! This module holds the shapes of the data ([`table`], [`operation`], [`procedure`]), the list of tables ([`entry`]), the loader of
//! the built-in files ([`load`]), that of users' files ([`user`]) and the checks of both ([`check`]); nothing here knows
//! SQL text, HTTP or ODBC.

mod check;
mod entry;
mod feature;
mod load;
mod operation;
mod procedure;
mod remarks;
mod removed;
mod sid;
mod table;
mod types;
mod user;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub use check::name_fault;
pub use entry::TableEntry;
pub use feature::{Feature, feature_of};
pub use load::read as read_json;
pub use operation::{Body, Format, Method, Operation, Parameter};
pub use procedure::Procedure;
use procedure::ProcedureEntry;
pub use sid::{check_sid, is_sid};
pub(crate) use table::placeholders;
pub use table::{
    Column, Filter, FilterMatch, FilterOperator, MASK, Paging, Parent, RAW, Reference, Source, Table,
    TableKind,
};
pub use types::{ColumnType, DataType};
pub use user::read_file;

/// The catalog that qualifies every table, as queries written for other Twilio drivers spell it.
pub const CATALOG: &str = "CData";

/// The name in path templates that the connection's account fills where nothing else does.
pub const ACCOUNT: &str = "AccountSid";

/// The schema that an unqualified table name is looked up in.
pub const DEFAULT_SCHEMA: &str = "Twilio";

/// The schema of the views that the user defines.
pub const VIEW_SCHEMA: &str = "UserViews";

/// All tables and procedures that a connection can see.
#[derive(Debug)]
pub struct Model {
    /// Ordered by schema and name.
    tables: Vec<Arc<TableEntry>>,
    /// Ordered by schema and name.
    procedures: Vec<Arc<ProcedureEntry>>,
    /// The tables of a name in lower case, by their positions.
    table_names: HashMap<String, Vec<usize>>,
    /// The procedures of a name in lower case, by their positions.
    procedure_names: HashMap<String, Vec<usize>>,
}

impl Model {
    /// The model that is built into the library.
    pub fn builtin() -> Arc<Model> {
        static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
        MODEL
            .get_or_init(|| Arc::new(load::builtin().expect("a test loads the model that is built in")))
            .clone()
    }

    /// A model of these tables alone, from the texts of their files.
    #[cfg(test)]
    pub fn of_tables(texts: &[&str]) -> Arc<Model> {
        Arc::new(load::of_tables(texts).expect("tables of a test"))
    }

    /// The model with further tables. One that has the schema and the name of another takes its place.
    ///
    /// # Errors
    /// The name that two of them have.
    pub fn with_tables(&self, tables: Vec<Table>) -> Result<Arc<Model>, String> {
        let entries = tables.into_iter().map(|table| Arc::new(TableEntry::from(Arc::new(table))));
        load::with_tables(self, entries).map(Arc::new)
    }

    /// All tables, ordered by schema and name. What an entry shows costs nothing; the rest of a table is read when
    /// it is first asked for.
    pub fn tables(&self) -> impl Iterator<Item = &TableEntry> {
        self.tables.iter().map(|table| &**table)
    }

    /// All procedures, ordered by schema and name. Reads those that no statement has named as yet.
    pub fn procedures(&self) -> impl Iterator<Item = &Arc<Procedure>> {
        self.procedures.iter().map(|entry| entry.procedure())
    }

    /// Schema and name of all procedures.
    pub fn procedure_names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.procedures.iter().map(|entry| (&*entry.schema, &*entry.name))
    }

    /// The table whose row the procedure answers, or one that has the columns of its answer; `None` where it answers none.
    pub fn answer<'a>(&'a self, procedure: &'a Procedure) -> Option<&'a Arc<Table>> {
        match &procedure.returns {
            Some(table) => self.table(Some(&procedure.schema), table),
            None => procedure.answer(),
        }
    }

    /// The table of that name in any letter case. Without `schema` it is the default schema's, or else the view of
    /// that name, or the only table of it. `name` may be qualified itself (`Twilio.Calls`), as references in the data are.
    pub fn table(&self, schema: Option<&str>, name: &str) -> Option<&Arc<Table>> {
        self.entry(schema, name).map(TableEntry::table)
    }

    /// What a list of tables shows of the table that [`Model::table`] finds; the rest of it is not read.
    pub fn entry(&self, schema: Option<&str>, name: &str) -> Option<&TableEntry> {
        if let Some((schema, name)) = name.split_once('.') {
            return self.entry(Some(schema), name);
        }
        let mut named = self.tables_named(name);
        let of = |schema: &str| self.tables_named(name).find(|t| t.schema.eq_ignore_ascii_case(schema));
        match schema {
            Some(schema) => of(schema),
            None => of(DEFAULT_SCHEMA).or_else(|| of(VIEW_SCHEMA)).or_else(|| {
                // One that has been removed is not to be taken for another schema's.
                named.next().filter(|_| named.next().is_none() && !removed::is_removed(None, name))
            }),
        }
    }

    /// Why there is no table of that name any more, and what to use instead, in sentences; `None` where Twilio has removed
    /// none of that name. Without `schema` the default one is meant.
    pub fn removed(&self, schema: Option<&str>, name: &str) -> Option<String> {
        removed::reason(self, schema, name)
    }

    /// The tables of that name in any letter case, in whatever schema.
    pub fn tables_named(&self, name: &str) -> impl Iterator<Item = &TableEntry> {
        let positions = self.table_names.get(&name.to_ascii_lowercase());
        positions.into_iter().flatten().map(|&i| &*self.tables[i])
    }

    /// The procedure of that name in any letter case. Without `schema` it is the default schema's, or else the only one
    /// of that name.
    pub fn procedure(&self, schema: Option<&str>, name: &str) -> Option<&Arc<Procedure>> {
        let named = self.procedure_names.get(&name.to_ascii_lowercase())?;
        let of =
            |schema: &str| named.iter().find(|&&i| self.procedures[i].schema.eq_ignore_ascii_case(schema));
        let found = match (schema, named.as_slice()) {
            (Some(schema), _) => of(schema),
            (None, [only]) => Some(only),
            (None, _) => of(DEFAULT_SCHEMA),
        };
        found.map(|&i| self.procedures[i].procedure())
    }

    /// Whether a table or procedure lives in the schema of that name.
    pub fn has_schema(&self, schema: &str) -> bool {
        self.tables.iter().any(|t| t.schema.eq_ignore_ascii_case(schema))
            || self.procedures.iter().any(|p| p.schema.eq_ignore_ascii_case(schema))
    }
}
