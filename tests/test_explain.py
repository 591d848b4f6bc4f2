"""EXPLAIN tells what a statement would send: it agrees with what the statement sends."""

import re
from urllib.parse import unquote

import pyodbc
import pytest

import odbc
from support import (
    ACCOUNT,
    CAFE,
    CUSTOMER,
    IN_PROGRESS,
    SALES,
    SUPPORT,
    SUPPORT_CALLS,
    Request,
)

PREFIX = f"/2010-04-01/Accounts/{ACCOUNT}/"
COLUMNS = [
    "Step", "TableName", "Alias", "Scan", "Method", "Endpoint", "Keys", "Pushed", "LocalPredicates", "PageSize", "ExpectedRequests",
    "ReadAhead",
]  # fmt: skip


def explain(cursor, sql: str, *parameters) -> list[pyodbc.Row]:
    return cursor.execute(f"EXPLAIN {sql}", *parameters).fetchall()


def fits(step: pyodbc.Row, request: Request) -> bool:
    """Whether a request can be one of a step: its path and parameters, where `{…}` and `<…>` stand for anything."""
    if step.Endpoint is None:
        return False
    path = re.escape(unquote(step.Endpoint.removeprefix(PREFIX)))
    pushed = dict(part.rpartition("=")[::2] for part in (step.Pushed or "").split("&") if part)
    sent = request.query if step.Method == "GET" else request.body
    if step.PageSize is not None and sent.get("PageSize") != str(step.PageSize):
        return False
    known = {key: value for key, value in sent.items() if key != "PageSize"}
    return (
        step.Method == request.method
        and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", path), unquote(request.path)) is not None
        and set(pushed) == set(known)
        and all(value == known[key] or "<" in value or "?" in value for key, value in pushed.items())
    )


