"""What fal charges for a unit, for the rows whose price depends on nothing else. Rows with conditions name their prices themselves.

The numbers are those of fal's own pricing API (`GET /v1/models/pricing`). To correct a price, change it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, Literal

from tarash.tarash_gateway.mapping import Model, Price

from .prices import FAL_PRICING_JULY, FIVE_SECONDS, OTHER_NAME, SAME_MODEL

Listed = Mapping[float, tuple[str, ...]]
"""Row ids by US dollars per unit."""

GALLERY: Final = "fal-ai/qwen-image-edit-*-lora-gallery"
SECONDS: Final[Listed] = {
    0.005: (
        "fal-ai/longcat-video/distilled/text-to-video/480p", "fal-ai/longcat-video/distilled/image-to-video/480p",
    ),
    0.01: (
        "fal-ai/longcat-video/distilled/text-to-video/720p", "fal-ai/longcat-video/distilled/image-to-video/720p",
    ),
    0.017: ("fal-ai/minimax/hailuo-02-fast/image-to-video",),
    0.025: ("fal-ai/longcat-video/text-to-video/480p", "fal-ai/longcat-video/image-to-video/480p"),
    0.04: ("fal-ai/longcat-video/text-to-video/720p", "fal-ai/longcat-video/image-to-video/720p"),
    0.045: ("fal-ai/kling-video/v1/standard/text-to-video", "fal-ai/kling-video/v1/standard/image-to-video"),
    0.05: ("xai/grok-imagine-video/edit-video", "xai/grok-imagine-video/extend-video"),
    0.056: ("fal-ai/kling-video/v1.6/standard/text-to-video", "fal-ai/kling-video/v1.6/standard/image-to-video"),
    0.0562: ("fal-ai/kling-video/ai-avatar/v2/standard", "fal-ai/kling-video/v1/standard/ai-avatar"),
    0.06: ("fal-ai/luma-dream-machine/ray-2-flash/reframe",),
    0.07: ("fal-ai/kling-video/v2.6/standard/motion-control",),
    0.075: ("fal-ai/hunyuan-video-v1.5/text-to-video", "fal-ai/hunyuan-video-v1.5/image-to-video"),
    0.084: ("fal-ai/kling-video/o1/standard/image-to-video", "fal-ai/kling-video/o1/standard/reference-to-video"),
    0.098: ("fal-ai/kling-video/v1.6/pro/text-to-video",),
    0.1: (
        "fal-ai/kling-video/v1.5/pro/text-to-video", "fal-ai/kling-video/v1.5/pro/image-to-video",
        "fal-ai/ltx-2.3/extend-video", "fal-ai/sora-2/video-to-video/remix",
    ),
    0.112: (
        "fal-ai/kling-video/o1/image-to-video", "fal-ai/kling-video/o1/reference-to-video",
        "fal-ai/kling-video/v2.6/pro/motion-control", "fal-ai/kling-video/v3/turbo/standard/text-to-video",
        "fal-ai/kling-video/v3/turbo/standard/image-to-video",
    ),
    0.115: ("fal-ai/kling-video/ai-avatar/v2/pro", "fal-ai/kling-video/v1/pro/ai-avatar"),
    0.12: ("fal-ai/luma-dream-machine/ray-2-flash/modify",),
    0.126: (
        "fal-ai/kling-video/o1/standard/video-to-video/edit", "fal-ai/kling-video/o1/standard/video-to-video/reference",
        "fal-ai/kling-video/v3/standard/motion-control",
    ),
    0.14: (
        "fal-ai/bytedance/omnihuman", "fal-ai/kling-video/v3/turbo/pro/text-to-video",
        "fal-ai/kling-video/v3/turbo/pro/image-to-video",
    ),
    0.16: ("fal-ai/bytedance/omnihuman/v1.5",),
    0.168: (
        "fal-ai/kling-video/o1/video-to-video/edit", "fal-ai/kling-video/o1/video-to-video/reference",
        "fal-ai/kling-video/v3/pro/motion-control",
    ),
    0.2: ("fal-ai/luma-dream-machine/ray-2/reframe",),
    0.28: ("fal-ai/kling-video/v2.1/master/text-to-video",),
    0.35: ("fal-ai/luma-dream-machine/ray-2/modify",),
    0.42: ("fal-ai/kling-video/v3/4k/text-to-video", "fal-ai/kling-video/v3/4k/image-to-video"),
    0.5: ("fal-ai/veo2",),
}  # fmt: skip
PER_FIVE_SECONDS: Final[Listed] = {1.5: ("moonvalley/marey/t2v", "moonvalley/marey/i2v")}
VIDEOS: Final[Listed] = {0.33: ("fal-ai/minimax/hailuo-2.3-fast/pro/image-to-video",)}
VIDEO_MEGAPIXELS: Final[Listed] = {
    usd: tuple(
        f"fal-ai/ltx-2-19b/{tier}{arm}-to-video{lora}" if arm != "extend" else f"fal-ai/ltx-2-19b/{tier}extend-video{lora}"
        for arm in ("text", "image", "video", "extend")
    )
    for usd, tier, lora in (
        (0.0008, "distilled/", ""), (0.001, "distilled/", "/lora"), (0.0018, "", ""), (0.002, "", "/lora"),
    )
}  # fmt: skip
IMAGES: Final[Listed] = {
    0.02: ("xai/grok-imagine-image", "xai/grok-imagine-image/edit"),
    0.03: (
        "fal-ai/bytedance/seedream/v4/text-to-image", "fal-ai/bytedance/seedream/v4/edit",
        "fal-ai/wan/v2.7/text-to-image", "fal-ai/wan/v2.7/edit",
    ),
    0.028: ("fal-ai/kling-image/o1", "fal-ai/kling-image/v3/text-to-image", "fal-ai/kling-image/v3/image-to-image"),
    0.035: (
        "fal-ai/qwen-image-2/text-to-image", "fal-ai/qwen-image-2/edit", "fal-ai/recraft/v4.1/text-to-image",
    ),
    0.04: ("bria/fibo/generate", "fal-ai/recraft/v3/image-to-image", "fal-ai/recraft/v4/text-to-image"),
    0.05: (
        "fal-ai/qwen-image-layered", "fal-ai/wan-25-preview/text-to-image", "fal-ai/wan-25-preview/image-to-image",
    ),
    0.06: ("fal-ai/qwen-image-layered/lora",),
    0.075: (
        "fal-ai/qwen-image-2/pro/text-to-image", "fal-ai/qwen-image-2/pro/edit", "fal-ai/qwen-image-max/text-to-image",
        "fal-ai/qwen-image-max/edit",
    ),
    0.21: ("fal-ai/recraft/v4.1/pro/text-to-image",),
    0.25: ("fal-ai/recraft/v4/pro/text-to-image",),
}  # fmt: skip
MEGAPIXELS: Final[Listed] = {
    0.005: (
        "fal-ai/luma-photon/flash", "fal-ai/luma-photon/flash/modify", "fal-ai/luma-photon/flash/reframe",
        "fal-ai/z-image/turbo", "fal-ai/z-image/turbo/image-to-image",
    ),
    0.0065: ("fal-ai/z-image/turbo/controlnet",),
    0.008: ("fal-ai/flux-2/turbo",),
    0.0085: ("fal-ai/z-image/turbo/lora",),
    0.009: ("fal-ai/flux-2/klein/4b", "fal-ai/flux-2/klein/4b/edit"),
    0.01: ("fal-ai/z-image/turbo/controlnet/lora", "fal-ai/z-image/turbo/inpaint"),
    0.011: ("fal-ai/flux-2/klein/9b", "fal-ai/flux-2/klein/9b/edit"),
    0.019: ("fal-ai/luma-photon", "fal-ai/luma-photon/modify", "fal-ai/luma-photon/reframe"),
    0.02: ("fal-ai/qwen-image-2512", "fal-ai/qwen-image/image-to-image", "fal-ai/z-image/turbo/tiling"),
    0.021: tuple(
        f"fal-ai/flux-2-lora-gallery/{task}"
        for task in (
            "add-background", "apartment-staging", "ballpoint-pen-sketch", "digital-comic-art", "face-to-full-portrait",
            "hdr-style", "multiple-angles", "realism", "satellite-view-style", "sepia-vintage", "virtual-tryon",
        )
    ),
    0.025: ("fal-ai/flux/dev/redux", "fal-ai/flux/schnell/redux", "fal-ai/z-image/turbo/tiling/lora"),
    0.03: (
        "fal-ai/qwen-image-edit", "fal-ai/qwen-image-edit-2509", "fal-ai/qwen-image-edit-2511",
        "fal-ai/qwen-image-edit-plus", "fal-ai/qwen-image-edit/image-to-image", "fal-ai/qwen-image-edit/inpaint",
    ),
    0.035: (
        "fal-ai/qwen-image-edit-2509-lora", "fal-ai/qwen-image-edit-2511-multiple-angles",
        "fal-ai/qwen-image-edit-2511/lora", "fal-ai/qwen-image-edit-plus-lora", f"{GALLERY}/*",
        f"{GALLERY}/lighting-restoration", f"{GALLERY}/multiple-angles", f"{GALLERY}/remove-lighting",
    ),
    0.05: ("fal-ai/flux-pro/v1/fill", "fal-ai/flux-pro/v1/redux"),
    0.06: ("fal-ai/flux-pro/v1/fill-finetuned",),
    0.065: ("fal-ai/stable-diffusion-v35-large",),
    0.09: ("fal-ai/hunyuan-image/v3/instruct/text-to-image",),
    0.1: ("fal-ai/hunyuan-image/v3/text-to-image",),
}  # fmt: skip
MEGAPIXELS_OTHER_NAME: Final[Listed] = {
    0.025: ("fal-ai/flux/krea/redux",),
    0.03: ("fal-ai/flux/dev/image-to-image",),
}
"""Listed as `fal-ai/flux-1/…`, fal's other name of the same endpoints."""
IMAGES_SAME_MODEL: Final[Listed] = {
    0.035: ("fal-ai/bytedance/seedream/v5/lite/text-to-image", "fal-ai/bytedance/seedream/v5/lite/edit"),
}
"""Listed as `bytedance/seedream/v5/lite/…`."""


