"""Finds what of a request is in its submission, and where an input image stands: as its bytes, or under its name since the upload."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from ...media.inputs import Media
from ...steps import HttpCall
from ..simulator.messages import read_json
from .requests import PROMPT
from .sent import leaves
from .wire import Wire, visible_text

SHORTEST_PART = 8
"""Shorter names of an upload count only if they are a whole text of the submission."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image stands.

    Attributes:
        path: names and numbers of the members that lead to it, or the name of a form field or part.
        position: what stands further back is greater.
    """

    path: tuple[str, ...]
    position: tuple[int, int]

    @property
    def names(self) -> frozenset[str]:
        """The names on the path, without the numbers."""
        return frozenset(step for step in self.path if not step.isdecimal())


def places_in_payload(payload: object, images: Sequence[bytes]) -> list[Place | None]:
    """Return where in what was mapped the images stand; None for one that is not there."""
    return [_found(list(_leaves(payload)), _own_forms(image), frozenset()) for image in images]


def places_in_submission(wire: Wire, images: Sequence[bytes]) -> list[Place | None]:
    """Return where in the last submission the images stand; None for one that is not found, or if there is no submission."""
    sent = [call for call, _ in wire.exchanges if any(PROMPT in text for _, text in _leaves_of(call))]
    if not sent:
        return [None for _ in images]
    leaves = list(_leaves_of(sent[-1]))
    names = [_names_of(wire, image, sent[-1]) for image in images]
    own = [
        found.difference(*(other for other in names if other is not found)) if len(names) > 1 else found
        for found in names
    ]
    return [_found(leaves, _own_forms(image), given) for image, given in zip(images, own, strict=True)]


def unsent_values(payload: object, wire: Wire) -> list[str]:
    """Return the texts and numbers of a payload that are in no call, each with its name."""
    sent = {text for call in wire.calls for text in _sent_values(call)}
    urls = [unquote_plus(call.url) for call in wire.calls]
    return [
        f"{path}={value!r}"
        for path, value in _scalars(payload)
        # a digit may stand in any address
        if _comparable(value) not in sent
        and not (isinstance(value, str) and any(value in url for url in urls))
    ]


def _sent_values(call: HttpCall) -> Iterator[str]:
    """Yield every value in the body and the headers of a call, as it can be compared."""
    content = None if call.content is None else read_json(call.content)
    for body in (call.json, call.form, content):
        yield from (_comparable(value) for _, value in _scalars(body))
    yield from (_comparable(part.value) for part in call.multipart or () if isinstance(part.value, str))
    yield from (_comparable(value) for value in call.headers.values())
    yield from (_comparable(value) for _, value in parse_qsl(urlsplit(call.url).query))


def _scalars(value: object) -> Iterator[tuple[str, str | float]]:
    """Yield every text and number with its path; a switch has other words at every provider."""
    for path, leaf in leaves(value):
        if isinstance(leaf, str | int | float) and not isinstance(leaf, bool):
            yield path, leaf


def _comparable(value: str | float) -> str:
    try:
        return str(float(value))
    except ValueError:
        return str(value)


def misplaced(
    names: Sequence[str], wanted: Sequence[Place | None], found: Sequence[Place | None]
) -> str | None:
    """Return what is wrong with the places of images, which are in the order of the request; None if nothing is."""
    for name, own, place in zip(names, wanted, found, strict=True):
        for other_name, other in zip(names, wanted, strict=True):
            if own is None or place is None or other is None:
                continue
            if place.names & (other.names - own.names) and not place.names & (own.names - other.names):
                return f"{name} is sent as {'.'.join(place.path)}, the place of {other_name}"
    members = {None if place is None else place.names for place in wanted}
    sent = [(place.position, name) for name, place in zip(names, found, strict=True) if place is not None]
    if len(members) == 1 and sent != sorted(sent):
        return (
            f"the images are sent in another order than given: {', '.join(name for _, name in sorted(sent))}"
        )
    return None


def _found(
    leaves: Sequence[tuple[tuple[str, ...], str]], forms: Sequence[str], names: frozenset[str]
) -> Place | None:
    for number, (path, text) in enumerate(leaves):
        for form in forms:
            if form in text:
                return Place(path, (number, text.index(form)))
        for name in names:
            if name == text or (len(name) >= SHORTEST_PART and name in text):
                return Place(path, (number, text.index(name)))
    return None


def _own_forms(image: bytes) -> tuple[str, str]:
    return base64.b64encode(image).decode(), image.decode("latin-1")


def _names_of(wire: Wire, image: bytes, submission: HttpCall) -> frozenset[str]:
    """Return the strings by which the provider may know an image that was uploaded."""
    forms = _own_forms(image)
    uploads = [
        (call, answer)
        for call, answer in wire.exchanges
        if call is not submission
        and call.method != "GET"
        and any(form in visible_text(call) for form in forms)
    ]
    names: set[str] = set()
    for call, answer in uploads:
        url = call.url.partition("?")[0]
        names |= {url, *_texts(answer)}
        for _, other in wire.exchanges:
            if call.url.encode() in other:
                # it said where to upload, and how the file will be called
                names |= set(_texts(other))
    return frozenset(names)


def _texts(answer: bytes) -> list[str]:
    return [text for _, text in _leaves(read_json(answer))]


def _leaves_of(call: HttpCall) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text of a body, in order."""
    for part in call.multipart or ():
        value = part.value if isinstance(part.value, str) else part.value.decode("latin-1")
        yield (part.name,), value
    yield from _leaves(call.form if call.form is not None else call.json)
    if call.content is not None:
        yield from _leaves(read_json(call.content))


def _leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Media):
        yield path, (value.content or b"").decode("latin-1") or value.url or ""
    elif isinstance(value, bytes):
        yield path, value.decode("latin-1")
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from _leaves(member, (*path, *str(name).split(".")))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(cast("Sequence[object]", value)):
            yield from _leaves(item, (*path, str(number)))


__all__ = ["Place", "misplaced", "places_in_payload", "places_in_submission", "unsent_values"]
