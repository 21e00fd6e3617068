"""An answer that is still being read, and the session that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tarash.tarash_gateway.transport.toolkit import AnswerBody, headers_of

from .failures import FAILURES, failure_of
from .requests import CheckedResponse

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler

    from .sessions import Sessions


class Answer:
    """An answer that is still being read; the caller sets the time limits.

    Attributes:
        status: HTTP status.
        headers: headers by lower-case name.
    """

    def __init__(self, response: CheckedResponse, sessions: Sessions) -> None:
        self.status = response.status
        self.headers = headers_of(response.raw_headers)
        self._response = response
        self._protocol: ResponseHandler | None = None
        if "content-length" not in self.headers and "transfer-encoding" not in self.headers:
            # the body ends with the connection
            connection = response.connection
            self._protocol = None if connection is None else connection.protocol
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
        content = self._response.content
        while (chunk := await self.chunk()) is not None:
            body.add(chunk)
            if self._protocol is None and content.at_eof():
                return

    async def close(self) -> None:
        """Give back the connection; a connection whose answer was not read to the end is closed."""
        sessions, self._sessions = self._sessions, None
        if sessions is None:
            return
        try:
            self._response.hang_up()
        finally:
            sessions.leave()

    def __del__(self) -> None:
        # left by a coroutine that nobody awaits any more; aiohttp would keep the connection until the server ends the answer
        if self._sessions is not None:
            self._sessions.abandon(self._response.hang_up)
