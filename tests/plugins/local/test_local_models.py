"""The table of the local provider and its mapping: what the kit asks of every provider, and what only this one has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

import tarash_gateway_local as local
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.testing import ConformanceCases, ConformingSimulator, call_for, map_for
from tarash.tarash_gateway.testing.conformance.checks.mapping import MappingChecks
from tarash.tarash_gateway.testing.conformance.context import CheckContext
from tarash.tarash_gateway.testing.simulator import tiny_png


class ThisMachine(ConformingSimulator):
    """Stands where other providers have a server; nothing may be sent."""

    url = "http://127.0.0.1:9"
    api_key = ""
    cases: ClassVar = ConformanceCases(video_model="animatic", image_model="still")

    def raise_handler_error(self) -> None:
        """Nothing is asked, so no handler fails."""


class TestTables(MappingChecks):
    @pytest.fixture
    def context(self, tmp_path: Path) -> Iterator[CheckContext]:
        yield from CheckContext.opened("local", ThisMachine(), tmp_path, "sync")

    def test_refuses_an_illegal_value(self, context: CheckContext) -> None:
        """The kit's illegal duration is legal here: the renderer takes every one that a request may hold."""
        row = context.row("animatic")
        longest = max(item.maximum or 0 for item in row.capabilities() if item.field == "duration_seconds")
        assert longest == 3600


def test_the_payload_holds_what_was_asked_and_nothing_else() -> None:
    fields = {"duration_seconds": 2, "aspect_ratio": "9:16", "resolution": "480p", "seed": 5}
    mapped = map_for(
        local,
        call_for(local, "animatic"),
        **fields,
        generate_audio=True,
        extra_params={"frames_per_second": 12},
    )
    assert mapped.payload == {
        "prompt": "a paper boat",
        "duration_seconds": 2.0,
        "aspect_ratio": "9:16",
        "resolution": "480p",
        "seed": 5,
        "audio": True,
        "frames_per_second": 12,
    }
    assert mapped.adjustments == ()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"extra_params": {"fps": 12}}, "fps are unknown to animatic", id="unknown parameter"),
        pytest.param({"extra_params": {"frames_per_second": 500}}, "1 to 120", id="frame rate"),
        pytest.param({"extra_params": {"frames_per_second": 0}}, "1 to 120", id="no frames"),
        pytest.param(
            {"extra_params": {"frames_per_second": "fast"}}, "not a whole number", id="a word for a rate"
        ),
        pytest.param({"negative_prompt": "rain"}, "negative_prompt", id="no negative prompt"),
        pytest.param({"number_of_videos": 2}, "number_of_videos", id="one video a call"),
        pytest.param(
            {"image_list": [{"image": tiny_png()[:60], "type": "first_frame"}]},
            "cannot be decoded|not an image",
            id="half a picture",
        ),
        pytest.param({"image_list": [{"image": tiny_png()}] * 5}, "at most 4", id="too many references"),
    ],
)
def test_a_clip_that_cannot_be_drawn_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        map_for(local, call_for(local, "animatic"), **fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"extra_params": {"format": "gif"}}, "png, jpeg, webp", id="format"),
        pytest.param({"extra_params": {"frames_per_second": 12}}, "format", id="a clip's parameter"),
        pytest.param({"extra_params": {"n": 11}}, "n are unknown to still", id="a field as a parameter"),
        pytest.param({"n": 11}, "nearest is 10", id="too many"),
        pytest.param({"style": "anime"}, "style", id="no style words"),
        pytest.param({"mask_image": tiny_png()}, "without a picture to repaint", id="a mask alone"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        map_for(local, call_for(local, "still", "image"), **fields)


def test_there_are_no_settings() -> None:
    with pytest.raises(ValidationError, match="local has no settings"):
        call_for(local, "animatic", provider_config={"frames_per_second": 12})
