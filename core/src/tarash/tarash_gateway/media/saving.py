"""Saves results to disk: streamed, atomic, limited in size, and not from a private network unless that is allowed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urljoin, urlsplit

from ..exceptions import DownloadError
from ..steps import (
    CloseDownload,
    DownloadHandle,
    Flow,
    HttpCall,
    TransportFailure,
    open_download,
    read_chunk,
    run_blocking,
)
from .base64_text import decode_data_url
from .guard import RefusedHostError, check_host
from .kinds import plain_content_type
from .redaction import redact_text

DEFAULT_MAX_BYTES = 4 * 1024**3
DOWNLOAD_SECONDS = 60.0
"""Longest silence of the server during a download."""
MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class SaveProgress:
    """The progress of a download.

    Attributes:
        received_bytes: bytes received so far.
        total_bytes: size of the file in bytes; None if the server does not report it.
    """

    received_bytes: int
    total_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveLimits:
    """The limits of a download.

    Attributes:
        max_bytes: size limit in bytes.
        allow_private_hosts: whether private networks, this machine and plain http are allowed.
        trusted_origin: scheme and host that are always allowed, and that alone receive the headers of the call.
    """

    max_bytes: int = DEFAULT_MAX_BYTES
    allow_private_hosts: bool = False
    trusted_origin: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A saved file.

    Attributes:
        path: where it was saved.
        size_bytes: size in bytes.
        content_type: media type as the source declares it, or None.
    """

    path: Path
    size_bytes: int
    content_type: str | None


def save_flow(
    call: HttpCall,
    path: Path,
    limits: SaveLimits,
    on_progress: Callable[[SaveProgress], object] | None = None,
) -> Flow[SavedFile]:
    """Save the content of a URL (https, `file:` or `data:`) to `path`; the file is complete or not written at all.

    Raises:
        DownloadError: the host is not allowed, or the file is too large, no longer there or not writable.
        TransportFailure: the connection failed.
    """
    if call.url.startswith(("data:", "file:")):
        content, kind = yield from run_blocking(lambda: _local_bytes(call.url, limits))
        size = yield from run_blocking(lambda: _write_whole(path, content))
        _tell(on_progress, size, size)
        return SavedFile(path, size, kind)
    handle = yield from _open(call, limits)
    try:
        total = int(length) if (length := handle.headers.get("content-length", "")).isdigit() else None
        if total is not None and total > limits.max_bytes:
            raise DownloadError(
                f"the file has {total} bytes; the limit is {limits.max_bytes}; raise max_bytes to allow it"
            )
        received = yield from _receive(handle, path, total, limits, on_progress)
        return SavedFile(path, received, handle.headers.get("content-type"))
    finally:
        yield CloseDownload(handle)


def save_url(
    url: str,
    path: Path,
    *,
    max_bytes: int | None = None,
    allow_private_hosts: bool = False,
    on_progress: Callable[[SaveProgress], object] | None = None,
) -> Flow[SavedFile]:
    """Save a result by its URL; see `GenerationResponse.save` for the arguments.

    Raises:
        DownloadError: the host is not allowed or not reachable, or the file is too large, no longer there or not writable.
    """
    limits = SaveLimits(max_bytes=max_bytes or DEFAULT_MAX_BYTES, allow_private_hosts=allow_private_hosts)
    call = HttpCall(method="GET", url=url, timeout_seconds=DOWNLOAD_SECONDS)
    try:
        return (yield from save_flow(call, path, limits, on_progress))
    except TransportFailure as failure:
        raise DownloadError(f"the download of {redact_text(url)[:200]} failed: {failure}") from failure


def _receive(
    handle: DownloadHandle,
    path: Path,
    total: int | None,
    limits: SaveLimits,
    on_progress: Callable[[SaveProgress], object] | None,
) -> Flow[int]:
    """Write the body to a temporary file, move it to `path` when complete, and return its size in bytes."""
    temporary, target = yield from run_blocking(lambda: _create(path))
    try:
        received = 0
        while (chunk := (yield from read_chunk(handle))) is not None:
            received += len(chunk)
            if received > limits.max_bytes:
                raise DownloadError(
                    f"the file has more than {limits.max_bytes} bytes; raise max_bytes to allow it"
                )
            yield from _write(target, chunk)
            _tell(on_progress, received, total)
        if total is not None and received < total and "content-encoding" not in handle.headers:
            raise DownloadError(f"the download ended after {received} of {total} bytes; try again")
        target.close()
        yield from run_blocking(lambda: temporary.replace(path))
    except BaseException:
        target.close()
        temporary.unlink(missing_ok=True)
        raise
    return received


