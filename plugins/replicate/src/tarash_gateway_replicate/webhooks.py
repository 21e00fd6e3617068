"""Webhook deliveries: verified ("standard webhooks", HMAC-SHA256), then read as a prediction."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    Call,
    Delivery,
    UnexpectedResponseError,
    WebhookEvent,
    hookimpl,
    verify_standard_webhook,
    wire,
)

from .settings import ReplicateSettings
from .status import read_status


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a delivery against `ReplicateSettings.webhook_secret` and read it.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated.
        UnexpectedResponseError: the delivery is signed, but its body is not a prediction.
    """
    verify_standard_webhook(delivery, call.settings_as(ReplicateSettings).webhook_secret)
    prediction = delivery.json_object()
    request_id = wire.identifier(prediction, "id")
    if request_id is None:
        raise UnexpectedResponseError("the webhook delivery has no id", raw_response=prediction)
    return WebhookEvent(request_id=request_id, status=read_status(prediction))
