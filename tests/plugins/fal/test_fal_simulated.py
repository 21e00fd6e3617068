from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest

from execution import Run
from simulators.asking import image_config, video_config, video_request
from simulators.fal import FalSimulator
from simulators.fal.cases import CASES
from simulators.fal.failures import EDGE_ERROR, OUT_OF_CREDIT, TOO_MANY_REQUESTS
from tarash.tarash_gateway import (
    Gateway,
    ImageGenerationConfig,
    ImageGenerationRequest,
    Job,
    QuotaExceededError,
    SubmissionUnknownError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing import FailureCase
from tarash.tarash_gateway.testing.simulator import LostResponse, tiny_mp4, tiny_png

BOAT = VideoGenerationRequest(prompt="a paper boat on a rainy street")
Config = TypeVar("Config", VideoGenerationConfig, ImageGenerationConfig)


def test_a_prompt_becomes_a_video_on_disk(
    run: Run, gateway: Gateway, simulator: FalSimulator, tmp_path: Path
) -> None:
    response = run(gateway, "generate_video", video_config(simulator), BOAT)
    saved = run(response, "save", tmp_path / "boat.mp4", allow_private_hosts=True)
    assert saved.read_bytes() == tiny_mp4()
    assert simulator.count("submit") == 1
    assert simulator.count("stream") == 1, "the status is streamed, not polled"
    assert response.execution_metadata.attempts[0].submitted == "yes"


def test_a_broken_stream_is_replaced_by_polling(run: Run, gateway: Gateway, simulator: FalSimulator) -> None:
    simulator.inject("stream", EDGE_ERROR, times=None)
    response = run(gateway, "generate_video", video_config(simulator), BOAT)
    assert response.video.endswith(".mp4")
    assert simulator.count("status") > 0


def test_an_unknown_status_word_loses_no_job(run: Run, gateway: Gateway, simulator: FalSimulator) -> None:
    simulator.show_status("WARMING_UP", times=2)
    assert run(gateway, "generate_video", video_config(simulator), BOAT).video.endswith(".mp4")


def test_pictures_are_made(run: Run, gateway: Gateway, simulator: FalSimulator) -> None:
    config = image_config(simulator, "fal-ai/flux/dev")
    response = run(gateway, "generate_image", config, ImageGenerationRequest(prompt="a boat", n=3, seed=7))
    assert len(response.images) == 3
    assert simulator.requests_to("submit")[0].json == {"prompt": "a boat", "num_images": 3, "seed": 7}


def test_a_picture_comes_to_life_however_it_is_given(
    run: Run, gateway: Gateway, simulator: FalSimulator, tmp_path: Path
) -> None:
    path = tmp_path / "first.png"
    path.write_bytes(tiny_png())
    for given in (path, tiny_png(), str(path), "https://example.com/first.png"):
        request = video_request(prompt="it sails", image_list=[{"image": given, "type": "first_frame"}])
        run(gateway, "generate_video", video_config(simulator, "fal-ai/veo3.1/image-to-video"), request)
    sent = [request.json_object()["image_url"] for request in simulator.requests_to("submit")]
    assert [str(url).partition(":")[0] for url in sent] == ["data", "data", "data", "https"]


def test_a_large_clip_is_uploaded_first(run: Run, gateway: Gateway, simulator: FalSimulator) -> None:
    clip = tiny_mp4() + bytes(300_000)
    request = video_request(prompt="longer", video=clip)
    run(gateway, "generate_video", video_config(simulator, "fal-ai/veo3.1/extend-video"), request)
    assert simulator.count("upload") == 1
    assert simulator.requests_to("upload_bytes")[0].body == clip
    assert "Authorization" not in simulator.requests_to("upload_bytes")[0].headers
    assert str(simulator.requests_to("submit")[0].json_object()["video_url"]).startswith(simulator.url)


@pytest.mark.parametrize("case", CASES.failures, ids=lambda case: str(case.failure))
def test_a_failed_job_raises_what_it_failed_of(
    gateway: Gateway, simulator: FalSimulator, case: FailureCase
) -> None:
    simulator.fail_next(case.failure)
    with pytest.raises(case.raises) as caught:
        gateway.generate_video(video_config(simulator), BOAT)
    assert type(caught.value) is case.raises
    assert simulator.count("submit") == 1
    assert simulator.count("result") <= 1, "a failure that is final is not asked for again"


def test_an_empty_account_is_no_wrong_key(run: Run, gateway: Gateway, simulator: FalSimulator) -> None:
    simulator.inject("submit", OUT_OF_CREDIT, times=None)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(simulator), BOAT)
    assert simulator.count("submit") == 1


def test_a_crowded_account_is_waited_for(run: Run, gateway: Gateway, simulator: FalSimulator) -> None:
    simulator.inject("submit", TOO_MANY_REQUESTS)
    run(gateway, "generate_video", video_config(simulator), BOAT)
    assert simulator.count("submit") == 2


def test_a_lost_answer_is_never_submitted_again(run: Run, gateway: Gateway, simulator: FalSimulator) -> None:
    simulator.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_video", video_config(simulator), BOAT)
    assert simulator.count("submit") == 1


def test_a_flaky_result_does_not_lose_a_paid_job(run: Run, gateway: Gateway, simulator: FalSimulator) -> None:
    simulator.inject("result", EDGE_ERROR, times=2)
    assert run(gateway, "generate_video", video_config(simulator), BOAT).video.endswith(".mp4")
    assert (simulator.count("submit"), simulator.count("result")) == (1, 3)


def test_a_job_that_outlives_its_deadline_is_cancelled_at_fal(
    run: Run, gateway: Gateway, simulator: FalSimulator
) -> None:
    simulator.hold()
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", video_config(simulator, timeout=1), BOAT)
    assert caught.value.attempts[0].cancelled in ("yes", "unconfirmed")
    assert simulator.count("cancel") == 1


def test_a_saved_job_goes_on_elsewhere_and_holds_no_secret(
    run: Run, gateway: Gateway, simulator: FalSimulator
) -> None:
    job = run(gateway, "submit_video", video_config(simulator), BOAT)
    text = job.to_json()
    assert simulator.api_key not in text
    response = run(gateway, "resume", Job.from_json(text), config=video_config(simulator))
    assert response.video.endswith(".mp4")
    assert simulator.count("submit") == 1


def test_a_ticket_that_points_elsewhere_does_not_lead_the_key_away(
    gateway: Gateway, simulator: FalSimulator
) -> None:
    simulator.ticket_origin = "https://evil.example"
    assert gateway.generate_video(video_config(simulator), BOAT).video.startswith(simulator.url)


def test_a_signed_delivery_tells_of_the_job(gateway: Gateway, simulator: FalSimulator) -> None:
    config = video_config(simulator, provider_config=dict(CASES.provider_config))
    job = gateway.submit_video(config, BOAT)
    assert job.request_id is not None
    delivery = simulator.signed_delivery(job.request_id, state="failed")
    event = gateway.read_webhook(
        config, headers=delivery.headers, body=delivery.body, received_at=delivery.received_at
    )
    assert (event.request_id, event.status.state) == (job.request_id, "failed")
