//! Forms of standard SQL and of other products, as the calls and operators that SQLite has.

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CeilFloorKind, DateTimeField, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, Ident, ObjectName, ObjectNamePart, Parens, Query, SetExpr,
    TrimWhereField, UnaryOperator, Value, Values,
};

use super::{calendar, unsupported};
use crate::error::Result;
use crate::model::DataType;
use crate::sql::dialect::CONTAINS;

/// `name(arguments)`.
pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|a| FunctionArg::Unnamed(FunctionArgExpr::Expr(a))).collect();
    Expr::Function(Function {
        name: ObjectName(vec![ObjectNamePart::Identifier(Ident::new(name))]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args,
            clauses: Vec::new(),
        }),
        within_group: Vec::new(),
        filter: None,
        null_treatment: None,
        over: None,
    })
}

pub(super) fn text(text: impl Into<String>) -> Expr {
    Expr::value(Value::SingleQuotedString(text.into()))
}

pub(super) fn number(number: impl ToString) -> Expr {
    Expr::value(Value::Number(number.to_string(), false))
}

pub(super) fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

/// The expression, which leaves NULL behind.
pub(super) fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::value(Value::Null))
}

/// Wraps the expression in a call of a function of one argument, unless it is one: an operand that is compared with
/// several values is wrapped for each of them.
pub(super) fn wrap(expr: &mut Expr, function: &str) {
    if matches!(expr, Expr::Function(f) if f.name.to_string() == function) {
        return;
    }
    let inner = take(expr);
    *expr = call(function, vec![inner]);
}

/// The expression as a value of the type; if it only tries, NULL instead of an error.
pub(super) fn converted(expr: Expr, target: DataType, tries: bool, detail: Vec<u32>) -> Expr {
    let name = format!("{target:?}").to_lowercase();
    let arguments = [expr, text(name), number(u8::from(tries))];
    call("convert_to", arguments.into_iter().chain(detail.into_iter().map(number)).collect())
}

/// Has the expression converted to the type, or fail when it is read.
pub(super) fn strictly(expr: &mut Expr, target: DataType) {
    *expr = converted(take(expr), target, false, Vec::new());
}

fn not(negated: bool, expr: Expr) -> Expr {
    if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) } } else { expr }
}

/// Writes the expression's outermost form in another way, if SQLite does not read it.
///
/// # Errors
/// HYC00 for a form that there is no other way to write.
pub(super) fn simplify(expr: &mut Expr) -> Result<()> {
    if !needs_it(expr) {
        return Ok(());
    }
    *expr = match take(expr) {
        Expr::BinaryOp { mut left, op: op @ (BinaryOperator::Plus | BinaryOperator::Minus), mut right } => {
            match calendar::shifted(&mut left, &op, &mut right)? {
                Some(call) => call,
                None => Expr::BinaryOp { left, op, right },
            }
        }
        Expr::BinaryOp { left, op: BinaryOperator::Custom(op), right } if op == CONTAINS => {
            call("contains", vec![*left, *right])
        }
        Expr::IsUnknown(e) => Expr::IsNull(Box::new(Expr::Nested(e))),
        Expr::IsNotUnknown(e) => Expr::IsNotNull(Box::new(Expr::Nested(e))),
        Expr::Position { expr, r#in } => call("position", vec![*expr, *r#in]),
        Expr::Extract { field, expr, .. } => call("datepart", vec![text(field_name(&field)), *expr]),
        Expr::Ceil { expr, field } => call("ceiling", vec![whole(*expr, &field, "CEIL")?]),
        Expr::Floor { expr, field } => call("floor", vec![whole(*expr, &field, "FLOOR")?]),
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            let from = substring_from.map_or_else(|| number(1), |f| *f);
            call("substr", [*expr, from].into_iter().chain(substring_for.map(|f| *f)).collect())
        }
        Expr::Trim { expr, trim_where, trim_what, trim_characters } => {
            let name = match trim_where {
                Some(TrimWhereField::Leading) => "ltrim",
                Some(TrimWhereField::Trailing) => "rtrim",
                Some(TrimWhereField::Both) | None => "trim",
            };
            let what = trim_what.map(|w| *w).into_iter().chain(trim_characters.into_iter().flatten());
            call(name, std::iter::once(*expr).chain(what).collect())
        }
        Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            let length = match overlay_for {
                Some(length) => *length,
                None if contains_marker(&overlay_what) => {
                    return Err(unsupported("OVERLAY of a parameter without FOR"));
                }
                None => call("length", vec![(*overlay_what).clone()]),
            };
            call("stuff", vec![*expr, *overlay_from, length, *overlay_what])
        }
        Expr::AtTimeZone { timestamp, time_zone } => match &*time_zone {
            Expr::Value(v) if is_utc(&v.value) => call("to_timestamp", vec![*timestamp]),
            other => return Err(unsupported(&format!("AT TIME ZONE {other}: all times are UTC, and that"))),
        },
        Expr::ILike { negated, any, expr, pattern, escape_char } => {
            Expr::Like { negated, any, expr, pattern, escape_char }
        }
        Expr::RLike { negated, expr, pattern, .. } => {
            not(negated, call("regexp_like", vec![*expr, *pattern]))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Regexp, right } => {
            call("regexp_like", vec![*left, *right])
        }
        Expr::BinaryOp { left, op: BinaryOperator::Spaceship, right } => Expr::IsNotDistinctFrom(left, right),
        Expr::SimilarTo { .. } => return Err(unsupported("SIMILAR TO; REGEXP_LIKE(x, pattern) is, and it")),
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => membership(left, *right, false)?,
        Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => membership(left, *right, true)?,
        // SQLite takes a list of rows from VALUES only.
        Expr::InList { expr, list, negated } => {
            let rows = list.into_iter().map(|item| match item {
                Expr::Tuple(items) => Ok(Parens::with_empty_span(items)),
                other => Err(unsupported(&format!("A row compared with {other}"))),
            });
            let rows = rows.collect::<Result<_>>()?;
            let values = SetExpr::Values(Values { explicit_row: false, value_keyword: false, rows });
            Expr::InSubquery { expr, subquery: Box::new(query(values)), negated }
        }
        other => other,
    };
    Ok(())
}

