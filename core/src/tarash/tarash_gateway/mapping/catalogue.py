"""The catalogue of a provider's models, which finds the row for a model name."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import zip_longest

from ..exceptions import ValidationError
from .table import ModalityName, Model

MOST_NAMES = 4096
"""Most names of models whose row is remembered."""


class Catalogue:
    """The rows of a provider.

    A model name finds the row with exactly that id; else the row with the longest matching prefix or pattern; else the generic
    row of the modality; else None. A prefix ends with a word or a number, never inside one: `flux-1` serves
    `flux-1-pro`, but neither `flux-10` nor `flux-1.1`.
    """

    def __init__(self, rows: Iterable[Model]) -> None:
        self._exact: dict[tuple[ModalityName, str], Model] = {}
        self._generic: dict[ModalityName, Model] = {}
        self._prefixes: dict[ModalityName, list[tuple[int, Model]]] = defaultdict(list)
        self._found: dict[tuple[ModalityName, str], Model | None] = {}
        self._guesses: dict[tuple[ModalityName, str], str | None] = {}
        self._members: dict[ModalityName, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        for row in rows:
            self.add(row)

    def members(self, modality: ModalityName) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the payload members that the rows of a modality write: the path of each, with the fields that it is made from."""
        if modality not in self._members:
            found = {
                (path, mapper.fields)
                for row in self.rows
                if row.modality == modality
                for path, mapper in row.fields.items()
            }
            self._members[modality] = tuple(sorted(found))
        return self._members[modality]

    @property
    def rows(self) -> tuple[Model, ...]:
        """Every row, generic ones last, in the order added."""
        return (*self._exact.values(), *self._generic.values())

    def add(self, row: Model, *, replace: bool = False) -> None:
        """Add a row.

        Raises:
            ValueError: there is a row with the same id, or a second generic row, and `replace` is False; or an id names no model.
            ValidationError: another row is as long and serves some of the same names, so that their order would decide.
        """
        if row.generic:
            if row.modality in self._generic and not replace:
                raise ValueError(f"two generic rows for {row.modality} models; keep one")
            self._generic[row.modality] = row
            self._forget()
            return
        if not row.id.strip("*"):
            raise ValueError(
                f"model row {row.id!r} names no model; set generic=True for a row that serves every name"
            )
        key = (row.modality, row.id)
        if key in self._exact and not replace:
            raise ValueError(f"model {row.id!r} has two rows for {row.modality}; merge them")
        letters = len(row.id.replace("*", ""))
        ranked = [item for item in self._prefixes[row.modality] if item[1].id != row.id]
        for _, other in (item for item in ranked if item[0] == letters):
            name = _shared_name(row.id, other.id)
            if name is not None:
                raise ValidationError(
                    f"the rows {other.id!r} and {row.id!r} are equally long and both serve {name!r}; make one of them longer"
                )
        self._exact[key] = row
        ranked.append((letters, row))
        ranked.sort(key=lambda item: -item[0])
        self._prefixes[row.modality] = ranked
        self._forget()

    def _forget(self) -> None:
        self._found.clear()
        self._guesses.clear()
        self._members.clear()

    def lookup(self, name: str, modality: ModalityName) -> Model | None:
        """Return the row that serves a model name, or None."""
        key = (modality, name)
        if key not in self._found:
            if len(self._found) > MOST_NAMES:
                self._found.clear()
            self._found[key] = self._search(name, modality)
        return self._found[key]

    def _search(self, name: str, modality: ModalityName) -> Model | None:
        exact = self._exact.get((modality, name))
        if exact is not None:
            return exact
        for _, row in self._prefixes.get(modality, ()):
            # most rows begin otherwise, and need no pattern: compiling those of all providers would delay the first call
            if name.startswith(row.id.partition("*")[0]) and _prefix_pattern(row.id).match(name):
                return row
        return self._generic.get(modality)

    def guess(self, name: str, modality: ModalityName) -> str | None:
        """Return the row's id that a model name was probably meant to be; None if there is none, or if the name has a row.

        Where a generic row serves every name, another number is another version, not a mistake: "veo31" resembles "veo3.1", and
        "veo3.2" does not.
        """
        key = (modality, name)
        if key not in self._guesses:
            if len(self._guesses) > MOST_NAMES:
                self._guesses.clear()
            self._guesses[key] = self._closest(name, modality)
        return self._guesses[key]

    def _closest(self, name: str, modality: ModalityName) -> str | None:
        row = self.lookup(name, modality)
        if row is not None and not row.generic:
            return None
        known = [item.id for _, item in self._prefixes.get(modality, ())]
        if any(name.endswith(f"/{item}") for item in known):
            # a resource name, such as "models/…"
            return None
        if row is not None:
            digits = _digits(name)
            known = [item for item in known if _digits(item) == digits]
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.6 if row is None else 0.85)
        return close[0] if close else None

    def has(self, modality: ModalityName) -> bool:
        """Return whether there is a row of this modality."""
        return modality in self._generic or bool(self._prefixes.get(modality))


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdigit())


def _shared_name(one: str, other: str) -> str | None:
    """Return a model name that both rows of the same length serve; None if none was found."""
    if "*" not in one + other:
        # two texts of one length do not begin alike
        return None
    segments = zip_longest(one.split("/"), other.split("/"), fillvalue="*")
    found = ((a if "*" not in a else b).replace("*", "standard") for a, b in segments)
    name = "/".join(found)
    return name if _prefix_pattern(one).match(name) and _prefix_pattern(other).match(name) else None


@cache
def _prefix_pattern(row_id: str) -> re.Pattern[str]:
    """Return what matches the beginning of a name; `*` is one segment of the path."""
    beginning = "[^/]+".join(re.escape(part) for part in row_id.split("*"))
    last = row_id[-1:]
    if last.isdigit():
        # 3 is another version than 3.1, 30 or 3b
        return re.compile(rf"{beginning}(?![^\W_]|\.\d)")
    # "video" is another word than "videos"; in "kling-v4" a version follows the letter
    return re.compile(rf"{beginning}(?![^\W\d_])" if last.isalpha() else beginning)
