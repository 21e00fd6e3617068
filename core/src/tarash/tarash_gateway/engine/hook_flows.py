"""Runs the flows of a plugin's hooks: their calls through the exchange of the attempt, their pauses within its deadline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from ..exceptions import PluginError, TarashException
from ..messages import Purpose
from ..plugin.outcomes import StatusStream, Submission
from ..steps import Flow, HttpCall, HttpReply, Sleep, read_clock
from .exchange import Exchange
from .pump import check_result, pump
from .retry import DEFAULT_RETRIES, RetryPolicy

T = TypeVar("T")


def submit_flow(exchange: Exchange, payload: Mapping[str, object]) -> Flow[Submission]:
    """Run `tarash_submit`; a call that may create a job is retried only if nothing can be billed twice."""
    flow, limit = exchange.start("tarash_submit", payload=payload), exchange.deadline_seconds

    def perform(http: HttpCall) -> Flow[HttpReply]:
        return exchange.send(http, limit, DEFAULT_RETRIES, "submit")

    return pump(
        exchange.provider, "tarash_submit", flow, perform, Submission, pause=_pause_before(exchange, limit)
    )


def read_flow(
    exchange: Exchange,
    hook: str,
    flow: Flow[object] | None,
    expects: type[T],
    *,
    retries: RetryPolicy | None = DEFAULT_RETRIES,
    until_seconds: float | None = None,
) -> Flow[T]:
    """Run a hook that only reads or cancels; each of its calls may be retried unless the plugin says otherwise.

    Args:
        exchange: the exchange of the attempt.
        hook: name of the hook.
        flow: the flow that `Exchange.start` returned.
        expects: class of the result.
        retries: policy for retrying single calls; None does not retry here.
        until_seconds: deadline on the monotonic clock; None is the deadline of the attempt.
    """
    limit = exchange.deadline_seconds if until_seconds is None else until_seconds
    purpose: Purpose = "cancel" if hook == "tarash_cancel" else "read"

    def perform(http: HttpCall) -> Flow[HttpReply]:
        return exchange.send(http, limit, retries, purpose)

    return pump(exchange.provider, hook, flow, perform, expects, pause=_pause_before(exchange, limit))


def stream_flow(exchange: Exchange, note_bug: Callable[[PluginError], None]) -> Flow[StatusStream | None]:
    """Run `tarash_stream`; None if the plugin has no stream, or none is available now.

    Args:
        exchange: the exchange of the attempt.
        note_bug: called with a bug of the plugin.
    """
    try:
        flow = exchange.start("tarash_stream", job=exchange.job)
        found = None if flow is None else (yield from read_flow(exchange, "tarash_stream", flow, object))
        if found is not None:
            return check_result(exchange.provider, "tarash_stream", found, StatusStream)
    except PluginError as bug:
        note_bug(bug)
    except TarashException:
        # polling works without the stream's address
        return None
    return None


def _pause_before(exchange: Exchange, limit: float) -> Callable[[Sleep], Flow[None]]:
    """Return what performs the pauses of a flow; one that would outlast the deadline ends there, with an exception."""

    def pause(step: Sleep) -> Flow[None]:
        now = yield from read_clock()
        left = limit - now.monotonic_seconds
        if step.seconds <= left:
            yield step
            return
        yield Sleep(max(left, 0.0))
        raise exchange.too_late()

    return pause


__all__ = ["read_flow", "stream_flow", "submit_flow"]
