"""What becomes of answers that are not as documented."""

from __future__ import annotations

import pytest

import tarash_gateway_stability as stability
from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    QuotaExceededError,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for


@pytest.mark.parametrize(
    ("body", "raises", "words"),
    [
        ({"error": {"message": "Insufficient credits", "code": 402}}, QuotaExceededError, "Insufficient"),
        (
            {"id": "e1", "name": "payment_required", "errors": ["You lack sufficient credits"]},
            QuotaExceededError,
            "lack sufficient",
        ),
        (
            {"id": "e2", "name": "content_moderation", "errors": ["Your request was flagged"]},
            ContentModerationError,
            "flagged",
        ),
    ],
    ids=["foreign", "own", "moderation"],
)
def test_an_error_told_with_http_200_is_the_reason(
    body: object, raises: type[TarashException], words: str
) -> None:
    call = call_for(stability, "core")
    with pytest.raises(raises, match=words) as caught:
        drive(stability.tarash_submit(call, map_for(stability, call).payload), json_reply(body))
    assert caught.value.submitted == "no"


@pytest.mark.parametrize("job", [{}, {"id": None}, {"id": 7}])
def test_a_reference_without_an_id_asks_nothing(job: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="no id"):
        drive(stability.tarash_poll(call_for(stability, "upscale/creative"), job))


@pytest.mark.parametrize("word", ["CONTENT_FILTERED", "content_filtered"])
def test_a_blurred_picture_is_not_a_result_in_any_spelling(word: str) -> None:
    with pytest.raises(ContentModerationError):
        drive(stability.tarash_normalize({"image": "aW1hZ2U=", "finish_reason": word}))
