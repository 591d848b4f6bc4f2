//! Parses statements, resolves names against the model, types every expression and parameter, and rewrites the
//! text to SQLite's dialect.
//!
//! The text passes through four steps. [`lex`] cuts it into tokens and takes the ODBC escapes apart. A procedure
//! call is read by [`call`], everything else by sqlparser with our [`dialect`]. [`resolve`] walks the tree: it
//! binds names to tables and columns, finds types, brings literals into the representation of the columns that
//! they are compared with, and writes identifiers as SQLite reads them. What comes out is a [`plan::Plan`], which
//! the engine runs. Nothing here does I/O.

mod branches;
mod call;
mod convert;
mod dialect;
pub mod explain;
pub(crate) mod functions;
#[cfg(test)]
mod fuzz;
mod insert;
mod key_source;
mod lex;
mod local;
mod loggable;
mod names;
mod parse;
mod plain;
pub mod plan;
mod resolve;
mod returning;
mod terms;
mod typing;
mod unfiltered;
mod values;
mod view;
mod write;

pub(crate) use insert::one_of;
pub use key_source::KeySource;
pub use loggable::loggable;
pub use plain::{Comparison, Kind, PlainQuery};
pub use plan::{
    CallPlan, ExplainPlan, GivenRows, LocalPlan, Operand, Output, Place, Plan, QueryPlan, Returning,
    Statement, WriteKind, WritePlan,
};
pub use view::add_views;

use std::sync::Arc;

use sqlparser::ast::Ident;

use crate::error::{Error, Result};
use crate::model::{CATALOG, DEFAULT_SCHEMA, Model, Table};

/// What a statement can name.
#[derive(Clone, Copy, Debug)]
pub struct Names<'n> {
    pub model: &'n Model,
    /// The connection's temporary tables. None has the name of a table of the model in their schema.
    pub local: &'n [Arc<Table>],
    /// Whether parents are walked where the model calls that costly.
    pub walks_costly: bool,
    /// Whether all accounts are read where nothing says which one.
    pub all_accounts: bool,
}

impl<'n> Names<'n> {
    /// The table of that name: `[[catalog.]schema.]table`.
    fn table(&self, path: &[Ident]) -> Option<&'n Arc<Table>> {
        let (schema, name) = match path {
            [table] => (None, table),
            [schema, table] => (Some(schema.value.as_str()), table),
            [catalog, schema, table] if catalog.value.eq_ignore_ascii_case(CATALOG) => {
                (Some(schema.value.as_str()), table)
            }
            _ => return None,
        };
        let name = name.value.as_str();
        let of_schema = match schema {
            Some(schema) if !schema.eq_ignore_ascii_case(DEFAULT_SCHEMA) => {
                return self.model.table(Some(schema), name);
            }
            _ => self.model.table(Some(DEFAULT_SCHEMA), name).or_else(|| self.local(name)),
        };
        // Only then the other schemas, whose tables a temporary one may hide.
        of_schema.or_else(|| self.model.table(None, name).filter(|_| schema.is_none()))
    }

    /// The temporary table of that name, in any letter case.
    fn local(&self, name: &str) -> Option<&'n Arc<Table>> {
        self.local.iter().find(|t| t.name.eq_ignore_ascii_case(name))
    }
}

impl<'n> From<&'n Arc<Model>> for Names<'n> {
    fn from(model: &'n Arc<Model>) -> Self {
        Names { model, local: &[], walks_costly: false, all_accounts: false }
    }
}

/// Runs what walks a statement's tree by recursion with enough stack for the deepest that is accepted: applications run
/// statements on threads with small ones.
pub(crate) fn with_deep_stack<T>(body: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(4 << 20, 32 << 20, body)
}

/// Parses, resolves and types one statement. Runs [with a deep stack](with_deep_stack).
///
/// # Errors
/// 42000 with the position, 42S02 and 42S22 with the nearest names, 22007 and 22018 for literals that are no
/// value of the column they are compared with or given to, 42S01 and 42S21 for names that are taken, 21S01 for a
/// wrong number of values, HYC00 for statements that the driver does not have.
pub fn plan<'n>(names: impl Into<Names<'n>>, sql: &str) -> Result<Statement> {
    let names = names.into();
    with_deep_stack(|| plan_here(names, sql))
}

fn plan_here(names: Names<'_>, sql: &str) -> Result<Statement> {
    match parse::parse(sql)? {
        parse::Parsed::Query(mut query, markers) => match local::into(&mut query)? {
            Some(target) => local::create_as(names, &target, *query, false, &markers),
            None => resolve::query(names, *query, &markers),
        },
        parse::Parsed::Insert(insert, markers) => insert::insert(names, *insert, &markers),
        parse::Parsed::Update(update, markers) => write::update(names, *update, &markers),
        parse::Parsed::Delete(delete, markers) => write::delete(names, *delete, &markers),
        parse::Parsed::Create(create, markers) => local::create(names, *create, &markers),
        parse::Parsed::Drop(tables, if_exists) => local::drop(names, &tables, if_exists),
        parse::Parsed::Call(call) => match call::import(names.model, &call)? {
            // What an error says of places is of this text.
            Some(sql) => plan_here(names, &sql)
                .map_err(|e| Error { message: format!("{} (In: {sql})", e.message), ..e }),
            None => call::plan(names, call),
        },
        parse::Parsed::Explain(sql) => plan_here(names, &sql).map(explain::plan),
    }
}

/// Whether the text begins like a statement that changes rows, whatever follows. Procedures are told by their plan.
pub fn changes_data(sql: &str) -> bool {
    let verb = lex::tokenize(sql).ok().and_then(|t| t.tokens.first().and_then(|t| lex::bare_word(&t.token)));
    let verbs = ["insert", "update", "delete", "replace", "merge", "truncate"];
    verb.is_some_and(|verb| verbs.contains(&verb.as_str()))
}
