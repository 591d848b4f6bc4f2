//! Procedure calls: one request, whose answer is the row.

use super::Database;
use super::session::Session;
use super::{context, download, dry_run, send};
use crate::cancel::CancelToken;
use crate::error::{Error, Result, state};
use crate::model::Parameter;
use crate::sql::{CallPlan, Operand, one_of};
use crate::twilio::{Layout, Page, Request, Warning};
use crate::value::Value;

/// What a call gave.
#[derive(Debug)]
pub(super) enum Called {
    /// The row of the answer, if it has one.
    Answered(Option<Page>),
    /// It has no answer.
    Done,
    /// What would have been sent.
    Dry(Page),
}

/// Sends the call.
///
/// # Errors
/// 22002 for a required argument that is NULL, 22018 for a value that an argument does not take, 08S01 when the
/// outcome is unknown, and what Twilio answers.
pub(super) fn execute(
    database: &Database,
    plan: &CallPlan,
    parameters: &[Value],
    cancel: &CancelToken,
) -> Result<Called> {
    let procedure = &plan.procedure;
    let mut path: Vec<(&Parameter, String)> = Vec::new();
    let mut given = Vec::new();
    let mut file = None;
    let known = plan.arguments.iter().map(|(position, operand)| match operand {
        Operand::Constant(value) => (*position, value),
        Operand::Parameter(number) => (*position, &parameters[*number]),
    });
    let calculated = calculated(database, plan, parameters, cancel)?;
    for (position, value) in known.chain(calculated.iter().map(|(position, value)| (*position, value))) {
        let input = &procedure.inputs[position];
        let values = send::form_values(input, value)?;
        if input.required && values.iter().all(|v| v.is_empty()) {
            let message = format!("{} needs a value for the argument {}.", procedure.name, input.name);
            return Err(Error::new(state::INDICATOR_REQUIRED, message));
        }
        if procedure.file.as_ref().is_some_and(|name| input.is_named(name)) {
            file = values.into_iter().next();
            continue;
        }
        match procedure.is_in_path(input) {
            true => path.extend(values.into_iter().map(|v| (input, v))),
            false => given.push((input, values)),
        }
    }
    let has = |name: &str| {
        given.iter().any(|(p, values)| p.is_named(name) && values.iter().any(|value| !value.is_empty()))
    };
    if let Some(names) = procedure.one_of.iter().find(|names| !names.iter().any(|name| has(name))) {
        let message = format!("{} needs a value for the argument {}.", procedure.name, one_of(names));
        return Err(Error::new(state::INDICATOR_REQUIRED, message));
    }
    if let Some(names) = send::several_of(&procedure.exclusive, has) {
        let message = format!("{} takes only one of {names}.", procedure.name);
        return Err(Error::new(state::INTEGRITY_CONSTRAINT, message));
    }
    let segment = |name: &str| {
        let given = path.iter().find(|(p, _)| p.is_named(name)).map(|(_, value)| value.as_str());
        given.or_else(|| procedure.input(name)?.1.default.as_deref())
    };
    let path = send::path(&database.client, &procedure.path, segment)?;
    let mut request = Request::new(procedure.product.as_str(), procedure.method, path);
    let is_dry = database.dry_run && (procedure.writes() || procedure.paid);
    if is_dry {
        dry_run::mask(&mut given);
    }
    let once = procedure.creates || plan.given().any(|i| procedure.inputs[i].acts);
    send::values(&mut request, procedure.body, given.into_iter());
    send::fixed(&mut request, &procedure.fixed);
    if is_dry {
        return Ok(Called::Dry(dry_run::page([&request].into_iter())));
    }
    if procedure.file.is_some() {
        let page = download::execute(database, &request, file.as_deref(), cancel)?;
        return Ok(Called::Answered(Some(page)));
    }
    let layout = plan.answer.as_ref().map(|table| {
        let mut layout = Layout::new(None, table.shown().map(|(_, c)| (c.json.as_str(), c.data_type)));
        send::hide_secrets(&mut layout, table);
        layout
    });
    let written = database.client.write(&request, layout.as_ref(), once, cancel)?;
    if procedure.writes() {
        database.count_write();
    }
    Ok(if layout.is_some() { Called::Answered(written.row) } else { Called::Done })
}

/// The values of the arguments that are expressions, by the positions of their inputs.
fn calculated(
    database: &Database,
    plan: &CallPlan,
    parameters: &[Value],
    cancel: &CancelToken,
) -> Result<Vec<(usize, Value)>> {
    let Some(calculated) = &plan.calculated else { return Ok(Vec::new()) };
    let session = Session::open(database, &calculated.query, 0, cancel)?;
    let mut row = session.run(&parameters[..calculated.markers])?;
    row.advance()?;
    Ok(calculated.inputs.iter().enumerate().map(|(i, &input)| (input, row.value(i).to_owned())).collect())
}

/// Warnings for the values of the answered row that are not what their columns say. What was called is done, so that
/// they are no errors on a strict connection either.
pub(super) fn warnings(plan: &CallPlan, row: &Page) -> Vec<Error> {
    let Some(table) = &plan.answer else { return Vec::new() };
    let shown: Vec<usize> = table.shown().map(|(position, _)| position).collect();
    let warning = |w: &Warning| context::read_as_null(table, shown[w.column], &w.sample);
    row.warnings().iter().map(warning).collect()
}
