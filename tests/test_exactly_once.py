"""A thousand messages through faults of every kind: what is reported as sent is what the simulator holds, nothing is sent
twice, and what is unknown is said to be unknown.

    FAULT_TABLE=/tmp/faults.md ./run.sh test_exactly_once.py

writes what became of them as a table for each way to send them.
"""

import os
import re
import time
from collections import Counter
from ctypes import byref, c_char, c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p, sizeof

import odbc
import pyodbc
import pytest

from support import account

MANY = 1000
FROM = "+14155550100"
SEND = "INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)"
# What happens, and what has to be reported of it.
FAULTS = {
    "HTTP 429": ({"kind": "status", "status": 429, "retry_after": 0}, "ok"),
    "HTTP 400": ({"kind": "status", "status": 400, "code": 21211}, "error"),
    "HTTP 500": ({"kind": "status", "status": 500}, "unknown"),
    "HTTP 503, processed": ({"kind": "status", "status": 503, "processed": True}, "unknown"),
    "dropped before processing": ({"kind": "drop_before"}, "unknown"),
    "dropped after processing": ({"kind": "drop_after"}, "unknown"),
    "answer cut": ({"kind": "cut"}, "ok"),
    "answer no JSON": ({"kind": "malformed_json"}, "ok"),
}
LATE = "answered too late"
# Requests between two faults, and how many faults that makes.
BETWEEN, HITS = 10, 88
# Requests that are answered too late: between others.
LATE_ONES = [315, 719]


def recipient(n: int) -> str:
    return f"+1415556{n:04}"


ROWS = [(recipient(n), FROM, str(n)) for n in range(MANY)]


def inject(sim) -> None:
    kinds = [fault for fault, _ in FAULTS.values()]
    faults = [{**kinds[n % len(kinds)], "skip": n * BETWEEN, "match": {"method": "POST"}} for n in range(HITS)]
    faults += [{"kind": "delay_ms", "delay_ms": 1500, "skip": skip, "match": {"method": "POST"}} for skip in LATE_ONES]
    sim._control("POST", "faults", {"faults": faults})


