"""The settings of `provider_config` that OpenAI and Azure OpenAI have, checked."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, cast, get_args

from tarash.tarash_gateway.plugin import Call, ValidationError

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


SETTINGS = tuple(sorted(item.name for item in fields(Settings)))
TEXTS = ("organization", "project", "deployment", "responses_model", "webhook_secret")
SWITCHES = ("azure", "multipart", "delete_cancels")


def read_settings(call: Call) -> Settings:
    """Return the settings of a call.

    Raises:
        ValidationError: a setting that does not exist, or a value it does not allow.
    """
    given = {name: value for name, value in call.provider_config.items() if value is not None}
    _check_names(given)
    for name in TEXTS:
        if name in given and (not isinstance(given[name], str) or not given[name]):
            raise ValidationError(f"provider_config has {name} of another type; use a text")
    for name in SWITCHES:
        if name in given and not isinstance(given[name], bool):
            raise ValidationError(f"provider_config has {name}={given[name]!r}; use True or False")
    if given.get("azure_auth", "api-key") not in get_args(AzureAuth):
        raise ValidationError(f"azure_auth={given['azure_auth']!r} is not offered; use 'api-key' or 'bearer'")
    return Settings(
        organization=cast("str | None", given.get("organization")),
        project=cast("str | None", given.get("project")),
        azure=cast("bool | None", given.get("azure")),
        azure_auth=cast("AzureAuth", given.get("azure_auth", "api-key")),
        deployment=cast("str | None", given.get("deployment")),
        responses_model=cast("str | None", given.get("responses_model")),
        multipart=bool(given.get("multipart")),
        delete_cancels=bool(given.get("delete_cancels")),
        variants=_variants(given.get("variants", ())),
        webhook_secret=cast("str | None", given.get("webhook_secret")),
    )


def _check_names(given: Mapping[str, object]) -> None:
    for name in given:
        if name not in SETTINGS:
            close = difflib.get_close_matches(name, SETTINGS, n=1)
            guess = f"; did you mean {close[0]!r}?" if close else ""
            known = ", ".join(SETTINGS)
            raise ValidationError(
                f"provider_config has {name!r}, which openai does not know{guess} (known: {known})"
            )


def _variants(value: object) -> tuple[Variant, ...]:
    allowed = get_args(Variant)
    if not isinstance(value, list | tuple) or any(item not in allowed for item in value):
        raise ValidationError(f"variants={value!r} is not allowed; use a list of {' and '.join(allowed)}")
    return cast("tuple[Variant, ...]", tuple(value))
