"""Reads what is sent: the members of a submission, and the shapes and lengths that they state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit

from ...mapping.durations import DurationMapper
from ...mapping.table import Model
from ...models.dimensions import Ratio
from ...models.request import GenerationRequest
from ...steps import HttpCall
from ..simulator.messages import read_json
from .context import CheckContext
from .exercise import submitted

Members = dict[str, list[object]]
"""The values of each member, by path: several if it stands in a list."""
SHAPES = {"landscape": 1, "horizontal": 1, "portrait": -1, "vertical": -1}
"""Words of providers: 1 is wide, -1 is tall."""
LONGEST_TEXT = 40
"""No shape and no length is a longer text."""
_PAIR = re.compile(r"([0-9]+(?:\.[0-9]+)?)[:x*×/]([0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
_LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?[a-z]*")
_WIDTH, _HEIGHT = "width", "height"


def submission_of(context: CheckContext, row: Model, request: GenerationRequest) -> HttpCall | None:
    """Return the call that submits a request for the model of a row; None if the row or its rules refuse the request."""
    found = submitted(context, row, request)
    made = [] if found is None else [sent for sent in found[1] if sent.may_create_job]
    return made[-1] if made else None


def members_of(call: HttpCall) -> Members:
    """Return the members of a submission: those of its body, and of its query."""
    found: Members = {}
    for name, text in parse_qsl(urlsplit(call.url).query):
        found.setdefault(name, []).append(text)
    for part in call.multipart or ():
        if isinstance(part.value, str):
            found.setdefault(part.name, []).append(part.value)
    content = None if call.content is None else read_json(call.content)
    for body in (call.json, call.form, content):
        for path, values in grouped(body).items():
            found.setdefault(path, []).extend(values)
    return found


def words_of(call: HttpCall) -> frozenset[str]:
    """Return the texts in which a submission can name its model: the parts of its path, and the members of its body."""
    path = unquote(urlsplit(call.url).path)
    texts = {value for values in members_of(call).values() for value in values if isinstance(value, str)}
    return frozenset({path, *(text for text in texts if len(text) < 10 * LONGEST_TEXT)})


def is_named(model: str, call: HttpCall) -> bool:
    """Return whether a submission has the name of a model as a whole word; "acme" is not in "acme-2"."""
    name = re.compile(rf"(?<![\w.-]){re.escape(model)}(?![\w.-])")
    return any(name.search(word) for word in words_of(call))


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield every member of JSON data that holds no others, with its path, such as "input.duration"; a list adds nothing to it."""
    if isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from leaves(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[object]", value):
            yield from leaves(item, path)
    else:
        yield path, value


def grouped(value: object) -> Members:
    """Return the members of JSON data that hold no others."""
    found: Members = {}
    for path, leaf in leaves(value):
        found.setdefault(path, []).append(leaf)
    return found


def turned(payload: object, wanted: str) -> str | None:
    """Return the member of a payload whose shape is turned by 90 degrees against a ratio or a size; None if none is."""
    asked = Ratio.of(wanted)
    if asked is None or asked.value == 1:
        return None
    for path, tall_or_wide in _shapes(payload):
        if tall_or_wide and (tall_or_wide > 0) != (asked.value > 1):
            return path
    return None


def _shapes(payload: object) -> Iterator[tuple[str, float]]:
    """Yield the members that state a shape, each with a number above 0 if it is wide, and below 0 if it is tall."""
    numbers: dict[str, float] = {}
    for path, value in leaves(payload):
        if isinstance(value, str) and len(value) <= LONGEST_TEXT:
            words = set(re.split(r"[^a-z]+", value.lower()))
            stated = [sign for word, sign in SHAPES.items() if word in words]
            pair = _PAIR.fullmatch(value)
            if stated:
                yield f"{path}={value!r}", stated[0]
            elif pair is not None:
                yield f"{path}={value!r}", float(pair[1]) - float(pair[2])
        elif isinstance(value, int | float) and not isinstance(value, bool):
            numbers[path] = value
    for path, width in numbers.items():
        owner, _, name = path.rpartition(".")
        height = numbers.get(f"{owner}.{_HEIGHT}" if owner else _HEIGHT)
        if name == _WIDTH and height is not None:
            yield f"{path}={width:g} and {_HEIGHT}={height:g}", width - height


def lengths(first: object, second: object) -> Iterator[tuple[str, float, float]]:
    """Yield the numbers in which two payloads differ, each with its path."""
    others = dict(leaves(second))
    for path, value in leaves(first):
        one, other = number_of(value), number_of(others.get(path))
        if one is not None and other is not None and one != other:
            yield path, one, other


def number_of(value: object) -> float | None:
    """Return a number, or that of a text such as "8s"; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    found = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else float(found[1])


def numbers_of_row(row: Model, seconds: float) -> set[float]:
    """Return the numbers as which a row sends a length: the seconds, or the frames that its mapper makes of them."""
    mappers = [mapper for mapper in row.fields.values() if isinstance(mapper, DurationMapper)]
    made = [number_of(mapper.encode({"duration_seconds": seconds})) for mapper in mappers]
    return {seconds, *(number for number in made if number is not None)}


__all__ = [
    "grouped",
    "is_named",
    "leaves",
    "lengths",
    "members_of",
    "number_of",
    "numbers_of_row",
    "submission_of",
    "turned",
    "words_of",
]
