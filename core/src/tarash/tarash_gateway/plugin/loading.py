"""Checks a plugin or an extension against the contract before the core uses its hooks."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pluggy

from ..exceptions import PluginError
from ..mapping.apply import Mapped
from ..mapping.catalogue import Catalogue
from ..mapping.table import Model
from ..models.declared_secrets import declare_secrets
from ..models.wording import did_you_mean
from .default_mapping import default_map
from .hook_authors import author_of
from .hook_calls import HookManager
from .hookspecs import EXTENSION_HOOKS, HOOK_NAMES, PROJECT, REQUIRED_HOOKS, HookSpecs, hookimpl
from .info import HOOK_API_VERSION, ProviderInfo
from .info_checks import wrong_info, wrong_key_settings
from .settings import secret_names

if TYPE_CHECKING:
    from ..models.request import GenerationRequest
    from .call import Call
    from .events import Event

log = logging.getLogger(__name__)

_OTHER_VERSION = "upgrade it, or tarash-gateway if it needs a newer one"
"""Hooks gain arguments, so a hook that takes an unknown one may be newer than the core."""


class CoreDefaults:
    """The core's own implementations, called last."""

    @hookimpl(trylast=True)
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        """Apply the row's field mappers."""
        return default_map(call, request)


@dataclass(frozen=True, slots=True)
class Extension:
    """A loaded extension.

    Attributes:
        label: its name in messages.
        plugin: the object with its hooks; None if it is broken.
        listener: its `tarash_event`, or None.
        listens: its `tarash_listens`, or None.
        problem: why it cannot be used, or None.
    """

    label: str
    plugin: object | None
    listener: Callable[[Event], object] | None = None
    listens: Callable[[], object] | None = None
    problem: str | None = None

    def current_listener(self) -> Callable[[Event], object] | None:
        """Return the listener if it wants the events of the next generation."""
        try:
            return None if self.listens is not None and self.listens() is False else self.listener
        except Exception as error:
            # foreign code must not disturb a generation
            facts = {"extension": self.label, "error": repr(error)}
            log.warning("event listener failed", exc_info=True, extra=facts)
            return None

    @classmethod
    def broken(cls, label: str, problem: str) -> Extension:
        """Return an extension that cannot be used, and log the problem."""
        facts = {"extension": label, "error": problem}
        log.warning("broken extension %s skipped: %s", label, problem, extra=facts)
        return cls(label, None, problem=problem)


def read_info(plugin: object, label: str, provider_id: str) -> ProviderInfo:
    """Return what a plugin declares, before any of its other hooks is checked; from now on, none of its secrets is saved.

    Raises:
        PluginError: it has no `tarash_provider`, has another id, or was written for a hook API that this core does not support.
    """
    hook = getattr(plugin, "tarash_provider", None)
    if not callable(hook):
        raise PluginError(_lacks(plugin, label, ("tarash_provider",)), provider=provider_id)
    info = _asked(label, provider_id, "tarash_provider", hook)
    if not isinstance(info, ProviderInfo):
        raise PluginError(
            f"{label}: tarash_provider returned {type(info).__name__}, not ProviderInfo", provider=provider_id
        )
    accepted = {HOOK_API_VERSION, HOOK_API_VERSION - 1} - {0}
    stated: object = info.hook_api
    # True would count as 1
    if type(stated) is not int or stated not in accepted:
        newer = isinstance(stated, int) and stated > HOOK_API_VERSION
        raise PluginError(
            f"{label} was written for hook API {info.hook_api!r}, but this core supports {HOOK_API_VERSION}; "
            f"upgrade {'tarash-gateway' if newer else 'the plugin'}",
            provider=provider_id,
        )
    if info.id != provider_id:
        raise PluginError(
            f"{label} has the provider id {info.id!r}; use the same name for its entry point",
            provider=provider_id,
        )
    wrong = wrong_info(info)
    if wrong is not None:
        raise PluginError(f"{label}: tarash_provider declares {wrong}", provider=provider_id)
    _keep_secret(info, label)
    return info


def _keep_secret(info: ProviderInfo, label: str) -> None:
    """Note what must never be saved.

    Raises:
        PluginError: the settings use a type that is not there, or have a field for the key that would show it.
    """
    try:
        declare_secrets(info.id, secret_names(info))
    except PluginError as error:
        raise PluginError(f"{label}: {error.message}", provider=info.id) from error
    wrong = wrong_key_settings(info)
    if wrong is not None:
        raise PluginError(f"{label}: tarash_provider declares {wrong}", provider=info.id)


def build_manager(
    label: str, provider_id: str, plugins: Sequence[object], extensions: Iterable[Extension]
) -> HookManager:
    """Return a manager with the hooks of `plugins`, of the core and of every extension.

    Raises:
        PluginError: a hook has wrong arguments or one with a default, or a required one is missing.
    """
    manager = HookManager(PROJECT)
    manager.add_hookspecs(HookSpecs)
    own: set[str] = set()
    for number, plugin in enumerate(plugins):
        try:
            manager.register(plugin, name=f"{provider_id}:{number}")
        except (pluggy.PluginValidationError, ValueError, TypeError) as error:
            raise PluginError(
                f"{label} breaks the hook contract: {error}; {_OTHER_VERSION}", provider=provider_id
            ) from error
        _check_hooks(manager, plugin, label, provider_id)
        own |= hooks_of(manager, plugin)
    lacking = tuple(name for name in REQUIRED_HOOKS if name not in own)
    if lacking:
        raise PluginError(_lacks(plugins[0], label, lacking), provider=provider_id)
    for name in sorted(own - HOOK_NAMES):
        hint = did_you_mean(name, HOOK_NAMES)
        facts = {"plugin": label, "hook": name, "hint": hint}
        log.warning("%s has the unknown hook %s, which is ignored%s", label, name, hint, extra=facts)
    manager.register(CoreDefaults(), name="core")
    for extension in extensions:
        if extension.plugin is not None:
            manager.register(extension.plugin)
    return manager


