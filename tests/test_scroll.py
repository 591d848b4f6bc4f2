"""Static cursors: every orientation, bookmarks, SQLSetPos, SQLBulkOperations, and what a forward-only cursor refuses.

Everything is tried through the driver manager and on the driver itself.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from ctypes import POINTER, byref, c_char, c_int, c_longlong, c_short, c_size_t, c_ssize_t, c_uint, c_ushort, cast, create_string_buffer
from pathlib import Path

import pytest

import odbc
from odbc import CHAR, ERROR, MANAGER, NO_DATA, NULL_DATA, SUCCESS, SUCCESS_WITH_INFO
from support import ACCOUNT, CONFERENCES, LIBRARY, MESSAGES, SUPPORT, SUPPORT_CALLS, TOKEN, string

NEXT, FIRST, LAST, PRIOR, ABSOLUTE, RELATIVE, BOOKMARK = 1, 2, 3, 4, 5, 6, 8
(SENSITIVITY, SCROLLABLE, QUERY_TIMEOUT, MAX_ROWS, MAX_LENGTH, ROW_BIND_TYPE, CURSOR_TYPE, CONCURRENCY, ROWSET_SIZE, RETRIEVE_DATA,
 USE_BOOKMARKS, ROW_NUMBER, FETCH_BOOKMARK_PTR, ROW_BIND_OFFSET_PTR, ROW_OPERATION_PTR, ROW_STATUS_PTR, ROWS_FETCHED_PTR,
 ROW_ARRAY_SIZE) = -2, -1, 0, 1, 3, 5, 6, 7, 9, 11, 12, 14, 16, 23, 24, 25, 26, 27  # fmt: skip
FORWARD_ONLY, KEYSET_DRIVEN, DYNAMIC, STATIC = 0, 1, 2, 3
OFF, FIXED, VARIABLE = 0, 1, 2
BINARY, UBIGINT, ULONG, SLONG = -2, -27, -18, -16
ROW_SUCCESS, NO_ROW, ROW_ERROR, ROW_WITH_INFO = 0, 3, 5, 6
POSITION, REFRESH, UPDATE, DELETE, ADD = range(5)
FETCH_BY_BOOKMARK = 7

PARTICIPANTS = f"SELECT CallSid, Label, Muted FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"


def numbers(count: int, select: str = "i") -> str:
    return f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {select} FROM n"


@pytest.fixture(params=["manager", "driver"])
def connect(request, sim):
    """Gives connections that take further keywords."""
    opened = []

    def connect(**keywords: object) -> odbc.Connection:
        path = MANAGER if request.param == "manager" else LIBRARY
        source = {"DSN": "Twilio"} if request.param == "manager" else {"AccountSid": ACCOUNT, "AuthToken": TOKEN, "BaseUrl": sim.url}
        context = odbc.connected(string(**source, **keywords), path)
        opened.append(context)
        return context.__enter__()

    yield connect
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def link(connect):
    return connect()


@pytest.fixture
def statement(link):
    with link.statement() as statement:
        statement.set(CURSOR_TYPE, STATIC)
        yield statement


class Rowset:
    """A rowset of `size` rows with one column bound as text, column-wise."""

    WIDTH = 48

    def __init__(self, statement: odbc.Statement, size: int, column: int | None = 1) -> None:
        self.statement = statement
        # The driver writes here for as long as the statement lives.
        statement.buffers = self
        self.fetched, self.status = c_size_t(77), (c_ushort * 64)(*[77] * 64)
        self.data, self.lengths = create_string_buffer(self.WIDTH * 64), (c_ssize_t * 64)()
        statement.set(ROWS_FETCHED_PTR, self.fetched)
        statement.set(ROW_STATUS_PTR, self.status)
        self.resize(size)
        if column:
            statement.call("SQLBindCol", c_ushort(column), c_short(CHAR), self.data, c_ssize_t(self.WIDTH), self.lengths)

    def resize(self, size: int) -> None:
        self.size = size
        self.statement.set(ROW_ARRAY_SIZE, size)

    def at(self, row: int) -> str | None:
        if self.lengths[row] == NULL_DATA:
            return None
        start = row * self.WIDTH
        return self.data.raw[start : start + self.lengths[row]].decode()

    def rows(self) -> list[str | None]:
        assert list(self.status[self.fetched.value : self.size]) == [NO_ROW] * (self.size - self.fetched.value)
        return [self.at(row) for row in range(self.fetched.value)]

    def numbers(self) -> list[int]:
        return [int(value) for value in self.rows()]


def states(handle: odbc.Handle) -> list[str]:
    return [record.state for record in handle.diagnostics()]


def refused(statement: odbc.Statement, function: str, *arguments: object) -> str:
    assert statement.call(function, *arguments, check=False) == ERROR
    return states(statement)[0]


def fetch_refused(statement: odbc.Statement, orientation: int, offset: int = 0) -> str:
    return refused(statement, "SQLFetchScroll", c_short(orientation), c_ssize_t(offset))


def set_position(statement: odbc.Statement, row: int, operation: int = POSITION, lock: int = 0) -> tuple:
    return ("SQLSetPos", c_size_t(row), c_ushort(operation), c_ushort(lock))


def part(statement: odbc.Statement, column: int, c_type: int, size: int) -> tuple[int, bytes, int]:
    buffer, indicator = create_string_buffer(size), c_ssize_t()
    code = statement.call("SQLGetData", c_ushort(column), c_short(c_type), buffer, c_ssize_t(size), byref(indicator), check=False)
    return code, buffer.raw, indicator.value


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


# SQLSetPos, SQLGetData


def test_get_data_reads_any_row_of_the_rowset(statement):
    rowset = Rowset(statement, 4, column=None)
    statement.execute(PARTICIPANTS)
    statement.scroll(FIRST)
    assert statement.text(1) == SUPPORT_CALLS[0], "the first one, if none is chosen"
    for row in (4, 1, 3, 2, 2):
        statement.call(*set_position(statement, row))
        assert statement.text(1) == SUPPORT_CALLS[row - 1]
    assert rowset.fetched.value == 4
    statement.scroll(NEXT)
    assert statement.text(1) == SUPPORT_CALLS[4]


def test_parts_begin_anew_at_each_row(statement):
    Rowset(statement, 2, column=None)
    statement.execute(PARTICIPANTS)
    statement.scroll(FIRST)
    for row in (1, 2, 1):
        statement.call(*set_position(statement, row))
        assert part(statement, 1, CHAR, 11) == (SUCCESS_WITH_INFO, SUPPORT_CALLS[row - 1][:10].encode() + b"\0", 34)
        assert part(statement, 1, CHAR, 11) == (SUCCESS_WITH_INFO, SUPPORT_CALLS[row - 1][10:20].encode() + b"\0", 24)


def test_what_set_pos_refuses(statement):
    Rowset(statement, 3)
    statement.execute(PARTICIPANTS)
    assert refused(statement, *set_position(statement, 1)) == "24000"
    statement.scroll(ABSOLUTE, 4)
    for row, operation, lock, state in [
        (3, POSITION, 0, "HY107"), (10**9, REFRESH, 0, "HY107"), (0, POSITION, 0, "HY109"),
        (1, UPDATE, 0, "HYC00"), (1, DELETE, 0, "HYC00"), (0, ADD, 0, "HYC00"), (1, POSITION, 1, "HYC00"), (1, REFRESH, 2, "HYC00"),
        (1, 5, 0, "HY092"), (1, POSITION, 3, "HY092"),
    ]:  # fmt: skip
        assert refused(statement, *set_position(statement, row, operation, lock)) == state, (row, operation, lock)
    statement.scroll(NEXT)
    assert refused(statement, *set_position(statement, 1)) == "24000"
    statement.close()
    assert refused(statement, *set_position(statement, 1)) == "HY010"


def test_refresh_fills_the_buffers_again(statement):
    rowset = Rowset(statement, 3)
    statement.execute(numbers(9))
    statement.scroll(ABSOLUTE, 4)
    for index in range(3):
        rowset.data[index * rowset.WIDTH] = b"x"
        rowset.status[index] = 77
    statement.call(*set_position(statement, 2, REFRESH))
    assert [rowset.data[index * rowset.WIDTH] for index in range(3)] == [b"x", b"5", b"x"]
    assert list(rowset.status[:3]) == [77, ROW_SUCCESS, 77]
    assert statement.text(1) == "5"
    operations = (c_ushort * 3)(1, 0, 0)
    statement.set(ROW_OPERATION_PTR, operations)
    rowset.data[rowset.WIDTH] = b"y"
    statement.call(*set_position(statement, 0, REFRESH))
    assert [rowset.data[index * rowset.WIDTH] for index in range(3)] == [b"x", b"5", b"6"]
    assert list(rowset.status[:3]) == [77, ROW_SUCCESS, ROW_SUCCESS]


def test_data_may_be_left_out_and_refreshed(statement):
    rowset = Rowset(statement, 2)
    statement.set(RETRIEVE_DATA, 0)
    statement.execute(numbers(9))
    statement.scroll(ABSOLUTE, 4)
    assert (rowset.fetched.value, rowset.data[0]) == (2, b"\0")
    assert list(rowset.status[:2]) == [ROW_SUCCESS] * 2
    statement.call(*set_position(statement, 0, REFRESH))
    assert rowset.numbers() == [4, 5]
    assert statement.get(ROW_NUMBER) == 4


def test_a_block_of_a_forward_only_cursor_has_no_single_rows(link):
    with link.statement() as statement:
        Rowset(statement, 2)
        statement.execute(numbers(3))
        statement.fetch()
        assert part(statement, 1, CHAR, 10)[0] == ERROR
        assert states(statement) == ["HYC00"]


# Bookmarks


class Bookmarks:
    """Column 0 of a rowset, bound."""

    def __init__(self, statement: odbc.Statement, c_type: int = BINARY) -> None:
        each = {BINARY: c_uint, ULONG: c_uint, UBIGINT: c_longlong}[c_type]
        self.values, self.lengths = (each * 64)(), (c_ssize_t * 64)()
        size = odbc.ctypes.sizeof(each)
        statement.call("SQLBindCol", c_ushort(0), c_short(c_type), self.values, c_ssize_t(size), self.lengths)
        self.size, self.each = size, each

    def __getitem__(self, row: int):
        assert self.lengths[row] == self.size
        return self.each(self.values[row])


@pytest.mark.parametrize(("kind", "c_type"), [(VARIABLE, BINARY), (FIXED, ULONG), (VARIABLE, UBIGINT), (FIXED, UBIGINT)])
def test_a_bookmark_leads_back(statement, kind, c_type):
    statement.set(USE_BOOKMARKS, kind)
    assert statement.get(USE_BOOKMARKS) == kind
    rowset, marks = Rowset(statement, 3), Bookmarks(statement, c_type)
    statement.execute(numbers(20))
    statement.scroll(ABSOLUTE, 7)
    ninth = marks[2]
    statement.set(FETCH_BOOKMARK_PTR, ninth)
    for offset, expected in [(0, [9, 10, 11]), (-3, [6, 7, 8]), (11, [20]), (12, []), (-8, [1, 2, 3]), (-9, []), (0, [9, 10, 11])]:
        assert statement.scroll(BOOKMARK, offset) == (SUCCESS if expected else NO_DATA)
        assert rowset.numbers() == expected
    statement.scroll(LAST)
    statement.scroll(BOOKMARK)
    assert rowset.numbers() == [9, 10, 11]


def test_bookmarks_that_are_none(statement):
    statement.set(USE_BOOKMARKS, VARIABLE)
    Rowset(statement, 2)
    statement.execute(numbers(20))
    assert fetch_refused(statement, BOOKMARK) == "HY111"
    statement.scroll(ABSOLUTE, 5)
    for value in (0, 7, 21, 2**32 - 1):
        mark = c_uint(value)
        statement.set(FETCH_BOOKMARK_PTR, mark)
        assert fetch_refused(statement, BOOKMARK) == "HY111", value
    statement.close()
    statement.set(USE_BOOKMARKS, OFF)
    statement.execute(numbers(20))
    assert fetch_refused(statement, BOOKMARK) == "HY106"


def test_column_0_is_described(statement):
    statement.set(USE_BOOKMARKS, VARIABLE)
    statement.execute(numbers(3))
    assert statement.describe(0) == ("", -2, 4, 0, 0)
    value = c_ssize_t()
    for field, expected in [(2, -2), (1002, -2), (1013, 4)]:
        statement.call("SQLColAttribute", c_ushort(0), c_ushort(field), None, c_short(0), None, byref(value))
        assert value.value == expected, field
    assert statement.columns() == 1
    statement.close()
    statement.set(USE_BOOKMARKS, FIXED)
    statement.execute(numbers(3))
    assert statement.describe(0)[:3] == ("", 4, 10)
    statement.close()
    statement.set(USE_BOOKMARKS, OFF)
    statement.execute(numbers(3))
    name = create_string_buffer(9)
    assert refused(statement, "SQLDescribeCol", c_ushort(0), name, c_short(9), None, None, None, None, None) == "07009"


def test_column_0_is_read(statement):
    statement.set(USE_BOOKMARKS, VARIABLE)
    Rowset(statement, 3)
    statement.execute(numbers(9))
    statement.scroll(ABSOLUTE, 4)
    for row in (1, 3):
        statement.call(*set_position(statement, row))
        code, data, length = part(statement, 0, BINARY, 20)
        assert (code, int.from_bytes(data[:4], sys.byteorder), length) == (SUCCESS, 3 + row, 4)
        code, data, length = part(statement, 0, UBIGINT, 8)
        assert (code, int.from_bytes(data, sys.byteorder), length) == (SUCCESS, 3 + row, 8)
    assert part(statement, 0, CHAR, 20)[0] == ERROR
    assert states(statement) == ["07006"]


def test_column_0_without_bookmarks(statement):
    buffer = create_string_buffer(8)
    statement.execute(numbers(3))
    statement.scroll(FIRST)
    assert refused(statement, "SQLGetData", c_ushort(0), c_short(BINARY), buffer, c_ssize_t(8), None) == "07009"
    statement.close()
    statement.set(USE_BOOKMARKS, VARIABLE)
    statement.call("SQLBindCol", c_ushort(0), c_short(BINARY), buffer, c_ssize_t(8), None)
    statement.set(USE_BOOKMARKS, OFF)
    statement.execute(numbers(3))
    assert fetch_refused(statement, FIRST) == "07009"
    statement.call("SQLFreeStmt", c_ushort(2))
    assert fetch_refused(statement, FIRST) == "07009", "SQL_UNBIND leaves the bookmark"
    statement.call("SQLBindCol", c_ushort(0), c_short(BINARY), None, c_ssize_t(0), None)
    assert statement.scroll(FIRST) == SUCCESS


def test_bookmarks_come_even_without_data(statement):
    statement.set(USE_BOOKMARKS, VARIABLE)
    statement.set(RETRIEVE_DATA, 0)
    rowset, marks = Rowset(statement, 2), Bookmarks(statement)
    statement.execute(numbers(9))
    statement.scroll(ABSOLUTE, 4)
    assert (marks[0].value, marks[1].value, rowset.data[0]) == (4, 5, b"\0")


def test_rows_are_fetched_by_their_bookmarks(statement):
    statement.set(USE_BOOKMARKS, VARIABLE)
    rowset, marks = Rowset(statement, 4), Bookmarks(statement)
    statement.execute(numbers(30))
    statement.scroll(ABSOLUTE, 20)
    statement.scroll(ABSOLUTE, 4)
    marks.values[:4] = [20, 6, 99, 1]
    marks.lengths[:4] = [4] * 4
    assert statement.call("SQLBulkOperations", c_short(FETCH_BY_BOOKMARK)) == SUCCESS_WITH_INFO
    assert sorted(states(statement)) == ["01S01", "HY111"]
    assert list(rowset.status[:4]) == [ROW_SUCCESS, ROW_SUCCESS, ROW_ERROR, ROW_SUCCESS]
    assert [rowset.at(row) for row in (0, 1, 3)] == ["20", "6", "1"]
    operations = (c_ushort * 4)(0, 1, 1, 0)
    statement.set(ROW_OPERATION_PTR, operations)
    marks.values[:4] = [2, 3, 99, 5]
    assert statement.call("SQLBulkOperations", c_short(FETCH_BY_BOOKMARK)) == SUCCESS
    assert [rowset.at(row) for row in (0, 1, 3)] == ["2", "6", "5"]
    statement.scroll(ABSOLUTE, 10)
    assert rowset.numbers() == [10, 11, 12, 13]


def test_what_bulk_operations_refuse(statement, link):
    bulk = lambda operation: refused(statement, "SQLBulkOperations", c_short(operation))  # noqa: E731
    assert bulk(FETCH_BY_BOOKMARK) == "HY010"
    statement.execute(numbers(3))
    statement.scroll(FIRST)
    assert [bulk(operation) for operation in (4, 5, 6, 7, 8, 0)] == ["HYC00"] * 3 + ["HY092"] * 3
    statement.close()
    statement.set(USE_BOOKMARKS, VARIABLE)
    statement.execute(numbers(3))
    statement.scroll(FIRST)
    assert bulk(FETCH_BY_BOOKMARK) == "07009"
    with link.statement() as forward:
        forward.set(USE_BOOKMARKS, VARIABLE)
        forward.execute(numbers(3))
        forward.fetch()
        assert refused(forward, "SQLBulkOperations", c_short(FETCH_BY_BOOKMARK)) == "HY109"
        assert fetch_refused(forward, BOOKMARK) == "HY106"
        assert int.from_bytes(part(forward, 0, BINARY, 4)[1], sys.byteorder) == 1, "rows are numbered all the same"


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


def test_a_participant_is_the_one_that_was_marked(statement):
    """As a form that shows a table keeps its current record."""
    statement.set(USE_BOOKMARKS, VARIABLE)
    rowset, marks = Rowset(statement, 5), Bookmarks(statement)
    statement.execute(PARTICIPANTS)
    statement.scroll(FIRST)
    found = dict(zip(rowset.rows(), (marks[row].value for row in range(5)), strict=True))
    rowset.resize(1)
    for call in reversed(SUPPORT_CALLS):
        mark = c_uint(found[call])
        statement.set(FETCH_BOOKMARK_PTR, mark)
        statement.scroll(BOOKMARK)
        assert rowset.rows() == [call]


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
