"""Recognises a coroutine that ends because nobody awaits it any more."""

from __future__ import annotations

import anyio

from ..steps import CallbackError


def is_closed(error: BaseException, task: int) -> bool:
    """Return whether a coroutine ends because it was closed or garbage-collected: it cannot wait any more.

    anyio's scopes, left outside their task, replace the `GeneratorExit` with an error of their own.

    Args:
        error: what the coroutine was interrupted with.
        task: id of the task that the coroutine belongs to.
    """
    cause: BaseException | None = error
    while not isinstance(cause, GeneratorExit):
        if cause is None or isinstance(cause, CallbackError):
            return False
        cause = cause.__context__
    try:
        return anyio.get_current_task().id != task
    except RuntimeError:
        # no event loop is running
        return True
