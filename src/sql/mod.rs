//! Parses statements, resolves names against the model, types every expression and parameter, and rewrites the
//! text to SQLite's dialect.
//!
//! The text passes through four steps. [`lex`] cuts it into tokens and takes the ODBC escapes apart. A procedure
//! call is read by [`call`], everything else by sqlparser with our [`dialect`]. [`resolve`] walks the tree: it
//! binds names to tables and columns, finds types, brings literals into the representation of the columns that
//! they are compared with, and writes identifiers as SQLite reads them. What comes out is a [`plan::Plan`], which
//! the engine runs. Nothing here does I/O.

mod call;
mod convert;
mod dialect;
pub mod explain;
pub(crate) mod functions;
mod key_source;
mod lex;
mod names;
mod parse;
pub mod plan;
mod resolve;
mod terms;
mod typing;
mod write;

pub use key_source::KeySource;
pub use plan::{CallPlan, ExplainPlan, Operand, Plan, QueryPlan, RowSource, Statement, WriteKind, WritePlan};

use crate::error::Result;
use crate::model::Model;

/// Parses, resolves and types one statement.
///
/// # Errors
/// 42000 with the position, 42S02 and 42S22 with the nearest names, 22007 and 22018 for literals that are no
/// value of the column they are compared with, HYC00 for statements that the driver does not have.
pub fn plan(model: &Model, sql: &str) -> Result<Statement> {
    match parse::parse(sql)? {
        parse::Parsed::Query(query, markers) => resolve::query(model, *query, &markers),
        parse::Parsed::Update(update, markers) => write::update(model, *update, &markers),
        parse::Parsed::Delete(delete, markers) => write::delete(model, *delete, &markers),
        parse::Parsed::Call(call) => call::plan(model, call),
        parse::Parsed::Explain(sql) => plan(model, &sql).map(explain::plan),
    }
}

/// Whether the text begins like a statement that changes data, whatever follows. Procedures are told by their plan.
pub fn changes_data(sql: &str) -> bool {
    let verb = lex::tokenize(sql).ok().and_then(|t| t.tokens.first().and_then(|t| lex::bare_word(&t.token)));
    let verbs = ["insert", "update", "delete", "replace", "merge", "truncate", "create", "alter", "drop"];
    verb.is_some_and(|verb| verbs.contains(&verb.as_str()))
}

/// The statement as a log may show it: a procedure call without the values of its secret arguments.
pub fn loggable(model: &Model, sql: &str) -> String {
    match parse::parse(sql) {
        Ok(parse::Parsed::Call(call)) => call::masked(model, &call).unwrap_or_else(|| "EXEC …".to_owned()),
        Ok(parse::Parsed::Explain(sql)) => format!("EXPLAIN {}", loggable(model, &sql).trim_start()),
        Err(_) if sql.trim_start().starts_with(['{', 'e', 'E', 'c', 'C']) => "EXEC …".to_owned(),
        _ => sql.to_owned(),
    }
}
