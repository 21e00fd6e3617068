"""Tells mistakes in the words of the command: options in place of the fields, classes and keywords of the Python API."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from ..exceptions import AuthenticationError, ProviderNotInstalledError, TarashException
from ..mapping.values import IMAGE_ROLES
from ..models.dimensions import plain_number
from ..phrases import FieldMention, Part, PythonWords, parts_of

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "prompt": "PROMPT",
        "duration_seconds": "--duration",
        "number_of_videos": "--count",
        "n": "--count",
        "generate_audio": "--audio",
        "mask_image": "--mask",
        "image_list": "--image",
        "extra_params": "--param",
        "fallback_configs": "--fallback",
        "max_cost_usd": "--max-cost",
        **{
            name: f"--{name.replace('_', '-')}"
            for name in (
                "negative_prompt", "aspect_ratio", "seed", "resolution", "video", "enhance_prompt", "size", "quality", "style",
                "provider", "model", "account", "timeout", "unsupported", "base_url", "api_version", "provider_config",
            )
        },
    }
)  # fmt: skip
"""The option of each field that the command sets."""
# the keyword of a search that has the name of no field
_OPTIONS = {**OPTIONS, "can": "--can"}
_IMAGE_ROLES = {**{name: name for name in IMAGE_ROLES}, "style_image": "style"}
_MAPPINGS = ("extra_params", "provider_config")


def told(error: TarashException, *, by_option: bool = True) -> str:
    """Return an exception as one line, as the command prints it.

    Args:
        error: an exception of the library.
        by_option: whether the command has an option for each field.
    """
    where = "/".join(str(part) for part in (error.provider, error.model) if part)
    suffix = f" (request {error.request_id})" if error.request_id else ""
    message = message_of(error, by_option=by_option)
    # the message of a provider that is not installed names it, as does one of a saved job
    prefix = f"{where}: " if where and not isinstance(error, ProviderNotInstalledError) else ""
    return one_line(f"{prefix}{message}{suffix}")


def message_of(error: TarashException, *, by_option: bool = True) -> str:
    """Return the message of an exception in the words of the command; what a provider has said stays as it is."""
    parts = parts_of(error.message)
    advice = f"run 'tarash keys set {error.provider or 'PROVIDER'}'"
    words = [_words_of(part, advice, by_option=by_option) for part in parts]
    message = "".join(words)
    # what a provider has answered has its status
    is_ours = isinstance(error, AuthenticationError) and error.status_code is None
    return f"{message}, or {advice}" if is_ours and "tarash keys" not in message else message


def _words_of(part: Part, key_advice: str, *, by_option: bool) -> str:
    if isinstance(part, PythonWords):
        return key_advice if part.topic == "pass_key" else ""
    return in_option_words(part) if by_option and isinstance(part, FieldMention) else str(part)


def in_option_words(field: FieldMention) -> str:
    """Return a field, with its value if it has one, as the option that would be written; as in Python if there is no option."""
    name, value = field.name, field.value
    if name in _IMAGE_ROLES:
        return f"--image {_IMAGE_ROLES[name]}{_image(value)}"
    option = _OPTIONS.get(name)
    if option is None:
        return str(field)
    if name in _MAPPINGS:
        return " ".join(_members(option, field)) or option
    if isinstance(value, bool):
        return option if value else option.replace("--", "--no-", 1)
    return option if value is None else f"{option} {_word(value)}"


def _image(value: object) -> str:
    """Return the image of a role, of several the first, as it is given to the option."""
    images = cast("list[object]", value) if isinstance(value, list | tuple) else [value]
    if value is None or not images:
        return ""
    return f"={_word(images[0])}{' and others' if len(images) > 1 else ''}"


def _members(option: str, field: FieldMention) -> list[str]:
    if field.key is not None:
        return [f"{option} {field.key}{'' if field.value is None else f'={_member(field.value)}'}"]
    members = cast("Mapping[str, object]", field.value) if isinstance(field.value, Mapping) else {}
    return [f"{option} {name}={_member(member)}" for name, member in members.items()]


def _member(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else _word(value)


def _word(value: object) -> str:
    if value is ...:
        return "…"
    return shlex.quote(plain_number(value) if isinstance(value, int | float) else str(value))


def one_line(text: str) -> str:
    """Return a text without line breaks and without what a terminal would obey, such as an escape code."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


__all__ = ["OPTIONS", "in_option_words", "message_of", "one_line", "told"]
