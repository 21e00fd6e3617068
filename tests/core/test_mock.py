"""The mock behaves like a provider: same validation, same progress, same failures, a real clip, and no I/O at all."""

from __future__ import annotations

import base64
import io
from collections import Counter
from pathlib import Path

import av
import pytest
from PIL import Image

from core.acme import acme, generation
from core.chains import BOAT, fal_video, ledger
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    ContentModerationError,
    FallbackExhaustedError,
    Gateway,
    GenerationFailedError,
    ImageGenerationConfig,
    ImageGenerationRequest,
    Job,
    MockConfig,
    MockResponse,
    ProgressUpdate,
    RateLimitError,
    SubmissionUnknownError,
    UnknownModelWarning,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.simulator import tiny_mp4
from tarash.tarash_gateway.transport import AsyncTransport, BlockingTransport


class NoTransports:
    """Refuses to open a connection."""

    def blocking(self) -> BlockingTransport:
        raise AssertionError("a mock needs no connection")

    def asynchronous(self) -> AsyncTransport:
        raise AssertionError("a mock needs no connection")


@pytest.fixture
def offline() -> Gateway:
    """A gateway that cannot send anything."""
    return Gateway(environ={}, transport=NoTransports())


def _mock(provider: str = "fal", model: str = "fal-ai/veo3.1", **settings: object) -> VideoGenerationConfig:
    return VideoGenerationConfig(provider=provider, model=model, mock=MockConfig.model_validate(settings))


def _content(url: str) -> bytes:
    head, _, body = url.partition(",")
    assert head.endswith(";base64")
    return base64.b64decode(body)


def test_a_thousand_generations_send_nothing_and_write_nothing(tmp_path: Path) -> None:
    gateway = Gateway(environ={}, transport=NoTransports(), output_dir=tmp_path / "outputs")
    config = _mock(responses=[{"video": tiny_mp4()}])
    ids = {gateway.generate_video(config, BOAT).request_id for _ in range(1_000)}
    assert len(ids) == 1_000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "seconds", "width", "height"),
    [
        pytest.param(
            {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"}, 8, 1280, 720, id="wide"
        ),
        pytest.param({"duration_seconds": 4, "aspect_ratio": "9:16"}, 4, 360, 640, id="tall"),
        pytest.param({}, 4, 640, 360, id="unasked"),
    ],
)
def test_a_clip_decodes_and_has_what_was_asked(
    run: Run, offline: Gateway, asked: dict[str, object], seconds: float, width: int, height: int
) -> None:
    request = VideoGenerationRequest.model_validate({"prompt": "a lake", **asked})
    response = run(offline, "generate_video", _mock(), request)
    with av.open(io.BytesIO(_content(response.video)), mode="r") as clip:
        frames = list(clip.decode(video=0))
        assert clip.streams.video[0].duration is not None
        lasted = float(clip.streams.video[0].duration * (clip.streams.video[0].time_base or 0))
    assert (frames[0].width, frames[0].height) == (width, height)
    assert lasted == pytest.approx(seconds, abs=0.05)
    assert (response.is_mock, response.duration, response.provider, response.model) == (
        True,
        seconds,
        "fal",
        "fal-ai/veo3.1",
    )


def test_pictures_decode_and_are_as_many_as_asked(run: Run, offline: Gateway) -> None:
    config = ImageGenerationConfig(provider="fal", model="fal-ai/flux/dev", mock=MockConfig())
    response = run(
        offline, "generate_image", config, ImageGenerationRequest(prompt="a fox", n=3, size="square")
    )
    assert len(response.images) == 3
    for url in response.images:
        with Image.open(io.BytesIO(_content(url))) as picture:
            assert picture.width == picture.height
    assert response.is_mock


def test_a_mock_clip_is_saved_like_any_other(run: Run, offline: Gateway, tmp_path: Path) -> None:
    response = run(offline, "generate_video", _mock(responses=[{"video": tiny_mp4()}]), BOAT)
    assert run(response, "save", tmp_path / "clip.mp4").read_bytes() == tiny_mp4()


