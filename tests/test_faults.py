"""Every fault over every statement of the SQL engine's test table: each outcome is exactly right, or an error that says what failed;
none takes longer than the timeout, and no thread and no socket outlives its connection.

    FAULT_MATRIX=1 python -m pytest -o faulthandler_timeout=0 tests/test_faults.py

runs all of them, which takes half an hour; without, it is a sample.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from ctypes import c_char, c_short, c_size_t, c_ssize_t, c_ushort
from typing import Any

import pytest

import faults
import odbc
from faults import FAULTS, NAMES_THE_FAILURE, PAGE_ROWS, QUERY_TIMEOUT, SHARE, WRITES, Run, connect, held, keywords, left_over, order, share_of
from statements import STATEMENTS, Case
from support import CONFERENCES, Simulator, account

WHOLE = os.environ.get("FAULT_MATRIX") == "1"
# Mixtures for each statement, and for each write.
MIXTURES = 8 if WHOLE else 1
ASKING = [case for case in STATEMENTS if case.requests]


@pytest.fixture(scope="module")
def faulty() -> Iterator[Simulator]:
    simulator = faults.simulator()
    yield simulator
    simulator.stop()


def sample(many: int, seed: str) -> list[Case]:
    return ASKING if WHOLE else random.Random(seed).sample(ASKING, many)


def problems(sim: Simulator, cases: list[Case], ordered: Callable[[int], list[dict[str, Any]]], most: int | None = None) -> list[str]:
    """Runs each on a connection of its own; `ordered` are the faults of the one with that number."""
    found = []
    for number, case in enumerate(cases):
        before = held()
        order(sim, *ordered(number))
        connection = connect(sim)
        run = Run(connection, case, most)
        connection.close()
        wrong = run.wrong() or left_over(before)
        if wrong:
            found.append(f"{case.name!r}, number {number}: {wrong}")
    return found


def test_without_faults_short_pages_change_nothing(faulty):
    assert problems(faulty, STATEMENTS if WHOLE else sample(30, "none"), lambda _: []) == []


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_at_the_first_request(faulty, name):
    assert problems(faulty, sample(5, f"first {name}"), lambda _: [FAULTS[name]]) == []


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_at_a_fifth_of_the_requests(faulty, name):
    assert problems(faulty, sample(5, name), lambda number: share_of([name], number)) == []


@pytest.mark.parametrize("mixture", range(MIXTURES))
def test_all_faults_mixed(faulty, mixture):
    cases = sample(40, f"mixed {mixture}")
    assert problems(faulty, cases, lambda number: share_of(list(FAULTS), 1000 * (mixture + 1) + number)) == []


@pytest.mark.parametrize("mixture", range(MIXTURES))
def test_a_connection_that_is_left_after_a_row(faulty, mixture):
    cases = sample(20, f"left {mixture}")
    assert problems(faulty, cases, lambda number: share_of(list(FAULTS), 500_000 + 1000 * mixture + number), 1) == []


def bound(statement: odbc.Statement, sql: str, rowset: int) -> tuple[list[str], odbc.Failed | None]:
    """The only column read into bound rowsets, until the end or an error."""
    buffer, lengths = ((c_char * 64) * rowset)(), (c_ssize_t * rowset)()
    status, fetched = (c_ushort * rowset)(), c_size_t()
    statement.call("SQLBindCol", c_ushort(1), c_short(odbc.CHAR), buffer, c_ssize_t(64), lengths)
    for attribute, value in ((0, QUERY_TIMEOUT), (27, rowset), (25, status), (26, fetched)):
        statement.set(attribute, value)
    rows = []
    try:
        statement.execute(sql)
        while statement.fetch():
            # SQL_ROW_SUCCESS and SQL_ROW_SUCCESS_WITH_INFO.
            rows += [buffer[n].value.decode() for n in range(fetched.value) if status[n] in (0, 6)]
            for record in statement.diagnostics():
                if not record.state.startswith("01"):
                    return rows, odbc.Failed(odbc.ERROR, [record])
    except odbc.Failed as failed:
        return rows, failed
    return rows, None


@pytest.mark.parametrize("name", FAULTS if WHOLE else random.Random("bound").sample(list(FAULTS), 8))
def test_bound_rowsets_have_the_rows_before_the_error(faulty, name):
    sql = "SELECT {fn CONCAT(Sid, {fn CONVERT(DateCreated, SQL_VARCHAR)})} FROM Conferences"
    order(faulty)
    with odbc.connected(account(faulty.url)) as connection:
        expected = [row for (row,) in connection.query(sql)]
    assert len(expected) == len(set(expected)) == CONFERENCES
    for page in range(CONFERENCES // PAGE_ROWS + 1):
        before = held()
        order(faulty, {**FAULTS[name], "skip": page, "times": 0 if WHOLE else 1})
        with odbc.connected(account(faulty.url, **keywords())) as connection, connection.statement() as statement:
            rows, failed = bound(statement, sql, 10)
        assert not left_over(before), page
        assert rows == expected[: len(rows)], page
        if failed:
            assert NAMES_THE_FAILURE.search(failed.message), failed
        else:
            assert len(rows) == CONFERENCES, page


def write_problems(sim: Simulator, faults_of: list[list[dict[str, Any]]]) -> list[str]:
    found = []
    for name, write in WRITES.items():
        for number, ordered in enumerate(faults_of):
            before = held()
            order(sim, *ordered)
            connection = connect(sim)
            wrong = write.wrong(connection, sim)
            connection.close()
            wrong = wrong or left_over(before)
            if wrong:
                found.append(f"{name}, number {number}: {wrong}")
    return found


def test_writes_without_faults(faulty):
    assert write_problems(faulty, [[]]) == []


@pytest.mark.parametrize("name", FAULTS if WHOLE else random.Random("writes").sample(list(FAULTS), 5))
def test_writes_hold_what_they_report_at_one_fault(faulty, name):
    # The request that reads the rows first, and those that write.
    ordered = [[{**FAULTS[name], "skip": skip, "match": match}] for skip in (0, 1) for match in ({}, {"method": "POST"}, {"method": "DELETE"})]
    assert write_problems(faulty, ordered) == []


def test_writes_hold_what_they_report_at_all_faults_mixed(faulty):
    ordered = [share_of(list(FAULTS), seed) for seed in range(20 * MIXTURES if WHOLE else 5)]
    assert write_problems(faulty, ordered) == []


def test_the_mixture_hits_a_fifth(faulty):
    order(faulty, *share_of(list(FAULTS), 1))
    connection = connect(faulty)
    for case in ASKING[:40]:
        Run(connection, case)
    connection.close()
    log = faulty.log()
    hit = sum(entry["fault"] is not None or entry["duration_ms"] >= 40 for entry in log)
    assert len(log) > 50 and SHARE / 2 < hit / len(log) < SHARE * 2
