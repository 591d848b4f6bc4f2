"""Descriptors: every field of every kind, what may be read and set, copies, explicit ones and their lives."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_char_p, c_int, c_short, c_size_t, c_ssize_t, c_uint, c_ushort, c_void_p, create_string_buffer
from typing import NamedTuple

import pytest

import odbc
from odbc import DESC, ERROR, INVALID_HANDLE, NO_DATA, NTS, SUCCESS, SUCCESS_WITH_INFO, Failed, Handle, Statement
from support import ACCOUNT, LIBRARY, SUPPORT, SUPPORT_CALLS, TOKEN, string

APP_ROW, APP_PARAM, IMP_ROW, IMP_PARAM = 10010, 10011, 10012, 10013
KINDS = {"ARD": APP_ROW, "APD": APP_PARAM, "IRD": IMP_ROW, "IPD": IMP_PARAM}

ALLOC_TYPE, ARRAY_SIZE, ARRAY_STATUS_PTR, BIND_OFFSET_PTR, BIND_TYPE, COUNT, ROWS_PROCESSED_PTR = 1099, 20, 21, 24, 25, 1001, 34
CONCISE_TYPE, TYPE, CODE, LEADING, LENGTH, OCTET_LENGTH, PRECISION, SCALE = 2, 1002, 1007, 26, 1003, 1013, 1005, 1006
DATA_PTR, INDICATOR_PTR, OCTET_LENGTH_PTR, NAME, UNNAMED, NULLABLE, PARAMETER_TYPE, RADIX = 1010, 1009, 1004, 1011, 1012, 1008, 33, 32


class Field(NamedTuple):
    """A field of the reference's table: its number, its width (or `text`), and its access in ARD, APD, IRD, IPD."""

    id: int
    width: int | str
    access: str
    header: bool = False


# r: read, w: read and write, -: undefined, c: setting it checks and keeps nothing.
FIELDS = {
    "ALLOC_TYPE": Field(1099, 2, "rrrr", True), "ARRAY_SIZE": Field(20, 8, "ww--", True),
    "ARRAY_STATUS_PTR": Field(21, 8, "wwww", True), "BIND_OFFSET_PTR": Field(24, 8, "ww--", True),
    "BIND_TYPE": Field(25, 4, "ww--", True), "COUNT": Field(1001, 2, "wwrw", True),
    "ROWS_PROCESSED_PTR": Field(34, 8, "--ww", True), "AUTO_UNIQUE_VALUE": Field(11, 4, "--r-"),
    "BASE_COLUMN_NAME": Field(22, "text", "--r-"), "BASE_TABLE_NAME": Field(23, "text", "--r-"),
    "CASE_SENSITIVE": Field(12, 4, "--rr"), "CATALOG_NAME": Field(17, "text", "--r-"), "CONCISE_TYPE": Field(2, 2, "wwrw"),
    "DATA_PTR": Field(1010, 8, "ww-c"), "DATETIME_INTERVAL_CODE": Field(1007, 2, "wwrw"),
    "DATETIME_INTERVAL_PRECISION": Field(26, 4, "wwrw"), "DISPLAY_SIZE": Field(6, 8, "--r-"),
    "FIXED_PREC_SCALE": Field(9, 2, "--rr"), "INDICATOR_PTR": Field(1009, 8, "ww--"), "LABEL": Field(18, "text", "--r-"),
    "LENGTH": Field(1003, 8, "wwrw"), "LITERAL_PREFIX": Field(27, "text", "--r-"), "LITERAL_SUFFIX": Field(28, "text", "--r-"),
    "LOCAL_TYPE_NAME": Field(29, "text", "--rr"), "NAME": Field(1011, "text", "--rw"), "NULLABLE": Field(1008, 2, "--rr"),
    "NUM_PREC_RADIX": Field(32, 4, "wwrw"), "OCTET_LENGTH": Field(1013, 8, "wwrw"), "OCTET_LENGTH_PTR": Field(1004, 8, "ww--"),
    "PARAMETER_TYPE": Field(33, 2, "---w"), "PRECISION": Field(1005, 2, "wwrw"), "ROWVER": Field(35, 2, "--rr"),
    "SCALE": Field(1006, 2, "wwrw"), "SCHEMA_NAME": Field(16, "text", "--r-"), "SEARCHABLE": Field(13, 2, "--r-"),
    "TABLE_NAME": Field(15, "text", "--r-"), "TYPE": Field(1002, 2, "wwrw"), "TYPE_NAME": Field(14, "text", "--rr"),
    "UNNAMED": Field(1012, 2, "--rw"), "UNSIGNED": Field(8, 2, "--rr"), "UPDATABLE": Field(10, 2, "--r-"),
}  # fmt: skip

PARTICIPANTS = f"SELECT CallSid, Muted, DateCreated FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"


