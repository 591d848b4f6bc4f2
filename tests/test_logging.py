"""The log file: what each verbosity writes, whose line it is, and how the file is shared and replaced."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pyodbc
import pytest

from support import ACCOUNT, PHOTOS, ROOT, SALES, SUPPORT, TOKEN, Simulator, account, string

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?P<level>ERROR|WARN |INFO |DEBUG|TRACE) "
    r"\[(?P<process>\d+)(?: c(?P<connection>\d+)(?: s(?P<statement>\d+))?)?\] (?P<text>.*)"
)
PARTICIPANTS = f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "driver.log"


def lines(path) -> list[dict]:
    """The lines of a log; each is whole."""
    found = [LINE.fullmatch(line) for line in path.read_text().splitlines()]
    assert all(found), path.read_text()
    return [line.groupdict() for line in found]


def texts(path, *levels: str) -> list[str]:
    return [line["text"] for line in lines(path) if not levels or line["level"].strip() in levels]


def files(log) -> list:
    """The log's files, the newest first."""
    numbered = [path for path in log.parent.glob(log.name + ".*") if path.suffix != ".lock"]
    return [log, *sorted(numbered, key=lambda path: int(path.suffix[1:]))]


@pytest.mark.parametrize(
    ("verbosity", "levels", "bodies"),
    [
        (0, set(), False),
        (1, {"ERROR"}, False),
        (2, {"ERROR", "INFO"}, False),
        (3, {"ERROR", "INFO", "DEBUG"}, False),
        (4, {"ERROR", "INFO", "DEBUG", "TRACE"}, False),
        (5, {"ERROR", "INFO", "DEBUG", "TRACE"}, True),
    ],
)
def test_a_verbosity_adds_to_those_below(connect, sim, log, verbosity, levels, bodies):
    cursor = connect(account(sim.url, Logfile=log, Verbosity=verbosity)).cursor()
    cursor.execute(PARTICIPANTS).fetchall()
    with pytest.raises(pyodbc.Error):
        cursor.execute("SELECT * FROM Nothing")
    found = lines(log) if log.exists() else []
    assert {line["level"].strip() for line in found} == levels
    assert any("call_sid" in line["text"] for line in found) == bodies
    assert log.exists() == (verbosity > 0)


def test_without_a_verbosity_errors_are_logged(connect, sim, log):
    cursor = connect(account(sim.url, Logfile=log)).cursor()
    cursor.execute(PARTICIPANTS).fetchall()
    with pytest.raises(pyodbc.Error):
        cursor.execute("SELECT * FROM Nothing")
    (line,) = lines(log)
    assert line["level"] == "ERROR" and "Nothing" in line["text"] and line["statement"]


def test_a_connection_that_fails_is_logged(connect, sim, log):
    with pytest.raises(pyodbc.Error):
        connect(account(sim.url, AuthToken="f" * 32, Logfile=log, Verbosity=1))
    (line,) = lines(log)
    assert line["text"].startswith("SQLDriverConnect") and "20003" in line["text"] and line["connection"]


