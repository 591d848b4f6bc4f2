//! Expressions: binding, typing, and bringing literals into the representation of what they are compared with.

use sqlparser::ast::{
    BinaryOperator, DataType as SqlDataType, Expr, Ident, Query, SetExpr, TypedString, UnaryOperator, Value,
    ValueWithSpan, WindowSpec,
};

use super::forms;
use super::scope::Bound;
use super::{Resolver, Scope, Typed, quote, unsupported};
use crate::convert;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType, check_sid};
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
        stacker::maybe_grow(128 << 10, 2 << 20, || self.walk_here(expr, scope, depth))
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
                Ok(match op {
                    UnaryOperator::Not | UnaryOperator::BangNot => boolean(typed.nullable),
                    _ => Typed::of(typing::signed(typed.column_type), typed.nullable),
                })
            }
            Expr::BinaryOp { left, op, right } => {
                let l = self.walk(left, scope, depth)?;
                let r = self.walk(right, scope, depth)?;
                if is_comparison(op) {
                    self.compare(left, &l, right, &r, *op == BinaryOperator::Eq)?;
                } else {
                    self.operands(op, &l, &r)?;
                }
                let nullable =
                    l.nullable || r.nullable || matches!(op, BinaryOperator::Divide | BinaryOperator::Modulo);
                Ok(Typed::of(typing::binary(op, l.column_type, r.column_type), nullable))
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
                let typed = self.walk(e, scope, depth)?;
                for bound in [low, high] {
                    let b = self.walk(bound, scope, depth)?;
                    self.compare(e, &typed, bound, &b, false)?;
                }
                Ok(boolean(true))
            }
            Expr::InList { expr: e, list, negated } => {
                let typed = self.walk(e, scope, depth)?;
                for item in list {
                    let i = self.walk(item, scope, depth)?;
                    self.compare(e, &typed, item, &i, !*negated)?;
                }
                Ok(boolean(true))
            }
            Expr::InSubquery { expr: e, subquery, .. } => {
                let typed = self.walk(e, scope, depth)?;
                if let SetExpr::Values(values) = subquery.body.as_mut() {
                    for row in &mut values.rows {
                        for (i, item) in row.content.iter_mut().enumerate() {
                            let of = typed.items.get(i).cloned().unwrap_or_default();
                            let i = self.walk(item, scope, depth)?;
                            self.set_parameter(&i, &of);
                            coerce(item, &of)?;
                        }
                    }
                }
                let columns = self.sub_query(subquery, scope)?;
                if let [column] = &columns[..] {
                    self.set_parameter(&typed, &Typed::of(Some(column.column_type), true));
                }
                Ok(boolean(true))
            }
            Expr::Exists { subquery, .. } => {
                self.sub_query(subquery, scope)?;
                Ok(boolean(false))
            }
            Expr::Subquery(subquery) => {
                let columns = self.sub_query(subquery, scope)?;
                Ok(Typed::of(columns.first().map(|c| c.column_type), true))
            }
            Expr::Like { any: false, expr: e, pattern, escape_char, .. } => {
                let text = Typed::of(Some(ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE)), true);
                let subject = self.walk(e, scope, depth)?;
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
                let mut result = Typed::of(None, else_result.is_none());
                let mut results = Vec::new();
                for when in conditions {
                    let condition = self.walk(&mut when.condition, scope, depth)?;
                    if let (Some(operand), Some(of)) = (operand.as_mut(), &of) {
                        self.compare(operand, of, &mut when.condition, &condition, false)?;
                    }
                    results.push(self.walk(&mut when.result, scope, depth)?);
                }
                if let Some(otherwise) = else_result {
                    results.push(self.walk(otherwise, scope, depth)?);
                }
                for r in &results {
                    result.column_type = typing::union(result.column_type, r.column_type);
                    result.nullable |= r.nullable;
                }
                results.iter().for_each(|r| self.set_parameter(r, &result));
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
            Expr::Interval(_) => {
                let message =
                    "Interval is a reserved word: to use it as a name, write \"Interval\" or [Interval].";
                Err(Error::new(state::SYNTAX_ERROR, message))
            }
            other => Err(unsupported(&format!("The expression {other}"))),
        }
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
        match &mut value.value {
            Value::Number(digits, _) if digits.contains(['.', 'e', 'E']) => {
                of(ColumnType::of(DataType::Double))
            }
            Value::Number(digits, _) => of(match digits.parse::<i64>() {
                Ok(n) if i32::try_from(n).is_ok() => ColumnType::of(DataType::Integer),
                Ok(_) => ColumnType::of(DataType::BigInt),
                Err(_) => ColumnType::of(DataType::Double),
            }),
            Value::Boolean(_) => of(ColumnType::of(DataType::Boolean)),
            Value::Null => Ok(Typed::of(None, true)),
            Value::HexStringLiteral(hex) => {
                of(ColumnType { data_type: DataType::Binary, size: (hex.len() as u32 / 2).max(1), scale: 0 })
            }
            Value::NationalStringLiteral(text) => {
                let size = ColumnType::text(text.chars().count().max(1) as u32);
                value.value = Value::SingleQuotedString(std::mem::take(text));
                of(size)
            }
            Value::SingleQuotedString(text) => of(ColumnType::text(text.chars().count().max(1) as u32)),
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

    /// Brings the literal or the marker on one side of a comparison to the type of the other side. `equal` says that
    /// only equal values are looked for.
    ///
    /// # Errors
    /// 22007 or 22018 for a literal that is no value of that type, or no SID of the column's: an empty result would
    /// hide the mistake.
    fn compare(
        &mut self,
        left: &mut Expr,
        l: &Typed,
        right: &mut Expr,
        r: &Typed,
        equal: bool,
    ) -> Result<()> {
        if let (Expr::Tuple(lefts), Expr::Tuple(rights)) = (&mut *left, &mut *right) {
            for (i, (left, right)) in lefts.iter_mut().zip(rights).enumerate() {
                let of = |typed: &Typed| typed.items.get(i).cloned().unwrap_or_default();
                self.compare(left, &of(l), right, &of(r), equal)?;
            }
            return Ok(());
        }
        let between_columns = l.base.is_some() && r.base.is_some();
        for (side, typed, beside) in [(&mut *left, l, r), (&mut *right, r, l)] {
            if between_columns {
                keep_local(side, typed);
            }
            self.set_parameter(typed, beside);
            coerce(side, beside)?;
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

    /// Types the markers beside an operator that is no comparison.
    ///
    /// # Errors
    /// HYC00 for an operator that SQLite does not have, and for arithmetic with dates, which it would do with
    /// their digits.
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
                if [l, r].into_iter().any(is_temporal) {
                    let instead = "write DATEADD(day, n, x) or DATEDIFF(day, a, b)";
                    let message = format!("Arithmetic with dates and times is not supported: {instead}.");
                    return Err(Error::new(state::NOT_IMPLEMENTED, message));
                }
                self.set_parameter(l, &Typed::of(r.column_type, true));
                self.set_parameter(r, &Typed::of(l.column_type, true));
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

    /// OVER (…).
    pub(super) fn window(&mut self, spec: &mut WindowSpec, scope: &Scope<'_>) -> Result<()> {
        if let Some(name) = &mut spec.window_name {
            quote(name);
        }
        for e in &mut spec.partition_by {
            self.expr(e, scope)?;
        }
        for term in &mut spec.order_by {
            self.expr(&mut term.expr, scope)?;
        }
        Ok(())
    }
}

/// Hides a column from the virtual table that it belongs to, unless it is part of a path. A filter whose value comes
/// from each row of another table would be a request for each row, where one scan that is kept does for all. Of a system
/// table nothing is requested.
fn keep_local(side: &mut Expr, typed: &Typed) {
    let Some((table, position)) = &typed.base else { return };
    let is_kept = table.source.is_none() && !table.is_in_path(*position);
    if is_kept && matches!(side, Expr::CompoundIdentifier(_)) {
        let column = std::mem::replace(side, Expr::value(Value::Null));
        *side = Expr::UnaryOp { op: UnaryOperator::Plus, expr: Box::new(column) };
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

pub(super) fn is_temporal(typed: &Typed) -> bool {
    let data_type = typed.column_type.map(|t| t.data_type);
    matches!(data_type, Some(DataType::Date | DataType::Time | DataType::Timestamp))
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
pub(super) fn coerce(expr: &mut Expr, beside: &Typed) -> Result<()> {
    let Some(target) = beside.column_type else { return Ok(()) };
    let mut inner = &mut *expr;
    while let Expr::Nested(e) = inner {
        inner = e;
    }
    let Expr::Value(ValueWithSpan { value: literal, span }) = inner else { return Ok(()) };
    let Value::SingleQuotedString(text) = literal else { return Ok(()) };
    if matches!(target.data_type, DataType::Text | DataType::Json | DataType::Binary) {
        return Ok(());
    }
    let value = convert::canonical(text, &target).map_err(|e| {
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
    let literal = ValueWithSpan { value: Value::SingleQuotedString(text), span: typed.value.span };
    Ok((Expr::Value(literal), Typed::of(Some(target), false)))
}
