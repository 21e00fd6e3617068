"""The constructors and the keywords that type checkers see are written out by hand; they say the same as the fields."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import textwrap
from enum import Enum

import pydantic
import pytest

import tarash.tarash_gateway as package
import tarash.tarash_gateway.models.keyword_types as keywords_module
from tarash.tarash_gateway import (
    ImageGenerationRequest,
    ImageInput,
    MockConfig,
    MockResponse,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.models import GenerationConfig
from tarash.tarash_gateway.models.config import _SHARED
from tarash.tarash_gateway.models.strict import StrictModel


class Missing(Enum):
    """What stands for a default that is not written out."""

    REQUIRED = "no default"
    ELSEWHERE = "..."


def _constructor(model: type[pydantic.BaseModel]) -> ast.arguments:
    """Return the parameters of the constructor below `if TYPE_CHECKING`."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    (block,) = [item for item in body.body if isinstance(item, ast.If)]
    (constructor,) = [item for item in block.body if isinstance(item, ast.FunctionDef)]
    assert constructor.name == "__init__"
    return constructor.args


def _stub(model: type[pydantic.BaseModel]) -> dict[str, object]:
    """Return the parameters by name, with their defaults."""
    arguments = _constructor(model)
    _, *by_position = arguments.args
    return dict.fromkeys((item.arg for item in by_position), Missing.REQUIRED) | {
        parameter.arg: Missing.REQUIRED if default is None else _value(default)
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    }


def _annotations(model: type[pydantic.BaseModel]) -> dict[str, str]:
    """Return the types of the parameters, as they are written."""
    arguments = _constructor(model)
    return {
        item.arg: ast.unparse(item.annotation)
        for item in (*arguments.args, *arguments.kwonlyargs)
        if item.annotation is not None
    }


def _value(default: ast.expr) -> object:
    value = ast.literal_eval(default)
    return Missing.ELSEWHERE if value is ... else value


@pytest.mark.parametrize(
    "model",
    [
        GenerationConfig,
        VideoGenerationRequest,
        ImageGenerationRequest,
        ImageInput,
        MockConfig,
        MockResponse,
    ],
)
def test_the_constructor_for_type_checkers_has_the_fields_and_their_defaults(
    model: type[StrictModel],
) -> None:
    stub = _stub(model)
    assert set(stub) == {*model.model_fields, *model.accepted_names}
    assert all(stub[second] is None for second in model.accepted_names)
    assert [name for name in stub if name not in model.accepted_names] == list(model.model_fields)
    for name, field in model.model_fields.items():
        if stub[name] is Missing.ELSEWHERE:
            # too long to write twice, or made anew for each object
            assert not field.is_required(), name
        else:
            assert stub[name] == (Missing.REQUIRED if field.is_required() else field.get_default()), name


@pytest.mark.parametrize(
    ("keywords", "config", "request_type"),
    [
        (keywords_module.VideoKeywords, "VideoGenerationConfig", VideoGenerationRequest),
        (keywords_module.ImageKeywords, "ImageGenerationConfig", ImageGenerationRequest),
    ],
)
def test_the_keywords_of_a_call_in_one_line_are_the_parameters_of_both_constructors(
    keywords: type, config: str, request_type: type[StrictModel]
) -> None:
    settings, fields = _annotations(GenerationConfig), _annotations(request_type)
    assert settings.keys().isdisjoint(fields)
    # the text names the provider and the model, and the short name of the fallbacks is the only one
    for name in ("provider", "model", "fallback_configs"):
        del settings[name]
    settings["fallbacks"] = f"Sequence[{config} | str] | None"
    written = {name: value.__forward_arg__ for name, value in keywords.__annotations__.items()}
    written["prompt"] = written["prompt"].removeprefix("Required[").removesuffix("]")
    assert written == settings | fields


def test_a_fallback_by_name_shares_every_setting_that_does_not_belong_to_one_provider() -> None:
    own = {
        "provider",
        "model",
        "api_key",
        "base_url",
        "api_version",
        "provider_config",
        "account",
        "webhook_url",
        "headers",
        "fallback_configs",
    }
    assert set(_SHARED) == GenerationConfig.model_fields.keys() - own


@pytest.mark.parametrize(
    ("name", "keywords", "request_type"),
    [
        ("video", keywords_module.VideoKeywords, VideoGenerationRequest),
        ("image", keywords_module.ImageKeywords, ImageGenerationRequest),
    ],
)
def test_help_shows_every_keyword_with_its_default(
    name: str, keywords: type, request_type: type[StrictModel]
) -> None:
    for function in (
        *(getattr(package, f"{verb}_{name}") for verb in ("generate", "submit", "plan")),
        *(getattr(package.Gateway, f"{verb}_{name}_async") for verb in ("generate", "submit")),
    ):
        parameters = inspect.signature(function).parameters
        shown = {key: item for key, item in parameters.items() if item.kind is item.KEYWORD_ONLY}
        assert shown.keys() == keywords.__annotations__.keys()
        assert shown["prompt"].default is inspect.Parameter.empty
        for field, info in request_type.model_fields.items():
            if not info.is_required():
                assert shown[field].default == info.get_default(call_default_factory=True, validated_data={})


@pytest.mark.parametrize("model", [VideoGenerationRequest, ImageInput, MockConfig, MockResponse])
def test_an_editor_sees_the_fields_before_the_model_is_first_used(model: type[StrictModel]) -> None:
    program = f"""
import inspect
from tarash.tarash_gateway import {model.__name__} as model
assert not model.__pydantic_complete__
print(*inspect.signature(model).parameters)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == list(model.model_fields)
