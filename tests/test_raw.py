"""`_raw`, the row as the API sent it: in every clause, in no `*`, read only by a statement that names it."""

import json

import pyodbc
import pytest

from support import ACCOUNT, MESSAGES, PHOTOS, ROOT, SUPPORT, account


@pytest.fixture
def cursor(connect, sim):
    cursor = connect(account(sim.url)).cursor()
    sim.clear()
    return cursor


def column(cursor, sql, *parameters):
    return [row[0] for row in cursor.execute(sql, *parameters).fetchall()]


def test_it_is_the_object_that_was_sent(cursor, sim):
    rows = dict(cursor.execute("SELECT Sid, _raw FROM Messages").fetchall())
    assert {sid: json.loads(raw) for sid, raw in rows.items()} == {
        row["sid"]: row for row in sim.listed("Messages.json", "messages")
    }


def test_a_field_that_no_column_shows_is_reached(cursor, sim):
    sim.fault("wrong_type", path="Messages", field="new_field", value={"deep": ["x", 7]}, times=0)
    deep = column(cursor, "SELECT json_extract(_raw, '$.new_field.deep[1]') FROM Messages WHERE _raw ->> '$.new_field' IS NOT NULL")
    assert [int(value) for value in deep] == [7]
    assert column(cursor, "SELECT COUNT(*) FROM Messages WHERE _raw ->> '$.new_field.deep[0]' = 'x'") == [1]
    first = column(cursor, "SELECT Sid FROM Messages ORDER BY _raw ->> '$.new_field' IS NULL, Sid LIMIT 1")
    assert first == column(cursor, "SELECT Sid FROM Messages WHERE json_type(_raw, '$.new_field') = 'object'")
    raw = column(cursor, "SELECT [_RAW] FROM Messages m WHERE m._raw LIKE '%new_field%' ORDER BY m.\"_raw\"")
    assert [json.loads(text)["new_field"] for text in raw] == [{"deep": ["x", 7]}]


def test_star_and_the_lists_leave_it_out(cursor, connect, sim):
    cursor.execute("SELECT * FROM Messages")
    assert "_raw" not in [name for name, *_ in cursor.description]
    assert "_raw" not in [row.column_name for row in cursor.columns(table="Messages", schema="Twilio")]
    pseudo = connect(account(sim.url, PseudoColumns="Messages=_raw")).cursor()
    (row,) = [row for row in pseudo.columns(table="Messages", schema="Twilio") if row.column_name == "_raw"]
    assert row.remarks.startswith("The whole row")
    cursor.execute("SELECT *, _raw FROM Messages")
    assert [name for name, *_ in cursor.description].count("_raw") == 1


def test_one_row_by_its_path_has_it(cursor, sim):
    (raw,) = column(cursor, "SELECT _raw FROM Messages WHERE Sid = ?", PHOTOS)
    assert json.loads(raw)["sid"] == PHOTOS
    assert sim.lines() == [f"GET Messages/{PHOTOS}.json"]


def test_joins_read_a_table_once_for_all_its_names(cursor, sim):
    sql = """SELECT c._raw ->> '$.sid', p._raw ->> '$.conference_sid', p.Label
               FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'in-progress'"""
    rows = cursor.execute(sql).fetchall()
    assert rows and all(row[0] == row[1] for row in rows)
    # Below conferences that the driver walks, in a statement that names them too.
    sim.clear()
    sql = """SELECT COUNT(*), COUNT(b._raw), COUNT(p._raw) FROM Conferences a JOIN Conferences b ON a.Name = b.Name
              JOIN ConferenceParticipants p ON p.Label = b.Name || 'x' OR p.CallSid IS NOT NULL
              WHERE a.Status = 'in-progress' AND b.Status = 'in-progress'"""
    (counts,) = cursor.execute(sql).fetchall()
    assert len(set(counts)) == 1 and counts[0] > 0
    assert [line for line in sim.lines() if "Participants" not in line].count("GET Conferences.json") <= 2
    lists = [request.query for request in sim.requests() if request.path == "Conferences.json"]
    assert len({tuple(sorted(query.items())) for query in lists}) == len(lists)


def test_a_name_of_two_tables_has_to_be_qualified(cursor):
    with pytest.raises(pyodbc.Error, match="m._raw or o._raw"):
        cursor.execute("SELECT _raw FROM Messages m JOIN Messages o ON m.Sid = o.Sid")


def test_branches_of_an_or_repeat_no_row(cursor):
    sql = "SELECT Sid, _raw FROM Messages WHERE Status = 'received' OR \"To\" LIKE '+%' OR Direction = 'inbound'"
    sids = column(cursor, sql)
    assert len(sids) == len(set(sids)) <= MESSAGES
    assert len(sids) == column(cursor, "SELECT COUNT(*) FROM (" + sql.replace(", _raw", "") + ")")[0]


def test_it_cannot_be_written(cursor, sim):
    where = f"WHERE ConferenceSid = '{SUPPORT}' AND _raw ->> '$.label' = 'customer'"
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(f"UPDATE ConferenceParticipants SET _raw = '{{}}' {where}")
    assert "_raw" in str(error.value)
    assert sim.lines() == []
    assert cursor.execute(f"UPDATE ConferenceParticipants SET Muted = true {where}").rowcount == 1


def test_system_and_temporary_tables_have_none(cursor):
    cursor.execute("CREATE TEMP TABLE plain (a INTEGER)")
    for table in ["plain", "sys_tables"]:
        with pytest.raises(pyodbc.Error, match="42S22"):
            cursor.execute(f"SELECT _raw FROM {table}")
    cursor.execute("CREATE TEMP TABLE kept AS SELECT Sid, _raw FROM Messages")
    assert column(cursor, "SELECT COUNT(*) FROM kept WHERE _raw ->> '$.account_sid' = ?", ACCOUNT) == [MESSAGES]


@pytest.fixture
def generic(connect, new_simulator):
    simulator = new_simulator("--model", str(ROOT / "src" / "model" / "data"))
    return connect(account(simulator.url + "/{product}", ParentScan="Always")).cursor()


def test_rows_of_other_products_have_it_and_one_row_answers(generic):
    assert json.loads(column(generic, "SELECT _raw FROM Twilio.Balance")[0])["account_sid"] == ACCOUNT
    for table in ["Verify.Services", "CallSummaries", "Lookups.AccountRateLimits"]:
        rows = column(generic, f"SELECT _raw FROM {table}")
        assert rows and all(isinstance(json.loads(row), dict) for row in rows)


def test_rows_without_a_key_stay_the_same_with_it(generic):
    where = "FROM Wireless.AccountUsageRecords WHERE AccountSid IS NOT NULL OR Commands IS NOT NULL OR Period IS NULL"
    (count,) = column(generic, f"SELECT COUNT(*) {where}")
    assert count > 1 and len(column(generic, f"SELECT _raw {where}")) == count


def test_a_wide_table_has_it_apart_from_its_last_columns(generic):
    generic.execute("SELECT * FROM Numbers.ShortCodeApplications")
    names = [name for name, *_ in generic.description]
    assert len(names) == 64 and "_raw" not in names
    rows = generic.fetchall()
    for name in [names[0], names[62], names[63]]:
        both = generic.execute(f"SELECT {name}, _raw FROM Numbers.ShortCodeApplications").fetchall()
        assert [row[0] for row in both] == [row[names.index(name)] for row in rows]
        assert all(json.loads(row[1]) for row in both)
