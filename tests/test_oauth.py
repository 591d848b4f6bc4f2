"""Connections that sign in with an OAuth application."""

import threading
import time

import pyodbc
import pytest

from support import ACCOUNT, string

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


def test_what_is_refused_with_a_new_token_too_is_an_error(connect, sim):
    opened = connect(text(sim))
    sim.clear()
    sim.fault("status", status=401, path="Conferences", times=0)
    with pytest.raises(pyodbc.Error) as error:
        opened.execute(QUERY).fetchall()
    assert error.value.args[0] == "28000"
    assert [request.status for request in sim.requests()] == [401, 200, 401]


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
