"""Finds provider plugins by entry point, loads each on first use, and keeps a broken plugin from affecting the others."""

from __future__ import annotations

from collections.abc import Callable

from ..exceptions import PluginError, ProviderNotInstalledError
from ..fork_safety import Loading, fork_safe_lock
from ..mapping.table import Model
from ..plugin.events import Event
from ..plugin.hook_calls import HookManager
from ..plugin.loading import Extension, build_manager, check_extension, hooks_of, read_catalogue, read_info
from .entry_points import (
    EXTENSION_GROUP,
    PROVIDER_GROUP,
    EntryPoint,
    EntryPoints,
    distribution_name,
    imported,
    installed_entry_points,
)
from .missing import closest, how_to_get
from .provider import FoundModel, InstalledProvider, Provider


class Registry:
    """The providers and extensions of this process. Names are scanned once; each module is imported on first use."""

    def __init__(self, entry_points: EntryPoints = installed_entry_points) -> None:
        self._entry_points = entry_points
        self._lock = fork_safe_lock(self, "_lock")
        self._names: dict[str, list[EntryPoint]] | None = None
        self._extensions: list[Extension] | None = None
        self._registered: dict[str, object] = {}
        self._providers: dict[str, Provider] = {}
        self._problems: dict[str, str] = {}

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all installed and registered providers, sorted, without importing any."""
        with self._lock:
            return tuple(sorted({*self._scan(), *self._registered}))

    def get(self, provider_id: str) -> Provider:
        """Return a provider; the first use loads its plugin.

        Raises:
            ProviderNotInstalledError: no provider has this id; the message says what to install.
            PluginError: the plugin is broken; the message names the package and what to do.
        """
        found = self._providers.get(provider_id)
        if found is not None:
            return found
        with self._lock:
            if provider_id in self._problems:
                raise PluginError(self._problems[provider_id], provider=provider_id)
            try:
                with Loading():
                    provider = self._load(provider_id)
            except PluginError as error:
                self._problems[provider_id] = error.message
                raise
            self._providers[provider_id] = provider
            return provider

    def register(self, provider_id: str, plugin: object) -> None:
        """Add a provider at run time; it takes precedence over an installed provider with the same id.

        Raises:
            PluginError: the plugin breaks the contract.
        """
        with self._lock:
            provider = self._build(provider_id, plugin, f"the plugin registered as {provider_id!r}")
            self._registered[provider_id] = plugin
            self._problems.pop(provider_id, None)
            self._providers[provider_id] = provider

    def register_extension(self, extension: object) -> None:
        """Add an extension at run time, for every provider.

        Raises:
            PluginError: the extension breaks the contract.
        """
        label = f"the extension {type(extension).__name__}"
        checked = check_extension(extension, label)
        with self._lock:
            self._loaded_extensions().append(checked)
            # providers loaded earlier are rebuilt with it
            self._providers.clear()

    def add_model(self, provider_id: str, row: Model) -> None:
        """Add a row to a provider's table; it replaces a row with the same id.

        Raises:
            ValidationError: a mapper is for a field that requests of this modality do not have.
        """
        row.check_fields()
        self.get(provider_id).catalogue.add(row, replace=True)

    def listing(self) -> tuple[InstalledProvider, ...]:
        """Load every provider and return them all, with the problem of each broken one."""
        lines: list[InstalledProvider] = []
        for provider_id in self.ids():
            distribution, version = self._origin(provider_id)
            try:
                provider = self.get(provider_id)
            except PluginError as error:
                lines.append(
                    InstalledProvider(provider_id, distribution, version, None, problem=error.message)
                )
            else:
                lines.append(
                    InstalledProvider(provider_id, distribution, version, provider.info, provider.features)
                )
        return tuple(lines)

    def find_models(
        self, provider: str | None = None, *, modality: str | None = None
    ) -> tuple[FoundModel, ...]:
        """Return the models of one provider, or of all that can be loaded."""
        ids = self.ids() if provider is None else (provider,)
        found: list[FoundModel] = []
        for provider_id in ids:
            try:
                rows = self.get(provider_id).catalogue.rows
            except PluginError:
                if provider is not None:
                    raise
                continue
            found += [FoundModel(provider_id, row) for row in rows if modality in (None, row.modality)]
        return tuple(found)

    def listeners(self) -> tuple[Callable[[Event], object], ...]:
        """Return the event listeners of all extensions that want the events of the next generation."""
        found = (extension.current_listener() for extension in self.extensions())
        return tuple(listener for listener in found if listener is not None)

    def extensions(self) -> tuple[Extension, ...]:
        """Return every extension; a broken one carries its problem."""
        with self._lock:
            return tuple(self._loaded_extensions())

    def build_manager(self, label: str, provider_id: str, *plugins: object) -> HookManager:
        """Return a manager with the hooks of these plugins, of the core and of every extension.

        Raises:
            PluginError: a plugin breaks the contract.
        """
        with self._lock:
            return build_manager(label, provider_id, plugins, self._loaded_extensions())

    def _scan(self) -> dict[str, list[EntryPoint]]:
        if self._names is None:
            names: dict[str, list[EntryPoint]] = {}
            with Loading():
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
        if provider_id in self._registered:
            label = f"the plugin registered as {provider_id!r}"
            return self._build(provider_id, self._registered[provider_id], label)
        entries = self._scan().get(provider_id, [])
        if not entries:
            raise ProviderNotInstalledError(how_to_get(provider_id, self.ids()), provider=provider_id)
        names = sorted({distribution_name(entry) for entry in entries})
        if len(names) > 1:
            raise PluginError(
                f"provider {provider_id!r} comes from {' and '.join(names)}; uninstall all but one",
                provider=provider_id,
            )
        return self._build(provider_id, imported(entries[0], "plugin"), f"plugin {names[0]}")

    def closest(self, name: str) -> str | None:
        """Return the id of the provider, installed or known, that a name is or resembles; None if it resembles none."""
        return closest(name, self.ids())

    def _build(self, provider_id: str, plugin: object, label: str) -> Provider:
        try:
            return self._read(provider_id, plugin, label)
        except PluginError:
            raise
        except Exception as error:
            # such as a module whose `__getattr__` imports what is not installed
            raise PluginError(
                f"{label} cannot be read: {type(error).__name__}: {error}; upgrade it, or report it to its authors",
                provider=provider_id,
            ) from error

    def _read(self, provider_id: str, plugin: object, label: str) -> Provider:
        info = read_info(plugin, label, provider_id)
        manager = self.build_manager(label, provider_id, plugin)
        catalogue = read_catalogue(manager, label, provider_id)
        own = hooks_of(manager, plugin)
        every = own.union(*(hooks_of(manager, item) for item in manager.get_plugins()))
        return Provider(info, catalogue, manager, every, info.features(own))

    def _loaded_extensions(self) -> list[Extension]:
        if self._extensions is None:
            with Loading():
                entries = self._entry_points(EXTENSION_GROUP)
                self._extensions = [self._load_extension(entry) for entry in entries]
        return self._extensions

    def _load_extension(self, entry: EntryPoint) -> Extension:
        label = f"extension {entry.name} of {distribution_name(entry)}"
        try:
            return check_extension(imported(entry, "extension"), label)
        except PluginError as error:
            return Extension.broken(label, error.message)


# made at once: threads that made it on first use could get one each, and what is registered in one is not in the other
_of_process = Registry()


def process_registry() -> Registry:
    """Return the registry that every `Gateway` uses unless it is given another."""
    return _of_process
