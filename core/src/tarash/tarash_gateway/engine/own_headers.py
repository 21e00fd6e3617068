"""Adds the headers of a configuration to what is sent to its provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pydantic

from ..exceptions import ValidationError
from ..models.config import GenerationConfig
from ..phrases import wrong_field
from ..plugin.info import ProviderInfo
from ..steps import HttpCall

SHORTEST_HIDDEN = 16
"""Shorter values are not removed from errors and answers: they may be ordinary words, such as the name of a team."""


def check_own_headers(config: GenerationConfig, info: ProviderInfo) -> None:
    """Refuse headers that would take the place of the provider's key.

    Raises:
        ValidationError: a header has the name of the one that carries the key.
    """
    carrier = info.auth.header.lower()
    for name in config.headers:
        if not info.auth.query and name.lower() == carrier:
            raise ValidationError(
                wrong_field("headers")
                + f": {name} carries the key of {info.id}; leave it out, and pass the key as api_key",
                provider=info.id,
                model=config.model,
            )


def hidden_values(config: GenerationConfig) -> tuple[str, ...]:
    """Return the values of the configuration's headers that must not be shown."""
    values = (secret.get_secret_value() for secret in config.headers.values())
    return tuple(value for value in values if len(value) >= SHORTEST_HIDDEN)


def with_own_headers(http: HttpCall, headers: Mapping[str, pydantic.SecretStr]) -> HttpCall:
    """Return the call with the headers that it does not have yet; what the plugin has set stays."""
    taken = {name.lower() for name in http.headers}
    added = {name: secret.get_secret_value() for name, secret in headers.items() if name.lower() not in taken}
    return replace(http, headers={**http.headers, **added}) if added else http


__all__ = ["check_own_headers", "hidden_values", "with_own_headers"]
