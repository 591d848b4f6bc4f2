//! Expressions: binding, typing, and bringing literals into the representation of what they are compared with.

use sqlparser::ast::{
    BinaryOperator, DataType as SqlDataType, Expr, Ident, Query, TypedString, UnaryOperator, Value,
    ValueWithSpan, WindowFrameBound, WindowFrameUnits, WindowSpec,
};

use super::compare::refuse_secret;
use super::operands::{apart, as_number, concatenate, is_arithmetic, is_of};
use super::operands::{order_by_number, order_by_numbers, parenthesize, width};
use super::scope::Bound;
use super::{Resolver, Scope, Typed, calendar, quote, unsupported};
use super::{forms, functions, numbers, sets};
use crate::convert;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::sql::plan::ResultColumn;
use crate::sql::{lex, typing};
use crate::value;

/// SQLite's own limit on the depth of expressions; beyond it, walking could exhaust the stack.
const MAX_DEPTH: usize = 1000;

impl Resolver<'_> {
    /// Binds and types an expression, and rewrites it for SQLite.
    pub fn expr(&mut self, expr: &mut Expr, scope: &Scope<'_>) -> Result<Typed> {
        self.walk(expr, scope, 0)
    }

    pub(super) fn walk(&mut self, expr: &mut Expr, scope: &Scope<'_>, depth: usize) -> Result<Typed> {
        // Applications run statements on threads with small stacks.
        let typed = stacker::maybe_grow(128 << 10, 2 << 20, || self.walk_here(expr, scope, depth))?;
        parenthesize(expr);
        Ok(typed)
    }

    fn walk_here(&mut self, expr: &mut Expr, scope: &Scope<'_>, depth: usize) -> Result<Typed> {
        if depth > MAX_DEPTH {
            return Err(Error::new(
                state::SYNTAX_ERROR,
                "The statement has an expression that is nested too deeply.",
            ));
        }
        let depth = depth + 1;
        forms::simplify(expr)?;
        let boolean = |nullable| Typed::of(Some(ColumnType::of(DataType::Boolean)), nullable);
        match expr {
            Expr::Identifier(ident)
                if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("@@identity") =>
            {
                *expr = functions::identity();
                self.walk(expr, scope, depth)
            }
            Expr::Identifier(ident) => {
                let path = [ident.clone()];
                self.name(expr, &path, scope)
            }
            Expr::CompoundIdentifier(path) => {
                let path = path.clone();
                self.name(expr, &path, scope)
            }
            Expr::Value(value) => self.literal(value),
            Expr::TypedString(typed) => {
                let (literal, typed) = typed_string(typed)?;
                *expr = literal;
                Ok(typed)
            }
            Expr::Nested(inner) => self.walk(inner, scope, depth),
            Expr::UnaryOp { op, expr: inner } => {
                let typed = self.walk(inner, scope, depth)?;
                if matches!(op, UnaryOperator::Not | UnaryOperator::BangNot) {
                    return Ok(boolean(typed.nullable));
                }
                as_number(inner, &typed)?;
                let is_negative = *op == UnaryOperator::Minus;
                if let Some(value) = numbers::negated_literal(inner, &typed).filter(|_| is_negative) {
                    *expr = Expr::value(value);
                    return self.walk(expr, scope, depth);
                }
                apart(inner);
                let column_type = numbers::signed(expr, &typed);
                Ok(Typed { marker: typed.marker, ..Typed::of(column_type, typed.nullable) })
            }
            Expr::BinaryOp { left, op, right } => {
                let mut l = self.walk(left, scope, depth)?;
                let mut r = self.walk(right, scope, depth)?;
                if is_comparison(op) {
                    self.compare_by(op, (left, &mut l), (right, &mut r))?;
                } else {
                    if let Some((call, typed)) = self.calendar((left, &l), op, (right, &r))? {
                        *expr = call;
                        return Ok(typed);
                    }
                    concatenate(op, &l, &r);
                    self.operands(op, &l, &r)?;
                    if is_arithmetic(op) {
                        as_number(left, &l)?;
                        as_number(right, &r)?;
                    }
                }
                Ok(Typed::of(numbers::binary(expr, &l, &r), l.nullable || r.nullable))
            }
            Expr::IsNull(e)
            | Expr::IsNotNull(e)
            | Expr::IsTrue(e)
            | Expr::IsNotTrue(e)
            | Expr::IsFalse(e)
            | Expr::IsNotFalse(e) => {
                self.walk(e, scope, depth)?;
                Ok(boolean(false))
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                let l = self.walk(left, scope, depth)?;
                let r = self.walk(right, scope, depth)?;
                self.compare(left, &l, right, &r, false)?;
                Ok(boolean(false))
            }
            Expr::Between { expr: e, low, high, .. } => {
                let mut typed = self.walk(e, scope, depth)?;
                let (mut l, mut h) = (self.walk(low, scope, depth)?, self.walk(high, scope, depth)?);
                order_by_numbers(&mut [(e, &mut typed), (low, &mut l), (high, &mut h)])?;
                self.bring(e, &typed, low, &l, false)?;
                self.bring(e, &typed, high, &h, false)?;
                numbers::align(&mut [(e, &typed), (low, &l), (high, &h)]);
                Ok(boolean(true))
            }
            Expr::InList { expr: e, list, negated } => {
                let typed = self.walk(e, scope, depth)?;
                self.compare_all(e, &typed, list.iter_mut().collect(), !*negated, scope, depth)?;
                Ok(boolean(true))
            }
            Expr::InSubquery { expr: e, subquery, .. } => {
                let typed = self.walk(e, scope, depth)?;
                if let (Some(values), Expr::Tuple(items)) = (sets::bare_values(subquery), &mut **e) {
                    self.compare_rows(items, &typed.items, values, scope, depth)?;
                    self.reruns = true;
                    return Ok(boolean(true));
                }
                let columns = self.sub_query(subquery, scope)?;
                if columns.len() != typed.items.len().max(1) {
                    return Err(width(columns.len(), typed.items.len().max(1)));
                }
                if let [column] = &columns[..] {
                    self.set_parameter(&typed, &Typed::of_column(column));
                }
                match &mut **e {
                    Expr::Tuple(items) => {
                        let operands = items.iter_mut().zip(&typed.items).collect();
                        sets::align(operands, subquery, &columns);
                    }
                    operand => sets::align(vec![(operand, &typed)], subquery, &columns),
                }
                Ok(boolean(true))
            }
            Expr::AnyOp { .. } | Expr::AllOp { .. } => self.quantified(expr, scope, depth),
            Expr::Exists { subquery, .. } => {
                self.sub_query(subquery, scope)?;
                Ok(boolean(false))
            }
            Expr::Subquery(subquery) => {
                let columns = self.sub_query(subquery, scope)?;
                let value = |c: &ResultColumn| Typed { nullable: true, base: None, ..Typed::of_column(c) };
                match &columns[..] {
                    [column] => Ok(value(column)),
                    many => Ok(Typed { items: many.iter().map(value).collect(), ..Typed::default() }),
                }
            }
            Expr::Like { any: false, expr: e, pattern, escape_char, .. } => {
                let text = Typed::of(Some(ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE)), true);
                let subject = self.walk(e, scope, depth)?;
                refuse_secret(&subject)?;
                let pattern = self.walk(pattern, scope, depth)?;
                self.set_parameter(&subject, &text);
                self.set_parameter(&pattern, &text);
                if let Some(escape) = escape_char {
                    self.walk(escape, scope, depth)?;
                }
                Ok(boolean(subject.nullable || pattern.nullable))
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                let of = operand.as_mut().map(|o| self.walk(o, scope, depth)).transpose()?;
                let mut results = Vec::new();
                let mut compared = Vec::new();
                for when in conditions {
                    compared.push(&mut when.condition);
                    results.push((self.walk(&mut when.result, scope, depth)?, &mut when.result));
                }
                match (operand, &of) {
                    (Some(operand), Some(of)) => {
                        self.compare_all(operand, of, compared, false, scope, depth)?;
                    }
                    _ => {
                        for condition in compared {
                            self.walk(condition, scope, depth)?;
                        }
                    }
                }
                let mut result = Typed::of(None, else_result.is_none());
                if let Some(otherwise) = else_result {
                    results.push((self.walk(otherwise, scope, depth)?, otherwise));
                }
                for (typed, _) in &results {
                    result.column_type = typing::union(result.column_type, typed.column_type);
                    result.nullable |= typed.nullable;
                }
                if results.iter().any(|(typed, e)| numbers::is_open(e, typed)) {
                    result.column_type = typing::open(result.column_type);
                }
                for (typed, expr) in results {
                    self.set_parameter(&typed, &result);
                    if let Some(target) = result.column_type {
                        numbers::represent(expr, &typed, target);
                    }
                }
                Ok(result)
            }
            Expr::Cast { .. } => self.cast(expr, scope, depth),
            Expr::Collate { expr: e, collation } => {
                let name = collation.to_string().trim_matches(['"', '[', ']', '`']).to_ascii_uppercase();
                if !["NOCASE", "BINARY", "RTRIM"].contains(&name.as_str()) {
                    return Err(unsupported(&format!(
                        "The collation {name} (there are NOCASE, BINARY and RTRIM)"
                    )));
                }
                self.walk(e, scope, depth)
            }
            Expr::Tuple(items) => {
                let items = items.iter_mut().map(|item| self.walk(item, scope, depth));
                Ok(Typed { items: items.collect::<Result<_>>()?, ..Typed::default() })
            }
            Expr::Function(_) => self.function(expr, scope, depth),
            Expr::Interval(_) => Err(calendar::alone()),
            other => Err(unsupported(&format!("The expression {other}"))),
        }
    }

    /// Makes the walked sides of a comparison comparable.
    pub(super) fn compare_by(
        &mut self,
        op: &BinaryOperator,
        (left, l): (&mut Expr, &mut Typed),
        (right, r): (&mut Expr, &mut Typed),
    ) -> Result<()> {
        if !matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq) {
            order_by_number(left, l, r);
            order_by_number(right, r, l);
        }
        self.compare(left, l, right, r, *op == BinaryOperator::Eq)
    }

    /// A query inside an expression, which SQLite may run for each row.
    fn sub_query(&mut self, query: &mut Query, scope: &Scope<'_>) -> Result<Vec<ResultColumn>> {
        self.reruns = true;
        self.query(query, scope)
    }

    /// Rewrites a name to the relation's and the column's own names, quoted.
    fn name(&mut self, expr: &mut Expr, path: &[Ident], scope: &Scope<'_>) -> Result<Typed> {
        match scope.bind(path)? {
            Bound::Column { relation, column, typed } => {
                let parts = [relation, column].into_iter().filter(|p| !p.is_empty());
                *expr = Expr::CompoundIdentifier(parts.map(|p| Ident::with_quote('"', p)).collect());
                Ok(typed)
            }
            Bound::Bare { name, typed } => {
                *expr = Expr::Identifier(Ident::with_quote('"', name));
                Ok(typed)
            }
        }
    }

    fn literal(&mut self, value: &mut ValueWithSpan) -> Result<Typed> {
        let of = |t| Ok(Typed::of(Some(t), false));
        if let Value::Number(digits, _) = &value.value
            && digits.parse().is_ok_and(f64::is_infinite)
        {
            let place = lex::at(value.span.start);
            return Err(Error::new(
                state::NUMERIC_OUT_OF_RANGE,
                format!("{digits} is beyond the range of DOUBLE{place}."),
            ));
        }
        if let Some(number) = numbers::literal(&mut value.value) {
            return of(number);
        }
        match &mut value.value {
            Value::Boolean(_) => of(ColumnType::of(DataType::Boolean)),
            Value::Null => Ok(Typed::of(None, true)),
            Value::HexStringLiteral(hex) => {
                if hex.len() % 2 != 0 {
                    let place = lex::at(value.span.start);
                    let message = format!(
                        "X'{hex}'{place} has an odd number of digits; a byte is two hexadecimal digits."
                    );
                    return Err(Error::new(state::SYNTAX_ERROR, message));
                }
                of(ColumnType { data_type: DataType::Binary, size: (hex.len() as u32 / 2).max(1), scale: 0 })
            }
            Value::NationalStringLiteral(text) => {
                let size = ColumnType::text_of(text);
                value.value = Value::SingleQuotedString(std::mem::take(text));
                of(size)
            }
            Value::SingleQuotedString(text) => of(ColumnType::text_of(text)),
            Value::Placeholder(marker) => {
                let number = *self.markers.get(&value.span.start).ok_or_else(|| {
                    let message = format!("Syntax error: the marker {marker} is not '?'.");
                    Error::new(state::SYNTAX_ERROR, message)
                })?;
                *marker = format!("?{}", number + 1);
                Ok(Typed { marker: Some(number), ..Typed::of(None, true) })
            }
            other => Err(unsupported(&format!("The literal {other}"))),
        }
    }

    /// Types the markers beside an operator that is no comparison.
    ///
    /// # Errors
    /// HYC00 for an operator that SQLite does not have, and for arithmetic with bytes, of which it would make zero.
    fn operands(&mut self, op: &BinaryOperator, l: &Typed, r: &Typed) -> Result<()> {
        use BinaryOperator::*;
        match op {
            And | Or | Arrow | LongArrow | Glob => {}
            StringConcat => {
                let text = Typed::of(Some(ColumnType::of(DataType::Text)), true);
                self.set_parameter(l, &text);
                self.set_parameter(r, &text);
            }
            Plus | Minus | Multiply | Divide | Modulo | BitwiseAnd | BitwiseOr | PGBitwiseShiftLeft
            | PGBitwiseShiftRight => {
                if [l, r].into_iter().any(|t| is_of(t, DataType::Binary)) {
                    return Err(unsupported(&format!("{op} with a binary value")));
                }
                let of = |t: &Typed| {
                    if is_arithmetic(op) { numbers::beside(t.column_type) } else { t.column_type }
                };
                self.set_parameter(l, &Typed::of(of(r), true));
                self.set_parameter(r, &Typed::of(of(l), true));
            }
            other => return Err(unsupported(&format!("The operator {other}"))),
        }
        Ok(())
    }

    /// Types a marker by what it stands beside.
    pub(super) fn set_parameter(&mut self, marker: &Typed, beside: &Typed) {
        let (Some(number), Some(column_type)) = (marker.marker, beside.column_type) else { return };
        let parameter = &mut self.parameters[number];
        if !parameter.typed {
            parameter.column_type = column_type;
            parameter.typed = true;
            parameter.name = beside.base.as_ref().map(|(table, i)| table.columns[*i].name.clone());
        }
    }

    /// Walks what is sorted or grouped by.
    pub(super) fn collated(&mut self, expr: &mut Expr, scope: &Scope<'_>) -> Result<()> {
        let typed = self.expr(expr, scope)?;
        numbers::collate(expr, &typed);
        Ok(())
    }

    /// OVER (…).
    pub(super) fn window(&mut self, spec: &mut WindowSpec, scope: &Scope<'_>) -> Result<()> {
        if let Some(name) = &mut spec.window_name {
            quote(name);
        }
        for e in &mut spec.partition_by {
            self.collated(e, scope)?;
        }
        // RANGE n PRECEDING calculates with the value that is ordered by.
        let calculates = spec.window_frame.as_ref().is_some_and(|frame| {
            let has_distance = |b: &WindowFrameBound| {
                matches!(b, WindowFrameBound::Preceding(Some(_)) | WindowFrameBound::Following(Some(_)))
            };
            frame.units == WindowFrameUnits::Range
                && (has_distance(&frame.start_bound) || frame.end_bound.as_ref().is_some_and(has_distance))
        });
        for term in &mut spec.order_by {
            let typed = self.expr(&mut term.expr, scope)?;
            if calculates {
                numbers::represent(&mut term.expr, &typed, ColumnType::of(DataType::Double));
            } else {
                numbers::collate(&mut term.expr, &typed);
            }
        }
        Ok(())
    }
}

