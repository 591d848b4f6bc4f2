"""Twenty-five things that ODBC drivers get wrong, as their users meet them: one rule each, through the driver manager.

The rules are named after what has to hold. Other files test the same parts in depth.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import threading
import time
from ctypes import (
    Structure, byref, c_byte, c_int, c_int64, c_short, c_size_t, c_ssize_t, c_ubyte, c_uint, c_ushort,
    c_void_p, create_string_buffer, sizeof,
)  # fmt: skip
from pathlib import Path

import pytest

import odbc
from odbc import CHAR, ERROR, NEED_DATA, NO_DATA, NTS, NULL_DATA, SUCCESS, SUCCESS_WITH_INFO, WCHAR
from support import CUSTOMER, LIBRARY, SUPPORT, SUPPORT_CALLS, account

BINARY, LONG, NUMERIC, TIMESTAMP = -2, 4, 2, 93
SQL_WVARCHAR, SQL_VARCHAR, SQL_DECIMAL, SQL_TYPE_TIMESTAMP = -9, 12, 3, 93
DATA_AT_EXEC = -2
PARTICIPANTS = f"FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"

# Attributes of statements.
QUERY_TIMEOUT, MAX_ROWS, BIND_TYPE, CURSOR_TYPE, CONCURRENCY, RETRIEVE_DATA = 0, 1, 5, 6, 7, 11
PARAMSET_SIZE, PARAM_STATUS, PROCESSED, BIND_OFFSET, ROW_STATUS, FETCHED, ARRAY_SIZE = 22, 20, 21, 23, 25, 26, 27
METADATA_ID = 10014


@pytest.fixture
def link(sim):
    with odbc.connected() as connection:
        yield connection


@pytest.fixture
def statement(link):
    with link.statement() as statement:
        yield statement


def put(handle: odbc.Handle, attribute: int, value: object) -> int:
    function = "SQLSetStmtAttr" if isinstance(handle, odbc.Statement) else "SQLSetConnectAttr"
    given = c_void_p(value) if isinstance(value, int) else value
    return handle.call(function, c_int(attribute), given, c_int(0), check=False)


def get(handle: odbc.Handle, attribute: int) -> int:
    function = "SQLGetStmtAttr" if isinstance(handle, odbc.Statement) else "SQLGetConnectAttr"
    value = c_void_p(0)
    handle.call(function, c_int(attribute), byref(value), c_int(sizeof(value)), None)
    return value.value or 0


def part(statement, c_type: int, size: int, column: int = 1) -> tuple[int, bytes, int]:
    """What one SQLGetData gives: its code, the buffer's bytes, the indicator."""
    buffer, left = create_string_buffer(b"#" * (size + 8), size + 8), c_ssize_t(-77)
    code = statement.call("SQLGetData", c_ushort(column), c_short(c_type), buffer, c_ssize_t(size), byref(left), check=False)
    assert buffer.raw[size:] == b"#" * 8, "it wrote behind the buffer"
    return code, buffer.raw[:size], left.value


def one_row(statement, sql: str) -> None:
    statement.close()
    statement.execute(sql)
    assert statement.fetch()


def state(handle: odbc.Handle) -> str:
    return handle.diagnostics()[0].state


def refused(handle: odbc.Handle, function: str, *arguments: object) -> str:
    """The SQLSTATE of a call that has to fail."""
    assert handle.call(function, *arguments, check=False) == ERROR
    return state(handle)


def catalogue(statement, function: str, *names: str | None, numbers: tuple[int, ...] = ()) -> list[list[str | None]]:
    given: list[object] = []
    for name in names:
        raw = None if name is None else name.encode()
        given += [raw, c_short(len(raw) if raw is not None else 0)]
    statement.close()
    statement.call(function, *given, *[c_ushort(n) for n in numbers])
    return statement.rows()


def info(link, kind: int) -> int:
    value = c_uint(0)
    link.call("SQLGetInfo", c_ushort(kind), byref(value), c_short(4), None)
    return value.value


TEXT = "aé☕🎉" * 5000


@pytest.mark.parametrize(
    ("c_type", "expression", "encoded", "ending"),
    [
        (CHAR, f"'{TEXT}'", TEXT.encode(), 1),
        (WCHAR, f"'{TEXT}'", TEXT.encode("utf-16-le"), 2),
        (BINARY, "X'" + bytes(range(256)).hex() * 40 + "'", bytes(range(256)) * 40, 0),
    ],
)
@pytest.mark.parametrize("size", [8, 2048, 4096])
def test_01_get_data_keeps_its_place_and_says_how_much_is_left(statement, c_type, expression, encoded, ending, size):
    one_row(statement, f"SELECT {expression}")
    whole = b""
    while True:
        # A probe consumes nothing.
        code, _, left = part(statement, c_type, 0)
        assert (code, left) == (SUCCESS_WITH_INFO, len(encoded) - len(whole))
        code, piece, left = part(statement, c_type, size)
        assert left == len(encoded) - len(whole)
        if code == SUCCESS:
            whole += piece[:left]
            break
        assert code == SUCCESS_WITH_INFO and state(statement) == "01004"
        assert piece[size - ending :] == b"\0" * ending
        whole += piece[: size - ending]
    assert whole == encoded
    assert part(statement, c_type, size)[0] == NO_DATA


