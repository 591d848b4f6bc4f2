"""Joins: one request for each conference, none twice."""

import pyodbc
import pytest

from support import ALL_HANDS, CONFERENCES, IN_PROGRESS, LOBBY, MESSAGES, SUPPORT, WAITING_ROOM, account

JOIN = "Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"


def requests_of_a_join(sim, conferences: int) -> None:
    lines = sim.lines()
    assert lines[0] == "GET Conferences.json"
    assert len(lines) == 1 + conferences
    assert len(set(lines)) == len(lines), "none twice"


def test_a_join_asks_each_conference_once(cursor, sim):
    sql = f"SELECT c.Name, p.CallSid FROM {JOIN} WHERE c.Status = 'in-progress'"
    rows = cursor.execute(sql).fetchall()
    assert len(rows) == sum(IN_PROGRESS.values())
    requests_of_a_join(sim, len(IN_PROGRESS))
    assert sim.requests()[0].query["Status"] == "in-progress"


def test_a_join_over_twenty_conferences_is_twenty_one_requests(cursor, sim):
    sql = f"SELECT COUNT(*) FROM (SELECT Sid FROM Conferences ORDER BY DateCreated DESC LIMIT 20) c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"
    assert cursor.execute(sql).fetchval() == sum(IN_PROGRESS.values()) + 1
    requests_of_a_join(sim, 20)


def test_a_join_without_a_filter_asks_all_conferences(cursor, sim):
    sql = f"SELECT c.Sid, p.CallSid FROM {JOIN}"
    assert len(cursor.execute(sql).fetchall()) == sum(IN_PROGRESS.values()) + 1
    requests_of_a_join(sim, CONFERENCES)


@pytest.mark.parametrize(
    "source",
    [
        "ConferenceParticipants p JOIN Conferences c ON p.ConferenceSid = c.Sid",
        "ConferenceParticipants p INNER JOIN Conferences c ON c.Sid = p.ConferenceSid",
        "Conferences c, ConferenceParticipants p",
        "{oj Conferences c LEFT OUTER JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid}",
    ],
)
def test_a_join_may_be_written_otherwise(cursor, sim, source):
    sql = f"SELECT c.Sid, p.CallSid FROM {source} WHERE c.Status = 'in-progress' AND p.ConferenceSid = c.Sid"
    assert len(cursor.execute(sql).fetchall()) == sum(IN_PROGRESS.values())
    assert len(sim.lines()) == len(set(sim.lines())), "none twice"
    assert len(sim.lines()) <= 2 + 2 * len(IN_PROGRESS)


def test_an_outer_join_keeps_the_empty_conference(cursor, sim):
    sql = (
        "SELECT c.Sid, p.CallSid FROM Conferences c LEFT JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"
        " WHERE c.Status = 'in-progress'"
    )
    rows = cursor.execute(sql).fetchall()
    assert [row.CallSid for row in rows if row.Sid == LOBBY] == [None]
    assert len(rows) == sum(IN_PROGRESS.values()) + 1
    requests_of_a_join(sim, len(IN_PROGRESS))


def test_counting_by_conference(cursor, sim):
    sql = f"SELECT c.Sid, COUNT(p.CallSid) AS n FROM {JOIN} WHERE c.Status = 'in-progress' GROUP BY c.Sid"
    counts = {row.Sid: row.n for row in cursor.execute(sql)}
    assert counts == {sid: n for sid, n in IN_PROGRESS.items() if n}
    requests_of_a_join(sim, len(IN_PROGRESS))


def test_a_condition_on_participants_goes_to_each_conference(cursor, sim):
    sql = f"SELECT p.CallSid FROM {JOIN} WHERE c.Status = 'in-progress' AND p.Muted = true"
    assert len(cursor.execute(sql).fetchall()) == 5
    requests_of_a_join(sim, len(IN_PROGRESS))
    assert {request.query.get("Muted") for request in sim.requests()[1:]} == {"true"}


