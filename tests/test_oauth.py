"""Connections that sign in with an OAuth application."""

import threading
import time

import pyodbc
import pytest

from support import ACCOUNT, NO_MESSAGE, SUPPORT, string

CLIENT = "OQ00000000000000000000000000000001"
SECRET = "50000000000000000000000000000001"
QUERY = "SELECT COUNT(*) FROM Conferences"
SEND = """INSERT INTO Messages ("To", "From", Body) VALUES ('+14155550199', '+14155550100', 'x')"""


def text(sim, **keywords) -> str:
    given = {
        "Driver": "Twilio", "AccountSid": ACCOUNT, "OAuthClientId": CLIENT, "OAuthClientSecret": SECRET,
        "BaseUrl": sim.url,
    }  # fmt: skip
    return string(**{**given, **keywords})


def tokens(sim) -> int:
    return sum(request.path.endswith("/v2/token") for request in sim.requests())


@pytest.fixture
def change(sim):
    """Changes how tokens are given, until the test ends."""
    yield lambda **order: sim._control("POST", "tokens", order)
    sim.reset()


def test_one_token_serves_the_connection(connect, sim):
    sim.clear()
    opened = connect(text(sim))
    for _ in range(3):
        assert opened.execute(QUERY).fetchval() > 0
    opened.execute(SEND)
    assert tokens(sim) == 1
    assert sim.effects()["messages_sent"] == 1
    first = sim.requests()[0]
    assert first.method == "POST" and first.body["grant_type"] == "client_credentials" and first.user is None


def test_statements_that_begin_together_ask_once(connect, sim):
    opened = connect(text(sim, ConnectOnOpen=0))
    sim.clear()
    running = [threading.Thread(target=lambda: opened.cursor().execute(QUERY).fetchval()) for _ in range(6)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    assert tokens(sim) == 1 and len(sim.requests()) == 7


def test_a_token_is_renewed_before_it_expires(connect, sim, change):
    change(life=4)
    opened = connect(text(sim))
    sim.clear()
    time.sleep(2.2)
    assert opened.execute(QUERY).fetchval() > 0
    assert tokens(sim) == 1
    assert [request.status for request in sim.requests()] == [200, 200]


@pytest.mark.parametrize("statement", [QUERY, SEND])
def test_a_token_that_is_refused_is_renewed_once(connect, sim, change, statement):
    opened = connect(text(sim))
    change(revoke=True)
    sim.clear()
    opened.execute(statement).fetchall() if statement == QUERY else opened.execute(statement)
    assert [request.status for request in sim.requests()] == [401, 200, 201 if statement == SEND else 200]
    assert sim.effects()["messages_sent"] == (statement == SEND)


def test_a_renewal_is_a_repeat_that_sys_requests_tells(connect, sim, change):
    opened = connect(text(sim))
    change(revoke=True)
    last = opened.execute("SELECT MAX(Number) FROM sys_requests").fetchval()
    opened.execute(QUERY).fetchall()
    rows = opened.execute("SELECT Status, Retry, Url FROM sys_requests WHERE Number > ? ORDER BY Number", last).fetchall()
    assert [(row.Status, row.Retry, row.Url.split("?")[0].rsplit("/", 1)[1]) for row in rows] == [
        (401, 0, "Conferences.json"), (200, 0, "token"), (200, 1, "Conferences.json"),
    ]  # fmt: skip


def test_what_is_refused_with_a_new_token_too_is_an_error(connect, sim):
    opened = connect(text(sim))
    sim.clear()
    sim.fault("status", status=401, path="Conferences", times=0)
    with pytest.raises(pyodbc.Error) as error:
        opened.execute(QUERY).fetchall()
    assert error.value.args[0] == "28000"
    assert [request.status for request in sim.requests()] == [401, 200, 401]


THREE = SEND + ", ('+14155550198', '+14155550100', 'y'), ('+14155550197', '+14155550100', 'z')"
NO_TOKEN = [
    ("drop_before", {}, "08S01"),
    ("drop_after", {}, "08S01"),
    ("delay_ms", {"delay_ms": 1500}, "HYT00"),
    ("status", {"status": 503}, "HY000"),
    ("status", {"status": 401}, "28000"),
]


@pytest.mark.parametrize(("kind", "fields", "state"), NO_TOKEN, ids=[f"{k}-{s}" for k, _, s in NO_TOKEN])
def test_what_has_no_token_was_not_sent(connect, sim, kind, fields, state):
    opened = connect(text(sim, ConnectOnOpen=0, Timeout=1, MaxRetries=1))
    sim.fault(kind, path="token", times=0, **fields)
    for statement in (SEND, THREE, QUERY):
        with pytest.raises(pyodbc.Error, match="No access token could be had") as error:
            opened.execute(statement).fetchall()
        assert error.value.args[0] == state
        assert "unknown" not in error.value.args[1] and "taken effect" not in error.value.args[1]
        assert ("0 of 3 rows were written before, 3 were not sent" in error.value.args[1]) == (statement == THREE)
    assert {request.path for request in sim.requests()} == {"/v2/token"}
    assert sim.effects()["messages_sent"] == 0


def test_the_sets_of_an_array_ask_once_where_there_is_no_token(connect, sim):
    cursor = connect(text(sim, ConnectOnOpen=0, Timeout=1)).cursor()
    sim.fault("delay_ms", delay_ms=1500, path="token", times=0)
    cursor.fast_executemany = True
    started = time.monotonic()
    with pytest.raises(pyodbc.Error, match="No access token could be had") as error:
        cursor.executemany("DELETE FROM Messages WHERE Sid = ?", [(f"SM{n:032}",) for n in range(30)])
    assert time.monotonic() - started < 1.9
    assert "0 of 30 sets were executed" in error.value.args[1] or "Set 1 of 30" in error.value.args[1]
    assert tokens(sim) == 1


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT * FROM Messages WHERE Sid = '{NO_MESSAGE}'",
        f"DELETE FROM Messages WHERE Sid = '{NO_MESSAGE}'",
        f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'",
    ],
)
def test_a_token_that_is_not_found_is_no_row_that_is_not_found(connect, sim, statement):
    opened = connect(text(sim, ConnectOnOpen=0))
    sim.fault("status", status=404, code=20404, path="token", times=0)
    with pytest.raises(pyodbc.Error, match="No access token could be had"):
        opened.execute(statement).fetchall()


