"""Describes Wan's video models.

Wan 2.7 and 3.0 take their inputs as a list of `media`; older ones have a member for each.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Price,
    Rule,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    frame_size_field_mapper,
    passthrough_field_mapper,
)

from . import fields, prices
from .routes import VIDEOS

SOURCE = (
    "comfy-cli 1.23.0 (OpenAPI: WanVideoGenerationRequest); @ai-sdk/alibaba 1.0.61; dashscope 2.0.2; "
    "Model Studio documentation (Wan API references); read 2026-11-27"
)
TYPICAL_SECONDS = 120.0
"""Model Studio documentation: 1 to 5 minutes."""

RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4")
SIZES: Mapping[str, Mapping[str, str]] = {
    "1080p": {
        "16:9": "1920*1080", "9:16": "1080*1920", "1:1": "1440*1440", "4:3": "1632*1248", "3:4": "1248*1632",
    },
    "720p": {"16:9": "1280*720", "9:16": "720*1280", "1:1": "960*960", "4:3": "1088*832", "3:4": "832*1088"},
    "480p": {"16:9": "832*480", "9:16": "480*832", "1:1": "624*624"},
}  # fmt: skip
"""Pixels of the models that take a size, by resolution and shape; the server's own default first."""

FRAMES_OR_REFERENCES = tuple(
    Rule(
        when={name: ()},
        allow=dict.fromkeys(fields.FRAME_FIELDS, ()),
        reason="together with references, which exclude frames",
    )
    for name in (*fields.REFERENCE_FIELDS, "video")
)
END_NEEDS_START = Rule(when={"last_frame": ()}, require=("first_frame",), reason="with a last frame")
CLIP_OR_FRAME = Rule(
    when={"video": ()}, allow={"first_frame": ()}, reason="with an input video, which the result continues"
)


def _base(*, longest_prompt: int, prompt_required: bool = True) -> dict[str, FieldMapper]:
    return {
        "prompt": fields.prompt(longest_prompt, required=prompt_required),
        "negative_prompt": fields.negative_prompt(),
        "seed": fields.seed(),
        "prompt_extend": fields.prompt_extend(),
    }


def _row(
    name: str,
    members: dict[str, FieldMapper],
    *,
    costs: tuple[Price, ...] = (),
    rules: tuple[Rule, ...] = (),
    sounds: bool = False,
    seconds: int | None = 5,
    resolution: str = "1080p",
) -> Model:
    """Return a row; `sounds` says that every result has sound, and `seconds` is the server's own length."""
    inputs = ("first_frame", "last_frame", "reference_image", "reference_video", "first_clip", "video")
    length = {} if seconds is None else {"duration_seconds": seconds}
    return Model(
        id=name,
        modality="video",
        fields=members,
        fixed={"number_of_videos": 1, **({"generate_audio": True} if sounds else {})},
        defaults={"resolution": resolution, **length, **prices.DEFAULT_REGION},
        rules=rules,
        replaced_by=fields.replaced_by_media(members, *inputs),
        route=VIDEOS,
        prices=costs,
        typical_seconds=TYPICAL_SECONDS,
        source=SOURCE,
    )


def _wan_3(name: str, costs: tuple[Price, ...]) -> Model:
    """Return the row of a model for text, frames and references alike."""
    members = {
        **_base(longest_prompt=20_000),
        "duration": duration_field_mapper("int", minimum=2, maximum=30),
        "resolution": fields.tiers("480p", "720p", "1080p"),
        "ratio": aspect_ratio_field_mapper(("adaptive", *RATIOS)),
        "audio": passthrough_field_mapper("generate_audio"),
        "first_frame": fields.frame("first_frame"),
        "last_frame": fields.frame("last_frame"),
        "reference_image": fields.references(10),
        "reference_video": fields.clip(),
        "extra_params": fields.parameters(
            "enable_thinking", "file", "link", "media", media=("reference_audio", "reference_video")
        ),
    }
    return _row(name, members, costs=costs, rules=(*FRAMES_OR_REFERENCES, END_NEEDS_START))


def _wan_2_7(longest_seconds: int) -> dict[str, FieldMapper]:
    return {
        **_base(longest_prompt=5000),
        "duration": duration_field_mapper("int", minimum=2, maximum=longest_seconds),
        "resolution": fields.tiers("720p", "1080p"),
    }


def _text_2_7() -> Model:
    members = {
        **_wan_2_7(15),
        "ratio": aspect_ratio_field_mapper(RATIOS),
        "extra_params": fields.parameters(media=("audio_url",)),
    }
    return _row("wan2.7-t2v", members, costs=prices.WAN_2_7, sounds=True)


