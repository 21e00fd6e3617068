"""Turns an event into attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

from tarash.tarash_gateway.plugin import Event

from . import conventions as name

Attributes: TypeAlias = dict[str, str | bool | int | float]

_METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
_PORTS = {"http": 80, "https": 443}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds(event: Event) -> int:
    """Return when an event happened, as OpenTelemetry counts time: nanoseconds since 1970."""
    return (event.at - _EPOCH) // timedelta(microseconds=1) * 1000


def model_of(event: Event) -> Attributes:
    """Return what is asked of whom: the attributes that every span and metric of a generation shares."""
    return {
        name.GEN_AI_OPERATION_NAME: name.GENERATE_CONTENT,
        name.GEN_AI_PROVIDER_NAME: name.PROVIDER_NAMES.get(event.provider, event.provider),
        name.GEN_AI_REQUEST_MODEL: event.model,
        name.GEN_AI_OUTPUT_TYPE: event.modality,
    }


def identity(event: Event) -> Attributes:
    """Return what tells a generation or an attempt from others; of too many values for metrics."""
    found: Attributes = {
        name.TARASH_GENERATION_ID: event.generation_id,
        name.TARASH_PROVIDER: event.provider,
    }
    if event.attempt_number:
        found[name.TARASH_ATTEMPT_NUMBER] = event.attempt_number
    return found


def wishes(request: object) -> Attributes:
    """Return the parts of a request that have a convention, without the prompt."""
    found: Attributes = {}
    seed, count = getattr(request, "seed", None), getattr(request, "n", None)
    if isinstance(seed, int):
        found[name.GEN_AI_REQUEST_SEED] = seed
    if isinstance(count, int) and count != 1:
        found[name.GEN_AI_REQUEST_CHOICE_COUNT] = count
    return found


def prompt(request: object) -> Attributes:
    """Return the prompt as a message."""
    text = getattr(request, "prompt", None)
    if not isinstance(text, str):
        return {}
    messages = [{"role": "user", "parts": [{"type": "text", "content": text}]}]
    return {name.GEN_AI_INPUT_MESSAGES: json.dumps(messages, ensure_ascii=False)}


def standing(event: Event) -> Attributes:
    """Return what is known of the job and the money; what is unknown has no attribute, or the value "unknown"."""
    found: Attributes = {name.TARASH_SUBMITTED: event.submitted, name.TARASH_BILLED: event.billed}
    known: Mapping[str, str | float | None] = {
        name.GEN_AI_RESPONSE_ID: event.request_id,
        name.TARASH_CANCELLED: event.cancelled,
        name.TARASH_COST_USD: event.cost_usd,
        name.TARASH_ESTIMATED_COST_USD: event.estimated_cost_usd,
    }
    return found | {key: value for key, value in known.items() if value is not None}


def server(event: Event) -> Attributes:
    """Return the server of a `request_sent`."""
    try:
        parts = urlsplit(str(event.facts.get("url", "")))
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return {}
    found: Attributes = {name.SERVER_ADDRESS: parts.hostname or ""}
    return found if port is None else {**found, name.SERVER_PORT: port}


def method(event: Event) -> str:
    """Return the HTTP method of a `request_sent`."""
    said = str(event.facts.get("method", ""))
    return said if said in _METHODS else "_OTHER"


def url(event: Event) -> Attributes:
    """Return the URL of a `request_sent` without login, query and fragment, which may hold a token or the prompt."""
    try:
        parts = urlsplit(str(event.facts.get("url", "")))
        return {
            name.URL_FULL: urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
        }
    except ValueError:
        return {}


def error_of(event: Event) -> str | None:
    """Return the `error.type` that an event reports, or None if it reports no failure.

    A job that a call has submitted and left running is not a failure.
    """
    facts = event.facts
    match event.kind:
        case "attempt_failed" | "generation_refused" | "request_failed" | "retry":
            return str(facts.get("error", "_OTHER"))
        case "abandoned":
            return str(facts.get("error_type", "_OTHER"))
        case "generation_ended":
            outcome = str(facts.get("outcome", "_OTHER"))
            return None if outcome == "completed" else outcome
        case "response_received":
            status = facts.get("status_code")
            return str(status) if isinstance(status, int) and status >= 400 else None
        case _:
            return None
