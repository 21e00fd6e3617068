"""Keeps tests on this machine: refuses connections and name look-ups off loopback."""

from __future__ import annotations

import ipaddress
import socket
from asyncio.proactor_events import BaseProactorEventLoop
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class OutsideConnectionError(AssertionError):
    """A test tried to leave this machine.

    It is not an `OSError`, so that code which retries or falls back after a broken connection does not mistake it for one.
    """


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_local(host: object) -> bool:
    """Return whether a host, in any form that `getaddrinfo` takes, is this machine."""
    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode("ascii", "replace")
    if host is None or host == "":
        return True
    if not isinstance(host, str):
        return False
    if _is_address(host):
        address = ipaddress.ip_address(host.partition("%")[0])
        return address.is_loopback or address.is_unspecified
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def _check_address(family: int, address: Any) -> None:
    if family in {socket.AF_INET, socket.AF_INET6} and not is_local(address[0]):
        target = f"{address[0]}:{address[1]}"
        msg = f"connection to {target} refused: tests stay on loopback; serve a simulator instead"
        raise OutsideConnectionError(msg)


def _is_reserved(host: object) -> bool:
    """Return whether a name never exists (RFC 6761, 6.4), so that the answer needs no name server."""
    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode("ascii", "replace")
    return isinstance(host, str) and host.rstrip(".").lower().endswith(".invalid")


def _answered(host: Any, address_of_others: str | None) -> Any:
    """Return the address that is to be looked up in place of another host's name."""
    stays = address_of_others is None or is_local(host) or _is_reserved(host)
    return host if stays else address_of_others


def _check_name(host: object) -> None:
    if _is_reserved(host):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if not is_local(host) and not (isinstance(host, str) and _is_address(host)):
        msg = (
            f"name look-up of {host!r} refused: tests stay on loopback; use 127.0.0.1, or a name in .invalid"
        )
        raise OutsideConnectionError(msg)


@contextmanager
def loopback_only(*, address_of_others: str | None = None) -> Iterator[None]:
    """Refuse everything off loopback in this process for as long as the context lasts.

    Args:
        address_of_others: IP address that look-ups of other hosts return, without asking a name server; None refuses them. A
            connection to it is refused.

    Raises:
        OutsideConnectionError: in the code that tries to leave this machine.
    """
    replacements = [*_guarded_connections(), *_guarded_look_ups(address_of_others)]
    originals = [(owner, name, vars(owner).get(name)) for owner, name, _ in replacements]
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)
    try:
        yield
    finally:
        for owner, name, original in originals:
            if original is None:  # inherited from the C base class
                delattr(owner, name)
            else:
                setattr(owner, name, original)


def _guarded_connections() -> list[tuple[Any, str, Any]]:
    connect, connect_ex, sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check_address(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check_address(self.family, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, *args: Any) -> int:
        _check_address(self.family, args[-1])
        return sendto(self, *args)

    sock_connect = BaseProactorEventLoop.sock_connect

    async def guarded_sock_connect(self: Any, sock: socket.socket, address: Any) -> None:
        _check_address(sock.family, address)
        await sock_connect(self, sock, address)

    return [
        # Windows' own event loop does not call the methods of sockets
        (BaseProactorEventLoop, "sock_connect", guarded_sock_connect),
        (socket.socket, "connect", guarded_connect),
        (socket.socket, "connect_ex", guarded_connect_ex),
        (socket.socket, "sendto", guarded_sendto),
    ]


def _guarded_look_ups(address_of_others: str | None) -> list[tuple[Any, str, Any]]:
    getaddrinfo, gethostbyname = socket.getaddrinfo, socket.gethostbyname

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        host = _answered(host, address_of_others)
        _check_name(host)
        return getaddrinfo(host, *args, **kwargs)

    def guarded_gethostbyname(hostname: str) -> str:
        hostname = _answered(hostname, address_of_others)
        _check_name(hostname)
        return gethostbyname(hostname)

    return [(socket, "getaddrinfo", guarded_getaddrinfo), (socket, "gethostbyname", guarded_gethostbyname)]


__all__ = ["OutsideConnectionError", "is_local", "loopback_only"]
