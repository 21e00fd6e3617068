"""Says whose code a hook is, so that a bug is reported to those who can fix it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from types import CodeType, FrameType

import pluggy

from .hookspecs import EXTENSION_HOOKS

_CORE = __name__.rpartition(".plugin.")[0]


def author_of(
    manager: pluggy.PluginManager, provider_id: str, hook: str, error: BaseException | None = None
) -> tuple[str, str]:
    """Return whose bug shows in a hook, as words for a message: a subject, and what stands before "'s authors".

    An extension may wrap the hooks of a provider, so an exception tells more than a wrong result, which may be that of either.

    Args:
        manager: the plugin of one provider, and the extensions.
        provider_id: id of the provider.
        hook: name of the hook.
        error: the exception that the hook raised; None if it returned or yielded something wrong.
    """
    plugin, prefix = f"the {provider_id} plugin", f"{provider_id}:"
    caller = getattr(manager.hook, hook, None)
    found = [] if caller is None else caller.get_hookimpls()
    # the plugin of the provider is registered under a name that begins with its id
    own = [one for one in found if (manager.get_name(one.plugin) or "").startswith(prefix)]
    others = [one for one in found if one not in own and not _is_of_core(_module(one.function))]
    if not others:
        return plugin, "plugin"
    raiser = _raiser(error, [*own, *others])
    if raiser in own:
        return plugin, "plugin"
    names = [_name(raiser)] if raiser is not None else [_name(one) for one in others]
    who = f"one of the extensions {', '.join(names)}" if names[1:] else f"the extension {names[0]}"
    if raiser is not None or hook in EXTENSION_HOOKS:
        return who, "extension"
    return f"{plugin}, or {who}, which wraps the hook,", "plugin's or the extension"


def _name(implementation: pluggy.HookImpl) -> str:
    plugin = implementation.plugin
    return str(getattr(plugin, "__name__", type(plugin).__name__))


def _is_of_core(module: str) -> bool:
    return module == _CORE or module.startswith(f"{_CORE}.")


def _raiser(error: BaseException | None, implementations: list[pluggy.HookImpl]) -> pluggy.HookImpl | None:
    """Return the implementation whose code was innermost when `error` was raised; None if that cannot be known.

    A wrapper around it is in the traceback, too, since the exception passed through it.
    """
    if error is None:
        return None
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][::-1]
    for frame in frames:
        near = [one for one in implementations if _is_beside(frame, one.function)]
        if near:
            return next((one for outer in frames for one in near if _runs(outer, one.function)), near[0])
    return None


def _runs(frame: FrameType, function: Callable[..., object]) -> bool:
    """Return whether a frame runs a hook itself, or a function defined within it."""
    code = getattr(function, "__code__", None)
    return code is not None and frame.f_code in _codes(code)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _is_beside(frame: FrameType, function: Callable[..., object]) -> bool:
    """Return whether a frame runs code that was installed together with a hook, such as a function that the hook called."""
    module = str(frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] == _module(function).partition(".")[0] and not _is_of_core(module)


def _module(function: Callable[..., object]) -> str:
    return str(getattr(function, "__module__", ""))


__all__ = ["author_of"]
