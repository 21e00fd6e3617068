from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from execution import Run
from plugins.luma.luma_calls import BOAT, CLIP, image
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.luma import DreamMachineSimulator, LumaSimulator
from simulators.luma.failures import OUT_OF_CREDIT
from tarash.tarash_gateway import (
    ContentModerationError,
    Gateway,
    ImageGenerationResponse,
    ModelNotFoundError,
    QuotaExceededError,
    SubmissionUnknownError,
    TimeoutError,  # noqa: A004 - the gateway's own
    VideoGenerationResponse,
)
from tarash.tarash_gateway.testing.simulator import LostResponse, tiny_mp4, tiny_png

LARGE = tiny_mp4() + b"\0" * (10 * 1024 * 1024)


@pytest.fixture
def agents(simulator: LumaSimulator) -> LumaSimulator:
    return simulator


@pytest.fixture
def dream() -> Iterator[DreamMachineSimulator]:
    with DreamMachineSimulator() as simulator:
        yield simulator


def test_a_clip_of_ray_3_2_is_made_of_a_local_picture(
    run: Run, gateway: Gateway, agents: LumaSimulator, tmp_path: Path
) -> None:
    picture = tmp_path / "boat.png"
    picture.write_bytes(tiny_png())
    request = video_request(
        duration_seconds=10, aspect_ratio="16:9", image_list=[image("first_frame", picture)]
    )
    response: VideoGenerationResponse = run(gateway, "generate_video", video_config(agents), request)
    assert response.video.startswith(agents.url)
    assert response.duration == 10
    body = agents.requests_to("submit")[0].json_object()
    assert body["video"]["keyframe_indexes"] == [0]  # type: ignore[index]  # recorded JSON


def test_a_large_video_goes_through_the_files_api(run: Run, gateway: Gateway, agents: LumaSimulator) -> None:
    agents.checks_until_ready = 0
    request = video_request(prompt="at night", video=LARGE)
    run(gateway, "generate_video", video_config(agents), request)
    file = next(iter(agents.files.values()))
    assert (file.state, file.data) == ("ready", LARGE)
    assert agents.requests_to("submit")[0].json_object()["source"] == {"file_id": file.id}


def test_layers_of_an_image_are_all_there(run: Run, gateway: Gateway, agents: LumaSimulator) -> None:
    request = image_request(
        prompt="boat and street",
        image_list=[image("first_frame")],
        extra_params={"type": "layering", "layering": {"resolution": "1k"}},
    )
    response: ImageGenerationResponse = run(gateway, "generate_image", image_config(agents), request)
    assert [asset.kind for asset in response.assets] == ["image", "image"]


def test_a_clip_of_ray_2_is_modified(run: Run, gateway: Gateway, dream: DreamMachineSimulator) -> None:
    request = video_request(prompt="at night", video=CLIP, extra_params={"mode": "flex_1"})
    response: VideoGenerationResponse = run(gateway, "generate_video", video_config(dream), request)
    assert [asset.kind for asset in response.assets] == ["video", "thumbnail"]
    assert dream.requests_to("dream_submit")[0].path.endswith("/generations/video/modify")


def test_an_image_of_photon_is_made_at_once(run: Run, gateway: Gateway, dream: DreamMachineSimulator) -> None:
    request = image_request(image_list=[image("style", BOAT)], extra_params={"sync": True, "format": "png"})
    response: ImageGenerationResponse = run(gateway, "generate_image", image_config(dream), request)
    assert response.assets[0].kind == "image"
    assert dream.count("dream_status") == 0


def test_a_result_is_saved_without_the_key(gateway: Gateway, agents: LumaSimulator, tmp_path: Path) -> None:
    response = gateway.generate_video(video_config(agents), video_request())
    response.save(tmp_path / "boat.mp4", allow_private_hosts=True)
    assert (tmp_path / "boat.mp4").read_bytes() == tiny_mp4()
    assert "Authorization" not in agents.requests_to("output")[0].headers


def test_a_lost_submit_is_neither_sent_again_nor_taken_for_another_caller_s(
    run: Run, gateway: Gateway, agents: LumaSimulator, dream: DreamMachineSimulator
) -> None:
    """Dream Machine's list shows the same request of somebody else, too: adopting it would hand out, or delete, a stranger's job."""
    for simulator, route in ((dream, "dream_submit"), (agents, "submit")):
        simulator.inject(route, LostResponse())
        with pytest.raises(SubmissionUnknownError):
            run(gateway, "generate_video", video_config(simulator), video_request())
        assert len(simulator.jobs) == 1
        assert simulator.job_state(simulator.jobs[0].id) != "cancelled"


def test_a_job_given_up_is_deleted_at_dream_machine_only(
    run: Run, gateway: Gateway, agents: LumaSimulator, dream: DreamMachineSimulator
) -> None:
    for simulator in (agents, dream):
        simulator.hold()
        with pytest.raises(TimeoutError):
            run(
                gateway,
                "generate_video",
                video_config(simulator, timeout=0.5),
                video_request(),
            )
    assert dream.job_state(dream.jobs[0].id) == "cancelled"
    assert agents.job_state(agents.jobs[0].id) == "running"


def test_failures_reach_the_caller_as_what_they_are(
    run: Run, gateway: Gateway, agents: LumaSimulator, dream: DreamMachineSimulator
) -> None:
    request = video_request()
    agents.fail_next("content_moderated")
    with pytest.raises(ContentModerationError):
        run(gateway, "generate_video", video_config(agents), request)
    agents.inject("submit", OUT_OF_CREDIT)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(agents), request)
    with pytest.raises(ModelNotFoundError, match="check the model name"):
        run(gateway, "generate_video", video_config(agents, model="ray-9"), request)
    with pytest.raises(ModelNotFoundError):
        run(gateway, "generate_video", video_config(dream, model="ray-flash-9"), request)
