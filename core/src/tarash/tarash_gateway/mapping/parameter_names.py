"""Finds what a misspelt name in `extra_params` was meant to be; such a name is sent as it is, since models change weekly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .field_mapper import ExtraParamsMapper
from .table import Model

SHORTEST_NAME = 5
"""Shorter names are never taken for one with a letter more or less: "mode" and "model" are different parameters."""


def parameter_notices(row: Model, given: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each name in `extra_params` that resembles one that the row has."""
    known = frozenset(_known(row))
    meant = ((name, _meant(name, known)) for name in given if name not in known)
    return tuple(
        f"extra_params has {name!r}, which the table does not have; did you mean {guess!r}? It is sent as it is"
        for name, guess in meant
        if guess is not None
    )


def _known(row: Model) -> Iterator[str]:
    """Yield the names at the top of the payload, and the parameters that the row documents."""
    for path, mapper in row.fields.items():
        if isinstance(mapper, ExtraParamsMapper):
            yield from (*mapper.known, *mapper.needed, *mapper.media)
        else:
            yield path.partition(".")[0]
    yield from (path.partition(".")[0] for path in row.constants)
    yield from row.replaced_by.values()
    yield from row.example_params


def _meant(name: str, known: Iterable[str]) -> str | None:
    return next((item for item in sorted(known) if _style_free(item) == _style_free(name)), None) or next(
        (item for item in sorted(known) if _is_slip(name, item)), None
    )


def _style_free(name: str) -> str:
    """Return a name without what distinguishes negativePrompt, negative-prompt and negative_prompt."""
    return name.replace("_", "").replace("-", "").lower()


def _is_slip(name: str, known: str) -> bool:
    """Return whether two letters are swapped, or one is missing or too many.

    Real parameters differ by a final "s" (image_url, image_urls), a digit (image_1, image_2) or another letter (x_start, y_start).
    """
    short, long = sorted((name, known), key=len)
    if len(short) < SHORTEST_NAME:
        return False
    at = next((index for index, letter in enumerate(short) if letter != long[index]), len(short))
    if len(short) == len(long):
        pair = long[at : at + 2]
        return pair.isalpha() and short[at:] == pair[::-1] + long[at + 2 :]
    extra, is_plural = long[at], long == f"{short}s"
    return short[at:] == long[at + 1 :] and not extra.isdigit() and not is_plural


__all__ = ["parameter_notices"]
