"""Checks what hooks return and yield against the contract, before it is used: a wrong type must not surface as another error."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import cast, get_args

from ..exceptions import TarashException
from ..mapping.apply import Mapped
from ..models.modality import known_modalities
from ..models.update import GenerationState
from ..plugin.call import Credentials, Secret
from ..plugin.outcomes import (
    Asset,
    Cancellation,
    Generated,
    JobStatus,
    StatusStream,
    Submission,
    WebhookEvent,
)
from ..steps import HttpCall, Part
from .foreign_errors import shown
from .job_references import lacks_id, wrong_reference

_STATES = frozenset(get_args(GenerationState))
_OUTCOMES = ("accepted", "finished", "refused", "unknown")
_BILLED = ("yes", "no", "unknown")
_PROTOCOLS = ("server_sent_events", "websocket")
_SIDE_KINDS = frozenset({"audio", "thumbnail", "other"})
"""The kinds of outputs that are the main one of no modality of the core."""
_NUMBER = (int, float)
_OPTIONAL: Mapping[type, tuple[tuple[str, type | tuple[type, ...], str], ...]] = {
    Submission: (("request_id", str, "text"), ("suggested_delay_seconds", _NUMBER, "a number")),
    JobStatus: (
        ("progress_percent", _NUMBER, "a number"),
        ("queue_position", int, "a whole number"),
        ("suggested_delay_seconds", _NUMBER, "a number"),
        ("billed_usd", _NUMBER, "a number"),
        ("error", TarashException, "a TarashException"),
    ),
    Asset: (
        ("url", str, "text"),
        ("content", bytes, "bytes"),
        ("download", HttpCall, "an HttpCall"),
        ("path", Path, "a Path"),
        ("content_type", str, "text"),
        ("size_bytes", int, "a whole number"),
        ("width", int, "a whole number"),
        ("height", int, "a whole number"),
        ("duration_seconds", _NUMBER, "a number"),
        ("expires_at", datetime, "a datetime"),
    ),
    Generated: (
        ("duration_seconds", _NUMBER, "a number"),
        ("resolution", str, "text"),
        ("aspect_ratio", str, "text"),
        ("seed", int, "a whole number"),
        ("cost_usd", _NUMBER, "a number"),
        ("revised_prompt", str, "text"),
    ),
    HttpCall: (
        ("content", bytes, "bytes"),
        ("form", Mapping, "a mapping"),
        ("multipart", tuple, "a tuple of parts"),
        ("timeout_seconds", _NUMBER, "a number of seconds"),
        ("repeatable", bool, "True or False"),
        ("max_answer_bytes", int, "a whole number"),
        ("address", str, "text"),
    ),
    StatusStream: (
        ("call", HttpCall, "an HttpCall"),
        ("silence_seconds", _NUMBER, "a number of seconds"),
        ("messages", tuple, "a tuple of texts"),
    ),
    Credentials: (("expires_at", datetime, "a datetime"),),
}
"""The fields that may be None: name, class, and what to use."""


def wrong_outcome(result: object, expects: type) -> str | None:
    """Return what is wrong with a hook's result of class `expects`; None if nothing is, or the class has no rules."""
    check = _CHECKS.get(expects)
    return None if check is None else _wrong_field(result, expects) or check(result)


def _wrong_field(given: object, of: type) -> str | None:
    for name, kind, wanted in _OPTIONAL.get(of, ()):
        value = getattr(given, name)
        if value is not None and not isinstance(value, kind):
            return f"returned {type(value).__name__} as {of.__name__}.{name}; use {wanted} or None"
    return None


