"""A row of every table that the simulator keeps and that INSERT can add to: made, read, changed and taken away."""

import json
from pathlib import Path
import re

import pyodbc
import pytest

from support import Simulator, account

DATA = Path(__file__).parent.parent / "src" / "model" / "data"
NUMBER, URL, SID = "+14155550123", "https://example.com/x", "0123456789abcdef" * 2

# What a table needs beside its required columns, or what these have to be.
GIVEN = {
    "Addresses": {"IsoCountry": "US"},
    "Calls": {"Twiml": "<Response/>"},
    "ConferenceParticipants": {"Label": "a label"},
    "ConversationParticipants": {"Identity": "somebody"},
    "ConversationWebhooks": {"Target": "webhook", "ConfigurationUrl": URL},
    "IncomingPhoneNumbers": {"AreaCode": "415"},
    "Messages": {"Body": "Hello", "MessagingServiceSid": "MG" + SID, "SendAt": "2030-01-01 10:00:00", "ScheduleType": "fixed"},
    "Rooms": {"UniqueName": "a room"},
    "SipCredentials": {"Password": "Abcdefgh12345678"},
    "SipDomains": {"DomainName": "lives.sip.twilio.com"},
    "Triggers": {"TriggerValue": "100", "UsageCategory": "sms"},
    "ConversationRoles": {"Type": "conversation", "Permissions": '["sendMessage"]'},
}
# What is set, where it is not the first text that may be.
SET = {
    "CallRecordings": ("Status", "paused"),
    "Calls": ("Status", "completed"),
    "ConferenceParticipants": ("Hold", True),
    "ConversationParticipants": ("Attributes", '{"a":1}'),
    "ConversationRoles": ("Permissions", '["editOwnMessage"]'),
    "ConversationUsers": ("FriendlyName", "changed"),
    "Messages": ("Status", "canceled"),
    "Rooms": ("Status", "completed"),
    "SipCredentials": ("Password", "Abcdefgh87654321"),
}
# What cannot be deleted before it is complete.
IN_PROGRESS = {"CallRecordings"}


def shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def model() -> dict[tuple[str, str], dict]:
    """Tables of the model that have INSERT, by product and list."""
    files = [*DATA.glob("tables/*.json"), *DATA.glob("generated/*/*.json")]
    tables = [json.loads(file.read_text()) for file in files]
    return {(t["product"], shape(t["list"])): t for t in tables if "create" in t}


@pytest.fixture(scope="module")
def made() -> list[dict]:
    simulator = Simulator()
    try:
        kept = [(one["product"], shape(one["list"])) for one in simulator.lists()]
    finally:
        simulator.stop()
    tables = model()
    return [tables[one] for one in kept if one in tables]


def test_there_are_many(made):
    assert len(made) > 20
    names = {table["name"] for table in made}
    assert names >= GIVEN.keys() and names >= SET.keys(), "nothing here is of no use"


def value(parameter: dict) -> object:
    if parameter.get("values"):
        return parameter["values"][0]
    if parameter.get("sid"):
        return parameter["sid"][:2] + SID
    by_format = {"phone": NUMBER, "recipient": NUMBER, "sender": "+14155550100", "url": URL}
    by_type = {"integer": 10, "boolean": True, "json": '{"a":1}', "decimal": "1.5"}
    return by_format.get(parameter.get("format")) or by_type.get(parameter["type"], f"a {parameter['name']}"[:20])


def path_columns(table: dict, operation: str) -> list[str]:
    return [name for name in re.findall(r"\{([^}]*)\}", table[operation]["path"]) if name != "AccountSid"]


def qualified(table: dict) -> str:
    return f"{table['schema']}.{table['name']}"


def column(table: dict, name: str) -> dict:
    named = (c for c in table["columns"] if name in (c["name"], *c.get("aliases", [])))
    return next(named, {})


def parent_key(cursor, table: dict, name: str) -> str:
    parent = next(p for p in table["parents"] if p["column"] == name)
    condition = " AND ".join(f"{of} = '{it}'" for of, it in parent.get("where", {}).items())
    where = f" WHERE {condition}" if condition else ""
    if parent["table"] == "Calls":
        where = " WHERE Status = 'in-progress'"
    schema = "" if "." in parent["table"] else f"{table['schema']}."
    return cursor.execute(f"SELECT TOP 1 {parent['key']} FROM {schema}{parent['table']}{where}").fetchval()


