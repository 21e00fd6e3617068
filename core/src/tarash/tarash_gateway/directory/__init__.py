"""The directory of known plugins, installed or not: one dated file, `plugins.json`, which is read on first use."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlugin:
    """One plugin of the directory.

    Attributes:
        id: provider id, or the name of an extension.
        distribution: name of the distribution that has it.
        title: name for people.
        makes: what it generates, such as "video"; empty for an extension.
        home: URL of the provider's documentation, or of the plugin's source; may be empty for an extension with a `folder`.
        folder: folder of a plugin in the repository of the core; empty for the plugins of others.
        command: the sub-command that it adds to `tarash`; empty if it adds none.
    """

    id: str
    distribution: str
    title: str
    makes: tuple[str, ...] = ()
    home: str
    folder: str = ""
    command: str = ""

    @property
    def install(self) -> str:
        """The command that installs it."""
        # not by name alone: on the public index, the name may belong to another project
        return f"pip install ./core ./{self.folder}" if self.folder else f"pip install {self.distribution}"

    @property
    def is_in_checkout(self) -> bool:
        """Whether that command must be run in a checkout of the core's repository."""
        return bool(self.folder)

    @property
    def advice(self) -> str:
        """What an error says to somebody who needs it."""
        where = " from the checkout" if self.is_in_checkout else ""
        return f"install its plugin{where}: {self.install}"


@dataclass(frozen=True, slots=True)
class Directory:
    """The known plugins.

    Attributes:
        as_of: date of the list; later plugins are missing.
        plugins: the plugins, by id.
    """

    as_of: date
    plugins: tuple[KnownPlugin, ...]

    def find(self, plugin_id: str) -> KnownPlugin | None:
        """Return the plugin with this id, or None."""
        return next((plugin for plugin in self.plugins if plugin.id == plugin_id), None)

    def with_command(self, command: str) -> KnownPlugin | None:
        """Return the plugin that adds this sub-command to `tarash`, or None."""
        return next((plugin for plugin in self.plugins if command and plugin.command == command), None)


@functools.cache
def directory() -> Directory:
    """Return the directory that comes with this version of the core."""
    content = json.loads(files(__name__).joinpath("plugins.json").read_text(encoding="utf-8"))
    plugins = (KnownPlugin(**{**entry, "makes": tuple(entry["makes"])}) for entry in content["plugins"])
    return Directory(
        date.fromisoformat(content["as_of"]), tuple(sorted(plugins, key=lambda plugin: plugin.id))
    )


__all__ = ["Directory", "KnownPlugin", "directory"]
