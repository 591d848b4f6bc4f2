//! EXPLAIN: what a statement would send, told without sending it.
//!
//! A query is given to SQLite's planner as for a run, with its tables numbered; [`program`] reads from SQLite's own
//! program which access was chosen for each of them and where its arguments come from, and [`access`] says what
//! the scan makes of that. Writes and procedure calls are told from their plans. The answer is a page of rows.

mod access;
mod program;

use super::session;
use super::{Database, send};
use crate::cancel::CancelToken;
use crate::error::Result;
use crate::model::{ACCOUNT, Method, Operation, Parameter, Table, placeholders};
use crate::sql::explain::{self, Explained};
use crate::sql::{
    CallPlan, ExplainPlan, GivenRows, LocalPlan, Operand, Place, Plan, QueryPlan, WriteKind, WritePlan,
};
use crate::twilio::{self, Client, Page};
use crate::value::Value;
use access::Access;
pub(super) use program::{Instruction, Program};

/// A row of the answer: one access to a table, or one kind of write.
#[derive(Clone, Debug, Default)]
struct Row {
    table: String,
    alias: Option<String>,
    scan: &'static str,
    method: Option<Method>,
    endpoint: Option<String>,
    keys: Vec<String>,
    pushed: Vec<String>,
    local: Vec<String>,
    page_size: Option<u32>,
    requests: String,
    /// Requests that are begun before their rows are wanted, at the most.
    read_ahead: usize,
}

/// Explains a statement. Sends nothing. `parameters` are the markers' values, or empty where none are bound;
/// `max_rows` are wanted of a query, or all of its rows (0).
///
/// # Errors
/// What SQLite says of the query; 22018 for a value that the run would refuse as well.
pub(super) fn execute(
    database: &Database,
    plan: &ExplainPlan,
    parameters: &[Value],
    max_rows: usize,
    cancel: &CancelToken,
) -> Result<Page> {
    let rows = match &*plan.plan {
        Plan::Query(query) => of_query(database, query, parameters, max_rows, cancel)?.0,
        Plan::Write(write) => of_write(database, write, parameters, cancel)?,
        Plan::Call(call) => vec![of_call(database, call, parameters)?],
        Plan::Local(local) => of_local(database, local, parameters, cancel)?,
        Plan::Explain(_) => Vec::new(),
    };
    let cells: Vec<Vec<Value>> = (1..)
        .zip(rows)
        .map(|(step, row)| {
            let joined = |texts: Vec<String>, between| (!texts.is_empty()).then(|| texts.join(between));
            vec![
                Value::Integer(step),
                row.table.into(),
                row.alias.into(),
                row.scan.into(),
                row.method.map(Method::name).into(),
                row.endpoint.into(),
                joined(row.keys, "; ").into(),
                joined(row.pushed, "&").into(),
                joined(row.local, "; ").into(),
                row.page_size.map(i64::from).into(),
                row.requests.as_str().into(),
                Value::Integer(if row.requests.starts_with('0') { 0 } else { row.read_ahead as i64 }),
            ]
        })
        .map(|row| row.into_iter().zip(&plan.columns).map(|(v, c)| fitting(v, c.column_type.size)).collect())
        .collect();
    Ok(Page::of_rows(plan.columns.iter().map(|c| c.column_type.data_type), &cells))
}

/// A text that its column can hold.
fn fitting(value: Value, size: u32) -> Value {
    match value {
        Value::Text(text) if text.chars().count() > size as usize => {
            Value::Text(text.chars().take(size as usize - 1).chain(['…']).collect())
        }
        value => value,
    }
}

/// The accesses of a query, and what its text says.
fn of_query(
    database: &Database,
    query: &QueryPlan,
    parameters: &[Value],
    max_rows: usize,
    cancel: &CancelToken,
) -> Result<(Vec<Row>, Explained)> {
    let explained = explain::read(query)?;
    let program = session::program(database, query, &explained, max_rows, cancel)?;
    let reads = program.reads();
    let names_account = |read: &program::Read| {
        explained.tables.get(read.table).is_some_and(|named| access::names_account(&named.table, read))
    };
    let accounts = database.all_accounts || reads.iter().any(names_account);
    let mut accesses: Vec<Access<'_>> = Vec::with_capacity(reads.len());
    for (place, read) in reads.iter().enumerate() {
        // A condition on two tables is checked where the second one is read.
        let is_last = |others: &[usize]| !reads[place + 1..].iter().any(|r| others.contains(&r.table));
        let Some(named) = explained.tables.get(read.table) else { continue };
        let mut access = Access::new(named, read, &explained.tables, parameters, database, accounts)?;
        access.read_ahead(&query.keys);
        if database.all_accounts && !names_account(read) {
            access.each_account();
        }
        access.predicates(named.predicates.iter().filter(|p| is_last(&p.others)));
        let same = accesses.iter().position(|earlier| earlier.reads_the_same(&access));
        if let Some(step) = same.filter(|_| query.reruns) {
            access.row.requests = format!("0: the rows of step {} are used again", step + 1);
        }
        accesses.push(access);
    }
    Ok((accesses.into_iter().map(|a| a.row).collect(), explained))
}

