"""Every conversion between SQL and C, in both directions, against an oracle of its own (conversions.py)."""

from __future__ import annotations

import ctypes
import re
import struct
from collections.abc import Iterator
from ctypes import byref, c_char, c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p

import pytest

import odbc
from conversion_values import BYTES, COLUMNS, EMOJI, given
from conversions import (
    C_TYPES, CHARACTERS, FRACTION_CUT, INTERVALS, OLD_CODES, OUT_OF_RANGE, RESTRICTED, SQL_TYPES, TRUNCATED, Given, Outcome, encoded, from_c, is_supported, text_of,
    to_c, whole_part,
)  # fmt: skip
from support import ROOT

DEFAULT, ARD_TYPE = 99, -99
SIZE = 2048
UNTOUCHED = 0xAA
# Codes in an order in which no two neighbours mean the same type, as SQLGetData would go on with the value.
CODES = [*C_TYPES.values(), 4, 5, DEFAULT, -6, 9, 10, 11]
COLUMN_NUMBER = -1247


@pytest.fixture(scope="module")
def connection() -> Iterator[odbc.Connection]:
    with odbc.connected() as connection:
        yield connection


@pytest.fixture(scope="module")
def tables(connection) -> dict[str, str]:
    """A temporary table for each type of column, with its values in order and then NULL."""
    names = {}
    for number, (name, (column, values)) in enumerate(COLUMNS.items()):
        names[name] = f"conversion{number}"
        with connection.statement() as statement:
            statement.execute(f"CREATE TEMP TABLE {names[name]} (id INTEGER, v {column.declared})")
            statement.prepare(f"INSERT INTO {names[name]} VALUES (?, ?)")
            for id, value in enumerate([*values, None]):
                key = bind(statement, 1, "SLONG", 4, struct.pack("=i", id))
                if column.family == "double":
                    kept = bind(statement, 2, "DOUBLE", 8, None if value is None else struct.pack("=d", value))
                elif column.family == "binary":
                    kept = bind(statement, 2, "BINARY", -3, value, 8000)
                else:
                    text = None if value is None else text_of(column, value).encode("utf-16-le")
                    kept = bind(statement, 2, "WCHAR", -9, text, 4000)
                statement.call("SQLExecute")
                assert statement.row_count() == 1 and key and kept
    return names


def bind(statement, number, c_type, sql_type, data, size=0, digits=0, check=True):
    """Binds a parameter; what has to live as long as it is bound, or the SQLSTATE of the refusal."""
    buffer = (c_char * max(len(data or b""), 1)).from_buffer_copy(data or b"\0")
    length = c_ssize_t(odbc.NULL_DATA if data is None else len(data))
    code = C_TYPES[c_type] if isinstance(c_type, str) else c_type
    result = statement.call(
        "SQLBindParameter", c_ushort(number), c_short(1), c_short(code), c_short(sql_type), c_size_t(size), c_short(digits), buffer,
        c_ssize_t(len(buffer)), byref(length), check=check,
    )  # fmt: skip
    if result == odbc.ERROR:
        return statement.diagnostics()[0].state
    return buffer, length


class Buffer:
    """Memory of the application, which shows what was written into it."""

    def __init__(self, size: int = SIZE) -> None:
        self.memory = (c_char * size)()
        self.indicator = c_ssize_t()
        self.clear()

    def clear(self) -> None:
        ctypes.memset(self.memory, UNTOUCHED, len(self.memory))
        self.indicator.value = -7

    def data(self, c_type: str, state: str) -> bytes | None:
        """The value, whose terminator is checked, and that nothing behind it was written."""
        if self.indicator.value == odbc.NULL_DATA:
            return None
        raw, length = self.memory.raw, self.indicator.value
        end = {"CHAR": 1, "WCHAR": 2}.get(c_type, 0)
        if state in ("", FRACTION_CUT):
            assert raw[length : length + end] == bytes(end)
            assert raw[length + end :].count(UNTOUCHED) == len(raw) - length - end
        return raw[:length]


