//! One row for each behaviour.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use super::{Fail, register};
use crate::error::{Error, state};
use crate::sql::functions::{FUNCTIONS, Kind};

fn open() -> (Connection, Arc<Mutex<Vec<Error>>>) {
    let connection = Connection::open_in_memory().unwrap();
    let errors: Arc<Mutex<Vec<Error>>> = Arc::default();
    let keeper = errors.clone();
    let fail: Fail = Arc::new(move |e| keeper.lock().unwrap().push(e));
    register(&connection, &fail).unwrap();
    (connection, errors)
}

/// Each line is `expression = result`, as text.
fn check(rows: &str) {
    let (connection, _) = open();
    for row in rows.lines().map(str::trim).filter(|r| !r.is_empty()) {
        let (expression, expected) = row.rsplit_once(" = ").unwrap();
        let sql = format!("SELECT coalesce(CAST({expression} AS TEXT), 'NULL')");
        let found = connection.query_row(&sql, [], |r| r.get::<_, String>(0));
        let found = found.unwrap_or_else(|e| panic!("{expression}: {e}"));
        assert_eq!(found, expected, "{expression}");
    }
}

#[test]
fn every_function_of_the_table_runs() {
    let (connection, _) = open();
    let names = "SELECT DISTINCT name FROM pragma_function_list";
    let mut statement = connection.prepare(names).unwrap();
    let known: Vec<String> = statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    for f in FUNCTIONS.iter().filter(|f| f.kind != Kind::Rewritten) {
        assert!(known.iter().any(|k| k == f.runs), "{} as {}", f.name, f.runs);
    }
}

#[test]
fn strings() {
    check(
        "upper('straße') = STRASSE
        lower('ÄB') = äb
        initcap('o''neill mc-DONALD') = O'Neill Mc-Donald
        leftstr('äbc', 2) = äb
        leftstr('abc', -1) || '.' = .
        leftstr('abc', 9) = abc
        rightstr('abc', 2) = bc
        rightstr(123, 2) = 23
        rightstr('abc', NULL) = NULL
        locate('c', 'abcabc') = 3
        locate('c', 'abcabc', 4) = 6
        locate('x', 'abc') = 0
        locate('b', 'äb') = 2
        locate('a', 'abc', 99) = 0
        locate(NULL, 'abc') = NULL
        reverse('abä') = äba
        repeat('ab', 3) = ababab
        repeat('ab', -1) || '.' = .
        length(space(2)) = 2
        lpad('7', 3, '0') = 007
        lpad('abcd', 3, '0') = abc
        rpad('ab', 4) || '.' = ab  .
        rpad('ab', 4, 'xy') = abxy
        ascii('A') = 65
        ascii('') = NULL
        concat('a', 1, 2.5) = a12.5
        concat('a', NULL) = NULL
        concat_ws('-', 'a', NULL, 'b') = a-b
        split_part('a,b,c', ',', 2) = b
        split_part('a,b,c', ',', -1) = c
        split_part('a,b', ',', 9) || '.' = .
        stuff('abcdef', 2, 3, 'XY') = aXYef
        stuff('abc', 4, 0, 'd') = abcd
        stuff('abc', 9, 1, 'd') = NULL
        stuff('abc', 2, 9223372036854775807, 'd') = ad
        translate('2*[3+4]', '*[]', 'x()') = 2x(3+4)
        translate('abc', 'b', '') = ac
        soundex('Robert') = R163
        soundex('Ashcraft') = A261
        soundex('Tymczak') = T522
        soundex('') = 0000
        difference('Smith', 'Smyth') = 4
        bit_length('ä') = 16",
    );
}

#[test]
fn numbers() {
    check(
        "power(2, 10) = 1024.0
        mod(7, 3) = 1
        mod(-9223372036854775808, -1) = 0
        abs(-7) = 7
        abs(-0.5) = 0.5
        num_add(9223372036854775806, 1) = 9223372036854775807
        num_sub('7', 2.5) = 4.5
        num_mul(3, NULL) = NULL
        num_div(7, 2) = 3
        num_div(7, 2.0) = 3.5
        num_div(NULL, 0) = NULL
        num_mod(-7, 2) = -1
        num_neg(5) = -5
        mod(-7, 3) = -1
        mod(7.5, 2) = 1.5
        sqrt(-1) = NULL
        sqrt('x') = NULL
        ceiling(1.2) = 2.0
        floor(-1.2) = -2.0
        round(1.005, 2) = 1.01
        round(-2.5) = -3.0
        round(2.5, 0) = 3.0
        round(0.0075, 2) = 0.01
        round(999.96, 1) = 1000.0
        round(1234.5, -2) = 1200.0
        round(1250, -2) = 1300
        round(-1250, -2) = -1300
        round(7, -3) = 0
        round(7, -99) = 0
        round(70.0, -3) = 0.0
        round(1.5, NULL) = NULL
        truncate(1.999, 2) = 1.99
        truncate(-1299, -2) = -1200
        truncate(0.5) = 0.0
        log10(1000) = 3.0
        round(log(2), 4) = 0.6931
        round(degrees(pi()), 3) = 180.0
        round(radians(180), 4) = 3.1416
        round(cot(1), 4) = 0.6421
        round(atan2(1, 1), 4) = 0.7854
        acos(2) = NULL
        rand(1) = rand(1) = 1
        rand() <> rand() = 1
        rand() BETWEEN 0 AND 1 = 1",
    );
}

