"""An answer that is still being read, and the session that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from tarash.tarash_gateway.transport.toolkit import AnswerBody, headers_of

from .failures import FAILURES, failure_of
from .requests import hang_up

if TYPE_CHECKING:
    from .sessions import Sessions


class Answer:
    """An answer that is still being read; the caller sets the time limits.

    Attributes:
        status: HTTP status.
        headers: headers by lower-case name.
    """

    def __init__(self, response: aiohttp.ClientResponse, sessions: Sessions) -> None:
        self.status = response.status
        self.headers = headers_of(response.raw_headers)
        self._response = response
        connection = response.connection
        ends_with_connection = not {"content-length", "transfer-encoding"} & self.headers.keys()
        self._protocol = connection.protocol if connection is not None and ends_with_connection else None
        self._sessions: Sessions | None = sessions

    async def chunk(self) -> bytes | None:
        """Return the next bytes of the body, or None at the end."""
        failure: Exception
        try:
            chunk = await self._response.content.readany()
            if not chunk:
                self._check_end()
        except FAILURES as error:
            failure = error
        else:
            return chunk or None
        # after the handler, so that the error of aiohttp is not the context either
        raise failure_of(failure)

    def _check_end(self) -> None:
        """Raise the error that a body without a length ended with: aiohttp takes a reset for its end."""
        error = None if self._protocol is None else self._protocol.exception()
        if isinstance(error, OSError):
            raise error

    async def read_into(self, body: AnswerBody) -> None:
        """Read the whole body."""
        while (chunk := await self.chunk()) is not None:
            body.add(chunk)

    async def close(self) -> None:
        """Give back the connection; a connection whose answer was not read to the end is closed."""
        sessions, self._sessions = self._sessions, None
        if sessions is None:
            return
        try:
            hang_up(self._response)
        finally:
            sessions.leave()
