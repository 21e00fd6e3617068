"""Makes the models that the gateway itself fills in, without checking their values again."""

from __future__ import annotations

import functools
from typing import TypeVar

import pydantic
from pydantic.fields import FieldInfo

ModelT = TypeVar("ModelT", bound=pydantic.BaseModel)


def unchecked(kind: type[ModelT], /, **values: object) -> ModelT:
    """Return a model with these values as they are, and the defaults of its other fields.

    Their values come from objects that were checked before, and a second check could only lose a paid result. pydantic's
    `model_construct` does the same, but goes through every field in Python, which takes twice as long as a check.
    """
    blank, made_anew = _blank(kind)
    # not the method of the class: one of ours checks what it copies
    model: ModelT = pydantic.BaseModel.model_copy(blank, update=values)
    for name, field in made_anew.items():
        if name not in values:
            model.__dict__[name] = field.get_default(call_default_factory=True, validated_data={})
    return model


def with_private(model: ModelT, /, **attributes: object) -> ModelT:
    """Return a copy with these private attributes, which no constructor takes."""
    return model.model_construct(model.model_fields_set, **dict(model), **attributes)


@functools.cache
def _blank(kind: type[ModelT]) -> tuple[ModelT, dict[str, FieldInfo]]:
    """Return a model of nothing but defaults, and the fields whose default no two models may share."""
    made_anew = {name: field for name, field in kind.model_fields.items() if _is_made_anew(field)}
    return kind.model_construct(), made_anew


def _is_made_anew(field: FieldInfo) -> bool:
    return field.default_factory is not None or isinstance(field.default, list | dict | set | bytearray)


__all__ = ["unchecked", "with_private"]
