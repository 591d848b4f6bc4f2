"""Queries, among them the incumbent's as they stand."""

import json
from datetime import datetime

import pytest

from support import (
    ACCOUNT,
    AGENT,
    CAFE,
    CONFERENCE_COLUMNS,
    CONFERENCES,
    CUSTOMER,
    EXPERT,
    NAMELESS,
    NO_CONFERENCE,
    PARTICIPANT_COLUMNS,
    SUPERVISOR,
    SUPPORT,
    SUPPORT_CALLS,
)


def names(cursor) -> list[str]:
    return [column[0] for column in cursor.description]


def test_participants_of_a_conference_as_the_incumbent_asks(cursor):
    rows = cursor.execute(
        "SELECT * FROM ConferenceParticipants WHERE ConferenceSid = 'CF5843bda0e992d145a0c989a33e2ba7d0'"
    ).fetchall()
    assert names(cursor) == PARTICIPANT_COLUMNS
    assert [row.CallSid for row in rows] == SUPPORT_CALLS


def test_the_alias_that_the_incumbents_page_prints(cursor):
    rows = cursor.execute(
        "SELECT * FROM ConferenceParticipants WHERE ConferenceSidSid = 'CF5843bda0e992d145a0c989a33e2ba7d0'"
    ).fetchall()
    assert names(cursor) == PARTICIPANT_COLUMNS, "the alias is no column of its own"
    assert [row.CallSid for row in rows] == SUPPORT_CALLS


def test_every_value_of_a_participant(cursor):
    row = cursor.execute(
        f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{SUPERVISOR}'"
    ).fetchone()
    assert dict(zip(PARTICIPANT_COLUMNS, row)) == {
        "CallSid": SUPERVISOR,
        "ConferenceSid": SUPPORT,
        "AccountSid": ACCOUNT,
        "CallSidToCoach": AGENT,
        "Label": "supervisor",
        "Coaching": True,
        "EndConferenceOnExit": False,
        "Muted": True,
        "Hold": False,
        "StartConferenceOnEnter": True,
        "DateCreated": datetime(2024, 6, 25, 16, 47, 20),
        "DateUpdated": datetime(2024, 6, 25, 16, 47, 25),
        "Status": "connected",
        "Uri": f"/2010-04-01/Accounts/{ACCOUNT}/Conferences/{SUPPORT}/Participants/{SUPERVISOR}.json",
        "QueueTime": None,
    }


def test_every_value_of_a_conference(cursor):
    row = cursor.execute(f"SELECT * FROM Conferences WHERE Sid = '{SUPPORT}'").fetchone()
    assert names(cursor) == CONFERENCE_COLUMNS
    values = dict(zip(CONFERENCE_COLUMNS, row))
    uris = json.loads(values.pop("SubresourceUris"))
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Conferences/{SUPPORT}"
    assert uris == {"participants": f"{path}/Participants.json", "recordings": f"{path}/Recordings.json"}
    assert values == {
        "Sid": SUPPORT,
        "AccountSid": ACCOUNT,
        "DateCreated": datetime(2024, 6, 25, 16, 45),
        "DateUpdated": datetime(2024, 6, 25, 16, 51),
        "ApiVersion": "2010-04-01",
        "Name": "Support line",
        "Region": "us1",
        "Status": "in-progress",
        "Uri": f"{path}.json",
        "ReasonConferenceEnded": None,
        "CallSidEndingConference": None,
    }


def test_all_conferences(cursor):
    rows = cursor.execute("SELECT * FROM Conferences").fetchall()
    assert len(rows) == CONFERENCES
    assert len({row.Sid for row in rows}) == CONFERENCES


def test_rows_come_in_twilios_order(cursor):
    dates = [row.DateCreated for row in cursor.execute("SELECT DateCreated FROM Conferences")]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize(
    ("column", "expected"),
    [("Muted", {EXPERT, SUPERVISOR}), ("Hold", {CUSTOMER}), ("Coaching", {SUPERVISOR})],
)
@pytest.mark.parametrize("value", ["true", "TRUE", "1", "'true'", "'True'"])
def test_booleans_are_compared_with_any_spelling_of_true(cursor, column, expected, value):
    rows = cursor.execute(
        f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND {column} = {value}"
    )
    assert {row.CallSid for row in rows} == expected


