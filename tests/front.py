"""What stands between an application and Twilio: servers with TLS, HTTP proxies and SOCKS proxies, on loopback.

Each takes connections in threads of its own until it is closed, and notes what it was asked for.
"""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import ssl
import threading


def pump(one: socket.socket, other: socket.socket) -> None:
    """Carries bytes both ways until a side ends."""
    pair = {one: other, other: one}
    while True:
        ready, _, _ = select.select(list(pair), [], [], 0.5)
        pending = [s for s in pair if isinstance(s, ssl.SSLSocket) and s.pending()]
        for source in {*ready, *pending}:
            data = source.recv(1 << 16)
            if not data:
                return
            pair[source].sendall(data)


def exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise ConnectionError("the client has gone")
        data += part
    return data


class Front:
    """A listener; `serve` handles a connection."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.seen: list[str] = []
        self.connections = 0
        self.listen()
        self.port = self.listener.getsockname()[1]

    def listen(self) -> None:
        self.listener = socket.create_server((self.host, 0), family=socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        # What a client does wrong, or no longer wants, is its own business.
        with contextlib.suppress(OSError, ValueError), connection:
            self.serve(connection)

    def serve(self, connection: socket.socket) -> None:
        raise NotImplementedError

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Relay(Front):
    """Passes everything on, but what it is told not to: `passes` bytes of each answer at the most, and while it is `deaf` it
    neither reads nor says anything. `heal` ends both, and whatever is waiting."""

    def __init__(self, target: int, passes: int | None = None, deaf: bool = False, context: ssl.SSLContext | None = None) -> None:
        self.target, self.passes, self.deaf, self.context = target, passes, deaf, context
        self.healed = threading.Event()
        super().__init__()

    def heal(self) -> None:
        self.passes, self.deaf = None, False
        self.healed.set()

    def serve(self, connection: socket.socket) -> None:
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True)
        if self.deaf:
            self.healed.wait(60)
            return
        with socket.create_connection(("127.0.0.1", self.target)) as server:
            if self.passes is None:
                return pump(connection, server)
            server.sendall(connection.recv(1 << 16))
            connection.sendall(exactly(server, self.passes))
            self.healed.wait(60)


class Crowded(Relay):
    """Takes no connection before it is healed: its queue is full."""

    def __init__(self, target: int) -> None:
        super().__init__(target)

    def listen(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.crowd = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(self.listener.getsockname())
            self.crowd.append(one)

    def heal(self) -> None:
        for one in self.crowd:
            one.close()
        threading.Thread(target=self._accept, daemon=True).start()
        super().heal()


class Tls(Front):
    """TLS in front of a server; notes whether a handshake took up an earlier session."""

    def __init__(self, context: ssl.SSLContext, target: int, host: str = "127.0.0.1") -> None:
        self.context, self.target = context, target
        super().__init__(host)

    def serve(self, connection: socket.socket) -> None:
        with self.context.wrap_socket(connection, server_side=True) as secure:
            self.seen.append("resumed" if secure.session_reused else "new")
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                pump(secure, server)


class HttpProxy(Front):
    """Makes tunnels to loopback, whatever the name; asks for `credentials` if it is given some, speaks TLS with a `context`."""

    def __init__(self, credentials: str = "", silent: bool = False, context: ssl.SSLContext | None = None) -> None:
        self.credentials, self.silent, self.context = credentials, silent, context
        super().__init__()

    def serve(self, connection: socket.socket) -> None:
        if self.context is None:
            return self.tunnel(connection)
        with self.context.wrap_socket(connection, server_side=True) as secure:
            return self.tunnel(secure)

    def tunnel(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += exactly(connection, 1)
        lines = head.decode().split("\r\n")
        self.seen.append(lines[0])
        if self.silent:
            connection.recv(1)
            return
        wanted = "Basic " + base64.b64encode(self.credentials.encode()).decode()
        if self.credentials and f"Proxy-Authorization: {wanted}" not in lines:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        port = int(lines[0].split()[1].rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as server:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pump(connection, server)


class SocksProxy(Front):
    """SOCKS5 to loopback, whatever the name."""

    def __init__(self, credentials: str = "") -> None:
        self.credentials = credentials
        super().__init__()

    def serve(self, connection: socket.socket) -> None:
        version, count = exactly(connection, 2)
        methods = exactly(connection, count)
        method = 2 if self.credentials else 0
        if version != 5 or method not in methods:
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(bytes([5, method]))
        if self.credentials:
            exactly(connection, 1)
            pair = ":".join(exactly(connection, exactly(connection, 1)[0]).decode() for _ in range(2))
            connection.sendall(bytes([1, pair != self.credentials]))
            if pair != self.credentials:
                return
        exactly(connection, 3)
        kind = exactly(connection, 1)[0]
        assert kind == 3, "the name is the proxy's to look up"
        name = exactly(connection, exactly(connection, 1)[0]).decode()
        port = int.from_bytes(exactly(connection, 2), "big")
        self.seen.append(f"{name}:{port}")
        with socket.create_connection(("127.0.0.1", port)) as server:
            connection.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            pump(connection, server)
