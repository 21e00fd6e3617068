"""Keeps secrets out of httpcore's log, which at level DEBUG contains the headers of every answer: cookies and signed URLs."""

from __future__ import annotations

import functools
import logging
from contextvars import ContextVar

_SHOWN_WHOLE = ("connect_tcp.", "start_tls.")
"""Events of httpcore (1.0) whose details are host, port and timeouts; the details of all others may hold a secret."""

_is_ours: ContextVar[bool] = ContextVar("tarash_gateway_is_ours", default=False)


class _WithoutDetails(logging.Filter):
    """Reduces the records of the gateway's own requests to the name of the event; other users of httpx keep theirs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _is_ours.get():
            event = record.getMessage()
            record.msg = event if event.startswith(_SHOWN_WHOLE) else event.partition(" ")[0]
            record.args = ()
        return True


@functools.cache
def keep_logs_private() -> None:
    """Filter the loggers of httpcore; it must have been imported, since it makes them then."""
    without_details = _WithoutDetails()
    for name, logger in tuple(logging.root.manager.loggerDict.items()):
        # a filter on "httpcore" would not see the records of the loggers below it
        if name.partition(".")[0] in ("httpcore", "httpx") and isinstance(logger, logging.Logger):
            logger.addFilter(without_details)


class without_details:  # noqa: N801 - a context manager, used like a function
    """Log what happens inside without details.

    It is entered several times for every request, and a generator would take four times as long.
    """

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _is_ours.set(True)

    def __exit__(self, *failure: object) -> None:
        _is_ours.reset(self._token)
