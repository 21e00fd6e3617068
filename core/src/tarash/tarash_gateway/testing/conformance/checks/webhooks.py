"""Conformance checks for webhooks: a genuine delivery is read, a forged or replayed one is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ....exceptions import AuthenticationError
from ....plugin.outcomes import Delivery, WebhookEvent
from ..context import CheckContext


class WebhookChecks:
    """What users suffer if anyone on the internet can forge the end of their jobs."""

    def _read(self, context: CheckContext, delivery: Delivery) -> WebhookEvent:
        return context.gateway.read_webhook(
            context.config(), headers=delivery.headers, body=delivery.body, received_at=delivery.received_at
        )

    def _delivery(self, context: CheckContext) -> tuple[str, Delivery]:
        if "webhooks" not in context.provider.features:
            pytest.skip("the provider has no webhooks that can be verified")
        job = context.submit()
        assert job.request_id is not None
        for simulated in context.simulator.jobs:
            context.simulator.finish(simulated.id)
        return job.request_id, context.conforming.signed_delivery(job.request_id)

    def test_a_signed_delivery_is_read(self, context: CheckContext) -> None:
        """A genuine delivery names its job and the status of it."""
        request_id, delivery = self._delivery(context)
        event = self._read(context, delivery)
        assert event.request_id == request_id
        assert event.status.state == "completed"

    def test_a_forged_delivery_is_refused(self, context: CheckContext) -> None:
        """A delivery with one changed byte is forged."""
        _, delivery = self._delivery(context)
        with pytest.raises(AuthenticationError):
            self._read(context, replace(delivery, body=delivery.body + b" "))

    def test_an_unsigned_delivery_is_refused(self, context: CheckContext) -> None:
        """A delivery without a signature proves nothing."""
        _, delivery = self._delivery(context)
        with pytest.raises(AuthenticationError):
            self._read(context, replace(delivery, headers={}))

    def test_a_replayed_delivery_is_refused(self, context: CheckContext) -> None:
        """A delivery that was sent an hour ago may be a replay."""
        _, delivery = self._delivery(context)
        with pytest.raises(AuthenticationError):
            self._read(context, replace(delivery, received_at=delivery.received_at + timedelta(hours=1)))
