"""Every factory of a field mapper refuses a wrong argument where it is called, and the message says what to write."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tarash.tarash_gateway import ValidationError, mapping
from tarash.tarash_gateway.mapping import (
    FieldMapper,
    aspect_ratio_field_mapper,
    choice_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    frame_size_field_mapper,
    image_list_field_mapper,
    image_ratio_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    pixel_size_field_mapper,
    quality_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
    style_field_mapper,
    switch_field_mapper,
    video_url_field_mapper,
)

Factory = Callable[..., FieldMapper]

FACTORIES: dict[str, Factory] = {
    name: thing
    for name in mapping.__all__
    if inspect.isfunction(thing := getattr(mapping, name))
    and inspect.signature(thing).return_annotation == "FieldMapper"
}
NEEDED: dict[str, object] = {
    "source_field": "prompt",
    "allowed": ("16:9",),
    "maximum": 4,
    "usual_pixels": 1024,
    "sizes": {("16:9", "720p"): "1280:720"},
    "when_true": "on",
    "when_false": "off",
}
"""A right value for each argument without a default."""

COLLECTION = (object(), 4, "16:9", b"16:9", {"16:9"}, frozenset({"16:9"}), iter(("16:9",)), None)
WORDS = (*COLLECTION, (4,), (None,), ("",))
NUMBER = (object(), "4", True, math.nan)
WRONG: dict[str, tuple[object, ...]] = {
    "bool": (object(), "yes", 1, None),
    "str": (object(), 4, b"prompt", None),
    "int": (*NUMBER, 4.5, -1, math.inf, None),
    "int | None": (*NUMBER, 4.5, -1, math.inf),
    "float": (*NUMBER, -1.0, None),
    "float | None": (*NUMBER, math.inf),
    "Literal['string', 'object']": (object(), "text", None),
    "Literal['int', 'str', 'float', 'frames']": (object(), "integer", None),
    "MediaEncoding": (object(), "datauri", "bytes", None),
    "AnyImageRole": (object(), "frst_frame", "auto", None, ("reference",)),
    "AnyImageRole | Sequence[AnyImageRole]": (object(), "frst_frame", None, (), ("refs",), (4,), {"reference"}),
    "Sequence[AnyImageRole]": (*COLLECTION, "reference", ("refs",), (4,)),
    "Sequence[str]": (*COLLECTION, "image/png", ("png",), ("image/*",), ("IMAGE/PNG",), (4,)),
    "tuple[str, ...]": WORDS,
    "Sequence[str] | Mapping[str, object]": (*WORDS, {4: "16:9"}, {"": "16:9"}),
    "Sequence[object] | Mapping[object, object]": (*COLLECTION, ([],)),
    "Sequence[float | str]": (*COLLECTION, ("short",), ("",), (0,), (-4,), (True,), (math.nan,), (math.inf,), (None,)),
    "Mapping[str, str] | None": (object(), "strength", ("strength",), {4: "0 to 1"}, {"": "0 to 1"}, {"strength": 4}),
    "Mapping[str, object] | None": (object(), "2k", ("2k",), {4: "2K"}, {"big": "2K"}, {"2K": "2K"}),
    "Mapping[tuple[str, str], object]": (
        object(), None, {}, (("16:9", "720p"),), {"16:9": 1}, {("16:9",): 1}, {(16, 9): 1}, {("wide", "720p"): 1},
        {("16:9", "720P"): 1},
    ),
}  # fmt: skip
"""Wrong values by annotation; an argument with another annotation fails the test until its wrong values are added here."""
ANY = "object"
"""The annotation of an argument that takes any value: a payload value is the provider's own."""


def _annotation(parameter: inspect.Parameter) -> str:
    return str(parameter.annotation).replace('"', "'")


def _wrong_calls() -> Iterator[Any]:
    for name, factory in FACTORIES.items():
        for parameter in inspect.signature(factory).parameters.values():
            kind = _annotation(parameter)
            values = () if kind == ANY else WRONG.get(kind, ("no wrong values are known",))
            for number, value in enumerate(values):
                yield pytest.param(name, parameter, value, id=f"{name}-{parameter.name}-{number}")


def _call(factory: Factory, parameter: inspect.Parameter, value: object) -> FieldMapper:
    """Call a factory with one argument, and right values for those that it needs, by name."""
    needed = {
        item.name: NEEDED[item.name]
        for item in inspect.signature(factory).parameters.values()
        if item.default is inspect.Parameter.empty and item.kind is not inspect.Parameter.VAR_POSITIONAL
    }
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
        return factory(value, **needed)
    return factory(**{**needed, parameter.name: value})


