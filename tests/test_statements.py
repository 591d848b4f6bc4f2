"""The table of statements.toml: for each statement its columns, its rows and its exact requests."""

from __future__ import annotations

import pytest

import odbc
import support
from statements import STATEMENTS, shown

SIZED = {-10: "NTEXT", -9: "NVARCHAR", -3: "VARBINARY"}
TYPES = {-7: "BIT", -5: "BIGINT", 3: "DECIMAL", 4: "INTEGER", 8: "DOUBLE", 91: "DATE", 92: "TIME", 93: "TIMESTAMP", **SIZED}


def described(name: str, sql_type: int, size: int, digits: int, nullable: int) -> str:
    bounds = f"({size})" if sql_type in SIZED else f"({size}, {digits})" if sql_type == 3 else ""
    return f"{name} {TYPES[sql_type]}{bounds}{'' if nullable else ' NOT NULL'}"


def asked(request: support.Request) -> str:
    assert request.method == "GET"
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    return f"{request.path}?{query}".rstrip("?")


@pytest.fixture(scope="module")
def prepared():
    with odbc.connected() as connection:
        yield connection


@pytest.mark.parametrize("case", STATEMENTS, ids=[case.name for case in STATEMENTS])
def test_a_statement(prepared, cursor, sim, case):
    sim.clear()
    with prepared.statement() as statement:
        statement.prepare(case.sql)
        columns = [described(*statement.describe(column + 1)) for column in range(statement.columns())]
    assert sim.requests() == [], "describing asks nothing"
    assert columns == case.columns
    rows = [shown(row) for row in cursor.execute(case.sql, *case.parameters).fetchall()]
    if case.is_ordered:
        assert rows == case.rows
    else:
        assert sorted(rows) == sorted(case.rows)
    assert sorted(asked(request) for request in sim.requests()) == case.requests


def test_each_statement_has_a_name_of_its_own():
    names = [case.name for case in STATEMENTS]
    assert len(names) == len(set(names))
