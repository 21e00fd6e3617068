"""Plays xAI on loopback."""

from __future__ import annotations

from .simulator import XaiSimulator

__all__ = ["XaiSimulator"]
