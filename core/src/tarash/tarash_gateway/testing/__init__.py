"""Tools for tests: the conformance kit and simulators for provider plugins, a driver with virtual time, and flows run by hand.

The kit and the simulators need the extra `testing` (pytest, aiohttp); the others need nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conformance import NotYet, ProviderSuite, Unsupported
    from .conformance.cases import ConformanceCases, ConformingSimulator, ErrorCase, Example, FailureCase
    from .flows import call_for, drive, json_reply, map_for
    from .simulator import Simulator
    from .virtual_time import VirtualTime

_HOME_OF = {
    "ConformanceCases": "conformance.cases",
    "ConformingSimulator": "conformance.cases",
    "ErrorCase": "conformance.cases",
    "Example": "conformance.cases",
    "FailureCase": "conformance.cases",
    "NotYet": "conformance",
    "call_for": "flows",
    "drive": "flows",
    "json_reply": "flows",
    "map_for": "flows",
    "ProviderSuite": "conformance",
    "Simulator": "simulator",
    "Unsupported": "conformance",
    "VirtualTime": "virtual_time",
}


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{home}", __name__), name)


__all__ = [
    "ConformanceCases",
    "ConformingSimulator",
    "ErrorCase",
    "Example",
    "FailureCase",
    "NotYet",
    "ProviderSuite",
    "Simulator",
    "Unsupported",
    "VirtualTime",
    "call_for",
    "drive",
    "json_reply",
    "map_for",
]
