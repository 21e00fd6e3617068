"""A request class that the gateway does not know is mapped by its fields alone."""

from __future__ import annotations

from typing import ClassVar

import pydantic
import pytest

from core.mapping.rows import row
from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.mapping import (
    Catalogue,
    Model,
    Price,
    choice_field_mapper,
    duration_field_mapper,
    passthrough_field_mapper,
)
from tarash.tarash_gateway.mapping.apply import apply_row, estimate_cost_usd
from tarash.tarash_gateway.mapping.values import read_values
from tarash.tarash_gateway.media.inputs import Media
from tarash.tarash_gateway.models import GenerationRequest
from tarash.tarash_gateway.models.media_field import MediaField
from tarash.tarash_gateway.testing.simulator import tiny_png


class SpeechRequest(GenerationRequest):
    """A request of a modality that is none of the gateway's."""

    count_field: ClassVar[str] = "takes"

    voice: str | None = None
    voice_sample: MediaField | None = None
    duration_seconds: float | None = None
    takes: int = pydantic.Field(default=1, ge=1)


SPEECH = row(
    {
        "text": passthrough_field_mapper("prompt", required=True),
        "voice_id": choice_field_mapper("voice", {"low": "v1", "high": "v2"}),
        "seconds": duration_field_mapper(allowed_values=(5, 10)),
        "count": passthrough_field_mapper("takes", maximum=4),
    },
    modality="audio",
    prices=(Price(usd=0.5, unit="audio", source="this test"),),
)


def _mapped(mode: str = "error", **fields: object) -> dict[str, object]:
    request = SpeechRequest.model_validate({"prompt": "hello", **fields})
    return apply_row(SPEECH, request, provider="acme", model="m", mode=mode).payload  # type: ignore[arg-type]  # the two words of the literal


def test_its_fields_are_read_by_name() -> None:
    request = SpeechRequest.model_validate(
        {
            "prompt": "hello",
            "voice": "low",
            "voice_sample": tiny_png(),
            "takes": 2,
            "image_list": [{"image": tiny_png(), "type": "style"}],
            "extra_params": {"pitch": 1},
        }
    )
    values = read_values(request)
    assert set(values) == {"prompt", "voice", "voice_sample", "takes", "style_image"}
    assert isinstance(values["voice_sample"], Media)


@pytest.mark.parametrize("empty", [{"voice": ""}, {"voice": None}, {"takes": 1}])
def test_what_is_not_asked_for_is_absent(empty: dict[str, object]) -> None:
    assert read_values(SpeechRequest.model_validate({"prompt": "hello", **empty})) == {"prompt": "hello"}


def test_it_becomes_a_payload() -> None:
    assert _mapped(voice="high", duration_seconds=5, takes=2, extra_params={"pitch": 1}) == {
        "text": "hello",
        "voice_id": "v2",
        "seconds": 5,
        "count": 2,
        "pitch": 1,
    }


def test_a_lost_input_is_an_input_whatever_its_name() -> None:
    request = SpeechRequest.model_validate({"prompt": "hello", "voice_sample": tiny_png()})
    with pytest.raises(ValidationError, match=r"voice_sample=.* is not an input of this model"):
        apply_row(SPEECH, request, provider="acme", model="m", mode="error")
    with pytest.raises(ValidationError, match="m would lose voice_sample") as caught:
        apply_row(SPEECH, request, provider="acme", model="m", mode="adjust", is_fallback=True)
    assert caught.value.allows_fallback


def test_its_price_counts_its_outputs() -> None:
    request = SpeechRequest.model_validate({"prompt": "hello", "takes": 3})
    values = apply_row(SPEECH, request, provider="acme", model="m", mode="error").values
    assert estimate_cost_usd(SPEECH, values, count_field=SpeechRequest.count_field) == 1.5


def test_its_rows_are_found_and_its_task_is_named() -> None:
    row_of_speech = Model(id="speak", modality="audio", fields=SPEECH.fields, source="this test")
    catalogue = Catalogue([row_of_speech])
    assert catalogue.lookup("speak-2", "audio") is row_of_speech
    assert catalogue.lookup("speak-2", "video") is None
    assert (catalogue.has("audio"), catalogue.has("video")) == (True, False)
    assert row_of_speech.tasks() == ("text-to-audio",)
