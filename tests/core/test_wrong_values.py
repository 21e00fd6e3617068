"""A wrong value is refused in words of ours that say what is allowed, never in those of pydantic."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pydantic
import pytest

from tarash.tarash_gateway import (
    ImageGenerationConfig,
    ImageGenerationRequest,
    ImageInput,
    MockConfig,
    MockResponse,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.models.strict import StrictModel, construct
from tarash.tarash_gateway.models.wrong_values import told_of

NAMES: dict[str, object] = {"provider": "fal", "model": "fal-ai/veo3.1"}
PROMPT: dict[str, object] = {"prompt": "a boat"}
MODELS: dict[type[StrictModel], dict[str, object]] = {
    VideoGenerationConfig: NAMES,
    ImageGenerationConfig: NAMES,
    VideoGenerationRequest: PROMPT,
    ImageGenerationRequest: PROMPT,
    ImageInput: {"image": "https://example.com/boat.png"},
    MockConfig: {},
    MockResponse: {},
}


class Unreadable:
    """A list whose items cannot be had."""

    def __iter__(self) -> Iterator[object]:
        raise RuntimeError("no items")


class Unprintable:
    """A value that no message can show."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


ENDLESS: list[object] = []
ENDLESS.append(ENDLESS)
HALF = "caf\udce9"
"""A text with half of a character, as Python reads an argument in another encoding."""
WRONG: tuple[object, ...] = (
    "", "soon", "x" * 400, "1e400", "http://", -1, 10**30, 1.5, math.nan, math.inf, True, None, b"\xff", [], [1], ["a"], ("a", 1),
    {}, {"a": 1}, {"x"}, object(), b"x", bytearray(b"x"), memoryview(b"x"), HALF, "a\nb", 10**5000, "1e999", 1j, Decimal("sNaN"),
    Path("boat.png"), Unreadable(), Unprintable(), [Unprintable()], {"a": Unprintable()}, {1: 2}, [{1: 2}], {b"a": 1}, {None: 1},
    {"a": {1: 2}}, {HALF: 1}, {"a": HALF}, {"a": math.nan}, {"a": 10**5000}, [None] * 1000, ENDLESS, {"a": ENDLESS}, len, int,
    MockConfig, MockConfig(), ValidationError("x"), ..., [{}], ({"image": 1},), {"image": HALF, "type": 1}, {"prompt": b"x"},
)  # fmt: skip
PYDANTICS = re.compile(
    "Input should|[Uu]nable to|should be a valid|should have|should match|Field required|Value error|not permitted|pydantic"
)
FIELDS = [(kind, name) for kind in MODELS for name in kind.model_fields]


TEXT_NAMES = "a dictionary of fields must have text as its names"
REASONS = (
    "(use: authentication, connection, content_moderation, generation_failed, model_not_found, quota_exceeded, rate_limit, "
    "result_unavailable, server_error, timeout, unexpected_response, validation)"
)


