"""Proves how tasks and their outputs are read."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

import tarash_gateway_runway as runway
from tarash.tarash_gateway.plugin import JobReference
from tarash.tarash_gateway.testing import call_for, drive
from tarash_gateway_runway.results import tarash_normalize
from tarash_gateway_runway.status import read_status

JOB: JobReference = {"id": "17f20503"}
TASK: dict[str, object] = {"id": "17f20503", "createdAt": "2026-11-22T10:00:00.000Z"}
CDN = "https://dnznrvs05pmza.cloudfront.net"


@pytest.mark.parametrize(
    ("wire", "state", "progress"),
    [
        pytest.param({"status": "PENDING", "estimatedCost": {"credits": 60}}, "queued", None, id="pending"),
        pytest.param(
            {"status": "THROTTLED", "estimatedCost": {"credits": 60}}, "queued", None, id="throttled"
        ),
        pytest.param({"status": "RUNNING", "progress": 0.42}, "processing", 42.0, id="running"),
        pytest.param({"status": "RUNNING"}, "processing", None, id="running without progress"),
        pytest.param({"status": "SUCCEEDED", "output": [f"{CDN}/a.mp4"]}, "completed", None, id="succeeded"),
        pytest.param({"status": "FAILED", "failure": "x"}, "failed", None, id="failed"),
        pytest.param({"status": "CANCELLED", "cost": {"credits": 0}}, "cancelled", None, id="cancelled"),
        pytest.param({"status": "CANCELED"}, "cancelled", None, id="the other spelling"),
        pytest.param({"status": "succeeded"}, "completed", None, id="in small letters"),
        pytest.param({"status": "Error"}, "failed", None, id="a word of others"),
        pytest.param({"status": "WARMING_UP"}, "processing", None, id="a word of tomorrow"),
        pytest.param({}, "processing", None, id="no word"),
    ],
)
def test_a_task_is_read(wire: dict[str, object], state: str, progress: float | None) -> None:
    status = read_status({**TASK, **wire})
    assert (status.state, status.progress_percent) == (state, progress)
    assert (status.error is not None) == (state == "failed")


@pytest.mark.parametrize(
    ("wire", "usd"),
    [
        pytest.param({"status": "SUCCEEDED", "cost": {"credits": 60}}, 0.6, id="charged"),
        pytest.param({"status": "FAILED", "cost": {"credits": 0}}, 0.0, id="given back"),
        pytest.param(
            {"status": "RUNNING", "estimatedCost": {"credits": 60}}, None, id="an estimate is no bill"
        ),
    ],
)
def test_the_bill_is_what_the_ended_task_says(wire: dict[str, object], usd: float | None) -> None:
    assert read_status({**TASK, **wire}).billed_usd == usd


@pytest.mark.parametrize(
    ("modality", "output", "kinds"),
    [
        pytest.param("video", [f"{CDN}/a.mp4?_jwt=x.mov"], [("video", "video/mp4")], id="clip"),
        pytest.param("video", [f"{CDN}/a.MOV"], [("video", "video/quicktime")], id="prores"),
        pytest.param("video", [f"{CDN}/a"], [("video", None)], id="no suffix"),
        pytest.param(
            "video",
            [f"{CDN}/frames.zip?_jwt=x", f"{CDN}/sound.wav"],
            [("video", "application/zip"), ("audio", "audio/wav")],
            id="an archive of frames stands for the clip",
        ),
        pytest.param(
            "image",
            [f"{CDN}/a.webp", f"{CDN}/b.svg"],
            [("image", "image/webp"), ("image", "image/svg+xml")],
            id="pictures",
        ),
    ],
)
def test_every_output_is_an_asset(
    modality: str, output: list[str], kinds: list[tuple[str, str | None]]
) -> None:
    call = call_for(runway, "gen4_image", "image") if modality == "image" else call_for(runway, "gen4.5")
    raw = {**TASK, "status": "SUCCEEDED", "output": output, "cost": {"credits": 5}}
    generated, calls = drive(tarash_normalize(call, JOB, raw))
    assert calls == []
    assert [(asset.kind, asset.content_type) for asset in generated.assets] == kinds
    assert [asset.url for asset in generated.assets] == output
    assert generated.cost_usd == 0.05


@pytest.mark.parametrize("file", ["a.mp4", "frames.zip"])
def test_the_token_in_a_link_says_until_when_it_works(file: str) -> None:
    # as in a link of 2024 that a public page shows
    claims = b'{"keyHash":"b1665e63e6ca59c7","bucket":"runway-datasets","stage":"prod","exp":1795867200}'
    token = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    output = [f"{CDN}/{file}?_jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{token}.c2ln"]
    raw = {**TASK, "status": "SUCCEEDED", "output": output}
    generated, _ = drive(tarash_normalize(call_for(runway, "gen4.5"), JOB, raw))
    (asset,) = generated.assets
    assert (asset.kind, asset.expires_at) == ("video", datetime(2026, 11, 28, 12, tzinfo=UTC))
