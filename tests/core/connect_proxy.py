"""Owns a loopback proxy: CONNECT tunnels and plain forwarding, to one port whatever host was asked for; may want a login."""

from __future__ import annotations

import contextlib
import socket
import threading

from core.raw_server import Connection

UNAUTHORIZED = (
    b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class ConnectProxy:
    """What a `RawServer` takes its connections with, to be one."""

    def __init__(self, target_port: int, *, authorization: str | None = None) -> None:
        self.asked: list[str] = []
        """The first line of every connection, such as `CONNECT api.example:443 HTTP/1.1`."""
        self._target_port = target_port
        self._authorization = authorization

    def __call__(self, connection: Connection) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            received = connection.socket.recv(1)
            if not received:
                return
            head += received
        first, *lines = head.decode().strip().split("\r\n")
        self.asked.append(first)
        if self._authorization is not None and f"Proxy-Authorization: {self._authorization}" not in lines:
            connection.send(UNAUTHORIZED)
            return
        with socket.create_connection(("127.0.0.1", self._target_port)) as target:
            if first.startswith("CONNECT "):
                connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                target.sendall(head)
            back = threading.Thread(target=_copy, args=(target, connection.socket), daemon=True)
            back.start()
            _copy(connection.socket, target)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        source.shutdown(socket.SHUT_RDWR)
