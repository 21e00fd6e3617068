"""Video models of the path-based design: `POST /<operation>/<model>`.

Rows name the inputs `first_frame`, `last_frame`, `references`, `image` and `video`; `contents.path_body` writes them as the list
that Kling takes.
"""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Price,
    Rule,
    aspect_ratio_field_mapper,
    choice_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    switch_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole, mention

from .inputs import PATH_MAX_BYTES, REFERENCE_FIELDS, image, images
from .mappers import implied, when_given
from .prices import (
    MOTION_PRICES,
    O1_PRICES,
    V2_5_PRICES,
    V2_6_PRICES,
    V3_OMNI_PRICES,
    V3_PRICES,
    V4_PRICES,
    per_second,
)

PATH_ROUTES = frozenset({"generate", "omni-video", "motion-control", "any"})
"""Routes of this design, which takes an API key only."""
NO_OPTIONS = frozenset({"any"})
"""Routes whose models refuse `callback_url` and `external_task_id`, as far as we have seen."""

RATIOS = ("16:9", "9:16", "1:1")
_DEFAULTS = {"duration_seconds": 5, "resolution": "720p", "generate_audio": False}

FOLLOWS_IMAGE = Rule(
    when={"first_frame": ()},
    allow={"aspect_ratio": ()},
    reason="with a first frame: the clip has the image's shape",
)
FIRST_FRAME_TOO = Rule(when={"last_frame": ()}, require=("first_frame",), reason="with a last frame")
EDITED_VIDEO_RULES = (
    Rule(
        when={"video": ()},
        allow={"first_frame": (), "last_frame": ()},
        reason="with a video to edit, only with " + mention("extra_params", {"video_role": "feature"}),
    ),
    Rule(
        when={"video": ()}, allow={"aspect_ratio": ()}, reason="with a video to edit: the clip has its shape"
    ),
)
"""Rules of the omni models for a video to edit."""
REFERENCE_VIDEO_RULES = (
    Rule(when={"video": ()}, allow={"generate_audio": (False,)}, reason="with a reference video"),
)
"""Rules of the omni models for a reference video."""
_FRAMES_1080P = Rule(
    when={"last_frame": ()}, allow={"resolution": ("1080p",)}, reason="with a first and a last frame"
)


def _image(role: ImageRole, *also: ImageRole, required: bool = False) -> FieldMapper:
    return image(role, *also, required=required, max_bytes=PATH_MAX_BYTES)


def _references(max_items: int) -> FieldMapper:
    return images(max_items, max_bytes=PATH_MAX_BYTES)


def _prompt(max_characters: int) -> FieldMapper:
    return passthrough_field_mapper("prompt", required=True, max_length=max_characters)


def _frame_fields(prompt_characters: int, *, last: bool = True) -> dict[str, FieldMapper]:
    fields = {
        "prompt": _prompt(prompt_characters),
        "first_frame": _image("first_frame"),
    }
    return {**fields, "last_frame": _image("last_frame")} if last else fields


_SOUND = switch_field_mapper("generate_audio", when_true="native", when_false="off")
_WATERMARK = "options.watermark_info"

V3 = Model(
    id="kling-3.0",
    modality="video",
    route="generate",
    fields={
        **_frame_fields(3072),
        "settings.duration": duration_field_mapper("int", minimum=3, maximum=15),
        "settings.resolution": resolution_field_mapper(("720p", "1080p", "4k")),
        "settings.aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "settings.audio": _SOUND,
        "extra_params": extra_params_field_mapper("settings.multi_shot", "contents (element)", _WATERMARK),
    },
    # Kling's default is true, which makes several cuts of a prompt that reads like it
    constants={"settings.multi_shot": False},
    defaults=_DEFAULTS,
    rules=(FOLLOWS_IMAGE, FIRST_FRAME_TOO),
    prices=V3_PRICES,
    source="Kling text-to-video and image-to-video pages of 3.0, read 2026-09-20",
)

