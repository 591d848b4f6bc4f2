"""Wide functions by ctypes, whatever an SQLWCHAR is: two bytes under unixODBC and for most who call the driver
themselves, four under iODBC. A `Way` is one of these; what it opens speaks the same language for all of them.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import odbc
from odbc import ENV, NO_DATA, NTS, NULL_DATA, SUCCESS, SUCCESS_WITH_INFO, Library, Record

IODBC = "libiodbc.so.2"

# What is behind the end of a string that was asked for.
UNTOUCHED = 0xEE

# Calls a function for another file than the one that loads this: the driver sees this file's name.
CALLER = """
short call(short (*function)(short, void *, void **), short kind, void *input, void **output)
{
    volatile short code = function(kind, input, output);
    return code;
}
"""


@dataclass(frozen=True)
class Way:
    name: str
    path: str | Path
    unit: int
    # The file that allocates the environment, where that is not what `path` is.
    caller: Path | None = None

    def encode(self, text: str) -> bytes:
        return text.encode("utf-16-le" if self.unit == 2 else "utf-32-le")

    def decode(self, raw: bytes) -> str:
        return raw.decode("utf-16-le" if self.unit == 2 else "utf-32-le")

    def length(self, text: str) -> int:
        """Units of a text."""
        return len(self.encode(text)) // self.unit

    def terminated(self, text: str) -> ctypes.Array[ctypes.c_char]:
        raw = self.encode(text) + bytes(self.unit)
        return ctypes.create_string_buffer(raw, len(raw))

    def buffer(self, units: int) -> ctypes.Array[ctypes.c_char]:
        raw = bytes([UNTOUCHED]) * (units * self.unit)
        return ctypes.create_string_buffer(raw, len(raw))

    def text(self, buffer: ctypes.Array[ctypes.c_char]) -> str:
        """The text before the terminator."""
        units = [buffer.raw[i : i + self.unit] for i in range(0, len(buffer.raw), self.unit)]
        return self.decode(b"".join(units[: units.index(bytes(self.unit))]))

    @contextmanager
    def environment(self) -> Iterator[odbc.Environment]:
        library = Library(self.path)
        if self.caller:
            library.allocate = Foreign(library, self.caller).allocate  # type: ignore[method-assign]
        with odbc.Environment(library, None) as env:
            env.call("SQLSetEnvAttr", c_int(200), c_void_p(3), c_int(0))
            yield env

    @contextmanager
    def connected(self, text: str) -> Iterator[Connection]:
        with self.environment() as env, Connection(self, env) as connection:
            connection.connect(text)
            yield connection


class Foreign:
    """Allocates environments on behalf of another file."""

    def __init__(self, library: Library, caller: Path) -> None:
        self.library, self.otherwise = library, library.allocate
        self.call = ctypes.CDLL(str(caller)).call
        self.call.restype = c_short

    def allocate(self, kind: int, parent: int | None) -> int:
        if kind != ENV:
            return self.otherwise(kind, parent)
        handle, function = c_void_p(), self.library.library.SQLAllocHandle
        assert self.call(function, c_short(kind), None, byref(handle)) == SUCCESS
        return handle.value or 0


class Wide:
    """What a handle has beside its narrow functions."""

    way: Way

    def diagnostics(self) -> list[Record]:
        records = []
        while True:
            state, native, text, length = self.way.buffer(6), c_int(), self.way.buffer(1000), c_short()
            code = self.library.call(
                "SQLGetDiagRecW", c_short(self.kind), self.handle, c_short(len(records) + 1), state, byref(native),
                text, c_short(1000), byref(length),
            )  # fmt: skip
            if code not in (SUCCESS, SUCCESS_WITH_INFO):
                return records
            message = self.way.text(text)
            assert length.value == self.way.length(message)
            records.append(Record(self.way.text(state), native.value, message))


class Connection(Wide, odbc.Connection):
    def __init__(self, way: Way, env: odbc.Environment) -> None:
        self.way = way
        super().__init__(env.library, env.handle)

    def connect(self, text: str, capacity: int = 1024, check: bool = True) -> tuple[int, str, int]:
        """The code, the completed string, and the length that is told of it."""
        out, length = self.way.buffer(capacity), c_short()
        code = self.call(
            "SQLDriverConnectW", None, self.way.terminated(text), c_short(NTS), out, c_short(capacity), byref(length),
            c_ushort(0), check=check,
        )  # fmt: skip
        return code, self.way.text(out) if code in (SUCCESS, SUCCESS_WITH_INFO) else "", length.value

    def statement(self) -> Statement:
        return Statement(self.way, self)

    def query(self, sql: str, *columns: int) -> list[list[str | None]]:
        """The rows; only of some columns, if any are given."""
        with self.statement() as statement:
            statement.execute(sql)
            columns = columns or tuple(range(1, statement.columns() + 1))
            found = []
            while statement.fetch():
                found.append([statement.text(column) for column in columns])
            return found


class Statement(Wide, odbc.Statement):
    def __init__(self, way: Way, connection: Connection) -> None:
        self.way = way
        super().__init__(connection.library, connection.handle)

    def execute(self, sql: str, check: bool = True) -> int:
        return self.call("SQLExecDirectW", self.way.terminated(sql), c_int(NTS), check=check)

    def prepare(self, sql: str) -> int:
        """With a length, and what follows it is no part of the statement."""
        text = self.way.terminated(sql + " and more")
        return self.call("SQLPrepareW", text, c_int(self.way.length(sql)))

    def name(self, column: int, capacity: int = 128) -> tuple[int, str, int]:
        """SQLDescribeColW: the code, the name and the length that is told of it."""
        name, length = self.way.buffer(capacity), c_short()
        code = self.call(
            "SQLDescribeColW", c_ushort(column), name, c_short(capacity), byref(length), byref(c_short()),
            byref(c_size_t()), byref(c_short()), byref(c_short()),
        )  # fmt: skip
        return code, self.way.text(name), length.value

    def part(self, column: int, capacity: int) -> tuple[int, str, int]:
        """SQLGetData into a buffer of so many bytes: the code, the text of the part, what was left before it."""
        buffer, indicator = ctypes.create_string_buffer(bytes([UNTOUCHED]) * (capacity + 8), capacity + 8), c_ssize_t()
        code = self.call(
            "SQLGetData", c_ushort(column), c_short(odbc.WCHAR), buffer, c_ssize_t(capacity), byref(indicator)
        )
        assert buffer.raw[capacity:] == bytes([UNTOUCHED]) * 8
        if code == NO_DATA or indicator.value == NULL_DATA or capacity < self.way.unit:
            return code, "", indicator.value
        return code, self.way.text(buffer), indicator.value

    def text(self, column: int) -> str | None:
        code, text, left = self.part(column, 4000)
        assert code == SUCCESS, "a longer text than any test has"
        if left == NULL_DATA:
            return None
        assert left == len(self.way.encode(text))
        return text

    def bind_text(
        self, number: int, value: ctypes.Array[Any] | c_void_p, capacity: int, lengths: Any, sql_type: int = -9
    ) -> int:
        """SQLBindParameter: a wide parameter of up to 2000 characters."""
        return self.call(
            "SQLBindParameter", c_ushort(number), c_short(1), c_short(odbc.WCHAR), c_short(sql_type), c_size_t(2000),
            c_short(0), value, c_ssize_t(capacity), lengths,
        )  # fmt: skip


def caller(folder: Path, name: str) -> Path:
    """A library of that name that can call a function for us."""
    made = folder / name
    subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-o", made, "-"], input=CALLER, text=True, check=True)
    return made

