"""The extension: it hands the events of each generation to its spans and its metrics."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tarash.tarash_gateway.plugin import Event, hookimpl

from . import conventions as name

if TYPE_CHECKING:
    # imported on use: an installed extension must cost nothing in a program that does not trace
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Tracer, TracerProvider

    from .metrics import GenerationMetrics, Instruments
    from .spans import GenerationSpans

SCOPE = "tarash_gateway_otel"
"""Name of the instrumentation scope."""
_API = ("opentelemetry.trace", "opentelemetry.metrics")
_CONFIGURED_BY = ("OTEL_PYTHON_TRACER_PROVIDER", "OTEL_PYTHON_METER_PROVIDER")


@dataclass(frozen=True, slots=True)
class _Tools:
    """What spans and metrics are recorded with, and the providers that it comes from."""

    tracer_provider: TracerProvider
    meter_provider: MeterProvider
    tracer: Tracer
    instruments: Instruments


@dataclass(frozen=True, slots=True)
class _Generation:
    spans: GenerationSpans
    metrics: GenerationMetrics

    def note(self, event: Event) -> None:
        self.spans.note(event)
        self.metrics.note(event)


class Telemetry:
    """Records every generation with OpenTelemetry.

    Args:
        tracer_provider: makes the tracer; None is the global one.
        meter_provider: makes the meter; None is the global one.
        record_content: whether prompts, and messages of providers, which may quote them, are recorded. None leaves it to the
            environment variable `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`; without it, they are not.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        record_content: bool | None = None,
    ) -> None:
        self._made: _Tools | None = None
        self._running: dict[str, _Generation] = {}
        self.configure(
            tracer_provider=tracer_provider, meter_provider=meter_provider, record_content=record_content
        )

    def configure(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        record_content: bool | None = None,
    ) -> None:
        """Replace the settings, for generations that begin from now on; the arguments are those of the class."""
        self._tracer_provider = tracer_provider
        self._meter_provider = meter_provider
        self._record_content = record_content

    @hookimpl
    def tarash_listens(self) -> bool:
        """Listen if a provider is configured that records something."""
        if self._tracer_provider is not None or self._meter_provider is not None:
            return True
        # as long as nobody has imported the API, nobody has set a provider
        if not any(module in sys.modules for module in _API) and not any(map(os.environ.get, _CONFIGURED_BY)):
            return False
        return any(not _is_of_the_api(provider) for provider in self._providers())

    @hookimpl
    def tarash_event(self, event: Event) -> str | None:
        """Record an event; answer the start of a generation with its `traceparent`."""
        if event.kind in ("generation_started", "generation_resumed", "generation_refused"):
            return self._begin(event)
        if event.kind == "generation_ended":
            running = self._running.pop(event.generation_id, None)
        else:
            running = self._running.get(event.generation_id)
        if running is not None:
            running.note(event)
        return None

    def _begin(self, event: Event) -> str | None:
        from .metrics import GenerationMetrics
        from .spans import GenerationSpans

        tools = self._tools()
        spans = GenerationSpans(tools.tracer, self._records_content())
        begun = _Generation(spans, GenerationMetrics(tools.instruments, spans.context_of))
        begun.note(event)
        if event.kind != "generation_refused":
            former = self._running.get(event.generation_id)
            self._running[event.generation_id] = begun
            if former is not None:
                # two calls resume one job at once, and their events look alike: one of them is traced
                former.note(replace(event, kind="generation_ended", facts={"outcome": "superseded"}))
        return spans.traceparent()

    def _records_content(self) -> bool:
        if self._record_content is not None:
            return self._record_content
        return os.environ.get(name.CAPTURE_CONTENT, "").strip().lower() in name.CAPTURES_ON_SPANS

    def _providers(self) -> tuple[TracerProvider, MeterProvider]:
        from opentelemetry.metrics import get_meter_provider
        from opentelemetry.trace import get_tracer_provider

        return self._tracer_provider or get_tracer_provider(), self._meter_provider or get_meter_provider()

    def _tools(self) -> _Tools:
        """Return the tracer and the instruments; they are made once for each pair of providers."""
        from .metrics import Instruments

        tracing, metering = self._providers()
        made = self._made
        if made is None or made.tracer_provider is not tracing or made.meter_provider is not metering:
            # two threads may do this at once: a provider returns the same instruments for the same names
            tracer, instruments = tracing.get_tracer(SCOPE), Instruments(metering.get_meter(SCOPE))
            made = self._made = _Tools(tracing, metering, tracer, instruments)
        return made


def _is_of_the_api(provider: object) -> bool:
    """Return whether a provider is one of the API's own, which record nothing."""
    return type(provider).__module__.startswith(_API)
