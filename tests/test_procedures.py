"""EXEC and {call …}: adding and changing participants."""

from ctypes import byref, c_int, c_short, c_size_t, c_ssize_t, c_ushort, create_string_buffer, sizeof

import pyodbc
import pytest

import odbc
from support import (
    AGENT,
    CUSTOMER,
    EXPERT,
    NO_CALL,
    NO_CONFERENCE,
    PARTICIPANT_COLUMNS,
    SUPPORT,
)

ADD = "EXEC AddParticipants ConferenceSid = 'MyConference', From = '+18149044818', To = '919602968074'"

# Every parameter of the endpoint beside the required ones, with a value that it takes.
OPTIONAL = {
    "StatusCallback": "https://example.com/a?b=c&d=e",
    "StatusCallbackMethod": "GET",
    "Label": "Zoë ☕",
    "Timeout": 20,
    "Record": True,
    "Muted": True,
    "Beep": "onEnter",
    "StartConferenceOnEnter": False,
    "EndConferenceOnExit": True,
    "WaitUrl": "https://example.com/wait",
    "WaitMethod": "GET",
    "EarlyMedia": False,
    "MaxParticipants": 9,
    "ConferenceRecord": "record-from-start",
    "ConferenceTrim": "do-not-trim",
    "ConferenceStatusCallback": "https://example.com/conference",
    "ConferenceStatusCallbackMethod": "POST",
    "RecordingChannels": "dual",
    "RecordingStatusCallback": "https://example.com/recording",
    "RecordingStatusCallbackMethod": "GET",
    "SipAuthUsername": "someone",
    "SipAuthPassword": "something",
    "Region": "de1",
    "ConferenceRecordingStatusCallback": "https://example.com/conference-recording",
    "ConferenceRecordingStatusCallbackMethod": "POST",
    "Coaching": False,
    "CallSidToCoach": AGENT,
    "JitterBufferSize": "small",
    "Byoc": "BY" + "0" * 32,
    "CallerId": "+14155550100",
    "CallReason": "a call back",
    "RecordingTrack": "both",
    "TimeLimit": 600,
    "MachineDetection": "Enable",
    "MachineDetectionTimeout": 30,
    "MachineDetectionSpeechThreshold": 2400,
    "MachineDetectionSpeechEndThreshold": 1200,
    "MachineDetectionSilenceTimeout": 5000,
    "AmdStatusCallback": "https://example.com/amd",
    "AmdStatusCallbackMethod": "GET",
    "Trim": "trim-silence",
    "CallToken": "token",
    "ClientNotificationUrl": "https://example.com/notify",
    "CallerDisplayName": "Example",
}
ARRAYS = {
    "StatusCallbackEvent": ["initiated", "ringing", "answered"],
    "ConferenceStatusCallbackEvent": ["start", "end"],
    "RecordingStatusCallbackEvent": ["in-progress", "completed"],
    "ConferenceRecordingStatusCallbackEvent": ["completed", "failed"],
}


def literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def form(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def named(**arguments: object) -> str:
    return ", ".join(f"{name} = {literal(value)}" for name, value in arguments.items())


def test_add_as_the_incumbent_writes_it(cursor, sim):
    row = cursor.execute(ADD).fetchone()
    assert [column[0] for column in cursor.description] == PARTICIPANT_COLUMNS
    (request,) = sim.requests()
    assert str(request) == "POST Conferences/MyConference/Participants.json"
    assert request.body == {"From": "+18149044818", "To": "919602968074"}
    room = sim.world()[row.ConferenceSid]
    assert room["friendly_name"] == "MyConference"
    assert list(room["participants"]) == [row.CallSid]


def test_add_gives_one_row(cursor, sim):
    rows = cursor.execute(ADD).fetchall()
    assert len(rows) == 1
    assert rows[0].Status == "queued" and rows[0].QueueTime is not None
    assert sim.effects()["participants_created"] == 1


@pytest.mark.parametrize("verb", ["EXEC", "exec", "EXECUTE"])
def test_the_verb_is_exec_or_execute(cursor, sim, verb):
    cursor.execute(ADD.replace("EXEC", verb)).fetchall()
    assert sim.effects()["participants_created"] == 1


def test_arguments_may_carry_an_at_sign_and_any_case(cursor, sim):
    cursor.execute("EXEC addparticipants @conferencesid = 'Room', @FROM = '+14155550100', @to = '+14155550199'").fetchall()
    assert [request.body["To"] for request in sim.requests()] == ["+14155550199"]


def test_add_by_an_odbc_call(cursor, sim):
    row = cursor.execute("{call AddParticipants(?, ?, ?)}", "MyConference", "+18149044818", "919602968074").fetchone()
    assert sim.world()[row.ConferenceSid]["friendly_name"] == "MyConference"
    assert [request.body for request in sim.requests()] == [{"From": "+18149044818", "To": "919602968074"}]


def test_add_by_an_odbc_call_with_literals(cursor, sim):
    row = cursor.execute("{CALL Twilio.AddParticipants('Room', '+14155550100', '+14155550199')}").fetchone()
    assert sim.world()[row.ConferenceSid]["friendly_name"] == "Room"


def test_add_with_named_parameters(cursor, sim):
    sql = "EXEC AddParticipants ConferenceSid = ?, From = ?, To = ?, Muted = ?, WaitTime = ?, Label = ?"
    row = cursor.execute(sql, "Room", "+14155550100", "+14155550199", True, 30, "☕").fetchone()
    assert (row.Muted, row.Label) == (True, "☕")
    (request,) = sim.requests()
    assert (request.body["Muted"], request.body["Timeout"], request.body["Label"]) == ("true", "30", "☕")


def test_add_to_a_conference_by_its_sid(cursor, sim):
    row = cursor.execute(f"EXEC AddParticipants ConferenceSid = '{SUPPORT}', From = '+14155550100', To = '+14155550199'").fetchone()
    assert row.ConferenceSid == SUPPORT
    assert sim.participant(row.CallSid) is not None


def test_add_to_a_running_conference_by_its_name(cursor, sim):
    row = cursor.execute("EXEC AddParticipants ConferenceSid = 'Support line', From = '+14155550100', To = '+14155550199'").fetchone()
    assert row.ConferenceSid == SUPPORT


@pytest.mark.parametrize("name", ["Sales/EMEA & Co. 100%", "Café ☕ Zürich 東京", "a b", "?x=y", "#1", "%2F"])
def test_add_to_a_conference_whose_name_needs_escaping(cursor, sim, name):
    row = cursor.execute("{call AddParticipants(?, '+14155550100', '+14155550199')}", name).fetchone()
    assert sim.world()[row.ConferenceSid]["friendly_name"] == name


def test_add_to_an_unknown_sid_is_an_error(cursor, sim):
    sql = f"EXEC AddParticipants ConferenceSid = '{NO_CONFERENCE}', From = '+14155550100', To = '+14155550199'"
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql)
    assert "20404" in error.value.args[1]
    assert sim.effects()["participants_created"] == 0
    assert cursor.execute("SELECT 1").fetchval() == 1


def test_add_takes_every_input_of_the_endpoint(cursor, sim):
    arguments = {"WaitTime" if name == "Timeout" else name: value for name, value in OPTIONAL.items()}
    lists = {name: ",".join(values) for name, values in ARRAYS.items()}
    cursor.execute(f"{ADD}, {named(**arguments, **lists)}").fetchall()
    (request,) = sim.requests()
    assert {name: request.body.get(name) for name in OPTIONAL} == {name: form(value) for name, value in OPTIONAL.items()}
    for name, values in ARRAYS.items():
        assert [value for key, value in request.pairs if key == name] == values


def test_an_argument_that_is_null_is_not_sent(cursor, sim):
    cursor.execute(f"{ADD}, Label = NULL, Muted = ?", None).fetchall()
    assert [set(request.body) for request in sim.requests()] == [{"From", "To"}]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("ConferenceSid = 'Room', From = '+14155550100'", "To"),
        ("ConferenceSid = 'Room', Form = '+14155550100', To = '+14155550199'", "From"),
        ("ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199', Muted = 'maybe'", "Muted"),
        ("ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199', StatusCallbackMethod = 'PUT'", "StatusCallbackMethod"),
        ("ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199', TimeLimit = 'long'", "TimeLimit"),
        ("ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199', CallSidToCoach = 'x'", "CallSidToCoach"),
        ("ConferenceSid = 'Room', From = '+14155550100', From = '+14155550199', To = '+14155550198'", "From"),
        ("ConferenceSid = 'Room', From = '+14155550100', To = NULL", "To"),
        ("ConferenceSid = 'Room', From = '+14155550100', To = '+1'", "To"),
        ("ConferenceSid = 'Room', From = '+1', To = '+14155550199'", "From"),
        ("ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199', WaitUrl = 'example.com'", "WaitUrl"),
    ],
)
def test_a_wrong_argument_is_named_before_any_request(cursor, sim, arguments, expected):
    with pytest.raises(pyodbc.Error, match=rf"\b{expected}\b"):
        cursor.execute(f"EXEC AddParticipants {arguments}")
    assert sim.requests() == []


def test_an_unknown_procedure_tells_the_nearest(cursor, sim):
    with pytest.raises(pyodbc.Error, match="AddParticipants"):
        cursor.execute("EXEC AddParticipant ConferenceSid = 'x'")
    assert sim.requests() == []


def test_twilios_refusal_carries_its_code_and_message(cursor, sim):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute("EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199', WaitTime = 9999")
    assert "Twilio error 2" in error.value.args[1]
    assert sim.effects()["participants_created"] == 0


def modify(**arguments: object) -> str:
    return f"EXEC ModifyParticipants ConferenceSid='{SUPPORT}', CallSid='{CUSTOMER}', {named(**arguments)}"


