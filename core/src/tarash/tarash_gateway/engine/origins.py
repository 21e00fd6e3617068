"""Which servers may see the key: the configured one, those the provider declares, and those the user's settings name."""

from __future__ import annotations

import dataclasses
import fnmatch
from typing import Any, cast
from urllib.parse import urlsplit

from ..plugin.call import Call
from ..steps import HttpCall

SHORTEST_SECRET = 6
"""Shorter texts occur in ordinary words; a real key is never that short."""


class Origins:
    """The origins that belong to the provider of one call.

    Args:
        call: the attempt.
    """

    __slots__ = ("_auth_query", "_base", "_headers", "_own", "_patterns")

    def __init__(self, call: Call) -> None:
        self._base = (f"{call.base_url}/", f"{call.base_url}?")
        settings = call.settings
        named = [
            value
            for item in (
                dataclasses.fields(cast("Any", settings)) if dataclasses.is_dataclass(settings) else ()
            )
            if isinstance(value := getattr(settings, item.name), str)
            and value.startswith(("https://", "http://"))
        ]
        self._own = {_origin(url) for url in (call.base_url, *named)}
        self._patterns = call.provider.origins
        self._headers = frozenset(call.headers)
        self._auth_query = call.provider.auth.query

    def leak(self, http: HttpCall, secrets: tuple[str, ...]) -> str | None:
        """Return how the call would give a secret away, or None.

        Args:
            http: as it is about to be sent.
            secrets: the key and what was derived from it.
        """
        known = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
        if "?" in http.url and not self._auth_query and any(secret in http.url for secret in known):
            return "would send the key in the URL, which ends up in logs; send a header, or declare AuthScheme(query=…)"
        if http.url.startswith(self._base) or self._belongs(_origin(http.url)):
            return None
        foreign = (
            f"would send the key to {_origin(http.url)}, which is not the provider's server; use auth=False"
        )
        if any(secret in value for value in http.headers.values() for secret in known):
            return foreign
        if any(secret in http.url for secret in known):
            return foreign
        if any(name in http.headers for name in self._headers):
            return f"would send the headers of the settings to {_origin(http.url)}, which is not the provider's server"
        return None

    def _belongs(self, origin: str) -> bool:
        return origin in self._own or any(fnmatch.fnmatchcase(origin, pattern) for pattern in self._patterns)


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
