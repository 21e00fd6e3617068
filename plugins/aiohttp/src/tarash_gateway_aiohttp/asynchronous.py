"""The transport for one event loop of asyncio, on aiohttp."""

from __future__ import annotations

import asyncio
import ssl
from functools import partial
from typing import TYPE_CHECKING

from tarash.tarash_gateway.steps import HttpCall, HttpReply
from tarash.tarash_gateway.transport import MAX_ANSWER_BYTES
from tarash.tarash_gateway.transport.toolkit import (
    CONNECT_SECONDS,
    AnswerBody,
    AsyncEvents,
    PreparedRequest,
    answer_bytes,
    check_stream,
    is_large,
    late,
    wait_seconds,
)

from .answers import Answer
from .failures import FAILURES, BrokenConnectionError, failure_of
from .requests import Attempt, CheckedResponse, StaleConnectionError, body_of
from .sessions import Sessions, headers_for, headers_to_skip, proxy_of, timeouts, url_of

if TYPE_CHECKING:
    from .websockets import AsyncMessages


class AsyncDownload:
    """An answer whose body is not read yet."""

    def __init__(self, answer: Answer, *, silence_seconds: float, ends: float, seconds: float) -> None:
        self._answer = answer
        self._silence_seconds = silence_seconds
        self._ends = ends
        self._seconds = seconds
        self.status = answer.status
        self.headers = answer.headers

    async def read(self) -> bytes | None:
        """Return the next chunk as received, or None at the end."""
        left = max(self._ends - asyncio.get_running_loop().time(), 0.0)
        try:
            async with asyncio.timeout(min(left, self._silence_seconds)):
                return await self._answer.chunk()
        except TimeoutError as error:
            raise late(min(self._seconds, self._silence_seconds)) from error

    async def close(self) -> None:
        """Give back the connection."""
        await self._answer.close()


class AsyncAiohttp:
    """Sends calls in one event loop of asyncio."""

    def __init__(
        self, *, max_answer_bytes: int = MAX_ANSWER_BYTES, tls: ssl.SSLContext | None = None
    ) -> None:
        self._sessions = Sessions(tls)
        self._max_answer_bytes = max_answer_bytes

    async def exchange(self, call: HttpCall) -> HttpReply:
        """Send a call and read the whole answer within its `timeout_seconds`."""
        seconds, attempt = wait_seconds(call), Attempt()
        try:
            async with asyncio.timeout(seconds):
                if is_large(call):
                    # built in a worker thread, so that the event loop stays free
                    prepared = await asyncio.to_thread(partial(self._sessions.prepared, call))
                else:
                    prepared = self._sessions.prepared(call)
                answer = await self._send(call, prepared, attempt)
                try:
                    body = AnswerBody(answer.headers, call.method, answer_bytes(call, self._max_answer_bytes))
                    await answer.read_into(body)
                finally:
                    await answer.close()
        except TimeoutError as error:
            raise attempt.late(seconds) from error
        except asyncio.CancelledError as cancelled:
            attempt.mark(cancelled)
            raise
        prepared.check_proxy(answer.status, answer.headers)
        return HttpReply(answer.status, answer.headers, body.content())

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncDownload:
        """Send a call and read the head of the answer; wait at most `silence_seconds` for each byte, `timeout_seconds` for all."""
        seconds = wait_seconds(call)
        ends = asyncio.get_running_loop().time() + seconds
        answer = await self._open(call, min(seconds, silence_seconds))
        return AsyncDownload(answer, silence_seconds=silence_seconds, ends=ends, seconds=seconds)

    async def open_stream(self, call: HttpCall) -> AsyncEvents:
        """Open a stream of server-sent events."""
        answer = await self._open(call, min(CONNECT_SECONDS, wait_seconds(call)))
        try:
            if (refused := check_stream(answer.status, answer.headers)) is not None:
                raise refused
            return AsyncEvents(answer)
        except BaseException:
            await answer.close()
            raise

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncMessages:
        """Open a WebSocket, and send its first messages."""
        from .websockets import open_websocket

        return await open_websocket(self._sessions, call, messages)

    async def _open(self, call: HttpCall, seconds: float) -> Answer:
        """Send a call, and read the head of an answer that is not compressed."""
        attempt = Attempt()
        try:
            async with asyncio.timeout(seconds):
                return await self._send(call, self._sessions.prepared(call, "identity"), attempt)
        except TimeoutError as error:
            raise attempt.late(seconds) from error
        except asyncio.CancelledError as cancelled:
            attempt.mark(cancelled)
            raise

    async def _send(self, call: HttpCall, prepared: PreparedRequest, attempt: Attempt) -> Answer:
        """Send a request, and read the head of the answer; the caller sets the time limit."""
        proxy = proxy_of(prepared)
        headers = headers_for(prepared, proxy)
        session = self._sessions.enter(prepared)
        failure: Exception
        try:
            while True:
                try:
                    response = await session.request(
                        call.method,
                        url_of(prepared),
                        headers=headers,
                        skip_auto_headers=headers_to_skip(headers),
                        data=body_of(prepared),
                        allow_redirects=False,
                        server_hostname=None if prepared.address is None else prepared.target.host,
                        timeout=timeouts(min(CONNECT_SECONDS, wait_seconds(call))),
                        proxy=proxy.url,
                        proxy_headers=proxy.tunnel_headers,
                        middlewares=(attempt,),
                    )
                except StaleConnectionError:
                    continue
                assert isinstance(response, CheckedResponse)
                return Answer(response, self._sessions)
        except (BrokenConnectionError, *FAILURES) as error:
            self._sessions.leave()
            failure = error
        except BaseException:
            self._sessions.leave()
            raise
        raise failure_of(failure)

    async def aclose(self) -> None:
        """Close every idle connection; the others close after their answer."""
        await self._sessions.aclose()
