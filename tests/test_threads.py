"""Connections and statements used by several threads at once."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from ctypes import byref, c_short, c_ushort
from pathlib import Path

import pytest

import odbc
from support import (
    ACCOUNT,
    CAFE,
    CONFERENCES,
    IN_PROGRESS,
    LIBRARY,
    SALES,
    SUBACCOUNT,
    SUBACCOUNT_TOKEN,
    SUPPORT,
    TOKEN,
    account,
    string,
)


def count(connection, sid: str) -> int:
    sql = "SELECT COUNT(*) FROM ConferenceParticipants WHERE ConferenceSid = ?"
    return connection.execute(sql, sid).fetchval()


def in_parallel(work, items: list) -> list:
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(work, items))


def test_connections_work_side_by_side(connect, sim):
    def work(sid: str) -> list[int]:
        connection = connect(account(sim.url))
        return [count(connection, sid) for _ in range(10)]

    sids = list(IN_PROGRESS) * 2
    assert in_parallel(work, sids) == [[IN_PROGRESS[sid]] * 10 for sid in sids]


def test_connections_do_not_wait_for_each_other(connect, sim):
    connections = [connect() for _ in range(4)]
    sim.fault("delay_ms", delay_ms=700, times=4, path="Participants")
    started = time.monotonic()
    assert in_parallel(lambda connection: count(connection, SUPPORT), connections) == [5] * 4
    assert time.monotonic() - started < 2, "four delays one after the other would be 2.8 s"


def test_accounts_do_not_mix(connect, sim):
    def work(account_of_mine: tuple[str, str]) -> set[str]:
        sid, token = account_of_mine
        found = set()
        for _ in range(5):
            connection = connect(account(sim.url, AccountSid=sid, AuthToken=token))
            found |= {row[0] for row in connection.execute("SELECT AccountSid FROM Conferences")}
            connection.close()
        return found

    accounts = [(ACCOUNT, TOKEN), (SUBACCOUNT, SUBACCOUNT_TOKEN)] * 3
    assert in_parallel(work, accounts) == [{sid} for sid, _ in accounts]


def test_statements_of_one_connection_run_in_several_threads():
    with odbc.connected() as connection:

        def work(sid: str) -> list[list[str | None]]:
            return [connection.query(f"SELECT COUNT(*) FROM ConferenceParticipants WHERE ConferenceSid = '{sid}'")[0] for _ in range(10)]

        sids = [SUPPORT, CAFE, SALES, SUPPORT]
        assert in_parallel(work, sids) == [[[str(IN_PROGRESS[sid])]] * 10 for sid in sids]


def test_handles_are_made_and_freed_in_several_threads():
    def work(_: int) -> int:
        with odbc.environment() as env:
            for _ in range(20):
                with env.connection() as connection:
                    connection.driver_connect("DSN=Twilio;ConnectOnOpen=0", check=True)
                    for _ in range(5):
                        with connection.statement() as statement:
                            statement.prepare("SELECT Sid FROM Conferences")
        return 1

    assert sum(in_parallel(work, list(range(6)))) == 6


def test_errors_stay_with_their_thread(connect):
    connection = connect()

    def work(number: int) -> str:
        cursor = connection.cursor()
        try:
            cursor.execute(f"SELECT * FROM Nothing{number}")
        except Exception as error:
            return error.args[1]
        return ""

    messages = in_parallel(work, list(range(8)))
    assert all(f"Nothing{number}" in message for number, message in enumerate(messages))


def test_a_failure_of_one_does_not_disturb_the_others(connect, sim):
    connections = [connect() for _ in range(4)]
    sim.fault("malformed_json", times=1, path="Conferences.json")

    def work(connection) -> int:
        try:
            return len(connection.execute("SELECT Sid FROM Conferences").fetchall())
        except Exception:
            return 0

    assert sorted(in_parallel(work, connections)) == [0] + [CONFERENCES] * 3


JOIN = "SELECT c.Sid, p.CallSid FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"


def read(statement, sql: str) -> tuple[str, int]:
    """Executes and fetches: the SQLSTATE that ended it, empty at the end of the rows, and how many rows came."""
    rows = 0
    try:
        statement.execute(sql)
        while statement.fetch():
            statement.text(1)
            rows += 1
    except odbc.Failed as error:
        return error.state, rows
    return "", rows


def direct(sim, **keywords: object) -> str:
    return string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=sim.url, **keywords)


# When SQLCancel comes, and what is under way then.
MOMENTS = [
    ("before the first byte", {"kind": "delay_ms", "delay_ms": 6000, "path": "Conferences.json"}, 0.3),
    ("while lists are read side by side", {"kind": "delay_ms", "delay_ms": 6000, "times": 0, "path": "Participants"}, 0.6),
    ("while a repeat is waited for", {"kind": "status", "status": 429, "retry_after": 20, "times": 0, "path": "Conferences.json"}, 0.3),
]


@pytest.mark.parametrize(("fault", "after"), [moment[1:] for moment in MOMENTS], ids=[moment[0] for moment in MOMENTS])
@pytest.mark.parametrize("path", [odbc.MANAGER, LIBRARY], ids=["manager", "driver"])
def test_a_cancel_ends_what_is_under_way(sim, path, fault, after):
    text = "DSN=Twilio" if path == odbc.MANAGER else direct(sim)
    with odbc.connected(text, path) as connection, connection.statement() as statement:
        sim.fault(**fault)
        timer = threading.Timer(after, statement.call, ["SQLCancel"])
        timer.start()
        started = time.monotonic()
        assert read(statement, JOIN)[0] == "HY008"
        assert time.monotonic() - started < 4
        timer.join()
        statement.close()
        sim.reset()
        assert read(statement, "SELECT * FROM Conferences") == ("", CONFERENCES), "the statement runs again"


def test_a_cancel_at_any_moment_ends_a_statement_or_does_not_and_never_more(sim):
    """A hundred cancels at moments a little later each, from before the statement to after its last row."""
    with odbc.connected(direct(sim), LIBRARY) as connection, connection.statement() as statement:
        whole = read(statement, JOIN)
        assert whole[0] == ""
        started = time.monotonic()
        statement.close()
        read(statement, JOIN)
        statement.close()
        step = (time.monotonic() - started) * 1.3 / 100
        ends = set()
        for number in range(100):
            timer = threading.Timer(number * step, statement.call, ["SQLCancel"])
            timer.start()
            end = read(statement, JOIN)
            timer.join()
            assert end == whole or end[0] == "HY008", end
            ends.add(end[0])
            statement.close()
        assert ends == {"", "HY008"}
        assert read(statement, JOIN) == whole


def test_a_disconnect_waits_for_who_fetches_and_leaves_stale_handles(sim):
    """Threads fetch again and again; the connection goes away below them."""
    for _ in range(5):
        with odbc.environment(LIBRARY) as env, env.connection() as connection:
            connection.driver_connect(direct(sim), check=True)
            statements = [connection.statement() for _ in range(4)]
            codes: list[int] = []

            def fetch(statement) -> None:
                code = odbc.SUCCESS
                while code not in (odbc.INVALID_HANDLE, odbc.ERROR):
                    code = statement.execute(JOIN, check=False)
                    while code in (odbc.SUCCESS, odbc.SUCCESS_WITH_INFO):
                        code = statement.call("SQLFetch", check=False)
                    statement.call("SQLFreeStmt", c_ushort(0), check=False)
                codes.append(code)

            workers = [threading.Thread(target=fetch, args=(statement,)) for statement in statements]
            for worker in workers:
                worker.start()
            time.sleep(0.3)
            assert connection.disconnect() == odbc.SUCCESS
            for worker in workers:
                worker.join(20)
                assert not worker.is_alive()
            assert codes == [odbc.INVALID_HANDLE] * 4


def test_handles_are_used_freed_and_guessed_at_once(sim):
    """Some threads make and free handles while others call with any of them: stale ones are invalid, none is another's."""
    with odbc.connected(direct(sim, ConnectOnOpen=0), LIBRARY) as connection:
        made: list[int] = []
        freed: list[int] = []
        stop = threading.Event()
        codes: set[int] = set()

        def make() -> None:
            while not stop.is_set():
                statement = connection.statement()
                made.append(statement.handle)
                statement.execute("SELECT 1 AS a")
                assert statement.fetch() and statement.text(1) == "1"
                assert statement.free() == odbc.SUCCESS
                freed.append(statement.handle)

        def guess() -> None:
            while not stop.is_set():
                for handle in made[-5:]:
                    codes.add(connection.library.call("SQLNumResultCols", handle, byref(c_short())))
                for handle in freed[-20:]:
                    for function in ("SQLCancel", "SQLFetch", "SQLMoreResults"):
                        assert connection.library.call(function, handle) == odbc.INVALID_HANDLE

        with ThreadPoolExecutor(4) as pool:
            working = [pool.submit(work) for work in (make, make, guess, guess)]
            time.sleep(2)
            stop.set()
            for work in working:
                work.result(timeout=20)
        assert codes == {odbc.SUCCESS, odbc.ERROR, odbc.INVALID_HANDLE}
        assert len(freed) == len(set(freed)) > 20, "no handle comes twice"


def test_nothing_is_left_when_everything_is_freed_and_the_library_unloaded(sim):
    program = Path(__file__).parent / "unloading.py"
    done = subprocess.run([sys.executable, str(program), sim.url, "4"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
