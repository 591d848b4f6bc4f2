//! SQLStatistics and SQLSpecialColumns: what identifies a row. Access, Excel and SSIS will not write without it.

use super::keys::{key_columns, primary_key_name};
use super::pattern::ObjectMatcher;
use super::result::{Heading, ResultSet, integer, name, number, ordinal, text};
use super::{Context, ObjectName, typed};
use crate::error::{Error, Result, state};
use crate::model::CATALOG;
use crate::odbc::types::describe;
use crate::value::Value;

const SQL_BEST_ROWID: u16 = 1;
const SQL_ROWVER: u16 = 2;
const SQL_SCOPE_SESSION: u16 = 2;
const SQL_NULLABLE: u16 = 1;
const SQL_INDEX_ALL: u16 = 1;
const SQL_ENSURE: u16 = 1;
const SQL_INDEX_OTHER: i16 = 3;
const SQL_PC_NOT_PSEUDO: i16 = 1;
const SQL_FALSE: i16 = 0;

const STATISTICS: [Heading; 13] = [
    name("TABLE_CAT"),
    name("TABLE_SCHEM"),
    name("TABLE_NAME").not_null(),
    number("NON_UNIQUE"),
    name("INDEX_QUALIFIER"),
    name("INDEX_NAME"),
    number("TYPE").not_null(),
    number("ORDINAL_POSITION"),
    name("COLUMN_NAME"),
    text("ASC_OR_DESC", 1),
    number("CARDINALITY"),
    number("PAGES"),
    text("FILTER_CONDITION", 254),
];

const SPECIAL: [Heading; 8] = [
    number("SCOPE"),
    name("COLUMN_NAME").not_null(),
    number("DATA_TYPE").not_null(),
    name("TYPE_NAME").not_null(),
    number("COLUMN_SIZE"),
    number("BUFFER_LENGTH"),
    number("DECIMAL_DIGITS"),
    number("PSEUDO_COLUMN"),
];

/// SQLStatistics, with its Unique and Reserved arguments as they come. Nothing is a pattern.
///
/// The one index of a table is its key, so that `unique` changes nothing. There is no SQL_TABLE_STAT row: it would
/// only say that the number of rows and pages is unknown.
///
/// # Errors
/// HY009 without a table name, or for a null pointer under SQL_ATTR_METADATA_ID; HY100; HY101.
pub fn statistics(
    context: &Context<'_>,
    table: ObjectName<'_>,
    unique: u16,
    accuracy: u16,
) -> Result<ResultSet> {
    if unique > SQL_INDEX_ALL {
        let message = format!("Unique is {unique}; SQL_INDEX_UNIQUE (0) and SQL_INDEX_ALL (1) are possible.");
        return Err(Error::new(state::UNIQUENESS_OUT_OF_RANGE, message));
    }
    if accuracy > SQL_ENSURE {
        let message = format!("Reserved is {accuracy}; SQL_QUICK (0) and SQL_ENSURE (1) are possible.");
        return Err(Error::new(state::ACCURACY_OUT_OF_RANGE, message));
    }
    let wanted = ObjectMatcher::literals(context, table)?;
    let mut rows = Vec::new();
    for table in context.tables().filter(|t| wanted.matches(&t.schema, &t.name)) {
        for (i, column) in key_columns(table).enumerate() {
            let mut row: Vec<Value> = [CATALOG, &table.schema, &table.name].map(Into::into).into();
            row.extend([integer(SQL_FALSE), Value::Null, primary_key_name(table).into()]);
            row.extend([integer(SQL_INDEX_OTHER), ordinal(i), column.name.as_str().into()]);
            row.extend([Value::Null, Value::Null, Value::Null, Value::Null]);
            rows.push(row);
        }
    }
    Ok(ResultSet::new(&STATISTICS, rows))
}

