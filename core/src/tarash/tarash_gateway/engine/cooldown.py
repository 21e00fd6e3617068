"""Skips a server that keeps failing for a while, so that generations do not wait for its timeout every time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from ..exceptions import HTTPConnectionError, TarashException, TimeoutError  # noqa: A004
from .accounts import Server

FAILURES_BEFORE = 3
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 300.0
MOST_SERVERS = 1000
"""Most servers whose failures are remembered: a service may have an account for each of its users, and some never come back."""
_OUTAGES = frozenset({"server_error", "rate_limit"})


@dataclass(slots=True)
class _Health:
    failures: int = 0
    pause_seconds: float = 0.0
    until_seconds: float = 0.0


@dataclass(slots=True)
class Cooldowns:
    """Health per server (provider, base URL and account), for the life of a `Gateway`. After a pause, the server is tried again."""

    _servers: OrderedDict[Server, _Health] = field(default_factory=OrderedDict)
    """The server that failed last is the last one."""

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
        # taken out and added again: that makes it the last one, and other threads may do the same meanwhile
        health = self._servers.pop(server, None) or _Health()
        self._servers[server] = health
        if len(self._servers) > MOST_SERVERS:
            self._servers.popitem(last=False)
        health.failures += 1
        if health.failures < FAILURES_BEFORE:
            return
        health.pause_seconds = min(max(health.pause_seconds * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        health.until_seconds = now_seconds + health.pause_seconds
