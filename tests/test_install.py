"""What registration leaves for unixODBC to read, and the first command a new user runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support import ACCOUNT, HOME, LIBRARY, RELEASE, ROOT, SUPPORT_CALLS, TOKEN


def odbcinst(*arguments: str, **environment: str) -> str:
    environment = {**os.environ, **environment}
    # It fails where it finds nothing to list.
    return subprocess.run(["odbcinst", *arguments], env=environment, capture_output=True, text=True).stdout


def twilio_odbc(*arguments: object, secret: str = "") -> subprocess.CompletedProcess[str]:
    command = [RELEASE / "twilio-odbc", *map(str, arguments)]
    return subprocess.run(command, input=secret, capture_output=True, text=True)


def test_unixodbc_knows_the_driver():
    entry = odbcinst("-q", "-d", "-n", "Twilio")
    assert f"Driver={LIBRARY}" in entry
    assert "Threading=2" in entry
    assert "UsageCount=1" in entry


def test_unixodbc_knows_the_data_source():
    assert "[Twilio]" in odbcinst("-q", "-s")


@pytest.fixture
def private(tmp_path):
    twilio_odbc("install", "--prefix", tmp_path).check_returncode()
    return tmp_path


def test_a_private_folder_prints_the_line_that_makes_applications_use_it(private):
    line = twilio_odbc("install", "--prefix", private).stdout
    assert f"ODBCSYSINI={private}" in line and f"ODBCINI={private}/odbc.ini" in line


def test_data_sources_are_added_listed_and_removed(private):
    names = lambda: odbcinst("-q", "-s", ODBCINI=f"{private}/odbc.ini", ODBCSYSINI=str(private))
    twilio_odbc("dsn", "add", "Mine", "--prefix", private, "--account-sid", ACCOUNT, "--auth-token-stdin", secret=TOKEN).check_returncode()
    assert "[Mine]" in names()
    listed = twilio_odbc("dsn", "list", "--prefix", private).stdout
    assert "Mine" in listed and TOKEN not in listed.replace(ACCOUNT, "")
    twilio_odbc("dsn", "remove", "Mine", "--prefix", private).check_returncode()
    assert "[Mine]" not in names()


def test_uninstalling_takes_the_driver_away(private):
    twilio_odbc("uninstall", "--prefix", private).check_returncode()
    drivers = private / "odbcinst.ini"
    assert not drivers.exists() or "Twilio" not in drivers.read_text()


def system_files() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path("/etc").glob("odbc*.ini")}


def test_the_quickstart_works_twice_and_leaves_nothing_behind(tmp_path):
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    before = system_files()
    cargo = shutil.which("cargo") or str(HOME / ".cargo/bin/cargo")
    environment = {
        "PATH": f"{Path(cargo).parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "CARGO_HOME": os.environ.get("CARGO_HOME", str(HOME / ".cargo")),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(HOME / ".rustup")),
        "CARGO_TARGET_DIR": str(RELEASE.parent),
        "LC_ALL": "C.UTF-8",
    }
    for _ in range(2):
        done = subprocess.run(
            [ROOT / "installer/quickstart.sh"], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
        conferences, participants, join = done.stdout.split("\nSELECT ")[1:]
        assert "(8 rows)" in conferences and "All hands" in conferences
        assert "(5 rows)" in participants and all(call in participants for call in SUPPORT_CALLS)
        assert "(14 rows)" in join and all(call in join for call in SUPPORT_CALLS)
        install, add, query = done.stdout.splitlines()[-3:]
        assert " install --user" in install and " dsn add TwilioDemo " in add and "isql TwilioDemo" in query
        assert list(home.iterdir()) == [] and list(temporary.iterdir()) == []
        assert system_files() == before
