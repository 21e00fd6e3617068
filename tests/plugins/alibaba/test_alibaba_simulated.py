from __future__ import annotations

from pathlib import Path

import pytest

from execution import Run
from simulators.alibaba import AlibabaSimulator
from simulators.alibaba.failures import AT_CAPACITY
from simulators.asking import image_config, image_request, video_config, video_request
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    Gateway,
    SubmissionUnknownError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from tarash.tarash_gateway.testing.simulator import Html, LostResponse, TruncatedBody, tiny_mp4, tiny_png

FRAME = {"image": tiny_png(), "type": "first_frame"}


@pytest.mark.parametrize("model", ["wan3.0-video", "wan2.7-i2v", "wan2.6-i2v", "happyhorse-1.1-i2v"])
def test_a_frame_comes_to_life_in_every_protocol(
    run: Run, gateway: Gateway, simulator: AlibabaSimulator, tmp_path: Path, model: str
) -> None:
    simulator.polls_until_done = 2
    request = video_request(image_list=[FRAME], duration_seconds=5, resolution="720p")
    response = run(gateway, "generate_video", video_config(simulator, model), request)
    assert (response.duration, response.resolution) == (5, "720p")
    assert response.request_id == simulator.jobs[0].id
    assert response.assets[0].expires_at is not None
    saved = response.save(tmp_path / "out.mp4", allow_private_hosts=True)
    assert saved.read_bytes() == tiny_mp4()


@pytest.mark.parametrize(
    ("model", "at_once"),
    [("qwen-image-2.0", True), ("wan2.7-image", False), ("wan2.6-t2i", False), ("wan2.5-t2i-preview", False)],
)
def test_as_many_images_come_as_were_asked_for(
    run: Run, gateway: Gateway, simulator: AlibabaSimulator, model: str, *, at_once: bool
) -> None:
    response = run(gateway, "generate_image", image_config(simulator, model), image_request(n=3))
    assert len(response.images) == 3
    assert (simulator.count("status") == 0) is at_once
    alone = run(gateway, "generate_image", image_config(simulator, model), image_request())
    assert len(alone.images) == 1


def test_images_that_were_withheld_are_missing(
    run: Run, gateway: Gateway, simulator: AlibabaSimulator
) -> None:
    config = image_config(simulator, "wan2.5-t2i-preview")
    simulator.failed_images = 2
    assert len(run(gateway, "generate_image", config, image_request(n=3)).images) == 1
    simulator.failed_images = 2
    with pytest.raises(ContentModerationError):
        run(gateway, "generate_image", config, image_request(n=2))


def test_a_clip_on_disk_is_uploaded_and_edited(
    run: Run, gateway: Gateway, simulator: AlibabaSimulator, tmp_path: Path
) -> None:
    clip = tmp_path / "boat on water.mp4"
    clip.write_bytes(tiny_mp4())
    request = video_request(video=clip, image_list=[{"image": tiny_png(), "type": "reference"}])
    assert run(gateway, "generate_video", video_config(simulator, "wan2.7-videoedit"), request).video
    ((address, file),) = simulator.uploads.items()
    assert file.data == tiny_mp4()
    (sent,) = simulator.requests_to("submit")
    assert address in str(sent.json)


def test_an_upload_whose_answer_is_lost_is_not_stored_twice(
    gateway: Gateway, simulator: AlibabaSimulator
) -> None:
    simulator.inject("upload_bytes", LostResponse())
    config = video_config(simulator, "wan2.7-videoedit")
    assert gateway.generate_video(config, video_request(video=tiny_mp4())).video
    assert simulator.count("upload_bytes") == 2
    assert len(simulator.uploads) == 1


def test_a_wrong_key_is_told(run: Run, gateway: Gateway, simulator: AlibabaSimulator) -> None:
    with pytest.raises(AuthenticationError, match="key"):
        run(gateway, "generate_video", video_config(simulator, api_key="sk-wrong-0123"), video_request())


def test_a_flaky_status_does_not_lose_the_task(
    run: Run, gateway: Gateway, simulator: AlibabaSimulator
) -> None:
    simulator.polls_until_done = 4
    simulator.inject("status", Html())
    simulator.inject("status", AT_CAPACITY, nth=2)
    simulator.inject("status", TruncatedBody(), nth=3)
    simulator.show_status("UNKNOWN")
    assert run(gateway, "generate_video", video_config(simulator), video_request()).video
    assert simulator.count("submit") == 1


@pytest.mark.parametrize("model", ["wan3.0-video", "happyhorse-1.1-t2v"])
def test_a_submit_whose_answer_is_lost_is_not_repeated(
    run: Run, gateway: Gateway, simulator: AlibabaSimulator, model: str
) -> None:
    simulator.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_video", video_config(simulator, model), video_request())
    assert simulator.count("submit") == 1


def test_a_task_that_is_given_up_while_it_waits_is_cancelled_for_nothing(
    run: Run, gateway: Gateway, simulator: AlibabaSimulator
) -> None:
    # nine tenths of a timed task are left when it leaves the queue
    simulator.job_seconds = 600.0
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", video_config(simulator, timeout=0.5), video_request())
    (attempt,) = caught.value.attempts
    assert (attempt.cancelled, attempt.billed) == ("yes", "no")
    assert simulator.jobs[0].outcome == "cancelled"


def test_a_task_that_runs_goes_on(run: Run, gateway: Gateway, simulator: AlibabaSimulator) -> None:
    simulator.hold("running")
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", video_config(simulator, timeout=0.5), video_request())
    assert caught.value.attempts[0].cancelled == "no"
    assert simulator.jobs[0].outcome is None
