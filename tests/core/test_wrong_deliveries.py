"""What a caller passes for a webhook is examined before a plugin reads it, so that a mistake is not told as a bug of the plugin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from typing import Any, cast

import pytest

from core.acme import Acme, acme
from core.hostile import gateway_of, hostile
from tarash.tarash_gateway import (
    Gateway,
    ValidationError,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import (
    JobStatus,
    WebhookEvent,
)


@pytest.mark.parametrize("body", ["{}", {}, None])
def test_a_body_that_is_not_raw_is_no_bug_of_the_plugin(body: Any) -> None:
    providers = Registry(lambda _group: ())
    providers.register("acme", hostile(tarash_webhook=lambda delivery: delivery.body + b""))
    with pytest.raises(ValidationError, match=f"body is of type {type(body).__name__}; pass the raw bytes"):
        Gateway(registry=providers, environ={}).read_webhook(acme(), headers={}, body=body)


@pytest.mark.parametrize("received_at", ["now", 0.0, datetime(2026, 1, 1)])  # noqa: DTZ001 - that is the mistake
def test_a_time_of_arrival_that_is_none_is_no_bug_of_the_plugin(received_at: Any) -> None:
    providers = Registry(lambda _group: ())
    providers.register("acme", hostile(tarash_webhook=lambda delivery: delivery.received_at.timestamp()))
    with pytest.raises(ValidationError, match=r"received_at=.* is not a time with its zone"):
        Gateway(registry=providers, environ={}).read_webhook(
            acme(), headers={}, body=b"", received_at=received_at
        )


@pytest.mark.parametrize("headers", [None, "x-signature: 1", [("x-signature", "1")], {b"x-signature": b"1"}])
def test_headers_that_are_none_are_no_bug_of_the_plugin(headers: Any) -> None:
    providers = Registry(lambda _group: ())
    providers.register("acme", hostile(tarash_webhook=lambda delivery: delivery.headers["x-signature"]))
    with pytest.raises(ValidationError, match="are not a mapping of texts"):
        Gateway(registry=providers, environ={}).read_webhook(acme(), headers=headers, body=b"")


def test_headers_as_the_standard_library_has_them_are_read() -> None:
    headers = Message()
    headers["X-Signature"] = "7"
    providers = Registry(lambda _group: ())
    read = WebhookEvent(request_id="7", status=JobStatus(state="queued"))
    plugin = hostile(tarash_webhook=lambda delivery: read if delivery.headers["x-signature"] == "7" else None)
    providers.register("acme", plugin)
    gateway = Gateway(registry=providers, environ={})
    given = cast("Mapping[str, str]", headers)
    assert gateway.read_webhook(acme(), headers=given, body=b"").request_id == "7"


def test_a_delivery_is_read_without_a_key() -> None:
    read = WebhookEvent(request_id="7", status=JobStatus(state="queued"))
    gateway = gateway_of(hostile(tarash_webhook=lambda: read))
    assert gateway.read_webhook(acme(api_key=None), headers={}, body=b"{}").request_id == "7"


def test_a_delivery_that_nobody_reads_is_told_with_the_provider() -> None:
    with pytest.raises(
        ValidationError, match="Acme has no webhooks that can be verified; poll instead"
    ) as caught:
        gateway_of(Acme()).read_webhook(acme(), headers={}, body=b"{}")
    assert caught.value.provider == "acme"
    gateway = gateway_of(hostile(tarash_webhook=lambda: None))
    with pytest.raises(ValidationError, match="does not concern a job; ignore it") as caught:
        gateway.read_webhook(acme(), headers={}, body=b"{}")
    assert caught.value.provider == "acme"
