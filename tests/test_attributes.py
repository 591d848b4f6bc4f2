"""Attributes of connections and statements: what is honoured, what is substituted, what is refused."""

from ctypes import byref, c_int, c_short, c_uint, c_ushort, c_void_p, create_string_buffer

import pytest

import odbc
from odbc import DBC, DESC, ENV, ERROR, INVALID_HANDLE, NO_DATA, STMT, SUCCESS, SUCCESS_WITH_INFO
from support import ACCOUNT, LIBRARY, SUPPORT, TOKEN, account, string

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


# What a connection attribute does, asked of the driver itself: its number, a value, what setting it says before the
# connection is opened and afterwards, and what is told then (`=`: what was set). Of a refusal, the SQLSTATE.
CONNECTION_ATTRIBUTES = {
    "ACCESS_MODE": (101, 1, "ok", "ok", "="), "ACCESS_MODE, unknown": (101, 2, "HY024", "HY024", 0),
    "ASYNC_DBC_EVENT": (119, 8, "HY118", "HY118", "HY118"), "ASYNC_DBC_FUNCTIONS_ENABLE": (117, 0, "ok", "ok", "="),
    "ASYNC_DBC_FUNCTIONS_ENABLE, on": (117, 1, "HYC00", "HYC00", 0), "ASYNC_DBC_PCALLBACK": (120, 8, "HY118", "HY118", "HY118"),
    "ASYNC_DBC_PCONTEXT": (121, 8, "HY118", "HY118", "HY118"), "ASYNC_ENABLE": (4, 0, "ok", "ok", "="),
    "ASYNC_ENABLE, on": (4, 1, "HYC00", "HYC00", 0), "ASYNC_ENABLE, unknown": (4, 2, "HY024", "HY024", 0),
    "AUTO_IPD": (10001, 1, "HY092", "HY092", 0), "AUTOCOMMIT": (102, 1, "ok", "ok", "="),
    "AUTOCOMMIT, off": (102, 0, "01S02", "01S02", 1), "AUTOCOMMIT, unknown": (102, 2, "HY024", "HY024", 1),
    "CONNECTION_DEAD": (1209, 1, "HY092", "HY092", 0), "CONNECTION_TIMEOUT": (113, 9, "ok", "01000", "="),
    "DBC_INFO_TOKEN": (118, 8, "08003", "HYC00", "HYC00"), "ENLIST_IN_DTC": (1207, 8, "08003", "HYC00", "HYC00"),
    "ENLIST_IN_XA": (1208, 8, "08003", "HYC00", "HYC00"), "LOGIN_TIMEOUT": (103, 7, "ok", "HY011", 7),
    "METADATA_ID": (10014, 1, "ok", "ok", "="), "METADATA_ID, unknown": (10014, 2, "HY024", "HY024", 0),
    "ODBC_CURSORS": (110, 2, "ok", "08002", 2), "ODBC_CURSORS, the driver manager's": (110, 1, "01S02", "08002", 2),
    "PACKET_SIZE": (112, 0, "ok", "HY011", 0), "PACKET_SIZE, another": (112, 4096, "01S02", "HY011", 0),
    "QUIET_MODE": (111, 8, "ok", "ok", "="), "RESET_CONNECTION": (116, 1, "ok", "ok", "HY092"),
    "RESET_CONNECTION, unknown": (116, 2, "HY024", "HY024", "HY092"), "TRACE": (104, 1, "HYC00", "HYC00", "HYC00"),
    "TRANSLATE_OPTION": (107, 1, "08003", "HYC00", "HYC00"), "TXN_ISOLATION": (108, 1, "ok", "ok", "="),
    "TXN_ISOLATION, serializable": (108, 8, "01S02", "01S02", 1), "TXN_ISOLATION, unknown": (108, 3, "HY024", "HY024", 1),
    "System.Data.Odbc's 1227": (1227, 1, "HY092", "HY092", "HY092"), "System.Data.Odbc's 1228": (1228, 1, "HY092", "HY092", "HY092"),
    "1041": (1041, 1, "HY092", "HY092", "HY092"), "1042": (1042, 1, "HY092", "HY092", "HY092"),
    "30002": (30002, 1, "HY092", "HY092", "HY092"),
}  # fmt: skip


