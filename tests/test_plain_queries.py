"""Queries whose rows are given without SQLite, against the same ones inside a derived table, which SQLite runs: columns,
rows, errors, warnings and requests are the same.

`DIFFERENTIAL_SEEDS=100:200` runs others than the usual ones.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyodbc
import pytest

import odbc
import support
from differential_tables import TABLES
from plain_queries import Column, PlainQueries
from statements import STATEMENTS
from support import CONFERENCES, MESSAGES, ROOT, Simulator
from test_strict_types import WRONG

SEEDS = range(*map(int, os.environ.get("DIFFERENTIAL_SEEDS", "1:5").split(":")))
QUERIES = 40
WAYS = ["", "Pushdown=0;", "MaxRows=3;", "Subaccounts=All;", "StrictTypes=1;"]

# Where a name stands, and the request's own number.
VARYING = re.compile(r" at line \d+, column \d+|, request id \w+")


LIMITED = re.compile(r"SELECT (?:TOP (\d+) )?(.*?)( LIMIT \d+(?: OFFSET \d+)?)?", re.DOTALL)


def through_sqlite(sql: str) -> str:
    """The same in a derived table. A limit stays the statement's own, beside which that of the connection counts."""
    top, rest, limit = LIMITED.fullmatch(sql).groups()
    return f"SELECT * FROM (SELECT {rest}) AS same{limit or (f' LIMIT {top}' if top else '')}"


class Runner:
    """A connection, and what its log says of each statement."""

    def __init__(self, connect, text: str, sim: Simulator, log: Path) -> None:
        self.sim, self.log = sim, log
        self.connection = connect(f"{text};ParentScan=Always;Logfile={log};Verbosity=4")
        self.read = 0

    def run(self, sql: str, parameters: list[Any] | None = None) -> tuple[dict[str, Any], bool]:
        """What came of a statement, and whether SQLite was left out."""
        self.sim.clear()
        cursor = self.connection.cursor()
        found: dict[str, Any] = {}
        try:
            cursor.execute(sql, parameters or [])
            found = {"columns": cursor.description, "warnings": cursor.messages, "rows": list(map(tuple, cursor.fetchall()))}
        except pyodbc.Error as error:
            state, text = error.args
            found = {"state": state, "error": VARYING.sub("", text)}
        cursor.close()
        requests = Counter((one.path, *sorted(one.query.items())) for one in self.sim.requests())
        return {**found, "requests": requests}, self.is_plain()

    def is_plain(self) -> bool:
        with open(self.log, encoding="utf-8") as log:
            log.seek(self.read)
            lines = log.read()
            self.read = log.tell()
        return "given without SQLite" in lines

    def same(self, sql: str, parameters: list[Any] | None = None) -> bool:
        """Whether the statement was run without SQLite, and had an answer."""
        found, is_plain = self.run(sql, parameters)
        expected, is_derived_plain = self.run(through_sqlite(sql), parameters)
        assert not is_derived_plain
        assert found == expected, f"{sql}\nparameters: {parameters}"
        return is_plain and "error" not in found


@pytest.fixture
def runner(connect, sim, tmp_path):
    def runner(text: str = "DSN=Twilio", sim: Simulator = sim) -> Runner:
        return Runner(connect, text, sim, tmp_path / f"{len(list(tmp_path.iterdir()))}.log")

    return runner


def test_statements_of_the_table_are_the_same(runner):
    run = runner()
    # Of the others the order of rows would be another one.
    cases = [case for case in STATEMENTS if case.sql.startswith("SELECT") and "ORDER BY" not in case.sql]
    plain = [case.name for case in cases if run.run(case.sql, case.parameters)[1]]
    assert len(plain) >= 30
    for case in cases:
        if case.name in plain:
            assert run.same(case.sql, case.parameters), case.name


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_queries_are_the_same(runner, seed, way):
    run = runner(f"DSN=Twilio;{way}")
    queries = PlainQueries(f"{seed}{way}")
    tables = {name: columns_of(run, name, [column.name.strip('"') for column in TABLES[name].columns]) for name in TABLES}
    plain = 0
    for _ in range(QUERIES):
        name = queries.random.choice(list(tables))
        plain += run.same(*queries.query(name, tables[name]))
    assert plain >= QUERIES / 4


