"""Owns the proof that the simulator of Runway speaks its wire: runwayml, unmodified, works against it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import runwayml
from runwayml import AsyncRunwayML, RunwayML

from simulators.runway import RunwaySimulator
from simulators.runway.failures import OUT_OF_CREDIT, OVERLOADED, TOO_MANY_REQUESTS
from simulators.runway.schema import ENDPOINTS, arms
from tarash.tarash_gateway.testing.simulator import tiny_mp4


@pytest.fixture
def client(simulator: RunwaySimulator) -> Iterator[RunwayML]:
    with RunwayML(api_key=simulator.api_key, base_url=simulator.url) as client:
        yield client


def submit(client: RunwayML) -> str:
    task = client.text_to_video.create(model="gen4.5", prompt_text="a boat", ratio="1280:720", duration=5)
    assert task.model_dump()["estimated_cost"] == {"credits": 60}
    return task.id


def test_a_task_goes_from_the_queue_to_its_clip(simulator: RunwaySimulator, client: RunwayML) -> None:
    simulator.polls_until_done = 2
    task = submit(client)
    assert client.tasks.retrieve(task).status == "PENDING"
    running = client.tasks.retrieve(task)
    assert running.status == "RUNNING"
    assert 0 < running.progress < 1
    done = client.tasks.retrieve(task)
    assert done.status == "SUCCEEDED"
    assert done.cost.credits == 60
    assert done.output[0].endswith("/output.mp4?_jwt=signed")


def test_a_task_beyond_the_concurrency_limit_is_throttled(
    simulator: RunwaySimulator, client: RunwayML
) -> None:
    simulator.polls_until_done, simulator.throttled = 2, True
    assert client.tasks.retrieve(submit(client)).status == "THROTTLED"


def test_frames_and_pictures_are_accepted_in_the_forms_the_client_sends(client: RunwayML) -> None:
    assert client.image_to_video.create(
        model="veo3.1",
        prompt_image=[{"uri": "https://example.com/a.png", "position": "first"}],
        ratio="1280:720",
        duration=8,
    ).id
    picture = client.text_to_image.create(
        model="seedream5_pro", prompt_text="a boat", ratio="1024:1024", output_count=2
    )
    assert client.tasks.retrieve(picture.id).status == "RUNNING"
    done = client.tasks.retrieve(picture.id)
    assert done.status == "SUCCEEDED"
    assert len(done.output) == 2


def test_the_router_says_which_model_it_chose(client: RunwayML) -> None:
    answer = client.generate.video.create(
        config_id="cheap", input={"prompt_text": "a boat", "aspect_ratio": "16:9"}
    )
    routing = answer.model_dump()["routing"]
    assert (routing["config_id"], routing["model"]) == ("cheap", "gen4.5")


def test_a_failed_task_carries_its_code(simulator: RunwaySimulator, client: RunwayML) -> None:
    simulator.fail_jobs("input_text_moderation")
    task = submit(client)
    client.tasks.retrieve(task)
    failed = client.tasks.retrieve(task)
    assert failed.status == "FAILED"
    assert (failed.failure_code, failed.cost.credits) == ("SAFETY.INPUT.TEXT", 60)


def test_a_deleted_task_is_cancelled_and_cannot_be_fetched(
    simulator: RunwaySimulator, client: RunwayML
) -> None:
    simulator.hold()
    task = submit(client)
    client.tasks.delete(task)
    assert simulator.job_state(task) == "cancelled"
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.retrieve(task)


def test_an_upload_stores_the_bytes_and_its_address_is_accepted(
    simulator: RunwaySimulator, client: RunwayML, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(tiny_mp4())
    uri = client.uploads.create_ephemeral(file=clip).uri
    assert simulator.uploads[uri].data == tiny_mp4()
    assert client.video_to_video.create(model="aleph2", video_uri=uri, prompt_text="at night").id


def test_the_account_can_be_read(client: RunwayML) -> None:
    assert client.organization.retrieve().credit_balance == 1000


def test_a_wrong_key_is_refused(simulator: RunwaySimulator) -> None:
    with (
        RunwayML(api_key="wrong", base_url=simulator.url) as client,
        pytest.raises(runwayml.AuthenticationError),
    ):
        submit(client)


def test_a_body_outside_the_model_s_arm_is_refused_with_every_problem(client: RunwayML) -> None:
    with pytest.raises(runwayml.BadRequestError) as refused:
        client.text_to_video.create(
            model="gen4.5",
            prompt_text="a boat",
            ratio="960:960",  # type: ignore[call-overload]  # a ratio of the image arm only
            duration=5,
            extra_body={"fps": 24},
        )
    body = refused.value.body
    assert isinstance(body, dict)
    assert {issue["code"] for issue in body["issues"]} == {"invalid_enum_value", "unrecognized_keys"}


def test_an_empty_account_is_a_plain_400(simulator: RunwaySimulator, client: RunwayML) -> None:
    simulator.inject("submit", OUT_OF_CREDIT)
    with pytest.raises(runwayml.BadRequestError, match="enough credits"):
        submit(client)


@pytest.mark.parametrize(
    "fault", [pytest.param(OVERLOADED, id="503"), pytest.param(TOO_MANY_REQUESTS, id="429")]
)
def test_a_passing_error_is_retried_by_the_client(
    simulator: RunwaySimulator, client: RunwayML, fault: object
) -> None:
    simulator.inject("status", fault)  # type: ignore[arg-type]  # parametrised over faults
    assert client.tasks.retrieve(submit(client)).status == "RUNNING"
    assert simulator.count("status") == 2


def test_the_asynchronous_client_works_too(simulator: RunwaySimulator) -> None:
    async def scenario() -> str:
        async with AsyncRunwayML(api_key=simulator.api_key, base_url=simulator.url) as client:
            task = await client.image_upscale.create(
                model="magnific_precision_upscaler_v2", image_uri="https://example.com/a.png"
            )
            await client.tasks.retrieve(task.id)
            return (await client.tasks.retrieve(task.id)).status

    assert asyncio.run(scenario()) == "SUCCEEDED"


def test_every_endpoint_of_the_client_has_its_arms() -> None:
    assert {endpoint: len(arms(endpoint)) for endpoint in ENDPOINTS} == {
        "text_to_video": 24,
        "image_to_video": 25,
        "video_to_video": 12,
        "character_performance": 1,
        "text_to_image": 21,
        "image_upscale": 1,
        "video_upscale": 2,
        "video_to_hdr": 1,
        "avatar_videos": 1,
        "generate/video": 1,
        "generate/image": 1,
    }
