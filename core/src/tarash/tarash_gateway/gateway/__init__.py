"""The `Gateway`: prepares chains, runs generations blocking or under an event loop, and remembers durations and outages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar, overload

from ..exceptions import ResumableJob
from ..fork_safety import Loading, fork_safe_lock
from ..job import Job, ResponseT_co
from ..media.output_dir import default_output_dir
from ..media.permissions import LocalFiles, Permissions, check_switch
from ..models.config import GenerationConfig
from ..models.request import GenerationRequest
from ..models.response import GenerationResponse
from ..transport.connections import Connections
from .any_modality import OnProgress
from .arguments import (
    check_progress,
    checked_api_keys,
    checked_budget,
    checked_durations,
    checked_environ,
    checked_journal,
    checked_listener,
    checked_path,
    connections_of,
)
from .images import ImageCalls
from .saved_jobs import SavedJobCalls
from .start_up import StartUp
from .videos import VideoCalls

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..discovery import FoundModel, Registry
    from ..engine.chain import Chain
    from ..engine.factory import GenerationFactory
    from ..job import Journal
    from ..plugin.events import Event
    from ..plugin.outcomes import WebhookEvent
    from ..steps import Flow
    from ..transport import Limits, TransportFactory
    from ..transport.async_driver import AsyncDriver
    from ..transport.driving import ProgressCallback

T = TypeVar("T")


class Gateway(VideoCalls, ImageCalls, SavedJobCalls, StartUp):
    """Every provider through one object, with its own connections and its own memory of durations and outages.

    The module-level functions use a gateway that the whole process shares. Create your own to use another transport, registry,
    journal or output folder, and close it when done (`with` or `async with`). Call the blocking methods from any number of
    threads, even inside a running event loop. Call the asynchronous methods under asyncio or trio, from any number of loops.

    Args:
        registry: the providers to use; None uses those of the process.
        transport: factory of the HTTP transports, or `Connections` to share with other gateways and to close yourself; None uses httpx.
        limits: how many requests may be in flight at once, and how many submissions may begin in a minute; None uses the defaults
            of `Limits`. Shared `Connections` have limits of their own instead.
        output_dir: folder for outputs that a provider returns without a URL; None uses a private folder of the user where the
            platform keeps a program's data, such as `~/.local/state/tarash-gateway/outputs`.
        environ: environment variables for keys and base URLs; None uses those of the process.
        on_event: called with every `Event` of every generation, like an extension's `tarash_event`.
        journal: store for jobs, which are written to it before they can be billed, so that a crash loses none; None keeps no journal.
        local_files: which files a request may name in a string: True allows any file, False none, and a folder those inside it, once
            links are resolved. Use False where requests come from strangers. `pathlib.Path`, bytes and file objects are always accepted.
        allow_private_hosts: whether private networks, this machine and plain http may be reached for inputs that the gateway
            fetches, for uploads and for results, `save` included. The configured base URL needs no permission.
        budget_usd: most that all generations of this gateway may cost together, in US dollars; None sets no limit. The estimated cost
            is reserved before anything is sent, and settled at the end. A call that does not fit raises a `BudgetExceededError`.
        allow_unknown_cost: whether models without a known price may be used under `budget_usd`.
        remember_durations: whether the durations of jobs are kept for other processes, so that they poll at the right moments. True
            keeps them in the user's cache folder, such as `~/.cache/tarash-gateway/durations.json`, unless the environment variable
            `TARASH_REMEMBER_DURATIONS` is 0; a path keeps them in that file. The file holds base URLs, model names and seconds.
    """

    _budget_name: ClassVar = "budget_usd="

    def __init__(
        self,
        *,
        registry: Registry | None = None,
        transport: TransportFactory | Connections | None = None,
        limits: Limits | None = None,
        output_dir: str | Path | None = None,
        environ: Mapping[str, str] | None = None,
        on_event: Callable[[Event], object] | None = None,
        journal: Journal | None = None,
        local_files: LocalFiles = True,
        allow_private_hosts: bool = False,
        budget_usd: float | None = None,
        allow_unknown_cost: bool = False,
        remember_durations: bool | str | Path = True,
    ) -> None:
        self._environ = checked_environ(environ)
        check_switch("allow_unknown_cost", allow_unknown_cost)
        self._permissions = Permissions.of(local_files, private_hosts=allow_private_hosts)
        self._registry = registry
        self._connections = connections_of(transport, limits)
        self._owns_connections = self._connections is not transport
        self._output_dir = (
            default_output_dir(environ) if output_dir is None else checked_path("output_dir", output_dir)
        )
        self._on_event = checked_listener(on_event)
        self._journal = checked_journal(journal)
        self._budget_usd = checked_budget(budget_usd)
        self._allow_unknown_cost = allow_unknown_cost
        self._remember_durations = checked_durations(remember_durations)
        self._lock = fork_safe_lock(self, "_lock")
        self._made: GenerationFactory | None = None

    # Collecting later, and webhooks.

    @overload
    def resume(
        self,
        job: Job[ResponseT_co],
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
        on_progress: OnProgress = None,
    ) -> ResponseT_co: ...
    @overload
    def resume(
        self,
        job: ResumableJob,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
        on_progress: OnProgress = None,
    ) -> GenerationResponse: ...
    def resume(
        self,
        job: ResumableJob,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
        on_progress: OnProgress = None,
    ) -> GenerationResponse:
        """Wait for a submitted job, without submitting it again; see `tarash.tarash_gateway.resume`.

        With a `journal`, this carries on from the newest state that the journal knows, however old `job` is.
        """
        flow = self._factory.resume(
            Job.of(job), config, checked_api_keys(api_keys), reports=on_progress is not None
        )
        return self.run_blocking(flow, on_progress)

    @overload
    async def resume_async(
        self,
        job: Job[ResponseT_co],
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
        on_progress: OnProgress = None,
    ) -> ResponseT_co: ...
    @overload
    async def resume_async(
        self,
        job: ResumableJob,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
        on_progress: OnProgress = None,
    ) -> GenerationResponse: ...
    async def resume_async(
        self,
        job: ResumableJob,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
        on_progress: OnProgress = None,
    ) -> GenerationResponse:
        """Like `resume`, under asyncio or trio."""
        flow = self._factory.resume(
            Job.of(job), config, checked_api_keys(api_keys), reports=on_progress is not None
        )
        return await self.run_async(flow, on_progress)

    @property
    def budget_left_usd(self) -> float | None:
        """What is left of `budget_usd`, in US dollars, after everything that was paid, may have been billed or is still running.

        None if there is no budget. Negative if a provider charged more than estimated.
        """
        return self._factory.budget_left_usd()

    def unsettled(self) -> tuple[Job, ...]:
        """Return the jobs that may still run, be billed or have a result, although no call waits for them.

        These are the jobs of interrupted calls whose cancellation was not confirmed or that had just finished, of submissions with
        an unknown outcome, and of waits that were given up. Pass one to `resume` to fetch its result or to find out whether it
        exists. The gateway keeps the latest 1,000 since it was created; use a `journal` to keep jobs beyond the end of the process.

        Returns:
            The jobs, oldest first.
        """
        return self._factory.unsettled()

    def read_webhook(
        self,
        config: GenerationConfig,
        *,
        headers: Mapping[str, str],
        body: bytes,
        received_at: datetime | None = None,
    ) -> WebhookEvent:
        """Verify and read a webhook delivery; see `tarash.tarash_gateway.read_webhook`."""
        from ..engine.deliveries import read_delivery

        return read_delivery(
            config,
            self.registry.get(config.provider),
            headers=headers,
            body=body,
            received_at=datetime.now(UTC) if received_at is None else received_at,
            environ=self._factory.chains.environment(),
        )

    def find_models(
        self,
        provider: str | None = None,
        *,
        modality: str | None = None,
        can: str | None = None,
        duration_seconds: float | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        size: str | None = None,
        audio: bool | None = None,
        max_cost_usd: float | None = None,
    ) -> tuple[FoundModel, ...]:
        """Return the models that can do everything that you ask for at once; see `tarash.tarash_gateway.find_models`."""
        from .model_search import Wanted, search

        wanted = Wanted(
            modality=modality,
            can=can,
            duration_seconds=duration_seconds,
            aspect_ratio=aspect_ratio,
            resolution=resolution,
            size=size,
            audio=audio,
            max_cost_usd=max_cost_usd,
        )

        def prepare(config: GenerationConfig, request: GenerationRequest) -> Chain:
            return self.run_blocking(self._factory.chains.planned(config, request))

        return tuple(search(wanted, registry=self.registry, prepare=prepare, provider=provider))

    @property
    def registry(self) -> Registry:
        """The providers and extensions of this gateway."""
        if self._registry is None:
            from ..discovery import process_registry

            self._registry = process_registry()
        return self._registry

    # Closing, and running flows.

    def close(self) -> None:
        """Close the blocking connections, unless they are shared. Asynchronous ones close with their event loop, or with `aclose`."""
        try:
            self._save_durations()
        finally:
            if self._owns_connections:
                self._connections.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop and the blocking ones, unless they are shared."""
        try:
            self._save_durations()
        finally:
            if self._owns_connections:
                await self._connections.aclose()

    def _save_durations(self) -> None:
        if self._made is not None:
            self._made.close()

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

    def run_blocking(self, flow: Flow[T], on_progress: ProgressCallback | None = None) -> T:
        """Run a flow in this thread."""
        check_progress(on_progress, may_be_async=False)
        return self._connections.run_blocking(flow, on_progress, self._journal)

    async def run_async(self, flow: Flow[T], on_progress: ProgressCallback | None = None) -> T:
        """Run a flow under the running event loop."""
        return await (await self._driver(on_progress)).run(flow)

    async def _driver(self, on_progress: ProgressCallback | None = None) -> AsyncDriver:
        check_progress(on_progress, may_be_async=True)
        return await self._connections.async_driver(on_progress, self._journal)

    @property
    def _factory(self) -> GenerationFactory:
        if self._made is None:
            with Loading(), self._lock:
                from ..engine.budget import Budget
                from ..engine.duration_file import durations_file
                from ..engine.factory import GenerationFactory
                from ..engine.submission_rates import rates_of

                if self._made is None:
                    self._made = GenerationFactory(
                        self.registry,
                        self._output_dir,
                        environ=self._environ,
                        on_event=self._on_event,
                        journals=self._journal is not None,
                        permissions=self._permissions,
                        budget=Budget(
                            self._budget_usd,
                            allow_unknown_cost=self._allow_unknown_cost,
                            name=self._budget_name,
                        ),
                        durations=durations_file(self._remember_durations, self._environ),
                        rates=rates_of(self._connections.limits.submissions_per_minute, self.registry),
                        streams=self._connections.limits.max_streams > 0,
                    )
        return self._made


__all__ = ["Gateway"]
