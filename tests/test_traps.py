"""What SQLite does with virtual tables that a table which does not know it answers wrongly.

LIMIT under an order, the dialect's gaps, the types of expressions and waiting requests that are cancelled are tested in
test_pushdown.py, test_escapes.py, test_statements.py and test_cancel.py.
"""

from __future__ import annotations

import pyodbc
import pytest

from support import ALL_HANDS, CONFERENCES, IN_PROGRESS, SUPPORT, SUPPORT_CALLS


def rows(cursor, sql, *parameters):
    return [tuple(row) for row in cursor.execute(sql, *parameters)]


def test_a_row_in_both_branches_of_an_or_comes_once(cursor, sim):
    # Each branch is a scan of its own; SQLite knows a row again by its row id.
    found = rows(cursor, "SELECT Sid FROM Conferences WHERE Status = 'in-progress' OR Name = 'Support line'")
    assert len(found) == len(set(found)) == len(IN_PROGRESS) + 2
    assert len(sim.requests()) == 2


def test_rows_of_different_parents_in_an_or_are_not_taken_for_each_other(cursor):
    sql = f"""SELECT CallSid FROM ConferenceParticipants
              WHERE ConferenceSid = '{SUPPORT}' OR (ConferenceSid = '{ALL_HANDS}' AND Muted = true)"""
    assert len(set(rows(cursor, sql))) == len(SUPPORT_CALLS) + 1


@pytest.mark.parametrize("limit", ["LIMIT 2", "LIMIT 1 OFFSET 1", "LIMIT 25, 1"])
def test_a_limit_counts_the_sorted_rows(cursor, sim, limit):
    every = rows(cursor, "SELECT Sid FROM Conferences ORDER BY DateCreated")
    sim.clear()
    found = rows(cursor, f"SELECT Sid FROM Conferences ORDER BY DateCreated {limit}")
    first = {"LIMIT 2": slice(0, 2), "LIMIT 1 OFFSET 1": slice(1, 2), "LIMIT 25, 1": slice(25, 26)}[limit]
    assert found == every[first]
    assert [request.query["PageSize"] for request in sim.requests()] == ["1000"]


def test_a_limit_does_not_count_rows_that_whole_days_bring_along(cursor):
    # Twilio answers with all of February 28 and 29.
    sql = "SELECT Name FROM Conferences WHERE DateCreated > {ts '2024-02-28 23:59:58'} AND DateCreated < '2024-03-01' LIMIT 3"
    assert sorted(rows(cursor, sql)) == [("Last second",), ("Leap day",), ("Midnight",)]


def test_nested_loops_read_the_inner_table_once(cursor, sim):
    # Nothing that Twilio filters by joins them: SQLite runs the inner scan for each outer row.
    sql = "SELECT COUNT(*) FROM Conferences a JOIN Conferences b ON b.Region = a.Region AND b.Sid <> a.Sid"
    assert rows(cursor, sql)[0][0] > CONFERENCES
    assert sim.lines() == ["GET Conferences.json"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Name FROM Conferences c WHERE EXISTS (SELECT 1 FROM Conferences d WHERE d.Region = c.Region AND d.Status = 'init')",
        "SELECT c.Name FROM Conferences c LEFT JOIN Conferences d ON d.Region = c.Region WHERE d.Status = 'init'",
    ],
)
def test_exists_and_outer_joins_read_the_inner_table_once(cursor, sim, sql):
    assert rows(cursor, sql) == [("Waiting room",)]
    asked = [(request.path, tuple(request.query.items())) for request in sim.requests()]
    assert len(asked) == len(set(asked)) <= 2


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        # SQLite adds DateCreated >= and < for the first, and Name >= 'SALES' for the others.
        ("DateCreated LIKE '2024-02-29%'", 2),
        ("DateUpdated LIKE '2024-02%'", 3),
        ("Name LIKE 'support%'", 3),
        ("Name LIKE 'SALES!/%' ESCAPE '!'", 1),
        ("Name NOT LIKE 's%'", 16),
    ],
)
def test_like_is_no_range(cursor, sim, condition, count):
    assert len(rows(cursor, f"SELECT Sid FROM Conferences WHERE {condition}")) == count
    assert [set(request.query) for request in sim.requests()] == [{"PageSize"}]


@pytest.mark.parametrize(
    ("condition", "sent"),
    [("Muted = 1", "true"), ("Muted = '1'", "true"), ("Muted = 1.0", "true"), ("Muted = 2 - 1", "true"), ("0 = Muted", "false")],
)
def test_values_arrive_as_they_are_written_and_are_sent_as_twilio_writes_them(cursor, sim, condition, sent):
    assert rows(cursor, f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND {condition}")
    assert [request.query["Muted"] for request in sim.requests()] == [sent]


def test_a_number_beside_text_is_compared_as_text_and_sorted_as_number(cursor):
    assert rows(cursor, "SELECT QueueTime FROM ConferenceParticipants WHERE QueueTime = 250") == [("250",)]
    sorts = rows(cursor, "SELECT QueueTime FROM ConferenceParticipants WHERE QueueTime > 250 ORDER BY QueueTime + 0")
    assert sorts == [("1500",), ("4000",)]


def test_a_column_has_one_type_whatever_the_rows_hold(cursor):
    sql = "SELECT CASE WHEN Status = 'init' THEN 1 WHEN Status = 'completed' THEN Name ELSE NULL END AS x FROM Conferences"
    found = {value for (value,) in rows(cursor, sql)}
    assert cursor.description[0][1] is str
    assert {type(value) for value in found} == {str, type(None)} and "1" in found


def test_an_error_in_an_inner_table_keeps_its_state_and_twilios_code(cursor, sim):
    sim.fault("status", status=403, times=0, path="Participants")
    sql = "SELECT c.Name, p.Label FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'init'"
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql).fetchall()
    assert error.value.args[0] == "42000"
    assert "HTTP 403" in error.value.args[1]


def test_rows_that_were_written_before_a_failure_are_counted(cursor, sim):
    # Nothing can be unsent, whatever SQLite rolls back.
    sim.fault("status", status=400, method="POST", skip=2, times=0)
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}'")
    assert "(2 of 5 rows were written before, 2 were not sent.)" in error.value.args[1]
    assert len([one for one in sim.world()[SUPPORT]["participants"].values() if one["muted"]]) >= 2
    assert len([request for request in sim.requests() if request.method == "POST"]) == 3
