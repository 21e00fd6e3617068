"""Plays Runway on loopback."""

from __future__ import annotations

from .simulator import RunwaySimulator

__all__ = ["RunwaySimulator"]
