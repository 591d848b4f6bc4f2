//! Conditions in the form in which a table can take them.
//!
//! SQLite offers a table comparisons of its bare columns. What says the same in another way is written as such a
//! comparison, and what can never be true as FALSE, for which nothing is read. All of it holds for conditions that only
//! have to be true or not, through AND and OR: NULL and FALSE are the same there.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
    visit_expressions,
};

use super::expr::is_comparison;
use super::forms::{binary, call, converted, number, take, text};
use super::scope::Bound;
use super::{Scope, Typed};
use crate::model::{DataType, FilterOperator};

/// Rewrites a whole condition that has been walked. Conditions nest deeply, so its frame is small.
pub(super) fn sharpen(condition: &mut Expr, scope: &Scope<'_>) {
    match condition {
        Expr::Nested(inner) => return sharpen(inner, scope),
        Expr::BinaryOp { left, op: BinaryOperator::And | BinaryOperator::Or, right } => {
            sharpen(left, scope);
            sharpen(right, scope);
        }
        _ => {}
    }
    sharpen_here(condition, scope);
}

#[inline(never)]
fn sharpen_here(condition: &mut Expr, scope: &Scope<'_>) {
    if let Some(sharper) = sharper(condition, scope) {
        *condition = sharper;
    }
}

/// The condition in another form, if there is one. What it connects has been rewritten.
fn sharper(condition: &mut Expr, scope: &Scope<'_>) -> Option<Expr> {
    if is_boolean(condition, scope) {
        return Some(equals(condition, 1));
    }
    Some(match condition {
        Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
            return folded(left, op, right);
        }
        Expr::IsTrue(column) if is_boolean(column, scope) => equals(column, 1),
        Expr::IsFalse(column) if is_boolean(column, scope) => equals(column, 0),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } if is_boolean(expr, scope) => equals(expr, 0),
        Expr::IsNull(column) if is_never_null(column, scope) => truth(false),
        Expr::IsNotNull(column) if is_never_null(column, scope) => truth(true),
        Expr::IsNotDistinctFrom(left, right) if is_value(left) || is_value(right) => {
            binary(take(left), BinaryOperator::Eq, take(right))
        }
        Expr::BinaryOp { left, op, right } if is_comparison(op) => {
            return comparison(left, op, right, scope);
        }
        Expr::Between { expr, negated: false, low, high } if moment_of_day(expr, scope).is_some() => {
            let from = comparison(&mut expr.clone(), &BinaryOperator::GtEq, low, scope);
            match (from, comparison(expr, &BinaryOperator::LtEq, high, scope)) {
                (Some(from), Some(to)) => binary(from, BinaryOperator::And, to),
                _ => return None,
            }
        }
        Expr::Between { expr, negated: false, low, high } => match period_of(expr, scope) {
            Some((column, unit)) if unit.takes(low) && unit.takes(high) => {
                let from = binary(column.clone(), BinaryOperator::GtEq, unit.begin(low));
                binary(from, BinaryOperator::And, binary(column, BinaryOperator::LtEq, unit.end(high)))
            }
            _ => return None,
        },
        Expr::InList { list, negated, .. }
            if !list.is_empty() && (list.iter().all(is_null) || (*negated && list.iter().any(is_null))) =>
        {
            truth(false)
        }
        _ => return None,
    })
}

/// A comparison in another form.
fn comparison(left: &mut Expr, op: &BinaryOperator, right: &mut Expr, scope: &Scope<'_>) -> Option<Expr> {
    if is_null(left) || is_null(right) {
        return Some(truth(false));
    }
    if *op == BinaryOperator::NotEq
        && let Some(other) = other_truth(right).filter(|_| is_boolean(left, scope))
    {
        return Some(equals(left, other));
    }
    let turned = turned(op);
    if let Some(column) = moment_of_day(left, scope) {
        return day_beside(column, op, right);
    }
    if let Some(column) = moment_of_day(right, scope) {
        return day_beside(column, turned.as_ref()?, left);
    }
    if *op == BinaryOperator::Eq && has_bounds_only(left, scope) && is_constant(right) {
        return Some(between(left, right));
    }
    if *op == BinaryOperator::Eq && has_bounds_only(right, scope) && is_constant(left) {
        return Some(between(right, left));
    }
    if let Some((column, unit)) = period_of(left, scope).filter(|p| p.1.takes(right)) {
        return Some(compared(column, op, unit, right));
    }
    let (column, unit) = period_of(right, scope).filter(|p| p.1.takes(left))?;
    Some(compared(column, &turned?, unit, left))
}

/// The other side, where one changes nothing: it is always true in AND, or never in OR.
fn folded(left: &mut Expr, op: &BinaryOperator, right: &mut Expr) -> Option<Expr> {
    let neutral = Some(*op == BinaryOperator::And);
    if always(left) == neutral {
        return Some(take(right));
    }
    (always(right) == neutral).then(|| take(left))
}

