"""Lets commands share groups of options: the fields of a dataclass become options, and the command receives the dataclass."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Collection
from typing import Any, NoReturn, get_type_hints

from typer.models import ArgumentInfo

from ..exceptions import ValidationError


def with_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Return `command` with each parameter that is a dataclass replaced by the fields of that class.

    Typer reads the options from the signature. When the result is called, it builds the dataclasses again.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if dataclasses.is_dataclass(kind)}
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        if parameter.name in groups:
            parameters.extend(_parameters(groups[parameter.name]))
        else:
            parameters.append(
                parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
            )

    @functools.wraps(command)
    def flat(**values: Any) -> None:
        built = {
            name: kind(**{item.name: values.pop(item.name) for item in dataclasses.fields(kind)})
            for name, kind in groups.items()
        }
        command(**built, **values)

    flat.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # inspect and Typer read it
    flat.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    # otherwise, inspect would read the signature of the original command
    del flat.__wrapped__
    return flat


def check_filled(options: object, *, may_be_empty: Collection[str] = ()) -> None:
    """Refuse an option with an empty text, as that of an unset variable is: it would silently count as left out.

    Args:
        options: a dataclass with options.
        may_be_empty: fields for which an empty text means something.

    Raises:
        ValidationError: an option is empty.
    """
    for name, hint in get_type_hints(type(options), include_extras=True).items():
        given: object = getattr(options, name)
        is_empty = given == "" or (isinstance(given, list) and "" in given)
        if is_empty and name not in may_be_empty:
            refuse_empty(_label(name, hint.__metadata__[0]))


def refuse_empty(label: str) -> NoReturn:
    """Say that an option or an argument is empty.

    Raises:
        ValidationError: always.
    """
    advice = "leave it out, or give it a value" if label.startswith("-") else "give it a text"
    raise ValidationError(f"{label} is empty; {advice}")


def _label(name: str, info: Any) -> str:
    words = (word for word in info.param_decls or () if word.startswith("--"))
    if isinstance(info, ArgumentInfo):
        return str(info.metavar or name).upper()
    return next(words, f"--{name.replace('_', '-')}").partition("/")[0]


def _parameters(kind: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            item.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if item.default is dataclasses.MISSING else item.default,
            annotation=hints[item.name],
        )
        for item in dataclasses.fields(kind)
    ]
