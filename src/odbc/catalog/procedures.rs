//! SQLProcedures and SQLProcedureColumns.

use super::pattern::{Matcher, ObjectMatcher};
use super::result::{Heading, ResultSet, integer, name, number, remarks};
use super::typed::{self, Typed};
use super::{Context, ObjectName};
use crate::error::Result;
use crate::model::{CATALOG, Procedure};
use crate::value::Value;

const SQL_PT_PROCEDURE: i16 = 1;
const SQL_PARAM_INPUT: i16 = 1;
const SQL_RESULT_COL: i16 = 3;
const SQL_RETURN_VALUE: i16 = 5;
/// What the return value is called.
pub(crate) const RETURN_VALUE: &str = "RETURN_VALUE";

/// The three counts are reserved by the reference; they hold what their names say.
const PROCEDURES: [Heading; 8] = [
    name("PROCEDURE_CAT"),
    name("PROCEDURE_SCHEM"),
    name("PROCEDURE_NAME").not_null(),
    number("NUM_INPUT_PARAMS"),
    number("NUM_OUTPUT_PARAMS"),
    number("NUM_RESULT_SETS"),
    remarks(),
    number("PROCEDURE_TYPE"),
];

const COLUMN: [Heading; 5] = [
    name("PROCEDURE_CAT"),
    name("PROCEDURE_SCHEM"),
    name("PROCEDURE_NAME").not_null(),
    name("COLUMN_NAME").not_null(),
    number("COLUMN_TYPE").not_null(),
];

/// SQLProcedures. Schema and name are patterns, the catalog is an ordinary argument.
///
/// # Errors
/// HY009 for a null pointer under SQL_ATTR_METADATA_ID.
pub fn procedures(context: &Context<'_>, procedure: ObjectName<'_>) -> Result<ResultSet> {
    let row = |procedure: &Procedure| {
        let mut row: Vec<Value> = [CATALOG, &procedure.schema, &procedure.name].map(Into::into).into();
        row.push(integer(i32::try_from(procedure.positional().len()).unwrap_or(i32::MAX)));
        let sets = i32::from(context.model.answer(procedure).is_some());
        row.extend([integer(0), integer(sets), procedure.remarks.as_str().into(), integer(SQL_PT_PROCEDURE)]);
        row
    };
    Ok(ResultSet::new(&PROCEDURES, search(context, procedure)?.into_iter().map(row).collect()))
}

/// SQLProcedureColumns: the return value as number 0, the inputs in the order of positional arguments, then the columns
/// of the row that comes back; each of the two lists is numbered from 1. A column of the row is a result column, and
/// nothing else, although a parameter that is bound as output can take it: it would be listed twice. Schema, name and column are patterns, the catalog is an ordinary argument.
///
/// # Errors
/// HY009 for a null pointer under SQL_ATTR_METADATA_ID.
pub fn procedure_columns(
    context: &Context<'_>,
    procedure: ObjectName<'_>,
    column: Option<&str>,
) -> Result<ResultSet> {
    let wanted = Matcher::pattern(context, "ColumnName", column)?;
    let mut rows = Vec::new();
    for procedure in search(context, procedure)? {
        let mut add = |name: &str, column_type: i16, typed: Typed<'_>| {
            if wanted.matches(name) {
                let mut row: Vec<Value> =
                    [CATALOG, &procedure.schema, &procedure.name, name].map(Into::into).into();
                row.push(integer(column_type));
                row.extend(typed.cells(context));
                rows.push(row);
            }
        };
        add(RETURN_VALUE, SQL_RETURN_VALUE, Typed::return_value());
        for (index, input) in procedure.positional().iter().enumerate() {
            add(&input.name, SQL_PARAM_INPUT, Typed::input(index, input));
        }
        for result in context.results(procedure) {
            add(result.name, SQL_RESULT_COL, Typed::column(&result));
        }
    }
    Ok(ResultSet::new(&[&COLUMN[..], &typed::HEADINGS].concat(), rows))
}

/// The procedures of these names, ordered by schema and name.
fn search<'a>(context: &Context<'a>, procedure: ObjectName<'_>) -> Result<Vec<&'a Procedure>> {
    let wanted = ObjectMatcher::patterns_in_catalog(context, procedure)?;
    let all = context.procedures().map(|p| &**p);
    let mut found: Vec<_> = all.filter(|p| wanted.matches(&p.schema, &p.name)).collect();
    found.sort_by_key(|p| (p.schema.as_str(), p.name.as_str()));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cells, context};
    use super::*;

    fn named(name: &str) -> ObjectName<'_> {
        ObjectName { name: Some(name), ..ObjectName::default() }
    }

    #[test]
    fn procedures_are_listed_by_pattern() {
        let rows = procedures(&context(), named("%participants")).unwrap().rows;
        let names = cells(&rows, 2);
        assert!(names.contains(&"AddParticipants".to_owned()));
        assert!(cells(&rows, 1).into_iter().zip(names).is_sorted(), "by schema, then by name");
        let row = rows.iter().find(|row| row[2] == Value::from("AddParticipants")).unwrap();
        assert_eq!((&row[0], &row[1]), (&"CData".into(), &"Twilio".into()));
        assert_eq!((&row[4], &row[5], &row[7]), (&0.into(), &1.into(), &1.into()));
    }

    #[test]
    fn the_return_value_comes_first_and_each_list_is_numbered_from_1() {
        let set = procedure_columns(&context(), named("AddParticipants"), None).unwrap();
        let procedure = context().model.procedure(None, "AddParticipants").unwrap();
        let inputs = procedure.positional().len();
        let returned = context().model.answer(procedure).unwrap().shown().count();
        assert_eq!(set.rows.len(), 1 + inputs + returned);
        let expected = std::iter::once((5, 0))
            .chain((1..=inputs as i64).map(|i| (1, i)))
            .chain((1..=returned as i64).map(|i| (3, i)));
        for (row, (column_type, position)) in set.rows.iter().zip(expected) {
            assert_eq!((&row[4], &row[17]), (&column_type.into(), &position.into()));
        }
    }

    #[test]
    fn an_input_is_nullable_unless_it_is_required() {
        let row = |name| {
            procedure_columns(&context(), named("AddParticipants"), Some(name)).unwrap().rows.remove(0)
        };
        let from = row("From");
        assert_eq!((&from[4], &from[11], &from[18]), (&1.into(), &0.into(), &"NO".into()));
        assert_eq!((&from[5], &from[6], &from[7]), (&(-9).into(), &"NVARCHAR".into(), &255.into()));
        let label = row("Record");
        assert_eq!((&label[6], &label[11], &label[18]), (&"BIT".into(), &1.into(), &"YES".into()));
    }

    #[test]
    fn the_result_columns_are_those_of_the_reference() {
        let set = procedure_columns(&context(), ObjectName::default(), None).unwrap();
        assert_eq!(set.columns.len(), 19);
        let names: Vec<&str> = set.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names[3..6], ["COLUMN_NAME", "COLUMN_TYPE", "DATA_TYPE"]);
        assert_eq!(procedures(&context(), ObjectName::default()).unwrap().columns.len(), 8);
    }
}
