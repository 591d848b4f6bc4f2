//! Expressions and functions as SQLite sees them, and what is refused.

use crate::error::state;
use crate::model::{ColumnType, DataType, Model};
use crate::sql::{self, Plan, QueryPlan, Statement};

fn plan(sql: &str) -> Statement {
    sql::plan(&Model::builtin(), sql).unwrap_or_else(|e| panic!("{sql}: {e}"))
}

fn query(sql: &str) -> QueryPlan {
    match plan(sql).plan {
        Plan::Query(query) => query,
        other => panic!("{sql}: {other:?}"),
    }
}

/// The text of the one expression.
fn rewritten(expression: &str) -> String {
    let text = query(&format!("SELECT {expression} AS x")).sql;
    text.trim_start_matches("SELECT ").trim_end_matches(" AS \"x\"").to_owned()
}

#[test]
fn forms_become_what_sqlite_reads() {
    for (expression, expected) in [
        ("POSITION('b' IN 'abc')", "locate('b', 'abc')"),
        ("EXTRACT(YEAR FROM '2020-01-02')", "datepart('year', '2020-01-02 00:00:00')"),
        ("EXTRACT(DOW FROM '2020-01-02')", "datepart('dow', '2020-01-02 00:00:00')"),
        ("TRIM('a')", "trim('a')"),
        ("TRIM(LEADING 'x' FROM 'xa')", "ltrim('xa', 'x')"),
        ("TRIM(TRAILING 'x' FROM 'xa')", "rtrim('xa', 'x')"),
        ("TRIM(BOTH 'x' FROM 'xa')", "trim('xa', 'x')"),
        ("TRIM('x' FROM 'xa')", "trim('xa', 'x')"),
        ("TRIM('xa', 'x')", "trim('xa', 'x')"),
        ("SUBSTRING('abc' FROM 2 FOR 1)", "substr('abc', 2, 1)"),
        ("SUBSTRING('abc', 2)", "substr('abc', 2)"),
        ("SUBSTRING('abc' FOR 2)", "substr('abc', 1, 2)"),
        ("OVERLAY('abc' PLACING 'x' FROM 2)", "stuff('abc', 2, length('x'), 'x')"),
        ("OVERLAY('abc' PLACING 'x' FROM 2 FOR 0)", "stuff('abc', 2, 0, 'x')"),
        ("'2020-01-02' AT TIME ZONE 'UTC'", "to_timestamp('2020-01-02')"),
        ("CEIL(1.5)", "decimal_ceiling('1.5') COLLATE DECIMAL"),
        ("CEIL(1.5e0)", "ceiling(1.5e0)"),
        ("(1 = 2) IS UNKNOWN", "((1 = 2)) IS NULL"),
        ("1 = 2 IS NOT UNKNOWN", "(1 = 2) IS NOT NULL"),
        ("TRUE IS NOT FALSE", "true IS NOT FALSE"),
        ("'a' ILIKE 'A'", "'a' LIKE 'A'"),
        ("'a' NOT ILIKE 'A'", "'a' NOT LIKE 'A'"),
        ("'a' REGEXP 'b'", "regexp_like('a', 'b')"),
        ("'a' RLIKE 'b'", "regexp_like('a', 'b')"),
        ("'a' NOT REGEXP 'b'", "NOT regexp_like('a', 'b')"),
        ("'a' || 1", "'a' || 1"),
        ("'{}' -> '$.a'", "'{}' -> '$.a'"),
        ("'{}' ->> '$.a'", "'{}' ->> '$.a'"),
        ("(1, 2) = (1, 3)", "(1, 2) = (1, 3)"),
        ("(1, 2) IN ((1, 2), (3, 4))", "(1, 2) IN (VALUES (1, 2), (3, 4))"),
        ("1 = ANY (SELECT 1)", "1 IN (SELECT 1 AS \"1\")"),
        ("1 <> ALL (SELECT 1)", "1 NOT IN (SELECT 1 AS \"1\")"),
        ("1 <=> NULL", "1 IS NOT DISTINCT FROM NULL"),
        ("{fn CONVERT(1, SQL_VARCHAR)}", "CAST(1 AS TEXT)"),
        ("CONVERT(VARCHAR(2), 'abc')", "convert_to('abc', 'text', 0, 2)"),
        ("CAST('12' AS INT)", "convert_to('12', 'integer', 0)"),
        ("CAST(1.005 AS DECIMAL(10, 2))", "convert_to('1.005', 'decimal', 0, 10, 2) COLLATE DECIMAL"),
        ("TRY_CAST('x' AS INT)", "convert_to('x', 'integer', 1)"),
        ("CAST('2020-01-02' AS TIMESTAMP)", "'2020-01-02 00:00:00'"),
        ("CAST('2020-01-02 10:00:00' AS DATE)", "'2020-01-02'"),
        ("TRY_CAST('x' AS DATE)", "NULL"),
        ("CAST(CURRENT_DATE AS DATE)", "today()"),
        ("CAST(CURRENT_DATE AS TIMESTAMP)", "convert_to(today(), 'timestamp', 0, 0)"),
        ("'a' = 'A' COLLATE NOCASE", "'a' = 'A' COLLATE NOCASE"),
        ("{guid '12345678-1234-1234-1234-123456789012'}", "'12345678-1234-1234-1234-123456789012'"),
        ("{t '10:00:00'}", "'10:00:00'"),
        ("{fn TIMESTAMPADD(SQL_TSI_DAY, 3, {d '2020-01-02'})}", "dateadd('day', 3, '2020-01-02')"),
        ("{fn EXTRACT(YEAR FROM {fn NOW()})}", "datepart('year', now())"),
        ("{fn DATABASE()}", "'CData'"),
        ("DATEADD(day, -7, CURRENT_TIMESTAMP)", "dateadd('day', -7, now())"),
        ("DATENAME('yy', GETDATE())", "datename('year', now())"),
        ("DATEDIFF(mi, '10:00', '11:00')", "datediff('minute', '10:00:00', '11:00:00')"),
        ("LEFT('abc', 2)", "leftstr('abc', 2)"),
        ("IF(1 = 1, 'a', 'b')", "iif(1 = 1, 'a', 'b')"),
        ("DECODE(1, 1, 'a', 'b')", "CASE 1 WHEN 1 THEN 'a' ELSE 'b' END"),
        ("INSERT('abc', 1, 1, 'x')", "stuff('abc', 1, 1, 'x')"),
        ("CURRENT_TIMESTAMP(3)", "now()"),
        ("LISTAGG('a', ',') WITHIN GROUP (ORDER BY 1)", "group_concat('a', ',' ORDER BY 1)"),
        ("COUNT(DISTINCT 1) FILTER (WHERE 1 = 1)", "COUNT(DISTINCT 1) FILTER (WHERE 1 = 1)"),
        ("STRING_AGG(DISTINCT 'a', ',')", "group_concat(DISTINCT 'a')"),
        ("CURRENT_DATE - 7", "dateadd('day', -7, today())"),
        ("CURRENT_DATE - (1 + 1)", "dateadd('day', -((1 + 1)), today())"),
        ("7 + CURRENT_TIMESTAMP", "dateadd('day', 7, now())"),
        ("CURRENT_DATE - {d '2020-01-02'}", "datediff('day', '2020-01-02', today())"),
        ("CURRENT_DATE - {interval '1' month}", "dateadd('month', -1, today())"),
        ("INTERVAL '7' DAY + CURRENT_DATE", "dateadd('day', 7, today())"),
        ("CURRENT_DATE - INTERVAL -7 DAY", "dateadd('day', 7, today())"),
        ("CURRENT_DATE - INTERVAL ? DAY", "dateadd('day', -(?1), today())"),
        ("NOW() + INTERVAL '1-6' YEAR TO MONTH", "dateadd('month', 6, dateadd('year', 1, now()))"),
        ("NOW() - INTERVAL '2 days'", "dateadd('day', -2, now())"),
        ("'a' + 'b'", "'a' || 'b'"),
        ("'a' + ? + NULL", "'a' || ?1 || NULL"),
        ("'5' + 3", "num_add(5e0, 3)"),
        ("- - -1", "-1"),
        ("-'-5'", "5e0"),
        ("'abc' CONTAINS 'B'", "instr(lower('abc'), lower('B')) > 0"),
        ("NOT CONTAINS('abc', 'B')", "NOT instr(lower('abc'), lower('B')) > 0"),
    ] {
        assert_eq!(rewritten(expression), expected, "{expression}");
    }
}

