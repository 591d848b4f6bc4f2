"""The way to Twilio: certificates, HTTP proxies, SOCKS proxies."""

import base64
import datetime
import hashlib
import ssl
import threading
import time

import pyodbc
import pytest
import trustme

from front import HttpProxy, SocksProxy, Tls
from support import account

QUERY = "SELECT COUNT(*) FROM Conferences"
# A name that no resolver knows: whoever gets there has asked a proxy.
ELSEWHERE = "twilio.invalid"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def open_front():
    opened = []

    def open_front(front):
        opened.append(front)
        return front

    yield open_front
    for front in opened:
        front.close()


@pytest.fixture
def secure(authority, open_front, sim):
    """The simulator behind TLS."""

    def secure(name="localhost", issuer=authority, host="127.0.0.1", **options):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate = issuer.issue_cert(name, ELSEWHERE, **options)
        certificate.configure_cert(context)
        front = open_front(Tls(context, int(sim.url.rsplit(":", 1)[1]), host))
        der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
        front.fingerprint = hashlib.sha256(der).hexdigest()
        return front

    return secure


@pytest.fixture
def pem(authority, tmp_path):
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def refused(connect, text, **options) -> tuple[str, str]:
    with pytest.raises(pyodbc.Error) as error:
        connect(text, **options)
    return error.value.args


def test_a_certificate_that_nobody_vouches_for_is_refused(connect, secure, sim):
    state, message = refused(connect, account(f"https://localhost:{secure().port}"))
    assert state == "08001" and "certificate" in message
    assert sim.requests() == []


def test_a_file_of_authorities_is_trusted(connect, secure, pem):
    opened = connect(account(f"https://localhost:{secure().port}", SslServerCert=pem))
    assert opened.execute(QUERY).fetchval() > 0


