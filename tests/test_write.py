"""UPDATE and DELETE."""

import pyodbc
import pytest

from support import (
    AGENT,
    CUSTOMER,
    EXPERT,
    LOBBY,
    NO_CALL,
    NO_CONFERENCE,
    SUPERVISOR,
    SUPPORT,
    SUPPORT_CALLS,
    UNLABELLED,
)

PARTICIPANT = f"Conferences/{SUPPORT}/Participants"


def writes(sim) -> list[str]:
    return [str(request) for request in sim.requests() if request.method != "GET"]


def test_delete_as_the_incumbent_writes_it(cursor, sim):
    sql = f"DELETE FROM ConferenceParticipants where CallSid='{CUSTOMER}' and conferenceSid='{SUPPORT}'"
    assert cursor.execute(sql).rowcount == 1
    assert sim.participant(CUSTOMER) is None
    assert sim.effects()["participants_removed"] == 1
    assert sim.lines() == [f"DELETE {PARTICIPANT}/{CUSTOMER}.json"], "one request, and no other"


def test_delete_of_what_is_gone_counts_nothing(cursor, sim):
    sql = f"DELETE FROM ConferenceParticipants where CallSid='{CUSTOMER}' and conferenceSid='{SUPPORT}'"
    assert [cursor.execute(sql).rowcount for _ in range(2)] == [1, 0]
    assert writes(sim) == [f"DELETE {PARTICIPANT}/{CUSTOMER}.json"] * 2


@pytest.mark.parametrize(("call", "conference"), [(NO_CALL, SUPPORT), (CUSTOMER, NO_CONFERENCE), (CUSTOMER, LOBBY)])
def test_delete_of_what_never_was_counts_nothing(cursor, sim, call, conference):
    sql = "DELETE FROM ConferenceParticipants WHERE CallSid = ? AND ConferenceSid = ?"
    assert cursor.execute(sql, call, conference).rowcount == 0
    assert sim.effects()["participants_removed"] == 0


def test_delete_with_parameters(cursor, sim):
    sql = "DELETE FROM ConferenceParticipants WHERE ConferenceSid = ? AND CallSid = ?"
    assert cursor.execute(sql, SUPPORT, EXPERT).rowcount == 1
    assert sim.lines() == [f"DELETE {PARTICIPANT}/{EXPERT}.json"]


def test_delete_by_another_column_finds_the_rows_first(cursor, sim):
    sql = f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = true"
    assert cursor.execute(sql).rowcount == 2
    assert sorted(writes(sim)) == sorted(f"DELETE {PARTICIPANT}/{call}.json" for call in (EXPERT, SUPERVISOR))
    assert set(sim.world()[SUPPORT]["participants"]) == set(SUPPORT_CALLS) - {EXPERT, SUPERVISOR}


def test_delete_of_all_of_a_conference(cursor, sim):
    sql = f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{LOBBY}'"
    assert cursor.execute(sql).rowcount == 0
    assert writes(sim) == []


def test_delete_with_a_key_and_a_condition_minds_the_condition(cursor, sim):
    sql = f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}' AND Muted = true"
    assert cursor.execute(sql).rowcount == 0
    assert sim.participant(CUSTOMER) is not None


def test_delete_without_the_conference_finds_it(cursor, sim):
    assert cursor.execute(f"DELETE FROM ConferenceParticipants WHERE CallSid = '{CUSTOMER}'").rowcount == 1
    assert writes(sim) == [f"DELETE {PARTICIPANT}/{CUSTOMER}.json"]


def test_update_by_key_is_one_post(cursor, sim):
    sql = f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'"
    assert cursor.execute(sql).rowcount == 1
    (request,) = sim.requests()
    assert str(request) == f"POST {PARTICIPANT}/{CUSTOMER}.json"
    assert request.pairs == [("Muted", "true")]
    assert sim.participant(CUSTOMER)["muted"] is True


def test_update_of_what_does_not_exist_counts_nothing(cursor, sim):
    sql = f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{NO_CALL}'"
    assert cursor.execute(sql).rowcount == 0
    assert [request.status for request in sim.requests()] == [404]