STATEMENTS = [
    ("SELECT 1 + 1", (), []),
    ("SELECT * FROM Conferences", (), [1]),
    (f"SELECT * FROM Conferences WHERE Sid = '{SUPPORT}'", (), [1]),
    ("SELECT * FROM Conferences WHERE Sid = ?", (SUPPORT,), [1]),
    ("SELECT * FROM Conferences WHERE Sid = ?", (None,), [0]),
    ("SELECT * FROM Conferences WHERE 1 = 0", (), [0]),
    ("SELECT Sid FROM Conferences LIMIT 3 OFFSET 2", (), [1]),
    ("SELECT TOP 2 Sid FROM Conferences WHERE Status = 'completed' ORDER BY Name", (), [1]),
    ("SELECT Sid FROM Conferences WHERE DateCreated BETWEEN '2024-01-01' AND '2024-06-30' AND Region = 'us1'", (), [1]),
    ("SELECT Sid FROM Conferences WHERE DateCreated >= datetime('2024-03-01', '-1 days')", (), [1]),
    ("SELECT Sid FROM Conferences WHERE Status IN ('init', 'completed')", (), [2]),
    ("SELECT Sid FROM Conferences WHERE Status = 'brand-new'", (), [1]),
    (f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = true AND Label = 'x'", (), [1]),
    (f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid IN ('{SUPPORT}', '{CAFE}', '{SUPPORT}')", (), [2]),
    (f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' OR ConferenceSid = '{SALES}'", (), [2]),
    (f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid IN (?, ?)", tuple(SUPPORT_CALLS[:2]), [2]),
    ("SELECT * FROM ConferenceParticipants WHERE ConferenceSid IN (SELECT Sid FROM Conferences WHERE Status = 'in-progress')", (), [1, 6]),
    ("SELECT * FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'in-progress'", (), [1, 6]),
    ("SELECT COUNT(*) FROM Conferences a, Conferences b", (), [1, 0]),
    ("SELECT Sid FROM Conferences WHERE Status = 'init' UNION SELECT Sid FROM Conferences WHERE Status = 'completed'", (), [1, 1]),
    ("SELECT COUNT(*) FROM sys_requests", (), [0]),
    (f"UPDATE ConferenceParticipants SET Muted = true, Hold = ? WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'", (False,), [1]),
    (f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND Label = 'customer'", (), [1, 1]),
    (f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'", (), [1]),
    ("EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = ?, Muted = true", ("+14155550199",), [1]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "parameters", "counts"), STATEMENTS, ids=[f"{i}-{s[0][:40]}" for i, s in enumerate(STATEMENTS)])
def test_it_agrees_with_what_is_sent(cursor, sim, sql, parameters, counts):
    steps = explain(cursor, sql, *parameters)
    assert sim.requests() == []
    cursor.execute(sql, *parameters)
    if cursor.description:
        cursor.fetchall()
    left = sim.requests()
    # The most special steps first: what they take is no other step's.
    taken = {step.Step: [] for step in steps}
    for step in sorted(steps, key=lambda s: -len(s.Pushed or "")):
        if not step.ExpectedRequests.startswith("0"):
            taken[step.Step] = [request for request in left if fits(step, request)]
            left = [request for request in left if request not in taken[step.Step]]
    assert left == []
    assert [len(taken[step.Step]) for step in steps] == counts
    for step, count in zip(steps, counts):
        told = step.ExpectedRequests
        if count == 0:
            assert told.startswith("0") or " if " in told
        elif count == 1:
            assert told.startswith(("1", "0")) and " 2 values" not in told
        else:
            assert " for each" in told


def test_a_walk_is_told_with_its_conditions(cursor, sim):
    (step,) = explain(cursor, "SELECT * FROM ConferenceParticipants")
    assert step.Scan == "walk"
    assert step.Keys == "ConferenceSid = Sid of all Conferences with Status=in-progress"
    assert step.ExpectedRequests.startswith("1 per page of Conferences with Status=in-progress, then 1 per page for each")
    cursor.execute("SELECT * FROM ConferenceParticipants").fetchall()
    first, *others = sim.requests()
    assert first.query["Status"] == "in-progress" and len(others) == len(IN_PROGRESS)
    assert all(fits(step, request) for request in others)


def test_markers_need_no_values(cursor, sim):
    (step,) = explain(cursor, "SELECT * FROM ConferenceParticipants WHERE ConferenceSid = ? AND Muted = ?")
    assert (step.Keys, step.Pushed) == ("ConferenceSid = ?1", "Muted=?2")
    assert "{ConferenceSid}" in step.Endpoint
    (step,) = explain(cursor, "SELECT * FROM ConferenceParticipants WHERE ConferenceSid = ? AND Muted = ?", SUPPORT, True)
    assert (step.Keys, step.Pushed) == (f"ConferenceSid = {SUPPORT} (?1)", "Muted=true")
    assert sim.requests() == []


def test_predicates_that_stay_are_told(cursor):
    (step,) = explain(cursor, "SELECT * FROM Conferences WHERE Status = 'completed' AND Region LIKE 'us%'")
    assert step.LocalPredicates == "Conferences.Status = 'completed' (again); Conferences.Region LIKE 'us%'"


def test_query_plan_is_the_same(cursor):
    one, other = (cursor.execute(f"{word} SELECT * FROM Conferences").fetchall() for word in ("EXPLAIN", "explain query PLAN"))
    assert [tuple(row) for row in one] == [tuple(row) for row in other]


def test_it_is_described_before_it_is_executed(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        sim.clear()
        statement.prepare("EXPLAIN SELECT * FROM Conferences WHERE Sid = ? AND DateCreated > ?")
        assert statement.columns() == len(COLUMNS)
        assert [statement.describe(i)[0] for i in range(1, len(COLUMNS) + 1)] == COLUMNS
        assert sim.requests() == []


def test_a_read_only_connection_may_explain_a_write(connect, sim):
    cursor = connect("DSN=TwilioReadOnly").cursor()
    sim.clear()
    (step,) = explain(cursor, f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'")
    assert (step.Scan, step.Method) == ("write", "DELETE")
    assert sim.requests() == []
    assert sim.participant(CUSTOMER)


def test_secrets_are_not_told(cursor, sim):
    (step,) = explain(cursor, "EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199', SipAuthPassword = 'S3cret'")
    assert "SipAuthPassword=***" in step.Pushed
    assert sim.requests() == []


@pytest.mark.parametrize("sql", ["EXPLAIN", "EXPLAIN EXPLAIN SELECT 1", "EXPLAIN SELECT * FROM Nothing", "EXPLAIN INSERT INTO Conferences VALUES (1)"])
def test_what_cannot_run_cannot_be_explained(cursor, sim, sql):
    with pytest.raises(pyodbc.Error):
        cursor.execute(sql)
    assert sim.requests() == []


def test_forty_joined_tables_are_explained(cursor, sim):
    tables = ", ".join(f"Conferences c{i}" for i in range(40))
    steps = explain(cursor, f"SELECT COUNT(*) FROM {tables}")
    assert len(steps) == 40
    assert [step.ExpectedRequests for step in steps][1:] == ["0: the rows of step 1 are used again"] * 39
    assert sim.requests() == []
