"""Messages, Calls and Media: what they show, what is asked of Twilio, what can be changed."""

import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyodbc
import pytest

from support import (
    AGENT,
    CALL_COLUMNS,
    MEDIA_COLUMNS,
    MESSAGE_COLUMNS,
    MESSAGES,
    NO_MESSAGE,
    PHOTO_FILES,
    PHOTOS,
    SUBACCOUNT,
    WITH_MEDIA,
)


def run(cursor, sql: str, *parameters) -> list[tuple]:
    return [tuple(row) for row in cursor.execute(sql, *parameters)]


def column(cursor, sql: str, *parameters) -> list[object]:
    return [row[0] for row in run(cursor, sql, *parameters)]


def asked(sim) -> list[tuple[str, dict[str, str]]]:
    """The requests, without the size of the pages."""
    return [(str(r), {name: value for name, value in r.query.items() if name != "PageSize"}) for r in sim.requests()]


@pytest.mark.parametrize(
    ("table", "columns"), [("Messages", MESSAGE_COLUMNS), ("Calls", CALL_COLUMNS), ("Media", MEDIA_COLUMNS)]
)
def test_columns(cursor, table, columns):
    key = "MessageSid" if table == "Media" else "Sid"
    cursor.execute(f"SELECT * FROM {table} WHERE {key} = NULL")
    assert [described[0] for described in cursor.description] == columns
    assert [row.column_name for row in cursor.columns(table=table, schema="Twilio")] == columns


def test_all_messages_are_one_request(cursor, sim):
    assert len(run(cursor, "SELECT * FROM Messages")) == MESSAGES
    (request,) = sim.requests()
    assert (str(request), request.query) == ("GET Messages.json", {"PageSize": "1000"})


def test_a_message(cursor, sim):
    sql = f"SELECT * FROM Messages WHERE Sid = '{PHOTOS}'"
    (row,) = cursor.execute(sql).fetchall()
    assert asked(sim) == [(f"GET Messages/{PHOTOS}.json", {})]
    assert (row.Sender, row.To, row.Body) == ("+14155550104", "+14155550100", "Three photos of the damage")
    assert (row.NumSegments, row.NumMedia, row.Price) == (1, 3, Decimal("-0.0165"))
    assert row.DateSent == datetime(2024, 4, 2, 3)
    assert (row.ErrorCode, row.MessagingServiceSid) == (None, None)


def test_types(cursor):
    cursor.execute("SELECT Price, NumSegments, ErrorCode, DateSent, Body, Sid FROM Messages WHERE 1 = 0")
    kinds = [(described[1], described[4], described[5]) for described in cursor.description]
    assert kinds == [
        (Decimal, 18, 6), (int, 10, 0), (int, 10, 0), (datetime, 19, 0), (str, 4000, 0), (str, 34, 0),
    ]  # fmt: skip
    cursor.execute("SELECT Duration, QueueTime, Price FROM Calls WHERE 1 = 0")
    assert [described[1] for described in cursor.description] == [int, int, Decimal]


def test_money_is_summed_exactly(cursor):
    prices = column(cursor, "SELECT Price FROM Messages")
    (total,) = column(cursor, "SELECT SUM(Price) FROM Messages")
    assert prices.count(None) == 7
    assert total == sum(price for price in prices if price is not None)


def test_texts_keep_every_character(cursor):
    bodies = column(cursor, "SELECT Body FROM Messages")
    assert {"Merry Christmas 🎄🎁", "Danke! 👍🏽 Bis dann – Zoë", "会議室は東京です。", ""} <= set(bodies)
    assert "Quotes ' and \", a backslash \\, a tab\tand\na second line; 100% & more" in bodies
    assert column(cursor, "SELECT DateSent FROM Messages WHERE Body = ?", "Obrigado 🙏") == [datetime(2024, 5, 5, 5, 6)]


@pytest.mark.parametrize("name", ["Sender", '"From"', "[From]", "m.Sender", 'm."From"'])
def test_a_senders_two_names(cursor, sim, name):
    sql = f"SELECT {name} FROM Messages m WHERE {name} = '+14155550104' GROUP BY {name} ORDER BY {name}"
    assert column(cursor, sql) == ["+14155550104"]
    assert asked(sim) == [("GET Messages.json", {"From": "+14155550104"})]


