//! Comparisons: bringing literals, markers and other expressions into the representation of what they are compared with.

use sqlparser::ast::{Expr, UnaryOperator, Value, ValueWithSpan, Values};

use super::operands::{is_of, refuse_mixture, width};
use super::{Resolver, Scope, Typed, forms, numbers};
use crate::convert;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType, MASK, check_sid};
use crate::sql::lex;
use crate::value;

impl Resolver<'_> {
    /// Walks expressions and compares one with each of them. `equal` says that only equal values are looked for.
    pub(super) fn compare_all(
        &mut self,
        operand: &mut Expr,
        of: &Typed,
        others: Vec<&mut Expr>,
        equal: bool,
        scope: &Scope<'_>,
        depth: usize,
    ) -> Result<()> {
        let mut walked = Vec::with_capacity(others.len());
        for other in others {
            let typed = self.walk(other, scope, depth)?;
            self.bring(operand, of, other, &typed, equal)?;
            walked.push((other, typed));
        }
        let others = walked.iter_mut().map(|(other, typed)| (&mut **other, &*typed));
        numbers::align(&mut std::iter::once((operand, of)).chain(others).collect::<Vec<_>>());
        Ok(())
    }

    /// Walks the rows of VALUES and compares the items of one row with theirs.
    pub(super) fn compare_rows(
        &mut self,
        items: &mut [Expr],
        of: &[Typed],
        values: &mut Values,
        scope: &Scope<'_>,
        depth: usize,
    ) -> Result<()> {
        for (i, (item, of)) in items.iter_mut().zip(of).enumerate() {
            let others = values.rows.iter_mut().filter_map(|row| row.content.get_mut(i)).collect();
            self.compare_all(item, of, others, false, scope, depth)?;
        }
        Ok(())
    }

    /// Makes two expressions comparable.
    pub(super) fn compare(
        &mut self,
        left: &mut Expr,
        l: &Typed,
        right: &mut Expr,
        r: &Typed,
        equal: bool,
    ) -> Result<()> {
        self.bring(left, l, right, r, equal)?;
        if !matches!((&*left, &*right), (Expr::Tuple(_), Expr::Tuple(_))) {
            numbers::align(&mut [(left, l), (right, r)]);
        }
        Ok(())
    }

    /// Brings the literal or the marker on one side of a comparison to the type of the other side. `equal` says that
    /// only equal values are looked for.
    ///
    /// # Errors
    /// 22007 or 22018 for a literal that is no value of that type, or no SID of the column's: an empty result would
    /// hide the mistake.
    pub(super) fn bring(
        &mut self,
        left: &mut Expr,
        l: &Typed,
        right: &mut Expr,
        r: &Typed,
        equal: bool,
    ) -> Result<()> {
        if l.items.len() != r.items.len() {
            return Err(width(r.items.len().max(1), l.items.len().max(1)));
        }
        if let (Expr::Tuple(lefts), Expr::Tuple(rights)) = (&mut *left, &mut *right) {
            for (i, (left, right)) in lefts.iter_mut().zip(rights).enumerate() {
                let of = |typed: &Typed| typed.items.get(i).cloned().unwrap_or_default();
                self.compare(left, &of(l), right, &of(r), equal)?;
            }
            return Ok(());
        }
        refuse_secret(l)?;
        refuse_secret(r)?;
        refuse_mixture(left, l, r)?;
        refuse_mixture(right, r, l)?;
        let between_columns = l.base.is_some() && r.base.is_some();
        for (side, typed, beside) in [(&mut *left, l, r), (&mut *right, r, l)] {
            if between_columns {
                keep_local(side, typed);
            }
            self.set_parameter(typed, beside);
            // A timestamp beside a date keeps its time: the date becomes a timestamp instead.
            if !(is_of(typed, DataType::Timestamp) && is_of(beside, DataType::Date)) {
                coerce(side, typed, beside)?;
            }
            let sid = beside
                .base
                .as_ref()
                .map(|(table, i)| &table.columns[*i])
                .filter(|c| equal && c.sid.is_some());
            let Some(column) = sid else { continue };
            if let Some(number) = typed.marker {
                self.parameters[number].sid.clone_from(&column.sid);
            }
            if let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) = side {
                check_sid(&column.name, column.sid.as_deref(), text)?;
            }
        }
        align(left, l, r);
        align(right, r, l);
        Ok(())
    }
}

