"""Types: what is compared with what, and what operators make of operands of several types."""

from __future__ import annotations

from ctypes import byref, c_short, c_ssize_t, c_ushort
from datetime import date, datetime, time
from decimal import Decimal

import pyodbc
import pytest

import odbc
from support import SUPPORT

AT = datetime(2024, 6, 25, 16, 45)


def refused(cursor, sql, *parameters) -> tuple[str, str]:
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql, *parameters).fetchall()
    return error.value.args[0], error.value.args[1]


@pytest.mark.parametrize(
    "literal",
    ["'2024-06-25 16:45:00'", "'2024-06-25 16:45'", "'2024-06-25T16:45:00Z'", "'2024-06-25T18:45:00+02:00'", "{ts '2024-06-25 16:45:00'}",
     "{d '2024-06-25'} + INTERVAL '16:45' HOUR TO MINUTE", "CAST('2024-06-25 16:45:00' AS TIMESTAMP)"],
)  # fmt: skip
@pytest.mark.parametrize("condition", ["DateCreated = {}", "{} = DateCreated", "DateCreated IN ({})", "DateCreated BETWEEN {0} AND {0}", "(DateCreated, 1) = ({}, 1)"])
def test_a_timestamp_is_compared_with_every_form_of_one(cursor, condition, literal):
    sql = f"SELECT Sid FROM Conferences WHERE {condition.format(literal)}"
    assert cursor.execute(sql).fetchval() == SUPPORT


@pytest.mark.parametrize("value", [AT, "2024-06-25 16:45:00", "2024-06-25T16:45:00Z", "2024-06-25T18:45:00+02:00"])
def test_a_timestamp_is_compared_with_every_form_of_a_parameter(cursor, value):
    assert cursor.execute("SELECT Sid FROM Conferences WHERE DateCreated = ?", value).fetchval() == SUPPORT