#[test]
fn functions_are_typed() {
    for (expression, expected) in [
        ("LEFT('abc', 2)", DataType::Text),
        ("CHARINDEX('a', 'b')", DataType::BigInt),
        ("DATEADD(day, 1, {d '2020-01-02'})", DataType::Date),
        ("DATEADD(hour, 1, {d '2020-01-02'})", DataType::Timestamp),
        ("DATEADD(hour, 1, {t '10:00:00'})", DataType::Time),
        ("DATEADD(day, 1, '2020-01-02')", DataType::Timestamp),
        ("DATE_TRUNC('month', DateCreated)", DataType::Timestamp),
        ("DATEDIFF(day, DateCreated, DateUpdated)", DataType::BigInt),
        ("LAST_N_DAYS(7)", DataType::Date),
        ("EOMONTH(DateCreated)", DataType::Date),
        ("ROUND(1, 2)", DataType::BigInt),
        ("ROUND(1.5, 1)", DataType::Decimal),
        ("ROUND(1.5e0, 1)", DataType::Double),
        ("COALESCE(DateCreated, '2020-01-02')", DataType::Timestamp),
        ("COALESCE(DateCreated, 'never')", DataType::Text),
        ("ISNULL(Sid, 'x')", DataType::Text),
        ("DECODE(Status, 'init', 1, 2.5)", DataType::Decimal),
        ("GREATEST(1, 2.5)", DataType::Decimal),
        ("GREATEST(1, 2.5e0)", DataType::Double),
        ("SubresourceUris -> '$.a'", DataType::Json),
        ("CAST(1 AS SQL_BIGINT)", DataType::BigInt),
        ("Sid REGEXP 'CF'", DataType::Boolean),
        ("SUM(1)", DataType::BigInt),
        ("ROUND(?, 1)", DataType::Double),
        ("MAX(DateCreated)", DataType::Timestamp),
        ("DateCreated - 7", DataType::Timestamp),
        ("CURRENT_DATE + INTERVAL '1' HOUR", DataType::Timestamp),
        ("CURRENT_DATE - CURRENT_DATE", DataType::BigInt),
        ("'a' + 'b'", DataType::Text),
        ("'5' + 3", DataType::Double),
        ("SUM(Name)", DataType::Double),
        ("-9223372036854775808", DataType::BigInt),
        ("1 > ANY (SELECT 1 UNION SELECT 2)", DataType::Boolean),
        ("(SELECT NULL UNION SELECT 5)", DataType::Integer),
        ("(SELECT ? UNION SELECT {d '2020-01-02'})", DataType::Date),
        ("(SELECT x FROM (VALUES (NULL), (1.5)) v(x))", DataType::Decimal),
    ] {
        let column = query(&format!("SELECT {expression} FROM Conferences")).columns.remove(0);
        assert_eq!(column.column_type.data_type, expected, "{expression}");
    }
}

