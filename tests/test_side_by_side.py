"""UPDATE and DELETE of many rows: side by side where the model says that the order does not matter, else one after the other."""

import itertools
import json
import re
import time
from ctypes import c_int, c_void_p

import odbc
import pyodbc
import pytest

from support import account

MANY = 16
LATENCY = 0.1
MOST = 8


@pytest.fixture
def messages(sim) -> list[str]:
    """Finished messages."""
    listed = sim.listed("Messages.json", "messages")
    sids = [m["sid"] for m in listed if m["status"] in ("sent", "delivered", "received", "read")][:MANY]
    assert len(sids) == MANY
    sim.clear()
    return sids


def these(sids: list[str]) -> str:
    return ", ".join(f"'{sid}'" for sid in sids)


def writes(sim) -> list:
    return [request for request in sim.requests() if request.method != "GET"]


def slow(sim, method: str = "DELETE") -> None:
    sim.fault("delay_ms", delay_ms=int(LATENCY * 1000), times=0, method=method)


def most_at_once(entries: list[dict]) -> int:
    """How many of the requests were on their way at the same time, at the most."""
    ends = [(entry["started_ms"] + entry["duration_ms"], -1) for entry in entries]
    changes = sorted(ends + [(entry["started_ms"], 1) for entry in entries])
    return max(itertools.accumulate(change for _, change in changes))


def sent(sim, method: str = "DELETE") -> list[dict]:
    return [entry for entry in sim.log() if entry["method"] == method]


def held(sim) -> set[str]:
    return {m["sid"] for m in sim.listed("Messages.json", "messages")}


def test_sixteen_deletes_take_two_round_trips(cursor, sim, messages):
    slow(sim)
    started = time.monotonic()
    assert cursor.execute(f"DELETE FROM Messages WHERE Sid IN ({these(messages)})").rowcount == MANY
    taken = time.monotonic() - started
    log = sent(sim)
    assert len(log) == MANY and not held(sim) & set(messages)
    assert most_at_once(log) <= MOST
    last = max(entry["started_ms"] for entry in log) - min(entry["started_ms"] for entry in log)
    assert LATENCY * 900 <= last < LATENCY * 1900, "two rounds"
    assert 2 * LATENCY <= taken < 6 * LATENCY


def test_rows_that_act_go_one_after_the_other(cursor, sim):
    slow(sim)
    assert cursor.execute("DELETE FROM ConferenceParticipants WHERE Muted = true").rowcount > 2
    assert most_at_once(sent(sim)) == 1


def test_the_order_of_rows_is_that_of_returning(cursor, sim, messages):
    for n, sid in enumerate(messages):
        sim.fault("delay_ms", delay_ms=10 * (MANY - n), method="DELETE", path=sid)
    found = [row.Sid for row in cursor.execute(f"SELECT Sid FROM Messages WHERE Sid IN ({these(messages)})")]
    deleted = cursor.execute(f"DELETE FROM Messages WHERE Sid IN ({these(messages)}) RETURNING Sid").fetchall()
    assert [row.Sid for row in deleted] == found and len(found) == MANY


def test_redacting_side_by_side(cursor, sim, messages):
    slow(sim, "POST")
    sql = f"UPDATE Messages SET Body = '' WHERE Sid IN ({these(messages)}) RETURNING Sid, Body"
    rows = cursor.execute(sql).fetchall()
    assert {row.Sid for row in rows} == set(messages) and {row.Body for row in rows} == {""}
    assert len(writes(sim)) == MANY
    assert most_at_once(sent(sim, "POST")) > 1


def test_rows_that_are_gone_do_not_count(cursor, sim, messages):
    sim.fault("status", status=404, code=20404, times=3, method="DELETE")
    assert cursor.execute(f"DELETE FROM Messages WHERE Sid IN ({these(messages)})").rowcount == MANY - 3
    assert len(writes(sim)) == MANY


def test_too_many_requests_are_repeated(cursor, sim, messages):
    sim.fault("status", status=429, retry_after=0, times=3, method="DELETE")
    assert cursor.execute(f"DELETE FROM Messages WHERE Sid IN ({these(messages)})").rowcount == MANY
    assert len(writes(sim)) == MANY + 3 and not held(sim) & set(messages)


def told(text: str) -> tuple[int, int, int]:
    """Written, unknown, not sent."""
    written, every = re.search(r"(\d+) of (\d+) rows were written", text).groups()
    unknown = re.search(r"the outcome of (\d+) is unknown", text)
    assert int(every) == MANY
    return int(written), int(unknown[1]) if unknown else 0, int(re.search(r"(\d+) were not sent\.", text)[1])


