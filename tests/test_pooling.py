"""Connections to Twilio are kept, and used by the statements of all connections of the process that go the same way."""

import hashlib
import os
import ssl

import pyodbc
import pytest
import trustme

from faults import held, left_over
from front import Relay, Tls
from support import account

QUERY = "SELECT COUNT(*) FROM Conferences"
SEND = "INSERT INTO Messages ([To], Sender, Body) VALUES ('+14155550199', '+14155550100', 'x')"


@pytest.fixture
def relay(sim):
    relay = Relay(int(sim.url.rsplit(":", 1)[1]))
    yield relay
    relay.close()


@pytest.fixture
def secure(sim):
    """The simulator behind TLS, and the file of who vouches for it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = authority.issue_cert("localhost")
    certificate.configure_cert(context)
    front = Tls(context, int(sim.url.rsplit(":", 1)[1]))
    front.authority = authority
    der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
    front.pin = "sha256:" + hashlib.sha256(der).hexdigest()
    front.url = f"https://localhost:{front.port}"
    yield front
    front.close()


def test_statements_and_connections_share_one(connect, relay):
    opened = [connect(account(f"http://127.0.0.1:{relay.port}")) for _ in range(3)]
    for _ in range(3):
        for one in opened:
            assert one.execute(QUERY).fetchval() > 0
    assert relay.connections == 1
    opened[0].close()
    assert opened[1].execute(QUERY).fetchval() > 0
    assert relay.connections == 1


def test_what_creates_has_a_connection_of_its_own(connect, relay):
    cursor = connect(account(f"http://127.0.0.1:{relay.port}")).cursor()
    for _ in range(2):
        cursor.execute(SEND)
        cursor.execute(QUERY).fetchval()
    assert relay.connections == 3


def test_the_last_one_to_go_closes_them(connect, sim):
    before = held()
    first, second = connect(account(sim.url)), connect(account(sim.url))
    first.close()
    assert second.execute(QUERY).fetchval() > 0
    assert left_over(before)
    second.close()
    assert not left_over(before)


def test_a_session_of_tls_is_taken_up_by_another_connection(connect, secure, tmp_path):
    pem = tmp_path / "authority.pem"
    secure.authority.cert_pem.write_to_path(str(pem))
    first = connect(account(secure.url, SslServerCert=pem))
    assert secure.seen == ["new"]
    second = connect(account(secure.url, SslServerCert=pem))
    assert secure.seen == ["new"], "the connection itself is shared"
    first.execute(SEND)
    second.execute(SEND)
    assert secure.seen == ["new", "resumed", "resumed"]


def test_who_trusts_another_certificate_shares_nothing(connect, secure):
    opened = connect(account(secure.url, SslServerCert=secure.pin))
    assert opened.execute(QUERY).fetchval() > 0
    wrong = f"sha256:{'0' * 64}"
    for keywords in ({"SslServerCert": wrong}, {}):
        with pytest.raises(pyodbc.Error) as error:
            connect(account(secure.url, **keywords))
        assert error.value.args[0] == "08001" and "certificate" in error.value.args[1]
    assert opened.execute(QUERY).fetchval() > 0


def test_a_process_that_was_forked_has_connections_of_its_own(connect, relay):
    text = account(f"http://127.0.0.1:{relay.port}")
    opened = connect(text)
    assert relay.connections == 1
    child = os.fork()
    if child == 0:
        # Nothing of the test may run here as well.
        try:
            found = pyodbc.connect(text, autocommit=True).execute(QUERY).fetchval()
            os._exit(0 if found > 0 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert relay.connections == 2
    assert opened.execute(QUERY).fetchval() > 0
    assert relay.connections == 2