#[test]
fn decimals() {
    check(
        "decimal_add('0.1', '0.2', 1) = 0.3
        decimal_add('0.1', 1, 3) = 1.100
        decimal_add('0.123', 1, 1) = 1.123
        decimal_add(NULL, 1, 1) = NULL
        decimal_sub('0.3', 0.1, 1) = 0.2
        decimal_mul('-0.0075', 100000, 4) = -750.0000
        decimal_div('1', '3', 6) = 0.333333
        decimal_mod('7.5', 2, 1) = 1.5
        decimal_neg('0.00') = 0.00
        decimal_neg('-1.50') = 1.50
        decimal_abs('-1.50') = 1.50
        decimal_sign('-0.01') = -1
        decimal_sign('0.00') = 0
        decimal_round('1.005', 2, 2) = 1.01
        decimal_round('1250', -2, 0) = 1300
        decimal_round('1.5', NULL, 0) = NULL
        decimal_truncate('-1.999', 2, 3) = -1.990
        decimal_floor('-1.2') = -2
        decimal_ceiling('-1.2') = -1
        decimal(7, 2) = 7.00
        decimal('x', 2) = NULL
        decimal(0.1, 0) = 0.1
        decimal_fit('1.2345678', 6) = 1.234568
        decimal_mean('10/4', 6) = 2.500000
        '1.50' COLLATE DECIMAL = '1.5' = 1
        '-0.0075' COLLATE DECIMAL < '-0.00740' = 1",
    );
}

#[test]
fn decimals_add_up() {
    let values = "(SELECT * FROM (VALUES (1, '0.1'), (2, '0.20'), (3, NULL), (4, '-0.3'), (5, '0.1000')))";
    for (expression, expected) in [
        ("decimal_sum(column2)", "0.1000"),
        ("decimal_sum(DISTINCT column2 COLLATE DECIMAL)", "0.00"),
        ("decimal_total(column2)", "0.1000/4"),
        ("decimal_sum(column2) FILTER (WHERE column1 = 3)", "NULL"),
        ("decimal_sum(column2) FILTER (WHERE column1 = 99)", "NULL"),
        ("min(column2 COLLATE DECIMAL)", "-0.3"),
        ("count(DISTINCT column2 COLLATE DECIMAL)", "3"),
    ] {
        let (connection, _) = open();
        let sql = format!("SELECT coalesce(CAST({expression} AS TEXT), 'NULL') FROM {values}");
        let found = connection.query_row(&sql, [], |r| r.get::<_, String>(0)).unwrap();
        assert_eq!(found, expected, "{expression}");
    }
    let (connection, _) = open();
    let window = "decimal_sum(column2) OVER (ORDER BY column1 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)";
    let sql = format!("SELECT group_concat(coalesce(s, '-'), ' ') FROM (SELECT {window} AS s FROM {values})");
    let found = connection.query_row(&sql, [], |r| r.get::<_, String>(0)).unwrap();
    assert_eq!(found, "0.1 0.30 0.20 -0.30 -0.2000");
}

