"""Owns the checks of the base class of simulators by plain httpx: faults, records, job life, a quiet end."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import ClassVar

import av
import httpx
import pytest

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    Body,
    Fault,
    Hang,
    Html,
    LostResponse,
    RecordedRequest,
    Refusal,
    Replaced,
    Reset,
    Route,
    SimulatedJob,
    Simulator,
    SlowAnswer,
    Status,
    TruncatedBody,
    TruncatedJson,
    event_stream_answer,
    json_answer,
    server_sent_event,
)

AUTHORIZED = {"Authorization": "Bearer test-key"}


class AcmeSimulator(Simulator):
    failures: ClassVar = {"content_policy": "flagged"}

    def routes(self) -> list[Route]:
        return [
            Route("submit", "POST", "/jobs", self._submit),
            Route("follow", "GET", "/jobs/{id}", self._stream, query={"stream": "true"}),
            Route("status", "GET", "/jobs/{id}", self._status),
            Route("stream", "GET", "/jobs/{id}/stream", self._stream),
            Route("wait", "GET", "/jobs/{id}/wait", self._wait),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        ok = self.has_header(request, "Authorization", f"Bearer {self.api_key}")
        return None if ok else json_answer({"error": "who are you?"}, status=401)

    def _job(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None:
            raise Refusal(json_answer({"error": "no such job"}, status=404))
        return job

    def _submit(self, request: RecordedRequest) -> Answer:
        return json_answer({"id": self.create_job(request, inputs=request.json_object()).id})

    def _status(self, request: RecordedRequest) -> Answer:
        return json_answer({"state": self.observe(self._job(request))})

    def _stream(self, request: RecordedRequest) -> Answer:
        return event_stream_answer(self._events(self._job(request)))

    async def _events(self, job: SimulatedJob) -> AsyncIterator[bytes]:
        async for state in self.watch(job):
            yield server_sent_event(state)

    async def _wait(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        done = await self.wait_until_done(job, float(request.query["seconds"]))
        return json_answer({"done": done, "state": self.state_of(job)})


@pytest.fixture
def simulator() -> Iterator[AcmeSimulator]:
    with AcmeSimulator() as simulator:
        yield simulator


@pytest.fixture
def client(simulator: AcmeSimulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=simulator.url, headers=AUTHORIZED, timeout=5) as client:
        yield client


def submit(client: httpx.Client) -> str:
    return str(client.post("/jobs", json={"prompt": "a boat"}).json()["id"])


def states(client: httpx.Client, job_id: str, polls: int) -> list[str]:
    return [client.get(f"/jobs/{job_id}").json()["state"] for _ in range(polls)]


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "status", "body"),
        [
            pytest.param(Status(503, json={"retry": 1}), 503, b'{"retry": 1}', id="status-json"),
            pytest.param(Status(502, text="bad gateway"), 502, b"bad gateway", id="status-text"),
            pytest.param(Html(), 200, b"<!doctype html>", id="html"),
            pytest.param(Body(b"\xff\xfe", "video/mp4", 206), 206, b"\xff\xfe", id="body"),
        ],
    )
    def test_an_answer_can_replace_the_processing(
        self, simulator: AcmeSimulator, client: httpx.Client, fault: Fault, status: int, body: bytes
    ) -> None:
        simulator.inject("submit", fault)
        answer = client.post("/jobs", json={})
        assert answer.status_code == status
        assert answer.content.startswith(body)
        assert simulator.jobs == []

    def test_a_status_fault_carries_its_headers(self, simulator: AcmeSimulator, client: httpx.Client) -> None:
        simulator.inject("submit", Status(429, headers={"Retry-After": "3"}))
        assert client.post("/jobs", json={}).headers["Retry-After"] == "3"

    @pytest.mark.parametrize(
        ("fault", "expected", "jobs"),
        [
            pytest.param(Reset(), httpx.ReadError, 0, id="reset"),
            pytest.param(Hang(0.05), httpx.RemoteProtocolError, 0, id="hang-until-closed"),
            pytest.param(LostResponse(), httpx.RemoteProtocolError, 1, id="lost-response"),
            pytest.param(TruncatedJson(), httpx.RemoteProtocolError, 1, id="fewer-bytes-than-declared"),
        ],
    )
    def test_a_connection_can_break_before_or_after_the_processing(
        self,
        simulator: AcmeSimulator,
        client: httpx.Client,
        fault: Fault,
        expected: type[httpx.TransportError],
        jobs: int,
    ) -> None:
        simulator.inject("submit", fault)
        with pytest.raises(expected):
            client.post("/jobs", json={})
        assert len(simulator.jobs) == jobs
        assert client.post("/jobs", json={}).status_code == 200

    @pytest.mark.parametrize(
        ("fault", "jobs"),
        [pytest.param(Hang(60), 0, id="hang"), pytest.param(SlowAnswer(60), 1, id="slow-answer")],
    )
    def test_a_client_can_be_made_to_time_out(
        self, simulator: AcmeSimulator, client: httpx.Client, fault: Fault, jobs: int
    ) -> None:
        simulator.inject("submit", fault)
        with pytest.raises(httpx.ReadTimeout):
            client.post("/jobs", json={}, timeout=0.2)
        assert len(simulator.jobs) == jobs

    def test_a_slow_answer_arrives_late_and_whole(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        simulator.inject("submit", SlowAnswer(0.1))
        started = time.monotonic()
        assert client.post("/jobs", json={}).json()["id"]
        assert time.monotonic() - started >= 0.1

    def test_a_truncated_body_is_whole_http_and_broken_json(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        simulator.inject("submit", TruncatedBody())
        answer = client.post("/jobs", json={})
        assert len(answer.content) == int(answer.headers["Content-Length"])
        with pytest.raises(json.JSONDecodeError):
            answer.json()
        assert len(simulator.jobs) == 1

    @pytest.mark.parametrize("by", [Status(502), Html(), Body(b"")])
    def test_a_replaced_answer_hides_a_request_that_was_processed(
        self, simulator: AcmeSimulator, client: httpx.Client, by: Status | Html | Body
    ) -> None:
        simulator.inject("submit", Replaced(by))
        answer = client.post("/jobs", json={})
        assert answer.status_code == by.status
        assert b"id" not in answer.content
        assert len(simulator.jobs) == 1

    def test_a_fault_strikes_from_the_nth_call_on_as_often_as_asked(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        simulator.inject("submit", Status(503), nth=2, times=2)
        assert [client.post("/jobs", json={}).status_code for _ in range(4)] == [200, 503, 503, 200]

    def test_a_fault_for_ever_ends_when_cleared(self, simulator: AcmeSimulator, client: httpx.Client) -> None:
        simulator.inject("submit", Status(503), times=None)
        assert [client.post("/jobs", json={}).status_code for _ in range(3)] == [503, 503, 503]
        simulator.clear_faults()
        assert client.post("/jobs", json={}).status_code == 200

    @pytest.mark.parametrize(
        ("inject", "message"),
        [
            pytest.param(lambda s: s.inject("sumbit", Reset()), "no route 'sumbit'", id="route"),
            pytest.param(lambda s: s.inject("submit", Reset(), nth=0), "nth=0", id="count"),
            pytest.param(lambda s: s.fail_jobs("nope"), "content_policy", id="failure"),
        ],
    )
    def test_a_misspelt_plan_is_refused(
        self, simulator: AcmeSimulator, inject: Callable[[AcmeSimulator], None], message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            inject(simulator)


class TestRecords:
    def test_every_request_is_recorded_under_its_route(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        client.post("/jobs?priority=low", json={"prompt": "a boat"})
        client.get("/nowhere")
        submitted, lost = simulator.requests
        assert (submitted.route, submitted.method, submitted.path) == ("submit", "POST", "/jobs")
        assert submitted.json == {"prompt": "a boat"}
        assert submitted.query["priority"] == "low"
        assert submitted.headers["authorization"] == "Bearer test-key"
        assert (lost.route, lost.path) == ("unmatched", "/nowhere")
        assert simulator.count("submit") == 1

    @pytest.mark.parametrize(
        ("query", "route"), [("", "status"), ("?stream=true", "follow"), ("?stream=false", "status")]
    )
    def test_routes_of_one_path_are_told_apart_by_their_query(
        self, simulator: AcmeSimulator, client: httpx.Client, query: str, route: str
    ) -> None:
        path = f"/jobs/{submit(client)}{query}"
        simulator.inject(route, Status(503))
        assert client.get(path).status_code == 503
        assert [request.route for request in simulator.requests] == ["submit", route]

    def test_a_multipart_form_is_recorded_byte_by_byte(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        data = b"\r\n--not-a-boundary\r\n\x00\xff\n"
        client.post("/jobs", data={"model": "acme-2"}, files={"image": ("a.png", data, "image/png")})
        recorded = simulator.requests[0]
        image, model = recorded.form_part("image"), recorded.form_part("model")
        assert image is not None
        assert (image.data, image.filename, image.content_type) == (data, "a.png", "image/png")
        assert model is not None
        assert model.text == "acme-2"

    def test_a_url_encoded_form_is_recorded(self, simulator: AcmeSimulator, client: httpx.Client) -> None:
        client.post("/jobs", data={"grant_type": "a b"})
        assert [(part.name, part.text) for part in simulator.requests[0].form] == [("grant_type", "a b")]

    def test_a_request_without_credentials_is_refused_but_media_are_public(
        self, simulator: AcmeSimulator
    ) -> None:
        assert httpx.post(f"{simulator.url}/jobs", json={}).status_code == 401
        assert httpx.get(simulator.image_url()).headers["Content-Type"] == "image/png"
        assert httpx.get(f"{simulator.url}/media/unknown.png").status_code == 404

    def test_the_video_is_a_real_one(self, simulator: AcmeSimulator) -> None:
        url = simulator.video_url()
        with av.open(url) as container:
            assert sum(1 for _ in container.decode(video=0)) == 8


class TestJobLife:
    def test_polls_bring_a_job_from_the_queue_to_its_end(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        simulator.polls_until_done = 3
        assert states(client, submit(client), 4) == ["queued", "running", "running", "succeeded"]

    def test_time_brings_a_job_to_its_end(self, simulator: AcmeSimulator, client: httpx.Client) -> None:
        simulator.job_seconds = 0.2
        started = time.monotonic()
        job_id = submit(client)
        assert simulator.finished_at(job_id) is None
        assert client.get(f"/jobs/{job_id}/wait?seconds=5").json() == {"done": True, "state": "succeeded"}
        finished_at = simulator.finished_at(job_id)
        assert finished_at is not None
        assert 0.2 <= finished_at - started <= time.monotonic() - started

    def test_a_held_job_runs_until_it_is_finished(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        simulator.hold()
        first, second, third = submit(client), submit(client), submit(client)
        assert states(client, first, 3) == ["running"] * 3
        assert client.get(f"/jobs/{first}/wait?seconds=0.05").json()["done"] is False
        simulator.finish(first)
        simulator.fail(second, "content_policy")
        assert [simulator.job_state(job) for job in (first, second)] == ["succeeded", "failed"]
        simulator.release()
        assert states(client, third, 2) == ["running", "succeeded"]

    def test_a_held_job_may_wait_instead(self, simulator: AcmeSimulator, client: httpx.Client) -> None:
        simulator.hold("queued")
        job = submit(client)
        assert states(client, job, 2) == ["queued"] * 2
        simulator.hold("running")
        assert states(client, job, 2) == ["running"] * 2

    def test_a_planned_failure_strikes_the_next_jobs_only(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        simulator.fail_next("content_policy", times=2)
        jobs = [submit(client) for _ in range(3)]
        assert [states(client, job, 2)[-1] for job in jobs] == ["failed", "failed", "succeeded"]

    def test_a_stream_tells_every_change_as_it_happens(
        self, simulator: AcmeSimulator, client: httpx.Client
    ) -> None:
        simulator.hold()
        job_id = submit(client)
        with client.stream("GET", f"/jobs/{job_id}/stream") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "data: running"
            simulator.finish(job_id)
            assert [line for line in lines if line] == ["data: succeeded"]


class TestEnd:
    def test_stopping_ends_hangs_and_streams_at_once(self) -> None:
        outcomes: list[str] = []

        def watch(url: str) -> None:
            try:
                httpx.get(url, headers=AUTHORIZED, timeout=30)
            except httpx.TransportError:
                outcomes.append("broken")
            else:
                outcomes.append("ended")

        with AcmeSimulator() as simulator:
            simulator.hold()
            job_id = httpx.post(f"{simulator.url}/jobs", json={}, headers=AUTHORIZED).json()["id"]
            simulator.inject("status", Hang(60))
            paths = (f"/jobs/{job_id}", f"/jobs/{job_id}/stream")
            clients = [threading.Thread(target=watch, args=(simulator.url + path,)) for path in paths]
            for thread in clients:
                thread.start()
            while simulator.count("status") + simulator.count("stream") < 2:
                threading.Event().wait(0.01)
            started = time.monotonic()
        assert time.monotonic() - started < 2
        for thread in clients:
            thread.join()
        assert sorted(outcomes) == ["broken", "ended"]

    def test_a_thousand_connections_are_served_at_once(self, simulator: AcmeSimulator) -> None:
        async def one() -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
            writer.write(
                b"GET /jobs/unknown HTTP/1.1\r\nHost: acme\r\nAuthorization: Bearer test-key\r\n\r\n"
            )
            line = await reader.readline()
            writer.close()
            await writer.wait_closed()
            return line

        async def many() -> list[bytes]:
            return await asyncio.gather(*(one() for _ in range(1000)))

        assert set(asyncio.run(many())) == {b"HTTP/1.1 404 Not Found\r\n"}
        assert simulator.count("status") == 1000


PROGRAM_ON_ANOTHER_LOOP = """
import asyncio, threading
from tarash.tarash_gateway.testing.simulator import Simulator

class Proactor(asyncio.SelectorEventLoop):
    def remove_reader(self, fd):
        raise NotImplementedError  # as Windows' own loop does

class Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = Proactor

asyncio.set_event_loop_policy(Policy())
threading.excepthook = lambda problem: print("failed:", repr(problem.exc_value))
class Empty(Simulator):
    def routes(self): return []
    def authorize(self, request): return None
with Empty():
    pass
print("stopped")
"""


def test_a_simulator_stops_quietly_where_the_usual_event_loop_is_windows_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM_ON_ANOTHER_LOOP], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["stopped"], done.stderr