def columns_of(run: Runner, table: str, names: list[str]) -> list[Column]:
    quoted = ", ".join(f'"{name}"' for name in names)
    rows = run.run(through_sqlite(f"SELECT {quoted} FROM {table} LIMIT 50"))[0].get("rows", [])
    values = list(zip(*rows, strict=True)) or [()] * len(names)
    return [
        Column(name, [value for value in dict.fromkeys(of) if value is not None])
        for name, of in zip(names, values, strict=True)
    ]


# Each table of the model in one of them.
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_every_table_is_the_same(runner, generic, part):
    files = sorted([*(ROOT / "src/model/data/tables").glob("*.json"), *(ROOT / "src/model/data/generated").glob("*/*.json")])
    runners = [runner(support.account(generic.url + "/{product}") + way, generic) for way in ("", "Pushdown=0;")]
    queries = PlainQueries(part)
    plain = 0
    for file in files[part::PARTS]:
        table = json.loads(file.read_text())
        if "source" in table:
            continue
        name = f'"{table["schema"]}"."{table["name"]}"'
        columns = columns_of(runners[0], name, [one["name"] for one in table["columns"] if not one.get("hidden")])
        columns += [Column(one["name"], list(one["paths"]), True) for one in table["columns"] if one.get("paths")]
        columns += [Column(one["name"], given_to(one), True) for one in table.get("switches", [])]
        for run in runners:
            plain += run.same(*queries.query(name, columns))
    assert plain > 10


def given_to(switch: dict[str, Any]) -> list[Any]:
    values = {"boolean": [True, False], "integer": [1], "bigint": [1]}
    return switch.get("values") or values.get(switch["type"], ["2024-06-03" if switch["type"] == "date" else "x"])


def test_rows_that_two_lists_have_are_given_once(runner, generic):
    run = runner(support.account(generic.url + "/{product}"), generic)
    assert run.same("SELECT Sid, Status FROM Video.Rooms")
    found, is_plain = run.run("SELECT Sid FROM Video.Rooms")
    lists = [request for request in found["requests"] if "Rooms" in request[0]]
    assert is_plain and len(lists) == 3 and len(found["rows"]) == len(set(found["rows"])) > 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Sid FROM Messages WHERE Sid = 'SM'",
        "SELECT Sid FROM Messages WHERE Nothing = 1",
        "SELECT Sid FROM IncomingPhoneNumbers WHERE Beta = 'perhaps'",
        "SELECT CountryCode FROM AvailablePhoneNumbers WHERE CountryCode > 'A'",
        "SELECT Records FROM UsageRecords WHERE DateSent = 1",
        "SELECT * FROM Lookups.PhoneNumbers",
        "SELECT * FROM Sync.DocumentPermissions LIMIT 3",
    ],
)
def test_refusals_are_the_same(connect, runner, sql):
    run = runner()
    run.same(sql)
    # Where parents are too many to be walked, too.
    run.connection = connect(f"DSN=Twilio;Logfile={run.log};Verbosity=4")
    run.same(sql)


def test_parents_that_are_too_many_are_refused_when_it_is_run():
    with odbc.connected() as connection, connection.statement() as statement:
        for sql in ["SELECT Sid, MessageSid FROM Media", "SELECT * FROM (SELECT Sid, MessageSid FROM Media) AS same"]:
            statement.prepare(sql)
            assert statement.columns() == 2
            with pytest.raises(odbc.Failed) as failed:
                statement.call("SQLExecute")
            assert (failed.value.state, "ParentScan=Always" in failed.value.message) == ("42000", True)
            assert failed.value.message.endswith("Nothing was sent.")


