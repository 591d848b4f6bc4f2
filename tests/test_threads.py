"""Connections and statements used by several threads at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import odbc
from support import CAFE, CONFERENCES, IN_PROGRESS, SALES, SUBACCOUNT, SUBACCOUNT_TOKEN, SUPPORT, account


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

    from support import ACCOUNT, TOKEN

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
