"""Calls hooks without pluggy's machinery, which takes longer than most hooks, wherever nothing wraps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import pluggy

DirectCall: TypeAlias = Callable[[Mapping[str, object]], object]
"""Calls a hook with its arguments by name, and returns the first result that is not None."""


class HookManager(pluggy.PluginManager):
    """The plugins and extensions of one provider, with the functions that call their hooks.

    The manager keeps those functions, so that they end with it: a cache of the module would keep every mock that was ever made.
    """

    def __init__(self, project: str) -> None:
        super().__init__(project)
        self.direct_calls: dict[str, DirectCall] = {}


def direct_call(manager: HookManager, hook: str) -> DirectCall:
    """Return the function that calls a hook as pluggy does; computed once, since a manager is complete when it is made.

    Args:
        manager: the plugins and extensions of one provider.
        hook: name of a hook that returns one result.
    """
    found = manager.direct_calls.get(hook)
    if found is None:
        found = manager.direct_calls[hook] = _direct_call(manager, hook)
    return found


def _direct_call(manager: HookManager, hook: str) -> DirectCall:
    caller = getattr(manager.hook, hook)
    implementations = caller.get_hookimpls()
    if any(found.wrapper or found.hookwrapper for found in implementations):
        return lambda arguments: caller(**arguments)
    # the one registered last comes first
    plain = tuple((found.function, found.argnames) for found in reversed(implementations))
    if len(plain) == 1:
        function, names = plain[0]
        return lambda arguments: function(*map(arguments.__getitem__, names))

    def call(arguments: Mapping[str, object]) -> object:
        for function, names in plain:
            result = function(*map(arguments.__getitem__, names))
            if result is not None:
                return result
        return None

    return call


__all__ = ["HookManager", "direct_call"]
