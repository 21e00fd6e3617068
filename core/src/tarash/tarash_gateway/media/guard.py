"""Protects private networks: decides whether an untrusted URL may be fetched, and from which IP addresses."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit

from ..messages import ONLY_BY_PROXY
from ..steps import Flow, HttpCall, TransportFailure, run_blocking

T = TypeVar("T")

ALLOW_VARIABLE = "TARASH_ALLOW_PRIVATE_HOSTS"
"""Environment variable; "1" allows private networks and this machine, for operators of private servers."""
LOOK_UP_SECONDS = 10.0
MAX_ADDRESSES = 4
"""Most IP addresses of a host that are tried, one after the other."""
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Prefixes of IPv6 addresses that contain an IPv4 address, and the number of bits to the right of it.
_EMBEDDING: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped (RFC 4291)
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated, SIIT (RFC 2765)
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64 (RFC 6052)
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible (RFC 4291)
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4 (RFC 3056)
)


class RefusedHostError(Exception):
    """A URL must not be fetched; the message says why, and names only its host."""


class HostNotFoundError(RefusedHostError):
    """The host of a URL was not found, or not in time; another try may help."""


def check_host(url: str, *, allow_private_hosts: bool, https_only: bool = True) -> Flow[tuple[str, ...]]:
    """Return the IP addresses at which a URL may be fetched; empty if its host name may be used.

    Every address of the host must be public. The call is then sent to one of them (`HttpCall.address`), so that a second look-up
    cannot lead elsewhere. With a proxy, the proxy resolves host names, and only IP addresses in the URL are checked: the one address
    is `ONLY_BY_PROXY`, with which a transport that knows of no proxy sends nothing.

    Args:
        url: the URL to fetch.
        allow_private_hosts: whether any host and plain http are allowed; `TARASH_ALLOW_PRIVATE_HOSTS=1` has the same effect.
        https_only: whether plain http is refused.

    Raises:
        RefusedHostError: the URL is not an http(s) URL, is not https, or its host is private or not found.
    """
    return (yield from run_blocking(HostCheck(url, allow_private_hosts, https_only)))


def look_up(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host.

    Raises:
        HostNotFoundError: the host is not found, or not in time.
    """
    from ..transport.look_up import addresses_of

    try:
        return addresses_of(host, port, seconds=LOOK_UP_SECONDS)
    except OSError as error:
        raise HostNotFoundError(f"cannot find the host {host}: {error}") from error


def reach(http: HttpCall, addresses: tuple[str, ...], perform: Callable[[HttpCall], Flow[T]]) -> Flow[T]:
    """Perform a call at the first of these IP addresses that can be reached; at its host name if there are none.

    Raises:
        TransportFailure: the connection failed.
    """
    for number, address in enumerate(addresses, start=1):
        try:
            return (yield from perform(replace(http, address=address)))
        except TransportFailure as failure:
            if number == len(addresses) or failure.request_may_have_arrived:
                raise
    return (yield from perform(http))


@dataclass(frozen=True, slots=True)
class HostCheck:
    """The check of one URL, as a blocking function for the driver; test drivers call it with their own look-up."""

    url: str
    allow_private_hosts: bool
    https_only: bool

    def __call__(self, look_up: Callable[[str, int], list[str]] = look_up) -> tuple[str, ...]:
        """Return the allowed IP addresses; see `check_host`."""
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise RefusedHostError(f"it is not a valid URL: {error}") from error
        if parts.scheme not in ("https", "http") or not host:
            raise RefusedHostError("it is not an http(s) URL")
        if self.allow_private_hosts or os.environ.get(ALLOW_VARIABLE) == "1":
            return ()
        if self.https_only and parts.scheme != "https":
            raise RefusedHostError(
                f"the URL at {host} is not https; pass allow_private_hosts=True to allow it"
            )
        literal = _literal(host)
        if literal is not None:
            _require_public(host, [literal])
            return ()
        if _goes_through_proxy(parts.scheme, parts.netloc.rpartition("@")[2]):
            return (ONLY_BY_PROXY,)
        found = look_up(host, port or (443 if parts.scheme == "https" else 80))
        _require_public(host, found)
        return tuple(dict.fromkeys(found))[:MAX_ADDRESSES]


def _require_public(host: str, addresses: list[str]) -> None:
    private = next((address for address in addresses if not is_public(address)), None)
    if private is not None:
        raise RefusedHostError(
            f"{host} is at {private}, on a private network; pass allow_private_hosts=True to allow it"
        )


def is_public(address: str) -> bool:
    """Return whether an IP address is public, including the IPv4 address that an IPv6 address may contain."""
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
        # the system's look-up also accepts "127.1", "2130706433" and "0x7f.1" as addresses
        return socket.inet_ntoa(socket.inet_aton(host)) if host[:1].isdigit() else None
    except (OSError, UnicodeError):
        return None


def _goes_through_proxy(scheme: str, netloc: str) -> bool:
    from ..transport.proxies import proxy_for

    return proxy_for(scheme, netloc) is not None


__all__ = [
    "ALLOW_VARIABLE",
    "HostCheck",
    "HostNotFoundError",
    "RefusedHostError",
    "check_host",
    "is_public",
    "reach",
]
