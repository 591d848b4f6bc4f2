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

/// Adds the terms that OR connects.
pub(super) fn disjuncts<'e>(expr: &'e Expr, terms: &mut Vec<&'e Expr>) {
    match expr {
        Expr::Nested(inner) => disjuncts(inner, terms),
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            disjuncts(left, terms);
            disjuncts(right, terms);
        }
        other => terms.push(other),
    }
}
