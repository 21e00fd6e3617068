"""Keeps what was read from the keyring for a minute."""

from __future__ import annotations

import time
from collections.abc import Callable

from tarash.tarash_gateway.plugin import Credentials, ProviderInfo

KEPT_SECONDS = 60.0
"""How long a key, or the lack of one, is kept. Reading a keyring may take long, and the gateway asks before every generation; but a
replaced key should work, and a deleted one stop working, soon after."""


class Cache:
    """The keys that were read a short time ago.

    Args:
        clock: returns seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[float, Credentials | None]] = {}

    def get(
        self,
        provider: ProviderInfo,
        account: str | None,
        read: Callable[[ProviderInfo, str | None], Credentials | None],
    ) -> Credentials | None:
        """Return the key of an account, read now unless it was read a short time ago. A failure is not kept."""
        name, now = (provider.id, account or ""), self._clock()
        until, found = self._kept.get(name, (now, None))
        if now >= until:
            found = read(provider, account)
            self._kept[name] = (now + KEPT_SECONDS, found)
        return found

    def forget(self, provider: ProviderInfo, account: str | None) -> None:
        """Read the key of an account again the next time."""
        self._kept.pop((provider.id, account or ""), None)

    def clear(self) -> None:
        """Read every key again the next time."""
        self._kept.clear()


cache = Cache()
"""The one of this process. It needs no lock: at worst, two threads read the same key."""


def forget(provider: ProviderInfo, *, account: str | None = None) -> None:
    """Read a key again the next time it is needed, because it was changed in the keyring."""
    cache.forget(provider, account)
