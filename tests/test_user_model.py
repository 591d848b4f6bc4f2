"""Tables and views of the user's own: what the files of Location and UserDefinedViews add, and what is refused."""

import json

import pyodbc
import pytest

from support import ACCOUNT, ALL_HANDS, IN_PROGRESS, SUPPORT, SUPPORT_CALLS

ROOMS = {
    "schema": "Mine",
    "name": "Gatherings",
    "kind": "table",
    "remarks": "Conferences, briefly.",
    "product": "api",
    "list": "/2010-04-01/Accounts/{AccountSid}/Conferences.json",
    "items": "conferences",
    "page_size": 100,
    "key": ["Sid"],
    "columns": [
        {"name": "Sid", "json": "sid", "type": "text", "size": 34, "sid": "CF"},
        {"name": "AccountSid", "json": "account_sid", "type": "text", "size": 34, "sid": "AC"},
        {"name": "Title", "aliases": ["Label"], "json": "friendly_name", "type": "text", "size": 64, "remarks": "As it is announced."},
        {"name": "State", "json": "status", "type": "text", "size": 16, "values": ["init", "in-progress", "completed"]},
        {"name": "People", "json": "subresource_uris.participants", "type": "text", "size": 255},
    ],
    "filters": [{"column": "State", "operator": "=", "parameter": "Status"}],
    "fetch": {"method": "GET", "path": "/2010-04-01/Accounts/{AccountSid}/Conferences/{Sid}.json"},
    "update": {
        "method": "POST",
        "path": "/2010-04-01/Accounts/{AccountSid}/Conferences/{Sid}.json",
        "parameters": [{"name": "State", "parameter": "Status", "type": "text", "values": ["completed"]}],
    },
}  # fmt: skip


def write(folder, name, table):
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(table if isinstance(table, str) else json.dumps(table, indent=1))
    return folder


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path, "Gatherings.json", ROOMS)


def refused(connect, text):
    with pytest.raises(pyodbc.Error) as error:
        connect(text)
    assert error.value.args[0] == "HY000"
    return error.value.args[1]


def rows(cursor, sql, *arguments):
    return [tuple(row) for row in cursor.execute(sql, *arguments)]


def test_a_table_is_listed_and_described(connect, folder):
    cursor = connect(f"DSN=Twilio;Location={folder}").cursor()
    (listed,) = cursor.tables(schema="Mine").fetchall()
    assert (listed.table_name, listed.table_type, listed.remarks) == ("Gatherings", "TABLE", "Conferences, briefly.")
    columns = [(c.column_name, c.column_size, c.remarks) for c in cursor.columns(table="Gatherings")]
    assert columns[2:4] == [("Title", 64, "As it is announced."), ("State", 16, "State.")]
    assert [key.column_name for key in cursor.primaryKeys("Gatherings", schema="Mine")] == ["Sid"]
    assert rows(cursor, "SELECT TableName FROM sys_tables WHERE SchemaName = 'Mine'") == [("Gatherings",)]


def test_a_table_is_read_as_any_other(connect, folder, sim):
    cursor = connect(f"DSN=Twilio;Location={folder}").cursor()
    sim.clear()
    found = rows(cursor, "SELECT Sid, Label, AccountSid FROM Gatherings WHERE State = 'in-progress'")
    assert {row[0] for row in found} == set(IN_PROGRESS)
    assert (SUPPORT, "Support line", ACCOUNT) in found
    (request,) = sim.requests()
    assert (request.path, request.query["Status"], request.query["PageSize"]) == ("Conferences.json", "in-progress", "100")
    sim.clear()
    assert rows(cursor, "SELECT Title FROM Mine.Gatherings WHERE Sid = ?", SUPPORT) == [("Support line",)]
    assert sim.lines() == [f"GET Conferences/{SUPPORT}.json"]
    joined = rows(cursor, "SELECT p.CallSid FROM Gatherings r JOIN ConferenceParticipants p ON p.ConferenceSid = r.Sid WHERE r.Sid = ?", SUPPORT)
    assert {row[0] for row in joined} == set(SUPPORT_CALLS)


def test_a_table_is_written_as_any_other(connect, folder, sim):
    cursor = connect(f"DSN=Twilio;Location={folder}").cursor()
    assert cursor.execute("UPDATE Gatherings SET State = 'completed' WHERE Sid = ?", ALL_HANDS).rowcount == 1
    assert sim.world()[ALL_HANDS]["status"] == "completed"


