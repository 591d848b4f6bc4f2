"""Handles in each state of the tables in state_tables.toml: brought there by real calls, and found there by probes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from ctypes import byref, c_char_p, c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p
from dataclasses import dataclass, field
from pathlib import Path

from odbc import DBC, DESC, ENV, ERROR, INVALID_HANDLE, NEED_DATA, NO_DATA, NTS, STMT, SUCCESS, SUCCESS_WITH_INFO, Library

DATA = tomllib.loads((Path(__file__).parent / "state_tables.toml").read_text())

ORDER = {
    "environment": ["E0", "E1u", "E1", "E2"],
    "connection": ["C0", "C1", "C2", "C3", "C4", "C5"],
    "descriptor": ["D0", "D1i", "D1e"],
    "statement": ["S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10"],
}
# The parts of a cell that has several, by state.
PARTS = {"S4": ["", "p"], "S5": ["", "p"], "S6": ["", "p"], "S7": ["", "p"], "S8": ["", "nr", "r"], "S9": ["", "nr", "r"], "S10": ["", "nr", "r"]}

CODES = {"NF": NO_DATA, "ND": NEED_DATA, "IH": INVALID_HANDLE, "ER": ERROR}


@dataclass(frozen=True)
class Outcome:
    """What a call returns, its SQLSTATE where that is an error, and the state after it."""

    code: int
    sqlstate: str
    state: str

    @classmethod
    def read(cls, text: str, before: str) -> Outcome:
        words = text.replace("(", "").replace(")", "").split()
        if words == ["--"]:
            return cls(SUCCESS, "", before)
        if words[0] in CODES:
            return cls(CODES[words[0]], "", words[1] if len(words) > 1 else before)
        if re.fullmatch("[0-9HI][0-9A-Z]{4}", words[0]):
            return cls(ERROR, words[0], words[1] if len(words) > 1 else before)
        assert len(words) == 1, text
        return cls(SUCCESS, "", words[0])


@dataclass(frozen=True)
class Cell:
    table: str
    call: str
    state: str
    outcome: Outcome
    # Whether the driver manager answers where there is one.
    is_managers: bool

    @property
    def function(self) -> str:
        return self.call.split("(")[0]


def states_of(table: str, key: str) -> list[str]:
    order = ORDER[table]
    first, _, last = key.partition("-")
    return order[order.index(first) : order.index(last or first) + 1]


def cells(table: str) -> Iterator[Cell]:
    for call, row in DATA[table].items():
        for key, text in row.items():
            for state in states_of(table, key):
                suffixes = PARTS.get(state, [""]) if table == "statement" else [""]
                parts = text.split("/")
                parts = parts * len(suffixes) if len(parts) == 1 else parts
                assert len(parts) == len(suffixes), (call, state, text)
                for suffix, part in zip(suffixes, parts, strict=True):
                    before = state + suffix
                    yield Cell(table, call, before, Outcome.read(part, before), "(" in part)


ROWS, STATUS = c_size_t(), c_ushort()
# The arguments of SQLExtendedFetch: the next rows.
EXTENDED_FETCH = [c_ushort(1), c_ssize_t(0), byref(ROWS), byref(STATUS)]

QUERY = "SELECT CAST(? AS INTEGER) AS a"
INSERT = "INSERT INTO states (a) VALUES (?)"
PLAIN = {"nr": "INSERT INTO states (a) VALUES (1)", "r": "SELECT 1 AS a UNION ALL SELECT 2"}
DEFERRED = {"nr": INSERT, "r": QUERY}


@dataclass
class Handles:
    """What a walk calls functions with. A handle that was never allocated is 0; one that is gone keeps its value for the
    driver, to which that is a stale handle. unixODBC would read the freed memory behind it, and is given 0."""

    library: Library
    connect: str
    is_managed: bool = False
    dsn: str = ""
    environment: int = 0
    connection: int = 0
    statement: int = 0
    descriptor: int = 0
    ard: int = 0
    ird: int = 0
    ipd: int = 0
    # Handles that a call has made on the way, to be freed.
    made: list[tuple[int, int]] = field(default_factory=list)
    # Buffers that bindings point to.
    number: c_int = field(default_factory=lambda: c_int(1))
    length: c_ssize_t = field(default_factory=lambda: c_ssize_t(4))
    deferred: c_ssize_t = field(default_factory=lambda: c_ssize_t(-2))
    bookmark: c_int = field(default_factory=lambda: c_int(1))

    def call(self, function: str, *arguments: object) -> int:
        return self.library.call(function, *arguments)

    def done(self, function: str, *arguments: object) -> None:
        code = self.call(function, *arguments)
        assert code in (SUCCESS, SUCCESS_WITH_INFO, NO_DATA), (function, arguments, code, self.why())

    def why(self) -> list[object]:
        kinds = [(STMT, self.statement), (DBC, self.connection), (ENV, self.environment)]
        return [self.library.diagnostics(kind, handle) for kind, handle in kinds if handle]

    def allocate_environment(self, version: int | None = 3) -> None:
        self.environment = self.library.allocate(ENV, None)
        if version:
            self.done("SQLSetEnvAttr", self.environment, c_int(200), c_void_p(version), c_int(0))

    def allocate_connection(self) -> None:
        self.connection = self.library.allocate(DBC, self.environment)

    def open(self) -> None:
        text = self.connect.encode()
        self.done("SQLDriverConnect", self.connection, None, text, c_short(len(text)), None, c_short(0), None, c_ushort(0))

    def allocate_statement(self) -> None:
        self.statement = self.library.allocate(STMT, self.connection)
        self.ard, self.ird, self.ipd = (self.own_descriptor(id) for id in (10010, 10012, 10013))

    def own_descriptor(self, attribute: int) -> int:
        handle = c_void_p()
        self.done("SQLGetStmtAttr", self.statement, c_int(attribute), byref(handle), c_int(0), None)
        return handle.value or 0

    def bind(self, indicator: c_ssize_t) -> int:
        # SQL_PARAM_INPUT, SQL_C_CHAR or SQL_C_SLONG, SQL_INTEGER.
        c_type = 1 if indicator is self.deferred else 4
        return self.call(
            "SQLBindParameter", self.statement, c_ushort(1), c_short(1), c_short(c_type), c_short(4), c_size_t(10), c_short(0),
            byref(self.number), c_ssize_t(4), byref(indicator),
        )  # fmt: skip

    def prepare(self, text: str) -> int:
        return self.call("SQLPrepare", self.statement, text.encode(), c_int(NTS))

    def execute(self, text: str) -> int:
        return self.call("SQLExecDirect", self.statement, text.encode(), c_int(NTS))

    def put(self, data: bytes | None, length: int) -> int:
        return self.call("SQLPutData", self.statement, c_char_p(data), c_ssize_t(length))

    def free(self) -> None:
        """Frees all there is, whatever state it is in."""
        self.free_children()
        self.free_all(DBC, self.connection)
        self.free_all(ENV, self.environment)
        self.made.clear()
        self.connection = self.environment = 0

    def free_children(self) -> None:
        """Frees the statements and descriptors."""
        self.free_all(STMT, self.statement)
        if self.descriptor != self.ard:
            self.free_all(DESC, self.descriptor)
        self.made = [(kind, handle) for kind, handle in self.made if kind in (ENV, DBC)]
        self.statement = self.descriptor = self.ard = self.ird = self.ipd = 0

    def free_all(self, kind: int, known: int) -> None:
        for handle in {known, *(handle for of, handle in self.made if of == kind)}:
            if handle and lives(self, kind, handle):
                if kind == STMT:
                    self.call("SQLCancel", handle)
                if kind == DBC:
                    self.call("SQLDisconnect", handle)
                self.call("SQLFreeHandle", c_short(kind), handle)

    def drop(self, kind: int) -> None:
        """Frees the walk's handle of that kind, and those that live with it are gone as well."""
        handle = {STMT: self.statement, DESC: self.descriptor, DBC: self.connection, ENV: self.environment}[kind]
        self.done("SQLFreeHandle", c_short(kind), handle)
        self.gone(kind)

    def gone(self, kind: int) -> None:
        if not self.is_managed:
            return
        if kind == STMT:
            self.statement = self.ard = self.ird = self.ipd = 0
        elif kind == DESC:
            self.descriptor = 0
        elif kind == DBC:
            self.connection = 0
        else:
            self.environment = 0