class Descriptor(Handle):
    kind = DESC

    def __init__(self, library: odbc.Library, handle: int) -> None:
        self.library, self.handle = library, handle

    @staticmethod
    def of(statement: Statement, attribute: int) -> Descriptor:
        handle = c_void_p()
        statement.call("SQLGetStmtAttr", c_int(attribute), byref(handle), c_int(0), None)
        return Descriptor(statement.library, handle.value or 0)

    @staticmethod
    def allocate(connection: odbc.Connection) -> Descriptor:
        return Descriptor(connection.library, connection.library.allocate(DESC, connection.handle))

    def read(self, field: int, number: int = 1, width: int | str = 8) -> int | str | None:
        """The field; None is SQL_NO_DATA."""
        buffer, length = create_string_buffer(b"\xee" * 300, 300), c_int(-1)
        code = self.call("SQLGetDescField", c_short(number), c_short(field), buffer, c_int(300), byref(length))
        if code == NO_DATA:
            return None
        if width == "text":
            return buffer.value.decode()
        assert length.value == width and set(buffer.raw[width:]) == {0xEE}, "no more and no less is written"
        return int.from_bytes(buffer.raw[:width], "little", signed=True)

    def get(self, name: str, number: int = 1) -> int | str | None:
        return self.read(FIELDS[name].id, number, FIELDS[name].width)

    def set(self, name: str, value: int | str | None, number: int = 1) -> int:
        given = c_char_p(value.encode()) if isinstance(value, str) else c_void_p(value)
        length = NTS if isinstance(value, str) else 0
        return self.call("SQLSetDescField", c_short(number), c_short(FIELDS[name].id), given, c_int(length))

    def set_record(self, number: int, type_: int, code: int, length: int, precision: int, scale: int, *addresses) -> int:
        return self.call(
            "SQLSetDescRec", c_short(number), c_short(type_), c_short(code), c_ssize_t(length), c_short(precision),
            c_short(scale), *addresses,
        )  # fmt: skip

    def record(self, number: int) -> tuple | None:
        """Name, type, code, octet length, precision, scale, nullability."""
        name, name_length = create_string_buffer(200), c_short()
        type_, code, length = c_short(), c_short(), c_ssize_t()
        precision, scale, nullable = c_short(), c_short(), c_short()
        done = self.call(
            "SQLGetDescRec", c_short(number), name, c_short(200), byref(name_length), byref(type_), byref(code),
            byref(length), byref(precision), byref(scale), byref(nullable),
        )  # fmt: skip
        if done == NO_DATA:
            return None
        return name.value.decode(), type_.value, code.value, length.value, precision.value, scale.value, nullable.value

    def copy_to(self, target: Descriptor) -> int:
        code = self.library.call("SQLCopyDesc", self.handle, target.handle)
        if code == ERROR:
            raise Failed(code, target.diagnostics())
        return code


@pytest.fixture(params=["manager", "direct"])
def link(request, sim):
    """A connection through unixODBC, and one to the driver itself."""
    if request.param == "manager":
        with odbc.connected() as connection:
            yield connection
    else:
        text = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url)
        with odbc.connected(text, LIBRARY) as connection:
            yield connection


@pytest.fixture
def statement(link):
    with link.statement() as statement:
        yield statement


@pytest.fixture
def direct(sim):
    """A connection to the driver itself. unixODBC 2.3.11 keeps a lock after SQLCopyDesc, so that its next call hangs."""
    with odbc.connected(string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url), LIBRARY) as connection:
        yield connection


def fails(state: str, call, *arguments) -> Failed:
    with pytest.raises(Failed) as failed:
        call(*arguments)
    assert failed.value.state == state, failed.value.records
    return failed.value


def descriptors(statement: Statement) -> dict[str, Descriptor]:
    return {kind: Descriptor.of(statement, attribute) for kind, attribute in KINDS.items()}


def test_a_statement_has_four_descriptors(statement):
    statement.prepare(PARTICIPANTS)
    found = descriptors(statement)
    assert len({descriptor.handle for descriptor in found.values()}) == 4
    assert all(descriptor.handle for descriptor in found.values())
    for kind, descriptor in found.items():
        assert descriptor.get("ALLOC_TYPE", 0) == 1, kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_read_where_the_kind_has_it(statement, kind):
    statement.prepare(PARTICIPANTS + " AND CallSid = ?")
    bind(statement, 1, create_string_buffer(b"x"), 12)
    buffer = create_string_buffer(10)
    statement.call("SQLBindCol", c_ushort(1), c_short(1), buffer, c_ssize_t(10), None)
    descriptor = Descriptor.of(statement, KINDS[kind])
    for name, field in FIELDS.items():
        if field.access[list(KINDS).index(kind)] in "rw":
            assert descriptor.get(name, 0 if field.header else 1) is not None, name
        else:
            fails("HY091", descriptor.get, name, 0 if field.header else 1)
    fails("HY091", descriptor.read, 4711)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_set_where_the_kind_lets_it(statement, kind):
    statement.prepare(PARTICIPANTS)
    descriptor = Descriptor.of(statement, KINDS[kind])
    memory = create_string_buffer(64)
    values = {"NAME": "n", "UNNAMED": 1, "PARAMETER_TYPE": 1, "DATETIME_INTERVAL_CODE": 0, "CONCISE_TYPE": 1, "TYPE": 1}
    for name, field in FIELDS.items():
        access = field.access[list(KINDS).index(kind)]
        value = values.get(name, ctypes.addressof(memory) if name.endswith("PTR") else 1)
        value = "n" if field.width == "text" else value
        if access in "wc":
            assert descriptor.set(name, value, 0 if field.header else 1) == SUCCESS, name
        else:
            fails("HY016" if kind == "IRD" else "HY091", descriptor.set, name, value, 0 if field.header else 1)
        if access == "w":
            assert descriptor.get(name, 0 if field.header else 1) == value, name
    for name in ["ARRAY_STATUS_PTR", "ROWS_PROCESSED_PTR", "BIND_OFFSET_PTR"]:
        if FIELDS[name].access[list(KINDS).index(kind)] == "w":
            descriptor.set(name, None, 0)


