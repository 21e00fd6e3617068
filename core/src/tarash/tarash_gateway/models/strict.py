"""The base of the models that users create: frozen, and strict about unknown keywords."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

import pydantic
from pydantic.fields import FieldInfo

from ..exceptions import ValidationError
from .addresses import without_password
from .wording import did_you_mean
from .wrong_values import joined, sentence_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")


class _Signature:
    """The signature of a model class, read off its fields when an editor asks: the model itself is built on first use."""

    def __get__(self, instance: object, owner: type[pydantic.BaseModel]) -> inspect.Signature:
        if instance is not None:
            raise AttributeError("__signature__")
        keyword = inspect.Parameter.KEYWORD_ONLY
        return inspect.Signature(
            [
                inspect.Parameter(name, keyword, default=default_of(field), annotation=field.annotation)
                for name, field in owner.model_fields.items()
            ]
        )


def default_of(field: FieldInfo) -> object:
    """Return the default of a field as a signature shows it."""
    if field.is_required():
        return inspect.Parameter.empty
    return field.get_default(call_default_factory=True, validated_data={})


class StrictModel(pydantic.BaseModel):
    """Frozen model that suggests a correction for an unknown keyword, and raises the gateway's `ValidationError`."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True, defer_build=True
    )
    __signature__: ClassVar = _Signature()
    other_spellings: ClassVar[dict[str, str]] = {}
    """Common wrong names, with the right one for the suggestion."""
    accepted_names: ClassVar[dict[str, str]] = {}
    """Second names of fields, each with the first one."""
    takes_extra: ClassVar[bool] = False
    """Whether `extra_params` takes what this class has no field for; the message then shows how."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _first_names(cls, values: object) -> object:
        if not isinstance(values, Mapping) or cls.accepted_names.keys().isdisjoint(values):
            return values
        found = dict(cast("Mapping[str, object]", values))
        for second, first in cls.accepted_names.items():
            if second not in found:
                continue
            value = found.pop(second)
            if first not in found:
                found[first] = value
            elif value is not None:
                raise ValueError(f"{second} is another name of {first}; set one of them")
        return found

    def __init__(self, /, **values: object) -> None:
        self.refuse_unknown(values)
        try:
            super().__init__(**values)
        except pydantic.ValidationError as error:
            raise ValidationError(_describe(type(self), error, values)) from error

    @classmethod
    def model_validate(cls, obj: object, **options: object) -> Self:
        """Like pydantic's, but raise the gateway's own `ValidationError`."""
        if isinstance(obj, Mapping):
            cls.refuse_unknown(cast("Mapping[str, object]", obj))
        try:
            return super().model_validate(obj, **cast("dict[str, Any]", options))
        except pydantic.ValidationError as error:
            raise ValidationError(_describe(cls, error, {})) from error

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: object) -> Self:
        """Like pydantic's, but raise the gateway's own `ValidationError`."""
        try:
            return super().model_validate_json(json_data, **cast("dict[str, Any]", options))
        except pydantic.ValidationError as error:
            raise ValidationError(_describe(cls, error, {})) from error

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Like pydantic's, but check the update as the constructor does."""
        copied = super().model_copy(deep=deep)
        if not update:
            return copied
        # unchecked, a misspelt limit would set none, and a new key would be shown
        replaced = {self.accepted_names.get(name, name) for name in update}
        kept = {name: getattr(copied, name) for name in self.model_fields_set - replaced}
        return type(self).model_validate({**kept, **update})

    @classmethod
    def refuse_unknown(cls, values: Mapping[str, object]) -> None:
        """Refuse names that are not fields; the message suggests the right one.

        Raises:
            ValidationError: a name is not a field.
        """
        known = list(cls.model_fields)
        unknown = [name for name in values if name not in known and name not in cls.accepted_names]
        if not unknown:
            return
        name = str(unknown[0])
        meant = cls.other_spellings.get(name)
        guess = f"; did you mean {meant!r}?" if meant else did_you_mean(name, known)
        message = f"{cls.__name__} has no field {name!r}{guess} (fields: {', '.join(known)})"
        if cls.takes_extra:
            members = ", ".join(f"{name!r}: {_pasted(str(name), values[name])}" for name in unknown)
            message += f"; pass what only this provider has in extra_params={{{members}}}"
        raise ValidationError(message)


