"""Values that are not what their column says: no row is lost, one warning for each column, or an error if StrictTypes says so."""

import json

import pyodbc
import pytest

import odbc
from support import ACCOUNT, CONFERENCES, CUSTOMER, MESSAGES, SUPPORT, account

# Column, field, what is sent; none of it can be a value of the column's type.
WRONG = [
    ("NumSegments", "num_segments", "many"),
    ("NumSegments", "num_segments", {"a": 1}),
    ("NumSegments", "num_segments", [1]),
    ("NumSegments", "num_segments", True),
    ("NumSegments", "num_segments", 1.5),
    ("NumSegments", "num_segments", 3_000_000_000),
    ("NumSegments", "num_segments", "9" * 400),
    ("Price", "price", "1,50"),
    ("Price", "price", "1e999"),
    ("Price", "price", []),
    ("Price", "price", False),
    ("DateSent", "date_sent", "yesterday"),
    ("DateSent", "date_sent", "2024-02-30T00:00:00Z"),
    ("DateSent", "date_sent", 1719835200),
    ("DateSent", "date_sent", {"at": "2024-06-01"}),
]
# What is a value all the same: Column, field, what is sent, what is read.
READ = [
    ("Status", "status", "teleported", "teleported"),
    ("Body", "body", {"a": 1}, '{"a":1}'),
    ("Body", "body", ["x"], '["x"]'),
    ("Body", "body", 7, "7"),
    ("Body", "body", "a\0b\ud83d\ude00", "a\0b\U0001f600"),
    ("SubresourceUris", "subresource_uris", "none", "none"),
    ("SubresourceUris", "subresource_uris", 7, "7"),
    ("NumSegments", "num_segments", "12", 12),
    ("NumSegments", "num_segments", "", None),
    ("NumSegments", "num_segments", 12.0, 12),
]


@pytest.fixture
def read(sim):
    """Runs a statement; gives its rows as texts, and the diagnostic records of all calls."""

    def run(sql, text=None):
        records = []
        with odbc.connected(text or account(sim.url)) as connection, connection.statement() as statement:
            statement.execute(sql)
            records += statement.diagnostics()
            rows = []
            width = statement.columns()
            while statement.fetch():
                records += statement.diagnostics()
                rows.append([statement.text(column) for column in range(1, width + 1)])
            records += statement.diagnostics()
        return rows, records

    return run


@pytest.fixture
def strict(connect, sim):
    cursor = connect(account(sim.url, StrictTypes="true")).cursor()
    sim.clear()
    return cursor


def error_of(cursor, sql):
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(sql).fetchall()
    return error.value.args


@pytest.mark.parametrize(("column", "field", "value"), WRONG)
def test_what_cannot_be_is_null_with_one_warning_and_raw_has_it(read, sim, column, field, value):
    sim.fault("wrong_type", path="Messages", field=field, value=value, every_row=True, times=0)
    rows, records = read(f"SELECT {column}, Sid, _raw FROM Messages")
    assert len(rows) == MESSAGES and {row[0] for row in rows} == {None}
    assert all(json.loads(row[2])[field] == value for row in rows)
    assert [record.state for record in records] == ["01000"]
    assert f"Messages.{column}: " in records[0].message and "_raw" in records[0].message
    assert json.dumps(value, separators=(",", ":"))[:50] in records[0].message


@pytest.mark.parametrize(("column", "field", "value"), WRONG)
def test_a_strict_connection_refuses_it(strict, sim, column, field, value):
    sim.fault("wrong_type", path="Messages", field=field, value=value, times=0)
    state, message = error_of(strict, f"SELECT {column} FROM Messages")
    assert state == ("22007" if column == "DateSent" else "22018")
    for part in [f"Messages.{column}: ", json.dumps(value, separators=(",", ":"))[:50], "_raw", "StrictTypes"]:
        assert part in message
    # Other columns, and the text itself, can be read.
    assert len(strict.execute("SELECT Sid FROM Messages").fetchall()) == MESSAGES
    texts = strict.execute(f"SELECT json_extract(_raw, '$.{field}') FROM Messages").fetchall()
    assert len(texts) == MESSAGES


@pytest.mark.parametrize(("column", "field", "value", "expected"), READ)
def test_what_can_be_read_is_read(strict, connect, sim, column, field, value, expected):
    sim.fault("wrong_type", path="Messages", field=field, value=value, times=0)
    for cursor in [strict, connect(account(sim.url)).cursor()]:
        rows = cursor.execute(f"SELECT {column} FROM Messages").fetchall()
        assert len(rows) == MESSAGES
        assert rows[0][0] == expected if expected is not None else rows[0][0] is None


def test_each_column_has_one_warning_over_all_pages(read, sim):
    sim.fault("wrong_type", path="Conferences.json", field="date_created", value="x", every_row=True, times=0)
    sim.fault("wrong_type", path="Participants", field="muted", value="x", every_row=True, times=0)
    sql = """SELECT c.DateCreated, p.Muted FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid
              WHERE c.Status = 'in-progress'"""
    rows, records = read(sql)
    assert len(rows) == 14 and {tuple(row) for row in rows} == {(None, None)}
    assert sorted(record.message.split(": ")[0].split("]")[-1].strip() for record in records) == [
        "ConferenceParticipants.Muted", "Conferences.DateCreated",
    ]  # fmt: skip


