"""SQLCancel from another thread, and the query timeout."""

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_int, c_short, c_size_t, c_ssize_t, c_ushort, c_void_p, create_string_buffer

import odbc
import pyodbc
import pytest

from support import CONFERENCES, LIBRARY, SUPPORT, account

PARTICIPANTS = f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
ADD = "EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199'"


@contextmanager
def cancelled(cursor, after: float = 0.4) -> Iterator[None]:
    timer = threading.Timer(after, cursor.cancel)
    timer.start()
    started = time.monotonic()
    try:
        yield
    finally:
        elapsed = time.monotonic() - started
        timer.join()
        assert elapsed < after + 2, "a cancelled statement returns soon"


def fails(cursor, sql: str) -> tuple[str, str]:
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql).fetchall()
    return error.value.args


def test_a_slow_request_is_cancelled(cursor, sim):
    sim.fault("delay_ms", delay_ms=8000)
    with cancelled(cursor):
        assert fails(cursor, PARTICIPANTS)[0] == "HY008"


def test_a_query_that_computes_is_cancelled(cursor):
    with cancelled(cursor):
        assert fails(cursor, ENDLESS)[0] == "HY008"


def test_a_wait_before_a_repeat_is_cancelled(cursor, sim):
    sim.fault("status", status=429, retry_after=30, times=0)
    with cancelled(cursor):
        assert fails(cursor, PARTICIPANTS)[0] == "HY008"


def test_a_join_is_cancelled_between_its_requests(cursor, sim):
    sim.fault("delay_ms", delay_ms=300, times=0, path="Participants")
    with cancelled(cursor):
        assert fails(cursor, "SELECT * FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid")[0] == "HY008"


def test_the_cancelled_statement_runs_again(cursor, sim):
    sim.fault("delay_ms", delay_ms=8000)
    with cancelled(cursor):
        fails(cursor, PARTICIPANTS)
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5


def test_a_cancel_hits_its_own_statement_only(connect, sim):
    first, second = connect().cursor(), connect().cursor()
    sim.fault("delay_ms", delay_ms=1200, times=2, path="Participants")
    rows: list[object] = []
    thread = threading.Thread(target=lambda: rows.extend(second.execute(PARTICIPANTS).fetchall()))
    thread.start()
    with cancelled(first):
        fails(first, PARTICIPANTS)
    thread.join()
    assert len(rows) == 5


def test_cancelling_an_idle_statement_does_no_harm(cursor):
    cursor.cancel()
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5
    cursor.cancel()
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5


def test_a_write_that_is_cancelled_says_that_its_outcome_is_unknown(cursor, sim):
    sim.fault("delay_ms", delay_ms=3000, method="POST")
    with cancelled(cursor):
        state, message = fails(cursor, ADD)
    assert state == "HY008"
    assert "outcome unknown" in message


def test_a_write_that_is_stopped_before_it_is_sent_says_that_nothing_was_written(connection, sim):
    cursor = connection.cursor()
    sim.fault("status", status=429, retry_after=30, times=0, method="POST")
    for sql in (ADD, "INSERT INTO Messages ([To], Sender, Body) VALUES ('+14155550199', '+14155550100', 'x')"):
        with cancelled(cursor):
            state, message = fails(cursor, sql)
        assert (state, "outcome unknown" in message) == ("HY008", False)
        assert "The statement was cancelled. Nothing was written." in message
    connection.timeout = 1
    state, message = fails(connection.cursor(), ADD)
    assert state == "HYT00" and "The query timeout expired. Nothing was written." in message
    sim.fault("delay_ms", delay_ms=3000, method="GET", path="Participants")
    state, message = fails(connection.cursor(), "UPDATE ConferenceParticipants SET Muted = true WHERE Label = 'x'")
    assert state == "HYT00" and "Nothing was written." in message
    assert sim.effects()["participants_created"] == 0


def test_a_query_that_is_stopped_speaks_of_no_writes(cursor, sim):
    sim.fault("delay_ms", delay_ms=8000)
    with cancelled(cursor):
        assert "written" not in fails(cursor, PARTICIPANTS)[1]