def refusals(kind: type[StrictModel], name: str) -> Iterator[str]:
    """The messages about each wrong value of a field."""
    for value in WRONG:
        try:
            construct(kind, {**MODELS[kind], name: value})
        except ValidationError as error:
            yield error.message


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=[f"{kind.__name__}.{name}" for kind, name in FIELDS])
def test_every_field_says_in_our_words_what_it_allows(kind: type[StrictModel], name: str) -> None:
    found = list(refusals(kind, name))
    assert found, "something in the list is wrong for every field"
    assert [message for message in found if PYDANTICS.search(message)] == []
    assert [message for message in found if "another value" in message] == []
    assert [message for message in found if len(message) > 1500 or "\n" in message] == []


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (VideoGenerationRequest, {}, "VideoGenerationRequest: prompt is required"),
        (
            VideoGenerationRequest,
            {**PROMPT, "duration_seconds": "soon"},
            "VideoGenerationRequest: duration_seconds='soon' must be a number, above 0 and at most 3600",
        ),
        (
            VideoGenerationRequest,
            {**PROMPT, "duration_seconds": -1},
            "VideoGenerationRequest: duration_seconds=-1 must be a number, above 0 and at most 3600",
        ),
        (
            ImageGenerationRequest,
            {**PROMPT, "n": 1.5},
            "ImageGenerationRequest: n=1.5 must be a whole number, at least 1 and at most 100",
        ),
        (
            VideoGenerationRequest,
            {**PROMPT, "generate_audio": "maybe", "prompt": 3},
            "VideoGenerationRequest: prompt=3 must be text; generate_audio='maybe' must be True or False",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "unsupported": "strict"},
            "VideoGenerationConfig: unsupported='strict' must be 'nearest', 'error' or 'adjust'",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "base_url": "fal.run"},
            "VideoGenerationConfig: base_url='fal.run' must be a URL that begins with https:// or http://",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "provider": "x" * 100, "model": ""},
            "VideoGenerationConfig: provider must have at most 64 characters; model='' must not be empty",
        ),
        (
            VideoGenerationRequest,
            {**PROMPT, "extra_params": {1: 2}},
            "VideoGenerationRequest: extra_params must have text as its names",
        ),
        (VideoGenerationConfig, {**NAMES, "mock": {1: 2}}, f"VideoGenerationConfig: mock: {TEXT_NAMES}"),
        (
            VideoGenerationConfig,
            {**NAMES, "fallbacks": [{1: 2}]},
            f"VideoGenerationConfig: fallback_configs[0]: {TEXT_NAMES}",
        ),
        (MockConfig, {"responses": [{1: 2}]}, f"MockConfig: responses[0]: {TEXT_NAMES}"),
        (
            ImageGenerationRequest,
            {**PROMPT, "image_list": [{1: 2}]},
            f"ImageGenerationRequest: image_list[0]: {TEXT_NAMES}",
        ),
        (
            VideoGenerationRequest,
            {"prompt": b"a boat"},
            "VideoGenerationRequest: prompt must be text, not bytes; call .decode() on it",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "api_key": b"key"},
            "VideoGenerationConfig: api_key must be text, not bytes; call .decode() on it",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "headers": {"x-team": b"film"}},
            "VideoGenerationConfig: headers['x-team'] must be text, not bytes; call .decode() on it",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "account": HALF},
            f"VideoGenerationConfig: account={HALF!r} has characters that are not valid Unicode; pass text decoded as UTF-8",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "model": "  "},
            "VideoGenerationConfig: model='  ' must not be empty",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "model": "veo\n3"},
            "VideoGenerationConfig: model='veo\\n3': a name must be one line of visible characters",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "fallback_on": "timeout"},
            f"VideoGenerationConfig: fallback_on='timeout': the reasons are a list; write ['timeout'] {REASONS}",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "fallback_on": [Unprintable()]},
            f"VideoGenerationConfig: fallback_on: a reason must be text, not Unprintable {REASONS}",
        ),
        (
            VideoGenerationConfig,
            {**NAMES, "provider_config": {"region": {"eu"}}},
            "VideoGenerationConfig: provider_config['region'] is of type set; use text, numbers, True, False, None, lists and dictionaries",
        ),
        (
            VideoGenerationRequest,
            {**PROMPT, "extra_params": {"loras": [{"scale": math.nan}]}},
            "VideoGenerationRequest: extra_params['loras'][0]['scale'] must be a finite number",
        ),
        (
            ImageGenerationRequest,
            {**PROMPT, "image_list": Unreadable()},
            "ImageGenerationRequest: image_list: the images cannot be read from the Unreadable: no items",
        ),
        (
            MockConfig,
            {"progress": [None] * 9},
            f"MockConfig: {''.join(f'progress[{index}] must be a number; ' for index in range(5))}and 4 more",
        ),
        (MockConfig, {"progress": [0, "half"]}, "MockConfig: progress[1] must be a number"),
        (
            MockResponse,
            {"error": 3},
            "MockResponse: error must be an instance of TarashException or a subclass of TarashException",
        ),
    ],
)
def test_a_message_names_the_field_and_what_it_allows(
    kind: type[StrictModel], values: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        construct(kind, values)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (
            lambda: VideoGenerationConfig("local", "animatic"),  # type: ignore[call-arg]  # the mistake
            "VideoGenerationConfig(provider='local', model='animatic')",
        ),
        (
            lambda: ImageGenerationConfig("fal/fal-ai/flux/dev"),  # type: ignore[call-arg]  # the mistake
            "ImageGenerationConfig(provider='fal', model='fal-ai/flux/dev')",
        ),
        (
            lambda: VideoGenerationConfig("fal", "m", "a key"),  # type: ignore[call-arg]  # the mistake
            "VideoGenerationConfig(provider='fal', model='m', api_key=…)",
        ),
        (lambda: VideoGenerationRequest("a fox"), "VideoGenerationRequest(prompt='a fox')"),  # type: ignore[call-arg]  # the mistake
        (lambda: MockConfig(True), "its fields are enabled, responses, seed"),  # type: ignore[call-arg]  # the mistake
        (
            lambda: ImageGenerationRequest(Unprintable(), "1024x1024"),  # type: ignore[call-arg, arg-type]  # the mistake
            "ImageGenerationRequest(prompt=…)",
        ),
    ],
)
def test_values_without_names_are_refused_with_what_to_write(
    make: Callable[[], object], written: str
) -> None:
    with pytest.raises(TypeError, match=f"takes its fields by name; .*{re.escape(written)}"):
        make()


