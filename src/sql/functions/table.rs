//! Every function, one line each.

use super::Argument::{Alike, Any, Integer as Int, Number as Num, Part, Text, Time};
use super::Returns::{
    Beginning, First, Mean, Moment, Of, Read, Remainder, Rounded, Sum, TextOfFirst, Unknown, Whole, Widened,
};
use super::{Argument, Function, Kind, Null, Returns};
use crate::model::DataType;
use Kind::{Aggregate, Native, Own, Rewritten, Window};
use Null::{All, Never, Possible, Strict};

const ALIKE: Returns = Returns::Alike;
const TEXT: Returns = Of(DataType::Text);
const INTEGER: Returns = Of(DataType::Integer);
const BIGINT: Returns = Of(DataType::BigInt);
const DOUBLE: Returns = Of(DataType::Double);
const BOOLEAN: Returns = Of(DataType::Boolean);
const DATE: Returns = Of(DataType::Date);
const TIME: Returns = Of(DataType::Time);
const TIMESTAMP: Returns = Of(DataType::Timestamp);
const JSON: Returns = Of(DataType::Json);
const MANY: usize = usize::MAX;

#[rustfmt::skip]
macro_rules! functions {
    ($($kind:ident $name:literal $(= $runs:literal)? ($min:expr, $max:expr; $($argument:expr),*) -> $result:expr, $null:expr;)*) => {
        /// All functions, by family.
        pub(crate) const FUNCTIONS: &[Function] = &[$(Function {
            name: $name,
            runs: runs($name, &[$($runs)?]),
            min: $min,
            max: $max,
            arguments: { const A: &[Argument] = &[$($argument),*]; A },
            result: $result,
            null: $null,
            kind: $kind,
        }),*];
    };
}

const fn runs(name: &'static str, other: &[&'static str]) -> &'static str {
    if other.is_empty() { name } else { other[0] }
}

