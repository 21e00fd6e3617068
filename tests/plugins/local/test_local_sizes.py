"""How large a frame is: sizes that cannot be read are refused, and a portrait stays one."""

from __future__ import annotations

import io

import pytest
from PIL import Image

import tarash_gateway_local as local
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.plugin import HttpReply
from tarash.tarash_gateway.testing import call_for, drive, map_for


def picture(width: int, height: int, orientation: int | None = None) -> bytes:
    target, exif = io.BytesIO(), Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.new("RGB", (width, height), (20, 120, 40)).save(target, "JPEG", exif=exif)
    return target.getvalue()


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("still", {"size": "huge"}),
        ("still", {"size": "1024*1024"}),
        ("still", {"size": "99999x99999"}),
        ("still", {"size": "8193x16"}),
        ("still", {"size": "8x8"}),
        ("still", {"aspect_ratio": "16:0"}),
        ("still", {"aspect_ratio": "wide"}),
        ("animatic", {"resolution": "huge"}),
        ("animatic", {"resolution": "9999p"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(value.values()),
)
def test_a_size_that_cannot_be_read_is_refused(model: str, fields: dict[str, str]) -> None:
    call = call_for(local, model, "image" if model == "still" else "video")
    with pytest.raises((ValidationError, ValueError)):
        map_for(local, call, **fields)


@pytest.mark.parametrize("words", [{}, {"size": "auto"}, {"size": "720p"}, {"aspect_ratio": "auto"}])
@pytest.mark.parametrize(
    ("source", "size"),
    [
        (picture(60, 80), (720, 960)),
        (picture(80, 60), (960, 720)),
        (picture(80, 60, orientation=6), (720, 960)),
        (picture(80, 60, orientation=3), (960, 720)),
    ],
    ids=["portrait", "landscape", "portrait by EXIF", "upside down"],
)
def test_a_picture_keeps_its_shape(source: bytes, size: tuple[int, int], words: dict[str, str]) -> None:
    call = call_for(local, "still", "image")
    mapped = map_for(local, call, image_list=[{"image": source, "type": "first_frame"}], **words)
    submission, _ = drive(local.tarash_submit(call, mapped.payload))
    assert isinstance(submission.result, dict)
    (still,) = submission.result["stills"]
    assert (still["width"], still["height"]) == size


def test_a_picture_on_the_web_keeps_its_shape_too() -> None:
    call = call_for(local, "still", "image")
    image = {"image": "https://pictures.example/a.jpg", "type": "first_frame"}
    payload = map_for(local, call, image_list=[image]).payload
    moved = HttpReply(301, {"location": "/b.jpg"})
    fetched = HttpReply(200, {"content-type": "image/jpeg"}, picture(60, 80))
    submission, _ = drive(local.tarash_submit(call, payload), moved, fetched)
    assert isinstance(submission.result, dict)
    assert (submission.result["stills"][0]["width"], submission.result["stills"][0]["height"]) == (720, 960)


@pytest.mark.parametrize("role", ["first_frame", "last_frame"])
def test_a_clip_has_the_shape_of_its_frame_unless_another_is_asked_for(role: str) -> None:
    call = call_for(local, "animatic")
    frame = [{"image": picture(90, 160), "type": role}]

    def rendered(**fields: object) -> tuple[object, object]:
        payload = map_for(local, call, image_list=frame, **fields).payload
        submission, _ = drive(local.tarash_submit(call, payload))
        assert submission.job is not None
        spec = submission.job["spec"]
        assert isinstance(spec, dict)
        return spec["width"], spec["height"]

    assert rendered() == (720, 1280)
    assert rendered(resolution="480p") == (480, 854)
    assert rendered(aspect_ratio="16:9") == (1280, 720)
    assert rendered(resolution="640x360") == (640, 360)
