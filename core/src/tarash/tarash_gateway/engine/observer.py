"""Sends the events of a generation to its listeners, and keeps a failing listener from disturbing it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, Self, TypeAlias, TypeVar

from ..exceptions import TarashException
from ..job import TRACEPARENT, Job
from ..media.guard import RefusedHostError
from ..models.metadata import ExecutionMetadata
from ..models.request import GenerationRequest
from ..plugin.events import Event, EventKind
from ..steps import Flow, HttpCall, Instant, TransportFailure, read_clock
from .chain import Chain
from .event_log import is_logged, write
from .guarded_log import write_guarded
from .standing import Standing

log = logging.getLogger(__name__)

T = TypeVar("T")
Listener: TypeAlias = Callable[[Event], object]
_NOTHING = Standing()


@dataclass(slots=True)
class Observer:
    """The listeners of one generation.

    Attributes:
        listeners: called with every event, in order.
        generation_id: id of the generation, carried by every event.
        provider, model: those of the primary, which the events of the whole generation carry.
        modality: what is generated, carried by every event.
        request: what to generate, told at the start.
        traceparent: W3C `traceparent` of the span that stands for the generation, from a listener or from the saved job; or None.
    """

    listeners: Sequence[Listener] = ()
    generation_id: str = ""
    provider: str = ""
    model: str = ""
    modality: str = ""
    request: GenerationRequest | None = field(default=None, repr=False)
    traceparent: str | None = None
    _last: Instant | None = field(default=None, init=False)
    """When the last event was sent; None before the start, after the end, and without a listener."""

    @classmethod
    def of(cls, chain: Chain, listeners: Sequence[Listener], job: Job | None) -> Self:
        """Return the observer of a generation, or of the saved job that is resumed."""
        primary = chain.links[0].config
        found = cls(listeners, "", primary.provider, primary.model, chain.modality.name, chain.request)
        if job is not None:
            found.generation_id, found.traceparent = job.generation_id, job.traceparent
        return found

    @property
    def is_listening(self) -> bool:
        """Whether there is a listener; without one, no facts are gathered."""
        return bool(self.listeners)

    def wants(self, kind: EventKind) -> bool:
        """Return whether anybody would see an event of this kind."""
        return bool(self.listeners) or is_logged(kind)

    # Events of the whole generation.

    def start(self, kind: EventKind, at: Instant) -> None:
        """Tell that the generation begins; a listener may answer with the `traceparent` of its span."""
        self._last = at if self.is_listening else None
        if kind == "generation_resumed":
            facts = {} if self.traceparent is None else {"traceparent": self.traceparent}
            self._emit_whole(kind, at, facts, self.request)
            return
        for said in self._emit_whole(kind, at, {}, self.request):
            if self.traceparent is None and isinstance(said, str) and re.fullmatch(TRACEPARENT, said):
                self.traceparent = said

    def end(self, at: Instant, outcome: str, ledger: ExecutionMetadata | None) -> None:
        """Tell that the generation has ended; without a ledger, nothing is known of its cost."""
        self._last = None
        costs = (None, None) if ledger is None else (ledger.cost_usd, ledger.total_cost_usd)
        facts = {"outcome": outcome, "cost_usd": costs[0], "total_cost_usd": costs[1]}
        self._emit_whole("generation_ended", at, facts)

    def close(self) -> None:
        """Tell the end of a generation that was killed: nothing may be read any more, not even the clock."""
        if self._last is not None:
            self.end(self._last, "abandoned", None)

    def refuse(self, error: TarashException, at: Instant) -> None:
        """Tell that nothing was sent."""
        self._emit_whole("generation_refused", at, {"error": error.code, "message": error.message})

    def _emit_whole(
        self,
        kind: EventKind,
        at: Instant,
        facts: Mapping[str, object],
        request: GenerationRequest | None = None,
    ) -> list[object]:
        return self.emit(kind, at, provider=self.provider, model=self.model, facts=facts, request=request)

    def emit(
        self,
        kind: EventKind,
        at: Instant,
        *,
        provider: str,
        model: str,
        attempt_number: int = 0,
        request_id: str | None = None,
        standing: Standing = _NOTHING,
        request: GenerationRequest | None = None,
        facts: Mapping[str, object] = MappingProxyType({}),
    ) -> list[object]:
        """Write an event to the log if it matters, send it to every listener, and return what they return.

        A listener that raises is logged, and does not disturb the others.
        """
        if not self.wants(kind):
            return []
        if self._last is not None:
            self._last = at
        event = Event(
            kind=kind,
            generation_id=self.generation_id,
            provider=provider,
            model=model,
            attempt_number=attempt_number,
            at=at.wall,
            modality=self.modality,
            request_id=request_id,
            submitted=standing.submitted,
            billed=standing.billed,
            cancelled=standing.cancelled,
            cost_usd=standing.cost_usd,
            estimated_cost_usd=standing.estimated_cost_usd,
            request=request,
            facts=facts,
        )
        if is_logged(kind):
            write(event)
        return [self._heard(listener, event) for listener in self.listeners]

    def _heard(self, listener: Listener, event: Event) -> object:
        try:
            return listener(event)
        except Exception as error:  # noqa: BLE001 - a listener is foreign code
            # a listener must not disturb what it observes
            facts = {
                "event": event.kind,
                "generation_id": event.generation_id,
                "provider": event.provider,
                "model": event.model,
                "error": repr(error),
            }
            write_guarded(log, logging.WARNING, "event listener failed", facts=facts, exc_info=True)
            return None


class Emit(Protocol):
    """Emits an event of one attempt."""

    def __call__(self, kind: EventKind, at: Instant, **facts: object) -> None: ...


def with_events(
    emit: Emit, perform: Callable[[HttpCall], Flow[T]], now: Instant, status_of: Callable[[T], int] | None
) -> Callable[[HttpCall], Flow[T]]:
    """Return `perform` with an event before the call, one for a failure, and with `status_of` one for the response."""

    def observed(http: HttpCall) -> Flow[T]:
        emit("request_sent", now, method=http.method, url=http.url)
        try:
            reply = yield from perform(http)
        except (TransportFailure, RefusedHostError) as failure:
            then = yield from read_clock()
            kind = failure.kind if isinstance(failure, TransportFailure) else "refused_host"
            emit("request_failed", then, error=kind, elapsed_seconds=then.seconds_since(now))
            raise
        if status_of is not None:
            yield from emit_response(emit, now, status_of(reply))
        return reply

    return observed


def emit_response(emit: Emit, sent: Instant, status: int) -> Flow[None]:
    """Emit the event for a response, with the time since the call was sent."""
    now = yield from read_clock()
    emit("response_received", now, status_code=status, elapsed_seconds=now.seconds_since(sent))
