"""Verifies deliveries of a registered webhook; they only name the interaction, which is then fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    GenerationFailedError,
    GenerationState,
    JobStatus,
    UnexpectedResponseError,
    WebhookEvent,
    hookimpl,
    verify_standard_webhook,
    wire,
)

from .settings import GoogleSettings

STATES: Final[Mapping[str, GenerationState]] = {
    "interaction.completed": "completed",
    "video.generated": "completed",
    "interaction.failed": "failed",
    "interaction.requires_action": "failed",
}


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Check the signature (Standard Webhooks) and read which interaction ended, and how.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated.
        UnexpectedResponseError: the signed body is not an event.
    """
    secret = call.settings_as(GoogleSettings).webhook_secret
    if secret is None:
        raise AuthenticationError(
            "deliveries cannot be verified without the signing secret of the webhook; "
            "give it as provider_config['webhook_secret'] (whsec_…)"
        )
    if delivery.headers.get("webhook-signature", "").startswith("eyJ"):
        raise AuthenticationError(
            "Google signs deliveries to a webhook_url with a key pair, which is not verified here; register a webhook at Google"
        )
    verify_standard_webhook(delivery, secret.reveal())
    event = delivery.json_object()
    identifier, kind = wire.identifier(event, "data", "id"), (wire.text(event, "type") or "").lower()
    if identifier is None:
        raise UnexpectedResponseError("the webhook's event names no interaction", raw_response=event)
    state = STATES.get(kind, "processing")
    failed = (
        GenerationFailedError(f"a webhook of the provider says {kind}", raw_response=event)
        if state == "failed"
        else None
    )
    return WebhookEvent(request_id=identifier, status=JobStatus(state=state, raw=event, error=failed))
