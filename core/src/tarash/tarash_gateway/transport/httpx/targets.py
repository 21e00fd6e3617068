"""Where a request goes: the parts of a URL as they are sent."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import httpx

_PLAIN = re.compile(r"(https?://[A-Za-z0-9.:-]+)(/[A-Za-z0-9._~!$&'()*+,;=:@/?-]*)?")
"""A URL whose path and query are sent as they are; httpx rewrites and checks all others."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and what is asked of it.

    Attributes:
        scheme: "http" or "https".
        host: host name in ASCII, or IP address without brackets.
        port: port; None is the default port of the scheme.
        netloc: host and port, as the Host header names them.
        path: path with the query.
        login: user name and password in the URL, or None.
    """

    scheme: str
    host: str
    port: int | None
    netloc: bytes
    path: bytes
    login: tuple[str, str] | None = None


# each job has URLs of its own, and asks most of them more than once
@functools.lru_cache(maxsize=512)
def target_of(url: str) -> Target:
    """Return the target of an absolute URL.

    Raises:
        httpx.InvalidURL: it is no valid URL of a server that speaks HTTP.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is None or "/." in url:
        return _parsed(url)
    server = _parsed(plain[1])
    path = plain[2]
    return (
        server
        if path is None
        else Target(server.scheme, server.host, server.port, server.netloc, path.encode("ascii"))
    )


# httpx takes as long to parse a URL as the core takes for everything else
@functools.lru_cache(maxsize=512)
def _parsed(url: str) -> Target:
    parsed = httpx.URL(url)
    _check(parsed)
    return Target(
        parsed.scheme,
        parsed.raw_host.decode("ascii"),
        parsed.port,
        parsed.netloc,
        parsed.raw_path,
        (parsed.username, parsed.password) if parsed.userinfo else None,
    )


def _check(parsed: httpx.URL) -> None:
    """Refuse a server that nothing can be sent to; the libraries differ in what they make of it."""
    if parsed.scheme not in ("http", "https"):
        raise httpx.InvalidURL("the URL does not begin with http:// or https://")
    if not parsed.raw_host:
        raise httpx.InvalidURL("the URL names no host")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise httpx.InvalidURL(f"there is no port {parsed.port}")
    try:
        # as the system's look-up and TLS do
        parsed.raw_host.decode("ascii").encode("idna")
    except UnicodeError as error:
        raise httpx.InvalidURL(f"the host name is not valid: {error}") from error
