"""Functions through the driver manager: values, types and what is sent for them."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pyodbc
import pytest


def value(cursor, expression: str, *parameters: object) -> object:
    return cursor.execute(f"SELECT {expression} AS x", *parameters).fetchval()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("LEFT('abc', 2)", "ab"),
        ("right('abc', 2)", "bc"),
        ("LEN('abc')", 3),
        ("CHARINDEX('c', 'abc')", 3),
        ("LOCATE('a', 'banana', 3)", 4),
        ("INSTR('abc', 'c')", 3),
        ("POSITION('c' IN 'abc')", 3),
        ("REPLICATE('ab', 2)", "abab"),
        ("LPAD('7', 3, '0')", "007"),
        ("INITCAP('support line')", "Support Line"),
        ("CHAR(65)", "A"),
        ("CONCAT('a', NULL)", None),
        ("CONCAT_WS('-', 'a', NULL, 'b')", "a-b"),
        ("SPLIT_PART('a,b,c', ',', 2)", "b"),
        ("STUFF('abcdef', 2, 3, 'X')", "aXef"),
        ("OVERLAY('abcdef' PLACING 'X' FROM 2 FOR 3)", "aXef"),
        ("SOUNDEX('Robert')", "R163"),
        ("TRIM(BOTH 'x' FROM 'xax')", "a"),
        ("REGEXP_REPLACE('a1b22', '[0-9]+', '#')", "a#b#"),
        ("'+18149044818' REGEXP '^\\+1[0-9]{10}$'", True),
        ("'Ä' ILIKE 'Ä'", True),
        ("ROUND(1.005, 2)", Decimal("1.01")),
        ("ROUND(1.005e0, 2)", 1.01),
        ("ROUND(1250, -2)", 1300),
        ("TRUNCATE(1.999, 1)", Decimal("1.9")),
        ("TRUNCATE(1.999e0, 1)", 1.9),
        ("1 / NULLIF(0, 0)", None),
        ("COALESCE(NULL, 3)", 3),
        ("ISNULL(NULL, 'x')", "x"),
        ("IF(1 = 2, 'a', 'b')", "b"),
        ("DECODE(2, 1, 'a', 2, 'b', 'c')", "b"),
        ("'{\"a\": [1, 2]}' ->> '$.a[1]'", "2"),
        ("CAST('12.9' AS INTEGER)", 12),
        ("TRY_CAST('x' AS INTEGER)", None),
        ("CAST('2024-06-30 10:00:00' AS DATE)", date(2024, 6, 30)),
        ("CONVERT(VARCHAR(4), '2024-06-30')", "2024"),
        ("DATEPART(yy, '2024-06-30')", 2024),
        ("DATENAME('month', '2024-06-30')", "June"),
        ("DATEADD(day, -7, {d '2024-06-30'})", date(2024, 6, 23)),
        ("DATEADD(hour, 1, {d '2024-06-30'})", datetime(2024, 6, 30, 1)),
        ("DATEADD(mi, 90, {t '23:00:00'})", time(0, 30)),
        ("DATEADD(month, 1, '2024-01-31')", datetime(2024, 2, 29)),
        ("DATEADD(millisecond, 5, {ts '2024-01-31 10:00:00'})", datetime(2024, 1, 31, 10, 0, 0, 5000)),
        ("CAST({ts '2024-01-31 10:00:00.123456'} AS TIMESTAMP(3))", datetime(2024, 1, 31, 10, 0, 0, 123000)),
        ("CAST('2024-01-31 10:00:00.123456' AS TIMESTAMP(3))", datetime(2024, 1, 31, 10, 0, 0, 123000)),
        ("CAST(CONCAT('2024-01-31 10:00:00.', '1239') AS TIMESTAMP(3))", datetime(2024, 1, 31, 10, 0, 0, 123000)),
        ("CAST(CONCAT('10:00:00.', '5') AS TIME)", time(10)),
        ("DATEDIFF(day, '2024-06-29 23:59', '2024-06-30')", 1),
        ("DATE_TRUNC('week', '2024-06-30 10:00')", datetime(2024, 6, 24)),
        ("EOMONTH('2024-02-01')", date(2024, 2, 29)),
        ("DAYOFWEEK('2024-06-30')", 1),
        ("WEEK('2024-06-30')", 26),
        ("EXTRACT(QUARTER FROM '2024-06-30')", 2),
    ],
)
def test_a_function_answers(cursor, expression, expected):
    found = value(cursor, expression)
    assert found == expected
    assert type(found) is type(expected)


def test_the_clock_is_utc_and_one_for_a_statement(cursor):
    row = cursor.execute("SELECT GETDATE(), TODAY(), YESTERDAY(), LAST_N_DAYS(7), NOW() = CURRENT_TIMESTAMP").fetchone()
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    assert abs(row[0] - now) < timedelta(minutes=1)
    assert row[1] - row[2] == timedelta(days=1)
    assert row[1] - row[3] == timedelta(days=7)
    assert row[4]


def test_parameters_in_functions(cursor):
    assert value(cursor, "DATEADD(day, ?, ?)", 3, datetime(2024, 6, 30, 10)) == datetime(2024, 7, 3, 10)
    assert value(cursor, "LEFT(?, ?)", "abc", 2) == "ab"
    assert value(cursor, "ROUND(?, ?)", 1.234, 1) == 1.2
    rows = cursor.execute("SELECT Sid FROM Conferences WHERE COALESCE(DateUpdated, ?) > ?", datetime(2000, 1, 1), datetime(1999, 1, 1))
    assert rows.fetchall()


def test_functions_of_columns_group_and_filter(cursor):
    months = cursor.execute(
        "SELECT DATE_TRUNC('month', DateCreated) AS Month, COUNT(*) FROM Conferences GROUP BY DATE_TRUNC('month', DateCreated)"
    ).fetchall()
    everything = cursor.execute("SELECT DateCreated FROM Conferences").fetchall()
    assert {row[0] for row in months} == {row[0].replace(day=1, hour=0, minute=0, second=0) for row in everything}
    assert sum(row[1] for row in months) == len(everything)
    day = everything[0][0].replace(hour=0, minute=0, second=0)
    same = cursor.execute(f"SELECT Sid FROM Conferences WHERE DATE_TRUNC('day', DateCreated) = '{day:%Y-%m-%d}'").fetchall()
    assert len(same) == sum(row[0].date() == day.date() for row in everything)


def test_a_date_beside_a_timestamp_is_midnight(cursor):
    statement = "SELECT COUNT(*) FROM (VALUES (CAST('2024-06-30 00:00:00' AS TIMESTAMP))) AS t(a) WHERE a"
    for comparison, expected in [("=", 1), ("<=", 1), (">", 0)]:
        sql = f"{statement} {comparison} DATEADD(day, 0, {{d '2024-06-30'}})"
        assert cursor.execute(sql).fetchval() == expected, comparison


def test_aggregates_with_order_and_filter(cursor):
    values = "(VALUES ('b', 2), ('a', 1), ('a', 3)) AS t(a, b)"
    row = cursor.execute(
        "SELECT STRING_AGG(a, ',') WITHIN GROUP (ORDER BY b DESC), COUNT(DISTINCT a), SUM(b) FILTER (WHERE a = 'a'), "
        f"GROUP_CONCAT(a, '' ORDER BY a) FROM {values}"
    ).fetchone()
    assert tuple(row) == ("a,b,a", 2, 4, "aab")
    rows = cursor.execute(f"SELECT a FROM {values} WHERE (a, b) IN (('a', 1), ('b', 9))").fetchall()
    assert [row[0] for row in rows] == ["a"]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("(SELECT 1) UNION (SELECT 2)", [1, 2]),
        ("SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 2", [1, 2]),
        ("SELECT 1 UNION ALL (SELECT 3 UNION ALL SELECT 2 ORDER BY 1 LIMIT 1)", [1, 2]),
        ("SELECT 1 EXCEPT (SELECT 1 EXCEPT SELECT 1)", [1]),
        ("VALUES (2), (1) ORDER BY 1", [1, 2]),
        ("SELECT a FROM (VALUES (1), (NULL)) t(a) ORDER BY a NULLS LAST", [1, None]),
    ],
)
def test_sets(cursor, sql, rows):
    assert [row[0] for row in cursor.execute(sql).fetchall()] == rows


@pytest.mark.parametrize(
    ("sql", "state", "words"),
    [
        ("SELECT LEFFT('a', 1)", "42000", "did you mean LEFT"),
        ("SELECT LEFT('a')", "42000", "takes 2 arguments, not 1"),
        ("SELECT DATEADD(fortnight, 1, NOW())", "42000", "fortnight"),
        ("SELECT YEAR('yesterday')", "22007", "yesterday"),
        ("SELECT CAST('x' AS INTEGER)", "22018", "'x'"),
        ("SELECT CAST(3000000000 AS INTEGER)", "22003", "3000000000"),
        ("SELECT 1 / 0", "22012", "zero"),
        (f"SELECT {'+'.join(['5000000000'] * 900)}", "42000", "nested too deeply"),
        ("SELECT DATEADD(year, 9000, NOW())", "22008", "range"),
        ("SELECT REGEXP_LIKE('a', '(')", "42000", "regular expression"),
        ("SELECT NOW() + 0.5", "HYC00", "DATEADD"),
        ("SELECT NOW() + INTERVAL 1.5 DAY", "22007", "1.5 is no whole number"),
        ("SELECT NOW() - INTERVAL (n) HOUR FROM (VALUES (-0.5)) t (n)", "22007", "0.5 is no whole number"),
        ("SELECT DATEADD(day, n, NOW()) FROM (VALUES (2.0), (1.5)) t (n)", "22007", "smaller part"),
        ("SELECT 'a' SIMILAR TO 'b'", "HYC00", "REGEXP_LIKE"),
    ],
)
def test_a_fault_says_what_to_write(cursor, sim, sql, state, words):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql).fetchall()
    assert error.value.args[0] == state
    assert words in error.value.args[1]


def test_decimals_round_by_their_digits(cursor):
    assert value(cursor, "CAST(1.005 AS DECIMAL(10, 2))") == Decimal("1.01")
