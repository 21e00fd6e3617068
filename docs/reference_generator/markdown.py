"""Formats tables, values and docstrings as Markdown."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable, Iterable, Sequence

NOTICE = "<!-- written by `make reference` from the code: change the code, not this page -->"
_SECTIONS = ("Args", "Attributes", "Returns", "Raises", "Called by", "Since")
_SECTION = re.compile(rf"^(?P<name>{'|'.join(_SECTIONS)}):\s*(?P<rest>.*)$")
_ENTRY = re.compile(r"^    (?P<names>\w[\w*, ]*): (?P<text>.*)$")


def page(title: str, *blocks: str) -> str:
    """Return a page: notice, title, and the blocks that are not empty."""
    return (
        "\n\n".join((NOTICE, f"# {title}", *(block.strip("\n") for block in blocks if block.strip()))) + "\n"
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; empty if there are no rows."""
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(("| " + " | ".join(headings) + " |", "|" + "---|" * len(headings), *lines))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def code(value: object) -> str:
    """Return a value as inline code; booleans are yes and no, whole numbers have no ".0"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"`{plain(value)}`"


def plain(value: object) -> str:
    """Return a value as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def codes(values: Iterable[object]) -> str:
    """Return several values as inline code."""
    return ", ".join(code(value) for value in values)


def docstring(thing: object) -> str:
    """Return a Google-style docstring as Markdown: the text, with each section as a list."""
    return markdown(inspect.getdoc(thing) or "")


def markdown(text: str) -> str:
    """Return Google-style text as Markdown."""
    blocks: list[str] = []
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        section = _SECTION.match(lines[index])
        if section is None:
            blocks.append(lines[index])
            index += 1
            continue
        body: list[str] = []
        index += 1
        while index < len(lines) and _belongs(lines[index], inline=bool(section["rest"])):
            body.append(lines[index])
            index += 1
        blocks.append(_section(section["name"], section["rest"], body))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(blocks)).strip()


def _belongs(line: str, *, inline: bool) -> bool:
    """Return whether a line continues the section before it."""
    if inline:
        return bool(line.strip()) and _SECTION.match(line) is None
    return line.startswith("    ") or not line


def attributes(text: str) -> dict[str, str]:
    """Return the texts of the `Attributes:` section of a docstring, by name."""
    found: dict[str, str] = {}
    body = re.search(r"^Attributes:\n(?P<body>(?:    .*\n?|\n)*)", text, re.MULTILINE)
    for names, said in _entries(body["body"].splitlines() if body else []):
        for name in names.split(", "):
            found[name] = said
    return found


def _section(name: str, rest: str, body: list[str]) -> str:
    entries = _entries(body) if name in {"Args", "Attributes", "Raises"} else []
    if entries:
        items = "\n".join(f"- {codes(names.split(', '))}: {said}" for names, said in entries)
        return f"\n**{name}**\n\n{items}\n"
    told = " ".join((rest, *(line.strip() for line in body))).strip()
    return f"\n**{name}**: {told}\n"


def _entries(body: list[str]) -> list[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    for line in body:
        entry = _ENTRY.match(line)
        if entry is not None:
            entries.append((entry["names"], entry["text"]))
        elif entries and line.strip():
            names, said = entries[-1]
            entries[-1] = (names, f"{said} {line.strip()}")
    return entries


def signature(name: str, function: Callable[..., object]) -> str:
    """Return the signature of a function or a class; a long one has one parameter per line."""
    found = inspect.signature(_plain(function))
    parameters: list[str] = []
    starred = False
    for item in found.parameters.values():
        if item.name in {"self", "cls"}:
            continue
        if item.kind is item.KEYWORD_ONLY and not starred:
            parameters.append("*")
        starred = starred or item.kind in {item.KEYWORD_ONLY, item.VAR_POSITIONAL}
        parameters.append(_parameter(item))
    returns = (
        "" if inspect.isclass(function) or not found.return_annotation else f" -> {found.return_annotation}"
    )
    word = "async " if inspect.iscoroutinefunction(function) else ""
    line = f"{word}{name}({', '.join(parameters)}){returns}"
    if len(line) <= 100:
        return line
    return f"{word}{name}(\n" + "".join(f"    {item},\n" for item in parameters) + f"){returns}"


def _plain(function: Callable[..., object]) -> Callable[..., object]:
    """Return a function with the signature that is written; notebooks are shown every keyword, which the text describes."""
    if not isinstance(function, types.FunctionType) or "__signature__" not in vars(function):
        return function
    code, defaults = function.__code__, function.__defaults__
    copy = types.FunctionType(code, function.__globals__, function.__name__, defaults, function.__closure__)
    copy.__annotations__, copy.__kwdefaults__ = function.__annotations__, function.__kwdefaults__
    return copy


def _parameter(item: inspect.Parameter) -> str:
    star = "*" if item.kind is item.VAR_POSITIONAL else "**" if item.kind is item.VAR_KEYWORD else ""
    default = "" if item.default is item.empty else f" = {_default(item.default)}"
    return f"{star}{item.name}: {item.annotation}{default}"


def _default(value: object) -> str:
    """Return a default value as code; "..." if it is created by each call, or is too long."""
    said = repr(value)
    return "..." if "<" in said or len(said) > 40 else said
