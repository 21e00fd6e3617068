"""Whole generations on this machine: what is drawn, what repeats, and what is left behind by those that end early."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import anyio
import av
import pytest
from PIL import Image

from execution import Run
from file_urls import path_of
from tarash.tarash_gateway import (
    Gateway,
    GenerationFailedError,
    ImageGenerationConfig,
    ImageGenerationRequest,
    Job,
    ProgressUpdate,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.conformance.requests import sample_png
from tarash.tarash_gateway.testing.simulator import Simulator, tiny_png
from tarash_gateway_local.renders import RENDERS

CLIP = VideoGenerationConfig(provider="local", model="animatic")
PICTURE = ImageGenerationConfig(provider="local", model="still")
PROGRAM = Path(__file__).with_name("rendering_program.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The output folder of the test's gateway."""
    return tmp_path / "output"


@pytest.fixture(autouse=True)
def _pictures_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARASH_ALLOW_PRIVATE_HOSTS", "1")


def clip(**fields: Any) -> VideoGenerationRequest:
    small = {"prompt": "a calm lake at sunrise", "duration_seconds": 0.5, "resolution": "128x72", "seed": 4}
    rate = {"extra_params": {"frames_per_second": 8}}
    return VideoGenerationRequest.model_validate({**small, **rate, **fields})


def hours_long() -> VideoGenerationRequest:
    return clip(duration_seconds=3600)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_clip_has_what_was_asked(run: Run, gateway: Gateway) -> None:
    images = [{"image": sample_png(), "type": "first_frame"}, {"image": tiny_png()}]
    request = clip(generate_audio=True, image_list=images)
    seen: list[ProgressUpdate] = []
    response = run(gateway, "generate_video", CLIP, request, on_progress=seen.append)
    with av.open(str(path_of(response.video))) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.width, video.height, float(video.average_rate or 0)) == (128, 72, 8.0)
        assert sum(1 for _ in container.decode(video=0)) == 4
        assert audio.codec_context.name == "aac"
    assert (response.duration, response.resolution, response.seed) == (0.5, "128x72", 4)
    assert response.execution_metadata.cost_usd == 0.0
    assert seen[-1].status == "completed"


def test_a_first_frame_may_be_on_the_web(run: Run, gateway: Gateway) -> None:
    class Host(Simulator):
        def routes(self) -> list[Any]:
            return []

    with Host() as host:
        url = host.image_url()
        image_list = [{"image": url, "type": "first_frame"}]
        response = run(gateway, "generate_video", CLIP, clip(image_list=image_list))
        assert host.count("media") == 1
    assert path_of(response.video).stat().st_size > 500


def test_pictures_are_made(run: Run, gateway: Gateway) -> None:
    request = ImageGenerationRequest(prompt="a calm lake", size="96x64", n=2, seed=4)
    response = run(gateway, "generate_image", PICTURE, request)
    paths = [path_of(url) for url in response.images]
    assert len({path.read_bytes() for path in paths}) == 2
    for path in paths:
        with Image.open(path) as picture:
            assert (picture.size, picture.format) == ((96, 64), "PNG")


def test_one_seed_gives_the_same_bytes_and_another_does_not(run: Run, gateway: Gateway) -> None:
    def rendered(seed: int) -> bytes:
        response = run(gateway, "generate_video", CLIP, clip(seed=seed, generate_audio=True))
        return path_of(response.video).read_bytes()

    first = rendered(4)
    assert first == rendered(4)
    assert first != rendered(5)


def test_a_seed_is_chosen_and_told_where_none_is_asked_for(run: Run, gateway: Gateway) -> None:
    first, second = (run(gateway, "generate_video", CLIP, clip(seed=None)) for _ in range(2))
    assert first.seed != second.seed
    again = run(gateway, "generate_video", CLIP, clip(seed=first.seed))
    assert path_of(again.video).read_bytes() == path_of(first.video).read_bytes()


def test_cancelling_stops_a_render_and_keeps_a_finished_one(run: Run, gateway: Gateway, folder: Path) -> None:
    running = run(gateway, "submit_video", CLIP, hours_long())
    assert run(gateway, "status", running).status == "processing"
    assert run(gateway, "cancel", running).cancelled == "yes"
    assert left_in(folder) == []
    with pytest.raises(GenerationFailedError, match="was cancelled"):
        run(gateway, "resume", running)
    assert left_in(folder) == []
    finished = run(gateway, "submit_video", CLIP, clip())
    while run(gateway, "status", finished).status != "completed":
        pass
    assert run(gateway, "cancel", finished).cancelled == "no"
    assert path_of(run(gateway, "resume", finished).video).stat().st_size > 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_caller_leaves_no_file(gateway: Gateway, folder: Path, backend: str) -> None:
    async def main() -> None:
        with anyio.CancelScope() as scope:
            await gateway.generate_video_async(
                CLIP, hours_long(), on_progress=lambda update: stop(update, scope)
            )
        assert scope.cancelled_caught

    def stop(update: ProgressUpdate, scope: anyio.CancelScope) -> None:
        # the encoder keeps the first frames back: on a busy machine, the file is there after some polls
        if left_in(folder):
            scope.cancel()

    anyio.run(main, backend=backend)
    assert left_in(folder) == []


def test_a_callback_that_raises_leaves_no_file(run: Run, gateway: Gateway, folder: Path) -> None:
    class Mistake(Exception):
        """The caller's own."""

    def raising(update: ProgressUpdate) -> None:
        if left_in(folder):
            raise Mistake

    with pytest.raises(Mistake):
        run(gateway, "generate_video", CLIP, hours_long(), on_progress=raising)
    assert left_in(folder) == []


