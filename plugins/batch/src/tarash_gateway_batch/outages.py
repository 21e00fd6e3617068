"""Outages of a database server: what works for hours waits for the server, and loses neither a row nor a result that is paid for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ParamSpec, TypeVar

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import JournalError

log = logging.getLogger(__name__)
T = TypeVar("T")
P = ParamSpec("P")

PAUSES_SECONDS = (1.0, 5.0, *(30.0,) * 20)
"""Pauses after which a server that failed is asked again, in seconds: it restarts, or the network is down."""
SHORT_PAUSES_SECONDS = PAUSES_SECONDS[:3]
"""The same, for what may begin again later without a loss."""
_MOST_SECONDS = 600.0
"""How long an outage is waited for, in seconds, also by what waits within what waits."""


class Outages:
    """What a process does while its database server is away; the log tells once that it is, and once that it is back.

    Args:
        is_shared: whether the database is a server; a file that fails fails at once.
    """

    def __init__(self, *, is_shared: bool) -> None:
        self._is_shared = is_shared
        self._away_since: float | None = None

    async def through(
        self, act: Callable[[], Awaitable[T]], pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> T:
        """Do something again and again until the server is back, for ten minutes at most.

        Args:
            act: what needs the server; it must be right to do it once more.
            pause: waits for so many seconds; if it returns something true, nobody wants to wait any longer.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the server has been away for too long.
            JournalError: the same, as the gateway raises it.
        """
        has_failed = False
        for pause_seconds in PAUSES_SECONDS if self._is_shared else ():
            try:
                done = await act()
            except (sa.exc.SQLAlchemyError, JournalError) as error:
                if not _is_of_the_database(error) or self._is_too_long():
                    raise
                has_failed = True
            else:
                self._end(has_failed=has_failed)
                return done
            if await pause(pause_seconds):
                break
        return await act()

    async def asked(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask the database in a thread, and wait for the server if it is away; see `through`."""
        return await self.through(partial(asyncio.to_thread, ask, *args, **kwargs))

    def waited(self, act: Callable[[], T], pauses_seconds: tuple[float, ...] = PAUSES_SECONDS) -> T:
        """Like `through`, in the calling thread.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the server has been away for too long.
        """
        has_failed = False
        for pause_seconds in pauses_seconds if self._is_shared else ():
            try:
                done = act()
            except sa.exc.SQLAlchemyError:
                if self._is_too_long():
                    raise
                has_failed = True
            else:
                self._end(has_failed=has_failed)
                return done
            time.sleep(pause_seconds)
        return act()

    def _is_too_long(self) -> bool:
        """Note that the server is away, and return whether it has been for too long."""
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
            log.warning("the database of batches failed, trying again")
        return now - self._away_since > _MOST_SECONDS

    def _end(self, *, has_failed: bool) -> None:
        # what has not failed may not have needed the server
        if has_failed and self._away_since is not None:
            self._away_since = None
            log.warning("the database of batches works again")


def _is_of_the_database(error: Exception) -> bool:
    return not isinstance(error, JournalError) or isinstance(error.__cause__, sa.exc.SQLAlchemyError)


__all__ = ["PAUSES_SECONDS", "SHORT_PAUSES_SECONDS", "Outages"]
