"""Takes exceptions from plugins: each call gets its own copy, checked against the contract and free of secrets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast, get_args

from ..exceptions import HTTPError, TarashException
from ..media.redaction import SHORTEST_SECRET, redact, redact_text
from ..models.metadata import YesNoUnknown
from ..phrases import rewritten

_MOST_CAUSES = 20
_MOST_SHOWN = 100
_MISSING = object()
_KNOWLEDGE = frozenset(get_args(YesNoUnknown))


def own_copy(error: TarashException) -> TarashException:
    """Return a copy of an exception that a plugin raised or returned, for the facts of one call.

    The plugin may keep the original as a constant: what is written to it would reach the next caller.
    """
    copied = type(error).__new__(type(error))
    copied.__dict__.update(error.__dict__)
    copied.args = error.args
    copied.job = copied.execution_metadata = None
    if hasattr(error, "__notes__"):
        copied.__notes__ = [*error.__notes__]
    if isinstance(copied, HTTPError) and not 0 <= (copied.retry_after or 0) < math.inf:
        # it comes from the provider's answer, and no pause follows from it
        copied.retry_after = None
    copied.__cause__, copied.__context__ = error.__cause__, error.__context__
    copied.__suppress_context__ = error.__suppress_context__
    return copied.with_traceback(error.__traceback__)


def wrong_member(error: TarashException) -> str | None:
    """Return what is wrong with an exception of a plugin, as the rest of a sentence; None if nothing is."""
    members = {**_MEMBERS, "retry_after": _HINT} if isinstance(error, HTTPError) else _MEMBERS
    for name, (is_right, wanted) in members.items():
        value = getattr(error, name, _MISSING)
        if value is _MISSING:
            return f"without {name!r}; call the constructor of its class"
        if not is_right(value):
            return f"with {name}={shown(value)}; use {wanted}"
    return None


def shown(value: object) -> str:
    """Return a wrong value for a message: whole, since half a key is no longer found and removed, or only its class."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"a {type(value).__name__} of {len(text)} characters"


def told(error: BaseException) -> str:
    """Return class and message of an exception, even if its `__str__` fails."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - foreign code
        return type(error).__name__


def hide_secrets(error: TarashException, secrets: Sequence[str]) -> None:
    """Remove secrets from an exception, and from its causes, which a traceback shows with it."""
    _hide(error, secrets)
    hide_in_causes(error, secrets)


def hide_in_causes(error: BaseException, secrets: Sequence[str]) -> None:
    """Remove secrets from the causes of an exception that may be the caller's own, such as KeyboardInterrupt."""
    known = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
    shown = error
    for _ in range(_MOST_CAUSES):
        cause = shown.__cause__ or shown.__context__
        if cause is None:
            return
        if not clean(cause, known):
            break
        shown = cause
    # rather no cause than one that cannot be cleaned
    for link in ("__cause__", "__context__"):
        BaseException.__setattr__(shown, link, None)


def _hide(error: TarashException, secrets: Sequence[str]) -> None:
    error.message = rewritten(error.message, partial(redact_text, secrets=secrets))
    error.raw_response = redact(error.raw_response, secrets=secrets)
    if error.request_id is not None:
        error.request_id = redact_text(error.request_id, secrets=secrets)
    _hide_in_notes(error, secrets)


def clean(error: BaseException, secrets: Sequence[str], depth: int = 0) -> bool:
    """Remove secrets from an exception that a traceback shows as a cause; return False if it still shows one."""
    if isinstance(error, TarashException):
        _hide(error, secrets)
    else:
        # past a `__setattr__` of its own, such as that of a frozen dataclass
        cleaned = (
            redact_text(item, secrets=secrets) if isinstance(item, str) else _without(item, secrets)
            for item in error.args
        )
        BaseException.__setattr__(error, "args", tuple(cleaned))
        _hide_in_members(error, secrets)
        _hide_in_notes(error, secrets)
    if isinstance(error, BaseExceptionGroup):
        members: tuple[BaseException, ...] = () if depth == _MOST_CAUSES else error.exceptions
        are_clean = [clean(member, secrets, depth + 1) for member in members]
        if not are_clean or not all(are_clean):
            return False
    return not any(secret in told(error) for secret in secrets)


def _hide_in_members(error: BaseException, secrets: Sequence[str]) -> None:
    """Remove secrets from what an exception keeps besides its message, such as the answer that `json` could not read."""
    if isinstance(error, UnicodeDecodeError | UnicodeEncodeError):
        error.object = _without(error.object, secrets)  # type: ignore[assignment]  # of the same class
    members: dict[str, object] = getattr(error, "__dict__", {})
    members |= {name: _without(value, secrets) for name, value in members.items() if name != "__notes__"}


def _without(value: object, secrets: Sequence[str]) -> object:
    """Return what an exception keeps, without secrets; the same if it shows none, which is found out fast even for a whole answer."""
    if isinstance(value, bytes):
        if not any(secret.encode() in value for secret in secrets):
            return value
        return redact_text(value.decode("latin-1"), secrets=secrets).encode("latin-1", "replace")
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 - foreign code
        return None
    if not any(secret in text for secret in secrets):
        return value
    return redact_text(value, secrets=secrets) if isinstance(value, str) else redact(value, secrets=secrets)


def _hide_in_notes(error: BaseException, secrets: Sequence[str]) -> None:
    notes: object = getattr(error, "__notes__", None)
    if isinstance(notes, list):
        notes[:] = [redact_text(str(note), secrets=secrets) for note in cast("list[object]", notes)]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_optional_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_status(value: object) -> bool:
    return value is None or isinstance(value, int)


def _is_known(value: object) -> bool:
    return isinstance(value, str) and value in _KNOWLEDGE


def _is_hint(value: object) -> bool:
    return value is None or isinstance(value, int | float)


_MEMBERS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "message": (_is_text, "text"),
    "provider": (_is_optional_text, "text or None"),
    "model": (_is_optional_text, "text or None"),
    "request_id": (_is_optional_text, "text or None"),
    "status_code": (_is_status, "a whole number or None"),
    "is_retryable": (_is_bool, "True or False"),
    "allows_fallback": (_is_bool, "True or False"),
    "submitted": (_is_known, "yes, no or unknown"),
    "billed": (_is_known, "yes, no or unknown"),
}
_HINT = (_is_hint, "a number of seconds or None")

__all__ = ["clean", "hide_in_causes", "hide_secrets", "own_copy", "shown", "told", "wrong_member"]
