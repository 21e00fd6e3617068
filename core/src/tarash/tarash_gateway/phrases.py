"""Messages that know which fields of a request or a configuration they name, so that no program has to search the words for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self, SupportsIndex, TypeAlias, cast

Topic: TypeAlias = Literal["", "pass_key"]
"""What `PythonWords` are about: "" is nothing that another program would say, "pass_key" is how to pass the key of the provider."""


@dataclass(frozen=True, slots=True)
class FieldMention:
    """A field that a message names; as text, it is written as in Python.

    Attributes:
        name, value, key, code: see `wrong_field`.
        is_wrong: whether the message is about this field; False if it only refers to it, such as in "it takes seed".
    """

    name: str
    value: object = None
    key: str | None = None
    is_wrong: bool = False
    code: str | None = None

    def __str__(self) -> str:
        if self.code is not None:
            return self.code
        place = self.name if self.key is None else f"{self.name}[{self.key!r}]"
        return place if self.value is None else f"{place}={_as_code(self.value)}"


def _as_code(value: object) -> str:
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value).items()
        return f"{{{', '.join(f'{name!r}: {_as_code(member)}' for name, member in members)}}}"
    return "…" if value is ... else repr(value)


@dataclass(frozen=True, slots=True)
class PythonWords:
    """Words for people who call the library from Python; the command line leaves them out, or has words of its own for the topic.

    Attributes:
        text: the words.
        topic: what they are about.
    """

    text: str
    topic: Topic = ""

    def __str__(self) -> str:
        return self.text


Part: TypeAlias = str | FieldMention | PythonWords
"""What a `Phrase` consists of."""


class Phrase(str):
    """A text that is equal to its Python words, and has the parts that these were made of.

    `+` and `join` keep the parts. An f-string and the other methods of `str` return text without them.

    Args:
        parts: texts, other phrases, mentions of fields, and words for Python.

    Attributes:
        parts: the same, with the parts of other phrases in their place.
    """

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    def __new__(cls, *parts: Part) -> Self:
        flat = tuple(inner for part in parts for inner in parts_of(part))
        phrase = super().__new__(cls, "".join(map(str, flat)))
        phrase.parts = flat
        return phrase

    def __add__(self, other: str) -> Phrase:
        return Phrase(self, other)

    def __radd__(self, other: str) -> Phrase:
        return Phrase(other, self)

    def join(self, texts: Iterable[str]) -> Phrase:
        """Return the texts with this one between each two of them."""
        between = [part for text in texts for part in (self, text)]
        return Phrase(*between[1:])

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[type[Phrase], tuple[Part, ...]]:
        return Phrase, self.parts


def wrong_field(
    name: str, value: object = None, *, key: str | None = None, code: str | None = None
) -> Phrase:
    """Return the name of a field that a message is about, which `TarashException.fields` then has.

    A message begins with it: `ValidationError(wrong_field("seed", -1) + " is out of range; use 0 or more")`.

    Args:
        name: name of the field; an input image is named by its role, such as "first_frame".
        value: its value in a form for messages, without a secret: text, a number, a list, or a mapping of members. `...` stands for a
            value to fill in. None names the field alone.
        key: name of a member, if the field is a mapping, such as `extra_params`.
        code: how Python code writes it, where that is neither the name nor `name=value`.
    """
    return Phrase(FieldMention(name, value, key, is_wrong=True, code=code))


def mention(name: str, value: object = None, *, key: str | None = None, code: str | None = None) -> Phrase:
    """Return the mention of a field that a message only refers to, as in advice: "it takes seed".

    The arguments are those of `wrong_field`.
    """
    return Phrase(FieldMention(name, value, key, code=code))


def python_words(text: str, topic: Topic = "") -> Phrase:
    """Return words for people who call the library from Python; the command line leaves them out.

    Args:
        text: the words.
        topic: "pass_key" if they say how to pass the key of the provider, for which the command line has words of its own.
    """
    return Phrase(PythonWords(text, topic))


def parts_of(text: Part) -> tuple[Part, ...]:
    """Return the parts of a text; any other text is its only part."""
    return text.parts if isinstance(text, Phrase) else (text,)


def wrong_fields(text: str) -> tuple[str, ...]:
    """Return the names of the fields that a message is about, each once, in its order."""
    return tuple(dict.fromkeys(found.name for found in _mentions(text) if found.is_wrong))


def _mentions(text: str) -> Iterator[FieldMention]:
    for part in parts_of(text):
        if isinstance(part, PythonWords):
            yield from _mentions(part.text)
        elif isinstance(part, FieldMention):
            yield part


def without(beginning: str, text: str) -> Phrase:
    """Return a text without its first part, or the beginning of that; the whole text if it begins otherwise."""
    first, *rest = parts_of(text)
    (part,) = parts_of(beginning)
    if isinstance(first, str) and isinstance(part, str):
        return Phrase(first.removeprefix(part), *rest)
    return Phrase(*(rest if first == part else parts_of(text)))


def rewritten(text: str, change: Callable[[str], str]) -> str:
    """Return what `change` makes of a text, such as without secrets, with its parts if `change` can be applied to each."""
    whole = change(str(text))
    if not isinstance(text, Phrase):
        return whole
    changed = Phrase(*(_rewritten(part, change) for part in text.parts))
    # what stands across two parts is changed in the whole alone
    return changed if changed == whole else whole


def _rewritten(part: Part, change: Callable[[str], str]) -> Part:
    if isinstance(part, str):
        return change(part)
    if isinstance(part, PythonWords):
        return replace(part, text=rewritten(part.text, change))
    code = part.code if part.code is None else change(part.code)
    return replace(part, value=_rewritten_value(part.value, change), code=code)


def _rewritten_value(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_rewritten_value(item, change) for item in cast("list[object]", value)]
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value).items()
        return {name: _rewritten_value(member, change) for name, member in members}
    return value


__all__ = [
    "FieldMention", "Part", "Phrase", "PythonWords", "Topic", "mention", "parts_of", "python_words", "rewritten", "without",
    "wrong_field", "wrong_fields",
]  # fmt: skip
