"""Every table that SQLTables lists, read through the driver manager from synthetic rows of its types."""

import datetime
import decimal
import json
import re
from pathlib import Path

import pyodbc
import pytest

import support
from support import ACCOUNT, ROOT

DATA = ROOT / "src" / "model" / "data"

PYTHON = {
    "text": str,
    "json": str,
    "boolean": bool,
    "integer": int,
    "bigint": int,
    "double": float,
    "decimal": decimal.Decimal,
    "date": datetime.date,
    "timestamp": datetime.datetime,
}


@pytest.fixture(scope="module")
def model():
    files = [*(DATA / "tables").glob("*.json"), *(DATA / "generated").glob("*/*.json")]
    tables = [json.loads(file.read_text()) for file in files]
    return {(table["schema"], table["name"]): table for table in tables}


@pytest.fixture(scope="module")
def simulated(generic, model):
    """The tables whose lists have rows of the simulator's own world, not synthetic ones."""
    served = [
        (one["product"], re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(one["list"])))) for one in generic.lists()
    ]

    def is_simulated(table):
        path = table.get("list", "")
        for column in table["columns"]:
            # Of several lists the first.
            path = path.replace(f"{{{column['name']}}}", next(iter(column.get("paths", {}).values()), "{}"))
        return any(table.get("product") == product and pattern.fullmatch(path) for product, pattern in served)

    return {name for name, table in model.items() if is_simulated(table)}


@pytest.fixture
def cursor(generic, connect):
    generic.clear()
    return connect(support.account(generic.url + "/{product}", ParentScan="Always")).cursor()


def listed(cursor):
    return [(row.table_schem, row.table_name, row.table_type) for row in cursor.tables()]


def parent_of(table, column):
    (parent,) = [parent for parent in table.get("parents", []) if parent["column"] == column] or [None]
    return parent


def in_star(table):
    return [column for column in table["columns"] if not column.get("hidden")]


def need_not_be_given(table, name):
    (column,) = [column for column in table["columns"] if column["name"] == name]
    return "default" in column or "paths" in column


def lists_of(table):
    """How many lists are read where the statement gives nothing."""
    count = 1
    for column in table["columns"]:
        if column.get("every"):
            count *= len(column["paths"])
    return count


def is_walkable(table, model):
    """Whether the driver finds every key above the table by itself, and needs nothing else."""
    if any(switch.get("required") for switch in table.get("switches", [])):
        return False
    for column in re.findall(r"{(\w+)}", table["list"]):
        if column == "AccountSid" or need_not_be_given(table, column):
            continue
        parent = parent_of(table, column)
        if parent is None:
            return False
        above = parent["table"].split(".") if "." in parent["table"] else [table["schema"], parent["table"]]
        if not is_walkable(model[tuple(above)], model):
            return False
    return True


def condition(table):
    """Values for a path that nothing leads to, and for the parameters that have to be sent."""
    columns = {column["name"]: column for column in table["columns"]}
    given = {}
    for name in re.findall(r"{(\w+)}", table["list"]):
        column = columns[name]
        if name != "AccountSid" and not need_not_be_given(table, name):
            given[name] = key(column)
    given |= {switch["name"]: key(switch) for switch in table.get("switches", []) if switch.get("required")}
    return given


def key(column):
    return column.get("sid", "XX") + "0" * 32 if column.get("size") == 34 else "x"


def check_row(table, row):
    for column, value in zip(in_star(table), row, strict=True):
        where = f"{table['schema']}.{table['name']}.{column['name']}"
        if value is None:
            assert column["name"] not in table["key"], where
            continue
        assert type(value) is PYTHON[column["type"]], where
        if column["type"] == "json":
            json.loads(value)
        if column["type"] == "text":
            assert len(value) <= column.get("size", 4000), where
        # A key from a row above has that row's form, which some documents leave open; "" is nothing.
        if value and "sid" in column and f"{{{column['name']}}}" not in table["list"]:
            assert value[:2] in column["sid"].split("|"), where
        if column["name"] == "AccountSid":
            assert value == ACCOUNT, where


