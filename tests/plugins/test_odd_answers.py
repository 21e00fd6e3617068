"""Whatever JSON a provider answers with, nothing but an exception of the gateway leaves a plugin."""

from __future__ import annotations

import importlib
import inspect
import json
import random
from collections.abc import Callable
from types import ModuleType

import pytest

from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, TarashException
from tarash.tarash_gateway.steps import Instant, ReadClock, Step, run_flow
from tarash.tarash_gateway.testing import call_for
from tarash.tarash_gateway.testing.flows import NOW

# provider, model, reference of a job: both protocols where a provider has two
CALLS: list[tuple[str, str, dict[str, object]]] = [
    ("alibaba", "wan3.0-video", {"task_id": "86"}),
    ("fal", "fal-ai/veo3.1", {"request_id": "86"}),
    ("replicate", "google/veo-3.1-fast", {"id": "86"}),
    ("runway", "gen4.5", {"id": "86"}),
    ("luma", "ray-3.2", {"id": "86", "api": "agents"}),
    ("luma", "ray-2", {"id": "86", "api": "dream_machine"}),
    ("kling", "kling-3.0", {"task_id": "86", "path": "/tasks"}),
    ("kling", "kling-v3", {"task_id": "86", "path": "/v1/videos/text2video"}),
    ("minimax", "MiniMax-H3", {"task_id": "86", "version": "v2"}),
    ("bfl", "flux-3-video", {"id": "86", "polling_url": "https://api.us1.bfl.ai/v1/get_result?id=86"}),
    ("bytedance", "seedance-1-5-pro-251215", {"id": "86"}),
    ("minimax", "T2V-01", {"task_id": "86", "version": "v1"}),
]
MEMBERS = """
    id request_id task_id status task_status state error error_type detail message code data task url output outputs video
    images assets failure failureCode failure_reason logs progress cost credits billing base_resp status_code file file_id
    content duration update_time completed_at created_at seed has_nsfw_concepts payload loc external_id task_info
    response_url input issues retry_after content_type width result sample samples details detail polling_url items created
    video_url results choices
"""
NAMES = MEMBERS.split()
VALUES: list[object] = [
    None, True, False, 0, -1, 86, 10**400, 1e308, -1e30, 1790000000000000, "", "86", "succeeded", "COMPLETED", "failed", "nan",
    "9" * 400, "https://[broken", "https://a.example/b.mp4", "\ud800", "https://a.example/\udfff.png", "a\x00b",
    "data:image/png;base64,", "data:video/mp4;base64,AAAA", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "moderated",
]  # fmt: skip
STATES = ("COMPLETED", "succeeded", "failed", "SUCCEEDED", "FAILED", "submitted", "cancelled")


class OddAnswers:
    """Makes answers that are well-formed JSON and make no sense, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def value(self, depth: int = 0) -> object:
        chance = self._random.random()
        if chance < 0.25 and depth < 4:
            return self.members(depth + 1)
        if chance < 0.4 and depth < 4:
            return [self.value(depth + 1) for _ in range(self._random.randint(0, 3))]
        return self._random.choice(VALUES)

    def members(self, depth: int = 0) -> dict[str, object]:
        return {self._random.choice(NAMES): self.value(depth) for _ in range(self._random.randint(0, 6))}

    def body(self) -> dict[str, object]:
        body, word = self.members(), self._random.choice(STATES)
        task = {"id": "86", "status": word, **self.members()}
        shape = self._random.randint(0, 4)
        if shape == 1:
            body |= {"status": word, "state": word.lower(), "task_status": word}
        elif shape == 2:
            body |= {"code": 0, "data": [task]}
        elif shape == 3:
            body |= {"code": 0, "data": task}
        elif shape == 4:
            body |= {"task": task}
        return body

    def reply(self, status: int = 200) -> HttpReply:
        return HttpReply(status, {"content-type": "application/json"}, json.dumps(self.body()).encode())


def _answered(flow: Flow[object], odd: OddAnswers) -> object:
    """Run a flow with another odd answer for each call it makes, as many as it wants."""

    def perform(step: Step) -> object:
        if isinstance(step, ReadClock):
            return Instant(NOW.timestamp(), NOW)
        return odd.reply() if isinstance(step, HttpCall) else None

    return run_flow(flow, perform)


def _flows(
    plugin: ModuleType, call: Call, job: dict[str, object], odd: OddAnswers
) -> list[Callable[[], object]]:
    given = {"call": call, "job": job, "raw": odd.body()}
    names = inspect.signature(plugin.tarash_normalize).parameters
    payload: dict[str, object] = {"prompt": "x", "generation_type": "video"}

    def cancel() -> object:
        flow: Flow[object] | None = plugin.tarash_cancel(call, job)
        return None if flow is None else _answered(flow, odd)

    def find() -> object:
        return _answered(plugin.tarash_find_submission(call, payload), odd)

    return [
        lambda: _answered(plugin.tarash_poll(call, job), odd),
        lambda: _answered(plugin.tarash_poll(call, odd.body()), odd),
        lambda: _answered(plugin.tarash_submit(call, payload), odd),
        lambda: plugin.tarash_error(response=odd.reply(422)),
        lambda: plugin.tarash_error(response=odd.reply(403)),
        lambda: _answered(plugin.tarash_normalize(**{name: given[name] for name in names}), odd),
        *([cancel] if hasattr(plugin, "tarash_cancel") else []),
        *([find] if hasattr(plugin, "tarash_find_submission") else []),
    ]


@pytest.mark.parametrize(
    ("provider", "model", "job"), CALLS, ids=[f"{name}-{model}" for name, model, _ in CALLS]
)
def test_nothing_but_an_exception_of_the_gateway_leaves_a_parser(
    provider: str, model: str, job: dict[str, object]
) -> None:
    plugin = importlib.import_module(f"tarash_gateway_{provider}")
    call = call_for(plugin, model, api_key="luma-api-key" if model == "ray-3.2" else "a-key")
    answered = 0
    for seed in range(150):
        for run in _flows(plugin, call, job, OddAnswers(seed)):
            try:
                run()
            except TarashException:
                continue
            answered += 1
    # as many as show that the answers are not refused at the first glance
    assert answered > 300