/// Refuses to compare a secret: what rows show in its place equals nothing that anybody looks for.
pub(super) fn refuse_secret(typed: &Typed) -> Result<()> {
    match typed.base.as_ref().map(|(table, i)| (table, &table.columns[*i])) {
        Some((table, column)) if column.secret => Err(Error::new(
            state::SYNTAX_ERROR,
            format!(
                "{}.{} is a secret: rows show {MASK} in its place, so it cannot be compared. IS NULL says whether there \
                 is one.",
                table.name, column.name
            ),
        )),
        _ => Ok(()),
    }
}

/// Hides a column from the virtual table that it belongs to, unless it is part of a path. A filter whose value comes
/// from each row of another table would be a request for each row, where one scan that is kept does for all. Of a system
/// table nothing is requested.
fn keep_local(side: &mut Expr, typed: &Typed) {
    let Some((table, position)) = &typed.base else { return };
    // SQLite indexes a temporary table where that helps.
    let is_requested = !table.is_temporary() && table.source.is_none();
    let is_kept = table.is_in_path(*position) || table.columns[*position].is_asked();
    if is_requested && !is_kept && matches!(side, Expr::CompoundIdentifier(_)) {
        let column = std::mem::replace(side, Expr::value(Value::Null));
        *side = Expr::UnaryOp { op: UnaryOperator::Plus, expr: Box::new(column) };
    }
}

/// Whether the expression is written out, in parentheses or not.
pub(super) fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_literal(inner),
        Expr::Value(_) => true,
        _ => false,
    }
}

/// Gives an expression beside a timestamp the form of one, if it is a date or text; likewise text beside a date
/// or a time. Their texts could not be compared otherwise.
fn align(expr: &mut Expr, own: &Typed, beside: &Typed) {
    let (Some(from), Some(to)) = (own.column_type, beside.column_type) else { return };
    if is_literal(expr) {
        return;
    }
    match (from.data_type, to.data_type) {
        (DataType::Date | DataType::Text, DataType::Timestamp) => forms::wrap(expr, "to_timestamp"),
        (DataType::Text, DataType::Date) => forms::wrap(expr, "to_date"),
        (DataType::Text, DataType::Time) => forms::wrap(expr, "to_time"),
        _ => {}
    }
}

/// Replaces a text literal beside a column of another type by the representation that the column has.
pub(super) fn coerce(expr: &mut Expr, own: &Typed, beside: &Typed) -> Result<()> {
    let Some(target) = beside.column_type else { return Ok(()) };
    // A decimal that is written out is text by now.
    if own.column_type.is_some_and(|t| t.data_type == DataType::Decimal) {
        return Ok(());
    }
    let mut inner = &mut *expr;
    while let Expr::Nested(e) = inner {
        inner = e;
    }
    let Expr::Value(ValueWithSpan { value: literal, span }) = inner else { return Ok(()) };
    let text = match literal {
        Value::SingleQuotedString(text) => text,
        Value::Number(text, _) if target.data_type == DataType::Boolean => text,
        _ => return Ok(()),
    };
    if matches!(target.data_type, DataType::Text | DataType::Json | DataType::Binary) {
        return Ok(());
    }
    let is_whole = matches!(target.data_type, DataType::Integer | DataType::BigInt);
    let read = match convert::canonical(text, &target) {
        // With a fraction, or beyond the type, it is a number all the same.
        Err(e) if is_whole => convert::canonical(text, &ColumnType::of(DataType::Double)).map_err(|_| e),
        read => read,
    };
    let value = read.map_err(|e| {
        let column = beside.base.as_ref().map(|(table, i)| table.columns[*i].name.as_str());
        let column = column.map_or(String::new(), |name| format!(" (compared with {name})"));
        let temporal = matches!(target.data_type, DataType::Date | DataType::Time | DataType::Timestamp);
        let state = if temporal { state::INVALID_DATETIME } else { e.state };
        let message = e.message.trim_end_matches('.');
        Error { state, message: format!("{message}{}{column}.", lex::at(span.start)), ..e }
    })?;
    *literal = match value {
        value::Value::Integer(i) => Value::Number(i.to_string(), false),
        value::Value::Real(r) => Value::Number(format!("{r:e}"), false),
        value::Value::Text(text) => Value::SingleQuotedString(text),
        value::Value::Binary(_) | value::Value::Null => return Ok(()),
    };
    Ok(())
}
