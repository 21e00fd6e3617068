"""Describes the generators; `models_edit` describes the endpoints that work on a picture."""

from __future__ import annotations

from dataclasses import replace

from tarash.tarash_gateway.mapping import Catalogue, Lifecycle, Model, Rule
from tarash.tarash_gateway.plugin import hookimpl

from .fields import NEGATIVE, RATIO, SEED, SOURCE, STYLE, extras, picture, prompt, row
from .models_edit import EDIT_ROWS

SD3 = "generate/sd3"
FOLLOWS_PICTURE = tuple(
    Rule(
        when={role: ()},
        allow={"aspect_ratio": ()},
        reason="with an input image, whose shape the result takes",
    )
    for role in ("reference", "first_frame")
)


def _sd3(name: str, credits_each: float, *, source: str = SOURCE) -> Model:
    return row(
        name,
        prompt(),
        picture(required=False),
        RATIO,
        NEGATIVE,
        SEED,
        STYLE,
        extras("strength", "cfg_scale"),
        credits_each=credits_each,
        route=SD3,
        rules=FOLLOWS_PICTURE,
        source=source,
    )


SD3_SUCCESSORS = {
    "sd3": "sd3.5-large",
    "sd3-large": "sd3.5-large",
    "sd3-large-turbo": "sd3.5-large-turbo",
    "sd3-medium": "sd3.5-medium",
}
"""Names of Stable Diffusion 3 → the model that Stability runs for them since 2025-04-17."""


def _former(name: str, successor: Model) -> Model:
    ended = Lifecycle(
        replacement=successor.id, source="Stability API reference, generate/sd3, read 2026-11-22"
    )
    return replace(successor, id=name, lifecycle=ended)


ULTRA = row(
    "ultra",
    prompt(),
    picture(required=False),
    RATIO,
    NEGATIVE,
    SEED,
    STYLE,
    extras("strength"),
    credits_each=8,
    route="generate/ultra",
)
CORE = row("core", prompt(), RATIO, NEGATIVE, SEED, STYLE, extras(), credits_each=3, route="generate/core")

GENERATE_ROWS = (
    ULTRA,
    CORE,
    # the names that Stability's pages show
    replace(ULTRA, id="stable-image-ultra"),
    replace(CORE, id="stable-image-core"),
    _sd3("sd3.5-large", 6.5),
    _sd3("sd3.5-large-turbo", 4),
    _sd3("sd3.5-medium", 3.5),
    _sd3(
        "sd3.5-flash",
        2.5,
        source="unverified: in the text of the Stability API reference, not in its enumeration",
    ),
)

GENERIC = Model(
    id="*",
    modality="image",
    generic=True,
    fields={
        **prompt(required=False),
        **picture(required=False),
        **RATIO,
        **NEGATIVE,
        **SEED,
        **STYLE,
        **extras(),
    },
    fixed={"n": 1},
    source="unverified: what the endpoints have in common; the name is used as the path",
)

FORMER_ROWS = tuple(
    _former(name, row) for name, newer in SD3_SUCCESSORS.items() for row in GENERATE_ROWS if row.id == newer
)

CATALOGUE = Catalogue((*GENERATE_ROWS, *FORMER_ROWS, *EDIT_ROWS, GENERIC))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
