"""Properties that keep writes from being made: ReadOnly, AllowPaid, DryRun, AllowUnfiltered; what a rollback says."""

from ctypes import c_int, c_short, c_void_p

import odbc
import pyodbc
import pytest

from support import ACCOUNT, CUSTOMER, LIBRARY, SUPPORT, account

TO, FROM = "+14155550123", "+14155550100"
SEND = "INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)"
CALL = "EXEC AddParticipants ConferenceSid = 'x', [From] = '+14155550100', [To] = '+14155550123'"
MUTE = f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'"


def writes(sim) -> list[str]:
    return [str(request) for request in sim.requests() if request.method != "GET"]


@pytest.fixture
def having(connect, sim):
    """A cursor of a connection with such properties."""
    return lambda **properties: connect(account(sim.url, ConnectOnOpen=0, **properties)).cursor()


@pytest.mark.parametrize("sql", [SEND.replace("?", "'1'"), CALL, MUTE, "INSERT INTO Conferences (Name) VALUES ('x')"])
def test_read_only_refuses_every_write(having, sim, sql):
    cursor = having(ReadOnly=1)
    for statement in (sql, sql + " RETURNING *" if "INTO Messages" in sql else sql):
        with pytest.raises(pyodbc.Error) as error:
            cursor.execute(statement)
        assert error.value.args[0] == "25006"
    assert sim.requests() == []
    assert cursor.execute("SELECT COUNT(*) FROM Conferences").fetchval() > 0
    cursor.execute("INSERT INTO x#TEMP (a) VALUES (1)")


@pytest.mark.parametrize(
    "sql", [SEND.replace("?", "'1'"), CALL, "INSERT INTO Calls ([To], [From], Url) VALUES ('1', '2', 'http://a')"]
)
def test_what_costs_money_or_reaches_people_can_be_refused(having, sim, sql):
    with pytest.raises(pyodbc.Error, match="AllowPaid=0") as error:
        having(AllowPaid="false").execute(sql)
    assert error.value.args[0] == "42000"
    assert sim.requests() == []


def test_without_paid_writes_the_others_go_on(having, sim):
    assert having(AllowPaid=0).execute(MUTE).rowcount == 1
    assert having(AllowPaid=1).execute(SEND, TO, FROM, "x").rowcount == 1
    assert len(writes(sim)) == 2


