"""A call with arguments of other types, or in another order, says what to write instead, and never shows an argument of ours."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tarash.tarash_gateway import (
    Gateway,
    ImageGenerationConfig,
    ImageGenerationRequest,
    Job,
    MockConfig,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    register_provider,
)

CONFIG = VideoGenerationConfig(
    provider="fal", model="fal-ai/veo3.1", mock=MockConfig(), headers={"x-team": "film"}
)
REQUEST = VideoGenerationRequest(prompt="a secret film")
PICTURES = ImageGenerationConfig(provider="fal", model="fal-ai/flux/dev")
PICTURE = ImageGenerationRequest(prompt="a secret picture")
WRITE = 'pass VideoGenerationConfig(…), or "provider/model" to a function such as generate_video'


def told_by(call: Callable[[], object]) -> str:
    with pytest.raises(ValidationError) as refused:
        call()
    assert "secret" not in refused.value.message
    return refused.value.message


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((5, REQUEST), f"expected VideoGenerationConfig, got int; {WRITE}"),
        ((None, REQUEST), f"expected VideoGenerationConfig, got NoneType; {WRITE}"),
        (({"provider": "fal"}, REQUEST), "got dict; write VideoGenerationConfig(**fields) for a dictionary"),
        (([CONFIG, CONFIG], REQUEST), "got list; pass one, and the others as its fallbacks=[…]"),
        ((b"fal/fal-ai/veo3.1", REQUEST), "got bytes; call .decode() on it"),
        ((VideoGenerationConfig, REQUEST), "got the class VideoGenerationConfig; write VideoGenerationConfig(…)"),
        ((REQUEST, CONFIG), "got VideoGenerationRequest; the order is (config, request)"),
        ((REQUEST,), "got VideoGenerationRequest; the order is (config, request)"),
        ((PICTURES, PICTURE), "got ImageGenerationConfig; it is for another kind of output"),
        ((CONFIG, PICTURE), "got ImageGenerationRequest; it is for another kind of output"),
        ((CONFIG, CONFIG), "expected VideoGenerationRequest, got VideoGenerationConfig; the order is (config, request)"),
        ((CONFIG, {"prompt": "a boat"}), "got dict; write VideoGenerationRequest(**fields)"),
        ((CONFIG, "a boat"), "got str; write prompt='a boat' as a keyword, or VideoGenerationRequest(prompt=…)"),
        ((CONFIG, [REQUEST]), "got list; call the function once for each"),
        ((CONFIG, VideoGenerationRequest), "got the class VideoGenerationRequest; write VideoGenerationRequest(…)"),
        ((CONFIG, 5), "expected VideoGenerationRequest, got int; pass VideoGenerationRequest(…)"),
        ((CONFIG, REQUEST, REQUEST), "on_progress of type VideoGenerationRequest is not a function; pass one that takes a"),
        ((CONFIG, REQUEST, CONFIG), "a call takes one configuration and one request"),
        ((CONFIG, REQUEST, 5), "on_progress=5 is not a function"),
        ((CONFIG, REQUEST, object()), "on_progress of type object is not a function"),
    ],
)  # fmt: skip
def test_what_is_neither_a_configuration_nor_a_request_is_told_with_what_to_write(
    gateway: Gateway, arguments: tuple[Any, ...], told: str
) -> None:
    assert told in told_by(lambda: gateway.generate_video(*arguments))


def test_a_prompt_in_place_of_a_request_is_told_before_the_keywords(gateway: Gateway) -> None:
    call: Any = gateway.plan_video
    assert "write prompt='a boat' as a keyword" in told_by(lambda: call("fal/m", "a boat", duration=4))


@pytest.mark.parametrize("method", ["generate", "submit", "plan", "find_model"])
@pytest.mark.parametrize("config", ["fal/fal-ai/veo3.1", REQUEST, None, {}])
def test_calls_for_any_modality_tell_it_too(gateway: Gateway, method: str, config: object) -> None:
    arguments = (config,) if method == "find_model" else (config, REQUEST)
    told = told_by(lambda: getattr(gateway, method)(*arguments))
    assert told.startswith("expected VideoGenerationConfig or ImageGenerationConfig, got ")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Gateway(output_dir=5), "output_dir=5 is not a path"),  # type: ignore[arg-type]
        (lambda: Gateway(remember_durations=5), "remember_durations=5 is not a path"),  # type: ignore[arg-type]
        (lambda: Gateway(environ={"FAL_KEY": 5}), "environ['FAL_KEY'] is of type int; environment variables are text"),  # type: ignore[dict-item]
        (lambda: Gateway(budget_usd=True), "budget_usd=True is not an amount"),
        (lambda: Gateway(journal=CONFIG), "journal of type VideoGenerationConfig is not a journal"),  # type: ignore[arg-type]
        (lambda: Gateway(transport=REQUEST), "transport of type VideoGenerationRequest makes no transports"),  # type: ignore[arg-type]
        (lambda: Gateway(on_event=REQUEST), "on_event of type VideoGenerationRequest is not a function"),  # type: ignore[arg-type]
        (lambda: register_provider(5, object()), "provider_id=5 is not a provider id; pass text"),  # type: ignore[arg-type]
        (lambda: register_provider(" ", object()), "provider_id=' ' is not a provider id; pass text"),
    ],
)  # fmt: skip
def test_what_a_gateway_cannot_use_is_told(make: Callable[[], object], told: str) -> None:
    assert told in told_by(make)


@pytest.mark.parametrize(
    ("keys", "told"),
    [("secret", "api_keys cannot be str; use a mapping"), ({"fal": 5}, "api_keys['fal'] is of type int; pass the key as text")],
)  # fmt: skip
def test_keys_for_a_job_are_texts_by_their_owner(gateway: Gateway, keys: Any, told: str) -> None:
    job = gateway.submit_video(CONFIG, REQUEST)
    for name in ("resume", "status", "cancel"):
        assert told in told_by(lambda name=name: getattr(gateway, name)(job, api_keys=keys))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "it must be a JSON object; pass the text"),
        ("null", "it must be a JSON object; pass the text"),
        ("5", "it must be a JSON object; pass the text"),
        ("NaN", "it must be a JSON object; pass the text"),
        ("{", "it is not JSON: EOF while parsing an object at line 1 column 1; pass the text"),
        (
            "job.json",
            "it is not JSON: expected value at line 1 column 1; pass the text that Job.to_json returned; for a file, Path(…).read_text()",
        ),
        ("{}", "modality is required; pass the text"),
        (Path("job.json"), "it is not JSON text but of type PosixPath; pass path.read_text()"),
        ({"format": 1}, "it is not JSON text but of type dict; Job.from_data reads parsed JSON"),
    ],
)
def test_what_is_not_a_saved_job_is_told_with_what_to_pass(text: Any, told: str) -> None:
    message = told_by(lambda: Job.from_json(text))
    assert message.replace("WindowsPath", "PosixPath").startswith(f"not a saved job: {told}")


def test_a_job_in_place_of_its_text_is_called_so(gateway: Gateway) -> None:
    job: Any = gateway.submit_video(CONFIG, REQUEST)
    assert "it is a Job already, so use it as it is" in told_by(lambda: Job.from_json(job))


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"provider": 5}, "provider=5 is not a provider id; pass one, such as 'fal'"),
        ({"provider": ["fal"]}, "provider of type list is not a provider id"),
        ({"modality": "audio"}, "unknown modality 'audio'; use one of video, image"),
        ({"modality": ["video"]}, "modality of type list is not the name of a modality"),
        ({"can": "text-to-vidoe"}, "can='text-to-vidoe' is not a task; did you mean 'text-to-video'?"),
        ({"can": "text-to-vidoe", "modality": "video"}, "did you mean 'text-to-video'?"),
        ({"can": 5}, "can=5 is not a task; use one of text-to-video"),
        ({"duration_seconds": -1}, "duration_seconds=-1 must be a number, above 0"),
        ({"duration_seconds": "long", "modality": "video"}, "duration_seconds='long' must be a number"),
        ({"aspect_ratio": "wide"}, "aspect_ratio='wide': an aspect ratio must be width:height"),
        ({"resolution": "high"}, "resolution='high': a resolution must be '480p'"),
        ({"size": "16:9"}, "size='16:9': a size must be WIDTHxHEIGHT"),
        ({"audio": "perhaps"}, "generate_audio='perhaps' must be True or False"),
        ({"max_cost_usd": math.nan}, "max_cost_usd=nan must be a finite number, at least 0"),
        ({"max_cost_usd": -1}, "max_cost_usd=-1 must be a number, at least 0"),
    ],
)
def test_a_value_that_no_request_takes_is_no_empty_answer(
    gateway: Gateway, wanted: dict[str, Any], told: str
) -> None:
    assert told in told_by(lambda: gateway.find_models(**wanted))


def test_a_value_of_another_modality_finds_nothing(gateway: Gateway) -> None:
    assert gateway.find_models("local", modality="image", duration_seconds=4) == ()
