"""The faults that a test can inject into a simulator, and when each one is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ...fork_safety import fork_safe_lock


@dataclass(frozen=True)
class Status:
    """Answer with this status instead of processing the request; `json` takes precedence over `text`."""

    status: int
    json: object = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hang:
    """Do not process the request; stay silent for `seconds`, then close the connection."""

    seconds: float


@dataclass(frozen=True)
class LostResponse:
    """Process the request, then close the connection without an answer."""


@dataclass(frozen=True)
class SlowAnswer:
    """Process the request at once, and answer after `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Reset:
    """Do not process the request; reset the connection (RST)."""


@dataclass(frozen=True)
class TruncatedJson:
    """Process the request, declare the full length, send half of the body and close the connection."""


@dataclass(frozen=True)
class TruncatedBody:
    """Process the request, and send half of the body as if it were complete: valid HTTP, broken JSON."""


@dataclass(frozen=True)
class Html:
    """Answer with an HTML page, as a proxy would, instead of processing the request."""

    status: int = 200


@dataclass(frozen=True)
class Body:
    """Answer with exactly these bytes instead of processing the request."""

    data: bytes
    content_type: str = "application/json"
    status: int = 200


@dataclass(frozen=True)
class Replaced:
    """Process the request, and answer with `by` in place of the regular answer, as a proxy does that lost it."""

    by: Status | Html | Body


Fault = (
    Status | Hang | LostResponse | SlowAnswer | Reset | TruncatedJson | TruncatedBody | Html | Body | Replaced
)


@dataclass
class _Injection:
    fault: Fault
    calls_before: int
    times: int | None


class FaultPlan:
    """The faults that are planned for each route; thread-safe."""

    def __init__(self, routes: Collection[str]) -> None:
        self._routes = frozenset(routes)
        self._lock = fork_safe_lock(self, "_lock")
        self._injections: dict[str, list[_Injection]] = {}

    def add(self, route: str, fault: Fault, *, nth: int, times: int | None) -> None:
        """Plan `fault` for the `nth` call of `route` from now on and the `times - 1` calls after it.

        Raises:
            ValueError: there is no such route, or a number is below 1.
        """
        if route not in self._routes:
            raise ValueError(f"no route {route!r}; use one of {', '.join(sorted(self._routes))}")
        if nth < 1 or (times is not None and times < 1):
            raise ValueError(
                f"nth={nth}, times={times}: both must be at least 1; times=None means from then on"
            )
        with self._lock:
            self._injections.setdefault(route, []).append(_Injection(fault, nth - 1, times))

    def clear(self) -> None:
        """Remove all planned faults."""
        with self._lock:
            self._injections.clear()

    def take(self, route: str) -> Fault | None:
        """Count one call of `route` and return the fault that is due; the one planned first takes precedence."""
        due: Fault | None = None
        with self._lock:
            for injection in list(self._injections.get(route, ())):
                if injection.calls_before > 0:
                    injection.calls_before -= 1
                elif due is None:
                    due = injection.fault
                    self._spend(route, injection)
        return due

    def _spend(self, route: str, injection: _Injection) -> None:
        if injection.times is None:
            return
        injection.times -= 1
        if injection.times == 0:
            self._injections[route].remove(injection)
