"""The requests of the statements that timing.py takes the time of, and that they are sent side by side."""

import time

import pytest

from support import account
from timing import STATEMENTS

LATENCY = 0.2


@pytest.mark.parametrize(("sql", "requests"), [statement[1:] for statement in STATEMENTS], ids=[name for name, _, _ in STATEMENTS])
def test_a_statement_costs_its_requests(cursor, sim, sql, requests):
    assert cursor.execute(sql).fetchall()
    lines = [(request.path, *request.query.items()) for request in sim.requests()]
    assert len(lines) == len(set(lines)) == requests


def test_requests_are_sent_side_by_side(new_simulator, connect):
    slow = new_simulator("--latency-ms", f"{LATENCY * 1000:.0f}")
    connection = connect(account(slow.url))
    for name, sql, requests in STATEMENTS:
        if requests > 2:
            started = time.monotonic()
            connection.execute(sql).fetchall()
            assert time.monotonic() - started < LATENCY * requests * 0.8, name
