//! The types of expressions: the rules that SQLite, which types values row by row, does not have.

use sqlparser::ast::{BinaryLength, BinaryOperator, DataType as SqlDataType, Expr, Value};

use crate::convert;
use crate::model::{ColumnType, DataType};

/// The type of `left op right`.
pub(super) fn binary(
    op: &BinaryOperator,
    left: Option<ColumnType>,
    right: Option<ColumnType>,
) -> Option<ColumnType> {
    use BinaryOperator::*;
    match op {
        And | Or | Xor | Eq | NotEq | Lt | LtEq | Gt | GtEq | Spaceship | Regexp | Glob | Match => {
            Some(ColumnType::of(DataType::Boolean))
        }
        StringConcat => {
            let size = |t: Option<ColumnType>| t.map_or(ColumnType::UNKNOWN_TEXT_SIZE, |t| t.size);
            Some(ColumnType::text(size(left).saturating_add(size(right)).min(1 << 20)))
        }
        Arrow => Some(ColumnType::of(DataType::Json)),
        LongArrow => None,
        // An unknown side has the type of the other.
        Plus | Minus | Multiply | Divide | Modulo => match (left.or(right), right.or(left)) {
            (Some(left), Some(right)) => Some(arithmetic(op, left, right)),
            _ => Some(ColumnType::of(DataType::Double)),
        },
        BitwiseAnd | BitwiseOr | PGBitwiseShiftLeft | PGBitwiseShiftRight => {
            Some(ColumnType::of(DataType::BigInt))
        }
        _ => None,
    }
}

/// The type of arithmetic with an integer and a marker, for which a decimal may be bound.
pub(super) fn beside_marker(op: &BinaryOperator) -> ColumnType {
    let own = ColumnType::of(DataType::Decimal);
    if *op == BinaryOperator::Divide { arithmetic(op, ColumnType::of(DataType::Integer), own) } else { own }
}

/// The type that values have together where some of them have none that is known (JSON): a number may have a fraction.
pub(super) fn open(common: Option<ColumnType>) -> Option<ColumnType> {
    use DataType::{BigInt, Decimal, Double, Integer};
    common.map(|t| match t.data_type {
        Integer | BigInt | Decimal => ColumnType::of(Double),
        _ => t,
    })
}

/// The type of a value with a sign.
pub(super) fn signed(operand: Option<ColumnType>) -> Option<ColumnType> {
    operand.map(|t| if t.data_type == DataType::Integer { t } else { widened(operand) })
}

/// BIGINT for integers, the same decimal for a decimal, DOUBLE for all else.
pub(super) fn widened(operand: Option<ColumnType>) -> ColumnType {
    match operand {
        Some(t) if t.data_type == DataType::Decimal => t,
        Some(t) if is_integral(t) => ColumnType::of(DataType::BigInt),
        _ => ColumnType::of(DataType::Double),
    }
}

/// The type of SUM: a decimal keeps its scale.
pub(super) fn sum(operand: Option<ColumnType>) -> ColumnType {
    let own = widened(operand);
    if own.data_type == DataType::Decimal { ColumnType { size: MAX_DIGITS, ..own } } else { own }
}

/// The type of AVG: that of a decimal has 6 digits after the point at least.
pub(super) fn mean(operand: Option<ColumnType>) -> ColumnType {
    match sum(operand) {
        t if t.data_type == DataType::Decimal => ColumnType { scale: t.scale.max(MIN_QUOTIENT_SCALE), ..t },
        _ => ColumnType::of(DataType::Double),
    }
}

/// The type of a value that is calculated again and again: a decimal has as many digits as there can be.
pub(super) fn repeated(own: ColumnType) -> ColumnType {
    if own.data_type != DataType::Decimal {
        return own;
    }
    decimal(MAX_DIGITS, own.scale.max(ColumnType::of(DataType::Decimal).scale))
}

/// The type of ROUND and TRUNCATE; `places` if they are known.
pub(super) fn rounded(operand: Option<ColumnType>, places: Option<i64>) -> ColumnType {
    let own = widened(operand);
    let is_cut = |places: &i64| own.data_type == DataType::Decimal && *places < i64::from(own.scale);
    let Some(places) = places.filter(is_cut) else { return own };
    let scale = u8::try_from(places.max(0)).unwrap_or(0);
    // 9.9 becomes 10.
    decimal(own.size + 1 - u32::from(own.scale - scale), scale)
}

pub(super) fn is_integral(t: ColumnType) -> bool {
    matches!(t.data_type, DataType::Boolean | DataType::Integer | DataType::BigInt)
}

