"""Checks what a plugin declares about its provider, when it is loaded: a wrong field must not surface later as another error."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, cast

from ..mapping.row_checks import shown
from ..models.addresses import checked_server_url
from ..models.modality import known_modalities
from .info import AuthScheme, ProviderInfo
from .settings import secret_fields

_NO_SERVER = re.compile(r"[a-z]+:")
"""The base URL of a provider that renders on this machine."""
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9*.-]+)(:[0-9]+)?")


def wrong_info(info: ProviderInfo) -> str | None:
    """Return what is wrong with a declaration, as the rest of a sentence; None if nothing is."""
    return (
        _wrong_types(info)
        or _wrong_addresses(info)
        or _wrong_key(info)
        or _wrong_modalities(info.modalities)
        or _wrong_settings(info.settings)
    )


def _wrong_types(info: ProviderInfo) -> str | None:
    for name in ("title", "home_page", "base_url"):
        value: object = getattr(info, name)
        if not isinstance(value, str) or not value:
            return f"{name}={shown(value)}; use text"
    for name in ("base_url_env", "origins", "api_key_env"):
        value = getattr(info, name)
        if not _are_texts(value):
            return f"{name}={shown(value)}; use a tuple of strings"
    for name in ("key_required", "idempotent_submit", "uploads"):
        value = getattr(info, name)
        if not isinstance(value, bool):
            return f"{name}={shown(value)}; use True or False"
    return None


def _wrong_addresses(info: ProviderInfo) -> str | None:
    if not info.home_page.startswith(("https://", "http://")):
        return f"home_page={shown(info.home_page)}; use the URL of the API's documentation"
    try:
        if not _NO_SERVER.fullmatch(info.base_url):
            checked_server_url(info.base_url)
    except ValueError as error:
        return f"base_url: {error}"
    broad = next((origin for origin in info.origins if not _is_origin(origin)), None)
    if broad is None:
        return None
    return (
        f"the origin {broad!r}; use https://host without a path, where a * may stand before .domain.tld: "
        "the key is sent to every server that it matches"
    )


def _wrong_key(info: ProviderInfo) -> str | None:
    auth: object = info.auth
    if not isinstance(auth, AuthScheme) or not _are_texts((auth.header, auth.prefix, auth.query)):
        return f"auth={shown(auth)}; use AuthScheme with strings"
    parts: object = info.key_parts
    if not isinstance(parts, Mapping) or not all(
        isinstance(name, str) and _are_texts(variables) for name, variables in parts.items()
    ):
        return f"key_parts={shown(parts)}; use a mapping of names to tuples of strings"
    alternative: object = info.key_alternative
    if not isinstance(alternative, str):
        return f"key_alternative={shown(alternative)}; use text"
    if alternative and info.key_required:
        return f"key_alternative={shown(alternative)} with key_required=True; set key_required=False"
    return None


def _wrong_modalities(modalities: object) -> str | None:
    if not (
        isinstance(modalities, AbstractSet)
        and modalities
        and all(isinstance(name, str) for name in modalities)
    ):
        return f'modalities={shown(modalities)}; use a set such as frozenset({{"video"}})'
    known = {modality.name for modality in known_modalities()}
    if known.isdisjoint(modalities):
        names = ", ".join(sorted(known))
        return f"modalities={shown(modalities)}; use {names}, or add another with register_modality before the plugin is used"
    return None


def _wrong_settings(settings: object) -> str | None:
    if settings is None:
        return None
    if not isinstance(settings, type) or not dataclasses.is_dataclass(settings):
        return f"settings={shown(settings)}; use a frozen dataclass"
    if not cast("_Declared", settings).__dataclass_params__.frozen:
        return f"the settings {settings.__name__}, which are not frozen; use @dataclass(frozen=True)"
    bare = [
        item.name
        for item in dataclasses.fields(settings)
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    ]
    if bare:
        return f"the settings {settings.__name__} with no default for {', '.join(bare)}; give every field one"
    return None


def wrong_key_settings(info: ProviderInfo) -> str | None:
    """Return what is wrong with the settings that share their name with a key: they would hide it, or show it.

    Their types must be there at run time.
    """
    if info.settings is None:
        return None
    names = {item.name for item in dataclasses.fields(cast("Any", info.settings))}
    if "api_key" in names:
        return f"the setting {info.settings.__name__}.api_key; the configuration has a field for the key: read Call.api_key"
    shown = sorted(names & info.key_parts.keys() - secret_fields(info.settings))
    if shown:
        return f"the setting {info.settings.__name__}.{shown[0]}, a part of the key, in plain text; give it the type Secret | None"
    return None


class _Parameters:
    frozen: bool


class _Declared:
    """What the dataclass decorator adds to a class."""

    __name__: str
    __dataclass_params__: _Parameters


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(item, str) for item in value)


def _is_origin(text: str) -> bool:
    """Return whether an origin is one, and whether all servers that it matches can have the same owner."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        return False
    _, star, fixed = found[1].rpartition("*")
    # behind the star, a whole domain: "*.example.com", but neither "*.com" nor "*example.com"
    return not star or fixed.count(".") >= 2


__all__ = ["wrong_info", "wrong_key_settings"]