@pytest.mark.parametrize(
    "condition",
    ["DateCreated = ?", "? < DateCreated", "DateCreated IN (?)", "DateCreated BETWEEN ? AND '2024-06-30'", "DATEADD(day, 1, DateCreated) > ?",
     "MAX(DateCreated, DateUpdated) > ?", "CAST(DateCreated AS DATE) = ?", "Name = 'x' OR DateCreated > ?"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["yesterday", "2024-13-01", "", "25/06/2024", 5])
def test_a_parameter_that_is_no_timestamp_is_an_error_and_no_empty_result(cursor, sim, condition, value):
    state, message = refused(cursor, f"SELECT Sid FROM Conferences WHERE {condition}", value)
    assert state in ("22007", "22018")
    assert "Parameter 1" in message
    assert sim.requests() == []


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        ("DateCreated >= 5", "22007"),
        ("DateCreated = TRUE", "22007"),
        ("DateCreated = {t '10:00:00'}", "22007"),
        ("DateCreated > YEAR(DateCreated)", "42000"),
        ("DateCreated BETWEEN 1 AND 2", "22007"),
        ("DateCreated IN ('2024-06-25', 1)", "22007"),
        ("CASE DateCreated WHEN 1 THEN 1 END = 1", "22007"),
        ("Status = 'init' AND DateCreated > 'soon'", "22007"),
    ],
)
def test_what_is_no_timestamp_is_not_compared_with_one(cursor, sim, condition, state):
    assert refused(cursor, f"SELECT Sid FROM Conferences WHERE {condition}")[0] == state
    assert sim.requests() == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{d '2024-01-01'} < {ts '2024-01-01 00:00:01'}", True),
        ("{ts '2024-01-01 00:00:00'} = {d '2024-01-01'}", True),
        ("CAST({ts '2024-01-01 10:00:00'} AS DATE) = {ts '2024-01-01 10:00:00'}", False),
        ("CAST({ts '2024-01-01 10:00:00'} AS DATE) = '2024-01-01'", True),
        ("{t '10:00:00'} > '09:30'", True),
        ("'a' < 'B'", False),
        ("'a' = 'A'", False),
        ("'A' LIKE 'a'", True),
        ("'Ä' LIKE 'ä'", False),
        ("'a' + 'b'", "ab"),
        ("'a' + NULL", None),
        ("'5' + 3", 8.0),
        ("'5' * '3'", 15.0),
        ("- -1", 1),
        ("1 - -(-1)", 0),
        ("-9223372036854775808", -(2**63)),
        ("'abc' CONTAINS 'B'", True),
        ("CONTAINS('abc', 'x')", False),
        ("(SELECT NULL UNION ALL SELECT 5 ORDER BY 1 DESC LIMIT 1)", 5),
        ("1 > ALL (SELECT 0 UNION SELECT -1)", True),
        ("1 > ALL (SELECT 0 UNION SELECT NULL)", None),
        ("1 > ALL (SELECT 1 UNION SELECT NULL)", False),
        ("1 > ALL (SELECT 1 WHERE 1 = 0)", True),
        ("1 > ANY (SELECT 0 UNION SELECT NULL)", True),
        ("1 > ANY (SELECT 1 UNION SELECT NULL)", None),
        ("1 >= SOME (SELECT 1)", True),
        ("1 > ANY (SELECT 1 WHERE 1 = 0)", False),
        ("3 = ALL (SELECT 3)", True),
        ("3 <> ANY (SELECT 3 UNION SELECT 4)", True),
        ("3 <> ANY (SELECT 3)", False),
        ("3 <> ANY (SELECT 3 UNION SELECT NULL)", None),
        ("3 = ALL (SELECT 3 UNION SELECT NULL)", None),
        ("3 = ALL (SELECT 3 UNION SELECT 4 UNION SELECT NULL)", False),
        ("NULL = ALL (SELECT 3)", None),
        ("NULL > ALL (SELECT 3 WHERE 1 = 0)", True),
        ("NULL > ANY (SELECT 3 WHERE 1 = 0)", False),
        ("1 < ALL (SELECT NULL)", None),
        ("9.5 > ALL (SELECT '10' UNION SELECT '9')", False),
        ("9.5 > ALL (SELECT 10.25 UNION SELECT 9.1)", False),
        ("'b' > ALL (SELECT 'a')", True),
        ("TRUE >= ALL (SELECT FALSE)", True),
    ],
)
def test_operands_of_several_types(cursor, expression, expected):
    found = cursor.execute(f"SELECT {expression}").fetchval()
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    ("sql", "parameters", "expected"),
    [
        ("SELECT NULL AS x UNION ALL SELECT 1", [], [None, 1]),
        ("SELECT ? AS x UNION ALL SELECT 1", [2], [2, 1]),
        ("SELECT {d '2024-01-01'} AS x UNION ALL SELECT ?", [date(2024, 1, 2)], [date(2024, 1, 1), date(2024, 1, 2)]),
        ("SELECT {d '2024-01-01'} AS x UNION ALL SELECT {ts '2024-01-02 10:00:00'}", [], [datetime(2024, 1, 1), datetime(2024, 1, 2, 10)]),
        ("SELECT 1 AS x UNION ALL SELECT 1.5", [], [Decimal("1.0"), Decimal("1.5")]),
        ("SELECT 1 AS x UNION ALL SELECT 1.5e0", [], [1.0, 1.5]),
        ("SELECT 1 AS x UNION ALL SELECT 'a'", [], ["1", "a"]),
        ("SELECT TRUE AS x UNION ALL SELECT 2", [], [1, 2]),
        ("SELECT x FROM (VALUES (NULL), (?), ({t '10:00:00'})) v (x)", [time(9)], [None, time(9), time(10)]),
    ],
)
def test_the_branches_of_a_set_operation_have_one_type(cursor, sql, parameters, expected):
    found = [value for (value,) in cursor.execute(sql, *parameters)]
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize("sql", ["SELECT Name + 1 FROM Conferences", "SELECT SUM(Name) FROM Conferences", "SELECT -Name FROM Conferences", "SELECT Sid FROM Conferences WHERE Name > 5"])
def test_text_that_is_no_number_is_no_number(cursor, sql):
    state, message = refused(cursor, sql)
    assert state == "22018" and "is not a number" in message