#[test]
fn times_and_timestamps_are_described_with_their_digits() {
    let six = "CAST(DateCreated AS TIMESTAMP(6))";
    for (expression, digits) in [
        ("DateCreated", 0),
        ("{ts '2024-01-01 00:00:00'}", 0),
        ("{ts '2024-01-01 00:00:00.123456'}", 6),
        ("TIME '10:20:30.5'", 1),
        ("DATEADD(day, 5, DateCreated)", 0),
        ("DATEADD(millisecond, 5, DateCreated)", 3),
        ("DATEADD(microsecond, 5, {d '2024-01-01'})", 6),
        ("{fn TIMESTAMPADD(SQL_TSI_FRAC_SECOND, 5, DateCreated)}", 9),
        ("DATEADD(ms, 5, {t '10:00:00'})", 3),
        ("DATEADD(day, 1, '2024-01-01 00:00:00.25')", 2),
        ("DATEADD(day, 1, Name)", 6),
        ("DateCreated + INTERVAL '1.5' SECOND", 3),
        ("DateCreated + INTERVAL '1.0005' SECOND", 6),
        ("DateCreated + INTERVAL '1' SECOND", 0),
        ("DATE_TRUNC('millisecond', {ts '2024-01-01 00:00:00.123456'})", 3),
        ("DATE_TRUNC('ms', DateCreated)", 0),
        (six, 6),
        (&format!("CAST({six} AS TIMESTAMP)"), 6),
        (&format!("CAST({six} AS TIMESTAMP(3))"), 3),
        (&format!("CAST({six} AS TIME)"), 6),
        (&format!("DATEADD(day, 1, {six})"), 6),
        (&format!("{six} + 1"), 6),
        (&format!("DATE_TRUNC('second', {six})"), 0),
        (&format!("MAX({six})"), 6),
        (&format!("COALESCE({{d '2024-01-01'}}, {six})"), 6),
        ("CAST(DateCreated AS DATETIME2(7))", 7),
        ("CAST(DateCreated AS TIMESTAMP)", 0),
        ("CAST('2024-01-01 00:00:00.123' AS TIMESTAMP)", 3),
        ("CAST('2024-01-01 00:00:00.123' AS TIMESTAMP(1))", 1),
        ("CAST(Name AS TIMESTAMP)", 6),
        ("CONVERT(Name, SQL_TIMESTAMP)", 6),
        ("CAST(Name AS TIME(2))", 2),
        ("CAST(Name AS TIMESTAMP(12))", 9),
        ("COALESCE(DateCreated, '2024-01-01 00:00:00.5')", 1),
        ("TO_TIMESTAMP(Name)", 6),
        ("TO_TIMESTAMP(DateCreated)", 0),
    ] {
        let t = query(&format!("SELECT {expression} FROM Conferences")).columns.remove(0).column_type;
        let whole = ColumnType::of(t.data_type).size;
        let size = whole + if digits == 0 { 0 } else { 1 + u32::from(digits) };
        assert_eq!((t.scale, t.size), (digits, size), "{expression}");
    }
}

