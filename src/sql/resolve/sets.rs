//! UNION, INTERSECT, EXCEPT and VALUES.
//!
//! SQLite reads no parentheses around an operand and evaluates from left to right, so an operand that is more
//! than one SELECT is written as a SELECT from it.

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, Query, SelectItem, SetExpr, SetOperator, SetQuantifier, TableAlias,
    TableFactor, Value, Values,
};
use sqlparser::parser::Parser;

use super::{Resolver, Scope, Typed, forms, from, refuse, result_column, unsupported};
use crate::error::{Error, Result, state};
use crate::sql::dialect::TwilioDialect;
use crate::sql::plan::ResultColumn;
use crate::sql::typing;

impl Resolver<'_> {
    /// The columns of a query's body; its scope too if it is a single SELECT, for ORDER BY.
    pub(super) fn set_expr<'o>(
        &mut self,
        body: &mut SetExpr,
        outer: &'o Scope<'o>,
    ) -> Result<(Vec<ResultColumn>, Option<Scope<'o>>)> {
        match body {
            SetExpr::Select(select) => self.select(select, outer).map(|(c, s)| (c, Some(s))),
            SetExpr::Query(query) => Ok((self.query(query, outer)?, None)),
            SetExpr::SetOperation { left, right, op, set_quantifier } => {
                let name = match *op {
                    SetOperator::Minus => "EXCEPT".to_owned(),
                    other => other.to_string(),
                };
                let all = matches!(set_quantifier, SetQuantifier::All);
                refuse(all && *op != SetOperator::Union, &format!("{name} ALL"))?;
                match set_quantifier {
                    SetQuantifier::Distinct => *set_quantifier = SetQuantifier::None,
                    SetQuantifier::All | SetQuantifier::None => {}
                    other => return Err(unsupported(&format!("{name} {other}"))),
                }
                if *op == SetOperator::Minus {
                    *op = SetOperator::Except;
                }
                let left = self.operand(left, outer, true)?;
                let right = self.operand(right, outer, false)?;
                if left.len() != right.len() {
                    let message =
                        format!("{name} of {} and {} columns: the counts differ.", left.len(), right.len());
                    return Err(Error::new(state::SYNTAX_ERROR, message));
                }
                let columns = left.into_iter().zip(right).map(|(l, r)| {
                    let (left, right) = (Typed::of_column(&l), Typed::of_column(&r));
                    let common = typing::union(left.column_type, right.column_type);
                    let typed = Typed::of(common, l.nullable || r.nullable);
                    self.set_parameter(&left, &typed);
                    self.set_parameter(&right, &typed);
                    result_column(l.name, typed)
                });
                Ok((columns.collect(), None))
            }
            SetExpr::Values(values) => {
                values.explicit_row = false;
                values.value_keyword = false;
                let mut cells: Vec<Vec<Typed>> = Vec::new();
                let width = values.rows.first().map_or(0, |r| r.content.len());
                for row in &mut values.rows {
                    if row.content.len() != width {
                        let message = format!(
                            "VALUES of {width} and {} columns: the counts differ.",
                            row.content.len()
                        );
                        return Err(Error::new(state::SYNTAX_ERROR, message));
                    }
                    cells.push(row.content.iter_mut().map(|e| self.expr(e, outer)).collect::<Result<_>>()?);
                }
                let columns = (0..width).map(|i| {
                    let of_column = || cells.iter().map(|row| &row[i]);
                    let common = of_column().fold(None, |common, t| typing::union(common, t.column_type));
                    let typed = Typed::of(common, of_column().any(|t| t.nullable));
                    of_column().for_each(|t| self.set_parameter(t, &typed));
                    let marker = of_column().next().and_then(|t| t.marker).filter(|_| cells.len() == 1);
                    result_column(format!("column{}", i + 1), Typed { marker, ..typed })
                });
                Ok((columns.collect(), None))
            }
            _ => Err(unsupported("This form of query")),
        }
    }

    /// Resolves an operand and writes it as SQLite reads it.
    fn operand<'o>(
        &mut self,
        operand: &mut Box<SetExpr>,
        outer: &'o Scope<'o>,
        is_left: bool,
    ) -> Result<Vec<ResultColumn>> {
        // TOP belongs to the operand, LIMIT without parentheses to the whole.
        if matches!(&**operand, SetExpr::Select(select) if select.top.is_some()) {
            let select = std::mem::replace(&mut **operand, blank());
            **operand = SetExpr::Query(Box::new(forms::query(select)));
        }
        let (columns, _) = self.set_expr(operand, outer)?;
        match &mut **operand {
            SetExpr::Query(query) if is_bare(query, is_left) => {
                let inner = std::mem::replace(&mut *query.body, blank());
                **operand = inner;
            }
            SetExpr::Query(_) => wrap(operand),
            SetExpr::SetOperation { .. } if !is_left => wrap(operand),
            _ => {}
        }
        Ok(columns)
    }
}

