"""Plays Google on loopback."""

from __future__ import annotations

from .simulator import GoogleSimulator

__all__ = ["GoogleSimulator"]
