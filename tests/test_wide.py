"""SQLWCHAR in two bytes and in four: the same calls through unixODBC, through iODBC, and to the driver itself."""

import ctypes
import os
import subprocess
from ctypes import byref, c_int, c_short, c_ssize_t, c_uint, c_ushort, c_void_p, create_string_buffer

import pytest

import conftest
import odbc
import wide
from odbc import ENV, ERROR, NEED_DATA, NO_DATA, NTS, NULL_DATA, SUCCESS, SUCCESS_WITH_INFO, Failed
from support import ACCOUNT, CAFE, LIBRARY, SUPPORT, TOKEN, string
from wide import IODBC, Way

CAFE_NAME = "Café ☕ Zürich 東京"
# Characters of one to four bytes of UTF-8, and of one and two units of UTF-16.
MIXED = "a😀é東😀b"

DATA_AT_EXEC, LEN_DATA_AT_EXEC = -2, -100
COLUMN_NAME, OCTET_LENGTH, DISPLAY_SIZE = 1, 1013, 6
ROW_ARRAY_SIZE, PARAMSET_SIZE, MAX_LENGTH, ROW_BIND_TYPE = 27, 22, 3, 5
DRIVER_UNICODE_TYPE, APP_WCHAR_TYPE, CURRENT_CATALOG = 1065, 1061, 109


@pytest.fixture(scope="module")
def ways(tmp_path_factory) -> dict[str, Way]:
    called = wide.caller(tmp_path_factory.mktemp("caller"), "libiodbc-caller.so")
    ways = [
        Way("unixODBC", odbc.MANAGER, 2),
        Way("iODBC", IODBC, 4),
        Way("direct", LIBRARY, 2),
        Way("direct4", LIBRARY, 4, called),
    ]
    return {way.name: way for way in ways}


@pytest.fixture(params=["unixODBC", "iODBC", "direct", "direct4"])
def way(request, ways, monkeypatch) -> Way:
    if request.param == "iODBC":
        # iODBC's name for what unixODBC finds by ODBCSYSINI, and would look for in that folder.
        monkeypatch.setenv("ODBCINSTINI", str(conftest.folder / "odbcinst.ini"))
    return ways[request.param]


def target(sim, way: Way) -> str:
    """A connection string."""
    return string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url) if way.path == LIBRARY else "DSN=Twilio"


@pytest.fixture
def connection(way, sim):
    with way.connected(target(sim, way)) as connection:
        yield connection


@pytest.fixture
def statement(connection):
    with connection.statement() as statement:
        yield statement


def told(way: Way, text: str) -> set[int]:
    """The lengths that SQLDriverConnectW may tell: iODBC before 3.52.16 multiplies the right one by four."""
    length = way.length(text)
    return {length, 4 * length} if way.name == "iODBC" else {length}


# Strings as arguments and as answers.


def test_connecting_completes_the_string(way, sim):
    with way.environment() as env, wide.Connection(way, env) as connection:
        code, completed, length = connection.connect(target(sim, way))
        assert code == SUCCESS and completed.startswith(target(sim, way).split(";")[0])
        assert length in told(way, completed)
        assert connection.query("SELECT 1")


def test_a_completed_string_is_cut_to_its_buffer(way, sim):
    with way.environment() as env, wide.Connection(way, env) as connection:
        code, completed, length = connection.connect(target(sim, way), capacity=8)
        assert code == SUCCESS_WITH_INFO and completed == target(sim, way)[:7]
        # iODBC asks the driver for more before it looks for records, and finds them all the same.
        assert [record.state for record in connection.diagnostics()] == ["01004"]


@pytest.mark.parametrize("way", ["unixODBC", "iODBC"], indirect=True)
def test_a_data_source_is_named(way, sim):
    with way.environment() as env, wide.Connection(way, env) as connection:
        name, user, password = way.terminated("Twilio"), way.terminated(ACCOUNT), way.terminated(TOKEN)
        connection.call("SQLConnectW", name, c_short(6), user, c_short(NTS), password, c_short(NTS))
        assert connection.query(f"SELECT Name FROM Conferences WHERE Sid = '{CAFE}'") == [[CAFE_NAME]]


