//! The names that an expression can see.

use std::sync::Arc;

use sqlparser::ast::Ident;

use crate::error::{Error, Result, state};
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

    /// Whether it may be anything: a value of a JSON document, or NULL.
    pub fn is_open(&self) -> bool {
        self.column_type.is_none() && self.marker.is_none() && self.items.is_empty()
    }

    /// What is known of a column of a query.
    pub fn of_column(column: &ResultColumn) -> Self {
        Typed {
            column_type: column.typed.then_some(column.column_type),
            nullable: column.nullable,
            base: column.base.clone(),
            marker: column.marker,
            items: Vec::new(),
        }
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
    pub merging: Merging,
    /// Whether `*` and NATURAL leave it out.
    pub hidden: bool,
}

/// What USING or NATURAL made of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sql) enum Merging {
    #[default]
    Apart,
    /// The left one of a pair: its bare name is the value of either.
    Into,
    /// The right one of a pair, which `*` leaves out.
    Away,
}

impl Relation {
    pub fn of_table(table: &Arc<Table>) -> Self {
        let columns = table.columns.iter().enumerate().map(|(i, c)| RelationColumn {
            name: c.name.clone(),
            typed: Typed {
                column_type: Some(c.column_type()),
                nullable: table.is_nullable(c),
                base: Some((table.clone(), i)),
                ..Typed::default()
            },
            merging: Merging::Apart,
            hidden: c.hidden,
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
            typed: Typed::of_column(c),
            merging: Merging::Apart,
            hidden: false,
        });
        Relation { name: name.to_owned(), schema: None, columns: columns.collect(), table: None }
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        match &self.table {
            Some(table) => table.column(name).map(|(i, _)| i),
            None => self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name)),
        }
    }

    /// Whether several columns of a derived table have the name.
    fn has_twice(&self, name: &str) -> bool {
        self.table.is_none()
            && self.columns.iter().filter(|c| c.name.eq_ignore_ascii_case(name)).nth(1).is_some()
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
    /// Whether the sides of the first join may be exchanged.
    pub may_exchange: bool,
    /// Whether they were, so that SQLite's `*` has another order than the relations here.
    pub is_exchanged: bool,
    /// Whether a join reads one of its sides as a whole, for the rows without a match.
    pub is_completed: bool,
}

/// What a name was bound to.
pub(in crate::sql) enum Bound {
    /// The column's own name, its relation's name, and what is known of it.
    Column { relation: String, column: String, typed: Typed },
    /// A name that SQLite binds as it is: of the select list, or of a column that USING or NATURAL merged.
    Bare { name: String, typed: Typed },
}

impl Scope<'_> {
    /// Binds `[[catalog.]schema.]relation.]column`.
    ///
    /// # Errors
    /// 42S22 with the nearest names; 42000 for a name that several relations have.
    pub fn bind(&self, path: &[Ident]) -> Result<Bound> {
        if let Some(bound) = self.find(path)? {
            return Ok(bound);
        }
        if let Some(error) = self.write_only(path) {
            return Err(error);
        }
        let candidates = self.relations.iter().flat_map(|r| r.columns.iter().map(|c| c.name.as_str()));
        Err(names::unknown_column(&written(path), &place(path), candidates))
    }

    /// The error of a name that can be written and not be read.
    fn write_only(&self, path: &[Ident]) -> Option<Error> {
        let (name, qualifier) = path.split_last()?;
        let tables =
            self.relations.iter().filter(|r| r.is_qualified_by(qualifier)).filter_map(|r| r.table.as_ref());
        let found = tables.clone().find(|table| table.write_only(&name.value).is_some());
        match (found, self.parent) {
            (Some(table), _) => Some(names::write_only(table, &written(path), &place(path))),
            (None, Some(parent)) => parent.write_only(path),
            (None, None) => None,
        }
    }

    /// Binds a whole ORDER BY term: the select list's names come first.
    pub fn bind_output(&self, name: &Ident) -> Option<Bound> {
        let output = self.outputs.iter().find(|o| o.name.eq_ignore_ascii_case(&name.value))?;
        Some(Bound::Bare { name: output.name.clone(), typed: output.typed.clone() })
    }

    fn find(&self, path: &[Ident]) -> Result<Option<Bound>> {
        let Some((name, qualifier)) = path.split_last() else { return Ok(None) };
        let mut found =
            self.relations.iter().filter(|r| r.is_qualified_by(qualifier)).filter_map(|relation| {
                let column = &relation.columns[relation.column(&name.value)?];
                (!qualifier.is_empty() || column.merging != Merging::Away).then_some((relation, column))
            });
        if let Some((relation, column)) = found.next() {
            if let Some((other, _)) = found.next() {
                let message = format!(
                    "The column {}{} is in {} and in {}: write {}.{} or {}.{}.",
                    written(path),
                    place(path),
                    relation.name,
                    other.name,
                    relation.name,
                    column.name,
                    other.name,
                    column.name
                );
                return Err(Error::new(state::SYNTAX_ERROR, message));
            }
            if relation.has_twice(&name.value) {
                let message = format!(
                    "The column {}{} is twice in {}: give one of them another name there.",
                    written(path),
                    place(path),
                    if relation.name.is_empty() { "the derived table" } else { &relation.name }
                );
                return Err(Error::new(state::SYNTAX_ERROR, message));
            }
            let typed = column.typed.clone();
            return Ok(Some(match column.merging {
                Merging::Into if qualifier.is_empty() => Bound::Bare { name: column.name.clone(), typed },
                _ => Bound::Column { relation: relation.name.clone(), column: column.name.clone(), typed },
            }));
        }
        if qualifier.is_empty()
            && let Some(bound) = self.bind_output(name)
        {
            return Ok(Some(bound));
        }
        self.parent.map_or(Ok(None), |p| p.find(path))
    }
}

fn written(path: &[Ident]) -> String {
    path.iter().map(|i| i.value.as_str()).collect::<Vec<_>>().join(".")
}

fn place(path: &[Ident]) -> String {
    path.first().map_or(String::new(), |i| lex::at(i.span.start))
}
