//! Statements on temporary tables, which live in the driver and end with the connection.
//!
//! [`create`](mod@create) makes and drops tables, [`rows`] changes what is in them. `Name#TEMP`, which queries written
//! for other drivers use, and `#Name` are names of temporary tables wherever one can stand, so that CREATE can do
//! without TEMP for them, and INSERT makes a `Name#TEMP` that does not exist.

mod create;
mod rows;
#[cfg(test)]
mod tests;

use sqlparser::ast::ObjectName;

use super::Names;
use super::lex;
use super::resolve::idents;
use crate::error::{Error, Result, state};
use crate::model::{CATALOG, DEFAULT_SCHEMA};

pub(super) use create::{create, create_as, drop, into};
pub(super) use rows::{delete, insert, update};

/// What ends a name that is a temporary table's by its form.
const SUFFIX: &str = "#TEMP";

/// Characters of a name, as SQLGetInfo has it.
const MAX_NAME: usize = 128;

/// Whether a name can only be a temporary table's.
fn is_temporary(name: &str) -> bool {
    name.starts_with('#') || ends_in_suffix(name)
}

fn ends_in_suffix(name: &str) -> bool {
    let start = name.len().checked_sub(SUFFIX.len()).filter(|&start| start > 0);
    start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(SUFFIX))
}

/// The name that a temporary table has or is to have.
///
/// # Errors
/// 42000 for another catalog or schema, and for what is no name.
fn table_name(name: &ObjectName) -> Result<String> {
    let path = idents(name)?;
    let (last, qualifier) = path.split_last().expect("a name has a part");
    let fits = match qualifier {
        [] => true,
        [schema] => schema.value.eq_ignore_ascii_case(DEFAULT_SCHEMA),
        [catalog, schema] => {
            catalog.value.eq_ignore_ascii_case(CATALOG) && schema.value.eq_ignore_ascii_case(DEFAULT_SCHEMA)
        }
        _ => false,
    };
    let place = lex::at(last.span.start);
    if !fits {
        let message = format!("Temporary tables are in the schema {DEFAULT_SCHEMA}; {name}{place} is not.");
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    check_name(&last.value, &place)?;
    Ok(last.value.clone())
}

/// # Errors
/// 42000 for a name that is empty, too long, or has characters that do not show.
fn check_name(name: &str, place: &str) -> Result<()> {
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains(char::is_control) {
        let message =
            format!("A name{place} has 1 to {MAX_NAME} characters, which are no control characters.");
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    Ok(())
}

/// # Errors
/// 42S01 for the name of a table of the model in the schema of temporary ones. Those of other schemas keep theirs.
fn refuse_names_of_twilio(names: Names<'_>, name: &str) -> Result<()> {
    match names.model.table(Some(DEFAULT_SCHEMA), name) {
        Some(table) => {
            let name = &table.name;
            let message =
                format!("{name} is a table of Twilio. A temporary table can be called {name}{SUFFIX}.");
            Err(Error::new(state::TABLE_EXISTS, message))
        }
        None => Ok(()),
    }
}
