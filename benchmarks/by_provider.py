"""Measures the client's CPU time per job at several providers, with the download where there is one: the gateway beside loops by hand."""

from __future__ import annotations

import tempfile
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx

from benchmarks.cpu import POLLS, Turn, compare
from benchmarks.findings import Finding
from benchmarks.handwritten import TIMEOUT
from benchmarks.simulated import ProviderName, SimulatorProcess, prompt_for
from tarash.tarash_gateway import (
    Gateway,
    ModelLifecycleWarning,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.transport import Limits

PAUSE_SECONDS = 0.01
"""Pause before a poll, the same for both: after a sleep, all code runs slower for a while, the longer the sleep the slower."""
WITHOUT_DOWNLOAD, WITH_DOWNLOAD = 1.1, 1.2
"""Targets: times the CPU of the loop by hand."""


class Loop(ABC):
    """One provider by hand with httpx, one job after another; it makes the requests that the gateway makes.

    Args:
        url: address of the provider.
        key: the key.
        folder: where clips are stored that only the key can read.
    """

    model: ClassVar[str]
    headers: ClassVar[dict[str, str]]
    """With the key as `{key}`."""
    done: ClassVar[str]
    """The word of the provider for a finished job."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        headers = {name: value.format(key=key) for name, value in self.headers.items()}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT)
        self._file = folder / "by-hand.mp4"

    @abstractmethod
    def submit(self, prompt: str) -> str:
        """Submit a job, and return the path of its status."""

    @abstractmethod
    def collect(self, body: Any) -> str:
        """Return where the clip is, given the last status."""

    def run(self, prompt: str) -> str:
        """Render one video; return where it is."""
        path, pause = self.submit(prompt), PAUSE_SECONDS
        while True:
            time.sleep(pause)
            response = self.answer(path)
            body = response.json()
            if body["status"] == self.done:
                return self.collect(body)
            pause = self.pause_after(response)

    def pause_after(self, response: httpx.Response) -> float:  # noqa: ARG002 - a provider may say it in an answer
        """Return how long to wait after a status, in seconds."""
        return PAUSE_SECONDS

    def post(self, path: str, body: object) -> Any:
        """Return the answer to a POST."""
        response = self._client.post(path, json=body)
        response.raise_for_status()
        return response.json()

    def answer(self, path: str) -> httpx.Response:
        """Return the answer to a GET."""
        response = self._client.get(path)
        response.raise_for_status()
        return response

    def download(self, path: str) -> str:
        """Store a file, and return its path."""
        with self._client.stream("GET", path) as response, self._file.open("wb") as file:
            response.raise_for_status()
            for chunk in response.iter_bytes():
                file.write(chunk)
        return str(self._file)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Replicate(Loop):
    """Replicate's predictions; the clip is at a public URL."""

    model = "google/veo-3.1-fast"
    headers: ClassVar = {"Authorization": "Bearer {key}"}
    done = "succeeded"

    def submit(self, prompt: str) -> str:
        """Create a prediction."""
        ticket = self.post(f"/v1/models/{self.model}/predictions", {"input": {"prompt": prompt}})
        return f"/v1/predictions/{ticket['id']}"

    def collect(self, body: Any) -> str:
        """Return the URL."""
        return str(body["output"])


class Runway(Loop):
    """Runway's tasks; the clip is at a public URL."""

    model = "gen4.5"
    headers: ClassVar = {"Authorization": "Bearer {key}", "X-Runway-Version": "2024-11-06"}
    done = "SUCCEEDED"

    def submit(self, prompt: str) -> str:
        """Create a task."""
        body = {"model": self.model, "promptText": prompt, "duration": 5, "ratio": "1280:720"}
        return f"/v1/tasks/{self.post('/v1/text_to_video', body)['id']}"

    def collect(self, body: Any) -> str:
        """Return the URL."""
        return str(body["output"][0])


class OpenAI(Loop):
    """OpenAI's videos; the clip needs the key, so it is downloaded."""

    model = "sora-2"
    headers: ClassVar = {"Authorization": "Bearer {key}"}
    done = "completed"

    def submit(self, prompt: str) -> str:
        """Create a video."""
        return f"/v1/videos/{self.post('/v1/videos', {'model': self.model, 'prompt': prompt})['id']}"

    def pause_after(self, response: httpx.Response) -> float:
        """Return the pause that the server asks for, as OpenAI's own client does."""
        wish = response.headers.get("openai-poll-after-ms")
        return PAUSE_SECONDS if wish is None else int(wish) / 1000

    def collect(self, body: Any) -> str:
        """Download the content."""
        return self.download(f"/v1/videos/{body['id']}/content?variant=video")


class Google(Loop):
    """Google's interactions; the clip is a file that needs the key, so it is downloaded once it is ready."""

    model = "gemini-omni-1.2-flash"
    headers: ClassVar = {"x-goog-api-key": "{key}"}
    done = "completed"

    def submit(self, prompt: str) -> str:
        """Create an interaction that runs in the background."""
        shape = {"type": "video", "delivery": "uri"}
        body = {"model": self.model, "input": prompt, "background": True, "response_format": shape}
        return f"/v1beta/interactions/{self.post('/v1beta/interactions', body)['id']}"

    def collect(self, body: Any) -> str:
        """Wait for the file, and download it."""
        uri = str(body["steps"][-1]["content"][0]["uri"])
        name = uri.rpartition("/")[2].partition(":")[0]
        assert self.answer(f"/v1beta/files/{name}").json()["state"] == "ACTIVE"
        return self.download(f"/v1beta/files/{name}:download?alt=media")


LOOPS: dict[ProviderName, type[Loop]] = {
    "replicate": Replicate,
    "runway": Runway,
    "openai": OpenAI,
    "google": Google,
}
DOWNLOADS = frozenset({"openai", "google"})


def measure(tiny: bool) -> Iterator[Finding]:
    """Compare polled jobs, one at a time; both make the same number of requests."""
    jobs, rounds = (2, 1) if tiny else (10, 12)
    for provider, loop in LOOPS.items():
        with (
            SimulatorProcess(provider) as simulator,
            tempfile.TemporaryDirectory() as folder,
            # polled also where the provider has a status stream, as the loops by hand do
            Gateway(output_dir=folder, limits=Limits(max_streams=0)) as gateway,
        ):
            simulator.finish_after_polls(POLLS - 1)
            by_hand = loop(simulator.url, simulator.api_key, Path(folder))
            turns = {"gateway": _gateway(gateway, simulator, provider), "by hand": _by_hand(by_hand)}
            has_download = provider in DOWNLOADS
            what = f"blocking, {provider}{', with the download' if has_download else ''}"
            yield compare(
                what, turns, jobs, rounds, at_most=WITH_DOWNLOAD if has_download else WITHOUT_DOWNLOAD
            )
            by_hand.close()


def _gateway(gateway: Gateway, simulator: SimulatorProcess, provider: ProviderName) -> Turn:
    config = VideoGenerationConfig(
        provider=provider, model=LOOPS[provider].model, api_key=simulator.api_key, base_url=simulator.base_url,
        poll_interval=PAUSE_SECONDS,
    )  # fmt: skip

    def turn(jobs: int) -> float:
        began = time.process_time()
        with warnings.catch_warnings():
            # the table may know the end of a model that the simulator still has
            warnings.simplefilter("ignore", ModelLifecycleWarning)
            for _ in range(jobs):
                gateway.generate_video(config, VideoGenerationRequest(prompt=prompt_for(0)))
        return time.process_time() - began

    return turn


def _by_hand(loop: Loop) -> Turn:
    def turn(jobs: int) -> float:
        began = time.process_time()
        for _ in range(jobs):
            loop.run(prompt_for(0))
        return time.process_time() - began

    return turn