/// SQLSpecialColumns, with its IdentifierType, Scope and Nullable arguments as they come. Nothing is a pattern.
///
/// The best row identifier is the key; it never changes nor is NULL, so that every scope and `nullable` gives it.
/// No column changes by itself with each update in a way that SQL_ROWVER promises.
///
/// # Errors
/// HY009 without a table name, or for a null pointer under SQL_ATTR_METADATA_ID; HY097; HY098; HY099.
pub fn special_columns(
    context: &Context<'_>,
    column_type: u16,
    table: ObjectName<'_>,
    scope: u16,
    nullable: u16,
) -> Result<ResultSet> {
    if !matches!(column_type, SQL_BEST_ROWID | SQL_ROWVER) {
        let message =
            format!("IdentifierType is {column_type}; SQL_BEST_ROWID (1) and SQL_ROWVER (2) are possible.");
        return Err(Error::new(state::COLUMN_TYPE_OUT_OF_RANGE, message));
    }
    if scope > SQL_SCOPE_SESSION {
        let message = format!("Scope is {scope}; 0 (row), 1 (transaction) and 2 (session) are possible.");
        return Err(Error::new(state::SCOPE_OUT_OF_RANGE, message));
    }
    if nullable > SQL_NULLABLE {
        let message = format!("Nullable is {nullable}; SQL_NO_NULLS (0) and SQL_NULLABLE (1) are possible.");
        return Err(Error::new(state::NULLABLE_TYPE_OUT_OF_RANGE, message));
    }
    let wanted = ObjectMatcher::literals(context, table)?;
    let tables = context.tables().filter(|t| wanted.matches(&t.schema, &t.name));
    let mut rows = Vec::new();
    for column in tables.flat_map(|t| key_columns(t)).filter(|_| column_type == SQL_BEST_ROWID) {
        let facts = describe(&column.column_type()).for_version(context.version).for_wchar(context.wchar);
        let mut row = vec![integer(SQL_SCOPE_SESSION), column.name.as_str().into()];
        row.extend(typed::sizes(&facts));
        row.push(integer(SQL_PC_NOT_PSEUDO));
        rows.push(row);
    }
    Ok(ResultSet::new(&SPECIAL, rows))
}

#[cfg(test)]
mod tests {
    use super::super::testing::context;
    use super::*;

    const PARTICIPANTS: ObjectName<'_> =
        ObjectName { catalog: None, schema: None, name: Some("ConferenceParticipants") };

    #[test]
    fn the_key_is_the_unique_index() {
        for unique in [0, 1] {
            let rows = statistics(&context(), PARTICIPANTS, unique, 0).unwrap().rows;
            let text = |s: &str| Value::from(s);
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0][..3], ["CData", "Twilio", "ConferenceParticipants"].map(text));
            let index = [Value::Integer(0), Value::Null, text("PK_ConferenceParticipants")];
            assert_eq!(rows[0][3..6], index);
            assert_eq!(rows[0][6..9], [Value::Integer(3), Value::Integer(1), text("CallSid")]);
            assert!(rows[0][9..].iter().all(|cell| *cell == Value::Null));
        }
    }

    #[test]
    fn the_best_row_identifier_is_the_key() {
        for scope in 0..=2 {
            let rows = special_columns(&context(), 1, PARTICIPANTS, scope, 0).unwrap().rows;
            let expected = [2.into(), "CallSid".into(), (-9).into(), "NVARCHAR".into(), 34.into(), 68.into()];
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0][..6], expected);
            assert_eq!(rows[0][6..], [Value::Null, 1.into()]);
        }
        assert!(special_columns(&context(), 2, PARTICIPANTS, 0, 0).unwrap().rows.is_empty());
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let state_of = |result: Result<ResultSet>| result.unwrap_err().state.as_str();
        assert_eq!(state_of(statistics(&context(), PARTICIPANTS, 2, 0)), "HY100");
        assert_eq!(state_of(statistics(&context(), PARTICIPANTS, 0, 2)), "HY101");
        assert_eq!(state_of(special_columns(&context(), 3, PARTICIPANTS, 0, 0)), "HY097");
        assert_eq!(state_of(special_columns(&context(), 1, PARTICIPANTS, 3, 0)), "HY098");
        assert_eq!(state_of(special_columns(&context(), 1, PARTICIPANTS, 0, 2)), "HY099");
        assert_eq!(state_of(statistics(&context(), ObjectName::default(), 0, 0)), "HY009");
    }
}
