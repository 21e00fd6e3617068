"""Owns the columns of the matrix: at which request of which provider a fault strikes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from simulators.asking import image_config, image_request, video_config, video_request
from simulators.comfyui import ComfyUISimulator
from simulators.every_provider import SIMULATORS
from simulators.google import GoogleSimulator
from simulators.luma import DreamMachineSimulator
from tarash.tarash_gateway import (
    ImageGenerationConfig,
    ImageGenerationRequest,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.steps import HttpCall
from tarash.tarash_gateway.testing import ConformanceCases, ConformingSimulator, Simulator
from tarash.tarash_gateway.testing.simulator import LostResponse, Status, tiny_mp4, tiny_png

Config = VideoGenerationConfig | ImageGenerationConfig
Request = VideoGenerationRequest | ImageGenerationRequest

TIMEOUT_SECONDS = 120.0
VEO = "veo-3.1-generate-001"
PLAIN = video_request()
PICTURE = tiny_png() + bytes(300_000)
LARGE_PICTURE = tiny_png() + bytes(5 * 1024 * 1024)
CLIP = tiny_mp4() + bytes(11 * 1024 * 1024)
"""Larger than what the providers take inline."""


def framed(picture: bytes) -> VideoGenerationRequest:
    """Return a request that starts from a picture."""
    return video_request(image_list=[{"image": picture, "type": "first_frame"}])


@dataclass(frozen=True, kw_only=True)
class Column:
    """One request of one provider.

    Attributes:
        name: the column's head.
        provider: id of the provider that misbehaves.
        routes: names of its simulator's routes that are struck.
        model: what it renders with; "" is the plainest video model.
        request: what is asked for.
        submit_route: where jobs are created.
        settings: makes the configuration's own fields.
        next_provider: id of the provider that is well.
        next_model: what that one renders with.
        chooses: tells which requests to the routes are struck.
        prepare: readies the simulator.
        simulator: class of the simulator that misbehaves; None is the provider's usual one.
        has_empty_answers: whether the regular answer has no body that could be cut off.
    """

    name: str
    provider: str
    routes: tuple[str, ...]
    model: str = ""
    request: Request = PLAIN
    submit_route: str = "submit"
    settings: Callable[[Simulator], Mapping[str, object]] = lambda _simulator: {}
    next_provider: str = "xai"
    next_model: str = ""
    chooses: Callable[[HttpCall], bool] = lambda _call: True
    prepare: Callable[[Simulator], None] = lambda _simulator: None
    simulator: type[ConformingSimulator] | None = None
    has_empty_answers: bool = False

    def running(self) -> Simulator:
        """Return the simulator that misbehaves; use it as a context manager."""
        # every conforming simulator is a Simulator; the mixin only adds to it
        return cast("Simulator", self._class())

    @property
    def cases(self) -> ConformanceCases:
        """What is known of the provider."""
        return self._class.cases

    @property
    def _class(self) -> type[ConformingSimulator]:
        return self.simulator or SIMULATORS[self.provider]

    def config(self, own: Simulator, healthy: Simulator) -> Config:
        """Return the chain: the provider that misbehaves, then the one that is well."""
        make = video_config if isinstance(self.request, VideoGenerationRequest) else image_config
        shared: dict[str, object] = {"timeout": TIMEOUT_SECONDS, "poll_interval": None}
        second = make(healthy, self.next_model, **shared)
        return make(own, self.model, **{**shared, **self.settings(own)}, fallback_configs=[second])


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase of a generation: a table of the page.

    Attributes:
        name: its short name.
        title: the table's heading.
        words: what is struck, in a sentence.
        columns: the providers that have the phase.
        is_processed: whether the provider processes a struck request all the same; None: whatever the fault allows.
    """

    name: str
    title: str
    words: str
    columns: tuple[Column, ...]
    is_processed: bool | None = None


def _vertex(simulator: Simulator) -> Mapping[str, object]:
    assert isinstance(simulator, GoogleSimulator)
    # tokens are kept for the whole process, and ports are used again
    account = {**simulator.service_account(), "private_key_id": secrets.token_hex()}
    return {
        "api_key": None,
        "provider_config": {
            "storage_base_url": simulator.url,
            "credentials": json.dumps(account),
            "storage_uri": "gs://films/today/",
        },
    }


