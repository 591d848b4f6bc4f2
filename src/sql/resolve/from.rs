//! The FROM clause: tables, derived tables, common table expressions and joins.

use std::collections::HashSet;
use std::sync::Arc;

use sqlparser::ast::{
    Ident, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, TableAlias, TableFactor, TableWithJoins,
};

use super::asked;
use super::guard::guard_keys;
use super::operands::width;
use super::scope::Merging;
use super::sets;
use super::{Relation, Resolver, Scope, instead, quote, unsupported};
use crate::error::{Error, Result, state};
use crate::sql::lex;
use crate::sql::names;
use crate::sql::plan::{TableUse, module_name};

impl Resolver<'_> {
    /// Adds the relations of FROM to the scope and resolves the join conditions.
    pub fn from(&mut self, from: &mut [TableWithJoins], scope: &mut Scope<'_>) -> Result<()> {
        if let [only] = from {
            // As `{oj …}` is read.
            while let TableFactor::NestedJoin { table_with_joins, alias: None } = &mut only.relation
                && only.joins.is_empty()
            {
                let blank = TableWithJoins { relation: sets::blank_factor(), joins: Vec::new() };
                *only = std::mem::replace(table_with_joins, blank);
            }
            scope.may_exchange = have_names(only);
        }
        for item in from {
            self.joined(item, scope)?;
        }
        self.relations += scope.relations.len();
        self.reruns |= scope.relations.len() > 1;
        Ok(())
    }

    fn joined(&mut self, item: &mut TableWithJoins, scope: &mut Scope<'_>) -> Result<()> {
        let first = scope.relations.len();
        self.factor(&mut item.relation, scope)?;
        for join in &mut item.joins {
            let right = scope.relations.len();
            self.factor(&mut join.relation, scope)?;
            // SQLite takes the word for an order to read the left side first.
            if let JoinOperator::CrossJoin(constraint) = &join.join_operator {
                join.join_operator = JoinOperator::Join(constraint.clone());
            }
            let (constraint, left_nullable, right_nullable) = match &mut join.join_operator {
                JoinOperator::Join(c) | JoinOperator::Inner(c) => (c, false, false),
                JoinOperator::Left(c) | JoinOperator::LeftOuter(c) => (c, false, true),
                JoinOperator::Right(c) | JoinOperator::RightOuter(c) => (c, true, false),
                JoinOperator::FullOuter(c) => (c, true, true),
                _ => {
                    let kinds = "there are INNER, LEFT, RIGHT, FULL, CROSS and NATURAL JOIN";
                    return Err(instead("This kind of join", kinds));
                }
            };
            let exchanges = exchanges(scope, left_nullable, right_nullable);
            let nullable = |relations: &mut [Relation]| {
                relations.iter_mut().flat_map(|r| &mut r.columns).for_each(|c| c.typed.nullable = true);
            };
            let completes = left_nullable && (right_nullable || !exchanges);
            self.completes_right |= completes;
            scope.is_completed |= completes;
            if left_nullable {
                nullable(&mut scope.relations[first..right]);
            }
            if right_nullable {
                nullable(&mut scope.relations[right..]);
            }
            match constraint {
                JoinConstraint::On(condition) => {
                    self.condition(condition, scope)?;
                    // Of the side whose rows all stay the condition selects none.
                    let may_ask = match (left_nullable, right_nullable) {
                        (false, false) if !scope.is_completed => 0..scope.relations.len(),
                        (false, true) if !scope.is_completed => right..scope.relations.len(),
                        (true, false) if exchanges => first..right,
                        _ => 0..0,
                    };
                    asked::check(condition, scope, &may_ask)?;
                    match (left_nullable, right_nullable) {
                        (false, true) => guard_keys(condition, &scope.relations[right..]),
                        (true, false) if exchanges => guard_keys(condition, &scope.relations[first..right]),
                        _ => {}
                    }
                }
                JoinConstraint::Using(columns) => {
                    for name in columns {
                        let [ident] = &idents(name)?[..] else {
                            return Err(unsupported("USING a qualified name"));
                        };
                        let own = merge(scope, first, right, &ident.value).ok_or_else(|| {
                            names::unknown_column(&ident.value, &lex::at(ident.span.start), [])
                        })?;
                        *name = object_name(&own);
                    }
                }
                JoinConstraint::Natural => {
                    let right_names: Vec<String> = scope.relations[right..]
                        .iter()
                        .flat_map(|r| r.columns.iter().filter(|c| !c.hidden).map(|c| c.name.clone()))
                        .collect();
                    for name in right_names {
                        merge(scope, first, right, &name);
                    }
                }
                JoinConstraint::None => {}
            }
            if exchanges {
                std::mem::swap(&mut item.relation, &mut join.relation);
                if let JoinOperator::Right(c) | JoinOperator::RightOuter(c) = &join.join_operator {
                    join.join_operator = JoinOperator::Left(c.clone());
                }
                scope.is_exchanged = true;
            }
        }
        Ok(())
    }

    fn factor(&mut self, factor: &mut TableFactor, scope: &mut Scope<'_>) -> Result<()> {
        match factor {
            TableFactor::Table { alias: Some(TableAlias { columns, .. }), args: None, .. }
                if !columns.is_empty() =>
            {
                *factor = sets::derived(factor);
                self.factor(factor, scope)
            }
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_hints,
                version: None,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample: None,
                index_hints,
            } if partitions.is_empty() && index_hints.is_empty() => {
                // WITH (NOLOCK) and the like: there is nothing to lock.
                with_hints.clear();
                let mut relation = match self.view(name)? {
                    Some(view) => {
                        let alias = alias.take();
                        let (subquery, relation) = self.query_of_view(&view)?;
                        *factor = TableFactor::Derived { lateral: false, subquery, alias, sample: None };
                        relation
                    }
                    None => self.table(name)?,
                };
                let (TableFactor::Table { alias, .. } | TableFactor::Derived { alias, .. }) = factor else {
                    return Ok(());
                };
                name_relation(&mut relation, alias);
                scope.relations.push(relation);
                Ok(())
            }
            TableFactor::Derived { lateral: false, subquery, alias, .. } => {
                let parent = scope.parent;
                let outer = Scope { parent, ..Scope::default() };
                let columns = self.query(subquery, &outer)?;
                let mut relation = Relation::of_columns("", &columns);
                if alias.is_some() {
                    name_relation(&mut relation, alias);
                }
                if let Some(alias) = alias
                    && !alias.columns.is_empty()
                {
                    if alias.name.value == sets::OURS && columns.len() > 1 {
                        return Err(width(columns.len(), 1));
                    }
                    if alias.columns.len() != columns.len() {
                        let message = format!(
                            "{} names {} of {} columns.",
                            alias.name.value,
                            alias.columns.len(),
                            columns.len()
                        );
                        return Err(Error::new(state::SYNTAX_ERROR, message));
                    }
                    sets::name_columns(subquery, alias);
                }
                scope.relations.push(relation);
                Ok(())
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => self.joined(table_with_joins, scope),
            other => Err(unsupported(&format!("{other} in FROM"))),
        }
    }

    /// Takes DUAL away, which stands for no table; unless there is one of that name.
    pub(super) fn drop_dual(&self, from: &mut Vec<TableWithJoins>) {
        if let [TableWithJoins { relation: TableFactor::Table { name, args: None, .. }, joins }] = &from[..]
            && joins.is_empty()
            && let [ObjectNamePart::Identifier(ident)] = &name.0[..]
            && ident.value.eq_ignore_ascii_case("dual")
            && !self.is_relation(&ident.value)
        {
            from.clear();
        }
    }

    /// Whether a table or a common table expression that can be seen has the name.
    pub(super) fn is_relation(&self, name: &str) -> bool {
        self.ctes.iter().any(|c| c.name.eq_ignore_ascii_case(name))
            || self.names.table(&[Ident::new(name)]).is_some()
    }

    /// The relation of a name, which is rewritten to the name that SQLite knows.
    fn table(&mut self, name: &mut ObjectName) -> Result<Relation> {
        let path = idents(name)?;
        if let [ident] = &path[..]
            && let Some(cte) = self.ctes.iter_mut().rev().find(|c| c.name.eq_ignore_ascii_case(&ident.value))
        {
            // SQLite may run its query for each mention.
            self.named_again |= cte.named;
            cte.named = true;
            let relation = Relation::of_columns(&cte.name, &cte.columns);
            *name = object_name(&cte.name);
            return Ok(relation);
        }
        let unknown = |resolver: &Self| {
            let place = path.first().map_or(String::new(), |i| lex::at(i.span.start));
            let written = path.iter().map(|i| i.value.as_str()).collect::<Vec<_>>().join(".");
            let ctes = resolver.ctes.iter().map(|c| c.name.clone());
            let local = resolver.names.local.iter().map(|t| t.name.clone());
            let others: Vec<String> = ctes.chain(local).collect();
            names::unknown_table(resolver.names.model, &written, &place, &others)
        };
        let table = self.names.table(&path).ok_or_else(|| unknown(self))?.clone();
        *name = object_name(&module_name(&table));
        match self.tables.iter_mut().find(|t| Arc::ptr_eq(&t.table, &table)) {
            Some(found) => found.shared = true,
            None => self.tables.push(TableUse { table: table.clone(), shared: false }),
        }
        Ok(Relation::of_table(&table))
    }
}

