//! The types of exact numbers, and how SQLite is told of them.

use crate::model::{ColumnType, DataType, Model};
use crate::sql::{self, Plan, QueryPlan};

fn query(sql: &str) -> QueryPlan {
    match sql::plan(&Model::builtin(), sql).unwrap_or_else(|e| panic!("{sql}: {e}")).plan {
        Plan::Query(query) => query,
        other => panic!("{sql}: {other:?}"),
    }
}

fn name(t: ColumnType) -> String {
    match t.data_type {
        DataType::Decimal => format!("DECIMAL({},{})", t.size, t.scale),
        other => format!("{other:?}").to_uppercase(),
    }
}

#[test]
fn the_rules_of_types() {
    // d(p,s) stands for an expression of that type.
    for (expression, expected) in [
        // Literals.
        ("1.5", "DECIMAL(2,1)"),
        ("-0.0075", "DECIMAL(4,4)"),
        (".5", "DECIMAL(1,1)"),
        ("2.", "DECIMAL(1,0)"),
        ("100.00", "DECIMAL(5,2)"),
        ("1e3", "DOUBLE"),
        ("1.5E0", "DOUBLE"),
        ("2147483647", "INTEGER"),
        ("2147483648", "BIGINT"),
        ("-9223372036854775808", "BIGINT"),
        ("9223372036854775808", "DECIMAL(19,0)"),
        ("12345678901234567890123456789012345678", "DECIMAL(38,0)"),
        ("123456789012345678901234567890123456789", "DOUBLE"),
        // Addition and subtraction.
        ("d(10,4) + d(8,2)", "DECIMAL(11,4)"),
        ("d(10,4) - d(10,0)", "DECIMAL(15,4)"),
        ("d(38,4) + d(38,4)", "DECIMAL(38,4)"),
        ("d(38,10) + d(38,0)", "DECIMAL(38,0)"),
        ("d(10,4) + 1", "DECIMAL(15,4)"),
        ("d(10,4) + 5000000000", "DECIMAL(24,4)"),
        ("d(10,4) + TRUE", "DECIMAL(11,4)"),
        ("d(10,4) + 1e0", "DOUBLE"),
        ("d(10,4) + '1'", "DOUBLE"),
        ("d(10,4) + ?", "DECIMAL(11,4)"),
        ("? * d(10,4)", "DECIMAL(21,8)"),
        ("d(10,4) + NULL", "DECIMAL(11,4)"),
        ("1 + 2", "BIGINT"),
        ("? + ?", "DOUBLE"),
        ("1 + ?", "DECIMAL(38,10)"),
        ("5000000000 * ?", "DECIMAL(38,10)"),
        ("? / 2", "DECIMAL(38,18)"),
        ("MOD(7, ?)", "DECIMAL(38,10)"),
        ("COALESCE(?, 2)", "INTEGER"),
        ("1 + NULL", "BIGINT"),
        // Multiplication: beyond 38 digits the scale gives way, to 6.
        ("d(10,4) * d(8,2)", "DECIMAL(19,6)"),
        ("d(20,4) * d(20,4)", "DECIMAL(38,6)"),
        ("d(38,4) * d(2,1)", "DECIMAL(38,5)"),
        ("d(38,10) * d(38,10)", "DECIMAL(38,6)"),
        // Division: 6 digits after the point at least.
        ("d(10,4) / d(8,2)", "DECIMAL(21,13)"),
        ("d(5,0) / d(1,0)", "DECIMAL(11,6)"),
        ("d(38,4) / 5000000000", "DECIMAL(38,6)"),
        ("7 / 2", "BIGINT"),
        ("7 / 2e0", "DOUBLE"),
        // The rest.
        ("d(10,4) % d(8,2)", "DECIMAL(10,4)"),
        ("MOD(d(10,4), 3)", "DECIMAL(10,4)"),
        ("MOD(7, 3)", "BIGINT"),
        ("-d(10,4)", "DECIMAL(10,4)"),
        ("+d(10,4)", "DECIMAL(10,4)"),
        ("ABS(d(10,4))", "DECIMAL(10,4)"),
        ("SIGN(d(10,4))", "INTEGER"),
        ("ROUND(d(10,4), 2)", "DECIMAL(9,2)"),
        ("ROUND(d(10,4), 6)", "DECIMAL(10,4)"),
        ("ROUND(d(10,4), -2)", "DECIMAL(7,0)"),
        ("ROUND(d(10,4), ?)", "DECIMAL(10,4)"),
        ("ROUND(d(10,4))", "DECIMAL(7,0)"),
        ("TRUNCATE(d(10,4), 1)", "DECIMAL(8,1)"),
        ("FLOOR(d(10,4))", "DECIMAL(7,0)"),
        ("CEILING(d(10,4))", "DECIMAL(7,0)"),
        ("FLOOR(1.5e0)", "DOUBLE"),
        ("SQRT(d(10,4))", "DOUBLE"),
        // Aggregates.
        ("SUM(d(10,4))", "DECIMAL(38,4)"),
        ("SUM(DISTINCT d(10,4))", "DECIMAL(38,4)"),
        ("SUM(d(10,4)) OVER (ORDER BY Sid)", "DECIMAL(38,4)"),
        ("AVG(d(10,4))", "DECIMAL(38,6)"),
        ("AVG(d(10,8))", "DECIMAL(38,8)"),
        ("MIN(d(10,4))", "DECIMAL(10,4)"),
        ("SUM(1)", "BIGINT"),
        ("SUM(TRUE)", "BIGINT"),
        ("SUM(1e0)", "DOUBLE"),
        ("AVG(1)", "DOUBLE"),
        ("COUNT(d(10,4))", "BIGINT"),
        ("TOTAL(d(10,4))", "DOUBLE"),
        // One type for several values.
        ("CASE WHEN 1 = 1 THEN d(10,4) ELSE d(8,6) END", "DECIMAL(12,6)"),
        ("CASE WHEN 1 = 1 THEN d(10,4) ELSE 0 END", "DECIMAL(14,4)"),
        ("CASE WHEN 1 = 1 THEN d(10,4) ELSE 0e0 END", "DOUBLE"),
        ("CASE WHEN 1 = 1 THEN d(10,4) ELSE 'x' END", "TEXT"),
        ("COALESCE(d(10,4), 5000000000)", "DECIMAL(23,4)"),
        ("COALESCE(d(10,4), ?)", "DECIMAL(10,4)"),
        ("NULLIF(d(10,4), 0)", "DECIMAL(14,4)"),
        ("GREATEST(d(10,4), 1)", "DECIMAL(14,4)"),
        ("(SELECT d(10,4) UNION SELECT 1)", "DECIMAL(14,4)"),
        ("LAG(d(10,4), 1, 0) OVER (ORDER BY Sid)", "DECIMAL(14,4)"),
        // Conversion.
        ("CAST(1 AS DECIMAL(10, 2))", "DECIMAL(10,2)"),
        ("CAST(1 AS DECIMAL(5))", "DECIMAL(5,0)"),
        ("CAST(1 AS NUMERIC)", "DECIMAL(38,10)"),
        ("CAST(1 AS MONEY)", "DECIMAL(19,4)"),
        ("CAST(d(10,4) AS DOUBLE)", "DOUBLE"),
    ] {
        let written = expand(expression);
        let column = query(&format!("SELECT {written} FROM Conferences")).columns.remove(0);
        assert_eq!(name(column.column_type), expected, "{expression}");
    }
}