@pytest.mark.parametrize(("c_type", "expression"), [(CHAR, "''"), (WCHAR, "''"), (BINARY, "X''")])
def test_02_an_empty_value_is_a_value_after_a_probe(statement, c_type, expression):
    one_row(statement, f"SELECT {expression}")
    assert part(statement, c_type, 0)[::2] in ((SUCCESS, 0), (SUCCESS_WITH_INFO, 0))
    code, piece, left = part(statement, c_type, 16)
    assert (code, left) == (SUCCESS, 0)
    assert c_type == BINARY or piece[0] == 0
    assert part(statement, c_type, 16)[0] == NO_DATA


def test_03_lengths_indicators_and_counts_have_8_bytes(statement):
    def untouched() -> c_int64:
        return c_int64(0x5A5A5A5A5A5A5A5A)

    wide = [untouched() for _ in range(6)]
    fetched, length, bound_length, count, size, attribute = wide
    put(statement, FETCHED, byref(fetched))
    statement.execute(f"SELECT Label {PARTICIPANTS} ORDER BY Label")
    label = create_string_buffer(64)
    statement.call("SQLBindCol", c_ushort(1), c_short(CHAR), label, c_ssize_t(64), byref(bound_length))
    assert statement.fetch()
    # NULL sorts first.
    assert (fetched.value, bound_length.value) == (1, NULL_DATA)
    statement.call("SQLGetData", c_ushort(1), c_short(CHAR), label, c_ssize_t(64), byref(length))
    assert length.value == NULL_DATA
    statement.call("SQLRowCount", byref(count))
    assert count.value == -1
    statement.call("SQLDescribeCol", c_ushort(1), None, c_short(0), None, None, byref(size), None, None)
    statement.call("SQLColAttribute", c_ushort(1), c_ushort(1008), None, c_short(0), None, byref(attribute))
    assert (size.value, attribute.value) == (128, 1)
    # A row without NULL has its own length, not the one before.
    assert statement.fetch() and bound_length.value == len(label.value) > 0
    for kind in (QUERY_TIMEOUT, MAX_ROWS, ARRAY_SIZE, PARAMSET_SIZE, RETRIEVE_DATA, CURSOR_TYPE, CONCURRENCY):
        value = untouched()
        statement.call("SQLGetStmtAttr", c_int(kind), byref(value), c_int(8), None)
        assert 0 <= value.value < 10, kind