/// Digits of the longest decimal.
const MAX_DIGITS: u32 = 38;

/// Digits after the point that a quotient and a mean have at least, and what reducing a scale leaves of it.
const MIN_QUOTIENT_SCALE: u8 = 6;

/// A decimal type; digits beyond 38 are cut off the precision.
pub(super) fn decimal(precision: u32, scale: u8) -> ColumnType {
    let size = precision.clamp(u32::from(scale).max(1), MAX_DIGITS);
    ColumnType { data_type: DataType::Decimal, size, scale }
}

/// Digits before and after the point of an exact number.
fn digits(t: ColumnType) -> (u32, u32) {
    let scale = if t.data_type == DataType::Decimal { u32::from(t.scale) } else { 0 };
    (t.size.saturating_sub(scale), scale)
}

/// The type of arithmetic with integers, decimals and doubles. The precision and the scale of decimals are those of
/// Transact-SQL: a result has all its digits as long as there are no more than 38. Beyond, digits after the point
/// give way to those before it, but 6 of them stay in products and quotients.
fn arithmetic(op: &BinaryOperator, left: ColumnType, right: ColumnType) -> ColumnType {
    let is = |t: ColumnType| (t.data_type == DataType::Decimal, is_integral(t));
    match (is(left), is(right)) {
        ((_, true), (_, true)) => return ColumnType::of(DataType::BigInt),
        ((true, _), (true, _) | (_, true)) | ((_, true), (true, _)) => {}
        _ => return ColumnType::of(DataType::Double),
    }
    let (before, after) = unreduced(op, left, right);
    let scale = match op {
        _ if before + after <= MAX_DIGITS => after,
        BinaryOperator::Multiply | BinaryOperator::Divide => {
            after.min(MAX_DIGITS.saturating_sub(before).max(MIN_QUOTIENT_SCALE.into()))
        }
        // The digit that is carried may not be needed.
        _ => after.min(MAX_DIGITS.saturating_sub(before.saturating_sub(1))),
    };
    decimal(before + scale, scale as u8)
}

/// Digits before and after the point that a result of exact numbers can have.
fn unreduced(op: &BinaryOperator, left: ColumnType, right: ColumnType) -> (u32, u32) {
    let ((l, l_scale), (r, r_scale)) = (digits(left), digits(right));
    match op {
        BinaryOperator::Multiply => (l + r + 1, l_scale + r_scale),
        BinaryOperator::Divide => (l + r_scale, (l_scale + r + r_scale + 1).max(MIN_QUOTIENT_SCALE.into())),
        BinaryOperator::Modulo => (l.min(r), l_scale.max(r_scale)),
        _ => (l.max(r) + 1, l_scale.max(r_scale)),
    }
}

/// Whether a decimal result of the operator has fewer digits after the point than its exact value.
pub(super) fn is_reduced(op: &BinaryOperator, left: ColumnType, right: ColumnType) -> bool {
    u32::from(arithmetic(op, left, right).scale) < unreduced(op, left, right).1
}

/// The one type that values of both types have (CASE, COALESCE, UNION).
pub(super) fn union(left: Option<ColumnType>, right: Option<ColumnType>) -> Option<ColumnType> {
    use DataType::*;
    let (Some(left), Some(right)) = (left, right) else { return left.or(right) };
    let is_decimal = |t: ColumnType| t.data_type == Decimal;
    if (is_decimal(left) && (is_decimal(right) || is_integral(right)))
        || (is_integral(left) && is_decimal(right))
    {
        let ((l, l_scale), (r, r_scale)) = (digits(left), digits(right));
        let before = l.max(r);
        let scale = l_scale.max(r_scale).min(MAX_DIGITS.saturating_sub(before));
        return Some(decimal(before + scale, scale as u8));
    }
    if left.data_type == right.data_type {
        return Some(ColumnType {
            data_type: left.data_type,
            size: left.size.max(right.size),
            scale: left.scale.max(right.scale),
        });
    }
    let rank = |t: DataType| match t {
        Boolean => 1,
        Integer => 2,
        BigInt => 3,
        Decimal => 4,
        Double => 5,
        _ => 0,
    };
    match (rank(left.data_type), rank(right.data_type)) {
        (0, _) | (_, 0) => Some(match (left.data_type, right.data_type) {
            (Date, Timestamp) => right,
            (Timestamp, Date) => left,
            _ => ColumnType::text(left.size.max(right.size).max(display_size(left)).max(display_size(right))),
        }),
        (l, r) => Some(if l >= r { left } else { right }),
    }
}

