//! Whether a WHERE says which rows are meant, or is but another way to say all of them.
//!
//! A condition selects if one of its predicates compares a column of the row with something. What every row has tells none
//! apart: its key, unless it is equated with a value, and its account. A function of these alone does not either
//! (`LENGTH(Sid) > 0`), nor does a sub-query that has nothing to do with the row. Of AND one side has to select, of OR both. Conditions that are true of every row by the values that
//! happen to be there are beyond a rule.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, Query, SelectItem, SetExpr, SetOperator, TableFactor, TableWithJoins,
    UnaryOperator, Value, ValueWithSpan, Visit, Visitor,
};

use super::resolve::idents;
use crate::model::{ACCOUNT, Column, Table};

/// Whether a condition tells rows apart.
pub(super) fn selects(table: &Table, condition: &Expr) -> bool {
    tells(table, condition, false)
}

/// The same of the condition or, if it is `negated`, of its opposite.
fn tells(table: &Table, condition: &Expr, negated: bool) -> bool {
    use BinaryOperator::{And, Eq, Gt, GtEq, NotEq, Or};
    match condition {
        Expr::Nested(inner) => tells(table, inner, negated),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => tells(table, expr, !negated),
        Expr::IsTrue(inner) | Expr::IsNotFalse(inner) => tells(table, inner, negated),
        Expr::IsFalse(inner) | Expr::IsNotTrue(inner) => tells(table, inner, !negated),
        Expr::BinaryOp { left, op: op @ (And | Or), right } => {
            let (left, right) = (tells(table, left, negated), tells(table, right, negated));
            if (*op == And) == negated { left && right } else { left || right }
        }
        Expr::BinaryOp { left, right, .. }
        | Expr::IsDistinctFrom(left, right)
        | Expr::IsNotDistinctFrom(left, right)
            if left == right =>
        {
            false
        }
        Expr::Between { expr, low, high, .. } if expr == low && expr == high => false,
        Expr::InList { expr, list, .. } if list.contains(expr) => false,
        Expr::BinaryOp { left, op, right } => {
            let equates = *op == if negated { NotEq } else { Eq };
            let is_value = |expr: &Expr| matches!(expr, Expr::Subquery(_)) || !reads(table, expr, |_| true);
            let is_key_of = |key: &Expr, value: &Expr| is_key(table, key) && is_value(value);
            if equates && (is_key_of(left, right) || is_key_of(right, left)) {
                return true;
            }
            let is_text = matches!(op, Gt | GtEq | NotEq) && !negated && is_text(right, str::is_empty);
            if is_text { may_lack(table, left) } else { reads(table, condition, |c| is_telling(table, c)) }
        }
        Expr::InList { expr, negated: not, .. } if is_key(table, expr) => *not == negated,
        Expr::InSubquery { expr, negated: not, subquery } if *not == negated => {
            let is_of_row = is_key(table, expr) || reads(table, expr, |c| is_telling(table, c));
            is_of_row && !is_all_of(table, subquery)
        }
        Expr::InSubquery { expr, .. } => reads(table, expr, |c| is_telling(table, c)),
        Expr::Exists { negated: not, subquery } if *not == negated => {
            !is_all_of(table, subquery) && reads(table, condition, |column| !column.is_named(ACCOUNT))
        }
        Expr::IsNotNull(operand) if !negated => may_lack(table, operand),
        Expr::IsNull(operand) if negated => may_lack(table, operand),
        Expr::IsNull(operand) | Expr::IsNotNull(operand) => {
            column(table, operand).is_some() || reads(table, operand, |c| is_telling(table, c))
        }
        Expr::Like { negated: not, expr, pattern, .. }
            if *not == negated && is_text(pattern, |text| text.chars().all(|c| "%_".contains(c))) =>
        {
            may_lack(table, expr)
        }
        _ => reads(table, condition, |c| is_telling(table, c)),
    }
}

