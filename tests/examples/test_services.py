"""The examples of services: FastAPI with untrusted requests, a receiver of webhooks, Celery."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from example_files import loaded
from offline import EXAMPLES

Example: TypeAlias = Callable[[str, str], Any]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("REPLICATE_API_TOKEN", "REPLICATE_WEBHOOK_SECRET", "PUBLIC_URL", "CELERY_BROKER_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Example:
    """A fresh copy of an example, with a state of its own; skipped without the library that it needs."""

    def load(name: str, library: str) -> Any:
        return loaded(EXAMPLES / f"{name}.py", library, monkeypatch)

    return load


def client_of(module: Any) -> Any:
    from fastapi.testclient import TestClient

    return TestClient(module.app)


def test_a_stranger_gets_an_id_and_then_a_clip(example: Example) -> None:
    with client_of(example("web_service", "fastapi")) as client:
        answer = client.post("/videos", json={"prompt": "a red kite"})
        assert answer.status_code == 202
        clip = client.get(f"/videos/{answer.json()['id']}")
    assert (clip.status_code, clip.headers["content-type"]) == (200, "video/mp4")
    assert clip.content[4:8] == b"ftyp"


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param({"prompt": ""}, id="no prompt"),
        pytest.param({"prompt": "a kite", "duration_seconds": 3600}, id="an hour"),
        pytest.param({"prompt": "a kite", "image": "/etc/hostname"}, id="a file of the server"),
        pytest.param({"prompt": "a kite", "image": "file:///etc/hostname"}, id="a file URL"),
    ],
)
def test_a_stranger_cannot_ask_for_more_than_is_offered(wish: dict[str, object], example: Example) -> None:
    service = example("web_service", "fastapi")
    with client_of(service) as client:
        assert client.post("/videos", json=wish).status_code == 422
    assert service.videos == {}


def test_an_unknown_id_is_not_found(example: Example) -> None:
    with client_of(example("web_service", "fastapi")) as client:
        assert client.get("/videos/nobody").status_code == 404


def delivery(prediction: str) -> tuple[bytes, dict[str, str]]:
    """What Replicate sends, signed with the example's secret as standard webhooks are."""
    body = json.dumps(
        {"id": prediction, "status": "succeeded", "output": "https://example.com/a.mp4"}
    ).encode()
    sent_at = str(int(time.time()))
    digest = hmac.digest(base64.b64decode("c2VjcmV0"), f"msg_1.{sent_at}.".encode() + body, hashlib.sha256)
    return body, {
        "webhook-id": "msg_1",
        "webhook-timestamp": sent_at,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def test_a_delivery_fetches_the_clip_once(tmp_path: Path, example: Example) -> None:
    service = example("receive_webhooks", "fastapi")
    with client_of(service) as client:
        prediction = client.post("/videos", params={"prompt": "a paper boat"}).json()["id"]
        body, headers = delivery(prediction)
        assert client.post("/webhooks/replicate", content=body, headers=headers).status_code == 204
        clip = tmp_path / "output" / "webhooks" / f"{prediction}.mp4"
        clip.unlink()
        assert client.post("/webhooks/replicate", content=body, headers=headers).status_code == 204
    assert not clip.exists(), "the second delivery of the same event fetched it again"


def test_a_delivery_that_overtakes_the_answer_to_the_submission_is_asked_for_again(
    tmp_path: Path, example: Example
) -> None:
    service = example("receive_webhooks", "fastapi")
    with client_of(service) as client:
        prediction = client.post("/videos", params={"prompt": "a paper boat"}).json()["id"]
        body, headers = delivery(prediction)
        stored = service.jobs.pop(prediction)
        assert client.post("/webhooks/replicate", content=body, headers=headers).status_code == 404
        service.jobs[prediction] = stored
        assert client.post("/webhooks/replicate", content=body, headers=headers).status_code == 204
    assert (tmp_path / "output" / "webhooks" / f"{prediction}.mp4").is_file()


def test_a_forged_delivery_is_refused(example: Example) -> None:
    service = example("receive_webhooks", "fastapi")
    with client_of(service) as client:
        prediction = client.post("/videos", params={"prompt": "a paper boat"}).json()["id"]
        body, headers = delivery(prediction)
        assert client.post("/webhooks/replicate", content=body + b" ", headers=headers).status_code == 401
    assert list(service.jobs) == [prediction]


def test_a_celery_task_that_runs_twice_pays_once(tmp_path: Path, example: Example) -> None:
    tasks = example("celery_tasks", "celery")
    tasks.app.conf.update(task_always_eager=True, task_eager_propagates=True)
    tasks.submit.delay("kite", "a red kite")
    clip = tmp_path / "output" / "celery" / "kite.mp4"
    first = clip.read_bytes()
    clip.unlink()
    tasks.collect.delay("kite")
    assert clip.read_bytes() == first
    assert len(list((tmp_path / "output" / "journal" / "ended").iterdir())) == 1
