"""Owns short programs in the style of tarash-gateway 0.1.0: its imports, its arguments, its handlers. Each ends with its own checks."""

from __future__ import annotations

HEAD = """
import asyncio
from datetime import datetime, timedelta, timezone
from tarash.tarash_gateway import api, generate_image, generate_image_async, generate_video, generate_video_async
from tarash.tarash_gateway.exceptions import (
    ContentModerationError, GenerationFailedError, HTTPConnectionError, HTTPError, TarashException, TimeoutError, ValidationError,
    is_retryable_error,
)
from tarash.tarash_gateway.mock import MockConfig, MockResponse
from tarash.tarash_gateway.models import (
    AspectRatio, AttemptMetadata, ExecutionMetadata, ImageGenerationConfig, ImageGenerationRequest, ImageGenerationResponse,
    ImageGenerationUpdate, ImageType, MediaContent, Resolution, VideoGenerationConfig, VideoGenerationRequest,
    VideoGenerationResponse, VideoGenerationUpdate,
)

URL = "https://example.com/video.mp4"
PICTURE = "https://example.com/picture.png"
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def mocked(*responses, **changes):
    values = dict(
        model="fal-ai/veo3.1", provider="fal", api_key="fake-key", mock=MockConfig(enabled=True, responses=list(responses) or None)
    )
    return VideoGenerationConfig(**{**values, **changes})


def failing(error, **changes):
    return mocked(MockResponse(weight=1.0, error=error), **changes)


def caught_from(config, kind, request=None):
    try:
        generate_video(config, request or VideoGenerationRequest(prompt="A lake"))
    except kind as error:
        return error
    raise AssertionError("nothing was raised")
"""