def sets(table: dict) -> tuple[str, object] | None:
    if table["name"] in SET:
        return SET[table["name"]]
    for parameter in table.get("update", {}).get("parameters", []):
        own = column(table, parameter["name"])
        if own.get("type") == "text" and not own.get("read_only") and not parameter.get("values") and not own.get("sid"):
            return own["name"], URL if parameter.get("format") == "url" else "changed"
    return None


def one_request(sim: Simulator, table: dict, operation: str) -> None:
    (request,) = sim.requests()
    assert request.method == table[operation]["method"] and request.status in range(200, 300), request
    path = re.escape(f"/{table['product']}{table[operation]['path']}")
    assert re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", path), request.path), request.path


def test_every_row_lives(made, connect, sim):
    cursor = connect(account(f"{sim.url}/{{product}}", AllowParentScan=1)).cursor()
    faults = {}
    for table in made:
        try:
            live(cursor, sim, table)
        except (AssertionError, pyodbc.Error) as fault:
            faults[table["name"]] = str(fault)
    assert not faults, "\n".join(f"{name}: {fault}" for name, fault in faults.items())


def live(cursor, sim: Simulator, table: dict) -> None:
    sim.reset()
    name = qualified(table)
    given = {one: parent_key(cursor, table, one) for one in path_columns(table, "create")}
    own = GIVEN.get(table["name"], {})
    given |= {p["name"]: value(p) for p in table["create"]["parameters"] if p.get("required")} | own
    names = list(given) or [table["create"]["parameters"][0]["name"]]
    given = given or {names[0]: "a name"}
    listed = ", ".join(f"[{one}]" for one in names)
    keys = table["key"]

    sim.clear()
    before = sim.effects()
    markers = ", ".join("?" * len(names))
    returned = ", ".join(f"[{key}]" for key in keys)
    sql = f"INSERT INTO {name} ({listed}) VALUES ({markers}) RETURNING {returned}"
    row = cursor.execute(sql, *given.values()).fetchone()
    assert all(row), f"{name} tells its key"
    one_request(sim, table, "create")
    after = sim.effects()
    assert all(count - before.get(effect, 0) in (0, 1) for effect, count in after.items()), (name, before, after)
    assert cursor.execute("SELECT COUNT(*) FROM sys_identity").fetchval() == 1, name
    assert cursor.execute("SELECT SCOPE_IDENTITY()").fetchval() in ",".join(map(str, row)), name

    # The key with the path: what a person would name the row by.
    key = dict(zip(keys, row, strict=True))
    key |= {one: given[one] for one in path_columns(table, "create") if one not in key}
    where = " AND ".join(f"[{one}] = ?" for one in key)
    assert cursor.execute(f"SELECT COUNT(*) FROM {name} WHERE {where}", *key.values()).fetchval() == 1, name

    set_one = sets(table)
    if set_one:
        what, to = set_one
        sim.clear()
        cursor.execute(f"UPDATE {name} SET [{what}] = ? WHERE {where}", to, *key.values())
        assert cursor.rowcount == 1, name
        one_request(sim, table, "update")
        if column(table, what):
            found = cursor.execute(f"SELECT [{what}] FROM {name} WHERE {where}", *key.values()).fetchval()
            assert (json.loads(found) if str(to).startswith(("[", "{")) else found) == (json.loads(to) if str(to).startswith(("[", "{")) else to), name

    if "delete" in table:
        sim.clear()
        sql = f"DELETE FROM {name} WHERE {where}"
        if table["name"] in IN_PROGRESS:
            with pytest.raises(pyodbc.Error, match="20009") as error:
                cursor.execute(sql, *key.values())
            assert error.value.args[0] == "23000"
            return
        assert cursor.execute(sql, *key.values()).rowcount == 1, name
        one_request(sim, table, "delete")
        assert cursor.execute(f"SELECT COUNT(*) FROM {name} WHERE {where}", *key.values()).fetchval() == 0, name
