"""Short forms of a table row; the keywords beyond the named ones are the model's own defaults."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Lifecycle, Model, Price

from .fields import Fields

PAGES = "fal model pages, read 2026-11-22"
PAGES_AND_CLIENT = f"{PAGES}; @fal-ai/client 1.10.1"


def video(
    name: str,
    fields: Fields,
    *,
    source: str = PAGES_AND_CLIENT,
    prices: tuple[Price, ...] = (),
    fixed: Mapping[str, object] | None = None,
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
        source=source,
    )


def image(
    name: str,
    fields: Fields,
    *,
    source: str = PAGES_AND_CLIENT,
    prices: tuple[Price, ...] = (),
    lifecycle: Lifecycle | None = None,
    **defaults: object,
) -> Model:
    """Return a row of the image table."""
    return Model(
        id=name,
        modality="image",
        fields=fields,
        defaults=defaults,
        prices=prices,
        lifecycle=lifecycle,
        source=source,
    )