def test_headers_begin_as_the_reference_has_it(statement):
    statement.prepare(PARTICIPANTS)
    found = descriptors(statement)
    for kind in ["ARD", "APD"]:
        header = {name: found[kind].get(name, 0) for name in ["ARRAY_SIZE", "BIND_TYPE", "COUNT", "ARRAY_STATUS_PTR"]}
        assert header == {"ARRAY_SIZE": 1, "BIND_TYPE": 0, "COUNT": 0, "ARRAY_STATUS_PTR": 0}
        assert found[kind].get("BIND_OFFSET_PTR", 0) == 0
    assert found["IPD"].get("COUNT", 0) == 0
    assert found["IRD"].get("ROWS_PROCESSED_PTR", 0) == found["IPD"].get("ROWS_PROCESSED_PTR", 0) == 0


def test_statement_attributes_are_fields_of_headers(statement):
    statement.prepare(PARTICIPANTS)
    memory = create_string_buffer(64)
    address = ctypes.addressof(memory)
    for attribute, kind, field, value in [
        (5, "ARD", "BIND_TYPE", 24), (18, "APD", "BIND_TYPE", 32), (23, "ARD", "BIND_OFFSET_PTR", address),
        (17, "APD", "BIND_OFFSET_PTR", address), (24, "ARD", "ARRAY_STATUS_PTR", address), (19, "APD", "ARRAY_STATUS_PTR", address),
        (25, "IRD", "ARRAY_STATUS_PTR", address), (20, "IPD", "ARRAY_STATUS_PTR", address), (27, "ARD", "ARRAY_SIZE", 3),
        (22, "APD", "ARRAY_SIZE", 4), (26, "IRD", "ROWS_PROCESSED_PTR", address), (21, "IPD", "ROWS_PROCESSED_PTR", address),
    ]:  # fmt: skip
        statement.call("SQLSetStmtAttr", c_int(attribute), c_void_p(value), c_int(0))
        descriptor = Descriptor.of(statement, KINDS[kind])
        assert descriptor.get(field, 0) == value, (attribute, kind, field)
        reset = 0 if "PTR" in field or field == "BIND_TYPE" else 1
        descriptor.set(field, reset or None, 0)
        told = c_void_p(7)
        statement.call("SQLGetStmtAttr", c_int(attribute), byref(told), c_int(8), None)
        assert (told.value or 0) == reset


def test_a_row_descriptor_describes_nothing_before_the_statement_is_prepared(statement):
    ird = Descriptor.of(statement, IMP_ROW)
    for field in ["COUNT", "ALLOC_TYPE", "ARRAY_STATUS_PTR"]:
        fails("HY007", ird.get, field, 0)
    fails("HY007", ird.get, "TYPE")
    fails("HY007", ird.record, 1)
    statement.prepare(PARTICIPANTS)
    assert ird.get("COUNT", 0) == 3
    assert ird.record(1) == ("CallSid", -9, 0, 68, 0, 0, 0)
    assert ird.record(3)[:3] == ("DateCreated", 9, 3)
    assert ird.get("CONCISE_TYPE", 3) == 93
    assert ird.get("TYPE_NAME", 2) == "BIT"
    assert ird.get("BASE_TABLE_NAME", 2) == "ConferenceParticipants"


def test_there_is_no_data_beyond_the_last_record(statement):
    statement.prepare(PARTICIPANTS)
    found = descriptors(statement)
    for kind, field in [("ARD", "TYPE"), ("APD", "TYPE"), ("IRD", "TYPE"), ("IPD", "TYPE")]:
        assert found[kind].get(field, 4) is None, kind
        assert found[kind].record(4) is None, kind
        fails("07009", found[kind].get, field, -1)


def test_record_0_is_where_bookmarks_go(statement):
    """It counts as no column, is there from the start, and is bound by its fields as by SQLBindCol."""
    statement.set(12, 2)
    statement.set(6, 3)
    found = descriptors(statement)
    ard = found["ARD"]
    assert ard.record(0) == ("", 99, 0, 0, 0, 0, 0) and ard.get("DATA_PTR", 0) == 0
    mark = c_uint()
    assert ard.set_record(0, -2, 0, 4, 0, 0, byref(mark), None, None) == SUCCESS
    assert (ard.get("CONCISE_TYPE", 0), ard.get("OCTET_LENGTH", 0)) == (-2, 4)
    assert ard.get("DATA_PTR", 0) == ctypes.addressof(mark)
    assert ard.get("COUNT", 0) == 0
    statement.execute(PARTICIPANTS)
    statement.scroll(5, 3)
    assert mark.value == 3
    ard.set("DATA_PTR", None, 0)
    statement.fetch()
    assert mark.value == 3, "unbound"
    fails("HY021", ard.set_record, 0, 4711, 0, 0, 0, 0, byref(mark), None, None)
    for call in (found["IPD"].get, found["IPD"].set):
        arguments = ("TYPE", 1, 0) if call == found["IPD"].set else ("TYPE", 0)
        fails("07009", call, *arguments)


