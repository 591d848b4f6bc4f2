//! UNION, INTERSECT, EXCEPT and VALUES.
//!
//! SQLite reads no parentheses around an operand and evaluates from left to right, so an operand that is more
//! than one SELECT is written as a SELECT from it.

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, Query, SelectItem, SetExpr, SetOperator, SetQuantifier, TableAlias,
    TableAliasColumnDef, TableFactor, Value, Values,
};
use sqlparser::parser::Parser;

use super::{Resolver, Scope, Typed, forms, from, numbers, refuse, result_column, unsupported};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
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
        stacker::maybe_grow(256 << 10, 4 << 20, || self.set_expr_here(body, outer))
    }

    fn set_expr_here<'o>(
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
                let left_columns = self.operand(left, outer)?;
                let right_columns = self.operand(right, outer)?;
                if left_columns.len() != right_columns.len() {
                    let (l, r) = (left_columns.len(), right_columns.len());
                    let message = format!("{name} of {l} and {r} columns: the counts differ.");
                    return Err(Error::new(state::SYNTAX_ERROR, message));
                }
                let both = || left_columns.iter().zip(&right_columns);
                let mut columns = Vec::with_capacity(left_columns.len());
                for (i, (l, r)) in both().enumerate() {
                    let of = [&*left, &*right].map(|body| null_column(body, i));
                    let (left, right) = (Typed::of_column(l), Typed::of_column(r));
                    let mut common = typing::union(left.column_type, right.column_type);
                    if of.iter().zip([&left, &right]).any(|(is_null, typed)| !is_null && typed.is_open()) {
                        common = typing::open(common);
                    }
                    let typed = Typed::of(common, l.nullable || r.nullable);
                    self.set_parameter(&left, &typed);
                    self.set_parameter(&right, &typed);
                    columns.push(result_column(l.name.clone(), typed));
                }
                let types: Vec<ColumnType> = columns.iter().map(|c| c.column_type).collect();
                represent(left, &left_columns, &types);
                represent(right, &right_columns, &types);
                write_operand(left, true);
                write_operand(right, false);
                Ok((columns, None))
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
                    let mut common = of_column().fold(None, |common, t| typing::union(common, t.column_type));
                    let mut items = values.rows.iter().map(|row| &row.content[i]).zip(of_column());
                    if items.any(|(e, typed)| numbers::is_open(e, typed)) {
                        common = typing::open(common);
                    }
                    let typed = Typed::of(common, of_column().any(|t| t.nullable));
                    of_column().for_each(|t| self.set_parameter(t, &typed));
                    let marker = of_column().next().and_then(|t| t.marker).filter(|_| cells.len() == 1);
                    result_column(format!("column{}", i + 1), Typed { marker, ..typed })
                });
                let columns: Vec<ResultColumn> = columns.collect();
                for (row, typed_row) in values.rows.iter_mut().zip(&cells) {
                    for ((value, typed), column) in row.content.iter_mut().zip(typed_row).zip(&columns) {
                        numbers::represent(value, typed, column.column_type);
                        numbers::collate(value, &Typed::of(Some(column.column_type), true));
                    }
                }
                Ok((columns, None))
            }
            _ => Err(unsupported("This form of query")),
        }
    }

    /// Resolves an operand.
    fn operand<'o>(&mut self, operand: &mut Box<SetExpr>, outer: &'o Scope<'o>) -> Result<Vec<ResultColumn>> {
        // TOP belongs to the operand, LIMIT without parentheses to the whole.
        if matches!(&**operand, SetExpr::Select(select) if select.top.is_some()) {
            let select = std::mem::replace(&mut **operand, blank());
            **operand = SetExpr::Query(Box::new(forms::query(select)));
        }
        Ok(self.set_expr(operand, outer)?.0)
    }
}

/// Writes an operand as SQLite reads it.
fn write_operand(operand: &mut Box<SetExpr>, is_left: bool) {
    match &mut **operand {
        SetExpr::Query(query) if is_bare(query, is_left) => {
            let inner = std::mem::replace(&mut *query.body, blank());
            **operand = inner;
        }
        SetExpr::Query(_) => wrap(operand),
        SetExpr::SetOperation { .. } if !is_left => wrap(operand),
        _ => {}
    }
}

/// VALUES, if the query is nothing else.
pub(super) fn bare_values(query: &mut Query) -> Option<&mut Values> {
    if !is_bare(query, true) {
        return None;
    }
    match query.body.as_mut() {
        SetExpr::Values(values) => Some(values),
        _ => None,
    }
}

