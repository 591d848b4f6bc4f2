//! UPDATE and DELETE: rows are found first, then each is written by one request.

use std::collections::HashSet;

use super::Database;
use super::send;
use super::session::Session;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::model::{Operation, Parameter, Table};
use crate::sql::{Operand, RowSource, WritePlan};
use crate::twilio::{Client, Request};
use crate::value::Value;

/// Writes the rows; gives how many there were. A row that Twilio does not find (404) is none.
///
/// # Errors
/// What Twilio answers to the first row that it refuses; the text says how many rows were written before it.
/// `warnings` takes those that came up while rows were looked for.
pub(super) fn execute(
    database: &Database,
    plan: &WritePlan,
    parameters: &[Value],
    cancel: &CancelToken,
    warnings: &mut Vec<Error>,
) -> Result<usize> {
    let (operation, set) = plan.operation()?;
    // Every request is built, and so checked, before the first one is sent.
    let mut requests = Vec::new();
    for row in rows(database, plan, parameters, cancel, warnings)? {
        if let Some(request) = build(&database.client, &plan.table, operation, &set, &row)? {
            requests.push(request);
        }
    }
    let acts = set.iter().any(|parameter| parameter.acts);
    let mut written = 0;
    for request in &requests {
        match database.client.write(request, None, acts, cancel) {
            Ok(_) => {
                written += 1;
                database.count_write();
            }
            Err(e) if e.is_not_found() => {}
            Err(e) => return Err(after(written, requests.len(), e.into())),
        }
    }
    Ok(written)
}

/// A row that is to be written: path columns with their values, then one value for each parameter.
struct Row {
    path: Vec<(usize, Value)>,
    values: Vec<Value>,
}

fn rows(
    database: &Database,
    plan: &WritePlan,
    parameters: &[Value],
    cancel: &CancelToken,
    warnings: &mut Vec<Error>,
) -> Result<Vec<Row>> {
    let operand = |operand: &Operand| match operand {
        Operand::Constant(value) => value.clone(),
        Operand::Parameter(number) => parameters[*number].clone(),
    };
    match &plan.rows {
        RowSource::Key { path, values } => Ok(vec![Row {
            path: path.iter().map(|(column, o)| (*column, operand(o))).collect(),
            values: values.iter().map(operand).collect(),
        }]),
        RowSource::Query { path, query } => {
            let mut found = Session::open(database, query, 0, cancel)?.run(parameters)?;
            let mut rows = Vec::new();
            let mut seen = HashSet::new();
            while found.advance()? {
                let key: Vec<_> =
                    path.iter().enumerate().map(|(i, c)| (*c, found.value(i).to_owned())).collect();
                if seen.insert(format!("{key:?}")) {
                    let values = (path.len()..query.columns.len()).map(|i| found.value(i).to_owned());
                    rows.push(Row { path: key, values: values.collect() });
                }
            }
            warnings.extend(found.take_warnings());
            Ok(rows)
        }
    }
}

/// The request for a row; `None` if its key is NULL, which no row's is, or nothing is set.
fn build(
    client: &Client,
    table: &Table,
    operation: &Operation,
    set: &[&Parameter],
    row: &Row,
) -> Result<Option<Request>> {
    let mut segments: Vec<(&str, String)> = Vec::with_capacity(row.path.len());
    for (column, value) in &row.path {
        let column = &table.columns[*column];
        match send::path_value(column, value)? {
            Some(segment) => segments.push((&column.name, segment)),
            None => return Ok(None),
        }
    }
    let given = |name: &str| segments.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
    let path = send::path(client, &operation.path, given)?;
    let mut request = Request::new(table.product.as_str(), operation.method, path);
    for (parameter, value) in set.iter().zip(&row.values) {
        let values = send::form_values(parameter, value)?;
        request.form.extend(values.into_iter().map(|v| (parameter.sent_name().to_owned(), v)));
    }
    Ok((set.is_empty() || !request.form.is_empty()).then_some(request))
}

fn after(written: usize, all: usize, error: Error) -> Error {
    if all == 1 {
        return error;
    }
    let message = format!("{} ({written} of {all} rows were written before.)", error.message);
    Error { message, ..error }
}
