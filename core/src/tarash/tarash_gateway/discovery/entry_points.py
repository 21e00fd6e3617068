"""Reads the entry points by which installed packages offer providers, extensions and commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, cast

from ..exceptions import PluginError

PROVIDER_GROUP = "tarash_gateway.providers"
EXTENSION_GROUP = "tarash_gateway.extensions"
COMMAND_GROUP = "tarash_gateway.commands"


class EntryPoint(Protocol):
    """The part of an importlib-metadata entry point that is used here."""

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


def imported(entry: EntryPoint, kind: str) -> object:
    """Import the object of an entry point; any failure becomes a PluginError, so that it cannot affect other plugins."""
    try:
        return entry.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        told = "calls sys.exit" if isinstance(error, SystemExit) else f"{type(error).__name__}: {error}"
        raise PluginError(
            f"{kind} {distribution_name(entry)} ({entry.value}) cannot be imported: {told}; "
            "reinstall or upgrade it, or report it to its authors",
            provider=entry.name if kind == "plugin" else None,
        ) from error


def distribution_name(entry: EntryPoint) -> str:
    """Return the name of the package that an entry point comes from; its value if that is not known."""
    name = getattr(getattr(entry, "dist", None), "name", None)
    return name if isinstance(name, str) else entry.value