def test_the_list_has_every_schema(cursor, model):
    tables = listed(cursor)
    assert len(tables) > 300
    assert {"Twilio", "Verify", "TaskRouter", "Studio", "Messaging", "Video", "Sync", "Monitor"} <= {s for s, *_ in tables}
    assert len(set(tables)) == len(tables)
    assert {(schema, name) for schema, name, _ in tables} <= set(model)


def test_every_table_gives_its_rows(cursor, generic, model, simulated):
    read, rows_read, left = 0, 0, []
    for schema, name, kind in listed(cursor):
        table = model[schema, name]
        if kind == "SYSTEM TABLE" or (schema, name) in simulated:
            continue
        if not is_walkable(table, model):
            left.append((schema, name))
            continue
        rows = cursor.execute(f'SELECT * FROM "{schema}"."{name}"').fetchall()
        names = [column[0] for column in cursor.description]
        assert names == [column["name"] for column in in_star(table)], name
        assert rows, f"{schema}.{name} has no rows"
        for row in rows:
            check_row(table, row)
        keys = {tuple(getattr(row, column) for column in table["key"] or names) for row in rows}
        assert len(keys) == len(rows) // lists_of(table), f"{schema}.{name} repeats a key"
        if not table.get("parents"):
            wanted = 1 if table.get("paging") == "one" else 3 * lists_of(table)
            assert len(rows) == wanted, f"{schema}.{name}"
        read += 1
        rows_read += len(rows)
    assert read > 200
    assert not [entry["path"] for entry in generic.log() if entry["status"] != 200]
    # What needs a key that nothing leads to says so, and is read with it.
    for schema, name in left:
        table = model[schema, name]
        with pytest.raises(pyodbc.Error, match="needs a value for|can be read once"):
            cursor.execute(f'SELECT * FROM "{schema}"."{name}"').fetchall()
    print(f"{read} tables, {rows_read} rows; {len(left)} need a key")


def test_simulated_tables_give_rows_of_their_types(cursor, model, simulated):
    """The rows that imitate Twilio's documents fit the model, which was made from them by another way."""
    empty = []
    for schema, name, _ in listed(cursor):
        table = model[schema, name]
        if (schema, name) not in simulated or not is_walkable(table, model):
            continue
        # What the driver asks for by itself begins some time before now, and the simulator's clock stands still.
        where = " WHERE EventDate >= '2024-06-01'" if (schema, name) == ("TaskRouter", "Events") else ""
        rows = cursor.execute(f'SELECT * FROM "{schema}"."{name}"{where}').fetchall()
        for row in rows:
            check_row(table, row)
        keys = {tuple(getattr(row, column) for column in table["key"]) for row in rows}
        assert not table["key"] or len(keys) == len(rows), f"{schema}.{name} repeats a key"
        if not rows:
            empty.append((schema, name))
    assert not empty


def test_tables_that_need_a_key_are_read_with_it(cursor, model):
    read = 0
    for schema, name, kind in listed(cursor):
        table = model[schema, name]
        given = {} if kind == "SYSTEM TABLE" or table.get("parents") else condition(table)
        if not given:
            continue
        where = " AND ".join(f'"{column}" = ?' for column in given)
        rows = cursor.execute(f'SELECT * FROM "{schema}"."{name}" WHERE {where}', *given.values()).fetchall()
        assert len(rows) == (1 if table.get("paging") == "one" else 3), f"{schema}.{name}"
        for row in rows:
            check_row(table, row)
            held = {column["name"] for column in table["columns"]} & set(given)
            assert {column: getattr(row, column) for column in held} == {column: given[column] for column in held}
        read += 1
    assert read > 10


def test_a_name_without_a_schema_is_found_if_there_is_one(cursor):
    assert len(cursor.execute("SELECT * FROM Workspaces").fetchall()) == 3
    with pytest.raises(pyodbc.Error, match=r"42S02.*write its schema: .*Chat\.Roles, .*IpMessaging\.Roles"):
        cursor.execute("SELECT * FROM Roles")


def test_a_row_is_read_by_its_path(cursor, generic):
    sid = cursor.execute("SELECT Sid FROM Verify.Services").fetchone()[0]
    generic.clear()
    assert cursor.execute("SELECT Sid FROM Verify.Services WHERE Sid = ?", sid).fetchone()[0] == sid
    (request,) = generic.requests()
    assert request.path == f"/verify/v2/Services/{sid}"


