"""OpenTelemetry for Tarash Gateway: a trace and metrics of every generation."""

from __future__ import annotations

from .extension import Telemetry

telemetry = Telemetry()
"""The installed extension. It records to the global providers; `telemetry.configure` chooses others, or records prompts, too."""

__all__ = ["Telemetry", "telemetry"]
