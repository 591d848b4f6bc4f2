"""The tables that random queries read, and the values that they compare with.

To add a table, add it to `TABLES`, and its rows to `rows_of` in test_differential.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from support import CONFERENCE_COLUMNS, PARTICIPANT_COLUMNS

Kind = Literal["text", "boolean", "timestamp", "number"]

BOOLEANS = {"Coaching", "EndConferenceOnExit", "Muted", "Hold", "StartConferenceOnEnter"}
TIMESTAMPS = {"DateCreated", "DateUpdated"}
# What the values of these columns name. Joins are on columns of one domain, comparisons with values of it.
DOMAINS = {"ConferenceSid": "conference", "CallSid": "call", "CallSidToCoach": "call", "CallSidEndingConference": "call"}
SIDS = {"conference", "call"}


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    domain: str = ""


@dataclass(frozen=True)
class Source:
    """What FROM has under an alias. Its `key` is unique; `rows` is what it may have of them."""

    alias: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: int
    # Columns that Twilio filters by, which are named more often than others.
    pushed: tuple[str, ...] = ()

    def __getitem__(self, column: Column) -> str:
        return f"{self.alias}.{column.name}"

    def of(self, kind: Kind) -> list[Column]:
        return [column for column in self.columns if column.kind == kind]


def table(name: str, columns: Sequence[str], sid: str, key: Sequence[str], rows: int, pushed: Sequence[str]) -> Source:
    """`sid` is what the table's own SID names."""

    def column(name: str) -> Column:
        kind: Kind = "boolean" if name in BOOLEANS else "timestamp" if name in TIMESTAMPS else "text"
        return Column(name, kind, sid if name == "Sid" else DOMAINS.get(name, name))

    return Source(name, tuple(map(column, columns)), tuple(key), rows, tuple(pushed))


TABLES = {
    one.alias: one
    for one in [
        table(
            "Conferences", CONFERENCE_COLUMNS, "conference", ["Sid"], 26,
            ["Sid", "Name", "Status", "Status", "DateCreated", "DateCreated", "DateUpdated", "DateUpdated"],
        ),
        table(
            "ConferenceParticipants", PARTICIPANT_COLUMNS, "", ["ConferenceSid", "CallSid"], 14,
            ["ConferenceSid", "CallSid", "Muted", "Hold", "Coaching"],
        ),
    ]
}  # fmt: skip
KINDS = {column.name: column.kind for one in TABLES.values() for column in one.columns}


@dataclass
class Vocabulary:
    """Values to compare with: texts by domain, and moments."""

    texts: dict[str, list[str]]
    moments: list[datetime]

    @staticmethod
    def read(rows: dict[str, list[dict[str, object]]]) -> Vocabulary:
        texts: dict[str, set[str]] = {}
        moments: set[datetime] = set()
        for name, source in TABLES.items():
            for column in source.columns:
                values = {str(row[column.name]) for row in rows[name] if row[column.name] is not None}
                if column.kind == "timestamp":
                    moments |= set(map(datetime.fromisoformat, values))
                elif column.kind == "text":
                    # A SID of another form is refused, another word is not.
                    words = set() if column.domain in SIDS | {"AccountSid"} else {"nope"}
                    texts.setdefault(column.domain, set()).update(values | words)
        return Vocabulary({domain: sorted(values) for domain, values in texts.items()}, sorted(moments))