def _without_stream(simulator: Simulator) -> None:
    simulator.inject("stream", Status(503), times=None)


def _held(simulator: Simulator) -> None:
    simulator.hold()


def _waiting(simulator: Simulator) -> None:
    # a tenth of its time a job spends in the queue
    simulator.job_seconds = 100 * TIMEOUT_SECONDS


def _held_without_stream(simulator: Simulator) -> None:
    simulator.hold()
    _without_stream(simulator)


def _lose_the_submission(simulator: Simulator) -> None:
    simulator.inject("submit", LostResponse())


def _column(name: str, provider: str, *routes: str, **more: object) -> Column:
    second = {"xai": "runway"}.get(provider, "xai")
    return Column(**{"name": name, "provider": provider, "routes": routes, "next_provider": second, **more})  # type: ignore[arg-type]  # checked by the dataclass's own names


VERTEX: Mapping[str, object] = {"model": VEO, "settings": _vertex}
FRAMED: Mapping[str, object] = {"next_model": "grok-imagine-video-1.5"}
UPSCALED: Mapping[str, object] = {
    "model": "upscale/creative",
    "request": image_request(image_list=[{"image": tiny_png()}]),
    "next_provider": "openai",
}
AT_ONCE: Mapping[str, object] = {"model": "core", "request": image_request(), "next_provider": "openai"}
FAL_FRAME: Mapping[str, object] = {
    "model": "fal-ai/veo3.1/image-to-video",
    "request": framed(PICTURE),
    **FRAMED,
}
RUNWAY_FRAME: Mapping[str, object] = {"request": framed(LARGE_PICTURE), **FRAMED}
LUMA_CLIP: Mapping[str, object] = {
    "model": "ray-3.2",
    "request": video_request(video=CLIP),
    "next_provider": "runway",
    "next_model": "aleph2",
}
ALIBABA_CLIP: Mapping[str, object] = {**LUMA_CLIP, "model": "wan2.7-videoedit"}
DELETING: Mapping[str, object] = {
    "settings": lambda _simulator: {"provider_config": {"delete_cancels": True}},
    "prepare": _held,
}
COMFYUI_FRAMES = ComfyUISimulator.cases.frame_model
COMFYUI_POLL: Mapping[str, object] = {"prepare": _without_stream}
NO_BODY: Mapping[str, object] = {"has_empty_answers": True}


def _everywhere(route: str, **of_streams: object) -> tuple[Column, ...]:
    """Return a column for every provider that creates a job; `of_streams` are the settings of those that stream its status."""
    return (
        _column("alibaba", "alibaba", route),
        _column("fal", "fal", route, **of_streams),
        _column("Gemini", "google", route, **of_streams),
        _column("Vertex", "google", route, **VERTEX),
        _column("bfl", "bfl", route),
        _column("bytedance", "bytedance", route),
        _column(
            "comfyui",
            "comfyui",
            {"status": "history"}.get(route, route),
            **(COMFYUI_POLL if route == "status" else {}),
        ),
        _column("kling", "kling", route),
        _column("luma", "luma", route),
        _column("minimax", "minimax", route),
        _column("openai", "openai", route),
        _column("azure", "azure_openai", route),
        _column("replicate", "replicate", route),
        _column("runway", "runway", route),
        _column("stability", "stability", route, **UPSCALED),
        _column("xai", "xai", route),
    )