/// The truth of a condition that is the same for every row and can be seen without calculating.
fn always(e: &Expr) -> Option<bool> {
    match e {
        Expr::Nested(inner) => always(inner),
        Expr::Value(v) => match &v.value {
            Value::Boolean(b) => Some(*b),
            Value::Null => Some(false),
            Value::Number(digits, _) => digits.parse::<i64>().ok().map(|n| n != 0),
            _ => None,
        },
        Expr::BinaryOp { left, op, right } if is_comparison(op) => {
            let number = |e: &Expr| match e {
                Expr::Value(v) if let Value::Number(digits, _) = &v.value => digits.parse::<i64>().ok(),
                _ => None,
            };
            let (left, right) = (number(left)?, number(right)?);
            Some(match op {
                BinaryOperator::Eq => left == right,
                BinaryOperator::NotEq => left != right,
                BinaryOperator::Lt => left < right,
                BinaryOperator::LtEq => left <= right,
                BinaryOperator::Gt => left > right,
                _ => left >= right,
            })
        }
        _ => None,
    }
}

fn truth(value: bool) -> Expr {
    Expr::value(Value::Boolean(value))
}

fn equals(column: &mut Expr, value: u8) -> Expr {
    binary(take(column), BinaryOperator::Eq, number(value))
}

fn known(column: &Expr, scope: &Scope<'_>) -> Option<Typed> {
    let Expr::CompoundIdentifier(path) = column else { return None };
    match scope.bind(path).ok()? {
        Bound::Column { typed, .. } | Bound::Bare { typed, .. } => typed.base.is_some().then_some(typed),
    }
}

fn is_boolean(column: &Expr, scope: &Scope<'_>) -> bool {
    known(column, scope).and_then(|t| t.column_type).is_some_and(|t| t.data_type == DataType::Boolean)
}

fn is_never_null(column: &Expr, scope: &Scope<'_>) -> bool {
    known(column, scope).is_some_and(|t| !t.nullable)
}

fn is_null(e: &Expr) -> bool {
    matches!(e, Expr::Value(v) if v.value == Value::Null)
}

/// A literal that is not NULL.
fn is_value(e: &Expr) -> bool {
    matches!(e, Expr::Value(v) if !matches!(v.value, Value::Null | Value::Placeholder(_)))
}

/// The truth value that is not the written one.
fn other_truth(e: &Expr) -> Option<u8> {
    let Expr::Value(v) = e else { return None };
    match &v.value {
        Value::Boolean(b) => Some(u8::from(!b)),
        Value::Number(digits, _) if digits == "0" => Some(1),
        Value::Number(digits, _) if digits == "1" => Some(0),
        _ => None,
    }
}

/// The operator with its sides exchanged.
fn turned(op: &BinaryOperator) -> Option<BinaryOperator> {
    use BinaryOperator::*;
    Some(match op {
        Eq => Eq,
        NotEq => NotEq,
        Lt => Gt,
        LtEq => GtEq,
        Gt => Lt,
        GtEq => LtEq,
        _ => return None,
    })
}

/// Whether Twilio takes bounds of the moments in the column, and not one of them.
fn has_bounds_only(column: &Expr, scope: &Scope<'_>) -> bool {
    let Some(Typed { base: Some((table, i)), .. }) = known(column, scope) else { return false };
    let of_column = || table.filters.iter().filter(|f| f.column == table.columns[i].name);
    table.columns[i].data_type == DataType::Timestamp
        && of_column().next().is_some()
        && !of_column().any(|f| f.operator == FilterOperator::Equal)
}

/// That the column has the value, as two bounds.
fn between(column: &mut Expr, value: &mut Expr) -> Expr {
    let from = binary(column.clone(), BinaryOperator::GtEq, value.clone());
    binary(from, BinaryOperator::And, binary(take(column), BinaryOperator::LtEq, take(value)))
}

/// The column of days that stands for their midnights, because it is compared with a moment.
fn moment_of_day(e: &Expr, scope: &Scope<'_>) -> Option<Expr> {
    let Expr::Function(function) = e else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    match &list.args[..] {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(column))]
            if function.name.to_string() == "to_timestamp"
                && known(column, scope)?.column_type?.data_type == DataType::Date =>
        {
            Some(column.clone())
        }
        _ => None,
    }
}

