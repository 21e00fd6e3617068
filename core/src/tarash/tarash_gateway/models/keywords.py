"""What the keywords of a call in one line become: a configuration and a request."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from types import FunctionType, MappingProxyType
from typing import TypeVar

from ..exceptions import ValidationError
from ..phrases import Phrase, wrong_field
from .config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig, split_name
from .misuse import unexpected
from .request import GenerationRequest, ImageGenerationRequest, VideoGenerationRequest
from .strict import construct, default_of

ConfigT = TypeVar("ConfigT", bound=GenerationConfig)
RequestT = TypeVar("RequestT", bound=GenerationRequest)
FunctionT = TypeVar("FunctionT", bound=Callable[..., object])

VIDEO_KINDS = (VideoGenerationConfig, VideoGenerationRequest)
IMAGE_KINDS = (ImageGenerationConfig, ImageGenerationRequest)


class _LaterSignature(inspect.Signature):
    """A signature that is made when somebody asks, so that importing the functions stays fast."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], inspect.Signature]) -> None:
        super().__init__()
        self._make = functools.cache(make)

    @property
    def parameters(self) -> MappingProxyType[str, inspect.Parameter]:
        return self._make().parameters

    @property
    def return_annotation(self) -> object:
        return self._make().return_annotation


def shows_keywords(
    kinds: tuple[type[GenerationConfig], type[GenerationRequest]], keywords: str
) -> Callable[[FunctionT], FunctionT]:
    """Return a decorator that makes `help` and notebooks show every keyword of a function in place of `**keywords`.

    Args:
        kinds: the classes of the configuration and the request, which have the defaults.
        keywords: name of the `TypedDict` in `keyword_types` that has the types.
    """

    def decorate(function: FunctionT) -> FunctionT:
        def make() -> inspect.Signature:
            found = inspect.signature(_unshown(function))
            others = [item for item in found.parameters.values() if item.kind is not item.VAR_KEYWORD]
            return found.replace(parameters=[*others, *_parameters(kinds, keywords)])

        setattr(function, "__signature__", _LaterSignature(make))  # noqa: B010 - no attribute of its type
        return function

    return decorate


def _unshown(function: Callable[..., object]) -> Callable[..., object]:
    """Return a function that has the signature as it is written."""
    assert isinstance(function, FunctionType)
    code, defaults = function.__code__, function.__defaults__
    written = FunctionType(code, function.__globals__, function.__name__, defaults, function.__closure__)
    written.__annotations__, written.__kwdefaults__ = function.__annotations__, function.__kwdefaults__
    return written


def _parameters(
    kinds: tuple[type[GenerationConfig], type[GenerationRequest]], keywords: str
) -> list[inspect.Parameter]:
    types = importlib.import_module(".keyword_types", __package__)
    annotations: Mapping[str, object] = getattr(types, keywords).__annotations__
    fields = {**kinds[1].model_fields, **kinds[0].model_fields}
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default_of(fields[name]) if name in fields else None,
            annotation=getattr(annotation, "__forward_arg__", annotation),
        )
        for name, annotation in sorted(annotations.items(), key=lambda item: item[0] != "prompt")
    ]


def read_call(
    kinds: tuple[type[ConfigT], type[RequestT]],
    config: ConfigT | str,
    request: RequestT | None,
    keywords: Mapping[str, object],
) -> tuple[ConfigT, RequestT]:
    """Return the configuration and the request of a call, whether they are given as objects or in one line.

    Args:
        kinds: the classes of the configuration and the request.
        config: a configuration, or "provider/model".
        request: a request, or None if the keywords are its fields.
        keywords: fields of the request, and of the configuration if that is a string.

    Raises:
        ValidationError: an argument has another type, or a keyword is unknown or given twice.
    """
    config_type, request_type = kinds
    given = config
    settings = {name: value for name, value in keywords.items() if _configures(kinds, name)}
    fields = {name: value for name, value in keywords.items() if name not in settings}
    if isinstance(config, str):
        config = construct(config_type, {**_split(config), **settings})
    _check_type(config, config_type)
    if request is not None:
        _check_type(request, request_type)
    if settings and config is given:
        raise ValidationError(
            Phrase(", ").join(map(wrong_field, settings))
            + ' cannot be given beside a configuration; set it there, or pass "provider/model" instead'
        )
    if request is None:
        request = construct(request_type, fields)
    elif fields:
        raise ValidationError(
            Phrase(", ").join(map(wrong_field, fields))
            + " cannot be given beside a request; set it there, or leave the request out"
        )
    return config, request


def _check_type(value: object, kind: type[object]) -> None:
    if not isinstance(value, kind):
        raise ValidationError(unexpected(value, kind))


def _configures(kinds: tuple[type[GenerationConfig], type[GenerationRequest]], name: str) -> bool:
    """Return whether a keyword is for the configuration; an unknown one is for the request, which suggests the right name."""
    config_type, request_type = kinds
    if name in request_type.model_fields or name in request_type.accepted_names:
        return False
    known = (config_type.model_fields, config_type.accepted_names, config_type.other_spellings)
    return any(name in names for names in known)


def _split(name: str) -> dict[str, object]:
    try:
        return split_name(name)
    except ValueError as error:
        raise ValidationError(str(error)) from None
