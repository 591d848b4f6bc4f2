"""What the tests of static cursors share. Everything is tried through the driver manager and on the driver itself."""

from __future__ import annotations

from ctypes import byref, c_short, c_size_t, c_ssize_t, c_ushort, create_string_buffer

import pytest

import odbc
from odbc import CHAR, ERROR, MANAGER, NULL_DATA
from support import ACCOUNT, LIBRARY, SUPPORT, TOKEN, string

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
