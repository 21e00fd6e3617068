"""Finds and removes the user name and password in a URL, so that they are neither shown nor saved."""

from __future__ import annotations

import re

_USER_INFO = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*@")


def has_password(url: str) -> bool:
    """Return whether a URL has a user name or password before its host."""
    return _USER_INFO.match(url) is not None


def without_password(url: str) -> str:
    """Return a URL without the user name and password before its host."""
    return _USER_INFO.sub(lambda found: f"{found.group(1) or ''}//", url)
