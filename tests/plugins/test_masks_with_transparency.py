"""Every model that repaints gets a mask that is white where the user's was transparent."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import cast

import pytest
from PIL import Image

import tarash_gateway_bfl as bfl
import tarash_gateway_fal as fal
import tarash_gateway_replicate as replicate
import tarash_gateway_stability as stability
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.plugin import Flow, HttpCall, HttpReply, Submission, ValidationError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png

PICTURE = tiny_png()
ANSWERS: tuple[tuple[ModuleType, HttpReply], ...] = (
    (bfl, json_reply({"id": "job-1", "polling_url": "https://api.bfl.ai/v1/get_result?id=job-1"})),
    (fal, json_reply({"request_id": "job-1"})),
    (replicate, json_reply({"id": "job-1", "status": "starting"})),
    (stability, json_reply({"image": "aW1hZ2U=", "finish_reason": "SUCCESS"})),
)
MASK_MEMBERS = ("mask", "mask_url", "mask_image_url")
ROWS = [
    pytest.param(plugin, row, answer, id=f"{plugin.__name__.removeprefix('tarash_gateway_')}-{row.id}")
    for plugin, answer in ANSWERS
    for row in plugin.tarash_models().rows
    if row.accepts("mask_image")
]


def transparent(kind: str = "PNG") -> bytes:
    """A mask as large as `PICTURE` that is black everywhere, and transparent in its left half."""
    picture = Image.new("RGBA", (64, 36), (0, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 32, 36))
    target = io.BytesIO()
    picture.save(target, kind, lossless=True)
    return target.getvalue()


def submit(plugin: ModuleType, row: Model, mask: object, *answers: HttpReply) -> list[HttpCall]:
    call = call_for(plugin, row.example_name, "image")
    fields: dict[str, object] = {"mask_image": mask, "extra_params": row.example_params}
    if not row.accepts("prompt"):
        fields["prompt"] = ""
    if row.accepts("reference"):
        fields["image_list"] = [{"image": PICTURE}]
    payload = map_for(plugin, call, **fields).payload
    flow = cast("Flow[Submission]", plugin.tarash_submit(call, payload))
    return drive(flow, *answers)[1]


def masks_sent(call: HttpCall) -> Iterator[Image.Image]:
    for part in call.multipart or ():
        if part.name in MASK_MEMBERS and isinstance(part.value, bytes):
            yield Image.open(io.BytesIO(part.value))
    body = cast("Mapping[str, object]", call.json or {})
    for members in (body, cast("Mapping[str, object]", body.get("input") or {})):
        for name in MASK_MEMBERS:
            if isinstance(members.get(name), str):
                text = str(members[name]).rpartition(",")[2]
                yield Image.open(io.BytesIO(base64.b64decode(text)))


@pytest.mark.parametrize(("plugin", "row", "answer"), ROWS)
def test_what_was_transparent_is_white(plugin: ModuleType, row: Model, answer: HttpReply) -> None:
    (sent,) = submit(plugin, row, transparent(), answer)
    (mask,) = masks_sent(sent)
    brightness = mask.convert("L")
    assert (brightness.getpixel((1, 1)), brightness.getpixel((60, 1))) == (255, 0)
    assert (mask.mode == "RGBA") == ("gpt-image" in row.id)
    if mask.mode == "RGBA":
        assert (mask.getpixel((1, 1)), mask.getpixel((60, 1))) == ((255, 255, 255, 0), (0, 0, 0, 255))


@pytest.mark.parametrize(("plugin", "row", "answer"), ROWS)
def test_a_mask_that_cannot_be_converted_is_refused_before_anything_is_sent(
    plugin: ModuleType, row: Model, answer: HttpReply
) -> None:
    with pytest.raises(ValidationError, match=r"mask_image has a transparency .* white where to repaint"):
        submit(plugin, row, transparent("WEBP"))


@pytest.mark.parametrize("plugin", [bfl, stability])
def test_a_mask_behind_a_url_is_converted_where_the_plugin_fetches_it(plugin: ModuleType) -> None:
    answer = dict(ANSWERS)[plugin]
    row = next(row for row in plugin.tarash_models().rows if row.accepts("mask_image"))
    fetched = HttpReply(200, {"content-type": "image/png"}, transparent())
    *_, sent = submit(plugin, row, "https://pictures.example/mask.png", fetched, answer)
    (mask,) = masks_sent(sent)
    assert (mask.getpixel((1, 1)), mask.getpixel((60, 1))) == (255, 0)
