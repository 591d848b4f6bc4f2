"""Connecting: data sources, connection strings, credentials, hosts."""

import socket
import time

import pyodbc
import pytest

import odbc
from support import (
    ACCOUNT,
    LIBRARY,
    MAIN_KEY,
    RESTRICTED_KEY,
    STANDARD_KEY,
    SUBACCOUNT,
    SUBACCOUNT_TOKEN,
    SUPPORT,
    SUSPENDED,
    SUSPENDED_TOKEN,
    TOKEN,
    account,
    string,
)


def sid_of(connection) -> str:
    """The account whose rows the connection reads."""
    return connection.execute("SELECT AccountSid FROM Conferences LIMIT 1").fetchval()


def base_of(connection) -> str:
    """Where the connection's requests go; nothing is sent to find out."""
    return connection.execute("SELECT BaseUrl FROM sys_information").fetchval()


def test_a_data_source_connects(connect):
    assert sid_of(connect("DSN=Twilio")) == ACCOUNT


def test_the_driver_connects_by_name_without_a_data_source(connect, sim):
    assert sid_of(connect(account(sim.url))) == ACCOUNT


def test_the_driver_connects_by_path(connect, sim):
    assert sid_of(connect(account(sim.url, Driver=LIBRARY))) == ACCOUNT


def test_sqlconnect_takes_the_data_source_alone(sim):
    with odbc.environment() as env, env.connection() as connection:
        connection.connect("Twilio")
        assert connection.query("SELECT AccountSid FROM Conferences LIMIT 1") == [[ACCOUNT]]


def test_sqlconnect_takes_user_and_password(sim):
    with odbc.environment() as env, env.connection() as connection:
        connection.connect("Twilio", SUBACCOUNT, SUBACCOUNT_TOKEN)
        assert connection.query("SELECT AccountSid FROM Conferences LIMIT 1") == [[SUBACCOUNT]]


def test_sqlconnect_takes_wide_arguments(sim):
    with odbc.environment() as env, env.connection() as connection:
        connection.connect_w("Twilio", ACCOUNT, TOKEN)
        assert connection.query("SELECT AccountSid FROM Conferences LIMIT 1") == [[ACCOUNT]]


def test_keywords_of_the_string_count_before_those_of_the_data_source(connect):
    text = string(DSN="Twilio", AccountSid=SUBACCOUNT, AuthToken=SUBACCOUNT_TOKEN)
    assert sid_of(connect(text)) == SUBACCOUNT


def test_keywords_are_written_in_any_case(connect, sim):
    text = f"driver=Twilio;ACCOUNTSID={ACCOUNT};authtoken={TOKEN};bAsEuRl={sim.url}"
    assert sid_of(connect(text)) == ACCOUNT


def test_uid_and_pwd_are_the_account_and_its_token(connect, sim):
    assert sid_of(connect(string(Driver="Twilio", UID=ACCOUNT, PWD=TOKEN, BaseUrl=sim.url))) == ACCOUNT


def test_uid_and_pwd_override_a_data_source_that_spells_them_out(connect):
    assert sid_of(connect(string(DSN="Twilio", UID=SUBACCOUNT, PWD=SUBACCOUNT_TOKEN))) == SUBACCOUNT


@pytest.mark.parametrize("key", [MAIN_KEY, STANDARD_KEY, RESTRICTED_KEY], ids=["main", "standard", "restricted"])
def test_an_api_key_connects(connect, sim, key):
    text = string(Driver="Twilio", AccountSid=ACCOUNT, ApiKeySid=key[0], ApiKeySecret=key[1], BaseUrl=sim.url)
    assert sid_of(connect(text)) == ACCOUNT
    assert {request.user for request in sim.requests()} == {key[0]}


def test_an_api_key_is_used_instead_of_a_token(connect, sim):
    connect(account(sim.url, ApiKeySid=MAIN_KEY[0], ApiKeySecret=MAIN_KEY[1]))
    assert [request.user for request in sim.requests()] == [MAIN_KEY[0]]