def _image_2_7() -> Model:
    members = {
        **_wan_2_7(15),
        "prompt": fields.prompt(5000, required=False),
        "first_frame": fields.frame("first_frame", required=True),
        "last_frame": fields.frame("last_frame"),
        "first_clip": fields.clip(),
        "extra_params": fields.parameters("media", media=("driving_audio",)),
    }
    return _row("wan2.7-i2v", members, costs=prices.WAN_2_7, rules=(CLIP_OR_FRAME,), sounds=True)


def _references_2_7() -> Model:
    members = {
        **_wan_2_7(10),
        "ratio": aspect_ratio_field_mapper(RATIOS),
        "first_frame": fields.frame("first_frame"),
        "reference_image": fields.references(5, required=True),
        "reference_video": fields.clip(),
        "extra_params": fields.parameters("media", media=("reference_video",)),
    }
    return _row("wan2.7-r2v", members, costs=prices.WAN_2_7, sounds=True)


def _edit_2_7() -> Model:
    members = {
        **_wan_2_7(10),
        "prompt": fields.prompt(5000, required=False),
        "ratio": aspect_ratio_field_mapper(RATIOS),
        "video": fields.clip(required=True),
        "reference_image": fields.references(3),
        "extra_params": fields.parameters("audio_setting", "media"),
    }
    # without a length, the result is as long as the input
    return _row("wan2.7-videoedit", members, seconds=None)


def _sized(*resolutions: str) -> FieldMapper:
    return frame_size_field_mapper(
        {(ratio, resolution): size for resolution in resolutions for ratio, size in SIZES[resolution].items()}
    )


def _older(name: str, lengths: tuple[int, ...], **members: FieldMapper) -> Model:
    """Return the row of a model before Wan 2.7."""
    sounds = "t2v" in name and name.startswith("wan2.6")
    extra = () if name.startswith("wan2.5") else ("shot_type",)
    needs_prompt = "-i2v" not in name
    table = {
        **_base(longest_prompt=1500, prompt_required=needs_prompt),
        "duration": duration_field_mapper("int", lengths),
        **members,
        "extra_params": fields.parameters(*extra, media=() if "r2v" in name else ("audio_url",)),
    }
    if not sounds:
        table["audio"] = passthrough_field_mapper("generate_audio")
    return _row(name, table, sounds=sounds)


def _older_rows() -> tuple[Model, ...]:
    frame = fields.frame("first_frame", required=True)
    sharp = fields.tiers("720p", "1080p")
    references = {"reference_urls": fields.references(5, required=True), "reference_video": fields.clip()}
    return (
        _older(
            "wan2.5-i2v-preview", (5, 10), img_url=frame, resolution=fields.tiers("480p", "720p", "1080p")
        ),
        _older("wan2.5-t2v-preview", (5, 10), size=_sized("1080p", "720p", "480p")),
        _older("wan2.6-i2v", (5, 10, 15), img_url=frame, resolution=sharp),
        _older("wan2.6-i2v-flash", (5, 10, 15), img_url=frame, resolution=sharp),
        _older("wan2.6-r2v", (5, 10), size=_sized("1080p", "720p"), **references),
        _older("wan2.6-r2v-flash", (5, 10), size=_sized("1080p", "720p"), **references),
        _older("wan2.6-t2v", (5, 10, 15), size=_sized("1080p", "720p")),
    )


WAN_ROWS = (
    *_older_rows(),
    _image_2_7(),
    _references_2_7(),
    _text_2_7(),
    _edit_2_7(),
    _wan_3("wan3.0-video", prices.WAN_3),
    _wan_3("wan3.0-video-prime", prices.WAN_3_PRIME),
)
GENERIC_VIDEO = Model(
    id="*",
    modality="video",
    generic=True,
    fields={
        "prompt": passthrough_field_mapper("prompt"),
        "negative_prompt": passthrough_field_mapper("negative_prompt"),
        "seed": fields.seed(),
        "prompt_extend": fields.prompt_extend(),
        "duration": duration_field_mapper("int", minimum=1),
        "resolution": fields.tiers("480p", "720p", "1080p"),
        "ratio": passthrough_field_mapper("aspect_ratio"),
        "audio": passthrough_field_mapper("generate_audio"),
        "first_frame": fields.frame("first_frame"),
        "last_frame": fields.frame("last_frame"),
        "reference_image": fields.references(10),
        "reference_video": fields.clip(),
        "extra_params": fields.parameters("media", "size"),
    },
    replaced_by=dict.fromkeys(("first_frame", "last_frame", "reference_image", "reference_video"), "media"),
    route=VIDEOS,
    source="unverified: what Wan 3.0 takes, for names without a row",
)
