"""Callbacks: verified as Standard Webhooks sign them, then read like the task of a poll."""

from __future__ import annotations

import json

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    UnexpectedResponseError,
    WebhookEvent,
    verify_standard_webhook,
    wire,
)

from .status import is_task, read_task

_SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix, no secret


def read_delivery(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a callback and read it. Kling sends one for every change of state, perhaps out of order.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated. Unsigned
            callbacks, which accounts without a secret get, could come from anyone: they are refused.
        UnexpectedResponseError: the body is no task.
    """
    secret = call.provider_config.get("webhook_secret")
    if not isinstance(secret, str) or not secret:
        raise AuthenticationError(
            "no webhook secret; create one in Kling's console and set provider_config={'webhook_secret': …}"
        )
    # the secret is base64 with or without its prefix (callback page, 2026-09-20)
    verify_standard_webhook(delivery, _SECRET_PREFIX + secret.removeprefix(_SECRET_PREFIX))
    try:
        task: object = json.loads(delivery.body)
    except ValueError as error:
        raise UnexpectedResponseError(
            "the callback's body is not JSON", raw_response=delivery.body[:500].decode(errors="replace")
        ) from error
    task_id = wire.text(task, "id") or wire.text(task, "task_id")
    if task_id is None or not is_task(task):
        raise UnexpectedResponseError("the callback's body is no task", raw_response=task)
    return WebhookEvent(request_id=task_id, status=read_task(task))
