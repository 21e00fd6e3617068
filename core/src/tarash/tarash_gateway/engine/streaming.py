"""Follows a job on the status stream of its provider, if there is one; whatever the stream does not say, polling finds out."""

from __future__ import annotations

import logging
import math
from functools import partial

from ..exceptions import PluginError, UnexpectedResponseError
from ..media.guard import RefusedHostError
from ..plugin.outcomes import JobStatus, StatusStream
from ..steps import (
    CloseStream,
    Flow,
    Instant,
    StreamHandle,
    TransportFailure,
    followed_by,
    next_event,
    open_stream,
    open_websocket,
    read_clock,
)
from .call_seconds import call_seconds
from .hook_flows import stream_flow
from .pump import status_of_event
from .waiting import TERMINAL, Waiting

log = logging.getLogger(__name__)


def begin_waiting(waiting: Waiting) -> Flow[JobStatus | None]:
    """Wait without polling: return the terminal status of the submission or of the status stream, or None if `poll` must go on."""
    first, waiting.first_status = waiting.first_status, None
    if first is not None:
        yield from waiting.report(first)
        if first.state in TERMINAL:
            return first
    stream = yield from stream_flow(waiting.exchange, waiting.tell_bug)
    return None if stream is None else (yield from _watch(waiting, stream))


def _watch(waiting: Waiting, stream: StatusStream) -> Flow[JobStatus | None]:
    """Follow the stream to a terminal status; None if it breaks, ends early or is refused."""
    exchange = waiting.exchange
    now = yield from read_clock()
    try:
        handle = yield from _open(waiting, stream, now)
    except (TransportFailure, RefusedHostError) as failure:
        if log.isEnabledFor(logging.INFO):
            error = exchange.secrecy.describe(failure)
            exchange.log(log, logging.INFO, "status stream not opened; the job is polled", error=error)
        return None
    waiting.polls += 1
    return (yield from followed_by(CloseStream(handle), _watched(waiting, stream, handle, now)))


def _watched(
    waiting: Waiting, stream: StatusStream, handle: StreamHandle, asked: Instant
) -> Flow[JobStatus | None]:
    """Poll once if an event may have been missed before the stream was open, then follow the stream."""
    yield from waiting.exchange.answered(asked, 101 if stream.protocol == "websocket" else 200)
    if not stream.begins_with_status and (status := (yield from waiting.ask_now())) is not None:
        return status
    return (yield from _follow(waiting, stream, handle))


def _follow(waiting: Waiting, stream: StatusStream, handle: StreamHandle) -> Flow[JobStatus | None]:
    """Read the events of an open stream up to a terminal status; None if it breaks or ends early."""
    deadline_seconds = waiting.exchange.deadline_seconds
    while True:
        now = yield from read_clock()
        remaining = deadline_seconds - now.monotonic_seconds
        if remaining <= 0:
            raise waiting.timeout(now)
        try:
            event = yield from next_event(handle, timeout_seconds=min(remaining, stream.silence_seconds))
        except TransportFailure as failure:
            # a silence that lasts until the deadline is a timeout, not a broken stream
            if failure.kind != "timeout" or remaining > stream.silence_seconds:
                return None
            continue
        if event is None:
            return None
        try:
            status = status_of_event(waiting.exchange.provider, stream, event)
        except (UnexpectedResponseError, PluginError) as problem:
            # an event that is cut, or misread, says nothing about the job; polling asks again
            waiting.tell_bug(problem)
            return None
        if status is None:
            continue
        if status.job is not None:
            yield from waiting.adopt(status.job)
        if status.state in TERMINAL:
            waiting.running_seconds = math.inf
            return (yield from _ended(waiting, stream, status))
        yield from waiting.report(status)
        # not needed until the next event, which may be minutes away
        del event, status


def _ended(waiting: Waiting, stream: StatusStream, status: JobStatus) -> Flow[JobStatus | None]:
    """Return the terminal status of an event, or of a poll if the event only says when to ask."""
    if not stream.ends_with_status:
        waiting.is_announced = status.state == "completed"
        return (yield from waiting.ask_now())
    yield from waiting.report(status)
    return status


def _open(waiting: Waiting, stream: StatusStream, now: Instant) -> Flow[StreamHandle]:
    call, messages, exchange = stream.call, stream.messages, waiting.exchange
    remaining = exchange.deadline_seconds - now.monotonic_seconds
    if remaining <= 0:
        raise waiting.timeout(now)
    seconds = min(call_seconds(call, exchange.call), remaining)
    sent = yield from exchange.outgoing(call, now, seconds, "read", messages)
    perform = partial(open_websocket, messages=messages) if stream.protocol == "websocket" else open_stream
    return (yield from exchange.origins.reach(sent, exchange.observing(perform, now, status_of=None)))


__all__ = ["begin_waiting"]
