"""Owns how each provider's official client is asked to make a clip of a picture on disk."""

# OpenAI's client marks its videos methods as deprecated since the service ended; compatible servers still speak it.
# mypy: disable-error-code="deprecated"

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TypeAlias

import fal_client
import luma_agents
import openai
import pytest
import runwayml
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials
from replicate.client import Client as ReplicateClient
from runwayml.types.image_to_video_create_params import Gen4_5PromptImagePromptImage

from sdk.fal_hosts import fal_behind_its_hosts
from simulators.every_provider import running
from simulators.google import GoogleSimulator
from tarash.tarash_gateway.testing import Simulator

PROMPT = "a paper boat"

Ask: TypeAlias = Callable[[Simulator, str, Path], object]


def data_uri(picture: Path) -> str:
    """The picture as a `data:` URI."""
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


def _fal(simulator: Simulator, model: str, picture: Path) -> None:
    arguments = {"prompt": PROMPT, "image_url": fal_client.encode_file(picture)}
    fal_client.SyncClient(key=simulator.api_key).submit(model, arguments)


def _google(simulator: Simulator, model: str, picture: Path) -> None:
    data = base64.b64encode(picture.read_bytes()).decode()
    text = {"type": "text", "text": f"<FIRST_FRAME> {PROMPT}"}
    content = [text, {"type": "image", "data": data, "mime_type": "image/png"}]
    # the client's own default is v1; Google's reference of this method writes v1beta, as the plugin does
    options = types.HttpOptions(base_url=simulator.url, api_version="v1beta")
    with closing(genai.Client(api_key=simulator.api_key, http_options=options)) as client:
        client.interactions.create(
            model=model,
            input=[{"type": "user_input", "content": content}],
            background=True,
            generation_config={"video_config": {"task": "image_to_video"}},
            response_format={"type": "video", "delivery": "uri"},
        )


def _veo(simulator: Simulator, model: str, picture: Path) -> None:
    assert isinstance(simulator, GoogleSimulator)
    client = genai.Client(
        vertexai=True,
        project=simulator.project,
        location="us-central1",
        credentials=Credentials("ya29.simulated"),  # type: ignore[no-untyped-call] # google-auth is untyped
        http_options=types.HttpOptions(base_url=simulator.url, api_version="v1"),
    )
    with closing(client):
        frame = types.Image.from_file(location=str(picture))
        # Vertex AI wants to be told about sound
        config = types.GenerateVideosConfig(generate_audio=True)
        client.models.generate_videos(model=model, prompt=PROMPT, image=frame, config=config)


def _luma(simulator: Simulator, _: str, picture: Path) -> None:
    data = base64.b64encode(picture.read_bytes()).decode()
    with luma_agents.Luma(auth_token=simulator.api_key, base_url=f"{simulator.url}/v1") as client:
        client.generations.create(
            model="ray-3.2",
            type="video",
            prompt=PROMPT,
            video={"start_frame": {"data": data, "media_type": "image/png"}},
        )


def _openai(simulator: Simulator, model: str, picture: Path) -> None:
    file = (picture.name, picture.read_bytes(), "image/png")
    with openai.OpenAI(api_key=simulator.api_key, base_url=f"{simulator.url}/v1") as client:
        client.videos.create(model=model, prompt=PROMPT, input_reference=file)


def _replicate(simulator: Simulator, model: str, picture: Path) -> None:
    client = ReplicateClient(api_token=simulator.api_key, base_url=simulator.url)
    with picture.open("rb") as file:
        inputs = {"prompt": PROMPT, "image": file}
        client.models.predictions.create(model, input=inputs, file_encoding_strategy="base64")


def _runway(simulator: Simulator, _: str, picture: Path) -> None:
    frame: Gen4_5PromptImagePromptImage = {"uri": data_uri(picture), "position": "first"}
    with runwayml.RunwayML(api_key=simulator.api_key, base_url=simulator.url) as client:
        client.image_to_video.create(
            model="gen4.5", prompt_text=PROMPT, prompt_image=[frame], duration=5, ratio="1280:720"
        )


CLIENTS: Mapping[tuple[str, str], Ask] = {
    ("fal", "fal-ai/veo3.1/image-to-video"): _fal,
    ("google", "gemini-omni-1.2-flash"): _google,
    ("google", "veo-3.1-generate-001"): _veo,
    ("luma", "ray-3.2"): _luma,
    ("openai", "sora-2"): _openai,
    ("replicate", "google/veo-3.1-fast"): _replicate,
    ("runway", "gen4.5"): _runway,
}
"""Provider and model → how its client is asked."""


def our_settings(simulator: Simulator, model: str) -> dict[str, object]:
    """What the gateway needs beside the usual to reach the same API: Veo is on Vertex AI only."""
    if not model.startswith("veo-"):
        return {"model": model}
    assert isinstance(simulator, GoogleSimulator)
    account = {"credentials": json.dumps(simulator.service_account()), "storage_base_url": simulator.url}
    return {"model": model, "api_key": None, "provider_config": account}


def simulator_for(
    provider: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AbstractContextManager[Simulator]:
    """The simulator where the provider's client can reach it."""
    return fal_behind_its_hosts(folder, monkeypatch) if provider == "fal" else running(provider)