#[test]
fn results_are_nullable_where_they_can_be_null() {
    for (expression, expected) in [
        ("UPPER('a')", false),
        ("UPPER(NULL)", true),
        ("COALESCE(NULL, 1)", false),
        ("NULLIF(1, 1)", true),
        ("SQRT(-1)", true),
        ("COUNT(*)", false),
        ("SUM(1)", true),
        ("NOW()", false),
        ("TRY_CAST('x' AS INT)", true),
    ] {
        let column = query(&format!("SELECT {expression}")).columns.remove(0);
        assert_eq!(column.nullable, expected, "{expression}");
    }
}

#[test]
fn markers_in_functions_find_their_types() {
    for (condition, expected) in [
        ("DATEADD(day, ?, DateCreated) > ?", vec![DataType::Integer, DataType::Timestamp]),
        ("LEFT(Sid, ?) = ?", vec![DataType::Integer, DataType::Text]),
        ("COALESCE(DateCreated, ?) > ?", vec![DataType::Timestamp, DataType::Timestamp]),
        ("Name LIKE ?", vec![DataType::Text]),
        ("Name REGEXP ?", vec![DataType::Text]),
        ("YEAR(?) = ?", vec![DataType::Timestamp, DataType::Integer]),
        ("ROUND(?, ?) > 1", vec![DataType::Double, DataType::Integer]),
        ("Name || ? = 'x'", vec![DataType::Text]),
        ("YEAR(DateCreated) + ? = 2025", vec![DataType::Decimal]),
        ("(DateCreated, Name) = (?, ?)", vec![DataType::Timestamp, DataType::Text]),
        ("(DateCreated, Name) IN ((?, ?))", vec![DataType::Timestamp, DataType::Text]),
        ("? IN (SELECT DateCreated FROM Conferences)", vec![DataType::Timestamp]),
        ("? > ALL (SELECT DateCreated FROM Conferences)", vec![DataType::Timestamp]),
        ("DateCreated - ? > CURRENT_DATE - ?", vec![DataType::BigInt, DataType::BigInt]),
        ("DateCreated > ? - INTERVAL ? DAY", vec![DataType::Timestamp, DataType::Integer]),
        ("Sid IN (SELECT Sid FROM Conferences UNION SELECT ?)", vec![DataType::Text]),
    ] {
        let statement = plan(&format!("SELECT 1 FROM Conferences WHERE {condition}"));
        assert!(statement.parameters.iter().all(|p| p.typed), "{condition}");
        let types: Vec<_> = statement.parameters.iter().map(|p| p.column_type.data_type).collect();
        assert_eq!(types, expected, "{condition}");
    }
}

