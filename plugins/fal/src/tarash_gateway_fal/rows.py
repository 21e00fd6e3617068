"""Short forms of a table row; the keywords beyond the named ones are the model's own defaults."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Lifecycle, Model, Price

from .fields import Fields

PAGES = "fal model pages, read 2026-11-22"
PAGES_AND_CLIENT = f"{PAGES}; @fal-ai/client 1.10.1"
CLIENT = "@fal-ai/client 1.10.1, read 2026-11-27"
# the client's types are older than these models
SCHEMAS = "fal's schemas, as a public client of September 2026 has them, read 2026-11-27"
NOBODY = "unverified: written down for the version before; no client, page or price list names it"
# that some models take, and that cost extra: the prices of the tables are for these values
PRICED_VIDEO_PARAMS: Mapping[str, object] = {"hdr": False, "exr_export": False, "voice_ids": None}
PRICED_IMAGE_PARAMS: Mapping[str, object] = {
    # each of num_images calls may give up to max_images pictures
    "max_images": 1,
    # a series has several pictures
    "result_type": "single",
    "num_layers": 4,
    "enable_web_search": False,
    "thinking_level": "minimal",
    # of Recraft: one's own style may be one of vectors
    "style_id": None,
}
INDEX = "an index of fal's endpoints of 2026-08-22 (gokayfem/ComfyUI-fal-API), read 2026-11-27"


def video(
    name: str,
    fields: Fields,
    *,
    source: str = PAGES_AND_CLIENT,
    prices: tuple[Price, ...] = (),
    fixed: Mapping[str, object] | None = None,
    example_params: Mapping[str, object] | None = None,
    unverified: bool = False,
    **defaults: object,
) -> Model:
    """Return a row of the video table."""
    return Model(
        id=name,
        modality="video",
        fields=fields,
        fixed=fixed or {},
        defaults=defaults,
        prices=prices,
        priced_params=PRICED_VIDEO_PARAMS,
        source=source,
        example_params=example_params or {},
        unverified=unverified,
    )


def image(
    name: str,
    fields: Fields,
    *,
    source: str = PAGES_AND_CLIENT,
    prices: tuple[Price, ...] = (),
    lifecycle: Lifecycle | None = None,
    example: str = "",
    example_params: Mapping[str, object] | None = None,
    unverified: bool = False,
    **defaults: object,
) -> Model:
    """Return a row of the image table."""
    return Model(
        id=name,
        modality="image",
        fields=fields,
        defaults=defaults,
        prices=prices,
        priced_params=PRICED_IMAGE_PARAMS,
        lifecycle=lifecycle,
        source=source,
        example=example,
        example_params=example_params or {},
        unverified=unverified,
    )