V3_TURBO = Model(
    id="kling-3.0-turbo",
    modality="video",
    route="generate",
    fields={
        **_frame_fields(3072, last=False),
        "prompt": when_given("first_frame", usual=_prompt(3072), special=_prompt(2500)),
        "settings.duration": duration_field_mapper("int", minimum=3, maximum=15),
        "settings.resolution": resolution_field_mapper(("720p", "1080p")),
        "settings.aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "extra_params": extra_params_field_mapper(_WATERMARK),
    },
    # there is no switch: the clip always has sound
    fixed={"generate_audio": True},
    defaults={"duration_seconds": 5, "resolution": "720p"},
    rules=(FOLLOWS_IMAGE,),
    prices=per_second({"720p": 0.112, "1080p": 0.14}),
    source="Kling text-to-video and image-to-video pages of 3.0 Turbo, read 2026-09-20",
)

V2_6 = Model(
    id="kling-2.6",
    modality="video",
    route="generate",
    fields={
        **_frame_fields(2500),
        "settings.duration": duration_field_mapper("int", allowed_values=(5, 10)),
        "settings.resolution": implied(
            "resolution",
            "1080p",
            resolution_field_mapper(("720p", "1080p")),
            needed_by=("last_frame", "generate_audio"),
        ),
        "settings.aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "settings.audio": _SOUND,
        "extra_params": extra_params_field_mapper("contents (voice)", _WATERMARK),
    },
    defaults=_DEFAULTS,
    rules=(
        FOLLOWS_IMAGE,
        FIRST_FRAME_TOO,
        _FRAMES_1080P,
        Rule(
            when={"last_frame": ()},
            allow={"generate_audio": (False,)},
            reason="with a first and a last frame",
        ),
        Rule(when={"generate_audio": (True,)}, allow={"resolution": ("1080p",)}, reason="with native audio"),
    ),
    prices=V2_6_PRICES,
    # a voice costs extra, and is the only input that is given there
    priced_params={"contents": None},
    source="Kling text-to-video and image-to-video pages of 2.6, read 2026-09-20",
)

V2_5_TURBO = Model(
    id="kling-2.5-turbo",
    modality="video",
    route="generate",
    fields={
        **_frame_fields(2500),
        "settings.duration": duration_field_mapper("int", allowed_values=(5, 10)),
        "settings.resolution": implied(
            "resolution", "1080p", resolution_field_mapper(("720p", "1080p")), needed_by=("last_frame",)
        ),
        "settings.aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "extra_params": extra_params_field_mapper(_WATERMARK),
    },
    defaults={"duration_seconds": 5, "resolution": "720p"},
    rules=(FOLLOWS_IMAGE, FIRST_FRAME_TOO, _FRAMES_1080P),
    prices=V2_5_PRICES,
    source="Kling text-to-video and image-to-video pages of 2.5 Turbo, read 2026-09-20",
)

_KEEPS_SOUND = switch_field_mapper("generate_audio", when_true="original", when_false="off")
_OMNI_EXTRA = extra_params_field_mapper(
    "video_role (base, feature)", "contents (element)", "settings.multi_shot", _WATERMARK
)

V3_OMNI = Model(
    id="kling-3.0-omni",
    modality="video",
    route="omni-video",
    fields={
        **_frame_fields(3072),
        "references": when_given("video", usual=_references(7), special=_references(4)),
        "video": video_url_field_mapper(encoding="url"),
        "settings.duration": duration_field_mapper("int", minimum=3, maximum=15),
        "settings.resolution": resolution_field_mapper(("720p", "1080p", "4k")),
        "settings.aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        # with an input video "original" keeps its sound; new sound is not offered then
        "settings.audio": when_given("video", usual=_SOUND, special=_KEEPS_SOUND),
        "extra_params": _OMNI_EXTRA,
    },
    constants={"settings.multi_shot": False},
    defaults=_DEFAULTS,
    rules=(FIRST_FRAME_TOO,),
    prices=V3_OMNI_PRICES,
    source="Kling omni video page of 3.0 Omni, read 2026-09-20",
)

