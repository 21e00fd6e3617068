from __future__ import annotations

import json
from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.comfyui import WORKFLOWS, ComfyUISimulator
from simulators.comfyui.failures import MEMORY
from tarash.tarash_gateway import (
    AuthenticationError,
    Gateway,
    GenerationFailedError,
    Job,
    MockConfig,
    ModelNotFoundError,
    TimeoutError,  # noqa: A004 - the public name
    ValidationError,
    VideoGenerationUpdate,
)
from tarash.tarash_gateway.testing.simulator import (
    Fault,
    LostResponse,
    Reset,
    Status,
    TruncatedJson,
    tiny_mp4,
    tiny_png,
)

FRAMES = str(WORKFLOWS / "image_to_video.json")


def altered(folder: Path, node: str, name: str, value: object) -> str:
    """Write the workflow with another input, and return its path."""
    graph = json.loads((WORKFLOWS / "text_to_video.json").read_text(encoding="utf-8"))
    graph[node]["inputs"][name] = value
    path = folder / "altered.json"
    path.write_text(json.dumps(graph), encoding="utf-8")
    return str(path)


def test_progress_comes_over_the_websocket(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator, tmp_path: Path
) -> None:
    simulator.polls_until_done = 6
    simulator.hold()
    seen: list[float | None] = []

    def watch(update: VideoGenerationUpdate) -> None:
        seen.append(update.progress_percent)
        if update.status == "processing":
            simulator.release()

    response = run(
        gateway,
        "generate_video",
        video_config(simulator),
        video_request(duration_seconds=5),
        on_progress=watch,
    )
    # polled once after the WebSocket was open, and read once for the result
    assert (simulator.count("stream"), simulator.count("history")) == (1, 2)
    assert len({percent for percent in seen if percent}) > 2
    assert response.save(tmp_path / "out.mp4").read_bytes() == tiny_mp4()


@pytest.mark.parametrize("fault", [Status(404), TruncatedJson()], ids=["none", "broken"])
def test_without_the_websocket_the_history_and_the_queue_are_polled(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator, fault: Status | TruncatedJson
) -> None:
    simulator.polls_until_done = 3
    simulator.inject("stream", fault)
    assert run(gateway, "generate_video", video_config(simulator), video_request()).video
    assert simulator.count("queue") >= 2
    assert simulator.count("submit") == 1


def test_a_frame_is_uploaded_and_several_images_come_back(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator
) -> None:
    request = video_request(image_list=[{"image": tiny_png(), "type": "first_frame"}])
    response = run(gateway, "generate_video", video_config(simulator, FRAMES), request)
    (stored,) = set(simulator.files) - {"example.png"}
    assert simulator.files[stored] == tiny_png()
    # the preview is no result
    assert [asset.kind for asset in response.assets] == ["video"]
    images = run(gateway, "generate_image", image_config(simulator), image_request(n=3, size="512x512"))
    assert len(images.images) == 3


@pytest.mark.parametrize("fault", [Status(503), Reset(), TruncatedJson()], ids=["503", "reset", "cut"])
def test_a_download_that_breaks_is_tried_again(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator, tmp_path: Path, fault: Fault
) -> None:
    simulator.inject("view", fault)
    response = run(gateway, "generate_video", video_config(simulator), video_request())
    assert response.save(tmp_path / "out.mp4").read_bytes() == tiny_mp4()
    assert (simulator.count("submit"), simulator.count("view")) == (1, 2)


def test_a_lost_answer_is_found_by_our_own_id(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator
) -> None:
    simulator.inject("submit", LostResponse())
    response = run(gateway, "generate_video", video_config(simulator), video_request())
    assert response.request_id == simulator.jobs[0].id
    assert simulator.count("submit") == 1


@pytest.mark.parametrize("is_old", [False, True], ids=["new-server", "old-server"])
def test_a_job_that_is_given_up_is_interrupted_and_no_other(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator, is_old: bool
) -> None:
    simulator.ignores_prompt_ids = is_old
    simulator.hold()
    with pytest.raises(TimeoutError):
        run(gateway, "generate_video", video_config(simulator, timeout=0.6), video_request())
    assert simulator.job_state(simulator.jobs[0].id) == "cancelled"
    assert simulator.count("interrupt") == 1
    assert simulator.requests_to("interrupt")[0].json == {"prompt_id": simulator.jobs[0].id}


def test_a_job_that_waits_for_another_is_deleted_and_the_other_runs_on(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator
) -> None:
    simulator.polls_until_done = 1000
    simulator.inject("history", Status(503), times=None)
    simulator.inject("stream", Status(404), times=None)
    with pytest.raises(TimeoutError):
        run(gateway, "generate_video", video_config(simulator, timeout=0.6), video_request())
    assert simulator.count("delete") == 1
    assert simulator.count("interrupt") == 0


def test_a_failed_node_is_named(run: Run, gateway: Gateway, simulator: ComfyUISimulator) -> None:
    simulator.fail_next(MEMORY)
    with pytest.raises(
        GenerationFailedError, match=r"KSampler 3 failed: OutOfMemoryError.*too little memory"
    ):
        run(gateway, "generate_video", video_config(simulator), video_request())


def test_the_server_says_what_is_wrong_with_a_workflow(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator, tmp_path: Path
) -> None:
    wrong = video_config(simulator, altered(tmp_path, "3", "steps", 0))
    with pytest.raises(ValidationError, match="KSampler 3: Value 0 smaller than min of 1: steps") as caught:
        run(gateway, "generate_video", wrong, video_request())
    assert caught.value.submitted == "no"
    lacking = video_config(simulator, altered(tmp_path, "30", "ckpt_name", "wan.safetensors"))
    with pytest.raises(ModelNotFoundError, match=r"it has sd_xl_base_1\.0\.safetensors, hunyuan"):
        run(gateway, "generate_video", lacking, video_request())


def test_a_proxy_that_wants_a_key_gets_one(run: Run, gateway: Gateway, simulator: ComfyUISimulator) -> None:
    simulator.asks_for_key = True
    header = {"auth_secret": f"Bearer {simulator.api_key}"}
    for given in ({}, {"api_key": None, "provider_config": header}):
        assert run(gateway, "generate_video", video_config(simulator, **given), video_request()).video
    with pytest.raises(AuthenticationError):
        run(gateway, "generate_video", video_config(simulator, api_key=None), video_request())


def test_a_job_is_resumed_when_its_workflow_is_gone(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator, tmp_path: Path
) -> None:
    path = altered(tmp_path, "3", "steps", 8)
    config = video_config(simulator, path)
    job = run(gateway, "submit_video", config, video_request())
    Path(path).unlink()
    response = run(gateway, "resume", Job.from_json(job.to_json()), config=config)
    assert response.request_id == job.request_id


def test_a_mock_reads_the_workflow_and_needs_no_server(
    run: Run, gateway: Gateway, simulator: ComfyUISimulator
) -> None:
    config = video_config(simulator, FRAMES, mock=MockConfig(enabled=True))
    with pytest.raises(ValidationError, match="first_frame is required"):
        run(gateway, "generate_video", config, video_request())
    frame = video_request(image_list=[{"image": tiny_png(), "type": "first_frame"}], duration_seconds=3)
    assert run(gateway, "generate_video", config, frame).duration == 3
    assert simulator.requests == []
