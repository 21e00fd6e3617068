"""Plays Alibaba Cloud Model Studio on loopback."""

from __future__ import annotations

from .simulator import AlibabaSimulator

__all__ = ["AlibabaSimulator"]
