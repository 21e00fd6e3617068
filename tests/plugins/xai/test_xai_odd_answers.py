"""What becomes of answers that are not as documented."""

from __future__ import annotations

import pytest

import tarash_gateway_xai as xai
from tarash.tarash_gateway.plugin import HTTPError, HttpReply, QuotaExceededError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for

NO_CREDIT = {"error": {"message": "Insufficient credits for this request", "code": 402}}


@pytest.mark.parametrize(
    ("model", "modality"), [("grok-imagine-video", "video"), ("grok-imagine-image", "image")]
)
def test_an_error_told_with_http_200_is_the_reason(model: str, modality: str) -> None:
    call = call_for(xai, model, modality)
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(xai.tarash_submit(call, map_for(xai, call).payload), json_reply(NO_CREDIT))
    assert caught.value.submitted == "no"


def test_a_page_in_place_of_the_api_is_a_wrong_address() -> None:
    page = HttpReply(404, {"content-type": "text/html"}, b"<html><h1>Not Found</h1></html>")
    error = xai.tarash_error(page)
    assert type(error) is HTTPError
    assert "base_url" in error.message