def test_the_lines_of_a_statement_have_its_number(connect, sim, log):
    connections = [connect(account(sim.url, Logfile=log, Verbosity=4)) for _ in range(2)]
    cursors = [connections[0].cursor(), connections[1].cursor(), connections[0].cursor()]
    asked = [f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid = '{sid}'" for sid in [SUPPORT, SALES, SUPPORT]]
    for cursor, sql in zip(cursors, asked):
        cursor.execute(sql)
    for cursor in cursors:
        cursor.fetchall()
    cursors[0].execute("SELECT 1 WHERE 1 = ?", 1).fetchall()
    numbered = [line for line in lines(log) if line["statement"]]
    assert {line["process"] for line in numbered} == {str(os.getpid())}
    assert len({line["connection"] for line in numbered}) == 2
    by_statement = {}
    for line in numbered:
        by_statement.setdefault((int(line["connection"]), int(line["statement"])), []).append(line["text"])
    own = {key: found for key, found in by_statement.items() if any("SELECT" in text for text in found)}
    # In the order in which they were begun: two of the first connection, the prepared one, and one of the second.
    (one, _), (_, second), _, (other, _) = keys = sorted(own)
    assert keys == [(one, second - 1), (one, second), (one, second + 1), keys[3]] and other == one + 1
    for key, sql, sid in zip([keys[0], keys[3], keys[1]], asked, [SUPPORT, SALES, SUPPORT]):
        assert [text for text in own[key] if "SELECT" in text] == [f"SQLExecDirectW: {sql}"]
        # Its request, its fetches.
        assert [text for text in own[key] if f"GET /2010-04-01/Accounts/{ACCOUNT}/Conferences/{sid}" in text]
        assert any(text.startswith("SQLFetch") for text in own[key])
    # What is prepared is told with its text, and told again when it is executed.
    assert own[keys[2]][0] == "SQLPrepareW: SELECT 1 WHERE 1 = ?" and "SQLExecute" in own[keys[2]]


def number_of(log, sql: str) -> str:
    (number,) = {line["statement"] for line in lines(log) if line["text"].endswith(sql)}
    return number


def test_catalogue_functions_are_statements(connect, sim, log):
    cursor = connect(account(sim.url, Logfile=log, Verbosity=2)).cursor()
    cursor.tables(table="Conferences").fetchall()
    assert any(text.startswith("SQLTables") for text in texts(log, "INFO"))


def test_a_log_tells_of_its_own_connections_alone(connect, sim, tmp_path):
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    cursors = [connect(account(sim.url, Logfile=log, Verbosity=5)).cursor() for log in logs]
    silent = connect(account(sim.url)).cursor()
    for cursor, sid in zip([*cursors, silent], [SUPPORT, SALES, PHOTOS]):
        cursor.execute(f"SELECT 1 FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT if sid == SUPPORT else SALES}' AND '{sid}' > ''").fetchall()
    shown = [log.read_text() for log in logs]
    assert [SUPPORT in text for text in shown] == [True, False]
    assert [SALES in text for text in shown] == [False, True]
    assert [PHOTOS in text for text in shown] == [False, False]


def test_verbosities_of_one_file_differ(connect, sim, log):
    quiet, loud = (connect(account(sim.url, Logfile=log, Verbosity=verbosity)) for verbosity in [1, 3])
    quiet.execute(PARTICIPANTS).fetchall()
    assert not any("SELECT" in text for text in texts(log))
    loud.execute(PARTICIPANTS).fetchall()
    assert len([text for text in texts(log) if "SELECT" in text]) == 1


def test_pages_that_are_read_ahead_belong_to_their_statement(connect, log):
    simulator = Simulator("--messages", "4500")
    try:
        connection = connect(account(simulator.url, Logfile=log, Verbosity=3))
        sql = "SELECT Sid, Body FROM Messages"
        assert len(connection.execute(sql).fetchall()) > 4000
        connection.close()
    finally:
        simulator.stop()
    pages = [line for line in lines(log) if "Messages.json: HTTP 200" in line["text"]]
    assert len(pages) >= 5 and {line["statement"] for line in pages} == {number_of(log, sql)}
    numbers = [int(re.match(r"#(\d+) ", line["text"])[1]) for line in pages]
    assert sorted(numbers) == list(range(numbers[0], numbers[0] + len(pages)))


def test_lists_that_are_read_side_by_side_belong_to_their_statement(connect, sim, log):
    sql = f"SELECT CallSid FROM ConferenceParticipants WHERE ConferenceSid IN ('{SUPPORT}', '{SALES}')"
    connect(account(sim.url, Logfile=log, Verbosity=3)).execute(sql).fetchall()
    lists = [line for line in lines(log) if "Participants.json: HTTP" in line["text"]]
    assert len(lists) == 2 and {line["statement"] for line in lists} == {number_of(log, sql)}


def test_a_request_line_can_be_found_in_sys_requests(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=3))
    connection.execute(PARTICIPANTS).fetchall()
    row = connection.execute("SELECT Number, Status, RequestId FROM sys_requests ORDER BY Number DESC LIMIT 1").fetchone()
    (line,) = [text for text in texts(log, "DEBUG") if "Participants.json" in text]
    assert line.startswith(f"#{row.Number} GET /2010-04-01/Accounts/{ACCOUNT}/Conferences/{SUPPORT}/Participants.json: HTTP {row.Status} in ")
    assert line.endswith(f"request id {row.RequestId}")


