"""Results that depend on how a statement is run: what is pushed, which table is read first, what is read twice."""

from __future__ import annotations

import pyodbc
import pytest

import odbc
from support import ACCOUNT, CUSTOMER, EXPERT, SUBACCOUNT, SUPPORT, WAITING_ROOM

JOIN = "FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"


def rows(cursor, sql, *parameters):
    return [tuple(row) for row in cursor.execute(sql, *parameters).fetchall()]


def test_another_collation_is_compared_by_the_driver(cursor):
    found = rows(cursor, "SELECT Name FROM Conferences WHERE Name = 'SUPPORT LINE' COLLATE NOCASE")
    assert len(found) > 1 and {name.lower() for (name,) in found} == {"support line"}


@pytest.mark.parametrize("value", ["1", "1.0", "TRUE", "'true'", "(SELECT 1)", "(SELECT '1')"])
def test_a_boolean_may_be_written_in_many_ways(cursor, value):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = {value}"
    assert len(rows(cursor, sql)) == 2


def test_text_of_another_table_that_is_no_sid_finds_nothing(cursor):
    sql = f"""SELECT p.Label, c.Name FROM ConferenceParticipants p LEFT JOIN Conferences c ON c.Sid = p.Label
              WHERE p.ConferenceSid = '{SUPPORT}'"""
    assert [name for _, name in rows(cursor, sql)] == [None] * 5


def test_a_filter_on_the_child_does_not_change_which_parents_are_read(cursor):
    every = rows(cursor, f"SELECT c.Sid, p.Hold {JOIN}")
    held = rows(cursor, f"SELECT c.Sid, p.Hold {JOIN} WHERE p.Hold = false")
    assert WAITING_ROOM in [sid for sid, _ in held]
    assert sorted(held) == sorted(row for row in every if not row[1])


@pytest.mark.parametrize(
    "sql",
    [
        f"""WITH k(s) AS (VALUES ('{SUPPORT}'), ('{SUPPORT}'))
            SELECT k.s, p.CallSid FROM k JOIN ConferenceParticipants p ON p.ConferenceSid = k.s""",
        "SELECT n.column1, COUNT(*) FROM (VALUES (1), (2), (3)) n CROSS JOIN Conferences c GROUP BY 1",
        "WITH c AS (SELECT * FROM Conferences) SELECT a.Sid FROM c a JOIN c b ON a.Name = b.Name",
        f"""SELECT (SELECT COUNT(*) FROM Conferences k WHERE k.Status = c.Status), p.Label
            FROM Conferences c RIGHT JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid""",
        f"SELECT c.Sid FROM Conferences c JOIN Conferences d ON d.Name = c.Name WHERE d.AccountSid = '{ACCOUNT}'",
        "SELECT CallSid FROM ConferenceParticipants WHERE Muted IN (true, '1', 'true', false)",
        "SELECT Sid FROM Conferences WHERE Status IN ('in-progress', 'queued', 'ringing')",
        "SELECT Sid FROM Conferences WHERE DateCreated IN ('2024-02-29', '2024-02-29 12:00:00', '2024-03-01 12:00:00')",
    ],
)
def test_nothing_is_asked_twice_in_a_statement(cursor, sim, sql):
    assert rows(cursor, sql)
    asked = [(request.path, tuple(sorted(request.query.items()))) for request in sim.requests()]
    assert len(asked) == len(set(asked))


def test_order_by_means_the_select_list_first(cursor):
    found = rows(cursor, "SELECT Sid AS Name, Name AS Sid FROM Conferences ORDER BY Name")
    assert found == sorted(found)


def test_days_can_be_grouped(cursor):
    days = rows(cursor, "SELECT CAST(DateCreated AS DATE) d, COUNT(*) FROM Conferences GROUP BY CAST(DateCreated AS DATE)")
    assert len({day for day, _ in days}) == len(days)


def test_a_rollback_tells_of_a_statement_that_failed_half_way(connect, sim):
    connection = connect(autocommit=False)
    sim.fault("status", status=400, code=20001, skip=2, method="POST")
    with pytest.raises(pyodbc.Error, match="2 of"):
        connection.execute(f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}'")
    connection.rollback()


def test_cancelling_an_idle_statement_changes_nothing(cursor):
    cursor.execute("SELECT Sid FROM Conferences ORDER BY Sid")
    first = cursor.fetchone()
    cursor.cancel()
    assert len(rows(cursor, "SELECT Sid FROM Conferences")) > 1
    assert cursor.execute("SELECT Sid FROM Conferences ORDER BY Sid").fetchone() == first


