"""What creates is repeated only where no byte of it was sent: connections refused, or closed before TLS is agreed upon."""

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyodbc
import pytest

from support import account

TO, FROM = "+14155550123", "+14155550100"
SEND = "INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)"


class Door:
    """A port before the simulator, which can be shut, and can turn callers away: before TLS, or after it."""

    def __init__(self, url: str, certificate: Path | None = None) -> None:
        self.target = (urlsplit(url).hostname, urlsplit(url).port)
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self.refused = self.cut = self.callers = 0
        self.port = 0
        self.open()

    def open(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, args=[self.listener], daemon=True).start()

    def shut(self) -> None:
        # A close alone leaves the thread that accepts with the port.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            self.callers += 1
            if self.callers <= self.refused:
                caller.close()
            else:
                threading.Thread(target=self._let_in, args=[caller], daemon=True).start()

    def _let_in(self, caller: socket.socket) -> None:
        try:
            if self.context:
                caller = self.context.wrap_socket(caller, server_side=True)
            if self.callers <= self.cut:
                caller.close()
                return
            with socket.create_connection(self.target) as server:
                back = threading.Thread(target=self._pass, args=[server, caller], daemon=True)
                back.start()
                self._pass(caller, server)
                back.join()
        except OSError:
            pass
        finally:
            caller.close()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """A key and a certificate for 127.0.0.1, made for these tests."""
    folder = tmp_path_factory.mktemp("tls")
    both = folder / "both.pem"
    config = folder / "openssl.cnf"
    config.write_text(
        "[req]\ndistinguished_name = name\nx509_extensions = extensions\n[name]\n[extensions]\n"
        "basicConstraints = critical, CA:FALSE\nsubjectAltName = IP:127.0.0.1\nextendedKeyUsage = serverAuth\n"
    )
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-config", config]
    subprocess.run([*made, "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"], check=True, capture_output=True)
    both.write_text((folder / "key.pem").read_text() + (folder / "certificate.pem").read_text())
    return both


@pytest.fixture
def doors() -> Iterator[list[Door]]:
    doors: list[Door] = []
    yield doors
    for door in doors:
        door.shut()


def test_a_refused_connection_is_tried_again_and_the_message_is_sent_once(connect, sim, doors):
    door = Door(sim.url)
    doors.append(door)
    cursor = connect(account(f"http://127.0.0.1:{door.port}", ConnectOnOpen=0)).cursor()
    sent = repeated = 0
    for n in range(40):
        door.shut()
        timer = threading.Timer(0.05, door.open)
        timer.start()
        try:
            sent += cursor.execute(SEND, TO, FROM, f"n{n}").rowcount
            rows = cursor.execute("SELECT Retry FROM sys_requests WHERE Method = 'POST' ORDER BY Number DESC").fetchall()
            repeated += rows[0].Retry > 0
        except pyodbc.Error as error:
            assert error.args[0] == "08001" and "outcome unknown" not in error.args[1]
        timer.join()
        if repeated > 3:
            break
    assert repeated > 3 and sim.effects()["messages_sent"] == sent
    assert len([request for request in sim.requests() if request.method == "POST"]) == sent


def over_tls(door: Door, certificate: Path) -> str:
    """Sends a message in a process of its own, which trusts the certificate; what came of it."""
    script = f"""
import pyodbc
cursor = pyodbc.connect({account(f"https://127.0.0.1:{door.port}", ConnectOnOpen=0)!r}, autocommit=True).cursor()
try:
    print(cursor.execute({SEND!r}, {TO!r}, {FROM!r}, "x").rowcount)
except pyodbc.Error as error:
    print(*error.args)
"""
    environment = {**os.environ, "SSL_CERT_FILE": str(certificate.with_name("certificate.pem"))}
    return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize(("refused", "outcome"), [(0, "1\n"), (1, "1\n"), (5, "1\n"), (6, "08001")])
def test_what_is_closed_before_tls_is_tried_again(sim, doors, certificate, refused, outcome):
    door = Door(sim.url, certificate)
    doors.append(door)
    door.refused = refused
    told = over_tls(door, certificate)
    assert told.startswith(outcome) and "outcome unknown" not in told, told
    assert door.callers == min(refused + 1, 6)
    assert sim.effects()["messages_sent"] == (refused < 6)


def test_what_is_closed_after_tls_is_unknown(sim, doors, certificate):
    door = Door(sim.url, certificate)
    doors.append(door)
    door.cut = 1
    told = over_tls(door, certificate)
    assert told.startswith("08S01") and f"outcome unknown (To={TO}, From={FROM})" in told, told
    time.sleep(0.2)
    assert door.callers == 1 and sim.effects()["messages_sent"] == 0
