"""Tells the extensions what happens, and keeps them from disturbing it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from ..plugin.events import Event, EventKind
from ..steps import Instant
from .chain import Prepared

log = logging.getLogger(__name__)


def announce(
    prepared: Prepared,
    kind: EventKind,
    at: Instant,
    facts: Mapping[str, object],
    *,
    generation_id: str,
    number: int,
) -> None:
    """Hand an event to every listener; one that raises is logged and otherwise ignored."""
    if not prepared.provider.has_listeners:
        return
    event = Event(
        kind=kind,
        generation_id=generation_id,
        provider=prepared.call.provider.id,
        model=prepared.call.model,
        attempt_number=number,
        at=at.wall,
        facts=facts,
    )
    try:
        prepared.provider.manager.hook.tarash_event(event=event)
    except Exception as error:  # noqa: BLE001 - an observer must not disturb what it observes
        log.warning("event listener failed", extra={"event": kind, "error": repr(error)})
