"""The gateway that the whole process shares: the one behind the module-level functions."""

from __future__ import annotations

import sys

from .fork_safety import fork_safe_lock
from .gateway import Gateway
from .transport.connections import process_connections

_gateway: Gateway | None = None
_lock = fork_safe_lock(sys.modules[__name__], "_lock")


def default_gateway() -> Gateway:
    """Return the gateway behind the module-level functions."""
    global _gateway
    if _gateway is None:
        with _lock:
            if _gateway is None:
                # shared with `response.save`, which has no gateway
                _gateway = Gateway(transport=process_connections())
    return _gateway


__all__ = ["default_gateway"]
