"""Mistakes are told before anything is sent: what is wrong, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from core.chains import BOAT, fal_image, fal_video
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    AuthenticationError,
    Gateway,
    ImageGenerationRequest,
    ImageInput,
    MockConfig,
    ProviderNotInstalledError,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.simulator import tiny_png


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(
            lambda: _video(durations=4), "no field 'durations'; did you mean 'duration_seconds'", id="close"
        ),
        pytest.param(
            lambda: VideoGenerationRequest(prompt="caf\udce9"),
            "not valid Unicode; pass text decoded as UTF-8",
            id="bytes-in-text",
        ),
        pytest.param(
            lambda: Gateway(journal="jobs"),  # type: ignore[arg-type]
            "journal='jobs' is not a journal; use JournalFolder(path)",
            id="journal",
        ),
        pytest.param(lambda: Gateway(on_event="log"), "on_event='log' is not a function", id="listener"),  # type: ignore[arg-type]
        pytest.param(lambda: Gateway(on_event=_later), "on_event is an async function", id="async-listener"),
        pytest.param(
            lambda: Gateway(allow_private_hosts="false"),  # type: ignore[arg-type]
            "allow_private_hosts='false' is not allowed; use True or False",
            id="switch",
        ),
        pytest.param(
            lambda: Gateway(allow_unknown_cost="no"),  # type: ignore[arg-type]
            "allow_unknown_cost='no' is not allowed; use True or False",
            id="cost-switch",
        ),
        pytest.param(lambda: Gateway(limits=20), "limits=20 is not allowed; use Limits(", id="limits"),  # type: ignore[arg-type]
        pytest.param(lambda: Gateway(environ="KEY=1"), "environ cannot be str; use a mapping", id="environ"),  # type: ignore[arg-type]
        pytest.param(lambda: Gateway(budget_usd="5"), "budget_usd='5' is not an amount", id="budget"),  # type: ignore[arg-type]
        pytest.param(
            lambda: VideoGenerationConfig(provider="fal", model="x", mock=True),  # type: ignore[arg-type]
            "mock=True: pass MockConfig(…), or a dictionary of its fields",
            id="mock",
        ),
        pytest.param(lambda: _video(seconds=4), "did you mean 'duration_seconds'", id="usual-other-name"),
        pytest.param(lambda: _video(cfg_scale=4), "in extra_params", id="provider-specific"),
        pytest.param(lambda: _video(prompt=None), "prompt", id="no-text"),
        pytest.param(lambda: VideoGenerationRequest(seed=1), "prompt is required", id="no-prompt"),  # type: ignore[call-arg]
        pytest.param(lambda: _video(duration_seconds=-1), "duration_seconds=-1", id="negative"),
        pytest.param(lambda: _video(duration_seconds="long"), "duration_seconds='long'", id="no-number"),
        pytest.param(lambda: _video(aspect_ratio="wide"), "such as '16:9'", id="ratio"),
        pytest.param(lambda: _video(aspect_ratio="0:0"), "such as '16:9'", id="ratio-of-nothing"),
        pytest.param(lambda: _video(aspect_ratio="16:0"), "such as '16:9'", id="ratio-to-nothing"),
        pytest.param(lambda: _video(aspect_ratio="1e309:1"), "such as '16:9'", id="ratio-beyond-floats"),
        pytest.param(lambda: _video(aspect_ratio="9" * 400 + ":1"), "such as '16:9'", id="ratio-of-digits"),
        pytest.param(lambda: _video(resolution="high"), "'480p', '720p'", id="resolution"),
        pytest.param(lambda: _video(resolution="1024*1024"), "'1280x720'", id="resolution-with-a-star"),
        pytest.param(lambda: _video(resolution="9" * 400 + "p"), "'480p', '720p'", id="resolution-of-digits"),
        pytest.param(lambda: _video(resolution="0x720"), "'480p', '720p'", id="resolution-without-width"),
        pytest.param(lambda: _video(seed=2**64), "below 18446744073709551616", id="seed-beyond-64-bits"),
        pytest.param(
            lambda: _video(seed=10**5000), "seed must be a whole number", id="seed-too-long-to-write"
        ),
        pytest.param(lambda: _video(number_of_videos=0), "number_of_videos=0", id="none-at-all"),
        pytest.param(lambda: _video(image_list=[{"image": ""}]), "check the path", id="empty-path"),
        pytest.param(lambda: _video(image_list=[{"image": 5}]), "media cannot be int", id="no-media"),
        pytest.param(
            lambda: _video(image_list=[{"image": tiny_png(), "type": "hero"}]), "type", id="unknown-role"
        ),
        pytest.param(
            lambda: _video(image_list=[{"url": "https://x.example/a.png"}]), "'image'", id="image-spelling"
        ),
        pytest.param(lambda: _image(num_images=2), "did you mean 'n'", id="image-count"),
        pytest.param(lambda: _image(n=0), "n=0", id="no-images"),
        pytest.param(
            lambda: _image(size="1024*1024"), "size='1024*1024': a size must be WIDTHxHEIGHT", id="star"
        ),
        pytest.param(lambda: _image(size="0x0"), "a size must be WIDTHxHEIGHT", id="size-of-nothing"),
        pytest.param(
            lambda: _image(size="9" * 400 + "x1"), "a size must be WIDTHxHEIGHT", id="size-of-digits"
        ),
        pytest.param(lambda: _image(size="16:9"), "a size must be WIDTHxHEIGHT", id="ratio-as-size"),
        pytest.param(lambda: _config(api_token="k"), "did you mean 'api_key'", id="key-spelling"),
        pytest.param(lambda: _config(fallback=[]), "did you mean 'fallbacks'", id="fallback-spelling"),
        pytest.param(
            lambda: _config(fallbacks={"local/animatic"}), "tried in its order, not set", id="fallback-set"
        ),
        pytest.param(
            lambda: _config(fallbacks=_config()),
            "fallbacks are a list, tried in its order",
            id="one-fallback",
        ),
        pytest.param(lambda: _video(image_list={"a.png", "b.png"}), "have no order", id="image-set"),
        pytest.param(lambda: _config(provider=""), "provider", id="no-provider"),
        pytest.param(lambda: _config(base_url="ftp://x"), "base_url", id="base-url"),
        *(
            pytest.param(
                lambda url=url: _config(base_url=url), f"base_url={url!r}: {url!r} is not the URL", id=url
            )
            for url in (
                "https://[",
                "https://",
                "http://:80",
                "https://a b",
                "https://a:port",
                "https://a\n.b",
            )
        ),
        pytest.param(lambda: _config(base_url="https://me:secret@["), "'https://['", id="hides-the-password"),
        pytest.param(
            lambda: _config(webhook_url="https://["), "is not the URL of a server", id="webhook-url"
        ),
        pytest.param(lambda: _config(unsupported="ignore"), "'error' or 'adjust'", id="unsupported"),
        pytest.param(
            lambda: _config(fallback_on=["time_out"]), "did you mean 'timeout'", id="fallback-reason"
        ),
        pytest.param(lambda: MockConfig(progress=(50, 10)), "must rise", id="mock-progress"),
    ],
)
def test_a_mistake_is_told_where_it_is_made(make: Callable[[], object], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make()
    assert told in caught.value.message
    assert isinstance(caught.value, ValueError), "the built-in kind is caught too"


async def _later(_: object) -> None:
    """Stand for a callback that somebody has to await."""


class Later:
    """A callback whose call somebody has to await."""

    async def __call__(self, _: object) -> None: ...


def _video(**changes: Any) -> VideoGenerationRequest:
    return VideoGenerationRequest(**{"prompt": "x", **changes})


def _image(**changes: Any) -> ImageGenerationRequest:
    return ImageGenerationRequest(**{"prompt": "x", **changes})


def _config(**changes: Any) -> VideoGenerationConfig:
    return VideoGenerationConfig(**{"provider": "fal", "model": "m", **changes})


@pytest.mark.parametrize(
    ("request_changes", "model", "told"),
    [
        pytest.param(
            {"duration_seconds": 5}, "fal-ai/veo3.1", "use 4, 6 or 8; the nearest is 6", id="duration"
        ),
        pytest.param(
            {"aspect_ratio": "4:3"}, "fal-ai/veo3.1", "use 16:9 or 9:16; the nearest is 16:9", id="ratio"
        ),
        pytest.param({"resolution": "480p"}, "fal-ai/veo3.1", "nearest is 720p", id="resolution"),
        pytest.param(
            {"video": "https://x.example/a.mp4"}, "fal-ai/veo3.1", "is not an input of this model", id="input"
        ),
        pytest.param(
            {}, "fal-ai/veo3.1/image-to-video", "first_frame is required for this model", id="no-image"
        ),
        pytest.param({"number_of_videos": 3}, "fal-ai/veo3.1", "number_of_videos", id="count"),
    ],
)
def test_what_the_model_does_not_take_is_refused_with_what_it_takes(
    run: Run, gateway: Gateway, fal: FalSimulator, request_changes: dict[str, object], model: str, told: str
) -> None:
    config = fal_video(fal, model=model, unsupported="error")
    with pytest.raises(ValidationError) as caught:
        run(gateway, "generate_video", config, _video(**request_changes))
    assert told in caught.value.message
    assert (caught.value.provider, caught.value.model) == ("fal", model)
    assert fal.requests == []


def test_adjusted_instead_the_nearest_is_taken_and_listed(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    request = _video(duration_seconds=5, resolution="480p", number_of_videos=3)
    response = run(gateway, "generate_video", fal_video(fal, unsupported="adjust"), request)
    changes = {item.field: (item.requested, item.used) for item in response.execution_metadata.adjustments}
    assert changes == {
        "duration_seconds": (5, 6),
        "resolution": ("480p", "720p"),
        "number_of_videos": (3, None),
    }
    assert fal.jobs[0].inputs["duration"] == "6s"


def test_a_provider_that_nobody_knows_is_refused_before_anything_is_sent(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fallback = VideoGenerationConfig(provider="pikalabs", model="x", api_key="k")
    with pytest.raises(
        ProviderNotInstalledError, match=r"Unsupported provider: pikalabs; it is neither installed nor known"
    ) as caught:
        run(gateway, "generate_video", fal_video(fal, fallback_configs=[fallback]), BOAT)
    assert "fal" in caught.value.message, "what is installed is listed"
    assert fal.requests == []


def test_a_missing_key_names_the_environment_variable(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    with pytest.raises(AuthenticationError, match=r"set FAL_KEY, or pass api_key=…"):
        run(gateway, "generate_video", fal_video(fal, api_key=None), BOAT)
    assert fal.requests == []


def test_the_missing_key_of_a_fallback_is_told_at_once(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    fallback = VideoGenerationConfig(provider="replicate", model="google/veo-3.1-fast")
    with pytest.raises(
        AuthenticationError, match="fallback 1: no API key for replicate; set REPLICATE_API_TOKEN"
    ):
        run(gateway, "generate_video", fal_video(fal, fallback_configs=[fallback]), BOAT)
    assert fal.requests == []


@pytest.mark.parametrize("callback", [_later, Later(), partial(_later)])
def test_an_async_callback_of_a_blocking_call_is_refused_before_anything_is_paid_for(
    gateway: Gateway, fal: FalSimulator, callback: Callable[[object], object]
) -> None:
    with pytest.raises(ValidationError, match=r"on_progress is an async function; pass it to the \*_async"):
        gateway.generate_video(fal_video(fal), BOAT, on_progress=callback)
    assert fal.requests == []


def test_a_callback_that_nobody_can_call_is_refused_before_anything_is_paid_for(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    with pytest.raises(ValidationError, match="on_progress='print' is not a function; pass one that takes"):
        run(gateway, "generate_video", fal_video(fal), BOAT, on_progress="print")
    assert fal.requests == []


def test_a_callback_that_cannot_be_called_leaves_the_job_that_was_to_be_resumed(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    config = fal_video(fal)
    job = run(gateway, "submit_video", config, BOAT)
    with pytest.raises(ValidationError, match="on_progress=1 is not a function"):
        run(gateway, "resume", job, config=config, on_progress=1)
    assert run(gateway, "resume", job, config=config).request_id == job.request_id


@pytest.mark.parametrize("key", ["", "   "])
def test_a_blank_key_is_no_key(gateway: Gateway, fal: FalSimulator, key: str) -> None:
    with pytest.raises(AuthenticationError, match="FAL_KEY"):
        gateway.generate_video(fal_video(fal, api_key=key), BOAT)
    assert fal.requests == []


@pytest.mark.parametrize("key", ["two\nlines", "ключ-от-квартиры", "nul\x00byte"])
def test_a_key_that_is_no_header_value_is_refused_without_being_shown(
    run: Run, gateway: Gateway, fal: FalSimulator, key: str
) -> None:
    with pytest.raises(TarashException) as caught:
        run(gateway, "generate_video", fal_video(fal, api_key=key, timeout=1), BOAT)
    assert key not in str(caught.value)
    assert fal.requests == []


def test_a_key_from_the_environment_is_stripped(run: Run, fal: FalSimulator) -> None:
    with Gateway(environ={"FAL_KEY": f" {fal.api_key}\n"}) as gateway:
        run(gateway, "generate_video", fal_video(fal, api_key=None), BOAT)


@pytest.mark.parametrize("swapped", [True, False])
def test_arguments_of_the_wrong_kind_are_told(
    run: Run, gateway: Gateway, fal: FalSimulator, *, swapped: bool
) -> None:
    arguments = (BOAT, fal_video(fal)) if swapped else (fal_image(fal), BOAT)
    told = r"the order is \(config, request\)" if swapped else "it is for another kind of output"
    with pytest.raises(ValidationError, match=told):
        run(gateway, "generate_video", *arguments)
    assert fal.requests == []


def test_models_take_no_positional_arguments() -> None:
    with pytest.raises(TypeError, match=r"write VideoGenerationRequest\(prompt='a fox'\)"):
        VideoGenerationRequest("a fox")  # type: ignore[call-arg]


def test_configurations_and_requests_are_frozen(fal: FalSimulator) -> None:
    for value, name in (
        (fal_video(fal), "timeout"),
        (BOAT, "prompt"),
        (ImageInput(image=tiny_png()), "type"),
    ):
        with pytest.raises(ValueError, match="frozen"):
            setattr(value, name, "x")
