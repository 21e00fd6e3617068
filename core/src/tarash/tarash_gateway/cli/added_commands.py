"""Adds the sub-commands of installed plugins to `tarash`: found by name, loaded when they are used."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from ..directory import directory
from ..discovery import COMMAND_GROUP, EntryPoint, installed_entry_points
from ..exceptions import PluginError
from .failures import reported
from .usage_errors import usage_told

Command: TypeAlias = TyperCommand | TyperGroup


_COMPLETION = frozenset({"install_completion", "show_completion"})
"""Options that typer gives an application of its own."""


class WithAddedCommands(TyperGroup):
    """The commands of the core, and those that plugins declare in the entry-point group `tarash_gateway.commands`.

    An entry point names a `typer.Typer`. The core's own commands take precedence. A plugin that does not load is shown with its
    problem, and stops nobody else. A command of a known plugin that is not installed says what to install.
    """

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # the base of typer.Context is private
        """Return the names of all commands, those of the core first; nothing is loaded."""
        own = super().list_commands(ctx)
        return [*own, *sorted({entry.name for entry in _entries()} - set(own))]

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Command | None:  # type: ignore[override]  # the base of typer.Context is private
        """Return a command, and load its plugin if it is not the core's."""
        own = cast("Command | None", super().get_command(ctx, cmd_name))
        if own is not None:
            return own
        entry = next((entry for entry in _entries() if entry.name == cmd_name), None)
        return _known(cmd_name) if entry is None else _loaded(entry)

    def make_context(  # type: ignore[override]  # the base of typer.Context is private
        self, info_name: str | None, args: list[str], parent: typer.Context | None = None, **extra: Any
    ) -> typer.Context:
        """Read the options before the command; a wrong one becomes a message and an exit code."""
        with usage_told():
            return cast("typer.Context", super().make_context(info_name, args, parent, **extra))

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # the base of typer.Context is private
        """Run a command; an exception of the library becomes a message and an exit code, whoever wrote the command."""
        with reported(), usage_told():
            return super().invoke(ctx)


def _entries() -> list[EntryPoint]:
    return list(installed_entry_points(COMMAND_GROUP))


def _loaded(entry: EntryPoint) -> Command:
    try:
        found = entry.load()
        if isinstance(found, typer.Typer):
            command = cast("Command", get_command(found))
            # the help shows the command's own name, which an application does not have, or has another one
            command.name = entry.name
            # `tarash` itself completes the words of every command
            command.params = [item for item in command.params if item.name not in _COMPLETION]
            _print_errors_as_asked(command)
            return command
        reason = f"{entry.value} is a {type(found).__name__}, not a typer.Typer"
    except Exception as error:  # noqa: BLE001 - a plugin is foreign code
        reason = f"{type(error).__name__}: {error}"
    return _broken(entry, reason)


def _print_errors_as_asked(command: Command) -> None:
    """Let each command that has an option named `as_json` print its errors as JSON, too, as the commands of the core do."""
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            _print_errors_as_asked(cast("Command", inner))
    elif command.callback is not None:
        command.callback = _reporting(command.callback)


def _reporting(callback: Callable[..., object]) -> Callable[..., object]:
    @wraps(callback)
    def run(**values: object) -> object:
        with reported(as_json=values.get("as_json") is True):
            return callback(**values)

    return run


def _broken(entry: EntryPoint, reason: str) -> Command:
    """Return a command that says why the plugin's does not work."""
    problem = f"the command {entry.name!r} of {entry.value} cannot be loaded: {reason}; reinstall or remove its package"
    return _failing(entry.name, problem, help_text=f"Broken: {reason}")


def _known(name: str) -> Command | None:
    """Return a command that says which plugin has it, if the directory knows; otherwise None."""
    plugin = directory().with_command(name)
    if plugin is None:
        return None
    problem = f"the command {name!r} is not installed; {plugin.advice}"
    return _failing(name, problem, help_text=f"Not installed; {plugin.advice}")


def _failing(name: str, problem: str, *, help_text: str) -> Command:
    """Return a command that fails with a problem, whatever its arguments are."""

    def fail() -> None:
        raise PluginError(problem)

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    return TyperCommand(name, callback=fail, help=help_text, context_settings=settings)


__all__ = ["WithAddedCommands"]
