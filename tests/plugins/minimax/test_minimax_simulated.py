from __future__ import annotations

from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.minimax import MiniMaxSimulator
from simulators.minimax.failures import BASE_NO_BALANCE, BASE_RATE_LIMIT, BASE_TIMEOUT
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    QuotaExceededError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from tarash.tarash_gateway.testing.simulator import Html, LostResponse, TruncatedBody, tiny_mp4, tiny_png


@pytest.mark.parametrize("model", ["MiniMax-H3", "MiniMax-Hailuo-2.3"])
def test_a_frame_comes_to_life_in_both_versions(
    run: Run, gateway: Gateway, simulator: MiniMaxSimulator, tmp_path: Path, model: str
) -> None:
    simulator.polls_until_done = 2
    frame = {"image": tiny_png(), "type": "first_frame"}
    response = run(
        gateway,
        "generate_video",
        video_config(simulator, model),
        video_request(image_list=[frame], duration_seconds=6),
    )
    assert response.duration == 6
    assert response.request_id == simulator.jobs[0].id
    saved = response.save(tmp_path / "out.mp4", allow_private_hosts=True)
    assert saved.read_bytes() == tiny_mp4()
    assert simulator.count("file") == (1 if model != "MiniMax-H3" else 0)


@pytest.mark.parametrize("model", ["image-01", "MiniMax-H3-Image"])
def test_images_come_at_once(run: Run, gateway: Gateway, simulator: MiniMaxSimulator, model: str) -> None:
    response = run(gateway, "generate_image", image_config(simulator, model), image_request(n=3))
    assert len(response.images) == 3
    assert simulator.count("status") == 0


def test_filtered_images_are_missing(run: Run, gateway: Gateway, simulator: MiniMaxSimulator) -> None:
    simulator.filtered_images = 2
    response = run(gateway, "generate_image", image_config(simulator), image_request(n=3))
    assert len(response.images) == 1


@pytest.mark.parametrize("model", ["MiniMax-H3", "T2V-01"])
@pytest.mark.parametrize(
    ("failure", "kind"),
    [("sensitive_output", ContentModerationError), ("internal", GenerationFailedError)],
)
def test_a_failed_task_is_the_same_exception_in_both_versions(
    run: Run,
    gateway: Gateway,
    simulator: MiniMaxSimulator,
    model: str,
    failure: str,
    kind: type[TarashException],
) -> None:
    simulator.fail_next(failure)
    with pytest.raises(kind) as caught:
        run(gateway, "generate_video", video_config(simulator, model), video_request())
    assert caught.value.submitted == "yes"


@pytest.mark.parametrize("model", ["MiniMax-H3", "T2V-01"])
def test_a_wrong_key_is_told_in_both_versions(
    run: Run, gateway: Gateway, simulator: MiniMaxSimulator, model: str
) -> None:
    with pytest.raises(AuthenticationError, match="key"):
        run(
            gateway,
            "generate_video",
            video_config(simulator, model, api_key="wrong-key-0123"),
            video_request(),
        )


def test_an_empty_account_behind_http_200_hands_over_to_the_next(
    run: Run, gateway: Gateway, simulator: MiniMaxSimulator
) -> None:
    simulator.inject("submit", BASE_NO_BALANCE)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(simulator, "T2V-01"), video_request())
    simulator.inject("submit", BASE_NO_BALANCE)
    chain = video_config(simulator, "T2V-01", fallback_configs=[video_config(simulator, "MiniMax-H3")])
    response = run(gateway, "generate_video", chain, video_request())
    assert response.model == "MiniMax-H3"


def test_a_server_that_gave_up_on_a_submit_leaves_its_outcome_unknown(
    run: Run, gateway: Gateway, simulator: MiniMaxSimulator
) -> None:
    simulator.inject("submit", BASE_TIMEOUT)
    with pytest.raises(TarashException) as caught:
        run(gateway, "generate_video", video_config(simulator, "T2V-01"), video_request())
    assert caught.value.submitted == "unknown"
    assert simulator.count("submit") == 1


def test_a_flaky_status_does_not_lose_the_task(
    run: Run, gateway: Gateway, simulator: MiniMaxSimulator
) -> None:
    simulator.polls_until_done = 3
    simulator.inject("status", Html())
    simulator.inject("status", BASE_RATE_LIMIT, nth=2)
    simulator.inject("file", TruncatedBody())
    assert run(gateway, "generate_video", video_config(simulator, "T2V-01"), video_request()).video
    assert simulator.count("submit") == 1


@pytest.mark.parametrize("model", ["MiniMax-H3", "T2V-01"])
def test_a_submit_whose_answer_is_lost_is_not_repeated(
    run: Run, gateway: Gateway, simulator: MiniMaxSimulator, model: str
) -> None:
    simulator.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_video", video_config(simulator, model), video_request())
    assert simulator.count("submit") == 1


@pytest.mark.parametrize(("model", "cancelled"), [("MiniMax-H3", "yes"), ("T2V-01", "no")])
def test_a_task_that_is_given_up_is_cancelled_where_that_is_possible(
    run: Run, gateway: Gateway, simulator: MiniMaxSimulator, model: str, cancelled: str
) -> None:
    simulator.hold()
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", video_config(simulator, model, timeout=0.5), video_request())
    assert caught.value.attempts[0].cancelled == cancelled
    assert (simulator.jobs[0].outcome == "cancelled") is (cancelled == "yes")
