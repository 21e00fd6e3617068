"""Owns the checks of those parts of fal's wire that fal-client does not touch."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from simulators.fal import FalSimulator
from simulators.fal.failures import FAILURES, OUT_OF_CREDIT
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

ENDPOINT = "/bytedance/seedance-2.5/text-to-video"
REQUESTS = "/bytedance/seedance-2.5/requests"


@pytest.fixture
def client(simulator: FalSimulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Key {simulator.api_key}"}
    with httpx.Client(base_url=simulator.url, headers=headers, timeout=5) as client:
        yield client


def submit(client: httpx.Client) -> dict[str, str]:
    ticket: dict[str, str] = client.post(ENDPOINT, json={"prompt": "a boat"}).json()
    return ticket


def test_the_urls_of_a_ticket_stay_on_the_origin_and_drop_the_sub_path(
    simulator: FalSimulator, client: httpx.Client
) -> None:
    ticket = submit(client)
    assert ticket["status_url"] == f"{simulator.url}{REQUESTS}/{ticket['request_id']}/status"
    assert client.get(f"{ENDPOINT}/requests/{ticket['request_id']}/status").status_code == 404


def test_a_result_read_too_early_is_refused_and_later_given(client: httpx.Client) -> None:
    ticket = submit(client)
    early = client.get(ticket["response_url"])
    assert (early.status_code, early.json()) == (400, {"detail": "Request is still in progress"})
    video = client.get(ticket["response_url"]).json()["video"]
    assert httpx.get(video["url"]).content == tiny_mp4()


def test_the_status_stream_ends_with_the_completed_status(client: httpx.Client) -> None:
    stream = client.get(f"{submit(client)['status_url']}/stream?logs=1")
    events = [json.loads(line.removeprefix("data: ")) for line in stream.text.split("\n\n") if line]
    assert [event["status"] for event in events] == ["IN_PROGRESS", "COMPLETED"]
    assert events[0]["logs"][0]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/status", 404, id="status"),
        pytest.param("GET", "/status/stream", 404, id="stream"),
        pytest.param("GET", "", 404, id="result"),
        pytest.param("PUT", "/cancel", 404, id="cancel"),
    ],
)
def test_an_unknown_request_is_not_found(client: httpx.Client, method: str, path: str, status: int) -> None:
    assert client.request(method, f"{REQUESTS}/unknown{path}").status_code == status


def test_cancelling_tells_accepted_then_too_late(simulator: FalSimulator, client: httpx.Client) -> None:
    simulator.hold()
    ticket = submit(client)
    answers = [client.put(ticket["cancel_url"]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 400]
    assert [answer.json()["status"] for answer in answers] == ["CANCELLATION_REQUESTED", "ALREADY_COMPLETED"]
    assert client.get(ticket["status_url"]).json()["error_type"] == "client_cancelled"
    assert client.get(ticket["response_url"]).status_code == 499


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_shows_in_the_result_and_a_platform_failure_in_the_status_too(
    simulator: FalSimulator, client: httpx.Client, failure: str
) -> None:
    simulator.polls_until_done = 0
    simulator.fail_jobs(failure)
    ticket = submit(client)
    status, result = client.get(ticket["status_url"]).json(), client.get(ticket["response_url"])
    assert result.status_code == FAILURES[failure].status
    assert status["status"] == "COMPLETED"
    assert ("error" in status) == isinstance(result.json()["detail"], str)


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        pytest.param({}, b'["prompt"]', 422, id="not-an-object"),
        pytest.param({"Content-Type": "text/plain"}, b"{}", 415, id="content-type"),
        pytest.param({"X-Fal-Queue-Priority": "high"}, b"{}", 400, id="priority"),
        pytest.param({"X-Fal-Request-Timeout": "1"}, b"{}", 400, id="timeout"),
        pytest.param({"Authorization": "Bearer 11111111-2222:simulated-secret"}, b"{}", 401, id="scheme"),
    ],
)
def test_a_malformed_submit_is_refused(
    simulator: FalSimulator, client: httpx.Client, headers: dict[str, str], content: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json", **headers}
    assert client.post(ENDPOINT, headers=headers, content=content).status_code == status
    assert simulator.jobs == []


def test_an_input_wrapped_as_in_the_sdk_fails(client: httpx.Client) -> None:
    ticket = client.post(ENDPOINT, json={"input": {"prompt": "a boat"}}).json()
    client.get(ticket["status_url"])
    assert client.get(ticket["response_url"]).json()["detail"][0]["type"] == "missing"


def test_an_account_without_credit_and_an_unknown_endpoint_are_refused(
    simulator: FalSimulator, client: httpx.Client
) -> None:
    simulator.inject("submit", OUT_OF_CREDIT)
    simulator.unknown_endpoints.add("bytedance/seedance-2.5/text-to-video")
    assert [client.post(ENDPOINT, json={}).status_code for _ in range(2)] == [403, 404]


@pytest.mark.parametrize(
    ("content_type", "query", "status"),
    [
        pytest.param("image/png", "", 200, id="as-declared"),
        pytest.param("image/jpeg", "", 403, id="other-type"),
        pytest.param("image/png", "0", 403, id="other-signature"),
    ],
)
def test_a_signed_upload_takes_what_was_declared(
    client: httpx.Client, content_type: str, query: str, status: int
) -> None:
    declared = {"file_name": "a.png", "content_type": "image/png"}
    urls = client.post("/storage/upload/initiate?storage_type=fal-cdn-v3", json=declared).json()
    put = httpx.put(urls["upload_url"] + query, content=tiny_png(), headers={"Content-Type": content_type})
    assert put.status_code == status
    assert httpx.get(urls["file_url"]).status_code == (200 if status == 200 else 404)
