"""Kling has no client library; for callbacks its documentation names the official one of Standard Webhooks."""

from __future__ import annotations

import json

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from simulators.asking import video_config, video_request
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import Gateway


@pytest.mark.parametrize(("model", "member"), [("kling-3.0", "id"), ("kling-v3", "task_id")])
def test_the_official_library_accepts_a_simulated_callback(
    gateway: Gateway, simulator: KlingSimulator, model: str, member: str
) -> None:
    job = gateway.submit_video(video_config(simulator, model), video_request())
    assert job.request_id is not None
    delivery = simulator.signed_delivery(job.request_id, state="failed")
    task = Webhook(simulator.webhook_secret).verify(delivery.body, dict(delivery.headers))
    assert task == json.loads(delivery.body)
    assert task[member] == job.request_id
    with pytest.raises(WebhookVerificationError):
        Webhook(simulator.webhook_secret).verify(delivery.body + b" ", dict(delivery.headers))