def test_the_environment_fills_what_the_string_leaves_out(connect, sim, monkeypatch):
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    assert sid_of(connect(string(Driver="Twilio", BaseUrl=sim.url))) == ACCOUNT


def test_the_environment_gives_an_api_key(connect, sim, monkeypatch):
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_API_KEY", MAIN_KEY[0])
    monkeypatch.setenv("TWILIO_API_SECRET", MAIN_KEY[1])
    connect(string(Driver="Twilio", BaseUrl=sim.url))
    assert [request.user for request in sim.requests()] == [MAIN_KEY[0]]


def test_the_string_counts_before_the_environment(connect, sim, monkeypatch):
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", SUBACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", SUBACCOUNT_TOKEN)
    assert sid_of(connect(account(sim.url))) == ACCOUNT


def test_an_api_key_of_the_environment_does_not_displace_the_strings_token(connect, sim, monkeypatch):
    monkeypatch.setenv("TWILIO_API_KEY", "SK" + "9" * 32)
    monkeypatch.setenv("TWILIO_API_SECRET", "wrong")
    assert sid_of(connect(account(sim.url))) == ACCOUNT


@pytest.mark.parametrize("token", ["a;b}c", " spaces ", "{x}", "=;=", "}}", "ü☕"])
def test_values_in_braces_hold_any_character(connect, new_simulator, token):
    other = new_simulator("--auth-token", token)
    braced = "{" + token.replace("}", "}}") + "}"
    assert sid_of(connect(account(other.url, AuthToken=braced))) == ACCOUNT


def test_an_unknown_keyword_is_a_warning(sim):
    with odbc.environment() as env, env.connection() as connection:
        code = connection.driver_connect(account(sim.url, Colour="blue"))
        assert code == odbc.SUCCESS_WITH_INFO
        (record,) = connection.diagnostics()
        assert record.state == "01S00"
        assert "Colour" in record.message


def test_the_connection_of_an_unknown_keyword_works(connect, sim):
    assert sid_of(connect(account(sim.url, Colour="blue", Trusted_Connection="no"))) == ACCOUNT


def test_wrong_credentials_are_28000_with_twilios_code(connect, sim):
    with pytest.raises(pyodbc.InterfaceError) as error:
        connect(account(sim.url, AuthToken="0123456789abcdef0123456789abcdef"))
    assert error.value.args[0] == "28000"
    assert "(20003)" in error.value.args[1]


def test_wrong_credentials_are_asked_once(connect, sim):
    with pytest.raises(pyodbc.InterfaceError):
        connect(account(sim.url, AuthToken="0123456789abcdef0123456789abcdef"))
    assert [request.status for request in sim.requests()] == [401]


def test_the_diagnostic_of_wrong_credentials_carries_the_native_error(sim):
    with odbc.environment() as env, env.connection() as connection:
        code = connection.driver_connect(account(sim.url, AuthToken="wrong"))
        assert code == odbc.ERROR
        record = connection.diagnostics()[0]
        assert (record.state, record.native) == ("28000", 20003)


def test_a_suspended_account_cannot_connect(connect, sim):
    with pytest.raises(pyodbc.Error):
        connect(account(sim.url, AccountSid=SUSPENDED, AuthToken=SUSPENDED_TOKEN)).execute(
            "SELECT * FROM Conferences"
        ).fetchall()


def test_an_unreachable_host_is_08001(connect):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(pyodbc.OperationalError) as error:
            connect(account(f"http://127.0.0.1:{port}"))
    assert error.value.args[0] == "08001"


@pytest.mark.parametrize(
    "host", ["example.com", "192.0.2.1", "127.0.0.1.example.com", "localhost.example.com", "127.0.0.1@example.com"]
)
def test_plain_http_is_refused_for_other_machines(connect, host):
    started = time.monotonic()
    with pytest.raises(pyodbc.Error) as error:
        connect(account(f"http://{host}"))
    assert time.monotonic() - started < 2, "nothing has to be asked to refuse it"
    assert "http" in error.value.args[1] or "@" in host
    assert TOKEN not in error.value.args[1].replace(ACCOUNT, "")


