"""Spaces submissions so that no server gets more of them in a minute than the user allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from ..discovery import Registry
from ..exceptions import ValidationError
from ..fork_safety import fork_safe_lock
from .accounts import Server

WINDOW_SECONDS = 60.0


class SubmissionRates:
    """When the next submission to each server may begin: at most so many in any minute. Thread-safe, and never held while a flow waits.

    Args:
        per_minute: most submissions in a minute, by provider id, or one number for all; None sets no limit.
    """

    def __init__(self, per_minute: int | Mapping[str, int] | None = None) -> None:
        self._per_minute = per_minute
        self._lock = fork_safe_lock(self, "_lock")
        self._begun: dict[Server, deque[float]] = {}

    def wait_seconds(self, server: Server, now_seconds: float) -> float:
        """Take the next turn, and return how many seconds away it is.

        A caller that gives up while it waits has taken its turn all the same: the rate is a limit, not a promise.

        Args:
            server: provider, base URL and account.
            now_seconds: time on the monotonic clock.
        """
        most = self._most(server.provider)
        if most is None:
            return 0.0
        with self._lock:
            begun = self._begun.get(server) or self._first(server, most, now_seconds)
            turn = max(now_seconds, begun[0] + WINDOW_SECONDS) if len(begun) == most else now_seconds
            begun.append(turn)
        return turn - now_seconds

    def _first(self, server: Server, most: int, now_seconds: float) -> deque[float]:
        """Return the submissions of a server that has none yet, oldest first; those of the future wait for their turn.

        Servers whose last minute is over are forgotten: a service may have an account for each of its users.
        """
        earliest = now_seconds - WINDOW_SECONDS
        self._begun = {name: begun for name, begun in self._begun.items() if begun[-1] > earliest}
        begun = self._begun[server] = deque[float](maxlen=most)
        return begun

    def _most(self, provider: str) -> int | None:
        return self._per_minute.get(provider) if isinstance(self._per_minute, Mapping) else self._per_minute


def rates_of(per_minute: int | Mapping[str, int] | None, registry: Registry) -> SubmissionRates:
    """Return the rates for these limits.

    Raises:
        ValidationError: one is for a provider that is not installed, such as a misspelt one: it would limit nothing.
    """
    if isinstance(per_minute, Mapping):
        installed = registry.ids()
        unknown = sorted(set(per_minute) - set(installed))
        if unknown:
            raise ValidationError(
                f"submissions_per_minute names {', '.join(unknown)}, which is not installed; use {', '.join(sorted(installed))}"
            )
    return SubmissionRates(per_minute)


__all__ = ["SubmissionRates", "rates_of"]
