"""Video models and tools of the legacy design under /v1: older models, and accounts without an API key.

Routes: "videos" chooses between text, image and several images by the inputs; a path is that endpoint.
"""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Price,
    Rule,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    switch_field_mapper,
    video_url_field_mapper,
)

from .inputs import REFERENCE_FIELDS, REFERENCES, image, images
from .legacy import EFFECTS_PATH, OMNI_VIDEO
from .mappers import implied, when_given
from .models_video import FOLLOWS_IMAGE, RATIOS
from .prices import (
    AT_FAL,
    AVATAR_PRICES,
    EXTEND_PRICES,
    LIP_SYNC_PRICES,
    MOTION_PRICES,
    O1_PRICES,
    V2_5_PRICES,
    V2_6_PRICES,
    V3_OMNI_PRICES,
    V3_PRICES,
    per_clip,
)

# averages of these models over /v1 (ComfyUI, comfy_api_nodes/nodes_kling.py of 2025-10-12, AVERAGE_DURATION_…, read 2026-11-27)
TEXT_SECONDS = 319
IMAGE_SECONDS = 164
EFFECT_OR_EXTENSION_SECONDS = 320

MODES = {"720p": "std", "1080p": "pro"}
MODES_4K = {**MODES, "4k": "4k"}
_PAGES = "Kling text2video and image2video pages under /v1, read 2026-09-20"
_FOLLOWS_REFERENCE = Rule(
    when={"reference": ()}, allow={"aspect_ratio": ()}, reason="with an image: the clip has its shape"
)
_TEXT_OR_IMAGE = (FOLLOWS_IMAGE, _FOLLOWS_REFERENCE)
_SOUND = switch_field_mapper("generate_audio", when_true="on", when_false="off")
_GUIDANCE = ("cfg_scale", "camera_control", "watermark_info")
_SHOTS = ("multi_shot", "shot_type", "multi_prompt", "element_list", "voice_list", "watermark_info")
_BY_SHOTS = {"prompt": "multi_prompt"}


def _five_or_ten() -> FieldMapper:
    return duration_field_mapper("str", allowed_values=(5, 10))


def _words() -> dict[str, FieldMapper]:
    return {
        "prompt": passthrough_field_mapper("prompt", max_length=2500),
        "negative_prompt": passthrough_field_mapper("negative_prompt", max_length=2500),
    }


def _text_or_image(model: str, *, prices: tuple[Price, ...], last_needs_1080p: bool = False) -> Model:
    """Return the row of a model that the pages describe like its neighbours."""
    mode = resolution_field_mapper(MODES)
    return Model(
        id=model,
        modality="video",
        route="videos",
        fields={
            **_words(),
            "image": image("first_frame", "reference"),
            "image_tail": image("last_frame"),
            "mode": implied("resolution", "1080p", mode, needed_by=("last_frame",))
            if last_needs_1080p
            else mode,
            "duration": _five_or_ten(),
            "aspect_ratio": aspect_ratio_field_mapper(RATIOS),
            "extra_params": extra_params_field_mapper(*_GUIDANCE),
        },
        defaults={"duration_seconds": 5, "resolution": "720p"},
        rules=_TEXT_OR_IMAGE,
        prices=prices,
        typical_seconds=TEXT_SECONDS,
        source=_PAGES,
    )


def _image_only(model: str, *extra: str, prices: tuple[Price, ...]) -> Model:
    return Model(
        id=model,
        modality="video",
        route="videos",
        fields={
            **_words(),
            "image": image("first_frame", "reference", required=True),
            "image_tail": image("last_frame"),
            "mode": implied("resolution", "1080p", resolution_field_mapper(MODES), needed_by=("last_frame",)),
            "duration": _five_or_ten(),
            "extra_params": extra_params_field_mapper(*extra, *_GUIDANCE),
        },
        defaults={"duration_seconds": 5, "resolution": "720p"},
        prices=prices,
        typical_seconds=IMAGE_SECONDS,
        source=_PAGES,
    )


