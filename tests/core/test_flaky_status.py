"""A status endpoint that stumbles does not lose a job that is paid for."""

from __future__ import annotations

import pytest

from core.acme import Acme, AcmeServer, acme, generation, reply
from core.chains import BOAT, fal_video, ledger, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import Gateway, HTTPError
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import Call, Flow, JobReference, JobStatus, hookimpl, send, wire
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.simulator import (
    Body,
    Fault,
    Hang,
    Html,
    LostResponse,
    Reset,
    Status,
    TruncatedBody,
    TruncatedJson,
)

STUMBLES = [
    pytest.param(Status(502, text="<html>nginx</html>"), id="bad-gateway"),
    pytest.param(Status(500), id="internal-error"),
    pytest.param(Status(429, headers={"Retry-After": "0"}), id="rate-limit"),
    pytest.param(Hang(0.05), id="no-answer"),
    pytest.param(LostResponse(), id="lost-answer"),
    pytest.param(Reset(), id="reset"),
    pytest.param(TruncatedJson(), id="cut-connection"),
    pytest.param(TruncatedBody(), id="half-of-the-json"),
    pytest.param(Html(200), id="html-with-200"),
    pytest.param(Html(503), id="html-with-503"),
    pytest.param(Body(b""), id="empty"),
    pytest.param(Body(b"[]"), id="no-object"),
    pytest.param(Body(b"null"), id="null"),
    pytest.param(Body(b"\xff\xfe\x00"), id="no-text"),
    pytest.param(Status(404, json={"detail": "not found"}), id="replica-that-lags"),
]


@pytest.mark.parametrize("stumble", STUMBLES)
def test_one_bad_answer_while_polling_loses_nothing(
    run: Run, gateway: Gateway, replicate: ReplicateSimulator, stumble: Fault
) -> None:
    replicate.inject("status", stumble)
    response = run(gateway, "generate_video", replicate_video(replicate), BOAT)
    assert response.request_id == replicate.jobs[0].id
    assert (replicate.count("submit"), len(response.execution_metadata.attempts)) == (1, 1)
    assert ledger(response)[0].polls == replicate.count("status")


def test_many_bad_answers_in_a_row_lose_nothing(
    run: Run, gateway: Gateway, replicate: ReplicateSimulator
) -> None:
    replicate.inject("status", Status(502), times=12)
    response = run(gateway, "generate_video", replicate_video(replicate), BOAT)
    assert (response.request_id, replicate.count("submit")) == (replicate.jobs[0].id, 1)


def test_an_unknown_status_word_means_that_the_job_goes_on(
    run: Run, gateway: Gateway, replicate: ReplicateSimulator
) -> None:
    replicate.show_status("defragmenting", times=3)
    assert run(gateway, "generate_video", replicate_video(replicate), BOAT).video.endswith(".mp4")
    assert replicate.count("submit") == 1


def test_a_status_request_without_answer_is_given_up_by_its_own_timeout(
    run: Run, gateway: Gateway, replicate: ReplicateSimulator
) -> None:
    """The deadline of the attempt bounds each exchange too: silence until then is a timeout, and the job is cancelled."""
    replicate.inject("status", Hang(5), times=None)
    config = replicate_video(replicate, timeout=0.5)
    with pytest.raises(Exception, match=r"not finished within 0\.5 s") as caught:
        run(gateway, "generate_video", config, BOAT)
    assert type(caught.value).__name__ == "TimeoutError"
    assert replicate.job_state(replicate.jobs[0].id) == "cancelled"


def test_a_key_that_is_refused_for_a_moment_loses_nothing(
    run: Run, gateway: Gateway, replicate: ReplicateSimulator
) -> None:
    replicate.inject("status", Status(401, json={"detail": "invalid token"}), times=2)
    response = run(gateway, "generate_video", replicate_video(replicate), BOAT)
    assert (response.request_id, replicate.count("submit")) == (replicate.jobs[0].id, 1)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Status(404, json={"detail": "no stream here"}), id="refused"),
        pytest.param(Status(500), id="broken-server"),
        pytest.param(Reset(), id="reset"),
        pytest.param(TruncatedJson(), id="breaks-after-the-first-event"),
        pytest.param(Body(b"", "text/event-stream"), id="ends-at-once"),
        pytest.param(Body(b": keep-alive\n\n", "text/event-stream"), id="only-a-keep-alive"),
        pytest.param(Body(b"data: {not json\n\n", "text/event-stream"), id="unreadable-event"),
        pytest.param(Html(200), id="html"),
        pytest.param(Body(b'{"status": "IN_QUEUE"}'), id="json-in-place-of-a-stream"),
    ],
)
def test_a_status_stream_that_fails_is_replaced_by_polling(
    run: Run, gateway: Gateway, fal: FalSimulator, fault: Fault
) -> None:
    fal.inject("stream", fault)
    response = run(gateway, "generate_video", fal_video(fal), BOAT)
    assert response.request_id == fal.jobs[0].id
    assert (fal.count("submit"), fal.count("stream")) == (1, 1)
    assert fal.count("status") >= 1


def test_a_stream_that_tells_the_end_needs_no_polling(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    run(gateway, "generate_video", fal_video(fal), BOAT)
    assert (fal.count("stream"), fal.count("status")) == (1, 0)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Status(502, text="bad gateway"), id="bad-gateway"),
        pytest.param(TruncatedJson(), id="cut-connection"),
        pytest.param(Html(200), id="html"),
    ],
)
def test_a_result_that_cannot_be_read_at_first_is_read_again(
    run: Run, gateway: Gateway, fal: FalSimulator, fault: Fault
) -> None:
    fal.inject("result", fault)
    response = run(gateway, "generate_video", fal_video(fal), BOAT)
    assert (fal.count("submit"), fal.count("result")) == (1, 2)
    assert ledger(response)[0].billed == "yes"


class ReadingAcme(Acme):
    """Acme, whose plugin reads a refusal from an answer with 200."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return _poll(call, job)


def _poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    answer = yield from send(call.request("GET", f"/jobs/{job['id']}"))
    body = answer.json_object()
    if wire.text(body, "error"):
        raise HTTPError("an odd answer", status_code=answer.status)
    return JobStatus(state="completed" if body["state"] == "done" else "processing", raw=body)


def _reading(*provider_ids: str) -> Registry:
    made = Registry(entry_points=lambda _group: ())
    for provider_id in provider_ids:
        made.register(provider_id, ReadingAcme(provider_id))
    return made


def test_a_refusal_that_comes_with_200_loses_no_job() -> None:
    server = AcmeServer(job_seconds=30)
    server.answers["status"] = [reply(200, {"error": "no"})] * 2
    response = VirtualTime(server).run(generation(acme(), providers=_reading("acme")).generate())
    assert (response.request_id, server.count("submit"), server.cancelled) == ("job-1", 1, [])


def test_a_refusal_that_keeps_coming_with_200_hands_the_job_back() -> None:
    server = AcmeServer(job_seconds=30)
    server.always["status"] = reply(200, {"error": "no"})
    config = acme(fallback_configs=[acme("other")])
    with pytest.raises(HTTPError) as caught:
        VirtualTime(server).run(generation(config, providers=_reading("acme", "other")).generate())
    assert caught.value.job is not None
    assert (server.count("submit"), server.cancelled) == (1, [])
