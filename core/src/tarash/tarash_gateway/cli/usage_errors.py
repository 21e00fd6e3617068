"""Tells a wrong command line in one plain line, with the option, the command or the argument that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, cast

import pydantic
import typer
from typer.core import TyperGroup

from ..models.wording import did_you_mean
from ..models.wrong_values import joined, told_of
from .option_words import one_line

UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
"""What typer raises for every wrong command line."""
OTHER_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("delete", "del", "rm", "erase", "clear"), ("remove", "forget", "unset")),
        **dict.fromkeys(("add", "store", "save", "put"), ("set", "new")),
        **dict.fromkeys(("ls", "all"), ("list",)),
        **dict.fromkeys(("info", "status", "describe"), ("show", "status", "list")),
        **dict.fromkeys(("wait", "download", "fetch", "continue"), ("resume",)),
        **dict.fromkeys(("stop", "abort", "kill"), ("cancel",)),
        **dict.fromkeys(("create", "init", "scaffold"), ("new",)),
        **dict.fromkeys(("picture", "photo", "img"), ("image",)),
        **dict.fromkeys(("clip", "movie", "film"), ("video",)),
        **dict.fromkeys(("login", "auth", "key"), ("keys",)),
        **dict.fromkeys(("settings", "defaults", "default"), ("config",)),
        **dict.fromkeys(("cost", "price", "estimate", "dry-run"), ("plan",)),
        **dict.fromkeys(("check", "diagnose"), ("doctor",)),
    }
)
"""Common wrong names of commands, with those that are suggested where they exist."""
OTHER_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "--seconds": "--duration", "--length": "--duration", "--ratio": "--aspect-ratio", "--output": "--out", "--number": "--count",
        "--num": "--count", "--sound": "--audio", "--budget": "--max-cost", "--params": "--param", "--images": "--image",
        "--url": "--base-url", "--endpoint": "--base-url", "--fallbacks": "--fallback", "--negative": "--negative-prompt",
    }
)  # fmt: skip
"""Common wrong names of options, with the right ones."""
_NO_COMMAND = re.compile(r"No such command (.+?)\.?(?: Did you mean .*)?$", re.DOTALL)
_NO_NUMBER = re.compile(r"^(.*) is not a valid (integer|float)(?: range)?\.?$", re.DOTALL)
_SURPLUS = re.compile(r"unexpected extra arguments?(?:\(s\))? \((.*)\)$", re.DOTALL)


@contextmanager
def usage_told() -> Iterator[None]:
    """Print a wrong command line as an error of one line, and exit with its code."""
    try:
        yield
    except UsageError as error:
        if _is_help(error):
            raise
        typer.echo(f"error: {one_line(sentence_of(error))}", err=True)
        raise typer.Exit(error.exit_code) from None


def sentence_of(error: typer.BadParameter) -> str:
    """Return what is wrong with a command line, and what to write."""
    option = getattr(error, "option_name", None)
    if isinstance(option, str):
        is_unknown = hasattr(error, "possibilities")
        return _unknown_option(error, option) if is_unknown else _misused_option(error, option)
    parameter = getattr(error, "param", None)
    if parameter is not None:
        return _wrong_value(error, parameter)
    if (found := _NO_COMMAND.search(error.message)) is not None:
        return _unknown_command(error, found[1])
    if (found := _SURPLUS.search(error.message)) is not None:
        return _surplus(error, found[1])
    return error.message


def _is_help(error: typer.BadParameter) -> bool:
    """Return whether a command was called without anything, and its help has been printed."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _path(error: typer.BadParameter) -> str:
    return "tarash" if error.ctx is None else error.ctx.command_path


def _help(error: typer.BadParameter, what: str) -> str:
    return f"; run '{_path(error)} -h' to {what}"


def _wrong_value(error: typer.BadParameter, parameter: Any) -> str:
    label = _label(parameter)
    if hasattr(error, "param_type"):
        return f"'{_path(error)}' needs {label}{_help(error, 'see how to use it')}"
    message = (_in_our_words(error) or error.message).rstrip(".")
    return f"{label}{' ' if message[:1] in _QUOTES else ': '}{message}"