PROGRAMS: dict[str, str] = {
    # generating
    "generate": """
response = generate_video(mocked(), VideoGenerationRequest(prompt="A lake", duration_seconds=4, aspect_ratio="16:9"))
assert response.status == "completed" and response.is_mock is True and response.video is not None
""",
    "generate-async": """
response = asyncio.run(generate_video_async(mocked(), VideoGenerationRequest(prompt="A lake")))
assert isinstance(response, VideoGenerationResponse)
""",
    "through-api": """
response = api.generate_video(mocked(), VideoGenerationRequest(prompt="A lake"))
assert response.request_id
""",
    "through-api-async": """
response = asyncio.run(api.generate_video_async(mocked(), VideoGenerationRequest(prompt="A lake")))
assert response.request_id.startswith("mock_")
""",
    "keywords": """
response = generate_video(config=mocked(), request=VideoGenerationRequest(prompt="A lake"), on_progress=None)
assert response.content_type == "video/mp4"
""",
    "duration": """
response = generate_video(mocked(), VideoGenerationRequest(prompt="A lake", duration_seconds=4))
assert response.duration == 4
""",
    "portrait": """
response = generate_video(mocked(), VideoGenerationRequest(prompt="A lake", aspect_ratio="9:16", resolution="720p"))
assert response.aspect_ratio == "9:16" and response.resolution == "720p"
""",
    "raw-response-is-a-dict": """
response = generate_video(mocked(), VideoGenerationRequest(prompt="A lake"))
assert isinstance(response.raw_response, dict) and response.raw_response["mock"] is True
""",
    "switch-of-two-fields": """
request = VideoGenerationRequest(prompt="A lake", duration_seconds=4, aspect_ratio="16:9")
for provider, model in (("fal", "fal-ai/veo3.1/fast"), ("runway", "gen4.5"), ("google", "veo-3.1-generate-001")):
    assert generate_video(mocked(provider=provider, model=model), request).status == "completed"
""",
    "readme-runs-5-seconds-on-veo": """
request = VideoGenerationRequest(prompt="Sunset over mountains, cinematic", aspect_ratio="16:9", duration_seconds=5)
assert generate_video(mocked(model="fal-ai/veo3.1/fast"), request).status == "completed"
""",
    "copy-of-a-config": """
config = mocked().model_copy(update={"model": "fal-ai/veo3.1/fast"})
assert generate_video(config, VideoGenerationRequest(prompt="A lake")).is_mock
""",
    # progress
    "progress": """
seen = []
generate_video(mocked(), VideoGenerationRequest(prompt="A lake"), on_progress=seen.append)
assert all(update.status in ("queued", "processing", "completed") for update in seen)
""",
    "progress-third-argument": """
seen = []
generate_video(mocked(), VideoGenerationRequest(prompt="A lake"), seen.append)
""",
    "progress-async": """
seen = []
async def on_progress(update):
    seen.append(update.status)
asyncio.run(generate_video_async(mocked(), VideoGenerationRequest(prompt="A lake"), on_progress))
""",
    "progress-of-an-update-by-hand": """
def on_progress(update: VideoGenerationUpdate) -> None:
    if update.progress_percent is not None:
        print(f"[{update.status}] {update.progress_percent:.0f}%")
on_progress(VideoGenerationUpdate(request_id="r1", status="processing", progress_percent=50, update={"a": 1}))
""",
    "update-with-payload": """
update = VideoGenerationUpdate(request_id="r1", status="queued", update={"position": 3})
assert update.update == {"position": 3} and update.progress_percent is None
""",
    "update-of-an-image": """
update = ImageGenerationUpdate(request_id="r1", status="completed", progress_percent=100, update={})
assert update.status == "completed" and update.progress_percent == 100
""",
    # the mock
    "mock-output-video": """
response = generate_video(mocked(MockResponse(weight=1.0, output_video=URL)), VideoGenerationRequest(prompt="A lake"))
assert response.video == URL and response.is_mock
""",
    "mock-weights": """
config = mocked(MockResponse(weight=0.5, output_video=URL), MockResponse(weight=0.5, output_video=URL + "?2"))
assert generate_video(config, VideoGenerationRequest(prompt="A lake")).video in (URL, URL + "?2")
""",
    "mock-refuses-both": """
try:
    MockResponse(weight=1.0, output_video=URL, error=ValidationError("no"))
except ValueError:
    pass
else:
    raise AssertionError
""",
    "mock-refuses-weight-0": """
try:
    MockResponse(weight=0)
except ValueError:
    pass
else:
    raise AssertionError
""",
    "mock-of-an-unknown-provider": """
response = generate_video(mocked(provider="mock", model="mock-model"), VideoGenerationRequest(prompt="A lake"))
assert response.is_mock
""",
    # errors
    "error-validation": """
error = caught_from(failing(ValidationError("bad prompt", provider="mock")), ValidationError)
assert "bad prompt" in str(error)
""",
    "error-moderation": """
error = caught_from(failing(ContentModerationError("refused", provider="fal", model="m")), ContentModerationError)
assert error.message == "refused" and not is_retryable_error(error)
""",
    "error-failed": """
error = caught_from(failing(GenerationFailedError("broken", provider="fal", model="m")), GenerationFailedError)
assert is_retryable_error(error)
""",
    "error-http-429": """
error = caught_from(failing(HTTPError("slow down", provider="fal", status_code=429)), HTTPError)
assert error.status_code == 429 and is_retryable_error(error)
""",
    "error-http-401": """
error = caught_from(failing(HTTPError("no key", provider="fal", status_code=401)), HTTPError)
assert error.status_code == 401 and not is_retryable_error(error)
""",
    "error-http-positional": """
error = HTTPError("overloaded", "fal", "veo", "r1", {"detail": "x"}, 503)
assert (error.provider, error.model, error.request_id, error.status_code) == ("fal", "veo", "r1", 503)
""",
    "error-connection": """
error = caught_from(failing(HTTPConnectionError("refused", provider="fal")), HTTPConnectionError)
assert is_retryable_error(error)
""",
    "error-timeout": """
error = caught_from(failing(TimeoutError("too slow", provider="fal", timeout_seconds=600)), TimeoutError)
assert error.timeout_seconds == 600 and is_retryable_error(error)
""",
    "error-root": """
error = caught_from(failing(GenerationFailedError("broken")), TarashException)
assert error.raw_response is None and error.request_id is None or error.request_id
""",
    "error-order-of-handlers": """
def outcome(error):
    try:
        raise error
    except TimeoutError:
        return "timeout"
    except HTTPError as caught:
        return caught.status_code
    except TarashException:
        return "other"
found = [outcome(TimeoutError("t")), outcome(HTTPError("h", status_code=500)), outcome(GenerationFailedError("g"))]
assert found == ["timeout", 500, "other"]
""",
    "error-unknown-provider": """
config = VideoGenerationConfig(model="m", provider="no-such-provider", api_key="k")
error = caught_from(config, ValidationError)
assert error.provider == "no-such-provider" and "Unsupported provider: no-such-provider" in str(error)
""",
    "error-unknown-provider-async": """
async def main():
    try:
        await generate_video_async(
            VideoGenerationConfig(model="m", provider="no-such-provider", api_key="k"), VideoGenerationRequest(prompt="A lake")
        )
    except ValidationError as error:
        return error
assert isinstance(asyncio.run(main()), TarashException)
""",
    # chains
    "chain": """
config = failing(
    GenerationFailedError("broken"),
    fallback_configs=[mocked(MockResponse(output_video=URL), provider="replicate", model="google/veo-3")],
)
response = generate_video(config, VideoGenerationRequest(prompt="A lake"))
assert response.video == URL
metadata = response.execution_metadata
assert metadata.fallback_triggered is True and metadata.successful_attempt == 2 and metadata.configs_in_chain == 2
""",
    "chain-ledger": """
config = failing(
    HTTPError("down", status_code=503), fallback_configs=[mocked(provider="replicate", model="google/veo-3")]
)
first, second = generate_video(config, VideoGenerationRequest(prompt="A lake")).execution_metadata.attempts
assert (first.status, first.error_type, first.is_retryable) == ("failed", "HTTPError", True)
assert (second.status, second.error_type, second.provider) == ("success", None, "replicate")
""",
    "chain-not-on-moderation": """
config = failing(ContentModerationError("refused"), fallback_configs=[mocked()])
assert caught_from(config, ContentModerationError).message == "refused"
""",
    "chain-nested": """
inner = failing(TimeoutError("slow"), fallback_configs=[mocked(MockResponse(output_video=URL))])
config = failing(HTTPConnectionError("refused"), fallback_configs=[inner])
metadata = generate_video(config, VideoGenerationRequest(prompt="A lake")).execution_metadata
assert metadata.total_attempts == 3 and [entry.attempt_number for entry in metadata.attempts] == [1, 2, 3]
""",
    "chain-without-fallback": """
metadata = generate_video(mocked(), VideoGenerationRequest(prompt="A lake")).execution_metadata
assert metadata.total_attempts == 1 and metadata.fallback_triggered is False and metadata.total_elapsed_seconds >= 0
""",
    "chain-as-config": """
config = mocked(fallback_configs=[mocked(provider="replicate", model="google/veo-3", fallback_configs=[mocked()])])
assert config.fallback_configs[0].fallback_configs[0].provider == "fal"
""",
    # requests and configurations
    "request-of-everything": """
request = VideoGenerationRequest(
    prompt="A lake", duration_seconds=8, resolution="1080p", aspect_ratio="16:9", generate_audio=True, seed=42,
    negative_prompt="blur", number_of_videos=1,
)
assert generate_video(mocked(), request).status == "completed"
""",
    "request-extra-params": """
request = VideoGenerationRequest(prompt="A lake", extra_params={"auto_fix": True})
assert request.extra_params == {"auto_fix": True}
""",
    "request-images-as-dictionaries": """
request = VideoGenerationRequest(
    prompt="She turns", image_list=[{"image": PICTURE, "type": "first_frame"}, {"image": PICTURE, "type": "last_frame"}]
)
config = mocked(model="fal-ai/veo3.1/first-last-frame-to-video")
assert generate_video(config, request).is_mock
""",
    "request-image-type": """
image = ImageType(image=PICTURE, type="first_frame")
request = VideoGenerationRequest(prompt="She turns", image_list=[image])
assert generate_video(mocked(model="fal-ai/veo3.1/image-to-video"), request).is_mock
""",
    "request-lone-reference": """
request = VideoGenerationRequest(prompt="She turns", image_list=[{"image": PICTURE, "type": "reference"}])
assert generate_video(mocked(model="fal-ai/veo3.1/image-to-video"), request).is_mock
""",
    "request-media-content": """
png = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000050001"
    "0d0a2db40000000049454e44ae426082"
)
media: MediaContent = {"content": png, "content_type": "image/png"}
request = VideoGenerationRequest(prompt="She turns", image_list=[{"image": media, "type": "first_frame"}])
assert generate_video(mocked(model="fal-ai/veo3.1/image-to-video"), request).is_mock
""",
    "request-annotations": """
ratio: AspectRatio = "21:9"
lines: Resolution = "4k"
assert VideoGenerationRequest(prompt="A lake", aspect_ratio=ratio, resolution=lines).resolution == "4k"
""",
    "request-no-count": """
assert ImageGenerationRequest(prompt="A lake", n=None).prompt == "A lake"
""",
    "config-polling": """
config = mocked(timeout=600, max_poll_attempts=120, poll_interval=5)
assert (config.timeout, config.max_poll_attempts, config.poll_interval) == (600, 120, 5)
""",
    "config-pause-of-zero": """
assert mocked(poll_interval=0).poll_interval == 0
""",
    "config-frozen": """
try:
    mocked().model = "other"
except Exception:
    pass
else:
    raise AssertionError
""",
    "config-of-vertex": """
config = VideoGenerationConfig(
    model="veo-3.0-generate-preview", provider="google", provider_config={"project": "p", "location": "us-central1"}
)
assert config.provider_config["location"] == "us-central1"
""",
    # by hand
    "response-by-hand": """
response = VideoGenerationResponse(request_id="r1", video=URL, status="completed", raw_response={})
assert response.duration is None and response.is_mock is False
""",
    "response-with-metadata": """
metadata = ExecutionMetadata(
    total_attempts=1, successful_attempt=1, attempts=[], fallback_triggered=False, configs_in_chain=1
)
response = VideoGenerationResponse(
    request_id="r1", video=URL, status="completed", raw_response={}, execution_metadata=metadata
)
assert response.execution_metadata.total_elapsed_seconds == 0
""",
    "image-response-by-hand": """
response = ImageGenerationResponse(
    request_id="r1", images=[PICTURE], status="completed", raw_response={}, revised_prompt="A calm lake"
)
assert response.images[0] == PICTURE and response.revised_prompt == "A calm lake"
""",
    "ledger-by-hand": """
attempt = AttemptMetadata(
    provider="fal", model="m", attempt_number=1, started_at=NOW, ended_at=NOW + timedelta(seconds=3), status="success",
    error_type=None, error_message=None, is_retryable=None, request_id="r1",
)
assert attempt.elapsed_seconds == 3
""",
    # what is refused here on purpose, and works in 0.1.0
    "unknown-keyword": """
request = VideoGenerationRequest(prompt="A lake", auto_fix=True)
assert request.extra_params == {"auto_fix": True}
""",
    "key-as-text": """
assert mocked().api_key == "fake-key"
""",
    "last-failure-of-a-chain": """
config = failing(GenerationFailedError("one"), fallback_configs=[failing(GenerationFailedError("two"))])
assert caught_from(config, GenerationFailedError).message == "two"
""",
}