def _prices(
    listed: Listed, unit: Literal["second", "video", "image", "megapixel"], source: str
) -> Iterator[tuple[str, Price]]:
    for usd, names in listed.items():
        for name in names:
            yield name, Price(usd=usd, unit=unit, source=source)


PRICES: Final[Mapping[str, Price]] = dict(
    (
        *_prices(SECONDS, "second", FAL_PRICING_JULY),
        *_prices({usd / 5: names for usd, names in PER_FIVE_SECONDS.items()}, "second", FIVE_SECONDS),
        *_prices(VIDEOS, "video", FAL_PRICING_JULY),
        *_prices(VIDEO_MEGAPIXELS, "megapixel", FAL_PRICING_JULY),
        *_prices(IMAGES, "image", FAL_PRICING_JULY),
        *_prices(MEGAPIXELS, "megapixel", FAL_PRICING_JULY),
        *_prices(MEGAPIXELS_OTHER_NAME, "megapixel", OTHER_NAME),
        *_prices(IMAGES_SAME_MODEL, "image", SAME_MODEL),
    )
)
"""Price by row id."""


def listed(row: Model) -> Model:
    """Return a row with its price of the list, or as it is if it names prices itself or is not listed."""
    price = PRICES.get(row.id)
    return row if price is None or row.prices else replace(row, prices=(price,))
