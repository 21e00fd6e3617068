"""Sets one deadline for everything a blocking connection does: httpcore (1.0) limits each read and write, but not their sum."""

from __future__ import annotations

import ipaddress
import math
import ssl
import time
from collections.abc import Iterable
from typing import TypeAlias

import httpcore

from ..look_up import addresses_of

_SocketOption: TypeAlias = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)
_SLICE_BYTES = 16 * 1024
"""What is written at once, in bytes: as much as TLS encrypts at once."""
_Timeout: TypeAlias = type[httpcore.ConnectTimeout | httpcore.ReadTimeout | httpcore.WriteTimeout]


class Deadline:
    """The deadline of a connection.

    Attributes:
        ends: time on the monotonic clock, in seconds.
    """

    __slots__ = ("ends",)

    def __init__(self) -> None:
        self.ends = math.inf

    def bound(self, timeout: float | None, late: _Timeout) -> float | None:
        """Return how long the next wait may take, in seconds; raise `late` if the deadline has passed."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise late("no complete answer in time")
        if timeout is None:
            return None if math.isinf(left) else left
        return min(timeout, left)


class _BoundedStream(httpcore.NetworkStream):
    """An open connection, plain or TLS."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.bound(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # httpcore waits anew after each part that the socket has taken
        for at in range(0, len(buffer), _SLICE_BYTES):
            wait = self._deadline.bound(timeout, httpcore.WriteTimeout)
            self._stream.write(buffer[at : at + _SLICE_BYTES], wait)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            wait = self._deadline.bound(timeout, httpcore.ConnectTimeout)
            encrypted = self._stream.start_tls(ssl_context, server_hostname, wait)
        except BaseException:
            self._stream.close()
            raise
        return _BoundedStream(encrypted, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class BoundedBackend(httpcore.NetworkBackend):
    """Opens connections that stop waiting at a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._backend = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses(host, port, timeout):
            wait = self._deadline.bound(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._backend.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream, self._deadline)
        raise failure or httpcore.ConnectError(f"the host {host} has no address")

    def _addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        """Look up a host name within the deadline; the system's look-up would wait for a name server that does not answer."""
        try:
            ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            pass
        else:
            return [host]
        try:
            return addresses_of(host, port, seconds=self._deadline.bound(timeout, httpcore.ConnectTimeout))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
