"""Templates of prompts and file names: `{column}` stands for the cell of the row, and a doubled brace for one brace."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tarash.tarash_gateway.exceptions import ValidationError

DEFAULT_NAME = "{key}"
"""Template of the file names of a batch that names none."""
_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_BRACES = {"{{": "{", "}}": "}"}


def placeholders(template: str) -> tuple[str, ...]:
    """Return the columns that a template names, in its order.

    Raises:
        ValidationError: a brace is never closed or never opened, or a placeholder is empty.
    """
    return tuple(
        dict.fromkeys(name for part in _PART.finditer(template) if (name := _column(template, part)))
    )


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with every `{column}` replaced with the value of the row.

    Raises:
        ValidationError: the row has no such value, or the template is not one.
    """

    def value_of(part: re.Match[str]) -> str:
        name = _column(template, part)
        if name is None:
            return _BRACES[part[0]]
        if name not in values:
            raise ValidationError(
                f"the template needs {{{name}}}, and the row has no {name!r}; fill in the cell"
            )
        return values[name]

    return _PART.sub(value_of, template)


def _column(template: str, part: re.Match[str]) -> str | None:
    """Return the column of a placeholder; None for a doubled brace."""
    if part[0] in _BRACES:
        return None
    name = (part[1] or "").strip()
    if name:
        return name
    faults = {"{": "has a '{' that is never closed", "}": "has a '}' that is never opened"}
    raise ValidationError(
        f"the template {template[:200]!r} {faults.get(part[0], 'has an empty placeholder')} (character {part.start() + 1}); "
        "write {column} for the cell of a column, and {{ or }} for a brace itself"
    )


__all__ = ["DEFAULT_NAME", "filled", "placeholders"]