def get_data(statement, number: int, code: int, buffer: Buffer, size: int | None = None) -> str:
    """SQLSTATE of the call, or none."""
    buffer.clear()
    size = len(buffer.memory) if size is None else size
    result = statement.call(
        "SQLGetData", c_ushort(number), c_short(code), buffer.memory, c_ssize_t(size), byref(buffer.indicator), check=False
    )
    assert result in (odbc.SUCCESS, odbc.SUCCESS_WITH_INFO, odbc.ERROR), code
    return statement.diagnostics()[0].state if result != odbc.SUCCESS else ""


def fetch_states(statement) -> dict[int, str]:
    """Fetches a row; the SQLSTATEs by column."""
    result = statement.call("SQLFetch", check=False)
    assert result in (odbc.SUCCESS, odbc.SUCCESS_WITH_INFO, odbc.ERROR)
    states, number = {}, c_int()
    for i, record in enumerate(statement.diagnostics() if result else [], 1):
        statement.library.call(
            "SQLGetDiagField", c_short(odbc.STMT), statement.handle, c_short(i), c_short(COLUMN_NUMBER), byref(number), c_short(4), None
        )
        assert number.value not in states
        states[number.value] = record.state
    return states


def c_type_of(code: int, column) -> str:
    """The name of a code's type; SQL_C_DEFAULT stands for the one that a column has."""
    if code == DEFAULT:
        return {"text": "WCHAR", "binary": "BINARY", "decimal": "CHAR"}.get(column.family) or column.image
    return OLD_CODES.get(code) or next(name for name, known in C_TYPES.items() if known == code)


def test_columns_convert_to_every_c_type_alike_when_bound_and_by_get_data(connection, tables, capsys):
    wrong, cells, checks = [], 0, 0
    for name, (column, values) in COLUMNS.items():
        many = ", ".join(f"v AS c{i}" for i in range(len(CODES)))
        with connection.statement() as bound, connection.statement() as read:
            read.execute(f"SELECT v FROM {tables[name]} ORDER BY id")
            bound.execute(f"SELECT {many} FROM {tables[name]} ORDER BY id")
            buffers, one = [Buffer() for _ in CODES], Buffer()
            for number, (code, buffer) in enumerate(zip(CODES, buffers), 1):
                bound.call(
                    "SQLBindCol", c_ushort(number), c_short(code), buffer.memory, c_ssize_t(SIZE), byref(buffer.indicator)
                )
            cells += len(CODES)
            for value in [*values, None]:
                for buffer in buffers:
                    buffer.clear()
                states = fetch_states(bound)
                assert read.fetch()
                for number, (code, buffer) in enumerate(zip(CODES, buffers), 1):
                    c_type = c_type_of(code, column)
                    if value is not None:
                        expected = to_c(column, value, c_type)
                    else:
                        expected = Outcome("" if is_supported(column.family, c_type) else "07006")
                    state = states.get(number, "")
                    found = [(state, buffer.data(c_type, state))]
                    state = get_data(read, 1, code, one)
                    found.append((state, one.data(c_type, state)))
                    checks += 2
                    wrong += [
                        f"{name} {value!r:.60} to {c_type} ({code}) by {way}: {got}, expected {expected}"
                        for way, got in zip(("SQLBindCol", "SQLGetData"), found)
                        if not expected.agrees(*got)
                    ]
            assert not read.fetch()
    with capsys.disabled():
        print(f"\nSQL to C: {cells} pairs, {checks} conversions")
    assert not wrong, f"{len(wrong)} of {checks} are wrong:\n" + "\n".join(wrong[:60])
    assert cells == 13 * len({*C_TYPES.values(), DEFAULT, *OLD_CODES}) == 13 * 39


