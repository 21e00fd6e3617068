"""Conformance checks of webhooks: a good delivery is read, a forged or replayed one refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ....exceptions import AuthenticationError
from ....plugin.outcomes import Delivery, WebhookEvent
from ..context import CheckContext


class WebhookChecks:
    """What a user suffers when anyone on the internet can end their jobs."""

    def _read(self, context: CheckContext, delivery: Delivery) -> WebhookEvent:
        return context.gateway.read_webhook(
            context.config(), headers=delivery.headers, body=delivery.body, received_at=delivery.received_at
        )

    def _delivery(self, context: CheckContext) -> tuple[str, Delivery]:
        if "webhooks" not in context.provider.features:
            pytest.skip("the provider sends no webhooks that can be verified")
        job = context.submit()
        assert job.request_id is not None
        for simulated in context.simulator.jobs:
            context.simulator.finish(simulated.id)
        return job.request_id, context.conforming.signed_delivery(job.request_id)

    def test_a_signed_delivery_is_read(self, context: CheckContext) -> None:
        """The provider's own delivery says which job it is about, and how that stands."""
        request_id, delivery = self._delivery(context)
        event = self._read(context, delivery)
        assert event.request_id == request_id
        assert event.status.state == "completed"

    def test_a_forged_delivery_is_refused(self, context: CheckContext) -> None:
        """One changed byte is a forgery."""
        _, delivery = self._delivery(context)
        with pytest.raises(AuthenticationError):
            self._read(context, replace(delivery, body=delivery.body + b" "))

    def test_an_unsigned_delivery_is_refused(self, context: CheckContext) -> None:
        """No signature is no proof."""
        _, delivery = self._delivery(context)
        with pytest.raises(AuthenticationError):
            self._read(context, replace(delivery, headers={}))

    def test_a_replayed_delivery_is_refused(self, context: CheckContext) -> None:
        """A delivery recorded an hour ago proves nothing about now."""
        _, delivery = self._delivery(context)
        with pytest.raises(AuthenticationError):
            self._read(context, replace(delivery, received_at=delivery.received_at + timedelta(hours=1)))