/// The type of a number that is written out: an integer, a decimal with a point or of more digits than BIGINT
/// has, a double with an exponent or of more digits than a decimal has.
pub(super) fn literal(number: &str) -> ColumnType {
    if number.contains(['e', 'E']) {
        return ColumnType::of(DataType::Double);
    }
    if let Ok(n) = number.parse::<i64>() {
        let kind = if i32::try_from(n).is_ok() { DataType::Integer } else { DataType::BigInt };
        return ColumnType::of(kind);
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.trim_start_matches(['-', '0']).len();
    match (u32::try_from(whole + fraction.len()), u8::try_from(fraction.len())) {
        (Ok(precision), Ok(scale)) if precision <= MAX_DIGITS => decimal(precision, scale),
        _ => ColumnType::of(DataType::Double),
    }
}

/// Characters that a value of the type takes as text.
pub(super) fn display_size(t: ColumnType) -> u32 {
    match t.data_type {
        DataType::Integer => 11,
        DataType::BigInt => 20,
        DataType::Double => 24,
        DataType::Decimal => t.size + 2,
        _ => t.size,
    }
}

/// The type that CAST gives of an operand: without a number a time or a timestamp keeps the operand's digits.
pub(super) fn cast_of(target: &SqlDataType, operand: Option<ColumnType>) -> Option<ColumnType> {
    let own =
        operand.filter(|t| matches!(t.data_type, DataType::Date | DataType::Time | DataType::Timestamp));
    match (declared_fraction(target), own) {
        (Some((data_type, None)), Some(own)) => Some(ColumnType::with_fraction(data_type, own.scale)),
        _ => cast(target),
    }
}

/// What text must be that is cast to the type: a timestamp for a date, as its time is cut off.
pub(super) fn wider(target: ColumnType) -> ColumnType {
    if target.data_type == DataType::Date { ColumnType::of(DataType::Timestamp) } else { target }
}

/// Cuts what the type does not have off a timestamp or a time that is cast to it: the time of day, digits of the second.
pub(super) fn narrow(literal: &mut Expr, target: ColumnType) {
    if let Expr::Value(v) = literal
        && let Value::SingleQuotedString(text) = &mut v.value
    {
        match target.data_type {
            DataType::Date => text.truncate(10),
            _ => *text = convert::cut_fraction(std::mem::take(text), &target),
        }
    }
}

/// Digits after the point of a second that a value can have.
pub(super) const MAX_FRACTION: u8 = 9;

/// Those of a TIMESTAMP without a number, which are those of standard SQL.
pub(super) const DEFAULT_FRACTION: u8 = 6;

/// The type of a date, time or timestamp that is written out as its text.
pub(super) fn written(data_type: DataType, text: &str) -> ColumnType {
    let digits = text.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end().len());
    ColumnType::with_fraction(data_type, u8::try_from(digits).unwrap_or(MAX_FRACTION).min(MAX_FRACTION))
}

/// The family of a declared time or timestamp, and the number of digits if there is one.
pub(super) fn declared_fraction(declared: &SqlDataType) -> Option<(DataType, Option<u8>)> {
    let digits = |n: Option<u64>| n.map(|n| u8::try_from(n).unwrap_or(MAX_FRACTION).min(MAX_FRACTION));
    match declared {
        SqlDataType::Timestamp(n, _) | SqlDataType::Datetime(n) => Some((DataType::Timestamp, digits(*n))),
        SqlDataType::Time(n, _) => Some((DataType::Time, digits(*n))),
        SqlDataType::Custom(name, modifiers) => {
            let name = name.to_string().to_ascii_lowercase();
            let data_type = match name.strip_prefix("sql_").unwrap_or(&name) {
                "time" | "type_time" => DataType::Time,
                "timestamp" | "type_timestamp" | "datetime" | "datetime2" | "smalldatetime" => {
                    DataType::Timestamp
                }
                _ => return None,
            };
            Some((data_type, digits(modifiers.first().and_then(|n| n.parse().ok()))))
        }
        _ => None,
    }
}

/// The type of a declared time or timestamp; what has no number has whole seconds for a time.
pub(super) fn moment(declared: &SqlDataType) -> Option<ColumnType> {
    let (data_type, digits) = declared_fraction(declared)?;
    let default = if data_type == DataType::Time { 0 } else { DEFAULT_FRACTION };
    Some(ColumnType::with_fraction(data_type, digits.unwrap_or(default)))
}