def test_a_given_url_is_handed_back(offline: Gateway) -> None:
    config = _mock(responses=[MockResponse(video="https://cdn.example/a.mp4")])
    assert offline.generate_video(config, BOAT).video == "https://cdn.example/a.mp4"


def test_progress_is_reported_as_a_provider_reports_it(run: Run, offline: Gateway) -> None:
    seen: list[ProgressUpdate] = []
    run(offline, "generate_video", _mock(progress=(0, 40, 80)), BOAT, on_progress=seen.append)
    assert [update.progress_percent for update in seen if update.progress_percent is not None] == [
        0,
        40,
        80,
        100,
    ]
    assert {update.provider for update in seen} == {"fal"}
    assert seen[-1].status == "completed"


def test_delays_pass_in_whatever_time_the_driver_has() -> None:
    driver = VirtualTime(_unreachable)
    config = acme(mock=MockConfig(progress=(0, 50), delay_seconds=600), timeout=3600)
    driver.run(generation(config).generate())
    assert driver.seconds == pytest.approx(1200)


def _unreachable(call: HttpCall, now: float) -> HttpReply:
    raise AssertionError(f"{call.url} was called at {now}")


def test_a_seed_decides_the_outcome(offline: Gateway) -> None:
    outcomes = [{"video": f"https://cdn.example/{n}.mp4"} for n in range(5)]
    found = {
        seed: {offline.generate_video(_mock(responses=outcomes, seed=seed), BOAT).video for _ in range(3)}
        for seed in range(20)
    }
    assert all(len(videos) == 1 for videos in found.values())
    assert len(set.union(*found.values())) > 1


def test_outcomes_come_as_often_as_their_weights_say() -> None:
    outcomes = [
        {"video": "https://cdn.example/often.mp4", "weight": 3},
        {"video": "https://cdn.example/seldom.mp4", "weight": 1},
    ]
    config = acme(mock=MockConfig.model_validate({"responses": outcomes, "progress": ()}))
    counts: Counter[str] = Counter()
    for seed in range(400):
        counts[VirtualTime(_unreachable, seed=seed).run(generation(config).generate()).assets[0].url] += 1
    assert counts["https://cdn.example/often.mp4"] == pytest.approx(300, abs=40)


@pytest.mark.parametrize(
    "error",
    [GenerationFailedError, GenerationFailedError("the scene fell over"), RateLimitError("slow down")],
)
def test_a_failure_takes_part_in_fallback(run: Run, offline: Gateway, error: object) -> None:
    failing = VideoGenerationConfig(
        provider="fal",
        model="fal-ai/veo3.1",
        mock=MockConfig.model_validate({"responses": [{"error": error}]}),
        fallback_configs=[_mock("replicate", "google/veo-3.1-fast")],
    )
    response = run(offline, "generate_video", failing, BOAT)
    assert [(entry.provider, entry.status) for entry in ledger(response)] == [
        ("fal", "failed"),
        ("replicate", "success"),
    ]


def test_a_mocked_refusal_does_not_fall_back(run: Run, offline: Gateway) -> None:
    config = VideoGenerationConfig(
        provider="fal",
        model="fal-ai/veo3.1",
        mock=MockConfig(
            responses=[MockResponse(error=ContentModerationError("no", stage="input", billed="no"))]
        ),
        fallback_configs=[_mock("replicate", "google/veo-3.1-fast")],
    )
    with pytest.raises(ContentModerationError) as caught:
        run(offline, "generate_video", config, BOAT)
    assert (caught.value.stage, caught.value.provider) == ("input", "fal")


def test_one_error_can_be_raised_many_times(offline: Gateway) -> None:
    error = GenerationFailedError("again")
    config = _mock(responses=[MockResponse(error=error)])
    caught = []
    for _ in range(2):
        with pytest.raises(GenerationFailedError) as raised:
            offline.generate_video(config, BOAT)
        caught.append(raised.value)
    assert caught[0] is not caught[1]
    assert (error.provider, error.execution_metadata) == (None, None), (
        "the caller's own object stays as it was"
    )


