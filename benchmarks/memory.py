"""Reads how much memory this process has."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
"""Linux: VmRSS and VmHWM, in KB."""


def resident_bytes() -> int:
    """Return the resident memory in bytes; where the system does not say, the largest so far."""
    return _told("VmRSS")


def largest_resident_bytes() -> int:
    """Return the largest resident memory so far, in bytes."""
    return _told("VmHWM")


def _told(name: str) -> int:
    if _STATUS.exists():
        (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
        return int(line.split()[1]) * 1024
    # not on Linux, where a process begins with the largest memory of the one that has started it
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024
