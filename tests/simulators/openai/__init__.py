"""Plays OpenAI and Azure OpenAI on loopback."""

from __future__ import annotations

from .simulator import OpenAISimulator

__all__ = ["OpenAISimulator"]
