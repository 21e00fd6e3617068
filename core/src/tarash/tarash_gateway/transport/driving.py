"""What both drivers share: the clock, tokens and the type of the callback."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from ..steps import Instant

if TYPE_CHECKING:
    from ..models.update import ProgressUpdate

ProgressCallback: TypeAlias = "Callable[[ProgressUpdate], object]"


def now() -> Instant:
    """Return the time of both clocks."""
    return Instant(time.monotonic(), datetime.now(UTC))


def new_token() -> str:
    """Return a random token of 32 hexadecimal digits."""
    # as unique as a UUID, at a fifth of its cost: each attempt draws several
    return os.urandom(16).hex()


__all__ = ["ProgressCallback", "new_token", "now"]
