"""Writes one line to the log for each event that matters: which model, which job, what happened, what it cost and how long it took."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from ..models.metadata import Adjustment
from ..models.money import dollars
from ..plugin.events import Event, EventKind
from .guarded_log import write_guarded

log = logging.getLogger(__name__)

_NEEDS_ATTENTION = frozenset({"authentication", "quota_exceeded", "model_not_found"})
"""Errors that somebody must act on, although the chain goes on."""


def is_logged(kind: EventKind) -> bool:
    """Return whether an event of this kind is written, so that it is worth making."""
    return kind in _LINES and log.isEnabledFor(logging.INFO if kind != "attempt_failed" else logging.WARNING)


def write(event: Event) -> None:
    """Write the line of an event; its fields are fields of the record, too."""
    line = _LINES[event.kind](event)
    fields = {
        "event": event.kind,
        "generation_id": event.generation_id,
        "provider": event.provider,
        "model": event.model,
        "attempt_number": event.attempt_number,
        "request_id": event.request_id,
        "cost_usd": event.cost_usd,
        "estimated_cost_usd": event.estimated_cost_usd,
        # a record has a message of its own
        **{"error_message" if name == "message" else name: value for name, value in event.facts.items()},
    }
    write_guarded(log, _level(event), "%s/%s: %s", event.provider, event.model, line, facts=fields)


def _level(event: Event) -> int:
    return logging.WARNING if event.facts.get("error") in _NEEDS_ATTENTION else logging.INFO


def _submitted(event: Event) -> str:
    return f"submitted{_job(event)}, estimated cost {dollars(event.estimated_cost_usd)}"


def _adjusted(event: Event) -> str:
    return str(Adjustment.model_validate(event.facts))


def _fallback(event: Event) -> str:
    facts = event.facts
    return f"fallback from {facts['from_provider']}/{facts['from_model']} because {facts['message']}"


def _skipped(event: Event) -> str:
    return f"skipped: {event.facts['reason']}"


def _failed(event: Event) -> str:
    return f"failed{_job(event)}{_time(event)}, billed {event.billed}: {event.facts['message']}"


def _completed(event: Event) -> str:
    return f"completed{_job(event)}{_time(event)}, {_cost(event)}"


def _abandoned(event: Event) -> str:
    cancelled = event.cancelled or "not tried"
    return f"abandoned{_job(event)} after {event.facts['error_type']}, cancelled {cancelled}, billed {event.billed}"


def _resumed(event: Event) -> str:
    return f"resumed generation {event.generation_id}"


def _job(event: Event) -> str:
    return f" job {event.request_id}" if event.request_id else ""


def _time(event: Event) -> str:
    seconds = event.facts.get("elapsed_seconds")
    return f" after {seconds:.1f} s" if isinstance(seconds, float) else ""


def _cost(event: Event) -> str:
    if event.cost_usd is None:
        return f"estimated cost {dollars(event.estimated_cost_usd)}"
    return f"cost {dollars(event.cost_usd)}"


_LINES: Mapping[EventKind, Callable[[Event], str]] = {
    "submitted": _submitted,
    "adjusted": _adjusted,
    "fallback": _fallback,
    "attempt_skipped": _skipped,
    "attempt_failed": _failed,
    "completed": _completed,
    "abandoned": _abandoned,
    "generation_resumed": _resumed,
}
