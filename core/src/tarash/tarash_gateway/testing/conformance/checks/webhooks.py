"""Conformance checks for webhooks: a genuine delivery is read, a forged or replayed one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from ....exceptions import AuthenticationError, TarashException
from ....mapping.field_mapper import merge_extra
from ....mapping.table import Model
from ....models.config import GenerationConfig
from ....plugin.call import Secret
from ....plugin.outcomes import Delivery, WebhookEvent
from ....plugin.settings import read_settings
from ..context import CheckContext
from ..exercise import submitted
from ..explaining import explain_failures
from ..requests import minimal_request
from ..wire import visible_text
from .mapping import each_row

HOOK_HOST = "hooks.conformance.example"
"""Server of the webhook URL that is given; nothing else names it."""
RIVAL_HOST = "elsewhere.conformance.example"


@explain_failures
class WebhookChecks:
    """What users suffer if anyone on the internet can forge the end of their jobs."""

    def _read(
        self, context: CheckContext, delivery: Delivery, config: GenerationConfig | None = None
    ) -> WebhookEvent:
        return context.gateway.read_webhook(
            config or context.config(),
            headers=delivery.headers,
            body=delivery.body,
            received_at=delivery.received_at,
        )

    def _delivery(self, context: CheckContext) -> tuple[str, Delivery]:
        if "webhooks" not in context.provider.features:
            pytest.skip("the provider has no webhooks that can be verified")
        job = context.submit()
        assert job.request_id is not None, "Submission.request_id is None; deliveries name the job by it"
        context.finish_jobs()
        # the provider names its own id, which users must find as that of the job
        return job.request_id, context.conforming.signed_delivery(context.simulator.jobs[-1].id)

    def _is_refused(self, context: CheckContext, delivery: Delivery, what: str) -> None:
        try:
            event = self._read(context, delivery)
        except AuthenticationError:
            return
        pytest.fail(f"{what} was believed: {event.request_id} is {event.status.state}")

    def test_a_webhook_url_reaches_the_provider(self, context: CheckContext) -> None:
        """Users wait for a call that never comes, and the result that they paid for expires.

        To fix: state in `Mapped.webhook_members` where the provider takes `call.webhook_url`. Where it would not call it, set
        `Mapped.takes_webhook_url=False` and do not send it; if it never calls one, set `ProviderInfo.takes_webhook_url=False`.
        """
        if not context.provider.info.takes_webhook_url:
            pytest.skip("the provider takes no webhook_url")
        each_row(context, partial(_lost_webhook_url, context))

    def test_no_parameter_replaces_the_webhook_url(self, context: CheckContext) -> None:
        """Of a URL and a parameter with the provider's own name, one is lost without a word: users wait for a call that goes elsewhere.

        To fix: state the payload members in `Mapped.webhook_members` and leave the rest to the core, which adds them or refuses the
        request. If the plugin sends the URL itself, put it where no parameter can replace it.
        """
        if not context.provider.info.takes_webhook_url:
            pytest.skip("the provider takes no webhook_url")
        each_row(context, partial(_replaced_webhook_url, context))

    def test_a_signed_delivery_is_read(self, context: CheckContext) -> None:
        """A genuine delivery that is refused or misread leaves users waiting for a job that is done.

        To fix: verify the raw `delivery.body`, and return the provider's job id and the status that the delivery states.
        """
        request_id, delivery = self._delivery(context)
        event = self._read(context, delivery)
        assert event.request_id == request_id, (
            f"the delivery is for {request_id}, and read as {event.request_id}"
        )
        assert event.status.state == "completed", f"a finished job is read as {event.status.state}"

    def test_a_failed_delivery_is_read(self, context: CheckContext) -> None:
        """If every delivery counts as a success, users publish a result that does not exist.

        To fix: read the state from the delivery; do not infer it from its arrival.
        """
        request_id, _ = self._delivery(context)
        delivery = context.conforming.signed_delivery(request_id, state="failed")
        event = self._read(context, delivery)
        assert event.status.state == "failed", f"a failed job is read as {event.status.state}"

    def test_a_forged_delivery_is_refused(self, context: CheckContext) -> None:
        """Anyone who knows the address of the webhook can end a job with a result of their own.

        To fix: raise `AuthenticationError` if the signature is not that of the whole body; see `verify_standard_webhook`.
        """
        _, delivery = self._delivery(context)
        self._is_refused(context, replace(delivery, body=delivery.body + b" "), "a body with one more byte")

    def test_an_unsigned_delivery_is_refused(self, context: CheckContext) -> None:
        """A delivery without a signature proves nothing, and anyone can send one.

        To fix: raise `AuthenticationError` if the header of the signature is missing.
        """
        _, delivery = self._delivery(context)
        self._is_refused(context, replace(delivery, headers={}), "a delivery without headers")

    def test_a_replayed_delivery_is_refused(self, context: CheckContext) -> None:
        """A recorded delivery, sent again, ends a later job.

        To fix: refuse a delivery whose signed time is more than a few minutes from `delivery.received_at`.
        """
        _, delivery = self._delivery(context)
        late = replace(delivery, received_at=delivery.received_at + timedelta(hours=1))
        self._is_refused(context, late, "a delivery of an hour ago")

    def test_a_delivery_without_a_configured_secret_is_refused(self, context: CheckContext) -> None:
        """A user who forgets the secret believes every delivery, without ever noticing.

        To fix: raise `AuthenticationError` if the settings have no secret; say which setting to give.
        """
        _, delivery = self._delivery(context)
        secrets = _secret_settings(context)
        if not secrets:
            pytest.skip("deliveries are not verified with a secret of the settings")
        given = {name: value for name, value in context.cases.provider_config.items() if name not in secrets}
        try:
            self._read(context, delivery, context.config(provider_config=given))
        except TarashException:
            return
        pytest.fail(f"without {', '.join(secrets)} in provider_config, a delivery was believed")


def _secret_settings(context: CheckContext) -> list[str]:
    """Return the settings of the cases that hold a secret."""
    settings = read_settings(context.provider.info, context.cases.provider_config)
    return [
        name
        for name in context.cases.provider_config
        if isinstance(getattr(settings, name, None), Secret) and name not in context.provider.info.key_parts
    ]


def _replaced_webhook_url(context: CheckContext, row: Model) -> str | None:
    """Submit a request whose parameters have another address wherever the webhook URL was sent; return what is wrong, or None."""
    request, hook = minimal_request(row), f"https://{HOOK_HOST}/done"
    found = submitted(context, row, request, webhook_url=hook)
    if found is None or not found[0].takes_webhook_url:
        return None
    for sent in found[1]:
        rival = _rival(sent.json if sent.form is None else dict(sent.form))
        if not isinstance(rival, dict):
            continue
        extra = merge_extra(dict(request.extra_params), rival)
        again = submitted(context, row, request.model_copy(update={"extra_params": extra}), webhook_url=hook)
        if again is None:
            continue
        texts = [visible_text(other) for other in again[1]]
        for host, lost, kept in (
            (HOOK_HOST, "webhook_url", f"extra_params={rival}"),
            (RIVAL_HOST, f"extra_params={rival}", "webhook_url"),
        ):
            if not any(host in text for text in texts):
                return f"{kept} replaces {lost}"
    return None


def _rival(body: object) -> object:
    """Return the part of a body that has the webhook URL, with another address in its place; None if it has none."""
    if isinstance(body, str):
        return body.replace(HOOK_HOST, RIVAL_HOST) if HOOK_HOST in body else None
    if isinstance(body, Mapping):
        found = {str(name): rival for name, value in body.items() if (rival := _rival(value)) is not None}
        return found or None
    if isinstance(body, list | tuple):
        return [rival for value in body if (rival := _rival(value)) is not None] or None
    return None


def _lost_webhook_url(context: CheckContext, row: Model) -> str | None:
    """Submit a minimal request with a webhook URL; return what is wrong with how the URL is sent, or None."""
    found = submitted(context, row, minimal_request(row), webhook_url=f"https://{HOOK_HOST}/done")
    if found is None:
        return None
    mapped, calls = found
    is_sent = any(HOOK_HOST in visible_text(sent) for sent in calls)
    if not calls or is_sent == mapped.takes_webhook_url:
        return None
    return (
        "webhook_url is sent, although Mapped.takes_webhook_url is False"
        if is_sent
        else "webhook_url is not sent"
    )
