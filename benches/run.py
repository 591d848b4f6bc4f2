"""Measures each part and says what it must reach and what it reached; run.sh builds what this needs and calls it.

A part is a function that runs programs against simulators of its own and gives its figures, what it measured, and what the plot
shows. Programs that are compared take turns, and the least time of each counts: another program's work only ever adds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

BENCHES = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCHES.parent / "tests"))

import report  # noqa: E402
import same_table  # noqa: E402
from support import ACCOUNT, LIBRARY, RELEASE, TOKEN, Simulator, account  # noqa: E402

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=1000"
ALL = "SELECT * FROM Messages"
# The messages that the simulator makes up lie within these days; the query is what the driver makes of the predicate.
WITHIN = "SELECT * FROM Messages WHERE DateSent >= '2022-10-01' AND DateSent < '2023-10-02'"
WITHIN_QUERY = "&DateSent%3E=2022-10-01&DateSent%3C=2023-10-02"
JOIN = """SELECT c.Sid, p.CallSid FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid
          WHERE c.Status = 'in-progress'"""
# Conferences that the simulator has in progress without being told to.
IN_PROGRESS = 6
SQLITE_DRIVERS = ["/usr/lib/*/odbc/libsqlite3odbc.so", "/usr/lib*/libsqlite3odbc.so"]


@dataclass
class Size:
    """How much is measured."""

    messages: int = 200_000
    times: int = 5
    sdk_times: int = 3
    pages: int = 100
    page_rows: int = 1000
    page_latency: int = 100
    parents: int = 200
    parent_latency: int = 50
    many: int = 1_000_000
    few: int = 10_000
    first_times: int = 20
    processes: int = 5
    repetitions: int = 20
    fetched: int = 20_000


SMALL = Size(
    messages=2000, times=1, sdk_times=1, pages=8, page_rows=50, page_latency=10, parents=12, parent_latency=10, many=3000, few=1000,
    first_times=2, processes=1, repetitions=2, fetched=100,
)  # fmt: skip


@dataclass
class Figure:
    """One line of the table. `bound` and `reached` are in `unit`; without a bound it is only told."""

    what: str
    reached: float
    unit: str
    least: float | None = None
    most: float | None = None
    digits: int = 2

    @property
    def must(self) -> str:
        if self.least is not None:
            return f"≥ {self.least:g}{self.unit}"
        return f"≤ {self.most:g}{self.unit}" if self.most is not None else ""

    @property
    def is_missed(self) -> bool:
        return (self.least is not None and self.reached < self.least) or (self.most is not None and self.reached > self.most)

    @property
    def shown(self) -> str:
        return f"{self.reached:,.{self.digits}f}{self.unit}"


@dataclass
class Chart:
    """A group of bars of the plot."""

    title: str
    bars: dict[str, float]
    unit: str
    digits: int = 0


@dataclass
class Result:
    figures: list[Figure]
    # Everything that was measured, as the programs gave it.
    raw: dict[str, Any]
    charts: list[Chart] = field(default_factory=list)
    # A table of the part's own for the documentation: its heads, and its rows.
    table: list[list[str]] = field(default_factory=list)


class Bench:
    def __init__(self, work: Path, size: Size) -> None:
        self.work, self.size = work, size
        # What a measured program does must not hang on what else this machine is used for.
        alters = re.compile(r"TWILIO_.*|ODBC.*|.*_proxy", re.IGNORECASE)
        self.environment = {name: value for name, value in os.environ.items() if not alters.fullmatch(name)}

    def run(self, *command: object) -> str:
        """What a program printed; a program that fails ends the benchmark."""
        line = [str(part) for part in command]
        done = subprocess.run(line, capture_output=True, text=True, timeout=600, env=self.environment)
        if done.returncode != 0:
            raise SystemExit(f"{Path(str(command[0])).name} failed:\n{done.stderr}")
        return done.stdout

    def lines(self, *command: object) -> list[dict[str, Any]]:
        """The JSON that a program printed, line by line."""
        return [json.loads(line) for line in self.run(*command).splitlines()]

    def stream(self, url: str, sql: str, rowset: int = 1000, most: int = 0, times: int = 1, **keywords: object) -> list[dict]:
        text = account(url, **{"Driver": LIBRARY, **keywords})
        return self.lines(self.work / "stream", text, sql, rowset, most, times)

    def walk(self, mode: str, url: str, query: str = "", most: int = 0, times: int = 1) -> list[dict]:
        return self.lines(RELEASE / "bench-floor", mode, url + MESSAGES + query, ACCOUNT, TOKEN, most, times)

    # The parts.

    def floor(self) -> Result:
        """Rows a second against the pages alone, decoded."""
        raw: dict[str, list[dict]] = {"pages": [], "rows": [], "driver": []}
        with simulator("--messages", self.size.messages) as sim:
            for _ in range(self.size.times):
                raw["pages"] += self.walk("pages", sim.url)
                raw["rows"] += self.walk("rows", sim.url)
                raw["driver"] += self.stream(sim.url, ALL)
        rows = raw["driver"][0]["rows"]
        assert rows >= self.size.messages and {one["rows"] for one in raw["rows"] + raw["driver"]} == {rows}
        rate = {name: rows / least(times, "seconds") for name, times in raw.items()}
        return Result(
            [
                Figure("rows a second of the driver, part of the floor", rate["driver"] / rate["rows"], "", least=0.8),
                Figure("time of the pages alone, not decoded, part of the floor's", rate["rows"] / rate["pages"], ""),
            ],
            raw,
            [Chart("Rows a second", {"floor": rate["rows"], "driver": rate["driver"]}, "")],
        )

    def sdk(self) -> Result:
        """Rows a second against Twilio's Python library."""
        python = self.sdk_python()
        raw: dict[str, list[dict]] = {"sdk by itself": [], "sdk": [], "driver": []}
        # A simulator for each size of pages: one would not keep all pages of both.
        messages = ("--messages", self.size.messages)
        with simulator(*messages) as short, simulator(*messages) as long:
            for _ in range(self.size.sdk_times):
                raw["sdk by itself"] += self.lines(python, BENCHES / "sdk.py", short.url, ACCOUNT, TOKEN, 0, 1)
                raw["sdk"] += self.lines(python, BENCHES / "sdk.py", long.url, ACCOUNT, TOKEN, 1000, 1)
                raw["driver"] += self.stream(long.url, ALL)
        assert len({one["rows"] for times in raw.values() for one in times}) == 1
        rows = raw["sdk"][0]["rows"]
        rate = {name: rows / least(times, "seconds") for name, times in raw.items()}
        what = "rows a second of the driver, against Twilio's Python library"
        return Result(
            [
                Figure(f"{what} with pages of 1,000", rate["driver"] / rate["sdk"], " ×", least=20, digits=1),
                Figure(f"{what} as it asks by itself", rate["driver"] / rate["sdk by itself"], " ×", least=20, digits=1),
            ],
            raw,
            [
                Chart(
                    "Rows a second, listing the same messages",
                    {
                        "Twilio's Python library, pages of 50": rate["sdk by itself"],
                        "Twilio's Python library, pages of 1,000": rate["sdk"],
                        "driver": rate["driver"],
                    },
                    "",
                )
            ],
        )

    def sdk_python(self) -> Path:
        """A Python that has the library, in an environment of its own."""
        venv, wanted = self.work / "venv", BENCHES / "requirements.txt"
        python, has = venv / "bin" / "python", venv / "requirements.txt"
        if not has.exists() or has.read_text() != wanted.read_text():
            subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
            install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted]
            if subprocess.run(install).returncode != 0:
                raise SystemExit("Twilio's Python library could not be installed. Name the parts to be measured, without sdk.")
            has.write_text(wanted.read_text())
        return python

    def slices(self) -> Result:
        """A span of time, read side by side, against page after page."""
        size = self.size
        options = "--messages", size.pages * size.page_rows, "--page-limit", size.page_rows, "--latency-ms", size.page_latency
        with simulator(*options) as sim:
            raw, requests = self.side_by_side(sim, WITHIN)
            raw["walk"] = self.walk("pages", sim.url, WITHIN_QUERY, times=2)
        assert raw["walk"][0]["pages"] >= size.pages
        one = least(raw["one"] + raw["walk"], "seconds")
        eight = least(raw["eight"], "seconds")
        return Result(
            [
                Figure(
                    f"{size.pages} pages of a span of time at {size.page_latency} ms, part of the time one after the other",
                    eight / one,
                    "",
                    most=0.2,
                )
            ],
            {**raw, "requests": requests},
            [
                Chart(
                    f"Seconds for {size.pages} pages of a span of time at {size.page_latency} ms",
                    {"one after the other": one, "MaxConcurrency=8": eight},
                    " s",
                    2,
                )
            ],
        )

    def join(self) -> Result:
        """Parents and their children, read side by side, against one after the other."""
        size = self.size
        with simulator("--conferences", size.parents - IN_PROGRESS, "--latency-ms", size.parent_latency) as sim:
            raw, requests = self.side_by_side(sim, JOIN)
        assert requests["one"] == requests["eight"] == size.parents + 1
        one, eight = least(raw["one"], "seconds"), least(raw["eight"], "seconds")
        return Result(
            [
                Figure(
                    f"a join of {size.parents} parents with their children at {size.parent_latency} ms, part of the time one after the other",
                    eight / one,
                    "",
                    most=0.2,
                )
            ],
            {**raw, "requests": requests},
            [
                Chart(
                    f"Seconds for a join of {size.parents} parents at {size.parent_latency} ms",
                    {"one after the other": one, "MaxConcurrency=8": eight},
                    " s",
                    2,
                )
            ],
        )

    def side_by_side(self, sim: Simulator, sql: str) -> tuple[dict[str, list[dict]], dict[str, int]]:
        """A statement with one request at a time and with up to eight, some times each; and how many requests each took."""
        raw: dict[str, list[dict]] = {}
        requests: dict[str, int] = {}
        for name, most, times in [("one", 1, 2), ("eight", 8, 3)]:
            # Without the request that connecting sends.
            sim.clear()
            raw[name] = self.stream(sim.url, sql, times=times, MaxConcurrency=most, ConnectOnOpen=0)
            sent, rest = divmod(len(sim.log()), times)
            requests[name] = sent + rest
        assert raw["one"][0]["rows"] == raw["eight"][0]["rows"] and raw["one"][0]["bytes"] == raw["eight"][0]["bytes"]
        return raw, requests

    def memory(self) -> Result:
        """The peak of the memory over many rows, above that over few."""
        size = self.size
        raw: dict[str, list[dict]] = {}
        for name, rows in [("few", size.few), ("many", size.many)]:
            with simulator("--messages", rows) as sim:
                raw[f"{name} plain"] = self.stream(sim.url, ALL)
                raw[f"{name} within"] = self.stream(sim.url, WITHIN)
        peaks = {name: times[0]["peak_kb"] / 1024 for name, times in raw.items()}
        what = f"peak memory over {size.many:,} rows above that over {size.few:,}"
        return Result(
            [
                Figure(f"{what}: the whole list", peaks["many plain"] - peaks["few plain"], " MB", most=32, digits=1),
                Figure(f"{what}: a span of time", peaks["many within"] - peaks["few within"], " MB", most=32, digits=1),
            ],
            raw,
            [
                Chart(
                    "Peak of the resident memory",
                    {
                        f"the whole list, {size.few:,} rows": peaks["few plain"],
                        f"the whole list, {size.many:,} rows": peaks["many plain"],
                        f"a span of time, {size.few:,} rows": peaks["few within"],
                        f"a span of time, {size.many:,} rows": peaks["many within"],
                    },
                    " MB",
                )
            ],
        )

    def first(self) -> Result:
        """The first row of a long list, above its page alone."""
        size = self.size
        with simulator("--messages", size.messages, "--latency-ms", size.page_latency) as sim:
            page = self.walk("pages", sim.url, most=1, times=size.first_times)
            row = self.stream(sim.url, ALL, rowset=1, most=1, times=size.first_times)
        pages, rows = [one["seconds"] * 1000 for one in page], [one["first"] * 1000 for one in row]
        what = f"first row of {size.messages:,}, above its page by bare ureq at {size.page_latency} ms"
        return Result(
            [
                Figure(f"{what}: the least", min(rows) - min(pages), " ms", most=5),
                Figure(f"{what}: the median", statistics.median(rows) - statistics.median(pages), " ms", most=5),
            ],
            {"page": page, "row": row},
            [
                Chart(
                    f"First row at {size.page_latency} ms",
                    {"its page, not decoded": statistics.median(pages), "driver": statistics.median(rows)},
                    " ms",
                    1,
                )
            ],
        )

    def cpu(self) -> Result:
        """What connecting and preparing take of the processor."""
        with simulator() as sim:
            text = account(sim.url, Driver=LIBRARY, ConnectOnOpen=0)
            runs = [self.run(self.work / "cpu", text, self.size.repetitions) for _ in range(self.size.processes)]
        raw = [[line.split("\t") for line in text.splitlines()] for text in runs]
        name = raw[0][0][0]
        firsts = [float(run[0][4]) for run in raw]
        table = [["CPU time in milliseconds", "times", "least", "median", "the first time"]]
        for what, times, *numbers in raw[0]:
            table.append([what, times, *[f"{float(number):.2f}" for number in numbers]])
        return Result(
            [
                Figure(f"{name}: CPU time the first time in a process", statistics.median(firsts), " ms", most=30),
                Figure(f"{name}: CPU time afterwards", statistics.median(float(run[0][3]) for run in raw), " ms", most=2),
            ],
            {"runs": raw},
            table=table,
        )

    def fetch(self) -> Result:
        """Rows that are there, against the SQLite driver over the same rows."""
        library = next((path for pattern in SQLITE_DRIVERS for path in sorted(Path("/").glob(pattern[1:]))), None)
        if library is None:
            raise SystemExit(
                "The SQLite ODBC driver is missing (Debian: libsqliteodbc). Name the parts to be measured, without fetch."
            )
        modes = ["getdata", "bound"]
        raw: dict[str, dict[str, list[list[str]]]] = {"driver": {}, "sqlite": {}}
        with tempfile.TemporaryDirectory() as folder, simulator("--messages", self.size.fetched) as sim:
            database = Path(folder, "messages.db")
            same_table.fill(sim, MESSAGES, database)
            fill_temporary = f"CREATE TEMP TABLE Fetched AS {ALL}"
            for _ in range(self.size.times):
                for mode in modes:
                    for name, text, statements in [
                        ("driver", account(sim.url, Driver=LIBRARY), [fill_temporary]),
                        ("sqlite", f"Driver={library};Database={database}", []),
                    ]:
                        line = self.run(self.work / "fetch", text, "SELECT * FROM Fetched", mode, 1, *statements)
                        raw[name].setdefault(mode, []).append(line.split())
        for mode in modes:
            told = {tuple(line[1:4]) for name in raw for line in raw[name][mode]}
            assert len(told) == 1, f"{mode}: not the same rows, cells and bytes: {told}"
        figures, bars = [], {}
        for mode, words in [("getdata", "SQLGetData of each cell"), ("bound", "bound blocks of 1,000 rows")]:
            took = {name: least_of(raw[name][mode], lambda line: float(line[4]) + float(line[6])) for name in raw}
            fetched = {name: least_of(raw[name][mode], lambda line: float(line[4])) for name in raw}
            cells = int(raw["driver"][mode][0][2])
            figures.append(
                Figure(
                    f"cells a second by {words}, against SQLite's driver: query and fetches",
                    took["sqlite"] / took["driver"],
                    " ×",
                    least=1,
                )
            )
            figures.append(
                Figure(
                    f"cells a second by {words}, against SQLite's driver: fetches alone",
                    fetched["sqlite"] / fetched["driver"],
                    " ×",
                    least=1,
                )
            )
            for name, label in [("sqlite", "SQLite's driver"), ("driver", "driver")]:
                bars[f"{label}, {words}"] = cells / took[name] / 1e6
        return Result(figures, raw, [Chart("Cells a second of a query over a table that is there", bars, " million", 1)])