_QUOTES = ("'", '"')


def _label(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name).upper()


def _in_our_words(error: typer.BadParameter) -> str | None:
    """Return what an option allows, if pydantic says so: newer versions of typer check with it, and show its sentence."""
    if not isinstance(error.__cause__, pydantic.ValidationError):
        # typer before 0.27 checks by itself
        found = _NO_NUMBER.search(error.message)
        return (
            None
            if found is None
            else f"{found[1]} must be {'a' if found[2] == 'float' else 'a whole'} number"
        )
    items = error.__cause__.errors(include_url=False)
    told = joined(told_of(item) for item in items)
    # a sentence of typer's own names the value already
    return told if items[0]["type"] == "value_error" else f"{str(items[0]['input'])[:80]!r} {told}"


def _unknown_option(error: typer.BadParameter, name: str) -> str:
    command = None if error.ctx is None else error.ctx.command
    known = list(_options(command))
    meant = OTHER_OPTIONS.get(name)
    guess = f"; did you mean {meant!r}?" if meant in known else did_you_mean(name, known)
    if any(item.name == name.lstrip("-") for item in _arguments(command)):
        return f"'{_path(error)}' has no option {name}; write '{_path(error)} {name.lstrip('-').upper()}'"
    owners = "" if guess else _owners(error, name)
    if owners:
        return f"{name} is an option of {owners}, not of '{_path(error)}'"
    return f"'{_path(error)}' has no option {name}{guess or _help(error, 'list its options')}"


def _options(command: Any) -> Iterator[str]:
    for parameter in getattr(command, "params", ()):
        if parameter.param_type_name == "option":
            yield from (
                name for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("--")
            )


def _arguments(command: Any) -> list[Any]:
    return [item for item in getattr(command, "params", ()) if item.param_type_name == "argument"]


def _owners(error: typer.BadParameter, name: str) -> str:
    """Return the commands beside this one, or below it, that have an option of this name; "" if none has."""
    context: Any = error.ctx
    while context is not None and not isinstance(context.command, TyperGroup):
        context = context.parent
    if context is None:
        return ""
    found = [
        f"'{context.command_path} {other}'"
        for other, command in context.command.commands.items()
        if name in _options(command)
    ]
    return " and ".join(found[:2])


def _misused_option(error: typer.BadParameter, name: str) -> str:
    # typer does not say of which command it is an option
    if "requires an argument" in error.message:
        return f"{name} needs a value"
    return f"{name} takes no value; write {name} alone" if "does not take" in error.message else error.message


def _unknown_command(error: typer.BadParameter, quoted: str) -> str:
    name = quoted.strip("'\"")
    context: Any = error.ctx
    known = [] if context is None else context.command.list_commands(context)
    meant = next((other for other in OTHER_NAMES.get(name, ()) if other in known), None)
    guess = f"; did you mean {meant!r}?" if meant else did_you_mean(name, known)
    return f"'{_path(error)}' has no command {quoted}{guess or _instead(error, name)}"


def _instead(error: typer.BadParameter, name: str) -> str:
    if name == "help":
        return f"; write '{_path(error)} -h'"
    if name == "version":
        return "; write 'tarash --version'"
    is_prompt = " " in name and _path(error) == "tarash"
    return f'; write: tarash video "{name}"' if is_prompt else _help(error, "list its commands")


def _surplus(error: typer.BadParameter, words: str) -> str:
    return f"'{_path(error)}' has no place for {words!r}{_about_surplus(error, words)}"


def _about_surplus(error: typer.BadParameter, words: str) -> str:
    command: Any = None if error.ctx is None else error.ctx.command
    names = [item.metavar for item in _arguments(command)]
    if "/" in words and "--model" in _options(command):
        return "; name a model with --model"
    if "PROMPT" in names:
        return "; put a prompt of several words in quotes"
    return _help(error, "see how to use it")


__all__ = ["sentence_of", "usage_told"]