def test_a_call_has_both_names_too(cursor, sim):
    sql = 'SELECT COUNT(*) FROM Calls WHERE Sender = \'+14155550120\' AND "From" = Sender'
    assert column(cursor, sql) == [1]
    assert asked(sim) == [("GET Calls.json", {"From": "+14155550120"})]


@pytest.mark.parametrize(
    ("where", "query", "bodies"),
    [
        ("DateSent = '2024-02-29 12:00:00'", {"DateSent": "2024-02-29"}, {"Leap day"}),
        (
            "DateSent >= '2024-02-29' AND DateSent < '2024-03-01'",
            {"DateSent>": "2024-02-29", "DateSent<": "2024-03-02"},
            {"Midnight", "Leap day"},
        ),
        (
            "DateSent BETWEEN {ts '2024-02-28 23:59:59'} AND {ts '2024-02-29 00:00:00'}",
            {"DateSent>": "2024-02-28", "DateSent<": "2024-03-01"},
            {"Last second", "Midnight"},
        ),
        ("DateSent > '2024-02-29 12:00' AND DateSent <= '2024-03-01'", {"DateSent>": "2024-02-29", "DateSent<": "2024-03-02"}, {"The midnight after"}),
        ("\"To\" = '+81355550104'", {"To": "+81355550104"}, {"会議室は東京です。"}),
        ("Sender = 'ACME'", {"From": "ACME"}, {"Ihr Paket „XL“ kommt heute: 12,50 €"}),
        ("Sender = 'acme'", {"From": "acme"}, set()),
        ("ErrorCode = 30007", {}, {"Win a prize now!"}),
        ("Direction = 'outbound-reply'", {}, {"You have been unsubscribed."}),
        ("Status = 'scheduled'", {}, {"See you tomorrow at 9"}),
        ("DateCreated = '2024-06-30 18:00:02'", {}, {"Waiting"}),
    ],
)  # fmt: skip
def test_filters_of_messages(cursor, sim, where, query, bodies):
    assert set(column(cursor, f"SELECT Body FROM Messages WHERE {where}")) == bodies
    assert asked(sim) == [("GET Messages.json", query)]


def test_a_date_that_is_missing_is_found_here(cursor, sim):
    assert len(run(cursor, "SELECT Sid FROM Messages WHERE DateSent IS NULL")) == 5
    assert asked(sim) == [("GET Messages.json", {})]


def test_several_senders_are_several_lists(cursor, sim):
    sql = "SELECT COUNT(*) FROM Messages WHERE Sender IN ('+14155550104', '+14155550107')"
    assert column(cursor, sql) == [3]
    assert sorted(query["From"] for _, query in asked(sim)) == ["+14155550104", "+14155550107"]


def test_a_sid_of_another_kind_is_refused(cursor, sim):
    with pytest.raises(pyodbc.DataError, match="SM or MM and 32 hexadecimal digits"):
        cursor.execute(f"SELECT * FROM Messages WHERE Sid = '{AGENT}'")
    assert run(cursor, f"SELECT * FROM Messages WHERE Sid = '{NO_MESSAGE}'") == []
    assert asked(sim) == [(f"GET Messages/{NO_MESSAGE}.json", {})]


def test_messages_of_a_subaccount(cursor, sim):
    sql = f"SELECT COUNT(*), SUM(NumMedia) FROM Messages WHERE AccountSid = '{SUBACCOUNT}'"
    assert run(cursor, sql) == [(4, 1)]
    (request,) = sim.requests()
    assert request.path == f"/2010-04-01/Accounts/{SUBACCOUNT}/Messages.json"


def test_a_first_page_is_as_small_as_the_limit(cursor, sim):
    assert len(run(cursor, "SELECT Sid FROM Messages LIMIT 5")) == 5
    assert [request.query for request in sim.requests()] == [{"PageSize": "5"}]


def test_very_many_messages_are_read_page_by_page(connect, new_simulator):
    one = new_simulator("--messages", "100000")
    cursor = connect(f"DSN=Twilio;BaseUrl={one.url}").cursor()
    one.clear()
    sql = """SELECT COUNT(*), SUM(Price), CAST(SUM(CAST(Price AS DECIMAL(8, 4))) AS VARCHAR(20)) FROM Messages
             WHERE DateSent < '2023-10-02'"""
    assert run(cursor, sql) == [(100_000, Decimal("-750"), "-750.0000")]
    assert [request.query["DateSent<"] for request in one.requests()] == ["2023-10-03"] * 100


