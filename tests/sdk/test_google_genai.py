"""Owns the proof that the simulator of Google speaks its wire: google-genai, unmodified, works against it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials

from simulators.google import GoogleSimulator
from simulators.google.failures import OVERLOADED, TOO_MANY
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

OMNI = "gemini-omni-1.2-flash"
VEO = "veo-3.1-generate-001"
IMAGE = "gemini-3-pro-image"


@pytest.fixture(autouse=True)
def _own_clients(simulator: GoogleSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have clients read nobody's environment, and close those of the test while the simulator still runs."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_API_VERSION", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield
    while _KEPT:
        _KEPT.pop().close()


def gemini(simulator: GoogleSimulator, key: str | None = None) -> genai.Client:
    options = types.HttpOptions(base_url=simulator.url)
    return kept(genai.Client(api_key=key or simulator.api_key, http_options=options))


def vertex(simulator: GoogleSimulator) -> genai.Client:
    return kept(
        genai.Client(
            vertexai=True,
            project=simulator.project,
            location="us-central1",
            credentials=Credentials("ya29.simulated"),  # type: ignore[no-untyped-call] # google-auth is untyped
            http_options=types.HttpOptions(base_url=simulator.url),
        )
    )


_KEPT: list[genai.Client] = []


def kept(client: genai.Client) -> genai.Client:
    """Keep a client until its test is over: a collected one closes its connections in use."""
    _KEPT.append(client)
    return client


def interact(client: genai.Client, **body: Any) -> Any:
    """Create an interaction; the client's own return type holds its streams too."""
    return client.interactions.create(model=OMNI, **body)


class TestInteractions:
    @pytest.mark.parametrize("platform", [gemini, vertex])
    def test_a_background_interaction_is_polled_to_its_video(
        self, simulator: GoogleSimulator, platform: type
    ) -> None:
        simulator.polls_until_done = 2
        client = platform(simulator)
        created = interact(
            client,
            input=[{"type": "text", "text": "<FIRST_FRAME> the cat jumps off the sofa."}, image_part()],
            background=True,
            generation_config={"video_config": {"task": "image_to_video"}, "seed": 7},
            response_format={"type": "video", "aspect_ratio": "16:9", "resolution": "720p", "duration": "6s"},
        )
        states = [created.status] + [client.interactions.get(created.id).status for _ in range(3)]
        assert states == ["in_progress", "queued", "in_progress", "completed"]
        finished = client.interactions.get(created.id)
        assert finished.steps[-1].content[0].type == "video"
        assert finished.usage.total_output_tokens == 34752

    @pytest.mark.parametrize("platform", [gemini, vertex])
    def test_a_background_interaction_is_followed_and_resumed(
        self, simulator: GoogleSimulator, platform: type
    ) -> None:
        simulator.polls_until_done = 2
        client = platform(simulator)
        created = interact(client, input="a cat", background=True)
        events = list(client.interactions.get(created.id, stream=True))
        kinds = [event.event_type for event in events]
        assert kinds[:3] == [
            "interaction.created",
            "interaction.status_update",
            "interaction.status_update",
        ]
        assert [event.delta.type for event in events if event.event_type == "step.delta"] == ["video"]
        # "[DONE]" ends the stream, and the client does not pass it on
        assert kinds[-1] == "interaction.completed"
        assert (events[-1].interaction.status, events[-1].interaction.steps) == ("completed", None)
        rest = client.interactions.get(created.id, stream=True, last_event_id=events[2].event_id)
        assert [event.event_id for event in rest] == [event.event_id for event in events[3:]]
        request = simulator.requests_to("stream")[0]
        assert request.headers["Accept"] == "text/event-stream"
        assert dict(request.query) == {"stream": "true"}

    def test_without_background_the_answer_is_the_video(self, simulator: GoogleSimulator) -> None:
        done = interact(gemini(simulator), input="a cat on a sofa")
        assert done.output_video is not None
        assert done.output_video.data is not None

    def test_a_generated_file_is_described_and_downloaded(self, simulator: GoogleSimulator) -> None:
        client = gemini(simulator)
        done = interact(client, input="a cat", response_format={"type": "video", "delivery": "uri"})
        assert done.output_video is not None
        # the client reads names out of https URIs only; the simulator speaks http
        name = f"files/{str(done.output_video.uri).rpartition('/')[2]}"
        assert client.files.get(name=name).state == types.FileState.ACTIVE
        assert client.files.download(file=name) == tiny_mp4()

    def test_cancel_ends_a_running_interaction(self, simulator: GoogleSimulator) -> None:
        simulator.hold()
        client = gemini(simulator)
        created = interact(client, input="a cat", background=True)
        assert client.interactions.cancel(str(created.id)).status == "cancelled"

    def test_a_failed_interaction_tells_why(self, simulator: GoogleSimulator) -> None:
        simulator.fail_jobs("internal")
        done = interact(gemini(simulator), input="a cat")
        assert done.status == "failed"
        assert done.errors is not None
        assert done.errors[0].message == "Internal error."

    def test_reading_is_retried_by_the_client(self, simulator: GoogleSimulator) -> None:
        client = gemini(simulator)
        created = interact(client, input="a cat", background=True)
        simulator.inject("status", OVERLOADED)
        client.interactions.get(str(created.id))
        assert simulator.count("status") == 2