def test_columns_from_the_path_are_each_rows_own(cursor, generic):
    walked = cursor.execute(
        "SELECT a.Id AS parent, k.AssistantId, k.Id FROM Assistants.Assistants a "
        "JOIN Assistants.AssistantKnowledge k ON k.AssistantId = a.Id"
    ).fetchall()
    assert len(walked) == 9 and all(row.parent == row.AssistantId for row in walked)
    generic.clear()
    rows = cursor.execute("SELECT AssistantId, COUNT(*) AS n FROM Assistants.AssistantKnowledge GROUP BY AssistantId")
    assert {row.AssistantId: row.n for row in rows} == {row.parent: 3 for row in walked}
    key = cursor.execute("SELECT Sid FROM SigningKeys").fetchone()[0]
    generic.clear()
    row = cursor.execute("SELECT AccountSid, FriendlyName FROM SigningKeys WHERE Sid = ?", key).fetchone()
    assert row.AccountSid == ACCOUNT
    assert [request.path.split("/")[-1] for request in generic.requests()] == [f"{key}.json"]


@pytest.mark.parametrize("columns", ["*", "COUNT(*)", "CallSid"])
def test_rows_without_a_key_are_told_apart_in_the_branches_of_an_or(cursor, generic, columns):
    """Three rows of each call, some of them in two branches; where nothing else is read they are alike."""
    one, other = support.SUPPORT_CALLS[:2]
    generic.clear()
    branches = "CallSid = ? OR (CallSid = ? AND AccountSid = ?) OR (CallSid = ? AND AccountSid = ?)"
    statement = f"SELECT {columns} FROM CallRequestEvents WHERE {branches}"
    rows = cursor.execute(statement, one, other, ACCOUNT, one, ACCOUNT).fetchall()
    paths = {request.path for request in generic.requests()}
    assert paths == {
        f"/api/2010-04-01/Accounts/{ACCOUNT}/Calls/{call}/Events.json" for call in (one, other)
    }, "the branches are read by their keys"
    assert (rows[0][0] if columns == "COUNT(*)" else len(rows)) == 6


def test_a_row_without_a_key_is_the_same_row_under_each_filter(cursor):
    rows = cursor.execute("SELECT Category, Count FROM UsageRecords").fetchall()
    assert len(rows) == 10
    either = "Category = ? OR Count = ?"
    found = cursor.execute(f"SELECT Category, Count FROM UsageRecords WHERE {either}", rows[0].Category, rows[0].Count)
    alike = [row for row in rows if row.Category == rows[0].Category or row.Count == rows[0].Count]
    assert [tuple(row) for row in found] == [tuple(row) for row in alike]


def test_parents_are_walked_to_any_depth(cursor, generic):
    """Services, the users of each, the channels of each user: what leads to the users is what leads to the channels."""
    users = cursor.execute("SELECT ServiceSid, Sid FROM Chat.Users").fetchall()
    channels = cursor.execute("SELECT ServiceSid, UserSid, ChannelSid FROM Chat.UserChannels").fetchall()
    assert len(users) == 9 and len(channels) == 27
    assert {(row.ServiceSid, row.UserSid) for row in channels} == {tuple(row) for row in users}
    service = users[0].ServiceSid
    generic.clear()
    below = cursor.execute("SELECT UserSid FROM Chat.UserChannels WHERE ServiceSid = ?", service).fetchall()
    assert len(below) == 9
    assert all(request.path.startswith(f"/chat/v2/Services/{service}/Users") for request in generic.requests())
    assert {entry["status"] for entry in generic.log()} == {200}


def test_what_would_be_walked_is_explained(cursor, connect, generic):
    rows = cursor.execute("EXPLAIN SELECT * FROM Chat.UserChannels WHERE ServiceSid = ?", "IS" + "0" * 32).fetchall()
    assert any("Users with the same ServiceSid" in str(tuple(row)) for row in rows)
    careful = connect(support.account(generic.url + "/{product}")).cursor()
    join = r"UserChannels\.UserSid = Users\.Sid AND UserChannels\.ServiceSid = Users\.ServiceSid"
    with pytest.raises(pyodbc.Error, match=join):
        careful.execute("SELECT * FROM Chat.UserChannels")