def _check_hooks(manager: pluggy.PluginManager, plugin: object, label: str, provider_id: str | None) -> None:
    """Refuse hooks that would do nothing as they are meant to.

    Raises:
        PluginError: an argument has a default, which pluggy always uses, so a submission would be sent without its payload; or a hook
            is an async function, which nobody awaits.
    """
    for caller in manager.get_hookcallers(plugin) or ():
        for found in caller.get_hookimpls():
            wrong = _wrong_with(found) if found.plugin is plugin else None
            if wrong is not None:
                raise PluginError(
                    f"{label} breaks the hook contract: {caller.name} {wrong}", provider=provider_id
                )


def _wrong_with(hook: pluggy.HookImpl) -> str | None:
    if hook.kwargnames:
        return f"has a default for {', '.join(hook.kwargnames)}, which would always be used; remove it"
    if inspect.iscoroutinefunction(hook.function) or inspect.isasyncgenfunction(hook.function):
        return "is an async function; use `def`, and `yield from send(…)` in place of `await`"
    return None


def hooks_of(manager: pluggy.PluginManager, plugin: object) -> frozenset[str]:
    """Return the names of the hooks that a registered plugin implements."""
    return frozenset(caller.name for caller in manager.get_hookcallers(plugin) or ())


def read_catalogue(manager: pluggy.PluginManager, label: str, provider_id: str) -> Catalogue:
    """Return a copy of a plugin's table, so that rows registered at run time do not change the plugin's module.

    Raises:
        PluginError: the plugin returned no rows, or something else among them.
    """
    given = _asked(label, provider_id, "tarash_models", manager.hook.tarash_models, manager)
    if isinstance(given, Catalogue):
        given = given.rows
    if not isinstance(given, Iterable):
        raise PluginError(
            f"{label}: tarash_models returned {type(given).__name__}, not model rows", provider=provider_id
        )
    # a generator runs the plugin's code only now
    rows = cast("list[object]", _asked(label, provider_id, "tarash_models", lambda: list(given), manager))
    for position, row in enumerate(rows):
        if not isinstance(row, Model):
            raise PluginError(
                f"{label}: row {position} of tarash_models is {type(row).__name__}, not Model",
                provider=provider_id,
            )
    try:
        return Catalogue(cast("Iterable[Model]", rows))
    except ValueError as error:
        raise PluginError(f"{label}: {error}", provider=provider_id) from error


def check_extension(extension: object, label: str) -> Extension:
    """Return an extension after checking that it only listens, supplies keys and wraps hooks.

    Raises:
        PluginError: it implements the hook of a provider, or a hook has wrong arguments.
    """
    probe = pluggy.PluginManager(PROJECT)
    probe.add_hookspecs(HookSpecs)
    try:
        probe.register(extension)
    except (pluggy.PluginValidationError, ValueError, TypeError) as error:
        raise PluginError(f"{label} breaks the hook contract: {error}; {_OTHER_VERSION}") from error
    _check_hooks(probe, extension, label, None)
    callers = probe.get_hookcallers(extension) or ()
    for caller in callers:
        if caller.name not in HOOK_NAMES:
            raise PluginError(
                f"{label} implements {caller.name}, which is not a hook{did_you_mean(caller.name, HOOK_NAMES)}"
            )
        wraps = all(found.wrapper or found.hookwrapper for found in caller.get_hookimpls())
        if caller.name not in EXTENSION_HOOKS and not wraps:
            raise PluginError(
                f"{label} implements {caller.name}, which only a provider may; wrap it with hookimpl(wrapper=True)"
            )
    names = {caller.name for caller in callers}
    return Extension(
        label,
        extension,
        _listener(probe.hook.tarash_event) if "tarash_event" in names else None,
        _plain(probe.hook.tarash_listens) if "tarash_listens" in names else None,
    )


def _plain(hook: pluggy.HookCaller) -> Callable[[], object]:
    """Return the function behind a hook without arguments that only one extension has: it is asked before every generation."""
    (found,) = hook.get_hookimpls()
    return hook if found.wrapper or found.hookwrapper else found.function


def _listener(hook: Callable[..., list[object]]) -> Callable[[Event], object]:
    """Return the hook of one extension as a function that returns its result."""
    return lambda event: next(iter(hook(event=event)), None)


def _asked(
    label: str,
    provider_id: str,
    hook: str,
    function: Callable[[], object],
    manager: pluggy.PluginManager | None = None,
) -> object:
    try:
        return function()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # foreign code: whatever it raises must not affect other providers, not even sys.exit
        if manager is not None:
            author, kind = author_of(manager, provider_id, hook, error)
            label = label if kind == "plugin" else author
        raise PluginError(
            f"{label} failed in {hook}: {type(error).__name__}: {error}; upgrade it", provider=provider_id
        ) from error


def _lacks(plugin: object, label: str, names: Sequence[str]) -> str:
    there = [name for name in dir(plugin) if name.startswith("tarash_") and name not in HOOK_NAMES]
    hints = [f"{name} is not a hook{guess}" for name in there if (guess := did_you_mean(name, names))]
    undecorated = [name for name in names if callable(getattr(plugin, name, None))]
    if undecorated:
        hints.append(f"decorate {' and '.join(undecorated)} with @hookimpl")
    told = "; ".join(hints) or "upgrade it, or report it to its authors"
    return f"{label} lacks the required hook{'s' if len(names) > 1 else ''} {', '.join(names)}; {told}"
