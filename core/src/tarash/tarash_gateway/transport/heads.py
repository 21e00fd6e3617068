"""Reads the head of an answer, for every transport: its headers, and whether an event stream follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..steps import TransportFailure

_OK = 200


def headers_of(raw_headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by lower-case name; repeated ones are joined with a comma, as RFC 9110 allows."""
    found: dict[str, str] = {}
    for raw_name, raw_value in raw_headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("utf-8", errors="replace")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def check_stream(status: int, headers: Mapping[str, str]) -> TransportFailure | None:
    """Return the failure if an answer is not an event stream, else None."""
    kind = headers.get("content-type", "")
    if status == _OK and kind.startswith("text/event-stream"):
        return None
    return TransportFailure(
        f"not an event stream: HTTP {status}, {kind or 'no content type'}",
        kind="protocol",
        request_may_have_arrived=True,
    )
