"""A small ODBC client by ctypes, for what pyodbc does not call or does not show.

It talks to the driver manager, or to the driver itself: `environment(LIBRARY)`. Handles are integers, as the C
interface has them; each function is called by its own name through `call`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_char_p, c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p, create_string_buffer
from pathlib import Path
from typing import Any, NamedTuple

MANAGER = "libodbc.so.2"

SUCCESS, SUCCESS_WITH_INFO, NO_DATA, ERROR, INVALID_HANDLE, NEED_DATA = 0, 1, 100, -1, -2, 99
ENV, DBC, STMT, DESC = 1, 2, 3, 4
NTS = -3
NULL_DATA = -1
CHAR, WCHAR = 1, -8
DRIVER_NOPROMPT = 0


class Record(NamedTuple):
    state: str
    native: int
    message: str


class Failed(Exception):
    def __init__(self, code: int, records: list[Record]) -> None:
        super().__init__(code, *records)
        self.code, self.records = code, records
        self.state = records[0].state if records else ""
        self.message = records[0].message if records else ""


class Library:
    def __init__(self, path: str | Path = MANAGER) -> None:
        self.library = ctypes.CDLL(str(path))

    def call(self, function: str, *arguments: Any) -> int:
        """Calls a function. Integers stand for handles and pointers; other sizes come as ctypes values."""
        entry = getattr(self.library, function)
        entry.restype = c_short
        return entry(*[c_void_p(a) if a is None or type(a) is int else a for a in arguments])

    def allocate(self, kind: int, parent: int | None) -> int:
        handle = c_void_p()
        code = self.call("SQLAllocHandle", c_short(kind), parent, byref(handle))
        if code != SUCCESS:
            raise Failed(code, self.diagnostics(kind - 1, parent) if parent else [])
        return handle.value or 0

    def diagnostics(self, kind: int, handle: int) -> list[Record]:
        records = []
        while True:
            state, native = create_string_buffer(6), c_int()
            text, length = create_string_buffer(4096), c_short()
            code = self.call(
                "SQLGetDiagRec", c_short(kind), handle, c_short(len(records) + 1), state, byref(native),
                text, c_short(len(text)), byref(length),
            )  # fmt: skip
            if code not in (SUCCESS, SUCCESS_WITH_INFO):
                return records
            records.append(Record(state.value.decode(), native.value, text.value.decode()))


class Handle:
    kind = 0

    def __init__(self, library: Library, parent: int | None) -> None:
        self.library = library
        self.handle = library.allocate(self.kind, parent)

    def call(self, function: str, *arguments: Any, check: bool = True) -> int:
        code = self.library.call(function, self.handle, *arguments)
        if check and code in (ERROR, INVALID_HANDLE):
            raise Failed(code, self.diagnostics() if code == ERROR else [])
        return code

    def diagnostics(self) -> list[Record]:
        return self.library.diagnostics(self.kind, self.handle)

    def free(self) -> int:
        return self.library.call("SQLFreeHandle", c_short(self.kind), self.handle)

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.free()


class Statement(Handle):
    kind = STMT

    def execute(self, sql: str, check: bool = True) -> int:
        return self.call("SQLExecDirect", sql.encode(), c_int(NTS), check=check)

    def prepare(self, sql: str) -> int:
        return self.call("SQLPrepare", sql.encode(), c_int(NTS))

    def columns(self) -> int:
        count = c_short()
        self.call("SQLNumResultCols", byref(count))
        return count.value

    def row_count(self) -> int:
        count = c_ssize_t()
        self.call("SQLRowCount", byref(count))
        return count.value

    def describe(self, column: int) -> tuple[str, int, int, int, int]:
        """Name, SQL type, size, decimal digits, nullability."""
        name, length = create_string_buffer(256), c_short()
        sql_type, size, digits, nullable = c_short(), c_size_t(), c_short(), c_short()
        self.call(
            "SQLDescribeCol", c_ushort(column), name, c_short(len(name)), byref(length), byref(sql_type), byref(size),
            byref(digits), byref(nullable),
        )  # fmt: skip
        return name.value.decode(), sql_type.value, size.value, digits.value, nullable.value

    def fetch(self) -> bool:
        return self.call("SQLFetch") != NO_DATA

    def scroll(self, orientation: int, offset: int = 0, check: bool = True) -> int:
        """SQLFetchScroll."""
        return self.call("SQLFetchScroll", c_short(orientation), c_ssize_t(offset), check=check)

    def set(self, attribute: int, value: Any, check: bool = True) -> int:
        """SQLSetStmtAttr with a number, or with a ctypes value whose address is given."""
        given = c_void_p(value) if isinstance(value, int) else byref(value)
        return self.call("SQLSetStmtAttr", c_int(attribute), given, c_int(0), check=check)

    def get(self, attribute: int) -> int:
        """SQLGetStmtAttr of a number."""
        value = c_size_t()
        self.call("SQLGetStmtAttr", c_int(attribute), byref(value), c_int(0), None)
        return value.value

    def text(self, column: int) -> str | None:
        """The column as text, read in parts of no particular size."""
        parts = b""
        while True:
            buffer, indicator = create_string_buffer(100), c_ssize_t()
            code = self.call(
                "SQLGetData", c_ushort(column), c_short(CHAR), buffer, c_ssize_t(len(buffer)), byref(indicator)
            )
            if code == NO_DATA:
                return parts.decode()
            if indicator.value == NULL_DATA:
                return None
            parts += buffer.value
            if code == SUCCESS:
                return parts.decode()

    def rows(self) -> list[list[str | None]]:
        width = self.columns()
        found = []
        while self.fetch():
            found.append([self.text(column) for column in range(1, width + 1)])
        return found

    def close(self) -> int:
        return self.call("SQLFreeStmt", c_ushort(0))


class Connection(Handle):
    kind = DBC
    completed = ""

    def connect(self, *arguments: str) -> int:
        """SQLConnect with a data source and, if given, user and password."""
        return self._connect("SQLConnect", [a.encode() for a in arguments], lambda text: len(text))

    def connect_w(self, *arguments: str) -> int:
        wide = [a.encode("utf-16-le") + b"\0\0" for a in arguments]
        return self._connect("SQLConnectW", wide, lambda text: len(text) // 2 - 1)

    def _connect(self, function: str, texts: list[bytes], length) -> int:
        given: list[Any] = []
        for text in texts + [None] * (3 - len(texts)):
            given += [c_char_p(text), c_short(length(text) if text else 0)]
        return self.call(function, *given)

    def driver_connect(self, text: str, check: bool = False) -> int:
        out, length = create_string_buffer(1024), c_short()
        raw = text.encode()
        code = self.call(
            "SQLDriverConnect", None, raw, c_short(len(raw)), out, c_short(len(out)), byref(length),
            c_ushort(DRIVER_NOPROMPT), check=check,
        )  # fmt: skip
        self.completed = out.value.decode()
        return code

    def disconnect(self, check: bool = True) -> int:
        return self.call("SQLDisconnect", check=check)

    def statement(self) -> Statement:
        return Statement(self.library, self.handle)

    def query(self, sql: str) -> list[list[str | None]]:
        with self.statement() as statement:
            statement.execute(sql)
            return statement.rows()

    def __exit__(self, *_: object) -> None:
        self.disconnect(check=False)
        self.free()


class Environment(Handle):
    kind = ENV

    def connection(self) -> Connection:
        return Connection(self.library, self.handle)


@contextmanager
def environment(path: str | Path = MANAGER, version: int = 3) -> Iterator[Environment]:
    with Environment(Library(path), None) as env:
        env.call("SQLSetEnvAttr", c_int(200), c_void_p(version), c_int(0))
        yield env


@contextmanager
def connected(text: str = "DSN=Twilio", path: str | Path = MANAGER) -> Iterator[Connection]:
    with environment(path) as env, env.connection() as connection:
        connection.driver_connect(text, check=True)
        yield connection