@pytest.mark.parametrize("value", ["false", "0", "'false'"])
def test_booleans_are_compared_with_any_spelling_of_false(cursor, value):
    rows = cursor.execute(
        f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = {value}"
    )
    assert {row.CallSid for row in rows} == set(SUPPORT_CALLS) - {EXPERT, SUPERVISOR}


def test_a_boolean_column_is_a_condition_by_itself(cursor):
    rows = cursor.execute(
        f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND NOT Muted AND Hold"
    )
    assert [row.CallSid for row in rows] == [CUSTOMER]


def test_nulls_are_null_and_empty_text_is_not(cursor):
    count = lambda condition: cursor.execute(f"SELECT COUNT(*) FROM Conferences WHERE {condition}").fetchval()
    assert count("Name IS NULL") == 2
    assert count("Name = ''") == 1
    assert count("Name IS NOT NULL") == CONFERENCES - 2


def test_text_of_any_script_comes_as_it_is(cursor):
    found = [row[0] for row in cursor.execute("SELECT Name FROM Conferences WHERE Name IS NOT NULL")]
    for name in ["New Year 🎉", "Café ☕ Zürich 東京", "会議室", 'O\'Brien "quoted"', "trailing space ", ""]:
        assert name in found


@pytest.mark.parametrize(
    "name", ["New Year 🎉", "Café ☕ Zürich 東京", "Sales/EMEA & Co. 100%", "trailing space ", 'O\'Brien "quoted"', ""]
)
def test_text_of_any_script_is_found(cursor, name):
    literal = name.replace("'", "''")
    assert [row.Name for row in cursor.execute(f"SELECT Name FROM Conferences WHERE Name = '{literal}'")] == [name]
    assert [row.Name for row in cursor.execute("SELECT Name FROM Conferences WHERE Name = ?", name)] == [name]


def test_comparison_of_text_minds_the_case(cursor):
    names = cursor.execute("SELECT Name FROM Conferences WHERE Name = 'standup'").fetchall()
    assert [row.Name for row in names] == ["standup"]


def test_an_unknown_conference_has_no_rows(cursor):
    assert cursor.execute(f"SELECT * FROM Conferences WHERE Sid = '{NO_CONFERENCE}'").fetchall() == []


def test_participants_of_a_conference_that_has_ended_are_not_kept(cursor):
    sid = cursor.execute("SELECT Sid FROM Conferences WHERE Status = 'completed' LIMIT 1").fetchval()
    rows = cursor.execute("SELECT * FROM ConferenceParticipants WHERE ConferenceSid = ?", sid).fetchall()
    assert rows == []
    assert names(cursor) == PARTICIPANT_COLUMNS


def test_order_by(cursor):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' ORDER BY DateCreated"
    assert [row[0] for row in cursor.execute(sql)] == SUPPORT_CALLS[::-1]


def test_order_by_a_column_that_is_not_selected_and_by_position(cursor):
    sql = f"SELECT Label, CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' ORDER BY 1 DESC, Hold"
    labels = [row.Label for row in cursor.execute(sql)]
    assert labels == ["supervisor", "expert", "customer", "agent", None]


def test_group_by_and_having(cursor):
    sql = "SELECT Status, COUNT(*) AS n FROM Conferences GROUP BY Status HAVING COUNT(*) > 1 ORDER BY n"
    assert [tuple(row) for row in cursor.execute(sql)] == [("in-progress", 6), ("completed", 19)]


def test_aggregates(cursor):
    row = cursor.execute("SELECT MIN(DateCreated), MAX(DateCreated), COUNT(DISTINCT Region) FROM Conferences").fetchone()
    assert tuple(row) == (datetime(2023, 11, 6, 9), datetime(2024, 6, 30, 17), 9)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Name FROM Conferences ORDER BY DateCreated DESC LIMIT 2",
        "SELECT TOP 2 Name FROM Conferences ORDER BY DateCreated DESC",
        "SELECT Name FROM Conferences ORDER BY DateCreated DESC LIMIT 2 OFFSET 0",
    ],
)
def test_limit_and_top(cursor, sql):
    assert [row.Name for row in cursor.execute(sql)] == ["All hands", "Waiting room"]


def test_offset(cursor):
    rows = cursor.execute("SELECT Name FROM Conferences ORDER BY DateCreated DESC LIMIT 1 OFFSET 2")
    assert [row.Name for row in rows] == ["Support line"]


