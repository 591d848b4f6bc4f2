//! Tables, columns, keys and procedures as rows of system tables.

use super::super::catalog::{
    Context, ForeignKey, ListedColumn, Typed, key_columns, primary_key_name, type_name,
};
use super::super::types::OdbcVersion;
use super::flag;
use crate::model::{CATALOG, Column, Parameter, Procedure, Source, Table, TableKind};
use crate::value::Value;

/// Tells an object's fields by name; `None` for a field that it does not have.
type Fields<'a> = dyn Fn(&str) -> Option<Value> + 'a;

const SQL_INDEX_OTHER: i64 = 3;
/// What `Direction` says of an input, and of a column of the answer.
const INPUT: i64 = 1;
const OUTPUT: i64 = 4;

/// The rows of a source, each made by `row` from an object's fields. Where `name` is given, objects of other tables or
/// procedures are left out.
pub(super) fn rows(
    context: &Context<'_>,
    source: Source,
    name: Option<&str>,
    row: &mut dyn FnMut(&Fields<'_>) -> Vec<Value>,
) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    let mut add = |fields: &Fields<'_>| rows.push(row(fields));
    let tables = context.tables().filter(|t| name.is_none_or(|name| t.name == name));
    let procedures = context.procedures().filter(|p| name.is_none_or(|name| p.name == name));
    match source {
        Source::Catalogs => add(&of_catalog),
        Source::Schemas => context.schemas().into_iter().for_each(|schema| add(&|f| of_schema(schema, f))),
        Source::Tables => tables.for_each(|t| add(&|f| of_entry(&t.schema, &t.name, t.kind, &t.remarks, f))),
        Source::Columns => {
            for column in tables.flat_map(|table| context.columns(table)) {
                let typed = Typed::column(&column);
                add(&|f| of_column(&column, &typed, context.version, f));
            }
        }
        Source::PrimaryKeys | Source::Indexes => {
            for table in tables {
                for (position, column) in key_columns(table).enumerate() {
                    add(&|f| of_key(table, position, column, f));
                }
            }
        }
        Source::ForeignKeys => {
            for key in tables.flat_map(|table| ForeignKey::of(context, table)) {
                add(&|f| of_foreign_key(&key, f));
            }
        }
        Source::KeyColumns => {
            for table in tables {
                let foreign: Vec<ForeignKey<'_>> = ForeignKey::of(context, table).collect();
                for column in &table.columns {
                    let is_key = key_columns(table).any(|key| std::ptr::eq(key, column));
                    let foreign = foreign.iter().find(|key| std::ptr::eq(key.column, column));
                    if is_key || foreign.is_some() {
                        add(&|f| of_key_column(table, column, is_key, foreign, f));
                    }
                }
            }
        }
        Source::Procedures => procedures.for_each(|procedure| add(&|f| of_procedure(procedure, f))),
        Source::Parameters => {
            for procedure in procedures {
                for (index, input) in procedure.positional().iter().enumerate() {
                    let typed = Typed::input(index, input);
                    add(&|f| of_input(procedure, input, &typed, context.version, f));
                }
                for result in context.results(procedure) {
                    let typed = Typed::column(&result);
                    add(&|f| of_result(procedure, &result, &typed, context.version, f));
                }
            }
        }
        Source::Requests | Source::Identity | Source::Settings | Source::Info | Source::Driver => {}
    }
    rows
}

fn of_catalog(field: &str) -> Option<Value> {
    (field == "catalog").then(|| CATALOG.into())
}

fn of_schema(schema: &str, field: &str) -> Option<Value> {
    if field == "schema" { Some(schema.into()) } else { of_catalog(field) }
}

/// What is known of a table without its columns.
fn of_entry(schema: &str, name: &str, kind: TableKind, remarks: &str, field: &str) -> Option<Value> {
    Some(match field {
        "table" => name.into(),
        "kind" => type_name(kind).into(),
        "remarks" => remarks.into(),
        "updatable" => flag(matches!(kind, TableKind::Table | TableKind::Temporary)),
        _ => return of_schema(schema, field),
    })
}

fn of_table(table: &Table, field: &str) -> Option<Value> {
    of_entry(&table.schema, &table.name, table.kind, &table.remarks, field)
}

