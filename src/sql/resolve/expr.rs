//! Expressions: binding, typing, and bringing literals into the representation of what they are compared with.

use sqlparser::ast::{
    BinaryOperator, DataType as SqlDataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArgumentList, FunctionArguments, Ident, ObjectName, Query, TypedString,
    UnaryOperator, Value, ValueWithSpan, WindowSpec, WindowType,
};

use super::scope::Bound;
use super::{Resolver, Scope, Typed, quote, refuse, unsupported};
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

    fn walk(&mut self, expr: &mut Expr, scope: &Scope<'_>, depth: usize) -> Result<Typed> {
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
                } else if typing::is_arithmetic(op) {
                    self.set_parameter(&l, &r);
                    self.set_parameter(&r, &l);
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
                self.walk(e, scope, depth)?;
                self.sub_query(subquery, scope)?;
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
            Expr::Cast { expr: e, data_type, format: None, .. } => {
                let typed = self.walk(e, scope, depth)?;
                let target =
                    typing::cast(data_type).ok_or_else(|| unsupported(&format!("CAST to {data_type}")))?;
                self.set_parameter(&typed, &Typed::of(Some(target), true));
                let sized =
                    !matches!(data_type, SqlDataType::Text | SqlDataType::String(_) | SqlDataType::Clob(_));
                *data_type = affinity(target);
                if let Some(cast) = cast_call(expr, target, sized) {
                    *expr = cast;
                }
                Ok(Typed::of(Some(target), typed.nullable))
            }
            Expr::Substring { expr: e, substring_from, substring_for, special, shorthand } => {
                let typed = self.walk(e, scope, depth)?;
                for part in [substring_from, substring_for].into_iter().flatten() {
                    self.walk(part, scope, depth)?;
                }
                // SQLite has the form with commas only.
                (*special, *shorthand) = (true, false);
                Ok(Typed::of(typing::function("substring", &[typed.column_type]), typed.nullable))
            }
            Expr::Trim { expr: e, trim_what, trim_where: None, .. } => {
                let typed = self.walk(e, scope, depth)?;
                if let Some(what) = trim_what {
                    self.walk(what, scope, depth)?;
                }
                Ok(Typed::of(typing::function("trim", &[typed.column_type]), typed.nullable))
            }
            Expr::Ceil { expr: e, .. } | Expr::Floor { expr: e, .. } => {
                let typed = self.walk(e, scope, depth)?;
                Ok(Typed::of(typing::function("floor", &[]), typed.nullable))
            }
            Expr::Collate { expr: e, .. } => self.walk(e, scope, depth),
            Expr::Tuple(items) => {
                for item in items {
                    self.walk(item, scope, depth)?;
                }
                Ok(Typed::default())
            }
            Expr::Function(function) => self.function(function, scope, depth),
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

    fn function(&mut self, function: &mut Function, scope: &Scope<'_>, depth: usize) -> Result<Typed> {
        let name = function.name.to_string().to_ascii_lowercase();
        function.uses_odbc_syntax = false;
        refuse(!function.within_group.is_empty(), "WITHIN GROUP")?;
        refuse(!matches!(function.parameters, FunctionArguments::None), "A function with parameters")?;
        if matches!(name.as_str(), "current_date" | "current_time" | "current_timestamp") {
            // ODBC writes them with parentheses, SQLite reads them without.
            function.args = FunctionArguments::None;
        }
        let mut types = Vec::new();
        let mut nullable = typing::result_is_nullable(&name);
        match &mut function.args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => {
                types.push(self.sub_query(query, scope)?.first().map(|c| c.column_type));
            }
            FunctionArguments::List(list) => {
                let mut any_nullable = false;
                for argument in &mut list.args {
                    match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) => {
                            let typed = self.walk(e, scope, depth)?;
                            any_nullable |= typed.nullable;
                            types.push(typed.column_type);
                        }
                        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => {}
                        other => return Err(unsupported(&format!("The argument {other}"))),
                    }
                }
                // A scalar function of values that are there gives one; NULLIF and aggregates over no row do not.
                nullable &= any_nullable
                    || typing::is_aggregate(&name)
                    || matches!(name.as_str(), "nullif" | "min" | "max");
                for clause in &mut list.clauses {
                    let FunctionArgumentClause::OrderBy(terms) = clause else {
                        return Err(unsupported(&format!("{clause} in a function")));
                    };
                    for term in terms {
                        self.walk(&mut term.expr, scope, depth)?;
                    }
                }
            }
        }
        if let Some(filter) = &mut function.filter {
            self.walk(filter, scope, depth)?;
        }
        match &mut function.over {
            Some(WindowType::WindowSpec(spec)) => self.window(spec, scope)?,
            Some(WindowType::NamedWindow(name)) => quote(name),
            None => {}
        }
        Ok(Typed::of(typing::function(&name, &types), nullable))
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
/// from each row of another table would be a request for each row, where one scan that is kept does for all.
fn keep_local(side: &mut Expr, typed: &Typed) {
    let Some((table, position)) = &typed.base else { return };
    if matches!(side, Expr::CompoundIdentifier(_)) && !table.is_in_path(*position) {
        let column = std::mem::replace(side, Expr::value(Value::Null));
        *side = Expr::UnaryOp { op: UnaryOperator::Plus, expr: Box::new(column) };
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

/// Replaces a text literal beside a column of another type by the representation that the column has.
fn coerce(expr: &mut Expr, beside: &Typed) -> Result<()> {
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
    let value::Value::Text(text) = convert::canonical(text, &target)? else {
        return Err(Error::new(state::INVALID_DATETIME, format!("'{text}' is not a date or time.")));
    };
    let literal = ValueWithSpan { value: Value::SingleQuotedString(text), span: typed.value.span };
    Ok((Expr::Value(literal), Typed::of(Some(target), false)))
}

/// The calls by which a value becomes one of a type that SQLite's CAST does not know. `expr` is the CAST.
fn cast_call(expr: &Expr, target: ColumnType, sized: bool) -> Option<Expr> {
    let Expr::Cast { expr: value, .. } = expr else { return None };
    let name = match target.data_type {
        DataType::Date => "date",
        DataType::Time => "time",
        DataType::Timestamp => "datetime",
        DataType::Boolean => "to_boolean",
        DataType::Text if sized => {
            let size = Expr::value(Value::Number(target.size.to_string(), false));
            let one = Expr::value(Value::Number("1".into(), false));
            return Some(call("substr", vec![expr.clone(), one, size]));
        }
        _ => return None,
    };
    Some(call(name, vec![(**value).clone()]))
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let argument = |e| FunctionArg::Unnamed(FunctionArgExpr::Expr(e));
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: arguments.into_iter().map(argument).collect(),
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

/// The name by which SQLite's CAST gives the representation of a type.
fn affinity(target: ColumnType) -> SqlDataType {
    match target.data_type {
        DataType::Boolean | DataType::Integer | DataType::BigInt => SqlDataType::Integer(None),
        DataType::Double => SqlDataType::Real,
        DataType::Decimal => SqlDataType::Numeric(sqlparser::ast::ExactNumberInfo::None),
        DataType::Binary => SqlDataType::Blob(None),
        DataType::Text | DataType::Json | DataType::Date | DataType::Time | DataType::Timestamp => {
            SqlDataType::Text
        }
    }
}