#[test]
fn dates() {
    check(
        "year('2020-03-04 05:06:07') = 2020
        quarter('2020-03-31') = 1
        quarter('2020-04-01') = 2
        week('2021-01-03') = 53
        week('2021-01-04') = 1
        weekday('2024-06-30') = 1
        dayofyear('2024-12-31') = 366
        hour('2020-03-04') = 0
        hour('05:06:07') = 5
        second('2020-03-04 05:06:07.5') = 7
        year('05:06:07') = NULL
        year('2020-02-30') = NULL
        year(NULL) = NULL
        year(2020) = NULL
        dayname('2024-06-30') = Sunday
        monthname('2024-06-30') = June
        datepart('dow', '2024-06-30') = 0
        datepart('isodow', '2024-06-30') = 7
        datepart('isoyear', '2021-01-03') = 2020
        datepart('epoch', '1970-01-02') = 86400
        datepart('epoch', '1969-12-31 23:59:59') = -1
        datepart('nanosecond', '2020-01-01 00:00:00.25') = 250000000
        datename('month', '2024-06-30') = June
        datename('weekday', '2024-06-30') = Sunday
        datename('year', '2024-06-30') = 2024
        dateadd('month', 1, '2024-01-31') = 2024-02-29
        dateadd('year', -1, '2024-02-29') = 2023-02-28
        dateadd('quarter', 1, '2024-01-31 10:00:00') = 2024-04-30 10:00:00
        dateadd('day', -7, '2024-03-01') = 2024-02-23
        dateadd('hour', 25, '2024-03-01') = 2024-03-02 01:00:00
        dateadd('week', 1, '2024-03-01') = 2024-03-08
        dateadd('millisecond', 1500, '2024-03-01 00:00:00') = 2024-03-01 00:00:01.5
        dateadd('minute', 30, '23:45:00') = 00:15:00
        dateadd('day', NULL, '2024-03-01') = NULL
        datediff('day', '2024-02-28 23:59:59', '2024-03-01 00:00:00') = 2
        datediff('year', '2023-12-31', '2024-01-01') = 1
        datediff('month', '2024-03-01', '2024-01-31') = -2
        datediff('week', '2024-06-30', '2024-07-01') = 1
        datediff('hour', '10:59:00', '11:01:00') = 1
        datediff('day', '10:59:00', '2024-07-01') = NULL
        timestampdiff('day', '2024-02-28 23:59:59', '2024-03-01 00:00:00') = 1
        timestampdiff('year', '2023-12-31', '2024-01-01') = 0
        timestampdiff('month', '2024-01-31', '2024-02-29') = 0
        timestampdiff('month', '2024-03-31', '2024-01-31') = -2
        timestampdiff('second', '2024-01-01', '2024-01-01 00:01:00') = 60
        timestampdiff('nanosecond', '2024-01-01 00:00:00', '2024-01-01 00:00:00.000000001') = 1
        date_trunc('month', '2024-06-30 10:00:00') = 2024-06-01 00:00:00
        date_trunc('week', '2024-06-30') = 2024-06-24
        date_trunc('hour', '2024-06-30 10:20:30.5') = 2024-06-30 10:00:00
        date_trunc('second', '2024-06-30 10:20:30.5') = 2024-06-30 10:20:30
        date_trunc('quarter', '2024-06-30 10:00:00') = 2024-04-01 00:00:00
        last_day('2024-02-01 10:00:00') = 2024-02-29
        last_day('2024-02-01', -1) = 2024-01-31
        to_timestamp('2024-06-30') = 2024-06-30 00:00:00
        to_timestamp('2024-06-30T12:00:00+02:00') = 2024-06-30 10:00:00
        to_timestamp('x') = NULL
        to_date('2024-06-30 10:00:00') = 2024-06-30
        to_time('2024-06-30 10:00:00') = 10:00:00
        length(now()) = 19
        length(curtime()) = 8
        length(today()) = 10
        datediff('day', yesterday(), tomorrow()) = 2
        last_n_days(7) = dateadd('day', -7, today()) = 1
        day(last_month()) = 1
        weekday(next_n_weeks(3)) = 2
        last_n_days(99999999) = NULL",
    );
}

#[test]
fn patterns() {
    check(
        r"regexp_like('+18149044818', '^\+1\d{10}$') = 1
        regexp_like('ABC', 'b') = 0
        regexp_like('ABC', 'b', 'i') = 1
        regexp_like(NULL, 'b') = NULL
        regexp_replace('a1b22', '\d+', '#') = a#b#
        regexp_replace('John Smith', '(\w+) (\w+)', '$2 $1') = Smith John
        regexp_substr('a1b22', '\d\d') = 22
        regexp_substr('abc', '\d') = NULL
        regexp_count('banana', 'an') = 2
        regexp_like('äÖ', '^\w+$') = 1",
    );
}