/// What is known of an operand: its value, or the marker that will hold it.
fn operand<'v>(operand: &'v Operand, parameters: &'v [Value]) -> std::result::Result<&'v Value, String> {
    match operand {
        Operand::Constant(value) => Ok(value),
        Operand::Parameter(number) => parameters.get(*number).ok_or_else(|| format!("?{}", number + 1)),
    }
}

/// The requests of a write: one for each row that is known, or one that stands for those of the rows found.
fn of_write(
    database: &Database,
    plan: &WritePlan,
    parameters: &[Value],
    cancel: &CancelToken,
) -> Result<Vec<Row>> {
    match &plan.rows {
        GivenRows::Values(rows) => {
            rows.iter().map(|row| of_known_row(&database.client, plan, row, parameters)).collect()
        }
        GivenRows::Query(query) => {
            let (mut rows, explained) = of_query(database, query, parameters, 0, cancel)?;
            let operation = plan.operation()?;
            let mut row = written(plan, operation);
            for (i, place) in plan.places.iter().enumerate() {
                match *place {
                    Place::Path(c) => row.keys.push(format!("{} of each row", plan.table.columns[c].name)),
                    Place::Parameter(p) => {
                        let text = explained.items.get(i).map_or("…", String::as_str);
                        row.pushed.extend(form(&operation.parameters[p], Err(format!("<{text}>")))?);
                    }
                }
            }
            row.requests = "1 for each row found".into();
            row.endpoint = Some(Path::new(&database.client, Some(&plan.table)).fill(&operation.path)?);
            rows.push(row);
            Ok(rows)
        }
    }
}

fn written(plan: &WritePlan, operation: &Operation) -> Row {
    Row {
        table: plan.table.name.clone(),
        scan: "write",
        method: Some(operation.method),
        requests: "1".into(),
        ..Row::default()
    }
}

fn of_known_row(client: &Client, plan: &WritePlan, values: &[Operand], parameters: &[Value]) -> Result<Row> {
    let operation = plan.operation()?;
    let mut row = written(plan, operation);
    let mut path = Path::new(client, Some(&plan.table));
    let (mut takes, mut sets) = (false, false);
    for (place, given) in plan.places.iter().zip(values) {
        let value = operand(given, parameters);
        let column = match *place {
            Place::Path(column) => &plan.table.columns[column],
            Place::Parameter(position) => {
                takes = true;
                let parameter = &operation.parameters[position];
                let pushed = form(parameter, value)?;
                sets |= !parameter.header && !pushed.is_empty();
                row.pushed.extend(pushed);
                continue;
            }
        };
        let how = match value {
            Err(marker) => marker,
            Ok(value) => match send::path_value(column, value)? {
                Some(segment) => {
                    path.set(&column.name, segment.clone());
                    how_given(&segment, given)
                }
                None => {
                    if plan.kind != WriteKind::Insert {
                        row.requests = "0: the key is NULL".into();
                    }
                    "NULL".into()
                }
            },
        };
        row.keys.push(format!("{} = {how}", column.name));
    }
    if takes && !sets && plan.kind == WriteKind::Update {
        row.requests = "0: nothing is set".into();
    }
    row.endpoint = Some(path.fill(&operation.path)?);
    Ok(row)
}

/// What is read for a temporary table, and the tables that are written.
fn of_local(
    database: &Database,
    plan: &LocalPlan,
    parameters: &[Value],
    cancel: &CancelToken,
) -> Result<Vec<Row>> {
    let mut rows = match plan.query() {
        Some(query) => of_query(database, query, parameters, 0, cancel)?.0,
        None => Vec::new(),
    };
    let local =
        |table: &str| Row { table: table.to_owned(), scan: "local", requests: "0".into(), ..Row::default() };
    match plan {
        LocalPlan::Drop { names, .. } => rows.extend(names.iter().map(|name| local(name))),
        LocalPlan::Create { table, .. }
        | LocalPlan::Insert { table, .. }
        | LocalPlan::Update { table, .. }
        | LocalPlan::Delete { table, .. } => rows.push(local(&table.name)),
    }
    Ok(rows)
}

