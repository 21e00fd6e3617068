"""Owns a program as users write it; `test_user_program` has it checked strictly. It is never run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import assert_type

from tarash.tarash_gateway import (
    AttemptMetadata,
    ContentModerationError,
    FallbackExhaustedError,
    Gateway,
    HTTPError,
    ImageGenerationConfig,
    ImageGenerationRequest,
    ImageGenerationResponse,
    ImageInput,
    Job,
    Journal,
    JournalFolder,
    MockConfig,
    MockResponse,
    Plan,
    ProgressUpdate,
    RateLimitError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    find_models,
    generate_image,
    generate_video,
    generate_video_async,
    is_retryable_error,
    plan_video,
    providers,
    register_model,
    resume,
    submit_video,
)
from tarash.tarash_gateway.exceptions import ResumableJob
from tarash.tarash_gateway.mapping import duration_field_mapper, passthrough_field_mapper
from tarash.tarash_gateway.models import GenerationResponse
from tarash.tarash_gateway.plugin import Secret
from tarash_gateway_fal import FalSettings
from tarash_gateway_kling import KlingSettings

config = VideoGenerationConfig(
    provider="fal",
    model="fal-ai/veo3.1",
    api_key="a plain text",
    timeout=600,
    fallback_configs=[VideoGenerationConfig(provider="replicate", model="google/veo-3.1-fast")],
    fallback_on=["timeout", "connection"],
    provider_config=FalSettings(queue_priority="low"),
    unsupported="adjust",
    on_timeout="detach",
    on_interrupt="detach",
    mock=MockConfig(
        responses=[
            MockResponse(error=RateLimitError("slow down"), weight=2),
            MockResponse(),
            MockResponse(video=Path("clip.mp4")),
            MockResponse(output_video="https://cdn.example/clip.mp4", weight=0.5),
        ]
    ),
)
by_name = VideoGenerationConfig(provider="fal", model="m", provider_config={"queue_priority": "low"})
pair = VideoGenerationConfig(
    provider="kling",
    model="kling-v2-6",
    provider_config=KlingSettings(access_key=Secret("access"), secret_key=Secret("secret")),
)
request = VideoGenerationRequest(
    prompt="a paper boat",
    duration_seconds=8,
    aspect_ratio="16:9",
    image_list=[
        {"image": "https://cdn.example/first.png", "type": "start_frame"},
        {"image": Path("last.png"), "type": "last_frame"},
        {"image": b"bytes"},
    ],
    extra_params={"cfg": 0.5},
)


def show(update: ProgressUpdate) -> None:
    """Take a progress update."""
    assert_type(update.progress_percent, float | None)


async def show_async(update: ProgressUpdate) -> None:
    """Take a progress update, asynchronously."""


def blocking() -> None:
    """Use the blocking half."""
    response = generate_video(config, request, on_progress=show)
    assert_type(response, VideoGenerationResponse)
    assert_type(response.video, str)
    assert_type(response.save("boat.mp4"), Path)
    assert_type(response.execution_metadata.cost_usd, float | None)
    assert_type(response.execution_metadata.attempts, tuple[AttemptMetadata, ...])
    job = submit_video(config, request)
    assert_type(Job.from_json(job.to_json()), Job)
    assert_type(resume(job, api_keys={"fal": "key"}), VideoGenerationResponse)
    assert_type(resume(Job.from_json(job.to_json())), GenerationResponse)
    assert_type(resume(Job[VideoGenerationResponse].from_json(job.to_json())).video, str)
    assert_type(plan_video(config, request), Plan)


def in_one_line() -> None:
    """Name the provider and the model, and pass everything else by keyword."""
    fox = generate_image(
        "openai/gpt-image-2", prompt="a fox", n=2, timeout=60, fallbacks=["xai/grok-imagine-image"]
    )
    assert_type(fox, ImageGenerationResponse)
    boat = generate_video(
        "fal/fal-ai/veo3.1",
        prompt="a boat",
        duration_seconds=8,
        image=fox,
        on_progress=show,
        fallbacks=[config, "google/veo"],
    )
    assert_type(boat, VideoGenerationResponse)
    assert_type(generate_video(config, prompt="a boat", image=Path("lake.png")), VideoGenerationResponse)
    assert_type(generate_video("fal/fal-ai/veo3.1", request), VideoGenerationResponse)
    assert_type(submit_video("fal/fal-ai/veo3.1", prompt="a boat", video=boat), Job[VideoGenerationResponse])
    assert_type(plan_video("fal/fal-ai/veo3.1", prompt="a boat"), Plan)
    VideoGenerationRequest(
        prompt="a boat", image_list=["lake.png", ImageInput("last.png", type="last_frame")]
    )


def images() -> None:
    """Use the other modality."""
    fox = generate_image(
        ImageGenerationConfig(provider="openai", model="gpt-image-1", api_key="key"),
        ImageGenerationRequest(prompt="a fox", n=2, size="1024x1024", mask_image=b"bytes"),
    )
    assert_type(fox, ImageGenerationResponse)
    assert_type(fox.images, tuple[str, ...])


class TextJournal:
    """A journal needs nothing of a job but its id, its state and its JSON."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def write(self, job: ResumableJob) -> None:
        """Store a job."""
        self.texts[job.generation_id] = job.to_json()

    def read(self, job_id: str) -> Job | None:
        """Read a job."""
        return Job.from_json(self.texts[job_id]) if job_id in self.texts else None

    def list(self) -> Sequence[Job]:
        """List the jobs."""
        return [job for text in self.texts.values() if (job := Job.from_json(text)).state != "ended"]

    def claim(self, job_id: str) -> bool:
        """Lock a job."""
        return job_id in self.texts

    def release(self, job_id: str) -> None:
        """Unlock a job."""


