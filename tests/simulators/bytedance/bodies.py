"""Owns what ModelArk accepts: the members of a video task and of an image request, and their values.

Source: comfy-cli 1.23.0 (OpenAPI); byteplus-python-sdk-v2 3.0.63 (tasks.create, images.generate); read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.testing.simulator import unknown_fields

RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive")
TASK_MEMBERS = (
    "model", "content", "safety_identifier", "callback_url", "return_last_frame", "service_tier",
    "execution_expires_after", "priority", "generate_audio", "draft", "camera_fixed", "watermark", "seed",
    "resolution", "ratio", "duration", "frames", "output_format", "omni_reference_task_type", "tools",
)  # fmt: skip
IMAGE_MEMBERS = (
    "model", "prompt", "image", "response_format", "size", "seed", "guidance_scale", "watermark",
    "optimize_prompt", "optimize_prompt_options", "sequential_image_generation", "sequential_image_generation_options", "tools",
    "output_format", "layer_decomposition", "background",
)  # fmt: skip
ITEM_KINDS = {
    "first_frame": "image_url",
    "last_frame": "image_url",
    "reference_image": "image_url",
    "reference_video": "video_url",
    "reference_audio": "audio_url",
}


@dataclass(frozen=True, kw_only=True)
class VideoLimits:
    """What one video model takes."""

    seconds: tuple[int, int]
    resolutions: tuple[str, ...] = ("480p", "720p", "1080p")
    roles: tuple[str, ...] = ("first_frame", "last_frame")
    sound: bool = True


@dataclass(frozen=True, kw_only=True)
class ImageLimits:
    """What one image model takes: steps, number of pixels, input images."""

    steps: tuple[str, ...]
    pixels: tuple[int, int]
    images: int = 14


V1 = VideoLimits(seconds=(2, 12), sound=False)
LITE = VideoLimits(seconds=(2, 12), sound=False, roles=("first_frame", "last_frame", "reference_image"))
EVERY_ROLE = tuple(ITEM_KINDS)
SMALL = VideoLimits(seconds=(4, 15), resolutions=("480p", "720p"), roles=EVERY_ROLE)
LARGE = VideoLimits(seconds=(4, 15), resolutions=("480p", "720p", "1080p", "4k"), roles=EVERY_ROLE)
LONG = VideoLimits(seconds=(4, 30), roles=EVERY_ROLE)
VIDEO_MODELS: Mapping[str, VideoLimits] = {
    "seedance-1-0-lite-i2v-250428": LITE,
    "seedance-1-0-lite-t2v-250428": VideoLimits(seconds=(2, 12), sound=False, roles=()),
    "seedance-1-0-pro-250528": V1,
    "seedance-1-0-pro-fast-251015": VideoLimits(seconds=(2, 12), sound=False, roles=("first_frame",)),
    "seedance-1-5-pro-251215": VideoLimits(seconds=(4, 12)),
    "dreamina-seedance-2-0-260128": LARGE,
    "dreamina-seedance-2-0-fast-260128": SMALL,
    "dreamina-seedance-2-0-mini": SMALL,
    "dreamina-seedance-2-5-260628": LONG,
}
SQUARE_1K, SQUARE_2K, SQUARE_3K, SQUARE_4K = (side * side for side in (1024, 2048, 3072, 4096))
PRO = ImageLimits(steps=("1K", "2K"), pixels=(SQUARE_1K, SQUARE_2K), images=10)
IMAGE_MODELS: Mapping[str, ImageLimits] = {
    "seedream-3-0-t2i-250415": ImageLimits(steps=(), pixels=(512 * 512, SQUARE_2K), images=0),
    "seedream-4-0-250828": ImageLimits(steps=("1K", "2K", "4K"), pixels=(SQUARE_1K, SQUARE_4K)),
    "seedream-4-5-251128": ImageLimits(steps=("2K", "4K"), pixels=(2560 * 1440, SQUARE_4K)),
    "seedream-5-0-260128": ImageLimits(steps=("2K", "3K"), pixels=(2560 * 1440, SQUARE_3K)),
    "seedream-5-0-lite-260128": ImageLimits(steps=("2K", "3K"), pixels=(2560 * 1440, SQUARE_3K)),
    "seedream-5-0-pro-260628": PRO,
    "dola-seedream-5-0-pro-260628": PRO,
    "dola-seedream-5-5-261028": ImageLimits(
        steps=("1K", "1.5K", "2K"), pixels=(SQUARE_1K, SQUARE_2K), images=10
    ),
}


def known_name(model: object) -> str:
    """The BytePlus name of a model; Volcengine's names begin with "doubao-"."""
    name = str(model)
    if not name.startswith("doubao-"):
        return name
    bare = name.removeprefix("doubao-")
    twins = {
        "seedance-2-0-260128": "dreamina-seedance-2-0-260128",
        "seedance-2-0-fast-260128": "dreamina-seedance-2-0-fast-260128",
        "seedance-2-0-mini-260615": "dreamina-seedance-2-0-mini",
        "seedance-2-5-260628": "dreamina-seedance-2-5-260628",
    }
    return twins.get(bare, bare)


