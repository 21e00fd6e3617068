"""Keeps a forked child from waiting for threads that only its parent has: their locks are free, and nothing is half loaded."""

from __future__ import annotations

import os
import threading
import weakref
from types import TracebackType

LONGEST_WAIT_SECONDS = 10.0
"""Longest time that a fork waits for the `Loading` blocks of other threads."""

_lock_names: weakref.WeakKeyDictionary[object, str] = weakref.WeakKeyDictionary()
_gate = threading.Condition()
_loading_threads: dict[int, int] = {}
"""How many `Loading` blocks each thread is in."""


def fork_safe_lock(owner: object, name: str) -> threading.RLock:
    """Return a lock, which a forked child replaces with a free one.

    Whatever it guards must be usable at any point at which a thread may be interrupted.

    Args:
        owner: the object or module that keeps the lock; one lock each.
        name: the attribute of `owner` that holds the lock.
    """
    _lock_names[owner] = name
    return threading.RLock()


def locks() -> list[threading.RLock]:
    """Return every lock that `fork_safe_lock` made and that is still in use."""
    return [getattr(owner, name) for owner, name in _lock_names.items()]


class Loading:
    """Marks a block that imports modules or sets up TLS, which happens on first use; a fork in another thread waits for its end.

    Python locks a module while a thread imports it, and OpenSSL locks its own state. A child forked meanwhile would wait forever
    as soon as it does the same.
    """

    def __enter__(self) -> None:
        thread = threading.get_ident()
        with _gate:
            _loading_threads[thread] = _loading_threads.get(thread, 0) + 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        thread = threading.get_ident()
        with _gate:
            _loading_threads[thread] -= 1
            if not _loading_threads[thread]:
                del _loading_threads[thread]
                _gate.notify_all()


def _wait_for_loading() -> None:
    # held until after the fork, so that no thread begins another block in between
    _gate.acquire()
    own = {threading.get_ident()}
    _gate.wait_for(lambda: _loading_threads.keys() <= own, LONGEST_WAIT_SECONDS)


def _continue_parent() -> None:
    _gate.release()


def _start_child() -> None:
    global _gate
    _gate = threading.Condition()
    thread = threading.get_ident()
    for other in _loading_threads.keys() - {thread}:
        del _loading_threads[other]
    for owner, name in list(_lock_names.items()):
        setattr(owner, name, threading.RLock())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_wait_for_loading, after_in_parent=_continue_parent, after_in_child=_start_child
    )
