from __future__ import annotations

from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.xai import XaiSimulator
from simulators.xai.failures import MODERATED_OUTPUT, OUT_OF_CREDIT
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    QuotaExceededError,
    SubmissionUnknownError,
)
from tarash.tarash_gateway.testing.simulator import Html, LostResponse, TruncatedBody, tiny_mp4, tiny_png


def test_a_frame_comes_to_life_and_says_what_it_cost(
    run: Run, gateway: Gateway, simulator: XaiSimulator, tmp_path: Path
) -> None:
    simulator.polls_until_done = 3
    frame = tmp_path / "first.png"
    frame.write_bytes(tiny_png())
    request = video_request(duration_seconds=4, image_list=[{"image": frame, "type": "first_frame"}])
    response = run(gateway, "generate_video", video_config(simulator), request)
    assert response.duration == 4
    assert response.execution_metadata.attempts[0].cost_usd == 0.42
    saved = response.save(tmp_path / "out.mp4", allow_private_hosts=True)
    assert saved.read_bytes() == tiny_mp4()


def test_a_video_is_edited(run: Run, gateway: Gateway, simulator: XaiSimulator) -> None:
    run(gateway, "generate_video", video_config(simulator), video_request(video=tiny_mp4()))
    (sent,) = simulator.requests_to("submit")
    assert sent.path == "/v1/videos/edits"


def test_images_come_at_once_without_the_withheld_ones(
    run: Run, gateway: Gateway, simulator: XaiSimulator
) -> None:
    simulator.moderated_images = 1
    request = image_request(n=3)
    response = run(gateway, "generate_image", image_config(simulator), request)
    assert len(response.images) == 2
    assert response.execution_metadata.attempts[0].cost_usd == 0.06
    assert simulator.count("status") == 0


def test_a_withheld_video_is_a_refusal_that_the_ledger_counts(
    run: Run, gateway: Gateway, simulator: XaiSimulator
) -> None:
    simulator.fail_next(MODERATED_OUTPUT)
    with pytest.raises(ContentModerationError) as caught:
        run(gateway, "generate_video", video_config(simulator), video_request())
    assert caught.value.billed == "yes"
    assert caught.value.attempts[0].billed == "yes"
    assert caught.value.attempts[0].cost_usd == 0.42


def test_an_expired_video_is_a_failed_one(run: Run, gateway: Gateway, simulator: XaiSimulator) -> None:
    simulator.fail_next("expired")
    with pytest.raises(GenerationFailedError, match="expired"):
        run(gateway, "generate_video", video_config(simulator), video_request())


def test_a_wrong_key_and_an_empty_account_are_told_apart(
    run: Run, gateway: Gateway, simulator: XaiSimulator
) -> None:
    simulator.inject("submit", OUT_OF_CREDIT)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(simulator), video_request())
    wrong = video_config(simulator, api_key="xai-no")
    with pytest.raises(AuthenticationError):
        run(gateway, "generate_video", wrong, video_request())


def test_a_submit_whose_answer_is_lost_is_not_repeated(
    run: Run, gateway: Gateway, simulator: XaiSimulator
) -> None:
    simulator.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_video", video_config(simulator), video_request())
    assert simulator.count("submit") == 1


def test_a_flaky_status_does_not_lose_the_video(run: Run, gateway: Gateway, simulator: XaiSimulator) -> None:
    simulator.inject("status", Html())
    simulator.inject("status", TruncatedBody(), nth=3)
    assert run(gateway, "generate_video", video_config(simulator), video_request()).video
    assert simulator.count("submit") == 1
