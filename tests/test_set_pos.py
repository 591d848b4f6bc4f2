"""SQLSetPos: the row of a rowset that SQLGetData reads, and rows that are read again."""

from __future__ import annotations

from ctypes import c_ushort

from odbc import CHAR, ERROR, SUCCESS_WITH_INFO
from scrolling import (  # noqa: F401
    ABSOLUTE, ADD, DELETE, FIRST, NEXT, PARTICIPANTS, POSITION, REFRESH, RETRIEVE_DATA, ROW_NUMBER, ROW_OPERATION_PTR,
    ROW_SUCCESS, Rowset, UPDATE, connect, link, numbers, part, refused, set_position, statement, states,
)
from support import SUPPORT_CALLS


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
