"""Owns one flow for each kind of call that a transport sends, and a server whose answers name the request."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial

from websockets.frames import Frame, Opcode
from websockets.utils import accept_key

from core.raw_server import Connection, Received
from tarash.tarash_gateway.plugin import HttpCall
from tarash.tarash_gateway.steps import (
    CloseDownload,
    CloseStream,
    Flow,
    StreamHandle,
    next_event,
    open_download,
    open_stream,
    open_websocket,
    read_chunk,
    send,
)

_LARGE = bytes(3 * 1024 * 1024)


def exchange(url: str) -> Flow[bytes]:
    """Send a small request."""
    return (yield from send(HttpCall(method="POST", url=url, json={}, timeout_seconds=10))).content


def upload(url: str) -> Flow[bytes]:
    """Send a request of several chunks, more than the buffers of the sockets hold."""
    return (yield from send(HttpCall(method="PUT", url=url, content=_LARGE, timeout_seconds=10))).content


def download(url: str, chunks: int = 10) -> Flow[bytes]:
    """Read an answer chunk by chunk, or only the first ones."""
    handle = yield from open_download(HttpCall(method="GET", url=url, timeout_seconds=10), 10)
    read = b""
    try:
        while chunks and (chunk := (yield from read_chunk(handle))) is not None:
            read += chunk
            chunks -= 1
    finally:
        yield CloseDownload(handle)
    return read


def stream(url: str) -> Flow[bytes]:
    """Read the one event of a status stream, and its end."""
    call = HttpCall(method="GET", url=f"{url}/events", timeout_seconds=10)
    return (yield from _events((yield from open_stream(call))))


def websocket(url: str) -> Flow[bytes]:
    """Say something over a WebSocket, and read its one message and its end."""
    call = HttpCall(method="GET", url=f"{url}/socket", timeout_seconds=10)
    return (yield from _events((yield from open_websocket(call, ("hello",)))))


def _events(handle: StreamHandle) -> Flow[bytes]:
    read = ""
    try:
        while (event := (yield from next_event(handle, timeout_seconds=10))) is not None:
            read += event.data
    finally:
        yield CloseStream(handle)
    return read.encode()


KINDS: dict[str, Callable[[str], Flow[bytes]]] = {
    "exchange": exchange,
    "upload": upload,
    "download": download,
    "abandoned-download": partial(download, chunks=1),
    "stream": stream,
    "websocket": websocket,
}


def name_the_request(connection: Connection, request: Received) -> None:
    """Answer in several parts; the body is the path, or the event of the status stream or WebSocket that was asked for."""
    path = request.target.split()[1]
    name = path.removesuffix("/events").removesuffix("/socket").encode()
    if path.endswith("/socket"):
        _talk(connection, request, name)
        return
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: "
    body = b"data: " + name + b"\n\n" if path.endswith("/events") else name
    kind = b"text/event-stream" if path.endswith("/events") else b"text/plain"
    _send(connection, head, kind + b"\r\n\r\n", b"%x\r\n" % len(body) + body + b"\r\n", b"0\r\n\r\n")


def _talk(connection: Connection, request: Received, name: bytes) -> None:
    accept = accept_key(request.headers["sec-websocket-key"]).encode()
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    message = Frame(Opcode.TEXT, name).serialize(mask=False)
    end = Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=False)
    _send(connection, head, b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n", message, end)
    while connection.socket.recv(4096):
        pass
    connection.close()


def _send(connection: Connection, *parts: bytes) -> None:
    connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for part in parts:
        connection.send(part)
        # so that the client waits for each part
        connection.stopping.wait(0.001)
