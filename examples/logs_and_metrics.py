"""Logs what a chain does as JSON lines, and counts seconds, failures and cost: `python examples/logs_and_metrics.py`.

For traces and metrics in OpenTelemetry, install `plugins/otel` instead: no code is needed.
"""

from __future__ import annotations

import json
import logging
from collections import Counter

from tarash.tarash_gateway import (
    Gateway,
    HTTPConnectionError,
    MockConfig,
    MockResponse,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.plugin import Event

FIELDS = ("provider", "model", "request_id")
DOWN = MockConfig(responses=[MockResponse(error=HTTPConnectionError("fal is down"))])
CONFIG = VideoGenerationConfig(
    provider="fal",
    model="fal-ai/veo3.1",
    mock=DOWN,
    fallback_configs=[VideoGenerationConfig(provider="local", model="animatic")],
)


class JsonLines(logging.Formatter):
    """One JSON object a line. The facts are fields of the record, not part of its text."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        return json.dumps({"level": record.levelname, "message": record.getMessage(), **facts}, default=str)


class Metrics:
    """Counts by provider. A cost of None is unknown, never free, so it is counted apart."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, event: Event) -> None:
        """Count one event; it runs inside the generation, so hand slow work to a queue."""
        if event.kind in {"completed", "attempt_failed"}:
            self.counts[f"{event.provider} {event.kind}"] += 1
            if event.cost_usd is None:
                self.counts[f"{event.provider} unknown costs"] += 1
            else:
                self.counts[f"{event.provider} micro-dollars"] += round(event.cost_usd * 1_000_000)


def main() -> None:
    """Generate through an outage, and print the counts."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("tarash.tarash_gateway")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    metrics = Metrics()
    request = VideoGenerationRequest(prompt="a red kite", duration_seconds=4, resolution="720p")
    with Gateway(on_event=metrics) as gateway:
        gateway.generate_video(CONFIG, request)
    for name, count in sorted(metrics.counts.items()):
        print(name, count)


if __name__ == "__main__":
    main()
