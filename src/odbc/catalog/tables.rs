//! SQLTables: tables by name and type, and the lists of catalogs, schemas and table types.

use super::pattern::ObjectMatcher;
use super::result::{Heading, ResultSet, name, remarks, text};
use super::{Context, ObjectName};
use crate::error::Result;
use crate::model::{CATALOG, TableKind};
use crate::value::Value;

const HEADINGS: [Heading; 5] =
    [name("TABLE_CAT"), name("TABLE_SCHEM"), name("TABLE_NAME"), text("TABLE_TYPE", 32), remarks()];

/// The table types that the driver shows, in alphabetical order.
const TABLE_TYPES: [(TableKind, &str); 4] = [
    (TableKind::Temporary, "LOCAL TEMPORARY"),
    (TableKind::System, "SYSTEM TABLE"),
    (TableKind::Table, "TABLE"),
    (TableKind::View, "VIEW"),
];

/// SQLTables. Catalog, schema and name are patterns. `types` lists table types, quoted or not, in any letter case;
/// none, an empty list and `%` stand for all types.
///
/// `%` as one argument with empty strings (not null pointers) for the other names lists catalogs, schemas or table
/// types. These lists keep their meaning under SQL_ATTR_METADATA_ID, which has no other way to ask for them.
///
/// # Errors
/// HY009 for a null pointer under SQL_ATTR_METADATA_ID.
pub fn tables(context: &Context<'_>, table: ObjectName<'_>, types: Option<&str>) -> Result<ResultSet> {
    let rows = match (table.catalog, table.schema, table.name) {
        (Some("%"), Some(""), Some("")) => vec![row(Some(CATALOG), None, None, None, None)],
        (Some(""), Some("%"), Some("")) => {
            context.schemas().into_iter().map(|schema| row(None, Some(schema), None, None, None)).collect()
        }
        (Some(""), Some(""), Some("")) if types == Some("%") => {
            TABLE_TYPES.iter().map(|(_, name)| row(None, None, None, Some(name), None)).collect()
        }
        _ => search(context, table, types)?,
    };
    Ok(ResultSet::new(&HEADINGS, rows))
}

fn row(
    catalog: Option<&str>,
    schema: Option<&str>,
    table: Option<&str>,
    table_type: Option<&str>,
    remarks: Option<&str>,
) -> Vec<Value> {
    [catalog, schema, table, table_type, remarks].map(Value::from).into()
}

fn search(context: &Context<'_>, table: ObjectName<'_>, types: Option<&str>) -> Result<Vec<Vec<Value>>> {
    let wanted = ObjectMatcher::patterns(context, table)?;
    let mut found: Vec<_> = context
        .tables()
        .map(|t| (type_name(t.kind), t))
        .filter(|(name, t)| is_listed(types, name) && wanted.matches(&t.schema, &t.name))
        .collect();
    found.sort_by_key(|(name, t)| (*name, t.schema.as_str(), t.name.as_str()));
    Ok(found
        .into_iter()
        .map(|(name, t)| row(Some(CATALOG), Some(&t.schema), Some(&t.name), Some(name), Some(&t.remarks)))
        .collect())
}

/// TABLE_TYPE.
pub fn type_name(kind: TableKind) -> &'static str {
    TABLE_TYPES.iter().find(|(k, _)| *k == kind).map_or("TABLE", |(_, name)| name)
}

