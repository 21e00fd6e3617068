"""Kling has no client library; for callbacks its documentation names the official one of Standard Webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from simulators.kling import KlingSimulator
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest


@pytest.fixture
def simulator() -> Iterator[KlingSimulator]:
    with KlingSimulator() as running:
        yield running


@pytest.mark.parametrize(("model", "member"), [("kling-3.0", "id"), ("kling-v3", "task_id")])
def test_the_official_library_accepts_a_simulated_callback(
    simulator: KlingSimulator, model: str, member: str
) -> None:
    config = VideoGenerationConfig.model_validate(
        {"provider": "kling", "model": model, "base_url": simulator.url, "api_key": simulator.api_key}
    )
    with Gateway(environ={}) as gateway:
        job = gateway.submit_video(config, VideoGenerationRequest(prompt="a red fox"))
    assert job.request_id is not None
    delivery = simulator.signed_delivery(job.request_id, state="failed")
    task = Webhook(simulator.webhook_secret).verify(delivery.body, dict(delivery.headers))
    assert task == json.loads(delivery.body)
    assert task[member] == job.request_id
    with pytest.raises(WebhookVerificationError):
        Webhook(simulator.webhook_secret).verify(delivery.body + b" ", dict(delivery.headers))