functions! {
    // Text.
    Own "upper" (1, 1; Text) -> TextOfFirst, Strict;
    Own "ucase" = "upper" (1, 1; Text) -> TextOfFirst, Strict;
    Own "lower" (1, 1; Text) -> TextOfFirst, Strict;
    Own "lcase" = "lower" (1, 1; Text) -> TextOfFirst, Strict;
    Own "initcap" (1, 1; Text) -> TextOfFirst, Strict;
    Native "length" (1, 1; Text) -> BIGINT, Strict;
    Native "len" = "length" (1, 1; Text) -> BIGINT, Strict;
    Native "char_length" = "length" (1, 1; Text) -> BIGINT, Strict;
    Native "character_length" = "length" (1, 1; Text) -> BIGINT, Strict;
    Native "octet_length" (1, 1; Text) -> BIGINT, Strict;
    Own "bit_length" (1, 1; Text) -> BIGINT, Strict;
    Own "left" = "leftstr" (2, 2; Text, Int) -> TextOfFirst, Strict;
    Own "right" = "rightstr" (2, 2; Text, Int) -> TextOfFirst, Strict;
    Native "substring" (2, 3; Text, Int) -> TextOfFirst, Strict;
    Native "substr" (2, 3; Text, Int) -> TextOfFirst, Strict;
    Native "mid" = "substr" (2, 3; Text, Int) -> TextOfFirst, Strict;
    Native "trim" (1, 2; Text) -> TextOfFirst, Strict;
    Native "btrim" = "trim" (1, 2; Text) -> TextOfFirst, Strict;
    Native "ltrim" (1, 2; Text) -> TextOfFirst, Strict;
    Native "rtrim" (1, 2; Text) -> TextOfFirst, Strict;
    Own "locate" (2, 3; Text, Text, Int) -> BIGINT, Strict;
    Own "position" = "locate" (2, 3; Text, Text, Int) -> BIGINT, Strict;
    Own "charindex" = "locate" (2, 3; Text, Text, Int) -> BIGINT, Strict;
    Native "instr" (2, 2; Text) -> BIGINT, Strict;
    Native "replace" (3, 3; Text) -> TEXT, Strict;
    Own "reverse" (1, 1; Text) -> TextOfFirst, Strict;
    Own "repeat" (2, 2; Text, Int) -> TEXT, Strict;
    Own "replicate" = "repeat" (2, 2; Text, Int) -> TEXT, Strict;
    Own "space" (1, 1; Int) -> TEXT, Strict;
    Own "lpad" (2, 3; Text, Int, Text) -> TEXT, Strict;
    Own "rpad" (2, 3; Text, Int, Text) -> TEXT, Strict;
    Own "ascii" (1, 1; Text) -> INTEGER, Possible;
    Native "unicode" (1, 1; Text) -> INTEGER, Possible;
    Native "char" (1, MANY; Int) -> TEXT, Never;
    Native "chr" = "char" (1, 1; Int) -> TEXT, Never;
    Native "nchar" = "char" (1, 1; Int) -> TEXT, Never;
    Own "concat" (1, MANY; Text) -> TEXT, Strict;
    Native "concat_ws" (2, MANY; Text) -> TEXT, Possible;
    Own "split_part" (3, 3; Text, Text, Int) -> TextOfFirst, Strict;
    Own "stuff" (4, 4; Text, Int, Int, Text) -> TEXT, Possible;
    Own "insert" = "stuff" (4, 4; Text, Int, Int, Text) -> TEXT, Possible;
    Own "translate" (3, 3; Text) -> TextOfFirst, Strict;
    Own "soundex" (1, 1; Text) -> TEXT, Strict;
    Own "difference" (2, 2; Text) -> INTEGER, Strict;
    Native "hex" (1, 1; Any) -> TEXT, Never;
    Native "unhex" (1, 2; Text) -> Of(DataType::Binary), Possible;
    Native "quote" (1, 1; Any) -> TEXT, Never;
    Native "printf" (1, MANY; Text, Any) -> TEXT, Possible;
    Native "format" (1, MANY; Text, Any) -> TEXT, Possible;
    Own "regexp_like" (2, 3; Text) -> BOOLEAN, Strict;
    Own "regexp_replace" (3, 4; Text) -> TEXT, Strict;
    Own "regexp_substr" (2, 3; Text) -> TextOfFirst, Possible;
    Own "regexp_count" (2, 3; Text) -> BIGINT, Strict;
    Native "glob" (2, 2; Text) -> BOOLEAN, Strict;

    // Numbers.
    Own "abs" (1, 1; Num) -> Widened, Strict;
    Own "acos" (1, 1; Num) -> DOUBLE, Possible;
    Own "asin" (1, 1; Num) -> DOUBLE, Possible;
    Own "atan" (1, 1; Num) -> DOUBLE, Possible;
    Own "atan2" (2, 2; Num) -> DOUBLE, Possible;
    Own "ceiling" (1, 1; Num) -> Whole, Possible;
    Own "ceil" = "ceiling" (1, 1; Num) -> Whole, Possible;
    Own "cos" (1, 1; Num) -> DOUBLE, Possible;
    Own "cot" (1, 1; Num) -> DOUBLE, Possible;
    Own "degrees" (1, 1; Num) -> DOUBLE, Possible;
    Own "exp" (1, 1; Num) -> DOUBLE, Possible;
    Own "floor" (1, 1; Num) -> Whole, Possible;
    Own "log" (1, 1; Num) -> DOUBLE, Possible;
    Own "ln" = "log" (1, 1; Num) -> DOUBLE, Possible;
    Own "log10" (1, 1; Num) -> DOUBLE, Possible;
    Own "log2" (1, 1; Num) -> DOUBLE, Possible;
    Own "mod" (2, 2; Num) -> Remainder, Strict;
    Own "pi" (0, 0;) -> DOUBLE, Never;
    Own "power" (2, 2; Num) -> DOUBLE, Possible;
    Own "pow" = "power" (2, 2; Num) -> DOUBLE, Possible;
    Own "radians" (1, 1; Num) -> DOUBLE, Possible;
    Own "rand" (0, 1; Int) -> DOUBLE, Never;
    Native "random" (0, 0;) -> BIGINT, Never;
    Own "round" (1, 2; Num, Int) -> Rounded, Possible;
    Native "sign" (1, 1; Num) -> INTEGER, Possible;
    Own "sin" (1, 1; Num) -> DOUBLE, Possible;
    Own "sqrt" (1, 1; Num) -> DOUBLE, Possible;
    Own "square" (1, 1; Num) -> DOUBLE, Possible;
    Own "tan" (1, 1; Num) -> DOUBLE, Possible;
    Own "truncate" (1, 2; Num, Int) -> Rounded, Possible;
    Own "trunc" = "truncate" (1, 2; Num, Int) -> Rounded, Possible;

    // Dates and times.
    Own "now" (0, 1; Int) -> TIMESTAMP, Never;
    Own "current_timestamp" = "now" (0, 1; Int) -> TIMESTAMP, Never;
    Own "localtimestamp" = "now" (0, 1; Int) -> TIMESTAMP, Never;
    Own "getdate" = "now" (0, 0;) -> TIMESTAMP, Never;
    Own "getutcdate" = "now" (0, 0;) -> TIMESTAMP, Never;
    Own "sysdate" = "now" (0, 0;) -> TIMESTAMP, Never;
    Own "sysdatetime" = "now" (0, 0;) -> TIMESTAMP, Never;
    Own "sysutcdatetime" = "now" (0, 0;) -> TIMESTAMP, Never;
    Own "utc_timestamp" = "now" (0, 0;) -> TIMESTAMP, Never;
    Own "today" (0, 0;) -> DATE, Never;
    Own "curdate" = "today" (0, 0;) -> DATE, Never;
    Own "current_date" = "today" (0, 0;) -> DATE, Never;
    Own "yesterday" (0, 0;) -> DATE, Never;
    Own "tomorrow" (0, 0;) -> DATE, Never;
    Own "curtime" (0, 1; Int) -> TIME, Never;
    Own "current_time" = "curtime" (0, 1; Int) -> TIME, Never;
    Own "localtime" = "curtime" (0, 1; Int) -> TIME, Never;
    Own "this_week" (0, 0;) -> DATE, Never;
    Own "this_month" (0, 0;) -> DATE, Never;
    Own "this_quarter" (0, 0;) -> DATE, Never;
    Own "this_year" (0, 0;) -> DATE, Never;
    Own "last_week" (0, 0;) -> DATE, Never;
    Own "last_month" (0, 0;) -> DATE, Never;
    Own "last_quarter" (0, 0;) -> DATE, Never;
    Own "last_year" (0, 0;) -> DATE, Never;
    Own "next_week" (0, 0;) -> DATE, Never;
    Own "next_month" (0, 0;) -> DATE, Never;
    Own "next_quarter" (0, 0;) -> DATE, Never;
    Own "next_year" (0, 0;) -> DATE, Never;
    Own "last_n_days" (1, 1; Int) -> DATE, Possible;
    Own "last_n_weeks" (1, 1; Int) -> DATE, Possible;
    Own "last_n_months" (1, 1; Int) -> DATE, Possible;
    Own "last_n_quarters" (1, 1; Int) -> DATE, Possible;
    Own "last_n_years" (1, 1; Int) -> DATE, Possible;
    Own "next_n_days" (1, 1; Int) -> DATE, Possible;
    Own "next_n_weeks" (1, 1; Int) -> DATE, Possible;
    Own "next_n_months" (1, 1; Int) -> DATE, Possible;
    Own "next_n_quarters" (1, 1; Int) -> DATE, Possible;
    Own "next_n_years" (1, 1; Int) -> DATE, Possible;
    Own "year" (1, 1; Time) -> INTEGER, Possible;
    Own "quarter" (1, 1; Time) -> INTEGER, Possible;
    Own "month" (1, 1; Time) -> INTEGER, Possible;
    Own "week" (1, 1; Time) -> INTEGER, Possible;
    Own "day" (1, 1; Time) -> INTEGER, Possible;
    Own "dayofmonth" = "day" (1, 1; Time) -> INTEGER, Possible;
    Own "dayofweek" = "weekday" (1, 1; Time) -> INTEGER, Possible;
    Own "weekday" (1, 1; Time) -> INTEGER, Possible;
    Own "dayofyear" (1, 1; Time) -> INTEGER, Possible;
    Own "hour" (1, 1; Time) -> INTEGER, Possible;
    Own "minute" (1, 1; Time) -> INTEGER, Possible;
    Own "second" (1, 1; Time) -> INTEGER, Possible;
    Own "dayname" (1, 1; Time) -> TEXT, Possible;
    Own "monthname" (1, 1; Time) -> TEXT, Possible;
    Own "datepart" (2, 2; Part, Time) -> BIGINT, Possible;
    Own "date_part" = "datepart" (2, 2; Part, Time) -> BIGINT, Possible;
    Own "datename" (2, 2; Part, Time) -> TEXT, Possible;
    Own "dateadd" (3, 3; Part, Int, Time) -> Moment, Possible;
    Own "timestampadd" = "dateadd" (3, 3; Part, Int, Time) -> Moment, Possible;
    Own "datediff" (3, 3; Part, Time) -> BIGINT, Possible;
    Own "datediff_big" = "datediff" (3, 3; Part, Time) -> BIGINT, Possible;
    Own "timestampdiff" (3, 3; Part, Time) -> BIGINT, Possible;
    Own "date_trunc" (2, 2; Part, Time) -> Beginning, Possible;
    Own "datetrunc" = "date_trunc" (2, 2; Part, Time) -> Beginning, Possible;
    Own "last_day" (1, 2; Time, Int) -> DATE, Possible;
    Own "eomonth" = "last_day" (1, 2; Time, Int) -> DATE, Possible;
    Own "to_timestamp" (1, 1; Any) -> Read(DataType::Timestamp), Possible;
    Own "to_date" (1, 1; Any) -> DATE, Possible;
    Own "to_time" (1, 1; Any) -> Read(DataType::Time), Possible;
    Native "date" (0, MANY; Any) -> DATE, Possible;
    Native "time" (0, MANY; Any) -> TIME, Possible;
    Native "datetime" (0, MANY; Any) -> TIMESTAMP, Possible;
    Native "julianday" (0, MANY; Any) -> DOUBLE, Possible;
    Native "unixepoch" (0, MANY; Any) -> BIGINT, Possible;
    Native "strftime" (1, MANY; Any) -> TEXT, Possible;
    Native "timediff" (2, 2; Any) -> TEXT, Possible;

    // Conditions and types.
    Native "ifnull" (2, 2; Alike) -> ALIKE, All;
    Native "isnull" = "ifnull" (2, 2; Alike) -> ALIKE, All;
    Native "nvl" = "ifnull" (2, 2; Alike) -> ALIKE, All;
    Native "coalesce" (2, MANY; Alike) -> ALIKE, All;
    Native "nullif" (2, 2; Alike) -> First, Possible;
    Native "iif" (2, MANY; Any, Alike) -> ALIKE, Possible;
    Native "if" = "iif" (2, MANY; Any, Alike) -> ALIKE, Possible;
    Rewritten "decode" (3, MANY; Any) -> Unknown, Possible;
    Rewritten "contains" (2, 2; Text) -> BOOLEAN, Strict;
    Rewritten "database" (0, 0;) -> TEXT, Never;
    Rewritten "db_name" (0, 0;) -> TEXT, Never;
    Rewritten "scope_identity" (0, 0;) -> TEXT, Possible;
    Native "greatest" = "max" (2, MANY; Alike) -> ALIKE, Strict;
    Native "least" = "min" (2, MANY; Alike) -> ALIKE, Strict;
    Native "max" (2, MANY; Alike) -> ALIKE, Strict;
    Native "min" (2, MANY; Alike) -> ALIKE, Strict;
    Native "likely" (1, 1; Any) -> First, Strict;
    Native "unlikely" (1, 1; Any) -> First, Strict;
    Native "likelihood" (2, 2; Any) -> First, Strict;
    Native "typeof" (1, 1; Any) -> TEXT, Never;
    Native "zeroblob" (1, 1; Int) -> Of(DataType::Binary), Strict;
    Native "randomblob" (1, 1; Int) -> Of(DataType::Binary), Strict;
    Native "sqlite_version" (0, 0;) -> TEXT, Never;
    Own "convert_to" (2, 5; Any) -> Unknown, Possible;

    // JSON.
    Native "json" (1, 1; Text) -> JSON, Strict;
    Native "jsonb" (1, 1; Text) -> Of(DataType::Binary), Strict;
    Native "json_array" (0, MANY; Any) -> JSON, Never;
    Native "json_array_length" (1, 2; Text) -> BIGINT, Possible;
    Native "json_error_position" (1, 1; Text) -> BIGINT, Strict;
    Native "json_extract" (2, MANY; Text) -> Unknown, Possible;
    Native "json_value" = "json_extract" (2, 2; Text) -> Unknown, Possible;
    Native "json_insert" (1, MANY; Text, Any) -> JSON, Possible;
    Native "json_object" (0, MANY; Any) -> JSON, Never;
    Native "json_patch" (2, 2; Text) -> JSON, Possible;
    Native "json_pretty" (1, 2; Text) -> TEXT, Strict;
    Native "json_quote" (1, 1; Any) -> JSON, Never;
    Native "json_remove" (1, MANY; Text) -> JSON, Possible;
    Native "json_replace" (1, MANY; Text, Any) -> JSON, Possible;
    Native "json_set" (1, MANY; Text, Any) -> JSON, Possible;
    Native "json_type" (1, 2; Text) -> TEXT, Possible;
    Native "json_valid" (1, 2; Text, Int) -> BOOLEAN, Strict;

    // Aggregates.
    Aggregate "count" (0, 1; Any) -> BIGINT, Never;
    Aggregate "count_big" = "count" (0, 1; Any) -> BIGINT, Never;
    Aggregate "sum" (1, 1; Num) -> Sum, Possible;
    Aggregate "avg" (1, 1; Num) -> Mean, Possible;
    Aggregate "total" (1, 1; Num) -> DOUBLE, Never;
    Aggregate "min" (1, 1; Any) -> First, Possible;
    Aggregate "max" (1, 1; Any) -> First, Possible;
    Aggregate "group_concat" (1, 2; Text) -> TEXT, Possible;
    Aggregate "string_agg" = "group_concat" (2, 2; Text) -> TEXT, Possible;
    Aggregate "listagg" = "group_concat" (1, 2; Text) -> TEXT, Possible;
    Aggregate "json_group_array" (1, 1; Any) -> JSON, Never;
    Aggregate "json_arrayagg" = "json_group_array" (1, 1; Any) -> JSON, Never;
    Aggregate "json_group_object" (2, 2; Any) -> JSON, Never;

    // Windows.
    Window "row_number" (0, 0;) -> BIGINT, Never;
    Window "rank" (0, 0;) -> BIGINT, Never;
    Window "dense_rank" (0, 0;) -> BIGINT, Never;
    Window "percent_rank" (0, 0;) -> DOUBLE, Never;
    Window "cume_dist" (0, 0;) -> DOUBLE, Never;
    Window "ntile" (1, 1; Int) -> BIGINT, Never;
    Window "lag" (1, 3; Alike, Int, Alike) -> ALIKE, Possible;
    Window "lead" (1, 3; Alike, Int, Alike) -> ALIKE, Possible;
    Window "first_value" (1, 1; Any) -> First, Possible;
    Window "last_value" (1, 1; Any) -> First, Possible;
    Window "nth_value" (2, 2; Any, Int) -> First, Possible;
}