def test_parameters_convert_from_every_c_type(connection, capsys):
    wrong, cells, checks = [], set(), 0
    with connection.statement() as plain, connection.statement() as hexadecimal:
        plain.prepare("SELECT ?")
        hexadecimal.prepare("SELECT HEX(?)")
        one = Buffer(50_000)
        for sql_type, (code, family, default) in SQL_TYPES.items():
            statement = hexadecimal if family == "binary" else plain
            size = {"text": 30_000, "binary": 30_000, "decimal": 38, "timestamp": 29, "time": 18}.get(family, 0)
            digits = {"decimal": 10, "timestamp": 9, "time": 9}.get(family, 0)
            for parameter in given():
                expected = from_c(sql_type, parameter)
                size_and_digits = (38, -parameter.value.as_tuple().exponent) if parameter.c_type == "NUMERIC" else (size, digits)
                codes = [C_TYPES[parameter.c_type], *([DEFAULT] if parameter.c_type == default else [])]
                for c_code in codes:
                    cells.add((code, c_code))
                    checks += 1
                    found = round_trip(statement, code, c_code, parameter, size_and_digits, one)
                    if not expected.agrees(*found):
                        wrong.append(f"{parameter.c_type} ({c_code}) {parameter.value!r:.60} to {sql_type}: {found}, expected {expected}")
        for code in INTERVALS.values():
            for c_type in C_TYPES:
                cells.add((code, C_TYPES[c_type]))
                checks += 1
                state = bind(plain, 1, c_type, code, b"\0" * 40, check=False)
                if state != "HYC00":
                    wrong.append(f"{c_type} to an interval: {state}")
    with capsys.disabled():
        print(f"C to SQL: {len(cells)} pairs, {checks} conversions")
    assert not wrong, f"{len(wrong)} of {checks} are wrong:\n" + "\n".join(wrong[:60])
    assert len(cells) == 23 * 33 + 13 * 32


def round_trip(statement, sql_type: int, c_type: int, parameter: Given, size_and_digits, buffer: Buffer) -> tuple[str, str | None]:
    """SQLSTATE, and the text of what the statement got."""
    kept = bind(statement, 1, c_type, sql_type, parameter.data, *size_and_digits, check=False)
    if isinstance(kept, str):
        return kept, None
    if statement.call("SQLExecute", check=False) == odbc.ERROR:
        return statement.diagnostics()[0].state, None
    assert statement.fetch()
    state = get_data(statement, 1, odbc.WCHAR, buffer)
    statement.close()
    return state, buffer.data("WCHAR", state).decode("utf-16-le")


def test_what_is_no_type_is_told_from_what_is_not_supported(connection):
    with connection.statement() as statement:
        assert bind(statement, 1, 77, 4, b"\0" * 8, check=False) == "HY003"
        assert bind(statement, 1, "SLONG", 1234, b"\0" * 8, check=False) == "HY004"
        statement.execute("SELECT 1")
        assert statement.fetch()
        assert get_data(statement, 1, 77, Buffer()) == "HY003"


