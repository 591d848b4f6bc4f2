"""Applications of ODBC 2, as they call: their functions through unixODBC, which maps them, and their types from the driver."""

from __future__ import annotations

from ctypes import byref, c_int, c_long, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p, create_string_buffer

import pytest

import odbc
from odbc import ERROR, NO_DATA, NTS, SUCCESS, environment
from support import ACCOUNT, LIBRARY, SUPPORT, SUPPORT_CALLS, TOKEN, string

PARTICIPANTS = f"SELECT CallSid, Muted, DateCreated FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"
DATE, TIME, TIMESTAMP = 9, 10, 11
CHAR = 1

# Messages of the same statements for applications of ODBC 2 and of ODBC 3.
STATES = {
    "SELECT Nothing FROM Messages": ("S0022", "42S22"), "SELECT * FROM Nothing": ("S0002", "42S02"), "SELEC": ("37000", "42000"),
    "SELECT CAST('x' AS INTEGER)": ("22005", "22018"),
}  # fmt: skip


class Old:
    """Handles that the functions of ODBC 2 allocated: environment, connection, statement."""

    def __init__(self) -> None:
        self.library = odbc.Library()
        self.environment, self.connection, self.statement = c_void_p(), c_void_p(), c_void_p()
        assert self.call("SQLAllocEnv", byref(self.environment)) == SUCCESS
        assert self.call("SQLAllocConnect", self.environment, byref(self.connection)) == SUCCESS

    def open(self) -> Old:
        done = self.call("SQLConnect", self.connection, b"Twilio", c_short(NTS), None, c_short(0), None, c_short(0))
        assert done == SUCCESS
        assert self.call("SQLAllocStmt", self.connection, byref(self.statement)) == SUCCESS
        return self

    def call(self, function: str, *arguments) -> int:
        return self.library.call(function, *arguments)

    def execute(self, sql: str) -> int:
        return self.call("SQLExecDirect", self.statement, sql.encode(), c_int(NTS))

    def error(self) -> str | None:
        """The SQLSTATE of the next record; SQLError takes it away."""
        state, native, text, length = create_string_buffer(6), c_int(), create_string_buffer(512), c_short()
        code = self.call(
            "SQLError", None, None, self.statement, state, byref(native), text, c_short(512), byref(length)
        )  # fmt: skip
        return None if code == NO_DATA else state.value.decode()

    def attribute(self, column: int, id: int) -> int | str:
        text, length, number = create_string_buffer(100), c_short(), c_long(-7)
        code = self.call(
            "SQLColAttributes", self.statement, c_ushort(column), c_ushort(id), text, c_short(100), byref(length), byref(number)
        )  # fmt: skip
        assert code == SUCCESS, self.error()
        return text.value.decode() or number.value

    def option(self, function: str, handle: c_void_p, option: int) -> int:
        value = c_void_p(0)
        assert self.call(function, handle, c_ushort(option), byref(value)) == SUCCESS
        return value.value or 0

    def names(self) -> list[str]:
        count = c_short()
        self.call("SQLNumResultCols", self.statement, byref(count))
        found = []
        for number in range(1, count.value + 1):
            name = create_string_buffer(64)
            self.call("SQLDescribeCol", self.statement, c_ushort(number), name, c_short(64), *[None] * 5)
            found.append(name.value.decode())
        return found

    def column(self, number: int) -> list[str]:
        found = []
        while self.call("SQLFetch", self.statement) == SUCCESS:
            text, length = create_string_buffer(200), c_ssize_t()
            self.call("SQLGetData", self.statement, c_ushort(number), c_short(CHAR), text, c_ssize_t(200), byref(length))
            found.append(text.value.decode())
        return found


@pytest.fixture
def old(sim):
    handles = Old().open()
    yield handles
    handles.call("SQLFreeStmt", handles.statement, c_ushort(1))
    assert handles.call("SQLDisconnect", handles.connection) == SUCCESS
    assert handles.call("SQLFreeConnect", handles.connection) == SUCCESS
    assert handles.call("SQLFreeEnv", handles.environment) == SUCCESS


@pytest.fixture(params=[2, 3])
def direct(request, sim):
    """The version that the environment has, and a connection of the driver itself."""
    with environment(LIBRARY, request.param) as env, env.connection() as connection:
        connection.driver_connect(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), check=True)
        yield request.param, connection


