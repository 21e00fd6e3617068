"""Plays Stability AI on loopback."""

from __future__ import annotations

from .simulator import StabilitySimulator

__all__ = ["StabilitySimulator"]
