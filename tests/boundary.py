"""Calls of the C interface that no application should make, against the library itself.

    python3 tests/boundary.py fuzz URL SEED CALLS     random calls; the same seed makes the same calls
    python3 tests/boundary.py each URL                every function: each argument wrong in turn

The process ends with a signal where the driver has failed; the last line of stderr names the call.
"""

from __future__ import annotations

import ctypes
import faulthandler
import random
import re
import sys
from collections.abc import Iterator
from ctypes import c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p
from pathlib import Path
from typing import NamedTuple

from odbc import DBC, DESC, ENV, ERROR, INVALID_HANDLE, NEED_DATA, NO_DATA, STMT, SUCCESS, SUCCESS_WITH_INFO, Library
from support import ACCOUNT, LIBRARY, ROOT, TOKEN, string

CODES = {SUCCESS, SUCCESS_WITH_INFO, NO_DATA, ERROR, INVALID_HANDLE, NEED_DATA}
TYPES = {"i16": c_short, "u16": c_ushort, "i32": c_int, "usize": c_size_t, "isize": c_ssize_t, "Token": c_size_t, "Address": c_size_t}


class Function(NamedTuple):
    name: str
    kind: int
    arguments: list[tuple[str, str]]


def functions() -> list[Function]:
    """The exported functions with the names and types of their arguments, from the manifest."""
    text = (ROOT / "src" / "abi" / "manifest.rs").read_text()
    entry = re.compile(r"(SQL\w+) = \d+ => (\w+)::[^,]*,\s*\(([^)]*)\);")
    kinds = {"environment": ENV, "connection": DBC, "statement": STMT, "descriptor": DESC, "source": DESC}
    found = []
    for name, _, arguments in entry.findall(text):
        pairs = [tuple(part.strip() for part in argument.split(":")) for argument in arguments.split(",")]
        found.append(Function(name, kinds.get(pairs[0][0], 0), pairs))
    return found


def is_length(name: str) -> bool:
    return name == "capacity" or name == "length" or name.endswith("_length")


class Memory:
    """Memory of the application's. What is read as an offset or a length from there is always in reason; a driver cannot
    know that an address or a length is wrong."""

    SIZE = 1 << 22

    def __init__(self) -> None:
        self.block = ctypes.create_string_buffer(self.SIZE * 2)
        self.base = ctypes.addressof(self.block)
        # Offsets that are 0 and that the driver never writes to, and lengths.
        self.zero = (c_ssize_t * 64)()
        self.lengths = (c_ssize_t * 4096)(*([-3, -1, 0, 4, -2, -5, -102, 1] * 512))
        self.fill()

    def fill(self) -> None:
        text = b"SELECT 1\0Conferences\0%\0" + bytes(range(256)) + b"\0\0\0\0"
        ctypes.memmove(self.base, text * 200, len(text) * 200)

    def text(self, text: bytes, place: int) -> int:
        ctypes.memmove(self.base + place, text + b"\0\0\0\0", len(text) + 4)
        return self.base + place


