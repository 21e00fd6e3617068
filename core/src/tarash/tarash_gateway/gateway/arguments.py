"""Checks what a `Gateway` is made with, and the callbacks of its calls, whose first call may come after a job is paid for."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..exceptions import ValidationError
from ..models.config import GenerationConfig
from ..models.misuse import described
from ..models.request import GenerationRequest
from ..transport.connections import Connections

if TYPE_CHECKING:
    from ..job import Journal
    from ..plugin.events import Event
    from ..transport import Limits, TransportFactory


def connections_of(transport: TransportFactory | Connections | None, limits: Limits | None) -> Connections:
    """Return the connections that a gateway uses: shared ones, or its own.

    Raises:
        ValidationError: `transport` is neither, or shared connections would ignore the limits.
    """
    if isinstance(transport, Connections):
        if limits is not None:
            raise ValidationError(
                "shared connections have limits of their own; pass limits to Connections(limits=…), and leave them out here"
            )
        return transport
    if transport is not None and not hasattr(transport, "blocking"):
        raise ValidationError(
            described("transport", transport)
            + " makes no transports; use Connections, HttpxTransports, or an object with the methods of "
            "TransportFactory"
        )
    return Connections(transport, limits)


def checked_path(name: str, path: str | Path) -> Path:
    """Return a path after checking it: as that of an unset variable, an empty one would be the working directory.

    Raises:
        ValidationError: it is empty, or of another type.
    """
    if path == "" or not isinstance(path, str | os.PathLike):
        raise ValidationError(
            described(name, path) + " is not a path; name one, or leave it out for the default"
        )
    return Path(path)


def checked_durations(remembered: bool | str | Path) -> bool | Path:
    """Return whether durations are remembered, or the file that keeps them.

    Raises:
        ValidationError: the path is empty, or below a home folder that does not exist.
    """
    if isinstance(remembered, bool):
        return remembered
    path = checked_path("remember_durations", remembered)
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValidationError(
            f"remember_durations={str(path)!r} cannot be used: {error} Pass another path, or False"
        ) from error


def checked_environ(environ: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Return environment variables after checking them; None means those of the process.

    Raises:
        ValidationError: they are not a mapping, or a value in a dictionary is not text.
    """
    if environ is not None and not isinstance(environ, Mapping):
        raise ValidationError(
            f"environ cannot be {type(environ).__name__}; use a mapping such as {{'FAL_KEY': …}}, or None for os.environ"
        )
    # another mapping, such as os.environ, may be costly to read
    for name, value in environ.items() if isinstance(environ, dict) else ():
        if not isinstance(value, str):
            raise ValidationError(
                f"environ[{name!r}] is of type {type(value).__name__}; environment variables are text"
            )
    return environ


def checked_api_keys(api_keys: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the keys for a saved job after checking them.

    Raises:
        ValidationError: they are not a mapping of texts. The message shows none.
    """
    if api_keys is None:
        return {}
    if not isinstance(api_keys, Mapping):
        raise ValidationError(
            f"api_keys cannot be {type(api_keys).__name__}; use a mapping of accounts or providers, such as {{'fal': …}}"
        )
    for owner, key in api_keys.items():
        if not isinstance(key, str):
            raise ValidationError(
                f"api_keys[{owner!r}] is of type {type(key).__name__}; pass the key as text"
            )
    return api_keys


def check_progress(on_progress: object, *, may_be_async: bool) -> None:
    """Check a progress callback; None means that there is none.

    Raises:
        ValidationError: it is not callable, or an async function that nobody would await.
    """
    if on_progress is None:
        return
    if not callable(on_progress):
        raise ValidationError(
            described("on_progress", on_progress)
            + f" is not a function; pass one that takes a ProgressUpdate{_surplus(on_progress)}"
        )
    if not may_be_async and _is_async(on_progress):
        raise ValidationError(
            "on_progress is an async function; pass it to the *_async functions, or use a plain function here"
        )


def checked_listener(on_event: Callable[[Event], object] | None) -> Callable[[Event], object] | None:
    """Return a listener after checking it; None means that there is none.

    Raises:
        ValidationError: it is not callable, or an async function, which nobody would await.
    """
    if on_event is None:
        return None
    if not callable(on_event):
        raise ValidationError(
            described("on_event", on_event) + " is not a function; pass one that takes an Event"
        )
    if _is_async(on_event):
        raise ValidationError(
            "on_event is an async function, which nobody would await; use a plain one that hands slow work to a queue"
        )
    return on_event


def checked_journal(journal: Journal | None) -> Journal | None:
    """Return a journal after checking it; None means that there is none.

    Raises:
        ValidationError: it lacks the methods of a journal.
    """
    if journal is not None and not hasattr(journal, "claim"):
        raise ValidationError(
            described("journal", journal)
            + " is not a journal; use JournalFolder(path), or an object with the methods of Journal"
        )
    return journal


def checked_budget(usd: float | None) -> float | None:
    """Return a budget in US dollars after checking it; None means that there is no limit.

    Raises:
        ValidationError: it is not an amount.
    """
    # a string, as from an environment variable, is not an amount either
    is_amount = isinstance(usd, int | float) and usd >= 0 and math.isfinite(usd) and not isinstance(usd, bool)
    if usd is not None and not is_amount:
        raise ValidationError(
            described("budget_usd", usd)
            + " is not an amount; use US dollars, 0 or more, or None for no limit"
        )
    return usd


def _surplus(argument: object) -> str:
    is_ours = isinstance(argument, GenerationConfig | GenerationRequest)
    return "; a call takes one configuration and one request" if is_ours else ""


def _is_async(callback: object) -> bool:
    # an object may have an async `__call__`
    return inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(type(callback).__call__)


__all__ = [
    "check_progress", "checked_api_keys", "checked_budget", "checked_durations", "checked_journal", "checked_listener", "checked_path",
    "connections_of",
]  # fmt: skip
