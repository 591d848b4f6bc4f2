"""Procedures that act: messages, calls, recordings, numbers, verifications; what is sent, and what has happened then."""

import pyodbc
import pytest

from support import ACCOUNT, NO_CALL, NO_MESSAGE, SUBACCOUNT, SUPPORT, account

TO, FROM = "+14155550123", "+14155550100"
SERVICE = "VA00000000000000000000000000000001"
MEMBER = ("QU00000000000000000000000000000001", "CA00000000000000000000000000000301")
NUMBER = "PN00000000000000000000000000000001"


@pytest.fixture
def products(connect, sim):
    """A cursor of a connection that reaches all products."""
    opened = connect(account(sim.url + "/{product}", ConnectOnOpen=0))
    sim.clear()
    return opened.cursor()


def only(sim):
    (request,) = sim.requests()
    return str(request), request.body


def a_call(sim, status: str) -> str:
    return next(call["sid"] for call in sim.listed("Calls.json", "calls") if call["status"] == status)


@pytest.mark.parametrize("sender", ["From", "Sender", "@From"])
def test_send_message(cursor, sim, sender):
    row = cursor.execute(f"EXEC SendMessage [To] = ?, {sender} = ?, Body = ?", TO, FROM, "Zoë ☕").fetchone()
    assert (row.Sid[:2], row.Status, row.Sender, row.Body) == ("SM", "queued", FROM, "Zoë ☕")
    assert only(sim) == ("POST Messages.json", {"To": TO, "From": FROM, "Body": "Zoë ☕"})
    assert sim.effects()["messages_sent"] == 1


def test_send_message_by_a_service_with_files(cursor, sim):
    service = "MG" + "0" * 31 + "1"
    sql = "EXEC SendMessage @To = ?, @MessagingServiceSid = ?, @MediaUrl = ?"
    row = cursor.execute(sql, TO, service, '["https://example.com/1,2.png", "https://example.com/3.png"]').fetchone()
    assert (row.MessagingServiceSid, row.NumMedia) == (service, 2)
    assert sim.requests()[0].pairs == [
        ("To", TO),
        ("MessagingServiceSid", service),
        ("MediaUrl", "https://example.com/1,2.png"),
        ("MediaUrl", "https://example.com/3.png"),
    ]


