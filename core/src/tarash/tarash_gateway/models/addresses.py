"""Checks the address of a server, and removes the user name and password in it, so that they are neither shown nor saved."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_USER_INFO = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*@")


def has_password(url: str) -> bool:
    """Return whether a URL has a user name or password before its host."""
    return _USER_INFO.match(url) is not None


def without_password(url: str) -> str:
    """Return a URL without the user name and password before its host."""
    return _USER_INFO.sub(lambda found: f"{found.group(1) or ''}//", url)


def without_query(url: str) -> str:
    """Return a URL without its query, which may be a signature, and without a user name and password."""
    address, mark, _ = without_password(url).partition("?")
    return f"{address}?…" if mark else address


def checked_server_url(url: str) -> str:
    """Return the URL of a server.

    Raises:
        ValueError: no call can be sent to it.
    """
    if not _names_server(url):
        raise ValueError(
            f"{without_password(url)[:200]!r} is not the URL of a server; use https://host, with a port and a path if needed"
        )
    return url


def _names_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # reading the port checks it
        return (
            parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0 and _is_plain(url)
        )
    except ValueError:
        return False


def _is_plain(url: str) -> bool:
    return url.isprintable() and " " not in url
