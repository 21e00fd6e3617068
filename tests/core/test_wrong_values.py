"""A wrong value is refused in words of ours that say what is allowed, never in those of pydantic."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
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
WRONG: tuple[object, ...] = (
    "", "soon", "x" * 400, "1e400", "http://", -1, 10**30, 1.5, math.nan, math.inf, True, None, b"\xff", [], [1], ["a"], ("a", 1),
    {}, {"a": 1}, {"x"}, object(),
)  # fmt: skip
PYDANTICS = re.compile(
    "Input should|[Uu]nable to|should be a valid|should have|should match|Field required|Value error|not permitted|pydantic"
)
FIELDS = [(kind, name) for kind in MODELS for name in kind.model_fields]


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