/// The column that an expression is.
fn column<'t>(table: &'t Table, expr: &Expr) -> Option<&'t Column> {
    let name = match expr {
        Expr::Nested(inner) => return column(table, inner),
        Expr::Identifier(name) => name,
        Expr::CompoundIdentifier(path) => path.last()?,
        _ => return None,
    };
    table.column(&name.value).map(|(_, column)| column)
}

fn is_of_key(table: &Table, column: &Column) -> bool {
    table.key.contains(&column.name)
}

fn is_key(table: &Table, expr: &Expr) -> bool {
    column(table, expr).is_some_and(|column| is_of_key(table, column) && !column.is_named(ACCOUNT))
}

/// Whether rows differ in the column, beyond that each has its own key.
fn is_telling(table: &Table, column: &Column) -> bool {
    !is_of_key(table, column) && !column.is_named(ACCOUNT) && column.switch.is_none()
}

/// Whether a row may have nothing in it.
fn may_lack(table: &Table, expr: &Expr) -> bool {
    match column(table, expr) {
        Some(column) => is_telling(table, column) && table.is_nullable(column),
        None => reads(table, expr, |column| is_telling(table, column)),
    }
}

/// Whether an expression reads such a column of the row. A name inside a sub-query is one of the row's where it is
/// qualified by what the sub-query does not read from.
fn reads(table: &Table, expr: &Expr, is_such: impl Fn(&Column) -> bool) -> bool {
    let mut reading = Reading { table, is_such, inner: Vec::new() };
    expr.visit(&mut reading).is_break()
}

struct Reading<'t, F> {
    table: &'t Table,
    is_such: F,
    /// The names that the sub-queries around read from.
    inner: Vec<Vec<String>>,
}

impl<F: Fn(&Column) -> bool> Visitor for Reading<'_, F> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let mut relations = Relations::default();
        let _ = query.visit(&mut relations);
        self.inner.push(relations.0);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.inner.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let is_of_row = self.inner.is_empty()
            || matches!(expr, Expr::CompoundIdentifier(path) if path.len() > 1 && {
                let qualifier = &path[path.len() - 2].value;
                !self.inner.iter().flatten().any(|name| name.eq_ignore_ascii_case(qualifier))
            });
        match is_of_row.then(|| column(self.table, expr)).flatten() {
            Some(column) if (self.is_such)(column) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// The names by which a query's tables are qualified.
#[derive(Default)]
struct Relations(Vec<String>);

impl Visitor for Relations {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let (name, alias) = match factor {
            TableFactor::Table { name, alias, .. } => (idents(name).ok(), alias.as_ref()),
            TableFactor::Derived { alias, .. } | TableFactor::NestedJoin { alias, .. } => {
                (None, alias.as_ref())
            }
            _ => (None, None),
        };
        let name = name.and_then(|parts| parts.last().map(|part| part.value.clone()));
        self.0.extend(alias.map(|alias| alias.name.value.clone()).or(name));
        ControlFlow::Continue(())
    }
}

fn is_text(expr: &Expr, is_such: impl Fn(&str) -> bool) -> bool {
    matches!(expr, Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) if is_such(text))
}

/// Whether a sub-query reads all rows of the very table.
fn is_all_of(table: &Table, query: &Query) -> bool {
    let is_cut = query.limit_clause.is_some() || query.fetch.is_some();
    !is_cut && is_all_of_body(table, &query.body)
}

fn is_all_of_body(table: &Table, body: &SetExpr) -> bool {
    let select = match body {
        SetExpr::Select(select) => select,
        SetExpr::SetOperation { op: SetOperator::Union, left, right, .. } => {
            return is_all_of_body(table, left) || is_all_of_body(table, right);
        }
        _ => return false,
    };
    let [TableWithJoins { relation: TableFactor::Table { name, .. }, joins }] = &select.from[..] else {
        return false;
    };
    let Ok(name) = idents(name) else { return false };
    let own = [&table.name, &table.schema];
    let is_it = name.iter().rev().zip(own).all(|(part, own)| part.value.eq_ignore_ascii_case(own));
    // What is calculated may be of fewer rows: MAX(Sid).
    let is_calculated = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
            !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_))
        }
        _ => false,
    };
    let is_cut = select.top.is_some();
    let is_cut =
        is_cut || select.having.is_some() || !joins.is_empty() || select.projection.iter().any(is_calculated);
    is_it && !is_cut && !select.selection.as_ref().is_some_and(|condition| selects(table, condition))
}

