"""Says what is wrong with the values of a model: where, what is allowed, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pydantic

from ..exceptions import TarashException
from ..phrases import Phrase, python_words, without, wrong_field
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
        key: the name in a mapping, or None.
        place: the field with the position in a list, or the name in a mapping.
        shown: the value; None if it is long, or may be a secret.
        sentence: what is allowed. It begins with ":" if it is a sentence of its own, and with a verb otherwise.
    """

    field: str
    key: str | None
    place: str
    shown: str | float | None
    sentence: str

    def told(self) -> str:
        """Return the place with what is wrong there."""
        if not self.place:
            is_sentence = self.sentence.startswith(": ")
            return without(": ", self.sentence) if is_sentence else f"it {self.sentence}"
        if self.sentence.startswith(f": {self.field}["):
            # it names a place that is deeper in the field
            return wrong_field(self.field) + self.sentence.removeprefix(f": {self.field}")
        code = self.place if "[" in self.place else None
        where = wrong_field(self.field, self.shown, key=self.key, code=code)
        return where + (self.sentence if self.sentence.startswith(":") else f" {self.sentence}")


def problems_of(
    kind: type[pydantic.BaseModel], error: pydantic.ValidationError, values: Mapping[str, object]
) -> tuple[Problem, ...]:
    """Return what is wrong, one problem for each place.

    Args:
        kind: the model.
        error: what pydantic found.
        values: the values that were given by name; empty if they are not known, and then none is shown.
    """
    told: dict[tuple[str, str | None, str, str | float | None], list[str]] = {}
    for item in error.errors(include_url=False):
        name, *inner = item["loc"] or ("",)
        whole = values.get(str(name))
        members = whole if isinstance(whole, Mapping) else ()
        # the types of a union have names, too; only the field, the position in a list and the name in a mapping say where it is
        indices = [f"[{part!r}]" for part in inner if isinstance(part, int) or part in members]
        place = "".join((str(name), *([] if "[key]" in inner else indices)))
        key = next((part for part in inner[:1] if isinstance(part, str) and part in members), None)
        shown = _shown(place, whole if len(item["loc"]) == 1 else None)
        told.setdefault((str(name), key, place, shown), []).append(_sentence(kind, item))
    return tuple(Problem(*place, joined(sentences)) for place, sentences in told.items())


def in_one_line(problems: Iterable[Problem]) -> Phrase:
    """Return problems as one sentence; of very many, the first ones."""
    first, others = (found := list(problems))[:PLACES_TOLD], len(found) - PLACES_TOLD
    rest = [f"and {others} more"] if others > 0 else []
    return Phrase("; ").join([*(problem.told() for problem in first), *rest])


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
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, TarashException) and not item["loc"]:
        # of this model itself, which pydantic has created by its constructor
        return ": " + without(python_words(f"{kind.__name__}: "), cause.message)
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


def _shown(place: str, value: object) -> str | float | None:
    if isinstance(value, str):
        value = without_password(value)
        # without its scheme, a login is not found in it
        value = None if place.endswith("url") and "@" in value else value
    if not isinstance(value, str | int | float) or not _is_short(value) or _may_be_secret(place):
        return None
    return value


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
