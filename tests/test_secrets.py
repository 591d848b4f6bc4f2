"""Secrets show nowhere: no diagnostic, no log, no connection string that did not hold them."""

import base64
import json
import os

import pyodbc
import pytest

import odbc
from support import ACCOUNT, CUSTOMER, SUBACCOUNT, SUPPORT, account, string

TOKEN = "Very-S3cret-Token"
PARTICIPANTS = f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"
ADD = "EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199'"


def shapes(secret: str, user: str = ACCOUNT) -> list[str]:
    """The secret as it might show."""
    return [secret, base64.b64encode(f"{user}:{secret}".encode()).decode()[8:-8], base64.b64encode(secret.encode()).decode()]


def assert_hidden(text: str, secret: str, user: str = ACCOUNT) -> None:
    assert [shape for shape in shapes(secret, user) if shape in text] == []


@pytest.fixture
def guarded(new_simulator):
    return new_simulator("--auth-token", TOKEN)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "driver.log"


def exercise(connection) -> None:
    connection.execute(PARTICIPANTS).fetchall()
    connection.execute(f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'")
    for sql in ["SELEC", "SELECT * FROM Nothing", "EXEC AddParticipants ConferenceSid = 'x', From = '', To = ''"]:
        with pytest.raises(pyodbc.Error):
            connection.execute(sql)


@pytest.mark.parametrize("verbosity", range(6))
def test_the_log_holds_no_token(connect, guarded, log, verbosity):
    connection = connect(account(guarded.url, AuthToken=TOKEN, Logfile=log, Verbosity=verbosity))
    guarded.fault("status", status=500)
    exercise(connection)
    guarded.fault("drop_after", method="POST")
    with pytest.raises(pyodbc.Error):
        connection.execute(ADD)
    connection.close()
    assert_hidden(log.read_text() if log.exists() else "", TOKEN)


def test_the_log_tells_what_was_asked(connect, guarded, log):
    connection = connect(account(guarded.url, AuthToken=TOKEN, Logfile=log, Verbosity=5))
    exercise(connection)
    connection.close()
    assert f"Conferences/{SUPPORT}/Participants.json" in log.read_text()


def test_a_log_is_readable_by_its_owner_alone(connect, guarded, log):
    connect(account(guarded.url, AuthToken=TOKEN, Logfile=log, Verbosity=5)).execute(PARTICIPANTS).fetchall()
    assert os.stat(log).st_mode & 0o077 == 0


def test_the_log_holds_no_key_secret(connect, sim, log):
    key, secret = "SK00000000000000000000000000000001", "10000000000000000000000000000001"
    text = string(Driver="Twilio", AccountSid=ACCOUNT, ApiKeySid=key, ApiKeySecret=secret, BaseUrl=sim.url, Logfile=log, Verbosity=5)
    exercise(connect(text))
    assert_hidden(log.read_text(), secret, key)


def test_the_log_holds_no_password_that_a_statement_sends(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=5))
    connection.execute(ADD + ", SipAuthUsername = 'me', SipAuthPassword = 'Sip-S3cret', CallToken = 'Call-S3cret'").fetchall()
    connection.execute(ADD + ", SipAuthPassword = ?", "Bound-S3cret").fetchall()
    connection.close()
    assert "S3cret" not in log.read_text()


def test_no_diagnostic_holds_the_token(connect, guarded):
    messages = []

    def fails(text: str, *statements: str) -> None:
        with pytest.raises(pyodbc.Error) as error:
            connection = connect(text)
            for sql in statements:
                connection.execute(sql).fetchall()
        messages.append(str(error.value))

    given = {"AuthToken": TOKEN}
    fails(account(guarded.url, AuthToken=TOKEN + "x"))
    fails(account("http://127.0.0.1:1", **given))
    fails(account("http://example.com", **given))
    fails(account("nonsense", **given))
    fails(account(guarded.url, AccountSid="AC1", **given))
    for kind in ["malformed_json", "cut", "drop_before", "foreign_next"]:
        guarded.fault(kind, times=0, path="Participants")
        fails(account(guarded.url, **given), PARTICIPANTS)
        guarded._control("DELETE", "faults")
    guarded.fault("status", status=400, message=f"echo {ACCOUNT}", path="Participants")
    fails(account(guarded.url, **given), PARTICIPANTS)
    guarded.fault("drop_after", method="POST")
    fails(account(guarded.url, **given), ADD)
    for message in messages:
        assert_hidden(message, TOKEN)


@pytest.mark.parametrize("text", ["Timeout=soon", "ReadOnly=perhaps", "BaseUrl=nonsense", "Colour=blue", "{", "AccountSid={AC1"])
def test_no_diagnostic_of_a_wrong_string_holds_the_token(guarded, text):
    with odbc.environment() as env, env.connection() as connection:
        connection.driver_connect(account(guarded.url, AuthToken=TOKEN) + text)
        for record in connection.diagnostics():
            assert_hidden(record.message, TOKEN)


def completed(text: str) -> str:
    with odbc.connected(text) as connection:
        return connection.completed


def test_the_completed_string_holds_a_token_that_was_supplied(guarded):
    assert TOKEN in completed(account(guarded.url, AuthToken=TOKEN))


