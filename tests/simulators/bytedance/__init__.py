"""Owns the simulator of ByteDance ModelArk."""

from __future__ import annotations

from .simulator import ByteDanceSimulator

__all__ = ["ByteDanceSimulator"]
