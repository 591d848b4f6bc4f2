"""Statements that are long, wide, deep or endless: they work, or they are refused in words, and never end the process."""

from __future__ import annotations

import resource
import threading
import time

import pyodbc
import pytest

from support import CONFERENCES, SUPPORT
from test_cancel import ENDLESS, cancelled, fails, within

MEGABYTE = 1_000_000
CROSS = "SELECT COUNT(*) FROM " + ", ".join(f"Conferences c{i}" for i in range(8))
# Rows without end, so that the time is spent in fetching.
ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
# All rows are sorted before the first one comes.
SORTED = f"SELECT a.Sid FROM {', '.join(f'Conferences {name}' for name in 'abcdef')} ORDER BY a.Uri || b.Uri || c.Uri LIMIT 3"


def listed(values) -> str:
    return ", ".join(f"'{value}'" for value in values)


def count(cursor, condition: str) -> int:
    return cursor.execute(f"SELECT COUNT(*) FROM Conferences WHERE {condition}").fetchval()


# Long


def test_a_megabyte_of_values_in_a_list(cursor, sim):
    condition = f"Region IN ({listed(f'region-{n:08}' for n in range(MEGABYTE // 18))}, 'jp1')"
    assert len(condition) > MEGABYTE
    assert count(cursor, condition) == 1
    assert len(sim.requests()) == 1


def test_a_megabyte_of_text(cursor):
    row = cursor.execute(f"SELECT '{'x' * MEGABYTE}' AS a, LENGTH('{'é' * MEGABYTE}') AS b").fetchone()
    assert (len(row.a), row.b) == (MEGABYTE, MEGABYTE)


def test_a_megabyte_of_text_is_compared_and_not_sent(cursor, sim):
    assert count(cursor, f"Name = '{'x' * MEGABYTE}'") == 0
    assert [set(request.query) for request in sim.requests()] == [{"PageSize"}]


def test_a_megabyte_of_comment(cursor):
    assert cursor.execute(f"SELECT /* {'x' * MEGABYTE} */ 1").fetchval() == 1


