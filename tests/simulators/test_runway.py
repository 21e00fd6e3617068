"""Proves the wire of the Runway simulator where the official client does not touch it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from simulators.runway import RunwaySimulator
from tarash.tarash_gateway.testing.simulator import tiny_mp4

CLIP = tiny_mp4()
FILE = {"file": ("clip.mp4", CLIP, "video/mp4")}


@pytest.fixture
def client(simulator: RunwaySimulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {simulator.api_key}", "X-Runway-Version": "2024-11-06"}
    with httpx.Client(base_url=simulator.url, headers=headers) as opened:
        yield opened


def ticket(client: httpx.Client) -> dict[str, str]:
    answer = client.post("/v1/uploads", json={"filename": "clip.mp4", "type": "ephemeral"})
    fields: dict[str, str] = answer.json()["fields"]
    return fields


def test_a_request_without_the_version_is_refused(simulator: RunwaySimulator) -> None:
    answer = httpx.get(
        f"{simulator.url}/v1/organization", headers={"Authorization": f"Bearer {simulator.api_key}"}
    )
    assert answer.status_code == 400
    assert "X-Runway-Version" in answer.json()["error"]


def test_every_problem_of_a_body_is_listed(client: httpx.Client) -> None:
    body = {"model": "veo3.1", "promptText": "", "ratio": "960:960", "duration": "8", "fps": 24}
    answer = client.post("/v1/text_to_video", json=body)
    assert answer.status_code == 400
    paths = {tuple(issue["path"]) for issue in answer.json()["issues"]}
    assert paths == {(), ("promptText",), ("ratio",), ("duration",)}


def test_an_unknown_model_is_answered_with_the_known_ones(client: httpx.Client) -> None:
    (issue,) = client.post("/v1/image_upscale", json={"model": "x"}).json()["issues"]
    assert (issue["path"], issue["options"]) == (["model"], ["magnific_precision_upscaler_v2"])


def test_the_one_lenient_model_takes_unknown_keys(client: httpx.Client) -> None:
    body = {"model": "gen4_image", "promptText": "a boat", "ratio": "1920:1080", "fps": 24}
    assert client.post("/v1/text_to_image", json=body).status_code == 200


def test_a_data_uri_beyond_the_limit_is_refused(client: httpx.Client) -> None:
    body = {"model": "aleph2", "videoUri": "data:video/mp4;base64," + "A" * 5 * 1024 * 1024}
    assert client.post("/v1/video_to_video", json=body).status_code == 400


def test_an_address_that_nobody_uploaded_to_is_refused(client: httpx.Client) -> None:
    body = {"model": "aleph2", "videoUri": "runway://uploads/none"}
    assert client.post("/v1/video_to_video", json=body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"filename": "clip.mp4"}, id="no type"),
        pytest.param({"filename": "clip", "type": "ephemeral"}, id="no extension"),
        pytest.param({"filename": "clip.mp4", "type": "ephemeral", "size": 5}, id="unknown key"),
    ],
)
def test_a_ticket_is_refused(client: httpx.Client, body: dict[str, object]) -> None:
    assert client.post("/v1/uploads", json=body).status_code == 400


def test_the_bucket_takes_the_form_it_was_signed_for(
    simulator: RunwaySimulator, client: httpx.Client
) -> None:
    answer = httpx.post(f"{simulator.url}/bucket", data=ticket(client), files=FILE)
    assert answer.status_code == 204
    assert [part.data for part in simulator.uploads.values()] == [CLIP]


def test_the_bucket_refuses_a_foreign_key_and_a_form_that_was_not_signed(
    simulator: RunwaySimulator, client: httpx.Client
) -> None:
    assert client.post("/bucket", data=ticket(client), files=FILE).status_code == 400
    assert httpx.post(f"{simulator.url}/bucket", data={"key": "x"}, files=FILE).status_code == 403
    small = {"file": ("clip.mp4", b"x", "video/mp4")}
    answer = httpx.post(f"{simulator.url}/bucket", data=ticket(client), files=small)
    assert "EntityTooSmall" in answer.text


def test_a_status_word_can_be_shown(simulator: RunwaySimulator, client: httpx.Client) -> None:
    body = {"model": "gen4.5", "promptText": "a boat", "ratio": "1280:720", "duration": 5}
    path = f"/v1/tasks/{client.post('/v1/text_to_video', json=body).json()['id']}"
    simulator.show_status("WARMING_UP")
    assert client.get(path).json()["status"] == "WARMING_UP"
    assert client.get(path).json()["status"] == "SUCCEEDED"
