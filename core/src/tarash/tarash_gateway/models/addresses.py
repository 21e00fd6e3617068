"""Keeps the user name and password of a URL from being shown or saved."""

from __future__ import annotations

import re

_USER_INFO = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*@")


def has_password(url: str) -> bool:
    """Return whether a URL names a user or a password before its host."""
    return _USER_INFO.match(url) is not None


def without_password(url: str) -> str:
    """Return a URL without the user name and the password before its host."""
    return _USER_INFO.sub(lambda found: f"{found.group(1) or ''}//", url)