class Session:
    """An open connection with a statement in some state, made anew as often as calls have freed it."""

    def __init__(self, url: str) -> None:
        self.library, self.memory = Library(LIBRARY), Memory()
        self.connect = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=url, ConnectOnOpen=0).encode()
        self.handles: dict[int, int] = {}
        # Numbers that are no handle, and after them some that were.
        self.stale = [0, 1, 8, 0xDEADBEEF, 2**63 - 1, 2**64 - 1, self.memory.base]

    def call(self, function: str, *arguments: object) -> int:
        code = self.library.call(function, *arguments)
        assert code in CODES, (function, code)
        return code

    def lives(self, kind: int) -> bool:
        handle = self.handles.get(kind, 0)
        return self.call("SQLGetDiagField", c_short(kind), handle, c_short(0), c_short(2), None, c_short(0), None) == SUCCESS

    def renew(self, state: int) -> None:
        """Makes what is missing, and a statement: new, prepared, on a row, or with data to come."""
        if not self.lives(ENV):
            self.handles[ENV] = self.library.allocate(ENV, None)
            self.call("SQLSetEnvAttr", self.handles[ENV], c_int(200), c_void_p(3), c_int(0))
        if not self.lives(DBC):
            self.handles[DBC] = self.library.allocate(DBC, self.handles[ENV])
        text = self.memory.text(self.connect, 1 << 20)
        self.call("SQLDriverConnect", self.handles[DBC], None, text, c_short(len(self.connect)), None, c_short(0), None, c_ushort(0))
        if self.lives(STMT):
            self.call("SQLCancel", self.handles[STMT])
            self.call("SQLFreeHandle", c_short(STMT), self.handles[STMT])
            self.stale = [*self.stale[:7], self.handles[STMT]]
        statement = self.handles[STMT] = self.library.allocate(STMT, self.handles[DBC])
        if not self.lives(DESC):
            self.handles[DESC] = self.library.allocate(DESC, self.handles[DBC])
        sql = [b"", b"SELECT 1 AS a, 'text' AS b", b"SELECT 1 AS a, 'text' AS b", b"SELECT ? AS a"][state]
        if state == 3:
            indicator = ctypes.addressof(self.memory.lengths) + 4 * 8
            self.call("SQLBindParameter", statement, c_ushort(1), c_short(1), c_short(1), c_short(12), c_size_t(9), c_short(0),
                      self.memory.base, c_ssize_t(0), indicator)  # fmt: skip
        if state:
            self.call("SQLPrepare", statement, sql, c_int(len(sql)))
        if state > 1:
            self.call("SQLExecute", statement)
            self.call("SQLFetch" if state == 2 else "SQLParamData", statement, *([c_void_p(0)] if state == 3 else []))

    def close(self) -> None:
        self.call("SQLCancel", self.handles[STMT])
        assert self.call("SQLDisconnect", self.handles[DBC]) == SUCCESS
        for kind in (DBC, ENV):
            assert self.call("SQLFreeHandle", c_short(kind), self.handles[kind]) == SUCCESS


def usual(session: Session, function: Function) -> list[int]:
    """Arguments as an application might give them."""
    values, base = [], session.memory.base
    for place, (name, rust) in enumerate(function.arguments):
        if rust == "Token":
            handle = session.handles[function.kind or STMT]
            values.append(0 if name == "input" and function.kind == ENV else handle)
        elif rust == "Address":
            values.append(base + (place << 16))
        elif is_length(name):
            values.append(8)
        else:
            values.append({"kind": 3, "id": 17 if "Info" in function.name else 1}.get(name, 1))
    return values


def wrong(session: Session, function: Function) -> Iterator[tuple[int, int]]:
    """Which argument to replace, and by what."""
    for place, (name, rust) in enumerate(function.arguments):
        if rust == "Token":
            yield from ((place, value) for value in [*session.stale, *session.handles.values()])
        elif rust == "Address":
            # Null, and where nothing is aligned.
            yield from ((place, value) for value in (0, session.memory.base + 1, session.memory.base + 0x10003))
        elif is_length(name):
            largest = {"i16": 2**15 - 1, "i32": 1 << 20, "isize": 1 << 20, "usize": 1 << 20}[rust]
            yield from ((place, value) for value in (-1, -2, -3, -7, -(2**15), 0, 1, largest))
        else:
            bits = {"i16": 16, "u16": 16, "i32": 32}.get(rust, 64)
            yield from ((place, value) for value in (0, -1, 2, 3, 99, 999, 10010, 2 ** (bits - 1) - 1, -(2 ** (bits - 1))))


def is_dangerous(function: Function, values: list[int]) -> bool:
    """Where the application would promise memory that is not there: counts of rows, and offsets that it does not hold."""
    if function.name.rstrip("W") == "SQLSetStmtAttr" or function.name.rstrip("W") == "SQLSetConnectAttr":
        return values[1] in (9, 17, 22, 23, 27)
    if function.name.rstrip("W") == "SQLSetDescField":
        return values[2] in (20, 24)
    return False


def make(session: Session, function: Function, values: list[int]) -> int:
    given = [TYPES[rust](value) for (_, rust), value in zip(function.arguments, values, strict=True)]
    return session.call(function.name, *given)


