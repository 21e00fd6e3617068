"""Plays MiniMax on loopback."""

from __future__ import annotations

from .simulator import MiniMaxSimulator

__all__ = ["MiniMaxSimulator"]
