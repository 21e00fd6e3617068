"""What becomes of answers that are not as documented."""

from __future__ import annotations

import pytest

import tarash_gateway_google as google
from tarash.tarash_gateway.plugin import QuotaExceededError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for

NO_CREDIT = {"error": {"message": "Insufficient credits for this request", "code": 402}}
MODELS = (
    "gemini-omni-1.2-flash",
    "veo-3.1-generate-preview",
    "gemini-3-pro-image",
    "imagen-4.0-generate-001",
)


@pytest.mark.parametrize("model", MODELS)
def test_an_error_told_with_http_200_is_the_reason(model: str) -> None:
    call = call_for(google, model, "image" if "ima" in model else "video")
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(google.tarash_submit(call, map_for(google, call).payload), json_reply(NO_CREDIT))
    assert caught.value.submitted == "no"
