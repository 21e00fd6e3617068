"""The constructors that type checkers see are written out by hand; they say the same as the fields."""

from __future__ import annotations

import ast
import inspect
import textwrap
from enum import Enum

import pydantic
import pytest

from tarash.tarash_gateway import (
    ImageGenerationRequest,
    ImageInput,
    MockConfig,
    MockResponse,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.models import GenerationConfig


class Missing(Enum):
    """What stands for a default that is not written out."""

    REQUIRED = "no default"
    ELSEWHERE = "..."


def _stub(model: type[pydantic.BaseModel]) -> dict[str, object]:
    """Return the keyword parameters of the constructor below `if TYPE_CHECKING`, with their defaults."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    (block,) = [item for item in body.body if isinstance(item, ast.If)]
    (constructor,) = [item for item in block.body if isinstance(item, ast.FunctionDef)]
    assert constructor.name == "__init__"
    arguments = constructor.args
    return {
        parameter.arg: Missing.REQUIRED if default is None else _value(default)
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
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
    model: type[pydantic.BaseModel],
) -> None:
    stub = _stub(model)
    second_names = getattr(model, "accepted_names", {})
    assert list(stub) == [*model.model_fields, *second_names]
    assert all(stub[second] == stub[first] for second, first in second_names.items())
    for name, field in model.model_fields.items():
        if stub[name] is Missing.ELSEWHERE:
            # too long to write twice, or made anew for each object
            assert not field.is_required(), name
        else:
            assert stub[name] == (Missing.REQUIRED if field.is_required() else field.get_default()), name
