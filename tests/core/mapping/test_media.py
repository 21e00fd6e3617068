"""Input media: how they go into the payload, and what is refused because leaving it out would render something else."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from core.mapping.rows import MODES, map_image, map_video, row
from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.mapping import (
    FieldMapper,
    MediaEncoding,
    Model,
    image_list_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.media.inputs import Media
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

PNG = tiny_png()
BASE64 = base64.b64encode(PNG).decode()
URL = "https://cdn.example/a.png"


def _images(*items: tuple[object, str]) -> list[dict[str, object]]:
    return [{"image": image, "type": role} for image, role in items]


def _picture(width: int, height: int, orientation: int = 1) -> bytes:
    target, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("L", (width, height)).save(target, "PNG", exif=exif)
    return target.getvalue()


def _masked(encoding: MediaEncoding) -> Model:
    """A row with several images, whose mask must be as large as the first one sent."""
    mask = mask_image_field_mapper(encoding=encoding, same_size_as=("reference", "style"))
    images = image_list_field_mapper(("reference", "style"), encoding=encoding)
    return row({"images": images, "mask": mask}, modality="image")


@pytest.mark.parametrize(
    ("encoding", "payload_value"),
    [("data_uri", f"data:image/png;base64,{BASE64}"), ("base64", BASE64)],
)
def test_bytes_go_inline(encoding: MediaEncoding, payload_value: str) -> None:
    mapper = single_image_field_mapper("first_frame", encoding=encoding)
    assert map_video(mapper, image_list=_images((PNG, "first_frame"))).payload == {"wire": payload_value}


@pytest.mark.parametrize("encoding", ["data_uri", "base64", "url"])
def test_a_url_goes_as_it_is(encoding: MediaEncoding) -> None:
    mapper = single_image_field_mapper("first_frame", encoding=encoding)
    assert map_video(mapper, image_list=_images((URL, "first_frame"))).payload == {"wire": URL}


def test_media_to_be_uploaded_stand_in_the_payload_themselves() -> None:
    mapper = single_image_field_mapper("first_frame", encoding="upload")
    sent = map_video(mapper, image_list=_images((PNG, "first_frame"))).payload["wire"]
    assert isinstance(sent, Media)
    assert sent.content == PNG


@pytest.mark.parametrize("mode", ["error", "adjust"])
@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param({"encoding": "url"}, "public http", id="a-file-where-a-url-is-needed"),
        pytest.param({"content_types": ["image/jpeg"]}, "use image/jpeg", id="another-format"),
        pytest.param({"max_bytes": 10}, "at most 10 bytes", id="too-large"),
    ],
)
def test_an_image_that_cannot_be_taken_is_never_left_out(
    settings: dict[str, Any], told: str, mode: Any
) -> None:
    mapper = single_image_field_mapper("first_frame", **settings)
    with pytest.raises(ValidationError, match=told):
        map_video(mapper, mode, image_list=_images((PNG, "first_frame")))


def test_limits_do_not_concern_a_url() -> None:
    mapper = single_image_field_mapper("first_frame", content_types=["image/jpeg"], max_bytes=10)
    assert map_video(mapper, image_list=_images((URL, "first_frame"))).payload == {"wire": URL}


def test_images_of_several_roles_go_in_the_order_of_the_roles() -> None:
    mapper = image_list_field_mapper(("reference", "style"))
    asked = _images(("https://x.example/s.png", "style"), ("https://x.example/r.png", "reference"))
    assert map_video(mapper, image_list=asked).payload == {
        "wire": ["https://x.example/r.png", "https://x.example/s.png"]
    }


def test_more_images_than_the_model_takes() -> None:
    mapper = image_list_field_mapper("reference", max_items=2)
    asked = _images(*((f"https://x.example/{n}.png", "reference") for n in range(3)))
    for mode in MODES:
        with pytest.raises(ValidationError, match="has 3 items; at most 2 are allowed"):
            map_video(mapper, mode, image_list=asked)


def test_a_role_that_stands_in_for_another() -> None:
    mapper = single_image_field_mapper("first_frame", also=["reference"])
    assert map_video(mapper, image_list=_images((URL, "reference"))).payload == {"wire": URL}


def test_a_required_image() -> None:
    mapper = single_image_field_mapper("first_frame", required=True)
    with pytest.raises(ValidationError, match="first_frame is required for this model"):
        map_video(mapper)


def test_an_image_of_a_role_that_the_model_lacks_is_never_lost() -> None:
    table = row(
        {"prompt": passthrough_field_mapper("prompt"), "image": single_image_field_mapper("first_frame")}
    )
    asked = {"prompt": "x", "image_list": _images((PNG, "last_frame"))}
    for mode in MODES:
        with pytest.raises(
            ValidationError, match=r"last_frame=.* is not an input of this model; it takes first_frame"
        ):
            map_video(table, mode, **asked)


def test_the_message_of_a_refused_image_does_not_hold_the_image() -> None:
    with pytest.raises(ValidationError) as caught:
        map_video(passthrough_field_mapper("prompt"), image_list=_images((PNG, "reference")))
    assert BASE64[:40] not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(("as_list", "payload_value"), [(False, URL), (True, [URL])])
def test_an_input_video(as_list: bool, payload_value: object) -> None:
    assert map_video(video_url_field_mapper(as_list=as_list), video=URL).payload == {"wire": payload_value}


def test_an_input_video_of_bytes() -> None:
    sent = map_video(video_url_field_mapper(), video=tiny_mp4()).payload["wire"]
    assert str(sent).startswith("data:video/mp4;base64,")


def test_a_mask() -> None:
    assert map_image(mask_image_field_mapper(encoding="base64"), mask_image=PNG).payload == {"wire": BASE64}
    with pytest.raises(ValidationError, match="mask_image is required"):
        map_image(mask_image_field_mapper(required=True))


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        pytest.param(mask_image_field_mapper(encoding="url"), "takes public .* URLs only", id="no-url"),
        pytest.param(mask_image_field_mapper(max_bytes=len(PNG) - 1), "is too large", id="too-large"),
    ],
)
def test_a_mask_has_the_limits_of_any_input(mask: FieldMapper, says: str) -> None:
    for mode in MODES:
        with pytest.raises(ValidationError, match=f"mask_image=.*{says}"):
            map_image(mask, mode, mask_image=PNG)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("encoding", ["upload", "base64"])
def test_a_mask_of_another_size_than_its_image_is_refused_with_both_sizes(
    mode: Any, encoding: MediaEncoding
) -> None:
    table = _masked(encoding)
    pictures = _images((_picture(9, 9), "style"), (_picture(64, 36), "reference"))
    with pytest.raises(ValidationError, match=r"has 36x64 pixels and the image 64x36; .* resize .* to 64x36"):
        map_image(table, mode, image_list=pictures, mask_image=_picture(36, 64))
    assert "mask" in map_image(table, mode, image_list=pictures, mask_image=_picture(64, 36)).payload


@pytest.mark.parametrize(
    ("picture", "mask"),
    [
        pytest.param(URL, _picture(9, 9), id="an-image-elsewhere"),
        pytest.param(_picture(9, 9), URL, id="a-mask-elsewhere"),
        pytest.param(_picture(64, 36)[:20], _picture(9, 9), id="an-image-that-is-cut-off"),
        pytest.param(_picture(64, 36, orientation=6), _picture(36, 64), id="a-mask-of-what-is-displayed"),
        pytest.param(_picture(64, 36, orientation=6), _picture(64, 36), id="a-mask-of-what-is-stored"),
    ],
)
def test_a_mask_that_may_have_the_right_size_is_sent(picture: object, mask: object) -> None:
    mapped = map_image(_masked("upload"), image_list=_images((picture, "reference")), mask_image=mask)
    assert "mask" in mapped.payload


def test_a_mask_without_a_rule_may_have_any_size() -> None:
    table = row({"image": image_list_field_mapper(), "mask": mask_image_field_mapper()}, modality="image")
    pictures = _images((_picture(64, 36), "reference"))
    assert "mask" in map_image(table, image_list=pictures, mask_image=_picture(9, 9)).payload


def test_capabilities_tell_the_size_of_a_mask() -> None:
    notes = [item.note for item in _masked("upload").capabilities() if item.field == "mask_image"]
    assert notes == ["as large as the image"]


def test_capabilities_tell_limits_and_needs() -> None:
    (capability,) = single_image_field_mapper("first_frame", required=True, encoding="url").describe()
    assert (capability.field, capability.required, capability.maximum, capability.note) == (
        "first_frame",
        True,
        1,
        "public URL only",
    )
