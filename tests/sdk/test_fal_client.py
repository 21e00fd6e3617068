"""Owns the proof that the simulator of fal speaks fal's wire: fal-client, unmodified, works against it.

The client has fixed https hosts. It reaches the simulator the way any httpx program is sent through a proxy:
by HTTPS_PROXY and SSL_CERT_FILE.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import fal_client
import pytest

from sdk.fal_hosts import fal_behind_its_hosts
from simulators.fal import FalSimulator
from simulators.fal.failures import EDGE_ERROR
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

VIDEO_MODEL = "fal-ai/veo3.1/fast/image-to-video"

# fal-client 1.0.3 never closes its upload clients; their sockets are collected before the next test.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture
def simulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FalSimulator]:
    """fal where its client looks for it."""
    with fal_behind_its_hosts(tmp_path, monkeypatch) as simulator:
        monkeypatch.setenv("FAL_KEY", simulator.api_key)
        yield simulator
        gc.collect()


class TestBlocking:
    def test_a_submitted_request_goes_through_the_queue_to_its_result(self, simulator: FalSimulator) -> None:
        simulator.polls_until_done = 2
        handle = fal_client.SyncClient().submit(VIDEO_MODEL, {"prompt": "a boat", "seed": 7}, priority="low")

        states = [handle.status(with_logs=True) for _ in range(3)]
        assert isinstance(states[0], fal_client.Queued)
        assert isinstance(states[1], fal_client.InProgress)
        assert isinstance(states[2], fal_client.Completed)
        assert states[1].logs
        assert handle.get()["video"]["url"].startswith("https://queue.fal.run/files/")
        assert simulator.requests_to("submit")[0].path == f"/{VIDEO_MODEL}"
        assert (
            simulator.requests_to("status")[0].path == f"/fal-ai/veo3.1/requests/{handle.request_id}/status"
        )

    def test_subscribe_reports_every_change_and_gives_the_images(self, simulator: FalSimulator) -> None:
        seen: list[fal_client.Status] = []
        result = fal_client.SyncClient().subscribe(
            "fal-ai/flux/dev",
            {"prompt": "a boat", "num_images": 2},
            interval=0.01,
            on_queue_update=seen.append,
        )
        assert [type(status) for status in seen] == [fal_client.InProgress, fal_client.Completed]
        assert len(result["images"]) == 2

    def test_a_handle_made_from_the_request_id_alone_finds_the_request(self, simulator: FalSimulator) -> None:
        client = fal_client.SyncClient()
        request_id = client.submit("workflows/acme/promo/v2", {"prompt": "a boat"}).request_id
        assert client.result("workflows/acme/promo/v2", request_id)["images"]

    def test_run_answers_on_the_synchronous_host(self, simulator: FalSimulator) -> None:
        assert fal_client.SyncClient().run("fal-ai/flux/schnell", {"prompt": "a boat"})["images"]

    def test_stream_yields_partial_results_and_the_result(self, simulator: FalSimulator) -> None:
        events = list(fal_client.SyncClient().stream("fal-ai/flux/dev", {"prompt": "a boat"}))
        assert "progress" in events[0]
        assert events[-1]["images"]

    def test_cancel_reaches_a_running_request_and_is_told_when_it_is_too_late(
        self, simulator: FalSimulator
    ) -> None:
        simulator.hold()
        handle = fal_client.SyncClient().submit(VIDEO_MODEL, {"prompt": "a boat"})
        handle.cancel()
        status = handle.status()
        assert isinstance(status, fal_client.Completed)
        assert status.error_type == "client_cancelled"
        with pytest.raises(fal_client.FalClientHTTPError) as refused:
            handle.cancel()
        assert refused.value.status_code == 400

    @pytest.mark.parametrize(
        ("repository", "route"),
        [
            pytest.param("fal_v3", "cdn_upload", id="upload-token"),
            pytest.param("fal", "upload_bytes", id="signed-url"),
        ],
    )
    def test_upload_stores_the_bytes(
        self, simulator: FalSimulator, repository: Literal["fal_v3", "fal"], route: str
    ) -> None:
        url = fal_client.SyncClient().upload(
            tiny_png(), "image/png", "a.png", repository=repository, fallback_repository=[repository]
        )
        assert simulator.count(route) == 1
        media = simulator.stored_media(url.partition("/files/")[2])
        assert media is not None
        assert (media.data, media.content_type) == (tiny_png(), "image/png")

    @pytest.mark.parametrize(
        ("failure", "status_code", "error_type"),
        [
            pytest.param("content_policy", 422, None, id="model-error"),
            pytest.param("request_timeout", 504, "request_timeout", id="platform-error"),
        ],
    )
    def test_a_failed_request_raises_when_its_result_is_read(
        self, simulator: FalSimulator, failure: str, status_code: int, error_type: str | None
    ) -> None:
        simulator.fail_jobs(failure)
        handle = fal_client.SyncClient().submit(VIDEO_MODEL, {"prompt": "a boat"})
        with pytest.raises(fal_client.FalClientHTTPError) as failed:
            handle.get(interval=0.01)
        assert (failed.value.status_code, failed.value.error_type) == (status_code, error_type)

    def test_a_wrong_key_is_refused(self, simulator: FalSimulator) -> None:
        with pytest.raises(fal_client.FalClientHTTPError) as refused:
            fal_client.SyncClient(key="wrong").submit(VIDEO_MODEL, {"prompt": "a boat"})
        assert refused.value.status_code == 401

    def test_an_error_of_the_edge_is_retried_by_the_client(self, simulator: FalSimulator) -> None:
        simulator.inject("submit", EDGE_ERROR)
        fal_client.SyncClient().submit(VIDEO_MODEL, {"prompt": "a boat"})
        assert simulator.count("submit") == 2


class TestAsync:
    def test_a_submitted_request_goes_through_the_queue_to_its_result(self, simulator: FalSimulator) -> None:
        async def scenario() -> dict[str, dict[str, str]]:
            handle = await fal_client.AsyncClient().submit(VIDEO_MODEL, {"prompt": "a boat"})
            assert isinstance(await handle.status(), fal_client.InProgress)
            result: dict[str, dict[str, str]] = await handle.get(interval=0.01)
            return result

        assert asyncio.run(scenario())["video"]["content_type"] == "video/mp4"

    def test_stream_yields_partial_results_and_the_result(self, simulator: FalSimulator) -> None:
        async def scenario() -> list[dict[str, object]]:
            client = fal_client.AsyncClient()
            return [event async for event in client.stream("fal-ai/flux/dev", {"prompt": "a boat"})]

        assert asyncio.run(scenario())[-1]["images"]

    def test_cancel_ends_a_running_request(self, simulator: FalSimulator) -> None:
        simulator.hold()

        async def scenario() -> str:
            handle = await fal_client.AsyncClient().submit(VIDEO_MODEL, {"prompt": "a boat"})
            await handle.cancel()
            return handle.request_id

        assert simulator.job_state(asyncio.run(scenario())) == "cancelled"

    def test_upload_stores_the_bytes(self, simulator: FalSimulator) -> None:
        async def scenario() -> str:
            return await fal_client.AsyncClient().upload(tiny_mp4(), "video/mp4", "a.mp4")

        media = simulator.stored_media(asyncio.run(scenario()).partition("/files/")[2])
        assert media is not None
        assert media.data == tiny_mp4()

    def test_a_file_above_the_threshold_is_uploaded_in_parts(
        self, simulator: FalSimulator, tmp_path: Path
    ) -> None:
        large = tmp_path / "large.bin"
        with large.open("wb") as file:
            file.truncate(fal_client.client.MULTIPART_THRESHOLD + 1)
        url = asyncio.run(fal_client.AsyncClient().upload_file(large))
        assert simulator.count("multipart_part") == 11
        media = simulator.stored_media(url.partition("/files/")[2])
        assert media is not None
        assert len(media.data) == fal_client.client.MULTIPART_THRESHOLD + 1
