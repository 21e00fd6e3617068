"""Recognises `file:` URLs, and reads the path in one."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit


def is_file_url(text: str) -> bool:
    """Return whether a string is a `file:` URL, in any case of letters."""
    # a data URL may have many megabytes, so only its beginning is copied
    return text[:5].lower() == "file:"


def path_of_file_url(url: str) -> Path:
    """Return the path in a `file:` URL, as it stands: neither resolved nor checked."""
    return Path(path_text(url))


def path_text(url: str, *, platform: str = sys.platform) -> str:
    """Return the path in a `file:` URL as a string.

    `file:///C:/clip.mp4` is `C:/clip.mp4` on Windows, and `file://nas/clip.mp4` a file of another machine, as `Path.as_uri` writes them.

    Args:
        url: the URL; of `file://~/clip.mp4`, which many write, the path is `~/clip.mp4`.
        platform: platform, as in `sys.platform`.
    """
    parts = urlsplit(url)
    path, host = unquote(parts.path), parts.netloc
    if host.startswith("~"):
        return host + path
    if platform != "win32":
        return path
    if re.fullmatch("[A-Za-z]:", host):
        # a slash is missing, as in file://C:/clip.mp4
        return host + path
    if host.lower() not in ("", "localhost"):
        return f"//{host}{path}"
    return path[1:] if re.match("/[A-Za-z]:", path) else path


__all__ = ["is_file_url", "path_of_file_url", "path_text"]
