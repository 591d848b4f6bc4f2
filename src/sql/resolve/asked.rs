//! Conditions on columns that rows have in them because the statement asked for it: switches, and parts of a path that
//! need not be given.
//!
//! Such a column holds what was asked for, or nothing. A condition on it that SQLite does not give to the table as an
//! equality asks for nothing, and would select no row in silence: it is refused.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use sqlparser::ast::{BinaryOperator, Expr, Query, Visit, Visitor};

use super::Scope;
use super::compare::is_literal;
use super::forms::take;
use super::scope::{Bound, Relation};
use crate::error::{Error, Result, state};
use crate::model::Table;
use crate::sql::terms::disjuncts;

/// A column that is asked for, as an expression names it.
struct Asked {
    table: Arc<Table>,
    column: usize,
    /// The place of the table in FROM; `None` if the column comes out of another SELECT.
    relation: Option<usize>,
}

/// Checks a condition that has been walked. Tables at the places `may_ask` in FROM can be asked for what it says.
///
/// # Errors
/// 42000 for a condition that names such a column and does not ask for a value of it.
pub(super) fn check(condition: &mut Expr, scope: &Scope<'_>, may_ask: &Range<usize>) -> Result<()> {
    match condition {
        Expr::Nested(inner) => return check(inner, scope, may_ask),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            check(left, scope, may_ask)?;
            return check(right, scope, may_ask);
        }
        _ => {}
    }
    if let Some(list) = as_list(condition, scope) {
        *condition = list;
    }
    let named = asked_in(condition, scope);
    let Some(first) = named.first() else { return Ok(()) };
    let may_be_asked = |asked: &Asked| asked.relation.is_some_and(|place| may_ask.contains(&place));
    if !named.iter().all(may_be_asked) {
        return Err(misplaced(first));
    }
    if asks(condition, scope, named.len()) { Ok(()) } else { Err(no_question(first)) }
}

/// Whether the condition is an equality of each of the `named` columns in it.
fn asks(condition: &Expr, scope: &Scope<'_>, named: usize) -> bool {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            let equated = [(left, right), (right, left)].into_iter().filter(|(side, other)| {
                asked(side, scope).is_some_and(|column| !names(other, scope, &column))
            });
            equated.count() == named
        }
        Expr::InList { expr, list, negated: false } => {
            named == 1
                && asked(expr, scope)
                    .is_some_and(|column| !list.iter().any(|item| names(item, scope, &column)))
        }
        Expr::InSubquery { expr, negated: false, .. } => named == 1 && asked(expr, scope).is_some(),
        _ => false,
    }
}

/// An OR of equalities of one column with values, as an IN.
fn as_list(condition: &mut Expr, scope: &Scope<'_>) -> Option<Expr> {
    let mut branches = Vec::new();
    disjuncts(condition, &mut branches);
    if branches.len() < 2 {
        return None;
    }
    let mut column: Option<Expr> = None;
    let mut values = Vec::with_capacity(branches.len());
    for branch in branches {
        let (side, more) = match branch {
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } if is_literal(right) => {
                (left, std::slice::from_ref(&**right))
            }
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } if is_literal(left) => {
                (right, std::slice::from_ref(&**left))
            }
            Expr::InList { expr, list, negated: false } if list.iter().all(is_literal) => (expr, &list[..]),
            _ => return None,
        };
        if column.as_ref().is_some_and(|column| *column != **side) || asked(side, scope).is_none() {
            return None;
        }
        column = Some((**side).clone());
        values.extend(more.iter().cloned());
    }
    take(condition);
    Some(Expr::InList { expr: Box::new(column?), list: values, negated: false })
}

/// The column, if the expression is one that is asked for.
fn asked(expr: &Expr, scope: &Scope<'_>) -> Option<Asked> {
    let path = match expr {
        Expr::Nested(inner) => return asked(inner, scope),
        Expr::CompoundIdentifier(path) => &path[..],
        Expr::Identifier(name) => std::slice::from_ref(name),
        _ => return None,
    };
    let of_table = |relation: &Relation, table: &Arc<Table>| {
        relation.table.as_ref().is_some_and(|own| Arc::ptr_eq(own, table))
    };
    let (typed, name) = match scope.bind(path).ok()? {
        Bound::Column { relation, typed, .. } => (typed, Some(relation)),
        Bound::Bare { typed, .. } => (typed, None),
    };
    let (table, column) = typed.base?;
    if !table.columns[column].is_asked() {
        return None;
    }
    let relation = scope.relations.iter().position(|relation| {
        name.as_ref().is_none_or(|name| *name == relation.name) && of_table(relation, &table)
    });
    Some(Asked { table, column, relation })
}

/// The columns in an expression, outside its sub-queries, that are asked for.
fn asked_in(expr: &Expr, scope: &Scope<'_>) -> Vec<Asked> {
    let mut finder = Finder { scope, queries: 0, found: Vec::new() };
    let _ = expr.visit(&mut finder);
    finder.found
}

struct Finder<'s> {
    scope: &'s Scope<'s>,
    /// How many sub-queries stand around the place: their conditions are checked where they stand.
    queries: usize,
    found: Vec<Asked>,
}

impl Visitor for Finder<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.queries == 0 && !matches!(expr, Expr::Nested(_)) {
            self.found.extend(asked(expr, self.scope));
        }
        ControlFlow::Continue(())
    }
}

/// Whether the expression names the relation of the column.
fn names(expr: &Expr, scope: &Scope<'_>, of: &Asked) -> bool {
    let Some(relation) = of.relation.map(|place| &scope.relations[place].name) else { return false };
    sqlparser::ast::visit_expressions(expr, |e| match e {
        Expr::CompoundIdentifier(path) if path.first().is_some_and(|first| first.value == *relation) => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

fn no_question(asked: &Asked) -> Error {
    let (of, column) = (&asked.table.name, &asked.table.columns[asked.column].name);
    let message = format!(
        "{column} is a part of the request for {of}, so that a condition on it has to give its value: write {column} = … \
         or {column} IN (…), joined to the other conditions by AND."
    );
    Error::new(state::SYNTAX_ERROR, message)
}

fn misplaced(asked: &Asked) -> Error {
    let (of, column) = (&asked.table.name, &asked.table.columns[asked.column].name);
    let message = format!(
        "{column} is a part of the request for {of}, which a condition here does not reach: write {column} = … or \
         {column} IN (…) in the WHERE of a SELECT that reads {of} itself, in a derived table if need be."
    );
    Error::new(state::SYNTAX_ERROR, message)
}
