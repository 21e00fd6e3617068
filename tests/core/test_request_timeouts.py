"""The user decides how long a single HTTP request may take, but cuts off none for which the plugin allows more."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.acme import Acme, AcmeServer, acme, generation
from tarash.tarash_gateway import ValidationError, VideoGenerationConfig
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, Submission, hookimpl, send
from tarash.tarash_gateway.testing import VirtualTime


class SlowAcme(Acme):
    """Acme, which uploads for up to 300 s and submits in the default time."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return _uploaded_and_submitted(call, payload)


def _uploaded_and_submitted(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    yield from send(call.request("GET", "/jobs/upload", timeout_seconds=300.0))
    reply = yield from send(call.request("POST", "/jobs", json=dict(payload)))
    job_id = reply.require_text("id")
    return Submission(job={"id": job_id}, request_id=job_id)


def _timeouts(*, timeout: float, request_timeout: float | None) -> dict[str, float | None]:
    """Generate, and return the timeout of the upload, the submission and a poll."""
    seen: dict[str, float | None] = {}
    server = AcmeServer(job_seconds=1.0)

    def watched(call: HttpCall, now: float) -> HttpReply:
        kind = "upload" if call.url.endswith("/upload") else {"POST": "submit", "GET": "poll"}[call.method]
        seen.setdefault(kind, call.timeout_seconds)
        return HttpReply(200, {}, b"{}") if kind == "upload" else server(call, now)

    registry = Registry(lambda _group: ())
    registry.register("acme", SlowAcme())
    config = acme(timeout=timeout, request_timeout=request_timeout)
    VirtualTime(watched).run(generation(config, providers=registry).generate())
    return seen


@pytest.mark.parametrize(
    ("request_timeout", "expected"),
    [
        pytest.param(None, (300.0, 60.0, 60.0), id="left to the plugin"),
        pytest.param(10.0, (300.0, 10.0, 10.0), id="shorter: the upload keeps its time"),
        pytest.param(900.0, (900.0, 900.0, 900.0), id="longer"),
    ],
)
def test_a_request_takes_as_long_as_the_user_or_the_plugin_allows(
    request_timeout: float | None, expected: tuple[float, float, float]
) -> None:
    seen = _timeouts(timeout=3600, request_timeout=request_timeout)
    assert (seen["upload"], seen["submit"], seen["poll"]) == expected


def test_the_deadline_still_limits_every_request() -> None:
    seen = _timeouts(timeout=120, request_timeout=900)
    assert all(seconds is not None and seconds <= 120 for seconds in seen.values())


def test_fallbacks_given_as_text_share_it() -> None:
    config = VideoGenerationConfig(
        provider="fal", model="fal-ai/veo3.1", request_timeout=90, fallbacks=["replicate/google/veo-3.1"]
    )
    assert config.fallback_configs[0].request_timeout == 90


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan"), 86_401, "soon"])
def test_a_time_that_is_none_is_refused(seconds: object) -> None:
    with pytest.raises(ValidationError, match="request_timeout"):
        VideoGenerationConfig.model_validate(
            {"provider": "fal", "model": "fal-ai/veo3.1", "request_timeout": seconds}
        )