@pytest.mark.parametrize("name", ["BIT", "INTEGER", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP"])
@pytest.mark.parametrize("c_type", CHARACTERS)
def test_the_text_of_numbers_and_dates_is_never_cut_where_that_changes_the_value(connection, tables, name, c_type):
    """22003 until the whole digits, or the seconds, and the terminator fit; then 01004 until all does."""
    column, values = COLUMNS[name]
    unit, code = (1 if c_type == "CHAR" else 2), C_TYPES[c_type]
    whole_text = Buffer()
    for value in values:
        with connection.statement() as statement:
            where = f"id = {values.index(value)}"
            statement.execute(f"SELECT v FROM {tables[name]} WHERE {where}")
            assert statement.fetch() and get_data(statement, 1, code, whole_text) == ""
            data = whole_text.data(c_type, "")
            text = data.decode("utf-8" if unit == 1 else "utf-16-le")
            for units in range(1, len(text) + 3):
                statement.close()
                statement.execute(f"SELECT v FROM {tables[name]} WHERE {where}")
                buffer = Buffer(units * unit)
                statement.call("SQLBindCol", c_ushort(1), c_short(code), buffer.memory, c_ssize_t(units * unit), byref(buffer.indicator))
                state = fetch_states(statement).get(1, "")
                if units <= whole_part(column, text):
                    assert (state, buffer.indicator.value) == (OUT_OF_RANGE, -7), (text, units)
                    assert buffer.memory.raw == bytes([UNTOUCHED]) * units * unit
                    continue
                assert state == ("" if units > len(text) else TRUNCATED), (text, units)
                assert buffer.indicator.value == len(data)
                kept = data[: (units - 1) * unit]
                assert buffer.memory.raw[: len(kept) + unit] == kept + bytes(unit)
                statement.call("SQLFreeStmt", c_ushort(2))


@pytest.mark.parametrize("name", ["BIT", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP"])
def test_a_structure_as_binary_data_is_delivered_whole_or_not_at_all(connection, tables, name):
    size = {"BIT": 1, "INTEGER": 4, "BIGINT": 8, "DOUBLE": 8, "DECIMAL": 19, "DATE": 6, "TIME": 6, "TIMESTAMP": 16}[name]
    with connection.statement() as statement:
        statement.execute(f"SELECT v FROM {tables[name]} WHERE id = 0")
        assert statement.fetch()
        for capacity in range(1, size + 2):
            assert get_data(statement, 1, 1, Buffer()) == ""
            buffer = Buffer()
            assert get_data(statement, 1, -2, buffer, capacity) == ("" if capacity >= size else OUT_OF_RANGE)
            assert buffer.indicator.value == (size if capacity >= size else -7)


@pytest.mark.parametrize("name", list(COLUMNS))
@pytest.mark.parametrize("code", [1, -8, -2, 99])
def test_a_null_needs_an_indicator(connection, tables, name, code):
    column, values = COLUMNS[name]
    with connection.statement() as statement:
        statement.execute(f"SELECT v FROM {tables[name]} WHERE id = {len(values)}")
        buffer = Buffer()
        statement.call("SQLBindCol", c_ushort(1), c_short(code), buffer.memory, c_ssize_t(SIZE), None)
        assert fetch_states(statement) == {1: "22002"}
        statement.call("SQLFreeStmt", c_ushort(2))
        statement.close()
        statement.execute(f"SELECT v FROM {tables[name]} WHERE id = {len(values)}")
        assert statement.fetch()
        result = statement.call("SQLGetData", c_ushort(1), c_short(code), buffer.memory, c_ssize_t(SIZE), None, check=False)
        assert (result, statement.diagnostics()[0].state) == (odbc.ERROR, "22002")
        assert get_data(statement, 1, code, buffer) == "" and buffer.indicator.value == odbc.NULL_DATA


# Parts

PARTS = ["", "a", "abc", "a\0b\0", "é" * 5, EMOJI, "😀" * 4, "x" * 50]


@pytest.mark.parametrize("code", [1, -8, -2])
@pytest.mark.parametrize("text", PARTS)
def test_parts_in_a_row_are_the_value_with_buffers_of_every_size(connection, text, code):
    """The indicator is what was left before the call; each part but the last fills its buffer; then SQL_NO_DATA."""
    whole = text.encode("utf-16-le") if code == -8 else text.encode()
    end = {1: 1, -8: 2, -2: 0}[code]
    with connection.statement() as statement:
        statement.prepare("SELECT ?")
        kept = bind(statement, 1, "WCHAR", -9, text.encode("utf-16-le"), 100)
        for capacity in range(end + (2 if code == -8 else 1), len(whole) + end + 3):
            usable = capacity - capacity % 2 if code == -8 else capacity
            statement.call("SQLExecute")
            assert statement.fetch() and kept
            found, buffer = b"", Buffer(capacity)
            while True:
                state = get_data(statement, 1, code, buffer)
                left = len(whole) - len(found)
                assert buffer.indicator.value == left
                part = min(left, usable - end)
                assert state == ("" if part == left else TRUNCATED)
                raw = buffer.memory.raw
                assert raw[part : part + end] == bytes(end)
                assert set(raw[part + end :]) <= {UNTOUCHED}
                found += raw[:part]
                if not state:
                    break
            assert found == whole
            assert statement.call("SQLGetData", c_ushort(1), c_short(code), buffer.memory, c_ssize_t(capacity), byref(buffer.indicator)) == odbc.NO_DATA
            statement.close()


@pytest.mark.parametrize("text", PARTS)
@pytest.mark.parametrize("c_type", CHARACTERS)
def test_a_bound_column_is_cut_between_characters(connection, text, c_type):
    code, unit = C_TYPES[c_type], 1 if c_type == "CHAR" else 2
    with connection.statement() as statement:
        statement.prepare("SELECT ?")
        kept = bind(statement, 1, "WCHAR", -9, text.encode("utf-16-le"), 100)
        whole = encoded(text, c_type)
        for units in range(1, len(whole) // unit + 3):
            buffer = Buffer(units * unit)
            statement.call("SQLBindCol", c_ushort(1), c_short(code), buffer.memory, c_ssize_t(units * unit), byref(buffer.indicator))
            statement.call("SQLExecute")
            state = fetch_states(statement).get(1, "")
            statement.close()
            assert kept and buffer.indicator.value == len(whole)
            fits = len(whole) + unit <= units * unit
            assert state == ("" if fits else TRUNCATED)
            characters = max(n for n in range(len(text) + 1) if len(encoded(text[:n], c_type)) + unit <= units * unit)
            expected = encoded(text[:characters], c_type)
            assert buffer.memory.raw[: len(expected) + unit] == expected + bytes(unit)


def test_hexadecimal_digits_are_cut_in_pairs(connection, tables):
    value = BYTES[2]
    with connection.statement() as statement:
        for code, unit in ((1, 1), (-8, 2)):
            for units in range(1, 2 * len(value) + 3):
                statement.execute(f"SELECT v FROM {tables['VARBINARY']} WHERE id = 2")
                buffer = Buffer(units * unit)
                statement.call("SQLBindCol", c_ushort(1), c_short(code), buffer.memory, c_ssize_t(units * unit), byref(buffer.indicator))
                state = fetch_states(statement).get(1, "")
                assert state == ("" if units > 2 * len(value) else TRUNCATED)
                assert buffer.indicator.value == 2 * len(value) * unit
                digits = value.hex().upper()[: (units - 1) // 2 * 2]
                expected = digits.encode("ascii" if unit == 1 else "utf-16-le") + bytes(unit)
                assert buffer.memory.raw[: len(expected)] == expected
                statement.close()


@pytest.mark.parametrize("code", [1, -8, -2])
def test_a_cell_of_10_megabytes_comes_whole_and_in_parts(connection, code):
    text = "0123456789😀é" * (10_000_000 // 16)
    sent = text.encode("utf-16-le")
    whole = sent if code == -8 else text.encode()
    with connection.statement() as statement:
        statement.prepare("SELECT ?")
        kept = bind(statement, 1, "WCHAR", -10, sent, len(text))
        statement.call("SQLExecute")
        assert statement.fetch() and kept
        buffer = Buffer(len(whole) + 2)
        assert get_data(statement, 1, code, buffer) == ""
        assert buffer.memory.raw[: len(whole)] == whole
        # Another C type, so that the value begins anew.
        assert get_data(statement, 1, -2 if code == 1 else 1, Buffer()) == TRUNCATED
        found, part = [], Buffer(1 << 20)
        end = {1: 1, -8: 2, -2: 0}[code]
        while True:
            state = get_data(statement, 1, code, part)
            found.append(part.memory.raw[: min(part.indicator.value, len(part.memory) - end)])
            if not state:
                break
        assert b"".join(found) == whole


# Parameters that are not what they say


@pytest.mark.parametrize("sql_type", [12, -9, -1, -10, 4, 91, -2])
@pytest.mark.parametrize(
    ("c_type", "data"),
    [
        ("CHAR", b"\xc3"), ("CHAR", b"ab\xff"), ("CHAR", b"\xed\xa0\x80"), ("CHAR", b"\xc0\x80"), ("CHAR", b"\xf0\x9f\x98"),
        ("WCHAR", b"\x3d\xd8"), ("WCHAR", b"a\0\x00\xde"), ("WCHAR", b"\x3d\xd8a\0"),
    ],
)  # fmt: skip
def test_invalid_utf_8_and_utf_16_are_refused(connection, c_type, data, sql_type):
    with connection.statement() as statement:
        statement.prepare("SELECT ?")
        kept = bind(statement, 1, c_type, sql_type, data, 100)
        with pytest.raises(odbc.Failed) as error:
            statement.call("SQLExecute")
        assert kept and error.value.state == "22018"


def test_half_a_wide_character_is_no_length(connection):
    with connection.statement() as statement:
        statement.prepare("SELECT ?")
        kept = bind(statement, 1, "WCHAR", -9, b"a\0b", 100)
        with pytest.raises(odbc.Failed) as error:
            statement.call("SQLExecute")
        assert kept and error.value.state == "HY090"


# Descriptors


def set_field(statement, attribute: int, number: int, fields: dict[int, object]) -> None:
    descriptor = c_void_p()
    statement.call("SQLGetStmtAttr", c_int(attribute), byref(descriptor), c_int(0), None)
    for field, value in fields.items():
        code = statement.library.call("SQLSetDescField", descriptor, c_short(number), c_short(field), value, c_int(0))
        assert code == odbc.SUCCESS, statement.library.diagnostics(odbc.DESC, descriptor.value)


APD, ARD = 10011, 10010
CONCISE_TYPE, PRECISION, SCALE, DATA_PTR, LEADING, OCTET_LENGTH_PTR, INDICATOR_PTR = 2, 1005, 1006, 1010, 26, 1004, 1009


def test_the_descriptor_says_how_many_digits_a_numeric_has(connection):
    with connection.statement() as statement:
        statement.execute("SELECT CAST('-123.456' AS DECIMAL(10, 3))")
        buffer = Buffer(19)
        set_field(statement, ARD, 1, {CONCISE_TYPE: c_void_p(2), PRECISION: c_void_p(5), SCALE: c_void_p(2)})
        set_field(statement, ARD, 1, {INDICATOR_PTR: byref(buffer.indicator), OCTET_LENGTH_PTR: byref(buffer.indicator)})
        set_field(statement, ARD, 1, {DATA_PTR: buffer.memory})
        assert fetch_states(statement) == {1: "01S07"}
        assert buffer.memory.raw == struct.pack("=BbB", 5, 2, 0) + (12345).to_bytes(16, "little")
        one = Buffer()
        assert get_data(statement, 1, ARD_TYPE, one) == "01S07"
        assert one.data("NUMERIC", "") == buffer.memory.raw


@pytest.mark.parametrize(
    ("precisions", "text", "code", "expected"),
    [
        ({LEADING: c_void_p(4)}, "1234", 103, ("", [1234, 0, 0, 0, 0])),
        ({LEADING: c_void_p(3)}, "1234", 103, ("22015", None)),
        ({PRECISION: c_void_p(9)}, "1.123456789", 106, ("", [0, 0, 0, 1, 123456789])),
        ({PRECISION: c_void_p(3)}, "1.123456789", 106, ("01S07", [0, 0, 0, 1, 123])),
        ({}, "1.123456789", 106, ("01S07", [0, 0, 0, 1, 123456])),
    ],
)  # fmt: skip
def test_the_descriptor_says_how_many_digits_an_interval_has(connection, precisions, text, code, expected):
    with connection.statement() as statement:
        statement.execute(f"SELECT '{text}'")
        buffer = Buffer(28)
        set_field(statement, ARD, 1, {CONCISE_TYPE: c_void_p(code), **precisions, DATA_PTR: buffer.memory})
        state = fetch_states(statement).get(1, "")
        assert state == expected[0]
        if expected[1]:
            assert list(struct.unpack("=ihxx5I", buffer.memory.raw))[2:] == expected[1]


def test_a_numeric_parameter_takes_its_digits_from_the_descriptor(connection):
    with connection.statement() as statement:
        statement.prepare("SELECT ?")
        data = struct.pack("=BbB", 38, 0, 1) + (12345).to_bytes(16, "little")
        kept = bind(statement, 1, "NUMERIC", 3, data, 10, 0)
        set_field(statement, APD, 1, {SCALE: c_void_p(3), DATA_PTR: kept[0]})
        statement.call("SQLExecute")
        assert statement.rows() == [["12.345"]]


# Names and shapes of results


@pytest.mark.parametrize("name", ["with space", 'with "quote"', "with]bracket", "😀 emoji", "x" * 120, "ä.b,c;d"])
def test_columns_have_any_name(connection, name):
    quoted = '"' + name.replace('"', '""') + '"'
    with connection.statement() as statement:
        statement.execute(f"SELECT 1 AS {quoted} WHERE 1 = 0")
        assert statement.describe(1)[0] == name
        assert statement.columns() == 1 and statement.rows() == []
        statement.close()
        statement.execute(f"SELECT {quoted} FROM (SELECT 'v' AS {quoted}) t")
        assert statement.describe(1)[0] == name
        assert statement.rows() == [["v"]]


# Types


def masks(connection) -> dict[str, int]:
    """SQL_CONVERT_… by the name of the type."""
    ids = {
        "BIGINT": 53, "BINARY": 54, "BIT": 55, "CHAR": 56, "DATE": 57, "DECIMAL": 58, "DOUBLE": 59, "FLOAT": 60, "INTEGER": 61,
        "LONGVARCHAR": 62, "NUMERIC": 63, "REAL": 64, "SMALLINT": 65, "TIME": 66, "TIMESTAMP": 67, "TINYINT": 68, "VARBINARY": 69,
        "VARCHAR": 70, "LONGVARBINARY": 71, "NCHAR": 122, "NTEXT": 125, "NVARCHAR": 126, "GUID": 173,
    }  # fmt: skip
    found = {}
    for name, id in ids.items():
        mask = ctypes.c_uint32()
        connection.call("SQLGetInfo", c_ushort(id), byref(mask), c_short(4), None)
        found[name] = mask.value
    return found


BITS = {
    "CHAR": 0x1, "NUMERIC": 0x2, "DECIMAL": 0x4, "INTEGER": 0x8, "SMALLINT": 0x10, "FLOAT": 0x20, "REAL": 0x40, "DOUBLE": 0x80,
    "VARCHAR": 0x100, "LONGVARCHAR": 0x200, "BINARY": 0x400, "VARBINARY": 0x800, "BIT": 0x1000, "TINYINT": 0x2000, "BIGINT": 0x4000,
    "DATE": 0x8000, "TIME": 0x10000, "TIMESTAMP": 0x20000, "LONGVARBINARY": 0x40000, "NCHAR": 0x200000, "NTEXT": 0x400000,
    "NVARCHAR": 0x800000,
}  # fmt: skip
SAMPLES = {
    "text": {"text": "'x'", "number": "'1'", "bit": "'1'", "date": "'2020-01-31'", "time": "'10:20:30'", "timestamp": "'2020-01-31 10:20:30'"},
    "number": {"": "1"}, "bit": {"": "1"}, "date": {"": "'2020-01-31'"}, "time": {"": "'10:20:30'"}, "timestamp": {"": "'2020-01-31 10:20:30'"},
    "binary": {"": "X'01'"},
}  # fmt: skip


def kind(name: str) -> str:
    if name in ("CHAR", "VARCHAR", "LONGVARCHAR", "NCHAR", "NVARCHAR", "NTEXT"):
        return "text"
    if "BINARY" in name:
        return "binary"
    return name.lower() if name in ("DATE", "TIME", "TIMESTAMP", "BIT") else "number"


def listed(connection) -> dict[str, int]:
    with connection.statement() as statement:
        statement.call("SQLGetTypeInfo", c_short(0))
        return {row[0]: int(row[1]) for row in statement.rows()}


def test_the_type_table_and_parameters_and_masks_and_cast_have_the_same_types(connection):
    types, converts = listed(connection), masks(connection)
    assert set(types.values()) | {SQL_TYPES["GUID"][0]} == {code for code, _, _ in SQL_TYPES.values()}
    assert converts.pop("GUID") == 0 and set(types) == set(converts)
    with connection.statement() as statement:
        for source in types:
            assert converts[source] & BITS[source], f"{source} is not converted to itself"
            for target in types:
                samples = SAMPLES[kind(source)]
                sample = samples.get("") or samples.get(kind(target)) or "'x'"
                sql = f"SELECT CAST(CAST({sample} AS {source}) AS {target}) AS x"
                if converts[source] & BITS[target]:
                    statement.execute(sql)
                    assert len(statement.rows()) == 1, sql
                    statement.close()
        for name, code in types.items():
            assert not isinstance(bind(statement, 1, DEFAULT, code, b"\0" * 32, 5), str), name


@pytest.mark.parametrize(
    ("expression", "state"),
    [
        ("1e400", OUT_OF_RANGE), ("-1e309", OUT_OF_RANGE), ("CAST('1e400' AS DOUBLE)", OUT_OF_RANGE), ("CAST('inf' AS DOUBLE)", "22018"),
        ("CAST('' AS DOUBLE)", "22018"), ("CAST(X'FF' AS VARCHAR(10))", "22018"), ("CAST(X'FF' AS VARCHAR)", "22018"),
        ("X'FF' || 'a'", "22018"),
    ],
)  # fmt: skip
def test_what_is_beyond_its_type_is_an_error_in_a_statement_too(connection, expression, state):
    with connection.statement() as statement, pytest.raises(odbc.Failed) as error:
        statement.execute(f"SELECT {expression}")
        statement.rows()
    assert error.value.state == state


# The page


def test_the_page_of_conversions_says_what_the_matrix_says():
    """docs/conversions.md has a row for each C type and a column for each kind of SQL type, from both directions."""
    page = (ROOT / "docs" / "conversions.md").read_text()
    header, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.search(r"\| C type \|.*?\n\n", page, re.DOTALL)[0].splitlines()
        if not line.startswith("|--")
    ]
    families = [SQL_TYPES[name.split(",")[0].removeprefix("SQL_")][1] for name in [re.findall(r"`([^`]*)`", cell)[0] for cell in header[1:]]]
    assert sorted(families) == sorted({family for _, family, _ in SQL_TYPES.values()})
    seen = []
    for first, *cells in rows:
        names = [name.removeprefix("SQL_C_") for name in re.findall(r"`(SQL_C_[A-Z_]*)`", first)]
        seen += names
        for name in names:
            for family, cell in zip(families, cells, strict=True):
                assert (cell == "yes") == is_supported(family, name), (name, family)
    assert sorted(seen) == sorted(C_TYPES)


def test_the_page_of_conversions_has_the_states_of_the_matrix():
    page = (ROOT / "docs" / "conversions.md").read_text()
    columns, parameters = (
        set(re.findall(r"\b[0-9]{2}[0-9A-Z]{3}\b", part)) for part in re.split("## From parameters|## Where the driver", page)[:2]
    )
    codes = C_TYPES.keys()
    fetched = {to_c(column, value, c_type).state for column, values in COLUMNS.values() for value in values for c_type in codes}
    given_states = {from_c(sql_type, parameter).state for sql_type in SQL_TYPES for parameter in given()}
    # What a buffer's size, a missing indicator, and a code that is none do is tested apart.
    assert columns == (fetched | {TRUNCATED, "22002"}) - {""}
    assert parameters | {RESTRICTED} == given_states - {""}


@pytest.mark.parametrize("c_type", [*CHARACTERS, "BINARY"])
@pytest.mark.parametrize("text", ["", EMOJI, "a\0b", "😀" * 4])
def test_data_at_execution_comes_in_parts_of_every_size(connection, c_type, text):
    whole = text.encode() if c_type == "BINARY" else encoded(text, c_type)
    token, at_execution = c_ssize_t(7), c_ssize_t(-2)
    with connection.statement() as statement:
        statement.prepare("SELECT ?")
        statement.call(
            "SQLBindParameter", c_ushort(1), c_short(1), c_short(C_TYPES[c_type]), c_short(-9), c_size_t(100), c_short(0), byref(token),
            c_ssize_t(0), byref(at_execution),
        )  # fmt: skip
        for size in range(1, len(whole) + 2):
            assert statement.call("SQLExecute") == odbc.NEED_DATA
            assert statement.call("SQLParamData", byref(c_void_p())) == odbc.NEED_DATA
            for start in range(0, max(len(whole), 1), size):
                part = whole[start : start + size]
                statement.call("SQLPutData", (c_char * (len(part) + 1)).from_buffer_copy(part + b"\0"), c_ssize_t(len(part)))
            assert statement.call("SQLParamData", byref(c_void_p())) == odbc.SUCCESS
            buffer = Buffer()
            assert statement.fetch() and get_data(statement, 1, odbc.WCHAR, buffer) == ""
            assert buffer.data("WCHAR", "") == text.encode("utf-16-le")
            statement.close()


def test_no_column_and_no_list_of_types_has_a_guid_or_an_interval(connection):
    with connection.statement() as statement:
        for code in (SQL_TYPES["GUID"][0], *INTERVALS.values()):
            statement.call("SQLGetTypeInfo", c_short(code))
            assert statement.rows() == []
            statement.close()
