"""Saves results to disk: streamed, checked, atomic, limited in size, and not from a private network unless that is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from ..exceptions import DownloadError
from ..steps import (
    CloseDownload,
    DownloadHandle,
    Flow,
    HttpCall,
    TransportFailure,
    followed_by,
    read_chunk,
    read_clock,
    run_blocking,
    sleep,
)
from .base64_text import decode_data_url, is_data_url
from .downloading import length_of, open_result, origin_of
from .file_errors import os_reason
from .file_urls import is_file_url, path_of_file_url
from .part_file import Target
from .receiving import (
    DEFAULT_MAX_BYTES,
    PIECE_BYTES,
    OnProgress,
    Receiver,
    SavedFile,
    SaveLimits,
    SaveProgress,
    store_bytes,
)
from .redaction import redact_text
from .regular_files import open_regular

DEFAULT_SECONDS = 3600.0
"""Longest time for one file, in seconds."""
RETRY_PAUSES_SECONDS = (0.25, 1.0, 3.0)


def save_flow(
    call: HttpCall, path: Path | Target, limits: SaveLimits, on_progress: OnProgress | None = None
) -> Flow[SavedFile]:
    """Save the content of a URL (https, `file:` or `data:`) to `path`; the file is complete and checked, or not written at all.

    Args:
        call: GET of the URL; its `timeout_seconds` limits the whole download.
        path: target of the file.
        limits: limits of the download.
        on_progress: called after each chunk.

    Raises:
        DownloadError: the host is not allowed, or the file is too large, no longer there, not what is expected or not writable.
            `is_retryable` says whether another try may help.
        TransportFailure: the connection failed.
    """
    target = path if isinstance(path, Target) else Target.of(path)
    if is_data_url(call.url):
        content, declared = yield from run_blocking(lambda: _data_content(call.url))
        return (yield from store_bytes(content, target, limits, declared, on_progress))
    if is_file_url(call.url):
        return (yield from _copy(call.url, target, limits, on_progress))
    handle = yield from open_result(call, limits)
    return (yield from followed_by(CloseDownload(handle), _received(handle, target, limits, on_progress)))


def _received(
    handle: DownloadHandle, target: Target, limits: SaveLimits, on_progress: OnProgress | None
) -> Flow[SavedFile]:
    received = Receiver(target, limits, handle.headers.get("content-type"), length_of(handle), on_progress)
    return (yield from received.keep(lambda: read_chunk(handle)))


def save_url(
    url: str,
    path: Path | Target,
    limits: SaveLimits,
    *,
    timeout_seconds: float | None = None,
    on_progress: OnProgress | None = None,
) -> Flow[SavedFile]:
    """Save a result by its URL, and retry temporary failures; see `GenerationResponse.save`.

    Raises:
        DownloadError: the host is not allowed or not reachable, the download took too long, or the file is too large, no longer
            there, not what is expected or not writable.
    """
    began = yield from read_clock()
    until = began.monotonic_seconds + (DEFAULT_SECONDS if timeout_seconds is None else timeout_seconds)
    left = until - began.monotonic_seconds
    for pause in (*RETRY_PAUSES_SECONDS, None):
        call = HttpCall(method="GET", url=url, timeout_seconds=max(left, 0.001))
        try:
            return (yield from save_flow(call, path, limits, on_progress))
        except TransportFailure as failure:
            error = DownloadError(
                f"the download of {redact_text(url)[:200]} failed: {failure}", is_retryable=True
            )
            error.__cause__ = failure
        except DownloadError as refused:
            error = refused
        now = yield from read_clock()
        left = until - now.monotonic_seconds - (pause or 0.0)
        if pause is None or not error.is_retryable or left <= 0:
            raise error
        yield from sleep(pause)
    raise AssertionError("the last pause is None")


def _copy(url: str, target: Target, limits: SaveLimits, on_progress: OnProgress | None) -> Flow[SavedFile]:
    source, size_bytes = yield from run_blocking(lambda: _opened(url))
    try:
        received = Receiver(target, limits, None, size_bytes, on_progress)
        return (yield from received.keep(lambda: run_blocking(lambda: _piece(source))))
    finally:
        source.close()


def _opened(url: str) -> tuple[BinaryIO, int]:
    path = path_of_file_url(url)
    try:
        return open_regular(path)
    except (OSError, ValueError) as error:
        raise DownloadError(f"cannot read {path.name}: {os_reason(error)}") from error


def _piece(source: BinaryIO) -> bytes | None:
    try:
        return source.read(PIECE_BYTES) or None
    except OSError as error:
        raise DownloadError(f"cannot read the file: {os_reason(error)}") from error


def _data_content(url: str) -> tuple[bytes, str]:
    try:
        return decode_data_url(url)
    except ValueError as error:
        raise DownloadError("the data: URL is not valid base64") from error


__all__ = [
    "DEFAULT_MAX_BYTES", "SaveLimits", "SaveProgress", "SavedFile", "origin_of", "save_flow", "save_url", "store_bytes",
]  # fmt: skip