def test_each_repeat_is_told_with_its_reason_and_its_pause(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=3, MaxRetries=2))
    sim.fault("status", status=429, retry_after=0)
    sim.fault("drop_before")
    connection.execute(PARTICIPANTS).fetchall()
    again = [text for text in texts(log, "DEBUG") if "again in" in text]
    assert len(again) == 2
    assert re.fullmatch(r"#\d+ again in 0 ms \(repeat 1 of 2\): GET .*429.*", again[0])
    assert re.fullmatch(r"#\d+ again in \d+ ms \(repeat 2 of 2\): .*Participants.json.*", again[1])
    assert any(re.search(r"GET .*Participants.json: no answer after \d+ ms: ", text) for text in texts(log, "DEBUG"))


@pytest.mark.parametrize(("spent", "keywords", "fault"), [
    ("MaxRetries", {"MaxRetries": 1}, {"retry_after": 0}),
    ("RetryBudget", {"RetryBudget": 5}, {"retry_after": 60}),
])  # fmt: skip
def test_the_log_says_why_nothing_is_repeated_any_more(connect, sim, log, spent, keywords, fault):
    connection = connect(account(sim.url, Logfile=log, Verbosity=3, **keywords))
    sim.fault("status", status=429, times=0, **fault)
    with pytest.raises(pyodbc.Error):
        connection.execute(PARTICIPANTS).fetchall()
    assert any(f"not again, {spent} is used up: " in text for text in texts(log, "DEBUG"))


def bodies(log, direction: str, part: str) -> list[str]:
    found = [text for text in texts(log, "TRACE") if re.match(rf"#\d+ {direction} ", text)]
    return [text for text in found if part in text]


def write_to_somebody(connect, sim, log, **keywords) -> str:
    cursor = connect(account(sim.url, Logfile=log, Verbosity=5, **keywords)).cursor()
    sql = "EXEC SendMessage [To] = ?, Sender = ?, Body = ?"
    return cursor.execute(sql, "+14155550199", "+14155550100", "meet me at six").fetchone().Sid


def test_bodies_are_shown_without_texts(connect, sim, log):
    sid = write_to_somebody(connect, sim, log)
    (sent,) = bodies(log, "sends", "POST")
    assert 'To="+14155550199"' in sent and 'Body="<hidden, 14 characters>"' in sent
    number = re.match(r"#\d+", sent)[0]
    (answer,) = bodies(log, "receives", sid)
    assert answer.startswith(number + " ")
    size, body = re.fullmatch(r"#\d+ receives (\d+) bytes: (.*)", answer).groups()
    assert json.loads(body)["body"] == "<hidden, 14 characters>" and json.loads(body)["sid"] == sid
    assert int(size) > 100
    assert "meet me" not in log.read_text()


def test_texts_are_shown_where_that_is_wanted(connect, sim, log):
    sid = write_to_somebody(connect, sim, log, LogBodies=1)
    (sent,) = bodies(log, "sends", "POST")
    (answer,) = bodies(log, "receives", sid)
    assert 'Body="meet me at six"' in sent and "meet me at six" in answer


def test_below_5_no_text_is_shown_whatever_is_wanted(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=4, LogBodies=1))
    connection.execute("EXEC SendMessage [To] = ?, Sender = ?, Body = ?", "+14155550199", "+14155550100", "at six").fetchall()
    assert "at six" not in log.read_text()


def test_secrets_are_never_shown(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=5, LogBodies=1))
    made = connection.execute("EXEC CreateKey Name = 'Reports'").fetchone()
    assert len(made.Secret) > 8
    connection.execute("SELECT AuthToken, _raw FROM Accounts").fetchall()
    connection.execute("EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = '+14155550199', SipAuthPassword = ?", "Bound-S3cret").fetchall()
    text = log.read_text()
    assert [secret for secret in [made.Secret, TOKEN, "Bound-S3cret", "Authorization", "Basic "] if secret in text.replace(ACCOUNT, "")] == []
    (key,) = bodies(log, "receives", made.Sid)
    assert '"secret":"********"' in key
    assert 'SipAuthPassword="********"' in "".join(bodies(log, "sends", "Participants"))


