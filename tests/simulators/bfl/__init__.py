"""Owns the simulator of Black Forest Labs."""

from __future__ import annotations

from .simulator import BflSimulator

__all__ = ["BflSimulator"]