/// Whether a value list admits a table type.
fn is_listed(list: Option<&str>, table_type: &str) -> bool {
    let quotes: &[char] = &['\'', '"', ' '];
    let mut types = list.unwrap_or("").split(',').map(|item| item.trim_matches(quotes)).peekable();
    let is_empty = types.clone().all(str::is_empty);
    is_empty || types.any(|item| item == "%" || item.eq_ignore_ascii_case(table_type))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cells, context, identifiers};
    use super::*;
    use crate::error::state;

    fn list(
        catalog: Option<&str>,
        schema: Option<&str>,
        name: Option<&str>,
        types: Option<&str>,
    ) -> Vec<Vec<Value>> {
        tables(&context(), ObjectName { catalog, schema, name }, types).unwrap().rows
    }

    fn names(name: Option<&str>, types: Option<&str>) -> Vec<String> {
        cells(&list(None, None, name, types), 2)
    }

    #[test]
    fn all_catalogs() {
        let expected = vec![vec!["CData".into(), Value::Null, Value::Null, Value::Null, Value::Null]];
        assert_eq!(list(Some("%"), Some(""), Some(""), None), expected);
        assert_eq!(list(Some("%"), Some(""), Some(""), Some("")), expected);
    }

    #[test]
    fn all_schemas() {
        let rows = list(Some(""), Some("%"), Some(""), Some(""));
        assert!(rows.contains(&vec![Value::Null, "Twilio".into(), Value::Null, Value::Null, Value::Null]));
        assert!(cells(&rows, 1).is_sorted());
    }

    #[test]
    fn all_table_types() {
        let rows = list(Some(""), Some(""), Some(""), Some("%"));
        assert_eq!(cells(&rows, 3), ["LOCAL TEMPORARY", "SYSTEM TABLE", "TABLE", "VIEW"]);
        assert!(rows.iter().all(|row| row[0] == Value::Null && row[2] == Value::Null));
    }

    #[test]
    fn a_wildcard_beside_null_pointers_is_a_search() {
        let all = context().model.tables().count();
        assert_eq!(list(Some("%"), None, None, None).len(), all);
        assert_eq!(list(None, Some("%"), None, None).len(), all);
        assert_eq!(list(None, None, None, Some("%")).len(), all);
        assert_eq!(list(Some("%"), Some("%"), Some("%"), None).len(), all);
    }

    #[test]
    fn nothing_but_empty_strings_lists_all_tables() {
        let all = context().model.tables().count();
        assert_eq!(list(Some(""), Some(""), Some(""), Some("")).len(), all);
        assert_eq!(list(Some(""), Some(""), None, None).len(), all);
    }

    #[test]
    fn a_row_names_the_table_in_full() {
        let rows = list(Some("CData"), Some("Twilio"), Some("Conferences"), Some("TABLE"));
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0][..4], ["CData", "Twilio", "Conferences", "TABLE"].map(Value::from));
        assert!(matches!(&rows[0][4], Value::Text(remarks) if !remarks.is_empty()));
    }

    #[test]
    fn table_types_are_quoted_or_not_in_any_case() {
        for types in
            ["TABLE", "'TABLE'", "table,view", "'TABLE' , 'VIEW'", " 'Table','SYSTEM TABLE'", "\"TABLE\""]
        {
            assert_eq!(names(Some("Conferences"), Some(types)), ["Conferences"], "{types}");
        }
        assert!(names(Some("Conferences"), Some("VIEW")).is_empty());
        let system = names(None, Some("'SYSTEM TABLE'"));
        assert!(
            system.contains(&"sys_requests".into()) && system.iter().all(|name| name.starts_with("sys_"))
        );
        assert_eq!(names(None, Some(" \"system table\" ,'ALIAS'")), system);
        assert!(names(None, Some("SYNONYM,'GLOBAL TEMPORARY'")).is_empty());
        assert_eq!(names(None, Some("VIEW,%")).len(), context().model.tables().count());
    }

    #[test]
    fn rows_are_ordered_by_type_schema_and_name() {
        let rows = list(None, None, None, None);
        assert!(rows.iter().map(|row| [3, 0, 1, 2].map(|i| format!("{:?}", row[i]))).is_sorted());
    }

    #[test]
    fn names_match_patterns() {
        assert_eq!(names(Some("conference%ants"), None), ["ConferenceParticipants"]);
        assert_eq!(names(Some("Conference_"), None), ["Conferences"]);
        assert!(names(Some(r"Conference\_"), None).is_empty());
    }

    #[test]
    fn identifiers_are_no_patterns() {
        let find = |name| {
            let table = ObjectName { catalog: Some("CDATA"), schema: Some("twilio"), name };
            tables(&identifiers(), table, None).map(|set| set.rows.len())
        };
        assert_eq!(find(Some("conferences ")), Ok(1));
        assert_eq!(find(Some("\"Conferences\"")), Ok(1));
        assert_eq!(find(Some("Conference_")), Ok(0));
        assert_eq!(find(None).unwrap_err().state, state::INVALID_NULL_POINTER);
    }
}
