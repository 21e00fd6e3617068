"""Refuses callbacks that cannot be called, before anything is sent: the first call may come after a job is paid for."""

from __future__ import annotations

import inspect

from ..exceptions import ValidationError


def check_callback(name: str, callback: object, takes: str, *, if_async: str | None = None) -> None:
    """Check that a callback can be called.

    Args:
        name: name of the argument.
        callback: what the user passed; None is no callback.
        takes: what it is called with, for the error.
        if_async: what to do in place of an async function, for the error; None accepts one.

    Raises:
        ValidationError: it is not callable, or an async function that nobody would await.
    """
    if callback is None:
        return
    if not callable(callback):
        raise ValidationError(f"{name}={callback!r} is not a function; pass one that takes {takes}")
    # an object may have an async `__call__`
    is_async = inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(type(callback).__call__)
    if is_async and if_async is not None:
        raise ValidationError(f"{name} is an async function; {if_async}")


__all__ = ["check_callback"]
