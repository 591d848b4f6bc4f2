"""What a write is refused for before a request, what Twilio refuses it for, headers, and what can only be written."""

import pyodbc
import pytest

from support import SUPPORT, account

TO, FROM = "+14155550123", "+14155550100"
SEND = "INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)"
CALL = "INSERT INTO Calls ([To], [From], Url) VALUES (?, ?, ?)"
ROOM = "CH00000000000000000000000000000001"


@pytest.fixture
def products(connect, sim):
    """A cursor for all products."""
    return connect(account(sim.url + "/{product}")).cursor()


def refused(cursor, sql: str, *values: object) -> pyodbc.Error:
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql, *values)
    return error.value


@pytest.mark.parametrize(
    ("sql", "values", "state", "text"),
    [
        (SEND, ("hello", FROM, "x"), "22018", "To is 'hello', but it takes a phone number"),
        (SEND, ("+1415555O123", FROM, "x"), "22018", "To is"),
        (SEND, ("whatsapp:", FROM, "x"), "22018", "To is"),
        (SEND, (TO, "+1", "x"), "22018", "Sender is '+1'"),
        (SEND, (TO, FROM, "x" * 1601), "22001", "Body"),
        (CALL, (TO, FROM, "example.com/twiml"), "22018", "Url is 'example.com/twiml', but an address begins with"),
        (CALL, (TO, FROM, "https://example.com/a b"), "22018", "Url is"),
        (CALL.replace("Url", "Url, Timeout").replace("?)", "?, 'soon')"), (TO, FROM, "http://a"), "22018", "Timeout"),
        (SEND.replace("Body", "Body, SendAt").replace("?)", "?, 'soon')"), (TO, FROM, "x"), "22007", "SendAt"),
        (SEND.replace("Body", "Bodi"), (TO, FROM, "x"), "42S22", "did you mean Body"),
        (CALL.replace("Url", "Urls"), (TO, FROM, "x"), "42S22", "did you mean Url"),
        ("INSERT INTO IncomingPhoneNumbers (PhoneNumber) VALUES (?)", ("no number",), "22018", "PhoneNumber is"),
        ("UPDATE Messages SET Body = ? WHERE Sid = 'SM" + "0" * 32 + "'", ("other",), "22018", "an empty text"),
    ],
)
def test_bad_values_are_refused_before_a_request(cursor, sim, sql, values, state, text):
    error = refused(cursor, sql, *values)
    assert error.args[0] == state and text in error.args[1], error
    assert sim.requests() == []


def test_one_bad_row_of_many_is_told_by_its_number(cursor, sim):
    rows = "('+14155550123', '+14155550100', 'a'), ('nobody', '+14155550100', 'b')"
    error = refused(cursor, f"INSERT INTO Messages ([To], Sender, Body) VALUES {rows}")
    assert error.args[0] == "22018" and "Row 2: To is 'nobody'" in error.args[1]
    assert sim.requests() == []


@pytest.mark.parametrize(
    ("to", "sender"),
    [
        ("+14155550123", "12345"),
        ("+14155550123", "MyCompany"),
        ("whatsapp:+14155550123", "whatsapp:+14155550100"),
        ("messenger:123456", "messenger:654321"),
        ("4155550123", FROM),
        ("+14155550123", "MG" + "0" * 32),
    ],
)
def test_what_twilio_may_accept_is_sent(cursor, sim, to, sender):
    assert cursor.execute(SEND, to, sender, "x").rowcount == 1
    assert sim.requests()[0].body["To"] == to and sim.requests()[0].body["From"] == sender


@pytest.mark.parametrize("to", ["client:joe", "sip:joe@example.com"])
def test_calls_go_to_clients_and_sip_addresses(connect, sim, to):
    cursor = connect(account(sim.url, DryRun=1)).cursor()
    row = cursor.execute(CALL, to, FROM, "https://example.com/a").fetchone()
    assert row.Method == "POST"


@pytest.mark.parametrize(
    ("to", "code", "state"),
    [
        ("+15005550001", 21211, "22018"),
        ("+15005550002", 21612, "42000"),
        ("+15005550003", 21408, "42000"),
        ("+15005550004", 21610, "42000"),
        ("+15005550009", 21614, "22018"),
    ],
)
def test_what_twilio_refuses_has_its_code_and_a_class(cursor, sim, to, code, state):
    error = refused(cursor, SEND, to, FROM, "x")
    assert error.args[0] == state
    for text in (f"Twilio error {code}, HTTP 400", "request id RQ", f"https://www.twilio.com/docs/errors/{code}", f"({code})"):
        assert text in error.args[1]
    assert len(sim.requests()) == 1


@pytest.mark.parametrize(("code", "state"), [(21608, "42000"), (21220, "23000"), (29999, "HY000")])
def test_other_refusals(cursor, sim, code, state):
    sim.fault("status", status=400, code=code, message="No.")
    error = refused(cursor, SEND, TO, FROM, "x")
    assert error.args[0] == state and f"Twilio error {code}" in error.args[1]
    assert len(sim.requests()) == 1


def test_what_is_not_complete_cannot_be_deleted(cursor, sim):
    sid = cursor.execute(SEND + " RETURNING Sid", TO, FROM, "x").fetchval()
    error = refused(cursor, "DELETE FROM Messages WHERE Sid = ?", sid)
    assert error.args[0] == "23000" and "20009" in error.args[1] and "Wait at least a minute" in error.args[1]


def headers(sim) -> list[tuple[str, str | None]]:
    return [(entry["method"], entry["headers"].get("x-twilio-webhook-enabled")) for entry in sim.log() if entry["method"] != "GET"]


