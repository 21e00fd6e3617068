"""Proves whole generations against the simulator, blocking, under asyncio and under trio."""

from __future__ import annotations

from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.runway import RunwaySimulator
from simulators.runway.failures import DAILY_LIMIT, OUT_OF_CREDIT, OVERLOADED
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    Job,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    SubmissionUnknownError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    VideoGenerationRequest,
    VideoGenerationUpdate,
)
from tarash.tarash_gateway.testing.simulator import LostResponse, TruncatedBody, tiny_mp4, tiny_png

BOAT = VideoGenerationRequest(prompt="a boat")


def test_a_picture_comes_to_life(
    run: Run, gateway: Gateway, simulator: RunwaySimulator, tmp_path: Path
) -> None:
    picture = tmp_path / "first.png"
    picture.write_bytes(tiny_png())
    request = video_request(aspect_ratio="1:1", image_list=[{"type": "first_frame", "image": picture}])
    response = run(gateway, "generate_video", video_config(simulator), request)
    assert "/output.mp4" in response.video
    assert (response.duration, response.content_type) == (5.0, "video/mp4")
    attempt = response.execution_metadata.attempts[0]
    assert (attempt.submitted, attempt.billed, attempt.cost_usd) == ("yes", "yes", 0.6)
    sent = simulator.requests_to("submit")[0]
    assert sent.path == "/v1/image_to_video"
    assert sent.json_object()["ratio"] == "960:960"


def test_a_large_clip_is_uploaded_first(run: Run, gateway: Gateway, simulator: RunwaySimulator) -> None:
    clip = tiny_mp4() + bytes(5 * 1024 * 1024)
    request = video_request(prompt="at night", video=clip)
    run(gateway, "generate_video", video_config(simulator, "aleph2"), request)
    ((uri, part),) = simulator.uploads.items()
    assert part.data == clip
    assert simulator.requests_to("submit")[0].json_object()["videoUri"] == uri


@pytest.mark.parametrize(
    ("model", "fields", "count"),
    [
        pytest.param("gen4_image", {}, 1, id="one"),
        pytest.param("seedream5_pro", {"n": 3, "size": "2k"}, 3, id="several"),
        pytest.param("router:cheap", {"aspect_ratio": "4:5"}, 1, id="routed"),
        pytest.param(
            "magnific_precision_upscaler_v2",
            {"prompt": "", "image_list": [{"image": tiny_png()}]},
            1,
            id="enlarged",
        ),
    ],
)
def test_pictures_are_made(
    run: Run, gateway: Gateway, simulator: RunwaySimulator, model: str, fields: dict[str, object], count: int
) -> None:
    request = image_request(**fields)
    response = run(gateway, "generate_image", image_config(simulator, model), request)
    assert len(response.images) == count


def test_a_routed_clip_is_made(run: Run, gateway: Gateway, simulator: RunwaySimulator) -> None:
    response = run(gateway, "generate_video", video_config(simulator, "router:cheap"), BOAT)
    assert "/output.mp4" in response.video
    assert simulator.requests_to("submit")[0].path == "/v1/generate/video"


def test_a_throttled_task_is_queued_and_then_runs(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    simulator.throttled, simulator.polls_until_done = True, 3
    seen: list[VideoGenerationUpdate] = []
    run(gateway, "generate_video", video_config(simulator), BOAT, on_progress=seen.append)
    states = list(dict.fromkeys(update.status for update in seen))
    assert states == ["queued", "processing", "completed"]


def test_a_spoiled_status_does_not_lose_the_task(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    simulator.inject("status", TruncatedBody())
    simulator.inject("status", OVERLOADED, nth=2)
    assert run(gateway, "generate_video", video_config(simulator), BOAT).video
    assert len(simulator.jobs) == 1


def test_refused_content_is_told_with_its_price(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    simulator.fail_jobs("input_text_moderation")
    with pytest.raises(ContentModerationError) as refused:
        run(gateway, "generate_video", video_config(simulator), BOAT)
    assert (refused.value.stage, refused.value.billed) == ("input", "yes")


def test_a_failed_task_raises(run: Run, gateway: Gateway, simulator: RunwaySimulator) -> None:
    simulator.fail_jobs("vendor_unavailable")
    with pytest.raises(GenerationFailedError, match=r"THIRD_PARTY\.UNAVAILABLE"):
        run(gateway, "generate_video", video_config(simulator), BOAT)


def test_an_empty_account_is_told_apart_from_a_bad_request(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    simulator.inject("submit", OUT_OF_CREDIT, times=None)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(simulator), BOAT)
    assert simulator.count("submit") == 1


def test_a_daily_limit_is_a_rate_limit(gateway: Gateway, simulator: RunwaySimulator) -> None:
    simulator.inject("submit", DAILY_LIMIT, times=None)
    with pytest.raises(RateLimitError, match="daily generation limit"):
        gateway.generate_video(video_config(simulator, timeout=1), BOAT)


def test_a_model_that_runway_does_not_know_is_named_as_such(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    with pytest.raises(ModelNotFoundError, match=r"gen4\.5"):
        run(gateway, "generate_video", video_config(simulator, "gen9"), BOAT)


def test_a_wrong_key_is_refused_and_never_shown(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    with pytest.raises(AuthenticationError) as refused:
        run(gateway, "generate_video", video_config(simulator, api_key="key_wrong"), BOAT)
    assert "key_wrong" not in str(refused.value)


def test_a_submit_whose_answer_is_lost_is_never_repeated(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    simulator.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_video", video_config(simulator), BOAT)
    assert simulator.count("submit") == 1


def test_a_task_past_its_deadline_is_cancelled(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    simulator.hold()
    with pytest.raises(TimeoutError):
        run(gateway, "generate_video", video_config(simulator, timeout=0.5), BOAT)
    assert simulator.count("cancel") == 1
    assert simulator.job_state(simulator.jobs[0].id) == "cancelled"


def test_a_saved_job_is_resumed_without_a_second_submit(
    run: Run, gateway: Gateway, simulator: RunwaySimulator
) -> None:
    job = run(gateway, "submit_video", video_config(simulator), BOAT)
    saved = job.to_json()
    assert simulator.api_key not in saved
    response = run(gateway, "resume", Job.from_json(saved), config=video_config(simulator))
    assert response.video
    assert simulator.count("submit") == 1
