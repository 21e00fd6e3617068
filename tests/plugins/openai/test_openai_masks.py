from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

import tarash_gateway_openai as plugin
from plugins.openai.openai_calls import make_call
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.plugin import HttpReply
from tarash.tarash_gateway.testing import drive, json_reply, map_for

SIZE = (37, 21)
WHITE_BOX = (5, 4, 20, 15)


def written(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def mask(kind: str = "PNG") -> bytes:
    image = Image.new("L", SIZE, 0)
    ImageDraw.Draw(image).rectangle(WHITE_BOX, fill=255)
    return written(image, kind)


def test_a_mask_that_is_no_png_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValidationError, match="mask_image is not a PNG"):
        map_for(plugin, make_call(), image_list=[{"image": PICTURE}], mask_image=mask("JPEG"))


PICTURE = written(Image.new("RGB", SIZE))
FETCHED = HttpReply(200, {"content-type": "image/png"}, mask())
MOVED = HttpReply(302, {"location": "/moved.png"})


@pytest.mark.parametrize("fetched", [[], [FETCHED], [MOVED, FETCHED]], ids=["bytes", "url", "redirected"])
def test_the_converted_mask_is_what_is_sent(fetched: list[HttpReply]) -> None:
    call = make_call()
    given: object = "https://example.com/mask.png" if fetched else mask()
    mapped = map_for(plugin, call, image_list=[{"image": PICTURE}], mask_image=given)
    _, calls = drive(plugin.tarash_submit(call, mapped.payload), *fetched, json_reply({"data": []}))
    parts = {part.name: part.value for part in calls[-1].multipart or ()}
    sent = parts["mask"]
    assert isinstance(sent, bytes)
    opacity = Image.open(io.BytesIO(sent)).getchannel("A")
    assert (opacity.getpixel(WHITE_BOX[:2]), opacity.getpixel((0, 0))) == (0, 255)
