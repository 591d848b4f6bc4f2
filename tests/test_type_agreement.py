"""One type table: every function that describes a type says the same of it, for every column of every table."""

from __future__ import annotations

import re
from ctypes import byref, c_short, c_size_t, c_ssize_t, c_ushort, create_string_buffer
from itertools import groupby

import pytest

import odbc
from support import account

WVARCHAR, WLONGVARCHAR, BIT, INTEGER, BIGINT, DOUBLE, DECIMAL, DATE, TIME, TIMESTAMP = -9, -10, -7, 4, -5, 8, 3, 91, 92, 93
# The fields of SQLColAttribute.
LENGTH, PRECISION, SCALE, DISPLAY_SIZE, TYPE_NAME, CONCISE, VERBOSE, OCTETS, DATETIME_CODE, UNSIGNED, SEARCHABLE, RADIX = (
    1003, 1005, 1006, 6, 14, 2, 1002, 1013, 1007, 8, 13, 32,
)  # fmt: skip


def number(statement, column: int, field: int) -> int:
    value = c_ssize_t(-77)
    statement.call("SQLColAttribute", c_ushort(column), c_ushort(field), None, c_short(0), None, byref(value))
    return value.value


def text(statement, column: int, field: int) -> str:
    buffer, length = create_string_buffer(256), c_short()
    statement.call("SQLColAttribute", c_ushort(column), c_ushort(field), buffer, c_short(256), byref(length), None)
    assert length.value == len(buffer.value)
    return buffer.value.decode()


@pytest.fixture(scope="module")
def described(generic):
    """SQLColumns of all that statements can name, table by table, with an open statement to describe each by."""
    with odbc.connected(account(generic.url + "/{product}", PseudoColumns="")) as link, link.statement() as statement:
        statement.call("SQLColumns", *[None, c_short(0)] * 4)
        rows = statement.rows()
        types = {}
        with link.statement() as all_types:
            all_types.call("SQLGetTypeInfo", c_short(0))
            types = {int(row[1]): row for row in all_types.rows()}
        yield link, [(key, list(group)) for key, group in groupby(rows, key=lambda row: (row[1], row[2]))], types


def prepare(statement, sql: str) -> None:
    """Prepares a query; a list that cannot be read whole gets what it needs."""
    try:
        statement.prepare(sql)
    except odbc.Failed as failed:
        needed = re.search(r"needs a value for (\w+)", failed.message)
        assert needed and f'"{needed[1]}" = ?' not in sql, failed
        prepare(statement, f'{sql} AND "{needed[1]}" = ?')


def test_a_prepared_column_is_what_sqlcolumns_says(described):
    link, tables, types = described
    columns = kinds = 0
    seen = set()
    for (schema, table), rows in tables:
        with link.statement() as statement:
            names = ", ".join(f'"{row[3]}"' for row in rows)
            prepare(statement, f'SELECT {names} FROM "{schema}"."{table}" WHERE 1 = 1')
            for place, row in enumerate(rows, 1):
                where = f"{schema}.{table}.{row[3]}"
                code, name, size, octets = int(row[4]), row[5], int(row[6]), int(row[7])
                digits = int(row[8] or 0)
                assert statement.describe(place) == (row[3], code, size, digits, int(row[10])), where
                columns += 1
                if (code, size, digits) in seen:
                    continue
                seen.add((code, size, digits))
                kinds += 1
                assert (text(statement, place, TYPE_NAME), number(statement, place, CONCISE)) == (name, code), where
                assert (number(statement, place, LENGTH), number(statement, place, OCTETS)) == (size, octets), where
                assert (number(statement, place, VERBOSE), number(statement, place, DATETIME_CODE)) == (int(row[13]), int(row[14] or 0)), where
                assert (number(statement, place, SCALE), number(statement, place, RADIX)) == (digits, int(row[9] or 0)), where
                assert number(statement, place, DISPLAY_SIZE) >= (size if code != BIT else 1) > 0, where
                assert row[15] is None or int(row[15]) == octets, where
                # And the row of SQLGetTypeInfo, whose size is the largest.
                info = types[code]
                assert (info[0], int(info[15])) == (name, int(row[13])), where
                assert size <= int(info[2]) and int(info[8]) == number(statement, place, SEARCHABLE) == 3, where
                assert info[16] == row[14], where
                assert (info[9] is None) == (number(statement, place, UNSIGNED) == 1), where
    assert columns > 5000 and kinds > 20


def test_a_parameter_beside_a_column_is_described_as_the_column(described):
    link, tables, _ = described
    seen = {}
    for (schema, table), rows in tables:
        for row in rows:
            seen.setdefault((int(row[4]), int(row[6]), int(row[8] or 0)), (schema, table, row[3]))
    codes = set()
    for (code, size, digits), (schema, table, column) in seen.items():
        with link.statement() as statement:
            prepare(statement, f'SELECT 1 FROM "{schema}"."{table}" WHERE "{column}" = ?')
            sql_type, long, scale, nullable = c_short(), c_size_t(), c_short(), c_short()
            statement.call("SQLDescribeParam", c_ushort(1), byref(sql_type), byref(long), byref(scale), byref(nullable))
            assert (sql_type.value, long.value, scale.value) == (code, size, digits), (schema, table, column)
            codes.add(code)
    assert codes >= {WVARCHAR, WLONGVARCHAR, BIT, INTEGER, BIGINT, DOUBLE, DECIMAL, DATE, TIMESTAMP}


def test_every_type_that_can_be_named_describes_itself(cursor):
    """What CAST to a type gives has the name that SQLGetTypeInfo lists for its code."""
    names = {row.data_type: row.type_name for row in cursor.getTypeInfo()}
    with odbc.connected() as link, link.statement() as statement:
        for sql, code, size, digits in [
            ("NVARCHAR(12)", WVARCHAR, 12, 0), ("INTEGER", INTEGER, 10, 0), ("BIGINT", BIGINT, 19, 0), ("DOUBLE", DOUBLE, 15, 0),
            ("DECIMAL(12,3)", DECIMAL, 12, 3), ("BIT", BIT, 1, 0), ("DATE", DATE, 10, 0), ("TIME(3)", TIME, 12, 3),
            ("TIMESTAMP(6)", TIMESTAMP, 26, 6),
        ]:  # fmt: skip
            statement.prepare(f"SELECT CAST(? AS {sql}) AS c, NULLIF(CAST(? AS {sql}), NULL) AS d")
            assert statement.describe(1)[1:4] == (code, size, digits), sql
            assert text(statement, 1, TYPE_NAME) == text(statement, 2, TYPE_NAME) == names[code]
            assert number(statement, 1, OCTETS) > 0 and number(statement, 1, PRECISION) >= 0