def test_a_deadline_leaves_no_file_and_no_bill(run: Run, gateway: Gateway, folder: Path) -> None:
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", CLIP.model_copy(update={"timeout": 0.3}), hours_long())
    attempt = caught.value.attempts[0]
    assert (attempt.cancelled, attempt.billed) == ("yes", "no")
    assert left_in(folder) == []


def test_a_job_whose_process_ended_is_rendered_by_another(gateway: Gateway, folder: Path) -> None:
    job = gateway.submit_video(CLIP, clip(duration_seconds=4, generate_audio=True))
    assert job.reference is not None
    environment = {**os.environ, "XDG_STATE_HOME": str(folder.parent / "state")}
    command = [sys.executable, str(PROGRAM)]
    done = subprocess.run(
        command, input=job.to_json(), capture_output=True, text=True, check=True, env=environment
    )
    name = f"{job.reference['id']}.mp4"
    RENDERS.abandon(folder / name)
    assert path_of(done.stdout) == folder.parent / "state" / "tarash-gateway" / "outputs" / name
    assert stat.S_IMODE(path_of(done.stdout).parent.stat().st_mode) == 0o700
    with av.open(str(path_of(done.stdout))) as container:
        assert sum(1 for _ in container.decode(video=0)) == 32


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_a_forked_child_renders_a_job_that_a_thread_of_its_parent_is_rendering(folder: Path) -> None:
    program = """
        import os, pathlib, signal, sys, threading
        from dataclasses import replace
        from tarash_gateway_local.renders import RENDERS
        from tarash_gateway_local.spec import VideoSpec

        clip = pathlib.Path(sys.argv[1]) / "job.mp4"
        hours = VideoSpec(prompt="a lake", duration_seconds=3600, width=64, height=64)
        threading.Thread(target=RENDERS.advance, args=(clip, hours, 1000.0), daemon=True).start()
        while not list(clip.parent.glob(".*.part")):
            pass
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            done = RENDERS.advance(clip, replace(hours, duration_seconds=0.1), 1000.0)
            os._exit(0 if done == 1.0 and clip.exists() else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        os._exit(0)
    """
    command = [
        sys.executable,
        "-W",
        "ignore::DeprecationWarning",
        "-c",
        textwrap.dedent(program),
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_job_survives_in_a_file(run: Run, gateway: Gateway) -> None:
    job = run(gateway, "submit_video", CLIP, clip())
    response = run(gateway, "resume", Job.from_json(job.to_json()))
    again = run(gateway, "resume", job)
    assert response.video == again.video


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"id": "../../elsewhere"}, "id is not one of this renderer", id="another-folder"),
        pytest.param({"spec": {"prompt": "x"}}, "cannot be rendered", id="half-a-description"),
        pytest.param({"spec": []}, "cannot be rendered", id="no-description"),
    ],
)
def test_an_edited_job_is_refused_before_anything_is_drawn(
    run: Run, gateway: Gateway, folder: Path, changes: dict[str, object], says: str
) -> None:
    job = run(gateway, "submit_video", CLIP, clip())
    edited = job.model_copy(update={"reference": {**job.reference, **changes}})
    with pytest.raises(ValidationError, match=says):
        run(gateway, "resume", edited)
    assert left_in(folder) == []


def test_a_folder_that_cannot_be_used_is_told_before_anything_is_drawn(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        Gateway(environ={}, output_dir=tmp_path / "file") as gateway,
        pytest.raises(ValidationError, match=r"cannot be used: .*; pass Gateway\(output_dir=…\)"),
    ):
        run(gateway, "generate_video", CLIP, clip())


def test_a_clip_lies_in_the_output_folder_with_the_other_outputs(
    run: Run, gateway: Gateway, folder: Path
) -> None:
    video = run(gateway, "generate_video", CLIP, clip())
    picture = run(gateway, "generate_image", PICTURE, ImageGenerationRequest(prompt="x", size="64x64"))
    assert {path_of(video.video).parent, path_of(picture.image).parent} == {folder}


def test_a_finished_clip_that_somebody_deleted_is_a_failed_generation(
    run: Run, gateway: Gateway, folder: Path
) -> None:
    def delete(update: ProgressUpdate) -> None:
        if update.status == "completed":
            for path in folder.iterdir():
                path.unlink()

    with pytest.raises(GenerationFailedError, match="FileNotFoundError"):
        run(gateway, "generate_video", CLIP, clip(), on_progress=delete)


def test_a_picture_that_is_not_on_the_web_is_the_caller_s_mistake(run: Run, gateway: Gateway) -> None:
    class Host(Simulator):
        def routes(self) -> list[Any]:
            return []

    with Host() as host:
        images = [{"image": f"{host.url}/missing.png", "type": "first_frame"}]
        with pytest.raises(ValidationError, match=r"127\.0\.0\.1 cannot be fetched \(HTTP 404\)"):
            run(gateway, "generate_video", CLIP, clip(image_list=images))


def test_a_bad_picture_is_refused_before_anything_is_drawn(run: Run, gateway: Gateway, folder: Path) -> None:
    images = [{"image": sample_png()[:200], "type": "first_frame"}]
    with pytest.raises(ValidationError):
        run(gateway, "generate_video", CLIP, clip(image_list=images))
    assert left_in(folder) == []


def test_a_bad_picture_from_the_web_fails_before_anything_is_drawn(
    run: Run, gateway: Gateway, folder: Path
) -> None:
    class Host(Simulator):
        def routes(self) -> list[Any]:
            return []

    with Host() as host:
        url = host.store_media("a.png", b"<html>not here</html>", "image/png")
        with pytest.raises(TarashException) as caught:
            run(gateway, "generate_video", CLIP, clip(image_list=[{"image": url, "type": "first_frame"}]))
    assert caught.value.attempts[0].submitted == "no"
    assert left_in(folder) == []
