"""Requests that fail and may come again, and those that must not."""

import time

import pyodbc
import pytest

from support import CUSTOMER, SUPPORT

PARTICIPANTS = f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"
BY_KEY = f"WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'"
ADD = "EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199'"


def posts(sim) -> list[str]:
    return [str(request) for request in sim.requests() if request.method == "POST"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("status", {"status": 429}),
        ("status", {"status": 429, "retry_after": 0}),
        ("status", {"status": 500}),
        ("status", {"status": 502, "body": "html"}),
        ("status", {"status": 503}),
        ("status", {"status": 504, "body": "empty"}),
        ("drop_before", {}),
        ("drop_after", {}),
        ("cut", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(str(v) for v in value.values()),
)
def test_a_read_that_fails_is_repeated(cursor, sim, kind, fields):
    sim.fault(kind, times=2, **fields)
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5
    assert len(sim.requests()) == 3


def test_the_server_says_when_to_come_again(cursor, sim):
    sim.fault("status", status=429, retry_after=1)
    started = time.monotonic()
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5
    assert 0.95 <= time.monotonic() - started < 4


def test_a_server_that_asks_for_an_hour_is_not_waited_for(cursor, sim):
    sim.fault("status", status=429, retry_after=3600, times=0)
    started = time.monotonic()
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(PARTICIPANTS).fetchall()
    assert time.monotonic() - started < 5
    assert "asks to wait 3600 s, longer than RetryBudget allows" in error.value.args[1]
    assert len(sim.requests()) == 1


def test_too_many_requests_for_ever_is_an_error_in_the_end(cursor, sim):
    sim.fault("status", status=429, times=0)
    started = time.monotonic()
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(PARTICIPANTS).fetchall()
    assert time.monotonic() - started < 30
    assert "429" in error.value.args[1]
    assert 1 < len(sim.requests()) < 10


@pytest.mark.parametrize("status", [400, 403, 404, 409, 501])
def test_what_will_not_change_is_not_repeated(cursor, sim, status):
    sim.fault("status", status=status, times=0)
    with pytest.raises(pyodbc.Error):
        cursor.execute("SELECT * FROM Conferences").fetchall()
    assert len(sim.requests()) == 1


def test_a_participant_whose_answer_was_lost_is_added_once(cursor, sim):
    sim.fault("drop_after", method="POST")
    with pytest.raises(pyodbc.OperationalError) as error:
        cursor.execute(ADD)
    assert error.value.args[0] == "08S01"
    assert "outcome unknown" in error.value.args[1]
    assert len(posts(sim)) == 1
    assert sim.effects()["participants_created"] == 1
    assert cursor.execute(PARTICIPANTS).fetchall()


@pytest.mark.parametrize("processed", [True, False])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_participant_is_not_added_again_after_a_servers_failure(cursor, sim, status, processed):
    sim.fault("status", status=status, processed=processed, method="POST")
    with pytest.raises(pyodbc.Error, match="outcome unknown"):
        cursor.execute(ADD)
    assert len(posts(sim)) == 1
    assert sim.effects()["participants_created"] == int(processed)


def test_a_participant_whose_request_was_lost_is_not_added_again(cursor, sim):
    sim.fault("drop_before", method="POST")
    with pytest.raises(pyodbc.OperationalError, match="outcome unknown"):
        cursor.execute(ADD)
    assert len(posts(sim)) == 1
    assert sim.effects()["participants_created"] == 0


def test_a_participant_whose_answer_was_cut_is_added_once(cursor, sim):
    sim.fault("cut", method="POST")
    try:
        cursor.execute(ADD).fetchall()
    except pyodbc.Error:
        pass
    assert len(posts(sim)) == 1
    assert sim.effects()["participants_created"] == 1


@pytest.mark.parametrize("fields", [{}, {"retry_after": 1}], ids=["without", "with"])
def test_a_participant_is_added_once_after_too_many_requests(cursor, sim, fields):
    sim.fault("status", status=429, method="POST", **fields)
    assert len(cursor.execute(ADD).fetchall()) == 1
    assert len(posts(sim)) == 2
    assert sim.effects()["participants_created"] == 1


def test_a_delete_whose_answer_was_lost_counts_its_row(cursor, sim):
    sim.fault("drop_after", method="DELETE")
    assert cursor.execute(f"DELETE FROM ConferenceParticipants {BY_KEY}").rowcount == 1
    assert sim.effects()["participants_removed"] == 1


def test_an_update_whose_answer_was_lost_is_repeated(cursor, sim):
    sim.fault("drop_after", method="POST")
    assert cursor.execute(f"UPDATE ConferenceParticipants SET Muted = true {BY_KEY}").rowcount == 1
    assert sim.participant(CUSTOMER)["muted"] is True


def test_an_announcement_is_not_made_twice(cursor, sim):
    sim.fault("drop_after", method="POST")
    sql = f"EXEC ModifyParticipants ConferenceSid = '{SUPPORT}', CallSid = '{CUSTOMER}', AnnounceUrl = 'https://example.com/a'"
    with pytest.raises(pyodbc.OperationalError, match="outcome unknown"):
        cursor.execute(sql)
    assert len(posts(sim)) == 1


def test_a_connection_that_died_while_it_was_idle_is_not_noticed(cursor, sim):
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5
    sim.fault("drop_before")
    assert len(cursor.execute(PARTICIPANTS).fetchall()) == 5


@pytest.mark.parametrize(("status", "code"), [(404, 20404), (400, 20001)])
def test_a_refusal_after_a_lost_update_says_nothing_of_the_first(cursor, sim, status, code):
    sim.fault("drop_after", method="POST")
    sim.fault("status", status=status, code=code, method="POST")
    with pytest.raises(pyodbc.OperationalError, match="outcome unknown") as error:
        cursor.execute(f"UPDATE ConferenceParticipants SET Muted = true {BY_KEY}")
    assert error.value.args[0] == "08S01" and str(code) in error.value.args[1]
    assert len(posts(sim)) == 2


@pytest.mark.parametrize("processed", [True, False])
@pytest.mark.parametrize("kinds", [["status"], ["drop_before", "status"], ["drop_after", "status"]], ids="-".join)
def test_a_servers_failure_confirms_no_write(connect, sim, kinds, processed):
    cursor = connect(f"DSN=Twilio;MaxRetries={len(kinds) - 1}").cursor()
    for kind in kinds:
        fields = {"status": 503, "processed": processed} if kind == "status" else {}
        sim.fault(kind, method="DELETE", **fields)
    with pytest.raises(pyodbc.OperationalError, match="outcome unknown") as error:
        cursor.execute(f"DELETE FROM ConferenceParticipants {BY_KEY}")
    assert error.value.args[0] == "08S01" and ("It was sent again" in error.value.args[1]) == (len(kinds) > 1)
    assert len([request for request in sim.requests() if request.method == "DELETE"]) == len(kinds)