#[test]
fn what_stands_beside_a_timestamp_has_its_form() {
    let created = "\"Conferences\".\"DateCreated\"";
    for (condition, expected) in [
        ("DATE_TRUNC('day', DateCreated) = '2024-06-30'", "= '2024-06-30 00:00:00'".to_owned()),
        ("DateCreated >= CURRENT_DATE", format!("{created} >= to_timestamp(today())")),
        (
            "DateCreated >= DATEADD(day, -7, CURRENT_DATE)",
            format!("{created} >= to_timestamp(dateadd('day', -7, today()))"),
        ),
        ("DateCreated >= GETDATE()", format!("{created} >= now()")),
        ("DateCreated > '2024-06' || '-01'", format!("{created} > to_timestamp('2024-06' || '-01')")),
        ("CAST(DateCreated AS TIMESTAMP) > '2024-06-01'", format!("{created} > '2024-06-01 00:00:00'")),
        ("COALESCE(DateCreated, '2024-06-01') > {d '2024-06-01'}", "'2024-06-01 00:00:00') > '2024".into()),
        ("(DateCreated, Name) > ('2024-06-01', 'x')", "('2024-06-01 00:00:00', 'x')".into()),
        ("(DateCreated, Name) IN (('2024-06-01', 'x'))", "(VALUES ('2024-06-01 00:00:00', 'x'))".into()),
        ("CAST(DateCreated AS DATE) = {ts '2024-06-30 10:00:00'}", "= '2024-06-30 10:00:00'".into()),
        ("{ts '2024-06-30 10:00:00'} > CURRENT_DATE", "'2024-06-30 10:00:00' > to_timestamp(today())".into()),
        ("DATEADD(day, 1, Name) > DateCreated", "dateadd('day', 1, to_timestamp(\"Conferences\"".into()),
    ] {
        let text = query(&format!("SELECT 1 FROM Conferences WHERE {condition}")).sql;
        assert!(text.contains(&expected), "{condition}: {text}");
    }
}

#[test]
fn conditions_are_comparisons_of_bare_columns() {
    for (condition, expected) in [
        ("Muted", "WHERE p.Muted = 1"),
        ("NOT Muted", "WHERE p.Muted = 0"),
        ("Hold AND NOT Muted", "WHERE p.Hold = 1 AND p.Muted = 0"),
        ("Hold OR Muted", "WHERE p.Hold = 1 OR p.Muted = 1"),
        ("Hold IS TRUE", "WHERE p.Hold = 1"),
        ("Hold IS FALSE OR (Muted IS TRUE)", "WHERE p.Hold = 0 OR (p.Muted = 1)"),
        ("NOT (Hold IS TRUE)", "WHERE NOT (p.Hold IS TRUE)"),
        ("Hold <> false", "WHERE p.Hold = 1"),
        ("Hold <> 1", "WHERE p.Hold = 0"),
        ("Hold BETWEEN 'false' AND 1", "WHERE p.Hold BETWEEN 0 AND 1"),
        ("CallSid IS NULL", "WHERE false"),
        ("CallSid IS NOT NULL AND Hold", "WHERE p.Hold = 1"),
        ("FALSE OR Hold", "WHERE p.Hold = 1"),
        ("Hold OR 1 = 0", "WHERE p.Hold = 1"),
        ("Hold OR CallSid IS NULL", "WHERE p.Hold = 1"),
        ("1 = 1 AND (NULL OR Hold) AND 2 > 1", "WHERE (p.Hold = 1)"),
        ("Hold OR 1 = 1", "WHERE p.Hold = 1 OR 1 = 1"),
        ("Hold AND ? = 1", "WHERE p.Hold = 1 AND CAST(?1 AS NUMERIC) = 1"),
        ("Label IS NULL", "WHERE p.Label IS NULL"),
        ("Label = NULL", "WHERE false"),
        ("NOT (Label = NULL)", "WHERE NOT (p.Label = NULL)"),
        ("Label IN (NULL)", "WHERE false"),
        ("Label NOT IN ('a', NULL)", "WHERE false"),
        ("Label IN ('a', NULL)", "WHERE p.Label IN ('a', NULL)"),
        ("Label IS NOT DISTINCT FROM 'a'", "WHERE p.Label = 'a'"),
        ("Label IS NOT DISTINCT FROM NULL", "WHERE p.Label IS NOT DISTINCT FROM NULL"),
        (
            "CAST(DateCreated AS DATE) = '2024-06-25'",
            "WHERE p.DateCreated >= '2024-06-25 00:00:00' AND p.DateCreated <= '2024-06-25 23:59:59.999999999'",
        ),
        ("CAST(DateCreated AS DATE) > ?", "WHERE p.DateCreated > (?1) || ' 23:59:59.999999999'"),
        ("CURRENT_DATE > CAST(DateCreated AS DATE)", "WHERE p.DateCreated < to_timestamp(today())"),
        (
            "{fn CONVERT(DateCreated, SQL_DATE)} BETWEEN '2024-06-25' AND {d '9999-12-31'}",
            "WHERE p.DateCreated >= '2024-06-25 00:00:00' AND p.DateCreated <= '9999-12-31 23:59:59.999999999'",
        ),
        (
            "CAST(DateCreated AS DATE) <> '2024-06-25'",
            "WHERE (p.DateCreated < '2024-06-25 00:00:00' OR p.DateCreated > '2024-06-25 23:59:59.999999999')",
        ),
        ("YEAR(DateCreated) > 2023", "WHERE p.DateCreated > '2023-12-31 23:59:59.999999999'"),
        (
            "2024 = EXTRACT(YEAR FROM DateCreated)",
            "WHERE p.DateCreated >= '2024-01-01 00:00:00' AND p.DateCreated <= '2024-12-31 23:59:59.999999999'",
        ),
        (
            "CAST(DateCreated AS DATE) = CAST(DateUpdated AS DATE)",
            "WHERE convert_to(p.DateCreated, 'date', 0) = convert_to(p.DateUpdated, 'date', 0)",
        ),
        ("YEAR(DateCreated) = ?", "WHERE year(p.DateCreated) = CAST(?1 AS NUMERIC)"),
        ("YEAR(DateCreated) = 24", "WHERE year(p.DateCreated) = 24"),
        ("CAST(Label AS DATE) = '2024-06-25'", "WHERE convert_to(p.Label, 'date', 0) = '2024-06-25'"),
        ("NOT Label", "WHERE NOT p.Label"),
        ("Muted = Hold", "WHERE +p.Muted = +p.Hold"),
        ("(SELECT Muted)", "WHERE (SELECT p.Muted AS Muted)"),
    ] {
        let text = query(&format!("SELECT 1 FROM ConferenceParticipants p WHERE {condition}")).sql;
        assert!(text.replace('"', "").ends_with(expected), "{condition}: {text}");
    }
}