@pytest.mark.parametrize(
    ("sql", "state", "says"),
    [
        ("SELECT " + "+".join("1" * (MEGABYTE // 2)), "42000", "too long a chain"),
        ("SELECT COUNT(*) FROM Conferences WHERE " + " OR ".join(["Region = 'x'"] * (MEGABYTE // 16)), "42000", "too long a chain"),
        ("SELECT COALESCE(" + ", ".join(["NULL"] * (MEGABYTE // 6)) + ")", "42000", "too many arguments"),
        ("SELECT " + "x" * MEGABYTE + " FROM Conferences", "42S22", "does not exist"),
        ("SELECT * FROM " + "x" * MEGABYTE, "42S02", "does not exist"),
        ("SELECT '" + "x" * MEGABYTE, "42000", "Unterminated string literal"),
        ("SELECT Sid FROM Conferences WHERE DateCreated > '" + "x" * MEGABYTE + "'", "22007", "xxx"),
    ],
    ids=["sum", "or", "arguments", "column", "table", "string", "moment"],
)
def test_a_megabyte_of_something_else_is_refused_briefly(cursor, sim, sql, state, says):
    error = fails(cursor, sql)
    assert error[0] == state
    assert says.lower() in error[1].lower()
    assert len(error[1]) < 2100
    assert sim.requests() == []


# Many


def test_ten_thousand_values_of_a_plain_column(cursor, sim):
    assert count(cursor, f"Region IN ({listed(range(9999))}, 'jp1')") == 1
    assert count(cursor, f"Region NOT IN ({listed(range(9999))}, 'jp1')") == CONFERENCES - 1
    assert len(sim.requests()) == 2


def test_ten_thousand_values_of_a_filter(cursor, sim):
    # Twilio knows none of the words, so it is asked for all.
    assert count(cursor, f"Status IN ({listed(range(9999))}, 'in-progress')") == 6
    assert len(sim.requests()) == 1
    sim.clear()
    moments = listed(f"2024-02-29 {n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(10_000))
    assert count(cursor, f"DateCreated IN ({moments})") == 1
    assert len(sim.requests()) == 1, "they are of one day"


def test_ten_thousand_values_of_a_key(cursor, sim):
    assert count(cursor, f"Sid IN ({listed([SUPPORT] * 10_000)})") == 1
    assert len(sim.requests()) == 1
    assert fails(cursor, f"SELECT * FROM Conferences WHERE Sid IN ({listed(range(10_000))})")[0] == "22018"
    assert len(sim.requests()) == 1
    assert count(cursor, f"Sid IN ({listed(f'CF{n:032x}' for n in range(500))}, '{SUPPORT}')") == 1
    assert len(sim.requests()) == 502


def test_many_parameters(cursor):
    condition = "Region IN ({})".format(", ".join("?" * 32_766))
    sql = f"SELECT COUNT(*) FROM Conferences WHERE {condition}"
    assert cursor.execute(sql, *["jp1"] * 32_766).fetchval() == 1
    assert fails(cursor, sql.replace("(?,", "(?, ?,"))[0] == "42000"


def test_two_thousand_columns(cursor):
    row = cursor.execute("SELECT " + ", ".join(f"Sid AS c{n}" for n in range(2000)) + " FROM Conferences").fetchone()
    assert len(row) == 2000 and len(set(row)) == 1
    state, message = fails(cursor, "SELECT " + ", ".join(f"Sid AS c{n}" for n in range(2001)) + " FROM Conferences")
    assert state == "42000" and "2000 columns" in message


@pytest.mark.parametrize("join", ["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
def test_sixty_four_tables(cursor, join):
    def chain(tables: int) -> str:
        joins = (f"{join} Conferences c{n} ON c{n}.Sid = c{n - 1}.Sid" for n in range(1, tables))
        return f"SELECT COUNT(*) FROM Conferences c0 {' '.join(joins)}"

    assert cursor.execute(chain(64)).fetchval() == CONFERENCES
    state, message = fails(cursor, chain(65))
    assert state == "42000" and "64 tables" in message


def test_many_selects_are_combined(cursor):
    for operator, rows in (("UNION ALL", 500), ("UNION", 1)):
        assert len(cursor.execute(f" {operator} ".join(["SELECT 1"] * 500)).fetchall()) == rows
    for selects in (501, 100_000):
        state, message = fails(cursor, " UNION ".join(["SELECT 1"] * selects))
        assert state == "42000" and "at most 500" in message


def test_many_rows_of_values(cursor):
    assert len(cursor.execute("VALUES " + ", ".join(f"({n})" for n in range(100_000))).fetchall()) == 100_000


# Deep


@pytest.mark.parametrize(
    ("before", "middle", "after"),
    [
        ("SELECT ", "(|1|)", ""),
        ("SELECT ", "ABS(|1|)", ""),
        ("SELECT ", "- |1|", ""),
        ("SELECT 1 WHERE ", "NOT |1 = 1|", ""),
        ("SELECT ", "CASE WHEN 1 = 1 THEN |1| END", ""),
        ("SELECT ", "(SELECT |1|)", ""),
        ("SELECT * FROM ", "(SELECT * FROM |(SELECT 1)|)", ""),
        ("SELECT 1 WHERE ", "EXISTS (SELECT 1 WHERE |1 = 1|)", ""),
        ("", "SELECT 1 WHERE 1 IN (|SELECT 1|)", ""),
    ],
)
def test_nesting_works_or_is_refused(cursor, before, middle, after):
    opening, core, closing = middle.split("|")
    for depth in (40, 500, 5000, 50_000):
        sql = f"{before}{opening * depth}{core}{closing * depth}{after}"
        if depth == 40:
            assert cursor.execute(sql).fetchval() == 1
        else:
            assert fails(cursor, sql)[0] == "42000"
    assert cursor.execute("SELECT 1").fetchval() == 1


def test_conditions_in_parentheses_as_tools_write_them(cursor):
    condition = "(" * 100 + "Region = 'jp1'" + "".join(f" OR Region = '{n}')" for n in range(100))
    assert count(cursor, condition) == 1
    assert count(cursor, " OR ".join(f"Region = '{n}'" for n in range(900))) == 0


@pytest.mark.parametrize("sql", [" UNION ALL ".join(["SELECT 1"] * 500), "SELECT " + "+".join("1" * 400), "SELECT " + "(" * 100 + "1" + ")" * 100])
def test_a_small_stack_is_enough(connection, sql):
    results: list[object] = []

    def run() -> None:
        try:
            results.append(connection.execute(sql).fetchval())
        except pyodbc.Error as error:
            results.append(error)

    usual = threading.stack_size(128 << 10)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(usual)
    assert results in ([1], [400])


def test_signs_in_a_row_are_no_comment(cursor):
    assert tuple(cursor.execute("SELECT - -1, - - 2, -(-3), 4 - -1").fetchone()) == (1, 2, 3, 5)


def test_a_long_expression_is_a_column_with_a_short_name(cursor):
    row = cursor.execute("SELECT '" + "a" * 40_000 + "' LIKE 'a%'")
    assert len(row.description[0][0]) == 128
    assert row.fetchval() is True


# Endless


@pytest.fixture
def impatient(connection):
    connection.timeout = 1
    return connection.cursor()


def little_memory(body) -> None:
    """The body takes less than 200 MB more than the process ever had."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    body()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.parametrize("sql", [ENDLESS, CROSS, SORTED], ids=["recursion", "cross join", "sort"])
def test_what_does_not_end_is_stopped_by_the_timeout(impatient, sql):
    def run() -> None:
        assert within(2, impatient, sql)[0] == "HYT00"

    little_memory(run)


@pytest.mark.parametrize("sql", [ENDLESS, CROSS, SORTED], ids=["recursion", "cross join", "sort"])
def test_what_does_not_end_is_cancelled(cursor, sql):
    def run() -> None:
        started = time.monotonic()
        with cancelled(cursor, after=0.5):
            assert fails(cursor, sql)[0] == "HY008"
        assert time.monotonic() - started < 1.5

    little_memory(run)


def test_rows_without_end_can_be_left(cursor):
    def run() -> None:
        assert len(cursor.execute(ROWS).fetchmany(20_000)) == 20_000
        cursor.cancel()
        cursor.close()

    little_memory(run)


# Several statements


@pytest.mark.parametrize("sql", ["SELECT 1; SELECT 2", "SELECT 1; DELETE FROM ConferenceParticipants", "SELECT 1;; SELECT 2"])
def test_a_second_statement_is_refused(cursor, sim, sql):
    state, message = fails(cursor, sql)
    assert state == "42000" and "one statement" in message
    assert sim.requests() == []


def test_a_semicolon_may_end_a_statement_or_stand_in_it(cursor):
    assert cursor.execute("SELECT 1 ;").fetchval() == 1
    assert cursor.execute("SELECT ';' AS \";\" -- ; SELECT 2").fetchval() == ";"
