"""Owns the way from a `file:` URL, as a response holds it, to the file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname


def path_of(url: str) -> Path:
    """Return the path that a `file:` URL stands for."""
    parts = urlsplit(url)
    assert parts.scheme == "file", f"not a file: {url[:80]}"
    return Path(url2pathname(parts.path))
