"""The FastAPI recipe: a table is answered at once, generated once, and carried on after a crash."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from recipes.recipe_files import (
    RECIPES,
    assert_each_row_was_sent_once,
    on_loopback,
    recipe_module,
    states,
    wait_until,
)
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import VideoGenerationConfig
from tarash_gateway_batch import BatchOptions, BatchRunner


def at_kling(service: Any, url: str) -> Any:
    """Give a copy of the service the settings of a test."""
    service.make_gateway = on_loopback
    service.BatchRunner = partial(BatchRunner, base_urls=[url])
    service.CONFIG = VideoGenerationConfig(
        provider="kling", model="kling-3.0", base_url=url, poll_interval=0.02
    )
    service.OPTIONS = BatchOptions(budget_usd=50.0, concurrency=2)
    return service.app


def order(count: int) -> dict[str, object]:
    rows = [{"prompt": f"boat {number}", "duration_seconds": 5} for number in range(1, count + 1)]
    return {"title": "boats", "rows": rows}


def test_a_table_is_answered_at_once_and_its_results_are_served(
    tmp_path: Path, kling: KlingSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KLING_API_KEY", kling.api_key)
    app = at_kling(recipe_module("fastapi_batch", "fastapi", monkeypatch), kling.url)
    from fastapi.testclient import TestClient

    kling.hold("running")
    with TestClient(app) as client:
        answer = client.post("/batches", json=order(2))
        assert answer.status_code == 202
        name = answer.json()["name"]
        wait_until(lambda: len(kling.jobs) == 2, "no row begins")
        assert client.get(f"/batches/{name}").json()["counts"] == {"waiting": 2}
        # the answer was lost, and the client asks again
        assert client.post("/batches", json=order(2)).json() == {"name": name}
        kling.release()
        wait_until(lambda: not client.get(f"/batches/{name}").json()["running"], "the batch does not end")
        told = client.get(f"/batches/{name}").json()
        results = [json.loads(line) for line in client.get(told["manifest"]).text.splitlines()]
        assert [result["state"] for result in results] == ["completed"] * 2
        assert told["spent_usd"] == pytest.approx(2 * 0.42)
        assert "boat 2" in client.get(told["report"]).text
        assert client.post("/batches", json={"rows": [{"prompt": ""}]}).status_code == 422
        assert client.get("/batches/nobody").status_code == 404
    assert_each_row_was_sent_once(kling, 2)


SETTINGS = "import fastapi_batch\nfrom recipes.test_fastapi_batch import at_kling\napp = at_kling(fastapi_batch, {url!r})\n"


@contextmanager
def served(folder: Path, kling: KlingSimulator) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The service in a process of its own, and its address."""
    (folder / "settings.py").write_text(SETTINGS.format(url=kling.url), "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "settings:app", "--port", "0"],
        env={
            "PATH": os.defpath,
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join((str(folder), str(RECIPES), *sys.path)),
            "KLING_API_KEY": kling.api_key,
        },
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stderr)))
        yield process, found[0]
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def asked(address: str, content: object = None) -> Any:
    body = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(address, body, {"content-type": "application/json"})  # noqa: S310 - on loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def test_a_service_that_was_killed_carries_on_when_it_starts(tmp_path: Path, kling: KlingSimulator) -> None:
    pytest.importorskip("uvicorn")
    kling.hold("running")
    with served(tmp_path, kling) as (process, address):
        name = asked(f"{address}/batches", order(4))["name"]
        wait_until(lambda: len(kling.jobs) == 2, "no row begins")
        process.kill()
        process.wait()
    kling.release()
    with served(tmp_path, kling) as (process, address):
        wait_until(lambda: not asked(f"{address}/batches/{name}")["running"], "the batch does not end")
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        assert "Application shutdown complete" in process.stderr.read()
    assert states(tmp_path / "videos" / name) == {"completed": 4}
    assert_each_row_was_sent_once(kling, 4)
