"""Finds provider plugins by entry point, loads one when it is first used, and keeps the broken from harming the others."""

from __future__ import annotations

import difflib
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

import pluggy

from .exceptions import PluginError, ProviderNotInstalledError
from .mapping.apply import Mapped, apply_row
from .mapping.catalogue import Catalogue
from .mapping.table import Model
from .plugin.contract import HOOK_API_VERSION, Call, ProviderInfo
from .plugin.hookspecs import PROJECT, HookSpecs, hookimpl

if TYPE_CHECKING:
    from .models.request import GenerationRequest

log = logging.getLogger(__name__)

PROVIDER_GROUP = "tarash_gateway.providers"
EXTENSION_GROUP = "tarash_gateway.extensions"
_REQUIRED_HOOKS = ("tarash_provider", "tarash_models", "tarash_submit", "tarash_normalize")


class EntryPoint(Protocol):
    """The part of importlib-metadata's entry points that is used here."""

    @property
    def name(self) -> str: ...

    @property
    def value(self) -> str: ...

    def load(self) -> object: ...


EntryPoints = Callable[[str], Iterable[EntryPoint]]


def installed_entry_points(group: str) -> Iterable[EntryPoint]:
    """Return the installed entry points of a group."""
    import importlib_metadata

    return cast("Iterable[EntryPoint]", importlib_metadata.entry_points(group=group))


@dataclass(frozen=True, slots=True)
class Provider:
    """A loaded provider: what it says of itself, its table, and its hooks together with every extension's."""

    info: ProviderInfo
    catalogue: Catalogue
    manager: pluggy.PluginManager = field(repr=False)
    implemented: frozenset[str] = frozenset()
    has_listeners: bool = False

    def can(self, hook: str) -> bool:
        """Return whether the plugin or an extension implements a hook."""
        return hook in self.implemented


@dataclass(frozen=True, slots=True)
class InstalledProvider:
    """One line of `providers()`.

    Attributes:
        id: provider id.
        distribution, version: the installed package; empty for one registered at run time.
        info: what the plugin says of itself; None when it is broken.
        problem: why it cannot be used, or None.
    """

    id: str
    distribution: str
    version: str
    info: ProviderInfo | None
    problem: str | None = None


class _CoreDefaults:
    """The core's own implementations, asked last."""

    @hookimpl(trylast=True)
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        return apply_row(
            call.row, request, provider=call.provider.id, model=call.model, mode=call.unsupported
        )


