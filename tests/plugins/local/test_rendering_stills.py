"""Pictures of the local provider, and the descriptions that a render can be resumed from."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from plugins.local.pictures import decoded, difference, encoded
from tarash_gateway_local.spec import ImageFormat, StillSpec, VideoSpec
from tarash_gateway_local.still import render_still

RED = encoded(Image.new("RGB", (60, 40), (200, 30, 30)))


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("size", [(120, 80), (81, 121), (16, 16)])
def test_a_still_has_the_asked_format_and_size(image_format: ImageFormat, size: tuple[int, int]) -> None:
    picture = decoded(
        render_still(StillSpec(prompt="a city", width=size[0], height=size[1], format=image_format))
    )
    assert picture.format == image_format.upper()
    assert picture.size == size


def test_the_same_spec_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (
        render_still(StillSpec(prompt="hills", width=120, height=80, seed=seed)) for seed in (1, 1, 2)
    )
    assert first == again
    assert difference(decoded(first), decoded(other)) > 3


def test_only_the_transparent_part_of_a_mask_is_repainted() -> None:
    mask = Image.new("RGBA", (60, 40), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (30, 0, 60, 40))
    result = decoded(
        render_still(StillSpec(prompt="sea by day", width=60, height=40, source=RED, mask=encoded(mask)))
    )
    red = decoded(RED)
    assert difference(result.crop((0, 0, 28, 40)), red.crop((0, 0, 28, 40))) == 0
    assert difference(result.crop((32, 0, 60, 40)), red.crop((32, 0, 60, 40))) > 30


def test_only_the_white_part_of_an_opaque_mask_is_repainted() -> None:
    mask = Image.new("L", (60, 40), 0)
    mask.paste(255, (0, 0, 30, 40))
    result = decoded(
        render_still(StillSpec(prompt="sea by day", width=60, height=40, source=RED, mask=encoded(mask)))
    )
    assert difference(result.crop((32, 0, 60, 40)), decoded(RED).crop((32, 0, 60, 40))) == 0


def test_a_source_without_mask_stays_recognisable() -> None:
    result = decoded(render_still(StillSpec(prompt="warm", width=120, height=80, source=RED)))
    assert result.convert("RGB").getpixel((60, 10)) == (200, 30, 30)


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        (StillSpec(prompt="x", width=64, height=64, source=b"junk"), "source"),
        (StillSpec(prompt="x", width=64, height=64, source=RED, mask=b"junk"), "mask"),
        (StillSpec(prompt="x", width=64, height=64, references=(RED, b"junk")), r"references\[1\]"),
    ],
)
def test_an_image_that_does_not_decode_is_named(spec: StillSpec, named: str) -> None:
    with pytest.raises(ValueError, match=f"{named} is not an image"):
        render_still(spec)


def test_descriptions_survive_json() -> None:
    video = VideoSpec(
        prompt="p", duration_seconds=2.5, width=64, height=48, frames_per_second=30, seed=9, audio=True,
        first_frame=RED, references=(RED, b"\x00\xff"),
    )  # fmt: skip
    still = StillSpec(prompt="p", width=64, height=48, format="webp", source=RED, mask=RED)
    assert VideoSpec.from_dict(json.loads(json.dumps(video.to_dict()))) == video
    assert StillSpec.from_dict(json.loads(json.dumps(still.to_dict()))) == still


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 8}, "width=8 cannot be rendered; use 16 to 8192"),
        ({"height": 9000}, "height=9000"),
        ({"duration_seconds": 0}, "duration_seconds=0"),
        ({"duration_seconds": float("nan")}, "duration_seconds=nan"),
        ({"frames_per_second": 0}, "frames_per_second=0"),
        ({"seed": "1"}, "seed must be int, not str"),
        ({"seed": True}, "seed must be int, not bool"),
        ({"audio": 1}, "audio must be bool"),
        ({"first_frame": "***"}, "first_frame is not valid base64"),
        ({"references": "x"}, "references must be a list"),
        ({"references": [3]}, "references must hold base64 text"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_a_wrong_description_is_refused_with_the_reason(changes: dict[str, object], message: str) -> None:
    data = VideoSpec(prompt="p", duration_seconds=1, width=64, height=64).to_dict()
    with pytest.raises(ValueError, match=message):
        VideoSpec.from_dict({**data, **changes})


def test_an_incomplete_description_is_refused() -> None:
    with pytest.raises(ValueError, match="incomplete render description"):
        VideoSpec.from_dict({"prompt": "p"})


def test_a_mask_without_a_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="give one as an image"):
        StillSpec(prompt="p", width=64, height=64, mask=RED)