fn of_call(database: &Database, plan: &CallPlan, parameters: &[Value]) -> Result<Row> {
    let procedure = &plan.procedure;
    let mut row = Row {
        table: procedure.name.clone(),
        scan: "call",
        method: Some(procedure.method),
        requests: "1".into(),
        ..Row::default()
    };
    let mut path = Path::new(&database.client, plan.answer.as_deref());
    for (position, given) in &plan.arguments {
        let input = &procedure.inputs[*position];
        let value = operand(given, parameters);
        if !procedure.is_in_path(input) {
            row.pushed.extend(form(input, value)?);
            continue;
        }
        let how = match value {
            Err(marker) => marker,
            Ok(value) => {
                let segment = send::form_values(input, value)?.concat();
                let template = placeholders(&procedure.path).find(|name| input.is_named(name));
                path.set(template.unwrap_or(&input.name), segment.clone());
                how_given(&segment, given)
            }
        };
        row.keys.push(format!("{} = {how}", input.name));
    }
    for &position in plan.calculated.iter().flat_map(|calculated| &calculated.inputs) {
        let input = &procedure.inputs[position];
        match procedure.is_in_path(input) {
            true => row.keys.push(format!("{} = <…>", input.name)),
            false => row.pushed.extend(form(input, Err("<…>".into()))?),
        }
    }
    row.pushed.extend(procedure.fixed.iter().map(|(name, value)| format!("{name}={value}")));
    row.endpoint = Some(path.fill(&procedure.path)?);
    Ok(row)
}

fn how_given(segment: &str, operand: &Operand) -> String {
    match operand {
        Operand::Constant(_) => segment.to_owned(),
        Operand::Parameter(number) => format!("{segment} (?{})", number + 1),
    }
}

/// The form fields or the header of a parameter, without the values of secret ones.
fn form(parameter: &Parameter, value: std::result::Result<&Value, String>) -> Result<Vec<String>> {
    let texts = match value {
        Ok(value) => send::form_values(parameter, value)?,
        Err(unknown) => vec![unknown],
    };
    let shown = |text: String| if parameter.secret { "***".to_owned() } else { text };
    let mark = if parameter.header { ": " } else { "=" };
    Ok(texts.into_iter().map(|text| format!("{}{mark}{}", parameter.sent_name(), shown(text))).collect())
}

/// A path whose parts become known one by one.
struct Path<'a> {
    client: &'a Client,
    table: Option<&'a Table>,
    given: Vec<(String, String)>,
    /// The columns whose values are known only when the statement runs.
    open: Vec<String>,
    /// Whether the account is not known where none is given.
    account_is_open: bool,
}

impl<'a> Path<'a> {
    fn new(client: &'a Client, table: Option<&'a Table>) -> Self {
        Path { client, table, given: Vec::new(), open: Vec::new(), account_is_open: false }
    }

    fn set(&mut self, name: &str, value: String) {
        self.given.push((name.to_owned(), value));
    }

    /// The value that a column is given, if it is known.
    fn given(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The path; what is not known stays in braces.
    fn fill(&self, template: &str) -> Result<String> {
        let mut path = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            path.push_str(before);
            let described = self.table.and_then(|table| table.column(name)).map(|(_, c)| c);
            let column = described.map_or(name, |c| &c.name);
            let is_it = |(n, _): &&(String, String)| n == name || n == column;
            let value = self.given.iter().find(is_it).map(|(_, value)| value.as_str());
            let asked = described.filter(|c| c.is_asked() && !self.open.contains(&c.name));
            let value = value.or_else(|| asked?.default.as_deref());
            if let Some(column) = asked.filter(|c| !c.paths.is_empty()) {
                path.push_str(value.and_then(|value| column.path_of(value)).unwrap_or_default());
                rest = after;
                continue;
            }
            let is_own = name == ACCOUNT && !self.account_is_open;
            match value.or_else(|| is_own.then(|| self.client.account_sid())) {
                Some(value) => path.push_str(&twilio::expand_path("{x}", |_| Some(value.into()))?),
                None => path.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        path.push_str(rest);
        Ok(path)
    }
}

#[cfg(test)]
mod tests;
