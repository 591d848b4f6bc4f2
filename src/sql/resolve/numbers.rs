//! Exact numbers, which SQLite does not have: how literals, arithmetic, comparisons and orders are written for it.
//!
//! To SQLite a decimal is text ([`crate::value`]), because it would read a number with a point as a double. So that
//! decimals compare as numbers, they are compared in the collation `DECIMAL`, which the engine registers: columns
//! are declared with it, and the resolver names it for every other expression that is compared, sorted, grouped or
//! selected. One collation does what otherwise needs a key for each of comparisons, IN, ORDER BY, GROUP BY,
//! DISTINCT, UNION, MIN and window frames, and the values stay as the API sent them. Text and text only is compared
//! by a collation: what stands beside a decimal is made one first.
//!
//! Arithmetic becomes calls of functions of the engine, which give 22003 and 22012 where the operators of SQLite
//! would give a double or NULL. Each is evaluated exactly where its operator would have been.

use sqlparser::ast::{
    BinaryOperator, CastKind, DataType as SqlDataType, ExactNumberInfo, Expr, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, Ident, ObjectName, ObjectNamePart, UnaryOperator, Value,
};

use super::{Typed, forms};
use crate::decimal::Decimal;
use crate::model::{ColumnType, DataType};
use crate::sql::functions::{Argument, Function, Kind, Returns};
use crate::sql::typing::{self, is_integral};

/// The collation in which decimals are compared.
const COLLATION: &str = "DECIMAL";

/// Significant digits that every double holds.
const DOUBLE_DIGITS: usize = 15;

fn is_decimal(typed: &Typed) -> bool {
    typed.column_type.is_some_and(|t| t.data_type == DataType::Decimal)
}

fn inner(mut expr: &mut Expr) -> &mut Expr {
    while let Expr::Nested(e) = expr {
        expr = e;
    }
    expr
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
}

/// Writes a literal number as its type is represented; gives the type.
pub(super) fn literal(value: &mut Value) -> Option<ColumnType> {
    let Value::Number(number, _) = &*value else { return None };
    let column_type = typing::literal(number);
    if column_type.data_type == DataType::Decimal
        && let Ok(decimal) = Decimal::parse(number)
    {
        *value = Value::SingleQuotedString(decimal.to_string());
    }
    Some(column_type)
}