#[test]
fn operands_of_set_operations_are_written_without_parentheses() {
    for (sql, expected) in [
        ("(SELECT 1 a) UNION (SELECT 2)", "SELECT 1 AS \"a\" UNION SELECT 2 AS \"2\""),
        ("SELECT 1 a UNION DISTINCT SELECT 2", "SELECT 1 AS \"a\" UNION SELECT 2 AS \"2\""),
        (
            "SELECT 1 a UNION SELECT 2 INTERSECT SELECT 3",
            "SELECT 1 AS \"a\" UNION SELECT * FROM (SELECT 2 AS \"2\" INTERSECT SELECT 3 AS \"3\")",
        ),
        (
            "SELECT 1 a EXCEPT (SELECT 2 UNION SELECT 3)",
            "SELECT 1 AS \"a\" EXCEPT SELECT * FROM (SELECT 2 AS \"2\" UNION SELECT 3 AS \"3\")",
        ),
        (
            "(SELECT 1 a ORDER BY 1 LIMIT 1) UNION ALL SELECT TOP 2 3",
            "SELECT * FROM (SELECT 1 AS \"a\" ORDER BY 1 LIMIT 1) UNION ALL SELECT * FROM (SELECT 3 AS \"3\" LIMIT 2)",
        ),
        ("(SELECT 1 a) ORDER BY a", "SELECT * FROM (SELECT 1 AS \"a\") ORDER BY \"a\""),
        ("VALUES (1, 'a'), (2, 'b')", "VALUES (1, 'a'), (2, 'b')"),
        ("VALUES (2), (1) ORDER BY 1 LIMIT 1", "SELECT * FROM (VALUES (2), (1)) ORDER BY 1 LIMIT 1"),
        (
            "SELECT t.b FROM (VALUES (1, 2)) AS t(a, b)",
            "SELECT \"t\".\"b\" AS \"b\" FROM (WITH \"(x)\" (\"a\", \"b\") AS (VALUES (1, 2)) SELECT * FROM \"(x)\") AS \"t\"",
        ),
    ] {
        assert_eq!(query(sql).sql, expected, "{sql}");
    }
}

