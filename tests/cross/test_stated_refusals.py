"""The plugins state a refusal that they read from the provider's own code, so that a chain goes on even after a 5xx status."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tarash.tarash_gateway.plugin import HttpReply, TarashException
from tarash.tarash_gateway.testing import json_reply
from tarash_gateway_alibaba.errors import tarash_error as alibaba
from tarash_gateway_bytedance.errors import tarash_error as bytedance
from tarash_gateway_fal.errors import tarash_error as fal
from tarash_gateway_kling.errors import tarash_error as kling
from tarash_gateway_minimax.errors import tarash_error as minimax
from tarash_gateway_openai.errors import tarash_error as openai
from tarash_gateway_stability.errors import tarash_error as stability

Read = Callable[[HttpReply], TarashException]
REFUSALS: list[tuple[Read, str, object]] = [
    (alibaba, "content_moderation", {"code": "DataInspectionFailed", "message": "inappropriate"}),
    (alibaba, "quota_exceeded", {"code": "Arrearage", "message": "overdue"}),
    (alibaba, "model_not_found", {"code": "ModelNotFound", "message": "gone"}),
    (alibaba, "authentication", {"code": "WorkSpaceNotFound", "message": "no such workspace"}),
    (alibaba, "validation", {"code": "AccessDenied", "message": "does not support synchronous calls"}),
    (bytedance, "quota_exceeded", {"error": {"code": "AccountOverdueError", "message": "overdue"}}),
    (bytedance, "model_not_found", {"error": {"code": "ModelNotOpen", "message": "not open"}}),
    (fal, "content_moderation", {"detail": [{"type": "content_policy_violation", "msg": "no"}]}),
    (kling, "authentication", {"code": 1002, "message": "bad key"}),
    (kling, "quota_exceeded", {"code": 1102, "message": "used up"}),
    (kling, "validation", {"code": 1201, "message": "bad"}),
    (kling, "model_not_found", {"code": 1203, "message": "gone"}),
    (kling, "content_moderation", {"code": 1301, "message": "risk control"}),
    (minimax, "authentication", {"base_resp": {"status_code": 2049, "status_msg": "bad key"}}),
    (minimax, "quota_exceeded", {"base_resp": {"status_code": 1008, "status_msg": "no balance"}}),
    (minimax, "rate_limit", {"base_resp": {"status_code": 1002, "status_msg": "slower"}}),
    (minimax, "content_moderation", {"base_resp": {"status_code": 1026, "status_msg": "sensitive"}}),
    (minimax, "validation", {"base_resp": {"status_code": 2013, "status_msg": "bad"}}),
    (openai, "content_moderation", {"error": {"code": "moderation_blocked", "message": "no"}}),
    (openai, "quota_exceeded", {"error": {"code": "insufficient_quota", "message": "no"}}),
    (openai, "model_not_found", {"error": {"code": "model_not_found", "message": "no"}}),
    (stability, "content_moderation", {"name": "content_moderation", "errors": ["no"]}),
]


@pytest.mark.parametrize(("read", "code", "body"), REFUSALS)
def test_a_code_of_the_provider_refuses_with_any_status(read: Read, code: str, body: object) -> None:
    error = read(json_reply(body, 500))
    assert (error.code, error.submitted, error.states_refusal) == (code, "no", True)


@pytest.mark.parametrize("read", dict.fromkeys(read for read, _, _ in REFUSALS))
def test_a_status_without_words_of_the_provider_states_nothing(read: Read) -> None:
    assert not read(json_reply({}, 500)).states_refusal
