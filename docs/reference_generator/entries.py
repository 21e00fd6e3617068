"""Writes the entry of one public name: signature, docstring, fields and methods."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from pathlib import Path

import pydantic

from tarash import tarash_gateway

from .field_table import field_table
from .markdown import docstring, markdown, signature

_ATTRIBUTES = re.compile(r"\nAttributes:\n(?:    .*\n?|\n)*")


def entry(name: str, thing: object, *, methods: Collection[str] | None = None) -> str:
    """Return the entry of a function, a class, a data model or a constant.

    Args:
        name: public name.
        thing: what has it.
        methods: the documented methods of a class that has more; None documents all.
    """
    if callable(thing):
        # a cached function
        thing = inspect.unwrap(thing)
    if inspect.isclass(thing) and thing.__name__ != name:
        return _with_note(name, f"Another name of `{thing.__name__}`.")
    if inspect.isclass(thing) and issubclass(thing, pydantic.BaseModel):
        text = markdown(_ATTRIBUTES.sub("", inspect.getdoc(thing) or ""))
        return f"### {name}\n\n{text}\n\n{field_table(thing)}\n{_methods(name, thing)}"
    if inspect.isclass(thing) and getattr(thing, "_is_protocol", False):
        return f"### {name}\n\n{docstring(thing)}\n\n{_protocol(thing)}"
    if inspect.isclass(thing):
        told = _methods(name, thing, methods)
        return f"### {name}\n\n{_code(signature(name, thing))}\n\n{docstring(thing)}\n{told}"
    if inspect.isfunction(thing):
        return f"### {name}\n\n{_code(signature(name, thing))}\n\n{docstring(thing)}"
    return _with_note(name, _constant(thing))


def _with_note(name: str, text: str) -> str:
    return "\n\n".join(filter(None, (f"### {name}", text, markdown(_notes().get(name, "")))))


@functools.cache
def _notes() -> Mapping[str, str]:
    """Return the text below each assignment of the core by its name: at run time, aliases and constants have no docstring."""
    found: dict[str, str] = {}
    for path in sorted(Path(tarash_gateway.__file__).parent.rglob("*.py")):
        for assignment, below in pairwise(ast.parse(path.read_text(encoding="utf-8")).body):
            if isinstance(assignment, ast.Assign | ast.AnnAssign) and isinstance(below, ast.Expr):
                targets = assignment.targets if isinstance(assignment, ast.Assign) else [assignment.target]
                text = below.value.value if isinstance(below.value, ast.Constant) else None
                for target in targets:
                    if isinstance(target, ast.Name) and isinstance(text, str):
                        found[target.id] = inspect.cleandoc(text)
    return found


def summary(thing: object) -> str:
    """Return the first paragraph of a docstring."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def _methods(owner: str, kind: type, documented: Collection[str] | None = None) -> str:
    """Return the properties and the methods of a class, inherited ones included."""
    seen: dict[str, Callable[..., object]] = {}
    properties: dict[str, Callable[..., object]] = {}
    for parent in kind.__mro__:
        if not parent.__module__.startswith("tarash."):
            continue
        for name, value in vars(parent).items():
            if isinstance(value, property) and not name.startswith("_") and value.__doc__ and value.fget:
                properties.setdefault(name, value.fget)
            function = value.__func__ if isinstance(value, classmethod) else value
            if not name.startswith("_") and inspect.isfunction(function) and function.__doc__:
                seen.setdefault(name, function)
    told = "".join(
        f"\n{_code(f'{owner}.{name}: {inspect.signature(getter).return_annotation}')}\n\n{docstring(getter)}\n"
        for name, getter in properties.items()
        if documented is None or name in documented
    )
    return told + "".join(
        f"\n{_code(signature(f'{owner}.{name}', function))}\n\n{docstring(function)}\n"
        for name, function in seen.items()
        if name != "model_post_init" and (documented is None or name in documented)
    )


def _protocol(kind: type) -> str:
    """Return the members that an implementation must have, inherited ones included, and what each documented method does."""
    members = {
        name: value
        for parent in reversed(kind.__mro__)
        if parent.__module__.startswith("tarash.")
        for name, value in vars(parent).items()
        if not name.startswith("_")
    }
    lines: list[str] = []
    told: list[str] = []
    for name, value in members.items():
        if isinstance(value, property) and value.fget is not None:
            lines.append(f"{name}: {inspect.signature(value.fget).return_annotation}")
        elif inspect.isfunction(value):
            lines.append(signature(name, value))
            if value.__doc__:
                told.append(f"- `{name}`: {summary(value)}")
    return "\n\n".join((_code("\n".join(lines)), *(("\n".join(told),) if told else ())))


def _code(text: str) -> str:
    return f"```text\n{text}\n```"


def _constant(thing: object) -> str:
    if inspect.ismodule(thing):
        functions = [
            f"- `{signature(name, value)}`: {summary(value)}"
            for name, value in vars(thing).items()
            if inspect.isfunction(value) and not name.startswith("_") and value.__module__ == thing.__name__
        ]
        return f"{summary(thing)}\n\n" + "\n".join(functions)
    said = re.sub(r"\b(?:\w+\.)+(?=[A-Z]\w*)", "", repr(thing))
    return f"`{said}`" if " at 0x" not in said and len(said) < 400 else "A marker object."
