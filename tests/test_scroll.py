"""Static cursors: every orientation, and what a forward-only cursor refuses."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from ctypes import POINTER, byref, c_char, c_int, c_short, c_size_t, c_ssize_t, c_uint, c_ushort, cast, create_string_buffer
from pathlib import Path

import pytest

import odbc
from odbc import CHAR, ERROR, MANAGER, NO_DATA, NULL_DATA, SUCCESS, SUCCESS_WITH_INFO
from scrolling import (  # noqa: F401
    ABSOLUTE, BINARY, BOOKMARK, CONCURRENCY, CURSOR_TYPE, DYNAMIC, FIRST, FIXED, FORWARD_ONLY, KEYSET_DRIVEN, LAST,
    MAX_LENGTH, MAX_ROWS, NEXT, NO_ROW, OFF, PARTICIPANTS, PRIOR, QUERY_TIMEOUT, REFRESH, RELATIVE, ROWSET_SIZE,
    ROWS_FETCHED_PTR, ROW_ARRAY_SIZE, ROW_BIND_OFFSET_PTR, ROW_BIND_TYPE, ROW_ERROR, ROW_NUMBER, ROW_STATUS_PTR,
    ROW_SUCCESS, Rowset, SCROLLABLE, SENSITIVITY, SLONG, STATIC, UBIGINT, UPDATE, USE_BOOKMARKS, VARIABLE, connect,
    fetch_refused, link, numbers, part, refused, set_position, statement, states,
)
from support import ACCOUNT, CONFERENCES, LIBRARY, MESSAGES, SUPPORT, SUPPORT_CALLS, TOKEN, string

# Attributes


def cursor_attributes(statement):
    return [statement.get(attribute) for attribute in (CURSOR_TYPE, SCROLLABLE, SENSITIVITY, CONCURRENCY)]


def test_attributes_of_the_cursor_agree(link):
    with link.statement() as statement:
        assert cursor_attributes(statement) == [FORWARD_ONLY, 0, 0, 1]
        for attribute, value in [(CURSOR_TYPE, STATIC), (SCROLLABLE, 1), (SENSITIVITY, 1)]:
            assert statement.set(attribute, value) == SUCCESS
            assert cursor_attributes(statement) == [STATIC, 1, 1, 1]
            assert statement.set(SCROLLABLE, 0) == SUCCESS
            assert cursor_attributes(statement) == [FORWARD_ONLY, 0, 0, 1]
        for value in (KEYSET_DRIVEN, DYNAMIC):
            assert statement.set(CURSOR_TYPE, value) == SUCCESS_WITH_INFO
            assert states(statement) == ["01S02"]
            assert cursor_attributes(statement) == [STATIC, 1, 1, 1]
            statement.set(CURSOR_TYPE, FORWARD_ONLY)
        for value in (2, 3, 4):
            assert statement.set(CONCURRENCY, value) == SUCCESS_WITH_INFO
            assert states(statement) == ["01S02"]
        assert statement.set(SENSITIVITY, 2, check=False) == ERROR
        assert states(statement) == ["HYC00"]
        assert cursor_attributes(statement) == [FORWARD_ONLY, 0, 0, 1]


def test_the_connection_gives_new_statements_their_cursor(link):
    link.call("SQLSetConnectAttr", c_int(CURSOR_TYPE), odbc.c_void_p(STATIC), c_int(0))
    with link.statement() as statement:
        assert statement.get(CURSOR_TYPE) == STATIC
        rowset = Rowset(statement, 2)
        statement.execute(numbers(3))
        statement.scroll(LAST)
        assert rowset.numbers() == [2, 3]


def test_the_cursor_is_chosen_before_it_is_open(statement):
    statement.execute(numbers(3))
    assert statement.set(CURSOR_TYPE, FORWARD_ONLY, check=False) == ERROR
    assert states(statement) == ["24000"]
    statement.close()
    assert statement.set(CURSOR_TYPE, FORWARD_ONLY) == SUCCESS


# Positions

WALK = [
    # Of ten rows, three at a time.
    (PRIOR, 0, [], ""),
    (NEXT, 0, [1, 2, 3], ""),
    (NEXT, 0, [4, 5, 6], ""),
    (RELATIVE, 1, [5, 6, 7], ""),
    (RELATIVE, 0, [5, 6, 7], ""),
    (RELATIVE, -2, [3, 4, 5], ""),
    (PRIOR, 0, [1, 2, 3], "01S06"),
    (PRIOR, 0, [], ""),
    (NEXT, 0, [1, 2, 3], ""),
    (LAST, 0, [8, 9, 10], ""),
    (NEXT, 0, [], ""),
    (NEXT, 0, [], ""),
    (PRIOR, 0, [8, 9, 10], ""),
    (RELATIVE, 2, [10], ""),
    (PRIOR, 0, [7, 8, 9], ""),
    (ABSOLUTE, 9, [9, 10], ""),
    (NEXT, 0, [], ""),
    (RELATIVE, -1, [10], ""),
    (ABSOLUTE, -10, [1, 2, 3], ""),
    (ABSOLUTE, -11, [], ""),
    (NEXT, 0, [1, 2, 3], ""),
    (ABSOLUTE, 11, [], ""),
    (RELATIVE, 5, [], ""),
    (RELATIVE, -4, [7, 8, 9], ""),
    (ABSOLUTE, 0, [], ""),
    (RELATIVE, -1, [], ""),
    (RELATIVE, 4, [4, 5, 6], ""),
    (RELATIVE, -4, [], ""),
    (ABSOLUTE, 2, [2, 3, 4], ""),
    (RELATIVE, -2, [1, 2, 3], "01S06"),
    (RELATIVE, -1, [], ""),
    (FIRST, 0, [1, 2, 3], ""),
    (RELATIVE, 2**62, [], ""),
    (FIRST, 0, [1, 2, 3], ""),
]  # fmt: skip


def test_every_orientation(statement):
    rowset = Rowset(statement, 3)
    statement.execute(numbers(10))
    for number, (orientation, offset, expected, state) in enumerate(WALK):
        code = statement.scroll(orientation, offset)
        found = (code, rowset.numbers(), states(statement))
        assert found == (NO_DATA if not expected else SUCCESS_WITH_INFO if state else SUCCESS, expected, [state] * bool(state)), number


def test_a_rowset_larger_than_the_result(statement):
    rowset = Rowset(statement, 5)
    statement.execute(numbers(3))
    for orientation, offset, code in [(LAST, 0, SUCCESS), (ABSOLUTE, -4, SUCCESS_WITH_INFO), (FIRST, 0, SUCCESS)]:
        assert statement.scroll(orientation, offset) == code
        assert rowset.numbers() == [1, 2, 3]
        assert list(rowset.status[:5]) == [ROW_SUCCESS] * 3 + [NO_ROW] * 2
    statement.scroll(NEXT)
    assert statement.scroll(PRIOR) == SUCCESS_WITH_INFO
    assert rowset.numbers() == [1, 2, 3]


def test_a_result_without_rows(statement):
    rowset = Rowset(statement, 2)
    statement.execute("SELECT 1 WHERE 1 = 0")
    for orientation, offset in [(FIRST, 0), (LAST, 0), (PRIOR, 0), (NEXT, 0), (ABSOLUTE, -1), (ABSOLUTE, 1), (RELATIVE, 0)]:
        assert statement.scroll(orientation, offset) == NO_DATA
        assert rowset.fetched.value == 0


def test_the_size_of_the_rowset_may_change_between_fetches(statement):
    rowset = Rowset(statement, 3)
    statement.execute(numbers(20))
    statement.scroll(NEXT)
    rowset.resize(5)
    statement.scroll(NEXT)
    assert rowset.numbers() == [4, 5, 6, 7, 8]
    rowset.resize(2)
    statement.scroll(NEXT)
    assert rowset.numbers() == [9, 10]
    rowset.resize(4)
    statement.scroll(PRIOR)
    assert rowset.numbers() == [5, 6, 7, 8]


def test_fetch_and_fetch_scroll_go_on_from_each_other(statement):
    rowset = Rowset(statement, 2)
    statement.execute(numbers(6))
    statement.fetch()
    statement.scroll(RELATIVE, 1)
    assert rowset.numbers() == [2, 3]
    statement.fetch()
    assert rowset.numbers() == [4, 5]


def test_the_number_of_the_row_is_told(statement):
    Rowset(statement, 3)
    statement.execute(numbers(10))
    assert refused(statement, "SQLGetStmtAttr", c_int(ROW_NUMBER), byref(c_size_t()), c_int(0), None) == "24000"
    statement.scroll(ABSOLUTE, 4)
    assert statement.get(ROW_NUMBER) == 4
    statement.call(*set_position(statement, 3))
    assert statement.get(ROW_NUMBER) == 6
    statement.scroll(PRIOR)
    assert statement.get(ROW_NUMBER) == 1


def test_unknown_orientations(statement):
    statement.execute(numbers(3))
    for orientation in (0, 7, 9, -1, 100):
        assert fetch_refused(statement, orientation) == "HY106"


def test_a_forward_only_cursor_goes_forward_only(link):
    with link.statement() as statement:
        rowset = Rowset(statement, 2)
        statement.execute(numbers(3))
        for orientation in (FIRST, LAST, PRIOR, ABSOLUTE, RELATIVE):
            assert fetch_refused(statement, orientation, 1) == "HY106"
        assert statement.scroll(NEXT) == SUCCESS
        assert rowset.numbers() == [1, 2]
        assert refused(statement, *set_position(statement, 1)) == "HY109"
        assert refused(statement, *set_position(statement, 1, REFRESH)) == "HY109"
        assert fetch_refused(statement, PRIOR) == "HY106"
        assert statement.fetch()
        assert rowset.numbers() == [3]


@pytest.mark.parametrize("row_wise", [False, True])
def test_bindings_with_an_offset(statement, row_wise):
    """Two columns into the second of two structures or pairs of arrays."""
    step = 64
    memory, offset = create_string_buffer(b"x" * 2 * 3 * 4 * step, 2 * 3 * 4 * step), c_size_t(3 * 4 * step)
    pointer = cast(memory, POINTER(c_char))
    address = lambda place: odbc.c_void_p(odbc.ctypes.addressof(pointer.contents) + place)  # noqa: E731
    statement.set(ROW_ARRAY_SIZE, 3)
    statement.set(ROW_BIND_TYPE, 4 * step if row_wise else 0)
    statement.set(ROW_BIND_OFFSET_PTR, offset)
    each = (1 if row_wise else 3) * step
    for column in (1, 2):
        data = (column - 1) * 2 * each
        statement.call("SQLBindCol", c_ushort(column), c_short(CHAR), address(data), c_ssize_t(step), address(data + each))
    statement.execute(numbers(7, "i, 'n' || i"))

    def found() -> list[tuple[str, int]]:
        rows = []
        for row in range(3):
            for column in range(2):
                data = offset.value + column * 2 * each + row * (4 * step if row_wise else step)
                length = offset.value + column * 2 * each + each + row * (4 * step if row_wise else 8)
                text = memory.raw[data : data + step].split(b"\0")[0].decode()
                rows.append((text, int.from_bytes(memory.raw[length : length + 8], sys.byteorder)))
        return rows

    statement.scroll(LAST)
    assert found() == [(text, len(text)) for i in (5, 6, 7) for text in (str(i), f"n{i}")]
    statement.scroll(PRIOR)
    assert found() == [(text, len(text)) for i in (2, 3, 4) for text in (str(i), f"n{i}")]
    assert set(memory.raw[: offset.value]) == {ord("x")}


# What is read, and what is kept


# Three lists, one after the other.
LISTS = "SELECT Sid FROM Conferences UNION ALL SELECT Sid FROM Messages UNION ALL SELECT Sid FROM Calls"


def test_no_more_is_read_than_is_needed(statement, sim):
    rowset = Rowset(statement, 2)
    statement.execute(LISTS)
    sim.clear()

    def asked() -> list[str]:
        return [request.path.removesuffix(".json") for request in sim.requests()]

    assert asked() == []
    statement.scroll(FIRST)
    first = rowset.rows()
    statement.scroll(ABSOLUTE, CONFERENCES - 1)
    statement.scroll(PRIOR)
    assert asked() == ["Conferences"]
    statement.scroll(ABSOLUTE, CONFERENCES + 1)
    assert rowset.rows()[0].startswith(("SM", "MM"))
    assert asked() == ["Conferences", "Messages"]
    statement.scroll(LAST)
    last = rowset.rows()
    rows = statement.get(ROW_NUMBER) + 1
    assert rows > CONFERENCES + MESSAGES
    statement.scroll(FIRST)
    assert rowset.rows() == first
    statement.scroll(ABSOLUTE, -rows)
    assert rowset.rows() == first
    statement.scroll(ABSOLUTE, rows - 1)
    assert rowset.rows() == last
    assert asked() == ["Conferences", "Messages", "Calls"], "nothing is read twice"


KINDS = """SELECT 1.50 AS d, CAST(12345678901234567890.12 AS DECIMAL(30, 2)) AS long, X'00FF10' AS b, NULL AS n, '' AS e, 1e300 AS r,
           -0.5e0 AS f, 9223372036854775807 AS i, {ts '2024-02-29 12:34:56'} AS t, {d '2024-02-29'} AS day, 'žluťoučký 🐎' AS u,
           X'' AS none, CAST(1 AS BOOLEAN) AS yes"""


@pytest.mark.parametrize("sql", [
    KINDS, "SELECT * FROM Calls", "SELECT * FROM Messages", PARTICIPANTS, "SELECT * FROM Conferences ORDER BY Sid DESC",
    "SELECT * FROM sys_tables", "SELECT Status, COUNT(*), MIN(DateCreated) FROM Conferences GROUP BY Status",
])  # fmt: skip
def test_values_are_the_same_whichever_way_they_are_reached(link, sql):
    with link.statement() as forward, link.statement() as static:
        forward.execute(sql)
        expected = forward.rows()
        static.set(CURSOR_TYPE, STATIC)
        static.execute(sql)
        width = static.columns()
        backwards = []
        code = static.scroll(LAST)
        while code != NO_DATA:
            backwards.append([static.text(column) for column in range(width, 0, -1)][::-1])
            code = static.scroll(PRIOR)
        assert backwards[::-1] == expected
        assert static.rows() == expected, "and forwards again"


def test_rows_of_a_catalogue_function_scroll(statement):
    rowset = Rowset(statement, 2)
    statement.call("SQLGetTypeInfo", c_short(0))
    statement.scroll(FIRST)
    first = rowset.rows()
    statement.scroll(LAST)
    last = rowset.rows()
    number = statement.get(ROW_NUMBER)
    statement.scroll(ABSOLUTE, -1)
    assert rowset.rows() == last[1:]
    statement.scroll(ABSOLUTE, number)
    assert rowset.rows() == last
    statement.scroll(FIRST)
    assert rowset.rows() == first
    statement.call(*set_position(statement, 2))
    assert statement.text(1) == first[1]


def test_a_catalogue_function_of_a_forward_only_cursor_does_not(link):
    with link.statement() as statement:
        statement.call("SQLGetTypeInfo", c_short(0))
        assert fetch_refused(statement, LAST) == "HY106"
        assert len(statement.rows()) > 5


def test_rows_of_a_write_scroll(statement):
    rowset = Rowset(statement, 1)
    statement.execute(f"UPDATE ConferenceParticipants SET Hold = true WHERE ConferenceSid = '{SUPPORT}' RETURNING CallSid")
    assert statement.row_count() == 5
    statement.scroll(LAST)
    last = rowset.rows()
    statement.scroll(ABSOLUTE, 5)
    assert rowset.rows() == last
    assert statement.scroll(NEXT) == NO_DATA
    statement.scroll(ABSOLUTE, -5)
    assert rowset.rows() != last


def test_max_rows_is_where_the_result_ends(statement):
    statement.set(MAX_ROWS, 4)
    rowset = Rowset(statement, 3)
    for run in (lambda: statement.execute(numbers(10)), lambda: statement.call("SQLGetTypeInfo", c_short(0))):
        run()
        statement.scroll(LAST)
        assert statement.get(ROW_NUMBER) == 2 and rowset.fetched.value == 3
        assert statement.scroll(NEXT) == NO_DATA
        assert statement.scroll(ABSOLUTE, 5) == NO_DATA
        statement.scroll(ABSOLUTE, 3)
        assert len(rowset.rows()) == 2
        statement.close()


def test_max_length_cuts_values_and_no_bookmarks(statement):
    statement.set(MAX_LENGTH, 2)
    statement.set(USE_BOOKMARKS, VARIABLE)
    rowset = Rowset(statement, 1)
    statement.execute(PARTICIPANTS)
    statement.scroll(LAST)
    assert rowset.rows() == [SUPPORT_CALLS[-1][:2]]
    assert part(statement, 0, BINARY, 10)[2] == 4


def test_a_stream_that_breaks_keeps_the_rows_before_it(statement, sim):
    rowset = Rowset(statement, 1)
    statement.execute(LISTS)
    sim.fault("status", status=400, code=20001, times=0, path="Calls.json")
    read = []
    while (code := statement.scroll(NEXT, check=False)) == SUCCESS:
        read += rowset.rows()
    assert code == ERROR
    assert len(read) == CONFERENCES + MESSAGES
    asked = len(sim.requests())
    failure = statement.diagnostics()[0]
    assert failure.native == 20001
    for orientation, offset in [(NEXT, 0), (LAST, 0), (ABSOLUTE, -1), (ABSOLUTE, len(read) + 1)]:
        assert statement.scroll(orientation, offset, check=False) == ERROR
        assert statement.diagnostics()[0] == failure
    assert len(sim.requests()) == asked, "what broke is not tried again"
    assert statement.scroll(FIRST) == SUCCESS
    assert rowset.rows() == read[:1]
    rowset.resize(4)
    assert statement.scroll(ABSOLUTE, len(read) - 1) == SUCCESS, "the rows before it are delivered"
    assert rowset.rows() == read[-2:]
    assert statement.scroll(PRIOR) == SUCCESS
    assert rowset.rows() == read[-6:-2]


def test_an_error_in_a_row_that_is_computed(statement):
    rowset = Rowset(statement, 2)
    statement.execute(numbers(10, "10 / (4 - i)"))
    assert statement.scroll(LAST, check=False) == ERROR
    assert states(statement) == ["22012"]
    statement.scroll(ABSOLUTE, 2)
    assert rowset.numbers() == [5, 10]


def test_a_cancelled_fetch_keeps_what_it_read(statement):
    rowset = Rowset(statement, 2)
    statement.execute(numbers(10**12))
    statement.scroll(FIRST)
    timer = threading.Timer(0.5, lambda: statement.library.call("SQLCancel", statement.handle))
    timer.start()
    assert statement.scroll(LAST, check=False) == ERROR
    timer.join()
    assert states(statement) == ["HY008"]
    if statement.scroll(ABSOLUTE, 100, check=False) == ERROR:
        # unixODBC takes the statement that was cancelled for one without a cursor.
        assert "Driver Manager" in statement.diagnostics()[0].message
        return
    assert rowset.numbers() == [100, 101]
    assert fetch_refused(statement, LAST) == "HY008"


def test_the_query_timeout_is_one_of_each_fetch(statement):
    rowset = Rowset(statement, 2)
    statement.set(QUERY_TIMEOUT, 1)
    statement.execute(numbers(10**12))
    statement.scroll(FIRST)
    assert fetch_refused(statement, LAST) == "HYT00"
    assert statement.scroll(RELATIVE, 1) == SUCCESS
    assert rowset.numbers() == [2, 3]


def test_warnings_come_with_the_rows_that_are_read(statement, sim):
    sim.fault("wrong_type", field="muted", value={"a": 1}, path="Participants")
    statement.execute(PARTICIPANTS)
    assert statement.scroll(LAST) == SUCCESS_WITH_INFO
    assert states(statement) == ["01000"]
    assert statement.scroll(FIRST) == SUCCESS, "once"


def test_a_row_that_cannot_be_converted_is_one_row(statement):
    fetched, status, values = c_size_t(), (c_ushort * 3)(), (c_int * 3)()
    statement.set(ROW_ARRAY_SIZE, 3)
    statement.set(ROWS_FETCHED_PTR, fetched)
    statement.set(ROW_STATUS_PTR, status)
    statement.call("SQLBindCol", c_ushort(1), c_short(SLONG), values, c_ssize_t(0), None)
    statement.execute("SELECT column1 FROM (VALUES ('1'), ('2'), ('x'), ('4')) v")
    assert statement.scroll(LAST) == SUCCESS_WITH_INFO
    assert (fetched.value, list(status), values[0], values[2]) == (3, [ROW_SUCCESS, ROW_ERROR, ROW_SUCCESS], 2, 4)
    assert sorted(states(statement)) == ["01S01", "22018"]
    statement.call(*set_position(statement, 2))
    assert statement.text(1) == "x"


# ODBC 2


def extended(statement, orientation, offset, fetched, status) -> int:
    return statement.call(
        "SQLExtendedFetch", c_ushort(orientation), c_ssize_t(offset), byref(fetched), status, check=False
    )


@pytest.mark.parametrize("cursor", [FORWARD_ONLY, STATIC])
def test_extended_fetch(connect, request, sim, cursor):
    path = MANAGER if "manager" in request.node.name else LIBRARY
    source = "DSN=Twilio" if path == MANAGER else string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url)
    with odbc.environment(path, version=2) as env, env.connection() as connection:
        connection.driver_connect(source, check=True)
        with connection.statement() as statement:
            statement.set(CURSOR_TYPE, cursor)
            statement.set(USE_BOOKMARKS, FIXED if cursor == STATIC else OFF)
            fetched, status = c_size_t(), (c_ushort * 3)()
            rowset = Rowset(statement, 1)
            statement.set(ROWSET_SIZE, 3)
            statement.execute(numbers(7))

            def fetch(orientation: int, offset: int = 0) -> list[str | None]:
                assert extended(statement, orientation, offset, fetched, status) in (SUCCESS, NO_DATA)
                assert list(status) == [ROW_SUCCESS] * fetched.value + [NO_ROW] * (3 - fetched.value)
                return [int(rowset.at(row)) for row in range(fetched.value)]

            assert fetch(NEXT) == [1, 2, 3]
            if cursor == FORWARD_ONLY:
                assert fetch(NEXT) == [4, 5, 6]
                assert extended(statement, FIRST, 0, fetched, status) == ERROR
                assert states(statement)[0] in ("HY106", "S1106")
                assert fetch(NEXT) == [7]
            else:
                assert fetch(LAST) == [5, 6, 7]
                assert fetch(PRIOR) == [2, 3, 4]
                assert fetch(ABSOLUTE, 4) == [4, 5, 6]
                code, data, _ = part(statement, 0, UBIGINT, 8)
                assert code == SUCCESS
                assert fetch(FIRST) == [1, 2, 3]
                assert fetch(BOOKMARK, int.from_bytes(data, sys.byteorder)) == [4, 5, 6]
                statement.call(*set_position(statement, 2))
                assert statement.text(1) == "5"
            assert (rowset.fetched.value, rowset.status[0]) == (77, 77), "the statement's own are not written"


# What is claimed


def test_sqlgetinfo_says_what_is_true(link):
    value = c_uint()

    def info(number: int) -> int:
        link.call("SQLGetInfo", c_ushort(number), byref(value), c_short(4), None)
        return value.value

    # NEXT, FIRST, LAST, PRIOR, ABSOLUTE, RELATIVE, BOOKMARK
    assert info(8) == 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x80
    assert info(44) == 0x1 | 0x10, "forward-only and static"
    assert info(43) == 0x1, "read-only"
    assert info(167) == 0x1 | 0x2 | 0x4 | 0x8 | 0x40 | 0x200 | 0x1000 | 0x80000
    assert info(168) == info(147) == 0x1 | 0x80 | 0x800
    assert info(146) == 0x1
    assert [info(number) for number in (144, 145, 150, 151)] == [0] * 4, "dynamic, keyset"
    assert info(81) == 0x1 | 0x2 | 0x8, "any column, any order, bound; no blocks, as forward-only cursors have none"
    assert info(79) == 0x1 | 0x2, "position, refresh"
    assert info(78) == 0x1, "locks stay as they are"
    assert info(82) == 0x2 | 0x8 | 0x10 | 0x40
    assert (info(83), info(10001)) == (0, 0)


# Memory


def measure(driver: str, text: str) -> None:
    """In a process of its own: what the rows of a static cursor take of memory, and that they are all there."""
    import odbc

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    count, width = 120_000, 1000
    with odbc.connected(text, driver) as connection, connection.statement() as statement:
        statement.set(CURSOR_TYPE, STATIC)
        statement.execute(numbers(count, f"i, printf('%.{width}c', 'x')"))
        statement.scroll(FIRST)
        before = resident()
        statement.scroll(LAST)
        grown = resident() - before
        assert statement.text(1) == str(count)
        for row in (1, count // 2, count, 7):
            statement.scroll(ABSOLUTE, row)
            assert statement.text(1) == str(row)
            assert len(statement.text(2)) == width
        assert grown < 16 << 20, f"{grown} of {count * width} bytes"


def test_rows_do_not_live_in_memory(sim):
    text = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url)
    code = f"import test_scroll; test_scroll.measure({str(LIBRARY)!r}, {text!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]


def test_what_was_stored_leaves_nothing_behind(connect, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with connect().statement() as statement:
        statement.set(CURSOR_TYPE, STATIC)
        statement.execute(numbers(20_000, "printf('%.1000c', 'x')"))
        statement.scroll(LAST)
        assert list(tmp_path.iterdir()) == [], "the file has no name"


def test_a_rowset_of_any_size_is_as_large_as_its_rows(statement):
    """Nobody is told the status of rows that are not there, so that they take no time."""
    rowset = Rowset(statement, 3)
    statement.set(ROW_STATUS_PTR, 0)
    for size in (2**40, 2**63, 2**64 - 1):
        statement.set(ROW_ARRAY_SIZE, size)
        statement.execute(numbers(3))
        assert statement.scroll(NEXT) == SUCCESS
        assert (rowset.fetched.value, [rowset.at(row) for row in range(3)]) == (3, ["1", "2", "3"])
        assert statement.scroll(NEXT) == NO_DATA
        statement.close()


def test_many_rows_with_errors_and_warnings_take_their_time_each(statement):
    """Twice as many rows take twice as long, not four times."""

    def seconds(count: int) -> float:
        text, numbers_, lengths = create_string_buffer(3 * count), create_string_buffer(count), (c_ssize_t * count)()
        statement.set(ROW_ARRAY_SIZE, count)
        statement.call("SQLBindCol", c_ushort(1), c_short(CHAR), text, c_ssize_t(3), lengths)
        statement.call("SQLBindCol", c_ushort(2), c_short(-26), numbers_, c_ssize_t(1), lengths)
        statement.execute(numbers(count, "'cut short', 1000"))
        began = time.process_time()
        assert statement.call("SQLFetch", check=False) == ERROR
        took = time.process_time() - began
        statement.close()
        return took

    seconds(1000)
    few, many = min(seconds(4000) for _ in range(3)), min(seconds(32000) for _ in range(2))
    assert many < few * 24, (few, many)


def test_a_length_without_a_buffer_is_not_cut(statement):
    length = c_ssize_t(77)
    statement.call("SQLBindCol", c_ushort(1), c_short(CHAR), None, c_ssize_t(0), byref(length))
    statement.execute("SELECT 'abc' UNION ALL SELECT '12345' UNION ALL SELECT NULL")
    found = []
    while (code := statement.call("SQLFetch")) != NO_DATA:
        assert code == SUCCESS, statement.diagnostics()
        found.append(length.value)
    assert found == [3, 5, NULL_DATA]


def test_a_timeout_of_any_size_is_taken(statement):
    statement.set(QUERY_TIMEOUT, 2**64 - 1)
    # A clock that has begun with the statement has to show a second.
    time.sleep(1.1)
    statement.execute(numbers(2))
    assert [row[0] for row in statement.rows()] == ["1", "2"]