def test_a_header_is_a_column_that_can_be_written(products, sim):
    sql = "INSERT INTO Conversations (FriendlyName, WebhookEnabled) VALUES ('a', ?) RETURNING Sid"
    sid = products.execute(sql, True).fetchval()
    products.execute("INSERT INTO Conversations (FriendlyName) VALUES ('b')")
    assert all("Webhook" not in name for request in sim.requests() for name in request.body)
    products.execute("UPDATE Conversations SET FriendlyName = 'c', WebhookEnabled = false WHERE Sid = ?", sid)
    products.execute("UPDATE Conversations SET WebhookEnabled = true WHERE Sid = ?", sid)
    products.execute("DELETE FROM Conversations WHERE Sid = ? AND WebhookEnabled = true", sid)
    assert headers(sim) == [("POST", "true"), ("POST", None), ("POST", "false"), ("DELETE", "true")]


def test_a_header_of_delete_is_no_condition(products, sim):
    for name in "ab":
        products.execute("INSERT INTO Conversations (FriendlyName) VALUES (?)", name + " of many")
    sim.clear()
    products.execute("DELETE FROM Conversations WHERE WebhookEnabled = ? AND (FriendlyName LIKE '%of many')", True)
    assert products.rowcount == 2
    assert headers(sim) == [("DELETE", "true")] * 2
    error = refused(products, "DELETE FROM Conversations WHERE WebhookEnabled = true")
    assert error.args[0] == "42000" and "AllowUnfiltered" in error.args[1]
    error = refused(products, f"DELETE FROM Conversations WHERE Sid = '{ROOM}' OR WebhookEnabled = true")
    assert error.args[0] == "42000" and "can only be written" in error.args[1]


def test_a_revision_goes_as_if_match(connect, sim):
    cursor = connect(account(sim.url + "/{product}", DryRun=1)).cursor()
    service, document = "IS" + "0" * 32, "ET" + "0" * 32
    where = f"WHERE ServiceSid = '{service}' AND Sid = '{document}'"
    change = f"UPDATE Sync.Documents SET Data = '{{}}', IfMatch = '3' {where}"
    row = cursor.execute(change).fetchone()
    assert (row.Body, row.Headers) == ("Data=%7B%7D", "If-Match: 3")
    assert cursor.execute(change.replace(", IfMatch = '3'", "")).fetchone().Headers is None
    assert "If-Match: 3" in cursor.execute("EXPLAIN " + change).fetchone().Pushed
    sim.clear()
    # The simulator has no such document: what arrives is what counts.
    assert connect(account(sim.url + "/{product}", ConnectOnOpen=0)).execute(change).rowcount == 0
    (request,) = sim.log()
    assert (request["method"], request["headers"]["if-match"]) == ("POST", "3")
    assert "IfMatch" not in str(request["body"])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Url FROM Calls",
        "SELECT Sid FROM Calls WHERE Url = 'x'",
        "SELECT Sid FROM Calls c ORDER BY c.Twiml",
        "SELECT Sid FROM Messages WHERE EXISTS (SELECT 1 FROM Conferences WHERE Name = SendAt)",
        f"UPDATE Conferences SET Status = 'completed' WHERE Sid = '{SUPPORT}' AND AnnounceUrl = 'x'",
        "INSERT INTO Calls ([To], [From], Url) VALUES ('1', '2', 'http://a') RETURNING Url",
    ],
)
def test_what_can_only_be_written_cannot_be_read(cursor, sim, sql):
    error = refused(cursor, sql)
    assert error.args[0] == "42000" and "can only be written" in error.args[1], error
    assert sim.requests() == []


def test_what_can_only_be_written_is_listed_as_pseudo_columns(connect, sim):
    cursor = connect(account(sim.url, PseudoColumns="Messages=SendAt,MediaUrl")).cursor()
    listed = {row.column_name: row for row in cursor.columns(table="Messages")}
    assert listed.keys() >= {"SendAt", "MediaUrl"} and "ContentSid" not in listed
    assert (listed["SendAt"].type_name, listed["MediaUrl"].column_size) == ("TIMESTAMP", 32000)
    sql = "SELECT ColumnName FROM sys_tablecolumns WHERE TableName = 'Messages' AND IsHidden = true"
    assert {row.ColumnName for row in cursor.execute(sql)} >= {"SendAt", "MediaUrl"}
    assert "SendAt" not in [column[0] for column in cursor.execute("SELECT * FROM Messages LIMIT 1").description]


def test_a_call_that_runs_is_given_other_twiml(cursor, sim):
    sid = cursor.execute("SELECT TOP 1 Sid FROM Calls WHERE Status = 'in-progress'").fetchval()
    sim.clear()
    assert cursor.execute("UPDATE Calls SET Twiml = '<Response/>' WHERE Sid = ?", sid).rowcount == 1
    (request,) = sim.requests()
    assert request.pairs == [("Twiml", "<Response/>")]


def test_giving_what_acts_reaches_people(connect, sim):
    cursor = connect(account(sim.url, AllowPaid=0)).cursor()
    where = "WHERE Sid = 'CA" + "0" * 32 + "'"
    assert "AllowPaid" in refused(cursor, f"UPDATE Calls SET Twiml = '<Response/>' {where}").args[1]
    cursor.execute(f"UPDATE Calls SET Status = 'completed' {where}")


def test_a_participant_is_added_to_a_conference_by_its_name(cursor, sim):
    sql = "INSERT INTO ConferenceParticipants (ConferenceSid, [From], [To], Label) VALUES ('A new room', ?, ?, 'x') RETURNING CallSid, ConferenceSid"
    row = cursor.execute(sql, FROM, TO).fetchone()
    assert row.CallSid.startswith("CA") and row.ConferenceSid.startswith("CF")
    assert [str(request) for request in sim.requests()] == ["POST Conferences/A%20new%20room/Participants.json"]
