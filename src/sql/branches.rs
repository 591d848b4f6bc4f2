//! ORs whose branches SQLite may read one by one.
//!
//! Where each branch has a comparison that a table can be read by, SQLite may read the table once for each of them and
//! bring the rows together. Two branches that compare one column can ask Twilio for the same rows.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, JoinConstraint, JoinOperator, Query, Select, Visit, Visitor};

use super::terms::{conjuncts, disjuncts};

/// Whether a table of the resolved query may be read for each of several branches that can ask for the same.
/// `is_pushed` says of a column's name whether a table can be read by it.
pub(super) fn may_repeat(query: &Query, is_pushed: &dyn Fn(&str) -> bool) -> bool {
    query.visit(&mut Finder { is_pushed }).is_break()
}

struct Finder<'f> {
    is_pushed: &'f dyn Fn(&str) -> bool,
}

impl Visitor for Finder<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let joins = select.from.iter().flat_map(|item| &item.joins);
        let conditions = joins.filter_map(|join| match &join.join_operator {
            JoinOperator::Join(JoinConstraint::On(condition))
            | JoinOperator::Inner(JoinConstraint::On(condition))
            | JoinOperator::Left(JoinConstraint::On(condition))
            | JoinOperator::LeftOuter(JoinConstraint::On(condition)) => Some(condition),
            // SQLite reads what a RIGHT or FULL JOIN completes as a whole.
            _ => None,
        });
        match conditions.chain(&select.selection).chain(&select.having).any(|c| self.condition(c)) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

impl Finder<'_> {
    fn condition(&self, condition: &Expr) -> bool {
        let mut terms = Vec::new();
        conjuncts(condition, &mut terms);
        terms.into_iter().any(|term| {
            let mut branches = Vec::new();
            disjuncts(term, &mut branches);
            branches.len() > 1
                && (self.repeats(&branches) || branches.iter().any(|branch| self.condition(branch)))
        })
    }

    /// Whether every branch compares a column that is pushed, and two of them the same one.
    fn repeats(&self, branches: &[&Expr]) -> bool {
        let columns: Vec<Vec<&str>> = branches
            .iter()
            .map(|branch| {
                let mut terms = Vec::new();
                conjuncts(branch, &mut terms);
                terms.into_iter().flat_map(compared).filter(|name| (self.is_pushed)(name)).collect()
            })
            .collect();
        // SQLite makes this an IN.
        let first = equated(branches[0]);
        if first.is_some() && branches.iter().all(|branch| equated(branch) == first) {
            return false;
        }
        let is_shared = |(place, names): (usize, &Vec<&str>)| {
            names.iter().any(|name| columns[..place].iter().any(|before| before.contains(name)))
        };
        columns.iter().all(|names| !names.is_empty()) && columns.iter().enumerate().any(is_shared)
    }
}

/// The names of the columns that a term compares.
fn compared(term: &Expr) -> Vec<&str> {
    match term {
        Expr::Nested(inner) => compared(inner),
        Expr::BinaryOp { left, op, right } if is_comparison(op) => sides(left, right),
        Expr::IsNotDistinctFrom(left, right) => sides(left, right),
        Expr::InList { expr, negated: false, .. }
        | Expr::InSubquery { expr, negated: false, .. }
        | Expr::Between { expr, negated: false, .. } => side(expr),
        _ => Vec::new(),
    }
}

fn sides<'e>(left: &'e Expr, right: &'e Expr) -> Vec<&'e str> {
    [left, right].into_iter().flat_map(side).collect()
}

/// The column, or the columns of a row.
fn side(expr: &Expr) -> Vec<&str> {
    match expr {
        Expr::Tuple(items) => items.iter().filter_map(name).collect(),
        other => name(other).into_iter().collect(),
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(op, Eq | Lt | LtEq | Gt | GtEq)
}

fn name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Nested(inner) => name(inner),
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(path) => path.last().map(|name| name.value.as_str()),
        _ => None,
    }
}

/// The column that the branch is an equality of.
fn equated(branch: &Expr) -> Option<&Expr> {
    match branch {
        Expr::Nested(inner) => equated(inner),
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            [&**left, right].into_iter().find(|side| name(side).is_some())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Model;
    use crate::sql::{self, Plan};

    fn may_repeat(condition: &str) -> bool {
        let sql = format!("SELECT Sid FROM Calls WHERE {condition}");
        let Plan::Query(query) = sql::plan(&Model::builtin(), &sql).unwrap().plan else { panic!("no query") };
        query.reruns
    }

    #[test]
    fn branches_that_compare_the_same_filter_may_ask_for_the_same() {
        assert!(may_repeat("(Status = 'busy' AND Duration > 1) OR (Status = 'failed' AND Duration > 2)"));
        assert!(may_repeat("Status IN ('busy', 'failed') OR Status = 'queued'"));
        assert!(may_repeat("(Status, \"To\") = ('busy', 'x') OR (Status, \"From\") = ('busy', 'x')"));
        assert!(may_repeat("Duration > 1 AND (StartTime > '2024-06-01' OR StartTime = '2024-05-01')"));
        let inside = "(Status = 'busy' AND Duration > 1 OR Status = 'failed' AND Duration > 2)";
        assert!(may_repeat(&format!("\"To\" = 'x' AND {inside} OR \"From\" = 'x'")));
    }

    #[test]
    fn others_are_read_once_or_ask_for_something_else() {
        assert!(!may_repeat("Status = 'busy' OR Status = 'failed' OR 'queued' = Status"), "an IN to SQLite");
        assert!(!may_repeat("\"To\" = 'x' OR \"From\" = 'x'"));
        assert!(
            !may_repeat("Status = 'busy' OR Duration > 1 OR Status = 'failed' AND Duration = 0"),
            "the whole list"
        );
        assert!(!may_repeat("Status <> 'busy' AND Duration > 1 OR Status <> 'failed'"));
        assert!(!may_repeat(
            "Direction = 'inbound' AND Duration > 1 OR Direction = 'outbound-api' AND Duration > 2"
        ));
    }
}
