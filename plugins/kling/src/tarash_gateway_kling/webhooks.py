"""Verifies callbacks, which are signed as Standard Webhooks, and reads the task in them."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    Call,
    Delivery,
    UnexpectedResponseError,
    WebhookEvent,
    hookimpl,
    verify_standard_webhook,
)

from .settings import KlingSettings
from .status import id_of, is_task, read_task

_SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix, no secret


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a callback and read it. Kling sends one for every change of state, perhaps out of order.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated. Accounts without a secret get
            unsigned callbacks; anyone could have sent those, so they are refused.
        UnexpectedResponseError: the callback is signed, but its body is not a task.
    """
    secret = call.settings_as(KlingSettings).webhook_secret
    # the secret is base64 with or without its prefix (callback page, 2026-09-20)
    prefixed = None if secret is None else _SECRET_PREFIX + secret.reveal().removeprefix(_SECRET_PREFIX)
    verify_standard_webhook(delivery, prefixed)
    task = delivery.json_object()
    task_id = id_of(task)
    if task_id is None or not is_task(task):
        raise UnexpectedResponseError("the body of the callback is not a task", raw_response=task)
    return WebhookEvent(request_id=task_id, status=read_task(task))
