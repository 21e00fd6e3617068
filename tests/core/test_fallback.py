from __future__ import annotations

import pytest

from core.acme import Acme, AcmeServer, acme, generation, reply
from core.chains import BOAT, fal_image, fal_video, ledger, refusing_url, replicate_settings, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.fal.failures import OUT_OF_CREDIT
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    FallbackExhaustedError,
    Gateway,
    GenerationFailedError,
    HTTPError,
    ImageGenerationConfig,
    ImageGenerationRequest,
    ModelNotFoundError,
    QuotaExceededError,
    ValidationError,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.discovery import Registry, installed_entry_points
from tarash.tarash_gateway.plugin import HttpReply
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.simulator import Html, Status, tiny_png

OVERLOADED = Status(503, json={"detail": "Service unavailable"})


def test_a_provider_that_stays_overloaded_is_replaced_by_the_next(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.inject("submit", OVERLOADED, times=None)
    config = fal_video(fal, timeout=0.3, fallback_configs=[replicate_video(replicate)])
    response = run(gateway, "generate_video", config, BOAT)
    metadata = response.execution_metadata
    assert (response.provider, response.video.endswith(".mp4")) == ("replicate", True)
    assert (metadata.successful_attempt, metadata.fallback_triggered, metadata.configs_in_chain) == (
        2,
        True,
        2,
    )
    failed, succeeded = ledger(response)
    assert (failed.status, failed.error_type, failed.submitted, failed.billed) == (
        "failed",
        "HTTPError",
        "unknown",
        "unknown",
    )
    assert (succeeded.status, succeeded.submitted, succeeded.billed) == ("success", "yes", "yes")
    assert metadata.cost_usd is None, "what Replicate charges is unknown, never 0"
    assert (fal.count("submit"), len(fal.jobs)) == (1, 0)


def test_a_job_past_its_deadline_is_cancelled_before_the_next_provider_starts(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.hold()
    config = fal_video(fal, timeout=0.5, fallback_configs=[replicate_video(replicate)])
    response = run(gateway, "generate_video", config, BOAT)
    assert response.provider == "replicate"
    assert fal.job_state(fal.jobs[0].id) == "cancelled"
    failed = ledger(response)[0]
    assert (failed.error_type, failed.submitted, failed.cancelled) == ("TimeoutError", "yes", "yes")
    assert failed.request_id == fal.jobs[0].id


def test_when_all_fail_one_exception_carries_every_attempt(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.fail_next("runner_disconnected")
    replicate.fail_next("out_of_memory")
    config = fal_video(
        fal,
        fallback_configs=[
            replicate_video(replicate),
            replicate_video(replicate, base_url=refusing_url(), timeout=0.2),
        ],
    )
    with pytest.raises(FallbackExhaustedError, match="all 3 providers in the chain failed") as caught:
        run(gateway, "generate_video", config, BOAT)
    kinds = ["GenerationFailedError", "GenerationFailedError", "HTTPConnectionError"]
    assert [entry.error_type for entry in ledger(caught.value)] == kinds
    assert [type(error).__name__ for error in caught.value.errors] == kinds
    assert [entry.attempt_number for entry in caught.value.attempts] == [1, 2, 3]
    assert all(
        entry.error_message and entry.error_message in caught.value.message for entry in caught.value.attempts
    )


def test_a_single_provider_fails_with_its_own_exception(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fal.fail_next("runner_disconnected")
    with pytest.raises(GenerationFailedError, match="Runner disconnected") as caught:
        run(gateway, "generate_video", fal_video(fal), BOAT)
    assert [entry.status for entry in ledger(caught.value)] == ["failed"]
    assert caught.value.request_id == fal.jobs[0].id


@pytest.mark.parametrize("failure", ["content_policy", "invalid_input"])
def test_moderation_and_validation_do_not_fall_back_by_default(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator, failure: str
) -> None:
    fal.fail_next(failure)
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    with pytest.raises((ContentModerationError, ValidationError)):
        run(gateway, "generate_video", config, BOAT)
    assert replicate.requests == []


@pytest.mark.parametrize(
    ("failure", "reason"), [("content_policy", "content_moderation"), ("invalid_input", "validation")]
)
def test_fallback_on_widens_to_what_does_not_fall_back_by_default(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator, failure: str, reason: str
) -> None:
    fal.fail_next(failure)
    config = fal_video(fal, fallback_on=[reason], fallback_configs=[replicate_video(replicate)])
    assert run(gateway, "generate_video", config, BOAT).provider == "replicate"


def test_fallback_on_narrows_to_nothing(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.fail_next("runner_disconnected")
    config = fal_video(fal, fallback_on=[], fallback_configs=[replicate_video(replicate)])
    with pytest.raises(GenerationFailedError):
        run(gateway, "generate_video", config, BOAT)
    assert replicate.requests == []


@pytest.mark.parametrize(
    ("refusal", "raises"),
    [
        pytest.param(OUT_OF_CREDIT, QuotaExceededError, id="out-of-credit"),
        pytest.param(Status(401, json={"detail": "invalid key"}), AuthenticationError, id="revoked-key"),
        pytest.param(Status(404, json={"detail": "no such app"}), ModelNotFoundError, id="unknown-model"),
    ],
)
def test_an_account_that_needs_attention_falls_back_with_a_warning(
    run: Run,
    gateway: Gateway,
    fal: FalSimulator,
    replicate: ReplicateSimulator,
    refusal: Status,
    raises: type[Exception],
) -> None:
    fal.inject("submit", refusal)
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    response = run(gateway, "generate_video", config, BOAT)
    assert ledger(response)[0].error_type == raises.__name__
    assert len(response.execution_metadata.warnings) == 1
    assert fal.count("submit") == 1


def test_a_plain_client_error_is_nobodys_reason_to_fall_back(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.inject("submit", Status(405, json={"detail": "Method not allowed"}))
    with pytest.raises(HTTPError):
        run(gateway, "generate_video", fal_video(fal, fallback_configs=[replicate_video(replicate)]), BOAT)
    assert replicate.requests == []


def test_a_fallback_that_would_lose_an_input_image_is_skipped_with_its_reason(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    replicate.fail_next("out_of_memory")
    request = VideoGenerationRequest.model_validate(
        {"prompt": "she turns", "image_list": [{"image": tiny_png(), "type": "first_frame"}]}
    )
    config = replicate_video(replicate, fallback_configs=[fal_video(fal)])
    with pytest.raises(FallbackExhaustedError) as caught:
        run(gateway, "generate_video", config, request)
    skipped = ledger(caught.value)[1]
    assert (skipped.status, skipped.submitted) == ("skipped", "no")
    assert "fal-ai/veo3.1 would lose first_frame" in (skipped.error_message or "")
    assert fal.requests == []


@pytest.mark.parametrize("policy", ["nearest", "error", "adjust"])
def test_no_policy_lets_a_fallback_lose_an_input_image(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator, policy: str
) -> None:
    replicate.fail_next("out_of_memory")
    request = VideoGenerationRequest.model_validate(
        {"prompt": "she turns", "image_list": [{"image": tiny_png(), "type": "first_frame"}]}
    )
    config = replicate_video(replicate, fallback_configs=[fal_video(fal, unsupported=policy)])
    with pytest.raises(FallbackExhaustedError) as caught:
        run(gateway, "generate_video", config, request)
    assert [entry.status for entry in ledger(caught.value)] == ["failed", "skipped"]
    assert fal.requests == []


def test_a_chain_survives_members_that_offer_other_values(
    run: Run,
    gateway: Gateway,
    fal: FalSimulator,
    replicate: ReplicateSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fal.fail_next("runner_disconnected")
    request = VideoGenerationRequest(prompt="x", duration_seconds=4, seed=7)
    kling = replicate_video(replicate, model="kwaivgi/kling-v2.5-turbo-pro")
    with caplog.at_level("INFO", logger="tarash"):
        response = run(gateway, "generate_video", fal_video(fal, fallback_configs=[kling]), request)
    changed = response.execution_metadata.adjustments
    assert response.provider == "replicate"
    assert [(item.field, item.requested, item.used) for item in changed] == [
        ("duration_seconds", 4, 5),
        ("seed", 7, None),
    ]
    told = [record for record in caplog.records if vars(record).get("event") == "adjusted"]
    assert [(record.levelname, vars(record)["field"]) for record in told] == [
        ("INFO", "duration_seconds"),
        ("INFO", "seed"),
    ]


def test_a_silent_fallback_is_skipped_when_sound_is_asked_for(
    run: Run,
    gateway: Gateway,
    fal: FalSimulator,
    replicate: ReplicateSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", logger="tarash")
    fal.fail_next("runner_disconnected")
    request = VideoGenerationRequest(prompt="x", generate_audio=True)
    silent = replicate_video(replicate, model="kwaivgi/kling-v2.5-turbo-pro")
    config = fal_video(fal, fallback_configs=[silent, replicate_video(replicate)])
    response = run(gateway, "generate_video", config, request)
    failed, skipped, succeeded = ledger(response)
    assert (failed.status, skipped.status, succeeded.model) == ("failed", "skipped", "google/veo-3.1-fast")
    assert "would lose the sound" in (skipped.error_message or "")
    assert skipped.elapsed_seconds == 0.0
    (told,) = (vars(record) for record in caplog.records if vars(record).get("event") == "fallback")
    assert (told["from_provider"], told["from_model"], told["error_type"]) == (
        "fal",
        failed.model,
        failed.error_type,
    ), "the attempt that was sent, not the one that was skipped"


def test_a_fallback_without_the_modality_is_skipped(run: Run, fal: FalSimulator) -> None:
    fal.fail_next("runner_disconnected")
    known = Registry(lambda group: [e for e in installed_entry_points(group) if e.name == "fal"])
    known.register("acme", Acme())
    video_only = ImageGenerationConfig(provider="acme", model="plain")
    config = fal_image(fal, fallback_configs=[video_only])
    with Gateway(registry=known, environ={}) as gateway, pytest.raises(FallbackExhaustedError) as caught:
        run(gateway, "generate_image", config, ImageGenerationRequest(prompt="a fox"))
    assert [entry.status for entry in caught.value.attempts] == ["failed", "skipped"]
    assert caught.value.attempts[1].error_message == "Acme has no image models"


def test_a_fallback_that_could_never_work_is_told_before_anything_is_sent(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    config = fal_video(fal, fallback_configs=[replicate_video(replicate, unsupported="error")])
    with pytest.raises(
        ValidationError, match="fallback 1: resolution='4k' is not offered; use 720p or 1080p"
    ):
        run(gateway, "generate_video", config, VideoGenerationRequest(prompt="x", resolution="4k"))
    assert (fal.requests, replicate.requests) == ([], [])


def test_nested_fallbacks_are_tried_depth_first(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.fail_jobs("runner_disconnected")
    replicate.fail_next("out_of_memory")
    inner = replicate_settings(replicate, fallback_configs=[fal_video(fal, account="second")])
    config = fal_video(fal, fallback_configs=[inner, replicate_video(replicate)])
    response = run(gateway, "generate_video", config, BOAT)
    assert [entry.provider for entry in ledger(response)] == ["fal", "replicate", "fal", "replicate"]


def test_an_unreadable_submit_answer_is_never_submitted_again(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.inject("submit", Html(200))
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    response = run(gateway, "generate_video", config, BOAT)
    assert (fal.count("submit"), ledger(response)[0].submitted) == (1, "unknown")


def test_the_time_that_is_told_is_that_of_the_whole_chain() -> None:
    server = AcmeServer(job_seconds=30)
    server.answers["submit"] = [reply(402, {"detail": "no credit"})]
    time = VirtualTime(server)
    metadata = time.run(generation(acme(fallback_configs=[acme("other")])).generate()).execution_metadata
    assert metadata.total_attempts == 2
    assert metadata.total_elapsed_seconds == pytest.approx(time.seconds, abs=1e-3)


@pytest.mark.parametrize(
    ("second", "submitted", "billed"),
    [
        (reply(402, {"detail": "top up"}), "no", "no"),
        (reply(200, {"id": "job-1"}), "yes", "unknown"),
        (reply(500, {"detail": "oops"}), "unknown", "unknown"),
    ],
    ids=["refused", "failed", "lost"],
)
def test_an_exhausted_chain_tells_what_holds_for_all_of_it_and_the_last_answer(
    second: HttpReply, submitted: str, billed: str
) -> None:
    server = AcmeServer()
    server.created["job-1"] = 0.0
    server.answers["submit"] = [reply(402, {"detail": "no credit"}), second]
    server.always["status"] = reply(200, {"state": "failed"})
    with pytest.raises(FallbackExhaustedError) as caught:
        VirtualTime(server).run(generation(acme(fallback_configs=[acme("other")])).generate())
    error = caught.value
    assert (error.submitted, error.billed) == (submitted, billed)
    assert error.raw_response == error.errors[-1].raw_response
