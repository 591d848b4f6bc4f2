"""The tables that random queries read, and the values that they compare with.

To add a table, add it to `TABLES`, and its rows to `rows_of` in test_differential.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from support import CALL_COLUMNS, CONFERENCE_COLUMNS, MEDIA_COLUMNS, MESSAGE_COLUMNS, PARTICIPANT_COLUMNS

# Plain SQLite has decimals as whole millionths.
Kind = Literal["text", "boolean", "timestamp", "number", "decimal"]

# By name, or by table and name.
OF_KIND: dict[Kind, set[str]] = {
    "boolean": {"Coaching", "EndConferenceOnExit", "Muted", "Hold", "StartConferenceOnEnter"},
    "timestamp": {"DateCreated", "DateUpdated", "DateSent", "StartTime", "EndTime"},
    "number": {"NumSegments", "NumMedia", "ErrorCode", "Duration", "Calls.QueueTime"},
    "decimal": {"Price"},
}
# What the values of these columns name. Joins are on columns of one domain, comparisons with values of it.
DOMAINS = {
    "ConferenceSid": "conference", "CallSid": "call", "CallSidToCoach": "call", "CallSidEndingConference": "call",
    "ParentCallSid": "call", "MessageSid": "message", "To": "party", "From": "party", "Sender": "party",
}  # fmt: skip
SIDS = {"conference", "call", "message", "media"}
# SIDs that nothing has, for columns that may have none.
OTHER_SIDS = {
    name: prefix + "0" * 32
    for name, prefix in {"MessagingServiceSid": "MG", "PhoneNumberSid": "PN", "GroupSid": "GP", "TrunkSid": "TK"}.items()
}
RESERVED = {"To", "From"}


def quoted(name: str) -> str:
    return f'"{name}"' if name in RESERVED else name


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
    # Columns that Twilio filters by, and prices, which are named more often than others.
    pushed: tuple[str, ...] = ()

    def __getitem__(self, column: Column) -> str:
        return f"{self.alias}.{column.name}"

    def of(self, kind: Kind) -> list[Column]:
        return [column for column in self.columns if column.kind == kind]


def source(table: str, columns: Sequence[str], sid: str, key: Sequence[str], rows: int, pushed: Sequence[str]) -> Source:
    """`sid` is what the table's own SID names."""

    def column(name: str) -> Column:
        kind = next((kind for kind, names in OF_KIND.items() if {name, f"{table}.{name}"} & names), "text")
        return Column(quoted(name), kind, sid if name == "Sid" else DOMAINS.get(name, name))

    return Source(table, tuple(map(column, columns)), tuple(key), rows, tuple(map(quoted, pushed)))


TABLES = {
    one.alias: one
    for one in [
        source(
            "Conferences", CONFERENCE_COLUMNS, "conference", ["Sid"], 26,
            ["Sid", "Name", "Status", "Status", "DateCreated", "DateCreated", "DateUpdated", "DateUpdated"],
        ),
        source(
            "ConferenceParticipants", PARTICIPANT_COLUMNS, "", ["ConferenceSid", "CallSid"], 14,
            ["ConferenceSid", "CallSid", "Muted", "Hold", "Coaching"],
        ),
        source(
            "Messages", MESSAGE_COLUMNS, "message", ["Sid"], 30,
            ["Sid", "To", "Sender", "DateSent", "DateSent", "Price", "Price"],
        ),
        source(
            "Calls", CALL_COLUMNS, "call", ["Sid"], 40,
            ["Sid", "To", "From", "ParentCallSid", "Status", "StartTime", "EndTime", "Price", "Price"],
        ),
        source("Media", MEDIA_COLUMNS, "media", ["Sid"], 6, ["MessageSid", "MessageSid", "Sid", "DateCreated"]),
    ]
}  # fmt: skip
KINDS = {column.name: column.kind for one in TABLES.values() for column in one.columns}


@dataclass
class Vocabulary:
    """Values to compare with: texts and numbers by domain, moments, and prices in millionths."""

    texts: dict[str, list[str]]
    numbers: dict[str, list[int]]
    moments: list[datetime]
    prices: list[int]

    @staticmethod
    def read(rows: dict[str, list[dict[str, object]]]) -> Vocabulary:
        texts: dict[str, set[str]] = {}
        numbers: dict[str, set[int]] = {}
        moments: set[datetime] = set()
        prices: set[int] = set()
        for name, source in TABLES.items():
            for column in source.columns:
                values = [row[column.name] for row in rows[name] if row[column.name] is not None]
                match column.kind:
                    case "timestamp":
                        moments |= set(map(datetime.fromisoformat, values))
                    case "decimal":
                        prices |= set(values)
                    case "number":
                        numbers.setdefault(column.domain, set()).update(values, range(3))
                    case "text" if column.domain in OTHER_SIDS:
                        texts[column.domain] = {*values, OTHER_SIDS[column.domain]}
                    case "text":
                        # A SID of another form is refused, another word is not.
                        words = set() if column.domain in SIDS | {"AccountSid"} else {"nope"}
                        texts.setdefault(column.domain, set()).update(values, words)
        return Vocabulary(
            {domain: sorted(values) for domain, values in texts.items()},
            {domain: sorted(values) for domain, values in numbers.items()},
            sorted(moments),
            sorted(prices),
        )
