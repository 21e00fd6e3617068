from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, video_config, video_request
from simulators.replicate import ReplicateSimulator
from simulators.replicate.failures import INSUFFICIENT_CREDIT, THROTTLED
from tarash.tarash_gateway import (
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    HTTPError,
    ImageGenerationRequest,
    Job,
    ModelNotFoundError,
    QuotaExceededError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    UnexpectedResponseError,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.simulator import Body, Fault, LostResponse, Reset, Status, tiny_png

BOAT = VideoGenerationRequest(prompt="a paper boat")


@pytest.mark.parametrize(
    "model",
    ["google/veo-3", "acme/community-video", "minimax/video-01:" + "ab" * 32, "cd" * 32],
    ids=["official", "community", "version", "bare-version"],
)
def test_a_video_is_made(run: Run, gateway: Gateway, simulator: ReplicateSimulator, model: str) -> None:
    response = run(gateway, "generate_video", video_config(simulator, model), BOAT)
    assert response.video.endswith(".mp4")
    assert response.request_id == simulator.jobs[0].id
    assert len(simulator.jobs) == 1


def test_a_deployment_is_called_by_its_own_route(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator
) -> None:
    config = video_config(simulator, "acme/prod-video", provider_config={"deployment": True})
    run(gateway, "generate_video", config, BOAT)
    assert simulator.requests_to("submit")[0].path == "/v1/deployments/acme/prod-video/predictions"


def test_a_base_url_without_the_version_will_do(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator
) -> None:
    run(gateway, "generate_video", video_config(simulator, base_url=simulator.url), BOAT)
    assert simulator.requests_to("submit")[0].path.startswith("/v1/models/")


def test_pictures_are_made_and_saved(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator, tmp_path: Path
) -> None:
    request = ImageGenerationRequest(prompt="a paper boat", n=3, aspect_ratio="16:9")
    response = run(gateway, "generate_image", image_config(simulator), request)
    assert len(response.images) == 3
    saved = response.save(tmp_path / "fox.png", allow_private_hosts=True)
    assert saved.read_bytes() == tiny_png()


def test_a_held_submit_answers_at_once(run: Run, gateway: Gateway, simulator: ReplicateSimulator) -> None:
    config = image_config(simulator, "google/nano-banana-2", provider_config={"wait_seconds": 10})
    response = run(gateway, "generate_image", config, ImageGenerationRequest(prompt="a paper boat"))
    assert response.images
    assert (simulator.count("submit"), simulator.count("status")) == (1, 0)


def test_a_large_picture_is_uploaded(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator, tmp_path: Path
) -> None:
    picture = tmp_path / "first.png"
    picture.write_bytes(tiny_png() + b"\0" * 300_000)
    request = video_request(prompt="she turns", image_list=[{"image": picture, "type": "first_frame"}])
    run(gateway, "generate_video", video_config(simulator), request)
    (file,) = simulator.files.values()
    assert file["size"] == picture.stat().st_size
    assert simulator.jobs[0].inputs["image"] == f"{simulator.url}/v1/files/{file['id']}"


def test_progress_is_told_in_percent(run: Run, gateway: Gateway, simulator: ReplicateSimulator) -> None:
    simulator.polls_until_done = 4
    seen: list[float] = []

    def note(update: object) -> None:
        percent = getattr(update, "progress_percent", None)
        if percent is not None:
            seen.append(percent)

    run(gateway, "generate_video", video_config(simulator), BOAT, on_progress=note)
    assert any(1 < percent < 100 for percent in seen)


@pytest.mark.parametrize(
    ("failure", "raises"),
    [("content_policy", ContentModerationError), ("out_of_memory", GenerationFailedError)],
)
def test_a_failed_prediction_raises(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator, failure: str, raises: type[Exception]
) -> None:
    simulator.fail_jobs(failure)
    with pytest.raises(raises):
        run(gateway, "generate_video", video_config(simulator), BOAT)


def test_an_aborted_prediction_ends_the_attempt(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator
) -> None:
    simulator.show_status("aborted")
    with pytest.raises(GenerationFailedError, match="before it started"):
        run(gateway, "generate_video", video_config(simulator), BOAT)


def test_a_model_that_nobody_knows_is_told(run: Run, gateway: Gateway, simulator: ReplicateSimulator) -> None:
    simulator.unknown_models.add("acme/gone")
    with pytest.raises(ModelNotFoundError):
        run(gateway, "generate_video", video_config(simulator, "acme/gone"), BOAT)
    assert simulator.jobs == []


@pytest.mark.parametrize(
    ("fault", "raises"),
    [(Status(503, json={}), HTTPError), (Body(b"<html>"), UnexpectedResponseError)],
    ids=["down", "unreadable"],
)
def test_a_look_up_that_fails_leaves_no_doubt_that_nothing_was_submitted(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator, fault: Fault, raises: type[TarashException]
) -> None:
    simulator.inject("model", fault, times=None)
    with pytest.raises(raises) as caught:
        run(gateway, "generate_video", video_config(simulator, "acme/community-video", timeout=2), BOAT)
    assert caught.value.attempts[0].submitted == "no"
    assert simulator.count("list") == 0, "there is nothing to look for"


def test_an_empty_account_is_no_rate_limit(run: Run, gateway: Gateway, simulator: ReplicateSimulator) -> None:
    simulator.inject("submit", INSUFFICIENT_CREDIT, times=None)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(simulator), BOAT)
    assert simulator.count("submit") == 1