def test_text_that_is_a_number_is_one(cursor):
    sql = "SELECT SUM(QueueTime), MAX(QueueTime + 0), -MIN(QueueTime) FROM ConferenceParticipants WHERE QueueTime < 2000"
    assert tuple(cursor.execute(sql).fetchone()) == (1750.0, 1500.0, -1500.0)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("n * 2 || ' parts'", "6 parts"),
        ("n / 2 || '1'", "11"),
        ("'x' || n * 2", "x6"),
        ("n * (2 || '1')", 63),
        ("j ->> '$.a' * 2", 10),
        ("2 * j ->> '$.a'", 10),
        ("-j ->> '$.a'", -5),
        ("'a' || j ->> '$.a'", "a5"),
        ("j -> '$.b' ->> '$.c'", 7),
        ("8 | 4 & 4", 4),
    ],
)
def test_operators_bind_as_sql_md_says(cursor, expression, value):
    found = cursor.execute(f"""SELECT {expression} FROM (SELECT 3 AS n, '{{"a": 5, "b": {{"c": 7}}}}' AS j) t""").fetchval()
    assert type(value)(found) == value


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT n FROM (SELECT 1 AS n, 2 AS value UNION ALL SELECT 2, 5) t WHERE value >= ALL (SELECT 4 UNION SELECT 5)", [2]),
        ('SELECT each.n FROM (SELECT 1 AS n, 2 AS value UNION ALL SELECT 2, 5) each WHERE each.value < ANY (SELECT 4)', [1]),
        ("WITH each AS (SELECT 7 AS v) SELECT 1 WHERE 8 > ALL (SELECT v FROM each)", [1]),
        ("WITH x AS (SELECT 7 AS v) SELECT y.w FROM (SELECT v FROM x) y (w)", [7]),
        ("WITH x AS (SELECT 7 AS v) SELECT x.w FROM (SELECT v FROM x) x (w)", [7]),
        ("WITH x AS (SELECT 7 AS v) (SELECT v FROM x LIMIT 1) UNION ALL SELECT 1.5 ORDER BY 1", [Decimal("1.5"), 7]),
        ("SELECT n FROM (VALUES (1), (1), (2)) t (n) GROUP BY n HAVING COUNT(*) >= ALL (SELECT COUNT(*) FROM (VALUES (1), (1), (2)) t (n) GROUP BY n)", [1]),
        ("SELECT n FROM (VALUES (1), (2), (3)) t (n) WHERE n > ALL (SELECT m FROM (VALUES (1), (2), (3)) u (m) WHERE m < n) ORDER BY 1", [1, 2, 3]),
        ("SELECT n FROM (VALUES (1), (2), (3)) t (n) WHERE NOT n < ANY (SELECT 3)", [3]),
    ],
)  # fmt: skip
def test_the_left_side_of_any_and_all_keeps_its_meaning(cursor, sql, expected):
    assert [row[0] for row in cursor.execute(sql).fetchall()] == expected


def test_a_parameter_beside_all_is_typed(cursor):
    assert cursor.execute("SELECT 1 WHERE ? >= ALL (SELECT 4)", 4).fetchval() == 1
    assert cursor.execute("SELECT 1 WHERE 4 >= ALL (SELECT n FROM (VALUES (3), (4)) t (n) WHERE n < ?)", 9).fetchval() == 1


@pytest.mark.parametrize("sql", ["SELECT", "SELECT Sid FROM", "SELECT Sid FROM Calls WHERE", "SELECT Sid FROM Calls ORDER BY", "SELECT 1 UNION"])
def test_a_statement_that_ends_early_has_no_reserved_word_in_its_way(cursor, sql):
    state, message = refused(cursor, sql)
    assert state == "42000" and "Syntax error" in message
    assert "reserved" not in message


@pytest.mark.parametrize("sql", ["SELECT From", "SELECT Sid, From"])
def test_a_reserved_word_at_the_end_is_told(cursor, sql):
    assert "reserved" in refused(cursor, sql)[1]