@pytest.mark.parametrize("value", [None, 12345, {}, "none"])
@pytest.mark.parametrize("switch", ["0", "1"])
def test_a_list_without_its_rows_is_an_error_and_not_empty(connect, sim, value, switch):
    cursor = connect(account(sim.url, StrictTypes=switch)).cursor()
    sim.fault("wrong_items", path="Messages", value=value)
    state, message = error_of(cursor, "SELECT Sid FROM Messages")
    assert state == "HY000" and "Messages" in message
    assert len(cursor.execute("SELECT Sid FROM Messages").fetchall()) == MESSAGES


@pytest.mark.parametrize("rows", [[None], ["x"], [7], [[]], [{}, None]])
def test_a_row_that_is_no_object_is_an_error(connect, sim, rows):
    cursor = connect(account(sim.url)).cursor()
    for sql in ["SELECT Sid FROM Messages", "SELECT _raw FROM Messages", "SELECT COUNT(*) FROM Messages"]:
        sim.fault("wrong_items", path="Messages", value=rows)
        assert error_of(cursor, sql)[0] == "HY000"


@pytest.mark.parametrize("column", ["Sid", "Sid, _raw", "*"])
def test_rows_without_a_key_are_not_lost(connect, sim, column):
    sim.fault("wrong_type", path="Messages", field="sid", value=None, every_row=True, times=0)
    cursor = connect(account(sim.url)).cursor()
    senders = "SELECT DISTINCT Sender FROM Messages"
    plain = [row[0] for row in cursor.execute(senders).fetchall()]
    assert len(plain) > 1
    list_ = ", ".join(f"'{sender}'" for sender in plain)
    assert len(cursor.execute(f"SELECT {column} FROM Messages WHERE Sender IN ({list_})").fetchall()) == MESSAGES


def test_only_what_the_statement_names_is_checked(strict, sim):
    # Under two names whole rows are kept.
    sim.fault("wrong_type", path="Conferences", field="date_created", value="x", every_row=True, times=0)
    rows = strict.execute("SELECT a.Sid FROM Conferences a JOIN Conferences b ON a.Sid = b.Sid").fetchall()
    assert len(rows) == CONFERENCES
    assert error_of(strict, "SELECT a.Sid FROM Conferences a JOIN Conferences b ON a.DateCreated = b.DateCreated")[0] == "22007"


def test_a_row_that_cannot_be_read_is_not_written(strict, sim):
    sim.fault("wrong_type", path="Participants", field="hold", value="x", every_row=True, times=0)
    update = f"UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = '{SUPPORT}' AND (Hold = false OR Label = 'customer')"
    assert error_of(strict, update)[0] == "22018"
    assert {request.method for request in sim.requests()} == {"GET"}


def test_statements_without_rows_tell_their_warnings(sim):
    sim.fault("wrong_type", path="Participants", field="hold", value="x", every_row=True, times=0, method="GET")
    sim.fault("wrong_type", path="Participants", field="date_created", value="x", every_row=True, times=0, method="POST")
    where = f"ConferenceSid = '{SUPPORT}' AND (Hold IS NULL AND CallSid <> '' AND Label = 'customer')"
    with odbc.connected(account(sim.url)) as connection, connection.statement() as statement:
        for sql, column in [
            (f"UPDATE ConferenceParticipants SET Muted = true WHERE {where}", "Hold"),
            (f"CREATE TEMP TABLE kept AS SELECT * FROM ConferenceParticipants WHERE {where}", "Hold"),
            (f"INSERT INTO kept SELECT * FROM ConferenceParticipants WHERE {where}", "Hold"),
            (f"EXEC AddParticipants ConferenceSid = '{SUPPORT}', From = '+18149044818', To = '+919602968074'", "DateCreated"),
        ]:
            assert statement.execute(sql) == odbc.SUCCESS_WITH_INFO, sql
            (record,) = statement.diagnostics()
            assert record.state == "01000" and f"ConferenceParticipants.{column}: " in record.message
            statement.close()
    assert sim.participant(CUSTOMER)["muted"] is True


def test_a_call_that_is_done_is_no_error(strict, sim):
    sim.fault("wrong_type", path="Participants", field="date_created", value="x", method="POST")
    call = f"EXEC AddParticipants ConferenceSid = '{SUPPORT}', From = '+18149044818', To = '+919602968074'"
    row = strict.execute(call).fetchone()
    assert row.AccountSid == ACCOUNT and row.DateCreated is None
    assert sim.effects()


def test_a_hundred_wrong_values_in_every_place_end_no_process(connect, sim):
    cursor = connect(account(sim.url)).cursor()
    for value in [None, True, 0, -1.5e300, "", "\0", "x" * 100_000, [], {}, [[[]]], {"": {"": None}}, "🙂" * 50]:
        for field in sim.listed("Messages.json", "messages")[0]:
            sim.fault("wrong_type", path="Messages", field=field, value=value)
            assert len(cursor.execute("SELECT *, _raw FROM Messages").fetchall()) == MESSAGES
