"""The table of statements.toml: for each statement its columns, its rows and its exact requests."""

from __future__ import annotations

import tomllib
from string import Template
from typing import Any

import pytest

import odbc
import support

STATEMENTS = tomllib.loads((support.ROOT / "tests/statements.toml").read_text())["statement"]
CONSTANTS = {name: value for name, value in vars(support).items() if name.isupper() and isinstance(value, str)}
SIZED = {-10: "NTEXT", -9: "NVARCHAR", -3: "VARBINARY"}
TYPES = {-7: "BIT", -5: "BIGINT", 3: "DECIMAL", 4: "INTEGER", 8: "DOUBLE", 91: "DATE", 92: "TIME", 93: "TIMESTAMP", **SIZED}


def filled(text: Any) -> Any:
    return Template(text).substitute(CONSTANTS) if isinstance(text, str) else text


def given(parameter: Any) -> Any:
    return None if parameter == "NULL" else filled(parameter)


def described(name: str, sql_type: int, size: int, digits: int, nullable: int) -> str:
    bounds = f"({size})" if sql_type in SIZED else f"({size}, {digits})" if sql_type == 3 else ""
    return f"{name} {TYPES[sql_type]}{bounds}{'' if nullable else ' NOT NULL'}"


def shown(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)


def asked(request: support.Request) -> str:
    assert request.method == "GET"
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    return f"{request.path}?{query}".rstrip("?")


@pytest.fixture(scope="module")
def prepared():
    with odbc.connected() as connection:
        yield connection


@pytest.mark.parametrize("case", STATEMENTS, ids=[case["name"] for case in STATEMENTS])
def test_a_statement(prepared, cursor, sim, case):
    sql = filled(case["sql"])
    sim.clear()
    with prepared.statement() as statement:
        statement.prepare(sql)
        columns = [described(*statement.describe(column + 1)) for column in range(statement.columns())]
    assert sim.requests() == [], "describing asks nothing"
    assert columns == case["columns"]
    found = cursor.execute(sql, *[given(parameter) for parameter in case.get("parameters", [])]).fetchall()
    rows = [" | ".join(shown(value) for value in row) for row in found]
    expected = [filled(row) for row in case["rows"]]
    assert (rows if "ORDER BY" in sql else sorted(rows)) == (expected if "ORDER BY" in sql else sorted(expected))
    assert sorted(asked(request) for request in sim.requests()) == sorted(filled(one) for one in case["requests"])


def test_each_statement_has_a_name_of_its_own():
    names = [case["name"] for case in STATEMENTS]
    assert len(names) == len(set(names))
