"""Owns the proof that the simulator of Model Studio speaks its wire: dashscope, the official SDK, works against it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dashscope
import httpx
import pytest
from dashscope.aigc.image_generation import ImageGeneration
from dashscope.aigc.image_synthesis import ImageSynthesis
from dashscope.aigc.video_synthesis import VideoSynthesis

import tarash_gateway_alibaba as alibaba
from simulators.alibaba import AlibabaSimulator
from simulators.alibaba.bodies import SDK_LEFTOVERS
from simulators.alibaba.failures import IN_ARREARS, SENSITIVE_PROMPT, TOO_MANY_REQUESTS
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import Status, tiny_mp4, tiny_png

# its types are those of the chat models, which take and return other messages
Pictures: Any = ImageGeneration
PROMPT = "a paper boat"
URL = "https://media.example.org/boat.png"
CLIP = "https://media.example.org/boat.mp4"
DATA_URI = f"data:image/png;base64,{base64.b64encode(tiny_png()).decode()}"

# the SDK leaves its connections to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture(autouse=True)
def _client(simulator: AlibabaSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point the SDK at the simulator; it has no client object for these calls, only module-wide settings."""
    monkeypatch.setattr(dashscope, "base_http_api_url", f"{simulator.url}/api/v1")
    monkeypatch.setattr(dashscope, "api_key", simulator.api_key)
    yield
    dashscope.close_shared_sync_session()


def sent_to(simulator: AlibabaSimulator) -> object:
    """The last body, without the SDK's own arguments in it; parameters that are then empty are none."""
    body = simulator.requests_to("submit")[-1].json_object()
    parts: dict[str, object] = {"model": body["model"]}
    for name in ("input", "parameters"):
        part = body.get(name)
        assert isinstance(part, dict)
        members = {member: value for member, value in part.items() if member not in SDK_LEFTOVERS}
        if members:
            parts[name] = members
    return parts


class TestVideos:
    def test_a_video_goes_through_the_queue_to_its_clip(self, simulator: AlibabaSimulator) -> None:
        simulator.polls_until_done = 3
        made = VideoSynthesis.async_call("wan3.0-video", PROMPT, resolution="720P", ratio="16:9", duration=5)
        assert made.output.task_status == "PENDING"
        words = [VideoSynthesis.fetch(made).output.task_status for _ in range(3)]
        done = VideoSynthesis.wait(made)
        assert [*words, done.output.task_status] == ["PENDING", "RUNNING", "RUNNING", "SUCCEEDED"]
        assert httpx.get(done.output.video_url).content == tiny_mp4()
        assert done.usage.output_video_duration == 5

    @pytest.mark.parametrize(
        ("model", "given", "fields"),
        [
            pytest.param(
                "wan3.0-video",
                {
                    "media": [{"type": "first_frame", "url": URL}, {"type": "last_frame", "url": URL}],
                    "resolution": "1080P",
                    "ratio": "9:16",
                    "duration": 8,
                    "seed": 7,
                    "prompt_extend": False,
                    "audio": False,
                    "negative_prompt": "blur",
                },
                {
                    "image_list": [
                        {"image": URL, "type": "first_frame"},
                        {"image": URL, "type": "last_frame"},
                    ],
                    "resolution": "1080p",
                    "aspect_ratio": "9:16",
                    "duration_seconds": 8,
                    "seed": 7,
                    "enhance_prompt": False,
                    "generate_audio": False,
                    "negative_prompt": "blur",
                },
                id="frames",
            ),
            pytest.param(
                "wan2.7-i2v",
                {"media": [{"type": "first_clip", "url": CLIP}], "duration": 10},
                {"video": CLIP, "duration_seconds": 10},
                id="a-clip-to-continue",
            ),
            pytest.param(
                "wan2.6-i2v",
                {"img_url": URL, "resolution": "720P", "duration": 5, "shot_type": "multi"},
                {
                    "image_list": [{"image": URL, "type": "first_frame"}],
                    "resolution": "720p",
                    "duration_seconds": 5,
                    "extra_params": {"shot_type": "multi"},
                },
                id="older-frame",
            ),
            pytest.param(
                "wan2.6-r2v",
                {"reference_urls": [URL, CLIP], "size": "1280*720", "duration": 5},
                {
                    "image_list": [{"image": URL, "type": "reference"}],
                    "video": CLIP,
                    "aspect_ratio": "16:9",
                    "resolution": "720p",
                    "duration_seconds": 5,
                },
                id="older-references",
            ),
            pytest.param(
                "happyhorse-1.1-r2v",
                {
                    "media": [{"type": "reference_image", "url": URL}],
                    "resolution": "480P",
                    "watermark": False,
                },
                {
                    "image_list": [{"image": URL, "type": "reference"}],
                    "resolution": "480p",
                    "extra_params": {"watermark": False},
                },
                id="happyhorse",
            ),
        ],
    )
    def test_the_bodies_are_those_of_the_gateway(
        self, simulator: AlibabaSimulator, model: str, given: dict[str, Any], fields: dict[str, object]
    ) -> None:
        made = VideoSynthesis.async_call(model, PROMPT, **given)
        assert made.status_code == 200, made.message
        assert sent_to(simulator) == map_for(alibaba, call_for(alibaba, model), **fields).payload

    def test_a_file_is_uploaded_as_the_gateway_does(
        self, simulator: AlibabaSimulator, tmp_path: Path
    ) -> None:
        clip = tmp_path / "boat.mp4"
        clip.write_bytes(tiny_mp4())
        media = [{"type": "video", "url": clip.as_uri()}]
        made = VideoSynthesis.async_call("wan2.7-videoedit", PROMPT, media=media)
        assert made.status_code == 200, made.message
        assert [file.data for file in simulator.uploads.values()] == [tiny_mp4()]

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            (SENSITIVE_PROMPT, "DataInspectionFailed"),
            (IN_ARREARS, "Arrearage"),
            (TOO_MANY_REQUESTS, "Throttling.RateQuota"),
        ],
    )
    def test_a_refusal_is_read_by_the_client(
        self, simulator: AlibabaSimulator, fault: Status, code: str
    ) -> None:
        simulator.inject("submit", fault)
        refused = VideoSynthesis.async_call("wan3.0-video", PROMPT)
        assert (refused.status_code, refused.code) == (fault.status, code)

    def test_what_the_model_does_not_take_is_refused(self) -> None:
        cases: tuple[tuple[str, dict[str, Any]], ...] = (
            ("wan3.0-video", {"duration": 31}),
            ("wan2.7-t2v", {"resolution": "480P"}),
            ("wan2.7-i2v", {}),
            ("happyhorse-1.0-t2v", {"ratio": "21:9"}),
        )
        for model, given in cases:
            refused = VideoSynthesis.async_call(model, PROMPT, **given)
            assert (refused.status_code, refused.code) == (400, "InvalidParameter")


