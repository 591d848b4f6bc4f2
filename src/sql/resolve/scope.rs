//! The names that an expression can see.

use std::sync::Arc;

use sqlparser::ast::Ident;

use crate::error::Result;
use crate::model::{CATALOG, ColumnType, Table};
use crate::sql::lex;
use crate::sql::names;
use crate::sql::plan::ResultColumn;

/// What is known of an expression.
#[derive(Clone, Debug, Default)]
pub(in crate::sql) struct Typed {
    pub column_type: Option<ColumnType>,
    pub nullable: bool,
    pub base: Option<(Arc<Table>, usize)>,
    /// The number of the marker, if the expression is one.
    pub marker: Option<usize>,
    /// What is known of each item, if the expression is a row.
    pub items: Vec<Typed>,
}

impl Typed {
    pub fn of(column_type: Option<ColumnType>, nullable: bool) -> Self {
        Typed { column_type, nullable, ..Typed::default() }
    }
}

/// A table, derived table or common table expression in FROM.
#[derive(Clone, Debug)]
pub(in crate::sql) struct Relation {
    /// The name that qualifies its columns.
    pub name: String,
    /// The schema, for a table that is named without an alias.
    pub schema: Option<String>,
    pub columns: Vec<RelationColumn>,
    /// The table of the model, whose columns' aliases are names too.
    pub table: Option<Arc<Table>>,
}

#[derive(Clone, Debug)]
pub(in crate::sql) struct RelationColumn {
    pub name: String,
    pub typed: Typed,
    /// Whether `*` leaves it out, because USING or NATURAL merged it into a column further left.
    pub merged: bool,
}

impl Relation {
    pub fn of_table(table: &Arc<Table>) -> Self {
        let columns = table.columns.iter().enumerate().map(|(i, c)| RelationColumn {
            name: c.name.clone(),
            typed: Typed {
                column_type: Some(c.column_type()),
                nullable: !table.key.contains(&c.name),
                base: Some((table.clone(), i)),
                ..Typed::default()
            },
            merged: false,
        });
        Relation {
            name: table.name.clone(),
            schema: Some(table.schema.clone()),
            columns: columns.collect(),
            table: Some(table.clone()),
        }
    }

    pub fn of_columns(name: &str, columns: &[ResultColumn]) -> Self {
        let columns = columns.iter().map(|c| RelationColumn {
            name: c.name.clone(),
            typed: Typed {
                column_type: Some(c.column_type),
                nullable: c.nullable,
                base: c.base.clone(),
                marker: c.marker,
                ..Typed::default()
            },
            merged: false,
        });
        Relation { name: name.to_owned(), schema: None, columns: columns.collect(), table: None }
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        match &self.table {
            Some(table) => table.column(name).map(|(i, _)| i),
            None => self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name)),
        }
    }

    /// Whether `qualifier` (`[catalog.][schema.]name`) means this relation.
    pub fn is_qualified_by(&self, qualifier: &[Ident]) -> bool {
        let Some((name, prefix)) = qualifier.split_last() else { return true };
        let schema_fits =
            |schema: &Ident| self.schema.as_ref().is_some_and(|s| s.eq_ignore_ascii_case(&schema.value));
        name.value.eq_ignore_ascii_case(&self.name)
            && match prefix {
                [] => true,
                [schema] => schema_fits(schema),
                [catalog, schema] => catalog.value.eq_ignore_ascii_case(CATALOG) && schema_fits(schema),
                _ => false,
            }
    }
}

/// A name that ORDER BY, GROUP BY, HAVING and WHERE may use for a column of the select list.
#[derive(Clone, Debug)]
pub(in crate::sql) struct OutputName {
    pub name: String,
    pub typed: Typed,
}

/// The relations of one SELECT, inside those of the statements around it.
#[derive(Debug, Default)]
pub(in crate::sql) struct Scope<'p> {
    pub relations: Vec<Relation>,
    pub outputs: Vec<OutputName>,
    pub parent: Option<&'p Scope<'p>>,
}

/// What a name was bound to.
pub(in crate::sql) enum Bound {
    /// The column's own name, its relation's name, and what is known of it.
    Column {
        relation: String,
        column: String,
        typed: Typed,
    },
    Output(Typed),
}

impl Scope<'_> {
    /// Binds `[[catalog.]schema.]relation.]column`.
    ///
    /// # Errors
    /// 42S22 with the nearest names.
    pub fn bind(&self, path: &[Ident]) -> Result<Bound> {
        self.find(path).ok_or_else(|| {
            let name = path.iter().map(|i| i.value.as_str()).collect::<Vec<_>>().join(".");
            let place = path.first().map_or(String::new(), |i| lex::at(i.span.start));
            let candidates = self.relations.iter().flat_map(|r| r.columns.iter().map(|c| c.name.as_str()));
            names::unknown_column(&name, &place, candidates)
        })
    }

    fn find(&self, path: &[Ident]) -> Option<Bound> {
        let (column, qualifier) = path.split_last()?;
        let found = self.relations.iter().filter(|r| r.is_qualified_by(qualifier)).find_map(|relation| {
            let column = &relation.columns[relation.column(&column.value)?];
            Some(Bound::Column {
                relation: relation.name.clone(),
                column: column.name.clone(),
                typed: column.typed.clone(),
            })
        });
        found
            .or_else(|| {
                let outputs = self.outputs.iter().filter(|_| qualifier.is_empty());
                let mut same = outputs.filter(|o| o.name.eq_ignore_ascii_case(&column.value));
                same.next().map(|o| Bound::Output(o.typed.clone()))
            })
            .or_else(|| self.parent.and_then(|p| p.find(path)))
    }
}
