"""Verifies callbacks, which are signed as Standard Webhooks, and reads the task in them."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    UnexpectedResponseError,
    WebhookEvent,
    hookimpl,
    verify_standard_webhook,
    wire,
)

from .settings import KlingSettings
from .status import is_task, read_task

_SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix, no secret


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a callback and read it. Kling sends one for every change of state, perhaps out of order.

    Raises:
        AuthenticationError: no secret is configured, or the signature is missing, wrong or outdated. Accounts without a secret get
            unsigned callbacks; anyone could have sent those, so they are refused.
        UnexpectedResponseError: the body is not a task.
    """
    secret = call.settings_as(KlingSettings).webhook_secret
    if secret is None:
        raise AuthenticationError(
            "no webhook secret; create one in Kling's console and set provider_config={'webhook_secret': …}"
        )
    # the secret is base64 with or without its prefix (callback page, 2026-09-20)
    verify_standard_webhook(delivery, _SECRET_PREFIX + secret.reveal().removeprefix(_SECRET_PREFIX))
    task = delivery.json_object()
    task_id = wire.identifier(task, "id") or wire.identifier(task, "task_id")
    if task_id is None or not is_task(task):
        raise UnexpectedResponseError("the body of the callback is not a task", raw_response=task)
    return WebhookEvent(request_id=task_id, status=read_task(task))