def test_a_statement_and_its_text_are_wide(connection):
    assert connection.query(f"SELECT '{MIXED}' AS t, Name FROM Conferences WHERE Name = '{CAFE_NAME}'") == [
        [MIXED, CAFE_NAME]
    ]


def test_a_statement_has_a_length(statement):
    statement.prepare(f"SELECT '{MIXED}' AS t")
    statement.call("SQLExecute")
    assert statement.fetch() and statement.text(1) == MIXED


def test_names_of_columns_are_counted_in_characters(statement, way):
    statement.execute('SELECT 1 AS "😀 Preis €"')
    assert statement.name(1) == (SUCCESS, "😀 Preis €", way.length("😀 Preis €"))
    # A surrogate pair that does not fit is left out.
    assert statement.name(1, 2)[:2] == (SUCCESS_WITH_INFO, "" if way.unit == 2 else "😀")
    assert statement.diagnostics()[0].state == "01004"
    assert statement.name(1, 5)[1] == ("😀 P" if way.unit == 2 else "😀 Pr")


def test_attributes_of_columns_are_counted_in_bytes(statement, way):
    statement.execute('SELECT Name AS "😀 Preis €" FROM Conferences LIMIT 1')
    name, length = way.buffer(40), c_short()
    statement.call("SQLColAttributeW", c_ushort(1), c_ushort(1011), name, c_short(len(name)), byref(length), None)
    assert (way.text(name), length.value) == ("😀 Preis €", len(way.encode("😀 Preis €")))
    numbers = {}
    for field in (OCTET_LENGTH, DISPLAY_SIZE):
        number = c_ssize_t()
        statement.call("SQLColAttributeW", c_ushort(1), c_ushort(field), None, c_short(0), None, byref(number))
        numbers[field] = number.value
    assert numbers[OCTET_LENGTH] == way.unit * numbers[DISPLAY_SIZE]


def test_a_description_has_a_wide_name(statement, way):
    statement.execute('SELECT Name AS "😀 Preis €" FROM Conferences LIMIT 1')
    descriptor, name, length = c_void_p(), way.buffer(20), c_int()
    statement.call("SQLGetStmtAttrW", c_int(10012), byref(descriptor), c_int(0), None)
    arguments = [c_short(1), c_short(1011), name, c_int(len(name)), byref(length)]
    assert statement.library.call("SQLGetDescFieldW", descriptor.value, *arguments) == SUCCESS
    assert (way.text(name), length.value) == ("😀 Preis €", len(way.encode("😀 Preis €")))


def test_information_is_counted_in_bytes(connection, way):
    text, length = way.buffer(20), c_short()
    connection.call("SQLGetInfoW", c_ushort(17), text, c_short(len(text)), byref(length))
    assert (way.text(text), length.value) == ("Twilio", 6 * way.unit)
    text = way.buffer(4)
    code = connection.call("SQLGetInfoW", c_ushort(17), text, c_short(len(text)), byref(length))
    assert (code, way.text(text), length.value) == (SUCCESS_WITH_INFO, "Twi", 6 * way.unit)
    number = c_uint(0xEEEEEEEE)
    connection.call("SQLGetInfoW", c_ushort(30), byref(number), c_short(4), byref(length))
    assert length.value == 2 and number.value >> 16 == 0xEEEE


def test_attributes_of_connections_are_wide(connection, way):
    text, length = way.buffer(20), c_int()
    connection.call("SQLGetConnectAttrW", c_int(CURRENT_CATALOG), text, c_int(len(text)), byref(length))
    assert (way.text(text), length.value) == ("CData", 5 * way.unit)
    for given in (c_int(NTS), c_int(5 * way.unit)):
        connection.call("SQLSetConnectAttrW", c_int(CURRENT_CATALOG), way.terminated("CDATA"), given)
    with pytest.raises(Failed) as failed:
        connection.call("SQLSetConnectAttrW", c_int(CURRENT_CATALOG), way.terminated("Data"), c_int(NTS))
    assert failed.value.state in ("HY024", "S1009")


