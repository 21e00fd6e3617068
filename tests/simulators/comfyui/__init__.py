"""Plays a ComfyUI server on loopback."""

from __future__ import annotations

from .simulator import WORKFLOWS, ComfyUISimulator

__all__ = ["WORKFLOWS", "ComfyUISimulator"]