def test_the_factories_are_found() -> None:
    named = {name for name in mapping.__all__ if name.endswith("_field_mapper")}
    assert set(FACTORIES) == named
    assert len(named) > 10


@pytest.mark.parametrize(("name", "parameter", "value"), list(_wrong_calls()))
def test_a_wrong_argument_is_told_where_it_is_written(
    name: str, parameter: inspect.Parameter, value: object
) -> None:
    assert _annotation(parameter) in WRONG
    with pytest.raises((TypeError, ValueError)) as caught:
        _call(FACTORIES[name], parameter, value)
    told = str(caught.value)
    assert told.startswith(f"{name} has ")
    assert f" {parameter.name}=" in told or f" in {parameter.name}" in told
    assert "; use " in told


@pytest.mark.parametrize("name", FACTORIES)
def test_a_wrong_argument_by_position_is_told_as_well(name: str) -> None:
    factory = FACTORIES[name]
    first = next(iter(inspect.signature(factory).parameters.values()))
    if first.kind is inspect.Parameter.KEYWORD_ONLY:
        with pytest.raises(TypeError, match="positional argument"):
            factory(NEEDED.get(first.name, first.default))
        return
    others = [item for item in inspect.signature(factory).parameters if item in NEEDED and item != first.name]
    with pytest.raises(TypeError, match=f"{name} has .*{first.name}"):
        factory(object(), **{item: NEEDED[item] for item in others})


def test_an_argument_that_does_not_exist_is_refused_by_python() -> None:
    with pytest.raises(
        TypeError, match=r"quality_field_mapper\(\) got an unexpected keyword argument 'alowed'"
    ):
        quality_field_mapper(alowed=("high",))  # type: ignore[call-arg]  # the mistake


call: Any = functools.partial