def test_a_statement_from_end_to_end(old):
    assert old.execute(PARTICIPANTS) == SUCCESS
    assert old.column(1) == SUPPORT_CALLS
    assert old.call("SQLFetch", old.statement) == NO_DATA


# What SQLColAttributes tells, by its own numbers: of text, of a bit, of a timestamp.
ATTRIBUTES = {
    0: (3, 3, 3), 1: ("CallSid", "Muted", "DateCreated"), 2: (-9, -7, TIMESTAMP), 3: (68, 1, 16), 4: (34, 1, 19), 5: (0, 0, 0),
    6: (34, 1, 19), 7: (0, 1, 1), 8: (1, 1, 1), 9: (0, 0, 0), 11: (0, 0, 0), 12: (1, 0, 0), 13: (3, 3, 3),
    14: ("NVARCHAR", "BIT", "TIMESTAMP"), 15: ("ConferenceParticipants",) * 3, 16: ("Twilio",) * 3, 17: ("CData",) * 3,
    18: ("CallSid", "Muted", "DateCreated"),
}  # fmt: skip


def test_columns_have_the_attributes_of_odbc_2(old):
    old.execute(PARTICIPANTS)
    for id, expected in ATTRIBUTES.items():
        assert tuple(old.attribute(column, id) for column in (1, 2, 3)) == expected, id


@pytest.mark.parametrize("sql", STATES)
def test_states_are_those_of_odbc_2(old, sql):
    if old.execute(sql) == SUCCESS:
        old.call("SQLFetch", old.statement)
    assert old.error() == STATES[sql][0]
    with odbc.connected() as connection, connection.statement() as statement:
        with pytest.raises(odbc.Failed) as failed:
            statement.execute(sql)
            statement.fetch()
        assert failed.value.state == STATES[sql][1]


def test_an_error_is_told_once(old):
    assert old.execute("SELECT * FROM Nothing") == ERROR
    assert (old.error(), old.error()) == ("S0002", None)


def test_states_of_the_interface_itself(old):
    assert old.call("SQLSetStmtOption", old.statement, c_ushort(4), c_size_t(1)) == ERROR
    assert old.error() == "S1C00"
    assert old.call("SQLGetTypeInfo", old.statement, c_short(1234)) == ERROR
    assert old.error() == "S1004"


def test_a_change_that_finds_nothing_succeeds(old):
    """ODBC 3 says SQL_NO_DATA, ODBC 2 knows SQL_SUCCESS only."""
    sql = "UPDATE Gone SET a = 1 WHERE a = 2"
    assert old.execute("CREATE TEMP TABLE Gone (a INTEGER)") == SUCCESS
    assert old.execute(sql) == SUCCESS
    with odbc.connected() as connection, connection.statement() as statement:
        statement.execute("CREATE TEMP TABLE Gone (a INTEGER)")
        assert statement.execute(sql) == NO_DATA


def test_types_of_c_in_their_old_numbers(old):
    old.execute("SELECT {d '2024-05-06'}, {t '07:08:09'}, {ts '2024-05-06 07:08:09'}")
    buffers = [create_string_buffer(16) for _ in range(3)]
    for number, (code, buffer) in enumerate(zip([DATE, TIME, TIMESTAMP], buffers), 1):
        assert old.call("SQLBindCol", old.statement, c_ushort(number), c_short(code), buffer, c_ssize_t(16), None) == SUCCESS
    assert old.call("SQLFetch", old.statement) == SUCCESS
    fields = [[int.from_bytes(b.raw[i : i + 2], "little") for i in range(0, 12, 2)] for b in buffers]
    assert fields == [[2024, 5, 6, 0, 0, 0], [7, 8, 9, 0, 0, 0], [2024, 5, 6, 7, 8, 9]]


def test_options_of_connections_and_statements(old):
    get = lambda option: old.option("SQLGetConnectOption", old.connection, option)
    assert (get(101), get(102), get(103)) == (0, 1, 0)
    assert old.call("SQLSetConnectOption", old.connection, c_ushort(1), c_size_t(2)) == SUCCESS
    other = c_void_p()
    old.call("SQLAllocStmt", old.connection, byref(other))
    assert old.option("SQLGetStmtOption", other, 1) == 2, "it is the default of the next statement"
    old.call("SQLFreeStmt", old.statement, c_ushort(1))
    old.statement = other
    old.execute(PARTICIPANTS)
    assert len(old.column(1)) == 2
    for option, value in [(0, 9), (1, 3), (3, 100), (9, 5), (11, 0)]:
        assert old.call("SQLSetStmtOption", old.statement, c_ushort(option), c_size_t(value)) == SUCCESS
        assert old.option("SQLGetStmtOption", old.statement, option) == value