def each(url: str) -> None:
    session, made = Session(url), 0
    session.renew(0)
    for function in functions():
        for state in range(4):
            session.renew(state)
            cases = [(None, 0), *wrong(session, function)]
            # The first state gets all of them, the others a share each.
            for number, (place, value) in enumerate(cases):
                if state and number % 3 != state - 1:
                    continue
                session.renew(state)
                session.memory.fill()
                values = usual(session, function)
                if place is not None:
                    values[place] = value
                if is_dangerous(function, values):
                    continue
                print(function.name, state, place, value, file=sys.stderr)
                make(session, function, values)
                made += 1
    session.renew(0)
    session.close()
    print(made)


SQL = [
    b"SELECT 1 AS a, 'text' AS b", b"SELECT ? AS a, ? AS b", b"SELECT Sid, DateCreated, Name FROM Conferences LIMIT 4",
    b"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i, i * 1.5, 'x' FROM n",
    b"CREATE TEMP TABLE IF NOT EXISTS f AS SELECT 1 AS a, 'b' AS b", b"INSERT INTO f (a, b) VALUES (?, ?)", b"DELETE FROM f WHERE a = ?",
    b"UPDATE f SET b = 'c'", b"SELECT * FROM f", b"DROP TABLE f", b"SELECT * FROM Nothing", b"SELEC", b"", b"{call x}",
    b"SELECT CAST('1.25' AS DECIMAL(9, 2)), {d '2024-01-01'}, {ts '2024-01-01 10:00:00'}, TRUE, X'0102'", b"EXPLAIN SELECT * FROM Calls",
]  # fmt: skip
NUMBERS = [0, 1, 1, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 17, 20, 43, 99, 100, 101, 109, 200, 999, 1001, 1002, 1003, 1010, 1011, 10010,
           10011, 10012, 10013, 10014, -1, -2, -7, -8, -9, -99, 32767, -32768, 91, 92, 93, -11, -25]  # fmt: skip
LENGTHS = [0, 1, 2, 3, 5, 8, 16, 64, 255, 4096, 32767, -1, -2, -3, -3, -3, -5, -7, -100, -102]