def test_cursors_have_wide_names(statement, way):
    statement.call("SQLSetCursorNameW", way.terminated("Zeiger 😀"), c_short(NTS))
    name, length = way.buffer(20), c_short()
    statement.call("SQLGetCursorNameW", name, c_short(20), byref(length))
    assert (way.text(name), length.value) == ("Zeiger 😀", way.length("Zeiger 😀"))


def test_a_statement_is_translated(connection, way):
    out, length = way.buffer(60), c_int()
    text = way.terminated(f"SELECT {{fn UCASE('{MIXED}')}}")
    connection.call("SQLNativeSqlW", text, c_int(NTS), out, c_int(60), byref(length))
    assert MIXED in way.text(out) and length.value == way.length(way.text(out))


# Errors.


def test_an_error_is_told_in_wide_text(statement, way):
    with pytest.raises(Failed) as failed:
        statement.execute('SELECT * FROM "😀"')
    assert failed.value.state in ("42S02", "S0002")
    assert "The table 😀 " in failed.value.message
    whole = failed.value.message
    for capacity in (1, 12, 40):
        state, text, length = way.buffer(6), way.buffer(capacity), c_short()
        arguments = [c_short(odbc.STMT), statement.handle, c_short(1), state, byref(c_int()), text, c_short(capacity)]
        assert statement.library.call("SQLGetDiagRecW", *arguments, byref(length)) == SUCCESS_WITH_INFO
        cut = way.decode(way.encode(whole)[: (capacity - 1) * way.unit])
        assert (way.text(text), length.value) == (cut, way.length(whole))
    text, length = way.buffer(400), c_short()
    arguments = [c_short(odbc.STMT), statement.handle, c_short(1), c_short(6), text, c_short(len(text)), byref(length)]
    assert statement.library.call("SQLGetDiagFieldW", *arguments) == SUCCESS
    assert (way.text(text), length.value) == (whole, len(way.encode(whole)))


