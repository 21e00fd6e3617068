from __future__ import annotations

import base64

import pytest

import tarash_gateway_stability as stability
from tarash.tarash_gateway.plugin import ContentModerationError, GenerationFailedError
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_stability.results import tarash_normalize
from tarash_gateway_stability.status import tarash_poll

IMAGE = base64.b64encode(tiny_png()).decode()
DONE = {"image": IMAGE, "finish_reason": "SUCCESS", "seed": 7}
BLURRED = {"image": IMAGE, "finish_reason": "CONTENT_FILTERED", "seed": 7}
JOB = {"id": "4aba"}


def test_a_job_is_processing_as_long_as_the_answer_is_202() -> None:
    status, calls = drive(
        tarash_poll(call_for(stability, "upscale/creative", "image"), JOB),
        json_reply({"id": "4aba", "status": "in-progress"}, 202),
    )
    assert (status.state, status.progress_percent) == ("processing", None)
    assert status.suggested_delay_seconds == 10.0
    assert calls[0].url == "https://api.stability.ai/v2beta/results/4aba"
    assert calls[0].headers["Accept"] == "application/json"


def test_a_finished_job_answers_with_its_picture() -> None:
    status, _ = drive(tarash_poll(call_for(stability, "upscale/creative", "image"), JOB), json_reply(DONE))
    assert status.state == "completed"
    result, calls = drive(tarash_normalize(status.raw))
    assert calls == []
    assert result.seed == 7
    assert result.assets[0].content == tiny_png()
    assert result.assets[0].content_type == "image/png"
    assert IMAGE not in repr(result.raw)


def test_a_blurred_picture_is_a_refusal_of_the_job() -> None:
    status, _ = drive(tarash_poll(call_for(stability, "upscale/creative", "image"), JOB), json_reply(BLURRED))
    assert status.state == "failed"
    assert isinstance(status.error, ContentModerationError)
    assert status.error.stage == "output"
    assert IMAGE not in repr(status.raw)


def test_a_blurred_picture_of_a_synchronous_endpoint_is_a_refusal_too() -> None:
    with pytest.raises(ContentModerationError, match="blurred"):
        drive(tarash_normalize(BLURRED))


@pytest.mark.parametrize("image", ["", "no base64!", base64.b64encode(b"no picture").decode()])
def test_an_answer_without_a_readable_picture_is_a_failed_generation(image: str) -> None:
    with pytest.raises(GenerationFailedError, match="no readable image"):
        drive(tarash_normalize({**DONE, "image": image}))