def bring_statement(handles: Handles, state: str, deferred: bool, scrolls: bool = False) -> None:
    """A new statement in that state. `deferred`: what is prepared in S2 and S3 has a parameter whose data comes later.
    `scrolls`: its cursors are static, and have a bookmark bound to column 0, of row 1."""
    handles.allocate_statement()
    if scrolls:
        for attribute, value in ((6, 3), (12, 2)):
            handles.done("SQLSetStmtAttr", handles.statement, c_int(attribute), c_void_p(value), c_int(0))
        handles.done("SQLBindCol", handles.statement, c_ushort(0), c_short(-2), byref(handles.bookmark), c_ssize_t(4), None)
    number, suffix = re.fullmatch(r"(S\d+)(\w*)", state).groups()
    texts = DEFERRED if deferred else PLAIN
    if deferred:
        assert handles.bind(handles.deferred) == SUCCESS
    if number == "S0":
        handles.drop(STMT)
    elif number in ("S2", "S3"):
        handles.done("SQLPrepare", handles.statement, texts["nr" if number == "S2" else "r"].encode(), c_int(NTS))
    elif number in ("S4", "S5", "S6", "S7"):
        handles.bind(handles.length)
        text = (texts["nr" if number == "S4" else "r"]).encode()
        if suffix == "p":
            handles.done("SQLPrepare", handles.statement, text, c_int(NTS))
            handles.done("SQLExecute", handles.statement)
        else:
            handles.done("SQLExecDirect", handles.statement, text, c_int(NTS))
        if number == "S6":
            handles.done("SQLFetch", handles.statement)
        if number == "S7":
            handles.done("SQLExtendedFetch", handles.statement, *EXTENDED_FETCH)
        if deferred:
            assert handles.bind(handles.deferred) == SUCCESS
    elif number in ("S8", "S9", "S10"):
        assert handles.bind(handles.deferred) == SUCCESS
        if suffix:
            handles.done("SQLPrepare", handles.statement, DEFERRED[suffix].encode(), c_int(NTS))
            code = handles.call("SQLExecute", handles.statement)
        else:
            code = handles.execute(QUERY)
        assert code == NEED_DATA, (code, handles.why())
        if number in ("S9", "S10"):
            assert handles.call("SQLParamData", handles.statement, byref(c_void_p())) == NEED_DATA
        if number == "S10":
            assert handles.put(b"1", 1) == SUCCESS


