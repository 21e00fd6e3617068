"""Reads members of a provider's JSON safely: a member that is missing or has another type is None."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

from ..media.base64_text import base64_beginning, decode_base64, decode_data_url, is_data_url
from ..media.kinds import sniff_content_type
from ..messages import is_identifier
from ..steps import json_member

# in characters; shorter strings are ids, which are worth keeping
_SHORTEST_MEDIA = 128
# the year 5138 in seconds, or 1973 in milliseconds: larger numbers are in a smaller unit
_LARGEST_SECONDS = 1e11
# 1973 in seconds: smaller numbers are durations, or a 0 that stands for "never"
_SMALLEST_SECONDS = 1e8


member = json_member


def text(value: object, *path: str | int) -> str | None:
    """Return a non-empty text at `path`, or None."""
    found = member(value, *path)
    return found if isinstance(found, str) and found else None


def identifier(value: object, *path: str | int) -> str | None:
    """Return an id at `path`, a string or a whole number, as text; None if there is none that can be sent back and saved."""
    found = member(value, *path)
    if isinstance(found, int) and not isinstance(found, bool):
        # no id is longer, and Python refuses to write numbers of thousands of digits
        return str(found) if abs(found) < 2**128 else None
    return found if isinstance(found, str) and is_identifier(found) else None


def moment(value: object, *path: str | int) -> datetime | None:
    """Return the time at `path`, aware, in UTC: an ISO 8601 text, or the time since 1970 in s, ms, µs or ns; else None.

    A string without an offset is read as UTC.
    """
    found = member(value, *path)
    seconds = number(found)
    try:
        if seconds is None:
            read = datetime.fromisoformat(found) if isinstance(found, str) else None
            return (
                None if read is None else (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
            )
        units = (seconds / 1000**power for power in range(4)) if seconds >= _SMALLEST_SECONDS else ()
        told = next((value for value in units if abs(value) < _LARGEST_SECONDS), None)
        return None if told is None else datetime.fromtimestamp(told, UTC)
    except (ValueError, OverflowError, OSError):
        # not a valid date
        return None


def http_date(value: object, *path: str | int) -> datetime | None:
    """Return the time at `path` as headers such as `Date` write it (RFC 9110, section 5.6.7), aware; None if it is not one.

    A leap second counts as the second before it.
    """
    try:
        parsed = parsedate_to_datetime((text(value, *path) or "").replace(":60 ", ":59 "))
    except (ValueError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def number(value: object, *path: str | int) -> float | None:
    """Return a finite number at `path`, or None; numbers written as text ("5.1") count."""
    found = member(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        read = float(found)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def integer(value: object, *path: str | int) -> int | None:
    """Return a whole number at `path`, or None; numbers written as text ("5") count."""
    found = member(value, *path)
    if isinstance(found, int) and not isinstance(found, bool):
        # read exactly: a float would round a large seed; no seed has more than 64 bits
        return found if abs(found) < 2**64 else None
    read = number(found)
    return int(read) if read is not None and read.is_integer() else None


def items(value: object, *path: str | int) -> list[object]:
    """Return the list at `path`, or an empty one."""
    found = member(value, *path)
    return cast("list[object]", found) if isinstance(found, list) else []


def one_or_more(value: object, *path: str | int) -> list[object]:
    """Return what is at `path` as a list, whether it is a list or a single value; an empty one if nothing is."""
    found = member(value, *path)
    if found is None:
        return []
    return list(cast("list[object]", found)) if isinstance(found, list | tuple) else [found]


def mapping(value: object, *path: str | int) -> dict[str, object]:
    """Return the object at `path`, or an empty one."""
    found = member(value, *path)
    return dict(cast("Mapping[str, object]", found)) if isinstance(found, Mapping) else {}


def base64_bytes(value: object, *path: str | int) -> bytes | None:
    """Decode the base64 text at `path`; None if it is not base64.

    It may use either alphabet, with or without padding and line breaks, as plain text or as a `data:` URL.
    """
    encoded = text(value, *path) or ""
    try:
        content = decode_data_url(encoded)[0] if is_data_url(encoded) else decode_base64(encoded)
    except ValueError:
        return None
    return content or None


def without_base64(value: object) -> object:
    """Return a copy of an answer in which the base64 of images and clips is replaced by its length."""
    if isinstance(value, Mapping):
        return {name: without_base64(found) for name, found in cast("Mapping[str, object]", value).items()}
    if isinstance(value, list):
        return [without_base64(found) for found in cast("list[object]", value)]
    if isinstance(value, str) and len(value) >= _SHORTEST_MEDIA and _is_media(value):
        return f"<{len(value)} characters of base64>"
    return value


def _is_media(value: str) -> bool:
    start = value.find(",") + 1 if is_data_url(value) else 0
    # 64 characters, line breaks included, are enough for the formats that answers carry
    return sniff_content_type(base64_beginning(value[start : start + 64], 64)) is not None
