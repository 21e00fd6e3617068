"""Plays Replicate on loopback."""

from __future__ import annotations

from .simulator import ReplicateSimulator

__all__ = ["ReplicateSimulator"]
