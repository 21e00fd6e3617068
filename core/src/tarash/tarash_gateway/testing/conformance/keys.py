"""The key of the simulated provider: one text, or several parts, which are settings of the cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...plugin.call import NO_SECRET, Credentials, Secret
from ...plugin.info import ProviderInfo
from .cases import ConformanceCases

WRONG = "wrong-key-of-some-length"
SHORTEST_HALF = 8
"""A shorter half of a key occurs by chance."""


def key_parts(info: ProviderInfo, cases: ConformanceCases) -> dict[str, str]:
    """Return the parts of the key that the settings of the cases give, by name."""
    given = {name: cases.provider_config.get(name) for name in info.key_parts}
    shown = {name: value.reveal() if isinstance(value, Secret) else value for name, value in given.items()}
    return {name: value for name, value in shown.items() if isinstance(value, str) and value}


def is_in_parts(info: ProviderInfo, cases: ConformanceCases) -> bool:
    """Return whether the settings give every part, so that there is no key in one text."""
    return bool(info.key_parts) and len(key_parts(info, cases)) == len(info.key_parts)


def credentials(info: ProviderInfo, cases: ConformanceCases, api_key: str) -> Credentials:
    """Return the key as the core makes it from a configuration."""
    return Credentials(
        api_key=NO_SECRET if is_in_parts(info, cases) else Secret(api_key),
        parts={name: Secret(value) for name, value in key_parts(info, cases).items()},
    )


def secret_texts(info: ProviderInfo, cases: ConformanceCases, api_key: str) -> tuple[str, ...]:
    """Return the texts of the key that nobody may see: the whole, every part, and what follows a colon, as in "id:secret"."""
    half = api_key.partition(":")[2]
    parts = key_parts(info, cases).values()
    return tuple(dict.fromkeys([api_key, *parts, *([half] if len(half) >= SHORTEST_HALF else [])]))


def wrong_keys(
    info: ProviderInfo, cases: ConformanceCases, api_key: str
) -> Iterator[tuple[str, str | None, Mapping[str, object]]]:
    """Yield what of a key is wrong (each part, or each half of "id:secret"), the `api_key`, and the settings."""
    right = None if is_in_parts(info, cases) else api_key
    for name in key_parts(info, cases):
        yield name, right, {**cases.provider_config, name: WRONG}
    if right is None:
        return
    yield "key", WRONG, cases.provider_config
    first, colon, second = api_key.partition(":")
    if colon:
        yield "text before the colon of the key", f"{WRONG}:{second}", cases.provider_config
        yield "text after the colon of the key", f"{first}:{WRONG}", cases.provider_config


__all__ = ["WRONG", "credentials", "is_in_parts", "key_parts", "secret_texts", "wrong_keys"]
