"""Says why the system refused a file."""

from __future__ import annotations


def os_reason(error: Exception) -> str:
    """Return why a file could not be used, without its path, which the message names already."""
    # an OSError without a number and the ValueError of a path with a null byte have no `strerror`
    return getattr(error, "strerror", None) or str(error)


__all__ = ["os_reason"]