def task_complaint(body: Mapping[str, object]) -> str | None:
    """The first thing wrong with a video task, or None."""
    limits = VIDEO_MODELS[known_name(body["model"])]
    unknown = unknown_fields(body, TASK_MEMBERS)
    if unknown:
        return f"unknown field {unknown[0]}"
    wrong = _content_complaint(body.get("content"), limits)
    if wrong is not None:
        return wrong
    seconds = body.get("duration", 5)
    low, high = limits.seconds
    if type(seconds) is not int or not (low <= seconds <= high or (seconds == -1 and limits.sound)):
        return f"duration must be between {low} and {high}"
    if body.get("resolution", "720p") not in limits.resolutions:
        return f"resolution must be one of {', '.join(limits.resolutions)}"
    if body.get("ratio", "16:9") not in RATIOS:
        return "ratio is not supported"
    if "generate_audio" in body and not limits.sound:
        return "generate_audio is not supported by this model"
    expiry = body.get("execution_expires_after", 172800)
    if type(expiry) is not int or not 3600 <= expiry <= 259200:
        return "execution_expires_after must be between 3600 and 259200"
    seed = body.get("seed", -1)
    return None if type(seed) is int and -1 <= seed < 2**32 else "seed is out of range"


def _content_complaint(content: object, limits: VideoLimits) -> str | None:
    if not isinstance(content, list) or not content:
        return "content must be a list with at least one item"
    roles: list[str] = []
    for item in content:
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "text":
            if not isinstance(item.get("text"), str) or not item["text"]:
                return "content.text must be a text"
            continue
        # a picture without a role is the first frame
        role = str(item.get("role", "first_frame")) if isinstance(item, dict) else ""
        if role not in limits.roles or ITEM_KINDS[role] != kind:
            return f"the role {role} is not supported by this model"
        if not _is_url(item.get(str(kind)), inline=kind != "video_url"):
            return f"{kind}.url must be an https or data URL"
        roles.append(role)
    framed = {"first_frame", "last_frame"} & set(roles)
    if framed and set(roles) - framed:
        return "frames and references cannot be combined"
    return "a last frame needs a first one" if framed == {"last_frame"} else None


def image_complaint(body: Mapping[str, object]) -> str | None:
    """The first thing wrong with an image request, or None."""
    limits = IMAGE_MODELS[known_name(body["model"])]
    unknown = unknown_fields(body, IMAGE_MEMBERS)
    if unknown:
        return f"unknown field {unknown[0]}"
    if not isinstance(body.get("prompt"), str) or not body["prompt"]:
        return "prompt is required"
    images = body.get("image", [])
    listed = images if isinstance(images, list) else [images]
    if len(listed) > limits.images:
        return f"at most {limits.images} images"
    if not all(_is_url({"url": image}) for image in listed):
        return "image must be an https or data URL"
    if body.get("response_format", "url") not in ("url", "b64_json"):
        return "response_format must be url or b64_json"
    return _size_complaint(body.get("size"), limits)


def _size_complaint(size: object, limits: ImageLimits) -> str | None:
    if size is None or size in limits.steps:
        return None
    width, _, height = str(size).partition("x")
    if not (width.isdigit() and height.isdigit()):
        return f"size must be {', '.join(limits.steps)} or WIDTHxHEIGHT"
    low, high = limits.pixels
    if not low <= int(width) * int(height) <= high:
        return f"size must have {low} to {high} pixels"
    return None if 1 / 16 <= int(width) / int(height) <= 16 else "size is steeper than 1:16"


def _is_url(value: object, *, inline: bool = True) -> bool:
    url = value.get("url") if isinstance(value, dict) else None
    allowed = ("https://", "http://127.0.0.1", "asset://", *(("data:",) if inline else ()))
    return isinstance(url, str) and url.startswith(allowed)