V1_6 = Model(
    id="kling-v1-6",
    modality="video",
    route="videos",
    fields={
        **_words(),
        "image": image("first_frame"),
        "image_tail": image("last_frame"),
        # images without a frame's role go to the endpoint for several images
        "image_list": images(4),
        "mode": implied("resolution", "1080p", resolution_field_mapper(MODES), needed_by=("last_frame",)),
        "duration": _five_or_ten(),
        "aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "extra_params": extra_params_field_mapper(*_GUIDANCE),
    },
    defaults={"duration_seconds": 5, "resolution": "720p"},
    rules=(
        FOLLOWS_IMAGE,
        *(
            Rule(when={frame: ()}, allow=dict.fromkeys(REFERENCE_FIELDS, ()), reason=f"with {frame}")
            for frame in ("first_frame", "last_frame")
        ),
    ),
    prices=per_clip(0.28, 0.49),
    typical_seconds=TEXT_SECONDS,
    source="Kling text2video, image2video and multi-image2video pages under /v1, read 2026-09-20",
)

V2_6 = Model(
    id="kling-v2-6",
    modality="video",
    route="videos",
    fields={
        **_words(),
        "image": image("first_frame", "reference"),
        "image_tail": image("last_frame"),
        "mode": implied(
            "resolution", "1080p", resolution_field_mapper(MODES), needed_by=("last_frame", "generate_audio")
        ),
        "duration": _five_or_ten(),
        "aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "sound": _SOUND,
        "extra_params": extra_params_field_mapper("voice_list", "watermark_info"),
    },
    defaults={"duration_seconds": 5, "resolution": "720p", "generate_audio": False},
    rules=(
        *_TEXT_OR_IMAGE,
        Rule(when={"generate_audio": (True,)}, allow={"resolution": ("1080p",)}, reason="with sound"),
    ),
    prices=V2_6_PRICES,
    priced_params={"voice_list": None},
    source=_PAGES,
)

V3 = Model(
    id="kling-v3",
    modality="video",
    route="videos",
    fields={
        **_words(),
        "image": image("first_frame", "reference"),
        "image_tail": image("last_frame"),
        "mode": resolution_field_mapper(MODES_4K),
        "duration": duration_field_mapper("str", minimum=3, maximum=15),
        "aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "sound": _SOUND,
        "extra_params": extra_params_field_mapper(*_SHOTS),
    },
    replaced_by=_BY_SHOTS,
    defaults={"duration_seconds": 5, "resolution": "720p", "generate_audio": False},
    rules=_TEXT_OR_IMAGE,
    prices=V3_PRICES,
    source=_PAGES,
)


def _omni(
    model: str, *, modes: dict[str, str], longest_seconds: int, sound: bool, prices: tuple[Price, ...]
) -> Model:
    keeps = switch_field_mapper("generate_audio", when_true="on", when_false="off")
    fields: dict[str, FieldMapper] = {
        "prompt": passthrough_field_mapper("prompt", required=True, max_length=2500),
        "first_frame": image("first_frame"),
        "last_frame": image("last_frame"),
        "references": when_given("video", usual=images(7), special=images(4)),
        "video": video_url_field_mapper(encoding="url"),
        "mode": resolution_field_mapper(modes),
        "duration": duration_field_mapper("str", minimum=3, maximum=longest_seconds),
        "aspect_ratio": aspect_ratio_field_mapper(RATIOS),
        "extra_params": extra_params_field_mapper("video_role (base, feature)", *_SHOTS),
    }
    return Model(
        id=model,
        modality="video",
        route=OMNI_VIDEO,
        fields={**fields, "sound": keeps} if sound else fields,
        replaced_by=_BY_SHOTS,
        defaults={
            "duration_seconds": 5,
            "resolution": "720p",
            **({"generate_audio": False} if sound else {}),
        },
        fixed={} if sound else {"generate_audio": False},
        prices=prices,
        rules=(Rule(when={"last_frame": ()}, require=("first_frame",), reason="with a last frame"),),
        source="Kling omni-video page under /v1, read 2026-09-20",
    )


