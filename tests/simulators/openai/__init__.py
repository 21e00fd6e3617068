"""Plays OpenAI and Azure OpenAI on loopback."""

from __future__ import annotations

from .azure import AzureOpenAISimulator
from .simulator import OpenAISimulator

__all__ = ["AzureOpenAISimulator", "OpenAISimulator"]