/// The type that CAST gives.
pub(super) fn cast(target: &SqlDataType) -> Option<ColumnType> {
    use sqlparser::ast::{CharacterLength, ExactNumberInfo};
    let text = |length: &Option<CharacterLength>| match length {
        Some(CharacterLength::IntegerLength { length, .. }) => {
            ColumnType::text(u32::try_from(*length).unwrap_or(u32::MAX).max(1))
        }
        _ => ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE),
    };
    let decimal = |info: &ExactNumberInfo| match info {
        ExactNumberInfo::None => ColumnType::of(DataType::Decimal),
        ExactNumberInfo::Precision(p) => sized_decimal(*p, 0),
        ExactNumberInfo::PrecisionAndScale(p, s) => sized_decimal(*p, *s),
    };
    Some(match target {
        SqlDataType::Char(l)
        | SqlDataType::Character(l)
        | SqlDataType::Varchar(l)
        | SqlDataType::Nvarchar(l)
        | SqlDataType::CharVarying(l)
        | SqlDataType::CharacterVarying(l) => text(l),
        SqlDataType::Text | SqlDataType::String(_) | SqlDataType::Clob(_) => {
            ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE)
        }
        SqlDataType::TinyInt(_)
        | SqlDataType::SmallInt(_)
        | SqlDataType::Int(_)
        | SqlDataType::Integer(_) => ColumnType::of(DataType::Integer),
        SqlDataType::BigInt(_) => ColumnType::of(DataType::BigInt),
        SqlDataType::Real | SqlDataType::Float(_) | SqlDataType::Double(_) | SqlDataType::DoublePrecision => {
            ColumnType::of(DataType::Double)
        }
        SqlDataType::Decimal(info) | SqlDataType::Numeric(info) | SqlDataType::Dec(info) => decimal(info),
        SqlDataType::Bool | SqlDataType::Boolean | SqlDataType::Bit(_) => ColumnType::of(DataType::Boolean),
        SqlDataType::Date => ColumnType::of(DataType::Date),
        SqlDataType::Time(..) | SqlDataType::Timestamp(..) | SqlDataType::Datetime(_) => {
            return moment(target);
        }
        SqlDataType::JSON => ColumnType::of(DataType::Json),
        SqlDataType::Binary(size) | SqlDataType::Blob(size) => sized_binary(*size),
        SqlDataType::Varbinary(Some(BinaryLength::IntegerLength { length })) => sized_binary(Some(*length)),
        SqlDataType::Varbinary(_) => sized_binary(None),
        SqlDataType::Custom(name, modifiers) => {
            return moment(target).or_else(|| named(&name.to_string(), modifiers));
        }
        _ => return None,
    })
}

/// ODBC's names of types, as CONVERT takes them, and some of other products.
fn named(name: &str, modifiers: &[String]) -> Option<ColumnType> {
    let number = |i: usize| modifiers.get(i).and_then(|m| m.parse::<u64>().ok());
    let text = || ColumnType::text(number(0).map_or(ColumnType::UNKNOWN_TEXT_SIZE, |n| (n as u32).max(1)));
    let name = name.to_ascii_lowercase();
    let of = |t| Some(ColumnType::of(t));
    match name.strip_prefix("sql_").unwrap_or(&name) {
        "char" | "varchar" | "longvarchar" | "wchar" | "wvarchar" | "wlongvarchar" | "nchar" | "ntext" => {
            Some(text())
        }
        "bit" => of(DataType::Boolean),
        "tinyint" | "smallint" | "integer" => of(DataType::Integer),
        "bigint" => of(DataType::BigInt),
        "real" | "float" | "double" => of(DataType::Double),
        "money" => Some(decimal(19, 4)),
        "decimal" | "numeric" => Some(match number(0) {
            Some(precision) => sized_decimal(precision, number(1).unwrap_or(0) as i64),
            None => ColumnType::of(DataType::Decimal),
        }),
        "date" | "type_date" => of(DataType::Date),
        "binary" | "varbinary" | "longvarbinary" => Some(sized_binary(number(0))),
        _ => None,
    }
}

/// So many bytes at the most, or without end.
fn sized_binary(size: Option<u64>) -> ColumnType {
    let whole = ColumnType::of(DataType::Binary);
    let size = size.map_or(whole.size, |size| u32::try_from(size).unwrap_or(u32::MAX).clamp(1, whole.size));
    ColumnType { size, ..whole }
}

fn sized_decimal(precision: u64, scale: i64) -> ColumnType {
    let size = u32::try_from(precision).unwrap_or(MAX_DIGITS).clamp(1, MAX_DIGITS);
    let scale = u8::try_from(scale).unwrap_or(0).min(size as u8);
    ColumnType { data_type: DataType::Decimal, size, scale }
}
