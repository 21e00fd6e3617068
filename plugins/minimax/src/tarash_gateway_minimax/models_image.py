"""MiniMax's image models: the 01 family, and H3-Image, whose request format is unconfirmed."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Rule,
    aspect_ratio_field_mapper,
    extra_params_field_mapper,
    image_ratio_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
)

from .routes import H3_IMAGES, IMAGES

SOURCE = "MiniMax platform documentation (image generation), read 2026-11-22"
UNCONFIRMED = "unverified: docs.comfy.org and resellers' pages, read 2026-11-22; input images are left out"
RATIOS = ("1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16")
MAX_REFERENCE_BYTES = 10 * 1024 * 1024

SIZE_SETS_THE_SHAPE = Rule(
    when={"size": ()}, allow={"aspect_ratio": ()}, reason="with size, which sets the shape"
)


def _common() -> dict[str, FieldMapper]:
    return {
        "prompt": passthrough_field_mapper("prompt", required=True, max_length=1500),
        "n": n_images_field_mapper(maximum=9),
        "seed": passthrough_field_mapper("seed"),
        # a face that the picture shall show
        "subject_reference": single_image_field_mapper("reference", max_bytes=MAX_REFERENCE_BYTES),
    }


IMAGE_01 = Model(
    id="image-01",
    modality="image",
    fields={
        **_common(),
        "aspect_ratio": aspect_ratio_field_mapper((*RATIOS, "21:9")),
        # written as `width` and `height`
        "size": size_field_mapper(form="object", multiple_of=8, minimum=512, maximum=2048),
        "extra_params": extra_params_field_mapper("prompt_optimizer", "aigc_watermark"),
    },
    constants={"response_format": "url"},
    rules=(SIZE_SETS_THE_SHAPE,),
    route=IMAGES,
    source=SOURCE,
)
IMAGE_01_LIVE = Model(
    id="image-01-live",
    modality="image",
    fields={
        **_common(),
        "aspect_ratio": image_ratio_field_mapper(RATIOS),
        "extra_params": extra_params_field_mapper("style", "prompt_optimizer", "aigc_watermark"),
    },
    constants={"response_format": "url"},
    route=IMAGES,
    source=SOURCE,
)


def _h3_image(name: str) -> Model:
    return Model(
        id=name,
        modality="image",
        fields={
            "prompt": passthrough_field_mapper("prompt", required=True),
            "n": n_images_field_mapper(maximum=10),
            "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
            # a step is written as `area`, pixels as `size`
            "size": size_field_mapper(
                {"4k": "4K", "2k": "2K", "1k": "1K"}, multiple_of=16, minimum=480, maximum=6336
            ),
            "extra_params": extra_params_field_mapper("output_format"),
        },
        constants={"response_format": "url"},
        route=H3_IMAGES,
        source=UNCONFIRMED,
    )


IMAGE_ROWS = (
    IMAGE_01,
    IMAGE_01_LIVE,
    _h3_image("MiniMax-H3-Image"),
    _h3_image("MiniMax-H3-Image-Highspeed"),
    Model(
        id="*",
        modality="image",
        generic=True,
        fields={
            **_common(),
            "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
            "extra_params": extra_params_field_mapper("prompt_optimizer", "aigc_watermark"),
        },
        constants={"response_format": "url"},
        route=IMAGES,
        source="unverified: what the 01 family has in common, for names without a row",
    ),
)