/// What columns and parameters have in common.
fn of_type(typed: &Typed<'_>, version: OdbcVersion, field: &str) -> Option<Value> {
    let facts = typed.facts(version);
    Some(match field {
        "type_name" => facts.type_name.into(),
        "type" => Value::Integer(facts.concise_type.into()),
        "size" => Value::Integer(facts.column_size.into()),
        "display_size" => Value::Integer(facts.display_size.into()),
        "scale" => facts.decimal_digits.map(i64::from).into(),
        "nullable" => flag(typed.nullable),
        "remarks" => (*typed.remarks).into(),
        "ordinal" => Value::Integer(typed.index.map_or(0, |index| index as i64 + 1)),
        _ => return None,
    })
}

fn of_column(
    listed: &ListedColumn<'_>,
    typed: &Typed<'_>,
    version: OdbcVersion,
    field: &str,
) -> Option<Value> {
    let ListedColumn { table, column, .. } = *listed;
    Some(match field {
        "column" => listed.name.into(),
        "key" => flag(key_columns(table).any(|key| std::ptr::eq(key, column))),
        "read_only" => flag(!table.is_updatable(column)),
        "pseudo" => flag(listed.is_pseudo),
        "array" => flag(false),
        "auto_increment" | "generated" => "NO".into(),
        _ => return of_type(typed, version, field).or_else(|| of_table(table, field)),
    })
}

fn of_key(table: &Table, position: usize, column: &Column, field: &str) -> Option<Value> {
    Some(match field {
        "column" => column.name.as_str().into(),
        "ordinal" => Value::Integer(position as i64 + 1),
        "key_name" => primary_key_name(table).into(),
        "index_type" => Value::Integer(SQL_INDEX_OTHER),
        "unique" | "primary" => flag(true),
        "sort_order" => Value::Null,
        _ => return of_table(table, field),
    })
}

fn of_foreign_key(key: &ForeignKey<'_>, field: &str) -> Option<Value> {
    Some(match field {
        "column" => key.column.name.as_str().into(),
        "foreign_key_name" => key.name().into(),
        "key_name" => primary_key_name(key.target).into(),
        "target_catalog" => CATALOG.into(),
        "target_schema" => key.target.schema.as_str().into(),
        "target_table" => key.target.name.as_str().into(),
        "target_column" => key.target_column.name.as_str().into(),
        "direction" => "IMPORT".into(),
        _ => return of_table(key.table, field),
    })
}

fn of_key_column(
    table: &Table,
    column: &Column,
    is_key: bool,
    foreign: Option<&ForeignKey<'_>>,
    field: &str,
) -> Option<Value> {
    Some(match (field, foreign) {
        ("column", _) => column.name.as_str().into(),
        ("key", _) => flag(is_key),
        ("foreign", _) => flag(foreign.is_some()),
        ("key_name", _) => is_key.then(|| primary_key_name(table)).into(),
        (
            "foreign_key_name" | "target_catalog" | "target_schema" | "target_table" | "target_column",
            None,
        ) => Value::Null,
        (_, Some(foreign)) => return of_foreign_key(foreign, field),
        (_, None) => return of_table(table, field),
    })
}

fn of_procedure(procedure: &Procedure, field: &str) -> Option<Value> {
    Some(match field {
        "procedure" => procedure.name.as_str().into(),
        "kind" => "PROCEDURE".into(),
        "remarks" => procedure.remarks.as_str().into(),
        _ => return of_schema(&procedure.schema, field),
    })
}

fn of_input(
    procedure: &Procedure,
    input: &Parameter,
    typed: &Typed<'_>,
    version: OdbcVersion,
    field: &str,
) -> Option<Value> {
    Some(match field {
        "column" => input.name.as_str().into(),
        "direction" => Value::Integer(INPUT),
        "required" => flag(input.required),
        "array" => flag(input.array),
        "values" => listed(&input.values),
        _ => return of_type(typed, version, field).or_else(|| of_procedure(procedure, field)),
    })
}

fn of_result(
    procedure: &Procedure,
    result: &ListedColumn<'_>,
    typed: &Typed<'_>,
    version: OdbcVersion,
    field: &str,
) -> Option<Value> {
    Some(match field {
        "column" => result.name.into(),
        "direction" => Value::Integer(OUTPUT),
        "required" | "array" => flag(false),
        "values" => listed(&result.column.values),
        _ => return of_type(typed, version, field).or_else(|| of_procedure(procedure, field)),
    })
}

/// The values that are known, with commas between them.
fn listed(values: &[String]) -> Value {
    (!values.is_empty()).then(|| values.join(",")).into()
}