def outcome(handle, code: int) -> str:
    return "ok" if code == SUCCESS else handle.diagnostics()[0].state


def told(handle, attribute: int) -> int | str:
    try:
        return get(handle, attribute)
    except odbc.Failed as failed:
        return failed.state


@pytest.mark.parametrize("name", CONNECTION_ATTRIBUTES)
def test_connection_attributes_before_and_after_the_connection_is_opened(sim, name):
    attribute, value, before, after, expected = CONNECTION_ATTRIBUTES[name]
    expected = value if expected == "=" else expected
    with odbc.environment(LIBRARY) as env, env.connection() as connection:
        assert outcome(connection, put(connection, attribute, value)) == before
        if before in ("ok", "01S02"):
            assert told(connection, attribute) == expected, "it is told before the connection is opened as well"
        if before == "08003":
            assert told(connection, attribute) == "08003"
        connection.driver_connect(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), check=True)
        if before == "ok":
            assert told(connection, attribute) == expected, "it lasts"
    with odbc.connected(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), LIBRARY) as connection:
        assert outcome(connection, put(connection, attribute, value)) == after
        if after in ("ok", "01S02", "01000", "HY092", "HYC00", "HY118"):
            assert told(connection, attribute) == expected


@pytest.mark.parametrize("attribute, before, after", [(109, "HY009", "HY009"), (105, "HY009", "HY009"), (106, "HY009", "HY009")])
def test_attributes_that_are_text(sim, attribute, before, after):
    with odbc.environment(LIBRARY) as env, env.connection() as connection:
        assert outcome(connection, put(connection, attribute, 0)) == before
        connection.driver_connect(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), check=True)
        assert outcome(connection, put(connection, attribute, 0)) == after
        text = lambda value: connection.call("SQLSetConnectAttr", c_int(attribute), value, c_int(odbc.NTS), check=False)
        if attribute == CURRENT_CATALOG:
            assert outcome(connection, text(b"cdata")) == "ok"
            assert outcome(connection, text(b"Other")) == "HY024"
            buffer, length = create_string_buffer(4), c_int()
            code = connection.call("SQLGetConnectAttr", c_int(attribute), buffer, c_int(4), byref(length))
            assert (code, buffer.value, length.value) == (SUCCESS_WITH_INFO, b"CDa", 5)
            assert connection.diagnostics()[0].state == "01004"
        else:
            assert outcome(connection, text(b"x")) == "HYC00"


def test_a_dead_connection_is_one_that_was_open(sim):
    with odbc.environment(LIBRARY) as env, env.connection() as connection:
        assert told(connection, CONNECTION_DEAD) == "08003"


