"""Owns which members each model of Model Studio takes, and what the simulator refuses in them.

Source: comfy-cli 1.23.0 (OpenAPI: Wan… and Qwen… requests); @ai-sdk/alibaba 1.0.61; dashscope 2.0.2; read 2026-11-27.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4")
MORE_RATIOS = (*RATIOS, "4:5", "5:4", "21:9", "9:21")
SIZES = {
    "480P": ("832*480", "480*832", "624*624"),
    "720P": ("1280*720", "720*1280", "960*960", "1088*832", "832*1088"),
    "1080P": ("1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632"),
}
USUAL = frozenset({"watermark", "seed", "prompt_extend"})
SDK_LEFTOVERS = frozenset({"extend_prompt", "function", "is_async"})
"""Arguments of dashscope 2.0.2 that reach the body although no endpoint documents them."""
DESCRIBED = frozenset({"prompt", "negative_prompt"})


@dataclass(frozen=True, kw_only=True)
class VideoModel:
    """What one video model takes: members of `input` and `parameters`, and how many media of a type, at least and at most."""

    inputs: frozenset[str] = DESCRIBED
    parameters: frozenset[str] = USUAL
    lengths: frozenset[int] = frozenset()
    tiers: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    media: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    needs_prompt: bool = True
    needs: tuple[tuple[str, ...], ...] = ()
    """Groups of inputs, of each of which one is needed."""


def _up_to(least: int, most: int) -> frozenset[int]:
    return frozenset(range(least, most + 1))


def _listed(
    *extra: str, lengths: frozenset[int], ratios: tuple[str, ...] = (), tiers: tuple[str, ...] = ("720P", "1080P"),
    media: Mapping[str, tuple[int, int]] | None = None, needs_prompt: bool = True, audio_url: bool = False,
    needs: tuple[tuple[str, ...], ...] = (),
) -> VideoModel:  # fmt: skip
    """Return a model that takes its inputs as a list."""
    named = {"resolution", *(("duration",) if lengths else ()), *(("ratio",) if ratios else ())}
    return VideoModel(
        inputs=DESCRIBED | (frozenset({"media"}) if media else frozenset())
        | (frozenset({"audio_url"}) if audio_url else frozenset()),
        parameters=USUAL | named | frozenset(extra),
        lengths=lengths, tiers=tiers, ratios=ratios, media=media or {}, needs_prompt=needs_prompt, needs=needs,
    )  # fmt: skip


ALL_TIERS = ("480P", "720P", "1080P")
WAN_3 = _listed(
    "audio",
    "enable_thinking",
    lengths=_up_to(2, 30) | {-1},
    ratios=("adaptive", *RATIOS),
    tiers=ALL_TIERS,
    media={
        "first_frame": (0, 1), "last_frame": (0, 1), "reference_image": (0, 10), "reference_video": (0, 5),
        "reference_audio": (0, 5), "file": (0, 1), "link": (0, 1),
    },
)  # fmt: skip


def _horse(tiers: tuple[str, ...], ratios: tuple[str, ...]) -> dict[str, VideoModel]:
    lengths = _up_to(3, 15)
    return {
        "t2v": _listed(lengths=lengths, tiers=tiers, ratios=ratios),
        "i2v": _listed(lengths=lengths, tiers=tiers, media={"first_frame": (1, 1)}, needs_prompt=False),
        "r2v": _listed(lengths=lengths, tiers=tiers, ratios=ratios, media={"reference_image": (1, 9)}),
    }


def _older(*inputs: str, lengths: tuple[int, ...], parameters: tuple[str, ...]) -> VideoModel:
    return VideoModel(
        inputs=DESCRIBED | frozenset(inputs),
        parameters=USUAL | {"duration", *parameters},
        lengths=frozenset(lengths),
        tiers=("720P", "1080P"),
        needs_prompt="img_url" not in inputs,
        needs=tuple((name,) for name in inputs if name in ("img_url", "reference_urls")),
    )


VIDEO_MODELS: Mapping[str, VideoModel] = {
    "wan3.0-video": WAN_3,
    "wan3.0-video-prime": WAN_3,
    "wan2.7-t2v": _listed(lengths=_up_to(2, 15), ratios=RATIOS, audio_url=True),
    "wan2.7-i2v": _listed(
        lengths=_up_to(2, 15),
        media={"first_frame": (0, 1), "last_frame": (0, 1), "driving_audio": (0, 1), "first_clip": (0, 1)},
        needs_prompt=False,
        needs=(("first_frame", "first_clip"),),
    ),
    "wan2.7-r2v": _listed(
        "shot_type",
        lengths=_up_to(2, 10),
        ratios=RATIOS,
        media={"first_frame": (0, 1), "reference_image": (0, 5), "reference_video": (0, 3)},
        needs=(("reference_image", "reference_video"),),
    ),
    "wan2.7-videoedit": _listed(
        "audio_setting",
        lengths=_up_to(2, 10) | {0},
        ratios=RATIOS,
        media={"video": (1, 1), "reference_image": (0, 3)},
        needs_prompt=False,
    ),
    "wan2.6-t2v": _older("audio_url", lengths=(5, 10, 15), parameters=("size", "shot_type")),
    "wan2.6-i2v": _older("img_url", "audio_url", lengths=(5, 10, 15), parameters=("resolution", "audio", "shot_type")),
    "wan2.6-i2v-flash": _older(
        "img_url", "audio_url", lengths=(5, 10, 15), parameters=("resolution", "audio", "shot_type")
    ),
    "wan2.6-r2v": _older("reference_urls", lengths=(5, 10), parameters=("size", "audio", "shot_type")),
    "wan2.6-r2v-flash": _older("reference_urls", lengths=(5, 10), parameters=("size", "audio", "shot_type")),
    "wan2.5-t2v-preview": _older("audio_url", lengths=(5, 10), parameters=("size", "audio")),
    "wan2.5-i2v-preview": _older("img_url", "audio_url", lengths=(5, 10), parameters=("resolution", "audio")),
    **{f"happyhorse-1.0-{kind}": model for kind, model in _horse(("720P", "1080P"), RATIOS).items()},
    **{f"happyhorse-1.1-{kind}": model for kind, model in _horse(ALL_TIERS, MORE_RATIOS).items()},
    "happyhorse-1.0-video-edit": _listed(
        "audio_setting", lengths=frozenset(), media={"video": (1, 1), "reference_image": (0, 5)}
    ),
}  # fmt: skip
SNAPSHOT = re.compile(r"-20\d\d-\d\d-\d\d$")
"""The end of a dated version of a model, such as "wan2.7-t2v-2026-06-12"."""


def video_complaint(model: str, inputs: Mapping[str, object], parameters: Mapping[str, object]) -> str | None:
    """Return the first thing wrong with a request for a video, or None."""
    taken = VIDEO_MODELS[SNAPSHOT.sub("", model)]
    for place, given, known in (
        ("input", inputs, taken.inputs),
        ("parameters", parameters, taken.parameters),
    ):
        if unknown := sorted(set(given) - known - SDK_LEFTOVERS):
            return f"{place}.{unknown[0]} is not supported"
    if taken.needs_prompt and not inputs.get("prompt"):
        return "Field required: input.prompt"
    return _parameter_complaint(taken, model, parameters) or _media_complaint(taken, inputs)


def _parameter_complaint(taken: VideoModel, model: str, parameters: Mapping[str, object]) -> str | None:
    length = parameters.get("duration")
    if length is not None and (type(length) is not int or length not in taken.lengths):
        return f"The duration is not valid, must be in {sorted(taken.lengths)}"
    tier = parameters.get("resolution")
    tiers = ALL_TIERS if model.startswith("wan2.5") else taken.tiers
    if tier is not None and tier not in tiers:
        return f"The resolution is not valid, must be in {list(tiers)}"
    if "ratio" in parameters and parameters["ratio"] not in taken.ratios:
        return f"The ratio is not valid, must be in {list(taken.ratios)}"
    offered = [size for tier in tiers for size in SIZES[tier]]
    if "size" in parameters and parameters["size"] not in offered:
        return f"The size is not match {parameters['size']}"
    return None


def _media_complaint(taken: VideoModel, inputs: Mapping[str, object]) -> str | None:
    found: dict[str, int] = {}
    media = inputs.get("media", [])
    if not isinstance(media, list):
        return "input.media must be a list"
    for item in media:
        if (
            not isinstance(item, dict)
            or set(item) - {"type", "url", "reference_voice"}
            or not item.get("url")
        ):
            return "input.media has an item without type and url"
        found[str(item.get("type"))] = found.get(str(item.get("type")), 0) + 1
    if unknown := sorted(set(found) - set(taken.media)):
        return f"media type {unknown[0]} is not supported"
    for kind, (least, most) in taken.media.items():
        if not least <= found.get(kind, 0) <= most:
            return f"media must have {least} to {most} of {kind}"
    if (
        taken is WAN_3
        and {"first_frame", "last_frame"} & found.keys()
        and any("frame" not in kind for kind in found)
    ):
        return "frames and references cannot be combined"
    present = found.keys() | inputs.keys()
    missing = next((group for group in taken.needs if not present.intersection(group)), None)
    return None if missing is None else f"Field required: {' or '.join(missing)}"


@dataclass(frozen=True, kw_only=True)
class ImageModel:
    """What one image model takes: images per call, input images, and the words and areas of its sizes."""

    most: int = 1
    inputs: tuple[int, int] = (0, 0)
    area: tuple[int, int] | None = None
    words: tuple[str, ...] = ()
    parameters: frozenset[str] = frozenset(
        {"watermark", "seed", "size", "n", "prompt_extend", "negative_prompt"}
    )


FIVE_SIZES = ("1664*928", "1472*1104", "1328*1328", "1104*1472", "928*1664")
WAN_IMAGE = frozenset(
    {"watermark", "seed", "size", "n", "enable_sequential", "thinking_mode", "bbox_list", "color_palette"}
)
AREA_2K = (512 * 512, 2048 * 2048)
THREE = frozenset({"prompt_extend_mode"}) | ImageModel().parameters
IMAGE_MODELS: Mapping[str, ImageModel] = {
    "qwen-image-2.0": ImageModel(most=6, inputs=(0, 3), area=AREA_2K),
    "qwen-image-2.0-pro": ImageModel(most=6, inputs=(0, 3), area=AREA_2K),
    "qwen-image-3.0": ImageModel(most=6, inputs=(0, 3), area=(512 * 512, 2560 * 2560), parameters=THREE),
    "qwen-image-3.0-pro": ImageModel(most=6, inputs=(0, 3), area=(512 * 512, 2560 * 2560), parameters=THREE),
    "qwen-image-edit": ImageModel(inputs=(1, 3), area=AREA_2K),
    "qwen-image-edit-max": ImageModel(most=6, inputs=(1, 3), area=AREA_2K),
    "qwen-image-edit-plus": ImageModel(most=6, inputs=(1, 3), area=AREA_2K),
    "qwen-image-max": ImageModel(words=FIVE_SIZES),
    "qwen-image-plus": ImageModel(words=FIVE_SIZES),
    "z-image-turbo": ImageModel(area=AREA_2K),
    "wan2.7-image": ImageModel(
        most=12, inputs=(0, 9), area=(768 * 768, 2048 * 2048), words=("1K", "2K"), parameters=WAN_IMAGE
    ),
    "wan2.7-image-pro": ImageModel(
        most=12, inputs=(0, 9), area=(768 * 768, 4096 * 4096), words=("1K", "2K", "4K"), parameters=WAN_IMAGE
    ),
    "wan2.6-image": ImageModel(most=4, inputs=(1, 4)),
    "wan2.6-t2i": ImageModel(most=4, area=(768 * 768, 1440 * 1440)),
    "wan2.5-t2i-preview": ImageModel(most=4, area=(768 * 768, 1440 * 1440)),
    "wan2.5-i2i-preview": ImageModel(most=4, inputs=(1, 2)),
}
AT_ONCE_ONLY = ("qwen-image", "z-image")
"""Beginnings of the models that make no tasks."""
DEFAULT_COUNTS = {
    "wan2.5-t2i-preview": 4,
    "wan2.6-t2i": 4,
    "wan2.6-image": 4,
    "wan2.7-image": 4,
    "wan2.7-image-pro": 4,
}
"""Images of a request that does not say how many."""


def image_complaint(
    model: str, images: list[object], prompt: object, parameters: Mapping[str, object]
) -> str | None:
    """Return the first thing wrong with a request for images, or None."""
    taken = IMAGE_MODELS[SNAPSHOT.sub("", model)]
    if unknown := sorted(set(parameters) - taken.parameters - SDK_LEFTOVERS):
        return f"parameters.{unknown[0]} is not supported"
    if not isinstance(prompt, str) or not prompt:
        return "Field required: prompt"
    least, most = taken.inputs
    if not least <= len(images) <= most:
        return f"the number of images must be {least} to {most}"
    count = parameters.get("n", 1)
    limit = (
        4
        if "enable_sequential" in taken.parameters and not parameters.get("enable_sequential")
        else taken.most
    )
    if type(count) is not int or not 1 <= count <= limit:
        return f"n must be 1 to {limit}"
    size = parameters.get("size")
    return None if size is None or _is_size(str(size), taken) else f"Size not supported: {size}"


def _is_size(size: str, taken: ImageModel) -> bool:
    if size in taken.words:
        return True
    sides = re.fullmatch(r"(\d+)\*(\d+)", size)
    if sides is None or taken.words == FIVE_SIZES:
        return False
    pixels = int(sides[1]) * int(sides[2])
    return taken.area is None or taken.area[0] <= pixels <= taken.area[1]
