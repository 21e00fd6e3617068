"""The methods of a `Gateway` that generate an output of any modality."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeVar

from ..exceptions import PluginError, TarashException
from ..models.config import GenerationConfig
from ..models.request import GenerationRequest
from ..models.response import GenerationResponse
from ..models.update import ProgressUpdate

if TYPE_CHECKING:
    from ..discovery import FoundModel
    from ..engine.factory import GenerationFactory
    from ..job import Job
    from ..plan import Plan
    from ..steps import Flow
    from ..transport.async_driver import AsyncDriver
    from ..transport.driving import ProgressCallback

log = logging.getLogger(__name__)

T = TypeVar("T")
OnProgress: TypeAlias = Callable[[ProgressUpdate], object] | None
"""A progress callback, or None."""


class AnyModality(ABC):
    """Generates what the class of the configuration stands for: the methods for videos and images are typed, and call these."""

    def generate(
        self, config: GenerationConfig, request: GenerationRequest, on_progress: OnProgress = None
    ) -> GenerationResponse:
        """Generate an output of any modality, and wait for it; `generate_video` and `generate_image` return typed responses.

        The class of `config` decides the modality.
        """
        generation = self._prepared(self._factory.preparing(config, request, reports=on_progress is not None))
        return self.run_blocking(generation.generate(), on_progress)

    async def generate_async(
        self, config: GenerationConfig, request: GenerationRequest, on_progress: OnProgress = None
    ) -> GenerationResponse:
        """Like `generate`, under asyncio or trio; `on_progress` may be an async function."""
        running = await self._started(config, request, on_progress)
        return await running

    async def _started(
        self, config: GenerationConfig, request: GenerationRequest, on_progress: OnProgress
    ) -> Coroutine[object, object, GenerationResponse]:
        """Prepare a generation and return the coroutine that runs it, without one around it: thousands of jobs may wait in it."""
        reports = on_progress is not None
        generation = await self._prepared_async(self._factory.preparing(config, request, reports=reports))
        driver = await self._driver(on_progress)
        return driver.run(generation.generate())

    def submit(self, config: GenerationConfig, request: GenerationRequest) -> Job:
        """Submit a generation of any modality and return the job; see `tarash.tarash_gateway.submit_video`.

        The class of `config` decides the modality.
        """
        generation = self._prepared(self._factory.preparing(config, request, reports=False))
        return self.run_blocking(generation.submit())

    async def submit_async(self, config: GenerationConfig, request: GenerationRequest) -> Job:
        """Like `submit`, under asyncio or trio."""
        generation = await self._prepared_async(self._factory.preparing(config, request, reports=False))
        return await self.run_async(generation.submit())

    def plan(self, config: GenerationConfig, request: GenerationRequest) -> Plan:
        """Return what a generation would send, without sending it; see `tarash.tarash_gateway.plan_video`."""
        from ..plan import plan_of

        return plan_of(self._prepared(self._factory.chains.planned(config, request)))

    async def plan_async(self, config: GenerationConfig, request: GenerationRequest) -> Plan:
        """Like `plan`, under asyncio or trio: a plugin may have to ask its server for the model."""
        from ..plan import plan_of

        return plan_of(await self._prepared_async(self._factory.chains.planned(config, request)))

    def find_model(self, config: GenerationConfig) -> FoundModel:
        """Return the row that serves the model of `config`: its fields, allowed values and prices.

        It may be one that no table holds, so that `find_models` does not list it: the plugin then reads a file or asks its server.

        Raises:
            ValidationError: the provider has no models of this modality, or the plugin cannot make a row of this one.
            ProviderNotInstalledError, PluginError: the provider is not installed, or its plugin is broken.
        """
        return self.run_blocking(self._factory.chains.row(config))

    async def find_model_async(self, config: GenerationConfig) -> FoundModel:
        """Like `find_model`, under asyncio or trio."""
        return await self.run_async(self._factory.chains.row(config))

    def _prepared(self, flow: Flow[T]) -> T:
        """Run a flow that prepares a call; a refusal is raised from here."""
        try:
            return self.run_blocking(flow)
        except TarashException as error:
            raise _shortened(error) from error.__cause__

    async def _prepared_async(self, flow: Flow[T]) -> T:
        try:
            return await self.run_async(flow)
        except TarashException as error:
            raise _shortened(error) from error.__cause__

    @property
    @abstractmethod
    def _factory(self) -> GenerationFactory:
        """Prepares the chains."""

    @abstractmethod
    def run_blocking(self, flow: Flow[T], on_progress: ProgressCallback | None = None) -> T:
        """Run a flow in this thread."""

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} cannot be pickled or copied, since it holds connections; create one in each process, and send "
            "configurations, requests and jobs instead"
        )

    @abstractmethod
    async def _driver(self, on_progress: ProgressCallback | None = None) -> AsyncDriver:
        """Return what runs a flow under the running event loop."""

    @abstractmethod
    async def run_async(self, flow: Flow[T], on_progress: ProgressCallback | None = None) -> T:
        """Run a flow under the running event loop."""


def _shortened(error: TarashException) -> TarashException:
    """Return an error without the frames in which it was found: its message says what is wrong with the call.

    A bug of a plugin keeps them. The whole traceback is in the log at DEBUG level.
    """
    log.debug("call refused", exc_info=error)
    return error if isinstance(error, PluginError) else error.with_traceback(None)