def test_expressions(cursor):
    row = cursor.execute(
        "SELECT UPPER(Name) AS a, LENGTH(Sid) AS b, Name || '!' AS c, CASE WHEN Status = 'in-progress' THEN 'on' ELSE 'off'"
        f" END AS d, 1 + 2 AS e, {{fn UCASE('x')}} AS f FROM Conferences WHERE Sid = '{SUPPORT}'"
    ).fetchone()
    assert tuple(row) == ("SUPPORT LINE", 34, "Support line!", "on", 3, "X")


def test_a_query_without_a_table(cursor):
    assert cursor.execute("SELECT 1").fetchval() == 1


def test_union_and_common_table_expressions(cursor):
    sql = (
        "WITH open AS (SELECT Sid FROM Conferences WHERE Status = 'in-progress')"
        " SELECT Sid FROM open WHERE Sid = ? UNION SELECT Sid FROM open WHERE Sid = ? ORDER BY Sid"
    )
    assert [row.Sid for row in cursor.execute(sql, SUPPORT, CAFE)] == sorted([SUPPORT, CAFE])


def test_window_functions(cursor):
    sql = "SELECT ROW_NUMBER() OVER (ORDER BY DateCreated) AS n FROM Conferences WHERE Status = 'in-progress'"
    assert [row.n for row in cursor.execute(sql)] == [1, 2, 3, 4, 5, 6]


def test_like_between_and_in(cursor):
    count = lambda condition: cursor.execute(f"SELECT COUNT(*) FROM Conferences WHERE {condition}").fetchval()
    assert count("Name LIKE 'S%line'") == 3
    assert count("Name LIKE '%100!%%' ESCAPE '!'") == 1
    assert count("DateCreated BETWEEN {ts '2024-02-28 00:00:00'} AND {ts '2024-02-29 00:00:00'}") == 2
    assert count("Region IN ('jp1', 'br1', 'nowhere')") == 2


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("DateCreated = '2024-02-29 00:00:00'", 1),
        ("DateCreated = {ts '2024-02-29 00:00:00'}", 1),
        ("DateCreated < {ts '2024-02-29 00:00:00'}", 10),
        ("DateCreated <= {ts '2024-02-29 00:00:00'}", 11),
        ("DateCreated > {ts '2024-02-29 00:00:00'}", 15),
        ("DateCreated >= {ts '2024-02-28 23:59:59'}", 17),
        ("DateCreated >= {d '2024-02-29'} AND DateCreated < {d '2024-03-01'}", 2),
        ("DateCreated > {ts '2030-01-01 00:00:00'}", 0),
        ("DateCreated <> {ts '2024-02-29 00:00:00'}", 25),
    ],
)
def test_moments_are_compared_to_the_second_although_twilio_filters_by_day(cursor, condition, expected):
    assert cursor.execute(f"SELECT COUNT(*) FROM Conferences WHERE {condition}").fetchval() == expected


def test_a_moment_is_a_parameter(cursor):
    sql = "SELECT Name FROM Conferences WHERE DateCreated = ?"
    assert [row.Name for row in cursor.execute(sql, datetime(2024, 2, 29))] == ["Midnight"]


def test_pages_are_joined(new_simulator, connect):
    from support import account

    many = new_simulator("--rows", "2500")
    connection = connect(account(many.url))
    many.clear()
    rows = connection.execute("SELECT Sid FROM Conferences").fetchall()
    assert len({row.Sid for row in rows}) == len(rows) == CONFERENCES + 2500
    tokens = [request.query.get("PageToken") for request in many.requests()]
    assert len(tokens) == len(set(tokens)) == 3, "each page once"


def test_a_row_that_is_read_twice_within_a_statement_is_one_row(cursor):
    sql = f"SELECT a.CallSid FROM ConferenceParticipants a WHERE a.ConferenceSid = '{SUPPORT}' AND (a.Muted = true OR a.Label = 'expert')"
    assert sorted(row[0] for row in cursor.execute(sql)) == sorted([EXPERT, SUPERVISOR])


def test_the_conference_without_a_name(cursor):
    row = cursor.execute(f"SELECT Name, Region FROM Conferences WHERE Sid = '{NAMELESS}'").fetchone()
    assert tuple(row) == (None, "au1")