def test_a_file_of_authorities_is_trusted_beside_the_platforms(connect, secure, pem, monkeypatch, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    text = account(f"https://localhost:{secure().port}", SslServerCert=other)
    assert refused(connect, text)[0] == "08001"
    # The platform's, as far as this process is concerned.
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    assert connect(text).execute(QUERY).fetchval() > 0


def test_a_certificate_of_another_host_is_refused(connect, secure, pem, sim):
    text = account(f"https://localhost:{secure('other.example').port}", SslServerCert=pem)
    assert refused(connect, text)[0] == "08001"
    assert sim.requests() == []


def test_a_certificate_that_has_expired_is_refused_at_once(connect, secure, pem, sim):
    front = secure(not_after=datetime.datetime(2025, 1, 1))
    state, message = refused(connect, account(f"https://localhost:{front.port}", SslServerCert=pem))
    assert state == "08001" and "expired" in message
    assert sim.requests() == [] and front.connections == 1, "the next one would be the same"


def test_an_address_is_checked_as_a_name_is(connect, secure, pem, sim):
    front = secure("::1", host="::1")
    assert connect(account(f"https://[::1]:{front.port}", SslServerCert=pem)).execute(QUERY).fetchval() > 0
    sim.clear()
    front = secure("::2", host="::1")
    assert refused(connect, account(f"https://[::1]:{front.port}", SslServerCert=pem))[0] == "08001"
    assert sim.requests() == []


def test_a_pinned_certificate_is_the_only_one(connect, secure, sim):
    front = secure()
    pairs = ":".join(front.fingerprint[i : i + 2] for i in range(0, 64, 2)).upper()
    for pin in (front.fingerprint, pairs):
        opened = connect(account(f"https://localhost:{front.port}", SslServerCert=f"sha256:{pin}"))
        assert opened.execute(QUERY).fetchval() > 0
    sim.clear()
    wrong = f"{int(front.fingerprint[0], 16) ^ 1:x}{front.fingerprint[1:]}"
    assert refused(connect, account(f"https://localhost:{front.port}", SslServerCert=f"sha256:{wrong}"))[0] == "08001"
    assert sim.requests() == []


def test_a_pinned_certificate_needs_no_name_and_no_time(connect, secure):
    front = secure("other.example", not_after=datetime.datetime(2025, 1, 1))
    opened = connect(account(f"https://localhost:{front.port}", SslServerCert=f"sha256:{front.fingerprint}"))
    assert opened.execute(QUERY).fetchval() > 0


def test_sessions_are_taken_up_again(connect, secure, pem):
    front = secure()
    opened = connect(account(f"https://localhost:{front.port}", SslServerCert=pem))
    # Creating requests have connections of their own.
    for _ in range(2):
        opened.execute("INSERT INTO Messages (\"To\", \"From\", Body) VALUES ('+14155550199', '+14155550100', 'x')")
    assert front.seen.count("new") == 1
    assert front.seen.count("resumed") >= 1


@pytest.mark.parametrize("value", ["/nonexistent/ca.pem", "sha256:12"])
def test_certificates_that_cannot_be_read_are_told(connect, sim, value):
    state, message = refused(connect, account(sim.url, SslServerCert=value))
    assert state in ("HY024", "HY000") and "SslServerCert" in message


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_an_http_proxy_makes_a_tunnel(connect, secure, pem, open_front, scheme):
    front, proxy = secure(), open_front(HttpProxy())
    text = account(
        f"https://{ELSEWHERE}:{front.port}", ProxyServer=f"{scheme}127.0.0.1", ProxyPort=proxy.port, SslServerCert=pem
    )
    assert connect(text).execute(QUERY).fetchval() > 0
    assert set(proxy.seen) == {f"CONNECT {ELSEWHERE}:{front.port} HTTP/1.1"}


def test_a_tunnel_through_tls_has_tls_of_its_own(connect, secure, pem, open_front, authority, sim):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    front, proxy = secure(), open_front(HttpProxy(context=context))
    common = dict(BaseUrl=f"https://{ELSEWHERE}:{front.port}", SslServerCert=pem)
    text = account(None, **common, ProxyServer=f"https://localhost:{proxy.port}")
    assert connect(text).execute(QUERY).fetchval() > 0
    assert set(proxy.seen) == {f"CONNECT {ELSEWHERE}:{front.port} HTTP/1.1"} and front.seen
    sim.clear()
    # The proxy's certificate is for its name too.
    assert refused(connect, account(None, **common, ProxyServer=f"https://127.0.0.1:{proxy.port}"))[0] == "08001"
    assert sim.requests() == []


def test_an_http_proxy_may_ask_who_it_is(connect, secure, pem, open_front, sim):
    front, proxy = secure(), open_front(HttpProxy(credentials="me:p@ss;word"))
    common = dict(ProxyServer=f"127.0.0.1:{proxy.port}", SslServerCert=pem)
    url = f"https://{ELSEWHERE}:{front.port}"
    assert connect(account(url, **common, ProxyUser="me", ProxyPassword="{p@ss;word}")).execute(QUERY).fetchval() > 0
    sim.clear()
    state, message = refused(connect, account(url, **common, ProxyUser="me", ProxyPassword="hunter2"))
    assert state == "08001" and "407" in message and "hunter2" not in message
    assert sim.requests() == []


def test_a_socks_proxy_is_given_the_name(connect, secure, pem, open_front):
    front, proxy = secure(), open_front(SocksProxy())
    text = account(f"https://{ELSEWHERE}:{front.port}", ProxyServer=f"socks5://127.0.0.1:{proxy.port}", SslServerCert=pem)
    assert connect(text).execute(QUERY).fetchval() > 0
    assert set(proxy.seen) == {f"{ELSEWHERE}:{front.port}"}


def test_a_socks_proxy_may_ask_who_it_is(connect, secure, pem, open_front):
    front, proxy = secure(), open_front(SocksProxy(credentials="me:pw"))
    common = dict(ProxyServer=f"socks5://127.0.0.1:{proxy.port}", SslServerCert=pem)
    url = f"https://{ELSEWHERE}:{front.port}"
    assert connect(account(url, **common, ProxyUser="me", ProxyPassword="pw")).execute(QUERY).fetchval() > 0
    state, message = refused(connect, account(url, **common, ProxyUser="me", ProxyPassword="hunter2"))
    assert state == "08001" and "refused ProxyUser" in message and "hunter2" not in message


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_the_password_of_a_proxy_is_shown_nowhere(connect, secure, pem, open_front, tmp_path, kind):
    front, proxy = secure(), open_front(kind(credentials="me:hunter2"))
    scheme = "http" if kind is HttpProxy else "socks5"
    common = dict(ProxyServer=f"{scheme}://127.0.0.1:{proxy.port}", ProxyUser="me", ProxyPassword="hunter2", SslServerCert=pem)
    log = tmp_path / "driver.log"
    opened = connect(account(f"https://{ELSEWHERE}:{front.port}", **common, Logfile=log, Verbosity=5, LogBodies=1))
    assert opened.execute(QUERY).fetchval() > 0
    shown = str(opened.execute("SELECT * FROM sys_connection_props").fetchall() + opened.execute("SELECT * FROM sys_requests").fetchall())
    encoded = base64.b64encode(b"me:hunter2").decode()
    assert "ProxyPassword" in shown and "Conferences" in log.read_text()
    assert not any(secret in shown + log.read_text() for secret in ("hunter2", encoded))


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_the_environment_names_a_proxy(connect, secure, pem, open_front, monkeypatch, kind, variable):
    front, proxy = secure(), open_front(kind())
    scheme = "http" if kind is HttpProxy else "socks5"
    monkeypatch.setenv(variable, f"{scheme}://127.0.0.1:{proxy.port}")
    text = account(f"https://{ELSEWHERE}:{front.port}", SslServerCert=pem)
    assert connect(text).execute(QUERY).fetchval() > 0
    assert proxy.seen
    # Who needs none has none.
    proxy.seen.clear()
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    connect(account(f"https://localhost:{front.port}", SslServerCert=pem)).execute(QUERY)
    assert proxy.seen == []


@pytest.mark.parametrize("scheme", ["socks4", "socks4a"])
def test_a_proxy_of_another_kind_is_not_passed_by(connect, secure, pem, open_front, monkeypatch, scheme):
    front, proxy = secure(), open_front(SocksProxy())
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{proxy.port}")
    text = account(f"https://{ELSEWHERE}:{front.port}", SslServerCert=pem)
    state, message = refused(connect, text)
    assert state == "08001" and "no kind of proxy" in message and "looked up" not in message
    monkeypatch.setenv("NO_PROXY", ELSEWHERE)
    assert "looked up" in refused(connect, text)[1]


def test_this_machine_is_behind_a_proxy_only_if_the_connection_says_so(connect, open_front, monkeypatch, sim):
    proxy = open_front(HttpProxy())
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
    connect(account(sim.url)).execute(QUERY)
    assert proxy.seen == []
    connect(account(sim.url, ProxyServer=f"127.0.0.1:{proxy.port}")).execute(QUERY)
    assert proxy.seen


def test_a_proxy_that_does_not_answer_can_be_cancelled(connect, open_front, sim):
    proxy = open_front(HttpProxy(silent=True))
    text = account(sim.url, ProxyServer=f"127.0.0.1:{proxy.port}", ConnectOnOpen=0)
    cursor = connect(text).cursor()
    timer = threading.Timer(0.3, cursor.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(QUERY).fetchall()
    assert error.value.args[0] == "HY008"
    assert time.monotonic() - started < 0.3 + 0.25
    timer.join()


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"ProxyServer": "ftp://proxy"}, "ProxyServer"),
        ({"ProxyServer": "http://me:hunter2@proxy"}, "without user and password"),
        ({"ProxyServer": "proxy", "ProxyPort": "many"}, "1 to 65535"),
        ({"ProxyUser": "me"}, "without ProxyServer"),
    ],
)
def test_wrong_proxies_are_refused(connect, sim, keywords, text):
    state, message = refused(connect, account(sim.url, **keywords))
    assert state in ("HY024", "HY000") and text in message and "hunter2" not in message
