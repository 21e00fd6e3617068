"""Reads the KEY=VALUE arguments of the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import get_args

from ..exceptions import ValidationError
from ..mapping.field_mapper import merge_extra
from ..models.request import ROLE_SPELLINGS, ImageRole
from ..models.wording import did_you_mean

_ROLE = re.compile(r"^(?P<role>[a-z_]+)=(?P<path>.*)$", re.DOTALL)
_ROLES = (*get_args(ImageRole), *ROLE_SPELLINGS)


def read_pairs(pairs: Iterable[str], *, option: str) -> dict[str, object]:
    """Return KEY=VALUE arguments as one object: values are JSON if they parse, else text; dots in keys nest.

    Raises:
        ValidationError: an argument has no "=", or an empty key.
    """
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        names = key.split(".")
        if not equals or not all(names):
            raise ValidationError(
                f"{option} {pair!r} is not KEY=VALUE; write, for example, {option} steps=30"
            )
        value = _value(text)
        for name in reversed(names):
            value = {name: value}
        assert isinstance(value, dict)
        found = merge_extra(found, value)
    return found


def read_image(word: str) -> dict[str, str]:
    """Return ROLE=PATH, or a path alone, as the fields of an `ImageInput`; alone, it goes where the model takes an image.

    Raises:
        ValidationError: there is no such role, or no path.
    """
    match = _ROLE.match(word)
    if match is None:
        return {"image": word, "type": "auto"}
    role, path = match["role"], match["path"]
    if role not in _ROLES:
        raise ValidationError(
            f"--image {word}: {role!r} is not a role{did_you_mean(role, _ROLES)} (roles: {', '.join(get_args(ImageRole))}); for a "
            f"file of this name, write ./{word}"
        )
    if not path:
        raise ValidationError(f"--image {word} has no image; write {role}=PATH, or a URL for the path")
    return {"type": role, "image": path}


def _value(text: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value