def test_plain_http_is_refused_without_connect_on_open_too(connect):
    with pytest.raises(pyodbc.Error):
        connect(account("http://example.com", ConnectOnOpen=0)).execute("SELECT * FROM Conferences")


def test_localhost_may_be_asked_by_plain_http(connect, sim):
    assert sid_of(connect(account(sim.url.replace("127.0.0.1", "localhost")))) == ACCOUNT


def test_the_base_url_may_hold_the_product(connect, sim):
    connection = connect(account(sim.url + "/{product}"))
    assert sid_of(connection) == ACCOUNT
    assert all(entry["path"].startswith("/api/2010-04-01/") for entry in sim.log())


def test_the_base_url_may_end_in_a_slash(connect, sim):
    assert sid_of(connect(account(sim.url + "/"))) == ACCOUNT
    assert all(entry["path"].startswith("/2010-04-01/") for entry in sim.log())


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1", "http://", "https:///x", "nonsense"])
def test_a_base_url_that_is_none_is_refused(connect, url):
    with pytest.raises(pyodbc.Error):
        connect(account(url))


def test_connecting_checks_the_credentials_with_one_request(connect, sim):
    connect(account(sim.url))
    (request,) = sim.requests()
    assert (request.method, request.status) == ("GET", 200)


def test_the_check_is_one_that_a_standard_key_may_make(connect, sim):
    connect(
        string(Driver="Twilio", AccountSid=ACCOUNT, ApiKeySid=STANDARD_KEY[0], ApiKeySecret=STANDARD_KEY[1], BaseUrl=sim.url)
    )
    assert [request.status for request in sim.requests()] == [200]


def test_connect_on_open_is_on_by_default(connect, sim):
    connect(string(DSN="Twilio"))
    assert len(sim.requests()) == 1


@pytest.mark.parametrize("off", ["0", "false", "no", "off"])
def test_without_connect_on_open_connecting_sends_nothing(connect, sim, off):
    connect(account(sim.url, ConnectOnOpen=off))
    assert sim.requests() == []


def test_without_connect_on_open_the_first_statement_finds_wrong_credentials(connect, sim):
    connection = connect(account(sim.url, AuthToken="wrong", ConnectOnOpen=0))
    with pytest.raises(pyodbc.InterfaceError) as error:
        connection.execute("SELECT * FROM Conferences").fetchall()
    assert error.value.args[0] == "28000"


def test_timeout_ends_a_slow_request(connect, sim):
    connection = connect(account(sim.url, Timeout=1, ConnectOnOpen=0))
    sim.fault("delay_ms", delay_ms=8000)
    started = time.monotonic()
    with pytest.raises(pyodbc.OperationalError) as error:
        connection.execute("SELECT * FROM Conferences").fetchall()
    assert time.monotonic() - started < 4
    assert error.value.args[0] in ("HYT00", "HYT01")


def test_the_login_timeout_ends_a_connection_that_is_not_answered(connect):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(pyodbc.OperationalError) as error:
            connect(account(f"http://127.0.0.1:{silent.getsockname()[1]}"), timeout=1)
    assert time.monotonic() - started < 4
    assert error.value.args[0] in ("HYT00", "HYT01", "08001")


@pytest.mark.parametrize("value", ["soon", "-1"])
def test_a_timeout_that_is_none_is_told(sim, value):
    with odbc.environment() as env, env.connection() as connection:
        code = connection.driver_connect(account(sim.url, Timeout=value))
        assert code in (odbc.ERROR, odbc.SUCCESS_WITH_INFO)
        assert any("Timeout" in record.message for record in connection.diagnostics())


def test_missing_credentials_are_named(connect, sim):
    with pytest.raises(pyodbc.Error) as error:
        connect(string(Driver="Twilio", BaseUrl=sim.url))
    assert "AccountSid" in error.value.args[1]
    with pytest.raises(pyodbc.Error) as error:
        connect(string(Driver="Twilio", AccountSid=ACCOUNT, BaseUrl=sim.url))
    assert "AuthToken" in error.value.args[1]
    assert sim.requests() == []