def journaled() -> None:
    """Keep a journal, of one's own or in a folder."""
    checked: Journal = TextJournal()
    Gateway(journal=checked).close()
    Gateway(journal=JournalFolder("jobs", keep_results=True)).close()


async def asynchronous() -> None:
    """Use the asynchronous half."""
    assert_type(await generate_video_async(config, request, on_progress=show_async), VideoGenerationResponse)
    async with Gateway(output_dir="outputs") as gateway:
        assert_type(await gateway.generate_video_async(config, request), VideoGenerationResponse)
        job = await gateway.submit_video_async("fal/fal-ai/veo3.1", prompt="a boat")
        assert_type(await gateway.resume_async(job), VideoGenerationResponse)


def failures() -> None:
    """Read what an exception carries."""
    try:
        generate_video(config, request)
    except TimeoutError as error:
        assert_type(error.timeout_seconds, float | None)
        assert_type(error.job, ResumableJob | None)
        if error.job is not None:
            resume(error.job)
            assert_type(Job.of(error.job), Job)
            assert_type(error.job.generation_id, str)
            assert_type(error.job.state, str)
    except HTTPError as error:
        assert_type(error.status_code, int | None)
        assert_type(error.retry_after, float | None)
        assert_type(error.is_retryable, bool)
        assert_type(is_retryable_error(error), bool)
    except FallbackExhaustedError as error:
        assert_type(error.attempts, tuple[AttemptMetadata, ...])


def handmade() -> None:
    """Build exceptions by hand, as tests of a program do."""
    HTTPError("overloaded", "fal", "fal-ai/veo3.1", "r-1", {"detail": "overloaded"}, 503, is_retryable=False)
    TimeoutError("too slow", "fal", "fal-ai/veo3.1", None, None, 600.0, submitted="yes", billed="unknown")
    RateLimitError("slow down", provider="fal", status_code=429, retry_after=2.5)
    ContentModerationError("refused", stage="output", billed="yes", status_code=422)


def tables() -> None:
    """Read and extend the tables."""
    assert_type([found.model.id for found in find_models("fal", modality="video")], list[str])
    assert_type([line.problem for line in providers()], list[str | None])
    register_model(
        "fal",
        "acme/clip",
        {"prompt": passthrough_field_mapper("prompt"), "duration": duration_field_mapper("str")},
    )
