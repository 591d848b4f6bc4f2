//! CREATE TEMP TABLE, SELECT INTO and DROP TABLE.

use std::sync::Arc;

use sqlparser::ast::helpers::stmt_create_table::CreateTableBuilder;
use sqlparser::ast::{
    CharacterLength, ColumnDef, ColumnOption, CreateTable, DataType as SqlDataType, Expr, Ident, ObjectName,
    ObjectNamePart, OnCommit, PrimaryKeyConstraint, Query, SetExpr, TableConstraint,
};

use super::{check_name, is_temporary, refuse_names_of_twilio, table_name};
use crate::error::{Error, Result, state};
use crate::model::{Column, ColumnType, DataType, Table};
use crate::sql::parse::Markers;
use crate::sql::plan::{LocalPlan, Plan, Statement, table_of_results};
use crate::sql::resolve::{Resolver, unsupported};
use crate::sql::{Names, lex, names as messages, typing};

/// Columns that SQLite takes.
const MAX_COLUMNS: usize = 2000;

/// Plans CREATE TABLE.
pub(in crate::sql) fn create(
    names: Names<'_>,
    mut create: CreateTable,
    markers: &Markers,
) -> Result<Statement> {
    let written = create.name.0.last().and_then(ObjectNamePart::as_ident).map_or("", |i| i.value.as_str());
    let is_global = create.global == Some(true) || written.starts_with("##");
    if is_global || !(create.temporary || is_temporary(written)) {
        let message = format!(
            "Twilio takes no tables. CREATE TEMP TABLE {} … makes one that lasts as long as the connection and \
             that others do not see.",
            create.name
        );
        return Err(Error::new(state::NOT_IMPLEMENTED, message));
    }
    let query = create.query.take();
    let columns = std::mem::take(&mut create.columns);
    let constraints = std::mem::take(&mut create.constraints);
    let if_not_exists = std::mem::take(&mut create.if_not_exists);
    let preserves = create.on_commit.take().is_none_or(|rows| rows == OnCommit::PreserveRows);
    (create.temporary, create.global) = (false, None);
    let rest = CreateTable { hive_formats: None, ..create };
    if !preserves || rest != CreateTableBuilder::new(rest.name.clone()).build() {
        let known = "columns with their types, NOT NULL and PRIMARY KEY, or AS SELECT";
        return Err(unsupported(&format!("CREATE TABLE with anything but {known}")));
    }
    let Some(query) = query else {
        return declared(names, &rest.name, &columns, &constraints, if_not_exists);
    };
    if !columns.is_empty() || !constraints.is_empty() {
        return Err(unsupported("CREATE TABLE with both columns and AS SELECT"));
    }
    create_as(names, &rest.name, *query, if_not_exists, markers)
}

/// Plans CREATE TABLE … AS SELECT.
pub(in crate::sql) fn create_as(
    names: Names<'_>,
    name: &ObjectName,
    query: Query,
    if_not_exists: bool,
    markers: &Markers,
) -> Result<Statement> {
    let name = table_name(name)?;
    refuse_names_of_twilio(names, &name)?;
    let mut resolver = Resolver::new(names, markers);
    let query = resolver.plan(query)?;
    let table = table_of_results(&name, &query.columns);
    check_columns(&table)?;
    let plan = LocalPlan::Create { table: Arc::new(table), rows: Some(query), if_not_exists };
    Ok(Statement { plan: Plan::Local(plan), parameters: resolver.parameters })
}

/// Takes the temporary table out of SELECT … INTO.
///
/// # Errors
/// HYC00 where it is no temporary one.
pub(in crate::sql) fn into(query: &mut Query) -> Result<Option<ObjectName>> {
    let SetExpr::Select(select) = &mut *query.body else { return Ok(None) };
    let Some(into) = select.into.take() else { return Ok(None) };
    let path = match &into.targets[..] {
        [Expr::Identifier(name)] => vec![name.clone()],
        [Expr::CompoundIdentifier(path)] => path.clone(),
        _ => return Err(unsupported("SELECT INTO several names")),
    };
    let is_global = path.last().is_some_and(|name| name.value.starts_with("##"));
    let named = path.last().is_some_and(|name| is_temporary(&name.value));
    if is_global || !(into.temporary || named) {
        return Err(unsupported("SELECT INTO anything but a temporary table (INTO #name, INTO name#TEMP)"));
    }
    Ok(Some(ObjectName(path.into_iter().map(ObjectNamePart::Identifier).collect())))
}

