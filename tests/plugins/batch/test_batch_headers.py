"""The headers of a batch's configuration stay with its provider, and are not stored with the batch."""

from __future__ import annotations

import json

from tarash.tarash_gateway import VideoGenerationConfig
from tarash_gateway_batch.chains import stored_chain, with_model

TOKEN = "proxy-token-0f3a6b1c2d"
CONFIG = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", headers={"X-Proxy-Token": TOKEN})


def test_a_row_that_names_another_provider_does_not_send_them_there() -> None:
    other = with_model(CONFIG, "replicate/google/veo-3.1-fast", "luma/ray-2")
    assert [link.headers for link in other.chain()] == [{}, {}]
    assert with_model(CONFIG, "fal/fal-ai/kling-video/v2.1", None).headers == CONFIG.headers


def test_they_are_not_stored() -> None:
    chain = CONFIG.model_copy(update={"fallback_configs": (CONFIG,)})
    assert "Token" not in json.dumps(stored_chain(chain))