@pytest.mark.parametrize("statement", [SEND, QUERY])
def test_who_waits_for_a_token_can_be_cancelled(connect, sim, statement):
    cursor = connect(text(sim, ConnectOnOpen=0)).cursor()
    sim.fault("delay_ms", path="token", delay_ms=3000)
    timer = threading.Timer(0.3, cursor.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(statement).fetchall()
    assert time.monotonic() - started < 0.3 + 0.25
    assert error.value.args[0] == "HY008" and "unknown" not in error.value.args[1]
    timer.join()


def test_a_token_that_expires_between_two_pages_is_renewed(connect, new_simulator):
    paged = new_simulator("--messages", "3500")
    opened = connect(text(paged))
    cursor = opened.execute("SELECT Sid FROM Messages")
    rows = cursor.fetchmany(10)
    for count in (1000, 5000):
        paged._control("POST", "tokens", {"revoke": True})
        rows += cursor.fetchmany(count)
    assert len({row.Sid for row in rows}) == len(rows) >= 3500
    assert {request.status for request in paged.requests()} == {200, 401}


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"OAuthClientSecret": "hunter2"}, "28000"),
        ({"OAuthClientId": "OQ00000000000000000000000000000009"}, "28000"),
        ({"OAuthClientId": "OQ1"}, "HY000"),
        ({"OAuthClientSecret": ""}, "28000"),
        ({"AuthScheme": "ApiKey"}, "28000"),
        ({"AuthScheme": "Basic"}, "HY024"),
    ],
)
def test_what_does_not_sign_in_is_told_without_secrets(connect, sim, keywords, expected):
    with pytest.raises(pyodbc.Error) as error:
        connect(text(sim, **keywords))
    state, message = error.value.args
    assert state == expected
    assert "hunter2" not in message and SECRET not in message


def test_the_scheme_decides_between_credentials(connect, sim):
    token = {"AuthToken": "00000000000000000000000000000001"}
    sim.clear()
    connect(text(sim, **token, AuthScheme="AuthToken")).execute(QUERY)
    assert tokens(sim) == 0
    connect(text(sim, **token, AuthScheme="oauth")).execute(QUERY)
    assert tokens(sim) == 1


def test_secrets_are_shown_nowhere(connect, sim, tmp_path):
    log = tmp_path / "log"
    opened = connect(text(sim, Logfile=log, Verbosity=5))
    opened.execute(QUERY).fetchall()
    shown = opened.execute("SELECT Url FROM sys_requests").fetchall()
    assert any("/v2/token" in row[0] for row in shown)
    assert SECRET not in log.read_text() + str(shown)
    assert "eyJ" not in log.read_text()
    assert dict(opened.execute("SELECT Name, Value FROM sys_connection_props").fetchall())["OAuthClientSecret"] == "***"
    assert opened.getinfo(pyodbc.SQL_USER_NAME) == CLIENT


def test_the_log_shows_neither_the_secret_nor_a_token(connect, sim, change, tmp_path):
    log = tmp_path / "driver.log"
    opened = connect(text(sim, Logfile=log, Verbosity=5, LogBodies=1))
    opened.execute(QUERY).fetchval()
    change(revoke=True)
    opened.execute(QUERY).fetchval()
    shown = log.read_text()
    assert f'client_id="{CLIENT}" client_secret="********"' in shown and '"access_token":"********"' in shown
    assert "again with a new access token" in shown
    assert SECRET not in shown and "Bearer " not in shown and "eyJ" not in shown