@pytest.mark.parametrize("use, expected", [(2, ("", -2, 0, 4, 0, 0, 0)), (1, ("", 4, 0, 4, 10, 0, 0)), (0, None)])
def test_record_0_describes_the_bookmark(statement, use, expected):
    ird = Descriptor.of(statement, IMP_ROW)
    statement.set(12, use)
    statement.prepare(PARTICIPANTS)
    assert ird.get("COUNT", 0) == 3
    if expected:
        assert ird.record(0) == expected
        assert ird.get("UNNAMED", 0) == 1 and ird.get("SEARCHABLE", 0) == 0
    else:
        fails("07009", ird.get, "TYPE", 0)
        fails("07009", ird.record, 0)


def test_a_statement_without_result_has_no_columns(statement):
    statement.execute("CREATE TEMP TABLE Nothing (a INTEGER)")
    ird = Descriptor.of(statement, IMP_ROW)
    assert ird.get("COUNT", 0) == 0
    assert ird.get("TYPE", 1) is None


# Type, code: concise type, LENGTH, PRECISION, SCALE, leading precision.
DEFAULTS = {
    (1, 0): (1, 1, 0, 0, 0), (12, 0): (12, 1, 0, 0, 0), (2, 0): (2, 0, 38, 0, 0), (9, 1): (91, 0, 0, 0, 0),
    (9, 2): (92, 0, 0, 0, 0), (9, 3): (93, 0, 6, 0, 0), (10, 1): (101, 0, 0, 0, 2), (10, 10): (110, 0, 6, 0, 2),
    (10, 13): (113, 0, 6, 0, 2), (7, 0): (7, 0, 7, 0, 0), (8, 0): (8, 0, 15, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["ARD", "APD", "IPD"])
@pytest.mark.parametrize("given", DEFAULTS)
def test_a_type_brings_its_defaults(statement, kind, given):
    type_, code = given
    concise, length, precision, scale, leading = DEFAULTS[given]
    descriptor = Descriptor.of(statement, KINDS[kind])
    descriptor.set("TYPE", type_, 1)
    if code:
        descriptor.set("DATETIME_INTERVAL_CODE", code, 1)
    descriptor.set("CONCISE_TYPE", concise, 2)
    for number in (1, 2):
        found = [descriptor.get(n, number) for n in ["CONCISE_TYPE", "TYPE", "DATETIME_INTERVAL_CODE", "PRECISION", "SCALE"]]
        assert found == [concise, type_, code, precision, scale], number
        assert descriptor.get("LENGTH", number) == length
        assert descriptor.get("DATETIME_INTERVAL_PRECISION", number) == leading


@pytest.mark.parametrize(
    "kind, fields",
    [
        ("ARD", [("CONCISE_TYPE", 77)]), ("APD", [("CONCISE_TYPE", 77)]), ("IPD", [("CONCISE_TYPE", -16)]),
        ("ARD", [("TYPE", 9)]), ("APD", [("TYPE", 10)]), ("IPD", [("TYPE", 9)]),
        ("ARD", [("TYPE", 2), ("PRECISION", 39)]), ("APD", [("TYPE", 2), ("PRECISION", 0)]), ("IPD", [("TYPE", 3), ("SCALE", 99)]),
        ("ARD", [("CONCISE_TYPE", 93), ("PRECISION", 10)]), ("IPD", [("CONCISE_TYPE", 92), ("PRECISION", -1)]),
        ("ARD", [("CONCISE_TYPE", 103), ("DATETIME_INTERVAL_PRECISION", 10)]),
    ],
)  # fmt: skip
def test_what_contradicts_itself_cannot_be_bound(statement, kind, fields):
    descriptor = Descriptor.of(statement, KINDS[kind])
    for name, value in fields:
        descriptor.set(name, value)
    memory = create_string_buffer(64)
    fails("HY021", descriptor.set, "DATA_PTR", ctypes.addressof(memory))
    if kind != "IPD":
        assert descriptor.get("DATA_PTR") == 0


def test_a_code_needs_its_type(statement):
    ard = Descriptor.of(statement, APP_ROW)
    ard.set("TYPE", 1)
    fails("HY021", ard.set, "DATETIME_INTERVAL_CODE", 1)
    ard.set("TYPE", 9)
    fails("HY021", ard.set, "DATETIME_INTERVAL_CODE", 4)
    assert ard.set("DATETIME_INTERVAL_CODE", 3) == SUCCESS


def test_a_record_is_checked_whole_and_kept_if_it_fails(statement):
    ard, ird, ipd = (Descriptor.of(statement, kind) for kind in (APP_ROW, IMP_ROW, IMP_PARAM))
    memory = create_string_buffer(32)
    assert ard.set_record(1, 1, 0, 32, 0, 0, memory, None, None) == SUCCESS
    fails("HY021", ard.set_record, 1, 2, 0, 19, 77, 0, memory, None, None)
    assert ard.record(1)[1:4] == (1, 0, 32)
    fails("HY021", ard.set_record, 2, 4711, 0, 0, 0, 0, memory, None, None)
    assert ard.get("COUNT", 0) == 1
    fails("HY021", ipd.set_record, 1, 9, 7, 0, 0, 0, None, None, None)
    assert ipd.set_record(1, 9, 3, 16, 3, 0, None, None, None) == SUCCESS
    assert ipd.record(1)[1:6] == (9, 3, 16, 3, 0)
    statement.prepare(PARTICIPANTS)
    fails("HY016", ird.set_record, 1, 1, 0, 1, 0, 0, None, None, None)
    fails("07009", ard.set_record, -1, 1, 0, 1, 0, 0, None, None, None)
    fails("07009", ipd.set_record, 0, 1, 0, 1, 0, 0, None, None, None)


def test_columns_are_bound_and_unbound_by_fields(statement):
    statement.execute(PARTICIPANTS)
    ard = Descriptor.of(statement, APP_ROW)
    text, length = create_string_buffer(35), c_ssize_t()
    ard.set("TYPE", 1)
    ard.set("OCTET_LENGTH", 35)
    ard.set("OCTET_LENGTH_PTR", ctypes.addressof(length))
    ard.set("INDICATOR_PTR", ctypes.addressof(length))
    assert ard.set("DATA_PTR", ctypes.addressof(text)) == SUCCESS
    statement.fetch()
    assert (text.value.decode(), length.value) == (SUPPORT_CALLS[0], 34)
    # The type changes, and the record is unbound.
    ard.set("TYPE", 1)
    assert ard.get("DATA_PTR") == 0
    text.value = b"same"
    statement.fetch()
    assert text.value == b"same"


def test_a_lower_count_unbinds(statement):
    ard = Descriptor.of(statement, APP_ROW)
    buffers = [create_string_buffer(40) for _ in range(3)]
    for number, buffer in enumerate(buffers, 1):
        statement.call("SQLBindCol", c_ushort(number), c_short(1), buffer, c_ssize_t(40), None)
    assert ard.get("COUNT", 0) == 3
    ard.set("COUNT", 1, 0)
    assert ard.get("DATA_PTR", 2) is None
    statement.execute(PARTICIPANTS)
    statement.fetch()
    assert [bool(buffer.value) for buffer in buffers] == [True, False, False]
    ard.set("COUNT", 0, 0)
    assert ard.get("TYPE", 1) is None
    fails("07009", ard.set, "COUNT", -1, 0)


def test_unbinding_the_highest_column_lowers_the_count(statement):
    ard = Descriptor.of(statement, APP_ROW)
    buffer = create_string_buffer(40)
    for number in (1, 3):
        statement.call("SQLBindCol", c_ushort(number), c_short(1), buffer, c_ssize_t(40), None)
    assert ard.get("COUNT", 0) == 3
    assert ard.get("DATA_PTR", 2) == 0
    ard.set("DATA_PTR", None, 3)
    assert ard.get("COUNT", 0) == 1
    statement.call("SQLBindCol", c_ushort(1), c_short(1), None, c_ssize_t(0), None)
    assert ard.get("COUNT", 0) == 0
    statement.call("SQLBindCol", c_ushort(2), c_short(1), buffer, c_ssize_t(40), None)
    statement.call("SQLFreeStmt", c_ushort(2))
    assert ard.get("COUNT", 0) == 0


def bind(statement: Statement, number: int, value: ctypes.Array, sql_type: int, size: int = 34, digits: int = 0) -> None:
    statement.call(
        "SQLBindParameter", c_ushort(number), c_short(1), c_short(1), c_short(sql_type), c_size_t(size), c_short(digits), value,
        c_ssize_t(len(value)), None,
    )  # fmt: skip


# SQL type, ColumnSize, DecimalDigits: LENGTH, PRECISION, SCALE, TYPE, code.
BOUND = {
    (12, 34, 0): (34, 0, 0, 12, 0), (3, 12, 4): (0, 12, 4, 3, 0), (2, 9, 2): (0, 9, 2, 2, 0), (93, 23, 3): (23, 3, 0, 9, 3),
    (92, 8, 0): (8, 0, 0, 9, 2), (91, 10, 0): (10, 0, 0, 9, 1), (8, 15, 0): (0, 15, 0, 8, 0), (4, 10, 0): (10, 0, 0, 4, 0),
    (11, 23, 3): (23, 3, 0, 9, 3),
}  # fmt: skip


@pytest.mark.parametrize("given", BOUND)
def test_a_bound_parameter_is_in_both_descriptors(statement, given):
    value = create_string_buffer(40)
    bind(statement, 1, value, *given)
    ipd, apd = Descriptor.of(statement, IMP_PARAM), Descriptor.of(statement, APP_PARAM)
    found = tuple(ipd.get(name) for name in ["LENGTH", "PRECISION", "SCALE", "TYPE", "DATETIME_INTERVAL_CODE"])
    assert found == BOUND[given]
    assert ipd.get("PARAMETER_TYPE") == 1 and ipd.get("UNNAMED") == 1 and ipd.get("NULLABLE") == 1
    assert apd.get("TYPE") == 1 and apd.get("OCTET_LENGTH") == 40 and apd.get("DATA_PTR") == ctypes.addressof(value)
    statement.call("SQLFreeStmt", c_ushort(3))
    assert (apd.get("COUNT", 0), ipd.get("COUNT", 0)) == (0, 0)


def test_a_parameter_is_bound_by_fields_alone(statement):
    ipd, apd = Descriptor.of(statement, IMP_PARAM), Descriptor.of(statement, APP_PARAM)
    call = create_string_buffer(SUPPORT_CALLS[1].encode())
    statement.prepare(PARTICIPANTS + " AND CallSid = ?")
    apd.set("TYPE", 1)
    assert statement.call("SQLExecute", check=False) == ERROR
    assert statement.diagnostics()[0].state == "07002", "a record without an address is not bound"
    ipd.set("TYPE", 12)
    ipd.set("LENGTH", 34)
    ipd.set("PARAMETER_TYPE", 1)
    fails("HY105", ipd.set, "PARAMETER_TYPE", 9)
    apd.set("OCTET_LENGTH", 35)
    apd.set("DATA_PTR", ctypes.addressof(call))
    assert statement.call("SQLExecute") == SUCCESS
    assert [row[0] for row in statement.rows()] == [SUPPORT_CALLS[1]]


def test_a_decimal_is_bound_by_precision_and_scale(statement):
    ipd, apd = Descriptor.of(statement, IMP_PARAM), Descriptor.of(statement, APP_PARAM)
    # 123.45 as a SQL_NUMERIC_STRUCT: precision, scale, sign, mantissa.
    number = create_string_buffer(bytes([5, 2, 1]) + (12345).to_bytes(16, "little"), 19)
    apd.set("TYPE", 2)
    apd.set("PRECISION", 5)
    apd.set("SCALE", 2)
    apd.set("DATA_PTR", ctypes.addressof(number))
    ipd.set("TYPE", 3)
    ipd.set("PRECISION", 10)
    ipd.set("SCALE", 2)
    statement.execute("SELECT CAST(? AS DECIMAL(10,2)) + 1")
    assert statement.rows() == [["124.45"]]


def test_a_parameters_name(statement):
    ipd = Descriptor.of(statement, IMP_PARAM)
    ipd.set("NAME", "To")
    assert (ipd.get("NAME"), ipd.get("UNNAMED")) == ("To", 0)
    fails("HY091", ipd.set, "UNNAMED", 0)
    ipd.set("UNNAMED", 1)
    assert ipd.get("NAME") == ""
    fails("22001", ipd.set, "NAME", "n" * 129)


def test_long_texts_are_cut_with_their_length(statement):
    statement.prepare(PARTICIPANTS)
    ird = Descriptor.of(statement, IMP_ROW)
    buffer, length = create_string_buffer(5), c_int()
    code = ird.call("SQLGetDescField", c_short(1), c_short(NAME), buffer, c_int(5), byref(length))
    assert (code, buffer.value, length.value) == (SUCCESS_WITH_INFO, b"Call", 7)
    assert ird.diagnostics()[0].state == "01004"
    short = c_short()
    code = ird.call("SQLGetDescRec", c_short(1), buffer, c_short(5), byref(short), *[None] * 6)
    assert (code, short.value) == (SUCCESS_WITH_INFO, 7)


def test_explicit_descriptors_are_shared_by_statements(link):
    shared = Descriptor.allocate(link)
    assert shared.get("ALLOC_TYPE", 0) == 2
    text = create_string_buffer(40)
    with link.statement() as one, link.statement() as two:
        for statement in (one, two):
            statement.call("SQLSetStmtAttr", c_int(APP_ROW), c_void_p(shared.handle), c_int(0))
            assert Descriptor.of(statement, APP_ROW).handle == shared.handle
        one.call("SQLBindCol", c_ushort(1), c_short(1), text, c_ssize_t(40), None)
        assert shared.get("COUNT", 0) == 1
        two.execute(PARTICIPANTS)
        two.fetch()
        assert text.value.decode() == SUPPORT_CALLS[0]
        # Freed in use: each statement has its own again.
        assert shared.free() == SUCCESS
        text.value = b"same"
        two.fetch()
        assert text.value == b"same"
        for statement in (one, two):
            own = Descriptor.of(statement, APP_ROW)
            assert own.handle != shared.handle and own.get("COUNT", 0) == 0


def test_the_statements_own_descriptor_comes_back(link, statement):
    own, other = Descriptor.of(statement, APP_PARAM), Descriptor.allocate(link)
    statement.call("SQLSetStmtAttr", c_int(APP_PARAM), c_void_p(other.handle), c_int(0))
    assert Descriptor.of(statement, APP_PARAM).handle == other.handle
    statement.call("SQLSetStmtAttr", c_int(APP_PARAM), None, c_int(0))
    assert Descriptor.of(statement, APP_PARAM).handle == own.handle
    other.free()


def test_implicit_descriptors_stay_with_their_statement(link, statement):
    with link.statement() as other:
        foreign = Descriptor.of(other, APP_ROW)
        set_ = lambda attribute, handle: statement.call("SQLSetStmtAttr", c_int(attribute), c_void_p(handle), c_int(0))
        fails("HY017", set_, APP_ROW, foreign.handle)
        fails("HY017", set_, IMP_ROW, foreign.handle)
        fails("HY017", set_, IMP_PARAM, foreign.handle)
        for kind in KINDS.values():
            own = Descriptor.of(other, kind)
            assert own.free() == ERROR
            assert own.diagnostics()[0].state == "HY017"


def test_a_descriptor_of_another_connection_is_none(direct, sim):
    text = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url)
    with odbc.connected(text, LIBRARY) as other, direct.statement() as statement:
        foreign = Descriptor.allocate(other)
        call = lambda: statement.call("SQLSetStmtAttr", c_int(APP_ROW), c_void_p(foreign.handle), c_int(0))
        fails("HY024", call)
        foreign.free()