@pytest.mark.parametrize(
    ("sql", "state", "text"),
    [
        (f"EXEC SendMessage [To] = '{TO}', Body = 'x'", "42000", "Sender or MessagingServiceSid"),
        (f"EXEC SendMessage [To] = '{TO}', Sender = NULL, Body = 'x'", "22002", "Sender or MessagingServiceSid"),
        (f"EXEC SendMessage [To] = '{TO}', Sender = '1', MediaUrl = ''", "22018", "MediaUrl"),
        (f"EXEC SendMessage Body = 'x', Sender = '{FROM}'", "42000", "needs the argument To"),
        (f"EXEC MakeCall [To] = '{TO}', [From] = '{FROM}'", "42000", "Url, Twiml or ApplicationSid"),
        ("EXEC RedactMessage MessageSid = 'nonsense'", "22018", "MessageSid"),
        ("EXEC DequeueMember 'QU" + "0" * 32 + "', 'Back', 'https://example.com'", "22018", "CallSid is 'Back'"),
        ("EXEC EndCall Status = 'completed'", "42000", "no argument Status"),
        ("EXEC CreateKey 'a', 'b'", "42000", "takes at most 1 arguments, and after them at most 5 markers"),
        ("EXEC UpdateCall CallSid = 'CA" + "0" * 32 + "', Method = 'PUT'", "22018", "GET, POST"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_sent(cursor, sim, sql, state, text):
    with pytest.raises(pyodbc.Error, match=text) as error:
        cursor.execute(sql)
    assert error.value.args[0] == state
    assert sim.requests() == []


def test_redact_message(cursor, sim):
    sid = next(one["sid"] for one in sim.listed("Messages.json", "messages") if one["status"] == "delivered" and one["body"])
    sim.clear()
    row = cursor.execute(f"EXEC RedactMessage '{sid}'").fetchone()
    assert (row.Sid, row.Body) == (sid, "")
    assert only(sim) == (f"POST Messages/{sid}.json", {"Body": ""})


def test_cancel_message(cursor, sim):
    scheduled = [one["sid"] for one in sim.listed("Messages.json", "messages") if one["status"] == "scheduled"]
    sim.clear()
    row = cursor.execute("{call CancelMessage(?)}", scheduled[0]).fetchone()
    assert (row.Sid, row.Status) == (scheduled[0], "canceled")
    assert only(sim) == (f"POST Messages/{scheduled[0]}.json", {"Status": "canceled"})
    with pytest.raises(pyodbc.Error, match="30409"):
        cursor.execute("{call CancelMessage(?)}", scheduled[0])


def test_delete_message_answers_no_row(cursor, sim):
    sid = next(one["sid"] for one in sim.listed("Messages.json", "messages") if one["status"] == "delivered")
    sim.clear()
    cursor.execute("EXEC DeleteMessage MessageSid = ?", sid)
    assert (cursor.description, cursor.rowcount) == (None, 1)
    assert only(sim) == (f"DELETE Messages/{sid}.json", {})
    assert sid not in [one["sid"] for one in sim.listed("Messages.json", "messages")]
    with pytest.raises(pyodbc.Error, match="20404"):
        cursor.execute("EXEC DeleteMessage MessageSid = ?", NO_MESSAGE)


def test_make_update_and_end_a_call(cursor, sim):
    twiml = "<Response><Say>Hello</Say></Response>"
    row = cursor.execute("EXEC MakeCall [To] = ?, [From] = ?, Twiml = ?", TO, FROM, twiml).fetchone()
    assert (row.To, row.From, row.Status) == (TO, FROM, "queued")
    assert only(sim) == ("POST Calls.json", {"To": TO, "From": FROM, "Twiml": twiml})
    running = a_call(sim, "in-progress")
    sim.clear()
    row = cursor.execute("EXEC UpdateCall CallSid = ?, Url = ?, Method = 'GET'", running, "https://example.com/x").fetchone()
    assert row.Sid == running
    assert only(sim) == (f"POST Calls/{running}.json", {"Url": "https://example.com/x", "Method": "GET"})
    sim.clear()
    assert cursor.execute("EXEC EndCall CallSid = ?", running).fetchone().Status == "completed"
    assert only(sim) == (f"POST Calls/{running}.json", {"Status": "completed"})


def test_record_a_call(cursor, sim):
    running = a_call(sim, "in-progress")
    sim.clear()
    row = cursor.execute("EXEC StartRecording CallSid = ?, RecordingChannels = 'dual'", running).fetchone()
    assert (row.CallSid, row.Status, row.Channels) == (running, "in-progress", 2)
    assert only(sim) == (f"POST Calls/{running}/Recordings.json", {"RecordingChannels": "dual"})
    sim.clear()
    row = cursor.execute("EXEC StopRecording CallSid = ?, RecordingSid = ?", running, row.Sid).fetchone()
    assert row.Status == "completed"
    assert only(sim) == (f"POST Calls/{running}/Recordings/{row.Sid}.json", {"Status": "stopped"})


def test_stop_the_recording_that_runs(cursor, sim):
    running = a_call(sim, "in-progress")
    cursor.execute("EXEC StartRecording CallSid = ?", running).fetchone()
    sim.clear()
    row = cursor.execute("EXEC StopRecording CallSid = ?, RecordingSid = 'Twilio.CURRENT'", running).fetchone()
    assert (row.CallSid, row.Status) == (running, "completed")
    assert only(sim) == (f"POST Calls/{running}/Recordings/Twilio.CURRENT.json", {"Status": "stopped"})


def test_dequeue_the_first_member(cursor, sim):
    row = cursor.execute("EXEC DequeueMember QueueSid = ?, CallSid = 'Front', Url = ?", MEMBER[0], "https://example.com/a").fetchone()
    assert row.CallSid == MEMBER[1]
    assert only(sim) == (f"POST Queues/{MEMBER[0]}/Members/Front.json", {"Url": "https://example.com/a"})


def test_end_a_conference(cursor, sim):
    row = cursor.execute("EXEC EndConference ConferenceSid = ?", SUPPORT).fetchone()
    assert (row.Sid, row.Status) == (SUPPORT, "completed")
    assert only(sim) == (f"POST Conferences/{SUPPORT}.json", {"Status": "completed"})
    assert sim.effects()["conferences_ended"] == 1


def test_dequeue_a_member(cursor, sim):
    row = cursor.execute("{call DequeueMember(?, ?, ?)}", *MEMBER, "https://example.com/agent").fetchone()
    assert row.CallSid == MEMBER[1]
    assert only(sim) == (f"POST Queues/{MEMBER[0]}/Members/{MEMBER[1]}.json", {"Url": "https://example.com/agent"})
    assert sim.effects()["calls_dequeued"] == 1


def test_buy_and_release_a_number(cursor, sim):
    number = sim.listed("AvailablePhoneNumbers/US/Local.json", "available_phone_numbers")[0]["phone_number"]
    sim.clear()
    row = cursor.execute("EXEC BuyPhoneNumber PhoneNumber = ?, Name = 'Front desk'", number).fetchone()
    assert (row.PhoneNumber, row.Name) == (number, "Front desk")
    assert only(sim) == ("POST IncomingPhoneNumbers.json", {"PhoneNumber": number, "FriendlyName": "Front desk"})
    sim.clear()
    assert cursor.execute("EXEC ReleasePhoneNumber PhoneNumberSid = ?", row.Sid).rowcount == 1
    assert only(sim) == (f"DELETE IncomingPhoneNumbers/{row.Sid}.json", {})
    assert number not in [one["phone_number"] for one in sim.listed("IncomingPhoneNumbers.json", "incoming_phone_numbers")]


def test_add_outgoing_caller_ids_answers_as_the_incumbent_does(cursor, sim):
    sql = "EXEC AddOutgoingCallerIds PhoneNumber = '+14155550177', CallDelay = '5', Name = 'Desk'"
    row = cursor.execute(sql).fetchone()
    assert [column[0] for column in cursor.description] == ["AccountSid", "PhoneNumber", "Name", "ValidationCode", "CallSid"]
    assert (row.AccountSid, row.PhoneNumber, row.Name) == (ACCOUNT, "+14155550177", "Desk")
    assert len(row.ValidationCode) == 6 and row.CallSid.startswith("CA")
    body = {"PhoneNumber": "+14155550177", "CallDelay": "5", "FriendlyName": "Desk"}
    assert only(sim) == ("POST OutgoingCallerIds.json", body)
    assert sim.effects()["validation_calls"] == 1


def test_a_key_shows_its_secret_once(cursor, sim):
    row = cursor.execute("EXEC CreateKey Name = 'Reports'").fetchone()
    assert row.Sid.startswith("SK") and row.Secret and set(row.Secret) != {"*"}
    assert only(sim) == ("POST Keys.json", {"FriendlyName": "Reports"})
    assert cursor.execute("SELECT Name FROM Keys WHERE Sid = ?", row.Sid).fetchval() == "Reports"


def test_verify_somebody(products, sim):
    row = products.execute("EXEC StartVerification ServiceSid = ?, [To] = ?, Channel = 'sms'", SERVICE, TO).fetchone()
    assert (row.ServiceSid, row.To, row.Status) == (SERVICE, TO, "pending")
    (request,) = sim.requests()
    assert (request.path, request.body) == (f"/verify/v2/Services/{SERVICE}/Verifications", {"To": TO, "Channel": "sms"})
    assert sim.effects()["verifications_sent"] == 1
    sim.clear()
    row = products.execute("EXEC CheckVerification ServiceSid = ?, Code = '000000', [To] = ?", SERVICE, TO).fetchone()
    assert row.Status in ("pending", "approved") and row.Valid == (row.Status == "approved")
    (request,) = sim.requests()
    assert (request.path, request.body) == (
        f"/verify/v2/Services/{SERVICE}/VerificationCheck",
        {"Code": "000000", "To": TO},
    )


def test_what_costs_money_is_marked(connect, sim):
    cursor = connect(account(sim.url, ConnectOnOpen=0, AllowPaid=0)).cursor()
    for call in (
        f"SendMessage [To] = '{TO}', Sender = '{FROM}', Body = 'x'",
        f"MakeCall [To] = '{TO}', [From] = '{FROM}', Twiml = 'x'",
        "BuyPhoneNumber PhoneNumber = '+14155550188'",
        "AddOutgoingCallerIds PhoneNumber = '+14155550177'",
        f"StartVerification '{SERVICE}', '{TO}', 'sms'",
        f"ExecuteStudioFlow 'FW{'0' * 32}', '{TO}', '{FROM}'",
        "LookupPhoneNumber '+14155550188'",
    ):
        with pytest.raises(pyodbc.Error, match="AllowPaid=0"):
            cursor.execute("EXEC " + call)
    assert sim.requests() == []
    cursor.execute("EXEC CreateKey")
    assert len(sim.requests()) == 1


def test_a_dry_run_shows_paths_fixed_values_and_queries(connect, sim):
    cursor = connect(account(sim.url, ConnectOnOpen=0, DryRun=1)).cursor()
    call = "CA" + "0" * 32
    rows = [
        tuple(cursor.execute("EXEC " + sql).fetchone())[:4]
        for sql in (
            f"EndCall '{call}'",
            f"ExecuteStudioFlow 'FW{'0' * 32}', '{TO}', '{FROM}', '{{\"a\": 1}}'",
            f"CheckVerification '{SERVICE}', '123456', '{TO}'",
            "LookupPhoneNumber '+14155550188', 'caller_name,sim_swap', 'US'",
        )
    ]
    assert rows == [
        ("api", "POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{call}.json", "Status=completed"),
        (
            "studio",
            "POST",
            f"/v2/Flows/FW{'0' * 32}/Executions",
            "To=%2B14155550123&From=%2B14155550100&Parameters=%7B%22a%22%3A%201%7D",
        ),
        ("verify", "POST", f"/v2/Services/{SERVICE}/VerificationCheck", "Code=%2A%2A%2A%2A%2A%2A%2A%2A&To=%2B14155550123"),
        ("lookups", "GET", "/v2/PhoneNumbers/%2B14155550188?Fields=caller_name%2Csim_swap&CountryCode=US", None),
    ]
    assert sim.requests() == []


def test_a_read_only_connection_reads_by_procedure(connect, sim):
    cursor = connect(account(sim.url + "/{product}", ConnectOnOpen=0, ReadOnly=1)).cursor()
    with pytest.raises(pyodbc.Error, match="25006"):
        cursor.execute(f"EXEC EndConference '{SUPPORT}'")
    sim.clear()
    with pytest.raises(pyodbc.Error, match="20404"):
        cursor.execute("EXEC LookupPhoneNumber '+14155550188', Fields = 'validation'")
    (request,) = sim.requests()
    assert (str(request), request.query) == ("GET /lookups/v2/PhoneNumbers/%2B14155550188", {"Fields": "validation"})


def test_a_call_whose_answer_is_lost_is_not_made_again(cursor, sim):
    sim.fault("drop_after", method="POST")
    with pytest.raises(pyodbc.Error, match="outcome unknown") as error:
        cursor.execute(f"EXEC SendMessage [To] = '{TO}', Sender = '{FROM}', Body = 'x'")
    assert error.value.args[0] == "08S01"
    assert len(sim.requests()) == 1


def test_every_write_of_the_documents_has_a_procedure(cursor, sim):
    number = sim.listed("AvailablePhoneNumbers/US/Local.json", "available_phone_numbers")[0]["phone_number"]
    sim.clear()
    row = cursor.execute("EXEC CreateIncomingPhoneNumberLocal PhoneNumber = ?", number).fetchone()
    assert row.Sid.startswith("PN") and row.PhoneNumber == number
    assert only(sim) == ("POST IncomingPhoneNumbers/Local.json", {"PhoneNumber": number})
    names = {(p.procedure_schem, p.procedure_name) for p in cursor.procedures()}
    assert len(names) > 100
    assert {("Twilio", "CreateMessageFeedback"), ("Voice", "DeleteArchivedCall"), ("Verify", "CreateSafelist")} <= names


def dry(connect, sim, sql: str) -> tuple:
    *shown, headers = connect(account(sim.url, ConnectOnOpen=0, DryRun=1)).cursor().execute(sql).fetchone()
    assert headers is None
    return tuple(shown)


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        (
            f"CreateMessageFeedback MessageSid = '{NO_MESSAGE}', Outcome = 'confirmed'",
            ("api", "POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{NO_MESSAGE}/Feedback.json", "Outcome=confirmed"),
        ),
        (
            f"Voice.DeleteArchivedCall '2024-02-29', '{NO_CALL}'",
            ("voice", "DELETE", f"/v1/Archives/2024-02-29/Calls/{NO_CALL}", None),
        ),
        # Of an only name, the schema need not be said.
        (
            "CreateV3TypingIndicator @Channel = 'WHATSAPP', MessageId = 'm', [From] = 'a', [To] = 'b'",
            ("messaging", "POST", "/v3/Indicators/Typing.json", '{"channel":"WHATSAPP","from":"a","messageId":"m","to":"b"}'),
        ),
        (
            "Numbers.CreateBulkEligibility '{\"phone_numbers\": [1]}'",
            ("numbers", "POST", "/v1/HostedNumber/Eligibility/Bulk", '{"phone_numbers": [1]}'),
        ),
        (
            "CreateBulkLookup '[{\"phone_number\": \"+14155550100\"}]'",
            ("lookups", "POST", "/v2/batch/query", '{"phone_numbers":[{"phone_number":"+14155550100"}]}'),
        ),
    ],
)
def test_generated_procedures_send_what_the_documents_say(connect, sim, sql, sent):
    assert dry(connect, sim, "EXEC " + sql) == sent
    assert sim.requests() == []


@pytest.mark.parametrize(
    ("sql", "state", "text"),
    [
        (f"CreateMessageFeedback '{NO_MESSAGE}', 'maybe'", "22018", "confirmed, unconfirmed"),
        ("CreateStream Url = 'wss://example.com'", "42000", "needs the argument CallSid"),
        ("CreateBulkEligibility '[1'", "22018", "JSON"),
        ("CreateNotification", "42S02", "Notify.CreateNotification, Verify.CreateNotification"),
    ],
)
def test_generated_procedures_check_what_the_documents_say(cursor, sim, sql, state, text):
    with pytest.raises(pyodbc.Error, match=text) as error:
        cursor.execute("EXEC " + sql)
    assert error.value.args[0] == state
    assert sim.requests() == []


def test_a_secret_argument_is_in_no_log(connect, sim, tmp_path):
    log = tmp_path / "odbc.log"
    cursor = connect(account(sim.url, ConnectOnOpen=0, Logfile=log, Verbosity=5)).cursor()
    call = f"EXEC CheckVerification ServiceSid = '{SERVICE}', Code = '271828', [To] = '{TO}'"
    with pytest.raises(pyodbc.Error):
        cursor.execute(call)
    text = log.read_text()
    assert "CheckVerification" in text and "271828" not in text


@pytest.mark.parametrize(
    ("sql", "path"),
    [
        (f"EXEC SendMessage '{TO}', '{FROM}', Body = 'x', AccountSid = '{SUBACCOUNT}'", "Messages.json"),
        (f"{{call SendMessage('{TO}', '{FROM}', Body = 'x', AccountSid = '{SUBACCOUNT}')}}", "Messages.json"),
        (f"EXEC AddParticipants 'Room', '{FROM}', '{TO}', @AccountSid = '{SUBACCOUNT}'", "Conferences/Room/Participants.json"),
        (f"EXEC CreateKey AccountSid = '{SUBACCOUNT}'", "Keys.json"),
        (f"EXEC CreateIncomingPhoneNumberLocal PhoneNumber = '{TO}', AccountSid = '{SUBACCOUNT}'", "IncomingPhoneNumbers/Local.json"),
    ],
)
def test_a_procedure_acts_on_a_subaccount(connect, sim, sql, path):
    cursor = connect(account(sim.url, ConnectOnOpen=0, DryRun=1)).cursor()
    row = cursor.execute(sql).fetchone()
    assert row.Path == f"/2010-04-01/Accounts/{SUBACCOUNT}/{path}" and "AccountSid" not in (row.Body or "")
    assert cursor.execute(sql.replace(f"'{SUBACCOUNT}'", "NULL")).fetchone().Path == f"/2010-04-01/Accounts/{ACCOUNT}/{path}"


def test_what_a_procedure_does_on_a_subaccount_is_done_there(cursor, sim):
    row = cursor.execute("EXEC SendMessage ?, ?, Body = 'x', AccountSid = ?", TO, FROM, SUBACCOUNT).fetchone()
    assert row.AccountSid == SUBACCOUNT
    (request,) = [r for r in sim.requests() if r.method == "POST"]
    assert SUBACCOUNT in request.path


def test_the_account_of_a_procedure_is_checked_and_given_by_name_only(cursor, sim):
    with pytest.raises(pyodbc.Error, match="AccountSid") as error:
        cursor.execute(f"EXEC SendMessage '{TO}', '{FROM}', Body = 'x', AccountSid = 'PN{0:032}'")
    assert error.value.args[0] == "22018"
    with pytest.raises(pyodbc.Error, match="takes at most 1 arguments"):
        cursor.execute(f"EXEC CreateKey 'a', '{SUBACCOUNT}'")
    with pytest.raises(pyodbc.Error, match="no argument AccountSid"):
        cursor.execute(f"EXEC LookupPhoneNumber '{TO}', AccountSid = '{SUBACCOUNT}'")
    assert "AccountSid" not in {column.column_name for column in cursor.procedureColumns("SendMessage") if column.column_type == 1}
    assert [r for r in sim.requests() if r.method == "POST"] == []


def test_a_call_goes_on_with_one_of_url_and_twiml(cursor, sim):
    both = "Url = 'https://example.com/a', Twiml = '<Response/>'"
    for sql in (f"UPDATE Calls SET {both} WHERE Sid = 'CA{0:032}'", f"EXEC UpdateCall 'CA{0:032}', {both}"):
        with pytest.raises(pyodbc.Error, match="takes only one of Url and Twiml") as error:
            cursor.execute(sql)
        assert error.value.args[0] == "23000"
    assert sim.requests() == []
    with pytest.raises(pyodbc.Error, match="20404"):
        cursor.execute(f"EXEC UpdateCall 'CA{0:032}', Url = NULL, Twiml = '<Response/>'")