def test_what_is_no_text_is_refused(statement, way):
    broken = (0xD800).to_bytes(2, "little") if way.unit == 2 else (0x110000).to_bytes(4, "little")
    raw = way.encode("SELECT '") + broken + way.encode("'")
    text = create_string_buffer(raw, len(raw))
    assert statement.call("SQLExecDirectW", text, c_int(len(raw) // way.unit), check=False) == ERROR
    record = statement.diagnostics()[0]
    assert record.state in ("22018", "22005")
    assert ("UTF-16" if way.unit == 2 else "UTF-32") in record.message


# Catalogue functions.


def test_the_catalogue_is_asked_for_in_wide_text(statement, way):
    table, types = way.terminated("Conference%"), way.terminated("'TABLE'")
    arguments = [None, c_short(0), None, c_short(0), table, c_short(NTS), types, c_short(NTS)]
    statement.call("SQLTablesW", *arguments)
    found = []
    while statement.fetch():
        found.append((statement.text(3), statement.text(4)))
    assert ("Conferences", "TABLE") in found and ("ConferenceParticipants", "TABLE") in found


def test_columns_tell_the_bytes_of_wide_characters(statement, way):
    table, column = way.terminated("Conferences"), way.terminated("Name")
    arguments = [None, c_short(0), None, c_short(0), table, c_short(NTS), column, c_short(NTS)]
    statement.call("SQLColumnsW", *arguments)
    assert statement.fetch()
    size, buffer_length, octets = (int(statement.text(column)) for column in (7, 8, 16))
    assert buffer_length == octets == way.unit * size


# Values.


@pytest.mark.parametrize("units", [2, 3, 4, 5, 9])
def test_a_value_comes_in_parts(statement, way, units):
    value = MIXED * 3
    statement.execute(f"SELECT '{value}' AS t")
    assert statement.fetch()
    raw, left = b"", len(way.encode(value))
    assert statement.part(1, 0) == (SUCCESS_WITH_INFO, "", left)
    while True:
        buffer, indicator = way.buffer(units), c_ssize_t()
        code = statement.call(
            "SQLGetData", c_ushort(1), c_short(odbc.WCHAR), buffer, c_ssize_t(len(buffer)), byref(indicator)
        )
        assert indicator.value == left
        took = min(left, len(buffer) - way.unit)
        assert buffer.raw[took : took + way.unit] == bytes(way.unit)
        raw, left = raw + buffer.raw[:took], left - took
        if code == SUCCESS:
            break
        assert code == SUCCESS_WITH_INFO and took == len(buffer) - way.unit
    assert left == 0 and way.decode(raw) == value
    assert statement.part(1, 100)[0] == NO_DATA


def test_what_divides_a_unit_is_not_used(statement, way):
    statement.execute("SELECT 'abcdef' AS t")
    assert statement.fetch()
    assert statement.part(1, 4 * way.unit - 1) == (SUCCESS_WITH_INFO, "ab", 6 * way.unit)
    assert statement.part(1, 5 * way.unit + 1) == (SUCCESS, "cdef", 4 * way.unit)


def test_empty_and_null(statement, way):
    statement.execute("SELECT '' AS e, CAST(NULL AS VARCHAR(10)) AS n")
    assert statement.fetch()
    assert statement.part(1, 0)[0] == SUCCESS_WITH_INFO
    assert statement.part(1, way.unit) == (SUCCESS, "", 0)
    assert statement.part(2, 100) == (SUCCESS, "", NULL_DATA)


def test_numbers_and_dates_as_wide_text(statement, way):
    statement.execute("SELECT 1234 AS i, CAST('12.50' AS DECIMAL(9,2)) AS d, {ts '2026-01-02 03:04:05'} AS t")
    assert statement.fetch()
    assert [statement.text(column) for column in (1, 2, 3)] == ["1234", "12.50", "2026-01-02 03:04:05"]
    statement.close()
    statement.execute("SELECT 1234 AS i")
    assert statement.fetch()
    with pytest.raises(Failed) as failed:
        statement.part(1, 4 * way.unit)
    assert failed.value.state in ("22003",)


def test_the_longest_length_is_in_bytes(statement, way):
    statement.call("SQLSetStmtAttrW", c_int(MAX_LENGTH), c_void_p(3 * way.unit + 1), c_int(0))
    statement.execute("SELECT 'é東xyz' AS t")
    assert statement.fetch()
    assert statement.part(1, 100) == (SUCCESS, "é東x", 3 * way.unit)


@pytest.mark.parametrize("by_row", [False, True])
def test_bound_columns_lie_in_their_strides(statement, way, by_row):
    rows, units = 3, 3
    size = units * way.unit
    row = size + 8 if by_row else size
    buffer = create_string_buffer(bytes([0xEE]) * (rows * row), rows * row)
    lengths = (c_ssize_t * rows)()
    indicator = c_void_p(ctypes.addressof(buffer) + size) if by_row else lengths
    if by_row:
        statement.call("SQLSetStmtAttrW", c_int(ROW_BIND_TYPE), c_void_p(row), c_int(0))
    statement.call("SQLSetStmtAttrW", c_int(ROW_ARRAY_SIZE), c_void_p(rows), c_int(0))
    statement.call("SQLBindCol", c_ushort(1), c_short(odbc.WCHAR), buffer, c_ssize_t(size), indicator)
    texts = ["a", "c😀d", "éb"]
    statement.execute(" UNION ALL ".join(f"SELECT '{text}' AS t" for text in texts))
    assert statement.call("SQLFetchScroll", c_short(1), c_ssize_t(0)) == SUCCESS_WITH_INFO
    cells = [create_string_buffer(buffer.raw[i * row : i * row + size], size) for i in range(rows)]
    # What is left of a value that does not fit is lost, so that the cut is between characters.
    assert [way.text(cell) for cell in cells] == ["a", "c" if way.unit == 2 else "c😀", "éb"]
    if by_row:
        lengths = [int.from_bytes(buffer.raw[i * row + size : (i + 1) * row], "little") for i in range(rows)]
    assert list(lengths) == [len(way.encode(text)) for text in texts]


# Parameters.


@pytest.mark.parametrize("length", ["terminated", "counted", "none"])
def test_a_parameter_is_wide(statement, way, length):
    text = way.terminated(MIXED)
    given = c_ssize_t({"terminated": NTS, "counted": len(way.encode(MIXED)), "none": 0}[length])
    statement.bind_text(1, text, len(text), None if length == "none" else byref(given))
    statement.execute("SELECT ? || '!' AS t")
    assert statement.fetch() and statement.text(1) == MIXED + "!"


def test_a_parameter_is_compared_with_a_column(statement, way):
    text, length = way.terminated(CAFE_NAME), c_ssize_t(NTS)
    statement.bind_text(1, text, len(text), byref(length))
    statement.execute("SELECT Sid FROM Conferences WHERE Name = ?")
    assert statement.fetch() and statement.text(1) == CAFE


def test_half_a_character_is_no_parameter(statement, way):
    text, length = way.terminated("ab"), c_ssize_t(way.unit + 1)
    statement.bind_text(1, text, len(text), byref(length))
    with pytest.raises(Failed) as failed:
        statement.execute("SELECT ? AS t")
    assert failed.value.state in ("HY090", "S1090")
    assert f"a character has {way.unit}" in failed.value.message


def test_arrays_of_parameters_lie_in_their_strides(connection, way):
    texts = ["a", "é東", "x😀y"]
    size = 5 * way.unit
    buffer = create_string_buffer(b"".join(way.encode(text).ljust(size, b"\0") for text in texts), size * len(texts))
    lengths = (c_ssize_t * 3)(way.unit, NTS, len(way.encode(texts[2])))
    with connection.statement() as statement:
        statement.execute(f"CREATE TEMP TABLE Widths AS SELECT Name FROM Conferences WHERE Sid = '{CAFE}'")
        statement.call("SQLSetStmtAttrW", c_int(PARAMSET_SIZE), c_void_p(3), c_int(0))
        statement.bind_text(1, buffer, size, lengths)
        statement.execute("INSERT INTO Widths (Name) VALUES (?)")
    assert sorted(row[0] for row in connection.query("SELECT Name FROM Widths")) == sorted([*texts, CAFE_NAME])


@pytest.mark.parametrize("split", [1, 3, 100])
def test_data_at_execution_comes_in_parts(statement, way, split):
    token, length = c_void_p(0x1234), c_ssize_t(DATA_AT_EXEC if split == 1 else LEN_DATA_AT_EXEC - 40)
    statement.bind_text(1, token, 0, byref(length))
    assert statement.execute("SELECT ? AS t") == NEED_DATA
    asked = c_void_p()
    assert statement.call("SQLParamData", byref(asked)) == NEED_DATA and asked.value == token.value
    raw = way.encode(MIXED)
    for start in range(0, len(raw), split):
        part = create_string_buffer(raw[start : start + split])
        statement.call("SQLPutData", part, c_ssize_t(min(split, len(raw) - start)))
    # The last part is terminated.
    statement.call("SQLPutData", way.terminated("!"), c_ssize_t(NTS))
    assert statement.call("SQLParamData", byref(asked)) == SUCCESS
    assert statement.fetch() and statement.text(1) == MIXED + "!"


# Who calls.


def test_narrow_functions_are_utf8(way, sim):
    with way.environment() as env, env.connection() as connection:
        connection.driver_connect(target(sim, way), check=True)
        rows = connection.query(f"SELECT Name, 'é' AS t FROM Conferences WHERE Name = '{CAFE_NAME}'")
        assert rows == [[CAFE_NAME, "é"]]
        with connection.statement() as statement:
            statement.execute('SELECT 1 AS "Preis €"')
            # iODBC cuts what it translates to as many bytes as there are characters.
            assert statement.describe(1)[0] in {"Preis €", "Preis " if way.name == "iODBC" else "Preis €"}
            statement.close()
            with pytest.raises(Failed) as failed:
                statement.execute("SELECT * FROM Nix")
            assert "The table Nix " in failed.value.message


def test_environments_of_both_widths_live_side_by_side(ways, sim):
    two, four = ways["direct"], ways["direct4"]
    text = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url)
    with two.connected(text) as of_two, four.connected(text) as of_four:
        for connection in (of_two, of_four, of_two):
            assert connection.query(f"SELECT '{MIXED}' AS t") == [[MIXED]]


@pytest.mark.parametrize(("name", "encoding"), [("direct", 1), ("direct4", 3)])
def test_the_drivers_encoding_is_told(ways, name, encoding):
    with ways[name].environment() as env:
        told = c_int()
        assert env.call("SQLGetEnvAttr", c_int(DRIVER_UNICODE_TYPE), byref(told), c_int(0), None) == SUCCESS
        assert told.value == encoding


@pytest.mark.parametrize(("name", "other", "encoding"), [("direct", "direct4", 3), ("direct4", "direct", 1)])
def test_an_applications_encoding_is_taken_before_connecting(ways, sim, name, other, encoding):
    def state_of(wanted: int) -> str:
        with pytest.raises(Failed) as failed:
            connection.call("SQLSetConnectAttr", c_int(APP_WCHAR_TYPE), c_void_p(wanted), c_int(0))
        return failed.value.state

    with ways[name].environment() as env, wide.Connection(ways[name], env) as connection:
        assert state_of(2) == "HYC00"
        connection.call("SQLSetConnectAttr", c_int(APP_WCHAR_TYPE), c_void_p(encoding), c_int(0))
        connection.way = ways[other]
        connection.connect(target(sim, connection.way))
        told = c_int()
        connection.call("SQLGetConnectAttr", c_int(APP_WCHAR_TYPE), byref(told), c_int(0), None)
        assert told.value == encoding
        assert connection.query(f"SELECT '{MIXED}' AS t") == [[MIXED]]
        connection.call("SQLSetConnectAttr", c_int(APP_WCHAR_TYPE), c_void_p(encoding), c_int(0))
        assert state_of(4 - encoding) == "HY011"
        # Connections that say nothing have what their environment has.
        with wide.Connection(ways[name], env) as silent:
            silent.connect(target(sim, ways[name]))
            assert silent.query(f"SELECT '{MIXED}' AS t") == [[MIXED]]


def test_an_environments_own_errors_have_its_width(ways):
    for way in (ways["direct"], ways["direct4"]):
        with way.environment() as env:
            assert env.call("SQLSetEnvAttr", c_int(200), c_void_p(7), c_int(0), check=False) == ERROR
            state, text, length = way.buffer(6), way.buffer(200), c_short()
            arguments = [c_short(ENV), env.handle, c_short(1), state, byref(c_int()), text, c_short(200), byref(length)]
            assert env.library.call("SQLGetDiagRecW", *arguments) == SUCCESS
            assert way.text(state) == "HY024" and "7 is no version of ODBC" in way.text(text)


# iODBC's program, which asks for narrow text.


def iodbctest(sql: str, **variables: str) -> list[str]:
    """What it prints, with iODBC's own variables for the files: each is the path of one."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "ODBCINSTINI": str(conftest.folder / "odbcinst.ini"), **variables}
    done = subprocess.run(
        ["iodbctest", "DSN=Twilio"], input=sql + "\nexit\n", capture_output=True, text=True, timeout=60,
        env=environment, errors="replace",
    )  # fmt: skip
    return (done.stdout + done.stderr).splitlines()


def test_iodbctest_selects(sim):
    # It cuts a value to as many bytes as the column has characters.
    lines = iodbctest(f"SELECT Name, CAST('{MIXED}' AS VARCHAR(40)) AS Mark FROM Conferences WHERE Sid IN ('{CAFE}', '{SUPPORT}')")
    rows = {line.split("|")[0].strip(): line.split("|")[1].strip() for line in lines if line.count("|") == 1}
    assert rows == {"Name": "Mark", "Support line": MIXED, CAFE_NAME: MIXED}
    assert " result set 1 returned 2 rows." in lines


def test_iodbctest_lists_tables_and_tells_errors(sim):
    lines = iodbctest("SELECT * FROM Conference\ntables")
    assert any("did you mean Conferences" in line and "42S02" in line for line in lines)
    assert any("ConferenceParticipants" in line for line in lines)


def test_a_data_source_of_the_system_is_found(sim, tmp_path, monkeypatch):
    empty = tmp_path / "odbc.ini"
    empty.touch()
    monkeypatch.delenv("ODBCSYSINI")
    files = {"ODBCINI": str(empty), "SYSODBCINI": str(conftest.folder / "odbc.ini")}
    lines = iodbctest(f"SELECT Name FROM Conferences WHERE Sid = '{CAFE}'", **files)
    assert any(CAFE_NAME in line for line in lines)
