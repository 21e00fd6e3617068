"""Moves a complete file to its place, where Windows may be in the way for a moment."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

REPLACE_PAUSES_SECONDS = (0.01, 0.03, 0.1, 0.3, 0.6) if sys.platform == "win32" else ()
"""Pauses before further tries to move a file; elsewhere, no reader is in the way."""


def replace_file(
    source: Path, target: Path, *, pauses_seconds: Iterable[float] = REPLACE_PAUSES_SECONDS
) -> None:
    """Move a file to its place, and replace one that is there atomically.

    Windows refuses while another process reads either file, as a virus scanner does with every new one. That takes a moment, so a
    refusal is tried again there.

    Args:
        source: the new file.
        target: the file to replace; it need not exist.
        pauses_seconds: pauses before each further try.

    Raises:
        OSError: the folder cannot be written to, or the file stays in use.
    """
    for pause in pauses_seconds:
        try:
            source.replace(target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    source.replace(target)


__all__ = ["REPLACE_PAUSES_SECONDS", "replace_file"]
