//! The types of expressions: the rules that SQLite, which types values row by row, does not have.

use sqlparser::ast::{BinaryOperator, DataType as SqlDataType, Expr, Value};

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
        // An unknown side, a marker or NULL, has the type of the other.
        Plus | Minus | Multiply | Divide | Modulo => match (left.or(right), right.or(left)) {
            (Some(left), Some(right)) => Some(arithmetic(left, right)),
            _ => Some(ColumnType::of(DataType::Double)),
        },
        BitwiseAnd | BitwiseOr | PGBitwiseShiftLeft | PGBitwiseShiftRight => {
            Some(ColumnType::of(DataType::BigInt))
        }
        _ => None,
    }
}

/// The type of a value with a sign.
pub(super) fn signed(operand: Option<ColumnType>) -> Option<ColumnType> {
    use DataType::*;
    match operand?.data_type {
        Integer | BigInt | Double | Decimal => operand,
        Boolean => Some(ColumnType::of(BigInt)),
        _ => Some(ColumnType::of(Double)),
    }
}

fn arithmetic(left: ColumnType, right: ColumnType) -> ColumnType {
    use DataType::*;
    let integral = |t: ColumnType| matches!(t.data_type, Boolean | Integer | BigInt);
    let kind = if integral(left) && integral(right) { BigInt } else { Double };
    ColumnType::of(kind)
}

/// The one type that values of both types have (CASE, COALESCE, UNION).
pub(super) fn union(left: Option<ColumnType>, right: Option<ColumnType>) -> Option<ColumnType> {
    use DataType::*;
    let (Some(left), Some(right)) = (left, right) else { return left.or(right) };
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
            (Date, Timestamp) | (Timestamp, Date) => ColumnType::of(Timestamp),
            _ => ColumnType::text(left.size.max(right.size).max(display_size(left)).max(display_size(right))),
        }),
        (l, r) => Some(if l >= r { left } else { right }),
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

/// What text must be that is cast to the type: a timestamp for a date, as its time is cut off.
pub(super) fn wider(target: ColumnType) -> ColumnType {
    if target.data_type == DataType::Date { ColumnType::of(DataType::Timestamp) } else { target }
}

/// Cuts the time off a timestamp that is cast to a date.
pub(super) fn narrow(literal: &mut Expr, target: ColumnType) {
    if let (Expr::Value(v), DataType::Date) = (literal, target.data_type)
        && let Value::SingleQuotedString(text) = &mut v.value
    {
        text.truncate(10);
    }
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
        SqlDataType::Time(..) => ColumnType::of(DataType::Time),
        SqlDataType::Timestamp(..) | SqlDataType::Datetime(_) => ColumnType::of(DataType::Timestamp),
        SqlDataType::JSON => ColumnType::of(DataType::Json),
        SqlDataType::Binary(_) | SqlDataType::Varbinary(_) | SqlDataType::Blob(_) => {
            ColumnType::of(DataType::Binary)
        }
        SqlDataType::Custom(name, modifiers) => return named(&name.to_string(), modifiers),
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
        "real" | "float" | "double" | "money" => of(DataType::Double),
        "decimal" | "numeric" => Some(match number(0) {
            Some(precision) => sized_decimal(precision, number(1).unwrap_or(0) as i64),
            None => ColumnType::of(DataType::Decimal),
        }),
        "date" | "type_date" => of(DataType::Date),
        "time" | "type_time" => of(DataType::Time),
        "timestamp" | "type_timestamp" | "datetime" | "datetime2" => of(DataType::Timestamp),
        "binary" | "varbinary" | "longvarbinary" => of(DataType::Binary),
        _ => None,
    }
}

fn sized_decimal(precision: u64, scale: i64) -> ColumnType {
    let size = u32::try_from(precision).unwrap_or(38).clamp(1, 38);
    ColumnType { data_type: DataType::Decimal, size, scale: u8::try_from(scale).unwrap_or(0).min(38) }
}
