//! INSERT: what each row sends.
//!
//! The list of an INSERT names columns by any of their names, and parameters of the table's create operation that are
//! no columns. What a name stands for is a part of the path, or a parameter of the body.

use std::sync::Arc;

use sqlparser::ast::{Insert, TableObject};

use super::parse::Markers;
use super::plan::{GivenRows, Place, Plan, Statement, WriteKind, WritePlan};
use super::resolve::{idents, unsupported};
use super::returning;
use super::values::{self, Listed, Recipient, column_name};
use super::{Names, local, names, view};
use crate::error::{Error, Result, state};
use crate::model::{Model, Operation, Parameter, Procedure, Table};

/// Plans INSERT.
///
/// # Errors
/// HYC00 for a table whose rows the API has no way to make, 42000 for columns that cannot be given and for required
/// ones that are not, 42S22, and those of the values.
pub(super) fn insert(names: Names<'_>, insert: Insert, markers: &Markers) -> Result<Statement> {
    let TableObject::TableName(name) = &insert.table else {
        return Err(unsupported(&format!("INSERT INTO {}", insert.table)));
    };
    let given = insert.or.is_some() || insert.on.is_some() || insert.output.is_some();
    if given || insert.overwrite || insert.replace_into || insert.ignore {
        return Err(unsupported("INSERT with OR, ON CONFLICT, OUTPUT, IGNORE or OVERWRITE"));
    }
    if !insert.assignments.is_empty() || insert.partitioned.is_some() || !insert.after_columns.is_empty() {
        return Err(unsupported("INSERT with SET or PARTITION"));
    }
    match names.table(&idents(name)?).cloned() {
        Some(table) if !table.is_temporary() => {
            view::refuse_writing(&table)?;
            into_twilio(names, table, insert, markers)
        }
        target => {
            let name = name.clone();
            local::insert(names, &name, target, insert, markers)
        }
    }
}

