//! The terms of a condition.

use sqlparser::ast::{BinaryOperator, Expr};

/// Adds the terms that AND connects.
pub(super) fn conjuncts<'e>(expr: &'e Expr, terms: &mut Vec<&'e Expr>) {
    match expr {
        Expr::Nested(inner) => conjuncts(inner, terms),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, terms);
            conjuncts(right, terms);
        }
        other => terms.push(other),
    }
}
