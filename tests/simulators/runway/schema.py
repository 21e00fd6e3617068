"""Owns what Runway's server accepts in a body, read from the types of the official SDK.

Source: the parameter types of runwayml 5.24.0, which are generated from Runway's OpenAPI document. The
simulator therefore refuses what the real server refuses (unknown keys, words outside an enumeration, integers
sent as text), arm by arm.
"""

from __future__ import annotations

import collections.abc
import functools
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Union

import runwayml.types as sdk
import runwayml.types.generate as sdk_router

# the SDK's types are made with these; the `is_typeddict` of older standard libraries does not know them
import typing_extensions as typing

Issue = dict[str, object]
Path = tuple[str | int, ...]

ENDPOINTS: Mapping[str, object] = {
    "text_to_video": sdk.TextToVideoCreateParams,
    "image_to_video": sdk.ImageToVideoCreateParams,
    "video_to_video": sdk.VideoToVideoCreateParams,
    "character_performance": sdk.CharacterPerformanceCreateParams,
    "text_to_image": sdk.TextToImageCreateParams,
    "image_upscale": sdk.ImageUpscaleCreateParams,
    "video_upscale": sdk.VideoUpscaleCreateParams,
    "video_to_hdr": sdk.VideoToHdrCreateParams,
    "avatar_videos": sdk.AvatarVideoCreateParams,
    "generate/video": sdk_router.VideoCreateParams,
    "generate/image": sdk_router.ImageCreateParams,
}
"""Path below `/v1` → what its body may be: one object type, or a union of them told apart by `model`."""

LENIENT_MODELS = frozenset({"gen4_image"})
"""Models measured to accept unknown keys silently, against the rule (third party, 2026-08-13)."""


@functools.cache
def arms(endpoint: str) -> Mapping[str, type]:
    """Model name → the arm of an endpoint that serves it."""
    found: dict[str, type] = {}
    annotation = ENDPOINTS[endpoint]
    for arm in typing.get_args(annotation) or (annotation,):
        model = members_of(arm).get("model")
        for name in typing.get_args(_bare(model[0])) if model else ("",):
            found[name] = arm
    return found


def issues(endpoint: str, body: Mapping[str, object]) -> list[Issue]:
    """Return everything the validator would say about a body; empty when it is accepted."""
    known = arms(endpoint)
    model = "" if "" in known else body.get("model")
    if model not in known:
        options = sorted(known)
        words = " | ".join(f"'{name}'" for name in options)
        return [
            _issue(
                "invalid_union_discriminator",
                ("model",),
                f"Invalid discriminator value. Expected {words}",
                options=options,
            )
        ]
    found = _check(body, known[str(model)], ())
    if model in LENIENT_MODELS:
        found = [issue for issue in found if issue["code"] != "unrecognized_keys"]
    return found


def _bare(annotation: object) -> object:
    """Take off Required[...] and Annotated[...]."""
    while typing.get_origin(annotation) in (typing.Required, typing.NotRequired, Annotated):
        annotation = typing.get_args(annotation)[0]
    return annotation


@functools.cache
def members_of(arm: type) -> Mapping[str, tuple[object, bool]]:
    """Wire name → (type, required) of the members of an object type."""
    members: dict[str, tuple[object, bool]] = {}
    for name, annotation in typing.get_type_hints(arm, include_extras=True).items():
        origin, marked = _taken_apart(annotation)
        required = origin is typing.Required
        inner = marked[0] if required else annotation
        origin, annotated = _taken_apart(inner)
        info = annotated[1:] if origin is Annotated else ()
        alias = next((str(found) for item in info if (found := getattr(item, "alias", None))), name)
        members[alias] = (_bare(inner), required)
    return members


def _check(value: object, annotation: object, path: Path) -> list[Issue]:
    annotation = _bare(annotation)
    if isinstance(annotation, type) and typing.is_typeddict(annotation):
        return _check_object(value, annotation, path)
    origin, inner = _taken_apart(annotation)
    if origin is Literal:
        if any(type(value) is type(word) and value == word for word in inner):
            return []
        words = " | ".join(repr(word) for word in inner)
        return [
            _issue("invalid_enum_value", path, f"Invalid enum value. Expected {words}, received {value!r}")
        ]
    if origin is Union:
        tries = [_check(value, option, path) for option in inner]
        return min(tries, key=len)
    if origin in (collections.abc.Iterable, list):
        return _check_list(value, inner[0], path)
    return _check_plain(value, annotation, path)


def _taken_apart(annotation: object) -> tuple[object, tuple[object, ...]]:
    return typing.get_origin(annotation), typing.get_args(annotation)


def _check_object(value: object, arm: type, path: Path) -> list[Issue]:
    if not isinstance(value, dict):
        return [_issue("invalid_type", path, "Expected object")]
    known = members_of(arm)
    found = [
        _issue("invalid_type", (*path, name), "Required")
        for name, (_, need) in known.items()
        if need and name not in value
    ]
    unknown = sorted(set(value) - set(known))
    if unknown:
        named = ", ".join(f"'{name}'" for name in unknown)
        found.append(
            _issue("unrecognized_keys", path, f"Unrecognized key(s) in object: {named}", keys=unknown)
        )
    for name in value.keys() & known.keys():
        found += _check(value[name], known[name][0], (*path, name))
    return found


def _check_list(value: object, item: object, path: Path) -> list[Issue]:
    if not isinstance(value, list):
        return [_issue("invalid_type", path, "Expected array")]
    return [issue for index, entry in enumerate(value) for issue in _check(entry, item, (*path, index))]


_PLAIN: Mapping[object, Callable[[object], bool]] = {
    str: lambda value: isinstance(value, str) and value != "",
    bool: lambda value: isinstance(value, bool),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def _check_plain(value: object, annotation: object, path: Path) -> list[Issue]:
    accepts = _PLAIN.get(annotation)
    if accepts is None or accepts(value):  # `object`: the SDK leaves the member open
        return []
    return [_issue("invalid_type", path, f"Expected {getattr(annotation, '__name__', annotation)}")]


def _issue(code: str, path: Path, message: str, **more: object) -> Issue:
    return {"code": code, "path": list(path), "message": message, **more}