def wrong_call(call: HttpCall) -> str | None:
    """Return what is wrong with a call, as the rest of a sentence; None if it can be sent.

    It runs for every call that is sent, so the usual types are accepted at a glance.
    """
    if type(call.url) is not str or not call.url.startswith(("https://", "http://")):
        return f"url={shown(call.url)}; use an absolute http(s) URL"
    if type(call.method) is not str or not call.method.isupper():
        return f"method={shown(call.method)}; use one such as 'POST'"
    headers: object = call.headers
    if not isinstance(headers, Mapping) or any(
        type(name) is not str or type(value) is not str for name, value in headers.items()
    ):
        return "headers that are not a mapping of texts"
    wrong = _wrong_field(call, HttpCall) or _wrong_option(call)
    if wrong is not None:
        return wrong
    seconds = call.timeout_seconds
    if seconds is not None and not 0 < seconds < math.inf:
        return f"timeout_seconds={seconds!r}; use a finite number above 0, or None"
    return None


def _wrong_option(call: HttpCall) -> str | None:
    """Return what is wrong with how a call is sent; the defaults pass at a glance."""
    idempotent: object = call.idempotent
    if not isinstance(idempotent, bool):
        return f"idempotent={shown(idempotent)}; use True or False"
    if call.secrets and not _are_all(call.secrets, tuple, str):
        return "secrets that are not a tuple of texts"
    if call.accept_statuses and not _are_all(call.accept_statuses, AbstractSet, int):
        return f"accept_statuses={shown(call.accept_statuses)}; use a frozenset of HTTP statuses"
    if call.max_answer_bytes is not None and call.max_answer_bytes <= 0:
        return f"max_answer_bytes={call.max_answer_bytes!r}; use a number above 0, or None"
    if call.form is not None and not all(
        isinstance(text, str) for item in call.form.items() for text in item
    ):
        return "a form that is not a mapping of texts"
    if call.multipart is not None and not all(isinstance(part, Part) for part in call.multipart):
        return "a multipart body that is not a tuple of parts"
    return None


def _are_all(values: object, kind: type, item: type) -> bool:
    return isinstance(values, kind) and all(
        isinstance(value, item) for value in cast("Iterable[object]", values)
    )


def wrong_pause(seconds: object) -> str | None:
    """Return what is wrong with the seconds of a pause; None if it can be slept."""
    if isinstance(seconds, int | float) and 0 <= seconds < math.inf:
        return None
    return f"sleeps for {shown(seconds)} seconds; use a finite number, 0 or more"


def _among(value: object, allowed: Collection[str]) -> bool:
    return isinstance(value, str) and value in allowed


def _wrong_submission(given: object) -> str | None:
    submission = cast("Submission", given)
    if not _among(submission.state, _STATES):
        return _unknown_state(submission.state)
    if submission.job is None:
        return "returned a Submission with neither job nor result" if submission.result is None else None
    wrong = wrong_reference(submission.job)
    if wrong is None and lacks_id(submission):
        return (
            "returned a Submission whose job holds no id to poll with; read it with accepted_id(reply, …), which raises if the answer "
            "has none"
        )
    return wrong


def _wrong_status(given: object) -> str | None:
    status = cast("JobStatus", given)
    if not _among(status.state, _STATES):
        return _unknown_state(status.state)
    logs: object = status.logs
    if not (isinstance(logs, list | tuple) and all(isinstance(line, str) for line in logs)):
        return "returned logs that are not a tuple of texts"
    return None if status.job is None else wrong_reference(status.job)


def _unknown_state(state: object) -> str:
    return f"returned the unknown state {shown(state)}; use {', '.join(sorted(_STATES))}"


def _wrong_generated(given: object) -> str | None:
    assets: object = cast("Generated", given).assets
    if not isinstance(assets, list | tuple):
        return f"returned {type(assets).__name__} as the assets, not a tuple"
    for asset in assets:
        if not isinstance(asset, Asset):
            return f"returned {type(asset).__name__} among the assets, not Asset"
        kind: object = asset.kind
        if not isinstance(kind, str):
            return f"returned {type(kind).__name__} as Asset.kind; use text"
        wrong = _wrong_field(asset, Asset)
        if wrong is not None:
            return wrong
        given_as = (asset.url, asset.content, asset.download, asset.path)
        if sum(form is not None for form in given_as) != 1:
            return "returned an asset without exactly one of url, content, download and path"
        wrong = None if asset.download is None else wrong_call(asset.download)
        if wrong is not None:
            return f"returned an asset whose download has {wrong}"
    return _unknown_kinds({asset.kind for asset in assets})


