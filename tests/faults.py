"""What may go wrong between the driver and Twilio, and what has to come of it: the rows that are right, or an error that says what failed."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pyodbc

from statements import Case, shown
from support import CUSTOMER, SUPPORT, Simulator, account

# Pages so short that most lists have several, and so a thread that reads ahead.
PAGE_ROWS = 4
# Seconds: of one request, and of a statement with all its repeats.
TIMEOUT, QUERY_TIMEOUT = 1, 5
# What a busy machine may add.
SLACK = 5
# Of all requests.
SHARE = 0.2

# Every kind of the simulator's. A 404 is none of them: it is an answer, which says that there is no such row.
FAULTS: dict[str, dict[str, Any]] = {
    "HTTP 400": {"kind": "status", "status": 400, "code": 20001},
    "HTTP 401": {"kind": "status", "status": 401},
    "HTTP 403": {"kind": "status", "status": 403},
    "HTTP 429": {"kind": "status", "status": 429},
    "HTTP 429, again at once": {"kind": "status", "status": 429, "retry_after": 0},
    "HTTP 429, again in an hour": {"kind": "status", "status": 429, "retry_after": 3600},
    "HTTP 500": {"kind": "status", "status": 500},
    "HTTP 502 in HTML": {"kind": "status", "status": 502, "body": "html"},
    "HTTP 503, processed": {"kind": "status", "status": 503, "processed": True},
    "HTTP 504 without a body": {"kind": "status", "status": 504, "body": "empty"},
    # A success says that a write was done, and so it has to be.
    "HTTP 200 without a body": {"kind": "status", "status": 200, "body": "empty", "processed": True},
    "HTTP 200 in HTML": {"kind": "status", "status": 200, "body": "html"},
    "dropped before processing": {"kind": "drop_before"},
    "dropped after processing": {"kind": "drop_after"},
    "cut": {"kind": "cut"},
    "late": {"kind": "delay_ms", "delay_ms": 40},
    "too late": {"kind": "delay_ms", "delay_ms": TIMEOUT * 1000 + 500},
    "no JSON": {"kind": "malformed_json"},
    "the same page again": {"kind": "repeat_next"},
    "a page elsewhere": {"kind": "foreign_next"},
    "an empty page": {"kind": "empty_page"},
    "a date of a wrong type": {"kind": "wrong_type", "field": "date_created", "value": 12345, "every_row": True},
    "a switch of a wrong type": {"kind": "wrong_type", "field": "muted", "value": "x"},
    "a number for the rows": {"kind": "wrong_items", "value": 12345},
    "an object for the rows": {"kind": "wrong_items", "value": {"a": 1}},
    "no rows at all": {"kind": "wrong_items", "value": None},
}
# An error names the request that failed, or the column whose value is none.
NAMES_THE_FAILURE = re.compile(r"(GET|POST|DELETE) /2010-04-01/Accounts/|\w+\.\w+: .* is not a value of its type|[Qq]uery timeout")


def simulator(max_seconds: int = 3600) -> Simulator:
    return Simulator("--page-limit", str(PAGE_ROWS), max_seconds=max_seconds)


def order(sim: Simulator, *faults: dict[str, Any]) -> None:
    """Adds faults to a fresh world."""
    sim.reset()
    sim._control("POST", "faults", {"faults": list(faults)})


def share_of(names: list[str], seed: int, share: float = SHARE) -> list[dict[str, Any]]:
    """These faults mixed, so that together they hit that share of the requests."""
    each = 1 - (1 - share) ** (1 / len(names))
    return [{**FAULTS[name], "times": 0, "share": each, "seed": 1000 * seed + n} for n, name in enumerate(names)]


def keywords() -> dict[str, Any]:
    """Of a connection that takes no wrong value for NULL, and gives up early."""
    return {"Timeout": TIMEOUT, "RetryBudget": QUERY_TIMEOUT, "StrictTypes": 1, "ConnectOnOpen": 0}


def connect(sim: Simulator) -> pyodbc.Connection:
    pyodbc.pooling = False
    connection = pyodbc.connect(account(sim.url, **keywords()), autocommit=True)
    connection.timeout = QUERY_TIMEOUT
    return connection


def left_over(before: set[str]) -> set[str]:
    """What is there and was not before. A thread that has ended and was waited for is listed until the kernel has put it away."""
    until = time.monotonic() + 0.5
    while (left := held() - before) and time.monotonic() < until:
        time.sleep(0.01)
    return left


def held() -> set[str]:
    """This process's threads and sockets."""
    threads = {f"thread {task} {text_of(f'/proc/self/task/{task}/comm')}" for task in os.listdir("/proc/self/task")}
    return threads | {link for link in map(link_of, os.listdir("/proc/self/fd")) if link.startswith("socket:")}


def text_of(path: str) -> str:
    try:
        with open(path) as file:
            return file.read().strip()
    # It has ended meanwhile: before it was opened, or before it was read.
    except (FileNotFoundError, ProcessLookupError):
        return ""


