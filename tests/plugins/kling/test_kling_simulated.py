from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.kling import KlingSimulator
from simulators.kling.failures import fault
from tarash.tarash_gateway import (
    ContentModerationError,
    Gateway,
    HTTPError,
    Job,
    QuotaExceededError,
    RateLimitError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from tarash.tarash_gateway.testing.simulator import LostResponse, Status, tiny_png

PAIR = f"{KlingSimulator.access_key}:{KlingSimulator.secret_key}"
PARTS = {"access_key": KlingSimulator.access_key, "secret_key": KlingSimulator.secret_key}
VARIABLES = {
    "KLINGAI_ACCESS_KEY": KlingSimulator.access_key,
    "KLINGAI_SECRET_KEY": KlingSimulator.secret_key,
}

# as community clients call them
OTHER_VARIABLES = {name.replace("KLINGAI", "KLING"): value for name, value in VARIABLES.items()}


def test_a_picture_comes_to_life(
    run: Run, gateway: Gateway, simulator: KlingSimulator, tmp_path: Path
) -> None:
    simulator.polls_until_done = 2
    picture = tmp_path / "first.png"
    picture.write_bytes(tiny_png())
    request = video_request(
        prompt="she turns around", duration_seconds=5, image_list=[{"image": picture, "type": "first_frame"}]
    )
    response = run(gateway, "generate_video", video_config(simulator), request)
    assert response.video.startswith(simulator.url)
    assert response.duration == 5.1
    attempt = response.execution_metadata.attempts[0]
    assert (attempt.submitted, attempt.billed, attempt.cost_usd) == ("yes", "yes", 0.42)
    assert simulator.requests_to("submit")[0].path == "/image-to-video/kling-3.0"


@pytest.mark.parametrize("model", ["kling-3.0", "kling-v2.6", "kling-o1"])
def test_an_access_key_and_a_secret_key_will_do(
    run: Run, gateway: Gateway, simulator: KlingSimulator, model: str
) -> None:
    config = video_config(simulator, model, api_key=PAIR)
    response = run(gateway, "generate_video", config, video_request())
    assert response.video.endswith(".mp4")
    assert simulator.requests_to("submit")[0].path.startswith("/v1/videos/")


@pytest.mark.parametrize(("settings", "environ"), [(PARTS, {}), ({}, VARIABLES), ({}, OTHER_VARIABLES)])
def test_the_parts_of_the_key_need_no_api_key(
    run: Run, simulator: KlingSimulator, settings: dict[str, str], environ: dict[str, str]
) -> None:
    config = video_config(simulator, api_key=None, provider_config=settings)
    request = video_request()
    with Gateway(environ=environ) as first:
        job = run(first, "submit_video", config, request)
    assert not any(key in job.to_json() for key in PARTS.values())
    with Gateway(environ=VARIABLES) as second:
        keyless = video_config(simulator, api_key=None)
        response = run(second, "resume", Job.from_json(job.to_json()), config=keyless)
    assert response.video.endswith(".mp4")
    assert simulator.count("submit") == 1


def test_a_pair_in_the_environment_does_not_replace_the_api_key_that_is_given(
    run: Run, simulator: KlingSimulator
) -> None:
    with Gateway(environ=VARIABLES) as gateway:
        run(gateway, "generate_video", video_config(simulator), video_request())
    submit = simulator.requests_to("submit")[0]
    assert submit.path == "/text-to-video/kling-3.0"
    assert submit.headers["authorization"] == f"Bearer {simulator.api_key}"


@pytest.mark.parametrize("offset_seconds", [-3600.0, 3600.0])
def test_a_wrong_clock_costs_one_more_request_per_call(
    run: Run, gateway: Gateway, simulator: KlingSimulator, offset_seconds: float
) -> None:
    simulator.clock_offset_seconds = offset_seconds
    config = video_config(simulator, "kling-v3", api_key=PAIR)
    response = run(gateway, "generate_video", config, video_request())
    assert response.video.endswith(".mp4")
    assert len(simulator.jobs) == 1
    assert simulator.count("submit") == 2


@pytest.mark.parametrize(
    ("model", "fields", "count"),
    [
        ("kling-v3", {"n": 3}, 3),
        ("kling-v2-1", {"image_list": [{"image": tiny_png()}, {"image": tiny_png()}]}, 1),
        ("kling-image-o1", {"extra_params": {"result_type": "series", "series_amount": 2}}, 1),
    ],
)
def test_pictures_are_made(
    run: Run, gateway: Gateway, simulator: KlingSimulator, model: str, fields: dict[str, object], count: int
) -> None:
    request = image_request(**fields)
    response = run(gateway, "generate_image", image_config(simulator, model), request)
    assert len(response.images) == count


def test_a_submission_whose_answer_is_lost_is_found_and_not_repeated(
    run: Run, gateway: Gateway, simulator: KlingSimulator
) -> None:
    simulator.inject("submit", LostResponse())
    response = run(gateway, "generate_video", video_config(simulator), video_request())
    assert response.video.endswith(".mp4")
    assert (simulator.count("submit"), len(simulator.jobs)) == (1, 1)


def test_a_gateway_timeout_after_the_task_was_made_is_reconciled_too(
    run: Run, gateway: Gateway, simulator: KlingSimulator
) -> None:
    simulator.inject("submit", fault(5002, "internal timeout"))
    with pytest.raises(HTTPError, match="5002") as caught:
        run(gateway, "generate_video", video_config(simulator), video_request())
    # Kling says that it has no such task, so nothing can be billed
    assert (caught.value.status_code, caught.value.attempts[0].submitted) == (504, "no")
    assert simulator.count("submit") == 1
    assert "external_task_ids" in simulator.requests_to("status")[0].query


def test_arrears_are_no_rate_limit(run: Run, gateway: Gateway, simulator: KlingSimulator) -> None:
    simulator.inject("submit", fault(1101, "Account in arrears"), times=None)
    with pytest.raises(QuotaExceededError):
        run(gateway, "generate_video", video_config(simulator), video_request())
    assert simulator.count("submit") == 1


def test_a_rate_limit_is_waited_out(run: Run, gateway: Gateway, simulator: KlingSimulator) -> None:
    simulator.inject("submit", fault(1302, "Too many requests"))
    run(gateway, "generate_video", video_config(simulator), video_request())
    assert simulator.count("submit") == 2


def test_a_full_pack_is_not_waited_for_past_the_deadline(
    run: Run, gateway: Gateway, simulator: KlingSimulator
) -> None:
    simulator.inject("submit", fault(1303, "parallel task over resource pack limit"), times=None)
    with pytest.raises(RateLimitError):
        run(
            gateway,
            "generate_video",
            video_config(simulator, timeout=5),
            video_request(),
        )


def test_an_error_in_http_200_is_an_error(run: Run, gateway: Gateway, simulator: KlingSimulator) -> None:
    simulator.inject("submit", Status(200, json={"code": 1301, "message": "content", "request_id": "r"}))
    with pytest.raises(ContentModerationError):
        run(gateway, "generate_video", video_config(simulator), video_request())


def test_a_task_refused_for_its_content_is_no_mere_failure(
    run: Run, gateway: Gateway, simulator: KlingSimulator
) -> None:
    simulator.fail_next("risk_control")
    with pytest.raises(ContentModerationError, match="risk control"):
        run(gateway, "generate_video", video_config(simulator), video_request())


def test_a_task_that_outlives_its_deadline_is_said_not_to_be_cancelled(
    run: Run, gateway: Gateway, simulator: KlingSimulator
) -> None:
    simulator.hold()
    with pytest.raises(TimeoutError) as caught:
        run(
            gateway,
            "generate_video",
            video_config(simulator, timeout=1),
            video_request(),
        )
    assert caught.value.attempts[0].cancelled == "no"


def test_a_saved_job_goes_on_elsewhere_and_holds_no_secret(
    run: Run, gateway: Gateway, simulator: KlingSimulator
) -> None:
    config = video_config(simulator, "kling-v3", api_key=PAIR)
    job = run(gateway, "submit_video", config, video_request())
    text = job.to_json()
    assert simulator.secret_key not in text
    response = run(gateway, "resume", Job.from_json(text), config=config)
    assert response.video.endswith(".mp4")
    assert simulator.count("submit") == 1


def test_a_signed_callback_tells_of_the_job(gateway: Gateway, simulator: KlingSimulator) -> None:
    config = video_config(simulator, provider_config={"webhook_secret": simulator.webhook_secret})
    job = gateway.submit_video(config, video_request())
    assert job.request_id is not None
    delivery = simulator.signed_delivery(job.request_id)
    event = gateway.read_webhook(
        config, headers=delivery.headers, body=delivery.body, received_at=datetime.now(UTC)
    )
    assert (event.request_id, event.status.state) == (job.request_id, "completed")
