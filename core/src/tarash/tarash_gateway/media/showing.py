"""Shows an output: in a notebook, or with the program that opens such files."""

from __future__ import annotations

import base64
import html
import tempfile
import webbrowser
from pathlib import Path

from ..exceptions import DownloadError
from .base64_text import decode_data_url, is_data_url
from .completeness import why_not_media
from .file_errors import os_reason
from .file_urls import is_file_url, path_of_file_url
from .kinds import HEAD_BYTES, extension_for, sniff_content_type

MOST_EMBEDDED_BYTES = 64 * 1024 * 1024
"""Largest file that is put into a notebook."""
_TAGS = {
    "video": '<video controls loop style="max-width: 100%" src="{}"></video>',
    "image": '<img style="max-width: 100%" src="{}">',
    "audio": '<audio controls src="{}"></audio>',
}


def element(url: str, kind: str) -> str:
    """Return the HTML element for an output; "" if a notebook cannot show it."""
    tag = _TAGS.get(kind)
    source = _embedded(url, kind) if is_file_url(url) else url
    if tag is None or not source or not (is_data_url(source) or source.startswith("https://")):
        return ""
    return tag.format(html.escape(source, quote=True))


def open_output(url: str, kind: str) -> None:
    """Open an output with the browser or the program for its kind.

    Raises:
        DownloadError: nothing opens it, or it is not what was generated.
    """
    if is_data_url(url):
        address = _stored(url)
    elif is_file_url(url):
        # another file might be a program
        address = _media_file(url, kind).as_uri()
    elif url.startswith(("https://", "http://")):
        address = url
    else:
        raise DownloadError(f"a {url.partition(':')[0]}: URL cannot be opened; save the result instead")
    if not webbrowser.open(address):
        raise DownloadError("no program on this machine opens it; save the result instead")


def _stored(url: str) -> str:
    content, declared = decode_data_url(url)
    suffix = extension_for(sniff_content_type(content) or declared)
    with tempfile.NamedTemporaryFile(prefix="tarash-gateway-", suffix=suffix, delete=False) as kept:
        kept.write(content)
    return Path(kept.name).as_uri()


def _media_file(url: str, kind: str) -> Path:
    path = path_of_file_url(url)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError) as error:
        raise DownloadError(f"cannot read {path.name}: {os_reason(error)}") from error
    wrong = why_not_media(head, kind, None)
    if wrong is not None or not sniff_content_type(head):
        raise DownloadError(f"{path.name} is not the result: {wrong or 'its format is not known'}")
    return path


def _embedded(url: str, kind: str) -> str:
    """Return a stored output as a `data:` URL; "" if it is too large, gone, or something else."""
    try:
        path = _media_file(url, kind)
        content = path.read_bytes() if path.stat().st_size <= MOST_EMBEDDED_BYTES else b""
    except (DownloadError, OSError):
        return ""
    return (
        f"data:{sniff_content_type(content)};base64,{base64.b64encode(content).decode()}" if content else ""
    )
