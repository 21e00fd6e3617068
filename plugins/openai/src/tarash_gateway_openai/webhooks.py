"""Webhook deliveries: signed by the Standard Webhooks scheme; they name a job and how it ended, not its result.

Source: OpenAI webhook guide, read 2026-11-22; openai 3.54.0, types/webhooks. Azure signs in the same way, and has events of
responses but none of videos: Microsoft Learn, "Azure OpenAI in Foundry Models webhooks", version of 2026-01-31, read 2026-11-26.
"""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    Call,
    Delivery,
    JobStatus,
    UnexpectedResponseError,
    WebhookEvent,
    hookimpl,
    state_of_word,
    verify_standard_webhook,
    wire,
)

from .settings import OpenAISettings


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent | None:
    """Verify a delivery against `OpenAISettings.webhook_secret` and read it; None if it is about neither a video nor a response.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated.
        UnexpectedResponseError: the delivery is signed, but names no job.
    """
    verify_standard_webhook(delivery, call.settings_as(OpenAISettings).webhook_secret)
    event = delivery.json_object()
    kind, _, word = (wire.text(event, "type") or "").lower().partition(".")
    if kind not in ("video", "response"):
        return None
    job_id = wire.identifier(event, "data", "id")
    if job_id is None:
        raise UnexpectedResponseError("the webhook delivery has no id", raw_response=event)
    # the event of a failure does not say why; reading the job does
    return WebhookEvent(request_id=job_id, status=JobStatus(state=state_of_word(word), raw=event))