def test_secrets_of_the_model_are_never_shown(connect, generic, log):
    connection = connect(account(generic.url + "/{product}", Logfile=log, Verbosity=5, LogBodies=1))
    rows = connection.execute("SELECT \"Key\" FROM Serverless.Variables").fetchall()
    assert rows
    (answer,) = bodies(log, "receives", rows[0].Key)
    variables = json.loads(answer.partition(": ")[2])["variables"]
    assert {variable["value"] for variable in variables} == {"********"}


def test_a_long_body_is_cut(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=5))
    connection.execute("SELECT * FROM Calls").fetchall()
    (answer,) = bodies(log, "receives", '"calls"')
    left_out = re.search(r"… \((\d+) more bytes\)$", answer)
    assert left_out and int(left_out[1]) > 1000 and len(answer) < 11_000


def test_what_is_no_json_is_counted(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=5, LogBodies=1, MaxRetries=0))
    sim.fault("status", status=502, body="html")
    with pytest.raises(pyodbc.Error):
        connection.execute(PARTICIPANTS).fetchall()
    assert re.search(r"receives \d+ bytes of text/html", "\n".join(texts(log, "TRACE")))
    assert "<html" not in log.read_text()


def test_full_files_are_put_aside(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=2, MaxLogFileSize="2K", MaxLogFileCount=3, ConnectOnOpen=0))
    for number in range(100):
        connection.execute(f"SELECT 'n{number}n'").fetchall()
    parts = files(log)
    assert [part.name for part in parts] == ["driver.log", "driver.log.1", "driver.log.2"]
    assert all(part.stat().st_size <= 2048 for part in parts)
    assert all(part.stat().st_size > 1800 for part in parts[1:])
    assert [path.name for path in log.parent.iterdir() if path.stat().st_mode & 0o077] == []
    kept = [int(re.search("n(\\d+)n", text)[1]) for part in reversed(parts) for text in texts(part)]
    assert kept == list(range(kept[0], 100))


@pytest.mark.parametrize(("name", "value"), [("MaxLogFileSize", "1 TB"), ("MaxLogFileCount", "0"), ("LogBodies", "some"), ("Verbosity", "6")])
def test_wrong_values_are_refused(connect, sim, name, value):
    with pytest.raises(pyodbc.Error, match=name) as error:
        connect(account(sim.url, **{name: value}))
    assert error.value.args[0] == "HY024"