def _unknown_kinds(kinds: set[str]) -> str | None:
    """Return what is wrong if no output has the kind of any modality: a misspelt kind must not make a paid result a failure."""
    known = {modality.name for modality in known_modalities()}
    odd = sorted(kinds - known - _SIDE_KINDS)
    if not odd or kinds & known:
        # whatever comes beside a main output loses nothing
        return None
    return f"returned an asset of the unknown kind {shown(odd[0])}; use {', '.join(sorted((*known, *_SIDE_KINDS)))}"


def _wrong_stream(given: object) -> str | None:
    stream = cast("StatusStream", given)
    if not _among(stream.protocol, _PROTOCOLS):
        return f"returned the unknown protocol {shown(stream.protocol)}; use {' or '.join(_PROTOCOLS)}"
    if not stream.silence_seconds > 0:
        return f"returned silence_seconds={stream.silence_seconds!r}; use a number above 0"
    read: object = stream.read
    if not callable(read):
        return f"returned {type(read).__name__} as StatusStream.read, not a function"
    if not all(isinstance(message, str) for message in stream.messages):
        return "returned messages that are not a tuple of texts"
    wrong = wrong_call(stream.call)
    return None if wrong is None else f"returned a stream whose call has {wrong}"


def _wrong_event(given: object) -> str | None:
    event = cast("WebhookEvent", given)
    request_id: object = event.request_id
    status: object = event.status
    if not isinstance(request_id, str):
        return f"returned {type(request_id).__name__} as WebhookEvent.request_id; use text"
    if not isinstance(status, JobStatus):
        return f"returned {type(status).__name__} as WebhookEvent.status, not JobStatus"
    return wrong_outcome(status, JobStatus)


def _wrong_mapped(given: object) -> str | None:
    mapped = cast("Mapped", given)
    members: dict[str, object] = {"payload": mapped.payload, "webhook_members": mapped.webhook_members}
    for name, value in members.items():
        if not isinstance(value, Mapping):
            return f"returned {type(value).__name__} as Mapped.{name}, not a mapping"
    return None


def _wrong_credentials(given: object) -> str | None:
    found = cast("Credentials", given)
    parts: object = found.parts
    key: object = found.api_key
    if not isinstance(key, Secret):
        return f"returned {type(key).__name__} as Credentials.api_key, not Secret"
    if not isinstance(parts, Mapping) or not all(isinstance(part, Secret) for part in parts.values()):
        return "returned Credentials.parts that are not a mapping of Secrets"
    if found.expires_at is not None and found.expires_at.tzinfo is None:
        return "returned Credentials.expires_at without a time zone; use an aware datetime, in UTC"
    return None


def _wrong_signed(given: object) -> str | None:
    wrong = wrong_call(cast("HttpCall", given))
    return None if wrong is None else f"returned a call with {wrong}"


def _wrong_cancellation(given: object) -> str | None:
    said = cast("Cancellation", given)
    if not _among(said.outcome, _OUTCOMES):
        return f"returned the unknown outcome {shown(said.outcome)}; use {', '.join(_OUTCOMES)}"
    if not _among(said.billed, _BILLED):
        return f"returned the unknown billed={shown(said.billed)}; use {', '.join(_BILLED)}"
    return None


_CHECKS: Mapping[type, Callable[[object], str | None]] = {
    Submission: _wrong_submission,
    JobStatus: _wrong_status,
    Generated: _wrong_generated,
    Cancellation: _wrong_cancellation,
    StatusStream: _wrong_stream,
    WebhookEvent: _wrong_event,
    Mapped: _wrong_mapped,
    Credentials: _wrong_credentials,
    HttpCall: _wrong_signed,
}

__all__ = ["wrong_call", "wrong_outcome", "wrong_pause"]