#[test]
fn refusals_say_what_to_write() {
    for (sql, expected_state, expected) in [
        (
            "SELECT LEFFT('a', 1)",
            state::SYNTAX_ERROR,
            "LEFFT at line 1, column 8 does not exist; did you mean LEFT",
        ),
        ("SELECT zzqqyy(1)", state::SYNTAX_ERROR, "zzqqyy at line 1, column 8 does not exist."),
        ("SELECT LEFT('a')", state::SYNTAX_ERROR, "LEFT at line 1, column 8 takes 2 arguments, not 1"),
        ("SELECT PI(1)", state::SYNTAX_ERROR, "takes no argument, not 1"),
        ("SELECT DATEADD(fortnight, 1, NOW())", state::SYNTAX_ERROR, "fortnight is no part of a date"),
        ("SELECT DATEADD(epoch, 1, NOW())", state::SYNTAX_ERROR, "epoch is no part of a date"),
        ("SELECT DATEPART(?, NOW())", state::SYNTAX_ERROR, "no part of a date"),
        ("SELECT YEAR('yesterday')", state::INVALID_DATETIME, "YEAR: 'yesterday' at line 1, column 13"),
        ("SELECT CAST('x' AS TIMESTAMP)", state::INVALID_DATETIME, "'x'"),
        ("SELECT {interval '1' day}", state::NOT_IMPLEMENTED, "x + INTERVAL '7' DAY"),
        ("SELECT INTERVAL '1' DAY + INTERVAL '1' DAY", state::NOT_IMPLEMENTED, "no value by itself"),
        ("SELECT NOW() + INTERVAL 'x' DAY", state::INVALID_DATETIME, "does not fit the unit"),
        ("SELECT NOW() + INTERVAL '1'", state::INVALID_DATETIME, "INTERVAL '1' is no interval"),
        ("SELECT 1 + INTERVAL '1' DAY", state::SYNTAX_ERROR, "which DATEADD or an interval adds to"),
        ("SELECT NOW() + INTERVAL 1.5 DAY", state::INVALID_DATETIME, "1.5 is no whole number"),
        ("SELECT NOW() - INTERVAL (1.5) DAY", state::INVALID_DATETIME, "1.5 is no whole number"),
        ("SELECT NOW() - INTERVAL -1e0 DAY", state::INVALID_DATETIME, "no whole number"),
        ("SELECT NOW() + 0.5", state::NOT_IMPLEMENTED, "DATEADD"),
        ("SELECT NOW() - NOW()", state::NOT_IMPLEMENTED, "DATEDIFF"),
        ("SELECT 1 - NOW()", state::NOT_IMPLEMENTED, "DATEDIFF"),
        ("SELECT {t '10:00:00'} + 1", state::NOT_IMPLEMENTED, "DATEADD"),
        ("SELECT DATEADD(day, 1, 5)", state::SYNTAX_ERROR, "5 is no date, time or timestamp"),
        ("SELECT 'a' + 1", state::INVALID_CHARACTER_VALUE, "'a' is not a number at line 1, column 8"),
        ("SELECT ABS('a')", state::INVALID_CHARACTER_VALUE, "'a' is not a number"),
        ("SELECT X'01' + 1", state::NOT_IMPLEMENTED, "+ with a binary value"),
        ("SELECT 0x1", state::SYNTAX_ERROR, "odd number of digits"),
        ("SELECT NOW() > 5", state::INVALID_DATETIME, "compared with 5, which is of type INTEGER"),
        ("SELECT NOW() > TRUE", state::INVALID_DATETIME, "of type BOOLEAN"),
        ("SELECT NOW() > YEAR(NOW())", state::SYNTAX_ERROR, "of type INTEGER"),
        ("SELECT NOW() = {t '10:00:00'}", state::INVALID_DATETIME, "of type TIME"),
        ("SELECT (1, 2)", state::SYNTAX_ERROR, "A row of 2 columns"),
        ("SELECT (SELECT 1, 2)", state::SYNTAX_ERROR, "A row of 2 columns"),
        ("SELECT 1 = (SELECT 1, 2)", state::SYNTAX_ERROR, "A row of 2 columns"),
        ("SELECT 1 IN (SELECT 1, 2)", state::SYNTAX_ERROR, "A row of 2 columns"),
        ("SELECT (1, 2) = (1, 2, 3)", state::SYNTAX_ERROR, "with one of 3"),
        (
            "SELECT x FROM (SELECT 1 AS x, 2 AS X) t",
            state::SYNTAX_ERROR,
            "x at line 1, column 8 is twice in t",
        ),
        ("SELECT 1 LIMIT 'a'", state::SYNTAX_ERROR, "whole number, not 'a'"),
        ("SELECT 1 LIMIT 1.5", state::SYNTAX_ERROR, "whole number, not 1.5"),
        ("SELECT DISTINCT ON (Sid) Sid FROM Conferences", state::NOT_IMPLEMENTED, "ROW_NUMBER()"),
        ("SELECT 1 FROM Conferences QUALIFY RANK() OVER () = 1", state::NOT_IMPLEMENTED, "outer SELECT"),
        ("SELECT 1 GROUP BY ROLLUP (1)", state::NOT_IMPLEMENTED, "UNION ALL"),
        ("SELECT 1 GROUP BY 1 WITH CUBE", state::NOT_IMPLEMENTED, "UNION ALL"),
        ("SELECT 1 GROUP BY GROUPING SETS ((1), ())", state::NOT_IMPLEMENTED, "UNION ALL"),
        ("SELECT 1 GROUP BY ()", state::NOT_IMPLEMENTED, "UNION ALL"),
        ("SELECT * EXCEPT (Sid) FROM Conferences", state::NOT_IMPLEMENTED, "name those that you want"),
        ("SELECT * FROM Conferences TABLESAMPLE (1)", state::NOT_IMPLEMENTED, "TABLESAMPLE"),
        (
            "SELECT 1 FROM Conferences CROSS APPLY (SELECT 1) t",
            state::NOT_IMPLEMENTED,
            "CROSS and NATURAL JOIN",
        ),
        ("SELECT 1 UNION SELECT 2 ORDER BY 1 + 1", state::NOT_IMPLEMENTED, "outer SELECT"),
        ("SELECT {guid 'x'}", state::INVALID_CHARACTER_VALUE, "'x' at line 1, column 14 is no GUID"),
        ("SELECT NOW() AT TIME ZONE 'CET'", state::NOT_IMPLEMENTED, "UTC"),
        ("SELECT CEIL(NOW() TO DAY)", state::NOT_IMPLEMENTED, "DATE_TRUNC"),
        ("SELECT 'a' SIMILAR TO 'b'", state::NOT_IMPLEMENTED, "REGEXP_LIKE"),
        ("SELECT 1 > ANY (1)", state::NOT_IMPLEMENTED, "no sub-query"),
        ("SELECT 1 = ANY (1)", state::NOT_IMPLEMENTED, "no sub-query"),
        ("SELECT (1, 2) > ANY (SELECT 1, 2)", state::NOT_IMPLEMENTED, "compare each column by itself"),
        ("SELECT 1 > ANY (SELECT 1, 2)", state::SYNTAX_ERROR, "A row of 2 columns"),
        ("SELECT 1 BETWEEN SYMMETRIC 2 AND 0", state::SYNTAX_ERROR, "line 1"),
        ("SELECT CONVERT(VARCHAR(10), NOW(), 120)", state::NOT_IMPLEMENTED, "style"),
        ("SELECT CAST(1 AS GEOMETRY)", state::NOT_IMPLEMENTED, "CAST to GEOMETRY"),
        ("SELECT 'a' COLLATE Latin1", state::NOT_IMPLEMENTED, "NOCASE"),
        ("SELECT ROW_NUMBER()", state::SYNTAX_ERROR, "OVER"),
        ("SELECT UPPER('a') OVER ()", state::SYNTAX_ERROR, "takes no OVER"),
        ("SELECT UPPER(DISTINCT 'a')", state::SYNTAX_ERROR, "no aggregate"),
        (
            "SELECT GROUP_CONCAT(DISTINCT 'a', ';')",
            state::NOT_IMPLEMENTED,
            "derived table of SELECT DISTINCT",
        ),
        ("SELECT COUNT(1, 2)", state::SYNTAX_ERROR, "COUNT"),
        ("SELECT 1 INTERSECT ALL SELECT 1", state::NOT_IMPLEMENTED, "INTERSECT ALL"),
        ("SELECT 1 EXCEPT SELECT 1, 2", state::SYNTAX_ERROR, "EXCEPT of 1 and 2 columns"),
        ("VALUES (1), (1, 2)", state::SYNTAX_ERROR, "the counts differ"),
        ("SELECT a FROM Conferences c(a)", state::SYNTAX_ERROR, "c names 1 of 12 columns"),
        ("SELECT a FROM (SELECT 1, 2) c(a)", state::SYNTAX_ERROR, "c names 1 of 2 columns"),
    ] {
        let error = sql::plan(&Model::builtin(), sql).unwrap_err();
        assert_eq!(error.state, expected_state, "{sql}: {error}");
        assert!(error.message.contains(expected), "{sql}: {error}");
    }
}
