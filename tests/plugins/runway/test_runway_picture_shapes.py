"""A picture keeps its shape where the request names none: nobody's portrait is cut into a landscape unasked."""

from __future__ import annotations

import io

import pytest
from PIL import Image

import tarash_gateway_runway as runway
from tarash.tarash_gateway.testing import call_for, map_for


def _picture(width: int, height: int, *, orientation: int | None = None) -> bytes:
    written, exif = io.BytesIO(), Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.new("RGB", (width, height)).save(written, "JPEG", exif=exif)
    return written.getvalue()


def _frame(picture: object, **more: object) -> dict[str, object]:
    return {"image_list": [{"image": picture, "type": "first_frame"}], **more}


@pytest.mark.parametrize("model", ["gen4_turbo", "gen4.5", "veo3.1"])
@pytest.mark.parametrize(
    "picture", [_picture(768, 1280), _picture(1280, 768, orientation=6)], ids=["portrait", "turned"]
)
@pytest.mark.parametrize("unsupported", ["error", "adjust"])
def test_a_portrait_stays_one_and_that_is_listed(model: str, picture: bytes, unsupported: str) -> None:
    call = call_for(runway, model, unsupported=unsupported)
    mapped = map_for(runway, call, **_frame(picture))
    assert mapped.payload["ratio"] == "720:1280"
    (change,) = mapped.adjustments
    assert (change.field, change.requested, change.used) == ("aspect_ratio", None, "9:16")
    assert "768x1280" in change.reason
    assert mapped.values["aspect_ratio"] == "9:16"


def test_the_resolution_that_was_asked_for_is_kept() -> None:
    mapped = map_for(runway, call_for(runway, "veo3.1"), **_frame(_picture(768, 1280), resolution="1080p"))
    assert mapped.payload["ratio"] == "1080:1920"


def test_the_nearest_of_several_shapes_is_taken() -> None:
    call = call_for(runway, "gen4.5")
    shapes = {
        (width, height): map_for(runway, call, **_frame(_picture(width, height))).payload["ratio"]
        for width, height in ((1000, 1000), (800, 600), (600, 800), (2100, 900))
    }
    assert shapes == {
        (1000, 1000): "960:960",
        (800, 600): "1104:832",
        (600, 800): "832:1104",
        (2100, 900): "1584:672",
    }


@pytest.mark.parametrize(
    ("fields", "ratio"),
    [
        pytest.param(_frame(_picture(1280, 720)), "1280:720", id="the shape that is sent anyway"),
        pytest.param(_frame(_picture(768, 1280), aspect_ratio="16:9"), "1280:720", id="a shape that was asked for"),
        pytest.param(_frame(_picture(768, 1280), extra_params={"ratio": "1280:720"}), "1280:720", id="a ratio of one's own"),
        pytest.param(_frame("https://example.com/portrait.png"), "1280:720", id="a picture that nobody has seen"),
        pytest.param(_frame(b"\x89PNG\r\n\x1a\n" + bytes(50)), "1280:720", id="a picture whose size cannot be read"),
        pytest.param({}, "1280:720", id="no picture"),
    ],
)  # fmt: skip
def test_otherwise_nothing_changes(fields: dict[str, object], ratio: str) -> None:
    mapped = map_for(runway, call_for(runway, "gen4.5"), **fields)
    assert mapped.payload["ratio"] == ratio
    assert mapped.adjustments == ()


def test_a_model_that_follows_the_picture_by_itself_is_left_to_it() -> None:
    mapped = map_for(runway, call_for(runway, "kling_4"), **_frame(_picture(768, 1280)))
    assert "ratio" not in mapped.payload
    assert mapped.adjustments == ()