def test_update_of_several_columns_is_one_post(cursor, sim):
    sql = "UPDATE ConferenceParticipants SET Hold = ?, CallSidToCoach = ?, Coaching = ? WHERE CallSid = ? AND ConferenceSid = ?"
    assert cursor.execute(sql, False, AGENT, True, CUSTOMER, SUPPORT).rowcount == 1
    (request,) = sim.requests()
    assert request.body == {"Hold": "false", "CallSidToCoach": AGENT, "Coaching": "true"}
    changed = sim.participant(CUSTOMER)
    assert (changed["hold"], changed["coaching"], changed["call_sid_to_coach"]) == (False, True, AGENT)


@pytest.mark.parametrize("value", ["true", "1", "'true'"])
def test_update_takes_any_spelling_of_true(cursor, sim, value):
    cursor.execute(f"UPDATE ConferenceParticipants SET Hold = {value} WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{UNLABELLED}'")
    assert [request.body for request in sim.requests()] == [{"Hold": "true"}]


def test_update_of_many_rows_is_one_post_for_each(cursor, sim):
    sql = f"UPDATE ConferenceParticipants SET Muted = false WHERE ConferenceSid = '{SUPPORT}' AND Muted = true"
    assert cursor.execute(sql).rowcount == 2
    assert sorted(writes(sim)) == sorted(f"POST {PARTICIPANT}/{call}.json" for call in (EXPERT, SUPERVISOR))
    assert not any(one["muted"] for one in sim.world()[SUPPORT]["participants"].values())


def test_update_by_a_value_of_the_row(cursor, sim):
    sql = f"UPDATE ConferenceParticipants SET Muted = NOT Muted WHERE ConferenceSid = '{SUPPORT}' AND Label = 'expert'"
    assert cursor.execute(sql).rowcount == 1
    assert sim.participant(EXPERT)["muted"] is False


def test_update_ends_a_conference(cursor, sim):
    assert cursor.execute(f"UPDATE Conferences SET Status = 'completed' WHERE Sid = '{SUPPORT}'").rowcount == 1
    (request,) = sim.requests()
    assert (str(request), request.pairs) == (f"POST Conferences/{SUPPORT}.json", [("Status", "completed")])
    assert sim.effects()["conferences_ended"] == 1
    assert sim.world()[SUPPORT]["status"] == "completed"


def test_update_sets_a_conference_to_nothing_but_completed(cursor, sim):
    with pytest.raises(pyodbc.Error, match="completed"):
        cursor.execute(f"UPDATE Conferences SET Status = 'in-progress' WHERE Sid = '{SUPPORT}'")
    assert writes(sim) == []


def test_update_does_not_take_a_column_that_the_api_cannot_set(cursor, sim):
    with pytest.raises(pyodbc.Error, match="Status"):
        cursor.execute(f"UPDATE ConferenceParticipants SET Status = 'connected' WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'")
    assert sim.requests() == []


def test_what_was_written_is_read(cursor):
    cursor.execute(f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'")
    sql = f"SELECT Muted FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'"
    assert cursor.execute(sql).fetchval() is True


def test_a_write_has_no_result_set(cursor):
    cursor.execute(f"DELETE FROM ConferenceParticipants WHERE CallSid = '{CUSTOMER}' AND ConferenceSid = '{SUPPORT}'")
    assert cursor.description is None


@pytest.mark.parametrize(
    "sql",
    [
        f"DELETE FROM Conferences WHERE Sid = '{SUPPORT}'",
        "INSERT INTO Conferences (Name) VALUES ('x')",
        "INSERT INTO ConferenceParticipants (ConferenceSid) VALUES ('x')",
        "DROP TABLE Conferences",
        "CREATE TABLE x (a INTEGER)",
    ],
)
def test_what_twilio_cannot_do_is_refused_before_any_request(cursor, sim, sql):
    with pytest.raises(pyodbc.Error):
        cursor.execute(sql)
    assert sim.requests() == []
    assert cursor.execute("SELECT 1").fetchval() == 1


def test_an_update_that_twilio_refuses_carries_its_code(cursor, sim):
    sql = f"UPDATE ConferenceParticipants SET CallSidToCoach = '{NO_CALL}', Coaching = true WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'"
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql)
    assert "Twilio error" in error.value.args[1]
    assert sim.participant(CUSTOMER)["coaching"] is False