class TestImages:
    @pytest.mark.parametrize("platform", [gemini, vertex])
    def test_an_image_comes_after_a_draft_thought(self, simulator: GoogleSimulator, platform: type) -> None:
        answer = platform(simulator).models.generate_content(
            model=IMAGE,
            contents=["a red fox", types.Part.from_bytes(data=tiny_png(), mime_type="image/png")],
            config=types.GenerateContentConfig(
                response_modalities=["IMAGE"],
                seed=7,
                image_config=types.ImageConfig(aspect_ratio="16:9", image_size="2K"),
            ),
        )
        finals = [part for part in answer.parts if part.inline_data and not part.thought]
        assert [part.inline_data.data for part in finals] == [tiny_png()]

    def test_a_blocked_prompt_has_no_candidates(self, simulator: GoogleSimulator) -> None:
        simulator.fail_jobs("blocked_prompt")
        answer = gemini(simulator).models.generate_content(model=IMAGE, contents="something")
        assert answer.prompt_feedback is not None
        assert answer.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


class TestVeoOnVertex:
    def test_an_operation_is_polled_by_post_to_its_videos(self, simulator: GoogleSimulator) -> None:
        simulator.polls_until_done = 1
        client = vertex(simulator)
        operation = client.models.generate_videos(
            model=VEO,
            source=types.GenerateVideosSource(
                prompt="a lighthouse in a storm",
                image=types.Image(image_bytes=tiny_png(), mime_type="image/png"),
            ),
            config=types.GenerateVideosConfig(
                number_of_videos=2,
                duration_seconds=8,
                aspect_ratio="16:9",
                resolution="1080p",
                generate_audio=True,
                seed=42,
                negative_prompt="text",
                person_generation="allow_adult",
                output_gcs_uri="gs://bucket/prefix/",
                last_frame=types.Image(gcs_uri="gs://bucket/last.png", mime_type="image/png"),
            ),
        )
        operation = client.operations.get(operation)
        assert not operation.done
        operation = client.operations.get(operation)
        assert operation.result is not None
        videos = operation.result.generated_videos or []
        assert [video.video.uri in simulator.objects for video in videos if video.video] == [True, True]
        assert simulator.requests_to("status")[0].method == "POST"

    def test_filtered_videos_are_counted(self, simulator: GoogleSimulator) -> None:
        simulator.fail_jobs("filtered")
        simulator.polls_until_done = 0
        client = vertex(simulator)
        source = types.GenerateVideosSource(prompt="something")
        operation = client.operations.get(client.models.generate_videos(model=VEO, source=source))
        assert operation.result is not None
        assert operation.result.rai_media_filtered_count == 1


def test_an_uploaded_file_is_active_once_processed(simulator: GoogleSimulator) -> None:
    simulator.file_polls = 1
    client = gemini(simulator)
    uploaded = client.files.upload(
        file=io.BytesIO(tiny_mp4()), config=types.UploadFileConfig(mime_type="video/mp4")
    )
    assert uploaded.name is not None
    states = [client.files.get(name=uploaded.name).state for _ in range(2)]
    assert states == [types.FileState.PROCESSING, types.FileState.ACTIVE]


@pytest.mark.parametrize(
    ("key", "model", "code", "status"),
    [
        pytest.param("wrong", IMAGE, 400, "INVALID_ARGUMENT", id="wrong-key"),
        pytest.param(None, "imagen-4.0-generate-001", 404, "NOT_FOUND", id="retired"),
        pytest.param(None, OMNI, 400, "INVALID_ARGUMENT", id="wrong-protocol"),
    ],
)
def test_a_refusal_has_a_code_and_a_status(
    simulator: GoogleSimulator, key: str | None, model: str, code: int, status: str
) -> None:
    with pytest.raises(errors.ClientError) as refused:
        gemini(simulator, key).models.generate_content(model=model, contents="a fox")
    assert (refused.value.code, refused.value.status) == (code, status)


def test_too_many_requests_carry_a_delay(simulator: GoogleSimulator) -> None:
    simulator.inject("submit", TOO_MANY)
    with pytest.raises(errors.ClientError, match="retryDelay"):
        gemini(simulator).models.generate_content(model=IMAGE, contents="a fox")


def image_part() -> dict[str, str]:
    """An inline image of the Interactions API."""
    from simulators.google.predict import blob

    return {"type": "image", "mime_type": "image/png", "data": blob(tiny_png())["data"]}
