"""A submitted job is data: another process carries on with it, and nothing is submitted twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.chains import BOAT, fal_image, fal_settings, fal_video, ledger, replicate_settings, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    AuthenticationError,
    ExecutionMetadata,
    Gateway,
    GenerationFailedError,
    ImageGenerationRequest,
    ImageGenerationResponse,
    Job,
    ProgressUpdate,
    ValidationError,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.simulator import Status, tiny_png

HERE = Path(__file__).parent


def _submit_and_be_killed(settings: dict[str, object]) -> str:
    command = [sys.executable, str(HERE / "submitting_program.py"), json.dumps(settings)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        saved = program.stdout.readline()
        program.kill()
    return saved


def _resume_elsewhere(saved: str, settings: dict[str, object], **keys: str) -> ExecutionMetadata:
    done = subprocess.run(
        [sys.executable, str(HERE / "resuming_program.py"), json.dumps(settings)],
        input=saved,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, **keys},
    )
    assert done.returncode == 0, done.stderr
    return ExecutionMetadata.model_validate_json(done.stdout)


def test_a_job_outlives_the_process_that_submitted_it(fal: FalSimulator) -> None:
    fal.hold()
    saved = _submit_and_be_killed(fal_settings(fal))
    fal.release()
    metadata = _resume_elsewhere(saved, fal_settings(fal, api_key=None), FAL_KEY=fal.api_key)
    assert (metadata.attempts[0].request_id, metadata.successful_attempt) == (fal.jobs[0].id, 1)
    assert fal.count("submit") == 1
    assert fal.api_key not in saved


def test_the_rest_of_the_chain_takes_over_in_the_other_process(
    fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.fail_next("runner_disconnected")
    fal.hold()
    saved = _submit_and_be_killed(fal_settings(fal, fallback_configs=[replicate_settings(replicate)]))
    fal.release()
    settings = fal_settings(fal, api_key=None, fallback_configs=[replicate_settings(replicate, api_key=None)])
    metadata = _resume_elsewhere(saved, settings, FAL_KEY=fal.api_key, REPLICATE_API_TOKEN=replicate.api_key)
    assert [entry.provider for entry in metadata.attempts] == ["fal", "replicate"]
    assert [entry.status for entry in metadata.attempts] == ["failed", "success"]
    assert (fal.count("submit"), replicate.count("submit")) == (1, 1)
    assert (metadata.configs_in_chain, metadata.successful_attempt) == (2, 2)


def test_submit_falls_back_too_and_the_job_remembers_why(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.inject("submit", Status(401, json={"detail": "revoked"}))
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    job = run(gateway, "submit_video", config, BOAT)
    assert (job.provider, job.position, job.attempt_number) == ("replicate", 1, 2)
    assert [entry.error_type for entry in job.attempts] == ["AuthenticationError"]
    response = run(gateway, "resume", Job.from_json(job.to_json()), config=config)
    assert [entry.status for entry in ledger(response)] == ["failed", "success"]
    assert response.execution_metadata.warnings == job.warnings


def test_submitting_does_not_wait(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    fal.hold()
    job = run(gateway, "submit_video", fal_video(fal), BOAT)
    assert (job.request_id, fal.count("status"), fal.count("stream")) == (fal.jobs[0].id, 0, 0)
    assert job.base_url == fal.url


@pytest.mark.parametrize("given", ["config", "provider", "account", "environment"])
def test_keys_are_given_again_when_a_job_is_resumed(run: Run, fal: FalSimulator, given: str) -> None:
    config, keyless = fal_video(fal, account="studio"), fal_video(fal, api_key=None)
    environ = {"FAL_KEY": fal.api_key} if given == "environment" else {}
    with Gateway(environ=environ) as gateway:
        job = Job.from_json(run(gateway, "submit_video", config, BOAT).to_json())
        ways: dict[str, dict[str, object]] = {
            "config": {"config": config},
            "provider": {"config": keyless, "api_keys": {"fal": fal.api_key}},
            "account": {"config": keyless, "api_keys": {"studio": fal.api_key}},
            "environment": {"config": keyless},
        }
        response = run(gateway, "resume", job, **ways[given])
    assert (response.request_id, fal.count("submit")) == (fal.jobs[0].id, 1)


def test_the_configuration_of_another_model_is_refused(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    job = run(gateway, "submit_video", fal_video(fal), BOAT)
    sent = len(fal.requests)
    other = fal_video(fal, model="fal-ai/veo3.1/fast")
    with pytest.raises(
        ValidationError, match=r"config is for fal/fal-ai/veo3\.1/fast, but the job was submitted with fal/"
    ):
        run(gateway, "resume", job, config=other)
    assert len(fal.requests) == sent


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("nothing", "it was submitted with api_key=…, pass config=… or api_keys=… to resume"),
        ("another key", "; api_keys=… has no key for 'studio' or 'replicate'"),
        ("configuration", ""),
    ],
)
def test_without_its_key_a_job_is_not_resumed_and_only_what_helps_is_told(
    run: Run, replicate: ReplicateSimulator, given: str, hint: str
) -> None:
    config = replicate_video(replicate, account="studio")
    ways: dict[str, dict[str, object]] = {
        "nothing": {},
        "another key": {"api_keys": {"fal": "sk-of-a-test"}},
        "configuration": {"config": config.model_copy(update={"api_key": None})},
    }
    with Gateway(environ={"REPLICATE_BASE_URL": str(config.base_url)}) as gateway:
        job = run(gateway, "submit_video", config, BOAT)
        sent = len(replicate.requests)
        with pytest.raises(AuthenticationError, match="REPLICATE_API_TOKEN") as caught:
            run(gateway, "resume", job, **ways[given])
    assert len(replicate.requests) == sent
    assert caught.value.message.endswith(hint)
    assert ("to resume" in caught.value.message) == (given == "nothing")


def test_a_saved_job_holds_no_secret(run: Run, gateway: Gateway, replicate: ReplicateSimulator) -> None:
    config = replicate_video(
        replicate, provider_config={"webhook_secret": "whsec_c2VjcmV0LXNlY3JldA==", "wait_seconds": 1}
    )
    request = VideoGenerationRequest(
        prompt="x",
        extra_params={"openai_api_key": "sk-of-a-customer", "nested": {"access_token": "tok-123456"}},
    )
    saved = run(gateway, "submit_video", config, request).to_json()
    for secret in (replicate.api_key, "c2VjcmV0", "sk-of-a-customer", "tok-123456"):
        assert secret not in saved
    assert '"wait_seconds":1' in saved


def test_a_resumed_job_takes_its_media_along_for_the_fallback(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.fail_next("runner_disconnected")
    fal.hold()
    request = VideoGenerationRequest.model_validate(
        {"prompt": "she turns", "image_list": [{"image": tiny_png(), "type": "first_frame"}]}
    )
    config = fal_video(
        fal, model="fal-ai/veo3.1/image-to-video", fallback_configs=[replicate_video(replicate)]
    )
    job = Job.from_json(run(gateway, "submit_video", config, request).to_json())
    fal.release()
    response = run(gateway, "resume", job, config=config)
    assert response.provider == "replicate"
    assert str(replicate.jobs[0].inputs["image"]).startswith("data:image/png;base64,")


def test_what_became_of_the_rest_of_the_chain_does_not_stand_in_a_job_s_way(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    job = run(gateway, "submit_video", config, BOAT)
    gone = {**job.configs[1], "provider": "closed_down"}
    for fallback in (job.configs[1], gone):  # a key that is not there any more, a plugin that is not
        changed = job.model_copy(update={"configs": (job.configs[0], fallback)})
        keyless = replicate_video(replicate, api_key=None)
        given = fal_video(fal, fallback_configs=[keyless])
        response = run(gateway, "resume", changed, config=given)
        assert response.execution_metadata.successful_attempt == 1
    assert (fal.count("submit"), replicate.requests) == (1, [])


def test_a_table_that_changed_since_does_not_lose_a_submitted_job(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    job = run(gateway, "submit_video", fal_video(fal), BOAT)
    refused_now = job.model_copy(update={"request": {**job.request, "duration_seconds": 99}})
    response = run(gateway, "resume", refused_now, config=fal_video(fal))
    assert response.status == "completed"
    assert fal.count("submit") == 1


def test_resuming_twice_submits_nothing(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    job = run(gateway, "submit_video", fal_video(fal), BOAT)
    first, second = (run(gateway, "resume", job, config=fal_video(fal)) for _ in range(2))
    assert first.video == second.video
    assert fal.count("submit") == 1


def test_a_resumed_failure_surfaces(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    fal.fail_next("runner_disconnected")
    job = run(gateway, "submit_video", fal_video(fal), BOAT)
    with pytest.raises(GenerationFailedError) as caught:
        run(gateway, "resume", job, config=fal_video(fal))
    assert caught.value.request_id == job.request_id


def test_progress_is_reported_while_resuming(
    run: Run, gateway: Gateway, replicate: ReplicateSimulator
) -> None:
    replicate.polls_until_done = 3
    job = run(gateway, "submit_video", replicate_video(replicate), BOAT)
    seen: list[ProgressUpdate] = []
    run(gateway, "resume", job, config=replicate_video(replicate), on_progress=seen.append)
    assert seen[-1].status == "completed"
    assert {update.request_id for update in seen} == {job.request_id}


def test_images_are_submitted_and_resumed_too(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    job = run(gateway, "submit_image", fal_image(fal), ImageGenerationRequest(prompt="a fox", n=2))
    response = run(gateway, "resume", Job.from_json(job.to_json()), config=fal_image(fal))
    assert isinstance(response, ImageGenerationResponse)
    assert len(response.images) == 2


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"format": 2}', "not json"],
    ids=["empty", "no-members", "list", "null", "later-format", "no-json"],
)
def test_what_is_no_saved_job_is_told_to_be_none(text: str) -> None:
    with pytest.raises(ValidationError, match="not a saved job") as caught:
        Job.from_json(text)
    assert "Job.to_json" in caught.value.message
