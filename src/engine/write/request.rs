//! The request for a row.

use crate::engine::{Database, dry_run, send};
use crate::error::{Error, Result, state};
use crate::model::{Column, Operation};
use crate::sql::{Place, WriteKind, WritePlan, one_of};
use crate::twilio::Request;
use crate::value::Value;

/// A row that has been checked.
#[derive(Debug)]
pub(super) struct Ready {
    pub request: Request,
    /// What the path was filled with: the column's position, and the value.
    pub path: Vec<(usize, String)>,
    /// Further values that the row was found with.
    pub found: Vec<Value>,
}

/// Builds the request for a row; `None` if its key is NULL, which no row's is, or nothing is set. In a dry run its
/// secrets are masked.
///
/// # Errors
/// 23000 for what the operation needs and the row does not have, 22018 and 22001 for values that it does not take.
pub(super) fn build(database: &Database, plan: &WritePlan, values: &[Value]) -> Result<Option<Ready>> {
    let (table, operation) = (&plan.table, plan.operation()?);
    let is_insert = plan.kind == WriteKind::Insert;
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut given = Vec::with_capacity(values.len());
    for (place, value) in plan.places.iter().zip(values) {
        match *place {
            Place::Path(position) => match path_value(operation, &table.columns[position], value)? {
                Some(segment) => path.push((position, segment)),
                None if is_insert => {}
                None => return Ok(None),
            },
            Place::Parameter(position) => {
                let parameter = &operation.parameters[position];
                given.push((parameter, send::form_values(parameter, value)?));
            }
        }
    }
    given.retain(|(_, values)| !values.is_empty());
    if plan.kind == WriteKind::Update && given.iter().all(|(parameter, _)| parameter.header) {
        return Ok(None);
    }
    let missing = |what: &str| {
        let message = format!("{} needs a value for {what}.", table.name);
        Err(Error::new(state::INTEGRITY_CONSTRAINT, message))
    };
    let account = table.account_column();
    for position in table.path_columns(&operation.path) {
        let column = &table.columns[position];
        if path.iter().any(|(p, _)| *p == position) || Some(position) == account {
            continue;
        }
        match &column.default {
            Some(default) => path.push((position, default.clone())),
            None => return missing(&column.name),
        }
    }
    let has = |name: &str| {
        given.iter().any(|(p, values)| p.is_named(name) && values.iter().any(|value| !value.is_empty()))
    };
    if let Some(parameter) = operation.parameters.iter().find(|p| p.required && !has(&p.name)) {
        return missing(&parameter.name);
    }
    if let Some(names) = operation.one_of.iter().find(|names| !names.iter().any(|name| has(name))) {
        return missing(&one_of(names));
    }
    if let Some(names) = send::several_of(&operation.exclusive, has) {
        let message = format!("{} takes only one of {names}.", table.name);
        return Err(Error::new(state::INTEGRITY_CONSTRAINT, message));
    }
    let segment = |name: &str| {
        let (_, value) = path.iter().find(|(position, _)| table.columns[*position].is_named(name))?;
        Some(value.as_str())
    };
    let filled = send::path(&database.client, &operation.path, segment)?;
    let mut request = Request::new(table.product.as_str(), operation.method, filled);
    if database.dry_run {
        dry_run::mask(&mut given);
    }
    send::body(&mut request, operation.body, given.into_iter());
    Ok(Some(Ready { request, path, found: Vec::new() }))
}

fn path_value(operation: &Operation, column: &Column, value: &Value) -> Result<Option<String>> {
    if operation.takes_name(column) { Ok(send::text(value)) } else { send::path_value(column, value) }
}
