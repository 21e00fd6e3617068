"""The settings in `provider_config` for OpenAI and Azure OpenAI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tarash.tarash_gateway.plugin import Secret

AzureAuth = Literal["api-key", "bearer"]
Variant = Literal["thumbnail", "spritesheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAISettings:
    """The settings in `provider_config` for OpenAI and Azure OpenAI.

    Attributes:
        organization: sent as `OpenAI-Organization`, but not to Azure.
        project: sent as `OpenAI-Project`, but not to Azure.
        azure: whether the server is Azure OpenAI; None lets the host name decide.
        azure_auth: "api-key", or "bearer" if the key is a Microsoft Entra token.
        deployment: Azure's name for the model; None sends the configured model name.
        responses_model: text model that generates images as background jobs of the Responses API, which can be polled,
            cancelled and resumed; None generates them while the connection is held.
        stream: True asks for a single image as an event stream with one partial image, which is billed, for servers and proxies that
            close silent connections.
        multipart: True creates videos with a form even when there is no file to upload.
        delete_cancels: True if the server stops a running video when it is deleted; OpenAI's did not.
        variants: pictures to fetch along with a video.
        webhook_secret: signing secret of the webhook endpoint, `whsec_…`.
    """

    organization: str | None = None
    project: str | None = None
    azure: bool | None = None
    azure_auth: AzureAuth = "api-key"
    deployment: str | None = None
    responses_model: str | None = None
    stream: bool = False
    multipart: bool = False
    delete_cancels: bool = False
    variants: tuple[Variant, ...] = ()
    webhook_secret: Secret | None = None