def state_of(handles: Handles) -> str:
    """The state that the statement is in, by calls that fail or succeed in some states only. It is not in it any more then."""
    statement = handles.statement

    def succeeds(function: str, *arguments: object) -> bool:
        return handles.call(function, statement, *arguments) in (SUCCESS, SUCCESS_WITH_INFO)

    columns, timeout = c_short(-1), c_size_t()
    code = handles.call("SQLGetStmtAttr", statement, c_int(0), byref(timeout), c_int(0), None)
    if code == INVALID_HANDLE:
        return "S0"
    if code == ERROR:
        state = {NEED_DATA: "S8", ERROR: "S9", SUCCESS: "S10"}[handles.call("SQLParamData", statement, byref(c_void_p()))]
        if state == "S10":
            is_query = succeeds("SQLNumResultCols", byref(columns)) and columns.value > 0
            handles.call("SQLFreeStmt", statement, c_ushort(0))
        else:
            handles.call("SQLCancel", statement)
            is_query = None
        if not succeeds("SQLNumResultCols", byref(columns)):
            return state
        assert is_query in (None, columns.value > 0)
        return state + ("r" if columns.value else "nr")
    if not succeeds("SQLNumResultCols", byref(columns)):
        return "S1"
    if not succeeds("SQLRowCount", byref(c_ssize_t())):
        return "S3" if columns.value else "S2"
    state = "S4"
    if columns.value:
        state = "S5"
        if succeeds("SQLGetStmtAttr", c_int(14), byref(c_size_t()), c_int(0), None):
            # Neither goes on from the other.
            state = "S7" if handles.call("SQLFetch", statement) == ERROR else "S6"
    handles.call("SQLFreeStmt", statement, c_ushort(0))
    return state + ("p" if succeeds("SQLNumResultCols", byref(columns)) else "")


