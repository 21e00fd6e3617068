"""The event stream of an interaction says when to ask; a poll says what there is."""

from __future__ import annotations

import json

import pytest

import tarash_gateway_google as google
from execution import Run
from plugins.google.google_calls import PROJECT, TOKEN
from simulators.asking import video_config
from simulators.google import GoogleSimulator
from tarash.tarash_gateway import (
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.plugin import (
    GenerationState,
    ServerEvent,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash.tarash_gateway.testing.simulator import Body, Reset, TruncatedJson
from tarash_gateway_google.stream import read_event

OMNI = "gemini-omni-1.2-flash"
FOX = VideoGenerationRequest(prompt="a red fox")
LINKED = {"protocol": "interactions", "path": "/v1beta/interactions/v1_a", "location": "", "delivery": "uri"}


def test_the_stream_is_opened_with_the_key_at_the_path_of_the_interaction() -> None:
    stream, _ = drive(google.tarash_stream(call_for(google, OMNI), LINKED))
    assert stream is not None
    host = "https://generativelanguage.googleapis.com"
    assert (stream.call.method, stream.call.url) == ("GET", f"{host}/v1beta/interactions/v1_a?stream=true")
    assert stream.call.headers == {"x-goog-api-key": TEST_KEY, "Accept": "text/event-stream"}
    assert (stream.begins_with_status, stream.ends_with_status) == (True, False)


def test_the_stream_of_vertex_is_opened_with_a_token_where_the_job_runs() -> None:
    call = call_for(google, OMNI, provider_config=PROJECT)
    path = "/v1beta1/projects/film/locations/europe-west4/interactions/v1_a"
    stream, _ = drive(google.tarash_stream(call, {**LINKED, "path": path, "location": "europe-west4"}))
    assert stream is not None
    assert stream.call.url == f"https://europe-west4-aiplatform.googleapis.com{path}?stream=true"
    assert stream.call.headers["Authorization"] == f"Bearer {TOKEN}"
    assert stream.call.secrets == (TOKEN,)


@pytest.mark.parametrize(
    "job",
    [
        pytest.param({"protocol": "predict_long_running", "path": "/v1/models/x/operations/1"}, id="veo"),
        pytest.param(
            {key: LINKED[key] for key in ("protocol", "path", "location")}, id="video-in-the-events"
        ),
    ],
)
def test_a_job_without_a_stream_of_use_is_polled(job: dict[str, object]) -> None:
    assert drive(google.tarash_stream(call_for(google, OMNI), job))[0] is None


def test_an_altered_reference_opens_no_stream() -> None:
    with pytest.raises(ValidationError, match="no path"):
        drive(google.tarash_stream(call_for(google, OMNI), {**LINKED, "path": "evil.example"}))


@pytest.mark.parametrize(
    ("extra", "streams"),
    [
        pytest.param({}, True, id="linked"),
        pytest.param({"response_format": {"delivery": "inline"}}, False, id="inline"),
        pytest.param(
            {"response_format": [{"type": "video", "delivery": "uri"}]}, False, id="several-formats"
        ),
    ],
)
def test_only_a_job_whose_video_is_linked_to_is_streamed(extra: dict[str, object], streams: bool) -> None:
    call = call_for(google, OMNI)
    payload = map_for(google, call, extra_params=extra).payload
    submission, _ = drive(
        google.tarash_submit(call, payload), json_reply({"id": "v1_a", "status": "in_progress"})
    )
    assert submission.job is not None
    assert (drive(google.tarash_stream(call, submission.job))[0] is not None) == streams


@pytest.mark.parametrize(
    ("event", "state"),
    [
        pytest.param({"event_type": "interaction.created", "interaction": {"status": "in_progress"}}, "processing", id="created"),
        pytest.param({"event_type": "interaction.status_update", "status": "queued"}, "queued", id="queued"),
        pytest.param({"event_type": "interaction.status_update", "status": "dreaming"}, "processing", id="unknown-word"),
        pytest.param({"event_type": "interaction.completed", "interaction": {"status": "completed"}}, "completed", id="completed"),
        pytest.param({"event_type": "interaction.completed", "interaction": {}}, "completed", id="completed-without-a-word"),
        pytest.param({"event_type": "interaction.completed", "interaction": {"status": "budget_exceeded"}}, "failed", id="out-of-budget"),
        pytest.param({"event_type": "interaction.completed", "interaction": {"status": "cancelled"}}, "cancelled", id="cancelled"),
        pytest.param({"event_type": "error", "error": {"code": 13, "message": "Internal error."}}, "failed", id="error"),
        pytest.param({"event_type": "step.start", "index": 0, "step": {"type": "thought"}}, None, id="step"),
        pytest.param({"event_type": "step.delta", "delta": {"type": "video", "uri": "https://a"}}, None, id="video"),
    ],
)  # fmt: skip
def test_events_are_states(event: dict[str, object], state: GenerationState | None) -> None:
    status = read_event(ServerEvent(str(event["event_type"]), json.dumps(event)))
    assert (status.state if status is not None else None) == state


@pytest.mark.parametrize("data", ["[DONE]", '{"event_type": "interaction.st', ""])
def test_what_is_no_event_is_asked_for(data: str) -> None:
    with pytest.raises(UnexpectedResponseError):
        read_event(ServerEvent("message", data))


def test_a_video_is_noticed_on_the_stream_and_polled_once(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.job_seconds = 0.4
    response = run(gateway, "generate_video", video_config(simulator), FOX)
    assert response.video.startswith("file:")
    assert [simulator.count(route) for route in ("submit", "stream", "status")] == [1, 1, 1]


def test_a_file_that_is_still_processed_is_waited_for_after_the_stream(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.file_polls = 2
    response = run(gateway, "generate_video", video_config(simulator), FOX)
    assert response.video.startswith("file:")
    assert (simulator.count("stream"), simulator.count("file")) == (1, 3)


@pytest.mark.parametrize(
    ("failure", "raises", "words"),
    [
        ("internal", GenerationFailedError, "Internal error"),
        ("filtered", ContentModerationError, "nothing was generated"),
    ],
)
def test_a_failure_on_the_stream_has_its_reason(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, failure: str, raises: type[Exception], words: str
) -> None:
    simulator.fail_jobs(failure)
    with pytest.raises(raises, match=words):
        run(gateway, "generate_video", video_config(simulator), FOX)
    assert (simulator.count("stream"), simulator.count("status")) == (1, 1)


ERROR_EVENT = Body(b'event: error\ndata: {"event_type": "error", "error": {}}\n\n', "text/event-stream")
DONE_EVENT = Body(b"event: done\ndata: [DONE]\n\n", "text/event-stream")
NO_STREAM = Body(b'{"id": "v1_a", "status": "in_progress"}', "application/json")


@pytest.mark.parametrize(
    "fault", [Reset(), TruncatedJson(), ERROR_EVENT, DONE_EVENT, NO_STREAM], ids=lambda fault: str(fault)[:30]
)
def test_a_stream_that_breaks_loses_nothing(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, fault: Body
) -> None:
    simulator.inject("stream", fault)
    simulator.job_seconds = 0.3
    response = run(gateway, "generate_video", video_config(simulator), FOX)
    assert response.video.startswith("file:")
    assert (simulator.count("submit"), simulator.count("stream")) == (1, 1)
