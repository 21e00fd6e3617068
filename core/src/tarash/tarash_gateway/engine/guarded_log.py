"""Writes to the log what happens to a job that may be paid for: whatever a handler of the user does, the job goes on."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping


def write_guarded(
    logger: logging.Logger,
    level: int,
    message: str,
    *values: object,
    facts: Mapping[str, object],
    exc_info: bool = False,
) -> None:
    """Write one record; a handler or filter that raises is reported as Python's own handlers report a failure.

    Args:
        logger: logger of the module that writes.
        level: level of the record.
        message: constant text, with a place for each of `values`.
        values: what is inserted.
        facts: further fields of the record.
        exc_info: whether to add the exception that is being handled.
    """
    try:
        logger.log(level, message, *values, extra=dict(facts), exc_info=exc_info, stacklevel=2)
    except Exception:  # noqa: BLE001 - a handler is foreign code
        if logging.raiseExceptions and sys.stderr is not None:
            traceback.print_exc()


__all__ = ["write_guarded"]
