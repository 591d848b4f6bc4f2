"""The simulator's messages in an SQLite database, each value as the driver holds it."""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from support import ACCOUNT, TOKEN, Simulator

# The fields of a message with the types of their columns. A price is text, because numbers have no zeros at their end.
COLUMNS = {
    "sid": "VARCHAR(34)", "account_sid": "VARCHAR(34)", "to": "VARCHAR(128)", "from": "VARCHAR(128)", "body": "VARCHAR(4000)",
    "direction": "VARCHAR(16)", "status": "VARCHAR(32)", "date_created": "TIMESTAMP", "date_sent": "TIMESTAMP",
    "date_updated": "TIMESTAMP", "num_segments": "INTEGER", "num_media": "INTEGER", "price": "VARCHAR(20)",
    "price_unit": "VARCHAR(3)", "error_code": "INTEGER", "error_message": "VARCHAR(1024)",
    "messaging_service_sid": "VARCHAR(34)", "api_version": "VARCHAR(10)", "uri": "VARCHAR(255)", "subresource_uris": "VARCHAR(1024)",
}  # fmt: skip


def fill(sim: Simulator, first: str, database: Path) -> None:
    """Makes the table `Fetched` of the messages of the list whose first page is at the path `first`."""

    def value(name: str, given: Any) -> Any:
        if given is None:
            return None
        if COLUMNS[name] == "TIMESTAMP":
            return f"{parsedate_to_datetime(given):%Y-%m-%d %H:%M:%S}"
        if COLUMNS[name] == "INTEGER":
            return int(given)
        return json.dumps(given, separators=(",", ":")) if isinstance(given, dict) else given

    connection = sqlite3.connect(database)
    columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    connection.execute(f"CREATE TABLE Fetched ({columns})")
    places = ", ".join("?" * len(COLUMNS))
    for page in pages(sim, first):
        rows = [[value(name, message[name]) for name in COLUMNS] for message in page]
        connection.executemany(f"INSERT INTO Fetched VALUES ({places})", rows)
    connection.commit()
    connection.close()


def pages(sim: Simulator, first: str) -> Iterator[list[dict[str, Any]]]:
    """The messages of the list, page by page."""
    passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
    passwords.add_password(None, sim.url, ACCOUNT, TOKEN, is_authenticated=True)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPBasicAuthHandler(passwords))
    link: str | None = first
    while link:
        with opener.open(sim.url + link, timeout=60) as answer:
            page = json.load(answer)
        yield page["messages"]
        link = page["next_page_uri"]