def test_descriptors_end_with_their_connection(sim):
    text = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url)
    with odbc.environment(LIBRARY) as env, env.connection() as connection:
        connection.driver_connect(text, check=True)
        explicit = Descriptor.allocate(connection)
        implicit = Descriptor.of(connection.statement(), APP_ROW)
        connection.disconnect()
        for descriptor in (explicit, implicit):
            assert descriptor.call("SQLGetDescField", c_short(0), c_short(COUNT), None, c_int(0), None, check=False) == INVALID_HANDLE
            assert descriptor.free() == INVALID_HANDLE


@pytest.mark.parametrize("source", ["ARD", "APD", "IRD", "IPD", "explicit"])
@pytest.mark.parametrize("target", ["ARD", "APD", "IPD", "explicit"])
def test_a_descriptor_is_copied_into_every_other_kind(direct, source, target):
    with direct.statement() as one, direct.statement() as two:
        one.prepare(PARTICIPANTS + " AND CallSid = ?")
        bind(one, 1, create_string_buffer(b"x"), 12)
        explicit = [Descriptor.allocate(direct), Descriptor.allocate(direct)]
        first = explicit[0] if source == "explicit" else Descriptor.of(one, KINDS[source])
        second = explicit[1] if target == "explicit" else Descriptor.of(two, KINDS[target])
        if source in ("ARD", "explicit"):
            text = create_string_buffer(40)
            first.set("TYPE", 1, 2)
            first.set("OCTET_LENGTH", 40, 2)
            first.set("DATA_PTR", ctypes.addressof(text), 2)
            first.set("ARRAY_SIZE", 7, 0)
        assert first.copy_to(second) == SUCCESS
        assert second.get("COUNT", 0) == first.get("COUNT", 0) > 0
        for name, field in FIELDS.items():
            readable = all(
                FIELDS[name].access[list(KINDS).index("ARD" if kind == "explicit" else kind)] in "rw" for kind in (source, target)
            )
            if readable and name not in ("ALLOC_TYPE", "COUNT"):
                numbers = [0] if field.header else range(1, first.get("COUNT", 0) + 1)
                for number in numbers:
                    assert second.get(name, number) == first.get(name, number), (name, number)
        # How it was allocated is not copied.
        assert second.get("ALLOC_TYPE", 0) == (2 if target == "explicit" else 1)
        for descriptor in explicit:
            descriptor.free()


