//! SQLTablePrivileges and SQLColumnPrivileges.
//!
//! Twilio has no grants. What an API key may do is known to Twilio alone and shows when a request is refused, so the
//! sets are empty: "nothing is known to be granted".

use super::pattern::{Matcher, ObjectMatcher};
use super::result::{Heading, ResultSet, name, text};
use super::{Context, ObjectName};
use crate::error::Result;

const TABLE: [Heading; 7] = [
    name("TABLE_CAT"),
    name("TABLE_SCHEM"),
    name("TABLE_NAME").not_null(),
    name("GRANTOR"),
    name("GRANTEE").not_null(),
    name("PRIVILEGE").not_null(),
    text("IS_GRANTABLE", 3),
];

const COLUMN: [Heading; 8] = [
    name("TABLE_CAT"),
    name("TABLE_SCHEM"),
    name("TABLE_NAME").not_null(),
    name("COLUMN_NAME").not_null(),
    name("GRANTOR"),
    name("GRANTEE").not_null(),
    name("PRIVILEGE").not_null(),
    text("IS_GRANTABLE", 3),
];

/// SQLTablePrivileges: no row.
///
/// # Errors
/// HY009 for a null pointer under SQL_ATTR_METADATA_ID.
pub fn table_privileges(context: &Context<'_>, table: ObjectName<'_>) -> Result<ResultSet> {
    ObjectMatcher::patterns_in_catalog(context, table)?;
    Ok(ResultSet::new(&TABLE, Vec::new()))
}

/// SQLColumnPrivileges: no row.
///
/// # Errors
/// HY009 without a table name, or for a null pointer under SQL_ATTR_METADATA_ID.
pub fn column_privileges(
    context: &Context<'_>,
    table: ObjectName<'_>,
    column: Option<&str>,
) -> Result<ResultSet> {
    ObjectMatcher::literals(context, table)?;
    Matcher::pattern(context, "ColumnName", column)?;
    Ok(ResultSet::new(&COLUMN, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::context;
    use super::*;

    #[test]
    fn the_sets_are_empty_but_have_their_columns() {
        let table = ObjectName { name: Some("Conferences"), ..ObjectName::default() };
        let tables = table_privileges(&context(), table).unwrap();
        assert_eq!((tables.columns.len(), tables.rows.len()), (7, 0));
        let columns = column_privileges(&context(), table, None).unwrap();
        assert_eq!((columns.columns.len(), columns.rows.len()), (8, 0));
        assert!(column_privileges(&context(), ObjectName::default(), None).is_err());
    }
}