class Fuzzer:
    """Random calls on random handles. Where the driver reads lengths and offsets from memory later, they are sane."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.random = session, random.Random(seed)
        self.pools: dict[int, list[int]] = {kind: [session.handles[kind]] for kind in (ENV, DBC, STMT, DESC)}
        self.functions = functions()
        often = {"SQLExecDirect": 12, "SQLPrepare": 8, "SQLExecute": 10, "SQLFetch": 15, "SQLGetData": 15, "SQLBindCol": 8,
                 "SQLBindParameter": 8, "SQLParamData": 10, "SQLPutData": 8, "SQLFetchScroll": 6, "SQLFreeStmt": 4,
                 "SQLSetStmtAttr": 6, "SQLSetDescField": 6, "SQLDisconnect": 0.05, "SQLFreeHandle": 0.5, "SQLAllocHandle": 2,
                 "SQLSetPos": 6, "SQLBulkOperations": 6}  # fmt: skip
        self.weights = [often.get(function.name, 1) for function in self.functions]

    def handle(self, kind: int) -> int:
        if self.random.random() < 0.03:
            return self.random.choice(self.session.stale + [handle for pool in self.pools.values() for handle in pool])
        return self.random.choice(self.pools[kind] or [0])

    def address(self) -> int:
        if self.random.random() < 0.1:
            return 0
        return self.session.memory.base + self.random.randrange(Memory.SIZE // 2)

    def length_address(self) -> int:
        if self.random.random() < 0.2:
            return 0
        return ctypes.addressof(self.session.memory.lengths) + 8 * self.random.randrange(2048)

    def small(self) -> int:
        return self.random.choice([0, 1, 1, 2, 3, 8])

    def step(self) -> None:
        rng, memory = self.random, self.session.memory
        (function,) = rng.choices(self.functions, self.weights)
        kind = function.kind or rng.choice([ENV, DBC, STMT, STMT, DESC])
        if function.name == "SQLAllocHandle":
            kind = rng.choice([DBC, STMT, STMT, STMT, DESC])
        values = []
        for name, rust in function.arguments:
            if rust == "Token":
                parent = {DBC: ENV, STMT: DBC, DESC: DBC, ENV: ENV}[kind] if function.name == "SQLAllocHandle" else kind
                values.append(self.handle(parent))
            elif name == "kind":
                values.append(kind if rng.random() < 0.95 else rng.choice([-1, 0, 5, 77]))
            elif rust == "Address":
                values.append(self.address())
            elif is_length(name):
                values.append(rng.choice(LENGTHS))
            else:
                values.append(rng.choice(NUMBERS))
        names = [name for name, _ in function.arguments]
        base = function.name.removesuffix("W")
        if base in ("SQLExecDirect", "SQLPrepare", "SQLNativeSql") and rng.random() < 0.9:
            text = rng.choice(SQL)
            if function.name.endswith("W"):
                text = text.decode().encode("utf-16-le")
            values[1], values[2] = memory.text(text, Memory.SIZE + 64), -3
        if base in ("SQLDriverConnect", "SQLBrowseConnect") and rng.random() < 0.7:
            text = self.session.connect.decode().encode("utf-16-le") if function.name.endswith("W") else self.session.connect
            place = names.index("input")
            values[place], values[place + 1] = memory.text(text, Memory.SIZE + 4096), -3
        if base in ("SQLSetStmtAttr", "SQLSetConnectAttr"):
            pointers = {17, 23, 20, 21, 18, 19, 24, 25, 26, 16}
            if values[1] in (17, 23):
                values[2] = ctypes.addressof(memory.zero)
            elif values[1] in pointers:
                values[2] = self.address()
            elif values[1] in (10010, 10011):
                values[2] = rng.choice([0, *self.pools[DESC]])
            elif values[1] in (109,):
                values[3] = rng.choice([-3, 5, 0])
            else:
                values[2] = self.small()
            if values[1] in (0, 113, 103):
                # A timeout would make a run depend on the machine.
                values[2] = 0
        if base == "SQLSetDescField":
            if values[2] == 24:
                values[3] = ctypes.addressof(memory.zero)
            elif values[2] in (1004, 1009):
                values[3] = self.length_address()
            elif values[2] in (20, 25):
                values[3] = self.small()
            elif values[2] in (2, 3, 5, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1012, 1013, 1014):
                values[3] = rng.choice([0, 1, 2, 3, 4, 5, 8, 12, 99, 2**32 - 8, 2**64 - 1])
        if base == "SQLSetDescRec":
            values[names.index("octet_length")], values[names.index("indicator")] = self.length_address(), self.length_address()
        if base in ("SQLBindParameter", "SQLBindCol"):
            values[names.index("length")] = self.length_address()
            values[1] = rng.choice([0, 1, 1, 2, 3, 65535])
        if base == "SQLPutData":
            values[2] = rng.choice([0, 1, 2, 4, 16, -1, -3, -7])
        print(function.name, values, file=sys.stderr)
        if rng.random() < 0.05:
            memory.fill()
        code = make(self.session, function, values)
        if base == "SQLAllocHandle" and code == SUCCESS and values[2]:
            made = c_size_t.from_address(values[2]).value
            if len(self.pools[kind]) < 6:
                self.pools[kind].append(made)
            else:
                self.session.call("SQLFreeHandle", c_short(kind), made)
        if base == "SQLFreeHandle" or base == "SQLFreeStmt" or base == "SQLDisconnect":
            self.prune()

    def prune(self) -> None:
        session = self.session
        for kind, pool in self.pools.items():
            for handle in list(pool):
                if session.call("SQLGetDiagField", c_short(kind), handle, c_short(0), c_short(2), None, c_short(0), None) == INVALID_HANDLE:
                    pool.remove(handle)
                    session.stale = [*session.stale[:7], *session.stale[-20:], handle]
        if not all(self.pools.values()):
            for kind in (ENV, DBC, STMT, DESC):
                session.handles[kind] = (self.pools[kind] or [0])[0]
            session.renew(0)
            for kind in (ENV, DBC, STMT, DESC):
                self.pools[kind] = list({*self.pools[kind], session.handles[kind]})


def fuzz(url: str, seed: str, calls: str) -> None:
    session = Session(url)
    session.renew(0)
    fuzzer = Fuzzer(session, int(seed))
    for _ in range(int(calls)):
        fuzzer.step()
    print(calls)


if __name__ == "__main__":
    faulthandler.enable()
    {"each": each, "fuzz": fuzz}[sys.argv[1]](*sys.argv[2:])
