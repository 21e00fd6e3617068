"""Reads the link to a result, and when it stops working; signed links say so in their query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

from ..messages import read_json
from . import wire

_DATED_SIGNATURES = ("X-Amz-", "X-Goog-", "X-Tos-")
"""Prefixes of the parameters with the time of signing and the lifetime in seconds: AWS, Google Cloud, ByteDance."""


def web_url(text: str) -> str | None:
    """Return the http(s) URL in a text of an answer as programs read it; None if it is none.

    As in a browser (URL Standard, 4.4), blanks around it and line breaks are left out, and the scheme may be in capitals. Other control
    characters are quoted.
    """
    if not text.isprintable() or text != text.strip():
        kept = "".join(letter for letter in text.strip() if letter not in "\t\r\n")
        text = "".join(letter if letter.isprintable() else quote(letter, errors="replace") for letter in kept)
    scheme, _, rest = text.partition(":")
    scheme = scheme.lower()
    return f"{scheme}:{rest}" if scheme in ("https", "http") and rest.startswith("//") else None


def link_expiry(
    url: str, *, made_at: datetime | None = None, lifetime: timedelta | None = None
) -> datetime | None:
    """Return when a link stops working: as its signature says, else `lifetime` after `made_at`; None if neither is known.

    It reads the signatures of AWS, Google Cloud, ByteDance, Alibaba Cloud, Azure and Runway.

    Args:
        url: link to a result.
        made_at: when the result was made, aware, in UTC.
        lifetime: how long the provider's links work if they do not say so themselves.
    """
    signed = _signed_until(url)
    if signed is not None or made_at is None or lifetime is None:
        return signed
    try:
        return made_at + lifetime
    except OverflowError:
        # an answer may name any year
        return None


def _signed_until(url: str) -> datetime | None:
    try:
        query = dict(parse_qsl(urlsplit(url).query))
    except ValueError:
        return None
    dated = (_dated_signature(query, prefix) for prefix in _DATED_SIGNATURES)
    # Alibaba Cloud writes seconds since 1970, Azure an ISO 8601 time, Runway a JSON web token
    plain = (wire.moment(wire.integer(query.get("Expires"))), wire.moment(query.get("se")))
    found = (*dated, *plain, _end_of_token(query.get("_jwt", "")))
    return next((moment for moment in found if moment is not None), None)


def _dated_signature(query: Mapping[str, str], prefix: str) -> datetime | None:
    try:
        signed_at = datetime.strptime(query[f"{prefix}Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return signed_at + timedelta(seconds=int(query[f"{prefix}Expires"]))
    except (KeyError, ValueError, OverflowError):
        return None


def _end_of_token(token: str) -> datetime | None:
    claims = wire.base64_bytes(token.split("."), 1)
    try:
        return None if claims is None else wire.moment(read_json(claims), "exp")
    except (ValueError, RecursionError):
        return None


__all__ = ["link_expiry", "web_url"]
