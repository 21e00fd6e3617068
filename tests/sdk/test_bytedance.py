"""Owns the proof that the simulator of ModelArk speaks its wire: the official Python client and the AI SDK work against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import volcenginesdkarkruntime as ark_runtime  # type: ignore[import-untyped]  # it has no types

import tarash_gateway_bytedance as bytedance
from sdk.node_clients import installed, run
from simulators.bytedance import ByteDanceSimulator
from simulators.bytedance.simulator import BASE_PATH
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

MODEL = "seedance-1-5-pro-251215"
FRAME = "https://media.example.org/boat.png"
TEXT = {"type": "text", "text": "a paper boat"}


@pytest.fixture(scope="session")
def folder() -> Path:
    return installed("@ai-sdk/bytedance", "1.0.29")


@pytest.fixture
def ark(simulator: ByteDanceSimulator) -> Iterator[Any]:
    with ark_runtime.Ark(
        base_url=f"{simulator.url}{BASE_PATH}", api_key=simulator.api_key, max_retries=0
    ) as client:
        yield client


class TestArkRuntime:
    def test_a_video_goes_through_the_queue_to_its_link(
        self, simulator: ByteDanceSimulator, ark: Any
    ) -> None:
        simulator.polls_until_done = 2
        frame = {"type": "image_url", "image_url": {"url": FRAME}, "role": "first_frame"}
        made = ark.content_generation.tasks.create(
            model=MODEL,
            content=[TEXT, frame],
            ratio="16:9",
            resolution="720p",
            duration=5,
            return_last_frame=True,
        )
        views = [ark.content_generation.tasks.get(task_id=made.id) for _ in range(3)]
        assert [view.status for view in views] == ["queued", "running", "succeeded"]
        assert httpx.get(views[-1].content.video_url).content == tiny_mp4()
        assert httpx.get(views[-1].content.last_frame_url).content == tiny_png()
        assert (views[-1].ratio, views[-1].duration) == ("16:9", 5)

    def test_the_list_shows_the_newest_first_with_its_expiry(self, ark: Any) -> None:
        for expiry in (3600, 7200):
            ark.content_generation.tasks.create(model=MODEL, content=[TEXT], execution_expires_after=expiry)
        page = ark.content_generation.tasks.list(page_num=1, page_size=1)
        assert page.total == 2
        assert [item.execution_expires_after for item in page.items] == [7200]

    def test_a_waiting_task_is_cancelled_and_a_running_one_is_not(
        self, simulator: ByteDanceSimulator, ark: Any
    ) -> None:
        simulator.hold()
        made = ark.content_generation.tasks.create(model=MODEL, content=[TEXT])
        simulator.hold("running")
        with pytest.raises(ark_runtime._exceptions.ArkAPIError, match="RunningTaskDeletion"):
            ark.content_generation.tasks.delete(task_id=made.id)
        simulator.hold()
        ark.content_generation.tasks.delete(task_id=made.id)
        assert ark.content_generation.tasks.get(task_id=made.id).status == "cancelled"

    def test_the_record_of_a_finished_task_is_deleted(self, simulator: ByteDanceSimulator, ark: Any) -> None:
        made = ark.content_generation.tasks.create(model=MODEL, content=[TEXT])
        simulator.finish(made.id)
        ark.content_generation.tasks.delete(task_id=made.id)
        with pytest.raises(ark_runtime._exceptions.ArkNotFoundError):
            ark.content_generation.tasks.get(task_id=made.id)

    def test_images_come_at_once(self, ark: Any) -> None:
        made = ark.images.generate(
            model="seedream-4-5-251128", prompt="a paper boat", size="2K", image=[FRAME, FRAME]
        )
        assert httpx.get(made.data[0].url).content == tiny_png()
        assert made.usage.generated_images == 1

    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            pytest.param({"model": "seedance-9"}, "ArkNotFoundError", id="model"),
            pytest.param({"duration": 60}, "ArkBadRequestError", id="duration"),
            pytest.param({"content": []}, "ArkBadRequestError", id="nothing"),
        ],
    )
    def test_what_it_does_not_take_is_refused(self, ark: Any, changes: dict[str, object], kind: str) -> None:
        with pytest.raises(getattr(ark_runtime._exceptions, kind)):
            ark.content_generation.tasks.create(**{"model": MODEL, "content": [TEXT], **changes})


GENERATE = """
import { createByteDance } from '@ai-sdk/bytedance';
const client = createByteDance({ baseURL: given.baseURL, apiKey: given.apiKey });
const options = { n: 1, providerOptions: { bytedance: given.own }, ...given.options };
const made = await client[given.kind](given.model).doGenerate(options);
tell({ videos: made.videos, images: made.images, metadata: made.providerMetadata, warnings: made.warnings });
"""


# one worker installs the client
@pytest.mark.xdist_group("bytedance_client")
@pytest.mark.timeout(400)
class TestAiSdk:
    @staticmethod
    def given(simulator: ByteDanceSimulator, kind: str, model: str, **options: object) -> dict[str, object]:
        address = {"baseURL": f"{simulator.url}{BASE_PATH}", "apiKey": simulator.api_key}
        return {
            **address,
            "kind": kind,
            "model": model,
            "own": {},
            "options": {"prompt": "a paper boat", **options},
        }

    def test_a_video_is_made_between_two_frames(self, simulator: ByteDanceSimulator, folder: Path) -> None:
        frame = {"type": "url", "url": FRAME}
        given = self.given(
            simulator, "video", MODEL, image=frame, aspectRatio="16:9", duration=5, resolution="1280x720"
        )
        given["own"] = {"lastFrameImage": FRAME, "pollIntervalMs": 10}
        told = run(folder, GENERATE, **given)
        assert told["warnings"] == []
        (job,) = simulator.jobs
        assert told["metadata"] == {"bytedance": {"taskId": job.id, "usage": {"completion_tokens": 108900}}}
        pictures = [{"image": FRAME, "type": role} for role in ("first_frame", "last_frame")]
        ours = map_for(
            bytedance,
            call_for(bytedance, MODEL),
            aspect_ratio="16:9",
            duration_seconds=5,
            resolution="720p",
            image_list=pictures,
        )
        assert job.inputs == ours.payload

    def test_an_image_is_edited(self, simulator: ByteDanceSimulator, folder: Path) -> None:
        given = self.given(
            simulator, "image", "seedream-4-5-251128", size="2048x2048", files=[{"type": "url", "url": FRAME}]
        )
        told = run(folder, GENERATE, **given)
        assert len(told["images"]) == 1  # type: ignore[arg-type]  # a list, as the client has it
        assert simulator.jobs[0].inputs["image"] == FRAME

    def test_a_failed_task_is_an_error(self, simulator: ByteDanceSimulator, folder: Path) -> None:
        simulator.fail_jobs("sensitive_output")
        told = run(folder, GENERATE, **self.given(simulator, "video", MODEL))
        assert '"status":"failed"' in str(told["error"])

    def test_a_wrong_key_is_refused(self, simulator: ByteDanceSimulator, folder: Path) -> None:
        given = {**self.given(simulator, "video", MODEL), "apiKey": "ark-wrong"}
        assert "missing or invalid" in str(run(folder, GENERATE, **given)["error"])
