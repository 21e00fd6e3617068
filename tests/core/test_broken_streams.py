"""A status stream that is cut or does not open loses no paid job, and keeps the deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from core.acme import STATES, Acme, AcmeServer, acme, generation
from tarash.tarash_gateway import TarashException
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpReply,
    JobReference,
    JobStatus,
    ServerEvent,
    StatusStream,
    hookimpl,
    wire,
)
from tarash.tarash_gateway.steps import (
    HttpCall,
    Instant,
    NewToken,
    NextEvent,
    OpenStream,
    ReadRandom,
    Sleep,
    Step,
    StreamHandle,
    TransportFailure,
    run_flow,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


class Streaming(Acme):
    """Acme with a status stream of JSON events."""

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        def flow() -> Flow[StatusStream]:
            yield from ()
            return StatusStream(call=call.request("GET", f"/jobs/{job['id']}/events"), read=_read)

        return flow()


class Brief(Streaming):
    """Acme with a stream that only says when to ask."""

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        yield from ()
        return StatusStream(call=call.request("GET", "/events"), read=_read, ends_with_status=False)


def _read(event: ServerEvent) -> JobStatus:
    body = event.json_object()
    return JobStatus(state=STATES[wire.text(body, "state") or ""], raw=body)


class StreamTime:
    """Virtual time with one stream, whose events are given; without any, it does not even open."""

    def __init__(self, server: AcmeServer, *events: str) -> None:
        self.server, self.events, self.seconds = server, list(events), 0.0

    def perform(self, step: Step) -> object:
        """Perform one step."""
        match step:
            case HttpCall():
                self.seconds += 0.05
                return self.server(step, self.seconds)
            case Sleep():
                self.seconds += step.seconds
            case ReadRandom():
                return 0.5
            case NewToken():
                return "0" * 32
            case OpenStream():
                return self._open(step.call)
            case NextEvent():
                return ServerEvent("message", self.events.pop(0)) if self.events else None
            case _:
                return Instant(self.seconds, START + timedelta(seconds=self.seconds))
        return None

    def _open(self, call: HttpCall) -> StreamHandle:
        if self.events:
            return StreamHandle(1)
        self.seconds += call.timeout_seconds or 60.0
        raise TransportFailure("no answer", kind="timeout", request_may_have_arrived=True)


def _providers(streaming: Streaming | None = None) -> Registry:
    made = Registry(lambda _group: ())
    made.register("acme", streaming or Streaming())
    made.register("other", Acme("other"))
    return made


class Quiet(StreamTime):
    """A stream that is silent for twenty seconds before each event."""

    def perform(self, step: Step) -> object:
        if isinstance(step, NextEvent):
            self.seconds += 20.0
        return super().perform(step)


def test_the_end_that_a_stream_tells_is_learned_as_the_duration() -> None:
    """Of a poll, only a time within which the job ended is known."""
    memory = Memory(Path("unused"))
    for _ in range(3):
        done = '{"state": "done", "url": "https://cdn.acme.example/clip.mp4"}'
        world = Quiet(AcmeServer(), '{"state": "running"}', done)
        run_flow(generation(acme(timeout=3600), memory, providers=_providers()).generate(), world.perform)
    (known,) = memory.history._by_model.values()
    assert list(known.seconds) == pytest.approx([40.0] * 3, abs=0.5)


def test_a_cut_event_is_asked_for_again_and_nobody_else_is_paid() -> None:
    server = AcmeServer(job_seconds=3.0)
    config = acme(fallback_configs=[acme("other")])
    flow = generation(config, providers=_providers()).generate()
    response = run_flow(flow, StreamTime(server, '{"state": "running"}', '{"stat').perform)
    assert (response.request_id, server.count("submit"), server.cancelled) == ("job-1", 1, [])
    assert server.count("status") > 0


def test_a_stream_that_does_not_open_leaves_time_to_settle_the_job() -> None:
    server = AcmeServer(job_seconds=1e9)
    time = StreamTime(server)
    with pytest.raises(TimeoutError):
        run_flow(generation(acme(timeout=10.0), providers=_providers()).generate(), time.perform)
    assert server.cancelled == ["job-1"]
    assert time.seconds < 11


def test_a_reference_that_an_event_replaces_is_polled_after_a_break() -> None:
    class Moving(Streaming):
        @hookimpl
        def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
            yield from ()
            return StatusStream(
                call=call.request("GET", "/events"),
                read=lambda _event: JobStatus(state="processing", job={"id": "job-1", "part": "2"}),
            )

        @hookimpl
        def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
            assert job == {"id": "job-1", "part": "2"}
            return super().tarash_poll(call, job)

    registry = Registry(lambda _group: ())
    registry.register("acme", Moving())
    server = AcmeServer(job_seconds=3.0)
    flow = generation(acme(), providers=registry).generate()
    run_flow(flow, StreamTime(server, "any").perform)
    assert server.count("status") > 0


@pytest.mark.parametrize(
    ("job_seconds", "event", "polls"),
    [
        pytest.param(0.0, '{"state": "done"}', 1, id="ended"),
        pytest.param(0.0, '{"state": "failed"}', 1, id="ended-otherwise"),
        pytest.param(0.2, '{"state": "done"}', 2, id="not-yet-for-the-first-poll"),
    ],
)
def test_an_event_that_only_says_when_to_ask_is_followed_by_a_poll_at_once(
    job_seconds: float, event: str, polls: int
) -> None:
    server = AcmeServer(job_seconds=job_seconds)
    time = StreamTime(server, '{"state": "running"}', event)
    response = run_flow(generation(acme(), providers=_providers(Brief())).generate(), time.perform)
    # the result, and its link, come from the poll
    assert [asset.url for asset in response.assets] == ["https://cdn.acme.example/job-1.mp4"]
    assert server.count("status") == polls
    assert server.times("status")[0] < 0.2


@pytest.mark.parametrize(
    ("event", "is_kept"),
    [
        pytest.param('{"state": "done"}', True, id="a-result"),
        pytest.param('{"state": "failed"}', False, id="a-failure"),
    ],
)
def test_a_job_whose_result_was_announced_is_neither_cancelled_nor_paid_for_elsewhere(
    event: str, is_kept: bool
) -> None:
    server = AcmeServer(job_seconds=0.0)
    server.always["status"] = HttpReply(503, content=b"{}")
    time = StreamTime(server, event)
    config = acme(timeout=10.0, fallback_configs=[acme(timeout=10.0)])
    with pytest.raises(TarashException) as told:
        run_flow(generation(config, providers=_providers(Brief())).generate(), time.perform)
    if is_kept:
        assert isinstance(told.value, TimeoutError)
        assert told.value.job is not None
        assert told.value.job.request_id == "job-1"
        assert (server.count("cancel"), server.count("submit"), told.value.billed) == (0, 1, "unknown")
    else:
        # it may well run on: a poll never said so
        assert (server.count("cancel"), server.count("submit")) == (2, 2)


class Buggy(Streaming):
    """Acme with a bug somewhere in its status stream."""

    def __init__(self, bug: str) -> None:
        super().__init__()
        self.bug = bug

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        if self.bug == "hook":
            raise KeyError("hook")
        return self._stream(call)

    def _stream(self, call: Call) -> Flow[StatusStream]:
        yield from ()
        if self.bug == "flow":
            raise KeyError("flow")
        if self.bug == "kind":
            return cast("StatusStream", "https://acme.example/events")
        return StatusStream(call=call.request("GET", "/events"), read=self._read)

    def _read(self, event: ServerEvent) -> JobStatus:
        if self.bug == "status":
            return cast("JobStatus", event.json_object())
        raise KeyError(event.data)


@pytest.mark.parametrize(
    ("bug", "told"),
    [
        ("hook", "tarash_stream raised KeyError: 'hook'"),
        ("flow", "tarash_stream raised KeyError: 'flow'"),
        ("kind", "tarash_stream returned str, not StatusStream"),
        ("read", "while reading an event"),
        ("status", "tarash_stream returned dict, not JobStatus"),
    ],
)
def test_a_bug_in_the_stream_leaves_the_job_to_the_polls_and_is_told(
    bug: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    providers = Registry(entry_points=lambda _group: ())
    providers.register("acme", Buggy(bug))
    time = StreamTime(AcmeServer(job_seconds=20), '{"state": "running"}')
    response = run_flow(generation(acme(), providers=providers).generate(), time.perform)
    (warning,) = response.execution_metadata.warnings
    assert told in warning
    assert warning.endswith("report it to the plugin's authors; the job is polled instead")
    assert [record.message for record in caplog.records] == ["plugin has a bug"]
    assert time.server.count("submit") == 1
    assert time.server.count("status") >= 1
    assert time.server.cancelled == []
