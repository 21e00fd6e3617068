"""The trace of a generation: its spans, who is whose child, and what they say, however the generation is run."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    AuthenticationError,
    Job,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name
)
from tarash.tarash_gateway.testing.simulator import Reset, Status

if TYPE_CHECKING:
    from plugins.otel.conftest import Traced

FAL, REPLICATE = "fal-ai/veo3.1", "google/veo-3.1-fast"


def parent_of(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


def id_of(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def test_a_generation_is_a_tree_of_three_levels(
    run: Run, traced: Traced, replicate: ReplicateSimulator
) -> None:
    response = run(traced.gateway, "generate_video", video_config(replicate, REPLICATE), video_request())
    generation, attempt, *exchanges = traced.spans
    assert (generation.name, generation.kind) == ("generate video", SpanKind.INTERNAL)
    assert (attempt.name, attempt.kind) == (f"generate_content {REPLICATE}", SpanKind.CLIENT)
    assert {(span.name, span.kind) for span in exchanges} == {
        ("POST", SpanKind.CLIENT),
        ("GET", SpanKind.CLIENT),
    }
    assert len(exchanges) == len(replicate.requests)
    assert parent_of(generation) is None
    assert parent_of(attempt) == id_of(generation)
    assert {parent_of(span) for span in exchanges} == {id_of(attempt)}
    assert attributes(attempt)["gen_ai.response.id"] == response.request_id
    for span in traced.spans:
        assert span.status.status_code is StatusCode.UNSET
        assert generation.start_time <= span.start_time <= span.end_time <= generation.end_time  # type: ignore[operator]


def test_the_spans_say_what_the_conventions_ask(traced: Traced, replicate: ReplicateSimulator) -> None:
    traced.gateway.generate_video(video_config(replicate, REPLICATE), video_request(seed=7))
    generation, attempt, post, *_ = traced.spans
    assert attributes(attempt) == {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": "replicate",
        "gen_ai.request.model": REPLICATE,
        "gen_ai.output.type": "video",
        "gen_ai.request.seed": 7,
        "gen_ai.response.id": attributes(attempt)["gen_ai.response.id"],
        "server.address": "127.0.0.1",
        "server.port": replicate.port,
        "tarash.generation.id": attributes(generation)["tarash.generation.id"],
        "tarash.attempt.number": 1,
        "tarash.provider": "replicate",
        "tarash.outcome": "completed",
        "tarash.submitted": "yes",
        "tarash.billed": "yes",
        **{name: value for name, value in attributes(attempt).items() if "cost_usd" in name},
    }
    assert attributes(post) == {
        "http.request.method": "POST",
        "http.response.status_code": 201,
        "server.address": "127.0.0.1",
        "server.port": replicate.port,
        "url.full": attributes(post)["url.full"],
    }
    assert str(attributes(post)["url.full"]).startswith(f"{replicate.url}/v1/models/google/")
    assert attributes(generation)["tarash.outcome"] == "completed"


def test_the_span_of_a_generation_has_its_estimated_cost_if_none_is_reported(
    traced: Traced, fal: FalSimulator
) -> None:
    traced.gateway.generate_video(video_config(fal, FAL), video_request(duration_seconds=8))
    generation, attempt, *_ = traced.spans
    estimate = attributes(attempt)["tarash.estimated_cost_usd"]
    assert attributes(generation)["tarash.total_cost_usd"] == estimate
    assert "tarash.cost_usd" not in attributes(generation), "fal does not report it"


def test_an_image_has_its_own_type_and_count(traced: Traced, fal: FalSimulator) -> None:
    traced.gateway.generate_image(image_config(fal), image_request(n=2))
    (attempt,) = [span for span in traced.spans if span.name.startswith("generate_content")]
    assert attributes(attempt)["gen_ai.output.type"] == "image"
    assert attributes(attempt)["gen_ai.request.choice.count"] == 2
    assert traced.named("generate image")


def test_retries_and_fallbacks_show(
    run: Run, traced: Traced, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.inject("submit", Status(429, headers={"Retry-After": "0"}))
    fal.fail_next("runner_disconnected")
    config = video_config(fal, FAL, fallback_configs=[video_config(replicate, REPLICATE)])
    run(traced.gateway, "generate_video", config, video_request())
    failed, taken_over = [span for span in traced.spans if span.name.startswith("generate_content")]
    assert failed.status.status_code is StatusCode.ERROR
    assert attributes(failed)["error.type"] == attributes(failed)["tarash.outcome"] == "generation_failed"
    (retry,) = [event for event in failed.events if event.name == "retry"]
    assert dict(retry.attributes or {})["error.type"] == "rate_limit"
    posts = [span for span in traced.named("POST") if parent_of(span) == id_of(failed)]
    assert [attributes(span).get("http.request.resend_count") for span in posts] == [None, 1]
    assert [attributes(span)["http.response.status_code"] for span in posts] == [429, 200]
    assert attributes(posts[0])["error.type"] == "429"
    assert attributes(taken_over)["tarash.fallback"] is True
    assert attributes(taken_over)["tarash.attempt.number"] == 2
    assert attributes(traced.named("generate video")[0])["tarash.outcome"] == "completed"


def test_a_broken_connection_ends_its_span(run: Run, traced: Traced, replicate: ReplicateSimulator) -> None:
    replicate.inject("status", Reset())
    run(traced.gateway, "generate_video", video_config(replicate, REPLICATE), video_request())
    broken = [span for span in traced.named("GET") if span.status.status_code is StatusCode.ERROR]
    assert [attributes(span)["error.type"] for span in broken] == ["reset"]
    assert "http.response.status_code" not in attributes(broken[0])


def test_the_caller_is_the_parent(run: Run, traced: Traced, fal: FalSimulator) -> None:
    tracer = traced.tracer_provider.get_tracer("caller")
    with tracer.start_as_current_span("request") as request:
        run(traced.gateway, "generate_video", video_config(fal, FAL), video_request())
    assert parent_of(traced.named("generate video")[0]) == request.get_span_context().span_id
    assert {span.context.trace_id for span in traced.spans} == {request.get_span_context().trace_id}


def test_generations_in_threads_do_not_mix(traced: Traced, replicate: ReplicateSimulator) -> None:
    tracer = traced.tracer_provider.get_tracer("caller")
    together = threading.Barrier(6)

    def generate(number: int) -> None:
        together.wait()
        with tracer.start_as_current_span(f"thread {number}"):
            traced.gateway.generate_video(video_config(replicate, REPLICATE), video_request())

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(generate, range(6)))
    assert_separate(traced, "thread", 6)


def test_generations_in_tasks_do_not_mix(traced: Traced, replicate: ReplicateSimulator) -> None:
    tracer = traced.tracer_provider.get_tracer("caller")

    async def generate(number: int) -> None:
        with tracer.start_as_current_span(f"task {number}"):
            await traced.gateway.generate_video_async(video_config(replicate, REPLICATE), video_request())

    async def every() -> None:
        await asyncio.gather(*(generate(number) for number in range(6)))

    asyncio.run(every())
    assert_separate(traced, "task", 6)


def assert_separate(traced: Traced, word: str, count: int) -> None:
    """Each caller has a trace of its own, with one generation and all of its requests."""
    callers = [span for span in traced.spans if span.name.startswith(word)]
    assert len(callers) == count
    for caller in callers:
        own = [span for span in traced.spans if span.context.trace_id == caller.context.trace_id]
        (generation,) = [span for span in own if span.name == "generate video"]
        (attempt,) = [span for span in own if span.name.startswith("generate_content")]
        exchanges = [span for span in own if span.name in {"POST", "GET"}]
        assert parent_of(generation) == id_of(caller)
        assert {parent_of(span) for span in exchanges} == {id_of(attempt)}
        assert sum(span.name == "POST" for span in exchanges) == 1


# A job that is resumed.


def test_a_resumed_job_links_to_the_trace_that_submitted_it(
    run: Run, traced: Traced, replicate: ReplicateSimulator
) -> None:
    config = video_config(replicate, REPLICATE)
    job = run(traced.gateway, "submit_video", config, video_request())
    submitting, submitted, *_ = traced.spans
    assert attributes(submitted)["tarash.outcome"] == "submitted"
    # as another process reads it
    stored = Job.from_json(job.to_json())
    run(traced.gateway, "resume", stored, config=config)
    (resumed,) = traced.named("resume video")
    ((trace_id, span_id),) = [(link.context.trace_id, link.context.span_id) for link in resumed.links]
    assert (trace_id, span_id) == (submitting.context.trace_id, id_of(submitting))
    assert resumed.context.trace_id != submitting.context.trace_id
    attempts = traced.named(f"generate_content {REPLICATE}")
    assert [parent_of(span) for span in attempts] == [id_of(submitting), id_of(resumed)]
    assert attributes(attempts[1])["tarash.outcome"] == "completed"
    same = {attributes(span)["tarash.generation.id"] for span in (submitting, resumed)}
    assert len(same) == 1


def test_a_job_holds_ids_and_nothing_else_of_the_trace(traced: Traced, replicate: ReplicateSimulator) -> None:
    job = traced.gateway.submit_video(video_config(replicate, REPLICATE), video_request())
    context = traced.spans[0].get_span_context()
    assert context is not None
    assert job.traceparent == f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def test_a_detached_job_ends_its_spans(run: Run, traced: Traced, replicate: ReplicateSimulator) -> None:
    replicate.polls_until_done = 10_000
    config = video_config(replicate, REPLICATE, timeout=0.3, on_timeout="detach")
    with pytest.raises(TimeoutError):
        run(traced.gateway, "generate_video", config, video_request())
    generation, attempt, *_ = traced.spans
    assert attributes(generation)["tarash.outcome"] == attributes(attempt)["tarash.outcome"] == "timeout"
    assert attributes(attempt)["tarash.submitted"] == "yes"


# What ends otherwise.


def test_a_refusal_is_one_span(run: Run, traced: Traced, fal: FalSimulator) -> None:
    with pytest.raises(AuthenticationError):
        run(traced.gateway, "generate_video", video_config(fal, FAL, api_key=None), video_request())
    (refused,) = traced.spans
    assert refused.name == "generate video"
    assert attributes(refused)["error.type"] == "authentication"
    assert refused.status.status_code is StatusCode.ERROR


def test_an_interruption_ends_every_span(run: Run, traced: Traced, replicate: ReplicateSimulator) -> None:
    def interrupt(_update: object) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError):
        run(
            traced.gateway,
            "generate_video",
            video_config(replicate, REPLICATE),
            video_request(),
            on_progress=interrupt,
        )
    generation, attempt, *_ = traced.spans
    assert attributes(generation)["tarash.outcome"] == "abandoned"
    assert attributes(attempt)["error.type"] == "LookupError"
    assert len(traced.spans) == 2 + len(replicate.requests)


def test_a_cancelled_task_ends_the_exchange_that_it_waited_for(
    traced: Traced, replicate: ReplicateSimulator
) -> None:
    replicate.polls_until_done = 10_000

    async def cancelled() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(
                traced.gateway.generate_video_async(video_config(replicate, REPLICATE), video_request()), 0.5
            )

    asyncio.run(cancelled())
    generation, attempt, *_ = traced.spans
    assert attributes(generation)["tarash.outcome"] == "abandoned"
    assert attributes(attempt)["error.type"] == "CancelledError"
    assert attributes(attempt)["tarash.cancelled"] == "yes"


def test_two_calls_that_resume_one_job_at_once_leave_no_span_open(
    traced: Traced, replicate: ReplicateSimulator
) -> None:
    config = video_config(replicate, REPLICATE)
    job = traced.gateway.submit_video(config, video_request())
    traced.exporter.clear()

    async def both() -> None:
        await asyncio.gather(*(traced.gateway.resume_async(job, config=config) for _ in range(2)))

    asyncio.run(both())
    outcomes = [attributes(span)["tarash.outcome"] for span in traced.named("resume video")]
    assert sorted(map(str, outcomes)) == ["completed", "superseded"]


def test_a_skipped_attempt_is_an_event(traced: Traced, fal: FalSimulator) -> None:
    fal.fail_next("runner_disconnected")
    without_video = video_config(fal, "stable-image-core", provider="stability")
    with pytest.raises(TarashException):
        traced.gateway.generate_video(
            video_config(fal, FAL, fallback_configs=[without_video]), video_request()
        )
    (generation,) = traced.named("generate video")
    (skipped,) = generation.events
    assert skipped.name == "attempt skipped"
    assert dict(skipped.attributes or {})["tarash.provider"] == "stability"
