//! TOP, FETCH FIRST and LIMIT.

use sqlparser::ast::{Expr, LimitClause, Offset, OffsetRows, Query, SetExpr, TopQuantity, Value};

use super::forms::number;
use super::{Resolver, Scope, Typed, refuse};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::sql::plan::Limit;

impl Resolver<'_> {
    /// Brings TOP, FETCH FIRST and `LIMIT a, b` into one form: LIMIT … OFFSET ….
    pub(super) fn limit(&mut self, query: &mut Query, scope: &Scope<'_>) -> Result<()> {
        let mut limit = None;
        if let SetExpr::Select(select) = query.body.as_mut()
            && let Some(top) = select.top.take()
        {
            refuse(top.with_ties || top.percent, "TOP with PERCENT or WITH TIES")?;
            limit = Some(match top.quantity {
                Some(TopQuantity::Constant(n)) => number(n),
                Some(TopQuantity::Expr(expr)) => expr,
                None => {
                    return Err(Error::new(state::SYNTAX_ERROR, "Syntax error: TOP needs a number of rows."));
                }
            });
        }
        if let Some(fetch) = query.fetch.take() {
            refuse(fetch.with_ties || fetch.percent, "FETCH with PERCENT or WITH TIES")?;
            limit = limit.or(Some(fetch.quantity.unwrap_or_else(|| number(1))));
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
            limit = Some(number(-1));
        }
        // NULL is no limit, as in other products.
        limit = limit.filter(|e| !matches!(e, Expr::Value(v) if v.value == Value::Null));
        for expr in [&mut limit, &mut offset].into_iter().flatten() {
            let written = expr.to_string();
            let typed = self.expr(expr, scope)?;
            let is_whole = |t: ColumnType| matches!(t.data_type, DataType::Integer | DataType::BigInt);
            if typed.column_type.is_some_and(|t| !is_whole(t)) {
                let message = format!("Syntax error: a number of rows is a whole number, not {written}.");
                return Err(Error::new(state::SYNTAX_ERROR, message));
            }
            self.set_parameter(&typed, &Typed::of(Some(ColumnType::of(DataType::BigInt)), false));
        }
        self.is_gated |= limit.as_ref().and_then(rows) == Some(0);
        if limit.is_some() {
            let offset = offset.map(|value| Offset { value, rows: OffsetRows::None });
            query.limit_clause = Some(LimitClause::LimitOffset { limit, offset, limit_by: Vec::new() });
        }
        Ok(())
    }
}

/// The LIMIT of a query that has been resolved, if it is written in numbers.
pub(super) fn written(query: &Query) -> Option<Limit> {
    let Some(LimitClause::LimitOffset { limit: Some(limit), offset, .. }) = &query.limit_clause else {
        return None;
    };
    let offset = match offset {
        Some(offset) => Some(rows(&offset.value)?),
        None => None,
    };
    Some(Limit { rows: rows(limit)?, offset })
}

/// The number of rows that is written out.
fn rows(e: &Expr) -> Option<u64> {
    match e {
        Expr::Value(v) if let Value::Number(digits, _) = &v.value => digits.parse().ok(),
        _ => None,
    }
}
