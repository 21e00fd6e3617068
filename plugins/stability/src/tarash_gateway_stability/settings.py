"""The settings of `provider_config` that Stability has, checked, and the request headers they become.

Source: Stability API reference (stability-client-* headers), read 2026-11-22.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from tarash.tarash_gateway.plugin import ValidationError

HEADERS: Mapping[str, str] = {
    "client_id": "stability-client-id",
    "client_user_id": "stability-client-user-id",
    "client_version": "stability-client-version",
}
LONGEST_TEXT = 256


def client_headers(provider_config: Mapping[str, object]) -> dict[str, str]:
    """Return the headers that name the application and its user to Stability's support.

    Raises:
        ValidationError: a setting that Stability does not have, or a value it does not allow.
    """
    found: dict[str, str] = {}
    for name, value in provider_config.items():
        if name not in HEADERS:
            close = difflib.get_close_matches(name, HEADERS, n=1)
            guess = f"; did you mean {close[0]!r}?" if close else ""
            known = ", ".join(HEADERS)
            raise ValidationError(
                f"provider_config has {name!r}, which Stability does not know{guess} (known: {known})"
            )
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
            raise ValidationError(f"{name} must be a text of 1 to {LONGEST_TEXT} characters")
        found[HEADERS[name]] = value
    return found
