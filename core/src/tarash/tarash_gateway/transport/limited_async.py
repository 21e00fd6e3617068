"""Puts the limiter in front of the transport of one event loop."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import anyio

from ..messages import HttpCall, HttpReply, mark_unsent
from ..steps import ServerEvent
from .limiter import Limiter, Slot, key_of, limiters_of
from .limits import Limits, too_many_requests, too_many_streams, wait_seconds, with_time_left
from .protocols import AsyncBody, AsyncEventSource, AsyncTransport

if TYPE_CHECKING:
    import asyncio


class LimitedAsync:
    """Sends calls in one event loop, as many at once as the limits allow.

    Args:
        transport: sends the calls.
        limits: how many requests may be in flight at once.
    """

    def __init__(self, transport: AsyncTransport, limits: Limits) -> None:
        self._transport = transport
        self._requests, self._downloads, self._streams = limiters_of(limits)

    async def exchange(self, call: HttpCall) -> HttpReply:
        """Send a call and read the whole answer within its `timeout_seconds`, including the wait for its turn."""
        slot = Slot(key_of(call), call.purpose)
        if not self._requests.take(slot):
            call = await _turn(self._requests, slot, call)
        try:
            return await self._transport.exchange(call)
        finally:
            self._requests.release(slot)

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncBody:
        """Send a call and read the head of the answer; `timeout_seconds` limits the wait and the body, too."""
        slot = Slot(key_of(call), call.purpose)
        if not self._downloads.take(slot):
            call = await _turn(self._downloads, slot, call)
        try:
            body = await self._transport.open_download(call, silence_seconds)
        except BaseException:
            self._downloads.release(slot)
            raise
        return _Body(body, partial(self._downloads.release, slot))

    async def open_stream(self, call: HttpCall) -> AsyncEventSource:
        """Open a stream of server-sent events, if the limits allow another one."""
        return await self._opened(call, partial(self._transport.open_stream, call))

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncEventSource:
        """Open a WebSocket, if the limits allow another status stream."""
        return await self._opened(call, partial(self._transport.open_websocket, call, messages))

    async def _opened(
        self, call: HttpCall, open_events: Callable[[], Awaitable[AsyncEventSource]]
    ) -> AsyncEventSource:
        slot = Slot(key_of(call), call.purpose)
        if not self._streams.take(slot):
            raise too_many_streams()
        try:
            events = await open_events()
        except BaseException:
            self._streams.release(slot)
            raise
        return _Events(events, partial(self._streams.release, slot))

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


async def _turn(limiter: Limiter, slot: Slot, call: HttpCall) -> HttpCall:
    """Wait until a call may start; return it with the time that is left. If it may not, its slot is released."""
    seconds, began = wait_seconds(call), time.monotonic()
    turn = _turn_within(seconds)
    limiter.queue(slot, turn.start)
    try:
        await turn.coming
        if not limiter.is_in_flight(slot):
            raise too_many_requests(seconds)
    except BaseException as interruption:
        limiter.release(slot)
        mark_unsent(interruption)
        raise
    finally:
        turn.close()
    return with_time_left(call, seconds - (time.monotonic() - began))


def _turn_within(seconds: float) -> _AsyncioTurn | _TrioTurn:
    import asyncio

    return (_AsyncioTurn if anyio.get_cancelled_exc_class() is asyncio.CancelledError else _TrioTurn)(seconds)


class _TrioTurn:
    """The turn of a call, which may come within some seconds.

    Attributes:
        coming: ends when the turn has come, or when it is too late.
    """

    def __init__(self, seconds: float) -> None:
        import trio

        self._event = trio.Event()
        self._start: Callable[[Callable[[], object]], None] = trio.lowlevel.current_trio_token().run_sync_soon
        self.coming: Awaitable[object] = self._wait(seconds)

    async def _wait(self, seconds: float) -> None:
        with anyio.move_on_after(seconds):
            await self._event.wait()

    def start(self) -> None:
        """Tell that the turn has come, from any thread."""
        # it is a RuntimeError that trio has ended
        with contextlib.suppress(RuntimeError):
            self._start(self._event.set)

    def close(self) -> None:
        """Stop waiting."""


class _AsyncioTurn:
    """A turn under asyncio, where thousands of calls may wait: a scope and an event would take three times the memory."""

    __slots__ = ("_timer", "coming")

    def __init__(self, seconds: float) -> None:
        import asyncio

        loop = asyncio.get_running_loop()
        self.coming: asyncio.Future[None] = loop.create_future()
        self._timer = loop.call_later(seconds, self._end)

    def start(self) -> None:
        """Tell that the turn has come, from any thread."""
        # it is a RuntimeError that the loop is closed
        with contextlib.suppress(RuntimeError):
            self.coming.get_loop().call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if not self.coming.done():
            self.coming.set_result(None)

    def close(self) -> None:
        """Stop waiting."""
        self._timer.cancel()


class _Body:
    """The body of a download, which counts as in flight until it is closed."""

    def __init__(self, body: AsyncBody, release: Callable[[], None]) -> None:
        self._body = body
        self._release = release
        self.status: int = body.status
        self.headers: Mapping[str, str] = body.headers

    async def read(self) -> bytes | None:
        return await self._body.read()

    async def close(self) -> None:
        try:
            await self._body.close()
        finally:
            self._release()


class _Events:
    """A status stream, which counts as open until it is closed."""

    __slots__ = ("_events", "_release")

    def __init__(self, events: AsyncEventSource, release: Callable[[], None]) -> None:
        self._events = events
        self._release = release

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        return await self._events.next_event(timeout_seconds)

    async def close(self) -> None:
        try:
            await self._events.close()
        finally:
            self._release()
