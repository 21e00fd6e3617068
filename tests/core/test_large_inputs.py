"""Reading and encoding large inputs holds up no event loop: asynchronous calls prepare them in a worker thread."""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Generator
from datetime import date
from pathlib import Path
from typing import Literal

import anyio
import pytest

from core.acme import FIELDS, Acme
from tarash.tarash_gateway import (
    Gateway,
    Job,
    ModelLifecycleWarning,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.mapping import Catalogue, Lifecycle, Mapped, Model, single_image_field_mapper
from tarash.tarash_gateway.plugin import Call, HttpCall, HttpReply, hookimpl
from tarash.tarash_gateway.testing.conformance.requests import sample_png
from tarash.tarash_gateway.transport import AsyncBody, AsyncEventSource, BlockingTransport

BACKENDS = ["asyncio", "trio"]
LARGE = sample_png() + bytes(60_000_000)
CONFIG = VideoGenerationConfig(provider="acme", model="animated", api_key="acme-key-123456")
VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="lost")
WAIT_SECONDS = 20


class AnimatingAcme(Acme):
    """Takes an image; `retired` is a model that is gone."""

    @hookimpl
    def tarash_models(self) -> Catalogue:
        fields = {**FIELDS, "image": single_image_field_mapper()}
        gone = Lifecycle(ends_on=date(2020, 1, 1), source="this module")
        return Catalogue(
            (
                Model(id="animated", modality="video", fields=fields, source="this module"),
                Model(id="retired", modality="video", fields=fields, source="this module", lifecycle=gone),
            )
        )


class AcmeInMemory:
    """Transports that answer for Acme without a connection."""

    def __init__(self) -> None:
        self.calls: list[HttpCall] = []

    def blocking(self) -> BlockingTransport:
        raise NotImplementedError

    def asynchronous(self) -> AcmeInMemory:
        return self

    async def exchange(self, call: HttpCall) -> HttpReply:
        self.calls.append(call)
        answer = {"id": "job-1", "state": "done", "url": "https://cdn.acme.example/job-1.mp4"}
        return HttpReply(200, {"content-type": "application/json"}, json.dumps(answer).encode())

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncBody:
        raise NotImplementedError

    async def open_stream(self, call: HttpCall) -> AsyncEventSource:
        raise NotImplementedError

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncEventSource:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


class Preparations:
    """An extension that sees every mapping, and whether the event loop goes on meanwhile."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.threads: list[int] = []
        self.variables: list[str] = []
        self.beats_seen: list[bool] = []
        self._beat = threading.Event()
        self._wants_beats = True

    async def beat(self) -> None:
        """Beat for as long as the event loop goes on."""
        while True:
            await anyio.sleep(0.001)
            self._beat.set()

    def let_go(self) -> None:
        """Wait for no beat, from now on."""
        self._wants_beats = False
        self._beat.set()

    @hookimpl(wrapper=True)
    def tarash_map(self, call: Call) -> Generator[None, Mapped, Mapped]:
        del call
        self.threads.append(threading.get_ident())
        self.variables.append(VARIABLE.get())
        self.began.set()
        self._see()
        mapped = yield
        self._see()
        return mapped

    def _see(self) -> None:
        if self._wants_beats:
            self._beat.clear()
            self.beats_seen.append(self._beat.wait(WAIT_SECONDS))


@pytest.fixture
def seen() -> Preparations:
    return Preparations()


@pytest.fixture
def answers() -> AcmeInMemory:
    return AcmeInMemory()


@pytest.fixture
def gateway(seen: Preparations, answers: AcmeInMemory, tmp_path: Path) -> Gateway:
    registry = Registry(entry_points=lambda _group: ())
    registry.register("acme", AnimatingAcme())
    registry.register_extension(seen)
    return Gateway(registry=registry, transport=answers, environ={}, output_dir=tmp_path / "output")


def _request(image: object = None) -> VideoGenerationRequest:
    images = [] if image is None else [{"image": image, "type": "first_frame"}]
    return VideoGenerationRequest.model_validate({"prompt": "a paper boat", "image_list": images})


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("given", ["bytes", "path"])
def test_the_event_loop_goes_on_while_sixty_megabytes_are_prepared(
    backend: str,
    given: Literal["bytes", "path"],
    gateway: Gateway,
    seen: Preparations,
    answers: AcmeInMemory,
    tmp_path: Path,
) -> None:
    (tmp_path / "large.png").write_bytes(LARGE)

    async def main() -> None:
        VARIABLE.set("kept")
        async with anyio.create_task_group() as group:
            group.start_soon(seen.beat)
            request = _request(LARGE if given == "bytes" else tmp_path / "large.png")
            await gateway.generate_video_async(CONFIG, request)
            group.cancel_scope.cancel()

    anyio.run(main, backend=backend)
    assert seen.beats_seen == [True, True]
    assert seen.threads != [threading.get_ident()]
    assert seen.variables == ["kept"]
    payload = answers.calls[0].json
    assert isinstance(payload, dict)
    assert len(payload["image"]) > len(LARGE) * 4 // 3


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "image", [None, "https://images.example/boat.png", sample_png()], ids=["none", "url", "small"]
)
def test_what_is_prepared_at_once_costs_no_thread(
    backend: str, image: object, gateway: Gateway, seen: Preparations
) -> None:
    seen.let_go()
    anyio.run(gateway.generate_video_async, CONFIG, _request(image), backend=backend)
    assert seen.threads == [threading.get_ident()]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_large_saved_job_is_prepared_in_a_thread_too(
    backend: str, gateway: Gateway, seen: Preparations
) -> None:
    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(seen.beat)
            job = await gateway.submit_video_async(CONFIG, _request(sample_png() + bytes(1_000_000)))
            await gateway.resume_async(Job.from_json(job.to_json()), config=CONFIG)
            group.cancel_scope.cancel()

    anyio.run(main, backend=backend)
    assert seen.beats_seen == [True] * 4
    assert threading.get_ident() not in seen.threads


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_task_cancelled_while_its_input_is_prepared_sends_nothing(
    backend: str, gateway: Gateway, seen: Preparations, answers: AcmeInMemory
) -> None:
    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(gateway.generate_video_async, CONFIG, _request(LARGE))
            await anyio.to_thread.run_sync(seen.began.wait)
            group.cancel_scope.cancel()
        seen.let_go()

    anyio.run(main, backend=backend)
    assert answers.calls == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_refusal_and_a_warning_come_as_if_there_were_no_thread(
    backend: str, gateway: Gateway, seen: Preparations, tmp_path: Path
) -> None:
    seen.let_go()
    retired = CONFIG.model_copy(update={"model": "retired"})

    async def main() -> None:
        with pytest.raises(ValidationError, match="missing"):
            await gateway.generate_video_async(CONFIG, _request(tmp_path / "missing.png"))
        with pytest.warns(ModelLifecycleWarning) as caught:
            await gateway.generate_video_async(retired, _request(LARGE))
        assert caught[0].filename == __file__

    anyio.run(main, backend=backend)