@pytest.mark.parametrize(
    ("where", "query", "count"),
    [
        ("StartTime >= '2024-02-29' AND StartTime < '2024-03-01'", {"StartTime>": "2024-02-29", "StartTime<": "2024-03-02"}, 3),
        ("StartTime = '2024-02-29'", {"StartTime": "2024-02-29"}, 2),
        ("EndTime <= '2023-11-06 09:01:31'", {"EndTime<": "2023-11-07"}, 1),
        ("Status = 'busy'", {"Status": "busy"}, 1),
        ("Status = 'unheard-of'", {}, 0),
        ("\"To\" = 'client:agent_1' AND \"From\" = '+14155550100'", {"To": "client:agent_1", "From": "+14155550100"}, 2),
        ("ParentCallSid IS NOT NULL", {}, 1),
        ("Duration > 3000", {}, 3),
    ],
)  # fmt: skip
def test_filters_of_calls(cursor, sim, where, query, count):
    assert len(run(cursor, f"SELECT Sid FROM Calls WHERE {where}")) == count
    assert asked(sim) == [("GET Calls.json", query)]


def test_a_call(cursor, sim):
    (row,) = cursor.execute("SELECT * FROM Calls WHERE Sender = '+14155550120'").fetchall()
    assert (row.Duration, row.QueueTime, row.Price, row.PriceUnit) == (61, 0, Decimal("-0.0085"), "USD")
    assert (row.FromFormatted, row.CallerName) == ("(415) 555-0120", "Example caller")
    assert (row.StartTime, row.EndTime) == (datetime(2023, 11, 6, 9, 0, 30), datetime(2023, 11, 6, 9, 1, 31))


def test_the_call_that_placed_a_call(cursor, sim):
    sql = "SELECT c.\"To\", p.Sid = c.ParentCallSid FROM Calls c JOIN Calls p ON p.Sid = c.ParentCallSid WHERE c.Status = 'failed'"
    assert run(cursor, sql) == [("client:agent_1", True)]
    assert [line.split("/")[0] for line, _ in asked(sim)] == ["GET Calls.json", "GET Calls"]


def test_a_call_is_ended_and_then_deleted(cursor, sim):
    delete, end = f"DELETE FROM Calls WHERE Sid = '{AGENT}'", f"UPDATE Calls SET Status = 'completed' WHERE Sid = '{AGENT}'"
    with pytest.raises(pyodbc.Error, match="cannot be deleted"):
        cursor.execute(delete)
    assert cursor.execute(end).rowcount == 1
    assert column(cursor, f"SELECT Status FROM Calls WHERE Sid = '{AGENT}'") == ["completed"]
    assert cursor.execute(delete).rowcount == 1
    assert run(cursor, f"SELECT Status FROM Calls WHERE Sid = '{AGENT}'") == []
    posts = [request for request in sim.requests() if request.method == "POST"]
    assert [(str(request), request.body) for request in posts] == [(f"POST Calls/{AGENT}.json", {"Status": "completed"})]


@pytest.mark.parametrize("assignment", ["Status = 'busy'", "Duration = 5", "Sender = '+1'"])
def test_what_of_a_call_cannot_be_set(cursor, sim, assignment):
    with pytest.raises(pyodbc.Error):
        cursor.execute(f"UPDATE Calls SET {assignment} WHERE Sid = '{AGENT}'")
    assert sim.requests() == []


def test_a_message_is_deleted_with_its_media(cursor, sim):
    assert cursor.execute(f"DELETE FROM Messages WHERE Sid = '{PHOTOS}'").rowcount == 1
    assert asked(sim) == [(f"DELETE Messages/{PHOTOS}.json", {})]
    assert run(cursor, f"SELECT Sid FROM Messages WHERE Sid = '{PHOTOS}'") == []
    assert run(cursor, f"SELECT Sid FROM Media WHERE MessageSid = '{PHOTOS}'") == []