/// Writes d(p,s) as a CAST.
fn expand(expression: &str) -> String {
    let mut text = String::new();
    let mut rest = expression;
    while let Some(start) = rest.find("d(").filter(|_| rest.contains(',')) {
        let is_word = rest[..start].ends_with(|c: char| c.is_alphanumeric());
        let end = start + rest[start..].find(')').unwrap() + 1;
        text += &rest[..start];
        match is_word {
            true => text += &rest[start..end],
            false => text += &format!("CAST('1' AS DECIMAL{})", &rest[start + 1..end]),
        }
        rest = &rest[end..];
    }
    text + rest
}

#[test]
fn what_needs_no_rewriting_has_none() {
    let muted = "\"ConferenceParticipants\".\"Muted\"";
    for (expression, expected) in [
        ("1 + 2", "1 + 2".to_owned()),
        ("YEAR(DateCreated) * 2", "year(\"ConferenceParticipants\".\"DateCreated\") * 2".into()),
        ("Muted = 1.0", format!("{muted} = 1.0")),
        ("1.0 = Muted", format!("1.0 = {muted}")),
        ("Muted IN (1, 0.0)", format!("{muted} IN (1, 0.0)")),
        ("5000000000 / 2", "5000000000 / 2".into()),
        ("-5", "-5".into()),
        ("- -5", "5".into()),
        ("5000000000 + 1", "num_add(5000000000, 1)".into()),
        ("1 / 0", "num_div(1, 0)".into()),
        ("1 / ?", "decimal_quotient(1, ?1, 18) COLLATE DECIMAL".into()),
        ("COALESCE(1, ?)", "COALESCE(1, num_whole(?1))".into()),
        ("1 = ?", "1 = CAST(?1 AS NUMERIC)".into()),
        ("1.5 + 1", "decimal_add('1.5', 1, 1) COLLATE DECIMAL".into()),
        ("1.5 + 1e0", "num_add(1.5, 1e0)".into()),
        ("-1.50", "'-1.50' COLLATE DECIMAL".into()),
        ("SQRT(2.5)", "sqrt(2.5)".into()),
        ("JSON_ARRAY(2.5)", "JSON_ARRAY(2.5)".into()),
        ("JSON_ARRAY(2.5 + 1)", "JSON_ARRAY(json(decimal_add('2.5', 1, 1)))".into()),
        ("1.5 < 1.50", "'1.5' COLLATE DECIMAL < '1.50'".into()),
        ("1.5 BETWEEN ? AND 2", "'1.5' COLLATE DECIMAL BETWEEN decimal(?1, 0) AND '2'".into()),
        (
            "CAST(1 AS DECIMAL(4,1)) > 1e0",
            "convert_to(convert_to(1, 'decimal', 0, 4, 1), 'double', 0) > 1e0".into(),
        ),
        ("SUM(1.5)", "decimal(decimal_sum('1.5' COLLATE DECIMAL), 1) COLLATE DECIMAL".into()),
    ] {
        let text = query(&format!("SELECT {expression} AS x FROM ConferenceParticipants")).sql;
        let text = text.trim_start_matches("SELECT ");
        assert_eq!(text.split(" AS \"x\"").next().unwrap(), expected, "{expression}");
    }
}

#[test]
fn markers_take_the_type_beside_them() {
    for (expression, expected) in [
        ("1.50 + ?", "DECIMAL(3,2)"),
        ("? > 1.50", "DECIMAL(3,2)"),
        ("1.50 IN (?)", "DECIMAL(3,2)"),
        ("COALESCE(1.50, ?)", "DECIMAL(3,2)"),
        ("CASE WHEN 1 = 1 THEN 1.50 ELSE ? END", "DECIMAL(3,2)"),
        ("CAST(? AS DECIMAL(9, 3))", "DECIMAL(9,3)"),
        ("1 + ?", "DECIMAL(38,10)"),
        ("COALESCE(1, ?)", "INTEGER"),
        ("1e0 + ?", "DOUBLE"),
    ] {
        let statement = sql::plan(&Model::builtin(), &format!("SELECT {expression}")).unwrap();
        let parameter = &statement.parameters[0];
        assert!(parameter.typed, "{expression}");
        assert_eq!(name(parameter.column_type), expected, "{expression}");
    }
}