/// Writes a body in parentheses as a SELECT from what is in them; likewise VALUES that are sorted or cut.
pub(super) fn unwrap_top(query: &mut Query) {
    let is_arranged = query.order_by.is_some() || query.limit_clause.is_some();
    match &*query.body {
        SetExpr::Query(_) => wrap(&mut query.body),
        SetExpr::Values(_) if is_arranged => wrap(&mut query.body),
        _ => {}
    }
}

/// Whether the query is nothing but a body that needs no parentheses.
fn is_bare(query: &Query, is_left: bool) -> bool {
    query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && match &*query.body {
            SetExpr::Select(_) | SetExpr::Values(_) => true,
            SetExpr::SetOperation { .. } => is_left,
            _ => false,
        }
}

/// `SELECT * FROM (body)`.
fn wrap(body: &mut Box<SetExpr>) {
    let inner = std::mem::replace(&mut **body, blank());
    let inner = match inner {
        SetExpr::Query(query) => *query,
        other => forms::query(other),
    };
    **body = select_from(TableFactor::Derived {
        lateral: false,
        subquery: Box::new(inner),
        alias: None,
        sample: None,
    });
}

/// A table whose alias names its columns, as a derived table, which can have such an alias.
pub(super) fn derived(factor: &mut TableFactor) -> TableFactor {
    let alias = match factor {
        TableFactor::Table { alias, .. } => alias.take(),
        _ => None,
    };
    let table = std::mem::replace(factor, blank_factor());
    let subquery = Box::new(forms::query(select_from(table)));
    TableFactor::Derived { lateral: false, subquery, alias, sample: None }
}

fn blank_factor() -> TableFactor {
    TableFactor::Derived {
        lateral: false,
        subquery: Box::new(forms::query(blank())),
        alias: None,
        sample: None,
    }
}

/// `SELECT * FROM factor`.
fn select_from(factor: TableFactor) -> SetExpr {
    let mut query = template("SELECT * FROM x");
    if let SetExpr::Select(select) = &mut *query.body {
        select.from[0].relation = factor;
    }
    *query.body
}

/// `(WITH name (columns) AS (query) SELECT * FROM name)`: SQLite takes no names of columns after a derived table.
pub(super) fn name_columns(query: &mut Query, alias: &mut TableAlias) {
    let mut outer = template("WITH x AS (SELECT 1) SELECT * FROM x");
    if let Some(with) = &mut outer.with {
        std::mem::swap(&mut *with.cte_tables[0].query, query);
        with.cte_tables[0].alias.name = alias.name.clone();
        with.cte_tables[0].alias.columns = std::mem::take(&mut alias.columns);
    }
    if let SetExpr::Select(select) = &mut *outer.body
        && let TableFactor::Table { name, .. } = &mut select.from[0].relation
    {
        *name = from::object_name(&alias.name.value);
    }
    *query = outer;
}

/// `left op ANY (query)` or ALL: true, false, or NULL where a NULL leaves it open.
///
/// # Errors
/// HYC00 for what is no sub-query, and for the operators of lists.
pub(super) fn quantified(left: Expr, op: BinaryOperator, right: Expr, all: bool) -> Result<Expr> {
    let mut right = right;
    while let Expr::Nested(inner) = right {
        right = *inner;
    }
    let Expr::Subquery(subquery) = right else {
        let word = if all { "ALL" } else { "ANY" };
        return Err(unsupported(&format!("{op} {word} of anything but a sub-query")));
    };
    let compared = || Expr::BinaryOp {
        left: Box::new(Expr::Nested(Box::new(left.clone()))),
        op: op.clone(),
        right: Box::new(Expr::CompoundIdentifier(vec![
            Ident::with_quote('"', "each"),
            Ident::with_quote('"', "value"),
        ])),
    };
    let mut query = template("SELECT COUNT(*) AS verdict FROM (SELECT 1) AS \"each\" (\"value\")");
    if let SetExpr::Select(select) = &mut *query.body
        && let SelectItem::ExprWithAlias { expr: item, .. } = &mut select.projection[0]
        && let TableFactor::Derived { subquery: each, .. } = &mut select.from[0].relation
    {
        *each = subquery;
        let rows = forms::take(item);
        let known = forms::call("count", vec![compared()]);
        let (fold, decisive) = if all { ("min", 0) } else { ("max", 1) };
        let decided = forms::call(fold, vec![compared()]);
        let verdict = forms::case(
            vec![
                (
                    forms::binary(decided, BinaryOperator::Eq, forms::number(decisive)),
                    forms::number(decisive),
                ),
                (forms::binary(known, BinaryOperator::Lt, rows), Expr::value(Value::Null)),
            ],
            forms::number(1 - decisive),
        );
        *item = forms::binary(verdict, BinaryOperator::Eq, forms::number(1));
    }
    Ok(Expr::Subquery(Box::new(query)))
}

fn template(sql: &str) -> Query {
    let parser = Parser::new(&TwilioDialect).try_with_sql(sql);
    *parser.and_then(|mut p| p.parse_query()).expect("the text is ours")
}

fn blank() -> SetExpr {
    SetExpr::Values(Values { explicit_row: false, value_keyword: false, rows: Vec::new() })
}
