from __future__ import annotations

from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.bfl import BflSimulator
from simulators.bfl.failures import NO_CREDITS
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    Gateway,
    QuotaExceededError,
    SubmissionUnknownError,
)
from tarash.tarash_gateway.testing.simulator import Html, LostResponse, TruncatedBody, tiny_mp4, tiny_png


def test_a_frame_comes_to_life_and_says_what_it_cost(
    run: Run, gateway: Gateway, simulator: BflSimulator, tmp_path: Path
) -> None:
    simulator.polls_until_done = 3
    frame = tmp_path / "first.png"
    frame.write_bytes(tiny_png())
    request = video_request(duration_seconds=5, image_list=[{"image": frame, "type": "first_frame"}])
    response = run(gateway, "generate_video", video_config(simulator), request)
    assert response.execution_metadata.attempts[0].cost_usd == 0.045
    saved = response.save(tmp_path / "out.mp4", allow_private_hosts=True)
    assert saved.read_bytes() == tiny_mp4()


def test_a_draft_brings_the_bundle_for_its_full_quality(
    run: Run, gateway: Gateway, simulator: BflSimulator
) -> None:
    draft = run(
        gateway, "generate_video", video_config(simulator), video_request(extra_params={"draft": True})
    )
    (bundle,) = (asset.url for asset in draft.assets if asset.kind == "other")
    request = video_request(prompt="", extra_params={"draft_cache": bundle})
    assert run(gateway, "generate_video", video_config(simulator), request).video
    assert simulator.jobs[1].inputs == {"mode": "draft_enhance", "draft_cache": bundle}


def test_an_image_is_made_of_another(run: Run, gateway: Gateway, simulator: BflSimulator) -> None:
    request = image_request(size="1024x768", image_list=[{"image": tiny_png()}])
    response = run(gateway, "generate_image", image_config(simulator), request)
    assert len(response.images) == 1
    assert {"width", "height", "input_image"} <= set(simulator.jobs[0].inputs)


def test_a_job_with_a_webhook_can_be_polled_all_the_same(
    run: Run, gateway: Gateway, simulator: BflSimulator
) -> None:
    config = image_config(
        simulator,
        webhook_url="https://me.example.org/hook",
        provider_config={"webhook_secret": "s3cret-of-ours"},
    )
    assert run(gateway, "generate_image", config, image_request()).images
    assert simulator.jobs[0].inputs["webhook_secret"] == "s3cret-of-ours"


def test_a_job_that_moves_is_followed(run: Run, gateway: Gateway, simulator: BflSimulator) -> None:
    simulator.moved = 2
    assert run(gateway, "generate_image", image_config(simulator), image_request()).images


@pytest.mark.parametrize(
    ("failure", "stage"), [("request_moderated", "input"), ("content_moderated", "output")]
)
def test_a_moderated_job_says_which_side_was_refused(
    run: Run, gateway: Gateway, simulator: BflSimulator, failure: str, stage: str
) -> None:
    simulator.fail_next(failure)
    with pytest.raises(ContentModerationError) as caught:
        run(gateway, "generate_image", image_config(simulator), image_request())
    assert caught.value.stage == stage


def test_a_wrong_key_and_an_empty_account_are_told_apart(
    run: Run, gateway: Gateway, simulator: BflSimulator
) -> None:
    simulator.inject("submit", NO_CREDITS)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(simulator), video_request())
    with pytest.raises(AuthenticationError):
        run(gateway, "generate_video", video_config(simulator, api_key="bfl_no"), video_request())


def test_a_submit_whose_answer_is_lost_is_not_repeated(
    run: Run, gateway: Gateway, simulator: BflSimulator
) -> None:
    simulator.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_image", image_config(simulator), image_request())
    assert simulator.count("submit") == 1


def test_a_flaky_status_does_not_lose_the_video(run: Run, gateway: Gateway, simulator: BflSimulator) -> None:
    simulator.inject("status", Html())
    simulator.inject("status", TruncatedBody(), nth=3)
    assert run(gateway, "generate_video", video_config(simulator), video_request()).video
    assert simulator.count("submit") == 1


def test_a_job_that_is_not_known_yet_is_not_given_up(
    run: Run, gateway: Gateway, simulator: BflSimulator
) -> None:
    simulator.show_status("Task not found", times=2)
    assert run(gateway, "generate_image", image_config(simulator), image_request()).images
