"""Webhook deliveries: signed as Standard Webhooks say, they name a job and its end, not its result.

Source: OpenAI webhook guide, read 2026-11-22; openai 3.54.0, types/webhooks.
"""

from __future__ import annotations

import json

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    JobStatus,
    UnexpectedResponseError,
    ValidationError,
    WebhookEvent,
    verify_standard_webhook,
    wire,
)

from .settings import read_settings
from .states import read_state


def read_delivery(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a delivery with `provider_config["webhook_secret"]` and read it.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated.
        ValidationError: it is about something else than a video or a response.
    """
    secret = read_settings(call).webhook_secret
    if secret is None:
        raise AuthenticationError(
            "webhooks cannot be verified without provider_config['webhook_secret'], which the dashboard shows"
        )
    verify_standard_webhook(delivery, secret)
    try:
        event: object = json.loads(delivery.body)
    except ValueError as error:
        raise UnexpectedResponseError("the webhook delivery is signed but no JSON") from error
    kind, _, word = (wire.text(event, "type") or "").partition(".")
    job_id = wire.text(event, "data", "id")
    if kind not in ("video", "response") or job_id is None:
        told = wire.text(event, "type")
        raise ValidationError(
            f"webhook of type {told!r} is about no job; subscribe to video.* and response.* only"
        )
    # of a failure the event does not say why: reading the job does
    return WebhookEvent(request_id=job_id, status=JobStatus(state=read_state(word), raw=event))
