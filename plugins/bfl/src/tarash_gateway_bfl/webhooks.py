"""Verifies webhooks by the secret that comes back with them, and reads the job in them.

The secret is not a signature: it proves who sends, not what. It goes to Black Forest Labs and comes back over https, like a key.

Source: the official client (github.com/black-forest-labs/blackforest, bfl/_webhooks), read 2026-11-27.
"""

from __future__ import annotations

import hmac

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    Phrase,
    UnexpectedResponseError,
    WebhookEvent,
    hookimpl,
    wire,
    wrong_field,
)

from .settings import BFLSettings
from .status import read_status

HEADER = "x-webhook-secret"


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a webhook and read it.

    Raises:
        AuthenticationError: no secret is configured, or the webhook has none or another one.
        UnexpectedResponseError: the webhook has the secret, but names no job.
    """
    secret = call.settings_as(BFLSettings).webhook_secret
    if secret is None:
        raise AuthenticationError(
            Phrase(
                "no webhook secret; choose one, and set ",
                wrong_field("provider_config", {"webhook_secret": ...}),
                " for submissions, too",
            )
        )
    given = delivery.headers.get(HEADER, "")
    if not hmac.compare_digest(given.encode(errors="replace"), secret.reveal().encode(errors="replace")):
        raise AuthenticationError(f"the {HEADER} of the webhook is missing or wrong; it may be forged")
    body = delivery.json_object()
    job_id = wire.identifier(body, "id") or wire.identifier(body, "task_id")
    if job_id is None:
        raise UnexpectedResponseError("the webhook delivery has no id", raw_response=body)
    return WebhookEvent(request_id=job_id, status=read_status(body, {}))
