"""The base of the models that users create: frozen, and strict about unknown keywords."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NoReturn, Self, TypeVar, cast

import pydantic
from pydantic.fields import FieldInfo

from ..exceptions import ValidationError
from ..phrases import Phrase, python_words, wrong_field
from .problems import in_one_line, pasted, problems_of
from .wording import did_you_mean

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
    first_fields: ClassVar[tuple[str, ...]] = ()
    """The fields that a value without a name is probably for, in order; the message then shows how to write it."""
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

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _named(cls, values: object, build: pydantic.ModelWrapValidatorHandler[Self]) -> Self:
        # in a model, pydantic passes a dictionary on as keywords, which must be text
        for name in values if isinstance(values, dict | Mapping) else ():
            if not isinstance(name, str):
                raise ValueError("a dictionary of fields must have text as its names")  # noqa: TRY004
        return build(values)

    def __init__(self, /, *unnamed: object, **values: object) -> None:
        if unnamed:
            self._refuse_unnamed(unnamed)
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
    def _refuse_unnamed(cls, values: tuple[object, ...]) -> NoReturn:
        """Refuse values without names; the message shows how to write them.

        Raises:
            TypeError: always, as Python does.
        """
        named = ", ".join(f"{name}={pasted(name, value)}" for name, value in cls._named_as_meant(values))
        advice = (
            f"write {cls.__name__}({named})" if named else f"its fields are {', '.join(cls.model_fields)}"
        )
        raise TypeError(f"{cls.__name__} takes its fields by name; {advice}")

    @classmethod
    def _named_as_meant(cls, values: tuple[object, ...]) -> Iterable[tuple[str, object]]:
        """Return values with the names that were probably meant; the others are left out."""
        return zip(cls.first_fields, values, strict=False)

    @classmethod
    def refuse_unknown(cls, values: Mapping[str, object]) -> None:
        """Refuse names that are not fields; the message suggests the right one.

        Raises:
            ValidationError: a name is not a field.
        """
        known, second = cls.model_fields, cls.accepted_names
        unknown = [name for name in values if name not in known and name not in second]
        if not unknown:
            return
        name = str(unknown[0])
        meant = cls.other_spellings.get(name)
        guess = f"; did you mean {meant!r}?" if meant else did_you_mean(name, known)
        wrong = Phrase(", ").join(wrong_field(str(given), code=repr(given)) for given in unknown)
        noun = "field" if len(unknown) == 1 else "fields"
        message = Phrase(f"{cls.__name__} has no {noun} ", wrong, f"{guess} (fields: {', '.join(known)})")
        if cls.takes_extra:
            members = ", ".join(f"{name!r}: {pasted(str(name), values[name])}" for name in unknown)
            message += f"; pass what only this provider has in extra_params={{{members}}}"
        raise ValidationError(message)


def construct(kind: type[T], values: Mapping[str, object]) -> T:
    """Create one of the library's models from untyped values, which the model checks.

    Raises:
        ValidationError: a value is not allowed.
    """
    return cast("Callable[..., T]", kind)(**values)


def _describe(
    kind: type[pydantic.BaseModel], error: pydantic.ValidationError, values: Mapping[str, object]
) -> str:
    return Phrase(python_words(f"{kind.__name__}: "), in_one_line(problems_of(kind, error, values)))
