"""A thousand messages through faults of every kind: what is reported as sent is what the simulator holds, nothing is sent
twice, and what is unknown is said to be unknown."""

import re
import time
from ctypes import byref, c_char, c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p, sizeof

import odbc
import pyodbc
import pytest

from support import account

MANY = 1000
FROM = "+14155550100"
SEND = "INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)"
FAULTS = [
    {"kind": "status", "status": 429, "retry_after": 0},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "processed": True},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "cut"},
    {"kind": "malformed_json"},
]
# Of the faults above: the outcome of these is unknown.
UNKNOWN = [1, 2, 3, 4]
# Requests between two faults, and how many faults that makes.
BETWEEN, HITS = 10, 88
# Requests that are answered too late.
LATE = [310, 714]


def recipient(n: int) -> str:
    return f"+1415556{n:04}"


def inject(sim) -> None:
    faults = [{**FAULTS[n % len(FAULTS)], "skip": n * BETWEEN, "match": {"method": "POST"}} for n in range(HITS)]
    faults += [{"kind": "delay_ms", "delay_ms": 1500, "skip": skip, "match": {"method": "POST"}} for skip in LATE]
    sim._control("POST", "faults", {"faults": faults})


def check(sim, sent: set[int], unknown: set[int]) -> None:
    # Until those that are answered too late have been done.
    time.sleep(1.5)
    held = [int(m["body"]) for m in sim.listed("Messages.json", "messages") if m["body"].isdigit()]
    assert len(held) == len(set(held)), "no duplicate"
    assert sent | unknown == set(range(MANY)) and not sent & unknown
    assert sent <= set(held) <= sent | unknown
    assert len(unknown) == sum(n % len(FAULTS) in UNKNOWN for n in range(HITS)) + len(LATE)
    assert sim.effects()["messages_sent"] == len(held)
    posts = [request for request in sim.requests() if request.method == "POST"]
    repeated = sum(n % len(FAULTS) == 0 for n in range(HITS))
    assert len(posts) == MANY + repeated, "429 alone is repeated"


def number(message: str) -> int:
    assert "is not known, and it was not sent again" in message, message
    return int(re.search(r"To=\+1415556(\d{4})", message)[1])


def test_one_by_one(connect, sim):
    cursor = connect(account(sim.url, Timeout=1)).cursor()
    inject(sim)
    sent, unknown = set(), set()
    for n in range(MANY):
        try:
            assert cursor.execute(SEND, recipient(n), FROM, str(n)).rowcount == 1
            sent.add(n)
        except pyodbc.Error as error:
            assert error.args[0] in ("08S01", "HYT00") and number(error.args[1]) == n
            unknown.add(n)
    check(sim, sent, unknown)


def test_in_an_array(sim):
    text = account(sim.url, Timeout=1)
    rows = [(recipient(n), FROM, str(n)) for n in range(MANY)]
    with odbc.connected(text) as connection, connection.statement() as statement:
        width = 16
        buffers, lengths = [], []
        for column in range(3):
            buffer, length = ((c_char * width) * MANY)(), (c_ssize_t * MANY)()
            for n, row in enumerate(rows):
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
        sent = {n for n in range(MANY) if status[n] != 5}
        unknown = {number(record.message) for record in statement.diagnostics() if "is not known" in record.message}
        assert unknown == {n for n in range(MANY) if status[n] == 5}
        assert statement.row_count() == len(sent)
    check(sim, sent, unknown)


@pytest.mark.parametrize("fast", [False, True])
def test_executemany_sends_each_once(cursor, sim, fast):
    cursor.fast_executemany = fast
    cursor.executemany(SEND, [(recipient(n), FROM, str(n)) for n in range(MANY)])
    assert [request.body["Body"] for request in sim.requests()] == [str(n) for n in range(MANY)]
    assert sim.effects()["messages_sent"] == MANY