def test_a_row_descriptor_is_copied_once_it_describes_and_never_written(direct):
    with direct.statement() as statement:
        ird, ard = Descriptor.of(statement, IMP_ROW), Descriptor.of(statement, APP_ROW)
        fails("HY007", ird.copy_to, ard)
        statement.prepare(PARTICIPANTS)
        fails("HY016", ard.copy_to, ird)
        assert ird.get("COUNT", 0) == 3


def test_a_copied_binding_works(direct):
    with direct.statement() as one, direct.statement() as two:
        text = create_string_buffer(40)
        one.call("SQLBindCol", c_ushort(1), c_short(1), text, c_ssize_t(40), None)
        Descriptor.of(one, APP_ROW).copy_to(Descriptor.of(two, APP_ROW))
        two.execute(PARTICIPANTS)
        two.fetch()
        assert text.value.decode() == SUPPORT_CALLS[0]


def test_the_bookmarks_record_is_copied(direct):
    with direct.statement() as one, direct.statement() as two:
        mark = c_uint()
        one.set(12, 2)
        one.call("SQLBindCol", c_ushort(0), c_short(-2), byref(mark), c_ssize_t(4), None)
        target = Descriptor.of(two, APP_ROW)
        Descriptor.of(one, APP_ROW).copy_to(target)
        assert (target.get("DATA_PTR", 0), target.get("OCTET_LENGTH", 0)) == (ctypes.addressof(mark), 4)
        assert target.get("COUNT", 0) == 0
        one.prepare(PARTICIPANTS)
        Descriptor.of(one, IMP_ROW).copy_to(target)
        assert target.record(0)[:4] == ("", -2, 0, 4) and target.get("DATA_PTR", 0) == 0


