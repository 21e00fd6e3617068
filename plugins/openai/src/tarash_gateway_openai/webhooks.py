"""Webhook deliveries: signed by the Standard Webhooks scheme; they name a job and how it ended, not its result.

Source: OpenAI webhook guide, read 2026-11-22; openai 3.54.0, types/webhooks. Azure signs in the same way, and has events of
responses but none of videos: Microsoft Learn, "Azure OpenAI in Foundry Models webhooks", version of 2026-01-31, read 2026-11-26.
"""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    JobStatus,
    ValidationError,
    WebhookEvent,
    hookimpl,
    state_of_word,
    verify_standard_webhook,
    wire,
)

from .settings import OpenAISettings


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a delivery with `provider_config["webhook_secret"]` and read it.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated.
        ValidationError: it is about something other than a video or a response.
    """
    secret = call.settings_as(OpenAISettings).webhook_secret
    if secret is None:
        raise AuthenticationError(
            "deliveries cannot be verified without the signing secret of the webhook endpoint; "
            "give it as provider_config['webhook_secret']"
        )
    verify_standard_webhook(delivery, secret.reveal())
    event = delivery.json_object()
    kind, _, word = (wire.text(event, "type") or "").lower().partition(".")
    job_id = wire.identifier(event, "data", "id")
    if kind not in ("video", "response") or job_id is None:
        told = wire.text(event, "type")
        raise ValidationError(
            f"the delivery of type {told!r} is not about a job; subscribe to video.* and response.* only"
        )
    # the event of a failure does not say why; reading the job does
    return WebhookEvent(request_id=job_id, status=JobStatus(state=state_of_word(word), raw=event))
