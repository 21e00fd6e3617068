"""What becomes of answers that are not as documented."""

from __future__ import annotations

import pytest

import tarash_gateway_openai as plugin
from plugins.openai.openai_calls import make_call
from tarash.tarash_gateway.plugin import Call, QuotaExceededError
from tarash.tarash_gateway.testing import drive, json_reply

NO_CREDIT = {"error": {"message": "Insufficient credits for this request", "code": 402}}


@pytest.mark.parametrize(
    "call",
    [make_call("sora-2", "video"), make_call(), make_call(responses_model="gpt-5.5")],
    ids=["video", "image", "background image"],
)
def test_an_error_told_with_http_200_is_the_reason(call: Call) -> None:
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(plugin.tarash_submit(call, {"prompt": "a paper boat"}), json_reply(NO_CREDIT))
    assert caught.value.submitted == "no"