/// Whether the sides of a join that has been read are to be exchanged. SQLite reads the left side first and looks the
/// right one up, so a table that needs its parent's key must stand on the right.
fn exchanges(scope: &Scope<'_>, left_nullable: bool, right_nullable: bool) -> bool {
    let [left, right] = &scope.relations[..] else { return false };
    let needs_key = |r: &Relation| r.table.as_ref().is_some_and(|t| !t.parents.is_empty());
    scope.may_exchange
        && match (left_nullable, right_nullable) {
            (true, false) => needs_key(left) || !needs_key(right),
            (true, true) => needs_key(left) && !needs_key(right),
            _ => false,
        }
}

/// Whether each relation of a join has a name of its own, by which `*` can be written out.
fn have_names(item: &TableWithJoins) -> bool {
    let name = |factor: &TableFactor| match factor {
        TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } => {
            Some(alias.name.value.to_ascii_lowercase())
        }
        TableFactor::Table { name, .. } => Some(idents(name).ok()?.pop()?.value.to_ascii_lowercase()),
        _ => None,
    };
    let factors = std::iter::once(&item.relation).chain(item.joins.iter().map(|j| &j.relation));
    let mut names = HashSet::new();
    factors.map(name).all(|name| name.is_some_and(|name| names.insert(name)))
}

