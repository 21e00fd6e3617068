"""Sends the events of a generation to the log and to its listeners, and keeps a failing listener from disturbing it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from ..plugin.events import Event, EventKind
from ..steps import Instant
from .event_log import is_logged, write
from .standing import Standing

log = logging.getLogger(__name__)

Listener: TypeAlias = Callable[[Event], object]
_NOTHING = Standing()


@dataclass(slots=True)
class Observer:
    """The listeners of one generation.

    Attributes:
        listeners: called with every event, in order.
        generation_id: id of the generation, carried by every event.
    """

    listeners: Sequence[Listener] = ()
    generation_id: str = field(default="")

    @property
    def is_listening(self) -> bool:
        """Whether there is a listener; without one, no facts are gathered."""
        return bool(self.listeners)

    def wants(self, kind: EventKind) -> bool:
        """Return whether anybody would see an event of this kind."""
        return bool(self.listeners) or is_logged(kind)

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
        facts: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Write an event to the log if it matters, and send it to every listener; log one that raises, and go on."""
        if not self.wants(kind):
            return
        event = Event(
            kind=kind,
            generation_id=self.generation_id,
            provider=provider,
            model=model,
            attempt_number=attempt_number,
            at=at.wall,
            request_id=request_id,
            submitted=standing.submitted,
            billed=standing.billed,
            cancelled=standing.cancelled,
            cost_usd=standing.cost_usd,
            estimated_cost_usd=standing.estimated_cost_usd,
            facts=facts,
        )
        if is_logged(kind):
            write(event)
        for listener in self.listeners:
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001 - a listener must not disturb what it observes
                log.warning("event listener failed", extra={"event": kind, "error": repr(error)})
