//! The types of expressions: the rules that SQLite, which types values row by row, does not have.

use sqlparser::ast::{BinaryOperator, DataType as SqlDataType};

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

/// Whether the operator calculates with numbers.
pub(super) fn is_arithmetic(op: &BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(op, Plus | Minus | Multiply | Divide | Modulo)
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
fn display_size(t: ColumnType) -> u32 {
    match t.data_type {
        DataType::Integer => 11,
        DataType::BigInt => 20,
        DataType::Double => 24,
        DataType::Decimal => t.size + 2,
        _ => t.size,
    }
}

/// The type of a function's result, from its name in lower case and its arguments' types.
///
/// `None` for a function whose result has no type of its own, or that is not known.
pub(super) fn function(name: &str, arguments: &[Option<ColumnType>]) -> Option<ColumnType> {
    use DataType::*;
    let first = arguments.first().copied().flatten();
    let of = |t| Some(ColumnType::of(t));
    match name {
        "count" | "length" | "len" | "char_length" | "character_length" | "octet_length" | "instr"
        | "unicode" | "row_number" | "rank" | "dense_rank" | "ntile" | "sign" | "unixepoch" | "changes"
        | "json_array_length" => of(BigInt),
        "year" | "month" | "dayofmonth" | "day" | "hour" | "minute" | "second" => of(Integer),
        "min" | "max" => arguments.iter().fold(None, |a, b| union(a, *b)),
        // The third argument of LAG and LEAD is the value where there is no such row.
        "lag" | "lead" => arguments.iter().step_by(2).fold(None, |a, b| union(a, *b)),
        "first_value" | "last_value" | "nth_value" | "likely" | "unlikely" => first,
        "nullif" => first,
        "coalesce" | "ifnull" | "isnull" => arguments.iter().fold(None, |a, b| union(a, *b)),
        "iif" | "if" => arguments.iter().skip(1).fold(None, |a, b| union(a, *b)),
        "sum" | "abs" => match first?.data_type {
            Boolean | Integer | BigInt => of(BigInt),
            Decimal => first,
            _ => of(Double),
        },
        "avg" | "total" | "sqrt" | "power" | "exp" | "log" | "pi" | "round" | "percent_rank"
        | "cume_dist" | "julianday" => of(Double),
        "ceiling" | "ceil" | "floor" => of(Double),
        "mod" => of(BigInt),
        "upper" | "lower" | "ucase" | "lcase" | "trim" | "ltrim" | "rtrim" | "substr" | "substring"
        | "left" | "right" => {
            Some(ColumnType::text(first.map_or(ColumnType::UNKNOWN_TEXT_SIZE, display_size)))
        }
        "now" | "current_timestamp" | "getdate" | "datetime" => of(Timestamp),
        "curdate" | "current_date" | "date" => of(Date),
        "curtime" | "current_time" | "time" => of(Time),
        "json" | "json_object" | "json_array" | "json_group_array" | "json_group_object" => of(Json),
        "concat" | "replace" | "group_concat" | "string_agg" | "printf" | "format" | "hex" | "quote"
        | "typeof" | "char" | "strftime" => Some(ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE)),
        _ => None,
    }
}

/// Whether the function folds rows into one.
pub(super) fn is_aggregate(name: &str) -> bool {
    matches!(
        name,
        "count"
            | "sum"
            | "avg"
            | "total"
            | "group_concat"
            | "string_agg"
            | "json_group_array"
            | "json_group_object"
    )
}

/// Whether the result can be NULL although no argument is.
pub(super) fn result_is_nullable(name: &str) -> bool {
    !matches!(
        name,
        "count"
            | "total"
            | "row_number"
            | "rank"
            | "dense_rank"
            | "now"
            | "getdate"
            | "curdate"
            | "curtime"
            | "current_timestamp"
            | "current_date"
            | "current_time"
            | "pi"
            | "typeof"
    )
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
        _ => return None,
    })
}

fn sized_decimal(precision: u64, scale: i64) -> ColumnType {
    let size = u32::try_from(precision).unwrap_or(38).clamp(1, 38);
    ColumnType { data_type: DataType::Decimal, size, scale: u8::try_from(scale).unwrap_or(0).min(38) }
}
