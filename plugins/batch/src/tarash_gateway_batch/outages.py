"""Outages of a database server: what works for hours waits for the server, and loses neither a row nor its turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import JournalError

log = logging.getLogger(__name__)
T = TypeVar("T")

PAUSES_SECONDS = (1.0, 5.0, *(30.0,) * 20)
"""Pauses after which a server that failed is asked again, in seconds: it restarts, or the network is down."""


class Outages:
    """What a process does while its database server is away; the log tells once that it is, and once that it is back."""

    def __init__(self) -> None:
        self._is_away = False

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
        for pause_seconds in PAUSES_SECONDS:
            try:
                done = await act()
            except (sa.exc.SQLAlchemyError, JournalError) as error:
                if not _is_of_the_database(error):
                    raise
                self._tell(is_away=True)
                if await pause(pause_seconds):
                    raise
            else:
                self._tell(is_away=False)
                return done
        return await act()

    def _tell(self, *, is_away: bool) -> None:
        if is_away != self._is_away:
            self._is_away = is_away
            log.warning("the database of batches %s", "failed, trying again" if is_away else "works again")


def _is_of_the_database(error: Exception) -> bool:
    return not isinstance(error, JournalError) or isinstance(error.__cause__, sa.exc.SQLAlchemyError)


__all__ = ["Outages"]