fn needs_it(expr: &Expr) -> bool {
    match expr {
        Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::Position { .. }
        | Expr::Extract { .. }
        | Expr::Ceil { .. }
        | Expr::Floor { .. }
        | Expr::Substring { .. }
        | Expr::Trim { .. }
        | Expr::Overlay { .. }
        | Expr::AtTimeZone { .. }
        | Expr::ILike { .. }
        | Expr::RLike { .. }
        | Expr::SimilarTo { .. }
        | Expr::AnyOp { .. }
        | Expr::AllOp { .. } => true,
        Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus, right } => {
            matches!(**left, Expr::Interval(_)) || matches!(**right, Expr::Interval(_))
        }
        Expr::BinaryOp { op, .. } => {
            matches!(op, BinaryOperator::Regexp | BinaryOperator::Spaceship | BinaryOperator::Custom(_))
        }
        Expr::InList { expr, list, .. } => matches!(**expr, Expr::Tuple(_)) && !list.is_empty(),
        _ => false,
    }
}

/// A query that is nothing but its body.
pub(super) fn query(body: SetExpr) -> Query {
    Query {
        with: None,
        body: Box::new(body),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: Vec::new(),
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: Vec::new(),
    }
}

/// DECODE(x, a, r, b, s, otherwise) as CASE.
pub(super) fn decode(arguments: Vec<Expr>) -> Expr {
    let mut arguments = arguments.into_iter();
    let operand = arguments.next().map(Box::new);
    let (mut conditions, mut else_result) = (Vec::new(), None);
    while let Some(condition) = arguments.next() {
        match arguments.next() {
            Some(result) => conditions.push(CaseWhen { condition, result }),
            None => else_result = Some(Box::new(condition)),
        }
    }
    case_of(operand, conditions, else_result)
}

fn case_of(operand: Option<Box<Expr>>, conditions: Vec<CaseWhen>, else_result: Option<Box<Expr>>) -> Expr {
    let token = AttachedToken::empty;
    Expr::Case { case_token: token(), end_token: token(), operand, conditions, else_result }
}

/// CONTAINS(x, part): whether the part is in the text, in any case.
pub(super) fn contains(arguments: Vec<Expr>) -> Expr {
    let lower = arguments.into_iter().map(|a| call("lower", vec![a])).collect();
    binary(call("instr", lower), BinaryOperator::Gt, number(0))
}

fn membership(left: Box<Expr>, right: Expr, negated: bool) -> Result<Expr> {
    Ok(Expr::InSubquery { expr: left, subquery: sub_query(right)?, negated })
}

/// The sub-query that ANY or ALL is of.
///
/// # Errors
/// HYC00 for anything else.
pub(super) fn sub_query(of: Expr) -> Result<Box<Query>> {
    match of {
        Expr::Subquery(subquery) => Ok(subquery),
        Expr::Nested(inner) => sub_query(*inner),
        other => Err(unsupported(&format!("ANY or ALL of {other}, which is no sub-query,"))),
    }
}

/// The argument of CEIL or FLOOR, which rounds to whole numbers only.
fn whole(expr: Expr, field: &CeilFloorKind, name: &str) -> Result<Expr> {
    match field {
        CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => Ok(expr),
        CeilFloorKind::DateTimeField(_) => {
            Err(unsupported(&format!("{name}(x TO part); DATE_TRUNC(part, x) is, and it")))
        }
        CeilFloorKind::Scale(_) => Err(unsupported(&format!("{name} with a number of places"))),
    }
}

fn field_name(field: &DateTimeField) -> String {
    match field {
        DateTimeField::Custom(name) => name.value.clone(),
        other => other.to_string(),
    }
}

fn contains_marker(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(v) if matches!(v.value, Value::Placeholder(_)))
}

fn is_utc(zone: &Value) -> bool {
    let Value::SingleQuotedString(zone) = zone else { return false };
    ["utc", "gmt", "z", "etc/utc", "etc/gmt", "+00:00", "+00", "00:00"]
        .contains(&zone.to_ascii_lowercase().as_str())
}