SUBMISSIONS = (*_everywhere("submit"), _column("stability (at once)", "stability", "submit", **AT_ONCE))
PHASES = (
    Phase(
        name="upload",
        title="Upload",
        words="A large input is uploaded before anything is submitted; some uploads take several requests.",
        columns=(
            _column("alibaba: policy", "alibaba", "upload", **ALIBABA_CLIP),
            _column("alibaba: bytes", "alibaba", "upload_bytes", **ALIBABA_CLIP, **NO_BODY),
            _column("comfyui", "comfyui", "upload", model=COMFYUI_FRAMES, request=framed(PICTURE), **FRAMED),
            _column("fal: ticket", "fal", "upload", **FAL_FRAME),
            _column("fal: bytes", "fal", "upload_bytes", **FAL_FRAME, **NO_BODY),
            _column("Gemini", "google", "upload", request=framed(LARGE_PICTURE), **FRAMED),
            _column("luma: ticket", "luma", "file_create", **LUMA_CLIP),
            _column("luma: bytes", "luma", "upload", **LUMA_CLIP, **NO_BODY),
            _column("luma: close", "luma", "file_complete", **LUMA_CLIP),
            _column("luma: check", "luma", "file", **LUMA_CLIP),
            _column("replicate", "replicate", "upload", request=framed(PICTURE), **FRAMED),
            _column("runway: ticket", "runway", "upload", **RUNWAY_FRAME),
            _column("runway: bytes", "runway", "upload_bytes", **RUNWAY_FRAME, **NO_BODY),
        ),
    ),
    Phase(
        name="submit",
        title="Submission, not processed",
        words="The provider creates no job. Stability AI has two columns: most of its models answer with the picture at once.",
        columns=SUBMISSIONS,
        is_processed=False,
    ),
    Phase(
        name="accepted",
        title="Submission, processed all the same",
        words="The provider creates the job, but this arrives in place of its answer. A 401, 403, 404 or 429 is missing here: it is taken "
        "as the proof that there is no job.",
        columns=SUBMISSIONS,
        is_processed=True,
    ),
    Phase(
        name="status",
        title="Status",
        words="The job runs. At fal, Gemini and ComfyUI, the status stream is out of order, so that it is polled.",
        columns=_everywhere("status", prepare=_without_stream),
    ),
    Phase(
        name="stream",
        title="Status stream",
        words="fal and Gemini have one of server-sent events. The job is polled when the stream is missing or breaks, as it is at "
        "ComfyUI when its WebSocket does.",
        columns=(_column("fal", "fal", "stream"), _column("Gemini", "google", "stream")),
    ),
    Phase(
        name="result",
        title="Result",
        words="The job is finished, and a request of its own fetches the result. The other providers send it with the last status.",
        columns=(
            _column("fal", "fal", "result"),
            _column("minimax (Hailuo)", "minimax", "file", model="MiniMax-Hailuo-2.3"),
        ),
    ),
    Phase(
        name="download",
        title="Download",
        words="The output can be read with the key only, so the gateway downloads it.",
        columns=(
            _column("Gemini", "google", "download"),
            _column("Vertex", "google", "object", **VERTEX),
            _column("comfyui", "comfyui", "view"),
            _column("openai", "openai", "content"),
            _column("azure", "azure_openai", "content"),
        ),
    ),
    Phase(
        name="cancel",
        title="Cancellation",
        words="The job is still running at the deadline. OpenAI has no cancellation; with `delete_cancels`, its video is deleted.",
        columns=(
            _column("alibaba", "alibaba", "cancel", prepare=_waiting),
            _column("fal", "fal", "cancel", prepare=_held_without_stream),
            _column("Gemini", "google", "cancel", prepare=_held_without_stream),
            _column("bytedance", "bytedance", "cancel", prepare=_held),
            _column("comfyui", "comfyui", "interrupt", prepare=_held_without_stream, has_empty_answers=True),
            _column("luma (ray-2)", "luma", "dream_delete", submit_route="dream_submit", prepare=_held,
                simulator=DreamMachineSimulator, has_empty_answers=True),
            _column("minimax", "minimax", "cancel", prepare=_held),
            _column("openai (delete)", "openai", "delete", **DELETING),
            _column("replicate", "replicate", "cancel", prepare=_held),
            _column("runway", "runway", "cancel", prepare=_held, has_empty_answers=True),
        ),
    ),
    Phase(
        name="look-up",
        title="Look-up",
        words="The answer to the submission is lost, and the job is looked for.",
        columns=(
            _column("bytedance", "bytedance", "list", prepare=_lose_the_submission),
            _column("comfyui", "comfyui", "queue", prepare=_lose_the_submission),
            _column("kling", "kling", "status", chooses=lambda call: "external_task_ids" in call.url,
                prepare=_lose_the_submission),
            _column("replicate", "replicate", "list", prepare=_lose_the_submission),
        ),
    ),
)  # fmt: skip
