"""Checks what hooks return against the contract, before anything is done with it: a wrong type must not surface as another error."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import cast, get_args

from ..exceptions import TarashException
from ..models.update import GenerationState
from ..plugin.outcomes import Asset, Cancellation, Generated, JobStatus, Submission
from ..steps import HttpCall

_STATES = frozenset(get_args(GenerationState))
_OUTCOMES = ("accepted", "finished", "refused", "unknown")
_BILLED = ("yes", "no", "unknown")
_NUMBER = (int, float)
_PLAIN = frozenset({str, bool, int})
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


def _wrong_submission(given: object) -> str | None:
    submission = cast("Submission", given)
    if submission.state not in _STATES:
        return f"returned the unknown state {submission.state!r}; use {', '.join(sorted(_STATES))}"
    if submission.job is None:
        return "returned a Submission with neither job nor result" if submission.result is None else None
    return _wrong_reference(submission.job)


def _wrong_status(given: object) -> str | None:
    status = cast("JobStatus", given)
    if status.state not in _STATES:
        return f"returned the unknown state {status.state!r}; use {', '.join(sorted(_STATES))}"
    logs: object = status.logs
    if logs and not (isinstance(logs, list | tuple) and all(isinstance(line, str) for line in logs)):
        return "returned logs that are not a tuple of texts"
    return None if status.job is None else _wrong_reference(status.job)


def _wrong_reference(job: object) -> str | None:
    if type(job) is not dict and not isinstance(job, Mapping):
        return f"returned {type(job).__name__} as the job's reference, not a mapping"
    wrong = _not_json(job)
    return None if wrong is None else f"returned a reference of the job that JSON cannot hold: {wrong}"


def _not_json(value: object) -> str | None:
    """Return what in a value is lost when a job is saved, or would make the job unreadable."""
    # the exact classes first: a check against a union or an abstract class takes several times as long
    if value is None or type(value) in _PLAIN or isinstance(value, str | bool | int):
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else repr(value)
    if type(value) is dict or isinstance(value, Mapping):
        odd = [name for name in value if not isinstance(name, str)]
        return f"the name {odd[0]!r}" if odd else _first_not_json(value.values())
    if isinstance(value, list | tuple):
        return _first_not_json(value)
    return f"a value of type {type(value).__name__}"


def _first_not_json(values: object) -> str | None:
    return next(filter(None, map(_not_json, cast("list[object]", values))), None)


def _wrong_generated(given: object) -> str | None:
    assets: object = cast("Generated", given).assets
    if not isinstance(assets, list | tuple):
        return f"returned {type(assets).__name__} as the assets, not a tuple"
    for asset in assets:
        if not isinstance(asset, Asset):
            return f"returned {type(asset).__name__} among the assets, not Asset"
        wrong = _wrong_field(asset, Asset)
        if wrong is not None:
            return wrong
        given_as = (asset.url, asset.content, asset.download, asset.path)
        if sum(form is not None for form in given_as) > 1:
            return "returned an asset with more than one of url, content, download and path"
    return None


def _wrong_cancellation(given: object) -> str | None:
    said = cast("Cancellation", given)
    if said.outcome not in _OUTCOMES:
        return f"returned the unknown outcome {said.outcome!r}; use {', '.join(_OUTCOMES)}"
    if said.billed not in _BILLED:
        return f"returned the unknown billed={said.billed!r}; use {', '.join(_BILLED)}"
    return None


_CHECKS: Mapping[type, Callable[[object], str | None]] = {
    Submission: _wrong_submission,
    JobStatus: _wrong_status,
    Generated: _wrong_generated,
    Cancellation: _wrong_cancellation,
}

__all__ = ["wrong_outcome"]