class Told:
    """What was reported of each message: ok, error or unknown."""

    def __init__(self) -> None:
        self.of: dict[int, str] = {}

    def ok(self, *numbers: int) -> None:
        for n in numbers:
            assert n not in self.of
            self.of[n] = "ok"

    def failed(self, state: str, message: str) -> int:
        """Which one an error is about."""
        if "outcome unknown" in message:
            assert state in ("08S01", "HYT00") and "was not sent again" in message, message
            n, what = int(re.search(r"\(To=\+1415556(\d{4}), From=", message)[1]), "unknown"
        else:
            # The simulator says whom it refused only by its log.
            assert state == "22018" and "21211" in message, message
            n, what = self.refused(re.search(r"request id (RQ\w+)", message)[1]), "error"
        assert n not in self.of
        self.of[n] = what
        return n

    def refused(self, request: str) -> int:
        return next(int(body(e)) for e in self.sim.log() if e["request_id"] == request)

    def check(self, sim, how: str) -> None:
        # Until those that are answered too late have been done.
        time.sleep(1.5)
        held = Counter(int(m["body"]) for m in sim.listed("Messages.json", "messages") if m["body"].isdigit())
        said = {what: {n for n in self.of if self.of[n] == what} for what in ("ok", "error", "unknown")}
        assert set(self.of) == set(range(MANY)), "something is said of every one"
        assert set(held.values()) == {1}, "no duplicate"
        assert said["ok"] <= set(held) <= said["ok"] | said["unknown"]
        assert sim.effects()["messages_sent"] == len(held)

        posts = [entry for entry in sim.log() if entry["method"] == "POST"]
        # Faults are injected in turns; a late answer is a delay beside them.
        faulted = [int(body(entry)) for entry in posts if entry["fault"]]
        hit = {n: list(FAULTS)[number % len(FAULTS)] for number, n in enumerate(faulted)}
        hit |= {int(body(entry)): LATE for entry in posts if not entry["fault"] and entry["duration_ms"] >= 1400}
        expected = {kind: outcome for kind, (_, outcome) in FAULTS.items()} | {LATE: "unknown"}
        assert Counter(hit.values()) == {**dict.fromkeys(FAULTS, HITS // len(FAULTS)), LATE: len(LATE_ONES)}
        for n, kind in hit.items():
            assert self.of[n] == expected[kind], (n, kind)
        assert {self.of[n] for n in range(MANY) if n not in hit} == {"ok"}
        assert len(posts) == MANY + HITS // len(FAULTS), "429 alone is repeated"

        sent = Counter(int(body(entry)) for entry in posts)
        lines = [f"\n{how}:\n", "| fault | messages | requests | reported ok | reported error | reported unknown | held | duplicates |"]
        lines.append("|---|--:|--:|--:|--:|--:|--:|--:|")
        for kind in ["none", *expected, "all"]:
            of = [n for n in range(MANY) if kind in ("all", hit.get(n, "none"))]
            reported = Counter(self.of[n] for n in of)
            cells = [len(of), sum(sent[n] for n in of), *(reported[what] for what in ("ok", "error", "unknown"))]
            cells += [sum(n in held for n in of), sum(held[n] - 1 for n in of if n in held)]
            lines.append(f"| {kind} | {' | '.join(map(str, cells))} |")
        if path := os.environ.get("FAULT_TABLE"):
            with open(path, "a") as file:
                print(*lines, sep="\n", file=file)


def body(entry: dict) -> str:
    return dict(entry["body"]["pairs"])["Body"]


@pytest.fixture
def told(sim) -> Told:
    told = Told()
    told.sim = sim
    return told


def test_one_by_one(connect, sim, told):
    cursor = connect(account(sim.url, Timeout=1)).cursor()
    inject(sim)
    for n, row in enumerate(ROWS):
        try:
            assert cursor.execute(SEND, row).rowcount == 1
            told.ok(n)
        except pyodbc.Error as error:
            assert told.failed(*error.args[:2]) == n
    told.check(sim, "One statement for each")


def test_in_an_array(sim, told):
    text = account(sim.url, Timeout=1)
    with odbc.connected(text) as connection, connection.statement() as statement:
        width = 16
        buffers, lengths = [], []
        for column in range(3):
            buffer, length = ((c_char * width) * MANY)(), (c_ssize_t * MANY)()
            for n, row in enumerate(ROWS):
                buffer[n].value = row[column].encode()
                length[n] = len(row[column])
            buffers.append(buffer)
            lengths.append(length)
            statement.call(
                "SQLBindParameter", c_ushort(column + 1), c_short(1), c_short(odbc.CHAR), c_short(12), c_size_t(width), c_short(0),
                buffer, c_ssize_t(width), length,
            )  # fmt: skip
        status, processed = (c_ushort * MANY)(), c_size_t()
        statement.call("SQLSetStmtAttr", c_int(22), c_void_p(MANY), c_int(0))
        statement.call("SQLSetStmtAttr", c_int(20), status, c_int(0))
        statement.call("SQLSetStmtAttr", c_int(21), byref(processed), c_int(0))
        inject(sim)
        assert statement.execute(SEND) == odbc.SUCCESS_WITH_INFO
        assert processed.value == MANY and sizeof(status) == 2 * MANY
        # SQL_PARAM_SUCCESS, SQL_PARAM_ERROR, and SQL_PARAM_SUCCESS_WITH_INFO where the answer could not be read.
        assert set(status) == {0, 5, 6}
        told.ok(*(n for n in range(MANY) if status[n] != 5))
        failed = {told.failed(r.state, r.message) for r in statement.diagnostics() if r.state != "01000"}
        assert failed == {n for n in range(MANY) if status[n] == 5}
        assert statement.row_count() == MANY - len(failed)
    told.check(sim, "One array of parameters")


def test_executemany(connect, sim, told):
    cursor = connect(account(sim.url, Timeout=1)).cursor()
    inject(sim)
    first = 0
    while first < MANY:
        try:
            cursor.executemany(SEND, ROWS[first:])
            last = MANY
        except pyodbc.Error as error:
            # pyodbc sends them in turn, and stops there.
            last = told.failed(*error.args[:2])
        told.ok(*range(first, last))
        first = last + 1
    told.check(sim, "`executemany`")


def test_fast_executemany(connect, sim, told):
    cursor = connect(account(sim.url, Timeout=1)).cursor()
    cursor.fast_executemany = True
    inject(sim)
    # pyodbc shows the first error of an array, and faults are further apart than these.
    few = BETWEEN // 2
    for first in range(0, MANY, few):
        failed = None
        try:
            cursor.executemany(SEND, ROWS[first : first + few])
        except pyodbc.Error as error:
            assert f"({few - 1} of {few} sets were executed, 1 failed.)" in error.args[1]
            failed = told.failed(*error.args[:2])
        told.ok(*(n for n in range(first, first + few) if n != failed))
    told.check(sim, "`fast_executemany`")


@pytest.mark.parametrize("fast", [False, True])
def test_executemany_sends_each_once(cursor, sim, fast):
    cursor.fast_executemany = fast
    cursor.executemany(SEND, ROWS)
    assert [request.body["Body"] for request in sim.requests()] == [str(n) for n in range(MANY)]
    assert sim.effects()["messages_sent"] == MANY