def test_what_cannot_be_bound_in_the_target_is_not_copied(direct):
    with direct.statement() as statement:
        apd, ipd = Descriptor.of(statement, APP_PARAM), Descriptor.of(statement, IMP_PARAM)
        number = c_int(1)
        apd.set("CONCISE_TYPE", -16)
        apd.set("DATA_PTR", ctypes.addressof(number))
        fails("HY021", apd.copy_to, ipd)
        assert ipd.get("COUNT", 0) == 0


def test_descriptors_are_copied_over_connections(sim):
    text = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url)
    with odbc.connected(text, LIBRARY) as one, odbc.connected(text, LIBRARY) as two:
        with one.statement() as first, two.statement() as second:
            first.prepare(PARTICIPANTS)
            target = Descriptor.of(second, IMP_PARAM)
            Descriptor.of(first, IMP_ROW).copy_to(target)
            assert target.record(1)[:2] == ("CallSid", -9)
            assert target.get("TYPE_NAME", 3) == "TIMESTAMP"


def test_descriptors_are_left_alone_while_data_is_awaited(direct):
    with direct.statement() as statement:
        found = descriptors(statement)
        length = c_ssize_t(-2)
        statement.call(
            "SQLBindParameter", c_ushort(1), c_short(1), c_short(1), c_short(12), c_size_t(34), c_short(0), c_void_p(1),
            c_ssize_t(0), byref(length),
        )  # fmt: skip
        assert statement.execute("SELECT ?", check=False) == odbc.NEED_DATA
        for descriptor in found.values():
            fails("HY010", descriptor.get, "COUNT", 0)
            fails("HY010", descriptor.set, "ARRAY_STATUS_PTR", None, 0)
            fails("HY010", descriptor.record, 1)
        statement.call("SQLCancel")
        assert found["APD"].get("COUNT", 0) == 1


