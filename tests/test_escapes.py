"""ODBC escapes through the driver manager."""

from ctypes import byref, c_int, create_string_buffer
from datetime import date, datetime, time

import pyodbc
import pytest

import odbc


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{d '2024-06-30'}", date(2024, 6, 30)),
        ("{t '10:00:00'}", time(10)),
        ("{ts '2024-06-30 10:00:00'}", datetime(2024, 6, 30, 10)),
        ("{guid '12345678-1234-1234-1234-123456789012'}", "12345678-1234-1234-1234-123456789012"),
        ("{fn UCASE({fn LTRIM(' a')})}", "A"),
        ("{fn LEFT('abc', {fn LENGTH('ab')})}", "ab"),
        ("{fn EXTRACT(YEAR FROM {ts '2024-06-30 10:00:00'})}", 2024),
        ("{fn TIMESTAMPADD(SQL_TSI_DAY, 3, {d '2024-06-30'})}", date(2024, 7, 3)),
        ("{fn TIMESTAMPADD(SQL_TSI_HOUR, 3, {d '2024-06-30'})}", datetime(2024, 6, 30, 3)),
        ("{fn TIMESTAMPDIFF(SQL_TSI_MONTH, {d '2024-01-31'}, {d '2024-03-30'})}", 1),
        ("{fn CONVERT({fn CONVERT('12', SQL_INTEGER)}, SQL_VARCHAR)}", "12"),
        ("{fn CONVERT('2024-06-30', SQL_TIMESTAMP)}", datetime(2024, 6, 30)),
        ("{fn INSERT('abc', 2, 1, 'x')}", "axc"),
        ("{fn POSITION('c' IN 'abc')}", 3),
        ("{fn IFNULL(NULL, {d '2024-06-30'})}", date(2024, 6, 30)),
        ("{fn DATABASE()}", "CData"),
        ("{d '2024-01-31'} + {interval '1' month}", date(2024, 2, 29)),
        ("{ts '2024-01-31 10:00:00'} - {interval '1 02:30' day to minute}", datetime(2024, 1, 30, 7, 30)),
        ("{d '2024-01-31'} + INTERVAL 12 HOUR", datetime(2024, 1, 31, 12)),
        ("{t '23:00:00'} + {interval - '90' minute}", time(21, 30)),
        ("{ts '2024-01-31 10:00:00'} + INTERVAL '1.5' SECOND", datetime(2024, 1, 31, 10, 0, 1, 500000)),
        ("DATE '2024-01-31' - INTERVAL '1-1' YEAR TO MONTH", date(2022, 12, 31)),
        ("INTERVAL '2 weeks' + {d '2024-01-31'}", date(2024, 2, 14)),
        ("{d '2024-01-31'} + 1", date(2024, 2, 1)),
        ("{ts '2024-01-31 10:00:00'} - 31", datetime(2023, 12, 31, 10)),
        ("{d '2024-03-01'} - {d '2024-02-01'}", 29),
        ("'{interval ''1'' day}'", "{interval '1' day}"),
        ("'{fn x}'", "{fn x}"),
        ("/* {d */ 'a' -- }\n", "a"),
        ("CASE WHEN 'a_c' LIKE 'a\\_c' {escape '\\'} THEN 1 ELSE 0 END", 1),
    ],
)
def test_an_escape_gives_its_value(cursor, expression, expected):
    found = cursor.execute(f"SELECT {expression}").fetchval()
    assert found == expected
    assert type(found) is type(expected)


def test_escapes_stand_in_every_clause(cursor):
    sql = """SELECT {fn YEAR(c.DateCreated)} AS y, {fn COUNT(*)} AS n
      FROM {oj Conferences c LEFT OUTER JOIN Conferences d ON {fn UCASE(d.Sid)} = {fn UCASE(c.Sid)}}
     WHERE c.DateCreated >= {ts '2000-01-01 00:00:00'} GROUP BY {fn YEAR(c.DateCreated)}
    HAVING {fn ABS(COUNT(*))} > 0 ORDER BY {fn YEAR(c.DateCreated)}"""
    assert cursor.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("SELECT {interval '1' day}", "HYC00"),
        ("SELECT {x 1}", "42000"),
        ("SELECT {fn UCASE('a')", "42000"),
        ("SELECT {d '2024-02-30'}", "22007"),
        ("SELECT {d '2024-02-01'} + {interval 'x' day}", "22007"),
        ("SELECT {guid 'x'}", "22018"),
        ("{call AddParticipants('a', 'b', {d '2024-02-30'})}", "22007"),
    ],
)
def test_what_is_no_escape_is_refused(cursor, sql, state):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql)
    assert error.value.args[0] == state


def test_claims(cursor):
    info = cursor.connection.getinfo
    assert info(pyodbc.SQL_STRING_FUNCTIONS) == 0xFFFFFF
    assert info(pyodbc.SQL_NUMERIC_FUNCTIONS) == 0xFFFFFF
    assert info(pyodbc.SQL_TIMEDATE_FUNCTIONS) == 0x1FFFFF
    assert info(pyodbc.SQL_TIMEDATE_ADD_INTERVALS) == info(pyodbc.SQL_TIMEDATE_DIFF_INTERVALS) == 0x1FF
    assert info(pyodbc.SQL_CONVERT_FUNCTIONS) == 3


def test_the_rewritten_text_can_be_seen():
    text = b"SELECT {fn UCASE(Name)} AS n FROM Conferences WHERE DateCreated >= CURRENT_DATE - {interval '7' day} AND Name <> '{d x}'"
    with odbc.connected() as connection:
        out, length = create_string_buffer(1024), c_int()
        connection.call("SQLNativeSql", text, c_int(len(text)), out, c_int(len(out)), byref(length))
    assert out.value.decode() == (
        'SELECT upper("Conferences"."Name") AS "n" FROM "Twilio.Conferences" AS "Conferences"'
        """ WHERE "Conferences"."DateCreated" >= to_timestamp(dateadd('day', -7, today()))"""
        """ AND "Conferences"."Name" <> '{d x}'"""
    )
    assert length.value == len(out.value)
