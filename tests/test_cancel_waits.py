"""SQLCancel reaches a statement wherever it waits: it returns within 200 milliseconds, nothing of it is left, and the
statement runs again."""

from __future__ import annotations

import ssl
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pyodbc
import pytest
import trustme

from faults import held, left_over
from front import Crowded, Front, HttpProxy, Relay, SocksProxy
from support import CONFERENCES, Simulator, account
from test_oauth import text as oauth

QUERY = "SELECT COUNT(*) FROM Conferences"
SEND = f"INSERT INTO Sync.Documents (ServiceSid, Data) VALUES ('IS{0:032}', ?)"
JOIN = "SELECT COUNT(*) FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid"
# More than sockets hold.
LONG = f'{{"a": "{"x" * (16 << 20)}"}}'


@dataclass
class Scene:
    """A statement that waits for what will not come before the scene is healed."""

    text: str
    heal: Callable[[], None]
    sql: str = QUERY
    parameters: tuple[str, ...] = ()
    fronts: list[Front] = field(default_factory=list)
    # Whether it is on its way to waiting.
    begins: Callable[[], bool] = lambda: True
    # How long it takes to wait from then on, in seconds.
    after: float = 0.4


def port(sim: Simulator) -> int:
    return int(sim.url.rsplit(":", 1)[1])


def at(front: Front, scheme: str = "http", **keywords: object) -> str:
    return account(f"{scheme}://localhost:{front.port}", ConnectOnOpen=0, **keywords)


def connecting(sim: Simulator) -> Scene:
    front = Crowded(port(sim))
    return Scene(account(f"http://127.0.0.1:{front.port}", ConnectOnOpen=0), front.heal, fronts=[front])


def sending(sim: Simulator) -> Scene:
    front = Relay(port(sim), deaf=True)
    return Scene(at(front), front.heal, SEND, (LONG,), [front], lambda: front.connections == 1)


AUTHORITY = trustme.CA()


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return path


def handshake(sim: Simulator) -> Scene:
    front = Relay(port(sim), deaf=True)
    real = Relay(port(sim), context=server_context())

    def heal() -> None:
        front.target = real.port
        front.heal()

    return Scene(at(front, "https", SslServerCert="{pem}"), heal, fronts=[front, real])


def sending_by_tls(sim: Simulator) -> Scene:
    front = Relay(port(sim), deaf=True, context=server_context())
    return Scene(at(front, "https", SslServerCert="{pem}"), front.heal, SEND, (LONG,), [front], lambda: front.connections == 1)


def first_byte(sim: Simulator) -> Scene:
    sim.fault("delay_ms", delay_ms=8000)
    return Scene(account(sim.url, ConnectOnOpen=0), sim.reset)


def body(sim: Simulator) -> Scene:
    front = Relay(port(sim), passes=600)
    return Scene(at(front), front.heal, fronts=[front])


def pause(sim: Simulator) -> Scene:
    sim.fault("status", status=429, retry_after=30, times=0)
    return Scene(account(sim.url, ConnectOnOpen=0), sim.reset)


def gate(sim: Simulator) -> Scene:
    sim.fault("delay_ms", delay_ms=8000, path="Participants", times=0)
    return Scene(account(sim.url, ConnectOnOpen=0, MaxConcurrency=1), sim.reset, JOIN, after=0.8)


def http_proxy(sim: Simulator) -> Scene:
    proxy = HttpProxy(silent=True)
    text = account(sim.url, ConnectOnOpen=0, ProxyServer=f"127.0.0.1:{proxy.port}")
    return Scene(text, lambda: setattr(proxy, "silent", False), fronts=[proxy])


def socks_proxy(sim: Simulator) -> Scene:
    proxy = SocksProxy()
    front = Relay(proxy.port, deaf=True)
    text = account(sim.url, ConnectOnOpen=0, ProxyServer=f"socks5://127.0.0.1:{front.port}")
    return Scene(text, front.heal, fronts=[front, proxy])


def access_token(sim: Simulator) -> Scene:
    sim.fault("delay_ms", delay_ms=8000, path="token")
    return Scene(oauth(sim, ConnectOnOpen=0), sim.reset)


def side_by_side(sim: Simulator) -> Scene:
    sim.fault("delay_ms", delay_ms=8000, path="Participants", times=0)
    return Scene(account(sim.url, ConnectOnOpen=0), sim.reset, JOIN, after=0.8)


SCENES = [
    connecting, handshake, sending, sending_by_tls, first_byte, body, pause, gate, http_proxy, socks_proxy, access_token,
    side_by_side,
]  # fmt: skip


def settles(condition: Callable[[], bool]) -> bool:
    """The other sides are threads of this process, which take a moment to go."""
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def cancelled(cursor: pyodbc.Cursor, scene: Scene) -> float:
    """Executes and cancels: how long it took from the cancel on, in seconds."""
    called: list[float] = []

    def cancel() -> None:
        settles(scene.begins)
        time.sleep(scene.after)
        called.append(time.monotonic())
        cursor.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(pyodbc.Error) as error:
        cursor.execute(scene.sql, *scene.parameters).fetchall()
    returned = time.monotonic()
    canceller.join()
    assert error.value.args[0] == "HY008", error.value
    return returned - called[0]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_wait_ends_within_200_milliseconds_of_the_cancel(sim, scene, pem):
    pyodbc.pooling = False
    delays = []
    for _ in range(3):
        before = held()
        sim.reset()
        set_up = scene(sim)
        connection = pyodbc.connect(set_up.text.format(pem=pem), autocommit=True)
        cursor = connection.cursor()
        delays.append(cancelled(cursor, set_up))
        set_up.heal()
        assert cursor.execute(QUERY).fetchval() == CONFERENCES
        connection.close()
        for front in set_up.fronts:
            front.close()
        assert settles(lambda: not left_over(before)), left_over(before)
    assert statistics.median(delays) < 0.2, delays
