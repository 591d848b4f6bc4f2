"""The examples of `docs/examples/`, each with what it prints beside it: clients of ODBC as their users know them.

A script is given a connection string. To add one, write `docs/examples/NAME.EXTENSION` and `NAME.out`, say in `COMMANDS` what runs
it, and quote it in docs/clients.md.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import HOME, RELEASE, ROOT, Simulator, account
from test_docs import fenced

EXAMPLES = ROOT / "docs" / "examples"
PAGE = ROOT / "docs" / "clients.md"
RUST = EXAMPLES / "odbc-api"
FILES = sorted(path for path in EXAMPLES.iterdir() if path.is_file() and path.suffix != ".out")
# Those of LibreOffice, which take other arguments, are tested by test_libreoffice.py.
SCRIPTS = [path for path in FILES if not path.stem.startswith("libreoffice_")]
NODE_MODULES = RELEASE.parent / "tests" / "node" / "node_modules"
COMMANDS = {".R": "Rscript", ".js": "node", ".php": "php", ".pl": "perl", ".py": sys.executable, ".sh": "sh"}
# How many messages each sends, none of them twice.
SENT = {
    "arrow_batches": 3, "isql": 1, "node_odbc": 2, "pandas_frame": 2, "perl_dbi": 3, "php_odbc": 1, "php_pdo": 2, "r_rodbc": 1,
    "sqlalchemy_text": 2,
}  # fmt: skip
# More than any client asks for at once, and than a page of Twilio's has.
MESSAGES = 3000


@pytest.fixture(scope="module")
def busy() -> Iterator[Simulator]:
    """An account with many messages."""
    simulator = Simulator("--messages", str(MESSAGES))
    yield simulator
    simulator.stop()


@pytest.fixture(scope="module")
def odbc_api() -> Path:
    """The Rust example, compiled."""
    command = ["cargo", "build", "--quiet", "--release", "--package", "odbc-api-example"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "HOME": str(HOME)})
    assert done.returncode == 0, done.stderr
    return RELEASE / "odbc-api-example"


def printed(command: list[object], url: str) -> list[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "NODE_PATH": str(NODE_MODULES)}
    done = subprocess.run([*command, account(url)], capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    # isql says there that there was an error, besides showing it.
    assert done.stderr in ("", "[ISQL]ERROR: Could not SQLExecute\n")
    # A request's id is another one each time.
    return re.sub(r"\bRQ[0-9a-f]{32}", "RQ…", done.stdout).splitlines()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_prints_what_it_should(busy, script: Path):
    busy.reset()
    assert printed([COMMANDS[script.suffix], script], busy.url) == script.with_suffix(".out").read_text().splitlines()
    assert busy.effects()["messages_sent"] == SENT[script.stem]


def test_odbc_api_reads_and_writes_in_bulk(busy, odbc_api):
    busy.reset()
    assert printed([odbc_api], busy.url) == RUST.with_suffix(".out").read_text().splitlines()
    assert busy.effects()["messages_sent"] == 2


def test_every_script_is_shown_to_users():
    page = PAGE.read_text()
    assert len(SCRIPTS) >= 9
    for path in [*FILES, RUST / "src" / "main.rs"]:
        assert f"](examples/{path.relative_to(EXAMPLES)})" in page


@pytest.mark.parametrize("language", ["r", "javascript", "php", "perl", "rust"])
def test_what_the_page_quotes_is_what_runs(language):
    """A block is a part of one of the scripts, line by line."""
    scripts = [path.read_text() for path in [*SCRIPTS, RUST / "src" / "main.rs"]]
    blocks = fenced(PAGE, language)
    assert blocks
    for block in blocks:
        assert any(f"\n{block}" in text for text in scripts), block