fn into_twilio(names: Names<'_>, table: Arc<Table>, insert: Insert, markers: &Markers) -> Result<Statement> {
    let operation = table.create.as_ref().ok_or_else(|| no_way(names.model, &table))?;
    let listed = insert.columns.iter().map(column_name).collect::<Result<Vec<_>>>()?;
    if listed.is_empty() && insert.source.is_some() {
        let message = format!(
            "INSERT INTO {} needs a list of the columns that are given: {}.",
            table.name,
            takes(&table, operation)
        );
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    let mut places = Vec::with_capacity(listed.len());
    for name in &listed {
        let place = place(&table, operation, name)?;
        if places.contains(&place) {
            let message = format!("The column {}{} is listed twice.", name.name, name.place);
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
        places.push(place);
    }
    check_given(&table, operation, &places)?;
    let recipients: Vec<Recipient<'_>> = places
        .iter()
        .map(|place| match *place {
            Place::Path(column) => Recipient::of_path(&table, operation, column),
            Place::Parameter(parameter) => Recipient::of_parameter(&operation.parameters[parameter]),
        })
        .collect();
    let (rows, parameters) = match insert.source {
        Some(query) => values::given(names, *query, &recipients, markers)?,
        None => (GivenRows::Values(vec![Vec::new()]), Vec::new()),
    };
    let alias = insert.table_alias.as_ref().map(|a| a.alias.value.as_str());
    let returning = returning::plan(&table, alias, insert.returning.as_deref())?;
    let kind = WriteKind::Insert;
    let plan = WritePlan { table: table.clone(), kind, places, rows, returning, is_unfiltered: false };
    Ok(Statement { plan: Plan::Write(plan), parameters })
}

/// What a listed name stands for.
///
/// # Errors
/// 42S22 for an unknown name, 42000 for a column that the API does not take.
fn place(table: &Table, operation: &Operation, listed: &Listed) -> Result<Place> {
    let Listed { name, place } = listed;
    let column = table.column(name);
    if let Some((position, _)) = column
        && table.path_columns(&operation.path).any(|p| p == position)
    {
        return Ok(Place::Path(position));
    }
    let is_it = |p: &Parameter| {
        let own = |name: &String| p.is_named(name);
        p.is_named(name) || column.is_some_and(|(_, c)| own(&c.name) || c.aliases.iter().any(own))
    };
    match (operation.parameters.iter().position(is_it), column) {
        (Some(position), _) => Ok(Place::Parameter(position)),
        (None, Some((_, column))) => {
            let message = format!(
                "The column {}{place} of {} cannot be given: INSERT takes {}.",
                column.name,
                table.name,
                takes(table, operation)
            );
            Err(Error::new(state::SYNTAX_ERROR, message))
        }
        (None, None) => {
            let known = table.columns.iter().map(|c| &c.name);
            let known = known.chain(operation.parameters.iter().map(|p| &p.name));
            let place = format!("{place} of {}", table.name);
            Err(names::unknown_column(name, &place, known.map(String::as_str)))
        }
    }
}

/// Checks that what every row needs is listed.
///
/// # Errors
/// 42000 with its name.
fn check_given(table: &Table, operation: &Operation, places: &[Place]) -> Result<()> {
    let missing = |what: &str| {
        let message = format!("INSERT INTO {} needs {what}.", table.name);
        Err(Error::new(state::SYNTAX_ERROR, message))
    };
    let account = table.account_column();
    for column in table.path_columns(&operation.path) {
        let has_default = Some(column) == account || table.columns[column].default.is_some();
        if !has_default && !places.contains(&Place::Path(column)) {
            return missing(&table.columns[column].name);
        }
    }
    let is_listed = |name: &str| {
        let position = operation.parameters.iter().position(|p| p.is_named(name));
        position.is_some_and(|position| places.contains(&Place::Parameter(position)))
    };
    if let Some(parameter) = operation.parameters.iter().find(|p| p.required && !is_listed(&p.name)) {
        return missing(&parameter.name);
    }
    match operation.one_of.iter().find(|names| !names.iter().any(|name| is_listed(name))) {
        Some(names) => missing(&one_of(names)),
        None => Ok(()),
    }
}

/// `A, B or C`.
pub(crate) fn one_of(names: &[String]) -> String {
    match names {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        names => names.concat(),
    }
}

/// The names that an INSERT can list.
fn takes(table: &Table, operation: &Operation) -> String {
    let path = table.path_columns(&operation.path).map(|column| table.columns[column].name.as_str());
    let names: Vec<&str> = path.chain(operation.parameters.iter().map(|p| p.name.as_str())).collect();
    names.join(", ")
}

/// The error of a table that the API has no way to add to.
fn no_way(model: &Model, table: &Table) -> Error {
    let mut adds = model.procedures().filter(|p| p.creates && p.schema == table.schema);
    let is_row = |p: &Procedure| model.answer(p).is_some_and(|answer| std::ptr::eq(&**answer, table));
    let instead = match adds.find(|p| is_row(p)) {
        Some(procedure) => format!("EXEC {} adds them", procedure.name),
        None => "the API has no way to make them".to_owned(),
    };
    let message = format!("Rows cannot be inserted into {}: {instead}.", table.name);
    Error::new(state::NOT_IMPLEMENTED, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;
    use crate::sql::plan::Operand;

    fn plan(sql: &str) -> Result<(WritePlan, Vec<super::super::plan::ParameterInfo>)> {
        let statement = sql::plan(&Model::builtin(), sql)?;
        match statement.plan {
            Plan::Write(plan) => Ok((plan, statement.parameters)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_are_columns_aliases_and_parameters() {
        let sql =
            "INSERT INTO Messages ([To], From, Body, MediaUrl, AccountSid) VALUES (?, '+1', 5, ?, NULL)";
        let (plan, parameters) = plan(sql).unwrap();
        let operation = plan.operation().unwrap();
        let names: Vec<&str> = plan
            .places
            .iter()
            .map(|place| match *place {
                Place::Path(column) => plan.table.columns[column].name.as_str(),
                Place::Parameter(p) => operation.parameters[p].sent_name(),
            })
            .collect();
        assert_eq!(names, ["To", "From", "Body", "MediaUrl", "AccountSid"]);
        assert_eq!(parameters[0].name.as_deref(), Some("To"));
        assert!(!parameters[0].nullable && parameters[1].nullable);
        let GivenRows::Values(rows) = &plan.rows else { panic!("{:?}", plan.rows) };
        assert_eq!(rows[0][2], Operand::Constant("5".into()));
    }

    #[test]
    fn rules_name_parameters() {
        for table in Model::builtin().tables() {
            for operation in [&table.create, &table.update].into_iter().flatten() {
                let mut names = operation.one_of.iter().flatten();
                assert!(names.all(|name| operation.parameter(name).is_some()), "{}", table.name);
            }
        }
    }

    #[test]
    fn values_that_are_calculated_are_read_by_a_query() {
        let sql =
            "INSERT INTO Messages ([To], Sender, Body) VALUES (?, '+1', 'a' || 'b'), ('2', '3', UPPER('c'))";
        let (plan, parameters) = plan(sql).unwrap();
        assert!(matches!(plan.rows, GivenRows::Query(_)));
        assert_eq!(parameters[0].column_type.size, 128);
    }

    #[test]
    fn faults_are_told_by_name() {
        for (sql, expected) in [
            ("INSERT INTO Messages VALUES ('a')", "needs a list of the columns"),
            ("INSERT INTO Messages (Sender, Body) VALUES ('a', 'b')", "needs To."),
            ("INSERT INTO Messages ([To], Body) VALUES ('a', 'b')", "needs Sender or MessagingServiceSid."),
            ("INSERT INTO Messages ([To], From) VALUES ('a', 'b')", "needs Body, MediaUrl or ContentSid."),
            ("INSERT INTO Messages ([To], From, Sender, Body) VALUES (1, 2, 3, 4)", "Sender at line 1"),
            ("INSERT INTO Messages ([To], From, Bodi) VALUES ('a', 'b', 'c')", "did you mean Body"),
            ("INSERT INTO Messages ([To], From, Status) VALUES ('a', 'b', 'c')", "Status at line 1"),
            ("INSERT INTO Messages ([To], From, Body) VALUES ('a', 'b')", "3 columns, but 2 values"),
            ("INSERT INTO ConferenceParticipants (Label) VALUES ('a')", "needs ConferenceSid."),
            ("INSERT INTO Conferences (Name) VALUES ('a')", "no way to make them"),
            ("INSERT INTO sys_tables (Name) VALUES ('a')", "no way to make them"),
            (
                "INSERT INTO Messages ([To], From, Body) VALUES (1, 2, 3) ON CONFLICT DO NOTHING",
                "ON CONFLICT",
            ),
            ("INSERT INTO Messages ([To], From, Body) VALUES (1, 2, 3) RETURNING Nothing", "Nothing"),
            ("INSERT INTO Messages ([To], From, Body) VALUES (1, 2, 3) RETURNING UPPER(Sid)", "RETURNING"),
        ] {
            let error = plan(sql).unwrap_err();
            assert!(error.message.contains(expected), "{sql}: {}", error.message);
        }
    }
}