def _open(call: HttpCall, limits: SaveLimits) -> Flow[DownloadHandle]:
    """Follow redirects one by one: check every host, and send the call's headers to the trusted origin only."""
    url = call.url
    for _ in range(MAX_REDIRECTS + 1):
        trusted = limits.trusted_origin == origin_of(url)
        addresses = () if trusted else (yield from _allowed_addresses(url, limits))
        headers = call.headers if trusted or limits.trusted_origin is None else {}
        hop = HttpCall(method="GET", url=url, headers=headers, timeout_seconds=call.timeout_seconds)
        handle = yield from _reached(hop, addresses)
        if handle.status in _REDIRECTS and "location" in handle.headers:
            yield CloseDownload(handle)
            url = _next_hop(url, handle.headers["location"])
            continue
        if 200 <= handle.status < 300:
            return handle
        yield CloseDownload(handle)
        gone = "; the link has probably expired: generate again" if handle.status in (403, 404, 410) else ""
        raise DownloadError(
            f"the server answered HTTP {handle.status} for {redact_text(url)}{gone}",
            status_code=handle.status,
        )
    raise DownloadError(f"more than {MAX_REDIRECTS} redirects from {redact_text(call.url)}")


def _allowed_addresses(url: str, limits: SaveLimits) -> Flow[tuple[str, ...]]:
    try:
        return (yield from check_host(url, allow_private_hosts=limits.allow_private_hosts))
    except RefusedHostError as error:
        raise DownloadError(f"{redact_text(url)[:200]} is not fetched: {error}") from error


def _reached(call: HttpCall, addresses: tuple[str, ...]) -> Flow[DownloadHandle]:
    """Open the download at the first address that can be reached."""
    for number, address in enumerate(addresses, start=1):
        try:
            return (yield from open_download(replace(call, address=address)))
        except TransportFailure as failure:
            if number == len(addresses) or failure.request_may_have_arrived:
                raise
    return (yield from open_download(call))


def _next_hop(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise DownloadError(f"{redact_text(url)[:200]} redirects to what is not a URL") from error


def origin_of(url: str) -> tuple[str, str]:
    """Return scheme and host with port; empty texts for what is not a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ("", "")
    return (parts.scheme, parts.netloc)


def _local_bytes(url: str, limits: SaveLimits) -> tuple[bytes, str | None]:
    if url.startswith("file:"):
        source = Path(unquote(urlsplit(url).path))
        try:
            content = source.read_bytes()
        except OSError as error:
            raise DownloadError(f"cannot read {source.name}: {error.strerror}") from error
        return _within(content, limits), None
    try:
        content, kind = decode_data_url(url)
    except ValueError as error:
        raise DownloadError("the data: URL is not valid base64") from error
    return _within(content, limits), plain_content_type(kind) or None


def _within(content: bytes, limits: SaveLimits) -> bytes:
    if len(content) > limits.max_bytes:
        raise DownloadError(
            f"the file has {len(content)} bytes; the limit is {limits.max_bytes}; raise max_bytes to allow it"
        )
    return content


def _create(path: Path) -> tuple[Path, BinaryIO]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # `tempfile` would make it private; the result should have the permissions of any new file
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        return temporary, temporary.open("xb")
    except OSError as error:
        raise DownloadError(f"cannot write {path}: {error.strerror}") from error


def _write(target: BinaryIO, chunk: bytes) -> Flow[None]:
    try:
        yield from run_blocking(lambda: target.write(chunk))
    except OSError as error:
        raise DownloadError(f"cannot write the file: {error.strerror}") from error


def _write_whole(path: Path, content: bytes) -> int:
    temporary, target = _create(path)
    try:
        with target:
            target.write(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise DownloadError(f"cannot write {path}: {error.strerror}") from error
    return len(content)


def _tell(on_progress: Callable[[SaveProgress], object] | None, received: int, total: int | None) -> None:
    if on_progress is not None:
        on_progress(SaveProgress(received, total))


def store_bytes(content: bytes, path: Path) -> Flow[SavedFile]:
    """Write bytes to `path`, atomically."""
    size = yield from run_blocking(lambda: _write_whole(path, content))
    return SavedFile(path, size, None)
