"""The headers of a batch's configuration stay with its provider, and are not stored with the batch."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from simulators.asking import video_config
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import Gateway, Journal, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.exceptions import ValidationError
from tarash_gateway_batch import BatchOptions, BatchRunner, RowResult
from tarash_gateway_batch.chains import (
    header_names,
    headers_in,
    restored_chain,
    stored_chain,
    with_headers,
    with_model,
)

TOKEN = "proxy-token-0f3a6b1c2d"
CONFIG = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", headers={"X-Proxy-Token": TOKEN})


def test_a_row_that_names_another_provider_does_not_send_them_there() -> None:
    other = with_model(CONFIG, "replicate/google/veo-3.1-fast", "luma/ray-2")
    assert [link.headers for link in other.chain()] == [{}, {}]
    assert with_model(CONFIG, "fal/fal-ai/kling-video/v2.1", None).headers == CONFIG.headers


def test_their_values_are_not_stored() -> None:
    chain = CONFIG.model_copy(update={"fallback_configs": (CONFIG,)})
    assert TOKEN not in json.dumps(stored_chain(chain))


def test_a_link_that_had_none_gets_none() -> None:
    bare = CONFIG.model_copy(update={"headers": {}})
    stored = stored_chain(bare.model_copy(update={"fallback_configs": (CONFIG,)}))
    chain = with_headers(restored_chain(stored), header_names(stored), {"fal": {"x-proxy-token": TOKEN}})
    first, second = chain.chain()
    assert (first.headers, second.headers) == ({}, CONFIG.headers)


@pytest.mark.parametrize("headers", [{}, {"X-Proxy-Token": TOKEN}])
def test_a_fallback_of_a_fallback_is_tried_once(headers: Mapping[str, str]) -> None:
    last = VideoGenerationConfig(provider="luma", model="ray-2", headers=headers)
    middle = VideoGenerationConfig(provider="kling", model="kling-3.0", fallback_configs=[last])
    stored = stored_chain(
        VideoGenerationConfig(provider="local", model="animatic", fallback_configs=[middle])
    )
    chain = with_headers(restored_chain(stored), header_names(stored), {"luma": headers})
    assert [link.provider for link in chain.chain()] == ["local", "kling", "luma"]
    assert chain.chain()[-1].headers == last.headers


@pytest.mark.parametrize("text", ['{"fal": "proxy-token-0f3a6b1c2d"}', '{"fal": {"X": "proxy-token-0f3a'])
def test_what_the_environment_has_is_told_without_its_values(text: str) -> None:
    with pytest.raises(ValidationError, match="TARASH_BATCH_HEADERS cannot be read") as caught:
        headers_in({"TARASH_BATCH_HEADERS": text})
    assert "0f3a" not in "".join(traceback.format_exception(caught.value))
    assert headers_in({}) == {}


def test_rows_that_are_read_from_the_database_need_them_again(kling: KlingSimulator, tmp_path: Path) -> None:
    config = video_config(kling).model_copy(update={"headers": CONFIG.headers})
    request = VideoGenerationRequest(prompt="a boat", duration_seconds=5)

    def make_gateway(journal: Journal) -> Gateway:
        environ = {"KLING_API_KEY": kling.api_key}
        return Gateway(journal=journal, environ=environ, allow_private_hosts=True)

    async def resumed(headers: Mapping[str, Mapping[str, str]], *, is_new: bool = False) -> RowResult:
        async with BatchRunner(
            database=tmp_path / "batches.sqlite",
            make_gateway=make_gateway,
            base_urls=[kling.url],
            headers=headers,
        ) as runner:
            if is_new:
                await runner.add([request], config, name="boats", out=tmp_path / "videos")
            found: list[RowResult] = []
            options = BatchOptions(check_media=False, retry_failed=True)
            await runner.resume("boats", options=options, on_result=found.append)
        return found[0]

    refused = asyncio.run(resumed({}, is_new=True))
    assert (refused.state, kling.requests) == ("failed", [])
    assert "had the headers X-Proxy-Token" in str(refused.error_message)
    done = asyncio.run(resumed({"kling": {"X-Proxy-Token": TOKEN}}))
    assert done.state == "completed", done.error_message
    assert {call.headers.get("x-proxy-token") for call in kling.requests if call.method == "POST"} == {TOKEN}
    assert TOKEN.encode() not in (tmp_path / "batches.sqlite").read_bytes()
