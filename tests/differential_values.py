"""The values in random queries, each as the driver takes it and as plain SQLite does."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from differential_tables import Column, Vocabulary

T = TypeVar("T")


@dataclass(frozen=True)
class Mark:
    """A part of the text, and its parameter if it is a marker: for the driver and for SQLite."""

    driver: str
    plain: str
    parameter: tuple[object, object] | None = None


def quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Values:
    """Makes values. What the two write differently is kept as a mark until the query is complete."""

    def __init__(self, seed: int, vocabulary: Vocabulary) -> None:
        self.random = random.Random(seed)
        self.vocabulary = vocabulary
        self.marks: list[Mark] = []
        self.base = vocabulary.moments[0]

    def complete(self, sql: str) -> tuple[tuple[str, list[object]], tuple[str, list[object]]]:
        """The text and the parameters, for the driver and for SQLite."""
        # In the order in which they are in the text, which need not be the order in which they were made.
        used = [self.marks[int(number)] for number in re.findall(r"\0(\d+)\0", sql)]
        parameters = [mark.parameter for mark in used if mark.parameter]

        def filled(parts: list[str]) -> str:
            following = iter(parts)
            return re.sub(r"\0\d+\0", lambda _: next(following), sql)

        return (
            (filled([mark.driver for mark in used]), [driver for driver, _ in parameters]),
            (filled([mark.plain for mark in used]), [plain for _, plain in parameters]),
        )

    # Chances

    def one_of(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def perhaps(self, text: str, of: float = 0.5) -> str:
        return text if self.chance(of) else ""

    # Values

    def mark(self, driver: str, plain: str, parameter: tuple[object, object] | None = None) -> str:
        self.marks.append(Mark(driver, plain, parameter))
        return f"\0{len(self.marks) - 1}\0"

    def parameter(self, driver: object, plain: object) -> str:
        return self.mark("?", "?", (driver, plain))

    def value(self, column: Column) -> str:
        """To compare a column with: a parameter, a literal in any form or, seldom, NULL."""
        if self.chance(0.04):
            return "NULL"
        match column.kind:
            case "boolean":
                return self.boolean()
            case "timestamp":
                # An expression may be text as far as the driver knows.
                return self.timestamp() if column.domain else self.operand(column)
            case "number":
                number = self.one_of(self.vocabulary.numbers.get(column.domain, range(6)))
                return self.parameter(number, number) if self.chance(0.3) else str(number)
            case "decimal":
                return self.decimal()
        text = self.text(column)
        return self.parameter(text, text) if self.chance(0.3) else quote(text)

    def operand(self, column: Column) -> str:
        """Where nothing tells the type: only what is written alike for both."""
        match column.kind:
            case "boolean":
                return self.one_of(["true", "false"])
            case "timestamp":
                return quote(str(self.moment()))
            case "number":
                return str(self.random.randint(0, 5))
            case "decimal":
                return self.decimal_literal(self.millionths())
        return quote(self.text(column))

    def text(self, column: Column) -> str:
        return self.one_of(self.vocabulary.texts.get(column.domain, ["", "nope", "0", "Support line", "in-progress"]))

    def boolean(self) -> str:
        truth = self.chance(0.5)
        if self.chance(0.3):
            return self.parameter(self.one_of([truth, int(truth)]), int(truth))
        form = self.one_of(["true", "TRUE", "1", "'true'", "'1'"] if truth else ["false", "FALSE", "0", "'false'", "'0'"])
        return self.mark(form, str(int(truth)))

    def millionths(self) -> int:
        """A price that a row has, one beside it, or a small number."""
        price = self.one_of(self.vocabulary.prices)
        return self.one_of([price, price, price, price + self.one_of([-1, 1]), self.random.randint(-2, 2) * 1_000_000])

    def decimal(self) -> str:
        millionths = self.millionths()
        if self.chance(0.3):
            return self.parameter(Decimal(millionths).scaleb(-6), millionths)
        return self.decimal_literal(millionths)

    def decimal_literal(self, millionths: int) -> str:
        exact = Decimal(millionths).scaleb(-6)
        if millionths % 1_000_000 == 0:
            form = str(millionths // 1_000_000)
        else:
            form = f"{exact.normalize():f}"
        return self.mark(self.one_of([form, f"{exact:.6f}", f"CAST('{form}' AS DECIMAL(12, 6))"]), str(millionths))

    def moment(self) -> datetime:
        """A moment that a row has, one beside it, or a border of its day; often of the same day as the one before."""
        if not self.chance(0.5):
            self.base = self.one_of(self.vocabulary.moments)
        moment = self.base
        midnight = moment.replace(hour=0, minute=0, second=0)
        near = [moment + timedelta(seconds=step) for step in (-1, 1, -86400, 86400)]
        borders = [midnight, midnight - timedelta(seconds=1), midnight + timedelta(days=1)]
        return self.one_of([moment, self.one_of(near), self.one_of(borders)])

    def timestamp(self) -> str:
        moment = self.moment()
        plain = str(moment)
        if self.chance(0.3):
            return self.parameter(self.one_of([moment, moment, plain]), plain)
        elsewhere = (moment + timedelta(hours=2)).isoformat() + "+02:00"
        forms = [quote(plain), quote(plain), f"{{ts '{plain}'}}", quote(moment.isoformat() + "Z"), quote(elsewhere)]
        if plain.endswith("00:00:00"):
            forms += [quote(plain[:10]), f"{{d '{plain[:10]}'}}"]
        return self.mark(self.one_of(forms), quote(plain))
