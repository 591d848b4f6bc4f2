//! What operators do to operands of several types, where SQLite would go on without a word.
//!
//! SQLite adds texts as zeros, compares a timestamp with a number, and sorts a number in text behind a longer one.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value};

use super::compare::{coerce, is_literal};
use super::expr::is_temporal;
use super::{Typed, forms, numbers};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::sql::typing;

/// Writes a sign apart from another one: two of them begin a comment.
pub(super) fn apart(inner: &mut Expr) {
    let has_sign = match &*inner {
        Expr::UnaryOp { .. } => true,
        Expr::Value(v) => matches!(&v.value, Value::Number(digits, _) if digits.starts_with('-')),
        _ => false,
    };
    if has_sign {
        *inner = Expr::Nested(Box::new(forms::take(inner)));
    }
}

/// How close SQLite binds an operator; `None` for what needs no parentheses anywhere.
fn binding(expr: &Expr) -> Option<u8> {
    use BinaryOperator::*;
    match expr {
        Expr::BinaryOp { op, .. } => Some(match op {
            Or => 0,
            And => 1,
            Eq | NotEq => 3,
            Lt | LtEq | Gt | GtEq => 4,
            BitwiseAnd | BitwiseOr | PGBitwiseShiftLeft | PGBitwiseShiftRight => 5,
            Plus | Minus => 6,
            Multiply | Divide | Modulo => 7,
            StringConcat | Arrow | LongArrow => 8,
            _ => 3,
        }),
        Expr::UnaryOp { op: UnaryOperator::Not | UnaryOperator::BangNot, .. } => Some(2),
        Expr::UnaryOp { .. } => Some(9),
        Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::Like { .. }
        | Expr::Between { .. }
        | Expr::InList { .. }
        | Expr::InSubquery { .. } => Some(3),
        _ => None,
    }
}

/// Writes operands in parentheses where SQLite would read their operators in another order than they were read here.
pub(super) fn parenthesize(expr: &mut Expr) {
    let Some(own) = binding(expr) else { return };
    let enclose = |operand: &mut Expr, least: u8| {
        if binding(operand).is_some_and(|inner| inner < least) {
            *operand = Expr::Nested(Box::new(forms::take(operand)));
        }
    };
    match expr {
        Expr::BinaryOp { left, right, .. } => {
            enclose(left, own);
            enclose(right, own + 1);
        }
        Expr::UnaryOp { expr, .. } => enclose(expr, own),
        Expr::Like { expr, pattern, .. } => {
            enclose(expr, own);
            enclose(pattern, own + 1);
        }
        Expr::Between { expr, low, high, .. } => {
            enclose(expr, own);
            enclose(low, own + 1);
            enclose(high, own + 1);
        }
        _ => {}
    }
}

/// `+` between texts joins them, as Transact-SQL has it.
pub(super) fn concatenate(op: &mut BinaryOperator, l: &Typed, r: &Typed) {
    let may_be_text = |t: &Typed| is_of(t, DataType::Text) || t.column_type.is_none();
    let is_text = is_of(l, DataType::Text) || is_of(r, DataType::Text);
    if *op == BinaryOperator::Plus && is_text && may_be_text(l) && may_be_text(r) {
        *op = BinaryOperator::StringConcat;
    }
}

/// Has text beside a number sorted as the number that it holds: as text, 250 would come after 1000.
pub(super) fn order_by_number(e: &mut Expr, own: &mut Typed, beside: &Typed) {
    if !is_of(own, DataType::Text) || !is_number(beside) || is_literal(e) {
        return;
    }
    let target = if is_of(beside, DataType::Decimal) { beside.column_type } else { None };
    let target = target.unwrap_or(ColumnType::of(DataType::Double));
    numbers::represent(e, own, target);
    if target.data_type == DataType::Double {
        forms::strictly(e, DataType::Double);
    }
    own.column_type = Some(target);
}

/// Likewise all that stand in one BETWEEN, if one of them is a number.
///
/// # Errors
/// 22018 for a literal that is no number.
pub(super) fn order_by_numbers(operands: &mut [(&mut Expr, &mut Typed)]) -> Result<()> {
    // The bounds of a boolean are brought to it, the word for it beside a number too.
    let is_boolean = operands.first().is_some_and(|(_, typed)| is_of(typed, DataType::Boolean));
    if is_boolean || operands.iter().any(|(_, typed)| is_temporal(typed)) {
        return Ok(());
    }
    let numbers = operands.iter().filter(|(_, typed)| is_number(typed)).map(|(_, typed)| typed.column_type);
    let Some(number) = numbers.reduce(typing::union) else { return Ok(()) };
    let number = Typed::of(number, true);
    for (e, typed) in operands {
        coerce(e, typed, &number)?;
        order_by_number(e, typed, &number);
    }
    Ok(())
}

/// Refuses to compare a date or time with what is none: no row would ever be found, or each would.
///
/// # Errors
/// 22007 for a number that is written out; 42000 for other expressions.
pub(super) fn refuse_mixture(e: &Expr, own: &Typed, beside: &Typed) -> Result<()> {
    use DataType::{BigInt, Boolean, Date, Decimal, Double, Integer, Time, Timestamp};
    let (Some(own), Some(beside_type)) = (own.column_type, beside.column_type) else { return Ok(()) };
    let differ = matches!(
        (own.data_type, beside_type.data_type),
        (Boolean | Integer | BigInt | Double | Decimal, Date | Time | Timestamp) | (Time, Date | Timestamp)
    );
    if !differ {
        return Ok(());
    }
    let name = |t: ColumnType| format!("{:?}", t.data_type).to_uppercase();
    let column = beside.base.as_ref().map(|(table, i)| table.columns[*i].name.as_str());
    let column = column.map_or(String::new(), |name| format!(" {name}"));
    let message = format!(
        "The {}{column} is compared with {e}, which is of type {}; write a literal such as {{ts '2024-06-30 10:00:00'}}.",
        name(beside_type),
        name(own)
    );
    Err(Error::new(if is_literal(e) { state::INVALID_DATETIME } else { state::SYNTAX_ERROR }, message))
}

/// 42000 for a row or a sub-query that has too many columns or too few.
pub(super) fn width(columns: usize, wanted: usize) -> Error {
    let message = match wanted {
        1 => format!("A row of {columns} columns stands where one value is wanted."),
        _ => format!("A row of {wanted} columns is compared with one of {columns}."),
    };
    Error::new(state::SYNTAX_ERROR, message)
}

pub(super) fn is_arithmetic(op: &BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(op, Plus | Minus | Multiply | Divide | Modulo)
}

pub(super) fn is_of(typed: &Typed, data_type: DataType) -> bool {
    typed.column_type.is_some_and(|t| t.data_type == data_type)
}

pub(super) fn is_number(typed: &Typed) -> bool {
    use DataType::{BigInt, Decimal, Double, Integer};
    typed.column_type.is_some_and(|t| matches!(t.data_type, Integer | BigInt | Double | Decimal))
}

/// Has text in arithmetic read as the number that it holds.
///
/// # Errors
/// 22018 for a literal that is no number; other text is found out when it is read.
pub(super) fn as_number(e: &mut Expr, typed: &Typed) -> Result<()> {
    if !is_of(typed, DataType::Text) {
        return Ok(());
    }
    if is_literal(e) {
        return coerce(e, typed, &Typed::of(Some(ColumnType::of(DataType::Double)), true));
    }
    forms::strictly(e, DataType::Double);
    Ok(())
}
