//! TOP, FETCH FIRST and LIMIT.

use sqlparser::ast::{Expr, LimitClause, Offset, OffsetRows, Query, SetExpr, TopQuantity};

use super::{Resolver, Scope, Typed, forms, numbers, refuse};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};

impl Resolver<'_> {
    /// Brings TOP, FETCH FIRST and `LIMIT a, b` into one form: LIMIT … OFFSET ….
    pub(super) fn limit(&mut self, query: &mut Query, scope: &Scope<'_>) -> Result<()> {
        let mut limit = None;
        if let SetExpr::Select(select) = query.body.as_mut()
            && let Some(top) = select.top.take()
        {
            refuse(top.with_ties || top.percent, "TOP with PERCENT or WITH TIES")?;
            limit = Some(match top.quantity {
                Some(TopQuantity::Constant(n)) => {
                    Expr::value(sqlparser::ast::Value::Number(n.to_string(), false))
                }
                Some(TopQuantity::Expr(expr)) => expr,
                None => {
                    return Err(Error::new(state::SYNTAX_ERROR, "Syntax error: TOP needs a number of rows."));
                }
            });
        }
        if let Some(fetch) = query.fetch.take() {
            refuse(fetch.with_ties || fetch.percent, "FETCH with PERCENT or WITH TIES")?;
            let one = || Expr::value(sqlparser::ast::Value::Number("1".into(), false));
            limit = limit.or(Some(fetch.quantity.unwrap_or_else(one)));
        }
        let mut offset = None;
        match query.limit_clause.take() {
            Some(LimitClause::LimitOffset { limit: l, offset: o, limit_by }) => {
                refuse(!limit_by.is_empty(), "LIMIT … BY")?;
                if limit.is_some() && l.is_some() {
                    return Err(Error::new(
                        state::SYNTAX_ERROR,
                        "Syntax error: both TOP and LIMIT are given.",
                    ));
                }
                limit = limit.or(l);
                offset = o.map(|o| o.value);
            }
            Some(LimitClause::OffsetCommaLimit { offset: o, limit: l }) => {
                limit = Some(l);
                offset = Some(o);
            }
            None => {}
        }
        // SQLite has no OFFSET without LIMIT; a negative limit is none.
        if limit.is_none() && offset.is_some() {
            limit = Some(Expr::value(sqlparser::ast::Value::Number("-1".into(), false)));
        }
        // NULL is no limit, as in other products.
        limit = limit.filter(|e| !matches!(e, Expr::Value(v) if v.value == sqlparser::ast::Value::Null));
        for expr in [&mut limit, &mut offset].into_iter().flatten() {
            let written = expr.to_string();
            let typed = self.expr(expr, scope)?;
            let is_whole = |t: ColumnType| matches!(t.data_type, DataType::Integer | DataType::BigInt);
            if numbers::is_bound(expr, &typed) {
                forms::wrap(expr, "num_whole");
            } else if typed.column_type.is_some_and(|t| !is_whole(t)) {
                let message = format!("Syntax error: a number of rows is a whole number, not {written}.");
                return Err(Error::new(state::SYNTAX_ERROR, message));
            }
            self.set_parameter(&typed, &Typed::of(Some(ColumnType::of(DataType::BigInt)), false));
        }
        let is_zero = |e: &Expr| matches!(e, Expr::Value(v) if matches!(&v.value, sqlparser::ast::Value::Number(n, _) if n == "0"));
        self.is_gated |= limit.as_ref().is_some_and(is_zero);
        if limit.is_some() {
            let offset = offset.map(|value| Offset { value, rows: OffsetRows::None });
            query.limit_clause = Some(LimitClause::LimitOffset { limit, offset, limit_by: Vec::new() });
        }
        Ok(())
    }
}