def test_a_sub_query_gives_the_conferences(cursor, sim):
    sql = "SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid IN (SELECT Sid FROM Conferences WHERE Name = 'Support line' AND Status = 'in-progress')"
    assert len(cursor.execute(sql).fetchall()) == 5
    requests_of_a_join(sim, 1)


def test_exists(cursor, sim):
    sql = (
        "SELECT c.Sid FROM Conferences c WHERE c.Status = 'in-progress' AND EXISTS"
        " (SELECT 1 FROM ConferenceParticipants p WHERE p.ConferenceSid = c.Sid AND p.Label = 'host')"
    )
    assert [row.Sid for row in cursor.execute(sql)] == [ALL_HANDS]
    requests_of_a_join(sim, len(IN_PROGRESS))


def test_a_self_join_reads_a_list_once(cursor, sim):
    sql = (
        "SELECT coach.Label, agent.Label FROM ConferenceParticipants coach JOIN ConferenceParticipants agent"
        f" ON agent.ConferenceSid = coach.ConferenceSid AND agent.CallSid = coach.CallSidToCoach WHERE coach.ConferenceSid = '{SUPPORT}'"
        " AND coach.Coaching = true"
    )
    assert [tuple(row) for row in cursor.execute(sql)] == [("supervisor", "agent")]
    assert len(sim.lines()) == len(set(sim.lines())) <= 3


def test_a_join_of_one_conference_asks_for_it_alone(cursor, sim):
    sql = f"SELECT c.Name, p.CallSid FROM {JOIN} WHERE c.Sid = '{SUPPORT}'"
    assert len(cursor.execute(sql).fetchall()) == 5
    assert sorted(sim.lines()) == sorted([f"GET Conferences/{SUPPORT}.json", f"GET Conferences/{SUPPORT}/Participants.json"])


COMPLETED = "Conferences c LEFT JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'completed'"


def side_by_side(sim) -> int:
    return max(entry["concurrent"] for entry in sim.log())


@pytest.fixture
def many(new_simulator, connect):
    """A hundred conferences more, and answers that take a while."""
    sim = new_simulator("--rows", "100", "--latency-ms", "20")
    opened = connect(account(sim.url))
    sim.clear()
    return sim, opened


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT c.Name, p.CallSid FROM {COMPLETED}",
        "SELECT c.Name FROM Conferences c WHERE c.Status = 'completed' AND NOT EXISTS"
        " (SELECT 1 FROM ConferenceParticipants p WHERE p.ConferenceSid = c.Sid)",
        "SELECT (SELECT COUNT(*) FROM ConferenceParticipants p WHERE p.ConferenceSid = c.Sid)"
        " FROM Conferences c WHERE c.Status = 'completed'",
        "WITH done AS (SELECT Sid FROM Conferences WHERE Status = 'completed') SELECT d.Sid FROM done d"
        " LEFT JOIN ConferenceParticipants p ON p.ConferenceSid = d.Sid",
    ],
)
def test_keys_are_looked_up_side_by_side(many, sql):
    sim, opened = many
    rows = opened.execute(sql).fetchall()
    requests_of_a_join(sim, len(rows))
    assert len(rows) > 100
    assert side_by_side(sim) == 8


def test_only_rows_that_fulfil_the_conditions_are_looked_up(many):
    sim, opened = many
    names = [row.Name for row in opened.execute("SELECT Name FROM Conferences WHERE Name LIKE 'S%'")]
    sim.clear()
    opened.execute(f"SELECT c.Name, p.CallSid FROM {JOIN} WHERE c.Name LIKE 'S%'").fetchall()
    requests_of_a_join(sim, len(names))


def test_a_join_that_stops_early_has_not_looked_far_ahead(many):
    sim, opened = many
    assert len(opened.execute(f"SELECT c.Name, p.CallSid FROM {JOIN} LIMIT 1").fetchall()) == 1
    assert len(sim.lines()) == 2