def test_connections_see_their_own_tables_alone(connect, folder, tmp_path_factory):
    other = write(tmp_path_factory.mktemp("other"), "Halls.json", {**ROOMS, "name": "Halls"})
    mine, theirs = connect(f"DSN=Twilio;Location={folder}").cursor(), connect(f"DSN=Twilio;Location={other}").cursor()
    plain = connect().cursor()
    for cursor, expected in [(mine, ["Gatherings"]), (theirs, ["Halls"]), (plain, [])]:
        assert [table.table_name for table in cursor.tables(schema="Mine")] == expected
        for name in ["Gatherings", "Halls"]:
            if name in expected:
                assert cursor.execute(f"SELECT COUNT(*) FROM {name}").fetchval() > 0
            else:
                with pytest.raises(pyodbc.ProgrammingError, match="42S02"):
                    cursor.execute(f"SELECT * FROM {name}")


def test_a_file_is_read_when_the_connection_is_made(connect, folder):
    old = connect(f"DSN=Twilio;Location={folder}").cursor()
    write(folder, "Gatherings.json", {**ROOMS, "name": "Places"})
    new = connect(f"DSN=Twilio;Location={folder}").cursor()
    assert [table.table_name for table in old.tables(schema="Mine")] == ["Gatherings"]
    assert [table.table_name for table in new.tables(schema="Mine")] == ["Places"]


def test_a_table_takes_the_place_of_a_built_in_one(connect, tmp_path):
    text = json.dumps({**ROOMS, "schema": "Twilio", "name": "Conferences"}, indent=1)
    write(tmp_path, "Conferences.json", text)
    message = refused(connect, f"DSN=Twilio;Location={tmp_path}")
    assert "Twilio.Conferences takes the place of a table that Twilio.ConferenceParticipants needs: parents.where" in message
    write(tmp_path, "Conferences.json", text.replace("State", "Status"))
    cursor = connect(f"DSN=Twilio;Location={tmp_path}").cursor()
    assert [column.column_name for column in cursor.columns(table="Conferences")] == ["Sid", "AccountSid", "Title", "Status", "People"]
    assert rows(cursor, "SELECT Title FROM Conferences WHERE Sid = ?", SUPPORT) == [("Support line",)]
    count = "SELECT COUNT(*) FROM ConferenceParticipants"
    assert rows(cursor, count) == rows(connect().cursor(), count)


def test_a_procedure_is_added(connect, folder, sim):
    close = {"schema": "Mine", "name": "CloseGathering", "remarks": "Ends it.", "updates": "Gatherings"}
    write(folder, "procedures/CloseGathering.json", close)
    cursor = connect(f"DSN=Twilio;Location={folder}").cursor()
    assert [procedure.procedure_name for procedure in cursor.procedures(schema="Mine")] == ["CloseGathering"]
    assert cursor.execute("EXEC Mine.CloseGathering @Sid = ?, @State = 'completed'", ALL_HANDS).fetchone().State == "completed"


def test_faults_say_where_they_are_and_nothing_is_connected(connect, tmp_path, sim):
    broken = {**ROOMS, "key": ["Id"], "product": "api.twilio.com.example/", "colour": "red"}
    write(tmp_path, "Broken.json", broken)
    message = refused(connect, f"DSN=Twilio;ConnectOnOpen=0;Location={tmp_path}")
    assert "Broken.json: colour: unknown field `colour`, expected one of `schema`" in message and "line" in message
    del broken["colour"]
    write(tmp_path, "Broken.json", broken)
    message = refused(connect, f"DSN=Twilio;Location={tmp_path}")
    assert "is no label of a host name" in message and "Broken.json, line 11: key: there is no column Id" in message
    message = refused(connect, f"DSN=Twilio;Location={tmp_path / 'nowhere'}")
    assert "nowhere cannot be read" in message
    assert sim.requests() == []


@pytest.mark.parametrize("product", ["evil.example", "evil.example/", "a@b", "a:1", "a b", "{product}", "-a", "", "é", "a\r\nb", "a#", "a" * 64])
def test_no_product_leads_to_another_host(connect, tmp_path, product, sim):
    write(tmp_path, "Gatherings.json", {**ROOMS, "product": product})
    assert "Gatherings.json" in refused(connect, f"DSN=Twilio;Location={tmp_path}")
    assert sim.requests() == []


