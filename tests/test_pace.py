"""How many requests run at once, and pages that are read before they are wanted."""

import threading
import time
from pathlib import Path

import pyodbc
import pytest

from support import account

LATENCY = 0.1
PAGES = 8
ALL = "SELECT Sid, Body FROM Messages"


@pytest.fixture(scope="module")
def slow():
    """A simulator that takes its time, with eight pages of messages and forty conferences."""
    from support import Simulator

    simulator = Simulator(
        "--latency-ms", f"{LATENCY * 1000:.0f}", "--messages", str(PAGES * 1000 - 500), "--conferences", "40"
    )
    yield simulator
    simulator.stop()


@pytest.fixture
def open_slow(slow, connect):
    def open_slow(**keywords):
        opened = connect(account(slow.url, **keywords))
        slow.clear()
        return opened

    return open_slow


def threads() -> list[str]:
    """The names of this process's threads that the driver started."""
    names = []
    for task in Path("/proc/self/task").iterdir():
        try:
            names.append((task / "comm").read_text().strip())
        except OSError:
            pass  # It has ended meanwhile.
    return [name for name in names if name.startswith("twilio-odbc")]


def test_a_list_is_read_whole_and_no_page_twice(open_slow, slow):
    rows = open_slow().execute(ALL).fetchall()
    assert len({row.Sid for row in rows}) == len(rows) > PAGES * 1000 - 600
    asked = [str(request.query) for request in slow.requests()]
    assert len(set(asked)) == len(asked) == PAGES


def at_once(log) -> int:
    """The most requests that ran at the same time. A request that begins as another one ends does not count."""
    spans = [(entry["started_ms"] + 5, entry["started_ms"] + entry["duration_ms"] - 5) for entry in log]
    return max(sum(begin <= at <= end for begin, end in spans) for at, _ in spans)


def test_what_ends_within_the_first_page_costs_one_request(open_slow, slow):
    cursor = open_slow().cursor().execute(ALL)
    cursor.fetchmany(1000)
    time.sleep(2 * LATENCY)
    cursor.close()
    assert len(slow.requests()) == 1


def test_no_more_than_two_pages_are_read_ahead(open_slow, slow):
    cursor = open_slow().cursor().execute(ALL)
    cursor.fetchmany(1001)
    time.sleep(5 * LATENCY)
    assert len(slow.requests()) == 4
    cursor.close()


def test_a_cursor_that_is_closed_reads_no_further(open_slow, slow):
    connection = open_slow()
    cursor = connection.cursor().execute(ALL)
    cursor.fetchmany(1001)
    assert threads()
    started = time.monotonic()
    cursor.close()
    assert time.monotonic() - started < 0.05
    connection.close()
    assert time.monotonic() - started < 0.25
    assert threads() == []
    seen = len(slow.requests())
    time.sleep(2 * LATENCY)
    assert len(slow.requests()) == seen


def test_a_page_that_fails_is_told_when_it_is_reached(open_slow, slow):
    cursor = open_slow().cursor().execute(ALL)
    cursor.fetchmany(10)
    slow.fault("status", skip=2, status=400, path="Messages", times=0)
    try:
        with pytest.raises(pyodbc.Error) as error:
            while cursor.fetchmany(1000):
                pass
        assert "400" in error.value.args[1]
        with pytest.raises(pyodbc.Error) as again:
            cursor.fetchone()
        assert again.value.args[1] == error.value.args[1]
    finally:
        slow.reset()


def test_a_statement_that_waits_for_a_page_is_cancelled(open_slow, slow):
    cursor = open_slow().cursor().execute(ALL)
    cursor.fetchmany(10)
    slow.fault("delay_ms", delay_ms=3000, path="Messages", times=0)
    try:
        timer = threading.Timer(0.3, cursor.cancel)
        timer.start()
        started = time.monotonic()
        with pytest.raises(pyodbc.Error) as error:
            cursor.fetchall()
        assert error.value.args[0] == "HY008"
        assert time.monotonic() - started < 0.3 + 0.25
        timer.join()
    finally:
        slow.reset()


@pytest.mark.parametrize("most", [1, 3, 8])
def test_no_more_requests_run_at_once_than_the_connection_says(open_slow, slow, most):
    connection = open_slow(MaxConcurrency=most)
    query = """SELECT COUNT(*) FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid
               WHERE c.Status = 'in-progress'"""
    counts = []

    def run():
        counts.append(connection.cursor().execute(query).fetchval())

    running = [threading.Thread(target=run) for _ in range(2)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    assert len(set(counts)) == 1 and counts[0] > 40
    assert at_once(slow.log()) == most


def test_too_many_requests_slow_the_connection_down(open_slow, slow):
    connection = open_slow()
    query = """SELECT COUNT(*) FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid
               WHERE c.Status = 'in-progress'"""
    slow.fault("status", status=429, path="Participants", times=5)
    try:
        assert connection.execute(query).fetchval() > 40
        log = slow.log()
    finally:
        slow.reset()
    assert sum(entry["status"] == 429 for entry in log) == 5
    # It comes back one by one: the requests that follow run fewer at once than may run.
    last = max(place for place, entry in enumerate(log) if entry["status"] == 429)
    assert at_once(log[last + 1 : last + 4]) <= 2


def test_what_is_never_found_is_asked_for_one_by_one(open_slow, slow):
    connection = open_slow()
    slow.fault("status", status=404, code=20404, path="Participants", times=0)
    try:
        query = """SELECT COUNT(*) FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid
                   WHERE c.Status = 'in-progress'"""
        assert connection.execute(query).fetchval() == 0
        log = [entry for entry in slow.log() if entry["status"] == 404]
    finally:
        slow.reset()
    assert len(log) > 40
    # Those that were under way when the tenth answer came.
    assert at_once(log[:8]) > 1 and at_once(log[10 + 8 :]) == 1


@pytest.mark.parametrize(("retries", "requests"), [(0, 1), (2, 3)])
def test_the_connection_says_how_often_a_request_is_repeated(connect, sim, retries, requests):
    connection = connect(f"DSN=Twilio;MaxRetries={retries}")
    sim.clear()
    sim.fault("status", status=503, times=0)
    with pytest.raises(pyodbc.Error):
        connection.execute("SELECT * FROM Conferences").fetchall()
    assert len(sim.requests()) == requests


def test_repeats_end_with_their_budget(connect, sim):
    connection = connect("DSN=Twilio;RetryBudget=2;MaxRetries=50")
    sim.clear()
    sim.fault("status", status=429, retry_after=1, times=0)
    started = time.monotonic()
    with pytest.raises(pyodbc.Error) as error:
        connection.execute("SELECT * FROM Conferences").fetchall()
    assert 0.9 < time.monotonic() - started < 3
    assert 2 <= len(sim.requests()) <= 3
    assert "asks to wait 1 s, longer than RetryBudget allows" in error.value.args[1]


def test_wrong_values_are_refused(connect):
    for wrong in ("MaxConcurrency=0", "MaxConcurrency=many", "MaxRetries=-1", "RetryBudget=soon"):
        with pytest.raises(pyodbc.Error) as error:
            connect(f"DSN=Twilio;{wrong}")
        assert error.value.args[0] == "HY024"
