"""Bookmarks: column 0, SQL_FETCH_BOOKMARK, and SQLBulkOperations, which fetches by them."""

from __future__ import annotations

import sys
from ctypes import byref, c_longlong, c_short, c_ssize_t, c_uint, c_ushort, create_string_buffer

import pytest

import odbc
from odbc import CHAR, ERROR, NO_DATA, SUCCESS, SUCCESS_WITH_INFO
from scrolling import (  # noqa: F401
    ABSOLUTE, BINARY, BOOKMARK, FETCH_BOOKMARK_PTR, FETCH_BY_BOOKMARK, FIRST, FIXED, LAST, OFF, PARTICIPANTS,
    RETRIEVE_DATA, ROW_ARRAY_SIZE, ROW_ERROR, ROW_OPERATION_PTR, ROW_STATUS_PTR, ROW_SUCCESS, Rowset, UBIGINT, ULONG, USE_BOOKMARKS, VARIABLE, connect,
    fetch_refused, link, numbers, part, refused, set_position, statement, states,
)
from support import SUPPORT_CALLS


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


def test_a_huge_rowset_without_statuses_has_its_few_rows(statement):
    """Nobody is told of the rows that are not there."""
    statement.set(USE_BOOKMARKS, VARIABLE)
    rowset = Rowset(statement, 4)
    statement.set(ROW_STATUS_PTR, 0)
    statement.set(ROW_ARRAY_SIZE, 2**40)
    statement.execute(numbers(3))
    assert statement.fetch() and rowset.fetched.value == 3
    assert [rowset.at(row) for row in range(3)] == ["1", "2", "3"]
    assert not statement.fetch() and rowset.fetched.value == 0
    # A length alone is no bookmark to fetch by.
    statement.scroll(FIRST)
    length = c_ssize_t()
    statement.call("SQLBindCol", c_ushort(0), c_short(BINARY), None, c_ssize_t(4), byref(length))
    assert refused(statement, "SQLBulkOperations", c_short(FETCH_BY_BOOKMARK)) == "07009"
