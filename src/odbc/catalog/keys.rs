//! SQLPrimaryKeys and SQLForeignKeys: the keys that the model declares. Twilio enforces them, not the driver.

use super::pattern::{Matcher, ObjectMatcher};
use super::result::{Heading, ResultSet, integer, name, number, ordinal};
use super::{Context, ObjectName, typed};
use crate::error::{Error, Result, state};
use crate::model::{CATALOG, Column, Table};
use crate::value::Value;

const SQL_NOT_DEFERRABLE: i16 = 7;

const PRIMARY: [Heading; 6] = [
    name("TABLE_CAT"),
    name("TABLE_SCHEM"),
    name("TABLE_NAME").not_null(),
    name("COLUMN_NAME").not_null(),
    number("KEY_SEQ").not_null(),
    name("PK_NAME"),
];

const FOREIGN: [Heading; 14] = [
    name("PKTABLE_CAT"),
    name("PKTABLE_SCHEM"),
    name("PKTABLE_NAME").not_null(),
    name("PKCOLUMN_NAME").not_null(),
    name("FKTABLE_CAT"),
    name("FKTABLE_SCHEM"),
    name("FKTABLE_NAME").not_null(),
    name("FKCOLUMN_NAME").not_null(),
    number("KEY_SEQ").not_null(),
    number("UPDATE_RULE"),
    number("DELETE_RULE"),
    name("FK_NAME"),
    name("PK_NAME"),
    number("DEFERRABILITY"),
];

/// The name of a table's key, and of the unique index that stands for it.
pub fn primary_key_name(table: &Table) -> String {
    format!("PK_{}", table.name)
}

/// The key's columns under the names that SQLColumns lists.
pub fn key_columns(table: &Table) -> impl Iterator<Item = &Column> {
    table.key.iter().filter_map(|name| table.column(name).map(|(_, column)| column))
}

/// SQLPrimaryKeys. Nothing is a pattern.
///
/// # Errors
/// HY009 without a table name, or for a null pointer under SQL_ATTR_METADATA_ID.
pub fn primary_keys(context: &Context<'_>, table: ObjectName<'_>) -> Result<ResultSet> {
    let wanted = ObjectMatcher::literals(context, table)?;
    let mut rows = Vec::new();
    for table in context.tables().filter(|t| wanted.matches(&t.schema, &t.name)) {
        for (i, column) in key_columns(table).enumerate() {
            let mut row: Vec<Value> =
                [CATALOG, &table.schema, &table.name, &column.name].map(Into::into).into();
            row.extend([ordinal(i), primary_key_name(table).into()]);
            rows.push(row);
        }
    }
    Ok(ResultSet::new(&PRIMARY, rows))
}

/// SQLForeignKeys. Nothing is a pattern. With `primary` alone: the keys that refer to that table; with `foreign`
/// alone: the keys of that table; with both: those of `foreign` that refer to `primary`. An empty table name counts
/// as none. A reference to a column that is no key is not listed.
///
/// UPDATE_RULE and DELETE_RULE are NULL: what Twilio does with dependants differs from resource to resource.
///
/// # Errors
/// HY009 without any table name, or for a null pointer under SQL_ATTR_METADATA_ID.
pub fn foreign_keys(
    context: &Context<'_>,
    primary: ObjectName<'_>,
    foreign: ObjectName<'_>,
) -> Result<ResultSet> {
    let is_given = |object: &ObjectName<'_>| object.name.is_some_and(|name| !name.is_empty());
    if !is_given(&primary) && !is_given(&foreign) {
        let message = "SQLForeignKeys needs the name of a table: PKTableName, FKTableName or both.";
        return Err(Error::new(state::INVALID_NULL_POINTER, message));
    }
    let (by_foreign, by_primary) = (Side::new(context, "FK", foreign)?, Side::new(context, "PK", primary)?);
    let tables = context.tables().filter(|t| by_foreign.matches(&t.schema, &t.name));
    let keys = tables.flat_map(|t| ForeignKey::of(context, t));
    let mut found: Vec<ForeignKey<'_>> =
        keys.filter(|key| by_primary.matches(&key.target.schema, &key.target.name)).collect();
    // KEY_SEQ is always 1; columns that refer to the same table follow each other by name.
    if is_given(&foreign) {
        found.sort_by_key(|key| (&key.target.schema, &key.target.name, &key.column.name));
    } else {
        found.sort_by_key(|key| (&key.table.schema, &key.table.name, &key.column.name));
    }
    Ok(ResultSet::new(&FOREIGN, found.iter().map(ForeignKey::row).collect()))
}

/// A column that refers to the key of a table.
#[derive(Clone, Copy, Debug)]
pub struct ForeignKey<'a> {
    pub table: &'a Table,
    pub column: &'a Column,
    pub target: &'a Table,
    pub target_column: &'a Column,
}

