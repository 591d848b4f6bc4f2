//! Conditions on the left side of a LEFT JOIN.
//!
//! In `a LEFT JOIN b ON b.Key = a.Key AND a.Open`, SQLite looks b up for every row of a and checks `a.Open`
//! afterwards. Each look-up is a request, so the key is made NULL where the other conditions do not hold: then nothing
//! is asked, and no row is found.

use std::ops::ControlFlow;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, visit_expressions};

use super::Relation;
use crate::sql::terms::conjuncts;

/// Guards the keys in the condition of a LEFT JOIN to the `right` relations.
pub(super) fn guard_keys(condition: &mut Expr, right: &[Relation]) {
    let mut terms = Vec::new();
    conjuncts(condition, &mut terms);
    let guards: Vec<&Expr> = terms.into_iter().filter(|term| !names(term, right)).collect();
    let Some(guard) = guards.into_iter().cloned().reduce(|left, right| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::And,
        right: Box::new(right),
    }) else {
        return;
    };
    guard_terms(condition, right, &guard);
}

fn guard_terms(expr: &mut Expr, right: &[Relation], guard: &Expr) {
    match expr {
        Expr::Nested(inner) => guard_terms(inner, right, guard),
        Expr::BinaryOp { left, op: BinaryOperator::And, right: other } => {
            guard_terms(left, right, guard);
            guard_terms(other, right, guard);
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right: other } => {
            if is_path_column(left, right) && !names(other, right) {
                wrap(other, guard);
            } else if is_path_column(other, right) && !names(left, right) {
                wrap(left, guard);
            }
        }
        _ => {}
    }
}

/// `CASE WHEN guard THEN key END`.
fn wrap(key: &mut Expr, guard: &Expr) {
    let result = std::mem::replace(key, Expr::value(sqlparser::ast::Value::Null));
    *key = Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition: guard.clone(), result }],
        else_result: None,
    };
}

/// Whether the expression names one of the relations, or may do so: in a sub-query, or by a bare name.
fn names(expr: &Expr, relations: &[Relation]) -> bool {
    visit_expressions(expr, |e| match e {
        Expr::CompoundIdentifier(path)
            if path.first().is_some_and(|alias| relations.iter().any(|r| r.name == alias.value)) =>
        {
            ControlFlow::Break(())
        }
        Expr::Identifier(_) | Expr::Exists { .. } | Expr::Subquery(_) | Expr::InSubquery { .. } => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

fn is_path_column(expr: &Expr, relations: &[Relation]) -> bool {
    let Expr::CompoundIdentifier(path) = expr else { return false };
    let [alias, column] = &path[..] else { return false };
    relations.iter().filter(|r| r.name == alias.value).any(|r| {
        let table = r.table.as_ref();
        table.is_some_and(|t| {
            let found = t.column(&column.value);
            found.is_some_and(|(position, column)| t.is_in_path(position) || column.is_asked())
        })
    })
}
