"""Plays Kling on loopback."""

from __future__ import annotations

from .simulator import KlingSimulator

__all__ = ["KlingSimulator"]
