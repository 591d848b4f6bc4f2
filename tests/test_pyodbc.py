"""pyodbc as its users know it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pyodbc
import pytest

from support import CAFE, CONFERENCES, CUSTOMER, EXPERT, SUPPORT, SUPPORT_CALLS, account

PARTICIPANTS = f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"


@pytest.mark.parametrize("autocommit", [True, False])
def test_connecting_with_autocommit_on_and_off(connect, autocommit):
    connection = connect(autocommit=autocommit)
    assert len(connection.execute(PARTICIPANTS).fetchall()) == 5


def test_commit_without_autocommit(connect, sim):
    connection = connect(autocommit=False)
    connection.execute(f"DELETE FROM ConferenceParticipants WHERE CallSid = '{CUSTOMER}' AND ConferenceSid = '{SUPPORT}'")
    connection.commit()
    assert sim.participant(CUSTOMER) is None


def test_rollback_where_nothing_was_written(connect):
    connection = connect(autocommit=False)
    connection.execute(PARTICIPANTS).fetchall()
    connection.rollback()


def test_closing_without_commit(connect):
    connection = connect(autocommit=False)
    connection.execute(PARTICIPANTS).fetchall()
    connection.close()


def test_a_connection_is_a_context(connect):
    with connect(autocommit=False) as connection:
        assert connection.execute("SELECT 1").fetchval() == 1


def test_autocommit_can_be_switched(connect):
    connection = connect(autocommit=False)
    connection.autocommit = True
    assert connection.autocommit
    assert connection.execute("SELECT 1").fetchval() == 1


def test_fetchone(cursor):
    cursor.execute(PARTICIPANTS)
    calls = [cursor.fetchone().CallSid for _ in range(5)]
    assert calls == SUPPORT_CALLS
    assert cursor.fetchone() is None
    assert cursor.fetchone() is None


def test_fetchmany(cursor):
    cursor.execute(PARTICIPANTS)
    assert [len(cursor.fetchmany(2)) for _ in range(4)] == [2, 2, 1, 0]


def test_fetchall(cursor):
    assert [row.CallSid for row in cursor.execute(PARTICIPANTS).fetchall()] == SUPPORT_CALLS
    assert cursor.fetchall() == []


def test_fetchval_and_skip(cursor):
    cursor.execute(PARTICIPANTS)
    cursor.skip(4)
    assert cursor.fetchval() == SUPPORT_CALLS[4]


def test_iteration(cursor):
    assert [row.CallSid for row in cursor.execute(PARTICIPANTS)] == SUPPORT_CALLS


def test_the_description_tells_names_types_and_sizes(cursor):
    cursor.execute(PARTICIPANTS)
    columns = {column[0]: column for column in cursor.description}
    assert columns["CallSid"][1] is str and columns["CallSid"][3] == 34 and columns["CallSid"][6] is False
    assert columns["Label"][3] == 128 and columns["Label"][6] is True
    assert columns["Muted"][1] is bool
    assert columns["DateCreated"][1] is datetime


def test_the_description_of_expressions(cursor):
    cursor.execute("SELECT COUNT(*) AS n, AVG(LENGTH(Sid)) AS a, UPPER(Name) AS u, MAX(DateCreated) AS d FROM Conferences GROUP BY Name")
    assert [(column[0], column[1]) for column in cursor.description] == [("n", int), ("a", float), ("u", str), ("d", datetime)]


def test_the_description_is_there_without_rows(cursor):
    cursor.execute("SELECT Sid FROM Conferences WHERE Name = 'nobody'")
    assert [column[0] for column in cursor.description] == ["Sid"]
    assert cursor.fetchall() == []


def test_rowcount(cursor):
    assert cursor.execute(PARTICIPANTS).rowcount in (-1, 5)
    delete = "DELETE FROM ConferenceParticipants WHERE CallSid = ? AND ConferenceSid = ?"
    assert cursor.execute(delete, CUSTOMER, SUPPORT).rowcount == 1
    assert cursor.execute(delete, CUSTOMER, SUPPORT).rowcount == 0


def test_nextset_finds_none(cursor):
    cursor.execute(PARTICIPANTS).fetchall()
    assert cursor.nextset() is False


def test_cursors_of_a_connection_are_read_in_turns(connection):
    first = connection.cursor().execute(PARTICIPANTS)
    second = connection.cursor().execute(f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{CAFE}'")
    calls = [first.fetchone().CallSid, second.fetchone().CallSid, first.fetchone().CallSid, second.fetchone().CallSid]
    assert [calls[0], calls[2]] == SUPPORT_CALLS[:2]
    assert second.fetchone() is None


def test_a_cursor_is_executed_again_before_its_rows_are_read(cursor):
    cursor.execute(PARTICIPANTS).fetchone()
    assert cursor.execute("SELECT 1").fetchval() == 1


@pytest.mark.parametrize(
    "value",
    ["text", "", "Zürich ☕ 東京 🎉", "a" * 5000, "🎉" * 3000, 0, -1, 2**31, -(2**63), 2**63 - 1, True, False, 1.5, -0.1,
     b"\x00\xff", b""],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_a_parameter_comes_back_as_it_went(cursor, value):
    assert cursor.execute("SELECT ? AS v", value).fetchval() == value


@pytest.mark.parametrize("value", [Decimal("12345678901234567890.123456"), Decimal("-0.01300"), Decimal("0")])
def test_a_decimal_parameter_keeps_its_digits(cursor, value):
    assert Decimal(str(cursor.execute("SELECT ? AS v", value).fetchval())) == value


@pytest.mark.parametrize("value", [datetime(2024, 2, 29, 23, 59, 59), datetime(1999, 1, 1), datetime(2024, 6, 25, 16, 48, 20)])
def test_a_datetime_parameter_compares(cursor, value):
    sql = "SELECT CASE WHEN {ts '" + str(value) + "'} = ? THEN 1 ELSE 0 END AS same"
    assert cursor.execute(sql, value).fetchval() == 1


def test_a_date_parameter_compares(cursor):
    sql = "SELECT COUNT(*) FROM Conferences WHERE DateCreated >= ? AND DateCreated < ?"
    assert cursor.execute(sql, date(2024, 2, 29), date(2024, 3, 1)).fetchval() == 2


def test_none_is_null(cursor):
    assert cursor.execute("SELECT ? AS v", None).fetchval() is None
    assert cursor.execute("SELECT COALESCE(?, 'x') AS v", None).fetchval() == "x"
    assert cursor.execute("SELECT COUNT(*) FROM Conferences WHERE Name = ?", None).fetchval() == 0


def test_parameters_of_several_types_at_once(cursor):
    sql = "SELECT COUNT(*) FROM Conferences WHERE Status = ? AND DateCreated > ? AND LENGTH(Sid) = ? AND Name <> ?"
    assert cursor.execute(sql, "in-progress", datetime(2024, 6, 14), 34, "x").fetchval() == 4


def test_a_statement_is_prepared_once_and_executed_often(cursor):
    sql = "SELECT COUNT(*) FROM ConferenceParticipants WHERE ConferenceSid = ?"
    assert [cursor.execute(sql, sid).fetchval() for sid in (SUPPORT, CAFE, SUPPORT)] == [5, 2, 5]


def test_executemany(cursor, sim):
    sql = "UPDATE ConferenceParticipants SET Muted = ? WHERE ConferenceSid = ? AND CallSid = ?"
    cursor.executemany(sql, [(False, SUPPORT, EXPERT), (True, SUPPORT, CUSTOMER)])
    assert (sim.participant(EXPERT)["muted"], sim.participant(CUSTOMER)["muted"]) == (False, True)


def test_executemany_fast(cursor, sim):
    sql = "UPDATE ConferenceParticipants SET Muted = ? WHERE ConferenceSid = ? AND CallSid = ?"
    cursor.fast_executemany = True
    cursor.executemany(sql, [(False, SUPPORT, EXPERT), (True, SUPPORT, CUSTOMER)])
    assert (sim.participant(EXPERT)["muted"], sim.participant(CUSTOMER)["muted"]) == (False, True)
    assert len([request for request in sim.requests() if request.method == "POST"]) == 2


@pytest.mark.parametrize(
    ("sql", "error", "state"),
    [
        ("SELEC 1", pyodbc.ProgrammingError, "42000"),
        ("SELECT * FROM Nothing", pyodbc.ProgrammingError, "42S02"),
        ("SELECT Nothing FROM Conferences", pyodbc.ProgrammingError, "42S22"),
        ("SELECT Sid FROM Conferences WHERE DateCreated > 'yesterday'", pyodbc.DataError, "22007"),
        ("SELECT Sid FROM Conferences WHERE Sid = 'CF1'", pyodbc.DataError, "22018"),
    ],
)
def test_exceptions_are_of_the_right_class(cursor, sql, error, state):
    with pytest.raises(error) as raised:
        cursor.execute(sql).fetchall()
    assert type(raised.value) is error
    assert raised.value.args[0] == state


def test_the_message_names_the_driver_and_carries_no_other(cursor):
    with pytest.raises(pyodbc.Error) as raised:
        cursor.execute("SELECT * FROM Nothing")
    text = raised.value.args[1]
    assert text.startswith("[42S02] [")
    assert text.count("42S02") == 1


def test_a_failed_request_is_an_operational_error(connection, cursor, sim):
    sim.fault("drop_before", times=0)
    with pytest.raises(pyodbc.OperationalError) as raised:
        cursor.execute(PARTICIPANTS).fetchall()
    assert raised.value.args[0].startswith("08")


def test_getinfo(connection):
    info = lambda name: connection.getinfo(getattr(pyodbc, name))
    assert info("SQL_DBMS_NAME") == "Twilio"
    assert info("SQL_DRIVER_NAME") == "libtwilioodbc.so"
    assert info("SQL_DRIVER_ODBC_VER") == "03.80"
    assert info("SQL_IDENTIFIER_QUOTE_CHAR") == '"'
    assert info("SQL_SEARCH_PATTERN_ESCAPE") == "\\"
    assert info("SQL_DATA_SOURCE_READ_ONLY") is False or info("SQL_DATA_SOURCE_READ_ONLY") == "N"
    assert info("SQL_TXN_CAPABLE") == 0
    assert info("SQL_PROCEDURES") in (True, "Y")


def test_the_search_escape_is_a_backslash(connection):
    assert connection.searchescape == "\\"


def test_text_is_decoded_as_utf8_too(connect):
    connection = connect()
    connection.setdecoding(pyodbc.SQL_CHAR, encoding="utf-8")
    connection.setencoding(encoding="utf-8")
    sql = f"SELECT Name FROM Conferences WHERE Sid = '{CAFE}'"
    assert connection.execute(sql).fetchval() == "Café ☕ Zürich 東京"
    assert connection.execute("SELECT COUNT(*) FROM Conferences WHERE Name = ?", "Café ☕ Zürich 東京").fetchval() == 1


def test_text_that_is_read_as_narrow_characters(connect):
    connection = connect()
    connection.setdecoding(pyodbc.SQL_WCHAR, encoding="utf-8", ctype=pyodbc.SQL_CHAR)
    assert connection.execute(f"SELECT Name FROM Conferences WHERE Sid = '{CAFE}'").fetchval() == "Café ☕ Zürich 東京"


def test_a_statement_may_hold_any_character(cursor):
    assert cursor.execute("SELECT 'Zürich ☕ 東京 🎉' AS v").fetchval() == "Zürich ☕ 東京 🎉"


# Read in many parts, at whose ends characters of any length stand.
LONG = "".join(chr(0x1F300 + i % 50) + chr(0x4E00 + i % 500) + "é" * (i % 3) for i in range(20000))


def test_long_text_comes_whole(cursor):
    assert cursor.execute("SELECT ? AS v", LONG).fetchval() == LONG


def test_long_text_comes_whole_as_narrow_characters(connect):
    connection = connect()
    connection.setdecoding(pyodbc.SQL_WCHAR, encoding="utf-8", ctype=pyodbc.SQL_CHAR)
    connection.setdecoding(pyodbc.SQL_CHAR, encoding="utf-8")
    assert connection.execute("SELECT ? AS v", LONG).fetchval() == LONG


def test_an_output_converter_is_given_the_bytes(connect):
    connection = connect()
    connection.add_output_converter(pyodbc.SQL_BIT, lambda value: ("bit", value))
    assert connection.execute(f"{PARTICIPANTS} AND CallSid = '{EXPERT}'").fetchone().Muted[0] == "bit"


def test_moments_do_not_shift(cursor):
    first, last = cursor.execute("SELECT MIN(DateCreated), MAX(DateCreated) FROM Conferences").fetchone()
    assert (first, last) == (datetime(2023, 11, 6, 9), datetime(2024, 6, 30, 17))
    assert last - first == timedelta(days=237, hours=8)


def test_many_connections_one_after_the_other(connect, sim):
    for _ in range(20):
        connection = connect(account(sim.url, ConnectOnOpen=0))
        assert connection.execute("SELECT COUNT(*) FROM Conferences").fetchval() == CONFERENCES
        connection.close()


def test_a_cursor_left_open_does_not_keep_the_connection_from_closing(connect):
    connection = connect()
    connection.execute(PARTICIPANTS).fetchone()
    connection.close()
    with pytest.raises(pyodbc.ProgrammingError):
        connection.cursor()