def test_a_parameter_of_sqlsetparam(old):
    value, length = create_string_buffer(SUPPORT_CALLS[2].encode()), c_ssize_t(NTS)
    done = old.call(
        "SQLSetParam", old.statement, c_ushort(1), c_short(CHAR), c_short(12), c_size_t(34), c_short(0), value, byref(length)
    )  # fmt: skip
    assert done == SUCCESS, old.error()
    assert old.execute(PARTICIPANTS + " AND CallSid = ?") == SUCCESS
    assert old.column(1) == [SUPPORT_CALLS[2]]


def test_a_transaction_ends(old):
    assert old.call("SQLTransact", old.environment, old.connection, c_ushort(0)) == SUCCESS
    assert old.call("SQLTransact", None, old.connection, c_ushort(1)) == SUCCESS


def test_results_of_catalogue_functions_are_bound_by_number(old):
    """Names are those of ODBC 3, and places those of ODBC 2."""
    nothing = (None, c_short(0))
    old.call("SQLColumns", old.statement, *nothing, *nothing, b"Messages", c_short(NTS), b"DateSent", c_short(NTS))
    assert old.names()[:12] == [
        "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "BUFFER_LENGTH",
        "DECIMAL_DIGITS", "NUM_PREC_RADIX", "NULLABLE", "REMARKS",
    ]  # fmt: skip
    assert old.column(5) == [str(TIMESTAMP)]


def test_types_are_listed_by_the_codes_of_the_version(direct):
    version, connection = direct
    codes = [9, 10, 11] if version == 2 else [91, 92, 93]
    with connection.statement() as statement:
        statement.call("SQLGetTypeInfo", c_short(0))
        rows = statement.rows()
        assert [int(row[1]) for row in rows] == sorted(int(row[1]) for row in rows)
        listed = {row[0]: int(row[1]) for row in rows}
        assert [listed[name] for name in ("DATE", "TIME", "TIMESTAMP")] == codes
        statement.close()
        for code in [9, 91]:
            statement.call("SQLGetTypeInfo", c_short(code))
            assert [row[0] for row in statement.rows()] == ["DATE"]
            statement.close()


def test_columns_and_parameters_have_the_codes_of_the_version(direct):
    version, connection = direct
    code = 11 if version == 2 else 93
    with connection.statement() as statement:
        statement.prepare(PARTICIPANTS + " AND DateCreated > ?")
        assert statement.describe(3)[1] == code
        value = c_ssize_t()
        for field, expected in [(2, code), (1002, 11 if version == 2 else 9)]:
            statement.call("SQLColAttribute", c_ushort(3), c_ushort(field), None, c_short(0), None, byref(value))
            assert value.value == expected
        sql_type = c_short()
        statement.call("SQLDescribeParam", c_ushort(1), byref(sql_type), None, None, None)
        assert sql_type.value == code
        nothing = (None, c_short(0))
        statement.call("SQLProcedureColumns", *nothing, *nothing, b"SendMessage", c_short(NTS), b"SendAt", c_short(NTS))
        assert [int(row[5]) for row in statement.rows()] == [code]


@pytest.mark.parametrize("id, width", [(0, 2), (1, 2), (8, 4), (9, 2), (11, None), (12, 2), (15, 2), (43, 4), (44, 4), (78, 4), (79, 4), (80, 4), (82, 4), (83, 4)])
def test_information_of_odbc_2_is_answered_in_its_width(direct, id, width):
    _, connection = direct
    buffer, length = create_string_buffer(b"\xee" * 16, 16), c_short()
    assert connection.call("SQLGetInfo", c_ushort(id), buffer, c_short(16), byref(length)) == SUCCESS
    if width is None:
        assert buffer.value in (b"Y", b"N")
    else:
        assert length.value == width and set(buffer.raw[width:]) == {0xEE}
