"""Turns the parts of a generation into the JSON data that a job holds: configurations, the request and the response, without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ..media.inputs import Media
from ..media.redaction import without_secrets
from ..models.addresses import without_password
from ..models.config import GenerationConfig
from ..models.declared_secrets import declared_secrets
from ..models.request import GenerationRequest
from ..models.response import GenerationResponse


def saved_config(config: GenerationConfig) -> dict[str, object]:
    """Return one configuration as JSON data, without its key, its fallbacks and any secret setting.

    A setting is secret by its name, or if its provider, whose plugin must be loaded, declares it so. The webhook URL and the headers are
    left out, too: they often contain a token.
    """
    left_out = {"api_key", "fallback_configs", "webhook_url", "headers"}
    data = cast("dict[str, object]", config.model_dump(mode="json", exclude=left_out, exclude_defaults=True))
    if config.base_url is not None:
        data["base_url"] = without_password(config.base_url)
    data["provider_config"] = without_secrets(config.provider_config, names=declared_secrets(config.provider))
    return data


def saved_request(request: GenerationRequest) -> dict[str, object]:
    """Return a request as JSON data with media as `data:` URLs, without any parameter that looks like a secret."""
    data = cast(
        "dict[str, object]",
        request.model_dump(mode="json", exclude_defaults=True, exclude={"extra_params"}),
    )
    data["extra_params"] = without_secrets(
        {name: _as_text(value) for name, value in request.extra_params.items()}
    )
    return data


def _as_text(value: object) -> object:
    """Return a parameter with every media in it as a `data:` URL."""
    if isinstance(value, list | tuple):
        return [_as_text(item) for item in cast("Sequence[object]", value)]
    return value.as_text() if isinstance(value, Media) else value


def saved_response(response: GenerationResponse) -> dict[str, object]:
    """Return a response as JSON data, without the provider's own answer if that cannot be JSON."""
    try:
        return cast("dict[str, object]", response.model_dump(mode="json"))
    except (ValueError, TypeError, RecursionError):
        # a result that is paid for is stored all the same
        return cast("dict[str, object]", response.model_dump(mode="json", exclude={"raw_response"}))


__all__ = ["saved_config", "saved_request", "saved_response"]
