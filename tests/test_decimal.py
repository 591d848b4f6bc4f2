"""Exact numbers, as an application sees them: values, types, and what cannot be calculated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyodbc
import pytest

D = Decimal
PRICES = """(VALUES (1, CAST('-0.0075' AS DECIMAL(10, 4))), (2, CAST('-0.00750' AS DECIMAL(12, 6))),
             (3, CAST('10' AS DECIMAL(10, 4))), (4, CAST('9.5' AS DECIMAL(10, 4))), (5, NULL),
             (6, CAST('-1.2' AS DECIMAL(10, 4)))) AS t(n, price)"""


def value(cursor, expression: str, *parameters: object) -> object:
    return cursor.execute(f"SELECT {expression} AS x", *parameters).fetchval()


def rows(cursor, sql: str, *parameters: object) -> list[tuple]:
    return [tuple(row) for row in cursor.execute(sql, *parameters).fetchall()]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Literals.
        ("1.5", "1.5"),
        ("1.50", "1.50"),
        ("-.5", "-0.5"),
        ("0.1 + 0.2", "0.3"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("9223372036854775808", "9223372036854775808"),
        # Operators, with the scale of the result's type.
        ("1.5 + 1", "2.5"),
        ("1.10 - 1.1", "0.00"),
        ("-0.0075 * 100000", "-750.0000"),
        ("1 / 3.0", "0.333333"),
        ("10.0 / 4", "2.500000000000"),
        ("7.5 % 2", "1.5"),
        ("-(1.5)", "-1.5"),
        ("- -1.5", "1.5"),
        ("1.5 + 5000000000", "5000000001.5"),
        ("9223372036854775807 + 1.0", "9223372036854775808.0"),
        ("99999999999999999999999999999999999.5 + 0.5", "100000000000000000000000000000000000.0"),
        # Functions.
        ("ABS(-1.50)", "1.50"),
        ("ROUND(1.005, 2)", "1.01"),
        ("ROUND(-2.5)", "-3"),
        ("ROUND(1250.5, -2)", "1300"),
        ("TRUNCATE(-1.999, 2)", "-1.99"),
        ("FLOOR(-1.2)", "-2"),
        ("CEILING(-1.2)", "-1"),
        ("MOD(7.5, 2)", "1.5"),
        ("NULLIF(1.5, 2)", "1.5"),
        ("NULLIF(1.50, 1.5)", None),
        ("GREATEST(9.5, 10)", "10.0"),
        ("LEAST(9.5, 10, -0.5)", "-0.5"),
        ("COALESCE(NULL, 0, 1.55)", "0.00"),
        ("CASE WHEN 1 = 2 THEN 1.25 ELSE 3 END", "3.00"),
        ("NULL + 1.5", None),
        # Conversion.
        ("CAST('-0.00755' AS DECIMAL(10, 4))", "-0.0076"),
        ("CAST(-0.00755e0 AS DECIMAL(10, 4))", "-0.0076"),
        ("CAST(2 AS DECIMAL(10, 2))", "2.00"),
        ("CAST('1e2' AS DECIMAL(5, 1))", "100.0"),
        ("CAST('12345678901234567890.123456' AS DECIMAL(38, 6))", "12345678901234567890.123456"),
        ("CAST(1.005 AS MONEY)", "1.0050"),
        ("TRY_CAST('x' AS DECIMAL(5, 1))", None),
        ("TRY_CAST(123456 AS DECIMAL(5, 1))", None),
        ("{fn CONVERT('1.5', SQL_DECIMAL)}", "1.5000000000"),
    ],
)
def test_a_decimal_has_all_its_digits(cursor, expression, expected):
    found = value(cursor, expression)
    assert (None if found is None else str(found)) == expected
    assert cursor.description[0][1] is Decimal


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("SIGN(-0.5)", -1),
        ("1e3", 1000.0),
        ("1.5e0 + 1", 2.5),
        ("SQRT(2.25)", 1.5),
        ("SQRT(-1)", None),
        ("POWER(-8, 0.5)", None),
        ("7 / 2", 3),
        ("7 % -2", 1),
        ("7.0e0 / 2", 3.5),
        ("(-9223372036854775807 - 1) % -1", 0),
        ("-9223372036854775808", -(2**63)),
        ("NULL / 0", None),
        ("CAST(12.9 AS INTEGER)", 12),
        ("CAST(9007199254740993.9 AS BIGINT)", 9007199254740993),
        ("CAST(0.1 AS DOUBLE)", 0.1),
        ("CAST(1.50 AS VARCHAR(10))", "1.50"),
        ("CAST(0.0 AS BIT)", False),
        ("'a' || 1.50", "a1.50"),
        ("JSON_ARRAY(1.5, 0.1 + 0.2)", "[1.5,0.3]"),
        # Comparisons are numeric, whatever stands on the other side.
        ("1.50 = 1.5", True),
        ("9.5 < 10.0", True),
        ("9.5 + 0 < 10", True),
        ("-0.0075 = '-0.00750'", True),
        ("0.1 + 0.2 = 0.3", True),
        ("0.1 + 0.2 = 0.3e0", True),
        ("10.0 > '9.5'", True),
        ("2 = 2.0", True),
        ("2 + 5000000000 = 5000000002.0", True),
        ("9007199254740993 = 9007199254740993.0", True),
        ("9007199254740993 = 9007199254740992.0", False),
        ("1.5 + 0 = LEFT('1.50', 4)", True),
        ("1.5 + 0 = LEFT('x', 4)", None),
        ("1.5 + 0 BETWEEN 1 AND '1.5'", True),
        ("1.5 + 0 BETWEEN 1e0 AND '1.50'", True),
        ("1.5 IN (1, '1.50')", True),
        ("10.0 BETWEEN 9.5 AND 100", True),
        ("1.5 IN (1, 1.50)", True),
        ("10.0 + 0 NOT IN (9, 9.5)", True),
        ("1 + 0 IN (1.5, 1.0 + 0)", True),
        ("1 IN (SELECT 1.0 + 0)", True),
        ("1.0 + 0 IN (SELECT 1)", True),
        ("1.0 + 0 IN (SELECT 1e0)", True),
        ("(1, 2.50) IN (VALUES (1, 2.5))", True),
        ("(1, 2.50) = (1.0, 2.5)", True),
        ("(1.50, 'a') IN (SELECT 1.5, 'a')", True),
        ("1.50 IS NOT DISTINCT FROM 1.5", True),
        ("CASE 1.50 WHEN 1.5 THEN 'same' ELSE 'other' END", "same"),
        ("DECODE(2, 2.0, 'same', 'other')", "same"),
        # What is not evaluated cannot fail.
        ("CASE WHEN 1 = 2 THEN 1 / 0 ELSE 3 END", 3),
        ("COALESCE(4, 1 / 0)", 4),
        ("IIF(1 = 1, 5, 9223372036854775807 + 1)", 5),
    ],
)
def test_decimals_beside_other_types(cursor, expression, expected):
    found = value(cursor, expression)
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    ("expression", "state", "words"),
    [
        ("1 / 0", "22012", "zero"),
        ("1 % 0", "22012", "zero"),
        ("MOD(1, 0)", "22012", "zero"),
        ("1.5 / 0", "22012", "zero"),
        ("1.5 % 0.0", "22012", "zero"),
        ("1e0 / 0", "22012", "zero"),
        ("9223372036854775807 + 1", "22003", "BIGINT"),
        ("-9223372036854775807 - 2", "22003", "BIGINT"),
        ("9223372036854775807 * 2", "22003", "BIGINT"),
        ("(-9223372036854775807 - 1) / -1", "22003", "BIGINT"),
        ("-(-9223372036854775807 - 1)", "22003", "BIGINT"),
        ("ABS(-9223372036854775807 - 1)", "22003", "BIGINT"),
        ("1e308 * 10", "22003", "DOUBLE"),
        ("POWER(10, 400)", "22003", "DOUBLE"),
        ("EXP(1000)", "22003", "DOUBLE"),
        ("LOG(0)", "22003", "DOUBLE"),
        ("99999999999999999999999999999999999999 + 1", "22003", "38 digits"),
        ("99999999999999999999999999999999999999 * 10.0", "22003", "38 digits"),
        ("'abc' + 1", "22018", "abc"),
        ("CAST('1,5' AS DECIMAL(5, 1))", "22018", "1,5"),
        ("CAST(12345 AS DECIMAL(5, 1))", "22003", "DECIMAL(5, 1)"),
        ("1.5 = 'x'", "22018", "'x'"),
    ],
)
def test_what_cannot_be_calculated_is_an_error(cursor, expression, state, words):
    with pytest.raises(pyodbc.Error) as error:
        value(cursor, expression)
    assert error.value.args[0] == state
    assert words in error.value.args[1]


def test_the_sum_of_many_prices_is_exact(cursor):
    many = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 100000)"
    row = cursor.execute(
        f"{many} SELECT SUM(price), AVG(price), MIN(price), COUNT(DISTINCT price), SUM(DISTINCT price) "
        "FROM (SELECT CAST('-0.0075' AS DECIMAL(10, 4)) AS price FROM r)"
    ).fetchone()
    assert [str(v) for v in row] == ["-750.0000", "-0.007500", "-0.0075", "1", "-0.0075"]
    described = [(c[1], c[4], c[5]) for c in cursor.description[:3]]
    assert described == [(Decimal, 38, 4), (Decimal, 38, 6), (Decimal, 10, 4)]


def test_aggregates_and_windows(cursor):
    found = rows(
        cursor,
        "SELECT SUM(price), AVG(price), MIN(price), MAX(price), COUNT(price), COUNT(DISTINCT price), "
        f"SUM(DISTINCT price), SUM(price) FILTER (WHERE n > 2), SUM(price) FILTER (WHERE n > 9) FROM {PRICES}",
    )
    assert found == [(D("18.285"), D("3.657"), D("-1.2"), D("10"), 5, 4, D("18.2925"), D("18.3"), None)]
    running = rows(
        cursor,
        "SELECT n, SUM(price) OVER (ORDER BY n), SUM(price) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), "
        "MAX(price) OVER (ORDER BY n ROWS 1 PRECEDING), RANK() OVER (ORDER BY price DESC), "
        f"AVG(price) OVER (), LAG(price, 1, 0) OVER (ORDER BY n) FROM {PRICES} WHERE n < 5 ORDER BY n",
    )
    mean = D("4.87125")
    assert running == [
        (1, D("-0.0075"), D("-0.0075"), D("-0.0075"), 3, mean, 0),
        (2, D("-0.015"), D("-0.015"), D("-0.0075"), 3, mean, D("-0.0075")),
        (3, D("9.985"), D("9.9925"), 10, 1, mean, D("-0.0075")),
        (4, D("19.485"), D("19.5"), 10, 2, mean, 10),
    ]
    near = "COUNT(*) OVER (ORDER BY price RANGE BETWEEN 0.5 PRECEDING AND 0.5 FOLLOWING)"
    assert rows(cursor, f"SELECT n, {near} FROM {PRICES} WHERE price IS NOT NULL ORDER BY n") == [
        (1, 2), (2, 2), (3, 2), (4, 2), (6, 1),
    ]


def test_integers_that_leave_bigint(cursor):
    values = "(VALUES (9223372036854775807), (1)) AS t(n)"
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(f"SELECT SUM(n) FROM {values}").fetchval()
    assert error.value.args[0] == "22003" and "DECIMAL" in error.value.args[1]
    assert value(cursor, f"(SELECT SUM(CAST(n AS DECIMAL(38, 0))) FROM {values})") == D("9223372036854775808")
    assert value(cursor, f"(SELECT AVG(n) FROM {values})") == 2.0**62


def test_order_group_distinct_and_sets_are_numeric(cursor):
    assert [n for (n,) in rows(cursor, f"SELECT n FROM {PRICES} ORDER BY price, n")] == [5, 6, 1, 2, 4, 3]
    assert [n for (n,) in rows(cursor, f"SELECT n FROM {PRICES} ORDER BY -price, n")] == [5, 3, 4, 1, 2, 6]
    assert rows(cursor, f"SELECT COUNT(*) FROM {PRICES} GROUP BY price ORDER BY price") == [(1,), (1,), (2,), (1,), (1,)]
    assert rows(cursor, f"SELECT price * 2, COUNT(*) FROM {PRICES} GROUP BY price * 2 HAVING COUNT(*) > 1") == [(D("-0.015"), 2)]
    for distinct in [
        f"SELECT DISTINCT price FROM {PRICES}",
        f"SELECT DISTINCT * FROM (SELECT price + 0 AS p FROM {PRICES})",
        f"WITH p(x) AS (SELECT price FROM {PRICES}) SELECT x FROM p UNION SELECT x FROM p",
        f"SELECT price FROM {PRICES} UNION SELECT 10",
        f"SELECT 10 UNION SELECT price FROM {PRICES}",
        f"SELECT 10 UNION SELECT * FROM (SELECT price FROM {PRICES} UNION ALL SELECT 10.000)",
    ]:
        assert len(rows(cursor, distinct)) == 5, distinct
    assert rows(cursor, f"SELECT price FROM {PRICES} INTERSECT SELECT 10.0000000") == [(10,)]
    assert len(rows(cursor, f"SELECT price FROM {PRICES} EXCEPT SELECT 10.00")) == 4
    joined = f"SELECT t.n, b.n FROM {PRICES} JOIN (SELECT 7 AS n, -0.0075 AS price) b ON b.price = t.price ORDER BY t.n"
    assert rows(cursor, joined) == [(1, 7), (2, 7)]
    assert rows(cursor, f"SELECT n FROM {PRICES} WHERE price IN (SELECT 10 UNION SELECT 9)") == [(3,)]
    assert rows(cursor, "SELECT 1 UNION SELECT 1.0 UNION SELECT 1e0") == [(1.0,)]
    assert rows(cursor, "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 0.5 FROM r WHERE x < 2.5) SELECT x FROM r ORDER BY x DESC") == [
        (D("2.5"),), (D("2.0"),), (D("1.5"),), (D("1.0"),),
    ]


@pytest.mark.parametrize("parameter", [D("-0.0075"), D("-0.00750"), -0.0075, "-0.0075", "-0.007500"])
def test_a_price_is_found_by_any_parameter(cursor, parameter):
    assert rows(cursor, f"SELECT n FROM {PRICES} WHERE price = ? ORDER BY n", parameter) == [(1,), (2,)]
    assert rows(cursor, f"SELECT n FROM {PRICES} WHERE price IN (?, 10) ORDER BY n", parameter) == [(1,), (2,), (3,)]
    assert rows(cursor, f"SELECT n FROM {PRICES} WHERE price < ?", parameter) == [(6,)]
    assert rows(cursor, f"SELECT n FROM {PRICES} WHERE ? <= price AND n > 2", parameter) == [(3,), (4,)]


def test_decimal_parameters_are_exact(cursor):
    # A parameter takes the type of what stands beside it, and the application reads as much as that type has.
    assert value(cursor, "CAST(? + 1.5 AS VARCHAR(40))", D("0.12345678901234567890")) == "1.62345678901234567890"
    assert value(cursor, "CAST(? AS DECIMAL(38, 20)) + 1.5", D("0.12345678901234567890")) == D("1.6234567890123456789")
    assert value(cursor, "? * CAST(2 AS DECIMAL(5, 1))", D("12345678901234567890.5")) == D("24691357802469135781")
    assert value(cursor, "CAST(? AS DECIMAL(38, 10))", D("12345678901234567890.0123456789")) == D("12345678901234567890.0123456789")
    assert value(cursor, "CASE WHEN LENGTH('abc') > ? THEN 'more' ELSE 'less' END", D("2.5")) == "more"
    assert value(cursor, "CASE WHEN LENGTH('abc') IN (?, ?) THEN 'in' ELSE 'out' END", D("2.5"), D("3.0")) == "in"
    with pytest.raises(pyodbc.Error) as error:
        value(cursor, "1.5 + ?", "abc")
    assert error.value.args[0] == "22018"


def test_rows_that_are_filtered_are_not_calculated(cursor):
    values = "(VALUES (0), (2), (4)) AS t(n)"
    assert rows(cursor, f"SELECT 8 / n FROM {values} WHERE n <> 0") == [(4,), (2,)]
    assert rows(cursor, f"SELECT CASE WHEN n <> 0 THEN 1.0 / n END FROM {values}") == [(None,), (D("0.5"),), (D("0.25"),)]
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(f"SELECT 8 / n FROM {values}").fetchall()
    assert error.value.args[0] == "22012"


@pytest.mark.parametrize("parameter", [D("0.0075"), 0.0075, "0.0075"])
def test_a_price_is_bound_beside_a_count(cursor, parameter):
    (exact,) = rows(cursor, "SELECT SUM(NumSegments) * ? AS x, SUM(NumSegments) * 0.0075 AS y FROM Messages", parameter)
    assert exact[0] == exact[1] != 0


@pytest.mark.parametrize(
    ("expression", "parameters", "expected"),
    [
        ("29 * ?", [D("0.0075")], "0.2175"),
        ("29 * ?", [0.0075], "0.2175"),
        ("? * 29", ["0.0075"], "0.2175"),
        ("1 + ?", [D("1.5")], "2.5"),
        ("1 - ?", [1.5], "-0.5"),
        ("7 % ?", [D("2.5")], "2.0"),
        ("MOD(7, ?)", [D("2.5")], "2.0"),
        ("7 / ?", [D("2.5")], "2.8"),
        ("7 * NULLIF(?, 0)", [D("2.5")], "17.5"),
        ("9223372036854775807 + ?", [1], "9223372036854775808"),
        ("SUM(7 * ?)", [D("2.5")], "17.5"),
        ("(SELECT x * 2 FROM (SELECT ? AS x) t)", [D("2.5")], "5.0"),
        # Integers stay what they are.
        ("7 / ?", [2], "3"),
        ("? / 2", [-7], "-3"),
        ("29 * ?", [2], "58"),
        ("29 * ?", [None], None),
        ("1.5 + COALESCE(?, 1.25)", [2], "3.50"),
        ("GREATEST(?, 9.5)", [10], "10.0"),
    ],
)
def test_what_is_calculated_with_a_parameter_is_not_cut(cursor, expression, parameters, expected):
    found = value(cursor, expression, *parameters)
    assert found == (None if expected is None else D(expected))
    assert cursor.description[0][1] is Decimal


INTEGERS = [
    "SELECT COALESCE(?, k) FROM (SELECT 2 AS k) t",
    "SELECT CASE WHEN 1 = 1 THEN ? ELSE 2 END",
    "SELECT IIF(1 = 1, ?, 2)",
    "SELECT GREATEST(?, 0)",
    "SELECT 1 UNION ALL SELECT ?",
    "SELECT DISTINCT ? UNION SELECT 1",
    "SELECT * FROM (VALUES (1), (?)) v",
    "SELECT * FROM (SELECT ? AS x) t UNION ALL SELECT 1",
    "SELECT 1 LIMIT 1 * ?",
    "SELECT 1 WHERE COALESCE(?, 1) < 1",
    "SELECT CURRENT_DATE - 7 * ?",
]


@pytest.mark.parametrize("sql", INTEGERS)
@pytest.mark.parametrize("parameter", [D("1.5"), 1.5, D("10000000000000000000")])
def test_a_parameter_that_stands_for_an_integer_is_not_cut(cursor, sql, parameter):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql, parameter).fetchall()
    assert error.value.args[0] == "22003" and "CAST" in error.value.args[1]


@pytest.mark.parametrize("sql", INTEGERS)
@pytest.mark.parametrize("parameter", [D("2"), D("2.00"), 2.0, 2])
def test_a_parameter_that_is_an_integer_is_one(cursor, sql, parameter):
    for (found,) in cursor.execute(sql, parameter).fetchall():
        assert isinstance(found, (int, date))


@pytest.mark.parametrize("parameter", [D("0.5"), 0.5])
def test_a_fraction_is_compared_with_integers(cursor, parameter):
    expected = cursor.execute("SELECT COUNT(*) FROM Messages WHERE NumSegments > 0").fetchval()
    assert expected > 0
    assert cursor.execute("SELECT COUNT(*) FROM Messages WHERE NumSegments > ?", parameter).fetchval() == expected
    assert cursor.execute("SELECT COUNT(*) FROM Messages WHERE NumSegments + 0 > ?", parameter).fetchval() == expected
    assert cursor.execute("SELECT COUNT(*) FROM Messages WHERE NumSegments = ?", parameter).fetchval() == 0


def test_a_table_keeps_what_was_calculated(cursor):
    cursor.execute("CREATE TEMP TABLE made AS SELECT 29 * ? AS price", D("0.0075"))
    assert rows(cursor, "SELECT price FROM made") == [(D("0.2175"),)]
    cursor.execute("DROP TABLE made")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{} + 1", 2.5),
        ("2 * {}", 3.0),
        ("{} / 1", 1.5),
        ("{} - 0.5", 1.0),
        ("MOD({}, 1)", 0.5),
        ("COALESCE({}, 0)", 1.5),
        ("IIF(1 = 1, {}, 0)", 1.5),
        ("CASE WHEN 1 = 1 THEN {} ELSE 0 END", 1.5),
        ("GREATEST({}, 1)", 1.5),
        ("LEAST(2.5, {})", 1.5),
        ("(SELECT {} UNION SELECT 1 ORDER BY 1 DESC LIMIT 1)", 1.5),
        ("(SELECT MAX(x) FROM (VALUES (1), ({})) v(x))", 1.5),
    ],
)
def test_a_number_of_json_keeps_its_fraction(cursor, expression, expected):
    for json in ["JSON_EXTRACT('{\"a\":1.50}', '$.a')", "('{\"a\":1.50}' ->> '$.a')"]:
        found = value(cursor, expression.format(json))
        assert found == expected and type(found) is float


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        ("NumSegments > '0.5'", "NumSegments > 0.5"),
        ("'1.5' > NumSegments", "1.5 > NumSegments"),
        ("NumSegments = '1.5'", "NumSegments = 1.5"),
        ("NumSegments < '9999999999'", "NumSegments < 9999999999"),
        ("NumSegments < '99999999999999999999'", "1 = 1"),
        ("NumSegments IN ('0.5', '1')", "NumSegments IN (0.5, 1)"),
        ("NumSegments + 0 > '0.5'", "NumSegments + 0 > 0.5"),
        ("'0.5' BETWEEN Price AND NumSegments", "0.5 BETWEEN Price AND NumSegments"),
        ("'0.5' NOT BETWEEN NumSegments AND Price", "0.5 NOT BETWEEN NumSegments AND Price"),
    ],
)
def test_a_quoted_number_beside_integers_is_that_number(cursor, condition, same):
    counts = [rows(cursor, f"SELECT COUNT(*) FROM Messages WHERE {one}") for one in (condition, same)]
    assert counts[0] == counts[1]


def test_quoted_text_beside_integers_is_no_number(cursor):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute("SELECT Sid FROM Messages WHERE NumSegments > 'many'")
    assert error.value.args[0] == "22018" and "NumSegments" in error.value.args[1]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("d * 1.1", ["1.5", "1.65", "1.815", "1.9965"]),
        ("d + 0.001", ["1.5", "1.501", "1.502", "1.503"]),
        ("d / 8", ["1.5", "0.1875", "0.0234375", "0.0029296875"]),
        ("d", ["1.5", "1.5", "1.5", "1.5"]),
    ],
)
def test_a_decimal_keeps_its_digits_from_round_to_round(cursor, step, expected):
    recursive = f"WITH RECURSIVE r(n, d) AS (SELECT 1, 1.5 UNION ALL SELECT n + 1, {step} FROM r WHERE n < 4)"
    found = rows(cursor, f"{recursive} SELECT d, CAST(d AS VARCHAR(60)) FROM r ORDER BY n")
    assert [d for d, _ in found] == [D(d) for d in expected]
    assert [D(text) for _, text in found] == [d for d, _ in found]
    digits = cursor.description[0][5]
    assert all(len(text.split(".")[1]) <= digits for _, text in found)


@pytest.mark.parametrize("parameter", [D("1.5"), 1.5, "1.5"])
def test_an_integer_column_takes_no_fraction(cursor, parameter):
    cursor.execute("CREATE TEMP TABLE whole (n INTEGER, b BIGINT)")
    for column in ("n", "b"):
        for source in ("VALUES (?)", "SELECT ? + 0e0"):
            with pytest.raises(pyodbc.Error) as error:
                cursor.execute(f"INSERT INTO whole ({column}) {source}", parameter)
            assert error.value.args[0] == "22001"
    cursor.execute("INSERT INTO whole (n, b) VALUES (?, ?)", 2.0, D("3.00"))
    assert rows(cursor, "SELECT n, b FROM whole") == [(2, 3)]
    cursor.execute("DROP TABLE whole")
