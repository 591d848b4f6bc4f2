"""Attributes of connections and statements: what is honoured, what is substituted, what is refused."""

from ctypes import byref, c_int, c_uint, c_void_p, create_string_buffer

import pytest

import odbc
from odbc import ERROR, NO_DATA, SUCCESS, SUCCESS_WITH_INFO
from support import SUPPORT, account

ACCESS_MODE, AUTOCOMMIT, LOGIN_TIMEOUT, CURRENT_CATALOG, CONNECTION_TIMEOUT, CONNECTION_DEAD = 101, 102, 103, 109, 113, 1209
QUERY_TIMEOUT, MAX_ROWS, NOSCAN, ASYNC_ENABLE, CURSOR_TYPE, CONCURRENCY, ROW_ARRAY_SIZE = 0, 1, 2, 4, 6, 7, 27
FORWARD_ONLY, KEYSET_DRIVEN, DYNAMIC, STATIC = range(4)

PARTICIPANTS = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"


@pytest.fixture
def link():
    with odbc.connected() as connection:
        yield connection


@pytest.fixture
def statement(link):
    with link.statement() as statement:
        yield statement


def put(handle, attribute: int, value: int) -> int:
    function = "SQLSetStmtAttr" if isinstance(handle, odbc.Statement) else "SQLSetConnectAttr"
    return handle.call(function, c_int(attribute), c_void_p(value), c_int(0), check=False)


def get(handle, attribute: int) -> int:
    function = "SQLGetStmtAttr" if isinstance(handle, odbc.Statement) else "SQLGetConnectAttr"
    value = c_void_p(0)
    handle.call(function, c_int(attribute), byref(value), c_int(8), None)
    return value.value or 0


def test_autocommit_stays_on_and_says_so(link):
    assert put(link, AUTOCOMMIT, 0) == SUCCESS_WITH_INFO
    assert link.diagnostics()[0].state == "01S02"
    assert put(link, AUTOCOMMIT, 1) == SUCCESS


def test_attributes_may_be_set_before_connecting(sim):
    with odbc.environment() as env, env.connection() as connection:
        assert put(connection, LOGIN_TIMEOUT, 7) == SUCCESS
        assert put(connection, ACCESS_MODE, 1) == SUCCESS
        connection.driver_connect("DSN=Twilio", check=True)
        with connection.statement() as statement:
            assert statement.execute(f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'", check=False) == ERROR
            assert statement.diagnostics()[0].state == "25006"


def test_the_current_catalog_is_told(link):
    buffer, length = create_string_buffer(64), c_int()
    link.call("SQLGetConnectAttr", c_int(CURRENT_CATALOG), buffer, c_int(len(buffer)), byref(length))
    assert (buffer.value, length.value) == (b"CData", 5)


def test_a_connection_that_lives_is_not_dead(link, sim):
    sim.clear()
    value = c_uint(7)
    link.call("SQLGetConnectAttr", c_int(CONNECTION_DEAD), byref(value), c_int(4), None)
    assert value.value == 0
    assert sim.requests() == [], "it is told without asking"


def test_max_rows_ends_the_result(statement):
    assert put(statement, MAX_ROWS, 2) == SUCCESS
    statement.execute(PARTICIPANTS)
    assert len(statement.rows()) == 2
    statement.close()
    put(statement, MAX_ROWS, 0)
    statement.execute(PARTICIPANTS)
    assert len(statement.rows()) == 5


def test_numbers_that_were_set_are_given_back(statement, link):
    for attribute, value in [(QUERY_TIMEOUT, 12), (MAX_ROWS, 3), (ROW_ARRAY_SIZE, 4)]:
        assert put(statement, attribute, value) == SUCCESS
        assert get(statement, attribute) == value


@pytest.mark.parametrize("cursor", [KEYSET_DRIVEN, DYNAMIC])
def test_a_cursor_that_shows_changes_is_substituted(statement, cursor):
    assert get(statement, CURSOR_TYPE) == FORWARD_ONLY
    assert put(statement, CURSOR_TYPE, cursor) == SUCCESS_WITH_INFO
    assert statement.diagnostics()[0].state == "01S02"
    assert get(statement, CURSOR_TYPE) == STATIC


def test_a_cursor_that_writes_is_substituted(statement):
    assert put(statement, CONCURRENCY, 2) == SUCCESS_WITH_INFO
    assert statement.diagnostics()[0].state == "01S02"
    assert get(statement, CONCURRENCY) == 1


def test_asynchronous_execution_is_refused(statement):
    assert put(statement, ASYNC_ENABLE, 1) == ERROR
    assert statement.diagnostics()[0].state == "HYC00"


@pytest.mark.parametrize("attribute", [1227, 1228, 1041, 30002, 4711])
def test_private_attributes_of_others_are_refused(statement, attribute):
    assert put(statement, attribute, 1) == ERROR
    assert statement.diagnostics()[0].state in ("HY092", "HYC00")


def test_ending_a_transaction_without_one(link):
    assert link.library.call("SQLEndTran", odbc.c_short(odbc.DBC), link.handle, odbc.c_short(0)) == SUCCESS


def test_there_is_one_result(statement):
    statement.execute(PARTICIPANTS)
    assert statement.call("SQLMoreResults") == NO_DATA


def test_a_cursor_is_closed_once(statement):
    statement.execute(PARTICIPANTS)
    assert statement.call("SQLCloseCursor") == SUCCESS
    assert statement.call("SQLCloseCursor", check=False) == ERROR
    assert statement.diagnostics()[0].state == "24000"
    assert statement.close() == SUCCESS


def test_a_cursor_must_be_closed_before_the_next(statement):
    statement.execute(PARTICIPANTS)
    assert statement.execute(PARTICIPANTS, check=False) == ERROR
    assert statement.diagnostics()[0].state == "24000"


def test_an_application_of_odbc_2_is_told_its_own_types(sim):
    with odbc.environment(version=2) as env, env.connection() as connection:
        connection.driver_connect(account(sim.url), check=True)
        with connection.statement() as statement:
            statement.execute("SELECT DateCreated FROM Conferences LIMIT 1")
            assert statement.describe(1)[1] == 11
            assert statement.rows() == [["2024-06-30 17:00:00"]]