def test_an_image_is_given_once() -> None:
    with pytest.raises(ValidationError, match="ImageInput is given its image twice; pass it once"):
        ImageInput("a.png", image="b.png")  # type: ignore[misc]  # the mistake


def test_an_unknown_field_whose_value_cannot_be_shown_is_told() -> None:
    with pytest.raises(ValidationError, match=r"has no field 'camera'.*extra_params=\{'camera': …\}"):
        construct(VideoGenerationRequest, {**PROMPT, "camera": [Unprintable()]})


def test_extra_parameters_may_be_media_in_any_form() -> None:
    given = {
        "path": Path("boat.png"),
        "bytes": b"x",
        "list": [io.BytesIO(b"x")],
        "role": {"image": ImageInput("boat.png")},
    }
    assert VideoGenerationRequest(prompt="x", extra_params=given).extra_params == given


def test_json_that_is_not_json_is_called_so() -> None:
    with pytest.raises(ValidationError, match=r"^VideoGenerationRequest: not JSON: EOF"):
        VideoGenerationRequest.model_validate_json('{"prompt":')


class Settings(pydantic.BaseModel, extra="forbid"):
    """What a plugin may declare."""

    region: str = ""
    seconds: Annotated[float, pydantic.Field(gt=0, le=60)] = 1.0
    mode: Literal["fast", "slow"] = "fast"
    tags: Annotated[tuple[str, ...], pydantic.Field(max_length=2)] = ()
    keeps: bool = False


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"region": 3}, "must be text"),
        ({"seconds": 0}, "must be a number, above 0"),
        ({"seconds": 61}, "must be a number, at most 60"),
        ({"mode": "slower"}, "must be 'fast' or 'slow'"),
        ({"tags": ["a", "b", "c"]}, "must have at most 2 items"),
        ({"tags": "a"}, "must be a list"),
        ({"keeps": "perhaps"}, "must be True or False"),
        ({"regoin": "eu"}, "is not known"),
        (3, "must be an object of its fields"),
    ],
)
def test_an_error_without_its_field_says_what_is_allowed_too(values: object, sentence: str) -> None:
    with pytest.raises(pydantic.ValidationError) as wrong:
        Settings.model_validate(values)
    assert told_of(wrong.value.errors()[0]) == sentence
