//! `x > ALL (query)` and `x > ANY (query)`.
//!
//! `x > ALL (query)` is `x > (SELECT MAX(v) FROM query)`, but for a query without rows and one with NULL. So x stays
//! outside, where its names and aggregates mean what they meant.

use sqlparser::ast::{BinaryOperator, Expr, Query, SetExpr, TableFactor};

use super::expr::is_comparison;
use super::operands::{is_number, is_of, parenthesize, width};
use super::{Resolver, Scope, Typed, forms, instead, sets, unsupported};
use crate::error::Result;
use crate::model::{ColumnType, DataType};

/// What tells of the rows: 1 there are none, 3 they differ, 2 there is NULL among them, 0 otherwise.
const STATE: &str = r#"SELECT CASE WHEN COUNT(*) = 0 THEN 1 WHEN COUNT("(v)") < COUNT(*) THEN 2 ELSE 0 END
    FROM (SELECT 1) AS "(x)" ("(v)")"#;
const STATE_OF_EQUALS: &str = r#"SELECT CASE WHEN COUNT(*) = 0 THEN 1 WHEN MIN("(v)") < MAX("(v)") THEN 3
    WHEN COUNT("(v)") < COUNT(*) THEN 2 ELSE 0 END FROM (SELECT 1) AS "(x)" ("(v)")"#;

impl Resolver<'_> {
    /// Writes ANY and ALL as a comparison with the least or the greatest value: true, false, or NULL where a NULL
    /// leaves it open.
    ///
    /// # Errors
    /// HYC00 for what is no sub-query, for a row, and for the operators of lists; 42000 for a sub-query of several
    /// columns.
    pub(super) fn quantified(&mut self, expr: &mut Expr, scope: &Scope<'_>, depth: usize) -> Result<Typed> {
        let (mut left, op, query, all) = match forms::take(expr) {
            Expr::AnyOp { left, compare_op, right, .. } => {
                (*left, compare_op, forms::sub_query(*right)?, false)
            }
            Expr::AllOp { left, compare_op, right } => (*left, compare_op, forms::sub_query(*right)?, true),
            other => return Err(unsupported(&format!("The expression {other}"))),
        };
        if !is_comparison(&op) {
            return Err(unsupported(&format!("{op} with ANY or ALL")));
        }
        let mut l = self.walk(&mut left, scope, depth)?;
        if !l.items.is_empty() {
            let what = "compare each column by itself; = ANY and <> ALL take rows";
            return Err(instead(&format!("{op} {} with a row", if all { "ALL" } else { "ANY" }), what));
        }
        // `x < ANY` is NOT (`x >= ALL`).
        let op = if all { op } else { opposite(&op) };
        let is_equality = matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq);
        let fold = if matches!(op, BinaryOperator::Gt | BinaryOperator::GtEq) { "MAX" } else { "MIN" };
        let extreme = |value: &str| format!(r#"SELECT {fold}({value}) FROM (SELECT 1) AS "(x)" ("(v)")"#);
        let mut value = over(&extreme(r#""(v)""#), &query);
        let mut v = self.one_column(&mut value, scope, depth)?;
        if is_number(&l) && is_of(&v, DataType::Text) && !is_equality {
            // Of texts, '9' would be the greatest.
            value = over(&extreme(r#"CAST("(v)" AS DOUBLE)"#), &query);
            v = self.one_column(&mut value, scope, depth)?;
        }
        let mut state = over(if is_equality { STATE_OF_EQUALS } else { STATE }, &query);
        self.one_column(&mut state, scope, depth)?;
        self.compare_by(&op, (&mut left, &mut l), (&mut value, &mut v))?;
        let mut compared = forms::binary(left, op, value);
        parenthesize(&mut compared);
        let [yes, no] = [i32::from(all), i32::from(!all)];
        let numbers = |numbers: &[i32]| numbers.iter().map(forms::number).collect::<Vec<_>>();
        let outcome = std::iter::once(compared).chain(numbers(&[1, 4, 0, 0, 8]));
        let code = forms::binary(forms::decode(outcome.collect()), BinaryOperator::Plus, state);
        let verdict = numbers(&[4, yes, 9, yes, 0, no, 2, no, 3, no, 7, no]);
        *expr = forms::decode(std::iter::once(code).chain(verdict).collect());
        Ok(Typed::of(Some(ColumnType::of(DataType::Boolean)), true))
    }

    fn one_column(&mut self, query: &mut Expr, scope: &Scope<'_>, depth: usize) -> Result<Typed> {
        let typed = self.walk(query, scope, depth)?;
        if typed.items.is_empty() { Ok(typed) } else { Err(width(typed.items.len(), 1)) }
    }
}

/// The template with the query in place of the one in its FROM.
fn over(template: &str, query: &Query) -> Expr {
    let mut outer = sets::template(template);
    if let SetExpr::Select(select) = &mut *outer.body
        && let TableFactor::Derived { subquery, .. } = &mut select.from[0].relation
    {
        **subquery = query.clone();
    }
    Expr::Subquery(Box::new(outer))
}

fn opposite(op: &BinaryOperator) -> BinaryOperator {
    use BinaryOperator::*;
    match op {
        Lt => GtEq,
        LtEq => Gt,
        Gt => LtEq,
        GtEq => Lt,
        Eq => NotEq,
        _ => Eq,
    }
}
