"""Random queries of plain columns of one table, the same ones for the same seed, out of values that its rows have."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from differential_values import quote

OPERATORS = ["=", "=", "=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Column:
    """A column, the values of it that rows have, and others that it is compared with."""

    name: str
    values: Sequence[Any]
    is_asked: bool = False


class PlainQueries:
    def __init__(self, seed: int | str) -> None:
        self.random = random.Random(seed)
        self.parameters: list[Any] = []

    def query(self, table: str, columns: Sequence[Column]) -> tuple[str, list[Any]]:
        self.parameters = []
        top, limit = self.limited()
        sql = f"SELECT {top}{self.items(columns)} FROM {table} t{self.where(columns)}{limit}"
        return sql, self.parameters

    def limited(self) -> tuple[str, str]:
        rows = self.random.choice([1, 2, 3, 10, 1000])
        return self.random.choice(
            [("", "")] * 3 + [(f"TOP {rows} ", ""), ("", f" LIMIT {rows}"), ("", f" LIMIT {rows} OFFSET {rows}")]
        )

    def items(self, columns: Sequence[Column]) -> str:
        if self.chance(0.2):
            return self.random.choice(["*", "t.*", f't.*, "{columns[0].name}"'])
        chosen = [self.random.choice(columns) for _ in range(self.random.randint(1, 6))]
        return ", ".join(f't."{one.name}"{f" AS k{place}" if self.chance(0.5) else ""}' for place, one in enumerate(chosen))

    def where(self, columns: Sequence[Column]) -> str:
        asked = [column for column in columns if column.is_asked and self.chance(0.5)]
        chosen = [self.random.choice(columns) for _ in range(self.random.choice([0, 1, 1, 2, 3]))]
        conditions = [self.condition(column) for column in asked + chosen if column.values]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def condition(self, column: Column) -> str:
        name, value = f't."{column.name}"', self.value(column)
        if column.is_asked:
            return f"{name} = {value}"
        if self.chance(0.15):
            return f"({name} BETWEEN {value} AND {self.value(column)})"
        operator = self.random.choice(OPERATORS)
        if self.chance(0.1):
            return f"{value} {operator} {name}"
        return f"{name} {operator} {value}"

    def value(self, column: Column) -> str:
        value = self.random.choice(column.values)
        if self.chance(0.3):
            value = self.beside(value)
        if self.chance(0.4):
            self.parameters.append(None if self.chance(0.05) else value)
            return "?"
        return self.literal(value)

    def beside(self, value: Any) -> Any:
        """A value that a row need not have."""
        match value:
            case bool() | Decimal() | None:
                return value
            case int() | float():
                return value + self.random.choice([-1, 1])
            case datetime():
                midnight = value.replace(hour=0, minute=0, second=0, microsecond=0)
                return self.random.choice([midnight, value + timedelta(seconds=1), value - timedelta(days=1)])
            case date():
                return value + timedelta(days=1)
            case str() if value and not value[:2].isupper():
                return self.random.choice([value.upper(), value[:-1] or "x", value + "é", ""])
        return value

    def literal(self, value: Any) -> str:
        match value:
            case bool():
                return self.random.choice([str(value), str(int(value)), quote(str(value))])
            case int():
                return self.random.choice([str(value), str(value), quote(str(value))])
            case float() | Decimal():
                return str(value)
            case datetime():
                return self.random.choice([quote(str(value)), f"{{ts '{value}'}}", quote(f"{value:%Y-%m-%d}")])
            case date():
                return self.random.choice([quote(str(value)), f"{{d '{value}'}}"])
        return quote(str(value)) if value is not None else "NULL"

    def chance(self, of: float) -> bool:
        return self.random.random() < of