impl<'a> ForeignKey<'a> {
    /// Those of a table, as far as the tables that they refer to are listed.
    pub fn of(context: &Context<'a>, table: &'a Table) -> impl Iterator<Item = ForeignKey<'a>> {
        let Context { model, listing, .. } = *context;
        table.columns.iter().filter_map(move |column| {
            let reference = column.references.as_ref()?;
            // Whether it is listed is known before its file is read.
            let target = model.entry(Some(&table.schema), &reference.table)?;
            let target = listing.shows(&target.schema, &target.name, target.kind).then(|| target.table())?;
            let (_, target_column) = target.column(&reference.column)?;
            typed::is_key(target, target_column).then_some(ForeignKey {
                table,
                column,
                target,
                target_column,
            })
        })
    }

    /// FK_NAME.
    pub fn name(&self) -> String {
        format!("FK_{}_{}", self.table.name, self.column.name)
    }

    fn row(&self) -> Vec<Value> {
        let ForeignKey { table, column, target, target_column } = self;
        let names = [CATALOG, &target.schema, &target.name, &target_column.name];
        let names = names.into_iter().chain([CATALOG, &table.schema, &table.name, &column.name]);
        let mut row: Vec<Value> = names.map(Into::into).collect();
        row.extend([integer(1), Value::Null, Value::Null, self.name().into()]);
        row.extend([primary_key_name(target).into(), integer(SQL_NOT_DEFERRABLE)]);
        row
    }
}

/// One of SQLForeignKeys' two tables, which may be left open.
struct Side<'a> {
    catalog: Matcher<'a>,
    schema: Matcher<'a>,
    table: Matcher<'a>,
}

impl<'a> Side<'a> {
    fn new(context: &Context<'_>, prefix: &str, object: ObjectName<'a>) -> Result<Self> {
        let part = |part: &str, value| Matcher::literal(context, &format!("{prefix}{part}"), value);
        Ok(Side {
            catalog: part("CatalogName", object.catalog)?,
            schema: Matcher::schema(context, &format!("{prefix}SchemaName"), object)?,
            table: part("TableName", object.name)?,
        })
    }

    fn matches(&self, schema: &str, table: &str) -> bool {
        self.catalog.matches(CATALOG) && self.schema.matches(schema) && self.table.matches(table)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cells, context, identifiers};
    use super::*;

    fn named(name: &str) -> ObjectName<'_> {
        ObjectName { name: Some(name), ..ObjectName::default() }
    }

    fn between(primary: ObjectName<'_>, foreign: ObjectName<'_>) -> Vec<Vec<Value>> {
        foreign_keys(&context(), primary, foreign).unwrap().rows
    }

    #[test]
    fn the_key_of_a_table() {
        let rows = primary_keys(&context(), named("conferenceparticipants")).unwrap().rows;
        let text = |s: &str| Value::from(s);
        let names = ["CData", "Twilio", "ConferenceParticipants", "CallSid"].map(text);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0][..4], names);
        assert_eq!(rows[0][4..], [Value::Integer(1), text("PK_ConferenceParticipants")]);
    }

    #[test]
    fn a_primary_keys_table_is_no_pattern_and_must_be_given() {
        assert!(primary_keys(&context(), named("Conference%")).unwrap().rows.is_empty());
        assert!(primary_keys(&context(), named("")).unwrap().rows.is_empty());
        let error = primary_keys(&context(), ObjectName::default()).unwrap_err();
        assert_eq!(error.state, state::INVALID_NULL_POINTER);
    }

    #[test]
    fn the_foreign_keys_of_a_table() {
        let rows = between(ObjectName::default(), named("ConferenceParticipants"));
        let row = rows.iter().find(|row| row[7] == Value::from("ConferenceSid")).unwrap();
        let text = |s: &str| Value::from(s);
        assert_eq!(row[..4], ["CData", "Twilio", "Conferences", "Sid"].map(text));
        assert_eq!(row[4..8], ["CData", "Twilio", "ConferenceParticipants", "ConferenceSid"].map(text));
        assert_eq!(row[8..11], [Value::Integer(1), Value::Null, Value::Null]);
        assert_eq!(row[11..13], ["FK_ConferenceParticipants_ConferenceSid", "PK_Conferences"].map(text));
        assert_eq!(row[13], Value::Integer(7));
    }

    #[test]
    fn the_foreign_keys_that_refer_to_a_table() {
        let rows = between(named("Conferences"), ObjectName::default());
        assert!(cells(&rows, 6).contains(&"ConferenceParticipants".to_owned()));
        assert!(cells(&rows, 2).iter().all(|name| name == "Conferences"));
        assert!(cells(&rows, 6).is_sorted());
        assert!(between(named("ConferenceParticipants"), ObjectName::default()).is_empty());
    }

    #[test]
    fn the_foreign_keys_between_two_tables() {
        let rows = between(named("Conferences"), named("ConferenceParticipants"));
        assert_eq!(cells(&rows, 11), ["FK_ConferenceParticipants_ConferenceSid"]);
        assert!(between(named("ConferenceParticipants"), named("Conferences")).is_empty());
    }

    #[test]
    fn an_empty_name_counts_as_none() {
        assert_eq!(between(named(""), named("ConferenceParticipants")).len(), {
            between(ObjectName::default(), named("ConferenceParticipants")).len()
        });
        let error = foreign_keys(&context(), named(""), ObjectName::default()).unwrap_err();
        assert_eq!(error.state, state::INVALID_NULL_POINTER);
    }

    #[test]
    fn identifiers_may_not_be_null() {
        let full = |name| ObjectName { catalog: Some("CData"), schema: Some("Twilio"), name: Some(name) };
        assert!(foreign_keys(&identifiers(), named("Conferences"), full("")).is_err());
        let rows = foreign_keys(&identifiers(), full("CONFERENCES "), full("")).unwrap().rows;
        assert_eq!(rows.len(), between(named("Conferences"), ObjectName::default()).len());
    }
}
