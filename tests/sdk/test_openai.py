"""Owns the proof that the simulator of OpenAI speaks OpenAI's wire: the openai client works against it."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Iterator

import openai
import pytest
from openai.types import Video
from PIL import Image

from simulators.openai import OpenAISimulator
from simulators.openai.failures import OVERLOADED, RATE_LIMITED
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

# The client marks its videos methods as deprecated since the service ended; compatible servers still speak
# that wire.
# mypy: disable-error-code="deprecated"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def client(simulator: OpenAISimulator) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        api_key=simulator.api_key, base_url=f"{simulator.url}/v1", webhook_secret=simulator.webhook_secret
    ) as client:
        yield client


def transparent_mask() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 36), (0, 0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


class TestImages:
    def test_generate_answers_base64(self, client: openai.OpenAI) -> None:
        answer = client.images.generate(
            model="gpt-image-2", prompt="a paper boat", n=2, size="1536x864", output_format="jpeg"
        )
        assert answer.data is not None
        assert len(answer.data) == 2
        content = base64.b64decode(answer.data[0].b64_json or "")
        assert Image.open(io.BytesIO(content)).format == "JPEG"
        assert answer.usage is not None
        assert answer.usage.output_tokens == 1568

    def test_edit_sends_files_and_a_mask(self, client: openai.OpenAI, simulator: OpenAISimulator) -> None:
        client.images.edit(
            model="gpt-image-2",
            prompt="put the boat on this table",
            image=[("boat.png", tiny_png(), "image/png"), ("table.png", tiny_png(), "image/png")],
            mask=("mask.png", transparent_mask(), "image/png"),
            n=1,
        )
        names = [part.name for part in simulator.requests_to("submit")[0].form]
        assert names.count("image[]") == 2
        assert "mask" in names

    def test_a_mask_without_transparency_is_refused(self, client: openai.OpenAI) -> None:
        with pytest.raises(openai.BadRequestError, match="alpha"):
            client.images.edit(model="gpt-image-2", prompt="a boat", image=tiny_png(), mask=tiny_png())

    def test_a_moderated_image_says_at_which_stage(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        simulator.fail_next("moderation_blocked")
        with pytest.raises(openai.BadRequestError) as refused:
            client.images.generate(model="gpt-image-2", prompt="a paper boat")
        assert refused.value.code == "moderation_blocked"

    def test_a_streamed_image_follows_a_partial_one(self, client: openai.OpenAI) -> None:
        events = list(
            client.images.generate(model="gpt-image-2", prompt="a boat", stream=True, partial_images=1)
        )
        assert [event.type for event in events] == [
            "image_generation.partial_image",
            "image_generation.completed",
        ]
        last = events[-1]
        assert last.type == "image_generation.completed"
        assert base64.b64decode(last.b64_json) == tiny_png()
        assert last.usage.output_tokens == 1568

    def test_a_streamed_edit_has_events_of_its_own(self, client: openai.OpenAI) -> None:
        edited = client.images.edit(model="gpt-image-2", prompt="a boat", image=tiny_png(), stream=True)
        assert [event.type for event in edited] == ["image_edit.completed"]

    def test_an_error_in_a_stream_is_raised(self, client: openai.OpenAI, simulator: OpenAISimulator) -> None:
        simulator.fail_next("moderation_blocked")
        stream = client.images.generate(model="gpt-image-2", prompt="a boat", stream=True, partial_images=1)
        with pytest.raises(openai.APIError) as refused:
            list(stream)
        assert refused.value.code == "moderation_blocked"

    def test_several_images_are_not_streamed(self, client: openai.OpenAI) -> None:
        with pytest.raises(openai.BadRequestError, match="n=1"):
            client.images.generate(model="gpt-image-2", prompt="a boat", n=2, stream=True)


class TestVideos:
    def test_create_and_poll_reaches_the_clip(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        simulator.polls_until_done = 2
        video = client.videos.create_and_poll(model="sora-2", prompt="a boat", seconds="8", size="1280x720")
        assert (video.status, video.progress, video.seconds) == ("completed", 100, "8")
        assert client.videos.download_content(video.id).content == tiny_mp4()
        assert client.videos.download_content(video.id, variant="thumbnail").content
        assert simulator.requests_to("submit")[0].headers["Content-Type"].startswith("multipart/form-data")

    def test_a_first_frame_travels_as_a_file_part(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        client.videos.create(prompt="a boat", input_reference=("frame.png", tiny_png(), "image/png"))
        frame = simulator.requests_to("submit")[0].form_part("input_reference")
        assert frame is not None
        assert (frame.data, frame.filename) == (tiny_png(), "frame.png")

    def test_a_first_frame_travels_as_a_url_in_json(self, client: openai.OpenAI) -> None:
        # openai 3.54.0 refuses the object that its own type of `input_reference` allows
        body = {"prompt": "a boat", "input_reference": {"image_url": "https://example.com/frame.png"}}
        assert client.post("/videos", body=body, cast_to=Video).status == "queued"

    def test_a_finished_video_is_edited_extended_remixed_listed_and_deleted(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        first = client.videos.create_and_poll(prompt="a boat")
        # openai 3.54.0 refuses the object that its own type of `video` allows
        source = {"id": first.id}
        edit = {"prompt": "at night", "video": source}
        edited = client.post("/videos/edits", body=edit, cast_to=Video)
        extension = {"prompt": "it sinks", "seconds": "8", "video": source}
        extended = client.post("/videos/extensions", body=extension, cast_to=Video)
        remixed = client.videos.remix(first.id, prompt="in oil")
        assert remixed.remixed_from_video_id == first.id
        assert [video.id for video in client.videos.list(limit=10)] == [
            remixed.id,
            extended.id,
            edited.id,
            first.id,
        ]
        assert client.videos.delete(first.id).deleted
        with pytest.raises(openai.NotFoundError):
            client.videos.retrieve(first.id)

    def test_a_clip_from_elsewhere_is_edited(self, client: openai.OpenAI) -> None:
        clip = ("clip.mp4", tiny_mp4(), "video/mp4")
        assert client.videos.edit(prompt="at night", video=clip).status == "queued"

    def test_a_running_video_cannot_be_deleted(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        simulator.hold()
        video = client.videos.create(prompt="a boat")
        with pytest.raises(openai.BadRequestError):
            client.videos.delete(video.id)

    def test_a_failed_video_tells_why_in_band(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        simulator.fail_next("moderation_blocked")
        video = client.videos.create_and_poll(prompt="a boat")
        assert video.status == "failed"
        assert video.error is not None
        assert video.error.code == "moderation_blocked"


class TestResponses:
    def test_a_background_response_renders_an_image(self, client: openai.OpenAI) -> None:
        response = client.responses.create(
            model="gpt-5.5",
            input="a paper boat",
            background=True,
            tools=[{"type": "image_generation", "model": "gpt-image-2", "size": "1536x864"}],
            tool_choice={"type": "image_generation"},
        )
        assert response.status == "queued"
        assert client.responses.retrieve(response.id).status == "in_progress"
        done = client.responses.retrieve(response.id)
        assert done.output[0].type == "image_generation_call"
        assert base64.b64decode(done.output[0].result or "") == tiny_png()

    def test_a_background_response_is_cancelled(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        simulator.hold()
        response = client.responses.create(
            model="gpt-5.5", input="a boat", background=True, tools=[{"type": "image_generation"}]
        )
        assert client.responses.cancel(response.id).status == "cancelled"


class TestErrors:
    def test_a_wrong_key_is_refused(self, simulator: OpenAISimulator) -> None:
        with (
            openai.OpenAI(api_key="wrong", base_url=f"{simulator.url}/v1") as client,
            pytest.raises(openai.AuthenticationError),
        ):
            client.videos.create(prompt="a boat")

    def test_an_overloaded_server_is_asked_again(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        simulator.inject("submit", OVERLOADED.fault())
        client.with_options(max_retries=1).images.generate(model="gpt-image-2", prompt="a boat")
        assert simulator.count("submit") == 2

    def test_a_rate_limit_carries_its_wait(self, client: openai.OpenAI, simulator: OpenAISimulator) -> None:
        simulator.inject("submit", RATE_LIMITED.fault())
        with pytest.raises(openai.RateLimitError) as refused:
            client.with_options(max_retries=0).images.generate(model="gpt-image-2", prompt="a boat")
        assert refused.value.response.headers["retry-after"] == "7"

    def test_seconds_of_another_length_are_refused(self, client: openai.OpenAI) -> None:
        with pytest.raises(openai.BadRequestError) as refused:
            client.videos.create(prompt="a boat", seconds="7")  # type: ignore[arg-type]  # what is refused
        assert refused.value.param == "seconds"


class TestWebhooksAndFiles:
    @pytest.mark.parametrize("state", ["completed", "failed"])
    def test_a_delivery_is_unwrapped(
        self, client: openai.OpenAI, simulator: OpenAISimulator, state: str
    ) -> None:
        delivery = simulator.signed_delivery(
            "video_1", state="completed" if state == "completed" else "failed"
        )
        event = client.webhooks.unwrap(delivery.body, delivery.headers)
        assert event.type == f"video.{state}"

    def test_a_forged_delivery_is_refused(self, client: openai.OpenAI, simulator: OpenAISimulator) -> None:
        delivery = simulator.signed_delivery("video_1")
        with pytest.raises(openai.InvalidWebhookSignatureError):
            client.webhooks.unwrap(delivery.body + b" ", delivery.headers)

    def test_an_uploaded_file_is_referred_to_by_its_id(
        self, client: openai.OpenAI, simulator: OpenAISimulator
    ) -> None:
        file = client.files.create(file=("boat.png", tiny_png(), "image/png"), purpose="vision")
        media = simulator.stored_media(file.id)
        assert media is not None
        assert media.data == tiny_png()


def test_the_asynchronous_client_reaches_the_clip_too(simulator: OpenAISimulator) -> None:
    async def scenario() -> bytes:
        async with openai.AsyncOpenAI(api_key=simulator.api_key, base_url=f"{simulator.url}/v1") as client:
            video = await client.videos.create_and_poll(prompt="a boat")
            return (await client.videos.download_content(video.id)).content

    assert asyncio.run(scenario()) == tiny_mp4()