/// The digits of a number that is written out and has been walked.
fn digits<'e>(expr: &'e Expr, typed: &Typed) -> Option<&'e str> {
    match expr {
        Expr::Value(v) => match &v.value {
            Value::Number(number, _) => Some(number),
            Value::SingleQuotedString(text) if is_decimal(typed) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// The number with the other sign, if the expression is a number that is written out. The least integer is only
/// one with its sign.
pub(super) fn negated_literal(expr: &Expr, typed: &Typed) -> Option<Value> {
    let digits = digits(expr, typed)?;
    let negated = match digits.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        None => format!("-{digits}"),
    };
    Some(Value::Number(negated, false))
}

/// Whether it is a decimal that is written out and that a double stands for without loss.
fn is_short_literal(expr: &Expr, typed: &Typed) -> bool {
    let expr = match expr {
        Expr::Nested(inner) => return is_short_literal(inner, typed),
        other => other,
    };
    is_decimal(typed)
        && digits(expr, typed).is_some_and(|d| d.bytes().filter(u8::is_ascii_digit).count() <= DOUBLE_DIGITS)
}

/// Writes a decimal that is written out as a number of SQLite's, where it stands beside such numbers or is an
/// argument of a function that knows no decimals.
pub(super) fn plain_literal(expr: &mut Expr, typed: &Typed) {
    if !is_short_literal(expr, typed) {
        return;
    }
    let expr = inner(expr);
    if let Some(digits) = digits(expr, typed) {
        let number = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
        *expr = Expr::value(Value::Number(number, false));
    }
}

/// Gives an expression the representation of the type, if that is a decimal or a double. A decimal gets as many
/// digits after the point as the type has, unless it is a column, whose values stay as they were sent.
pub(super) fn represent(expr: &mut Expr, own: &Typed, target: ColumnType) {
    let is_null = matches!(inner(expr), Expr::Value(v) if v.value == Value::Null);
    let from = own.column_type;
    if is_null || (from.is_none() && own.marker.is_none()) {
        return;
    }
    match (target.data_type, from.map(|t| t.data_type)) {
        (DataType::Decimal, Some(DataType::Decimal)) => {
            let is_padded = from.is_some_and(|t| t.scale >= target.scale);
            if !is_padded && !is_column(inner(expr)) {
                to_decimal(expr, own, target.scale);
            }
        }
        (DataType::Decimal, _) => to_decimal(expr, own, target.scale),
        (DataType::Double, Some(DataType::Decimal)) => to_double(expr, own),
        (DataType::Double, Some(DataType::Boolean | DataType::Integer | DataType::BigInt)) => {
            match inner(expr) {
                Expr::Value(v) if matches!(v.value, Value::Number(..)) => {
                    if let Value::Number(digits, _) = &mut v.value {
                        digits.push_str(".0");
                    }
                }
                _ => cast(expr, SqlDataType::Real),
            }
        }
        _ => {}
    }
}

fn to_decimal(expr: &mut Expr, own: &Typed, scale: u8) {
    let written = digits(inner(expr), own).and_then(|d| Decimal::parse(d).ok()?.padded(scale.into()).ok());
    match written {
        Some(decimal) => *expr = forms::text(decimal.to_string()),
        None => *expr = forms::call("decimal", vec![forms::take(expr), forms::number(scale)]),
    }
}

fn to_double(expr: &mut Expr, own: &Typed) {
    if is_short_literal(expr, own) {
        return plain_literal(expr, own);
    }
    *expr = forms::call("convert_to", vec![forms::take(expr), forms::text("double"), forms::number(0)]);
}

/// Names the collation of an expression that is a decimal.
pub(super) fn collate(expr: &mut Expr, typed: &Typed) {
    let is_declared = is_column(expr) && typed.base.is_some();
    if is_decimal(typed) && !is_declared && !matches!(expr, Expr::Collate { .. }) {
        let own = match forms::take(expr) {
            e @ (Expr::BinaryOp { .. } | Expr::UnaryOp { .. } | Expr::Between { .. } | Expr::Like { .. }) => {
                Expr::Nested(Box::new(e))
            }
            e => e,
        };
        let collation = ObjectName(vec![ObjectNamePart::Identifier(Ident::new(COLLATION))]);
        *expr = Expr::Collate { expr: Box::new(own), collation };
    }
}

/// Makes expressions comparable that are compared with each other, the first one with all others.
///
/// Decimals are compared as decimals with each other, with integers, text and parameters; as doubles with doubles. A
/// short decimal that is written out needs neither beside integers, whose comparison can then be sent to Twilio.
pub(super) fn align(operands: &mut [(&mut Expr, &Typed)]) {
    let sides: Vec<Side> = operands.iter().map(|(expr, typed)| Side::of(expr, typed)).collect();
    let has = |side: Side| sides.contains(&side);
    let of_sides = operands.iter_mut().zip(&sides);
    if !has(Side::Decimal) && !has(Side::Short) {
        return align_markers(operands);
    }
    if has(Side::Double) {
        for ((expr, typed), side) in of_sides {
            if matches!(side, Side::Decimal | Side::Short | Side::Quoted) {
                to_double(expr, typed);
            }
        }
        return;
    }
    if !has(Side::Decimal) && !has(Side::Marker) {
        if has(Side::Other) {
            return;
        }
        if !has(Side::Quoted) && (has(Side::Integer) || has(Side::Unknown)) {
            of_sides.for_each(|((expr, typed), _)| plain_literal(expr, typed));
            return;
        }
    }
    for ((expr, typed), side) in of_sides {
        if !matches!(side, Side::Decimal | Side::Short | Side::Quoted | Side::Null) {
            to_decimal(expr, typed, 0);
        }
    }
    let is_collated = operands.iter().any(|(expr, _)| matches!(expr, Expr::Collate { .. }));
    if let Some((first, typed)) = operands.first_mut().filter(|_| !is_collated) {
        let decimal = Typed { base: typed.base.clone(), ..Typed::of(Some(typing::decimal(1, 0)), true) };
        collate(first, &decimal);
    }
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Decimal,
    /// A decimal that is written out and that a double stands for.
    Short,
    Double,
    Integer,
    /// A quoted text, which is a number by now if it stands beside one.
    Quoted,
    Null,
    Marker,
    /// A value of a JSON document.
    Unknown,
    Other,
}

impl Side {
    fn of(expr: &Expr, typed: &Typed) -> Side {
        let literal = match expr {
            Expr::Nested(inner) => return Side::of(inner, typed),
            Expr::Value(v) => Some(&v.value),
            _ => None,
        };
        match (typed.column_type.map(|t| t.data_type), literal) {
            (_, Some(Value::Null)) => Side::Null,
            (Some(DataType::Decimal), _) if is_short_literal(expr, typed) => Side::Short,
            (Some(DataType::Decimal), _) => Side::Decimal,
            (Some(DataType::Double), _) => Side::Double,
            (Some(DataType::Boolean | DataType::Integer | DataType::BigInt), _) => Side::Integer,
            (_, Some(Value::SingleQuotedString(_))) => Side::Quoted,
            (None, _) if typed.marker.is_some() => Side::Marker,
            (None, _) => Side::Unknown,
            _ => Side::Other,
        }
    }
}

/// A decimal may be bound to a marker that stands beside an integer or a double. A column makes a number of it by its
/// affinity, another expression does not.
fn align_markers(operands: &mut [(&mut Expr, &Typed)]) {
    let is_calculated = |(expr, typed): &(&mut Expr, &Typed)| {
        let is_number = |t: ColumnType| is_integral(t) || t.data_type == DataType::Double;
        typed.column_type.is_some_and(is_number) && !is_column(expr)
    };
    if operands.iter().any(is_calculated) {
        for (expr, _) in operands.iter_mut().filter(|(_, typed)| typed.marker.is_some()) {
            cast(expr, SqlDataType::Numeric(ExactNumberInfo::None));
        }
    }
}

/// Writes SQLite's own CAST.
fn cast(expr: &mut Expr, data_type: SqlDataType) {
    let operand = Box::new(forms::take(expr));
    *expr = Expr::Cast { kind: CastKind::Cast, expr: operand, data_type, format: None };
}

/// Writes `left op right` and gives its type.
pub(super) fn binary(expr: &mut Expr, l: &Typed, r: &Typed) -> Option<ColumnType> {
    use BinaryOperator::*;
    let Expr::BinaryOp { left, op, right } = expr else { return None };
    let result = typing::binary(op, l.column_type, r.column_type);
    let name = match op {
        Plus => "add",
        Minus => "sub",
        Multiply => "mul",
        Divide => "div",
        Modulo => "mod",
        _ => return result,
    };
    let target = result?;
    match target.data_type {
        DataType::Decimal => {
            let (lt, rt) = (l.column_type.or(r.column_type)?, r.column_type.or(l.column_type)?);
            let is_reduced = typing::is_reduced(op, lt, rt) && *op != Divide;
            let arguments = vec![forms::take(left), forms::take(right), forms::number(target.scale)];
            *expr = forms::call(&format!("decimal_{name}"), arguments);
            if is_reduced {
                *expr = forms::call("decimal_fit", vec![forms::take(expr), forms::number(target.scale)]);
            }
        }
        DataType::BigInt if is_safe(op, l, right, r) => {}
        _ => {
            for (operand, typed) in [(&mut **left, l), (&mut **right, r)] {
                if is_decimal(typed) {
                    represent(operand, typed, ColumnType::of(DataType::Double));
                }
            }
            let arguments = vec![forms::take(left), forms::take(right)];
            *expr = forms::call(&format!("num_{name}"), arguments);
        }
    }
    result
}

/// Whether integers cannot leave BIGINT, and are not divided by zero.
fn is_safe(op: &BinaryOperator, l: &Typed, right: &Expr, r: &Typed) -> bool {
    use BinaryOperator::*;
    let is_small = |t: &Typed| {
        t.column_type.is_some_and(|t| matches!(t.data_type, DataType::Boolean | DataType::Integer))
    };
    match op {
        Plus | Minus | Multiply => is_small(l) && is_small(r),
        _ => {
            let divisor = digits(right, r).and_then(|d| d.parse::<i64>().ok());
            l.column_type.is_some_and(is_integral) && divisor.is_some_and(|d| d > 0)
        }
    }
}

/// Writes an operand with a sign before it and gives its type.
pub(super) fn signed(expr: &mut Expr, typed: &Typed) -> Option<ColumnType> {
    let result = typing::signed(typed.column_type);
    if let (Expr::UnaryOp { op: UnaryOperator::Minus, expr: operand }, Some(target)) = (&mut *expr, result) {
        match target.data_type {
            DataType::Integer => {}
            DataType::Decimal => *expr = forms::call("decimal_neg", vec![forms::take(operand)]),
            _ => *expr = forms::call("num_neg", vec![forms::take(operand)]),
        }
    }
    result
}

/// The integer that is written out.
pub(super) fn integer(expr: &Expr) -> Option<i64> {
    digits(expr, &Typed::default()).and_then(|d| d.parse().ok())
}

/// Brings the arguments of a call into the form that its function takes; gives the name of the function that runs,
/// which is one for decimals if the call has any to work on.
pub(super) fn arguments(
    found: &Function,
    list: &mut FunctionArgumentList,
    typed: &[Typed],
    types: &[Option<ColumnType>],
    result: Option<ColumnType>,
) -> &'static str {
    let is_decimal_type = |t: Option<ColumnType>| t.is_some_and(|t| t.data_type == DataType::Decimal);
    let scale = result.map_or(0, |t| t.scale);
    let is_of_decimals = is_decimal_type(types.first().copied().flatten());
    let runs = match found.runs {
        "abs" if is_of_decimals => "decimal_abs",
        "sign" if is_of_decimals => "decimal_sign",
        "ceiling" if is_of_decimals => "decimal_ceiling",
        "floor" if is_of_decimals => "decimal_floor",
        "round" if is_of_decimals => "decimal_round",
        "truncate" if is_of_decimals => "decimal_truncate",
        "sum" if is_of_decimals => "decimal_sum",
        "avg" if is_of_decimals => "decimal_total",
        "mod" if is_decimal_type(result) => "decimal_mod",
        other => other,
    };
    let plain = |number: u8| FunctionArg::Unnamed(FunctionArgExpr::Expr(forms::number(number)));
    match runs {
        "decimal_round" | "decimal_truncate" => {
            if list.args.len() == 1 {
                list.args.push(plain(0));
            }
            list.args.push(plain(scale));
        }
        "decimal_mod" => list.args.push(plain(scale)),
        _ => {}
    }
    let keeps = runs != found.runs
        || matches!(found.result, Returns::First | Returns::Alike)
        || found.kind == Kind::Aggregate;
    for (i, (argument, own)) in list.args.iter_mut().zip(typed).enumerate() {
        let FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) = argument else { continue };
        if !keeps && found.argument(i) != Argument::Text {
            plain_literal(e, own);
        }
        let is_compared = found.kind == Kind::Aggregate || matches!(runs, "min" | "max" | "nullif");
        if i == 0 && is_compared && is_decimal_type(types[0]) {
            let base = if is_decimal(own) { own.base.clone() } else { None };
            collate(e, &Typed { base, ..Typed::of(types[0], true) });
        }
        // JSON would have a string.
        if found.name.starts_with("json_") && found.argument(i) == Argument::Any && is_decimal(own) {
            let is_number = matches!(inner(e), Expr::Value(v) if matches!(v.value, Value::Number(..)));
            if !is_number {
                forms::wrap(e, "json");
            }
        }
    }
    runs
}

/// Gives the result of an aggregate of decimals its scale.
pub(super) fn finish(expr: &mut Expr, runs: &str, result: ColumnType) {
    let name = match runs {
        "decimal_sum" => "decimal",
        "decimal_total" => "decimal_mean",
        _ => return,
    };
    *expr = forms::call(name, vec![forms::take(expr), forms::number(result.scale)]);
}