/// The comparison of days that says the same as that of their midnights with a moment, if that is the same for every row.
fn day_beside(column: Expr, op: &BinaryOperator, moment: &Expr) -> Option<Expr> {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq};
    if !is_constant(moment) {
        return None;
    }
    // The day of the moment, or of the last one before it.
    let day = |is_before: bool| match literal(moment).map(str::parse::<jiff::civil::DateTime>) {
        Some(read) => {
            let moment = read.ok()?;
            let before = jiff::Span::new().nanoseconds(i64::from(is_before));
            Some(text(moment.checked_sub(before).ok()?.date().to_string()))
        }
        None => {
            let moment = moment.clone();
            let moment = match is_before {
                true => call("dateadd", vec![text("nanosecond"), number(-1), moment]),
                false => moment,
            };
            Some(converted(moment, DataType::Date, false, Vec::new()))
        }
    };
    Some(match op {
        Gt | LtEq => binary(column, op.clone(), day(false)?),
        GtEq => binary(column, Gt, day(true)?),
        Lt => binary(column, LtEq, day(true)?),
        // No day where the moment is no midnight.
        Eq => {
            let is_it = binary(column.clone(), Eq, day(false)?);
            binary(is_it, And, binary(column, Gt, day(true)?))
        }
        _ => return None,
    })
}

/// A part of a timestamp that a condition asks for: what is written for it is the first and the last moment.
#[derive(Clone, Copy, Debug)]
enum Unit {
    /// `CAST(column AS DATE)`.
    Day,
    /// `YEAR(column)`, EXTRACT, DATEPART.
    Year,
    /// The same of a column of days.
    YearOfDays,
}

impl Unit {
    /// Whether the moments of the value can be written, and are the same for every row. A filter that comes from
    /// each row of another table would be a request for each, where one scan that is kept does for all.
    fn takes(self, value: &Expr) -> bool {
        match self {
            Unit::Day => is_constant(value),
            Unit::Year | Unit::YearOfDays => {
                matches!(value, Expr::Value(v) if matches!(&v.value, Value::Number(digits, _)
                    if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) && digits != "0000"))
            }
        }
    }

    fn begin(self, value: &mut Expr) -> Expr {
        match (self, literal(value)) {
            (Unit::Day, Some(day)) => text(format!("{day} 00:00:00")),
            (Unit::Day, None) => call("to_timestamp", vec![take(value)]),
            (Unit::Year, year) => text(format!("{}-01-01 00:00:00", year.unwrap_or_default())),
            (Unit::YearOfDays, year) => text(format!("{}-01-01", year.unwrap_or_default())),
        }
    }

    /// The last moment and not the one after it, which may lie beyond the last year.
    fn end(self, value: &mut Expr) -> Expr {
        const LAST: &str = " 23:59:59.999999999";
        match (self, literal(value)) {
            (Unit::Day, Some(day)) => text(format!("{day}{LAST}")),
            (Unit::Day, None) => {
                binary(Expr::Nested(Box::new(take(value))), BinaryOperator::StringConcat, text(LAST))
            }
            (Unit::Year, year) => text(format!("{}-12-31{LAST}", year.unwrap_or_default())),
            (Unit::YearOfDays, year) => text(format!("{}-12-31", year.unwrap_or_default())),
        }
    }
}

/// The column whose part the expression is.
fn period_of(e: &Expr, scope: &Scope<'_>) -> Option<(Expr, Unit)> {
    let Expr::Function(function) = e else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    let argument = |i: usize| match list.args.get(i) {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(e))) => Some(e),
        _ => None,
    };
    let is_text = |i: usize, text: &str| argument(i).and_then(literal) == Some(text);
    let (column, unit) = match function.name.to_string().as_str() {
        "convert_to" if is_text(1, "date") => (argument(0)?, Unit::Day),
        "year" => (argument(0)?, Unit::Year),
        "datepart" if is_text(0, "year") => (argument(1)?, Unit::Year),
        _ => return None,
    };
    let unit = match (known(column, scope)?.column_type?.data_type, unit) {
        (DataType::Timestamp, unit) => unit,
        (DataType::Date, Unit::Year) => Unit::YearOfDays,
        _ => return None,
    };
    Some((column.clone(), unit))
}

fn compared(column: Expr, op: &BinaryOperator, unit: Unit, value: &mut Expr) -> Expr {
    use BinaryOperator::{And, Gt, GtEq, Lt, LtEq, NotEq, Or};
    match op {
        Lt | GtEq => binary(column, op.clone(), unit.begin(value)),
        LtEq | Gt => binary(column, op.clone(), unit.end(value)),
        NotEq => {
            let before = binary(column.clone(), Lt, unit.begin(&mut value.clone()));
            Expr::Nested(Box::new(binary(before, Or, binary(column, Gt, unit.end(value)))))
        }
        _ => {
            let from = binary(column.clone(), GtEq, unit.begin(&mut value.clone()));
            binary(from, And, binary(column, LtEq, unit.end(value)))
        }
    }
}

/// Whether the expression names no column.
pub(super) fn is_constant(e: &Expr) -> bool {
    let found = visit_expressions(e, |e| match e {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_continue()
}

/// The text or the digits that are written out.
fn literal(e: &Expr) -> Option<&str> {
    let Expr::Value(v) = e else { return None };
    match &v.value {
        Value::SingleQuotedString(text) | Value::Number(text, _) => Some(text),
        _ => None,
    }
}
