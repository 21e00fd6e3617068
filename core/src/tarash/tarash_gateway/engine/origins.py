"""Which servers may see the key: the configured one, those the provider declares, and those the user's settings name."""

from __future__ import annotations

import dataclasses
import fnmatch
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

    __slots__ = ("_auth_query", "_base", "_call", "_own")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._base = (f"{call.base_url}/", f"{call.base_url}?")
        self._auth_query = call.provider.auth.query
        self._own: frozenset[str] | None = None

    def leak(self, http: HttpCall, secrets: tuple[str, ...]) -> str | None:
        """Return how the call would give a secret away, or None.

        Args:
            http: as it is about to be sent.
            secrets: the key; what was derived from it stands in `http.secrets`.
        """
        url = http.url
        is_home = url.startswith(self._base)
        if is_home and ("?" not in url or self._auth_query):
            # the usual case, and one for every poll
            return None
        known = [secret for secret in (*secrets, *http.secrets) if len(secret) >= SHORTEST_SECRET]
        if "?" in url and not self._auth_query and any(secret in url for secret in known):
            return "would send the key in the URL, which ends up in logs; send a header, or declare AuthScheme(query=…)"
        if is_home or self._belongs(_origin(url)):
            return None
        foreign = f"would send the key to {_origin(url)}, which is not the provider's server; use auth=False"
        if any(secret in value for value in http.headers.values() for secret in known):
            return foreign
        if any(secret in url for secret in known):
            return foreign
        if any(name in http.headers for name in self._call.headers):
            return f"would send the headers of the settings to {_origin(url)}, which is not the provider's server"
        return None

    def _belongs(self, origin: str) -> bool:
        if self._own is None:
            # a provider whose calls all go to its base URL never needs this
            self._own = frozenset(
                _origin(url) for url in (self._call.base_url, *_urls_in(self._call.settings))
            )
        patterns = self._call.provider.origins
        return origin in self._own or any(fnmatch.fnmatchcase(origin, pattern) for pattern in patterns)


def _urls_in(settings: object) -> tuple[str, ...]:
    """Return the addresses that a user named in the settings."""
    if not dataclasses.is_dataclass(settings):
        return ()
    values = (getattr(settings, item.name) for item in dataclasses.fields(settings))
    return tuple(
        value for value in values if isinstance(value, str) and value.startswith(("https://", "http://"))
    )


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
