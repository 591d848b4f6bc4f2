"""Random queries against plain SQLite over the same rows, with and without sending predicates to Twilio.

`DIFFERENTIAL_SEEDS=100:200` runs others than the usual ones.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import parsedate_to_datetime

import pyodbc
import pytest

from differential import Generator, Query
from differential_tables import TABLES, Source, Vocabulary
from support import WAITING_ROOM, Simulator

SEEDS = range(*map(int, os.environ.get("DIFFERENTIAL_SEEDS", "1:13").split(":")))
QUERIES = 40

# Columns whose field in Twilio's answers is not called by the same words.
FIELDS = {"Name": "friendly_name", "Sender": "from", "MessageSid": "parent_sid"}


class Mean:
    """The average of millionths, rounded to one of them."""

    def __init__(self) -> None:
        self.values: list[int] = []

    def step(self, value: int | None) -> None:
        self.values += [] if value is None else [value]

    def finalize(self) -> int | None:
        if not self.values:
            return None
        return int((Decimal(sum(self.values)) / len(self.values)).to_integral_value(ROUND_HALF_UP))


def field_of(column: str) -> str:
    column = column.strip('"')
    words = "".join("_" + letter.lower() if letter.isupper() else letter for letter in column)
    return FIELDS.get(column, words.removeprefix("_"))


def represent(kind: str, value: object) -> object:
    """A value of the API as SQLite has it."""
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    if value is None:
        return None
    if kind == "decimal":
        return int(Decimal(str(value)).scaleb(6))
    if kind == "timestamp":
        return f"{parsedate_to_datetime(str(value)):%Y-%m-%d %H:%M:%S}"
    return int(value) if kind in ("boolean", "number") else value


def rows_of(sim: Simulator) -> dict[str, list[dict[str, object]]]:
    def row(table: Source, fields: dict[str, object]) -> dict[str, object]:
        return {column.name: represent(column.kind, fields[field_of(column.name)]) for column in table.columns}

    rooms = list(sim.world().values())
    messages = sim.listed("Messages.json", "messages")
    entries = {
        "Conferences": rooms,
        "ConferenceParticipants": [call for room in rooms for call in room["participants"].values()],
        "Messages": messages,
        "Calls": sim.listed("Calls.json", "calls"),
        "Media": [
            file
            for message in messages
            for file in sim.listed(f"Messages/{message['sid']}/Media.json", "media_list")
        ],
    }
    return {name: [row(TABLES[name], fields) for fields in entries[name]] for name in TABLES}


def plain_database(rows: dict[str, list[dict[str, object]]]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    # The driver's know more than ASCII.
    for name, function in (("UPPER", str.upper), ("LOWER", str.lower)):
        database.create_function(name, 1, lambda text, of=function: None if text is None else of(text), deterministic=True)
    database.create_aggregate("MEAN", 1, Mean)
    for name, table in TABLES.items():
        types = [f"{column.name} {'TEXT' if column.kind in ('text', 'timestamp') else 'INTEGER'}" for column in table.columns]
        database.execute(f"CREATE TABLE {name} ({', '.join(types)})")
        marks = ", ".join("?" for _ in table.columns)
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(row.values()) for row in rows[name]])
    return database


def comparable(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return value.normalize()
    return str(value) if isinstance(value, datetime) else value


def from_plain(kind: str, value: object) -> object:
    return Decimal(value).scaleb(-6) if kind == "decimal" and value is not None else value


def result(names: list[str], rows: list[tuple], query: Query) -> object:
    """The columns' names and the rows as far as they are determined."""
    rows = [tuple(map(comparable, row)) for row in rows]
    if query.counted:
        return names, len(rows)
    return names, rows if query.ordered else sorted(rows, key=repr)


def names_of(cursor: pyodbc.Cursor | sqlite3.Cursor) -> list[str]:
    return [column[0] for column in cursor.description]


def check(query: Query, connections: dict[str, pyodbc.Connection], plain: sqlite3.Connection, sim: Simulator) -> None:
    cursor = plain.execute(query.plain, query.plain_parameters)
    expected = result(names_of(cursor), [tuple(map(from_plain, query.kinds, row)) for row in cursor], query)
    for name, connection in connections.items():
        sim.clear()
        cursor = connection.execute(query.sql, query.parameters)
        assert result(names_of(cursor), cursor.fetchall(), query) == expected, name
        asked = Counter((request.path, *sorted(request.query.items())) for request in sim.requests())
        assert [request for request, times in asked.items() if times > 1] == [], f"{name}: sent twice"


@pytest.mark.parametrize("seed", SEEDS)
def test_queries_give_what_plain_sqlite_gives(connect, sim, seed):
    connections = {
        f"Pushdown={on}": connect(f"DSN=Twilio;ParentScan=Always;Pushdown={on}") for on in (1, 0)
    }
    # Where no query names a conference, the driver reads those in progress. Here others have no participants.
    connections["Pushdown=1"].execute(f"DELETE FROM ConferenceParticipants WHERE ConferenceSid = '{WAITING_ROOM}'")
    rows = rows_of(sim)
    plain = plain_database(rows)
    generator = Generator(seed, Vocabulary.read(rows))
    for number in range(QUERIES):
        query = generator.query()
        try:
            check(query, connections, plain, sim)
        except (AssertionError, pyodbc.Error, sqlite3.Error) as problem:
            pytest.fail(f"seed {seed}, query {number}: {query.sql}\nparameters: {query.parameters}\n{problem}", pytrace=False)
