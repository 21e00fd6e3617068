"""Reads a webhook delivery: the plugin verifies it and translates it into unified terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ..discovery import Provider
from ..exceptions import TarashException, ValidationError
from ..mock.standing_in import any_row
from ..models.config import GenerationConfig
from ..models.modality import modality_of
from ..plugin.outcomes import Delivery, WebhookEvent
from .foreign_errors import hide_secrets
from .pump import call_hook, check_result, received
from .resolving import resolve_call, secrets_of
from .responses import without_keys


def read_delivery(
    config: GenerationConfig,
    provider: Provider,
    *,
    headers: Mapping[str, str],
    body: bytes,
    received_at: datetime,
    environ: Mapping[str, str],
) -> WebhookEvent:
    """Verify and read a delivery.

    Args:
        config: provider, model, and the secret that the signature is checked with (in `provider_config`).
        provider: the loaded plugin.
        headers: as received; names in any case.
        body: raw bytes as received; the signature covers these, not parsed JSON.
        received_at: time of arrival, aware, in UTC.
        environ: environment variables, as for `Gateway`.

    Raises:
        ValidationError: the provider has no webhooks that can be verified, the delivery concerns no job, or the body is not bytes.
        AuthenticationError: the signature is missing, wrong or too old.
    """
    modality = modality_of(config).name
    row = provider.catalogue.lookup(config.model, modality)
    if row is None and provider.can("tarash_row"):
        # a delivery is verified and read by the provider's rules, whichever model it is about
        row = any_row(modality)
    if row is None or not provider.can("tarash_webhook"):
        raise ValidationError(
            f"{provider.info.title} has no webhooks that can be verified; poll instead",
            provider=config.provider,
        )
    call = resolve_call(config, provider, row, environ, needs_key=False)
    delivery = Delivery(
        headers={name.lower(): value for name, value in headers.items()},
        body=_raw(body),
        received_at=received_at,
    )
    secrets = secrets_of(config, call)
    try:
        event = call_hook(provider, "tarash_webhook", call=call, delivery=delivery)
        if event is None:
            raise ValidationError("the delivery does not concern a job; ignore it")
        read = check_result(provider, "tarash_webhook", event, WebhookEvent)
        error, raw = read.status.error, without_keys(read.status.raw, secrets)
        if error is not None:
            error = received(provider, "tarash_webhook", error)
            hide_secrets(error, secrets)
        return replace(read, status=replace(read.status, error=error, raw=raw))
    except TarashException as error:
        error.provider = error.provider or config.provider
        hide_secrets(error, secrets)
        raise


def _raw(body: object) -> bytes:
    """Return the body; a plugin that is given a text or parsed JSON would look as if it had a bug."""
    if not isinstance(body, bytes | bytearray | memoryview):
        raise ValidationError(
            f"body is of type {type(body).__name__}; pass the raw bytes as they arrived, which the signature covers"
        )
    return bytes(body)
