"""The SQL engine's test table, statements.toml, as cases: what is executed, and the rows that have to come."""

from __future__ import annotations

import tomllib
from string import Template
from typing import Any

import support

CONSTANTS = {name: value for name, value in vars(support).items() if name.isupper() and isinstance(value, str)}


def filled(text: Any) -> Any:
    return Template(text).substitute(CONSTANTS) if isinstance(text, str) else text


def shown(row: Any) -> str:
    return " | ".join(map(_shown, row))


def _shown(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)


class Case:
    def __init__(self, entry: dict[str, Any]) -> None:
        self.name: str = entry["name"]
        self.sql: str = filled(entry["sql"])
        self.parameters = [None if given == "NULL" else filled(given) for given in entry.get("parameters", [])]
        self.columns: list[str] = entry["columns"]
        self.rows: list[str] = [filled(row) for row in entry["rows"]]
        self.requests: list[str] = sorted(filled(one) for one in entry["requests"])
        self.is_ordered = "ORDER BY" in self.sql

    def has(self, rows: list[str]) -> bool:
        """Whether these are the rows, in their order if they have one."""
        return rows == self.rows if self.is_ordered else sorted(rows) == sorted(self.rows)


STATEMENTS = [Case(entry) for entry in tomllib.loads((support.ROOT / "tests/statements.toml").read_text())["statement"]]
