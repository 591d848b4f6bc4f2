"""Arguments of procedures that are expressions."""

import re
from ctypes import byref, c_int, c_short, c_size_t, c_ssize_t, c_ushort, create_string_buffer

import odbc
import pyodbc
import pytest

from support import account

TO, FROM = "+14155550123", "+14155550100"


def only(sim) -> dict[str, str]:
    (request,) = sim.requests()
    return request.body


@pytest.mark.parametrize(
    ("sql", "parameters", "body"),
    [
        ("{{call SendMessage({{fn CONCAT('+1', '4155550123')}}, '{from_}', NULL, {{fn UCASE('abc')}})}}", [], "ABC"),
        ("EXEC SendMessage [To] = '+1' || '4155550123', Sender = '{from_}', Body = UPPER(?) + '!'", ["abc"], "ABC!"),
        ("EXEC SendMessage [Body] = 2 * (3 + 4), [To] = '{to}', Sender = COALESCE(NULL, '{from_}')", [], "14"),
        ("{{call SendMessage(?, REPLACE(?, 'x', '{from_}'), NULL, CASE WHEN ? > 1 THEN 'many' ELSE 'one' END)}}", [TO, "x", 2], "many"),
        ("EXEC SendMessage '{to}', '{from_}', NULL, -5", [], "-5"),
        ("EXEC SendMessage '{to}', '{from_}', NULL, - ( 5 )", [], "-5"),
        ("EXEC SendMessage '{to}', '{from_}', NULL, CONVERT(7, SQL_VARCHAR)", [], "7"),
        ("EXECUTE SendMessage '{to}', '{from_}', NULL, CAST(DATE '2024-05-06' AS VARCHAR(10))", [], "2024-05-06"),
    ],
)
def test_they_are_calculated(cursor, sim, sql, parameters, body):
    row = cursor.execute(sql.format(to=TO, from_=FROM), parameters).fetchone()
    sent = only(sim)
    assert (sent["To"], sent["From"], sent["Body"]) == (TO, FROM, body)
    assert row.Body == body


def test_a_moment(cursor, sim):
    cursor.execute(f"EXEC SendMessage '{TO}', '{FROM}', NULL, CURRENT_TIMESTAMP")
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", only(sim)["Body"])


def test_markers_keep_their_numbers_beside_a_return_value(sim):
    sql = "{? = call SendMessage(?, {fn CONCAT('+1', ?)}, NULL, {fn CONCAT(?, ?)})}"
    with odbc.connected(account(sim.url)) as connection, connection.statement() as statement:
        statement.prepare(sql)
        count = c_short()
        statement.call("SQLNumParams", byref(count))
        assert count.value == 5
        result, length = c_int(-1), c_ssize_t()
        statement.call(
            "SQLBindParameter", c_ushort(1), c_short(4), c_short(4), c_short(4), c_size_t(0), c_short(0), byref(result),
            c_ssize_t(4), byref(length),
        )  # fmt: skip
        texts = [create_string_buffer(text) for text in (TO.encode(), FROM[2:].encode(), b"a", b"b")]
        for number, text in enumerate(texts, 2):
            statement.call(
                "SQLBindParameter", c_ushort(number), c_short(1), c_short(odbc.CHAR), c_short(12), c_size_t(20), c_short(0), text,
                c_ssize_t(20), None,
            )  # fmt: skip
        sim.clear()
        statement.call("SQLExecute")
        assert result.value == 0
    sent = only(sim)
    assert (sent["To"], sent["From"], sent["Body"]) == (TO, FROM, "ab")


def test_an_array_of_parameters_calculates_each(cursor, sim):
    cursor.fast_executemany = True
    cursor.executemany(f"{{call SendMessage(?, '{FROM}', NULL, {{fn UCASE(?)}})}}", [(TO, f"a{n}") for n in range(3)])
    assert [request.body["Body"] for request in sim.requests()] == ["A0", "A1", "A2"]


@pytest.mark.parametrize(
    ("argument", "state", "told"),
    [
        ("Sid", "42S22", "Sid"),
        ("UPPER(Body)", "42S22", "Body"),
        ("(SELECT MAX(Sid) FROM Messages)", "HYC00", "sub-query"),
        ("UPPER('a'", "42000", ""),
        ("'a' 'b'", "42000", "end of the argument"),
        ("1 +", "42000", ""),
        ("NO_SUCH_FUNCTION('a')", "42000", "NO_SUCH_FUNCTION"),
    ],
)
def test_what_is_no_constant_is_refused_before_anything_is_sent(cursor, sim, argument, state, told):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(f"EXEC SendMessage '{TO}', '{FROM}', NULL, {argument}")
    assert error.value.args[0] == state and told in error.value.args[1], error.value.args
    assert sim.requests() == []


def test_a_calculated_value_is_checked_as_any_other(cursor, sim):
    with pytest.raises(pyodbc.Error, match="22018"):
        cursor.execute(f"EXEC SendMessage LOWER('NO NUMBER AT ALL'), '{FROM}', NULL, 'x'")
    assert sim.requests() == []


def test_explain_does_not_calculate(cursor, sim):
    (row,) = cursor.execute(f"EXPLAIN EXEC SendMessage '{TO}', '{FROM}', NULL, UPPER('x')").fetchall()
    assert "Body=<…>" in str(row) and sim.requests() == []
