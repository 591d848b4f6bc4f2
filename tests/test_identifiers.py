"""Names: reserved words, quoting, several of the same."""

from __future__ import annotations

import pyodbc
import pytest

RESERVED = ["From", "To", "Index", "Key", "Group", "Order", "Interval", "End", "Start", "Limit", "User", "Values", "Case", "Date"]


def one(cursor, sql):
    (row,) = cursor.execute(sql).fetchall()
    return row


@pytest.mark.parametrize("word", RESERVED)
@pytest.mark.parametrize("quotes", ['""', "[]", "``"])
def test_a_reserved_word_is_a_name_in_quotes(cursor, word, quotes):
    name = f"{quotes[0]}{word}{quotes[1]}"
    sql = f"SELECT {name}, t.{name} AS {name} FROM (SELECT 1 AS {name}) t WHERE {name} = 1 GROUP BY {name} HAVING MAX({name}) = 1 ORDER BY {name}"
    assert tuple(one(cursor, sql)) == (1, 1)
    assert [column[0] for column in cursor.description] == [word, word]


@pytest.mark.parametrize("word", RESERVED)
def test_a_reserved_word_is_a_name_after_a_point_and_after_as(cursor, word):
    sql = f"SELECT t.{word} AS {word} FROM (SELECT 1 AS {word}) t WHERE t.{word} IN (1) AND t.{word} = 1 ORDER BY t.{word}"
    assert tuple(one(cursor, sql)) == (1,)
    assert cursor.description[0][0] == word


@pytest.mark.parametrize("word", ["To", "Index", "Key", "Start", "End", "Limit", "User", "Interval", "Date"])
def test_a_word_that_begins_nothing_is_a_name_by_itself(cursor, word):
    assert tuple(one(cursor, f"SELECT {word} FROM (SELECT 1 AS {word}) t WHERE {word} = 1 AND {word} IN (1) ORDER BY {word}")) == (1,)


@pytest.mark.parametrize(
    ("sql", "word"),
    [("SELECT From FROM (SELECT 1 AS [From]) t", "From"), ("SELECT x, From FROM (SELECT 1 AS x) t", "From"), ("SELECT 1 AS x FROM Conferences Order", "Order")],
)
def test_elsewhere_the_error_says_how_to_quote(cursor, sql, word):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql)
    assert error.value.args[0] == "42000"
    assert f'"{word}"' in error.value.args[1] and f"[{word}]" in error.value.args[1]


def test_quotes_in_names_are_doubled(cursor):
    assert tuple(one(cursor, 'SELECT "a""b", [c]]d], `e``f` FROM (SELECT 1 AS "a""b", 2 AS [c]]d], 3 AS `e``f`) t')) == (1, 2, 3)
    assert [column[0] for column in cursor.description] == ['a"b', "c]d", "e`f"]


def test_names_that_come_twice_are_told_apart(cursor):
    assert tuple(one(cursor, "SELECT x, x, t.*, * FROM (SELECT 1 AS x) t")) == (1, 1, 1, 1)
    assert tuple(one(cursor, "SELECT * FROM (SELECT 1 AS x, 2 AS x) t")) == (1, 2)
    with pytest.raises(pyodbc.Error, match="x at line 1, column 8 is twice in t"):
        cursor.execute("SELECT x FROM (SELECT 1 AS x, 2 AS x) t")


@pytest.mark.parametrize(
    "table", ["Conferences", "Twilio.Conferences", "CData.Twilio.Conferences", '"cdata".[TWILIO].`conferences`', "(Conferences)", "((Conferences))"]
)
def test_a_table_is_named_with_or_without_schema_and_catalogue(cursor, table):
    assert cursor.execute(f"SELECT COUNT(Conferences.Sid) FROM {table} WHERE Conferences.Status = 'init'").fetchval() == 1


@pytest.mark.parametrize("sql", ["SELECT 1 -- ; {d '", "/* ? ; { */ SELECT /* '*/ 1", "SELECT 1 ;", "SELECT\n1\n--\n;;"])
def test_comments_and_a_last_semicolon_are_nothing(cursor, sql):
    assert cursor.execute(sql).fetchval() == 1


@pytest.mark.parametrize("word", RESERVED)
def test_a_reserved_word_is_a_bare_name_where_columns_of_a_table_are_listed(cursor, word):
    cursor.execute(f"CREATE TEMP TABLE x (a INTEGER, {word} INTEGER NOT NULL)")
    assert [column.column_name for column in cursor.columns(table="x")] == ["a", word]
    cursor.execute(f"INSERT INTO x ({word}, a) VALUES (1, 2)")
    cursor.execute(f"INSERT INTO x (a, {word}) SELECT 4, 3")
    assert [tuple(row) for row in cursor.execute("SELECT * FROM x ORDER BY a")] == [(2, 1), (4, 3)]
    cursor.execute(f"UPDATE x SET {word} = 5 WHERE a = 2")
    cursor.execute(f"UPDATE x SET a = 6, {word} = 7 WHERE a = 4")
    assert [tuple(row) for row in cursor.execute("SELECT * FROM x ORDER BY a")] == [(2, 5), (6, 7)]
    cursor.execute(f"CREATE TEMP TABLE y ({word} INTEGER, PRIMARY KEY ({word}))")
    assert [row.column_name for row in cursor.primaryKeys(table="y")] == [word]
