"""Mixed statements at random faults for so many minutes: the outcome of each is right, memory and descriptors stay flat.

    CARGO_TARGET_DIR=… python tests/soak.py [minutes: 1] [seed: 1]

Each statement of the SQL engine's test table and each write of faults.py comes in random order, at all faults mixed, most of them
on connections that stay open, the others on one of their own. A line of the table is measured with all connections closed.
Exits with 1 where an outcome is wrong, or where the last quarter of the time holds more than the second; the first is for warming up.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pyodbc

import faults
import support
from faults import FAULTS, WRITES, Run, connect, order, share_of
from statements import STATEMENTS
from support import Simulator

LINES = 20
# Connections that stay open from line to line, and how many statements come between two that have their own.
OPEN, BETWEEN = 4, 10
# What the allocator may keep more of, in MB.
MORE_MEMORY = 2.0


class Line(NamedTuple):
    minutes: float
    statements: int
    errors: int
    resident: float
    descriptors: int
    threads: int


class Soak:
    def __init__(self, sim: Simulator, seed: int) -> None:
        self.sim = sim
        self.chance = random.Random(seed)
        self.connections: list[pyodbc.Connection] = []
        self.statements = self.errors = 0
        self.wrong: list[str] = []
        self.started = time.monotonic()

    def minutes(self) -> float:
        return (time.monotonic() - self.started) / 60

    def run(self, until: float) -> None:
        """Executes statements until so many minutes are over, then closes all connections."""
        self.connections = [connect(self.sim) for _ in range(OPEN)]
        while self.minutes() < until:
            order(self.sim, *share_of(list(FAULTS), self.chance.randrange(1 << 32)))
            self.statements += 1
            if self.statements % BETWEEN:
                self.one(self.chance.choice(self.connections))
            else:
                own = connect(self.sim)
                self.one(own)
                own.close()
        for connection in self.connections:
            connection.close()
        self.connections = []

    def one(self, connection: pyodbc.Connection) -> None:
        case = self.chance.choice([*STATEMENTS, *WRITES.items()])
        if isinstance(case, tuple):
            name, write = case
            wrong = write.wrong(connection, self.sim)
        else:
            # Some are left in the middle.
            run = Run(connection, case, self.chance.choice([None, None, None, 1]))
            name, wrong = case.name, run.wrong()
            self.errors += run.error is not None
        if wrong:
            self.wrong.append(f"statement {self.statements}, {name}: {wrong}")
            print(self.wrong[-1], flush=True)

    def line(self) -> Line:
        gc.collect()
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        resident = int(status["VmRSS"].split()[0]) / 1024
        descriptors = len(os.listdir("/proc/self/fd"))
        return Line(self.minutes(), self.statements, self.errors, resident, descriptors, int(status["Threads"]))


def grown(lines: list[Line]) -> list[str]:
    """What the last quarter holds more than the second."""
    quarter = len(lines) // 4
    second, last = lines[quarter : 2 * quarter], lines[-quarter:]

    def least(part: list[Line], field: str) -> float:
        return min(getattr(line, field) for line in part)

    allowed = {"resident": MORE_MEMORY, "descriptors": 0, "threads": 0}
    return [field for field, more in allowed.items() if least(last, field) > least(second, field) + more]


def main() -> int:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    import conftest

    with tempfile.TemporaryDirectory() as folder:
        support.clean_environment(Path(folder))
        sim = faults.simulator(max_seconds=round(minutes * 60) + 600)
        conftest.pytest_configure()
        try:
            soak = Soak(sim, seed)
            lines = []
            print(f"{'minutes':>8} {'statements':>11} {'errors':>7} {'VmRSS MB':>9} {'descriptors':>12} {'threads':>8}")
            for number in range(1, LINES + 1):
                soak.run(minutes * number / LINES)
                lines.append(soak.line())
                print("{:8.2f} {:11} {:7} {:9.1f} {:12} {:8}".format(*lines[-1]), flush=True)
        finally:
            conftest.pytest_unconfigure()
            sim.stop()
    more = grown(lines)
    print(f"{len(soak.wrong)} wrong outcomes; grown: {', '.join(more) or 'nothing'}")
    return int(bool(soak.wrong or more))


if __name__ == "__main__":
    sys.exit(main())
