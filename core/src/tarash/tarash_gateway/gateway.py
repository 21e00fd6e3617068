"""The `Gateway`: owns connections and memory, and runs generations blocking or under an event loop."""

from __future__ import annotations

import inspect
import os
import tempfile
import threading
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, cast

from .exceptions import ModelLifecycleWarning, ValidationError
from .job import Job
from .models.config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .models.request import GenerationRequest, ImageGenerationRequest, VideoGenerationRequest
from .models.response import GenerationResponse, ImageGenerationResponse, VideoGenerationResponse
from .transport import BlockingTransport, HttpxTransports, TransportFactory
from .transport.loop_client import LoopClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.lowlevel import RunVar

    from .discovery import Registry
    from .engine.chain import Chain
    from .engine.generation import Generation, Memory
    from .mapping.table import ModalityName as Modality
    from .models.update import ProgressUpdate
    from .plan import Plan
    from .plugin.contract import WebhookEvent
    from .steps import Flow
    from .transport.drivers import ProgressCallback

T = TypeVar("T")


class Gateway:
    """Connections, memory of durations and outages, and the doors to everything.

    The module-level functions use one that the process shares; make your own to have other limits, another transport or another
    registry, and close it (`with`, `async with`) when done. Blocking methods may be called from any number of threads, inside a
    running event loop too; asynchronous ones under asyncio and trio, from any number of loops.

    Args:
        registry: where providers are found; None is the process's.
        transport: makes the HTTP transports; None is httpx.
        output_dir: where outputs go that a provider only hands out as bytes; None is a folder in the system's temporary one.
        environ: environment variables for keys and addresses; None is the process's.
    """

    def __init__(
        self,
        *,
        registry: Registry | None = None,
        transport: TransportFactory | None = None,
        output_dir: str | Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._registry = registry
        self._transports: TransportFactory = HttpxTransports() if transport is None else transport
        folder = Path(tempfile.gettempdir()) / "tarash-gateway" if output_dir is None else Path(output_dir)
        self._output_dir = folder
        self._environ = environ
        self._lock = threading.Lock()
        self._memory: Memory | None = None
        self._blocking: BlockingTransport | None = None
        self._blocking_pid = 0
        self._per_loop: RunVar[LoopClient] | None = None

    # Generating.

    def generate_video(
        self,
        config: VideoGenerationConfig,
        request: VideoGenerationRequest,
        *,
        on_progress: Callable[[ProgressUpdate], object] | None = None,
    ) -> VideoGenerationResponse:
        """Render a video and wait for it; see `tarash.tarash_gateway.generate_video`."""
        return cast("VideoGenerationResponse", self._generate(config, request, "video", on_progress))

    async def generate_video_async(
        self,
        config: VideoGenerationConfig,
        request: VideoGenerationRequest,
        *,
        on_progress: Callable[[ProgressUpdate], object] | None = None,
    ) -> VideoGenerationResponse:
        """Like `generate_video`, under asyncio or trio; `on_progress` may be an async function."""
        return cast(
            "VideoGenerationResponse", await self._generate_async(config, request, "video", on_progress)
        )

    def generate_image(
        self,
        config: ImageGenerationConfig,
        request: ImageGenerationRequest,
        *,
        on_progress: Callable[[ProgressUpdate], object] | None = None,
    ) -> ImageGenerationResponse:
        """Render images and wait for them; see `tarash.tarash_gateway.generate_image`."""
        return cast("ImageGenerationResponse", self._generate(config, request, "image", on_progress))

    async def generate_image_async(
        self,
        config: ImageGenerationConfig,
        request: ImageGenerationRequest,
        *,
        on_progress: Callable[[ProgressUpdate], object] | None = None,
    ) -> ImageGenerationResponse:
        """Like `generate_image`, under asyncio or trio; `on_progress` may be an async function."""
        return cast(
            "ImageGenerationResponse", await self._generate_async(config, request, "image", on_progress)
        )

    # Submitting now, collecting later.

    def submit_video(self, config: VideoGenerationConfig, request: VideoGenerationRequest) -> Job:
        """Submit a video and return at once; see `tarash.tarash_gateway.submit_video`."""
        return self.run_blocking(self._generation(config, request, "video", reports=False).submit())

    async def submit_video_async(self, config: VideoGenerationConfig, request: VideoGenerationRequest) -> Job:
        """Like `submit_video`, under asyncio or trio."""
        return await self.run_async(self._generation(config, request, "video", reports=False).submit())

    def submit_image(self, config: ImageGenerationConfig, request: ImageGenerationRequest) -> Job:
        """Submit an image; see `tarash.tarash_gateway.submit_image`."""
        return self.run_blocking(self._generation(config, request, "image", reports=False).submit())

    async def submit_image_async(self, config: ImageGenerationConfig, request: ImageGenerationRequest) -> Job:
        """Like `submit_image`, under asyncio or trio."""
        return await self.run_async(self._generation(config, request, "image", reports=False).submit())

    def resume(
        self,
        job: Job,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
        on_progress: Callable[[ProgressUpdate], object] | None = None,
    ) -> GenerationResponse:
        """Carry on with a job without submitting it again; see `tarash.tarash_gateway.resume`."""
        done = job.restored_response()
        if done is not None:
            return done
        return self.run_blocking(
            self._resumption(job, config, api_keys, reports=on_progress is not None).resume(), on_progress
        )

    async def resume_async(
        self,
        job: Job,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
        on_progress: Callable[[ProgressUpdate], object] | None = None,
    ) -> GenerationResponse:
        """Like `resume`, under asyncio or trio."""
        done = job.restored_response()
        if done is not None:
            return done
        generation = self._resumption(job, config, api_keys, reports=on_progress is not None)
        return await self.run_async(generation.resume(), on_progress)

    # Looking before leaping.

    def plan_video(self, config: VideoGenerationConfig, request: VideoGenerationRequest) -> Plan:
        """Say what a video would be sent as; see `tarash.tarash_gateway.plan_video`."""
        return self._plan(config, request, "video")

    def plan_image(self, config: ImageGenerationConfig, request: ImageGenerationRequest) -> Plan:
        """Say what an image would be sent as; see `tarash.tarash_gateway.plan_image`."""
        return self._plan(config, request, "image")

    def read_webhook(
        self,
        config: GenerationConfig,
        *,
        headers: Mapping[str, str],
        body: bytes,
        received_at: datetime | None = None,
    ) -> WebhookEvent:
        """Verify and read a webhook delivery; see `tarash.tarash_gateway.read_webhook`."""
        from .engine.deliveries import read_delivery

        return read_delivery(
            config,
            headers=headers,
            body=body,
            received_at=received_at or datetime.now(UTC),
            registry=self.registry,
            environ=self._environment(),
        )

    @property
    def registry(self) -> Registry:
        """Where this gateway finds its providers."""
        if self._registry is None:
            from .discovery import process_registry

            self._registry = process_registry()
        return self._registry

    # Life.

    def close(self) -> None:
        """Close the blocking connections; asynchronous ones close with their event loop, or with `aclose`."""
        with self._lock:
            transport, self._blocking = self._blocking, None
        if transport is not None and self._blocking_pid == os.getpid():
            transport.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop, and the blocking ones."""
        self.close()
        if self._per_loop is None:
            return
        client = self._per_loop.get(None)
        if client is not None:
            self._per_loop.set(LoopClient(None))
            await client.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    # Running flows: used by `saving` too.

    def run_blocking(self, flow: Flow[T], on_progress: ProgressCallback | None = None) -> T:
        """Run a flow in this thread."""
        from .transport.drivers import BlockingDriver

        return BlockingDriver(self._blocking_transport, on_progress).run(flow)

    async def run_async(self, flow: Flow[T], on_progress: ProgressCallback | None = None) -> T:
        """Run a flow under the running event loop."""
        from .transport.drivers import AsyncDriver

        client = await self._loop_client()
        return await AsyncDriver(client.transport, on_progress).run(flow)

    def _generate(
        self,
        config: GenerationConfig,
        request: GenerationRequest,
        modality: Modality,
        on_progress: ProgressCallback | None,
    ) -> GenerationResponse:
        generation = self._generation(config, request, modality, reports=on_progress is not None)
        return self.run_blocking(generation.generate(), on_progress)

    async def _generate_async(
        self,
        config: GenerationConfig,
        request: GenerationRequest,
        modality: Modality,
        on_progress: ProgressCallback | None,
    ) -> GenerationResponse:
        generation = self._generation(config, request, modality, reports=on_progress is not None)
        return await self.run_async(generation.generate(), on_progress)

    def _generation(
        self, config: GenerationConfig, request: GenerationRequest, modality: Modality, *, reports: bool
    ) -> Generation:
        from .engine.generation import Generation

        _check_kind(config, request, modality)
        chain = self._prepare(config.chain(), request, modality)
        for notice in chain.notices:
            warnings.warn(notice, ModelLifecycleWarning, stacklevel=_frames_to_caller())
        return Generation(chain, self._remembered(), reports=reports)

    def _resumption(
        self, job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str] | None, *, reports: bool
    ) -> Generation:
        from .engine.generation import Generation
        from .engine.restoring import with_secrets

        configs = with_secrets(job, config, api_keys or {})
        chain = self._prepare(configs, job.restored_request(), job.modality, carried_on=job.position)
        return Generation(chain, self._remembered(), reports=reports, job=job)

    def _plan(self, config: GenerationConfig, request: GenerationRequest, modality: Modality) -> Plan:
        from .plan import plan_of

        _check_kind(config, request, modality)
        return plan_of(self._prepare(config.chain(), request, modality, needs_keys=False))

    def _prepare(
        self,
        configs: tuple[GenerationConfig, ...],
        request: GenerationRequest,
        modality: Modality,
        *,
        needs_keys: bool = True,
        carried_on: int | None = None,
    ) -> Chain:
        from .engine.chain import prepare_chain

        return prepare_chain(
            configs,
            request,
            modality,
            registry=self.registry,
            environ=self._environment(),
            today=datetime.now(UTC).date(),
            needs_keys=needs_keys,
            carried_on=carried_on,
        )

    def _environment(self) -> Mapping[str, str]:
        return os.environ if self._environ is None else self._environ

    def _remembered(self) -> Memory:
        if self._memory is None:
            from .engine.generation import Memory

            with self._lock:
                if self._memory is None:
                    self._memory = Memory(self._output_dir)
        return self._memory

    def _blocking_transport(self) -> BlockingTransport:
        transport = self._blocking
        if transport is not None and self._blocking_pid == os.getpid():
            return transport
        with self._lock:
            # a forked child must not write into its parent's connections; it opens its own and leaves those alone
            if self._blocking is None or self._blocking_pid != os.getpid():
                self._blocking, self._blocking_pid = self._transports.blocking(), os.getpid()
            return self._blocking

    async def _loop_client(self) -> LoopClient:
        if self._per_loop is None:
            from anyio.lowlevel import RunVar

            with self._lock:
                if self._per_loop is None:
                    self._per_loop = RunVar("tarash_gateway_client")
        client = self._per_loop.get(None)
        if client is None or client.is_empty:
            client = LoopClient(self._transports)
            self._per_loop.set(client)
            await client.tie_to_loop()
        return client


def _frames_to_caller() -> int:
    """Return the `stacklevel` at which a warning points into the caller's code, whichever door it came through."""
    level, frame = 0, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(
        __name__.rpartition(".")[0]
    ):
        level, frame = level + 1, frame.f_back
    return level


def _check_kind(config: GenerationConfig, request: GenerationRequest, modality: Modality) -> None:
    wanted = (
        (VideoGenerationConfig, VideoGenerationRequest)
        if modality == "video"
        else (ImageGenerationConfig, ImageGenerationRequest)
    )
    for value, kind in zip((config, request), wanted, strict=True):
        if not isinstance(value, kind):
            raise ValidationError(
                f"expected {kind.__name__}, got {type(value).__name__}; the order is (config, request)"
            )


_process_gateway: Gateway | None = None
_process_lock = threading.Lock()


def default_gateway() -> Gateway:
    """Return the gateway behind the module-level functions."""
    global _process_gateway
    if _process_gateway is None:
        import atexit

        with _process_lock:
            if _process_gateway is None:
                _process_gateway = Gateway()
                atexit.register(_process_gateway.close)
    return _process_gateway


__all__ = ["Gateway", "default_gateway"]
