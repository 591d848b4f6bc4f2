"""Starts a simulated account, registers driver and data sources in a private folder, and gives tests connections."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import support
from support import ACCOUNT, RELEASE, TOKEN, Simulator

simulator: Simulator
folder: Path


def registrar(*arguments: str, secret: str = "") -> str:
    command = [RELEASE / "twilio-odbc", *arguments, "--prefix", str(folder)]
    return subprocess.run(command, input=secret, text=True, check=True, capture_output=True).stdout


def pytest_configure() -> None:
    # Before any test file is imported: unixODBC reads its environment when pyodbc makes it.
    global simulator, folder
    folder = Path(tempfile.mkdtemp(prefix="twilio-odbc-tests-"))
    support.clean_environment(folder)
    simulator = Simulator()
    variables = registrar("install")
    os.environ.update(part.split("=", 1) for part in variables.replace("'", "").split())
    source = ["--base-url", simulator.url, "--account-sid", ACCOUNT, "--auth-token-stdin"]
    registrar("dsn", "add", "Twilio", *source, secret=TOKEN + "\n")
    registrar("dsn", "add", "TwilioReadOnly", *source, "--read-only", secret=TOKEN + "\n")


def pytest_unconfigure() -> None:
    simulator.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def sim() -> Simulator:
    """The simulator with its seeded world, an empty log and no faults."""
    simulator.reset()
    return simulator


@pytest.fixture
def new_simulator() -> Iterator[Callable[..., Simulator]]:
    """Starts further simulators with options of their own."""
    started = []

    def start(*options: str) -> Simulator:
        started.append(Simulator(*options))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def generic() -> Iterator[Simulator]:
    """A simulator that has every table of the model: its own world, and synthetic rows of what it does not know."""
    simulator = Simulator("--model", str(support.ROOT / "src" / "model" / "data"))
    yield simulator
    simulator.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., object]]:
    """`pyodbc.connect`, whose connections are closed after the test. Autocommit is on unless said otherwise."""
    import pyodbc

    pyodbc.pooling = False
    opened = []

    def connect(text: str = "DSN=Twilio", **options: object) -> pyodbc.Connection:
        opened.append(pyodbc.connect(text, **{"autocommit": True, **options}))
        return opened[-1]

    yield connect
    for one in opened:
        try:
            one.close()
        except pyodbc.Error:
            pass


@pytest.fixture
def connection(connect, sim):
    """A connection of the data source `Twilio`; what connecting asked for is not in the log."""
    opened = connect()
    sim.clear()
    return opened


@pytest.fixture
def cursor(connection):
    return connection.cursor()