PARTS: list[Callable[[Bench], Result]] = [
    Bench.floor, Bench.sdk, Bench.slices, Bench.join, Bench.memory, Bench.first, Bench.cpu, Bench.fetch,
]  # fmt: skip


@contextmanager
def simulator(*options: object) -> Iterator[Simulator]:
    running = Simulator(*map(str, options), max_seconds=900)
    try:
        yield running
    finally:
        running.stop()


def least(times: list[dict], name: str) -> float:
    return min(one[name] for one in times)


def least_of(lines: list[list[str]], value: Callable[[list[str]], float]) -> float:
    return min(map(value, lines))


def machine() -> dict[str, str]:
    """What was measured on and with, without its name."""
    info, system = Path("/proc/cpuinfo"), Path("/etc/os-release")
    models = (
        [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    names = (
        [line.split("=", 1)[1].strip('"') for line in system.read_text().splitlines() if line.startswith("PRETTY_NAME=")]
        if system.exists()
        else []
    )
    changed = sorted(
        f"{key.removeprefix('CARGO_PROFILE_RELEASE_').lower().replace('_', '-')}={value}"
        for key, value in os.environ.items()
        if key.startswith("CARGO_PROFILE_RELEASE_") and not key.endswith(("DEBUG", "INCREMENTAL", "STRIP"))
    )
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "processor": " ".join(models[:1]) or platform.machine(),
        "system": " ".join(names[:1]) or platform.system(),
        "build": "release profile" + (f" with {', '.join(changed)}" if changed else ""),
    }


def main() -> None:
    names = [part.__name__ for part in PARTS]
    parser = argparse.ArgumentParser(prog="benches/run.sh", description="Measures the driver against the simulator.")
    parser.add_argument("part", nargs="*", help=" ".join(names))
    parser.add_argument("--docs", action="store_true", help="write the figures and the plot into docs")
    parser.add_argument("--small", action="store_true", help="measure little, to see that it works")
    parser.add_argument("--results", type=Path, help="folder of the raw numbers")
    parser.add_argument("--work", type=Path, required=True, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if unknown := set(given.part) - set(names):
        parser.error(f"{', '.join(sorted(unknown))} is none of {' '.join(names)}")
    if given.docs and given.small:
        parser.error("--small measures nothing worth writing down")

    results = given.results or given.work / "results"
    results.mkdir(parents=True, exist_ok=True)
    bench = Bench(given.work, SMALL if given.small else Size())
    for part in PARTS:
        if given.part and part.__name__ not in given.part:
            continue
        print(f"{part.__name__}: {part.__doc__}", flush=True)
        result = part(bench)
        for figure in result.figures:
            must = f"must be {figure.must}, " if figure.must else ""
            print(f"  {figure.what}: {must}is {figure.shown}{' MISSED' if figure.is_missed else ''}", flush=True)
        for row in result.table:
            print("  " + "\t".join(row))
        shown = [{"what": one.what, "must": one.must, "reached": one.shown, "missed": one.is_missed} for one in result.figures]
        data = {"machine": machine(), **asdict(result), "shown": shown}
        Path(results, f"{part.__name__}.json").write_text(json.dumps(data, indent=1))
    if given.docs:
        report.write(results, names)


if __name__ == "__main__":
    main()