def test_modify_mutes(cursor, sim):
    row = cursor.execute(modify(Muted=True)).fetchone()
    assert (row.CallSid, row.Muted) == (CUSTOMER, True)
    (request,) = sim.requests()
    assert str(request) == f"POST Conferences/{SUPPORT}/Participants/{CUSTOMER}.json"
    assert request.pairs == [("Muted", "true")]
    assert sim.participant(CUSTOMER)["muted"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        {"Hold": False},
        {"Hold": True, "HoldUrl": "https://example.com/hold", "HoldMethod": "GET"},
        {"AnnounceUrl": "https://example.com/announce", "AnnounceMethod": "POST"},
        {"WaitUrl": "https://example.com/wait", "WaitMethod": "GET"},
        {"Coaching": True, "CallSidToCoach": AGENT},
        {"EndConferenceOnExit": True},
        {"BeepOnExit": False},
    ],
    ids=lambda arguments: "-".join(arguments),
)
def test_modify_sends_what_it_is_given(cursor, sim, arguments):
    assert len(cursor.execute(modify(**arguments)).fetchall()) == 1
    assert [request.body for request in sim.requests()] == [{name: form(value) for name, value in arguments.items()}]


def test_modify_by_an_odbc_call(cursor, sim):
    sql = "EXEC ModifyParticipants ConferenceSid = ?, CallSid = ?, Muted = ?"
    assert cursor.execute(sql, SUPPORT, EXPERT, False).fetchone().Muted is False


def test_modify_of_nobody_is_an_error(cursor, sim):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(f"EXEC ModifyParticipants ConferenceSid='{SUPPORT}', CallSid='{NO_CALL}', Muted=true")
    assert "20404" in error.value.args[1]


def test_the_result_of_a_call_is_described_before_it_is_made(sim):
    import odbc

    with odbc.connected() as connection, connection.statement() as statement:
        sim.clear()
        statement.prepare("{call AddParticipants(?, ?, ?)}")
        assert [statement.describe(i + 1)[0] for i in range(statement.columns())] == PARTICIPANT_COLUMNS
        assert sim.requests() == []


CALL = "{? = call AddParticipants('Return', '+18149044818', '919602968074')}"
OUTPUT, INPUT_OUTPUT, SQL_INTEGER, C_LONG = 4, 2, 4, -16


def bind(statement, number, direction, buffer, c_type):
    length = c_ssize_t(-1)
    statement.call(
        "SQLBindParameter", c_ushort(number), c_short(direction), c_short(c_type), c_short(SQL_INTEGER), c_size_t(10),
        c_short(0), byref(buffer), c_ssize_t(sizeof(buffer)), byref(length),
    )  # fmt: skip
    return length


@pytest.mark.parametrize("direction", [OUTPUT, INPUT_OUTPUT])
@pytest.mark.parametrize(("buffer", "c_type", "size"), [(c_int(7), C_LONG, 4), (create_string_buffer(b"777"), odbc.CHAR, 1)])
def test_a_call_returns_0(sim, direction, buffer, c_type, size):
    with odbc.connected() as connection, connection.statement() as statement:
        length = bind(statement, 1, direction, buffer, c_type)
        statement.execute(CALL)
        assert (int(buffer.value), length.value) == (0, size)
        (row,) = statement.rows()
        assert len(row) == len(PARTICIPANT_COLUMNS) and row[0].startswith("CA")


def test_the_return_value_is_described_as_an_integer(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        statement.prepare("{? = call AddParticipants(?, ?, ?)}")
        sql_type, size, digits, nullable = c_short(), c_size_t(), c_short(), c_short()
        statement.call("SQLDescribeParam", c_ushort(1), byref(sql_type), byref(size), byref(digits), byref(nullable))
        assert (sql_type.value, size.value) == (SQL_INTEGER, 10)


def test_a_return_value_that_is_bound_as_input_is_not_read(cursor, sim):
    row = cursor.execute("{? = call AddParticipants(?, ?, ?)}", None, "Return", "+18149044818", "919602968074").fetchone()
    assert row.CallSid and sim.requests()[-1].body["To"] == "919602968074"


def test_a_call_that_fails_returns_nothing(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        buffer = c_int(7)
        bind(statement, 1, OUTPUT, buffer, C_LONG)
        sim.fault("status", status=400, method="POST")
        assert statement.execute(CALL, check=False) == odbc.ERROR
        assert buffer.value == 7


@pytest.mark.parametrize("sql", ["SELECT ?", "{call AddParticipants(?, '1', '2')}"])
def test_no_other_parameter_is_output(sim, sql):
    with odbc.connected() as connection, connection.statement() as statement:
        bind(statement, 1, OUTPUT, c_int(7), C_LONG)
        sim.clear()
        with pytest.raises(odbc.Failed) as error:
            statement.execute(sql)
        assert error.value.state == "HY105"
        assert sim.requests() == []


def test_call_without_braces(cursor, sim):
    assert cursor.execute("CALL AddParticipants('Bare', '+18149044818', '919602968074')").fetchone().CallSid