def test_a_cancel_while_parameters_are_read_is_not_lost(sim):
    many, width = 300_000, 40
    sid = f"SM{0:032}".encode()
    texts = create_string_buffer(sid.ljust(width, b"\0") * many, width * many)
    with odbc.connected(account(sim.url)) as connection, connection.statement() as statement:
        statement.call(
            "SQLBindParameter", c_ushort(1), c_short(1), c_short(odbc.CHAR), c_short(12), c_size_t(width), c_short(0), texts,
            c_ssize_t(width), None,
        )  # fmt: skip
        # A cancel that is lost ends by the timeout.
        statement.call("SQLSetStmtAttr", c_int(0), c_void_p(5), c_int(0))
        statement.call("SQLSetStmtAttr", c_int(22), c_void_p(many), c_int(0))
        sim.clear()
        timer = threading.Timer(0.03, statement.call, ["SQLCancel"])
        timer.start()
        assert statement.execute("DELETE FROM Messages WHERE Sid = ?", check=False) == odbc.ERROR
        timer.join()
        assert statement.diagnostics()[0].state == "HY008"
    assert sim.requests() == []


def test_a_slow_request_ends_within_200_milliseconds_of_the_cancel(cursor, sim):
    delays = []
    for _ in range(5):
        sim.fault("delay_ms", delay_ms=8000)
        called: list[float] = []

        def cancel() -> None:
            called.append(time.monotonic())
            cursor.cancel()

        timer = threading.Timer(0.3, cancel)
        timer.start()
        assert fails(cursor, PARTICIPANTS)[0] == "HY008"
        returned = time.monotonic()
        timer.join()
        delays.append(returned - called[0])
    assert statistics.median(delays) < 0.2


@pytest.fixture
def impatient(connection):
    """A cursor whose statements may take a second."""
    connection.timeout = 1
    return connection.cursor()


def within(seconds: float, cursor, sql: str) -> tuple[str, str]:
    started = time.monotonic()
    error = fails(cursor, sql)
    assert time.monotonic() - started < seconds
    return error


def test_a_slow_request_ends_with_the_query_timeout(impatient, sim):
    sim.fault("delay_ms", delay_ms=8000)
    assert within(3, impatient, PARTICIPANTS)[0] == "HYT00"


def test_a_query_that_computes_ends_with_the_query_timeout(impatient):
    assert within(3, impatient, ENDLESS)[0] == "HYT00"


def test_a_wait_before_a_repeat_ends_with_the_query_timeout(impatient, sim):
    sim.fault("status", status=429, retry_after=30, times=0)
    assert within(3, impatient, PARTICIPANTS)[0] == "HYT00"


def test_the_query_timeout_is_an_operational_error(impatient, sim):
    sim.fault("delay_ms", delay_ms=8000)
    with pytest.raises(pyodbc.OperationalError):
        impatient.execute(PARTICIPANTS).fetchall()


def test_a_query_that_is_quick_enough_is_not_ended(impatient, sim):
    sim.fault("delay_ms", delay_ms=300)
    assert len(impatient.execute(PARTICIPANTS).fetchall()) == 5


def test_the_statement_runs_again_after_its_timeout(impatient, sim):
    sim.fault("delay_ms", delay_ms=8000)
    fails(impatient, PARTICIPANTS)
    assert len(impatient.execute(PARTICIPANTS).fetchall()) == 5


def test_a_slow_request_ends_within_200_milliseconds_of_the_query_timeout(impatient, sim):
    delays = []
    for _ in range(5):
        sim.fault("delay_ms", delay_ms=8000)
        started = time.monotonic()
        assert fails(impatient, PARTICIPANTS)[0] == "HYT00"
        delays.append(time.monotonic() - started - 1)
    assert 0 <= statistics.median(delays) < 0.2


@pytest.mark.parametrize("path", [odbc.MANAGER, LIBRARY], ids=["manager", "driver"])
def test_a_connection_that_is_being_opened_is_cancelled_and_opens_later(sim, path):
    delays = []
    with socket.create_server(("127.0.0.1", 0)) as silent, odbc.environment(path) as env, env.connection() as connection:
        for _ in range(5):
            called: list[float] = []
            codes: list[int] = []

            def cancel() -> None:
                called.append(time.monotonic())
                codes.append(connection.library.call("SQLCancelHandle", c_short(odbc.DBC), connection.handle))

            timer = threading.Timer(0.3, cancel)
            timer.start()
            assert connection.driver_connect(account(f"http://127.0.0.1:{silent.getsockname()[1]}", Timeout=5)) == odbc.ERROR
            returned = time.monotonic()
            timer.join()
            assert codes == [odbc.SUCCESS]
            assert connection.diagnostics()[0].state == "HY008"
            assert "Connecting was cancelled." in connection.diagnostics()[0].message
            delays.append(returned - called[0])
        connection.driver_connect(account(sim.url), check=True)
        assert connection.query("SELECT COUNT(*) FROM Conferences") == [[str(CONFERENCES)]]
    assert statistics.median(delays) < 0.2
