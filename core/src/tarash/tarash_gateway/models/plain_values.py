"""Checks text, and what is sent as JSON: bytes, half characters and objects are refused where they are given."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import Annotated, TypeAlias, cast

import pydantic
from pydantic_core import PydanticKnownError

from ..media.inputs import Media

MAX_DEPTH = 50
"""Most levels of lists and dictionaries; a list that contains itself has no end."""
MAX_DIGITS_BITS = 4096
"""Longest whole number in bits. Python writes no number of more than 4300 digits."""
_ALLOWED = "use text, numbers, True, False, None, lists and dictionaries"


def only_text(value: object) -> object:
    """Return a value unless it is bytes, or a text that cannot be sent."""
    if isinstance(value, bytes | bytearray):
        # pydantic would decode them
        raise PydanticKnownError("string_type")
    if isinstance(value, str) and not _is_unicode(value):
        raise PydanticKnownError("string_unicode")
    return value


Text: TypeAlias = Annotated[str, pydantic.BeforeValidator(only_text)]
"""Text, not bytes, all of which can be sent."""
SecretText: TypeAlias = Annotated[pydantic.SecretStr, pydantic.BeforeValidator(only_text)]
"""A secret, given as text or as a `SecretStr`."""


def _only_name(value: object) -> object:
    """Return the name of a provider or a model without the blanks around it, as copying may leave them."""
    found = only_text(value)
    if not isinstance(found, str):
        return found
    name = found.strip()
    if not name.isprintable():
        raise ValueError("a name must be one line of visible characters")
    return name


Name: TypeAlias = Annotated[str, pydantic.BeforeValidator(_only_name)]
"""The name of a provider or a model."""


def check_plain(name: str, value: object, *, or_media: bool = False) -> None:
    """Check that a value can be sent as JSON.

    Args:
        name: how the message calls it, such as "extra_params['tags']". The message never shows the value, which may be a secret.
        value: the value.
        or_media: whether it, and what is in its lists and dictionaries, may also be an image or a video in any form.

    Raises:
        ValueError: it cannot.
    """
    _check(name, value, _may_be_media if or_media else _is_nothing_else, depth=0)


def _check(name: str, value: object, is_allowed: Callable[[object], bool], *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError(f"{name[:80]}… has more than {MAX_DEPTH} levels, or contains itself; flatten it")
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str) or not _is_unicode(key):
                raise ValueError(f"{name} must have text as its names")
            _check(f"{name}[{key[:40]!r}]", item, is_allowed, depth=depth + 1)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            _check(f"{name}[{index}]", item, is_allowed, depth=depth + 1)
    elif (problem := _problem(value, is_allowed)) is not None:
        raise ValueError(f"{name} {problem}")


def _problem(value: object, is_allowed: Callable[[object], bool]) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return (
            None
            if _is_unicode(value)
            else "has characters that are not valid Unicode; pass text decoded as UTF-8"
        )
    if isinstance(value, int):
        return None if value.bit_length() <= MAX_DIGITS_BITS else "is too large a number to send"
    if isinstance(value, float):
        return None if math.isfinite(value) else "must be a finite number"
    return None if is_allowed(value) else f"is of type {type(value).__name__}; {_ALLOWED}"


def _is_nothing_else(_: object) -> bool:
    return False


def _may_be_media(value: object) -> bool:
    """Return whether a value has the type of a path, bytes, a file object, a picture, or one of our models."""
    if isinstance(value, type):
        return False
    is_known = isinstance(value, bytes | bytearray | memoryview | os.PathLike | Media | pydantic.BaseModel)
    return is_known or any(hasattr(value, name) for name in ("read", "save"))


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        # Python reads other bytes of an argument, or half of a pair in JSON, as characters that nothing can send
        return False
    return True


__all__ = ["Name", "SecretText", "Text", "check_plain", "only_text"]