def link_of(descriptor: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except FileNotFoundError:
        return ""


class Run:
    """A statement executed, its rows read one by one until the end or an error."""

    def __init__(self, connection: pyodbc.Connection, case: Case, most: int | None = None) -> None:
        self.case = case
        self.rows: list[str] = []
        self.error: pyodbc.Error | None = None
        self.has_ended = False
        started = time.monotonic()
        cursor = connection.cursor()
        try:
            cursor.execute(case.sql, *case.parameters)
            while most is None or len(self.rows) < most:
                row = cursor.fetchone()
                if row is None:
                    self.has_ended = True
                    break
                self.rows.append(shown(row))
        except pyodbc.Error as error:
            self.error = error
        self.seconds = time.monotonic() - started

    def wrong(self) -> str | None:
        """What is wrong with its outcome."""
        if self.seconds > QUERY_TIMEOUT + SLACK:
            return f"took {self.seconds:.1f} s"
        if self.error is not None:
            state, message = self.error.args[:2]
            if state == "00000" or not NAMES_THE_FAILURE.search(message):
                return f"an error that says too little: {state} {message}"
        elif self.has_ended and not self.case.has(self.rows):
            return f"wrong rows: {self.rows}"
        # Rows that came before an error, or before nobody wanted more, are true as well.
        expected = self.case.rows
        if self.case.is_ordered and self.rows != expected[: len(self.rows)] or Counter(self.rows) - Counter(expected):
            return f"wrong rows before the end: {self.rows}"
        return None


class Write:
    """A statement that writes: how many rows it is about, and how many of them the simulator holds afterwards."""

    def __init__(self, sql: str, rows: int, effects: Callable[[Simulator], int]) -> None:
        self.sql, self.rows, self.effects = sql, rows, effects

    def wrong(self, connection: pyodbc.Connection, sim: Simulator) -> str | None:
        """Executes it; tells where what is reported is not what is held."""
        started = time.monotonic()
        written, unknown, report = 0, 0, "no error"
        try:
            written = connection.execute(self.sql).rowcount
            if written != self.rows:
                return f"{written} rows without an error"
        except pyodbc.Error as error:
            report = error.args[1]
            if not NAMES_THE_FAILURE.search(report):
                return f"an error that says too little: {report}"
            if many := re.search(r"\((\d+) of \d+ rows were written", report):
                written = int(many[1])
            several = re.search(r"the outcome of (\d+) is unknown", report)
            unknown = int(several[1]) if several else int("outcome unknown" in report)
        seconds = time.monotonic() - started
        if seconds > QUERY_TIMEOUT + SLACK:
            return f"took {seconds:.1f} s"
        # What is answered too late takes effect all the same.
        while any(entry["duration_ms"] is None for entry in sim.log()):
            time.sleep(0.02)
        effects = self.effects(sim)
        if not written <= effects <= written + unknown:
            return f"{written} of {self.rows} reported as written and {unknown} as unknown, {effects} held: {report}"
        return None


def muted(*calls: str) -> Callable[[Simulator], int]:
    def count(sim: Simulator) -> int:
        participants = sim.world()[SUPPORT]["participants"]
        return sum(participants[call]["muted"] for call in calls or participants)

    return count


NUMBERS = "'+14155550199', '+14155550100'"
WRITES = {
    "a message": Write(f"INSERT INTO Messages ([To], Sender, Body) VALUES ({NUMBERS}, 'x')", 1, lambda sim: sim.effects()["messages_sent"]),
    "three messages": Write(
        f"INSERT INTO Messages ([To], Sender, Body) VALUES ({NUMBERS}, 'x'), ({NUMBERS}, 'y'), ({NUMBERS}, 'z')",
        3,
        lambda sim: sim.effects()["messages_sent"],
    ),
    "a message for each row of a query": Write(
        f"INSERT INTO Messages ([To], Sender, Body) SELECT {NUMBERS}, Sid FROM Conferences WHERE Status = 'in-progress'",
        6,
        lambda sim: sim.effects()["messages_sent"],
    ),
    "a participant": Write(
        "INSERT INTO ConferenceParticipants (ConferenceSid, [To], [From]) VALUES ('Lobby', '+14155550199', '+14155550100')",
        1,
        lambda sim: sim.effects()["participants_created"],
    ),
    "an update by key": Write(
        f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'", 1, muted(CUSTOMER)
    ),
    # Two of the five are muted before.
    "an update of what is found": Write(
        f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND Muted = false", 3, lambda sim: muted()(sim) - 2
    ),
    "a removal by key": Write(
        f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'",
        1,
        lambda sim: sim.effects()["participants_removed"],
    ),
    "a removal of what is found": Write(
        f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = false",
        3,
        lambda sim: sim.effects()["participants_removed"],
    ),
}