O1 = Model(
    id="kling-o1",
    modality="video",
    route="omni-video",
    fields={
        **_frame_fields(2500),
        "references": when_given("video", usual=_references(7), special=_references(4)),
        "video": video_url_field_mapper(encoding="url"),
        "settings.duration": when_given(
            "first_frame",
            usual=duration_field_mapper("int", minimum=3, maximum=10),
            special=duration_field_mapper("int", allowed_values=(5, 10)),
            absent=("last_frame", "video", *REFERENCE_FIELDS),
        ),
        "settings.resolution": resolution_field_mapper(("720p", "1080p")),
        "settings.aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "settings.audio": when_given(
            "video", usual=choice_field_mapper("generate_audio", {False: "off"}), special=_KEEPS_SOUND
        ),
        "extra_params": _OMNI_EXTRA,
    },
    defaults=_DEFAULTS,
    rules=(
        FIRST_FRAME_TOO,
        Rule(
            when={"last_frame": ()},
            allow=dict.fromkeys(REFERENCE_FIELDS, ()),
            reason="with a first and a last frame",
        ),
    ),
    prices=O1_PRICES,
    source="Kling omni video page of O1, read 2026-09-20",
)


def _motion_control(model: str, prices: tuple[Price, ...]) -> Model:
    return Model(
        id=f"{model}-motion-control",
        modality="video",
        route="motion-control",
        fields={
            "prompt": passthrough_field_mapper("prompt", max_length=2500),
            "image": _image("reference", "first_frame", required=True),
            "video": video_url_field_mapper(encoding="url", required=True),
            "settings.resolution": resolution_field_mapper(("720p", "1080p")),
            "settings.audio": _KEEPS_SOUND,
            "extra_params": extra_params_field_mapper(
                "settings.character_orientation (image, video)", _WATERMARK
            ),
        },
        # required by Kling; this one takes motion of up to 30 s, "image" of up to 10 s
        constants={"settings.character_orientation": "video"},
        defaults={"resolution": "720p"},
        prices=prices,
        source="Kling motion control page, read 2026-09-20",
    )


def _v4(
    model: str, *steps: str, most_seconds: int, last: bool, prices: tuple[Price, ...], source: str
) -> Model:
    return Model(
        id=model,
        modality="video",
        route="any",
        fields={
            **_frame_fields(26_000, last=last),
            "references": _references(10),
            "video": video_url_field_mapper(encoding="url"),
            "settings.duration": duration_field_mapper("int", minimum=3, maximum=most_seconds, required=True),
            "settings.resolution": resolution_field_mapper(steps),
            "settings.aspect_ratio": aspect_ratio_field_mapper((*RATIOS, "4:3", "3:4", "21:9")),
            "settings.audio": _SOUND,
            "extra_params": extra_params_field_mapper(
                "contents (middle_frame, element, voice)", "video_role (base, feature)"
            ),
        },
        rules=(FIRST_FRAME_TOO,) if last else (),
        prices=prices,
        source=source,
    )


V4_ROWS = (
    _v4(
        "kling-4.0",
        "720p",
        "1080p",
        most_seconds=30,
        last=True,
        prices=V4_PRICES,
        source="unverified: docs.comfy.org pages of Kling 4.0, autumn 2026 (4:3 and 3:4: its changelog of 2026-11-18); Kling's own page "
        "was not seen",
    ),
    _v4(
        "kling-4.0-flash",
        "720p",
        most_seconds=20,
        last=False,
        prices=(),
        source="unverified: docs.comfy.org page of Kling 4.0, read 2026-11-28; Kling's own page was not seen",
    ),
)

GENERIC = Model(
    id="*",
    modality="video",
    generic=True,
    example="kling-5.0",
    route="generate",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "first_frame": _image("first_frame"),
        "last_frame": _image("last_frame"),
        "settings.duration": duration_field_mapper("int", minimum=1),
        "settings.resolution": passthrough_field_mapper("resolution"),
        "settings.aspect_ratio": passthrough_field_mapper("aspect_ratio"),
        "settings.audio": _SOUND,
        "extra_params": extra_params_field_mapper("contents", "settings", "options"),
    },
    source="Kling text-to-video and image-to-video pages, what they share, read 2026-09-20",
)

VIDEO_ROWS = (
    V3,
    V3_TURBO,
    V2_6,
    V2_5_TURBO,
    V3_OMNI,
    O1,
    _motion_control("kling-3.0", MOTION_PRICES["3.0"]),
    _motion_control("kling-2.6", MOTION_PRICES["2.6"]),
    *V4_ROWS,
    GENERIC,
)
