"""A submit whose answer is lost may have been billed: it is looked for, never sent again."""

from __future__ import annotations

import pytest

from core.chains import BOAT, fal_video, ledger, refusing_url, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    Gateway,
    HTTPConnectionError,
    HTTPError,
    SubmissionUnknownError,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.simulator import (
    Fault,
    Html,
    LostResponse,
    Reset,
    SlowAnswer,
    Status,
    TruncatedBody,
    TruncatedJson,
)

LOSSES = [
    pytest.param(LostResponse(), id="lost-answer"),
    pytest.param(Reset(), id="reset"),
    pytest.param(TruncatedJson(), id="cut-connection"),
    pytest.param(TruncatedBody(), id="half-of-the-json"),
    pytest.param(Html(200), id="html"),
]


@pytest.mark.parametrize("loss", LOSSES)
def test_it_is_sent_once_and_the_ledger_says_unknown(
    run: Run, gateway: Gateway, fal: FalSimulator, loss: Fault
) -> None:
    fal.inject("submit", loss)
    with pytest.raises(SubmissionUnknownError) as caught:
        run(gateway, "generate_video", fal_video(fal), BOAT)
    (entry,) = ledger(caught.value)
    assert (entry.submitted, entry.billed, caught.value.submitted) == ("unknown", "unknown", "unknown")
    assert caught.value.execution_metadata is not None
    assert caught.value.execution_metadata.cost_usd is None
    assert fal.count("submit") == 1


def test_an_answer_after_the_deadline_is_no_second_submission(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.inject("submit", SlowAnswer(2.0))
    config = fal_video(fal, timeout=0.3, fallback_configs=[replicate_video(replicate)])
    response = run(gateway, "generate_video", config, BOAT)
    assert (fal.count("submit"), replicate.count("submit")) == (1, 1)
    assert [entry.submitted for entry in ledger(response)] == ["unknown", "yes"]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_that_breaks_while_it_has_the_request_leaves_it_unknown(
    run: Run, gateway: Gateway, fal: FalSimulator, status: int
) -> None:
    fal.inject("submit", Status(status, text="oops"))
    with pytest.raises(HTTPError) as caught:
        run(gateway, "generate_video", fal_video(fal), BOAT)
    assert (caught.value.submitted, fal.count("submit")) == ("unknown", 1)


@pytest.mark.parametrize("loss", [LostResponse(), Status(502, text="oops")], ids=["lost", "bad-gateway"])
def test_the_chain_stops_there_when_told_to(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator, loss: Fault
) -> None:
    fal.inject("submit", loss)
    config = fal_video(fal, on_unknown_submission="raise", fallback_configs=[replicate_video(replicate)])
    with pytest.raises((SubmissionUnknownError, HTTPError)):
        run(gateway, "generate_video", config, BOAT)
    assert replicate.requests == []


@pytest.mark.parametrize(
    "loss", [LostResponse(), TruncatedJson(), TruncatedBody()], ids=["lost", "cut", "half"]
)
def test_a_provider_that_lists_its_jobs_is_asked_and_the_job_found(
    run: Run, gateway: Gateway, replicate: ReplicateSimulator, loss: Fault
) -> None:
    replicate.inject("submit", loss)
    response = run(gateway, "generate_video", replicate_video(replicate), BOAT)
    (entry,) = ledger(response)
    assert (entry.request_id, entry.submitted, entry.status) == (replicate.jobs[0].id, "yes", "success")
    assert (replicate.count("submit"), len(replicate.jobs)) == (1, 1)


@pytest.mark.parametrize("loss", [LostResponse(), Status(502, text="oops")], ids=["lost", "bad-gateway"])
def test_a_look_up_that_fails_too_leaves_it_unknown_and_says_why(
    run: Run, gateway: Gateway, replicate: ReplicateSimulator, loss: Fault
) -> None:
    replicate.inject("submit", loss)
    refused = {"detail": f"not permitted with {replicate.api_key}"}
    replicate.inject("list", Status(403, json=refused), times=None)
    with pytest.raises((SubmissionUnknownError, HTTPError)) as caught:
        run(gateway, "generate_video", replicate_video(replicate), BOAT)
    assert (replicate.count("submit"), caught.value.submitted) == (1, "unknown")
    told = caught.value.message
    assert "may exist" in told
    assert "looking for the job did not settle it: not permitted: not permitted with" in told
    assert replicate.api_key not in f"{told} {caught.value.args} {caught.value.raw_response}"


def test_a_provider_without_a_look_up_is_not_said_to_have_one(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fal.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError) as caught:
        run(gateway, "generate_video", fal_video(fal), BOAT)
    assert caught.value.message.endswith("a job may exist, so it is not submitted again")


def test_a_refused_connection_is_certain_and_nothing_was_submitted(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    config = fal_video(fal, base_url=refusing_url(), timeout=0.3)
    with pytest.raises(HTTPConnectionError) as caught:
        run(gateway, "generate_video", config, VideoGenerationRequest(prompt="x"))
    (entry,) = ledger(caught.value)
    assert (entry.submitted, entry.billed) == ("no", "no")
