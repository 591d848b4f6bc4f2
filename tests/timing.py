"""How long an analyst's statements take where every request takes a while, over the simulator.

    CARGO_TARGET_DIR=… python tests/timing.py [milliseconds of each request: 100]

The last column is the time divided by what the requests would take one after the other: 1 is no better than that, and
1 divided by 8 is the best, as eight requests are under way at once at the most. test_timing.py holds the requests fixed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from support import SUPPORT, IN_PROGRESS, WAITING_ROOM, Simulator, account

SIDS = ", ".join(f"'{sid}'" for sid in [*IN_PROGRESS, WAITING_ROOM, "CF" + "e" * 32])
JOIN = "Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"

# What is asked, and the requests that it costs.
STATEMENTS: list[tuple[str, str, int]] = [
    ("list", "SELECT * FROM Conferences", 1),
    ("one row by its SID", f"SELECT * FROM Conferences WHERE Sid = '{SUPPORT}'", 1),
    ("eight SIDs", f"SELECT * FROM Conferences WHERE Sid IN ({SIDS})", 8),
    ("LIMIT 10", "SELECT Sid, Name FROM Conferences LIMIT 10", 1),
    ("LIMIT 10, checked by the driver", "SELECT Sid, Name FROM Conferences WHERE Region <> 'us1' LIMIT 10", 1),
    ("a range of dates", "SELECT * FROM Conferences WHERE DateCreated BETWEEN '2024-02-01' AND '2024-03-31'", 1),
    ("a join with conferences in progress", f"SELECT c.Name, p.Label FROM {JOIN} WHERE c.Status = 'in-progress'", 7),
    ("participants of no conference by name", "SELECT CallSid, Label FROM ConferenceParticipants WHERE Muted = true", 7),
    (
        "groups over a join",
        f"SELECT c.Name, COUNT(*) FROM {JOIN} WHERE c.Status = 'in-progress' GROUP BY c.Name HAVING COUNT(*) > 1",
        7,
    ),
    (
        "EXISTS",
        """SELECT c.Name FROM Conferences c WHERE c.Status = 'in-progress' AND EXISTS
           (SELECT 1 FROM ConferenceParticipants p WHERE p.ConferenceSid = c.Sid AND p.Hold = true)""",
        7,
    ),
    (
        "a UNION of two states",
        "SELECT Sid FROM Conferences WHERE Status = 'init' UNION SELECT Sid FROM Conferences WHERE Status = 'in-progress'",
        2,
    ),
]


def main() -> None:
    latency = float(sys.argv[1]) if len(sys.argv) > 1 else 100
    import conftest
    import support

    with tempfile.TemporaryDirectory() as folder:
        support.clean_environment(Path(folder))
        slow = Simulator("--latency-ms", f"{latency:.0f}")
        conftest.pytest_configure()
        import pyodbc

        try:
            connection = pyodbc.connect(account(slow.url), autocommit=True)
            connection.execute("SELECT * FROM Conferences LIMIT 1").fetchall()
            print(f"{'statement':40} {'requests':>8} {'ms':>6} {'ms / (requests x latency)':>26}")
            for name, sql, _ in STATEMENTS:
                slow.clear()
                started = time.monotonic()
                connection.execute(sql).fetchall()
                taken = (time.monotonic() - started) * 1000
                requests = len(slow.requests())
                print(f"{name:40} {requests:8} {taken:6.0f} {taken / (requests * latency):26.2f}")
            connection.close()
        finally:
            conftest.pytest_unconfigure()
            slow.stop()


if __name__ == "__main__":
    main()
