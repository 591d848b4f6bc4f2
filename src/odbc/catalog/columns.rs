//! SQLColumns.

use super::pattern::{Matcher, ObjectMatcher};
use super::result::{Heading, ResultSet, name};
use super::typed::{self, Typed};
use super::{Context, ObjectName};
use crate::error::Result;
use crate::model::CATALOG;

const OBJECT: [Heading; 4] =
    [name("TABLE_CAT"), name("TABLE_SCHEM"), name("TABLE_NAME").not_null(), name("COLUMN_NAME").not_null()];

/// SQLColumns. Schema, table and column are patterns, the catalog is an ordinary argument. Of the further
/// names that columns have, those that PseudoColumns names are listed, after the table's own columns.
///
/// # Errors
/// HY009 for a null pointer under SQL_ATTR_METADATA_ID.
pub fn columns(context: &Context<'_>, table: ObjectName<'_>, column: Option<&str>) -> Result<ResultSet> {
    let wanted = ObjectMatcher::patterns_in_catalog(context, table)?;
    let column = Matcher::pattern(context, "ColumnName", column)?;
    let mut tables: Vec<_> = context.tables().filter(|t| wanted.matches(&t.schema, &t.name)).collect();
    tables.sort_by_key(|t| (t.schema.as_str(), t.name.as_str()));
    let mut rows = Vec::new();
    for table in tables {
        for found in context.columns(table).filter(|c| column.matches(c.name)) {
            let object = [CATALOG, &table.schema, &table.name, found.name].map(Into::into);
            rows.push(object.into_iter().chain(Typed::column(&found).cells(context)).collect());
        }
    }
    Ok(ResultSet::new(&[&OBJECT[..], &typed::HEADINGS].concat(), rows))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cells, context, context_for, identifiers};
    use super::*;
    use crate::error::state;
    use crate::odbc::catalog;
    use crate::odbc::types::OdbcVersion;
    use crate::value::Value;

    fn list(table: &str, column: &str) -> Vec<Vec<Value>> {
        let table = ObjectName { name: Some(table), ..ObjectName::default() };
        columns(&context(), table, Some(column)).unwrap().rows
    }

    fn text(s: &str) -> Value {
        s.into()
    }

    #[test]
    fn the_result_columns_are_those_of_the_reference() {
        let set = columns(&context(), ObjectName::default(), None).unwrap();
        let names: Vec<&str> = set.columns.iter().map(|c| c.name.as_str()).collect();
        let reference = "TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME DATA_TYPE TYPE_NAME COLUMN_SIZE BUFFER_LENGTH \
            DECIMAL_DIGITS NUM_PREC_RADIX NULLABLE REMARKS COLUMN_DEF SQL_DATA_TYPE SQL_DATETIME_SUB \
            CHAR_OCTET_LENGTH ORDINAL_POSITION IS_NULLABLE";
        assert_eq!(names, reference.split_whitespace().collect::<Vec<_>>());
        let required: Vec<_> =
            (1..).zip(set.columns.iter()).filter(|(_, c)| !c.nullable).map(|(i, _)| i).collect();
        assert_eq!(required, [3, 4, 5, 6, 11, 14, 17]);
    }

    #[test]
    fn a_key_column_of_text() {
        let row = list("ConferenceParticipants", "CallSid").remove(0);
        let mut expected: Vec<Value> =
            ["CData", "Twilio", "ConferenceParticipants", "CallSid"].map(text).into();
        expected.extend([Value::Integer(-9), text("NVARCHAR"), Value::Integer(34), Value::Integer(68)]);
        expected.extend([Value::Null, Value::Null, Value::Integer(0), row[11].clone(), Value::Null]);
        expected.extend([Value::Integer(-9), Value::Null, Value::Integer(68), Value::Integer(1), text("NO")]);
        assert_eq!(row, expected);
        assert!(matches!(&row[11], Value::Text(remarks) if remarks.contains("call")));
    }

    #[test]
    fn a_boolean_column() {
        let row = list("ConferenceParticipants", "Muted").remove(0);
        let mut expected: Vec<Value> =
            ["CData", "Twilio", "ConferenceParticipants", "Muted"].map(text).into();
        expected.extend([Value::Integer(-7), text("BIT"), Value::Integer(1), Value::Integer(1)]);
        expected.extend([Value::Null, Value::Null, Value::Integer(1), row[11].clone(), Value::Null]);
        expected.extend([Value::Integer(-7), Value::Null, Value::Null, Value::Integer(8), text("YES")]);
        assert_eq!(row, expected);
    }

    #[test]
    fn a_timestamp_column_in_both_versions() {
        let row = |version| {
            let table = ObjectName { name: Some("ConferenceParticipants"), ..ObjectName::default() };
            columns(&context_for(version), table, Some("DateCreated")).unwrap().rows.remove(0)
        };
        let new = row(OdbcVersion::Odbc3);
        let sizes = [Value::Integer(93), text("TIMESTAMP"), Value::Integer(19), Value::Integer(16)];
        assert_eq!(new[4..8], sizes);
        assert_eq!(new[8..10], [Value::Integer(0), Value::Null]);
        assert_eq!(new[13..17], [Value::Integer(9), Value::Integer(3), Value::Null, Value::Integer(11)]);
        assert_eq!(row(OdbcVersion::Odbc2)[4], Value::Integer(11));
    }

    #[test]
    fn columns_stand_in_their_order_without_aliases() {
        let rows = list("Conferences", "");
        assert_eq!(cells(&rows, 3)[..3], ["Sid", "AccountSid", "DateCreated"]);
        let ordinals: Vec<_> = rows.iter().map(|row| row[16].clone()).collect();
        assert_eq!(ordinals, (1..=rows.len() as i64).map(Value::Integer).collect::<Vec<_>>());
        assert!(list("Conferences", "FriendlyName").is_empty());
        assert_eq!(list("Conferences", "Name").len(), 1);
    }

    #[test]
    fn tables_and_columns_match_patterns_but_the_catalog_does_not() {
        assert_eq!(cells(&list("conference%", "CallSid%Coach"), 3), ["CallSidToCoach"]);
        let catalog = |catalog| {
            let table = ObjectName { catalog: Some(catalog), ..ObjectName::default() };
            columns(&context(), table, None).unwrap().rows.len()
        };
        assert!(catalog("CData") > 0 && catalog("") > 0);
        assert_eq!(catalog("C%"), 0);
    }

    #[test]
    fn every_type_name_is_one_of_sql_get_type_info() {
        let types = catalog::type_info(&context(), 0).unwrap().rows;
        for row in list("", "") {
            let known = types.iter().any(|t| (&t[0], &t[1], &t[15]) == (&row[5], &row[4], &row[13]));
            assert!(known, "{row:?}");
        }
    }

    #[test]
    fn remarks_and_names_fit_their_columns() {
        let (all, none) = (ObjectName::default(), None);
        let sets = [
            columns(&context(), all, none),
            catalog::tables(&context(), all, none),
            catalog::procedures(&context(), all),
            catalog::procedure_columns(&context(), all, none),
            catalog::foreign_keys(
                &context(),
                all,
                ObjectName { name: Some("ConferenceParticipants"), ..all },
            ),
            catalog::type_info(&context(), 0),
        ];
        for set in sets.map(Result::unwrap) {
            for (cell, column) in set.rows.iter().flat_map(|row| row.iter().zip(set.columns.iter())) {
                assert!(*cell != Value::Null || column.nullable, "{}", column.name);
                if let Value::Text(s) = cell {
                    assert!(s.chars().count() <= column.column_type.size as usize, "{}: {s}", column.name);
                }
            }
        }
    }

    #[test]
    fn a_null_column_name_is_refused_under_metadata_id() {
        let table = ObjectName { catalog: Some("CData"), schema: Some("Twilio"), name: Some("Conferences") };
        let error = columns(&identifiers(), table, None).unwrap_err();
        assert_eq!(error.state, state::INVALID_NULL_POINTER);
        assert_eq!(columns(&identifiers(), table, Some("SID")).unwrap().rows.len(), 1);
    }
}
