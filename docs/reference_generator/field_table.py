"""Writes the table of a model's fields: name, type, default and meaning."""

from __future__ import annotations

import dataclasses
import inspect
import re
from datetime import datetime

import pydantic
from pydantic.fields import FieldInfo

from .markdown import attributes, table


def field_table(model: type[pydantic.BaseModel]) -> str:
    """Return the table, with the types from the annotations and the meanings from the docstrings."""
    types: dict[str, object] = {}
    said: dict[str, str] = {}
    for parent in reversed(model.__mro__):
        if parent.__module__.startswith("tarash."):
            types.update(inspect.get_annotations(parent))
            said.update(attributes(inspect.getdoc(parent) or ""))
    rows = [
        (f"`{name}`", f"`{_type(types.get(name))}`", _default(field), said.get(name, ""))
        for name, field in model.model_fields.items()
    ]
    return table(("field", "type", "default", "meaning"), rows)


def settings_table(kind: type[object]) -> str:
    """Return the table of a provider's settings, from the dataclass in `ProviderInfo.settings`."""
    said = attributes(inspect.getdoc(kind) or "")
    # each field has a default, and some make theirs
    usual = kind()
    rows = [
        (
            f"`{item.name}`",
            f"`{_setting_type(item.type)}`",
            _setting_default(getattr(usual, item.name)),
            said.get(item.name, ""),
        )
        for item in dataclasses.fields(kind)  # type: ignore[arg-type]  # `ProviderInfo.settings` is a dataclass
    ]
    return table(("setting", "type", "default", "meaning"), rows)


def _setting_type(annotation: object) -> str:
    # users pass a secret as text
    return (
        re.sub(r"Annotated\[([^,\]]+),.*\]", r"\1", str(annotation))
        .replace("ServerUrl", "str")
        .replace("Secret", "str")
    )


def _setting_default(value: object) -> str:
    if value is None:
        return "none"
    return "empty" if value in ((), {}, "") else f"`{value}`"


def _type(annotation: object) -> str:
    text = re.sub(r"Annotated\[(.*), NOT_MAPPED\]", r"\1", str(annotation))
    text = re.sub(r"\b(Text|Name)\b", "str", text).replace("SecretText", "SecretStr")
    return re.sub(r"(Read)?MediaField", "MediaSource", text.replace("pydantic.", ""))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "none"
    if isinstance(value, datetime):
        return "now"
    if isinstance(value, pydantic.BaseModel):
        return "empty"
    if isinstance(value, frozenset):
        return ", ".join(f"`{item}`" for item in sorted(value))
    return f"`{value}`" if value not in ((), {}, "") else "empty"