def environment_state_of(handles: Handles) -> str:
    if handles.call("SQLGetDiagField", c_short(ENV), handles.environment, c_short(0), c_short(2), byref(c_int()), c_short(4), None) != SUCCESS:
        return "E0"
    if lives(handles, DBC, handles.connection):
        return "E2"
    made = c_void_p()
    if handles.call("SQLAllocHandle", c_short(DBC), handles.environment, byref(made)) != SUCCESS:
        return "E1u"
    handles.call("SQLFreeHandle", c_short(DBC), made.value)
    return "E1"


def lives(handles: Handles, kind: int, handle: int) -> bool:
    number = c_int()
    return handles.call("SQLGetDiagField", c_short(kind), handle, c_short(0), c_short(2), byref(number), c_short(4), None) == SUCCESS


def bring_connection(handles: Handles, state: str, browse: Callable[[Handles], int]) -> None:
    """A new connection in that state, with handles of all kinds, stale where the state has none."""
    handles.allocate_environment()
    handles.allocate_connection()
    if state in ("C2", "C3", "C4", "C5"):
        handles.open()
        handles.allocate_statement()
        handles.descriptor = handles.library.allocate(DESC, handles.connection)
    if state in ("C2", "C3"):
        handles.done("SQLDisconnect", handles.connection)
        handles.gone(STMT)
        handles.gone(DESC)
    if state == "C3":
        assert browse(handles) == NEED_DATA, handles.why()
    if state == "C4":
        handles.drop(STMT)
    if state in ("C0", "C1"):
        handles.drop(DBC)
    if state == "C0":
        handles.drop(ENV)


def connection_state_of(handles: Handles) -> str:
    if not lives(handles, ENV, handles.environment):
        return "C0"
    if not lives(handles, DBC, handles.connection):
        return "C1"
    descriptor = c_void_p()
    if handles.call("SQLAllocHandle", c_short(DESC), handles.connection, byref(descriptor)) != SUCCESS:
        return "C3" if handles.call("SQLDisconnect", handles.connection) == SUCCESS else "C2"
    handles.call("SQLFreeHandle", c_short(DESC), descriptor.value)
    return "C5" if lives(handles, STMT, handles.statement) else "C4"


def bring_environment(handles: Handles, state: str) -> None:
    handles.allocate_environment(None if state == "E1u" else 3)
    if state == "E1u":
        return
    handles.allocate_connection()
    if state in ("E0", "E1"):
        handles.drop(DBC)
    if state == "E0":
        handles.drop(ENV)


def bring_descriptor(handles: Handles, state: str) -> None:
    handles.allocate_environment()
    handles.allocate_connection()
    handles.open()
    handles.allocate_statement()
    handles.descriptor = handles.ard if state == "D1i" else handles.library.allocate(DESC, handles.connection)
    if state == "D0":
        handles.drop(DESC)


def descriptor_state_of(handles: Handles) -> str:
    kind = c_short()
    code = INVALID_HANDLE if not handles.descriptor else handles.call("SQLGetDescField", handles.descriptor, c_short(0), c_short(1099), byref(kind), c_int(2), None)
    return "D0" if code == INVALID_HANDLE else {1: "D1i", 2: "D1e"}[kind.value]