class Registry:
    """Every provider of this process. Names are scanned once; a module is imported when its provider is first used."""

    def __init__(self, entry_points: EntryPoints = installed_entry_points) -> None:
        self._entry_points = entry_points
        self._lock = threading.RLock()
        self._names: dict[str, list[EntryPoint]] | None = None
        self._extensions: list[tuple[str, object]] | None = None
        self._registered: dict[str, object] = {}
        self._providers: dict[str, Provider] = {}
        self._problems: dict[str, PluginError] = {}

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all providers, installed or registered, sorted; nothing is imported."""
        with self._lock:
            return tuple(sorted({*self._scan(), *self._registered}))

    def get(self, provider_id: str) -> Provider:
        """Return a provider, loading its plugin the first time.

        Raises:
            ProviderNotInstalledError: nobody has that id; says what to install.
            PluginError: the plugin is broken; says which distribution, and what to do.
        """
        found = self._providers.get(provider_id)
        if found is not None:
            return found
        with self._lock:
            if provider_id in self._problems:
                raise self._problems[provider_id]
            try:
                provider = self._load(provider_id)
            except PluginError as error:
                self._problems[provider_id] = error
                raise
            self._providers[provider_id] = provider
            return provider

    def register(self, provider_id: str, plugin: object) -> None:
        """Add a provider at run time; it stands before an installed one of the same id.

        Raises:
            PluginError: the plugin breaks the contract.
        """
        with self._lock:
            provider = self._build(provider_id, plugin, f"the plugin registered as {provider_id!r}")
            self._registered[provider_id] = plugin
            self._problems.pop(provider_id, None)
            self._providers[provider_id] = provider

    def add_model(self, provider_id: str, row: Model) -> None:
        """Add a row to a provider's table, in place of one of the same id."""
        self.get(provider_id).catalogue.add(row, replace=True)

    def listing(self) -> tuple[InstalledProvider, ...]:
        """Load every provider and say how each stands."""
        lines: list[InstalledProvider] = []
        for provider_id in self.ids():
            distribution, version = self._origin(provider_id)
            try:
                lines.append(
                    InstalledProvider(provider_id, distribution, version, self.get(provider_id).info)
                )
            except PluginError as error:
                lines.append(InstalledProvider(provider_id, distribution, version, None, error.message))
        return tuple(lines)

    def _scan(self) -> dict[str, list[EntryPoint]]:
        if self._names is None:
            names: dict[str, list[EntryPoint]] = {}
            for entry in self._entry_points(PROVIDER_GROUP):
                names.setdefault(entry.name, []).append(entry)
            self._names = names
        return self._names

    def _origin(self, provider_id: str) -> tuple[str, str]:
        entries = self._scan().get(provider_id)
        if provider_id in self._registered or not entries:
            return "", ""
        distribution = getattr(entries[0], "dist", None)
        return (getattr(distribution, "name", "") or "", getattr(distribution, "version", "") or "")

    def _load(self, provider_id: str) -> Provider:
        entries = self._scan().get(provider_id, [])
        if not entries:
            raise ProviderNotInstalledError(self._how_to_get(provider_id), provider=provider_id)
        names = sorted({_distribution_name(entry) for entry in entries})
        if len(names) > 1:
            raise PluginError(
                f"provider {provider_id!r} is claimed by {' and '.join(names)}; uninstall all but one",
                provider=provider_id,
            )
        entry = entries[0]
        try:
            plugin = entry.load()
        except Exception as error:  # foreign code: whatever it raises must not break the other providers
            raise PluginError(
                f"plugin {names[0]} ({entry.value}) cannot be imported: {type(error).__name__}: {error}; "
                f"reinstall or upgrade it, or report it to its authors",
                provider=provider_id,
            ) from error
        return self._build(provider_id, plugin, f"plugin {names[0]}")

    def _how_to_get(self, provider_id: str) -> str:
        installed = self.ids()
        close = difflib.get_close_matches(provider_id, installed, n=1, cutoff=0.7)
        guess = f" (did you mean {close[0]!r}?)" if close else ""
        # never by name alone: an index may hold somebody else's package of that name
        return (
            f"provider {provider_id!r} is not installed{guess}; install its plugin together with the core, from the checkout: "
            f"pip install ./core ./plugins/{provider_id}; installed: {', '.join(installed) or 'none'}"
        )

    def _build(self, provider_id: str, plugin: object, label: str) -> Provider:
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(HookSpecs)
        try:
            manager.register(plugin, name=provider_id)
            manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(
                f"{label} breaks the hook contract: {error}; upgrade it", provider=provider_id
            ) from error
        own = {caller.name for caller in manager.get_hookcallers(plugin) or ()}
        absent = [name for name in _REQUIRED_HOOKS if name not in own]
        if absent:
            raise PluginError(
                f"{label} lacks the hooks {', '.join(absent)}; it cannot be used", provider=provider_id
            )
        info = self._ask(label, provider_id, manager.hook.tarash_provider)
        if not isinstance(info, ProviderInfo):
            raise PluginError(
                f"{label}: tarash_provider gave {type(info).__name__}, not ProviderInfo", provider=provider_id
            )
        if info.hook_api not in (HOOK_API_VERSION, HOOK_API_VERSION - 1):
            raise PluginError(
                f"{label} was written for hook API {info.hook_api}, this core speaks {HOOK_API_VERSION}; upgrade "
                f"{'tarash-gateway' if info.hook_api > HOOK_API_VERSION else 'the plugin'}",
                provider=provider_id,
            )
        if info.id != provider_id:
            raise PluginError(
                f"{label} calls itself {info.id!r}; an entry point is named after the provider id",
                provider=provider_id,
            )
        catalogue = self._catalogue(label, provider_id, manager)
        manager.register(_CoreDefaults(), name="core")
        for name, extension in self._load_extensions():
            manager.register(extension, name=f"extension:{name}")
        implemented = frozenset(
            caller.name for item in manager.get_plugins() for caller in manager.get_hookcallers(item) or ()
        )
        return Provider(info, catalogue, manager, implemented, "tarash_event" in implemented)

    def _catalogue(self, label: str, provider_id: str, manager: pluggy.PluginManager) -> Catalogue:
        rows = self._ask(label, provider_id, manager.hook.tarash_models)
        if isinstance(rows, Catalogue):
            rows = rows.rows
        if not isinstance(rows, Iterable):
            raise PluginError(
                f"{label}: tarash_models gave {type(rows).__name__}, not model rows", provider=provider_id
            )
        try:
            # a copy: rows registered at run time belong to this registry, not to the plugin's module
            return Catalogue(cast("Iterable[Model]", rows))
        except ValueError as error:
            raise PluginError(f"{label}: {error}", provider=provider_id) from error

    def _ask(self, label: str, provider_id: str, hook: Callable[[], object]) -> object:
        try:
            return hook()
        except Exception as error:  # foreign code, as above
            raise PluginError(
                f"{label} failed: {type(error).__name__}: {error}; upgrade it", provider=provider_id
            ) from error

    def _load_extensions(self) -> list[tuple[str, object]]:
        if self._extensions is None:
            loaded: list[tuple[str, object]] = []
            for entry in self._entry_points(EXTENSION_GROUP):
                try:
                    extension = entry.load()
                    probe = pluggy.PluginManager(PROJECT)
                    probe.add_hookspecs(HookSpecs)
                    probe.register(extension)
                    probe.check_pending()
                except Exception as error:  # noqa: BLE001 - a broken extension is named and left out
                    log.warning(
                        "extension left out",
                        extra={
                            "extension": entry.name,
                            "distribution": _distribution_name(entry),
                            "error": str(error),
                        },
                    )
                    continue
                loaded.append((entry.name, extension))
            self._extensions = loaded
        return self._extensions


def _distribution_name(entry: EntryPoint) -> str:
    name = getattr(getattr(entry, "dist", None), "name", None)
    return name if isinstance(name, str) else entry.value


_process_registry: Registry | None = None


def process_registry() -> Registry:
    """Return the registry that every `Gateway` shares unless it is given another."""
    global _process_registry
    if _process_registry is None:
        _process_registry = Registry()
    return _process_registry