def test_a_failure_comes_when_its_row_is_wanted(many):
    sim, opened = many
    # The second and third conference are looked up together, and the third one fails.
    second, third = [row.Sid for row in opened.execute("SELECT Sid FROM Conferences WHERE Status = 'completed' LIMIT 3")][1:]
    sim.fault("status", status=400, code=20001, message="No", path=third, times=0)
    cursor = opened.execute(f"SELECT c.Sid FROM {COMPLETED}")
    assert [cursor.fetchone().Sid for _ in range(2)][1] == second
    with pytest.raises(pyodbc.Error, match="20001"):
        cursor.fetchone()


def test_a_third_table_is_looked_up_by_the_second(cursor, sim):
    rows = cursor.execute(
        "SELECT p.CallSid, q.CallSid FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"
        " JOIN ConferenceParticipants q ON q.ConferenceSid = p.ConferenceSid AND q.CallSid = p.CallSidToCoach"
        " WHERE c.Status = 'in-progress'"
    ).fetchall()
    assert rows and len(sim.lines()) == len(set(sim.lines()))


@pytest.mark.parametrize("condition", ["c.Status = 'in-progress'", "c.Status = 'in-progress' AND c.Region <> 'xx'", "1 = 0"])
def test_a_left_join_looks_up_only_where_its_conditions_on_the_left_hold(cursor, sim, condition):
    held = cursor.execute(f"SELECT c.Sid FROM Conferences c WHERE {condition}").fetchall()
    sim.clear()
    rows = cursor.execute(
        "SELECT c.Sid, p.CallSid FROM Conferences c LEFT JOIN ConferenceParticipants p"
        f" ON p.ConferenceSid = c.Sid AND {condition}"
    ).fetchall()
    assert len({row[0] for row in rows}) == CONFERENCES
    requests_of_a_join(sim, len(held))


def test_a_look_up_that_fails_ahead_is_told_and_loses_no_row(cursor, sim):
    """The query that runs ahead for a third table meets the failure before the statement does."""
    names = [row[0] for row in cursor.execute("SELECT Sid FROM Conferences WHERE Status = 'in-progress'")]
    sim.fault("status", status=400, code=20001, message="No", path=names[2], times=0)
    sql = """SELECT c.Sid, d.Sid, p.CallSid FROM Conferences c LEFT JOIN Conferences d ON d.Sid = c.Sid || ''
             LEFT JOIN ConferenceParticipants p ON p.ConferenceSid = d.Sid WHERE c.Status = 'in-progress'"""
    with pytest.raises(pyodbc.Error, match="20001"):
        cursor.execute(sql).fetchall()


def test_a_walk_over_the_outer_table_reads_it_once_and_whole(connect, new_simulator):
    sim = new_simulator("--messages", "2500")
    cursor = connect(f"DSN=Twilio;ParentScan=Always;BaseUrl={sim.url}").cursor()
    sim.clear()
    rows = cursor.execute("SELECT * FROM Messages m LEFT JOIN Media d ON d.ContentType = m.Body").fetchall()
    assert len(rows) == 2500 + MESSAGES
    assert len(sim.lines()) == len({(str(r), *r.query.items()) for r in sim.requests()}), "none twice"


def test_what_is_no_sid_is_not_asked_for(cursor, sim):
    sql = "SELECT COUNT(k.Sid) FROM Conferences c LEFT JOIN Calls k ON k.ParentCallSid = c.Name || ''"
    assert cursor.execute(sql).fetchval() == 0
    assert [line for line in sim.lines() if "Calls" in line] == []


def test_a_right_join_looks_up_its_left_side(cursor, sim):
    other = "Conferences c LEFT JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid GROUP BY c.Status ORDER BY 1"
    expected = [tuple(row) for row in cursor.execute(f"SELECT c.Status, COUNT(p.CallSid) FROM {other}")]
    assert ("init", 1) in expected
    sim.clear()
    right = "ConferenceParticipants p RIGHT JOIN Conferences c ON p.ConferenceSid = c.Sid"
    found = cursor.execute(f"SELECT c.Status, COUNT(p.CallSid) FROM {right} GROUP BY c.Status ORDER BY 1").fetchall()
    assert [tuple(row) for row in found] == expected
    requests_of_a_join(sim, CONFERENCES)