def test_the_completed_string_holds_no_token_of_the_environment(guarded, monkeypatch):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    assert_hidden(completed(string(Driver="Twilio", AccountSid=ACCOUNT, BaseUrl=guarded.url)), TOKEN)


def test_the_completed_string_holds_no_token_of_the_data_source(guarded):
    sources = os.environ["ODBCINI"]
    with open(sources) as file:
        before = file.read()
    try:
        with open(sources, "a") as file:
            file.write(f"\n[Guarded]\nDriver=Twilio\nAccountSid={ACCOUNT}\nAuthToken={TOKEN}\nBaseUrl={guarded.url}\n")
        text = completed("DSN=Guarded")
    finally:
        with open(sources, "w") as file:
            file.write(before)
    assert "DSN=Guarded" in text
    assert_hidden(text, TOKEN)


def test_no_information_holds_the_token(connect, guarded):
    connection = connect(account(guarded.url, AuthToken=TOKEN))
    for name in ["SQL_DATA_SOURCE_NAME", "SQL_SERVER_NAME", "SQL_USER_NAME", "SQL_DATABASE_NAME", "SQL_DBMS_NAME"]:
        assert_hidden(str(connection.getinfo(getattr(pyodbc, name))), TOKEN)


MASK = "********"


def test_no_row_shows_the_token_of_an_account(connect, guarded, log):
    cursor = connect(account(guarded.url, AuthToken=TOKEN, Logfile=log, Verbosity=5)).cursor()
    for where in ["", f"WHERE Sid = '{ACCOUNT}'", f"WHERE Sid IN ('{ACCOUNT}', '{SUBACCOUNT}')", "WHERE AuthToken IS NOT NULL"]:
        for what in ["AuthToken, _raw, *", "_raw", "*", "AuthToken, Sid", "MAX(AuthToken), GROUP_CONCAT(_raw)"]:
            rows = cursor.execute(f"SELECT {what} FROM Accounts {where}").fetchall()
            assert rows
            assert_hidden(str(rows), TOKEN)
    shown = cursor.execute("SELECT AuthToken, Status, _raw FROM Accounts").fetchall()
    assert {row.AuthToken for row in shown} == {MASK}
    rows = [json.loads(row[2]) for row in shown]
    assert {row["auth_token"] for row in rows} == {MASK}
    # The rest of the object is there.
    assert [row["status"] for row in rows] == [row.Status for row in shown] and all(row["subresource_uris"] for row in rows)
    assert_hidden(str(cursor.execute("SELECT * FROM sys_requests").fetchall()), TOKEN)
    assert_hidden(log.read_text(), TOKEN)


def test_a_join_and_a_copy_show_no_token(connect, guarded):
    cursor = connect(account(guarded.url, AuthToken=TOKEN)).cursor()
    join = "SELECT a.AuthToken, b._raw FROM Accounts a JOIN Accounts b ON a.Sid = b.OwnerAccountSid"
    assert_hidden(str(cursor.execute(join).fetchall()), TOKEN)
    cursor.execute("CREATE TEMP TABLE copy AS SELECT *, _raw FROM Accounts")
    assert_hidden(str(cursor.execute("SELECT * FROM copy").fetchall()), TOKEN)


def test_a_token_that_was_not_sent_is_null(connect, guarded):
    guarded.fault("wrong_type", path=f"Accounts/{ACCOUNT}.json", field="auth_token", value=None)
    cursor = connect(account(guarded.url, AuthToken=TOKEN)).cursor()
    row = cursor.execute(f"SELECT AuthToken, _raw FROM Accounts WHERE Sid = '{ACCOUNT}'").fetchone()
    assert row.AuthToken is None and json.loads(row[1])["auth_token"] is None


@pytest.mark.parametrize("value", [["Very", {"x": TOKEN}], {"a": TOKEN}, 7.5, "", False])
def test_a_token_of_a_wrong_type_is_hidden_too(connect, guarded, value):
    guarded.fault("wrong_type", path=f"Accounts/{ACCOUNT}.json", field="auth_token", value=value)
    cursor = connect(account(guarded.url, AuthToken=TOKEN)).cursor()
    row = cursor.execute(f"SELECT AuthToken, _raw FROM Accounts WHERE Sid = '{ACCOUNT}'").fetchone()
    assert row.AuthToken == MASK and json.loads(row[1])["auth_token"] == MASK


@pytest.mark.parametrize("condition", ["AuthToken = ?", "? = AuthToken", "AuthToken IN (?, 'x')", "AuthToken > ?", "a.AuthToken BETWEEN ? AND 'z'", "AuthToken LIKE ?"])
def test_a_token_cannot_be_compared_and_is_never_sent(connect, guarded, condition):
    cursor = connect(account(guarded.url, AuthToken=TOKEN)).cursor()
    guarded.clear()
    with pytest.raises(pyodbc.Error, match="Accounts.AuthToken is a secret") as error:
        cursor.execute(f"SELECT Sid FROM Accounts a WHERE {condition}", TOKEN)
    assert error.value.args[0] == "42000"
    assert_hidden(str(error.value), TOKEN)
    assert guarded.log() == []
