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
        ValidationError: the provider has no webhooks that can be verified, the delivery concerns no job, or an argument is of another kind.
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
        headers=_by_lower_name(headers),
        body=_raw(body),
        received_at=_moment(received_at),
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


# A plugin that is given something else would look as if it had a bug.


def _by_lower_name(headers: Mapping[str, str]) -> Mapping[str, str]:
    # what frameworks pass as headers has `items`, and not always more of a mapping
    items = getattr(headers, "items", None)
    pairs = list(items()) if callable(items) else None
    if pairs is None or not all(isinstance(text, str) for pair in pairs for text in pair):
        raise ValidationError(
            f"headers of type {type(headers).__name__} are not a mapping of texts; pass those of the request, as they arrived"
        )
    return {name.lower(): value for name, value in pairs}


def _moment(received_at: object) -> datetime:
    if isinstance(received_at, datetime) and received_at.tzinfo is not None:
        return received_at
    raise ValidationError(
        f"received_at={received_at!r} is not a time with its zone; pass `datetime.now(UTC)`, or leave it out"
    )


def _raw(body: object) -> bytes:
    if not isinstance(body, bytes | bytearray | memoryview):
        raise ValidationError(
            f"body is of type {type(body).__name__}; pass the raw bytes as they arrived, which the signature covers"
        )
    return bytes(body)
