"""Owns what the endpoints of Black Forest Labs accept.

Source: Black Forest Labs' API reference; comfy-cli 1.23.0 (OpenAPI); @ai-sdk/black-forest-labs 2.0.41; read 2026-11-27;
Comfy-Org/docs (FLUX.3 Image), read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tarash.tarash_gateway.testing.simulator import unknown_fields

WEBHOOK = ("webhook_url", "webhook_secret")
COMMON = ("output_format", "safety_tolerance", "seed")
RATIOS = ("auto", "21:9", "2:1", "16:9", "4:3", "1:1", "3:4", "9:16")
IMAGE_3_RATIOS = (
    "auto", "21:9", "2:1", "16:9", "3:2", "7:5", "4:3", "5:4", "1:1", "4:5", "3:4", "5:7", "2:3", "9:16", "1:2", "9:21",
)  # fmt: skip
MEGAPIXELS_4 = 2048 * 2048
Complaint = tuple[str, str]
"""The member that is wrong, and what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What one image endpoint takes.

    Attributes:
        members: names of the members.
        required: those that must be there.
        images: those that are images, as base64 or URL.
        inline: those that are images as base64 only.
        sides: shortest and longest side in pixels, and what each is a multiple of.
        common: members that other endpoints take, too.
    """

    members: tuple[str, ...]
    required: tuple[str, ...] = ("prompt",)
    images: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    sides: tuple[int, int, int] = (64, 65536, 1)
    webhook: bool = True
    common: tuple[str, ...] = COMMON
    check: Callable[[Mapping[str, object]], Complaint | None] = field(default=lambda _body: None)


def _inputs(count: int) -> tuple[str, ...]:
    return tuple(f"input_image{'' if number == 1 else f'_{number}'}" for number in range(1, count + 1))


def _flux_2(references: int, *more: str) -> Endpoint:
    images = _inputs(references)
    return Endpoint(members=("prompt", "width", "height", "transparent_bg", *more, *images), images=images)


def _flux_1(*more: str) -> Endpoint:
    return Endpoint(
        members=("prompt", "width", "height", "image_prompt", "prompt_upsampling", *more),
        inline=("image_prompt",),
        sides=(256, 1440, 32),
    )


def _aspect(body: Mapping[str, object]) -> Complaint | None:
    width, _, height = str(body.get("aspect_ratio", "1:1")).partition(":")
    if not (width.isdigit() and height.isdigit() and 9 / 21 <= int(width) / int(height) <= 21 / 9):
        return "aspect_ratio", "Input should be between 21:9 and 9:21"
    return None


def _flux_3_image(body: Mapping[str, object]) -> Complaint | None:
    if body.get("aspect_ratio", "auto") not in IMAGE_3_RATIOS:
        return "aspect_ratio", f"Input should be {', '.join(IMAGE_3_RATIOS)}"
    if body.get("resolution", "1k") not in ("768sq", "1k", "1.5k", "2k", "4k"):
        return "resolution", "Input should be 768sq, 1k, 1.5k, 2k or 4k"
    images = body.get("images", [])
    if not isinstance(images, list) or len(images) > 10 or not all(_is_media(image) for image in images):
        return "images", "Input should be a list of at most 10 items, each base64 or a URL"
    return None


IMAGE_3 = Endpoint(
    members=("prompt", "images", "aspect_ratio", "resolution", "safety_tolerance", "grounding", "version"),
    webhook=False,
    common=(),
    check=_flux_3_image,
)
KONTEXT = Endpoint(
    members=("prompt", "aspect_ratio", "prompt_upsampling", *_inputs(4)), images=_inputs(4), check=_aspect
)
ENDPOINTS: Mapping[str, Endpoint] = {
    "flux-2-pro": _flux_2(8),
    "flux-2-max": _flux_2(8),
    "flux-2-flex": _flux_2(8, "guidance", "steps", "prompt_upsampling"),
    "flux-2-klein-4b": _flux_2(4),
    "flux-2-klein-9b": _flux_2(4),
    "flux-3-image": IMAGE_3,
    "flux-3-image-klein": replace(
        IMAGE_3,
        members=(
            *("prompt", "images", "aspect_ratio", "resolution", "safety_tolerance", "seed"),
            *("width", "height", "output_format", "steps"),
        ),
    ),
    "flux-kontext-pro": KONTEXT,
    "flux-kontext-max": KONTEXT,
    "flux-pro-1.1": _flux_1(),
    "flux-pro": _flux_1("guidance", "interval", "steps"),
    "flux-dev": _flux_1("guidance", "steps"),
    "flux-pro-1.1-ultra": Endpoint(
        members=(
            "prompt",
            "aspect_ratio",
            "prompt_upsampling",
            "raw",
            "image_prompt",
            "image_prompt_strength",
        ),
        inline=("image_prompt",),
        check=_aspect,
    ),
    "flux-pro-1.0-fill": Endpoint(
        members=("prompt", "image", "mask", "guidance", "steps", "prompt_upsampling"),
        required=("image",),
        images=("image", "mask"),
    ),
    "flux-pro-1.0-expand": Endpoint(
        members=(
            "prompt",
            "image",
            "guidance",
            "steps",
            "prompt_upsampling",
            "top",
            "bottom",
            "left",
            "right",
        ),
        required=("image",),
        images=("image",),
    ),
    "flux-tools/deblur-v1": Endpoint(members=("image",), required=("image",), images=("image",)),
    "flux-tools/erase-v1": Endpoint(
        members=("image", "mask", "dilate_pixels"), required=("image", "mask"), images=("image", "mask")
    ),
    "flux-tools/outpainting-v1": Endpoint(
        members=(
            "prompt",
            "input_image",
            "width",
            "height",
            "reference_offset_x",
            "reference_offset_y",
            "auto_crop",
            "mode",
        ),
        required=("input_image", "width", "height"),
        images=("input_image",),
        webhook=False,
    ),
    "flux-tools/vto-v1": Endpoint(
        members=("prompt", "person", "garment"),
        required=("prompt", "person", "garment"),
        images=("person", "garment"),
    ),
}
VIDEO_MODELS = ("flux-3-video", "flux-tools/video-upscale-v1")
EVERY_MODE = ("mode", "safety_tolerance")
GENERATING = (
    *EVERY_MODE, "prompt", "aspect_ratio", "duration", "resolution", "generate_audio", "version", "draft", "batch",
)  # fmt: skip
MODES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "t2v": (GENERATING, ("prompt",)),
    "i2v": ((*GENERATING, "keyframes"), ("prompt", "keyframes")),
    "v2v": ((*GENERATING, "start_video"), ("prompt", "start_video")),
    "draft_enhance": ((*EVERY_MODE, "draft_cache"), ("draft_cache",)),
}
"""Mode → the members that it takes, and those that it needs."""


def complaint(model: str, body: Mapping[str, object]) -> Complaint | None:
    """The first thing wrong with a submission, or None."""
    if model == "flux-3-video":
        return _flux_3(body)
    if model == "flux-tools/video-upscale-v1":
        upscaler = Endpoint(
            members=("input_video", "prompt", "creativity", "upscale_factor"),
            required=("input_video",),
            images=("input_video",),
        )
        return _image(upscaler, body)
    return _image(ENDPOINTS[model], body)


def _image(endpoint: Endpoint, body: Mapping[str, object]) -> Complaint | None:
    allowed = (*endpoint.members, *endpoint.common, *(WEBHOOK if endpoint.webhook else ()))
    return (
        _members(body, allowed, endpoint.required)
        or _sides(endpoint, body)
        or next((found for name in endpoint.images if (found := _media(name, body)) is not None), None)
        or next(
            (found for name in endpoint.inline if (found := _media(name, body, url=False)) is not None), None
        )
        or endpoint.check(body)
    )


def _flux_3(body: Mapping[str, object]) -> Complaint | None:
    mode = body.get("mode")
    if mode not in MODES:
        return "mode", f"Input should be {', '.join(MODES)}"
    wrong = _members(body, *MODES[str(mode)])
    if wrong is not None:
        return wrong
    seconds = body.get("duration", "auto")
    if seconds != "auto" and not (type(seconds) is int and 5 <= seconds <= 20):
        return "duration", "Input should be auto, or a whole number from 5 to 20"
    if body.get("aspect_ratio", "auto") not in RATIOS:
        return "aspect_ratio", f"Input should be {', '.join(RATIOS)}"
    if body.get("resolution", "hd") not in ("hd", "fhd"):
        return "resolution", "Input should be hd or fhd"
    frames = body.get("keyframes", [])
    if not isinstance(frames, list) or len(frames) > 10:
        return "keyframes", "List should have at most 10 items"
    if len(frames) > 2 and seconds == "auto" and isinstance(frames[0], str):
        return "duration", "Field required with three or more keyframes"
    pictures = [frame[1] if isinstance(frame, list) else frame for frame in frames]
    if not all(_is_media(picture) for picture in pictures):
        return "keyframes", "Input should be base64 or a URL"
    return _media("start_video", body)


def _members(
    body: Mapping[str, object], allowed: tuple[str, ...], required: tuple[str, ...]
) -> Complaint | None:
    unknown = unknown_fields(body, allowed)
    if unknown:
        return unknown[0], "Extra inputs are not permitted"
    missing = [name for name in required if not body.get(name)]
    return (missing[0], "Field required") if missing else None


def _sides(endpoint: Endpoint, body: Mapping[str, object]) -> Complaint | None:
    low, high, step = endpoint.sides
    sides = [body[name] for name in ("width", "height") if name in body]
    for side in sides:
        if type(side) is not int or not low <= side <= high or side % step:
            return "width", f"Input should be a multiple of {step} from {low} to {high}"
    if len(sides) == 2 and int(str(sides[0])) * int(str(sides[1])) > MEGAPIXELS_4:
        return "width", "the image should have at most 4 megapixels"
    return None


def _media(name: str, body: Mapping[str, object], *, url: bool = True) -> Complaint | None:
    if name not in body or _is_media(body[name], url=url):
        return None
    return name, f"Input should be base64{' or a URL' if url else ''}"


def _is_media(value: object, *, url: bool = True) -> bool:
    """Whether it is plain base64, not a `data:` URL, or perhaps a URL."""
    if not isinstance(value, str) or not value or value.startswith("data:"):
        return False
    return url or not value.startswith("http")