class TestTasks:
    def test_a_task_that_waits_is_cancelled_and_one_that_runs_is_not(
        self, simulator: AlibabaSimulator
    ) -> None:
        simulator.job_seconds = 600.0
        waiting = VideoSynthesis.async_call("wan3.0-video", PROMPT)
        assert VideoSynthesis.cancel(waiting).status_code == 200
        assert VideoSynthesis.fetch(waiting).output.task_status == "CANCELED"
        simulator.job_seconds = 0.0
        simulator.hold("running")
        running = VideoSynthesis.async_call("wan3.0-video", PROMPT)
        refused = VideoSynthesis.cancel(running)
        assert (refused.status_code, refused.code) == (400, "UnsupportedOperation")

    def test_the_tasks_of_a_model_are_listed(self, simulator: AlibabaSimulator) -> None:
        made = [VideoSynthesis.async_call(model, PROMPT) for model in ("wan3.0-video", "wan2.7-t2v")]
        listed = VideoSynthesis.list(model_name="wan2.7-t2v")
        assert [task["task_id"] for task in listed.output["data"]] == [made[1].output.task_id]
        # neither the prompt nor anything that the caller chose: a lost submission cannot be told from another one
        assert PROMPT not in str(listed.output)

    def test_a_task_that_nobody_knows_is_unknown(self) -> None:
        assert VideoSynthesis.fetch("no-such-task").output.task_status == "UNKNOWN"


class TestImages:
    def test_images_come_at_once(self, simulator: AlibabaSimulator) -> None:
        content = [{"image": URL}, {"image": DATA_URI}, {"text": PROMPT}]
        made = Pictures.call(
            "qwen-image-2.0", messages=[{"role": "user", "content": content}], n=2, size="1024*1024"
        )
        assert made.status_code == 200, made.message
        urls = [item["image"] for item in made.output.choices[0].message.content]
        assert [httpx.get(url).content for url in urls] == [tiny_png()] * 2
        images = [{"image": URL, "type": "reference"}, {"image": tiny_png(), "type": "reference"}]
        call = call_for(alibaba, "qwen-image-2.0", "image")
        assert sent_to(simulator) == map_for(alibaba, call, image_list=images, n=2, size="1024x1024").payload

    def test_images_are_made_as_a_task(self, simulator: AlibabaSimulator) -> None:
        messages = [{"role": "user", "content": [{"text": PROMPT}]}]
        made = Pictures.async_call("wan2.7-image", messages=messages, n=1, size="2K")
        done = Pictures.wait(made)
        assert done.output.task_status == "SUCCEEDED"
        assert httpx.get(done.output.choices[0].message.content[0]["image"]).content == tiny_png()
        call = call_for(alibaba, "wan2.7-image", "image")
        assert sent_to(simulator) == map_for(alibaba, call, size="2k").payload

    def test_the_older_protocol_makes_images_of_a_prompt(self, simulator: AlibabaSimulator) -> None:
        simulator.failed_images = 1
        made = ImageSynthesis.async_call("wan2.5-t2i-preview", PROMPT, n=2, size="1280*1280")
        done = ImageSynthesis.wait(made)
        assert [bool(result.url) for result in done.output.results] == [True, False]
        call = call_for(alibaba, "wan2.5-t2i-preview", "image")
        assert sent_to(simulator) == map_for(alibaba, call, n=2, size="1280x1280").payload

    def test_the_older_protocol_edits_images(self, simulator: AlibabaSimulator) -> None:
        made = ImageSynthesis.async_call("wan2.5-i2i-preview", PROMPT, images=[URL], n=1)
        assert made.status_code == 200, made.message
        call = call_for(alibaba, "wan2.5-i2i-preview", "image")
        images = [{"image": URL, "type": "reference"}]
        assert sent_to(simulator) == map_for(alibaba, call, image_list=images).payload
