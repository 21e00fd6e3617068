"""Reads a provider's webhook delivery: verified by the plugin, in unified terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..discovery import Registry
from ..exceptions import TarashException, ValidationError
from ..mapping.table import ModalityName as Modality
from ..media.redaction import redact_text, secret_texts
from ..models.config import GenerationConfig, VideoGenerationConfig
from ..plugin.contract import Call, Delivery, Secret, WebhookEvent


def read_delivery(
    config: GenerationConfig,
    *,
    headers: Mapping[str, str],
    body: bytes,
    received_at: datetime,
    registry: Registry,
    environ: Mapping[str, str],
) -> WebhookEvent:
    """Verify and read a delivery.

    Args:
        config: provider, model, and what the signature is checked with (`provider_config`).
        headers: as received; names in any case.
        body: raw bytes as received; a signature covers these, not parsed JSON.
        received_at: aware UTC time of arrival.
        registry, environ: as in `Gateway`.

    Raises:
        ValidationError: the provider has no webhooks.
        AuthenticationError: the signature is missing, wrong or outdated.
    """
    provider = registry.get(config.provider)
    modality: Modality = "video" if isinstance(config, VideoGenerationConfig) else "image"
    row = provider.catalogue.lookup(config.model, modality)
    if row is None or not provider.can("tarash_webhook"):
        raise ValidationError(
            f"{provider.info.title} sends no webhooks that can be verified; poll instead",
            provider=config.provider,
        )
    key = config.api_key.get_secret_value() if config.api_key is not None else ""
    if not key:
        key = next((value for name in provider.info.api_key_env if (value := environ.get(name, ""))), "")
    call = Call(
        provider=provider.info,
        model=config.model,
        modality=modality,
        row=row,
        base_url=(config.base_url or provider.info.base_url).rstrip("/"),
        api_key=Secret(key),
        provider_config=config.provider_config,
    )
    delivery = Delivery(
        headers={name.lower(): value for name, value in headers.items()}, body=body, received_at=received_at
    )
    try:
        event = provider.manager.hook.tarash_webhook(call=call, delivery=delivery)
    except TarashException as error:
        error.provider = error.provider or config.provider
        error.message = redact_text(error.message, secrets=(*secret_texts(config.provider_config), key))
        error.args = (error.message,)
        raise
    if not isinstance(event, WebhookEvent):
        raise ValidationError("the delivery is about no job", provider=config.provider)
    return event