def test_wide_texts_are_counted_in_bytes(direct):
    with direct.statement() as statement:
        statement.prepare(PARTICIPANTS)
        ird = Descriptor.of(statement, IMP_ROW)
        buffer, length = create_string_buffer(64), c_int()
        ird.call("SQLGetDescFieldW", c_short(1), c_short(NAME), buffer, c_int(64), byref(length))
        assert buffer.raw[: length.value].decode("utf-16-le") == "CallSid" and length.value == 14
        ipd = Descriptor.of(statement, IMP_PARAM)
        name = "Überschrift".encode("utf-16-le")
        ipd.call("SQLSetDescFieldW", c_short(1), c_short(NAME), name, c_int(len(name)))
        assert ipd.get("NAME") == "Überschrift"


USE_BOOKMARKS, CURSOR_TYPE, STATIC, FIXED, VARIABLE = 12, 6, 3, 1, 2


def test_record_0_is_the_bookmark(statement):
    ard, ird = Descriptor.of(statement, APP_ROW), Descriptor.of(statement, IMP_ROW)
    statement.set(CURSOR_TYPE, STATIC)
    statement.prepare(PARTICIPANTS)
    fails("07009", ird.get, "OCTET_LENGTH", 0)
    fails("07009", ird.record, 0)
    statement.execute("SELECT 1")
    statement.close()
    for kind, expected in [(VARIABLE, ("", -2, 0, 4, 0, 0, 0)), (FIXED, ("", 4, 0, 4, 10, 0, 0))]:
        statement.set(USE_BOOKMARKS, kind)
        statement.execute(PARTICIPANTS)
        assert ird.record(0) == expected
        assert (ird.get("CONCISE_TYPE", 0), ird.get("SEARCHABLE", 0), ird.get("COUNT", 0)) == (expected[1], 0, 3)
        statement.close()
    mark, length = create_string_buffer(b"\xee" * 8, 8), c_ssize_t()
    for name, value in [("TYPE", -2), ("OCTET_LENGTH", 8), ("OCTET_LENGTH_PTR", ctypes.addressof(length))]:
        ard.set(name, value, 0)
    assert ard.set("DATA_PTR", ctypes.addressof(mark), 0) == SUCCESS
    assert (ard.get("COUNT", 0), ard.get("DATA_PTR", 0), ard.get("TYPE", 0)) == (0, ctypes.addressof(mark), -2)
    statement.execute(PARTICIPANTS)
    for row in (1, 2):
        statement.fetch()
        assert (int.from_bytes(mark.raw[:4], "little"), mark.raw[4:], length.value) == (row, b"\xee" * 4, 4)
    # SQL_UNBIND leaves the bookmark; its address unbinds it.
    statement.call("SQLFreeStmt", c_ushort(2))
    statement.fetch()
    assert mark.raw[0] == 3
    ard.set("DATA_PTR", None, 0)
    ard.set("OCTET_LENGTH_PTR", None, 0)
    statement.fetch()
    assert mark.raw[0] == 3


def test_a_bookmark_is_bound_whole_and_copied(direct):
    with direct.statement() as statement, direct.statement() as other, Descriptor.allocate(direct) as explicit:
        mark = create_string_buffer(8)
        ard = Descriptor.of(statement, APP_ROW)
        assert ard.set_record(0, -2, 0, 8, 0, 0, mark, None, None) == SUCCESS
        assert ard.copy_to(explicit) == SUCCESS
        assert (explicit.get("DATA_PTR", 0), explicit.get("COUNT", 0)) == (ctypes.addressof(mark), 0)
        for each in (statement, other):
            each.set(CURSOR_TYPE, STATIC)
            each.set(USE_BOOKMARKS, VARIABLE)
        other.call("SQLSetStmtAttr", c_int(APP_ROW), explicit.handle, c_int(0))
        other.execute(PARTICIPANTS)
        other.fetch()
        assert mark.raw[0] == 1
        assert Descriptor.of(other, IMP_ROW).copy_to(explicit) == SUCCESS
        assert (explicit.get("CONCISE_TYPE", 0), explicit.get("OCTET_LENGTH", 0), explicit.get("DATA_PTR", 0)) == (-2, 4, 0)


def test_parameters_have_no_bookmark(statement):
    for kind in ("APD", "IPD"):
        descriptor = Descriptor.of(statement, KINDS[kind])
        fails("07009", descriptor.set, "TYPE", 1, 0)
        fails("07009", descriptor.set_record, 0, 1, 0, 1, 0, 0, None, None, None)
        fails("07009", descriptor.get, "TYPE", 0)
        fails("07009", descriptor.get, "TYPE", -1)
