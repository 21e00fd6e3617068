"""The metrics: seconds, retries, fallbacks and cost, each counted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from simulators.xai import XaiSimulator
from tarash.tarash_gateway import Job, SubmissionUnknownError
from tarash.tarash_gateway.plugin import Event
from tarash.tarash_gateway.testing.simulator import LostResponse, Status
from tarash_gateway_otel.metrics import MOST_SERVERS

if TYPE_CHECKING:
    from plugins.otel.conftest import Traced

FAL, REPLICATE = "fal-ai/veo3.1", "google/veo-3.1-fast"


def model(provider: str, name: str) -> dict[str, object]:
    return {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": name,
        "gen_ai.output.type": "video",
    }


def test_every_step_of_a_rough_generation_is_counted(
    run: Run, traced: Traced, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.inject("submit", Status(429, headers={"Retry-After": "0"}))
    fal.fail_next("runner_disconnected")
    config = video_config(fal, FAL, fallback_configs=[video_config(replicate, REPLICATE)])
    run(traced.gateway, "generate_video", config, video_request())
    at_fal, at_replicate = model("fal", FAL), model("replicate", REPLICATE)
    assert traced.points("tarash.generation.duration") == [(at_fal, 1)]
    assert sorted(traced.points("gen_ai.client.operation.duration"), key=str) == sorted(
        [({**at_fal, "error.type": "generation_failed"}, 1), (at_replicate, 1)], key=str
    )
    assert traced.points("tarash.retries") == [({**at_fal, "error.type": "rate_limit"}, 1)]
    assert traced.points("tarash.fallbacks") == [(at_replicate, 1)]
    sent = sum(count for _, count in traced.points("http.client.request.duration"))
    assert sent == len([span for span in traced.spans if span.name in {"POST", "GET", "PUT"}])
    unknown = traced.points("tarash.cost.unknown")
    assert sorted(unknown, key=str) == sorted([(at_fal, 1), (at_replicate, 1)], key=str)


def test_the_cost_of_a_job_is_counted_when_it_ends_not_when_it_is_submitted(
    run: Run, traced: Traced, xai: XaiSimulator
) -> None:
    config = video_config(xai)
    job = run(traced.gateway, "submit_video", config, video_request())
    assert traced.points("tarash.cost") == traced.points("tarash.cost.unknown") == []
    response = run(traced.gateway, "resume", Job.from_json(job.to_json()), config=config)
    (entry,) = response.execution_metadata.attempts
    ((asked, cost),) = traced.points("tarash.cost")
    assert asked == model("x_ai", config.model)
    assert cost == pytest.approx(entry.cost_usd)
    assert cost > 0
    assert traced.points("tarash.cost.unknown") == []


def test_an_unknown_cost_is_never_counted_as_free(run: Run, traced: Traced, fal: FalSimulator) -> None:
    fal.inject("submit", LostResponse())
    config = video_config(fal, FAL, timeout=2.0, on_unknown_submission="raise")
    with pytest.raises(SubmissionUnknownError):
        run(traced.gateway, "generate_video", config, video_request())
    assert traced.points("tarash.cost") == []
    assert traced.points("tarash.cost.unknown") == [(model("fal", FAL), 1)]


def test_requests_are_measured_by_server_and_status(traced: Traced, fal: FalSimulator) -> None:
    fal.inject("submit", Status(429, headers={"Retry-After": "0"}))
    traced.gateway.generate_image(image_config(fal), image_request())
    refused = [point for point, _ in traced.points("http.client.request.duration") if "error.type" in point]
    assert refused == [
        {
            "http.request.method": "POST",
            "http.response.status_code": 429,
            "server.address": "127.0.0.1",
            "server.port": fal.port,
            "error.type": "429",
        }
    ]


def test_no_metric_has_a_value_of_its_own_for_every_generation(traced: Traced, fal: FalSimulator) -> None:
    for _ in range(3):
        traced.gateway.generate_image(image_config(fal), image_request())
    assert [count for _, count in traced.points("tarash.generation.duration")] == [3]
    assert [count for _, count in traced.points("gen_ai.client.operation.duration")] == [3]


def test_hosts_that_strangers_name_do_not_each_become_a_time_series(traced: Traced) -> None:
    started = Event(
        kind="generation_started", generation_id="1", provider="fal", model=FAL, attempt_number=0,
        at=datetime(2026, 11, 29, tzinfo=UTC), modality="video",
    )  # fmt: skip
    traced.telemetry.tarash_event(started)
    for number in range(3 * MOST_SERVERS):
        asked = {"method": "GET", "url": f"https://host-{number}.example/picture.png"}
        answered = {"status_code": 200, "elapsed_seconds": 0.1}
        traced.telemetry.tarash_event(replace(started, kind="request_sent", attempt_number=1, facts=asked))
        traced.telemetry.tarash_event(
            replace(started, kind="response_received", attempt_number=1, facts=answered)
        )
    counts = {
        str(found["server.address"]): count for found, count in traced.points("http.client.request.duration")
    }
    assert len(counts) == MOST_SERVERS + 1
    assert (counts["host-0.example"], counts["_OTHER"]) == (1, 2 * MOST_SERVERS)