def test_a_chain_of_mocks_that_all_fail(run: Run, offline: Gateway) -> None:
    failing = MockConfig(responses=[MockResponse(error=GenerationFailedError("no"))])
    config = VideoGenerationConfig(
        provider="fal",
        model="fal-ai/veo3.1",
        mock=failing,
        fallback_configs=[
            VideoGenerationConfig(provider="replicate", model="google/veo-3.1-fast", mock=failing)
        ],
    )
    with pytest.raises(FallbackExhaustedError):
        run(offline, "generate_video", config, BOAT)


def test_the_real_providers_table_checks_the_request(run: Run, offline: Gateway) -> None:
    with pytest.raises(ValidationError, match="use 4, 6 or 8; the nearest is 8"):
        run(offline, "generate_video", _mock(), VideoGenerationRequest(prompt="x", duration_seconds=30))


def test_what_the_real_table_adjusts_is_what_is_rendered(run: Run, offline: Gateway) -> None:
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", mock=MockConfig())
    response = run(offline, "generate_video", config, VideoGenerationRequest(prompt="x", duration_seconds=5))
    assert response.duration == 6
    assert [item.field for item in response.execution_metadata.adjustments] == ["duration_seconds"]


def test_a_provider_that_is_not_installed_can_be_mocked(run: Run, offline: Gateway) -> None:
    request = VideoGenerationRequest(prompt="x", duration_seconds=5, resolution="480p")
    response = run(offline, "generate_video", _mock("pikalabs", "pika-9"), request)
    assert (response.provider, response.model, response.duration) == ("pikalabs", "pika-9", 5)


def test_a_misspelt_provider_is_told_although_a_mock_stands_in_for_any(offline: Gateway) -> None:
    with pytest.warns(
        UnknownModelWarning, match="no provider 'replicat' is installed or known; did you mean 'replicate'"
    ):
        response = offline.generate_video(_mock("replicat", "a/b"), BOAT)
    assert response.execution_metadata.warnings


def test_a_mock_that_is_switched_off_is_none(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    response = run(gateway, "generate_video", fal_video(fal, mock=MockConfig(enabled=False)), BOAT)
    assert (response.is_mock, fal.count("submit")) == (False, 1)


def test_a_mock_fallback_stands_in_for_a_real_provider(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    fal.fail_next("runner_disconnected")
    config = fal_video(fal, fallback_configs=[_mock("replicate", "google/veo-3.1-fast")])
    response = run(gateway, "generate_video", config, BOAT)
    assert (response.is_mock, response.provider) == (True, "replicate")


def test_a_mocked_job_is_submitted_saved_and_resumed(run: Run, offline: Gateway) -> None:
    job = run(offline, "submit_video", _mock(), BOAT)
    response = run(offline, "resume", Job.from_json(job.to_json()))
    assert response.is_mock


def test_weights_are_positive() -> None:
    with pytest.raises(ValidationError, match="weight"):
        MockResponse(weight=0)


@pytest.mark.parametrize("lost", [SubmissionUnknownError, SubmissionUnknownError("the answer was lost")])
@pytest.mark.parametrize("decision", ["raise", "fallback"])
def test_a_mocked_loss_of_the_submission_is_a_loss(
    run: Run, gateway: Gateway, lost: SubmissionUnknownError | type[SubmissionUnknownError], decision: str
) -> None:
    failing = MockConfig(enabled=True, responses=[MockResponse(error=lost)])
    other = acme("other", mock=MockConfig(enabled=True))
    config = acme(mock=failing, on_unknown_submission=decision, fallback_configs=[other])
    if decision == "raise":
        with pytest.raises(SubmissionUnknownError) as caught:
            run(gateway, "generate_video", config, BOAT)
        entries = ledger(caught.value)
    else:
        entries = ledger(run(gateway, "generate_video", config, BOAT))
    assert (entries[0].provider, entries[0].submitted, entries[0].billed) == (
        "acme",
        "unknown",
        "unknown",
    )
    assert len(entries) == (1 if decision == "raise" else 2)
