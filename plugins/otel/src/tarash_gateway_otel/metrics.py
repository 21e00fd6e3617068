"""The metrics: seconds, retries, fallbacks and cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from opentelemetry.context import Context
from opentelemetry.metrics import Meter

from tarash.tarash_gateway.plugin import Event

from . import conventions as name
from .describing import Attributes, error_of, method, model_of, server

_GENERATION_SECONDS = (1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600, 7200)
"""Bounds of the buckets: an image takes seconds, a video minutes, a queue hours."""
_HTTP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The bounds that the HTTP convention recommends."""
MOST_SERVERS = 100
"""Most servers that metrics tell apart: requests of strangers may name any host for their pictures, and each would be a time series."""
ContextOf = Callable[[Event], Context | None]


class Instruments:
    """The instruments of one meter."""

    def __init__(self, meter: Meter) -> None:
        self._servers: set[str] = set()
        self.generation = meter.create_histogram(
            name.TARASH_GENERATION_DURATION,
            "s",
            "Duration of a call: all attempts of a generation, or of a resume.",
            explicit_bucket_boundaries_advisory=_GENERATION_SECONDS,
        )
        self.attempt = meter.create_histogram(
            name.GEN_AI_CLIENT_OPERATION_DURATION,
            "s",
            "Duration of an attempt at one provider, retries and waiting included.",
            explicit_bucket_boundaries_advisory=_GENERATION_SECONDS,
        )
        self.exchange = meter.create_histogram(
            name.HTTP_CLIENT_REQUEST_DURATION,
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_HTTP_SECONDS,
        )
        self.retries = meter.create_counter(name.TARASH_RETRIES, "{retry}", "Requests that were sent again.")
        self.fallbacks = meter.create_counter(
            name.TARASH_FALLBACKS, "{fallback}", "Attempts that took over from a failed one."
        )
        self.cost = meter.create_counter(name.TARASH_COST, "{USD}", "Known cost of attempts, in US dollars.")
        self.cost_unknown = meter.create_counter(
            name.TARASH_COST_UNKNOWN,
            "{attempt}",
            "Attempts that were or may have been billed, at an unknown cost.",
        )

    def known_server(self, event: Event) -> Attributes:
        """Return the server of a `request_sent`; beyond the first `MOST_SERVERS`, they share one name."""
        found = server(event)
        named = str(found)
        if named not in self._servers:
            if len(self._servers) >= MOST_SERVERS:
                return {name.SERVER_ADDRESS: "_OTHER"}
            self._servers.add(named)
        return found


@dataclass(slots=True)
class GenerationMetrics:
    """Measures one generation.

    Attributes:
        instruments: what it is recorded with.
        context_of: returns the context of the span of an event, to which an exemplar points.
    """

    instruments: Instruments
    context_of: ContextOf
    _began: dict[int, datetime] = field(default_factory=dict)
    """When each attempt began, by its number, and when the generation did, as number 0."""
    _request: Attributes = field(default_factory=dict)

    def note(self, event: Event) -> None:
        """Record what an event says."""
        self._began.setdefault(event.attempt_number, event.at)
        match event.kind:
            case "generation_ended" | "generation_refused":
                self._record_seconds(event)
            case "completed" | "attempt_failed" | "abandoned":
                self._record_seconds(event)
                self._record_cost(event)
            case "request_sent":
                self._request = {
                    **self.instruments.known_server(event),
                    name.HTTP_REQUEST_METHOD: method(event),
                }
            case "response_received" | "request_failed":
                self._record_exchange(event)
            case "retry":
                self.instruments.retries.add(1, model_of(event) | _error(event), self.context_of(event))
            case "fallback":
                self.instruments.fallbacks.add(1, model_of(event), self.context_of(event))
            case _:
                pass

    def _record_seconds(self, event: Event) -> None:
        seconds = (event.at - self._began[event.attempt_number]).total_seconds()
        histogram = self.instruments.attempt if event.attempt_number else self.instruments.generation
        # a wall clock may be set back
        histogram.record(max(seconds, 0.0), model_of(event) | _error(event), self.context_of(event))

    def _record_cost(self, event: Event) -> None:
        context = self.context_of(event)
        if event.cost_usd is not None:
            self.instruments.cost.add(event.cost_usd, model_of(event), context)
        elif event.billed != "no":
            self.instruments.cost_unknown.add(1, model_of(event), context)

    def _record_exchange(self, event: Event) -> None:
        status, seconds = event.facts.get("status_code"), event.facts.get("elapsed_seconds")
        answered: Attributes = {name.HTTP_RESPONSE_STATUS_CODE: status} if isinstance(status, int) else {}
        if isinstance(seconds, int | float):
            self.instruments.exchange.record(
                seconds, self._request | answered | _error(event), self.context_of(event)
            )


def _error(event: Event) -> Attributes:
    error = error_of(event)
    return {} if error is None else {name.ERROR_TYPE: error}