@pytest.mark.parametrize("source", ["{p} RIGHT OUTER JOIN {k} ON {on}", "{{oj {p} RIGHT OUTER JOIN {k} ON {on}}}", "{p} FULL JOIN {k} ON {on}"])
def test_keys_on_the_right_are_looked_up(cursor, source):
    keys = f"(VALUES ('{WAITING_ROOM}'), ('{LOBBY}')) k (s)"
    source = source.format(p="ConferenceParticipants p", k=keys, on="p.ConferenceSid = k.s")
    sql = f"SELECT k.s, COUNT(p.CallSid) FROM {source} WHERE k.s IS NOT NULL GROUP BY k.s"
    assert {tuple(row) for row in cursor.execute(sql)} == {(WAITING_ROOM, 1), (LOBBY, 0)}


def test_a_temporary_table_on_the_right_leads_to_its_rows_alone(cursor, sim):
    cursor.execute("CREATE TEMP TABLE k (s NVARCHAR(34))")
    cursor.execute("INSERT INTO k VALUES (?)", WAITING_ROOM)
    sim.clear()
    sql = "SELECT p.ConferenceSid FROM ConferenceParticipants p RIGHT JOIN k ON p.ConferenceSid = k.s"
    assert [row[0] for row in cursor.execute(sql)] == [WAITING_ROOM]
    assert sim.lines() == [f"GET Conferences/{WAITING_ROOM}/Participants.json"]


A, B = "(VALUES (1, 'a'), (2, 'b')) a (x, y)", "(VALUES (2, 'c'), (3, 'd')) b (x, z)"


@pytest.mark.parametrize(
    ("sql", "names", "rows"),
    [
        (f"SELECT * FROM {A} RIGHT JOIN {B} ON a.x = b.x", "x y x z", [(2, "b", 2, "c"), (None, None, 3, "d")]),
        (f"SELECT * FROM {A} RIGHT JOIN {B} USING (x)", "x y z", [(2, "b", "c"), (3, None, "d")]),
        (f"SELECT *, x + 1 AS n FROM {A} NATURAL RIGHT JOIN {B}", "x y z n", [(2, "b", "c", 3), (3, None, "d", 4)]),
        (f"SELECT b.*, a.* FROM {A} RIGHT JOIN {B} USING (x)", "x z x y", [(2, "c", 2, "b"), (3, "d", None, None)]),
        (f"SELECT * FROM {A} RIGHT JOIN {B} ON a.x = b.x JOIN (SELECT 3 AS w) c ON c.w = b.x", "x y x z w", [(None, None, 3, "d", 3)]),
        (f"SELECT * FROM (SELECT * FROM {A} RIGHT JOIN {B} USING (x)) t UNION ALL SELECT 4, 'e', 'f'", "x y z", [(2, "b", "c"), (3, None, "d"), (4, "e", "f")]),
        (f"SELECT * FROM {A} FULL JOIN {B} USING (x)", "x y z", [(1, "a", None), (2, "b", "c"), (3, None, "d")]),
    ],
)  # fmt: skip
def test_the_columns_of_a_right_join_keep_their_order(cursor, sql, names, rows):
    found = [tuple(row) for row in cursor.execute(f"{sql} ORDER BY 1 NULLS LAST, 2 NULLS LAST")]
    assert [column[0] for column in cursor.description] == names.split()
    assert sorted(found, key=repr) == sorted(rows, key=repr)


def test_a_full_join_reads_first_what_needs_no_key(cursor):
    sql = "SELECT * FROM ConferenceParticipants p FULL JOIN Conferences c ON p.ConferenceSid = c.Sid"
    rows = cursor.execute(sql).fetchall()
    assert [column[0] for column in cursor.description][::len(cursor.description) - 1] == ["CallSid", "CallSidEndingConference"]
    assert [row.CallSid is None for row in rows if row.Sid == WAITING_ROOM] == [False]
    assert len([row for row in rows if row.CallSid]) == sum(IN_PROGRESS.values()) + 1
