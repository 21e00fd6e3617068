"""The id of a refused request is for people and logs: what cannot be shown or is empty is no id."""

from __future__ import annotations

import importlib

import pytest

from tarash.tarash_gateway.testing import json_reply

# where each provider names the request, in a header or in the body
HEADERS = {
    "bfl": "x-request-id",
    "bytedance": "x-request-id",
    "fal": "x-fal-request-id",
    "luma": "x-request-id",
    "minimax": "trace-id",
    "openai": "x-request-id",
    "runway": "apigw-requestid",
    "stability": "x-request-id",
    "xai": "x-request-id",
}
MEMBERS = {"alibaba": "request_id", "kling": "request_id", "minimax": "request_id", "stability": "id"}


@pytest.mark.parametrize("provider", HEADERS)
def test_an_empty_header_names_no_request(provider: str) -> None:
    plugin = importlib.import_module(f"tarash_gateway_{provider}")
    for given, told in (("r-1", "r-1"), ("", None)):
        error = plugin.tarash_error(response=json_reply({}, 500, {HEADERS[provider]: given}))
        assert error.request_id == told


@pytest.mark.parametrize("provider", MEMBERS)
@pytest.mark.parametrize("odd", ["", "a\x00b", "\ud800", {}, None])
def test_a_member_that_cannot_be_shown_names_no_request(provider: str, odd: object) -> None:
    plugin = importlib.import_module(f"tarash_gateway_{provider}")
    for given, told in (("r-1", "r-1"), (odd, None)):
        error = plugin.tarash_error(response=json_reply({MEMBERS[provider]: given}, 500))
        assert error.request_id == told