@pytest.mark.parametrize("path", ["v1/Gatherings", "//evil.example/v1", "/v1/../v2", "/v1/./a", "/v1?a=b", "/v1#a", "/v1\\a", "/v 1", "/v1/{Nothing}", "/v1/{", "/%2e%2e/", "@evil"])
def test_no_path_leads_elsewhere(connect, tmp_path, path, sim):
    write(tmp_path, "Gatherings.json", {**ROOMS, "list": path})
    assert "Gatherings.json" in refused(connect, f"DSN=Twilio;Location={tmp_path}")
    assert sim.requests() == []


@pytest.mark.parametrize("length", [2, 20])
def test_a_circle_of_parents_is_refused(connect, tmp_path, length, sim):
    for number in range(length):
        above = {"column": "Above", "table": f"Mine.T{(number + 1) % length}", "key": "Sid"}
        columns = [*ROOMS["columns"], {"name": "Above", "json": "above", "type": "text"}]
        table = {**ROOMS, "name": f"T{number}", "list": "/v1/{Above}", "columns": columns, "parents": [above]}
        write(tmp_path, f"T{number}.json", table)
    assert "T0.json, line" in (message := refused(connect, f"DSN=Twilio;Location={tmp_path}")) and "parents.table" in message
    assert sim.requests() == []


def test_no_file_says_what_another_account_is(connect, tmp_path, sim):
    columns = [{**column, "default": "AC" + "9" * 32} if column["name"] == "AccountSid" else column for column in ROOMS["columns"]]
    write(tmp_path, "Gatherings.json", {**ROOMS, "columns": columns})
    assert "columns.AccountSid: the account is the statement's or the connection's" in refused(connect, f"DSN=Twilio;Location={tmp_path}")
    assert sim.requests() == []


def test_two_filters_of_one_column_and_operator_are_refused(connect, tmp_path):
    write(tmp_path, "Gatherings.json", {**ROOMS, "filters": ROOMS["filters"] * 2})
    assert "filters: State has two with the same operator" in refused(connect, f"DSN=Twilio;Location={tmp_path}")


VIEWS = {
    "Live": {"query": "SELECT Sid, Name AS Title, Status, DateCreated FROM Conferences WHERE Status = 'in-progress'"},
    "People": {"query": "SELECT l.Title, p.CallSid, p.Muted FROM Live l JOIN ConferenceParticipants p ON p.ConferenceSid = l.Sid"},
    "ByStatus": {"query": "SELECT Status, COUNT(*) AS Rooms FROM Conferences GROUP BY Status", "remarks": "How many there are."},
    "Everything": {"query": "SELECT * FROM Conferences"},
}


@pytest.fixture
def views(connect, tmp_path, sim):
    file = tmp_path / "views.json"
    file.write_text(json.dumps(VIEWS, indent=1))
    cursor = connect(f"DSN=Twilio;UserDefinedViews={file}").cursor()
    sim.clear()
    return cursor


def test_views_are_listed_and_described(views, sim):
    found = {(row.table_name, row.table_type, row.remarks) for row in views.tables(schema="UserViews")}
    assert ("Live", "VIEW", "A view of this connection.") in found and ("ByStatus", "VIEW", "How many there are.") in found
    assert len(found) == len(VIEWS)
    assert {row.table_name for row in views.tables(tableType="VIEW")} > set(VIEWS)
    described = [tuple(c)[4:11] + (c.remarks,) for c in views.columns(table="Live", schema="UserViews")]
    of_table = {c.column_name: tuple(c)[4:11] + (c.remarks,) for c in views.columns(table="Conferences", schema="Twilio")}
    assert described == [of_table[name] for name in ["Sid", "Name", "Status", "DateCreated"]]
    assert [c.column_name for c in views.columns(table="Live")] == ["Sid", "Title", "Status", "DateCreated"]
    assert rows(views, "SELECT TableName, TableType FROM sys_tables WHERE TableName = 'Live'") == [("Live", "VIEW")]
    assert sim.requests() == []


def test_a_view_gives_the_rows_of_its_query(views):
    for name, view in VIEWS.items():
        expected = rows(views, view["query"])
        assert rows(views, f"SELECT * FROM {name}") == expected
        assert rows(views, f"SELECT * FROM CData.UserViews.[{name}] AS v") == expected
        described = [column[:2] for column in views.description]
        views.execute(view["query"])
        assert [column[:2] for column in views.description] == described


