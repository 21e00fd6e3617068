"""Owns a gateway that is traced, and what its exporters have received."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from simulators.xai import XaiSimulator
from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.discovery import EXTENSION_GROUP, EntryPoint, Registry, installed_entry_points
from tarash_gateway_otel import Telemetry


@dataclass(frozen=True)
class Entry:
    """The entry point of the extension, whether or not it is installed."""

    extension: object
    name: str = "otel"
    value: str = "tarash_gateway_otel:telemetry"

    def load(self) -> object:
        return self.extension


def registry_with(extension: object) -> Registry:
    """The installed providers, and one extension."""

    def found(group: str) -> list[EntryPoint]:
        return [Entry(extension)] if group == EXTENSION_GROUP else list(installed_entry_points(group))

    return Registry(found)


@dataclass
class Traced:
    """A traced gateway, and what it has recorded."""

    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    reader: InMemoryMetricReader = field(default_factory=InMemoryMetricReader)

    def __post_init__(self) -> None:
        self.tracer_provider = TracerProvider()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.meter_provider = MeterProvider(metric_readers=[self.reader])
        self.telemetry = Telemetry(tracer_provider=self.tracer_provider, meter_provider=self.meter_provider)
        self.gateway = Gateway(registry=registry_with(self.telemetry), environ={})

    def record_content(self, asked: bool) -> None:
        """Turn the recording of prompts on or off."""
        self.telemetry.configure(
            tracer_provider=self.tracer_provider, meter_provider=self.meter_provider, record_content=asked
        )

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """Every ended span, in the order of their starts."""
        return tuple(sorted(self.exporter.get_finished_spans(), key=lambda span: span.start_time or 0))

    def named(self, name: str) -> list[ReadableSpan]:
        """The spans of a name."""
        return [span for span in self.spans if span.name == name]

    def points(self, metric: str) -> list[tuple[dict[str, object], float]]:
        """The data points of a metric: their attributes, and a count (of a histogram) or a sum."""
        data = self.reader.get_metrics_data()
        return [
            (dict(point.attributes or {}), getattr(point, "count", getattr(point, "value", 0)))
            for resource in (data.resource_metrics if data is not None else ())
            for scope in resource.scope_metrics
            for found in scope.metrics
            if found.name == metric
            for point in found.data.data_points
        ]

    def everything(self) -> str:
        """All that was recorded, as text."""
        data = self.reader.get_metrics_data()
        return "\n".join((*(span.to_json() for span in self.spans), "" if data is None else data.to_json()))


@pytest.fixture
def traced() -> Iterator[Traced]:
    """A gateway of its own, with exporters in memory."""
    opened = Traced()
    with opened.gateway:
        yield opened
    opened.tracer_provider.shutdown()
    opened.meter_provider.shutdown()


@pytest.fixture
def fal() -> Iterator[FalSimulator]:
    """fal on loopback."""
    with FalSimulator() as running:
        yield running


@pytest.fixture
def replicate() -> Iterator[ReplicateSimulator]:
    """Replicate on loopback."""
    with ReplicateSimulator() as running:
        yield running


@pytest.fixture
def xai() -> Iterator[XaiSimulator]:
    """xAI on loopback: it says what a result costs."""
    with XaiSimulator() as running:
        yield running