def test_a_rate_limit_is_waited_out(run: Run, gateway: Gateway, simulator: ReplicateSimulator) -> None:
    simulator.inject("submit", THROTTLED)
    run(gateway, "generate_video", video_config(simulator), BOAT)
    assert (simulator.count("submit"), len(simulator.jobs)) == (2, 1)


@pytest.mark.parametrize("config", [{}, {"wait_seconds": 5}], ids=["at-once", "held"])
def test_a_submit_whose_answer_is_lost_is_found_and_not_repeated(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator, config: dict[str, object]
) -> None:
    run(gateway, "generate_video", video_config(simulator), VideoGenerationRequest(prompt="a dog"))
    simulator.inject("submit", LostResponse())
    response = run(gateway, "generate_video", video_config(simulator, provider_config=config), BOAT)
    assert response.request_id == simulator.jobs[1].id
    assert (simulator.count("submit"), len(simulator.jobs), simulator.count("list")) == (2, 2, 1)


def test_a_submit_that_never_arrived_is_not_repeated_either(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator
) -> None:
    simulator.inject("submit", Reset())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_video", video_config(simulator), BOAT)
    assert simulator.count("submit") == 1


def test_a_job_past_its_deadline_is_cancelled(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator
) -> None:
    simulator.hold()
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", video_config(simulator, timeout=1), BOAT)
    assert caught.value.attempts[0].cancelled == "yes"
    assert simulator.job_state(simulator.jobs[0].id) == "cancelled"


def test_a_saved_job_goes_on_elsewhere_and_holds_no_secret(
    run: Run, gateway: Gateway, simulator: ReplicateSimulator
) -> None:
    job = run(gateway, "submit_video", video_config(simulator), BOAT)
    text = job.to_json()
    assert simulator.api_key not in text
    response = run(gateway, "resume", Job.from_json(text), config=video_config(simulator))
    assert response.video.endswith(".mp4")
    assert simulator.count("submit") == 1


def test_a_signed_webhook_tells_of_the_job(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    config = video_config(simulator, provider_config={"webhook_secret": simulator.webhook_secret})
    job = gateway.submit_video(config, BOAT)
    assert job.request_id is not None
    delivery = simulator.signed_delivery(job.request_id)
    event = gateway.read_webhook(
        config, headers=delivery.headers, body=delivery.body, received_at=datetime.now(UTC)
    )
    assert (event.request_id, event.status.state) == (job.request_id, "completed")