def test_messages_that_are_found_first_are_deleted_one_by_one(cursor, sim):
    assert cursor.execute("DELETE FROM Messages WHERE ErrorCode IS NOT NULL").rowcount == 3
    assert [line.split("/")[0] for line, _ in asked(sim)] == ["GET Messages.json"] + ["DELETE Messages"] * 3
    assert column(cursor, "SELECT COUNT(*) FROM Messages") == [MESSAGES - 3]


def test_a_message_on_its_way_stays(cursor, sim):
    with pytest.raises(pyodbc.Error, match="before it is complete") as raised:
        cursor.execute("DELETE FROM Messages WHERE Status = 'queued'")
    assert "20009" in str(raised.value)
    assert column(cursor, "SELECT COUNT(*) FROM Messages") == [MESSAGES]


@pytest.mark.parametrize("sql", ["UPDATE Messages SET Body = 'x' WHERE Sid = ?", "UPDATE Media SET ContentType = 'x' WHERE MessageSid = ?"])
def test_what_cannot_be_changed(cursor, sim, sql):
    with pytest.raises(pyodbc.Error):
        cursor.execute(sql, PHOTOS)
    assert sim.requests() == []


@pytest.mark.parametrize("name", ["MessageSid", "ParentSid"])
def test_media_of_a_message(cursor, sim, name):
    assert column(cursor, f"SELECT Sid FROM Media WHERE {name} = '{PHOTOS}'") == PHOTO_FILES
    assert asked(sim) == [(f"GET Messages/{PHOTOS}/Media.json", {})]


def test_a_file(cursor, sim):
    sql = f"SELECT ContentType, DateCreated, MessageSid FROM Media WHERE MessageSid = '{PHOTOS}' AND Sid = '{PHOTO_FILES[0]}'"
    assert run(cursor, sql) == [("video/mp4", datetime(2024, 4, 2, 3), PHOTOS)]
    assert asked(sim) == [(f"GET Messages/{PHOTOS}/Media/{PHOTO_FILES[0]}.json", {})]


def test_media_by_date(cursor, sim):
    sql = f"SELECT COUNT(*) FROM Media WHERE MessageSid = '{PHOTOS}' AND DateCreated >= '2024-04-02' AND DateCreated < '2024-04-02 03:00'"
    assert column(cursor, sql) == [0]
    query = {"DateCreated>": "2024-04-02", "DateCreated<": "2024-04-03"}
    assert asked(sim) == [(f"GET Messages/{PHOTOS}/Media.json", query)]


def test_media_of_several_messages(cursor, sim):
    some = [PHOTOS, WITH_MEDIA[0]]
    assert column(cursor, "SELECT COUNT(*) FROM Media WHERE MessageSid IN (?, ?)", *some) == [4]
    assert sorted(line for line, _ in asked(sim)) == sorted(f"GET Messages/{sid}/Media.json" for sid in some)


def test_a_file_is_deleted(cursor, sim):
    sql = f"DELETE FROM Media WHERE MessageSid = '{PHOTOS}' AND ContentType LIKE 'image/%'"
    assert cursor.execute(sql).rowcount == 2
    assert column(cursor, f"SELECT ContentType FROM Media WHERE MessageSid = '{PHOTOS}'") == ["video/mp4"]


def test_keys(cursor):
    assert [row.column_name for row in cursor.primaryKeys(table="Media")] == ["Sid"]
    found = {(row.fktable_name, row.fkcolumn_name) for row in cursor.foreignKeys(table="Messages")}
    assert found == {("Media", "MessageSid")}


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("order", ["", "ORDER BY DateSent, Sid"])
def test_memory_does_not_grow_with_the_rows(connect, new_simulator, order):
    """What is read of 100,000 messages is more than 40 million characters; a sort of them goes to a file."""
    one = new_simulator("--messages", "100000")
    cursor = connect(f"DSN=Twilio;BaseUrl={one.url}").cursor()
    cursor.execute("SELECT * FROM Messages LIMIT 3000").fetchall()
    before = most = resident()
    count = size = 0
    cursor.execute(f"SELECT Sid, AccountSid, Body, Uri, SubresourceUris FROM Messages WHERE DateSent < '2023-10-02' {order}")
    while rows := cursor.fetchmany(5000):
        count += len(rows)
        size += sum(len(text) for row in rows for text in row)
        most = max(most, resident())
    assert count == 100_000
    assert size > 40_000_000
    assert most - before < 32 << 20