def test_a_refusal_in_the_middle_begins_no_more_and_is_counted(cursor, sim, messages):
    slow(sim)
    sim.fault("status", status=409, code=20409, method="DELETE", path=messages[4])
    with pytest.raises(pyodbc.Error, match="20409") as error:
        cursor.execute(f"DELETE FROM Messages WHERE Sid IN ({these(messages)})")
    written, unknown, unsent = told(error.value.args[1])
    assert unknown == 0 and written + unsent + 1 == MANY and unsent > 0
    assert len(writes(sim)) == written + 1
    assert len(held(sim) & set(messages)) == unsent + 1


def failures(sim, sql: str, timeout: int = 0) -> list[odbc.Record]:
    with odbc.connected(account(sim.url)) as connection, connection.statement() as statement:
        statement.call("SQLSetStmtAttr", c_int(0), c_void_p(timeout), c_int(0))
        assert statement.execute(sql, check=False) == odbc.ERROR
        return statement.diagnostics()


def test_each_row_that_fails_is_a_diagnostic(sim, messages):
    slow(sim)
    for sid in messages[1:3]:
        sim.fault("status", status=409, code=20409, method="DELETE", path=sid)
    first, second = failures(sim, f"DELETE FROM Messages WHERE Sid IN ({these(messages)})")
    assert {first.state, second.state} == {"23000"} and {first.native, second.native} == {20409}
    for sid in messages[1:3]:
        assert sum(f"Messages/{sid}.json failed" in record.message for record in (first, second)) == 1
    written, _, unsent = told(first.message)
    assert written + unsent + 2 == MANY and "rows were written" not in second.message


def test_an_answer_that_is_lost_is_repeated_and_unknown_in_the_end(connect, sim, messages):
    cursor = connect(account(sim.url)).cursor()
    slow(sim)
    sim.fault("drop_before", times=0, method="DELETE", path=messages[2])
    with pytest.raises(pyodbc.Error, match="outcome unknown") as error:
        cursor.execute(f"DELETE FROM Messages WHERE Sid IN ({these(messages)})")
    assert error.value.args[0] == "08S01"
    assert "It was sent again" in error.value.args[1] and "not sent again" not in error.value.args[1]
    written, unknown, unsent = told(error.value.args[1])
    assert unknown == 1 and written + unknown + unsent == MANY
    assert messages[2] in held(sim)


def test_a_timeout_tells_what_is_unknown_and_what_was_not_sent(sim, messages):
    sim.fault("delay_ms", delay_ms=1700, times=0, skip=4, method="DELETE")
    records = failures(sim, f"DELETE FROM Messages WHERE Sid IN ({these(messages)})", 1)
    assert [record.state for record in records] == ["HYT00"] * MOST, "one record each"
    assert all("outcome unknown" in record.message for record in records)
    written, unknown, unsent = told(records[0].message)
    assert (written, unknown, unsent) == (4, MOST, MANY - 4 - MOST)
    # Until those that are answered too late have been done.
    time.sleep(2)
    assert len(held(sim) & set(messages)) == unsent


def test_a_model_of_a_users_may_say_so(connect, sim, messages, tmp_path):
    def table(**operation: object) -> None:
        path = "/2010-04-01/Accounts/{AccountSid}/Messages"
        columns = [
            {"name": "Sid", "json": "sid", "type": "text", "size": 34},
            {"name": "AccountSid", "json": "account_sid", "type": "text", "size": 34},
        ]
        text = {
            "schema": "Mine", "name": "Notes", "kind": "table", "remarks": "Ours.", "product": "api",
            "list": path + ".json", "items": "messages", "page_size": 100, "key": ["Sid"], "columns": columns,
            "delete": {"method": "DELETE", "path": path + "/{Sid}.json"},
        }  # fmt: skip
        for name, value in operation.items():
            text.setdefault(name, {"method": "POST", "path": path + ".json"})["unordered"] = value
        (tmp_path / "Notes.json").write_text(json.dumps(text))

    def most() -> int:
        sim.clear()
        these_ones = messages[:5] if ordered else messages[5:]
        cursor = connect(account(sim.url, Location=tmp_path)).cursor()
        cursor.execute(f"DELETE FROM Mine.Notes WHERE Sid IN ({these(these_ones)})")
        return most_at_once(sent(sim))

    slow(sim)
    ordered = True
    table()
    assert most() == 1
    ordered = False
    table(delete=True)
    assert most() > 1
    table(create=True)
    with pytest.raises(pyodbc.Error, match="create.unordered: only update and delete may have it"):
        connect(account(sim.url, Location=tmp_path))