MESSAGES: list[tuple[Factory, type[Exception], str]] = [
    (
        call(resolution_field_mapper, "720p"),
        TypeError,
        (
            "resolution_field_mapper has allowed='720p'; use a tuple of words in lower case, as requests have them, such as '720p' "
            "or '1k', or a mapping of them to payload values; did you mean ('720p',)?"
        ),
    ),
    (
        call(resolution_field_mapper, ("720P",)),
        ValueError,
        "has '720P' in allowed; use words in lower case, as requests have them",
    ),
    (call(aspect_ratio_field_mapper, "16:9"), TypeError, "did you mean ('16:9',)?"),
    (
        call(aspect_ratio_field_mapper, ("wide",)),
        ValueError,
        "has 'wide' in allowed; use ratios such as '16:9'",
    ),
    (
        call(image_ratio_field_mapper, ()),
        ValueError,
        "has allowed=(), which allows nothing; use a tuple of ratios",
    ),
    (call(choice_field_mapper, "quality", "high"), TypeError, "did you mean ('high',)?"),
    (call(choice_field_mapper, "", ("high",)), ValueError, "has source_field=''; use the name of a field"),
    (
        call(quality_field_mapper, "high"),
        TypeError,
        "use a tuple of words such as 'high', or a mapping of them",
    ),
    (call(style_field_mapper, {"anime", "photo"}), TypeError, "use a tuple of words"),
    (
        call(single_image_field_mapper, "frst_frame"),
        ValidationError,
        (
            "single_image_field_mapper has image_type='frst_frame'; use 'reference', 'first_frame', 'last_frame', 'asset', 'style', "
            "'start_frame', 'end_frame'; did you mean 'first_frame'?"
        ),
    ),
    (call(single_image_field_mapper, also="reference"), TypeError, "did you mean ('reference',)?"),
    (call(image_list_field_mapper, ("referense",)), ValidationError, "did you mean 'reference'?"),
    (
        call(video_url_field_mapper, encoding="datauri"),
        ValueError,
        "video_url_field_mapper has encoding='datauri'; use 'data_uri', 'base64', 'url', 'upload'; did you mean 'data_uri'?",
    ),
    (
        call(mask_image_field_mapper, encoding="bytes"),
        ValueError,
        "has encoding='bytes'; use 'data_uri', 'base64'",
    ),
    (
        call(mask_image_field_mapper, same_size_as=("style", "refrence")),
        ValidationError,
        "did you mean 'reference'?",
    ),
    (call(image_list_field_mapper, content_types="image/png"), TypeError, "did you mean ('image/png',)?"),
    (
        call(image_list_field_mapper, content_types=("png",)),
        ValueError,
        "use media types such as 'image/png'",
    ),
    (
        call(image_list_field_mapper, max_items=0),
        ValueError,
        "has max_items=0; use a whole number of at least 1 or None",
    ),
    (call(image_list_field_mapper, max_bytes="2MB"), TypeError, "has max_bytes='2MB'; use a whole number"),
    (
        call(duration_field_mapper, "integer", (4,)),
        ValueError,
        "has field_type='integer'; use 'int', 'str', 'float', 'frames'; did you mean 'int'?",
    ),
    (
        call(duration_field_mapper, "int", (4, 4.5)),
        ValueError,
        "has 4.5 in allowed_values; use whole seconds",
    ),
    (
        call(duration_field_mapper, allowed_values=4),
        TypeError,
        "has allowed_values=4; use a tuple of finite numbers",
    ),
    (
        call(duration_field_mapper, "frames", (4,)),
        ValueError,
        "has field_type='frames' and frames_per_second=0; use the frame rate, such as 24",
    ),
    (call(duration_field_mapper, maximum=0), ValueError, "has maximum=0, which allows nothing"),
    (
        call(n_images_field_mapper, maximum="4"),
        TypeError,
        "has maximum='4'; use a whole number of at least 1",
    ),
    (
        call(n_images_field_mapper, minimum=5, maximum=4),
        ValueError,
        "n_images_field_mapper has minimum=5 above maximum=4, which allows nothing; swap them",
    ),
    (
        call(passthrough_field_mapper, "prompt", max_length="100"),
        TypeError,
        "has max_length='100'; use a whole number of at least 1 or None",
    ),
    (
        call(passthrough_field_mapper, "seed", minimum=9, maximum=0),
        ValueError,
        "has minimum=9 above maximum=0, which allows nothing; swap them",
    ),
    (call(size_field_mapper, minimum=512, maximum=256), ValueError, "has minimum=512 above maximum=256"),
    (call(size_field_mapper, form="objct"), ValueError, "did you mean 'object'?"),
    (
        call(pixel_size_field_mapper, {"big": "BIG"}, usual_pixels=1024),
        ValueError,
        "has 'big' in steps; use steps such as '2k'",
    ),
    (
        call(pixel_size_field_mapper, usual_pixels=9, min_pixels=9, max_pixels=4),
        ValueError,
        "has min_pixels=9 above max_pixels=4",
    ),
    (
        call(pixel_size_field_mapper, usual_pixels=9, min_side=9, max_side=4),
        ValueError,
        "min_side=9 above max_side=4",
    ),
    (call(frame_size_field_mapper, {}), ValueError, "has sizes={}, which allows nothing; use a mapping"),
    (
        call(frame_size_field_mapper, {("16:9", "720P"): "1280:720"}),
        ValueError,
        "has ('16:9', '720P') in sizes; use pairs of aspect ratio and resolution, such as ('16:9', '720p')",
    ),
    (
        call(switch_field_mapper, True, when_true=1, when_false=0),
        TypeError,
        "has source_field=True; use the name",
    ),
    (
        call(extra_params_field_mapper, ("motion", "style")),
        TypeError,
        "has ('motion', 'style') in known; use names of parameters",
    ),
    (call(extra_params_field_mapper, media="sound"), TypeError, "did you mean ('sound',)?"),
    (
        call(extra_params_field_mapper, needed=("strength",)),
        TypeError,
        "use a mapping of names of parameters to",
    ),
]


@pytest.mark.parametrize(("make", "error", "told"), MESSAGES, ids=[told[:40] for _, _, told in MESSAGES])
def test_the_message_says_what_to_write(make: Factory, error: type[Exception], told: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert told in str(caught.value)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("mapper", "allowed"),
    [
        (resolution_field_mapper(["720p", "4k"]), ("720p", "4k")),
        (resolution_field_mapper({"720p": "HD"}.keys()), ("720p",)),  # type: ignore[arg-type]  # views have an order, too
        (resolution_field_mapper(()), ()),
        (aspect_ratio_field_mapper({"auto": None, "2.39:1": "cinema"}), ("auto", "2.39:1")),
        (choice_field_mapper("fps", range(24, 26)), (24, 25)),
        (choice_field_mapper("camera_fixed", {True: "on", None: "off"}), (True, None)),
        (duration_field_mapper("str", (4.5, "6s")), (4.5, 6)),
        (duration_field_mapper("int", (4.0,), minimum=None, maximum=None), (4,)),
        (pixel_size_field_mapper(None, usual_pixels=1, steepest=math.inf), ()),
    ],
)
def test_every_right_form_is_taken(mapper: FieldMapper, allowed: tuple[object, ...]) -> None:
    assert mapper.describe()[0].allowed == allowed
