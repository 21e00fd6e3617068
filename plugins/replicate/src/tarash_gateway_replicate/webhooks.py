"""Webhook deliveries: verified ("standard webhooks", HMAC-SHA256), then read as a prediction."""

from __future__ import annotations

import json

from tarash.tarash_gateway.plugin import (
    Call,
    Delivery,
    UnexpectedResponseError,
    WebhookEvent,
    verify_standard_webhook,
    wire,
)

from .settings import webhook_secret
from .status import read_status


def read_delivery(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a delivery against `provider_config["webhook_secret"]` and read it.

    Raises:
        AuthenticationError: a missing, wrong or outdated signature.
        ValidationError: no secret is configured.
    """
    verify_standard_webhook(delivery, webhook_secret(call.provider_config))
    try:
        prediction: object = json.loads(delivery.body)
    except ValueError as error:
        raise UnexpectedResponseError("the webhook delivery is signed but no JSON") from error
    request_id = wire.text(prediction, "id")
    if request_id is None:
        raise UnexpectedResponseError("the webhook delivery has no id", raw_response=prediction)
    return WebhookEvent(request_id=request_id, status=read_status(wire.mapping(prediction)))
