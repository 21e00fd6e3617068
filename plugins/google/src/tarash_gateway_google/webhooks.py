"""Verifies a delivery of a registered webhook; it only names the interaction, which is then fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, Literal

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    GenerationFailedError,
    JobStatus,
    UnexpectedResponseError,
    WebhookEvent,
    verify_standard_webhook,
    wire,
)

from .settings import read_settings

STATES: Final[Mapping[str, Literal["completed", "failed", "processing"]]] = {
    "interaction.completed": "completed",
    "video.generated": "completed",
    "interaction.failed": "failed",
    "interaction.requires_action": "failed",
}


def read_delivery(call: Call, delivery: Delivery) -> WebhookEvent:
    """Check the signature (Standard Webhooks) and read which interaction ended, and how.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated.
        UnexpectedResponseError: the signed body is no event.
    """
    secret = read_settings(call).webhook_secret
    if secret is None:
        raise AuthenticationError(
            "no secret to verify the webhook with; give provider_config['webhook_secret'] (whsec_…)"
        )
    if delivery.headers.get("webhook-signature", "").startswith("eyJ"):
        raise AuthenticationError(
            "deliveries to a webhook_url are signed by a key pair, which is not read here; register a webhook at Google"
        )
    verify_standard_webhook(delivery, secret)
    try:
        event: object = json.loads(delivery.body)
    except ValueError as error:
        raise UnexpectedResponseError("the webhook's body is not JSON") from error
    identifier, kind = wire.text(event, "data", "id"), wire.text(event, "type") or ""
    if identifier is None:
        raise UnexpectedResponseError("the webhook's event names no interaction", raw_response=event)
    state = STATES.get(kind, "processing")
    failed = (
        GenerationFailedError(f"the provider announced {kind}", raw_response=event)
        if state == "failed"
        else None
    )
    return WebhookEvent(request_id=identifier, status=JobStatus(state=state, raw=event, error=failed))
