"""Removes secrets and inline media from everything that people and logs see; no other code does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import cast

from .inputs import Media

MASK = "***"
SHORTEST_SECRET = 6
"""Shorter strings are not searched for: they occur in ordinary words, and no real key is that short."""
_NO_NAMES: AbstractSet[str] = frozenset()
_DEEPEST = 100
"""Most levels that are copied: only a value that contains itself has more."""

_SECRET_NAME = re.compile(
    r"(authorization|api[-_]?keys?|access[-_]?keys?|private[-_]?keys?|secret|token|password|credentials?|cookie|x-key|signature|^key)$"
    r"|secret",
    re.IGNORECASE,
)
# names are limited in length and checked separately, so that the search stays linear for any answer of a provider
_QUERY_PARAMETER = re.compile(r"([?&])([\w.-]{1,100})=[^&\s\"'#]+")
_SIGNING_NAME = re.compile(r"signature|token|credential|secret|key|sig|policy|expires", re.IGNORECASE)
_USER_INFO = re.compile(r"(://)[^\s/?#@\"']{1,500}@")
_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,[A-Za-z0-9+/=_-]+")
_SHORTEST_BASE64 = 512
_LONG_BASE64 = re.compile(rf"[A-Za-z0-9+/_-]{{{_SHORTEST_BASE64},}}={{0,2}}")
# Common key formats, for strings in which a provider echoes a key that is not ours.
_KEY_SHAPE = re.compile(
    r"\b(?:(?:sk|r8|key|xai|luma|bfl)[-_]|AIza|ya29\.)[A-Za-z0-9_-]{12,}\b|\b(?:Bearer|Key|Token) [A-Za-z0-9._:~+/-]{8,}=*"
)


def is_secret_name(name: str) -> bool:
    """Return whether a member of this name holds a secret, judging by the name."""
    return _SECRET_NAME.search(name) is not None


def redact_text(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Return `text` without the given secrets, words that look like keys, signed query values, logins in URLs and inline media."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    # an id, as nearly every job has one, holds none of the marks that most expressions look for
    if "data:" in text:
        text = _DATA_URI.sub(
            lambda found: f"<inline {found.group(1) or 'data'}, {len(found.group(0))} characters>", text
        )
    if "@" in text:
        text = _USER_INFO.sub(rf"\1{MASK}@", text)
    if "=" in text:
        text = _QUERY_PARAMETER.sub(_without_signature, text)
    text = _KEY_SHAPE.sub(MASK, text)
    if len(text) >= _SHORTEST_BASE64:
        text = _LONG_BASE64.sub(lambda found: f"<{len(found.group(0))} characters of base64>", text)
    return text


def _without_signature(found: re.Match[str]) -> str:
    mark, name = found.groups()
    return f"{mark}{name}={MASK}" if _SIGNING_NAME.search(name) else found.group(0)


def redact(value: object, *, secrets: Iterable[str] = ()) -> object:
    """Return a copy of `value`, as JSON data, with secrets masked and media summarised.

    Members with the name of a secret (authorization, api_key, …) are always masked.
    """
    return _redact(value, tuple(secrets), 0)


def _redact(value: object, secrets: tuple[str, ...], depth: int) -> object:
    if isinstance(value, str):
        return redact_text(value, secrets=secrets)
    if isinstance(value, Media):
        return value.summary()
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    if depth == _DEEPEST:
        return None
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value)
        return {
            redact_text(str(name), secrets=secrets): MASK
            if item and isinstance(item, str | list | tuple) and is_secret_name(str(name))
            else _redact(item, secrets, depth + 1)
            for name, item in members.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact(item, secrets, depth + 1) for item in cast("Iterable[object]", value)]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value), secrets=secrets)


def secret_texts(values: Mapping[str, object], *, names: AbstractSet[str] = _NO_NAMES) -> tuple[str, ...]:
    """Return the strings in `values`, at any depth, whose names mark them as secrets, or are among `names`."""
    found: list[str] = []
    for name, value in values.items():
        items = value if isinstance(value, list | tuple) else (value,)
        for item in cast("Iterable[object]", items):
            if isinstance(item, Mapping):
                found.extend(secret_texts(cast("Mapping[str, object]", item), names=names))
            elif isinstance(item, str) and (name in names or is_secret_name(name)):
                found.append(item)
    return tuple(found)


def without_secrets(
    values: Mapping[str, object], *, names: AbstractSet[str] = _NO_NAMES
) -> dict[str, object]:
    """Return a copy of `values` without the members, at any depth, whose names mark them as secrets, or are among `names`."""
    return {
        name: _without_secrets(value, names)
        for name, value in values.items()
        if not (name in names or (isinstance(value, str | list | tuple) and is_secret_name(name)))
    }


def _without_secrets(value: object, names: AbstractSet[str]) -> object:
    if isinstance(value, Mapping):
        return without_secrets(cast("Mapping[str, object]", value), names=names)
    if isinstance(value, list | tuple):
        return [_without_secrets(item, names) for item in cast("Iterable[object]", value)]
    return value
