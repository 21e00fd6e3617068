"""Recognises `file:` URLs, and reads the path in one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit


def is_file_url(text: str) -> bool:
    """Return whether a string is a `file:` URL, in any case of letters."""
    # a data URL may have many megabytes, so only its beginning is copied
    return text[:5].lower() == "file:"


def path_of_file_url(url: str) -> Path:
    """Return the path in a `file:` URL, as it stands: neither resolved nor checked."""
    return Path(unquote(urlsplit(url).path))


__all__ = ["is_file_url", "path_of_file_url"]