# Number, value, what setting it says, and what is told (`=`: what was set).
STATEMENT_ATTRIBUTES = {
    "QUERY_TIMEOUT": (0, 12, "ok", "="), "MAX_ROWS": (1, 3, "ok", "="), "NOSCAN": (2, 0, "ok", "="), "NOSCAN, on": (2, 1, "HYC00", 0),
    "MAX_LENGTH": (3, 9, "ok", "="), "ASYNC_ENABLE": (4, 0, "ok", "="), "ASYNC_ENABLE, on": (4, 1, "HYC00", 0),
    "RETRIEVE_DATA": (11, 0, "ok", "="), "RETRIEVE_DATA, unknown": (11, 2, "HY024", 1), "ENABLE_AUTO_IPD": (15, 0, "ok", "="),
    "ENABLE_AUTO_IPD, on": (15, 1, "HYC00", 0), "ENABLE_AUTO_IPD, unknown": (15, 7, "HY024", 0), "METADATA_ID": (10014, 1, "ok", "="),
    "METADATA_ID, unknown": (10014, 5, "HY024", 0), "ROW_ARRAY_SIZE": (27, 5, "ok", "="), "ROW_ARRAY_SIZE, none": (27, 0, "HY024", 1),
    "ROWSET_SIZE": (9, 5, "ok", "="), "ROWSET_SIZE, none": (9, 0, "HY024", 1), "PARAMSET_SIZE": (22, 5, "ok", "="),
    "PARAMSET_SIZE, none": (22, 0, "HY024", 1), "ASYNC_STMT_EVENT": (29, 8, "HY118", "HY118"),
    "ASYNC_STMT_PCALLBACK": (30, 8, "HY118", "HY118"), "ASYNC_STMT_PCONTEXT": (31, 8, "HY118", "HY118"),
    "1227": (1227, 1, "HY092", "HY092"), "30002": (30002, 1, "HY092", "HY092"),
}  # fmt: skip


@pytest.mark.parametrize("name", STATEMENT_ATTRIBUTES)
def test_statement_attributes(sim, name):
    attribute, value, expected, then = STATEMENT_ATTRIBUTES[name]
    with odbc.connected(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), LIBRARY) as connection:
        with connection.statement() as statement:
            assert outcome(statement, put(statement, attribute, value)) == expected
            assert told(statement, attribute) == (value if then == "=" else then)


@pytest.mark.parametrize("attribute, value", [(QUERY_TIMEOUT, 9), (MAX_ROWS, 2), (3, 5), (9, 4), (11, 0), (10014, 1)])
def test_what_is_set_on_the_connection_is_the_default_of_its_statements(link, attribute, value):
    with link.statement() as earlier:
        before = get(earlier, attribute)
        assert put(link, attribute, value) == SUCCESS
        assert get(link, attribute) == value
        with link.statement() as later:
            assert get(later, attribute) == value
            put(later, attribute, before)
            assert (get(later, attribute), get(link, attribute)) == (before, value)
        assert get(earlier, attribute) == before


def test_parameters_are_described_but_an_ipd_is_not_filled(link, statement):
    """SQL_ATTR_AUTO_IPD says so, and SQL_ATTR_ENABLE_AUTO_IPD cannot be switched on."""
    assert get(link, 10001) == 0
    assert put(statement, 15, 1) == ERROR and statement.diagnostics()[0].state == "HYC00"
    statement.prepare("SELECT * FROM Messages WHERE DateSent > ?")
    ipd, count = c_void_p(), c_short(7)
    statement.call("SQLGetStmtAttr", c_int(10013), byref(ipd), c_int(0), None)
    assert link.library.call("SQLGetDescField", ipd.value, c_short(0), c_short(1001), byref(count), c_int(2), None) == SUCCESS
    assert count.value == 0


ODBC_VERSION, CONNECTION_POOLING, CP_MATCH, OUTPUT_NTS = 200, 201, 202, 10001


