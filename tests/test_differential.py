"""Random queries against plain SQLite over the same rows, with and without sending predicates to Twilio.

`DIFFERENTIAL_SEEDS=100:200` runs others than the usual ones.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime

import pyodbc
import pytest

from differential import Generator, Query
from differential_tables import TABLES, Source, Vocabulary
from support import WAITING_ROOM, Simulator

SEEDS = range(*map(int, os.environ.get("DIFFERENTIAL_SEEDS", "1:13").split(":")))
QUERIES = 40

# Columns whose field in Twilio's answers is not called by the same words.
FIELDS = {"Name": "friendly_name"}


def field_of(column: str) -> str:
    words = "".join("_" + letter.lower() if letter.isupper() else letter for letter in column)
    return FIELDS.get(column, words.removeprefix("_"))


def represent(kind: str, value: object) -> object:
    """A value of the API as SQLite has it."""
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    if kind == "timestamp":
        return f"{parsedate_to_datetime(str(value)):%Y-%m-%d %H:%M:%S}"
    return int(value) if isinstance(value, bool) else value


def rows_of(sim: Simulator) -> dict[str, list[dict[str, object]]]:
    def row(table: Source, fields: dict[str, object]) -> dict[str, object]:
        return {column.name: represent(column.kind, fields[field_of(column.name)]) for column in table.columns}

    rooms = list(sim.world().values())
    entries = {
        "Conferences": rooms,
        "ConferenceParticipants": [call for room in rooms for call in room["participants"].values()],
    }
    return {name: [row(TABLES[name], fields) for fields in entries[name]] for name in TABLES}


def plain_database(rows: dict[str, list[dict[str, object]]]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    # The driver's know more than ASCII.
    for name, function in (("UPPER", str.upper), ("LOWER", str.lower)):
        database.create_function(name, 1, lambda text, of=function: None if text is None else of(text), deterministic=True)
    for name, table in TABLES.items():
        types = ", ".join(f"{column.name} {'INTEGER' if column.kind == 'boolean' else 'TEXT'}" for column in table.columns)
        database.execute(f"CREATE TABLE {name} ({types})")
        marks = ", ".join("?" for _ in table.columns)
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(row.values()) for row in rows[name]])
    return database


def comparable(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return str(value) if isinstance(value, datetime) else value


def result(cursor: pyodbc.Cursor | sqlite3.Cursor, query: Query) -> object:
    """The columns' names and the rows as far as they are determined."""
    names = [column[0] for column in cursor.description]
    rows = [tuple(map(comparable, row)) for row in cursor.fetchall()]
    if query.counted:
        return names, len(rows)
    return names, rows if query.ordered else sorted(rows, key=repr)


def check(query: Query, connections: dict[str, pyodbc.Connection], plain: sqlite3.Connection, sim: Simulator) -> None:
    expected = result(plain.execute(query.plain, query.plain_parameters), query)
    for name, connection in connections.items():
        sim.clear()
        assert result(connection.execute(query.sql, query.parameters), query) == expected, name
        asked = Counter((request.path, *sorted(request.query.items())) for request in sim.requests())
        assert [request for request, times in asked.items() if times > 1] == [], f"{name}: sent twice"


@pytest.mark.parametrize("seed", SEEDS)
def test_queries_give_what_plain_sqlite_gives(connect, sim, seed):
    connections = {"Pushdown=1": connect(), "Pushdown=0": connect("DSN=Twilio;Pushdown=0")}
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
