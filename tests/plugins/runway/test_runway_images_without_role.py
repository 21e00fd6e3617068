"""Proves where an image without a role goes: to the first frame if the model takes one, otherwise to the references."""

from __future__ import annotations

import pytest

import tarash_gateway_runway as runway
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash_gateway_runway.arms import RunwayModel
from tarash_gateway_runway.models import IMAGE_ROWS, VIDEO_ROWS

PICTURE = "https://example.com/boat.png"
OTHER = "https://example.com/sea.png"
CLIP = "https://example.com/clip.mp4"
ROWS = [
    pytest.param(row, id=row.id)
    for row in (*VIDEO_ROWS, *IMAGE_ROWS)
    if row.accepts("first_frame") or row.accepts("reference")
]


def payload(row: Model, *images: dict[str, str], **fields: object) -> dict[str, object]:
    call = call_for(runway, row.example_name, row.modality)
    if not row.accepts("prompt"):
        fields["prompt"] = ""
    if row.needs("video"):
        fields["video"] = CLIP
    given = {"image_list": list(images), "extra_params": row.example_params, **fields}
    return map_for(runway, call, **given).payload


@pytest.mark.parametrize("row", ROWS)
def test_it_goes_where_the_explicit_role_would_put_it(row: Model) -> None:
    role = "first_frame" if row.accepts("first_frame") else "reference"
    placed = payload(row, {"image": PICTURE, "type": role})
    assert PICTURE in str(placed)
    assert payload(row, {"image": PICTURE, "type": "auto"}) == placed


def by_id(model: str) -> Model:
    return next(row for row in VIDEO_ROWS if row.id == model)


def takes_references_alone(row: Model) -> bool:
    arms = row.arms if isinstance(row, RunwayModel) else {}
    return "image" in arms and any(
        arms[name].accepts("reference") for name in ("text", "reference") if name in arms
    )


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.id) for row in VIDEO_ROWS if takes_references_alone(row)]
)
def test_several_are_references(row: Model) -> None:
    images = [{"image": url, "type": "auto"} for url in (PICTURE, OTHER)]
    assert payload(row, *images)["references"] == [{"uri": PICTURE}, {"uri": OTHER}]


def test_next_to_a_last_frame_it_is_the_first() -> None:
    sent = payload(
        by_id("seedance2"), {"image": OTHER, "type": "last_frame"}, {"image": PICTURE, "type": "auto"}
    )
    assert sent["promptImage"] == [
        {"uri": PICTURE, "position": "first"},
        {"uri": OTHER, "position": "last"},
    ]


def test_next_to_references_it_is_one_too_unless_the_model_takes_a_frame_with_them() -> None:
    images = ({"image": OTHER, "type": "reference"}, {"image": PICTURE, "type": "auto"})
    assert payload(by_id("hailuo3"), *images)["references"] == [{"uri": OTHER}, {"uri": PICTURE}]
    both = payload(by_id("klingO3_pro"), *images)
    assert both["promptImage"] == [{"uri": PICTURE, "position": "first"}]
    assert both["references"] == [{"uri": OTHER}]


def test_next_to_a_video_it_is_a_reference() -> None:
    sent = payload(by_id("seedance2"), {"image": PICTURE, "type": "auto"}, video=CLIP)
    assert (sent["promptVideo"], sent["references"]) == (CLIP, [{"uri": PICTURE}])


def test_several_are_refused_by_a_model_without_references_and_it_says_what_it_takes() -> None:
    images = [{"image": url, "type": "auto"} for url in (PICTURE, OTHER)]
    with pytest.raises(ValidationError, match="it takes first_frame"):
        payload(by_id("gen4.5"), *images)


def test_a_fallback_is_not_passed_over_for_it() -> None:
    call = call_for(runway, "gen4.5", is_fallback=True)
    sent = map_for(runway, call, image_list=[{"image": PICTURE, "type": "auto"}]).payload
    assert sent["promptImage"] == [{"uri": PICTURE, "position": "first"}]