def test_environment_attributes():
    with odbc.Environment(odbc.Library(LIBRARY), None) as env:
        put_ = lambda attribute, value: env.call("SQLSetEnvAttr", c_int(attribute), c_void_p(value), c_int(0), check=False)

        def get_(attribute: int) -> int | str:
            value = c_int(-1)
            code = env.call("SQLGetEnvAttr", c_int(attribute), byref(value), c_int(4), None, check=False)
            return value.value if code == SUCCESS else env.diagnostics()[0].state

        assert get_(ODBC_VERSION) == "HY010"
        with pytest.raises(odbc.Failed) as failed:
            env.connection()
        assert failed.value.state == "HY010"
        for version in (2, 3, 380):
            assert outcome(env, put_(ODBC_VERSION, version)) == "ok" and get_(ODBC_VERSION) == version
        assert outcome(env, put_(ODBC_VERSION, 4)) == "HY024" and get_(ODBC_VERSION) == 380
        assert outcome(env, put_(OUTPUT_NTS, 1)) == "ok" and get_(OUTPUT_NTS) == 1
        assert outcome(env, put_(OUTPUT_NTS, 0)) == "HYC00"
        assert outcome(env, put_(OUTPUT_NTS, 2)) == "HY024"
        for managers in (CONNECTION_POOLING, CP_MATCH):
            assert outcome(env, put_(managers, 1)) == get_(managers) == "HYC00"
        assert outcome(env, put_(4711, 1)) == get_(4711) == "HY092"
        with env.connection():
            assert outcome(env, put_(ODBC_VERSION, 380)) == "ok"
            assert outcome(env, put_(ODBC_VERSION, 3)) == "HY010"


def test_transactions_end_on_environments_and_connections(sim):
    with odbc.environment(LIBRARY) as env, env.connection() as connection:
        end = lambda kind, handle, how: connection.library.call("SQLEndTran", c_short(kind), handle.handle, c_short(how))
        assert end(ENV, env, 0) == SUCCESS
        assert end(DBC, connection, 0) == ERROR and connection.diagnostics()[0].state == "08003"
        connection.driver_connect(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), check=True)
        for kind, handle in [(ENV, env), (DBC, connection)]:
            assert end(kind, handle, 0) == end(kind, handle, 1) == SUCCESS
            assert end(kind, handle, 2) == ERROR and handle.diagnostics()[0].state == "HY012"
        with connection.statement() as statement:
            statement.execute(f"UPDATE ConferenceParticipants SET Muted = 1 WHERE ConferenceSid = '{SUPPORT}'")
            assert end(ENV, env, 1) == SUCCESS_WITH_INFO and env.diagnostics()[0].state == "01000"
            assert end(DBC, connection, 1) == SUCCESS, "it was told once"
            assert end(STMT, statement, 0) == ERROR and statement.diagnostics()[0].state == "HY092"
            assert end(77, statement, 0) == INVALID_HANDLE


def test_what_can_be_cancelled(sim):
    with odbc.connected(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), LIBRARY) as connection:
        cancel = lambda kind, handle: connection.library.call("SQLCancelHandle", c_short(kind), handle)
        with connection.statement() as statement:
            assert cancel(STMT, statement.handle) == cancel(DBC, connection.handle) == SUCCESS
            statement.execute(PARTICIPANTS)
            assert cancel(STMT, statement.handle) == SUCCESS
            assert len(statement.rows()) == 5, "what does not run is not disturbed"
            ard = c_void_p()
            statement.call("SQLGetStmtAttr", c_int(10010), byref(ard), c_int(0), None)
            assert cancel(DESC, ard.value) == ERROR
            assert connection.library.diagnostics(DESC, ard.value)[0].state == "HY092"
            assert cancel(STMT, connection.handle) == cancel(DBC, statement.handle) == INVALID_HANDLE


def test_there_are_no_more_results_in_any_state(sim):
    with odbc.connected(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), LIBRARY) as connection:
        with connection.statement() as statement:
            statement.execute("CREATE TEMP TABLE T (a INTEGER)")
            assert statement.call("SQLMoreResults") == NO_DATA
            statement.call("SQLTables", *[None, c_short(0)] * 4)
            assert statement.call("SQLMoreResults") == NO_DATA
            statement.execute(PARTICIPANTS)
            assert statement.call("SQLMoreResults") == statement.call("SQLMoreResults") == NO_DATA
            assert statement.call("SQLFetch", check=False) == ERROR


def test_functions_are_asked_for_one_by_one(link):
    for number in (55, 58, 1004, 1008):
        found = c_ushort(7)
        link.call("SQLGetFunctions", c_ushort(number), byref(found))
        assert found.value == 1, number
