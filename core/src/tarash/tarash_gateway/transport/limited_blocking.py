"""Puts the limiter in front of the transport of blocking code."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from queue import Empty, SimpleQueue

from ..messages import HttpCall, HttpReply, mark_unsent
from ..steps import ServerEvent
from .limiter import Limiter, Slot, key_of, limiters_of
from .limits import Limits, too_many_requests, too_many_streams, wait_seconds, with_time_left
from .protocols import BlockingBody, BlockingEventSource, BlockingTransport


class LimitedBlocking:
    """Sends calls for blocking code, from several threads, as many at once as the limits allow.

    Args:
        transport: sends the calls.
        limits: how many requests may be in flight at once.
    """

    def __init__(self, transport: BlockingTransport, limits: Limits) -> None:
        self._transport = transport
        self._requests, self._downloads, self._streams = limiters_of(limits)

    def exchange(self, call: HttpCall) -> HttpReply:
        """Send a call and read the whole answer within its `timeout_seconds`, including the wait for its turn."""
        slot = Slot(key_of(call), call.purpose)
        try:
            return self._transport.exchange(_turn(self._requests, slot, call))
        finally:
            self._requests.release(slot)

    def open_download(self, call: HttpCall, silence_seconds: float) -> BlockingBody:
        """Send a call and read the head of the answer; `timeout_seconds` limits the wait and the body, too."""
        slot = Slot(key_of(call), call.purpose)
        try:
            body = self._transport.open_download(_turn(self._downloads, slot, call), silence_seconds)
        except BaseException:
            self._downloads.release(slot)
            raise
        return _Body(body, partial(self._downloads.release, slot))

    def open_stream(self, call: HttpCall) -> BlockingEventSource:
        """Open a stream of server-sent events, if the limits allow another one."""
        return self._opened(call, partial(self._transport.open_stream, call))

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> BlockingEventSource:
        """Open a WebSocket, if the limits allow another status stream."""
        return self._opened(call, partial(self._transport.open_websocket, call, messages))

    def _opened(self, call: HttpCall, open_events: Callable[[], BlockingEventSource]) -> BlockingEventSource:
        slot = Slot(key_of(call), call.purpose)
        if not self._streams.take(slot):
            raise too_many_streams()
        try:
            events = open_events()
        except BaseException:
            self._streams.release(slot)
            raise
        return _Events(events, partial(self._streams.release, slot))

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()


def _turn(limiter: Limiter, slot: Slot, call: HttpCall) -> HttpCall:
    """Wait until a call may start; return it with the time that is left. The caller releases the slot, whatever happens."""
    try:
        if limiter.take(slot):
            return call
        # the garbage collector may wake it: an event has a lock, which the interrupted thread could hold
        turn = SimpleQueue[None]()
        limiter.queue(slot, partial(turn.put, None))
        seconds, began = wait_seconds(call), time.monotonic()
        try:
            turn.get(timeout=seconds)
        except Empty:
            raise too_many_requests(seconds) from None
    except BaseException as interruption:
        mark_unsent(interruption)
        raise
    return with_time_left(call, seconds - (time.monotonic() - began))


class _Body:
    """The body of a download, which counts as in flight until it is closed."""

    def __init__(self, body: BlockingBody, release: Callable[[], None]) -> None:
        self._body = body
        self._release = release
        self.status: int = body.status
        self.headers: Mapping[str, str] = body.headers

    def read(self) -> bytes | None:
        return self._body.read()

    def close(self) -> None:
        try:
            self._body.close()
        finally:
            self._release()


class _Events:
    """A status stream, which counts as open until it is closed."""

    def __init__(self, events: BlockingEventSource, release: Callable[[], None]) -> None:
        self._events = events
        self._release = release

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        return self._events.next_event(timeout_seconds)

    def close(self) -> None:
        try:
            self._events.close()
        finally:
            self._release()
