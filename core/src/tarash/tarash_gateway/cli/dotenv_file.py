"""Reads keys from `.env` in the working folder: for the command line only, and never into the environment of the process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import dotenv

from ..exceptions import ValidationError
from ..plugin.info import ProviderInfo

DOTENV = Path(".env")


def with_dotenv(infos: Iterable[ProviderInfo]) -> Mapping[str, str]:
    """Return the environment variables with the keys in `.env` of these providers; a variable that is set wins.

    Only the variables of keys are read: a file in a downloaded folder must not send a key to another address.

    Raises:
        ValidationError: `.env` cannot be read.
    """
    if not DOTENV.is_file():
        return os.environ
    wanted = {name for info in infos for name in key_variables(info)}
    found = _content()
    return {**{name: found[name] for name in wanted & found.keys()}, **os.environ}


def key_variables(info: ProviderInfo) -> set[str]:
    """Return the environment variables that may hold the key of a provider, or a part of it."""
    return {*info.api_key_env, *(name for names in info.key_parts.values() for name in names)}


def _content() -> dict[str, str]:
    try:
        # no interpolation: a key may contain a dollar sign. Editors of Windows begin a file with a byte order mark
        read = dotenv.dotenv_values(DOTENV, interpolate=False, encoding="utf-8-sig")
    except OSError as error:
        raise ValidationError(f"{DOTENV} cannot be read: {error}; fix it, or move it away") from error
    except UnicodeDecodeError as error:
        raise ValidationError(
            f"{DOTENV} cannot be read: {error}; save it as UTF-8, or move it away"
        ) from error
    return {name: value for name, value in read.items() if value}


__all__ = ["key_variables", "with_dotenv"]
