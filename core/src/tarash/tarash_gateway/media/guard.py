"""Guards the private network: whether a URL that somebody else named may be fetched, and at which addresses."""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from ..steps import Flow, run_blocking

ALLOW_VARIABLE = "TARASH_ALLOW_PRIVATE_HOSTS"
"""Environment variable; "1" allows hosts on private networks and this machine, for operators of private servers."""
LOOK_UP_SECONDS = 10.0
MAX_ADDRESSES = 4
"""As many addresses of a host are tried, one after the other."""
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Prefixes of IPv6 addresses that stand for an IPv4 address, and the number of bits to the right of that.
_EMBEDDING: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped (RFC 4291)
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated, SIIT (RFC 2765)
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64 (RFC 6052)
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible (RFC 4291)
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4 (RFC 3056)
)


class RefusedHostError(Exception):
    """A URL must not be fetched; the message says why, and names its host alone."""


def check_host(url: str, *, allow_private_hosts: bool, https_only: bool = True) -> Flow[tuple[str, ...]]:
    """Return the addresses at which the URL's host may be called; empty where the name itself is to be used.

    Every address of the host must be public. The call then goes to one of them (`HttpCall.address`), so that a second look-up
    cannot lead elsewhere. Behind a proxy the proxy resolves names, and only addresses written in the URL are judged.

    Args:
        url: what is to be fetched.
        allow_private_hosts: whether any host is acceptable, and plain http; `TARASH_ALLOW_PRIVATE_HOSTS=1` says the same.
        https_only: whether plain http is refused.

    Raises:
        RefusedHostError: not a web address, not https, private, or not found.
    """
    return (yield from run_blocking(HostCheck(url, allow_private_hosts, https_only)))


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host; the system's look-up has no limit of its own that could be set.

    Raises:
        RefusedHostError: not found, or not in time.
    """
    found: list[str] = []
    failures: list[Exception] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(str(entry[4][0]) for entry in entries)
        except (OSError, UnicodeError) as error:
            failures.append(error)

    thread = threading.Thread(target=ask, name="tarash-look-up", daemon=True)
    thread.start()
    thread.join(LOOK_UP_SECONDS)
    if thread.is_alive():
        raise RefusedHostError(f"the host {host} is not found within {LOOK_UP_SECONDS:g} s; try again")
    if failures:
        raise RefusedHostError(f"the host {host} is not found: {failures[0]}") from failures[0]
    return found


@dataclass(frozen=True, slots=True)
class HostCheck:
    """The check of one URL, as the blocking function that a driver runs; one for tests calls it with a look-up of its own."""

    url: str
    allow_private_hosts: bool
    https_only: bool

    def __call__(self, look_up: Callable[[str, int], list[str]] = look_up) -> tuple[str, ...]:
        """Return the addresses that may be called; see `check_host`."""
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise RefusedHostError(f"the address cannot be read: {error}") from error
        if parts.scheme not in ("https", "http") or not host:
            raise RefusedHostError("it is not a web address; only https URLs are fetched")
        if self.allow_private_hosts or os.environ.get(ALLOW_VARIABLE) == "1":
            return ()
        if self.https_only and parts.scheme != "https":
            raise RefusedHostError(f"the address of {host} is not https; allow_private_hosts=True accepts it")
        literal = _literal(host)
        if literal is not None:
            _require_public(host, [literal])
            return ()
        if _goes_through_proxy(parts.scheme, parts.netloc.rpartition("@")[2]):
            return ()
        found = look_up(host, port or (443 if parts.scheme == "https" else 80))
        _require_public(host, found)
        return tuple(dict.fromkeys(found))[:MAX_ADDRESSES]


def _require_public(host: str, addresses: list[str]) -> None:
    private = next((address for address in addresses if not is_public(address)), None)
    if private is not None:
        raise RefusedHostError(
            f"{host} is at {private}, on a private network; allow_private_hosts=True accepts it"
        )


def is_public(address: str) -> bool:
    """Return whether an IP address is of the public internet, and so is the IPv4 address that it stands for, if any."""
    try:
        ip: _Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        for network, shift in _EMBEDDING:
            if ip in network:
                ip = ipaddress.IPv4Address(int(ip) >> shift & 0xFFFFFFFF)
                break
    return ip.is_global and not (ip.is_multicast or ip.is_unspecified or ip.is_reserved)


def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        # "127.1", "2130706433" and "0x7f.1" are addresses, too, to the system's look-up
        return socket.inet_ntoa(socket.inet_aton(host)) if host[:1].isdigit() else None
    except (OSError, UnicodeError):
        return None


def _goes_through_proxy(scheme: str, netloc: str) -> bool:
    from ..transport.proxies import proxy_for

    return proxy_for(scheme, netloc) is not None


__all__ = ["ALLOW_VARIABLE", "HostCheck", "RefusedHostError", "check_host", "is_public"]
