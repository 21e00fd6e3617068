from __future__ import annotations

from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.bytedance import ByteDanceSimulator
from simulators.bytedance.failures import OVERDUE
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    Gateway,
    QuotaExceededError,
    SubmissionUnknownError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from tarash.tarash_gateway.testing.simulator import Html, LostResponse, TruncatedBody, tiny_mp4, tiny_png


def test_a_frame_comes_to_life(
    run: Run, gateway: Gateway, simulator: ByteDanceSimulator, tmp_path: Path
) -> None:
    simulator.polls_until_done = 3
    frame = tmp_path / "first.png"
    frame.write_bytes(tiny_png())
    request = video_request(
        duration_seconds=4,
        image_list=[{"image": frame, "type": "first_frame"}],
        extra_params={"return_last_frame": True},
    )
    response = run(gateway, "generate_video", video_config(simulator), request)
    assert [asset.kind for asset in response.assets] == ["video", "image"]
    assert response.duration == 4
    saved = response.save(tmp_path / "out.mp4", allow_private_hosts=True)
    assert saved.read_bytes() == tiny_mp4()


def test_a_batch_of_images_comes_at_once_without_the_withheld_ones(
    run: Run, gateway: Gateway, simulator: ByteDanceSimulator
) -> None:
    simulator.failed_images = 1
    batch = {"sequential_image_generation": "auto", "sequential_image_generation_options": {"max_images": 3}}
    response = run(gateway, "generate_image", image_config(simulator), image_request(extra_params=batch))
    assert len(response.images) == 2
    assert simulator.count("status") == 0


def test_a_withheld_image_is_a_refusal(run: Run, gateway: Gateway, simulator: ByteDanceSimulator) -> None:
    simulator.failed_images = 1
    with pytest.raises(ContentModerationError) as caught:
        run(gateway, "generate_image", image_config(simulator), image_request())
    assert (caught.value.stage, caught.value.attempts[0].billed) == ("output", "no")


def test_a_withheld_video_is_not_charged(run: Run, gateway: Gateway, simulator: ByteDanceSimulator) -> None:
    simulator.fail_next("sensitive_output")
    with pytest.raises(ContentModerationError) as caught:
        run(gateway, "generate_video", video_config(simulator), video_request())
    assert caught.value.attempts[0].billed == "no"


def test_a_wrong_key_and_an_account_in_arrears_are_told_apart(
    run: Run, gateway: Gateway, simulator: ByteDanceSimulator
) -> None:
    simulator.inject("submit", OVERDUE)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(simulator), video_request())
    with pytest.raises(AuthenticationError):
        run(gateway, "generate_video", video_config(simulator, api_key="ark-no"), video_request())


def test_a_task_whose_answer_is_lost_is_found_again(
    run: Run, gateway: Gateway, simulator: ByteDanceSimulator
) -> None:
    for _ in range(3):
        gateway.submit_video(video_config(simulator), video_request())
    simulator.inject("submit", LostResponse())
    response = run(gateway, "generate_video", video_config(simulator), video_request())
    assert simulator.count("submit") == 4
    assert response.request_id == simulator.jobs[3].id


def test_an_image_request_whose_answer_is_lost_is_not_repeated(
    run: Run, gateway: Gateway, simulator: ByteDanceSimulator
) -> None:
    simulator.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_image", image_config(simulator), image_request())
    assert simulator.count("submit") == 1


def test_a_running_task_is_not_claimed_to_be_cancelled(
    run: Run, gateway: Gateway, simulator: ByteDanceSimulator
) -> None:
    simulator.hold("running")
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", video_config(simulator, timeout=0.4), video_request())
    assert caught.value.attempts[0].cancelled != "yes"
    assert simulator.count("cancel") == 0


def test_a_flaky_status_does_not_lose_the_video(
    run: Run, gateway: Gateway, simulator: ByteDanceSimulator
) -> None:
    simulator.inject("status", Html())
    simulator.inject("status", TruncatedBody(), nth=3)
    assert run(gateway, "generate_video", video_config(simulator), video_request()).video
    assert simulator.count("submit") == 1