/// Gives the relation its alias; a table without one keeps its own name, under which its columns are qualified.
fn name_relation(relation: &mut Relation, alias: &mut Option<TableAlias>) {
    match alias {
        Some(alias) => {
            relation.name.clone_from(&alias.name.value);
            relation.schema = None;
            for (column, renamed) in relation.columns.iter_mut().zip(&alias.columns) {
                column.name.clone_from(&renamed.name.value);
            }
            if !alias.columns.is_empty() {
                relation.table = None;
            }
            quote(&mut alias.name);
            alias.columns.iter_mut().for_each(|c| quote(&mut c.name));
        }
        None => {
            *alias = Some(TableAlias {
                explicit: true,
                name: Ident::with_quote('"', relation.name.clone()),
                columns: Vec::new(),
                at: None,
            });
        }
    }
}

/// Marks the right column of a pair that USING or NATURAL merges; gives the column's own name if there is a pair.
fn merge(scope: &mut Scope<'_>, first: usize, right: usize, name: &str) -> Option<String> {
    let (left, rights) = scope.relations.split_at_mut(right);
    let into = left[first..].iter_mut().find_map(|r| r.column(name).map(|i| &mut r.columns[i]))?;
    let relation = rights.iter_mut().find(|r| r.column(name).is_some())?;
    into.merging = Merging::Into;
    let own = into.name.clone();
    let column = relation.column(name)?;
    relation.columns[column].merging = Merging::Away;
    Some(own)
}

/// The parts of a name.
pub(in crate::sql) fn idents(name: &ObjectName) -> Result<Vec<Ident>> {
    let part = |part: &ObjectNamePart| match part {
        ObjectNamePart::Identifier(ident) => Ok(ident.clone()),
        ObjectNamePart::Function(_) => {
            Err(Error::new(state::SYNTAX_ERROR, format!("Syntax error: {name} is not a name.")))
        }
    };
    name.0.iter().map(part).collect()
}

/// A quoted name of one part.
pub(in crate::sql) fn object_name(name: &str) -> ObjectName {
    ObjectName(vec![ObjectNamePart::Identifier(Ident::with_quote('"', name))])
}
