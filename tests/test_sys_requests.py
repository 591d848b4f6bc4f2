"""`sys_requests` tells what the connection sent: it agrees with what the simulator saw."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pyodbc
import pytest

from support import ACCOUNT, CONFERENCES, CUSTOMER, SUPPORT, TOKEN, account

PREFIX = f"/2010-04-01/Accounts/{ACCOUNT}/"
PARTICIPANTS = f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"
BY_KEY = f"WHERE ConferenceSid = '{SUPPORT}' AND CallSid = '{CUSTOMER}'"
ADD = "EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199'"


@pytest.fixture
def last(cursor):
    """The number of the last request before the test."""
    return cursor.execute("SELECT COALESCE(MAX(Number), 0) FROM sys_requests").fetchval()


def since(cursor, last: int) -> list[pyodbc.Row]:
    return cursor.execute("SELECT * FROM sys_requests WHERE Number > ? ORDER BY Number", last).fetchall()


def test_it_agrees_with_what_was_asked(cursor, sim, last):
    for sql in [
        "SELECT * FROM Conferences",
        "SELECT Sid FROM Conferences WHERE Name = 'Sales/EMEA & Co. 100%' AND DateCreated > '2020-01-01'",
        PARTICIPANTS,
        f"SELECT * FROM Conferences WHERE Sid = '{SUPPORT}'",
        f"SELECT * FROM Conferences WHERE Sid = 'CF{'e' * 32}'",
        ADD,
    ]:
        cursor.execute(sql).fetchall()
    cursor.execute(f"UPDATE ConferenceParticipants SET Muted = true {BY_KEY}")
    cursor.execute(f"DELETE FROM ConferenceParticipants {BY_KEY}")
    rows, seen = since(cursor, last), sim.requests()
    assert len(rows) == len(seen) == 8
    for row, request, entry in zip(rows, seen, sim.log()):
        url = urlsplit(row.Url)
        assert (row.Method, url.path.removeprefix(PREFIX), row.Status) == (request.method, request.path, request.status)
        assert dict(parse_qsl(url.query)) == request.query
        assert row.RequestId == entry["request_id"]
        assert row.Milliseconds >= 0 and row.Retry == 0
    assert [row.Rows for row in rows] == [CONFERENCES, 1, 5, 1, None, None, None, None]
    assert [bool(row.Error) for row in rows] == [row.Status >= 400 for row in rows]


def test_its_columns_have_types(cursor, sim, last):
    cursor.execute(PARTICIPANTS).fetchall()
    (row,) = since(cursor, last)
    assert [column[0] for column in row.cursor_description] == [
        "Number", "StartedAt", "Method", "Url", "Status", "RequestId", "Milliseconds", "Rows", "Retry", "Error"
    ]  # fmt: skip
    now = datetime.now(UTC).replace(tzinfo=None)
    assert now - timedelta(minutes=1) < row.StartedAt <= now
    assert isinstance(row.Number, int) and isinstance(row.Status, int) and isinstance(row.Url, str)


def test_each_attempt_is_a_row(cursor, sim, last):
    sim.fault("status", status=429, retry_after=0, times=1)
    cursor.execute(PARTICIPANTS).fetchall()
    rows = since(cursor, last)
    assert [(row.Status, row.Retry, row.Rows) for row in rows] == [(429, 0, None), (200, 1, 5)]
    assert "429" in rows[0].Error and rows[1].Error is None


def test_an_attempt_without_an_answer_has_no_status(cursor, sim, last):
    sim.fault("drop_before", times=1)
    cursor.execute(PARTICIPANTS).fetchall()
    rows = since(cursor, last)
    assert [(row.Status, row.RequestId, bool(row.Error), row.Retry) for row in rows][0] == (None, None, True, 0)
    assert rows[-1].Status == 200


def test_it_sends_nothing_and_does_not_list_itself(cursor, sim, last):
    for _ in range(3):
        cursor.execute("SELECT * FROM sys_requests").fetchall()
    assert sim.requests() == []
    assert since(cursor, last) == []


@pytest.mark.parametrize("name", ["sys_requests", "SYS_REQUESTS", "Twilio.sys_requests", "CData.Twilio.sys_requests", "[sys_requests]"])
def test_it_is_a_table_like_any(cursor, sim, last, name):
    cursor.execute(PARTICIPANTS).fetchall()
    cursor.execute("SELECT * FROM Conferences").fetchall()
    sql = f"SELECT Method, COUNT(*), SUM(Rows) FROM {name} r WHERE Number > ? AND Url LIKE '%PageSize%' GROUP BY Method"
    assert [tuple(row) for row in cursor.execute(sql, last)] == [("GET", 2, 5 + CONFERENCES)]
    sql = f"SELECT TOP 1 Url FROM {name} WHERE Status = 200 AND Number > ? ORDER BY Number DESC"
    assert "Conferences.json" in cursor.execute(sql, last).fetchval()
    # Both sides of a join see the same requests, whatever is sent meanwhile.
    sql = f"SELECT COUNT(*) FROM {name} a JOIN {name} b ON a.Number = b.Number CROSS JOIN Conferences c WHERE a.Number > ?"
    assert cursor.execute(sql, last).fetchval() == 2 * CONFERENCES


def test_it_cannot_be_written(cursor, sim):
    for sql in ["UPDATE sys_requests SET Status = 1", "DELETE FROM sys_requests"]:
        with pytest.raises(pyodbc.Error):
            cursor.execute(sql)


def test_each_connection_has_its_own(cursor, connect, sim, last):
    cursor.execute(PARTICIPANTS).fetchall()
    other = connect().cursor()
    urls = [row.Url for row in other.execute("SELECT Url FROM sys_requests")]
    assert all("Participants" not in url for url in urls)
    assert len(since(cursor, last)) == 1


def test_statements_of_a_connection_share_it(connection, sim, last):
    connection.cursor().execute(PARTICIPANTS).fetchall()
    assert len(since(connection.cursor(), last)) == 1


def test_it_keeps_the_last_thousand(cursor, sim):
    first = cursor.execute("SELECT MAX(Number) FROM sys_requests").fetchval() or 0
    for _ in range(1005):
        cursor.execute(f"SELECT Sid FROM Conferences WHERE Sid = '{SUPPORT}'").fetchall()
    row = cursor.execute("SELECT COUNT(*), MIN(Number), MAX(Number) FROM sys_requests").fetchone()
    assert tuple(row) == (1000, first + 6, first + 1005)


def test_it_holds_no_secret(connect, sim):
    connection = connect(account(sim.url))
    connection.execute(ADD + ", SipAuthPassword = 'Sip-S3cret', CallToken = 'Call-S3cret'").fetchall()
    sim.fault("status", status=401)
    with pytest.raises(pyodbc.Error):
        connection.execute(PARTICIPANTS).fetchall()
    shown = " ".join(str(row) for row in connection.execute("SELECT * FROM sys_requests"))
    assert "Participants" in shown
    assert not re.search(f"S3cret|{TOKEN}|Basic|127.0.0.1", shown.replace(ACCOUNT, ""))


def test_the_catalogue_calls_it_a_system_table(cursor, sim):
    types = {row.table_name: row.table_type for row in cursor.tables()}
    assert types["sys_requests"] == "SYSTEM TABLE"
    assert "sys_requests" in {row.table_name for row in cursor.tables(tableType="SYSTEM TABLE")}
    assert "sys_requests" not in {row.table_name for row in cursor.tables(tableType="TABLE")}
    kinds = cursor.tables(catalog="", schema="", table="", tableType="%").fetchall()
    assert "SYSTEM TABLE" in [row.table_type for row in kinds]
    columns = cursor.columns(table="sys_requests").fetchall()
    assert (columns[0].column_name, columns[0].is_nullable) == ("Number", "NO")
    assert len(columns) == 10