def test_a_dry_run_shows_what_would_be_sent(having, sim):
    cursor = having(DryRun="true")
    cursor.execute(SEND, TO, FROM, "a b&c")
    assert [column[0] for column in cursor.description] == ["Product", "Method", "Path", "Body", "Headers"]
    path = "/2010-04-01/Accounts/AC00000000000000000000000000000001"
    assert [tuple(row) for row in cursor.fetchall()] == [
        ("api", "POST", f"{path}/Messages.json", "To=%2B14155550123&From=%2B14155550100&Body=a%20b%26c", None)
    ]
    assert tuple(cursor.execute(MUTE).fetchone())[1:] == ("POST", f"{path}/Conferences/{SUPPORT}/Participants/{CUSTOMER}.json", "Muted=true", None)
    assert tuple(cursor.execute(CALL).fetchone())[1:3] == ("POST", f"{path}/Conferences/x/Participants.json")
    assert sim.requests() == []
    cursor.execute(f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Muted = true")
    assert {(row.Method, row.Body) for row in cursor.fetchall()} == {("DELETE", None)}
    assert writes(sim) == [], "the rows are found, and nothing is written"
    assert cursor.execute("SELECT SCOPE_IDENTITY()").fetchval() is None
    assert sim.effects()["messages_sent"] == 0


def test_a_dry_run_checks_everything(having, sim):
    cursor = having(DryRun=1)
    for sql, text in [
        ("INSERT INTO Messages ([To], Sender, Body) VALUES (NULL, '1', 'x')", "needs a value for To"),
        (f"UPDATE Conferences SET Status = 'x' WHERE Sid = '{SUPPORT}'", "completed"),
    ]:
        with pytest.raises(pyodbc.Error, match=text):
            cursor.execute(sql)
    assert sim.requests() == []


def test_a_dry_run_masks_secrets(having):
    sql = "INSERT INTO Calls ([To], [From], Url, SipAuthPassword) VALUES ('1', '2', 'http://a', 's3cr3t')"
    body = having(DryRun=1).execute(sql).fetchone().Body
    assert body.endswith("SipAuthPassword=" + "%2A" * 8) and "s3cr3t" not in body


def test_a_dry_run_of_several_rows_and_sets(having, sim):
    cursor = having(DryRun=1)
    assert len(cursor.execute(SEND + ", ('1', '2', 'x')", TO, FROM, "a").fetchall()) == 2
    cursor.fast_executemany = True
    cursor.executemany(SEND, [(TO, FROM, f"n{n}") for n in range(3)])
    assert sim.requests() == []


def test_nested_names_and_json_bodies(having):
    cursor = having(DryRun=1)
    sql = "INSERT INTO Verify.Services (FriendlyName, PushIncludeDate, TotpSkew) VALUES ('x', true, 2)"
    row = cursor.execute(sql).fetchone()
    assert tuple(row) == ("verify", "POST", "/v2/Services", "FriendlyName=x&Push.IncludeDate=true&Totp.Skew=2", None)
    sql = """INSERT INTO Monitor.Alarms (FriendlyName, QueryType, TriggerValue, TimeWindow, Email, ConsoleIndicator, Description, Enabled)
             VALUES ('x', 'ALL', 5, 'ONE_HOUR', 'a@example.com, b@example.com', NULL, '', true)"""
    with pytest.raises(pyodbc.Error, match="needs a value for Description"):
        cursor.execute(sql)
    row = cursor.execute(sql.replace("''", "'d'")).fetchone()
    assert row.Method == "POST"
    import json

    assert json.loads(row.Body) == {
        "friendlyName": "x", "queryType": "ALL", "triggerValue": 5, "timeWindow": "ONE_HOUR",
        "email": ["a@example.com", "b@example.com"], "description": "d", "enabled": True,
    }  # fmt: skip


def test_a_write_of_all_rows_of_what_cannot_be_had_again_has_to_be_permitted(having, sim):
    every = ["1 = 1", "Sid = Sid", "Sid IS NOT NULL", "NOT (Sid IS NULL)", "r.Sid LIKE '%'", "Sid <> ''", "Duration = 1 OR 1 = 1", "(1 = 1 AND Sid IS NOT NULL)"]
    every += ["LENGTH(Sid) > 0", "{fn LENGTH(Sid)} = 34", "Sid LIKE 'RE%'", "Sid <> 'x'", "Sid = UPPER(Sid)", f"AccountSid = '{ACCOUNT}'"]
    every += ["Sid > ''", "Sid IN (SELECT Sid FROM Recordings)", "EXISTS (SELECT 1 FROM Twilio.Recordings x WHERE x.Sid = x.Sid)"]
    every += ["EXISTS (SELECT 1)", "EXISTS (SELECT 1 FROM Calls WHERE Duration > 5)", "(SELECT COUNT(Duration) FROM Recordings) > 0"]
    for where in ("", *(f" r WHERE {condition}" for condition in every)):
        with pytest.raises(pyodbc.Error, match="AllowUnfiltered=1") as error:
            having().execute(f"DELETE FROM Recordings{where}")
        assert error.value.args[0] == "42000"
    assert sim.requests() == []
    having().execute("EXPLAIN DELETE FROM Recordings")
    for where in ("Duration < -100", "Sid IN (SELECT Sid FROM Recordings WHERE Duration < -100)", "Sid IN (SELECT MAX(Sid) FROM Recordings WHERE 1 = 0)", "Sid IN (SELECT RecordingSid FROM Transcriptions WHERE Duration < -100)", "EXISTS (SELECT 1 FROM Calls c WHERE c.Sid = Recordings.CallSid AND 1 = 0)"):
        assert having().execute(f"DELETE FROM Recordings WHERE {where}").rowcount == 0
    assert writes(sim) == []
    count = having().execute("SELECT COUNT(*) FROM Recordings").fetchval()
    assert having(AllowUnfiltered=1).execute("DELETE FROM Recordings").rowcount == count > 0
    assert len(writes(sim)) == count


def test_properties_are_shown(having):
    cursor = having(AllowPaid="no", DryRun="on")
    rows = cursor.execute("SELECT Name, Value FROM sys_connection_props WHERE Name IN ('AllowPaid', 'DryRun', 'AllowUnfiltered')").fetchall()
    assert {row.Name: row.Value for row in rows} == {"AllowPaid": "0", "DryRun": "1", "AllowUnfiltered": "0"}


@pytest.mark.parametrize("path", [odbc.MANAGER, LIBRARY])
def test_a_rollback_says_how_many_writes_stand(sim, path):
    with odbc.connected(account(sim.url), path) as connection, connection.statement() as statement:
        statement.execute(SEND.replace("?, ?, ?", f"'{TO}', '{FROM}', 'x'") + f", ('{TO}', '{FROM}', 'y')")
        end = ["SQLEndTran", c_short(odbc.DBC), connection.handle]
        assert connection.library.call(*end, c_short(1)) == odbc.SUCCESS_WITH_INFO
        (record,) = connection.diagnostics()
        assert record.state == "01000" and "2 rows that were written" in record.message
        assert connection.library.call(*end, c_short(1)) == odbc.SUCCESS, "they have been told of"
        statement.execute(SEND.replace("?, ?, ?", f"'{TO}', '{FROM}', 'z'"))
        assert connection.library.call(*end, c_short(0)) == odbc.SUCCESS
        assert connection.library.call(*end, c_short(1)) == odbc.SUCCESS
    assert sim.effects()["messages_sent"] == 3


def test_autocommit_may_be_off_and_commits_and_rollbacks_succeed(connect, sim):
    connection = connect(autocommit=False)
    cursor = connection.cursor()
    cursor.execute(SEND, TO, FROM, "x")
    connection.commit()
    connection.rollback()
    assert connection.getinfo(pyodbc.SQL_TXN_CAPABLE) == 0
    assert sim.effects()["messages_sent"] == 1


def test_numbers_are_sent_as_they_are_written(having):
    row = having(DryRun=1).execute("INSERT INTO Messages ([To], Sender, Body, MaxPrice, Attempt) VALUES (14155550123, '1', 5, 0.5, ?)", 2).fetchone()
    assert row.Body == "To=14155550123&From=1&Body=5&MaxPrice=0.5&Attempt=2"


def test_read_only_holds_for_statements_that_were_prepared_before(sim):
    access_mode = 101
    with odbc.connected() as connection, connection.statement() as statement:
        statement.prepare(f"INSERT INTO Messages ([To], Sender, Body) VALUES ('{TO}', '{FROM}', 'x')")
        connection.call("SQLSetConnectAttr", c_int(access_mode), c_void_p(1), c_int(0))
        assert statement.call("SQLExecute", check=False) == odbc.ERROR
        assert statement.diagnostics()[0].state == "25006"
        assert writes(sim) == []
        connection.call("SQLSetConnectAttr", c_int(access_mode), c_void_p(0), c_int(0))
        assert statement.call("SQLExecute") == odbc.SUCCESS
        assert writes(sim) == ["POST Messages.json"]
