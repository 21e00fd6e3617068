"""What programs build and catch themselves: responses, updates, ledgers, outcomes of the mock, and exceptions as handlers use them."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.chains import BOAT, fal_video
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    Adjustment,
    AspectRatio,
    AttemptMetadata,
    AuthenticationError,
    ExecutionMetadata,
    Gateway,
    GenerationFailedError,
    HTTPConnectionError,
    HTTPError,
    ImageGenerationConfig,
    ImageGenerationRequest,
    ImageGenerationResponse,
    ImageInput,
    ImageType,
    MediaContent,
    MockConfig,
    MockResponse,
    ProgressUpdate,
    ProviderNotInstalledError,
    RateLimitError,
    Resolution,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    is_retryable_error,
)
from tarash.tarash_gateway.engine.first_jobs import first_expectation
from tarash.tarash_gateway.engine.polling import SHORTEST_SECONDS, next_delay_seconds
from tarash.tarash_gateway.models import ImageGenerationUpdate, VideoGenerationUpdate
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

URL = "https://x.example/a.mp4"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_a_response_needs_no_more_than_its_output() -> None:
    response = VideoGenerationResponse(request_id="r1", video=URL, status="completed", raw_response={"a": 1})
    assert (response.video, response.duration, response.is_mock, response.assets) == (URL, None, False, ())
    assert response.execution_metadata.attempts == ()
    assert VideoGenerationResponse(video=URL).request_id == ""


def test_an_image_response_may_name_one_image_or_all() -> None:
    both = (ImageGenerationResponse(images=("a", "b")), ImageGenerationResponse(image="a"))
    assert [(item.image, item.images) for item in both] == [("a", ("a", "b")), ("a", ("a",))]
    assert ImageGenerationResponse(images=["a"], revised_prompt="a red fox").revised_prompt == "a red fox"  # type: ignore[arg-type]  # a list, as users write it


def test_an_update_needs_no_more_than_its_status() -> None:
    assert VideoGenerationUpdate is ImageGenerationUpdate is ProgressUpdate
    update = VideoGenerationUpdate(request_id="r1", status="processing", progress_percent=50)
    assert (update.progress_percent, update.provider, update.attempt_number) == (50, "", 1)


def test_a_ledger_by_hand_adds_up_its_times() -> None:
    attempts = tuple(
        AttemptMetadata(
            provider="fal",
            model="m",
            attempt_number=number,
            started_at=NOW + timedelta(seconds=10 * number),
            ended_at=NOW + timedelta(seconds=10 * number + 4),
            status="failed",
        )
        for number in (1, 2)
    )
    assert [attempt.elapsed_seconds for attempt in attempts] == [4.0, 4.0]
    metadata = ExecutionMetadata(
        total_attempts=2, attempts=attempts, fallback_triggered=True, configs_in_chain=2
    )
    assert (metadata.total_elapsed_seconds, metadata.successful_attempt) == (14.0, None)
    running = AttemptMetadata(provider="fal", model="m")
    assert (running.attempt_number, running.status, running.elapsed_seconds) == (1, "running", None)
    assert ExecutionMetadata().total_elapsed_seconds == 0.0


def test_a_revised_prompt_is_that_of_the_provider(gateway: Gateway) -> None:
    config = ImageGenerationConfig(provider="openai", model="gpt-image-2", mock=MockConfig())
    assert gateway.generate_image(config, ImageGenerationRequest(prompt="a fox")).revised_prompt is None


@pytest.mark.parametrize("count", [None, 1])
def test_no_count_is_one(count: int | None) -> None:
    assert ImageGenerationRequest(prompt="x", n=count).n == 1
    assert VideoGenerationRequest(prompt="x", number_of_videos=count).number_of_videos == 1


def test_a_pause_of_zero_is_the_shortest_one(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    assert (
        next_delay_seconds(100.0, expectation=first_expectation(None), ceiling_seconds=0) == SHORTEST_SECONDS
    )
    assert run(gateway, "generate_video", fal_video(fal, poll_interval=0), BOAT).status == "completed"
    with pytest.raises(ValidationError, match="poll_interval=-1"):
        VideoGenerationConfig(provider="fal", model="m", poll_interval=-1)


def test_aliases_annotate_what_is_passed_on() -> None:
    ratio: AspectRatio = "16:9"
    lines: Resolution = "720p"
    picture: MediaContent = {"content": tiny_png(), "content_type": "image/png"}
    frame = ImageType(image=picture, type="first_frame")
    request = VideoGenerationRequest(prompt="x", aspect_ratio=ratio, resolution=lines, image_list=[frame])
    assert (request.aspect_ratio, request.resolution) == ("16:9", "720p")
    assert request.image_list == (ImageInput(image=tiny_png(), type="first_frame"),)


def test_a_mock_outcome_under_its_second_name(gateway: Gateway) -> None:
    config = VideoGenerationConfig(
        provider="fal", model="fal-ai/veo3.1", mock=MockConfig(responses=[MockResponse(output_video=URL)])
    )
    assert gateway.generate_video(config, BOAT).video == URL
    assert MockResponse.model_validate({"output_video": tiny_mp4()}).video is not None
    with pytest.raises(ValidationError, match="output_video is another name of video; set one of them"):
        MockResponse(video=URL, output_video=URL)


@pytest.mark.parametrize("output", ["video", "output_video", "image"])
def test_a_mock_outcome_is_a_result_or_an_error(output: str) -> None:
    fields: dict[str, Any] = {"error": GenerationFailedError("no"), output: URL}
    with pytest.raises(ValidationError, match="an outcome is an error or an output"):
        MockResponse(**fields)


def test_progress_may_be_the_third_argument(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    seen: list[ProgressUpdate] = []
    run(gateway, "generate_video", fal_video(fal), BOAT, seen.append)
    assert (seen[-1].status, seen[-1].progress_percent) == ("completed", 100)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"auto_fix": True}, "extra_params={'auto_fix': True}", id="one"),
        pytest.param(
            {"cfg_scale": 0.5, "camera": {"pan": 3}},
            "extra_params={'cfg_scale': 0.5, 'camera': {'pan': 3}}",
            id="two",
        ),
        pytest.param({"mask": b"\0" * 99}, "extra_params={'mask': …}", id="not-a-plain-value"),
        pytest.param({"notes": "x" * 999}, "extra_params={'notes': …}", id="too-long"),
    ],
)
def test_an_unknown_keyword_comes_with_what_to_paste(fields: dict[str, Any], told: str) -> None:
    for build in (VideoGenerationRequest.model_validate, _by_keyword):
        with pytest.raises(ValidationError) as caught:
            build({"prompt": "x", **fields})
        assert told in caught.value.message
    if "…" not in told:
        extra = ast.literal_eval(told.removeprefix("extra_params="))
        assert VideoGenerationRequest(prompt="x", extra_params=extra).extra_params == fields


def _by_keyword(fields: dict[str, Any]) -> VideoGenerationRequest:
    return VideoGenerationRequest(**fields)


def test_a_configuration_offers_no_extra_params() -> None:
    with pytest.raises(ValidationError) as caught:
        VideoGenerationConfig(provider="fal", model="m", retries=3)  # type: ignore[call-arg]  # the mistake
    assert "extra_params" not in caught.value.message


HANDLED: list[Any] = [
    pytest.param(TarashException("m", "fal", "veo", "r1", {"a": 1}), TarashException, False, id="root"),
    pytest.param(ValidationError("m", "fal", "veo", "r1", {"a": 1}), ValidationError, False, id="validation"),
    pytest.param(
        ProviderNotInstalledError("m", "fal", "veo", "r1", {"a": 1}), ValidationError, False, id="no-provider"
    ),
    pytest.param(HTTPError("m", "fal", "veo", "r1", {"a": 1}, 429), HTTPError, True, id="429"),
    pytest.param(HTTPError("m", "fal", "veo", "r1", {"a": 1}, status_code=401), HTTPError, False, id="401"),
    pytest.param(
        AuthenticationError("m", "fal", "veo", "r1", {"a": 1}, 401), HTTPError, False, id="authentication"
    ),
    pytest.param(RateLimitError("m", "fal", "veo", "r1", {"a": 1}, 429), HTTPError, True, id="rate-limit"),
    pytest.param(
        HTTPConnectionError("m", "fal", "veo", "r1", {"a": 1}), HTTPConnectionError, True, id="connection"
    ),
    pytest.param(
        GenerationFailedError("m", "fal", "veo", "r1", {"a": 1}), GenerationFailedError, True, id="failed"
    ),
    pytest.param(TimeoutError("m", "fal", "veo", "r1", {"a": 1}, 600), TimeoutError, True, id="timeout"),
]


@pytest.mark.parametrize(("error", "caught_as", "retryable"), HANDLED)
def test_an_exception_as_handlers_use_it(
    error: TarashException, caught_as: type[TarashException], retryable: bool
) -> None:
    assert isinstance(error, caught_as)
    assert isinstance(error, TarashException)
    assert (error.message, error.provider, error.model, error.request_id, error.raw_response) == (
        "m",
        "fal",
        "veo",
        "r1",
        {"a": 1},
    )
    assert is_retryable_error(error) is retryable
    assert not isinstance(error, TimeoutError) or error.timeout_seconds == 600


def test_an_update_carries_the_answer_it_was_read_from_without_the_key(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    seen: list[ProgressUpdate] = []
    run(gateway, "generate_video", fal_video(fal), BOAT, on_progress=seen.append)
    told = [update.update for update in seen if update.update]
    assert told, "fal answers with an object"
    assert all(fal.api_key not in str(answer) for answer in told)


@pytest.mark.parametrize(
    ("adjustment", "sentence"),
    [
        (
            Adjustment(field="duration_seconds", requested=5, used=6, reason="is not offered; use 4, 6 or 8"),
            "adjusted duration_seconds=5 to 6: it is not offered; use 4, 6 or 8",
        ),
        (Adjustment(field="seed", requested=7, reason="is no option"), "left out seed=7: it is no option"),
        (
            Adjustment(field="mode", requested=None, used="pro", reason="is needed"),
            "adjusted mode to 'pro': it is needed",
        ),
        (Adjustment(field="size", requested="4k", used="2k"), "adjusted size='4k' to '2k'"),
    ],
)
def test_an_adjustment_is_told_as_a_sentence(adjustment: Adjustment, sentence: str) -> None:
    assert str(adjustment) == sentence