pub(super) fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

pub(super) fn is_temporal(typed: &Typed) -> bool {
    let data_type = typed.column_type.map(|t| t.data_type);
    matches!(data_type, Some(DataType::Date | DataType::Time | DataType::Timestamp))
}

/// `DATE '…'`, `TIME '…'`, `TIMESTAMP '…'` as the text that represents them.
fn typed_string(typed: &TypedString) -> Result<(Expr, Typed)> {
    let target = match &typed.data_type {
        SqlDataType::Date => DataType::Date,
        SqlDataType::Time(..) => DataType::Time,
        SqlDataType::Timestamp(..) | SqlDataType::Datetime(_) => DataType::Timestamp,
        other => return Err(unsupported(&format!("A literal of type {other}"))),
    };
    let target = ColumnType::of(target);
    let text = match &typed.value.value {
        Value::SingleQuotedString(text) => text,
        other => return Err(unsupported(&format!("{other} as a date"))),
    };
    let read = convert::canonical(text, &target);
    let value::Value::Text(text) = read.map_err(|e| Error { state: state::INVALID_DATETIME, ..e })? else {
        return Err(Error::new(state::INVALID_DATETIME, format!("'{text}' is not a date or time.")));
    };
    let target = typing::written(target.data_type, &text);
    let literal = ValueWithSpan { value: Value::SingleQuotedString(text), span: typed.value.span };
    Ok((Expr::Value(literal), Typed::of(Some(target), false)))
}
