"""Remembers to which addresses the configurations of a gateway send which keys, so that it may resume its own jobs there."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

from ..fork_safety import fork_safe_lock
from ..models.addresses import has_password
from ..models.config import GenerationConfig
from ..plugin.call import Call, Credentials

MOST_ADDRESSES = 1000
"""Most addresses that are remembered; the oldest are forgotten first."""


class KnownAddresses:
    """Base URLs from the configurations of one gateway, each with the key that goes there. Thread-safe; keeps no key.

    A job that names such an address may be resumed with the same key, which goes there anyway. With another key it may not: in a
    service, a user who brings a key and an address of their own must not get the key of the service sent to that address.
    """

    def __init__(self, *, most: int = MOST_ADDRESSES) -> None:
        self._most = most
        self._lock = fork_safe_lock(self, "_lock")
        self._salt = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def add(self, config: GenerationConfig, call: Call) -> None:
        """Remember the base URL that a configuration names, unless it has a password, which no job contains."""
        if config.base_url is None or has_password(config.base_url):
            return
        mark = self._mark(call.provider.id, call.base_url, config.account, call.credentials)
        with self._lock:
            self._known[mark] = None
            self._known.move_to_end(mark)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def know(self, provider_id: str, base_url: str, account: str | None, credentials: Credentials) -> bool:
        """Return whether a configuration of this gateway sent these credentials to this base URL."""
        with self._lock:
            return self._mark(provider_id, base_url, account, credentials) in self._known

    def _mark(self, provider_id: str, base_url: str, account: str | None, credentials: Credentials) -> bytes:
        content = repr((provider_id, base_url, account, credentials.secrets()))
        return hashlib.blake2b(content.encode(errors="surrogatepass"), key=self._salt).digest()
