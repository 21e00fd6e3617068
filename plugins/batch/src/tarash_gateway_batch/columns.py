"""The columns of a table: what each is for, and what a misspelt one was meant to be."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationRequest

MODEL_COLUMNS = ("model", "fallback")
_ROLES = ("first_frame", "last_frame", "reference")
_SHOWN = 30
"""Number of columns that a message lists."""
_SURELY_MEANT = 0.75
"""How alike a column of any name must be to a field to be taken for one; a column that is refused suggests one earlier."""


def role_of(column: str) -> str | None:
    """Return the role of a column with an input image of a fixed role; `reference_2` and so on are further ones."""
    name = re.sub(r"_\d+$", "", column)
    return name if name in _ROLES else None


def is_known(column: str, request: type[GenerationRequest]) -> bool:
    """Return whether a column has a meaning of its own."""
    return column in _known(request) or role_of(column) is not None


@functools.cache
def _known(request: type[GenerationRequest]) -> tuple[str, ...]:
    return (*request.model_fields, *request.accepted_names, *MODEL_COLUMNS, *_ROLES)


def refuse_unknown(columns: Sequence[str], request: type[GenerationRequest]) -> None:
    """Refuse columns of a table whose rows have no template.

    Raises:
        ValidationError: there are some.
    """
    if not columns:
        return
    guesses = [repr(guess) for name in columns if (guess := _field_meant(name, request, cutoff=0.6))]
    meant = f"did you mean {' and '.join(guesses)}? Otherwise, " if guesses else ""
    what, it = (
        (f"the column {columns[0]!r} is not a field", "it")
        if len(columns) == 1
        else (f"the columns {', '.join(map(repr, columns))} are not fields", "them")
    )
    raise ValidationError(
        f"{what} of a request; {meant}use {it} in the prompts with a template, such as 'a clip for {{{columns[0]}}}', or remove "
        f"{it} (fields: {', '.join(request.model_fields)})"
    )


def _field_meant(column: str, request: type[GenerationRequest], *, cutoff: float) -> str | None:
    spelling = request.other_spellings.get(column.lower())
    return spelling or _closest(column, _known(request), cutoff=cutoff)


def _closest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the name that is most like another one, whatever their cases and spaces, or None."""
    plain = {_plain(item): item for item in known}
    close = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=cutoff)
    return plain[close[0]] if close else None


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def check_column(name: str, columns: Collection[str], use: str, *, others: Collection[str] = ()) -> None:
    """Check that a table has a column.

    Args:
        name: the column.
        columns: those of the table.
        use: what names it, such as "the key".
        others: what may be named besides columns.

    Raises:
        ValidationError: it has none.
    """
    if name in columns or name in others:
        return
    guess = _closest(name, (*columns, *others))
    meant = f"; did you mean {guess!r}?" if guess else ""
    too = f", and {', '.join(others)} can be used, too" if others else ""
    raise ValidationError(
        f"the table has no column {name!r} for {use}; its columns are {_listed([*columns])}{too}{meant}"
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def unused_columns(
    columns: Iterable[str], used: Collection[str], request: type[GenerationRequest]
) -> dict[str, str | None]:
    """Return the columns of a table with a template that nothing uses, each with the field that was probably meant, or None."""
    # the template writes the prompts, so their column is one like any other
    return {
        name: None if name == "prompt" else _field_meant(name, request, cutoff=_SURELY_MEANT)
        for name in columns
        if name and name not in used and (name == "prompt" or not is_known(name, request))
    }


def warnings_of(unused: Mapping[str, str | None]) -> list[str]:
    """Return what a user should know about columns that nothing uses: tables have such columns, and typing errors look like them."""
    told = [
        f"the column {name!r} is not used; did you mean {meant!r}?" for name, meant in unused.items() if meant
    ]
    if "prompt" in unused:
        told.append(
            "the column 'prompt' is not used, since the template writes the prompts; add {prompt} to it"
        )
    others = [repr(name) for name, meant in unused.items() if not meant and name != "prompt"]
    if others:
        subject = f"the column {others[0]} is" if len(others) == 1 else f"the columns {_listed(others)} are"
        told.append(
            f"{subject} not used: neither a field of a request, nor in the template, the file name or the key"
        )
    return told


__all__ = [
    "MODEL_COLUMNS",
    "check_column",
    "is_known",
    "refuse_unknown",
    "role_of",
    "unused_columns",
    "warnings_of",
]