/// Plans DROP TABLE.
pub(in crate::sql) fn drop(names: Names<'_>, tables: &[ObjectName], if_exists: bool) -> Result<Statement> {
    let mut dropped = Vec::with_capacity(tables.len());
    for name in tables {
        let path = crate::sql::resolve::idents(name)?;
        match names.table(&path) {
            Some(table) if !table.is_temporary() => {
                crate::sql::view::refuse_writing(table)?;
                let message = format!("{} is a table of Twilio, which cannot be dropped.", table.name);
                return Err(Error::new(state::NOT_IMPLEMENTED, message));
            }
            Some(table) => dropped.push(table.name.clone()),
            None if if_exists => dropped.extend(path.last().map(|name| name.value.clone())),
            None => {
                let place = path.first().map_or(String::new(), |i| lex::at(i.span.start));
                let local: Vec<String> = names.local.iter().map(|t| t.name.clone()).collect();
                return Err(messages::unknown_table(names.model, &name.to_string(), &place, &local));
            }
        }
    }
    Ok(Statement { plan: Plan::Local(LocalPlan::Drop { names: dropped, if_exists }), parameters: Vec::new() })
}

fn declared(
    names: Names<'_>,
    name: &ObjectName,
    definitions: &[ColumnDef],
    constraints: &[TableConstraint],
    if_not_exists: bool,
) -> Result<Statement> {
    let name = table_name(name)?;
    refuse_names_of_twilio(names, &name)?;
    let mut columns = Vec::with_capacity(definitions.len());
    let mut key: Option<Vec<String>> = None;
    let mut set_key = |names: Vec<String>| match key.replace(names) {
        None => Ok(()),
        Some(_) => {
            let message = format!("The table {name} has two primary keys.");
            Err(Error::new(state::SYNTAX_ERROR, message))
        }
    };
    for definition in definitions {
        let place = lex::at(definition.name.span.start);
        let column_type = column_type(&definition.data_type).ok_or_else(|| {
            unsupported(&format!("The type {} of {}{place}", definition.data_type, definition.name))
        })?;
        let mut not_null = false;
        for option in &definition.options {
            match &option.option {
                ColumnOption::Null => {}
                ColumnOption::NotNull => not_null = true,
                ColumnOption::PrimaryKey(_) => set_key(vec![definition.name.value.clone()])?,
                other => return Err(unsupported(&format!("{other} after the column {}", definition.name))),
            }
        }
        columns.push(Column::temporary(definition.name.value.clone(), column_type, not_null));
    }
    for constraint in constraints {
        let TableConstraint::PrimaryKey(constraint) = constraint else {
            return Err(unsupported(&format!("{constraint} in CREATE TABLE")));
        };
        set_key(key_columns(constraint, &columns)?)?;
    }
    let table = Table::temporary(name, columns, key.unwrap_or_default());
    check_columns(&table)?;
    let plan = LocalPlan::Create { table: Arc::new(table), rows: None, if_not_exists };
    Ok(Statement { plan: Plan::Local(plan), parameters: Vec::new() })
}

/// The names of the columns that a table's PRIMARY KEY lists.
fn key_columns(constraint: &PrimaryKeyConstraint, columns: &[Column]) -> Result<Vec<String>> {
    let name = |expr: &Expr| match expr {
        Expr::Identifier(Ident { value, span, .. }) => {
            let column = columns.iter().find(|c| c.name.eq_ignore_ascii_case(value));
            column.map(|c| c.name.clone()).ok_or_else(|| {
                let all = columns.iter().map(|c| c.name.as_str());
                messages::unknown_column(value, &lex::at(span.start), all)
            })
        }
        other => Err(unsupported(&format!("{other} in PRIMARY KEY"))),
    };
    constraint.columns.iter().map(|column| name(&column.column.expr)).collect()
}

/// # Errors
/// 42S21 for two columns of one name, 42000 for a name that is none, and for too many or no columns.
pub(super) fn check_columns(table: &Table) -> Result<()> {
    if table.columns.is_empty() || table.columns.len() > MAX_COLUMNS {
        let message = format!("The table {} needs 1 to {MAX_COLUMNS} columns.", table.name);
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    let mut seen = std::collections::HashSet::new();
    for column in &table.columns {
        check_name(&column.name, "")?;
        if !seen.insert(column.name.to_lowercase()) {
            let message = format!(
                "The table {} would have two columns named {}: give one another name with AS.",
                table.name, column.name
            );
            return Err(Error::new(state::COLUMN_EXISTS, message));
        }
    }
    Ok(())
}

/// The type that a column is declared with: what CAST makes of it, but that text may be without end.
fn column_type(declared: &SqlDataType) -> Option<ColumnType> {
    const LONG: u32 = ColumnType::of(DataType::Json).size;
    let is_max = |length: &Option<CharacterLength>| matches!(length, Some(CharacterLength::Max));
    match declared {
        SqlDataType::Text | SqlDataType::Clob(_) => Some(ColumnType::text(LONG)),
        SqlDataType::Varchar(l) | SqlDataType::Nvarchar(l) if is_max(l) => Some(ColumnType::text(LONG)),
        SqlDataType::Custom(name, _) => match name.to_string().to_ascii_lowercase().as_str() {
            "ntext" | "longvarchar" | "wlongvarchar" => Some(ColumnType::text(LONG)),
            _ => typing::cast(declared),
        },
        _ => typing::cast(declared),
    }
}