WRITER = """
    import sys, threading
    import pyodbc
    pyodbc.pooling = False
    text, name, connections, statements = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    opened = [pyodbc.connect(text, autocommit=True) for _ in range(connections)]
    sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
    def work(number):
        for statement in range(statements):
            opened[number].execute(f"SELECT 'mark {name}.{number}.{statement} end'").fetchall()
    threads = [threading.Thread(target=work, args=[number]) for number in range(connections)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


def test_processes_share_a_file_and_lose_no_line(sim, log):
    processes, connections, statements = 5, 2, 300
    text = account(sim.url, Logfile=log, Verbosity=2, MaxLogFileSize=4096, MaxLogFileCount=1000, ConnectOnOpen=0)
    program = textwrap.dedent(WRITER)
    started = [
        subprocess.Popen([sys.executable, "-c", program, text, str(number), str(connections), str(statements)],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(processes)
    ]  # fmt: skip
    try:
        for process in started:
            assert process.stdout.readline() == "ready\n"
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [process.wait(120) for process in started] == [0] * processes
    finally:
        for process in started:
            process.kill()
            process.communicate()
    parts = files(log)
    # How often a file is replaced depends on how often the lock is free: nobody waits for it.
    assert len(parts) > 10
    shown = [line for part in parts for line in lines(part)]
    marks = [re.search(r"mark (\d+\.\d+\.\d+) end", line["text"]) for line in shown]
    found = [mark[1] for mark in marks if mark]
    expected = {f"{p}.{c}.{s}" for p in range(processes) for c in range(connections) for s in range(statements)}
    assert len(found) == len(expected) and set(found) == expected


def test_threads_share_a_file(connect, sim, log):
    opened = [connect(account(sim.url, Logfile=log, Verbosity=2, MaxLogFileSize="1K", MaxLogFileCount=500, ConnectOnOpen=0)) for _ in range(4)]

    def work(number: int) -> None:
        for statement in range(100):
            opened[number].execute(f"SELECT 'mark {number}.{statement} end'").fetchall()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    found = [re.search(r"mark (\d+\.\d+) end", line["text"]) for part in files(log) for line in lines(part)]
    assert len([mark for mark in found if mark]) == 400


def test_a_file_that_an_operator_moves_is_begun_anew(connect, sim, log):
    connection = connect(account(sim.url, Logfile=log, Verbosity=2))
    connection.execute("SELECT 'before'").fetchall()
    log.rename(log.with_suffix(".kept"))
    connection.execute("SELECT 'after'").fetchall()
    assert "after" in log.read_text() and "before" not in log.read_text()


def test_a_folder_that_is_gone_makes_no_statement_fail(connect, sim, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    connection = connect(account(sim.url, Logfile=folder / "driver.log", Verbosity=5))
    shutil.rmtree(folder)
    assert len(connection.execute(PARTICIPANTS).fetchall()) == 5
    folder.mkdir()
    assert len(connection.execute(PARTICIPANTS).fetchall()) == 5
    assert texts(folder / "driver.log")


def test_a_full_disk_makes_no_statement_fail(connect, sim):
    connection = connect(account(sim.url, Logfile="/dev/full", Verbosity=5, MaxLogFileSize=1))
    assert len(connection.execute(PARTICIPANTS).fetchall()) == 5
    assert not os.path.exists("/dev/full.lock")


@pytest.mark.parametrize("taken", ["driver.log.lock", "driver.log.1"])
def test_a_file_that_cannot_be_moved_takes_further_lines(connect, sim, log, taken):
    (log.parent / taken / "folder").mkdir(parents=True)
    connection = connect(account(sim.url, Logfile=log, Verbosity=2, MaxLogFileSize=200, MaxLogFileCount=2, ConnectOnOpen=0))
    for number in range(20):
        connection.execute(f"SELECT 'n{number}n'").fetchall()
    assert len([text for text in texts(log) if re.search(r"n\d+n", text)]) == 20


def test_a_log_that_cannot_be_opened_is_an_error(connect, sim, tmp_path):
    with pytest.raises(pyodbc.Error, match="cannot be opened") as error:
        connect(account(sim.url, Logfile=tmp_path / "no" / "driver.log"))
    assert error.value.args[0] == "HY000"


def normal(text: str) -> list[str]:
    """The lines of a log, but for what differs from time to time."""
    text = re.sub(r"(?m)^\S+Z ", "TIME ", text)
    text = re.sub(r"\[\d+ c\d+", "[PROCESS cN", text)
    text = re.sub(r"Logfile=[^;]*", "Logfile=FILE", text)
    text = re.sub(r"\bRQ[0-9a-f]{32}\b", "REQUEST", text)
    text = re.sub(r"(?<=in |er )\d+ ms", "N ms", text)
    return text.splitlines()


def test_the_example_in_the_documentation(connect, sim, log):
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    example = re.search(r"^```log\n(.*?)^```", page, re.DOTALL | re.MULTILINE)[1]
    connection = connect(string(DSN="Twilio", Logfile=log, Verbosity=3))
    sim.fault("status", status=503, path="Participants")
    connection.execute(f"SELECT CallSid, Muted FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'").fetchall()
    with pytest.raises(pyodbc.Error):
        connection.execute("SELECT Sid, Nme FROM Conferences")
    connection.close()
    assert normal(log.read_text())[-len(example.splitlines()):] == normal(example)
    assert normal(example)[0].startswith("TIME INFO  [PROCESS cN s5] SQLExecDirectW: SELECT CallSid")