def test_numbers_are_signed_and_nothing_else_is(sim):
    """SQL_DESC_UNSIGNED is SQL_TRUE for what is no number."""
    columns = {
        "NumSegments": False, "Price": False, "COUNT(*) OVER ()": False, "1.5e0": False, "Body": True, "DateSent": True,
        "CURRENT_DATE": True, "1 = 1": True, "SubresourceUris": True, "X'00'": True,
    }  # fmt: skip
    found = {}
    with odbc.connected() as connection, connection.statement() as statement:
        statement.prepare(f"SELECT {', '.join(columns)} FROM Messages")
        for number, column in enumerate(columns, 1):
            answer = c_ssize_t(-1)
            statement.call("SQLColAttribute", c_ushort(number), c_ushort(8), None, c_short(0), None, byref(answer))
            found[column] = {0: False, 1: True}[answer.value]
    assert found == columns


@pytest.mark.parametrize(
    ("condition", "parameters", "expected"),
    [
        ("QueueTime BETWEEN 250 AND 1500", [], 2),
        ("QueueTime BETWEEN 250 AND '1500'", [], 2),
        ("QueueTime BETWEEN '250' AND 1500", [], 2),
        ("QueueTime BETWEEN '250' AND 1500.0", [], 2),
        ("QueueTime BETWEEN 250 AND ?", [1500], 2),
        ("QueueTime BETWEEN 250 AND ?", ["1500"], 2),
        ("QueueTime BETWEEN ? AND 1500", [Decimal("249.5")], 2),
        ("QueueTime NOT BETWEEN 251 AND '1e4' AND QueueTime < 2000", [], 1),
        ("'1500' BETWEEN 250 AND QueueTime AND QueueTime < 2000", [], 1),
        ("? BETWEEN 250 AND QueueTime AND QueueTime < 2000", [1500], 1),
    ],
)
def test_one_number_makes_numbers_of_all_in_between(cursor, condition, parameters, expected):
    found = cursor.execute(f"SELECT COUNT(*) FROM ConferenceParticipants WHERE {condition}", *parameters)
    assert found.fetchval() == expected


def test_a_number_between_texts_that_are_numbers(cursor):
    assert cursor.execute("SELECT '5' BETWEEN 1 AND '3'").fetchval() is False
    assert cursor.execute("SELECT '5' BETWEEN 1 AND '10'").fetchval() is True
    assert refused(cursor, "SELECT Sid FROM Messages WHERE NumSegments BETWEEN 1 AND 'x'")[0] == "22018"


@pytest.mark.parametrize(
    ("expression", "parameters"),
    [("'é🎉'", ()), ("N'🎉🎉'", ()), ("'🎉' || '🎉'", ()), ("?", ("é🎉",)), ("left('🎉🎉🎉', 2)", ()), ("CAST('🎉🎉🎉' AS VARCHAR(3))", ())],
)  # fmt: skip
def test_the_size_of_a_text_is_counted_in_utf16_units(cursor, expression, parameters):
    """Node's client binds a buffer of that many units, and would show less of the text."""
    cursor.execute(f"SELECT {expression} AS v", *parameters)
    size = cursor.description[0][3]
    assert len(cursor.fetchval().encode("utf-16-le")) // 2 <= size <= 6


def test_a_cast_keeps_whole_characters(cursor):
    row = cursor.execute("SELECT CAST('a🎉🎉' AS VARCHAR(4)), CAST('aé🎉' AS VARCHAR(4)), CAST('🎉' AS VARCHAR(1))").fetchone()
    assert tuple(row) == ("a🎉", "aé🎉", "")


@pytest.mark.parametrize("sql_type", ["BINARY(3)", "VARBINARY(3)", "SQL_VARBINARY(3)"])
@pytest.mark.parametrize("value", ["X'47726FC3BC'", "'Größe'", "?"])
def test_a_cast_keeps_so_many_bytes(cursor, sql_type, value):
    parameters = (b"Gr\xf6\x00e",) if value == "?" else ()
    cursor.execute(f"SELECT CAST({value} AS {sql_type}) AS v, CAST({value} AS VARBINARY(9000)) AS w", *parameters * 2)
    assert [column[3] for column in cursor.description] == [3, 9000]
    short, long = cursor.fetchone()
    assert short == long[:3] and len(long) >= 5


@pytest.mark.parametrize("text", ["DATE '0000-12-31'", "CAST('0000-12-31 10:00:00' AS TIMESTAMP)", "{d '0000-12-31'}"])
def test_there_is_no_year_0(cursor, text):
    assert refused(cursor, f"SELECT {text}")[0] in ("22007", "22018")