def test_04_wide_text_is_counted_in_bytes_or_characters_as_the_function_has_it(link, statement, sim):
    long = "☕🎉é" * 40
    statement.call("SQLSetCursorNameW", "curseur".encode("utf-16-le"), c_short(7))
    statement.execute(f"SELECT 1 AS \"{long}\"")
    units = len(long.encode("utf-16-le")) // 2
    in_bytes = [
        (link, "SQLGetInfoW", [c_ushort(17)], c_short, "Twilio"),
        (link, "SQLGetConnectAttrW", [c_int(109)], c_int, "CData"),
        (statement, "SQLColAttributeW", [c_ushort(1), c_ushort(1011)], c_short, long),
    ]
    for handle, function, arguments, kind, text in in_bytes:
        more = [None] if function == "SQLColAttributeW" else []
        expected = text.encode("utf-16-le")
        for room in (len(expected) + 2, 8, 0):
            buffer, length = create_string_buffer(b"#" * (room + 8), room + 8), kind(-1)
            code = handle.call(function, *arguments, buffer, kind(room), byref(length), *more)
            assert length.value == len(expected), function
            assert code == (SUCCESS if room > 8 else SUCCESS_WITH_INFO), (function, room)
            kept = expected[: max(room - 2, 0)]
            assert buffer.raw == (kept + b"\0\0" if room else b"") + b"#" * 8, function
    # In characters: SQLDescribeCol, SQLGetCursorName, SQLNativeSql.
    buffer, length = create_string_buffer(2048), c_short()
    statement.call("SQLDescribeColW", c_ushort(1), buffer, c_short(1000), byref(length), *[None] * 4)
    assert (length.value, buffer.raw[: units * 2].decode("utf-16-le")) == (units, long)
    buffer = create_string_buffer(b"#" * 64, 64)
    assert statement.call("SQLDescribeColW", c_ushort(1), buffer, c_short(4), byref(length), *[None] * 4) == SUCCESS_WITH_INFO
    assert (length.value, buffer.raw[8:]) == (units, b"#" * 56)
    statement.call("SQLGetCursorNameW", buffer, c_short(20), byref(length))
    assert length.value == 7
    raw, native_length = "SELECT '☕🎉'".encode("utf-16-le"), c_int()
    buffer = create_string_buffer(2048)
    link.call("SQLNativeSqlW", raw, c_int(len(raw) // 2), buffer, c_int(1000), byref(native_length))
    units = native_length.value
    assert buffer.raw[: units * 2].decode("utf-16-le").startswith("SELECT '☕🎉'") and buffer.raw[units * 2 :].strip(b"\0") == b""
    buffer = create_string_buffer(b"#" * 64, 64)
    assert link.call("SQLNativeSqlW", raw, c_int(len(raw) // 2), buffer, c_int(4), byref(native_length)) == SUCCESS_WITH_INFO
    assert (native_length.value, buffer.raw[8:]) == (units, b"#" * 56)
    # A message in characters, its field in bytes: asked of the driver, because unixODBC counts the field in characters.
    with odbc.connected(account(sim.url).replace("Driver=Twilio;", ""), LIBRARY) as direct, direct.statement() as failed:
        assert failed.execute("SELECT nothing FROM Conferences", check=False) == ERROR
        message, native = create_string_buffer(4096), c_int()
        record = [c_short(odbc.STMT), failed.handle, c_short(1)]
        failed.library.call("SQLGetDiagRecW", *record, create_string_buffer(12), byref(native), message, c_short(2000), byref(length))
        characters = length.value
        assert message.raw[characters * 2 :].strip(b"\0") == b"" and message.raw[: characters * 2].decode("utf-16-le").endswith(".")
        failed.library.call("SQLGetDiagFieldW", *record, c_short(6), message, c_short(4096), byref(length))
        assert length.value == characters * 2


def test_05_narrow_text_is_utf_8_whatever_the_locale(sim, tmp_path):
    program = tmp_path / "narrow.py"
    program.write_text(
        """
import locale, odbc
assert locale.setlocale(locale.LC_ALL) == "C"
with odbc.connected() as link, link.statement() as statement:
    statement.execute('SELECT \\'Zürich ☕🎉\\' AS "Größe"')
    assert statement.describe(1)[0] == "Größe", statement.describe(1)
    assert statement.rows() == [["Zürich ☕🎉"]]
    statement.close()
    assert statement.execute("SELECT ☕", check=False) == odbc.ERROR
    assert "☕" in statement.diagnostics()[0].message
""",
        encoding="utf-8",
    )
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run([sys.executable, program], env={**os.environ, **locale}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_06_blocks_have_the_stride_of_their_type_and_a_status_for_every_row(statement):
    statement.execute(f"SELECT CallSid, LENGTH(Label) AS n {PARTICIPANTS}")
    size = 4
    keys, key_lengths = create_string_buffer(40 * size), (c_ssize_t * size)(*[-77] * size)
    numbers, status, fetched = (c_int * size)(*[-77] * size), (c_ushort * size)(*[77] * size), c_size_t(77)
    put(statement, ARRAY_SIZE, size)
    put(statement, ROW_STATUS, status)
    put(statement, FETCHED, byref(fetched))
    statement.call("SQLBindCol", c_ushort(1), c_short(CHAR), keys, c_ssize_t(40), key_lengths)
    # A number's stride is its own size: BufferLength counts for nothing. NULL without an indicator is an error of its row.
    statement.call("SQLBindCol", c_ushort(2), c_short(LONG), numbers, c_ssize_t(1000), None)
    assert statement.call("SQLFetch", check=False) == SUCCESS_WITH_INFO
    assert [keys.raw[40 * i : 40 * i + 34].decode() for i in range(size)] == SUPPORT_CALLS[:4]
    assert list(key_lengths) == [34] * size
    assert fetched.value == size
    assert list(status) == [0, 5, 0, 0] and list(numbers) == [6, -77, 8, 10]
    assert {record.state for record in statement.diagnostics()} >= {"22002"}
    # An offset moves what there is; no pointer stays none.
    offset = c_size_t(8)
    room, room_length = create_string_buffer(200), (c_ssize_t * 6)(*[-77] * 6)
    put(statement, ARRAY_SIZE, 2)
    put(statement, BIND_OFFSET, byref(offset))
    statement.call("SQLBindCol", c_ushort(1), c_short(CHAR), room, c_ssize_t(40), room_length)
    statement.call("SQLBindCol", c_ushort(2), c_short(LONG), None, c_ssize_t(0), None)
    assert statement.call("SQLFetch") == SUCCESS
    assert room.raw[:8] == bytes(8) and room.raw[8:42].decode() == SUPPORT_CALLS[4]
    assert (room_length[0], room_length[1]) == (-77, 34)
    assert list(status)[:2] == [0, 3] and fetched.value == 1


def test_07_sizes_are_positive_and_no_value_is_longer(cursor):
    for row in cursor.columns():
        where = f"{row.table_schem}.{row.table_name}.{row.column_name}"
        assert 0 < row.column_size < 2**31 and 0 < row.buffer_length < 2**31, where
        assert row.data_type != SQL_WVARCHAR or row.column_size <= 4000, where
    with odbc.connected() as link, link.statement() as statement:
        for table in ("Messages", "Calls", "Conferences", "Accounts", "Recordings", "UsageRecords"):
            statement.close()
            statement.execute(f"SELECT *, 1 AS one, 0.5 AS half, 'x' AS x, NULL AS nothing, CURRENT_TIMESTAMP AS now FROM {table} LIMIT 20")
            shown = []
            for column in range(1, statement.columns() + 1):
                display = c_ssize_t()
                statement.call("SQLColAttribute", c_ushort(column), c_ushort(6), None, c_short(0), None, byref(display))
                assert display.value > 0 and statement.describe(column)[2] > 0, (table, column)
                shown.append(display.value)
            for values in statement.rows():
                for width, value, column in zip(shown, values, range(1, 100), strict=False):
                    assert value is None or len(value) <= width, (table, statement.describe(column), value)


def test_08_type_info_is_whole_and_names_types_as_columns_do(statement, cursor):
    rows = {row.data_type: row for row in cursor.getTypeInfo()}
    assert {SQL_WVARCHAR, SQL_VARCHAR, SQL_DECIMAL, SQL_TYPE_TIMESTAMP, -4, -5, -7, -10, 4, 8, 91, 92} <= set(rows)
    assert all(row.column_size > 0 and row.searchable == 3 for row in rows.values())
    for row in cursor.columns().fetchall():
        assert (rows[row.data_type].type_name, rows[row.data_type].sql_data_type) == (row.type_name, row.sql_data_type)
        assert row.column_size <= rows[row.data_type].column_size
    # A type that the driver has not is no error; what is no type is one.
    for code in (-11, 101, 113):
        statement.close()
        statement.call("SQLGetTypeInfo", c_short(code))
        assert statement.rows() == []
    statement.close()
    assert refused(statement, "SQLGetTypeInfo", c_short(4321)) == "HY004"


def test_09_an_info_type_has_its_width_and_only_what_is_none_is_hy096(link):
    for kind in [*range(174, 182), 118, 152]:
        buffer, length = create_string_buffer(b"#" * 16, 16), c_short(-1)
        assert link.call("SQLGetInfo", c_ushort(kind), buffer, c_short(4), byref(length)) == SUCCESS, kind
        assert (length.value, buffer.raw[4:]) == (4, b"#" * 12), kind
    for kind in (22, 46, 84, 88, 114, 10005):
        buffer, length = create_string_buffer(b"#" * 16, 16), c_short(-1)
        link.call("SQLGetInfo", c_ushort(kind), buffer, c_short(16), byref(length))
        assert (length.value, buffer.raw[2:]) == (2, b"#" * 14), kind
    for kind in (182, 9999, 60000):
        assert refused(link, "SQLGetInfo", c_ushort(kind), create_string_buffer(16), c_short(16), None) == "HY096"


def test_10_autocommit_off_is_taken_and_nothing_claims_to_roll_back(connect, link, statement):
    assert put(link, 102, 0) == SUCCESS_WITH_INFO and state(link) == "01S02"
    assert info(link, 46) & 0xFFFF == 0
    link.call("SQLEndTran", c_short(odbc.DBC), link.handle, c_short(1), check=False)
    assert link.library.call("SQLEndTran", c_short(odbc.DBC), link.handle, c_short(1)) == SUCCESS
    statement.execute(f"UPDATE ConferenceParticipants SET Muted = 1 WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'")
    assert link.library.call("SQLEndTran", c_short(odbc.DBC), link.handle, c_short(1)) == SUCCESS_WITH_INFO
    assert state(link) == "01000" and "stand" in link.diagnostics()[0].message
    connect(autocommit=False).cursor().execute("SELECT 1").fetchall()


def test_11_cancel_from_another_thread_returns_at_once_and_hits_one_statement(link, statement, sim):
    with link.statement() as other:
        other.execute(f"SELECT CallSid {PARTICIPANTS}")
        sim.fault("delay_ms", path="Calls", delay_ms=8000)
        codes = []
        statement.execute("SELECT Sid FROM Calls")
        runner = threading.Thread(target=lambda: codes.append(statement.call("SQLFetch", check=False)))
        runner.start()
        time.sleep(0.5)
        before = time.monotonic()
        assert statement.library.call("SQLCancel", statement.handle) == SUCCESS
        assert time.monotonic() - before < 0.3
        runner.join(5)
        assert time.monotonic() - before < 2 and codes == [ERROR]
        assert state(statement) == "HY008"
        assert [row[0] for row in other.rows()] == SUPPORT_CALLS
    # What the manager needs for that is registered with the driver.
    registered = Path(os.environ["ODBCSYSINI"], os.environ.get("ODBCINSTINI", "odbcinst.ini")).read_text()
    assert int(re.search(r"(?mi)^threading\s*=\s*(\d)", registered).group(1)) <= 2


def test_12_enumerations_of_tables_are_no_searches(statement):
    def listed(*names: str | None) -> list[list[str | None]]:
        return catalogue(statement, "SQLTables", *names)

    nothing = [None] * 4
    assert listed("%", "", "", "") == [["CData", *nothing]]
    schemas = listed("", "%", "", "")
    assert [None, "Twilio", None, None, None] in schemas and all(row[::2] == [None] * 3 for row in schemas)
    kinds = listed("", "", "", "%")
    assert [None, None, None, "TABLE", None] in kinds and all(row[:3] == [None] * 3 for row in kinds)
    one = listed(None, "Twilio", "Conferences", None)
    for types in ("TABLE", "'TABLE'", "table", "VIEW,TABLE", "'VIEW', 'TABLE'", "%"):
        assert listed(None, "Twilio", "Conferences", types) == one and len(one) == 1, types
    assert listed(None, "Twilio", "Conferences", "VIEW") == []
    assert len(listed(None, None, None, None)) == len(listed("%", "%", "%", "%")) > 100
    # No table is without a schema: an empty name leaves it open, as Power BI has it.
    assert listed("", "", "Conferences", None) == listed(None, None, "Conferences", None) != []


def test_13_patterns_are_escaped_and_identifiers_are_none(statement):
    def names(function: str, *arguments: str | None, column: int) -> set[str | None]:
        return {row[column] for row in catalogue(statement, function, *arguments)}

    assert names("SQLTables", None, None, "Call_", None, column=2) == {"Calls"}
    assert names("SQLTables", None, None, r"Call\_", None, column=2) == set()
    assert "sys_tables" in names("SQLTables", None, None, r"sys\_tables", None, column=2)
    assert names("SQLColumns", None, "Twilio", r"Conferences", r"S_d", column=3) == {"Sid"}
    assert names("SQLColumns", None, "Twilio", r"Conferences", r"S\_d", column=3) == set()
    # A catalogue and what names one table are literal.
    assert names("SQLColumns", "C%", "Twilio", "Conferences", None, column=3) == set()
    assert catalogue(statement, "SQLPrimaryKeys", None, "Twilio", "Conference_") == []
    assert catalogue(statement, "SQLStatistics", None, "Twilio", "Conference_", numbers=(0, 0)) == []
    put(statement, METADATA_ID, 1)
    assert names("SQLColumns", "cdata", "twilio", "conferences", "s_d", column=3) == set()
    assert names("SQLColumns", "cdata", "twilio", "conferences", "sid", column=3) == {"Sid"}
    assert names("SQLColumns", "cdata", '"Twilio"', '"Conferences"', '"Sid" ', column=3) == {"Sid"}
    statement.close()
    assert refused(statement, "SQLColumns", *[None, c_short(0)] * 4) == "HY009"


def bind_text(statement, number: int, value: object, length: object, size: int = 100) -> None:
    statement.call(
        "SQLBindParameter", c_ushort(number), c_short(1), c_short(CHAR), c_short(SQL_VARCHAR), c_size_t(size), c_short(0), value,
        c_ssize_t(size), length,
    )  # fmt: skip


def test_14_parameters_are_counted_by_the_lexer_and_outlive_prepare(statement):
    value, length, end = create_string_buffer(b"customer"), c_ssize_t(NTS), c_short()
    bind_text(statement, 1, value, byref(length))
    statement.prepare(f"""SELECT '?', "CallSid" AS "?" /* ? */ {PARTICIPANTS} AND Label = ? -- ?\n""")
    statement.call("SQLNumParams", byref(end))
    assert end.value == 1
    statement.call("SQLExecute")
    assert [row[1] for row in statement.rows()] == [CUSTOMER]
    statement.close()
    sql_type, size, digits, nullable = c_short(), c_size_t(), c_short(), c_short()
    statement.call("SQLDescribeParam", c_ushort(1), byref(sql_type), byref(size), byref(digits), byref(nullable))
    assert (sql_type.value, size.value) == (SQL_WVARCHAR, 128)
    # NULL is a value; what is not bound is none.
    length.value = NULL_DATA
    statement.call("SQLExecute")
    assert statement.rows() == []
    statement.close()
    statement.call("SQLFreeStmt", c_ushort(3))
    assert refused(statement, "SQLExecute") == "07002"
    statement.execute("CREATE TEMP TABLE sets (Name NVARCHAR(5))")
    names, lengths = create_string_buffer(b"one\0......two is too long", 30), (c_ssize_t * 2)(NTS, 15)
    status, processed = (c_ushort * 2)(77, 77), c_size_t(77)
    for attribute, given in ((PARAMSET_SIZE, 2), (PARAM_STATUS, status), (PROCESSED, byref(processed))):
        put(statement, attribute, given)
    bind_text(statement, 1, names, lengths, 10)
    lengths[1] = 10
    assert statement.execute("INSERT INTO sets VALUES (?)", check=False) == SUCCESS_WITH_INFO
    assert (list(status), processed.value, state(statement)) == ([0, 5], 2, "22001")


def test_15_data_at_execution_is_a_whole_dialogue(statement):
    def begin() -> c_void_p:
        statement.close()
        given, token = c_ssize_t(DATA_AT_EXEC), c_void_p(0)
        statement.call(
            "SQLBindParameter", c_ushort(1), c_short(1), c_short(WCHAR), c_short(SQL_WVARCHAR), c_size_t(200), c_short(0),
            c_void_p(1234), c_ssize_t(0), byref(given),
        )  # fmt: skip
        assert statement.execute("SELECT ?", check=False) == NEED_DATA
        assert statement.call("SQLParamData", byref(token)) == NEED_DATA and token.value == 1234
        begin.kept = given
        return token

    def send(data: bytes | None, length: int) -> int:
        return statement.call("SQLPutData", data, c_ssize_t(length), check=False)

    text = "Zoë ☕🎉"
    units = text.encode("utf-16-le")
    # In parts that divide a surrogate pair; an empty one among them.
    token = begin()
    for piece in (units[:2], b"", units[2:-2], units[-2:]):
        assert send(piece, len(piece)) == SUCCESS
    assert statement.call("SQLParamData", byref(token)) == SUCCESS
    assert statement.rows() == [[text]]
    # A terminated text is terminated by a whole unit: ASCII has zero bytes before.
    token = begin()
    assert send("abc".encode("utf-16-le") + b"\0\0", NTS) == SUCCESS
    assert statement.call("SQLParamData", byref(token)) == SUCCESS
    assert statement.rows() == [["abc"]]
    for pieces, expected in (([(None, NULL_DATA)], None), ([(b"", 0)], "")):
        token = begin()
        assert [send(*piece) for piece in pieces] == [SUCCESS]
        assert statement.call("SQLParamData", byref(token)) == SUCCESS
        assert statement.rows() == [[expected]]
    begin()
    assert send(units, 2) == SUCCESS
    # The state is the driver manager's.
    assert send(None, NULL_DATA) == ERROR and state(statement) in ("HY011", "HY020")
    statement.call("SQLCancel")
    begin()
    assert statement.execute("SELECT 1", check=False) == ERROR and state(statement) == "HY010"
    assert statement.call("SQLCancel") == SUCCESS
    statement.execute("SELECT 1")
    assert statement.rows() == [["1"]]


class Timestamp(Structure):
    _fields_ = [
        ("year", c_short), ("month", c_ushort), ("day", c_ushort), ("hour", c_ushort), ("minute", c_ushort), ("second", c_ushort),
        ("fraction", c_uint),
    ]  # fmt: skip

    def parts(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name, _ in self._fields_)


def test_16_a_fraction_is_in_billionths_and_a_bad_date_is_none(statement):
    moment, length = Timestamp(), c_ssize_t()
    for text, parts in [
        ("2024-02-29 23:59:59.123456789", (2024, 2, 29, 23, 59, 59, 123456789)),
        ("2024-02-29 23:59:59.000001", (2024, 2, 29, 23, 59, 59, 1000)),
        ("2024-02-29 23:59:59.5", (2024, 2, 29, 23, 59, 59, 500000000)),
        ("0001-01-01 00:00:00", (1, 1, 1, 0, 0, 0, 0)),
        ("9999-12-31 23:59:59", (9999, 12, 31, 23, 59, 59, 0)),
    ]:
        one_row(statement, f"SELECT {{ts '{text}'}}")
        statement.call("SQLGetData", c_ushort(1), c_short(TIMESTAMP), byref(moment), c_ssize_t(16), byref(length))
        assert (moment.parts(), length.value) == (parts, 16), text

    def given(value: Timestamp, digits: int) -> int:
        statement.close()
        statement.call(
            "SQLBindParameter", c_ushort(1), c_short(1), c_short(TIMESTAMP), c_short(SQL_TYPE_TIMESTAMP),
            c_size_t(20 + digits if digits else 19), c_short(digits), byref(value), c_ssize_t(16), None,
        )  # fmt: skip
        return statement.execute("SELECT ?", check=False)

    assert given(Timestamp(2024, 2, 29, 1, 2, 3, 120000000), 3) == SUCCESS
    assert [text.rstrip("0") for (text,) in statement.rows()] == ["2024-02-29 01:02:03.12"]
    for bad in (Timestamp(2023, 2, 29), Timestamp(2024, 13, 1), Timestamp(2024, 1, 1, 24), Timestamp(2024, 1, 1, 0, 0, 0, 10**9)):
        assert given(bad, 9) == ERROR and state(statement) in ("22007", "22008")
    # More digits than the parameter has are never cut in silence.
    code = given(Timestamp(2024, 2, 29, 1, 2, 3, 120000000), 0)
    if code == SUCCESS:
        assert [text.rstrip("0") for (text,) in statement.rows()] == ["2024-02-29 01:02:03.12"]
    else:
        assert state(statement) in ("22008", "01S07")


class NumericStruct(Structure):
    _fields_ = [("precision", c_ubyte), ("scale", c_byte), ("sign", c_ubyte), ("val", c_ubyte * 16)]

    def value(self) -> int:
        return int.from_bytes(bytes(self.val), "little") * (1 if self.sign == 1 else -1)


def test_17_a_numeric_structure_has_the_descriptors_precision_and_scale(statement):
    number, length, descriptor = NumericStruct(), c_ssize_t(), c_void_p()
    assert sizeof(number) == 19
    big = "-1234567890123456789012345678.9012345600"
    statement.execute(f"SELECT CAST('{big}' AS DECIMAL(38,10))")
    statement.call("SQLBindCol", c_ushort(1), c_short(NUMERIC), byref(number), c_ssize_t(19), byref(length))
    statement.call("SQLGetStmtAttr", c_int(10010), byref(descriptor), c_int(8), None)

    def field(which: int, value: int) -> None:
        assert statement.library.call("SQLSetDescField", descriptor, c_short(1), c_short(which), c_void_p(value), c_int(0)) == SUCCESS

    for which, value in ((1005, 38), (1006, 10)):
        field(which, value)
    statement.library.call("SQLSetDescField", descriptor, c_short(1), c_short(1010), byref(number), c_int(0))
    assert statement.fetch()
    assert (number.precision, number.scale, number.sign, length.value) == (38, 10, 0, 19)
    assert number.value() == int(big.replace(".", ""))
    # Without a descriptor's scale, none: the fraction is cut and said to be, whole digits never.
    statement.call("SQLFreeStmt", c_ushort(2))
    one_row(statement, "SELECT CAST(12.75 AS DECIMAL(6,2))")
    code, raw, _ = part(statement, NUMERIC, 19)
    got = NumericStruct.from_buffer_copy(raw)
    assert (code, state(statement), got.value(), got.scale, got.sign) == (SUCCESS_WITH_INFO, "01S07", 12, 0, 1)
    # And back.
    sent = NumericStruct(10, 3, 0, (c_ubyte * 16)(*(1250).to_bytes(16, "little")))
    statement.close()
    statement.call(
        "SQLBindParameter", c_ushort(1), c_short(1), c_short(NUMERIC), c_short(SQL_DECIMAL), c_size_t(10), c_short(3), byref(sent),
        c_ssize_t(19), None,
    )  # fmt: skip
    statement.call("SQLGetStmtAttr", c_int(10011), byref(descriptor), c_int(8), None)
    for which, value in ((1005, 10), (1006, 3)):
        field(which, value)
    statement.library.call("SQLSetDescField", descriptor, c_short(1), c_short(1010), byref(sent), c_int(0))
    statement.execute("SELECT ?")
    assert statement.rows() == [["-1.250"]]


def test_18_a_row_count_is_a_number_in_every_state_after_execution(statement):
    statement.execute(f"SELECT CallSid {PARTICIPANTS}")
    assert statement.row_count() == -1
    while statement.fetch():
        pass
    assert statement.row_count() == -1
    statement.close()
    statement.execute(f"UPDATE ConferenceParticipants SET Muted = 1 WHERE ConferenceSid = '{SUPPORT}'")
    assert statement.row_count() == 5
    statement.execute(f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid = 'CA{'f' * 32}'", check=False)
    assert statement.row_count() == 0
    statement.execute("CREATE TEMP TABLE counted (n INTEGER)")
    values, lengths = (c_int * 3)(1, 2, 3), (c_ssize_t * 3)(4, 4, 4)
    put(statement, PARAMSET_SIZE, 3)
    statement.call(
        "SQLBindParameter", c_ushort(1), c_short(1), c_short(LONG), c_short(4), c_size_t(10), c_short(0), values, c_ssize_t(4), lengths
    )
    statement.execute("INSERT INTO counted VALUES (?)")
    assert statement.row_count() == 3


def test_19_there_are_no_more_results_in_every_state(statement, sim):
    with odbc.connected(account(sim.url).replace("Driver=Twilio;", ""), LIBRARY) as link, link.statement() as direct:
        for one in (statement, direct):
            one.execute("SELECT 1")
            assert one.call("SQLMoreResults") == NO_DATA
            # As the driver manager of Windows asks: after catalogue functions, and again.
            for function, arguments in (("SQLTables", [None, c_short(0)] * 4), ("SQLGetTypeInfo", [c_short(0)])):
                one.close()
                one.call(function, *arguments)
                assert one.call("SQLMoreResults") == NO_DATA
            one.execute("CREATE TEMP TABLE none (n INTEGER)")
            assert one.call("SQLMoreResults") == NO_DATA
        assert direct.call("SQLMoreResults") == NO_DATA


def test_20_diagnostics_are_numbered_kept_and_cleared(statement):
    def record(number: int, room: int) -> tuple[int, str, int, bytes]:
        sqlstate, native, text, length = create_string_buffer(6), c_int(), create_string_buffer(b"#" * 4096, 4096), c_short(-1)
        code = statement.library.call(
            "SQLGetDiagRec", c_short(odbc.STMT), statement.handle, c_short(number), sqlstate, byref(native),
            text if room else None, c_short(room), byref(length),
        )  # fmt: skip
        return code, sqlstate.value.decode(), length.value, text.raw

    assert statement.execute("SELECT * FROM Nothing", check=False) == ERROR
    code, sqlstate, length, text = record(1, 4000)
    message = text[:length].decode()
    assert (code, sqlstate) == (SUCCESS, "42S02") and "[Twilio][ODBC] " in message
    assert record(1, 4000)[3] == text, "reading it does not take it away"
    assert record(2, 4000)[0] == NO_DATA
    assert record(0, 4000)[0] == ERROR
    code, _, measured, _ = record(1, 0)
    assert measured == length and code in (SUCCESS, SUCCESS_WITH_INFO)
    code, _, measured, cut = record(1, 10)
    assert (code, measured, cut[:11]) == (SUCCESS_WITH_INFO, length, message[:9].encode() + b"\0#")
    # Every warning has a record.
    one_row(statement, "SELECT 'abcdefgh'")
    assert part(statement, CHAR, 4)[0] == SUCCESS_WITH_INFO and state(statement) == "01004"
    assert part(statement, CHAR, 40)[0] == SUCCESS and record(1, 100)[0] == NO_DATA


def test_21_attributes_wait_for_the_connection_and_come_back_as_they_were_set(sim):
    with odbc.environment() as env, env.connection() as link:
        early = {101: 1, 103: 7, 113: 9, METADATA_ID: 1}
        for attribute, value in early.items():
            assert put(link, attribute, value) == SUCCESS, attribute
        link.driver_connect("DSN=Twilio", check=True)
        for attribute, value in early.items():
            assert get(link, attribute) & 0xFFFFFFFF == value, attribute
        assert put(link, 103, 3) == ERROR and state(link) == "HY011"
        assert get(link, 103) & 0xFFFFFFFF == 7
        put(link, MAX_ROWS, 3)
        with link.statement() as statement:
            assert (get(statement, MAX_ROWS), get(statement, METADATA_ID)) == (3, 1)
            for attribute, value in ((QUERY_TIMEOUT, 11), (MAX_ROWS, 12), (3, 13), (RETRIEVE_DATA, 0), (9, 4), (ARRAY_SIZE, 5)):
                assert put(statement, attribute, value) == SUCCESS, attribute
                assert get(statement, attribute) == value, attribute
            for attribute in (1227, 1228, 30002):
                assert put(statement, attribute, 1) == ERROR and state(statement) in ("HY092", "HYC00")


def test_22_a_connection_string_holds_any_value_and_passes_over_what_it_does_not_know(new_simulator):
    token = "a}b;c=d{e"
    other = new_simulator("--auth-token", token)
    text = account(other.url, AuthToken="{" + token.replace("}", "}}") + "}")
    with odbc.environment() as env, env.connection() as link:
        assert link.driver_connect(text + "Trusted_Connection=No;", check=True) == SUCCESS_WITH_INFO
        assert state(link) == "01S00"
        completed = link.completed
        with link.statement() as statement:
            statement.execute("SELECT Sid FROM Conferences LIMIT 1")
            assert len(statement.rows()) == 1
        link.disconnect()
        # What came back connects.
        link.driver_connect(completed, check=True)
        link.disconnect()
        # Cut, it is a warning, and its length that of the whole, in characters.
        out, length, raw = create_string_buffer(b"#" * 24, 24), c_short(), text.encode()
        code = link.call("SQLDriverConnect", None, raw, c_short(len(raw)), out, c_short(10), byref(length), c_ushort(0))
        assert code == SUCCESS_WITH_INFO and state(link) == "01004"
        assert out.raw[9:11] == b"\0#" and length.value > 10
        link.disconnect()
        wide, raw = create_string_buffer(b"#" * 4096, 4096), text.encode("utf-16-le")
        link.call("SQLDriverConnectW", None, raw, c_short(len(raw) // 2), wide, c_short(2000), byref(length), c_ushort(0))
        assert wide.raw[length.value * 2 : length.value * 2 + 2] == b"\0\0"
        link.disconnect()
        # Credentials of the data source do not come back.
        link.driver_connect("DSN=Twilio", check=True)
        assert "token" not in link.completed.lower()


def run_child(code: str, *arguments: str) -> None:
    path = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", f"import sys; sys.path.insert(0, {path!r})\n{code}", *arguments],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_23_nothing_runs_on_after_the_environment_and_an_exit_in_between_is_none(sim):
    run_child(
        """
import os, time, odbc
def threads(): return len(os.listdir("/proc/self/task"))
before = threads()
with odbc.connected() as link:
    link.query("SELECT c.Sid, p.CallSid FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid")
deadline = time.monotonic() + 2
while threads() > before and time.monotonic() < deadline: time.sleep(0.01)
assert threads() == before, threads()
"""
    )
    # A process ends with everything open, and with a request under way.
    run_child(
        """
import threading, odbc
env = odbc.Environment(odbc.Library(), None)
env.call("SQLSetEnvAttr", odbc.c_int(200), odbc.c_void_p(3), odbc.c_int(0))
link = env.connection()
link.driver_connect("DSN=Twilio", check=True)
open_one = link.statement()
open_one.execute("SELECT Sid FROM Conferences")
open_one.fetch()
busy = link.statement()
threading.Thread(target=lambda: busy.execute("SELECT Sid FROM Messages", check=False), daemon=True).start()
"""
    )
    # Loaded, used and unloaded without the manager; a thread that called it ends later.
    run_child(
        """
import _ctypes, threading, odbc
library = sys.argv[1]
for _ in range(5):
    gone = threading.Event()
    def use():
        with odbc.connected(sys.argv[2], library) as link:
            link.query("SELECT Sid FROM Conferences LIMIT 1")
    worker = threading.Thread(target=use); worker.start(); worker.join()
    handle = odbc.ctypes.CDLL(library)._handle
    _ctypes.dlclose(handle); _ctypes.dlclose(handle)
""",
        str(LIBRARY), account(sim.url).replace("Driver=Twilio;", ""),
    )  # fmt: skip


def test_24_access_finds_a_unique_index_and_the_state_of_a_missing_table(cursor, link, statement):
    assert info(link, 9) & 0xFFFF >= 1
    assert statement.execute("SELECT Config, nValue FROM MSysConf", check=False) == ERROR
    assert state(statement) == "42S02"
    keyed = {(row.table_schem, row.table_name): row.column_name for row in cursor.columns(column="Sid")}
    tables = [(row.table_schem, row.table_name) for row in cursor.tables(schema="Twilio", tableType="TABLE")]
    keyed = [table for table in tables if table in keyed]
    assert len(keyed) > 20
    for schema, table in keyed:
        unique = [row for row in cursor.statistics(table, schema=schema, unique=True) if row.index_name and not row.non_unique]
        row_id = cursor.rowIdColumns(table, schema=schema).fetchall()
        assert [row.column_name for row in unique] == [row.column_name for row in row_id] != [], table
        assert all(row.type in (1, 2, 3) for row in unique)


def test_25_a_cursor_is_what_it_says_it_is(statement):
    for asked in (1, 2, 3):
        statement.close()
        with odbc.connected() as link, link.statement() as one:
            code = put(one, CURSOR_TYPE, asked)
            assert code == SUCCESS or state(one) == "01S02"
            kind = get(one, CURSOR_TYPE)
            assert code == (SUCCESS if kind == asked else SUCCESS_WITH_INFO)
            one.execute(f"SELECT CallSid {PARTICIPANTS}")
            assert [row[0] for row in one.rows()] == SUPPORT_CALLS

            def scroll(orientation: int, offset: int = 0) -> int:
                return one.call("SQLFetchScroll", c_short(orientation), c_ssize_t(offset), check=False)

            if kind == 0:
                assert scroll(2) == ERROR and state(one) in ("HY106", "HYC00")
                assert info(link, 44) & 0x1 and info(link, 44) & (1 << asked) == 0
            else:
                assert info(link, 44) & {1: 0x2, 2: 0x4, 3: 0x10}[kind]
                for orientation, offset, expected in ((2, 0, 0), (3, 0, 4), (5, 2, 1), (4, 0, 0), (1, 0, 1)):
                    assert scroll(orientation, offset) == SUCCESS
                    assert one.text(1) == SUPPORT_CALLS[expected]
    put(statement, RETRIEVE_DATA, 0)
    statement.execute(f"SELECT CallSid {PARTICIPANTS}")
    key, offset = create_string_buffer(b"#" * 100, 100), c_size_t(50)
    statement.call("SQLBindCol", c_ushort(1), c_short(CHAR), key, c_ssize_t(40), None)
    assert statement.fetch() and key.raw == b"#" * 100
    put(statement, RETRIEVE_DATA, 1)
    put(statement, BIND_OFFSET, byref(offset))
    assert statement.fetch()
    assert key.raw[:50] == b"#" * 50 and key.raw[50:84].decode() == SUPPORT_CALLS[1]


def test_every_rule_has_a_test():
    assert {int(name[5:7]) for name in globals() if re.match(r"test_\d\d_", name)} == set(range(1, 26))
