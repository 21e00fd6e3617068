"""A picture on disk becomes the first frame at every provider that takes one, in the form which that provider takes."""

from __future__ import annotations

import base64
import gc
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from unittest.mock import ANY

import pytest

from cross.official_clients import CLIENTS, PROMPT, data_uri, our_settings, simulator_for
from execution import Run
from simulators.asking import video_config
from simulators.comfyui import WORKFLOWS
from simulators.every_provider import FRAME_PROVIDERS, SIMULATORS, running
from tarash.tarash_gateway import Gateway, VideoGenerationRequest
from tarash.tarash_gateway.mock.sample_media import sample_image
from tarash.tarash_gateway.testing.simulator import RecordedRequest

pytestmark = [
    # OpenAI's and Google's clients, and the models whose service has ended
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    # some clients leave their connections to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

BOAT = sample_image(width=640, height=360, colour_seed=3)
"""In the shape that every model renders unless asked for another, so that no provider has a reason to adjust."""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "boat.png"
    path.write_bytes(BOAT)
    return path


def asked(picture: Path) -> VideoGenerationRequest:
    """The one request that goes to every provider."""
    return VideoGenerationRequest(prompt=PROMPT, image_list=[{"image": picture, "type": "first_frame"}])


def with_frame() -> Mapping[str, object]:
    """The workflow as ComfyUI gets it: with the prompt, a seed of its own, and the name of the uploaded picture."""
    graph = json.loads((WORKFLOWS / "image_to_video.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(BOAT).hexdigest()[:24]
    for node, name, value in (
        ("6", "text", PROMPT),
        ("3", "seed", ANY),
        ("52", "image", f"tarash-{digest}.png"),
    ):
        graph[node]["inputs"][name] = value
    return {"prompt": graph}


def expected_body(provider: str, picture: Path) -> Mapping[str, object] | None:
    """The documented body of the provider's image-to-video endpoint; None where it is a form."""
    raw, uri = base64.b64encode(picture.read_bytes()).decode(), data_uri(picture)
    bodies: dict[str, Mapping[str, object] | None] = {
        "alibaba": {
            "model": "wan3.0-video",
            "input": {"prompt": PROMPT, "media": [{"type": "first_frame", "url": uri}]},
        },
        "azure_openai": None,
        "bfl": {"mode": "i2v", "prompt": PROMPT, "keyframes": [raw]},
        "bytedance": {
            "model": "seedance-1-5-pro-251215",
            "content": [
                {"type": "text", "text": PROMPT},
                {"type": "image_url", "image_url": {"url": uri}, "role": "first_frame"},
            ],
        },
        "comfyui": with_frame(),
        "fal": {"prompt": PROMPT, "image_url": uri},
        "google": {
            "model": "gemini-omni-1.2-flash",
            "input": [
                {
                    "type": "user_input",
                    "content": [
                        {"type": "text", "text": f"<FIRST_FRAME> {PROMPT}"},
                        {"type": "image", "data": raw, "mime_type": "image/png"},
                    ],
                }
            ],
            "background": True,
            "generation_config": {"video_config": {"task": "image_to_video"}},
            "response_format": {"type": "video", "delivery": "uri"},
        },
        "kling": {
            "contents": [{"type": "prompt", "text": PROMPT}, {"type": "first_frame", "url": raw}],
            "settings": {"multi_shot": False},
        },
        "luma": {
            "model": "ray-3.2",
            "type": "video",
            "prompt": PROMPT,
            "video": {"start_frame": {"data": raw, "media_type": "image/png"}},
        },
        "minimax": {
            "model": "MiniMax-H3",
            "content": [
                {"type": "text", "text": PROMPT},
                {"type": "image_url", "image_url": {"url": uri}, "role": "first_frame"},
            ],
            "duration": 5,
            "resolution": "768P",
        },
        "openai": None,
        "replicate": {"input": {"prompt": PROMPT, "image": uri}},
        "runway": {
            "model": "gen4.5",
            "promptText": PROMPT,
            "promptImage": [{"uri": uri, "position": "first"}],
            "duration": 5,
            "ratio": "1280:720",
        },
        "xai": {"model": "grok-imagine-video-1.5", "prompt": PROMPT, "image": {"url": uri}},
    }
    return bodies[provider]


def sent(request: RecordedRequest) -> Mapping[str, object] | None:
    """The JSON body, without what the gateway makes up for ByteDance, ComfyUI and Kling to find a lost job by."""
    body = cast("dict[str, Any] | None", request.json)
    if body is not None:
        for name in ("execution_expires_after", "prompt_id", "client_id"):
            body.pop(name, None)
        body.get("options", {}).pop("external_task_id", None)
        if body.get("options") == {}:
            del body["options"]
    return body


def parts(request: RecordedRequest) -> set[tuple[str, str | None, str | None, bytes]]:
    return {(part.name, part.filename, part.content_type, part.data) for part in request.form}


@pytest.mark.parametrize("provider", FRAME_PROVIDERS)
def test_one_request_with_a_picture_on_disk_is_right_at_every_provider(
    run: Run, gateway: Gateway, picture: Path, provider: str
) -> None:
    with running(provider) as simulator:
        config = video_config(simulator, SIMULATORS[provider].cases.frame_model)
        response = run(gateway, "generate_video", config, asked(picture))
        (request,) = simulator.requests_to("submit")
    assert response.status == "completed"
    assert response.execution_metadata.adjustments == ()
    assert sent(request) == expected_body(provider, picture)
    if request.json is None:
        assert parts(request) == {
            ("model", None, None, b"sora-2"),
            ("prompt", None, None, PROMPT.encode()),
            ("input_reference", "boat.png", "image/png", BOAT),
        }


@pytest.mark.parametrize(("provider", "model"), CLIENTS, ids=lambda value: value.replace("/", "."))
def test_the_request_is_the_one_that_the_official_client_sends(
    gateway: Gateway,
    picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    model: str,
) -> None:
    with simulator_for(provider, tmp_path, monkeypatch) as simulator:
        CLIENTS[provider, model](simulator, model, picture)
        (theirs,) = simulator.requests_to("submit")
        gc.collect()
    with running(provider) as simulator:
        config = video_config(simulator, **our_settings(simulator, model))
        gateway.submit_video(config, asked(picture))
        (ours,) = simulator.requests_to("submit")
    assert (ours.method, ours.path) == (theirs.method, theirs.path)
    assert ours.json == theirs.json
    assert parts(ours) == parts(theirs)
