"""Says what is wrong with the values of a model: where, what is allowed, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pydantic

from .addresses import without_password
from .wrong_values import joined, sentence_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

PLACES_TOLD = 5
"""Most places that a message names: a list of a thousand wrong items needs no thousand sentences."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a model.

    Attributes:
        field: name of the field; "" if the model as a whole is wrong.
        place: the field with the position in a list, or the name in a mapping.
        shown: the value as Python code; "" if it is long, or may be a secret.
        sentence: what is allowed. It begins with ":" if it is a sentence of its own, and with a verb otherwise.
    """

    field: str
    place: str
    shown: str
    sentence: str

    def __str__(self) -> str:
        return self.after(f"{self.place}={self.shown}" if self.shown else self.place)

    def after(self, place: str) -> str:
        """Return the sentence after another name of the place, which may be empty."""
        if self.sentence.startswith(f": {self.field}["):
            # it names a place that is deeper in the field
            return f"{place.partition('=')[0]}{self.sentence.removeprefix(f': {self.field}')}"
        if self.sentence.startswith(":"):
            return f"{place}{self.sentence}" if place else self.sentence.removeprefix(": ")
        return f"{place} {self.sentence}" if place else f"it {self.sentence}"


def problems_of(
    kind: type[pydantic.BaseModel], error: pydantic.ValidationError, values: Mapping[str, object]
) -> tuple[Problem, ...]:
    """Return what is wrong, one problem for each place.

    Args:
        kind: the model.
        error: what pydantic found.
        values: the values that were given by name; empty if they are not known, and then none is shown.
    """
    told: dict[tuple[str, str, str], list[str]] = {}
    for item in error.errors(include_url=False):
        name, *inner = item["loc"] or ("",)
        whole = values.get(str(name))
        members = whole if isinstance(whole, Mapping) else ()
        # the types of a union have names, too; only the field, the position in a list and the name in a mapping say where it is
        indices = [f"[{part!r}]" for part in inner if isinstance(part, int) or part in members]
        place = "".join((str(name), *([] if "[key]" in inner else indices)))
        shown = _shown(place, whole if len(item["loc"]) == 1 else None)
        told.setdefault((str(name), place, shown), []).append(_sentence(kind, item))
    return tuple(Problem(*place, joined(sentences)) for place, sentences in told.items())


def in_one_line(problems: Iterable[object]) -> str:
    """Return problems as one sentence; of very many, the first ones."""
    first, others = (found := list(map(str, problems)))[:PLACES_TOLD], len(found) - PLACES_TOLD
    return "; ".join([*first, *([f"and {others} more"] if others > 0 else [])])


def pasted(name: str, value: object) -> str:
    """Return a value as Python code; "…" for a secret, and for one that is too long to show, or is not a plain value."""
    from ..media.redaction import redact

    is_plain = value is None or isinstance(value, list | tuple | dict) or _is_short(value)
    if not is_plain or _may_be_secret(name):
        return "…"
    try:
        text = repr(redact(value))
    except Exception:  # noqa: BLE001 - what is in a list may be anything, and its repr may fail
        return "…"
    return text if len(text) <= 200 else "…"


def _sentence(kind: type[pydantic.BaseModel], item: ErrorDetails) -> str:
    """Return what is wrong: a sentence of ours as it is, after ":"."""
    if item["type"] == "value_error":
        return f": {item['msg'].removeprefix('Value error, ').removeprefix(f'{kind.__name__}: ')}"
    if item["type"] == "model_type":
        return f": pass {item.get('ctx', {}).get('class_name')}(…), or a dictionary of its fields"
    if item["type"] == "json_invalid":
        return f": not JSON: {item.get('ctx', {}).get('error')}"
    if item["loc"][-1:] == ("[key]",):
        return "must have text as its names"
    is_whole = len(item["loc"]) == 1
    return sentence_of(item, kind.model_fields.get(str(item["loc"][0])) if is_whole else None)


def _shown(place: str, value: object) -> str:
    if isinstance(value, str):
        value = without_password(value)
        # without its scheme, a login is not found in it
        value = None if place.endswith("url") and "@" in value else value
    return repr(value) if not _may_be_secret(place) and _is_short(value) else ""


def _may_be_secret(name: str) -> bool:
    """Return whether a field of this name, which may be misspelt, may hold a key or an address with a token."""
    # an error is rare, and the expressions of that module need not be compiled for the import
    from ..media.redaction import is_secret_name

    return any(word in name.lower() for word in ("key", "webhook", "header")) or is_secret_name(name)


def _is_short(value: object) -> bool:
    if isinstance(value, int):
        # an integer of thousands of digits cannot even be written out
        return value.bit_length() < 256
    return isinstance(value, float) or (isinstance(value, str) and len(value) < 80)


__all__ = ["Problem", "in_one_line", "pasted", "problems_of"]