@pytest.mark.parametrize("sid", ["AC1", "CF" + "0" * 32, "AC" + "g" * 32, "AC" + "0" * 33])
def test_a_malformed_account_sid_is_refused_before_any_request(connect, sim, sid):
    with pytest.raises(pyodbc.Error):
        connect(account(sim.url, AccountSid=sid))
    assert sim.requests() == []


def test_a_connection_can_be_opened_again_after_it_was_closed(sim):
    with odbc.environment() as env, env.connection() as connection:
        for _ in range(2):
            connection.driver_connect("DSN=Twilio", check=True)
            assert len(connection.query("SELECT Sid FROM Conferences LIMIT 3")) == 3
            connection.disconnect()


def test_a_failed_connection_can_be_tried_again(sim):
    with odbc.environment() as env, env.connection() as connection:
        assert connection.driver_connect(account(sim.url, AuthToken="wrong")) == odbc.ERROR
        connection.driver_connect(account(sim.url), check=True)
        assert connection.query("SELECT AccountSid FROM Conferences LIMIT 1") == [[ACCOUNT]]


def test_the_output_string_connects_again(sim):
    with odbc.environment() as env, env.connection() as connection:
        connection.driver_connect(account(sim.url), check=True)
        completed = connection.completed
    with odbc.environment() as env, env.connection() as connection:
        connection.driver_connect(completed, check=True)
        rows = connection.query(f"SELECT COUNT(*) FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")
        assert rows == [["5"]]


def test_connections_to_two_accounts_do_not_mix(connect, sim):
    first = connect(account(sim.url))
    second = connect(account(sim.url, AccountSid=SUBACCOUNT, AuthToken=SUBACCOUNT_TOKEN))
    assert [sid_of(first), sid_of(second), sid_of(first)] == [ACCOUNT, SUBACCOUNT, ACCOUNT]


@pytest.mark.parametrize(
    "keywords, host",
    [
        ("Region=ie1;Edge=dublin", "dublin.ie1"),
        ("Region=IE1", "dublin.ie1"),
        ("Edge=sao-paulo", "sao-paulo.us1"),
        ("Region=xx1;Edge=somewhere", "somewhere.xx1"),
        ("", ""),
    ],
)
def test_region_and_edge_are_part_of_the_hosts(connect, keywords, host):
    text = f"Driver=Twilio;AccountSid={ACCOUNT};AuthToken={TOKEN};ConnectOnOpen=0;{keywords}"
    parts = ["https://{product}", *filter(None, [host]), "twilio.com"]
    assert base_of(connect(text)) == ".".join(parts)


def test_regions_come_from_the_environment_too(connect, sim, monkeypatch):
    monkeypatch.setenv("TWILIO_REGION", "au1")
    own = connect(f"Driver=Twilio;AccountSid={ACCOUNT};AuthToken={TOKEN};ConnectOnOpen=0")
    assert base_of(own) == "https://{product}.sydney.au1.twilio.com"
    assert sid_of(connect(account(sim.url))) == ACCOUNT, "a base URL goes before it"


@pytest.mark.parametrize(
    "keywords, message",
    [
        ("Region=evil.example/", "letters, digits and hyphens"),
        ("Edge=a@b", "letters, digits and hyphens"),
        ("Region=ie1;Edge=-", "letters, digits and hyphens"),
        ("Region=xx1", "needs an edge beside it"),
        ("Region=ie1;BaseUrl=http://127.0.0.1:1", "leave one of them out"),
    ],
)
def test_what_is_no_region_is_refused(connect, keywords, message):
    with pytest.raises(pyodbc.Error, match=message):
        connect(f"Driver=Twilio;AccountSid={ACCOUNT};AuthToken={TOKEN};ConnectOnOpen=0;{keywords}")
