"""Owns the checks of those parts of Replicate's wire that its client does not touch."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from simulators.replicate import ReplicateSimulator
from simulators.replicate.failures import FAILURES, INSUFFICIENT_CREDIT
from tarash.tarash_gateway.testing.simulator import tiny_png

SUBMIT = "/models/google/veo-3.1/predictions"
BODY = {"input": {"prompt": "a boat"}}


@pytest.fixture
def client(simulator: ReplicateSimulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {simulator.api_key}"}
    with httpx.Client(base_url=f"{simulator.url}/v1", headers=headers, timeout=5) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body", "field", "kind"),
    [
        pytest.param(
            "/predictions",
            {"version": "google/veo-3.1", "model": "google/veo-3.1", **BODY},
            "model",
            "additional_property_not_allowed",
            id="model-key",
        ),
        pytest.param(
            SUBMIT, {**BODY, "seed": 1}, "seed", "additional_property_not_allowed", id="unknown-key"
        ),
        pytest.param(SUBMIT, {}, "input", "required", id="no-input"),
        pytest.param(SUBMIT, {"input": {}}, "input", "required", id="no-prompt"),
        pytest.param("/predictions", BODY, "version", "required", id="no-version"),
    ],
)
def test_an_invalid_submit_names_the_field(
    simulator: ReplicateSimulator,
    client: httpx.Client,
    path: str,
    body: dict[str, object],
    field: str,
    kind: str,
) -> None:
    simulator.required_inputs = ("prompt",)
    refused = client.post(path, json=body)
    assert refused.status_code == 422
    assert [(each["field"], each["type"]) for each in refused.json()["invalid_fields"]] == [(field, kind)]
    assert simulator.jobs == []


@pytest.mark.parametrize(
    "headers",
    [{"Prefer": "wait=0"}, {"Prefer": "wait=61"}, {"Prefer": "soon"}, {"Cancel-After": "later"}],
)
def test_a_malformed_header_is_refused(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.post(SUBMIT, json=BODY, headers=headers).status_code == 400


def test_an_account_without_credit_is_refused(simulator: ReplicateSimulator, client: httpx.Client) -> None:
    simulator.inject("submit", INSUFFICIENT_CREDIT)
    assert client.post(SUBMIT, json=BODY).json()["title"] == "Insufficient credit"


@pytest.mark.parametrize(
    ("started", "expected"),
    [pytest.param(False, "aborted", id="in-the-queue"), pytest.param(True, "canceled", id="running")],
)
def test_a_deadline_ends_a_prediction(
    simulator: ReplicateSimulator, client: httpx.Client, started: bool, expected: str
) -> None:
    if started:
        simulator.hold()
    simulator.job_seconds = 60
    created = client.post(SUBMIT, json=BODY, headers={"Cancel-After": "0s"}).json()
    assert created["deadline"]
    assert client.get(created["urls"]["get"]).json()["status"] == expected


def test_a_wait_answers_processing_with_the_output(client: httpx.Client) -> None:
    answer = client.post(SUBMIT, json=BODY, headers={"Prefer": "wait=5"})
    assert answer.status_code == 201
    assert answer.json()["status"] == "processing"
    assert httpx.get(answer.json()["output"]).headers["Content-Type"] == "video/mp4"


def test_cancelling_a_finished_prediction_changes_nothing(client: httpx.Client) -> None:
    created = client.post(SUBMIT, json=BODY, headers={"Prefer": "wait"}).json()
    assert client.post(created["urls"]["cancel"]).json()["status"] == "succeeded"


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_prediction_is_a_successful_answer_with_a_text(
    simulator: ReplicateSimulator, client: httpx.Client, failure: str
) -> None:
    simulator.polls_until_done = 0
    simulator.fail_jobs(failure)
    answer = client.get(client.post(SUBMIT, json=BODY).json()["urls"]["get"])
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["error"]) == ("failed", FAILURES[failure])
    assert answer.json()["output"] is None


def test_a_model_of_pictures_answers_one_url_per_output(client: httpx.Client) -> None:
    body = {"input": {"prompt": "a boat", "num_outputs": 3}}
    path = "/models/black-forest-labs/flux-schnell/predictions"
    output = client.post(path, json=body, headers={"Prefer": "wait"}).json()["output"]
    assert len(output) == 3
    assert httpx.get(output[0]).content == tiny_png()


@pytest.mark.parametrize("path", ["/predictions/unknown", "/files/unknown", "/nowhere"])
def test_an_unknown_thing_is_a_problem(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
