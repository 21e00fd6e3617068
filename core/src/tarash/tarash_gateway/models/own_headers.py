"""Checks the headers that a user adds to what is sent to a provider: none may take the place of what the gateway or a plugin sets."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pydantic

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[!-~](?:[\t -~]*[!-~])?")
_MASK = re.compile(r"\*+")
_RESERVED = re.compile(
    r"authorization|proxy-.*|host|content-.*|accept|accept-encoding|range|if-.*"
    r"|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|sec-websocket-.*|.*idempotency.*",
    re.IGNORECASE,
)
"""Headers that say who asks, where the request goes, what its body is, which answer is understood, and which job is the same."""


def checked_headers(headers: Mapping[str, pydantic.SecretStr]) -> Mapping[str, pydantic.SecretStr]:
    """Return headers that may be sent.

    Raises:
        ValueError: a name or a value cannot be sent, or the gateway sets the header itself. The message does not show the value.
    """
    seen: set[str] = set()
    for name, secret in headers.items():
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name[:100]!r} is not a valid header name; use letters, digits and hyphens")
        if _RESERVED.fullmatch(name) is not None:
            raise ValueError(
                f"{name} is set by the gateway; leave it out (a key goes into api_key, a proxy's login into its URL)"
            )
        if name.lower() in seen:
            raise ValueError(f"{name} is given twice: the case of a name does not count")
        seen.add(name.lower())
        _check_value(name, secret.get_secret_value())
    return headers


def _check_value(name: str, value: str) -> None:
    if _MASK.fullmatch(value) is not None:
        raise ValueError(
            f"the value of {name} is the mask that a configuration's JSON shows instead of it; pass the value itself"
        )
    if _VALUE.fullmatch(value) is None:
        raise ValueError(
            f"the value of {name} cannot be sent; use visible ASCII characters without spaces or line breaks at the ends"
        )


__all__ = ["checked_headers"]
