"""The settings of `provider_config` that OpenAI and Azure OpenAI have, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from tarash.tarash_gateway.plugin import Call, SettingKind, ValidationError, check_settings

AzureAuth = Literal["api-key", "bearer"]
Variant = Literal["thumbnail", "spritesheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a configuration sets.

    Attributes:
        organization, project: sent as `OpenAI-Organization` and `OpenAI-Project`.
        azure: whether the server is Azure OpenAI; None lets its host name tell.
        azure_auth: "api-key", or "bearer" where the key is a Microsoft Entra token.
        deployment: Azure's name for the model; the configured model's name when None.
        responses_model: text model that lets images be rendered as background jobs of the Responses API.
        multipart: whether videos are created with a form even where nothing is uploaded.
        delete_cancels: whether the server stops a running video that is deleted; OpenAI's did not.
        variants: pictures of a video to fetch beside it.
        webhook_secret: signing secret of webhook deliveries.
    """

    organization: str | None = None
    project: str | None = None
    azure: bool | None = None
    azure_auth: AzureAuth = "api-key"
    deployment: str | None = None
    responses_model: str | None = None
    multipart: bool = False
    delete_cancels: bool = False
    variants: tuple[Variant, ...] = ()
    webhook_secret: str | None = field(default=None, repr=False)


SETTINGS: Mapping[str, SettingKind] = {
    "organization": str,
    "project": str,
    "azure": bool,
    "azure_auth": get_args(AzureAuth),
    "deployment": str,
    "responses_model": str,
    "multipart": bool,
    "delete_cancels": bool,
    # a list, checked below
    "variants": object,
    "webhook_secret": str,
}


def read_settings(call: Call) -> Settings:
    """Return the settings of a call.

    Raises:
        ValidationError: a setting that does not exist, or a value it does not allow.
    """
    check_settings(call, SETTINGS)
    given = {name: value for name, value in call.provider_config.items() if value is not None}
    given["variants"] = _variants(given.get("variants", ()))
    return Settings(**cast("dict[str, Any]", given))


def _variants(value: object) -> tuple[Variant, ...]:
    allowed = get_args(Variant)
    if not isinstance(value, list | tuple) or any(item not in allowed for item in value):
        raise ValidationError(f"variants={value!r} is not allowed; use a list of {' and '.join(allowed)}")
    return cast("tuple[Variant, ...]", tuple(value))
