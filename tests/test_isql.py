"""isql and iusql, fed through a pipe."""

import os
import subprocess

import pytest

from support import (
    ACCOUNT,
    AGENT,
    CAFE,
    CONFERENCE_COLUMNS,
    CUSTOMER,
    PARTICIPANT_COLUMNS,
    SUBACCOUNT,
    SUBACCOUNT_TOKEN,
    SUPPORT,
    SUPPORT_CALLS,
    account,
)

both = pytest.mark.parametrize("program", ["isql", "iusql"])


def run(program: str, *arguments: str, sql: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs statements, one a line."""
    return subprocess.run(
        [program, *arguments], input=sql + "\n", capture_output=True, text=True, timeout=60,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
    )  # fmt: skip


def cells(program: str, sql: str, *arguments: str, **environment: str) -> list[list[str]]:
    """The rows of a statement, told apart by a delimiter."""
    done = run(program, "Twilio", "-b", "-d|", *arguments, sql=sql, **environment)
    assert done.stderr == ""
    return [line.split("|") for line in done.stdout.splitlines() if line]


@both
def test_a_select(program):
    rows = cells(program, f"SELECT CallSid, Label, Muted FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")
    assert [row[0] for row in rows] == SUPPORT_CALLS
    assert rows[-1][:3] == [AGENT, "agent", "0"]


@both
def test_a_select_as_a_table(program):
    done = run(program, "Twilio", "-b", sql=f"SELECT CallSid, Status FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")
    # iusql ends some lines twice.
    lines = [line for line in done.stdout.splitlines() if line]
    assert lines[1].startswith("| CallSid") and "Status" in lines[1]
    assert all(len(line) == len(lines[0]) for line in lines if line.startswith(("|", "+")))
    assert sum(call in done.stdout for call in SUPPORT_CALLS) == 5
    assert "5 rows fetched" in done.stdout


@both
def test_the_columns_are_headed(program):
    rows = cells(program, f"SELECT * FROM Conferences WHERE Sid = '{SUPPORT}'", "-c")
    assert rows[0][: len(CONFERENCE_COLUMNS)] == CONFERENCE_COLUMNS


@both
def test_moments_are_utc_whatever_the_machines_zone(program):
    sql = f"SELECT DateCreated FROM Conferences WHERE Sid = '{SUPPORT}'"
    for zone in ["UTC", "Asia/Tokyo", "America/Los_Angeles"]:
        assert cells(program, sql, TZ=zone)[0][0] == "2024-06-25 16:45:00"


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_text_outside_ascii_is_utf8_in_isql(locale):
    rows = cells("isql", f"SELECT Name FROM Conferences WHERE Sid = '{CAFE}'", LC_ALL=locale)
    assert rows[0][0] == "Café ☕ Zürich 東京"


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_iusql_prints_the_lower_byte_of_each_unit(locale):
    """So that its users see Latin-1, whatever the locale; the text itself is whole."""
    done = subprocess.run(
        ["iusql", "Twilio", "-b", "-d|"], input=f"SELECT Name, length(Name) FROM Conferences WHERE Sid = '{CAFE}'\n".encode(), capture_output=True,
        timeout=60, env={**os.environ, "LC_ALL": locale},
    )  # fmt: skip
    name = "Café ☕ Zürich 東京"
    assert done.stdout.strip() == bytes(ord(letter) & 0xFF for letter in name) + f"|{len(name)}".encode()


@both
def test_a_wide_result_is_one_line_a_row(program):
    sql = f"SELECT *, replicate('x', 300) AS filler, 'end' AS last FROM Conferences WHERE Sid = '{SUPPORT}'"
    lines = [line for line in run(program, "Twilio", "-b", sql=sql).stdout.splitlines() if line.startswith(("|", "+"))]
    assert len(lines) == 5 and len({len(line) for line in lines}) == 1
    assert "x" * 300 in lines[3] and "end" in lines[3]


@pytest.mark.parametrize(("program", "shown"), [("isql", "x" * 300 + "..."), ("iusql", "")])
def test_a_cell_of_more_than_300_characters_is_cut_by_isql_and_left_out_by_iusql(program, shown):
    assert cells(program, "SELECT replicate('x', 3000) AS filler, 'end' AS last") == [[shown, "end"]]


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_a_literal_outside_ascii_is_found_by_isql(locale):
    assert cells("isql", "SELECT Sid FROM Conferences WHERE Name = 'Café ☕ Zürich 東京'", LC_ALL=locale)[0][0] == CAFE


@both
def test_help_lists_the_tables(program):
    done = run(program, "Twilio", "-b", sql="help")
    assert "Conferences" in done.stdout and "ConferenceParticipants" in done.stdout
    assert "Twilio" in done.stdout and "TABLE" in done.stdout


@both
def test_help_lists_the_columns_of_a_table(program):
    done = run(program, "Twilio", "-b", sql="help ConferenceParticipants")
    assert all(name in done.stdout for name in PARTICIPANT_COLUMNS)


@both
def test_an_error_is_told(program):
    done = run(program, "Twilio", "-b", "-v", sql="SELECT * FROM Conference")
    assert "[Twilio]" in done.stdout and "did you mean Conferences" in done.stdout


@pytest.mark.parametrize(("options", "state"), [(["-3"], "[42S02]"), ([], "[S0002]")], ids=["odbc-3", "odbc-2"])
def test_an_error_has_the_state_of_the_applications_version(options, state):
    assert state in run("isql", "Twilio", "-b", "-v", *options, sql="SELECT * FROM Conference").stdout


@both
def test_the_next_statement_runs_after_an_error(program):
    done = run(program, "Twilio", "-b", "-v", "-d|", sql=f"SELEC\nSELECT Name FROM Conferences WHERE Sid = '{SUPPORT}'")
    assert "line 1, column 1" in done.stdout + done.stderr
    assert "Support line" in done.stdout


@both
def test_several_statements_are_piped(program, sim):
    sql = f"SELECT 1 AS a\nDELETE FROM ConferenceParticipants WHERE CallSid='{CUSTOMER}' AND ConferenceSid='{SUPPORT}'\nSELECT 2 AS b"
    done = run(program, "Twilio", "-b", sql=sql)
    assert "SQLRowCount returns 1" in done.stdout
    assert sim.participant(CUSTOMER) is None
    assert "| 2" in done.stdout


@both
def test_a_procedure_is_called(program, sim):
    done = run(program, "Twilio", "-b", sql="EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199'")
    assert "queued" in done.stdout
    assert sim.effects()["participants_created"] == 1


@both
def test_user_and_password_are_arguments(program):
    done = run(program, "Twilio", SUBACCOUNT, SUBACCOUNT_TOKEN, "-b", "-d|", sql="SELECT AccountSid FROM Conferences LIMIT 1")
    assert done.stdout.strip() == SUBACCOUNT


def test_a_connection_string_is_an_argument(sim):
    done = run("isql", "-k", account(sim.url), "-b", "-d|", sql="SELECT AccountSid FROM Conferences LIMIT 1")
    assert done.stdout.strip() == ACCOUNT


@both
def test_wrong_credentials_are_told(program):
    done = run(program, "Twilio", ACCOUNT, "wrong", "-b", "-v", sql="SELECT 1")
    assert "Twilio error 20003" in done.stdout + done.stderr
    assert done.returncode != 0


@both
def test_null_is_printed_as_nothing_readable(program):
    rows = cells(program, f"SELECT Label, CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}' AND Label IS NULL")
    assert len(rows) == 1 and rows[0][0] in ("", "(null)", "NULL")