def construct(kind: type[T], values: Mapping[str, object]) -> T:
    """Create one of the library's models from untyped values, which the model checks.

    Raises:
        ValidationError: a value is not allowed.
    """
    return cast("Callable[..., T]", kind)(**values)


def _describe(
    kind: type[pydantic.BaseModel], error: pydantic.ValidationError, values: dict[str, object]
) -> str:
    told: dict[str, list[str]] = {}
    for item in error.errors(include_url=False):
        name, *inner = item["loc"] or ("",)
        whole = values.get(str(name))
        members = whole if isinstance(whole, Mapping) else ()
        # the types of a union have names, too; only the field, the position in a list and the name in a mapping say where it is
        indices = [f"[{part!r}]" for part in inner if isinstance(part, int) or part in members]
        place = "".join((str(name), *([] if "[key]" in inner else indices)))
        value = whole if len(item["loc"]) == 1 else None
        told.setdefault(f"{place}{_shown(place, value)}", []).append(_sentence(kind, item))
    sentences = (_after(place, joined(found)) for place, found in told.items())
    return f"{kind.__name__}: {'; '.join(sentences)}"


def _sentence(kind: type[pydantic.BaseModel], item: ErrorDetails) -> str:
    """Return what is wrong: a sentence of ours as it is, after ":"."""
    if item["type"] == "value_error":
        return f": {item['msg'].removeprefix('Value error, ').removeprefix(f'{kind.__name__}: ')}"
    if item["type"] == "model_type":
        return f": pass {item.get('ctx', {}).get('class_name')}(…), or a dictionary of its fields"
    if item["type"] == "json_invalid":
        return f": not JSON: {item.get('ctx', {}).get('error')}"
    if item["loc"][-1:] == ("[key]",):
        return "must have text as its names"
    is_whole = len(item["loc"]) == 1
    return sentence_of(item, kind.model_fields.get(str(item["loc"][0])) if is_whole else None)


def _after(place: str, sentence: str) -> str:
    if sentence.startswith(":"):
        return f"{place}{sentence}" if place else sentence.removeprefix(": ")
    return f"{place} {sentence}" if place else f"it {sentence}"


def _shown(place: str, value: object) -> str:
    """Return a value for the message, unless it is long or may be a secret."""
    if isinstance(value, str):
        value = without_password(value)
        # without its scheme, a login is not found in it
        value = None if place.endswith("url") and "@" in value else value
    return f"={value!r}" if not _may_be_secret(place) and _is_short(value) else ""


def _may_be_secret(name: str) -> bool:
    """Return whether a field of this name, which may be misspelt, may hold a key or an address with a token."""
    # an error is rare, and the expressions of that module need not be compiled for the import
    from ..media.redaction import is_secret_name

    return any(word in name.lower() for word in ("key", "webhook", "header")) or is_secret_name(name)


def _pasted(name: str, value: object) -> str:
    """Return a value as Python code; "…" for a secret, and for one that is too long to show, or is not a plain value."""
    from ..media.redaction import redact

    is_plain = value is None or isinstance(value, list | tuple | dict) or _is_short(value)
    text = "…" if _may_be_secret(name) or not is_plain else repr(redact(value))
    return text if len(text) <= 200 else "…"


def _is_short(value: object) -> bool:
    if isinstance(value, int):
        # an integer of thousands of digits cannot even be written out
        return value.bit_length() < 256
    return isinstance(value, float) or (isinstance(value, str) and len(value) < 80)