def _motion_control(model: str, prices: tuple[Price, ...]) -> Model:
    return Model(
        id=f"{model}-motion-control",
        modality="video",
        route="/v1/videos/motion-control",
        fields={
            "prompt": passthrough_field_mapper("prompt", max_length=2500),
            "image_url": image("reference", "first_frame", required=True),
            "video_url": video_url_field_mapper(encoding="url", required=True),
            "mode": resolution_field_mapper(MODES),
            "keep_original_sound": switch_field_mapper("generate_audio", when_true="yes", when_false="no"),
            "extra_params": extra_params_field_mapper(
                "character_orientation (image, video)", "watermark_info"
            ),
        },
        # required by Kling; this one takes motion of up to 30 s, "image" of up to 10 s
        constants={"character_orientation": "video"},
        defaults={"resolution": "720p"},
        prices=prices,
        source="Kling motion-control page under /v1, read 2026-09-20",
    )


AVATAR = Model(
    id="kling-avatar",
    modality="video",
    route="/v1/videos/avatar/image2video",
    fields={
        "prompt": passthrough_field_mapper("prompt", max_length=2500),
        "image": image("first_frame", "reference", required=True),
        "mode": resolution_field_mapper(MODES),
        "extra_params": extra_params_field_mapper("sound_file", "audio_id", "watermark_info"),
    },
    defaults={"resolution": "720p"},
    prices=AVATAR_PRICES,
    source="Kling avatar page, read 2026-09-20",
)

EFFECTS = Model(
    id="kling-effects",
    modality="video",
    route=EFFECTS_PATH,
    fields={
        # one picture, or two that become one
        "images": images(2, ("first_frame", *REFERENCES), required=True),
        "extra_params": extra_params_field_mapper("effect_scene"),
    },
    typical_seconds=EFFECT_OR_EXTENSION_SECONDS,
    source="Kling video effects page, read 2026-09-20",
)

EXTEND = Model(
    id="kling-video-extend",
    modality="video",
    route="/v1/videos/video-extend",
    fields={**_words(), "extra_params": extra_params_field_mapper("video_id", "cfg_scale")},
    prices=EXTEND_PRICES,
    typical_seconds=EFFECT_OR_EXTENSION_SECONDS,
    source="unverified: endpoint named by Kling's documentation, body read from public clients of it, 2026",
)

LIP_SYNC = Model(
    id="kling-lip-sync",
    modality="video",
    route="/v1/videos/advanced-lip-sync",
    fields={"extra_params": extra_params_field_mapper("session_id", "face_choose", "watermark_info")},
    prices=LIP_SYNC_PRICES,
    source="Kling lip sync page, read 2026-09-20",
)

LATER = Model(
    id="kling-v",
    modality="video",
    example="kling-v4",
    route="videos",
    fields={
        **_words(),
        "image": image("first_frame", "reference"),
        "image_tail": image("last_frame"),
        "mode": resolution_field_mapper(MODES_4K),
        "duration": duration_field_mapper("str", minimum=1),
        "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
        "sound": _SOUND,
        "extra_params": extra_params_field_mapper(*_GUIDANCE),
    },
    source="Kling text2video and image2video pages under /v1, what they share, read 2026-09-20",
)

LEGACY_ROWS = (
    _text_or_image("kling-v1", prices=per_clip(0.14, 0.49)),
    _image_only("kling-v1-5", "static_mask", "dynamic_masks", prices=per_clip(0.28, 0.49)),
    V1_6,
    # both modes cost the same
    _text_or_image("kling-v2-master", prices=per_clip(1.40, 1.40)),
    _image_only("kling-v2-1", prices=per_clip(0.28, 0.49, AT_FAL)),
    _text_or_image("kling-v2-1-master", prices=per_clip(1.40, 1.40, AT_FAL)),
    _text_or_image("kling-v2-5-turbo", prices=V2_5_PRICES, last_needs_1080p=True),
    V2_6,
    V3,
    _omni("kling-video-o1", modes=MODES, longest_seconds=10, sound=False, prices=O1_PRICES),
    _omni("kling-v3-omni", modes=MODES_4K, longest_seconds=15, sound=True, prices=V3_OMNI_PRICES),
    _motion_control("kling-v3", MOTION_PRICES["3.0"]),
    _motion_control("kling-v2-6", MOTION_PRICES["2.6"]),
    AVATAR,
    EFFECTS,
    EXTEND,
    LIP_SYNC,
    LATER,
)