def test_a_parameter_set_that_fails_is_not_passed_over(cursor, sim):
    cursor.fast_executemany = True
    sets = [(True, SUPPORT, EXPERT), (True, SUPPORT, "no SID"), (True, SUPPORT, CUSTOMER)]
    with pytest.raises(pyodbc.Error, match="no SID"):
        cursor.executemany("UPDATE ConferenceParticipants SET Hold = ? WHERE ConferenceSid = ? AND CallSid = ?", sets)


def test_a_parent_without_its_key_is_an_error(cursor, sim):
    sim.fault("wrong_type", field="sid", value=None, path="Conferences.json")
    with pytest.raises(pyodbc.Error, match="without its key"):
        rows(cursor, "SELECT * FROM ConferenceParticipants")


def test_a_write_that_is_stopped_on_its_way_has_an_unknown_outcome(cursor, sim):
    sim.fault("delay_ms", delay_ms=3000, method="POST")
    cursor.connection.timeout = 1
    sql = f"UPDATE ConferenceParticipants SET Hold = true WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{EXPERT}'"
    with pytest.raises(pyodbc.OperationalError, match="HYT00.*outcome unknown"):
        cursor.connection.execute(sql)


def test_a_join_on_what_is_no_key_reads_each_list_once(cursor, sim):
    sql = "SELECT COUNT(*) FROM Conferences a JOIN Conferences b ON a.Name = b.Name AND a.Status = b.Status"
    assert rows(cursor, sql)[0][0] > 26
    assert len(sim.requests()) == 1


def test_a_join_below_another_account_stays_in_that_account(cursor, sim):
    sql = f"""SELECT c.Name, p.AccountSid FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid
              WHERE c.AccountSid = '{SUBACCOUNT}'"""
    found = rows(cursor, sql)
    assert found and {account for _, account in found} == {SUBACCOUNT}
    assert {request.status for request in sim.requests()} == {200}


def test_is_compares_with_null(cursor):
    some = rows(cursor, "SELECT Sid FROM Conferences WHERE Name IS ?", "Support line")
    assert len(some) >= 1
    unnamed = rows(cursor, "SELECT Sid FROM Conferences WHERE Name IS ?", None)
    assert unnamed == rows(cursor, "SELECT Sid FROM Conferences WHERE Name IS NULL")


@pytest.mark.parametrize("names", ["'', 'Support line'", "'Support line', 'Support line', ''"])
def test_an_empty_text_in_a_list_gives_no_row_twice(cursor, sim, names):
    kept_local = rows(cursor, f"SELECT Sid FROM Conferences WHERE Name || '' IN ({names})")
    assert sorted(rows(cursor, f"SELECT Sid FROM Conferences WHERE Name IN ({names})")) == sorted(kept_local)
    assert len(kept_local) > 1


def test_an_empty_text_is_no_filter(cursor, sim):
    assert len(rows(cursor, "SELECT Sid FROM Conferences WHERE Name = '' LIMIT 1")) == 1
    (request,) = sim.requests()
    assert request.query == {"PageSize": "1000"}


WRONG = {"muted": "Muted", "hold": "Hold", "date_created": "DateCreated"}


@pytest.mark.parametrize(
    ("select", "reads_it"),
    [
        ("SELECT CallSid, {} FROM ConferenceParticipants WHERE ConferenceSid = '{}'", True),
        ("SELECT CallSid FROM ConferenceParticipants WHERE {} IS NOT NULL AND ConferenceSid = '{}'", True),
        ("SELECT CallSid, Label /* not {} */ FROM ConferenceParticipants WHERE ConferenceSid = '{}'", False),
        ("SELECT COUNT(*) /* not {} */ FROM ConferenceParticipants WHERE ConferenceSid = '{}'", False),
    ],
)
@pytest.mark.parametrize("field", WRONG)
def test_only_columns_that_are_used_are_read(sim, field, select, reads_it):
    with odbc.connected() as connection, connection.statement() as statement:
        sim.fault("wrong_type", field=field, value={"a": 1}, path="Participants")
        statement.execute(select.format(WRONG[field], SUPPORT))
        warnings = []
        while statement.fetch():
            warnings += statement.diagnostics()
        assert [(record.state, WRONG[field] in record.message) for record in warnings] == [("01000", True)] * reads_it
