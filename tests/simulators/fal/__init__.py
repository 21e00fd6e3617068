"""Plays fal on loopback."""

from __future__ import annotations

from .simulator import FalSimulator

__all__ = ["FalSimulator"]
