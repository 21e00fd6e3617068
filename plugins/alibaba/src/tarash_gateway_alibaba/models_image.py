"""Describes the image models: Qwen-Image, Wan and Z-Image, and how many pixels each takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Price,
    n_images_field_mapper,
    passthrough_field_mapper,
    size_field_mapper,
)

from . import fields, prices
from .routes import IMAGE_TASKS, IMAGE_TO_IMAGE, IMAGES_AT_ONCE, TEXT_TO_IMAGE

QWEN = "litellm 1.110.2 (dashscope/image_generation, image_edit); Model Studio documentation (Qwen-Image), read 2026-11-27"
QWEN_3 = "comfy-cli 1.23.0 (OpenAPI: QwenMultimodalGenerationRequest), read 2026-11-27"
WAN = "dashscope 2.0.2 (ImageGeneration); Model Studio documentation (Wan image generation and editing), read 2026-11-27"
WAN_2_5 = (
    "comfy-cli 1.23.0 (OpenAPI: WanImageGenerationRequest, WanImage2ImageGenerationRequest), read 2026-11-27"
)

SHAPES_2K = ("2048x2048", "2688x1536", "1536x2688", "2368x1728", "1728x2368")
SHAPES_1K = ("1328x1328", "1664x928", "928x1664", "1472x1104", "1104x1472")
SHAPES_WAN = ("1280x1280", "1696x960", "960x1696", "1472x1104", "1104x1472")
MOST_IN_A_SET = 12

PIXELS: Mapping[str, tuple[int, int]] = {
    "qwen-image-2.0": (512 * 512, 2048 * 2048),
    "qwen-image-2.0-pro": (512 * 512, 2048 * 2048),
    "qwen-image-3.0": (512 * 512, 2560 * 2560),
    "qwen-image-3.0-pro": (512 * 512, 2560 * 2560),
    "wan2.5-t2i-preview": (768 * 768, 1440 * 1440),
    "wan2.6-t2i": (768 * 768, 1440 * 1440),
    "wan2.7-image": (768 * 768, 2048 * 2048),
    "wan2.7-image-pro": (768 * 768, 4096 * 4096),
    "z-image-turbo": (512 * 512, 2048 * 2048),
}
"""Smallest and largest number of pixels, by row."""


def _any_size(*words: str, shapes: tuple[str, ...], smallest: int = 256, largest: int = 4096) -> FieldMapper:
    """Map sizes: words such as "2k", shapes that `aspect_ratio` chooses from, and other pixels."""
    allowed = {**{word: word.upper() for word in words}, **{size: size for size in shapes}}
    return size_field_mapper(allowed, multiple_of=2, minimum=smallest, maximum=largest, takes_ratio=True)


def _image(
    name: str,
    *,
    size: FieldMapper,
    longest_prompt: int | None = None,
    most: int = 1,
    inputs: int = 0,
    needs_input: bool = False,
    negative: bool = True,
    extends: bool = True,
    known: tuple[str, ...] = (),
    route: str = IMAGES_AT_ONCE,
    costs: tuple[Price, ...] = (),
    typical_seconds: float | None = None,
    source: str,
) -> Model:
    """Return a row.

    Args:
        name: model name.
        size: mapper of the size.
        longest_prompt: in characters.
        most: images per call.
        inputs: input images at most; 0 takes none.
        needs_input: whether an input image is required.
        negative: whether the model takes a negative prompt.
        extends: whether the model may rewrite the prompt.
        known: parameters of its own.
        route: endpoint.
        costs: prices.
        typical_seconds: usual duration.
        source: where this was read.
    """
    members: dict[str, FieldMapper] = {"prompt": fields.prompt(longest_prompt)}
    if negative:
        members["negative_prompt"] = fields.negative_prompt()
    members["size"] = size
    if most > 1:
        members["n"] = n_images_field_mapper(maximum=most)
    members["seed"] = fields.seed()
    if inputs:
        members["images"] = fields.pictures(inputs, required=needs_input)
    members["extra_params"] = fields.parameters(*known, *(("prompt_extend",) if extends else ()))
    return Model(
        id=name,
        modality="image",
        fields=members,
        fixed={} if most > 1 else {"n": 1},
        defaults=prices.DEFAULT_REGION,
        route=route,
        prices=costs,
        typical_seconds=typical_seconds,
        source=source,
    )


def _qwen_rows() -> tuple[Model, ...]:
    fixed = size_field_mapper(SHAPES_1K, takes_ratio=True)
    free = _any_size(shapes=SHAPES_2K)
    edited = _any_size(shapes=("1024x1024", "1024x1536", "1536x1024"), smallest=512, largest=2048)

    def makes(name: str, usd: float) -> Model:
        return _image(
            name, size=free, longest_prompt=800, most=6, inputs=3, costs=prices.per_image(usd), source=QWEN
        )

    def makes_3(name: str, costs: tuple[Price, ...] = ()) -> Model:
        known = ("prompt_extend_mode",)
        return _image(name, size=free, most=6, inputs=3, known=known, costs=costs, source=QWEN_3)

    def edits(name: str, most: int) -> Model:
        return _image(
            name, size=edited, longest_prompt=800, most=most, inputs=3, needs_input=True, source=QWEN
        )

    return (
        makes("qwen-image-2.0", 0.035),
        makes("qwen-image-2.0-pro", 0.075),
        makes_3("qwen-image-3.0", prices.per_image(0.03)),
        makes_3("qwen-image-3.0-pro"),
        edits("qwen-image-edit", 1),
        edits("qwen-image-edit-max", 6),
        edits("qwen-image-edit-plus", 6),
        _image("qwen-image-max", size=fixed, longest_prompt=800, source=QWEN),
        _image("qwen-image-plus", size=fixed, longest_prompt=800, source=QWEN),
    )


def _wan_2_7(name: str, *words: str, largest: int, usd: float) -> Model:
    return _image(
        name,
        size=_any_size(*words, shapes=SHAPES_2K, largest=largest),
        longest_prompt=5000,
        most=4,
        inputs=9,
        negative=False,
        extends=False,
        known=("bbox_list", "color_palette", "enable_sequential", "thinking_mode"),
        route=IMAGE_TASKS,
        costs=prices.per_image(usd, resold=True),
        source=WAN,
    )


def _wan_rows() -> tuple[Model, ...]:
    free = _any_size(shapes=SHAPES_WAN)
    return (
        # both durations: ComfyUI, comfy_api_nodes/nodes_wan.py of 2025-10-12, read 2026-11-27
        _image(
            "wan2.5-i2i-preview",
            size=_any_size(shapes=("1280x1280",), smallest=384, largest=5000),
            longest_prompt=2000,
            most=4,
            inputs=2,
            needs_input=True,
            extends=False,
            route=IMAGE_TO_IMAGE,
            typical_seconds=42,
            source=WAN_2_5,
        ),
        _image(
            "wan2.5-t2i-preview",
            size=free,
            longest_prompt=2000,
            most=4,
            route=TEXT_TO_IMAGE,
            typical_seconds=9,
            source=WAN_2_5,
        ),
        _image("wan2.6-image", size=free, most=4, inputs=4, needs_input=True, route=IMAGE_TASKS, source=WAN),
        _image("wan2.6-t2i", size=free, most=4, route=IMAGE_TASKS, source=WAN),
        _wan_2_7("wan2.7-image", "1k", "2k", largest=4096, usd=0.03),
        _wan_2_7("wan2.7-image-pro", "1k", "2k", "4k", largest=8192, usd=0.075),
    )


def sequential(row: Model) -> Model:
    """Return the row for a set of related images (`enable_sequential`), of which there may be more."""
    if "enable_sequential" not in row.capabilities()[-1].note:
        return row
    return replace(row, fields={**row.fields, "n": n_images_field_mapper(maximum=MOST_IN_A_SET)})


IMAGE_ROWS = (
    *_qwen_rows(),
    *_wan_rows(),
    _image("z-image-turbo", size=_any_size(shapes=SHAPES_1K), negative=False, source=QWEN),
)
GENERIC_IMAGE = Model(
    id="*",
    modality="image",
    generic=True,
    fields={
        "prompt": passthrough_field_mapper("prompt"),
        "negative_prompt": passthrough_field_mapper("negative_prompt"),
        "size": _any_size("1k", "2k", "4k", shapes=SHAPES_2K, smallest=1, largest=8192),
        "n": n_images_field_mapper(maximum=12),
        "seed": fields.seed(),
        "images": fields.pictures(9),
        "extra_params": fields.parameters("enable_sequential", "prompt_extend", "thinking_mode"),
    },
    route=IMAGES_AT_ONCE,
    source="unverified: what the newer image models have in common, for names without a row",
)
