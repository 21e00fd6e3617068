"""Plays Luma on loopback."""

from __future__ import annotations

from .simulator import DreamMachineSimulator, LumaSimulator

__all__ = ["DreamMachineSimulator", "LumaSimulator"]