#[cfg(test)]
mod tests {
    use crate::model::Model;
    use crate::sql::{self, Plan};

    fn is_unfiltered(condition: &str) -> bool {
        let sql = format!("DELETE FROM Recordings AS r WHERE {condition}");
        match sql::plan(&Model::builtin(), &sql).unwrap().plan {
            Plan::Write(write) => write.is_unfiltered,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_every_row_has_selects_none() {
        for condition in [
            "1 = 1",
            "LENGTH(Sid) > 0",
            "LENGTH(r.Sid) = 34",
            "COALESCE(Sid, '') <> ''",
            "Sid = Sid",
            "Sid = UPPER(Sid)",
            "Sid LIKE '%'",
            "Sid LIKE '%%'",
            "Sid LIKE 'RE%'",
            "Sid IS NOT NULL",
            "NOT (Sid IS NULL)",
            "Sid <> ''",
            "Sid <> 'RE00000000000000000000000000000000'",
            "Sid NOT IN ('RE00000000000000000000000000000000')",
            "NOT (Sid = 'RE00000000000000000000000000000000')",
            "Sid > '0'",
            "Sid BETWEEN 'A' AND 'Z'",
            "(Sid > '0') IS TRUE",
            "NULLIF(Sid, Sid) IS NULL",
            "AccountSid = 'AC00000000000000000000000000000001'",
            "AccountSid = 'AC00000000000000000000000000000001' AND LENGTH(Sid) > 0",
            "Duration > 5 OR LENGTH(Sid) > 0",
            "NOT (Duration > 5 AND Sid IS NULL)",
            "Duration = Duration",
            "1 IN (SELECT 1)",
            "Sid IN (SELECT Sid FROM Recordings WHERE LENGTH(Sid) > 0)",
            "Sid IN (SELECT Sid FROM Recordings UNION SELECT Sid FROM Calls)",
            "EXISTS (SELECT 1)",
            "EXISTS (SELECT 1 FROM Calls c WHERE c.Duration > 5)",
            "EXISTS (SELECT 1 FROM Calls WHERE Calls.Duration > 5)",
            "EXISTS (SELECT 1 FROM Recordings x WHERE x.Sid = r.Sid)",
            "(SELECT COUNT(Duration) FROM Recordings) > 0",
            "1 < (SELECT MAX(Duration) FROM Recordings)",
            "Duration IN (1, Duration)",
            "Duration BETWEEN Duration AND Duration",
            "Duration IS NOT DISTINCT FROM Duration",
        ] {
            assert!(is_unfiltered(condition), "{condition}");
        }
    }

    #[test]
    fn a_column_that_is_compared_selects() {
        for condition in [
            "Sid = 'RE00000000000000000000000000000000'",
            "Sid = ?",
            "? = Sid",
            "Sid IN (?, ?)",
            "NOT (Sid <> ?)",
            "Sid = (SELECT MAX(Sid) FROM Recordings)",
            "Sid IN (SELECT RecordingSid FROM Transcriptions)",
            "Duration > 5",
            "Duration > 5 AND LENGTH(Sid) > 0",
            "NOT (Duration > 5 OR Sid IS NULL)",
            "LOWER(Status) = 'completed'",
            "Status LIKE 'c%'",
            "Status IS NULL",
            "Price IS NOT NULL",
            "DateCreated < '2024-01-01'",
            "CallSid = 'CA00000000000000000000000000000000'",
            "EXISTS (SELECT 1 FROM Calls c WHERE c.Sid = r.CallSid)",
            "EXISTS (SELECT 1 FROM Transcriptions WHERE RecordingSid = r.Sid)",
            "Duration > (SELECT AVG(Duration) FROM Recordings)",
            "Duration IN (5, 6)",
            "Duration IS DISTINCT FROM 5",
        ] {
            assert!(!is_unfiltered(condition), "{condition}");
        }
    }
}