@pytest.mark.parametrize("fault", ["status", "drop_before", "cut", "malformed_json", "repeat_next", "wrong_items"])
def test_failures_are_the_same(runner, sim, fault):
    for sql in ["SELECT Sid, Body FROM Messages WHERE Status = 'sent'", "SELECT * FROM ConferenceParticipants"]:
        found = []
        for written in (sql, through_sqlite(sql)):
            sim.reset()
            sim.fault(fault, path="Messages" if "Messages" in sql else "Participants", times=0)
            found.append(runner("DSN=Twilio;MaxRetries=0").run(written)[0])
        assert found[0] == found[1] and "state" in found[0]


@pytest.mark.parametrize(("column", "field", "value"), WRONG)
@pytest.mark.parametrize("strict", ["0", "1"])
def test_warnings_and_strict_types_are_the_same(sim, column, field, value, strict):
    sim.fault("wrong_type", path="Messages", field=field, value=value, times=0)
    # The last one names the column in WHERE alone; the one before it not at all.
    queries = [
        f"SELECT {column}, Sid FROM Messages",
        "SELECT Sid FROM Messages",
        f"SELECT Sid FROM Messages WHERE {column} >= {'0' if column != 'DateSent' else quoted_day()}",
    ]
    for sql in queries:
        found = []
        for written in (sql, through_sqlite(sql)):
            records = []
            with odbc.connected(support.account(sim.url, StrictTypes=strict)) as connection, connection.statement() as statement:
                try:
                    statement.execute(written)
                    rows = []
                    while statement.fetch():
                        records += statement.diagnostics()
                        rows.append(statement.text(1))
                    records += [*statement.diagnostics(), *rows]
                except odbc.Failed as failed:
                    records += failed.records
            found.append(records)
        assert found[0] == found[1]


def quoted_day() -> str:
    return "'2024-01-01'"


def test_a_marker_may_have_a_value_for_sqlite_alone(runner):
    """One that is NULL or of the column's type is compared here."""
    run = runner()
    for sql, parameter, is_plain in [
        ("SELECT Sid FROM Messages WHERE Body >= ?", "A", True),
        ("SELECT Sid FROM Messages WHERE NumSegments = ?", 1, True),
        ("SELECT Sid FROM Messages WHERE Body = ?", None, True),
        ("SELECT Sid FROM Messages WHERE NumSegments = ?", 1.5, False),
    ]:
        assert run.run(sql, [parameter])[1] == is_plain, sql
        run.same(sql, [parameter])


def test_a_limit_ends_the_reading(runner, sim):
    run = runner()
    found, is_plain = run.run("SELECT Sid FROM Messages LIMIT 3")
    assert is_plain and len(found["rows"]) == 3
    assert [dict(request[1:])["PageSize"] for request in found["requests"]] == ["3"]


def test_most_rows_are_those_of_the_statement(sim):
    with odbc.connected() as connection, connection.statement() as statement:
        statement.set(1, 4)
        for sql, rows in [("SELECT Sid FROM Messages", 4), ("SELECT Sid FROM Messages LIMIT 2", 2)]:
            sim.clear()
            statement.execute(sql)
            assert len(statement.rows()) == rows
            assert [request.query["PageSize"] for request in sim.requests()] == [str(rows)]
            statement.close()


def test_it_can_be_run_again_and_with_other_values(runner):
    run = runner()
    cursor = run.connection.cursor()
    sql = "SELECT Sid FROM Conferences WHERE Status = ? AND Sid >= ?"
    counts = [len(cursor.execute(sql, [status, ""]).fetchall()) for status in ("in-progress", "completed", None, "in-progress")]
    assert run.is_plain() and counts[0] == counts[3] > 0 and counts[2] == 0
    assert counts[0] + counts[1] <= CONFERENCES


def test_a_static_cursor_scrolls_over_it():
    with odbc.connected() as connection, connection.statement() as statement:
        statement.execute("SELECT Sid, Body FROM Messages")
        forward = statement.rows()
        statement.close()
        statement.set(6, 3)
        statement.execute("SELECT Sid, Body FROM Messages")
        assert len(forward) == MESSAGES
        last, first, absolute = 3, 2, 5
        for orientation, offset, row in [(last, 0, -1), (first, 0, 0), (absolute, 7, 6), (absolute, -2, -2)]:
            statement.scroll(orientation, offset)
            assert [statement.text(1), statement.text(2)] == forward[row]