def test_predicates_on_a_view_are_sent(views, sim):
    assert rows(views, "SELECT Title FROM Live WHERE Sid = ?", SUPPORT) == [("Support line",)]
    assert sim.lines() == [f"GET Conferences/{SUPPORT}.json"]
    sim.clear()
    assert len(rows(views, "SELECT * FROM Everything WHERE Sid = '" + SUPPORT + "'")) == 1
    assert sim.lines() == [f"GET Conferences/{SUPPORT}.json"]
    sim.clear()
    rows(views, "SELECT * FROM Live WHERE DateCreated >= '2024-06-20'")
    (request,) = sim.requests()
    assert (request.query["Status"], request.query["DateCreated>"]) == ("in-progress", "2024-06-20")
    sim.clear()
    assert {row[1] for row in rows(views, "SELECT * FROM People p WHERE p.Title = 'Support line'")} == set(SUPPORT_CALLS)
    assert f"GET Conferences/{SUPPORT}/Participants.json" in sim.lines() and len(sim.lines()) == 2
    explained = rows(views, f"EXPLAIN SELECT * FROM Everything WHERE Sid = '{SUPPORT}'")
    assert any(f"Conferences/{SUPPORT}.json" in str(row) for row in explained), explained


def test_views_stand_where_tables_do(views):
    assert rows(views, "SELECT COUNT(*) FROM Live WHERE Sid IN (SELECT Sid FROM Everything)") == [(len(IN_PROGRESS),)]
    assert rows(views, "SELECT s.Rooms FROM ByStatus s JOIN Live l ON l.Status = s.Status WHERE l.Sid = ?", SUPPORT) == [(len(IN_PROGRESS),)]
    assert len(rows(views, "SELECT l.Sid FROM Live l LEFT JOIN People p ON p.Title = l.Title AND p.CallSid = ?", SUPPORT_CALLS[0])) == len(IN_PROGRESS)
    assert rows(views, "WITH x AS (SELECT * FROM Live) SELECT COUNT(*) FROM x") == [(len(IN_PROGRESS),)]
    assert len(rows(views, "SELECT Sid FROM Live UNION SELECT Sid FROM Live")) == len(IN_PROGRESS)
    views.execute("CREATE TEMP TABLE kept AS SELECT Sid FROM Live")
    assert rows(views, "SELECT COUNT(*) FROM kept") == [(len(IN_PROGRESS),)]


@pytest.mark.parametrize("sql", ["UPDATE Live SET Status = 'completed'", "DELETE FROM Live", "INSERT INTO Live (Sid) VALUES ('x')", "DROP TABLE Live"])
def test_a_view_cannot_be_written(views, sim, sql):
    with pytest.raises(pyodbc.Error, match="Live is a view, which can be read only"):
        views.execute(sql)
    assert sim.requests() == []


def test_statements_define_views_over_tables_of_ones_own(connect, folder):
    file = folder / "views.sql"
    file.write_text("-- What is on.\nCREATE VIEW Busy AS\n  SELECT Title FROM Mine.Gatherings WHERE State = 'in-progress';\n")
    cursor = connect(f"DSN=Twilio;Location={folder};UserDefinedViews={file}").cursor()
    assert len(rows(cursor, "SELECT * FROM Busy")) == len(IN_PROGRESS)
    message = refused(connect, f"DSN=Twilio;UserDefinedViews={file}")
    assert "views.sql, line 2: Busy: The table Mine.Gatherings at line 3, column 21 does not exist" in message


def test_a_view_with_a_fault_is_told_when_connecting(connect, tmp_path, sim):
    file = tmp_path / "views.json"
    file.write_text('{\n "A": {"query": "SELECT Titel FROM Conferences"},\n "B": {"query": "SELECT * FROM B"}\n}')
    message = refused(connect, f"DSN=Twilio;UserDefinedViews={file}")
    assert "views.json, line 2: A: The column Titel" in message
    assert "views.json, line 3: B: the view B is part of its own query" in message
    assert "cannot be read" in refused(connect, f"DSN=Twilio;UserDefinedViews={tmp_path / 'none.sql'}")
    assert sim.requests() == []