/// Makes the columns of a sub-query comparable with what is looked for among them (IN).
pub(super) fn align(operands: Vec<(&mut Expr, &Typed)>, query: &mut Query, columns: &[ResultColumn]) {
    let mut types: Vec<_> = columns.iter().map(|c| c.column_type).collect();
    for ((operand, typed), column_type) in operands.into_iter().zip(&mut types) {
        let column = Typed::of(Some(*column_type), true);
        // Stands for the column, and tells what becomes of it.
        let mut image = Expr::Identifier(Ident::new("x"));
        numbers::align(&mut [(operand, typed), (&mut image, &column)]);
        if !matches!(image, Expr::Identifier(_)) {
            let is_decimal = column_type.data_type == DataType::Decimal;
            *column_type = if is_decimal { ColumnType::of(DataType::Double) } else { typing::decimal(1, 0) };
        }
    }
    let mut body = SetExpr::Query(Box::new(std::mem::replace(query, forms::query(blank()))));
    represent(&mut body, columns, &types);
    *query = match body {
        SetExpr::Query(query) => *query,
        other => forms::query(other),
    };
}

/// Gives the columns of a body the representation of other types.
fn represent(body: &mut SetExpr, columns: &[ResultColumn], types: &[ColumnType]) {
    let differs = |column: &ResultColumn, target: &ColumnType| {
        let own = column.column_type.data_type;
        let is_marker = column.marker.is_some() && !column.typed;
        is_marker
            || (matches!(target.data_type, DataType::Decimal | DataType::Double) && own != target.data_type)
    };
    match body {
        SetExpr::Select(select) if select.distinct.is_none() && is_listed(&select.projection) => {}
        SetExpr::Values(_) => {}
        SetExpr::Query(query) if is_bare(query, true) => return represent(&mut query.body, columns, types),
        _ if !columns.iter().zip(types).any(|(column, target)| differs(column, target)) => return,
        _ => select_columns(body, columns),
    }
    let one = |expr: &mut Expr, column: &ResultColumn, target: ColumnType| {
        let typed = Typed { nullable: true, ..Typed::of_column(column) };
        numbers::represent(expr, &typed, target);
        numbers::collate(expr, &Typed { base: typed.base, ..Typed::of(Some(target), true) });
    };
    match body {
        SetExpr::Select(select) => {
            for ((item, column), target) in select.projection.iter_mut().zip(columns).zip(types) {
                if let SelectItem::ExprWithAlias { expr, .. } = item {
                    one(expr, column, *target);
                }
            }
        }
        SetExpr::Values(values) => {
            for row in &mut values.rows {
                for ((expr, column), target) in row.content.iter_mut().zip(columns).zip(types) {
                    one(expr, column, *target);
                }
            }
        }
        _ => {}
    }
}

/// Whether a column of a body is NULL and nothing else.
fn null_column(body: &SetExpr, i: usize) -> bool {
    match body {
        SetExpr::Select(select) if is_listed(&select.projection) => {
            matches!(select.projection.get(i), Some(SelectItem::ExprWithAlias { expr, .. }) if numbers::is_null(expr))
        }
        SetExpr::Values(values) => {
            values.rows.iter().all(|row| row.content.get(i).is_some_and(numbers::is_null))
        }
        SetExpr::Query(query) => null_column(&query.body, i),
        SetExpr::SetOperation { left, right, .. } => null_column(left, i) && null_column(right, i),
        _ => false,
    }
}

/// Whether every column is written out.
fn is_listed(items: &[SelectItem]) -> bool {
    items.iter().all(|item| matches!(item, SelectItem::ExprWithAlias { .. }))
}

/// Writes a body as a SELECT that names each of its columns.
fn select_columns(body: &mut SetExpr, columns: &[ResultColumn]) {
    let inner = match std::mem::replace(body, blank()) {
        SetExpr::Query(query) => *query,
        other => forms::query(other),
    };
    let names: Vec<_> = (1..=columns.len()).map(|i| Ident::with_quote('"', format!("c{i}"))).collect();
    let mut query = template("WITH x (x) AS (SELECT 1) SELECT x FROM x");
    if let Some(with) = &mut query.with {
        let cte = &mut with.cte_tables[0];
        let column = cte.alias.columns.remove(0);
        cte.alias.columns =
            names.iter().map(|name| TableAliasColumnDef { name: name.clone(), ..column.clone() }).collect();
        *cte.query = inner;
    }
    if let SetExpr::Select(select) = &mut *query.body {
        let items = names.iter().zip(columns).map(|(name, column)| SelectItem::ExprWithAlias {
            expr: Expr::Identifier(name.clone()),
            alias: Ident::with_quote('"', column.name.clone()),
        });
        select.projection = items.collect();
    }
    // The WITH goes one level down, as an operand has none.
    let mut outer = query.body.clone();
    if let (SetExpr::Select(outer), SetExpr::Select(inner)) = (&mut *outer, &mut *query.body) {
        inner.projection =
            names.iter().map(|n| SelectItem::UnnamedExpr(Expr::Identifier(n.clone()))).collect();
        outer.from[0].relation =
            TableFactor::Derived { lateral: false, subquery: Box::new(query), alias: None, sample: None };
    }
    *body = *outer;
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
