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

EVENTS: Final[Mapping[str, GenerationState]] = {
    "interaction.completed": "completed",
    "video.generated": "completed",
    "interaction.failed": "failed",
    "interaction.requires_action": "failed",
}


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent | None:
    """Verify a delivery against `GoogleSettings.webhook_secret` and read it; None if it is not about an interaction or a video.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated.
        UnexpectedResponseError: the delivery is signed, but names no interaction.
    """
    if delivery.headers.get("webhook-signature", "").startswith("eyJ"):
        raise AuthenticationError(
            "Google signs deliveries to a webhook_url with a key pair, which is not verified here; register a webhook at Google"
        )
    verify_standard_webhook(delivery, call.settings_as(GoogleSettings).webhook_secret)
    event = delivery.json_object()
    kind = (wire.text(event, "type") or "").lower()
    if not kind.startswith(("interaction.", "video.")):
        # a ping, or the end of a batch
        return None
    identifier = wire.identifier(event, "data", "id")
    if identifier is None:
        raise UnexpectedResponseError("the webhook delivery has no id", raw_response=event)
    state = EVENTS.get(kind, "processing")
    failed = (
        GenerationFailedError(f"a webhook of the provider says {kind}", raw_response=event)
        if state == "failed"
        else None
    )
    return WebhookEvent(request_id=identifier, status=JobStatus(state=state, raw=event, error=failed))
