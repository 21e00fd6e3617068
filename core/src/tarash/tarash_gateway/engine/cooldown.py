"""Skips a server that keeps failing for a while, so that generations do not wait for its timeout every time."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..exceptions import HTTPConnectionError, TarashException, TimeoutError  # noqa: A004
from .accounts import Server

FAILURES_BEFORE = 3
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 300.0
_OUTAGES = frozenset({"server_error", "rate_limit"})


@dataclass(slots=True)
class _Health:
    failures: int = 0
    pause_seconds: float = 0.0
    until_seconds: float = 0.0


@dataclass(slots=True)
class Cooldowns:
    """Health per server (provider, base URL and account), for the life of a `Gateway`. After a pause, the server is tried again."""

    _servers: dict[Server, _Health] = field(default_factory=dict)

    def remaining_seconds(self, server: Server, now_seconds: float) -> float:
        """Return how many seconds the server is still skipped for; 0 when it may be tried."""
        health = self._servers.get(server)
        return 0.0 if health is None else max(health.until_seconds - now_seconds, 0.0)

    def succeeded(self, server: Server) -> None:
        """Forget the server's failures."""
        self._servers.pop(server, None)

    def failed(self, server: Server, error: TarashException, now_seconds: float) -> None:
        """Count an outage; refusals of one request or account do not count."""
        # an overloaded server refuses with the class of a rate limit, and is out all the same
        outage = isinstance(error, HTTPConnectionError | TimeoutError) or (
            error.fallback_reason in _OUTAGES and (error.status_code or 0) >= 500
        )
        if not outage:
            return
        health = self._servers.setdefault(server, _Health())
        health.failures += 1
        if health.failures < FAILURES_BEFORE:
            return
        health.pause_seconds = min(max(health.pause_seconds * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        health.until_seconds = now_seconds + health.pause_seconds