#[test]
fn casts() {
    check(
        "convert_to(' 12 ', 'integer', 0) = 12
        convert_to('12.9', 'integer', 0) = 12
        hex(convert_to('Grüße', 'binary', 0, 3)) = 4772C3
        hex(convert_to(X'010203', 'binary', 0, 2)) = 0102
        convert_to(NULL, 'binary', 0, 2) = NULL
        convert_to(-1.9, 'bigint', 0) = -1
        convert_to('9223372036854775807', 'bigint', 0) = 9223372036854775807
        convert_to('x', 'integer', 1) = NULL
        convert_to(NULL, 'integer', 0) = NULL
        convert_to('1e3', 'double', 0) = 1000.0
        convert_to('1.005', 'decimal', 0, 10, 2) = 1.01
        convert_to(-1.005, 'decimal', 0, 10, 2) = -1.01
        convert_to(12, 'decimal', 0, 4, 2) = 12.00
        convert_to('100', 'decimal', 1, 4, 2) = NULL
        convert_to('9007199254740993.9', 'bigint', 0) = 9007199254740993
        convert_to('1.0', 'boolean', 0) = 1
        convert_to('true', 'boolean', 0) = 1
        convert_to(7, 'boolean', 0) = 1
        convert_to('abcdef', 'text', 0, 3) = abc
        convert_to('2024-06-30 10:00:00', 'date', 0) = 2024-06-30
        convert_to('2024-06-30', 'timestamp', 0) = 2024-06-30 00:00:00
        convert_to('2024-06-30 10:00:00', 'time', 0) = 10:00:00
        convert_to('2024-02-30', 'date', 1) = NULL",
    );
}

#[test]
fn faults_have_their_state() {
    for (expression, expected) in [
        ("convert_to('x', 'integer', 0)", state::INVALID_CHARACTER_VALUE),
        ("convert_to('3000000000', 'integer', 0)", state::NUMERIC_OUT_OF_RANGE),
        ("convert_to('1e300', 'bigint', 0)", state::NUMERIC_OUT_OF_RANGE),
        ("convert_to(1e300, 'bigint', 0)", state::NUMERIC_OUT_OF_RANGE),
        ("convert_to('99.995', 'decimal', 0, 4, 2)", state::NUMERIC_OUT_OF_RANGE),
        ("convert_to('1,5', 'decimal', 0, 4, 2)", state::INVALID_CHARACTER_VALUE),
        ("mod(7, 0)", state::DIVISION_BY_ZERO),
        ("num_div(7, 0)", state::DIVISION_BY_ZERO),
        ("num_div(7.0, 0.0)", state::DIVISION_BY_ZERO),
        ("num_div(-9223372036854775808, -1)", state::NUMERIC_OUT_OF_RANGE),
        ("num_add(9223372036854775807, 1)", state::NUMERIC_OUT_OF_RANGE),
        ("num_neg(-9223372036854775808)", state::NUMERIC_OUT_OF_RANGE),
        ("num_mul(1e308, 10)", state::NUMERIC_OUT_OF_RANGE),
        ("num_add('abc', 1)", state::INVALID_CHARACTER_VALUE),
        ("abs(-9223372036854775808)", state::NUMERIC_OUT_OF_RANGE),
        ("round(9223372036854775807, -1)", state::NUMERIC_OUT_OF_RANGE),
        ("decimal_add('1', 'x', 0)", state::INVALID_CHARACTER_VALUE),
        ("decimal_div('1', '0.00', 6)", state::DIVISION_BY_ZERO),
        ("decimal_mod('1', 0, 6)", state::DIVISION_BY_ZERO),
        ("decimal_mul('1e20', '1e20', 0)", state::NUMERIC_OUT_OF_RANGE),
        ("decimal_sum(x) FROM (SELECT '1e37' x UNION ALL SELECT '9.9e37')", state::NUMERIC_OUT_OF_RANGE),
        ("convert_to('2024-02-30', 'date', 0)", state::INVALID_DATETIME),
        ("convert_to('perhaps', 'boolean', 0)", state::INVALID_CHARACTER_VALUE),
        ("dateadd('year', 9000, '2024-01-01')", state::DATETIME_OVERFLOW),
        ("dateadd('year', 9223372036854775807, '2024-01-01')", state::DATETIME_OVERFLOW),
        ("dateadd('quarter', 9223372036854775807, '2024-01-01')", state::DATETIME_OVERFLOW),
        ("timestampdiff('nanosecond', '0001-01-01', '9999-12-31')", state::NUMERIC_OUT_OF_RANGE),
        ("power(10, 400)", state::NUMERIC_OUT_OF_RANGE),
        ("log(0)", state::NUMERIC_OUT_OF_RANGE),
        ("cot(0)", state::NUMERIC_OUT_OF_RANGE),
        ("repeat('x', 9223372036854775807)", state::STRING_RIGHT_TRUNCATION),
        ("lpad('x', 9223372036854775807)", state::STRING_RIGHT_TRUNCATION),
        ("regexp_like('x', '(')", state::SYNTAX_ERROR),
        ("regexp_like('x', 'x', 'q')", state::SYNTAX_ERROR),
    ] {
        let (connection, errors) = open();
        let found = connection.query_row(&format!("SELECT {expression}"), [], |_| Ok(()));
        assert!(found.is_err(), "{expression}");
        assert_eq!(errors.lock().unwrap()[0].state, expected, "{expression}");
    }
}
