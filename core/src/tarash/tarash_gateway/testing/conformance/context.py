"""The tools of a conformance check: the simulator, a gateway that uses it, and methods to generate with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import anyio
import pytest

from ...discovery import Provider, Registry, process_registry
from ...engine.call_seconds import call_seconds
from ...engine.exchange import Exchange
from ...engine.hook_flows import read_flow
from ...engine.secrecy import Secrecy
from ...exceptions import PluginError
from ...gateway import Gateway
from ...mapping.table import ModalityName, Model
from ...mapping.values import IMAGE_ROLES
from ...models.config import GenerationConfig
from ...models.modality import modality_named
from ...models.request import GenerationRequest
from ...models.response import GenerationResponse
from ...plugin.call import Call
from ...plugin.settings import read_settings
from ...steps import read_clock, send
from ..flows import PUBLIC_ADDRESS
from ..loopback import loopback_only
from ..simulator.faults import Status
from .cases import ConformanceCases, ConformingSimulator
from .keys import credentials, is_in_parts, secret_texts
from .requests import minimal_request
from .watch import Watch
from .wire import FOREIGN_ORIGIN, OwnServers, Wire, WireTransports

if TYPE_CHECKING:
    from ...job import Job
    from ...steps import Flow, HttpCall, HttpReply
    from ..simulator import Simulator

T = TypeVar("T")
Mode = Literal["sync", "asyncio", "trio"]
HOOK_SECONDS = 10.0
"""Longest time of a single hook, in seconds."""
MODES: tuple[Mode, ...] = ("sync", "asyncio", "trio")
MODALITIES: tuple[ModalityName, ...] = ("video", "image")
in_every_mode = pytest.mark.parametrize("context", MODES, indirect=True)
"""Run a check blocking, under asyncio and under trio."""


class CheckContext:
    """The simulator and the gateway of one check."""

    def __init__(
        self,
        plugin: str,
        simulator: ConformingSimulator,
        gateway: Gateway,
        folder: Path,
        mode: Mode,
        wire: Wire,
    ) -> None:
        self.plugin = plugin
        self.wire = wire
        self.registry = process_registry()
        self.unreported: list[Exception] = []
        # every conforming simulator is a Simulator; the mixin only adds to it
        self.simulator = cast("Simulator", simulator)
        self.conforming = simulator
        self.cases: ConformanceCases = simulator.cases
        self.gateway = gateway
        self.folder = folder
        self.mode = mode

    @classmethod
    def opened(
        cls, plugin: str, simulator: ConformingSimulator, folder: Path, mode: Mode
    ) -> Iterator[CheckContext]:
        """Yield a context whose gateway stays on this machine, and close the gateway afterwards."""
        wire = Wire(cast("Simulator", simulator).url)
        with (
            loopback_only(address_of_others=PUBLIC_ADDRESS),
            Gateway(output_dir=folder / "output", environ={}, transport=WireTransports(wire)) as gateway,
        ):
            yield cls(plugin, simulator, gateway, folder, mode, wire)

    @property
    def provider(self) -> Provider:
        """The plugin under test."""
        return self.registry.get(self.plugin)

    @contextmanager
    def files_elsewhere(self, origin: str = FOREIGN_ORIGIN) -> Iterator[Wire]:
        """Give every file of the provider an address on a server that is not the provider's."""
        self.simulator.file_origin = origin
        try:
            with self.wire.recording() as wire:
                yield wire
        finally:
            self.simulator.file_origin = None

    @contextmanager
    def own_servers(self) -> Iterator[Wire]:
        """Let the simulator play the servers that the plugin declares as the provider's."""
        info = self.provider.info
        self.wire.own = OwnServers(
            info.base_url.rstrip("/"), tuple(info.origins), self.simulator.url, self.base_url
        )
        try:
            with self.wire.recording() as wire:
                yield wire
        finally:
            self.wire.own = None

    def choices(self) -> Iterator[Mapping[str, object]]:
        """Yield the settings of the cases, then the same with each choice of each setting that is a `Literal`."""
        yield self.cases.provider_config
        kind = self.provider.info.settings
        for name, hint in ({} if kind is None else get_type_hints(kind)).items():
            for option in get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,):
                for value in get_args(option) if get_origin(option) is Literal else ():
                    yield {**self.cases.provider_config, name: value}

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """Watch the hooks of the plugin, in a registry that has no other extension."""
        plugin = self.provider.manager.get_plugin(f"{self.plugin}:0")
        assert plugin is not None
        watch, registry = Watch(), Registry(lambda _group: ())
        registry.register_extension(watch.extension())
        with watch.over("tarash_provider"):
            plugin.tarash_provider()
        registry.register(self.plugin, plugin)
        before = self.registry, self.gateway
        with Gateway(
            registry=registry,
            output_dir=self.folder / "output",
            environ={},
            transport=WireTransports(self.wire),
        ) as gateway:
            self.registry, self.gateway = registry, gateway
            try:
                yield watch
            finally:
                self.registry, self.gateway = before

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts of the key that nobody may see."""
        return secret_texts(self.provider.info, self.cases, self.simulator.api_key)

    @property
    def modality(self) -> ModalityName:
        """The modality that the checks generate: video, if the provider has it."""
        return "video" if self.cases.video_model else "image"

    @property
    def modalities(self) -> tuple[ModalityName, ...]:
        """The modalities of which the cases name a model."""
        return tuple(modality for modality in MODALITIES if self.model(modality))

    @property
    def base_url(self) -> str:
        """The base URL of the simulated provider."""
        return self.simulator.url + self.cases.base_path

    def model(self, modality: ModalityName | None = None) -> str:
        """Return the model of a modality that needs only a prompt."""
        return self.cases.video_model if (modality or self.modality) == "video" else self.cases.image_model

    def row(self, model: str, modality: ModalityName | None = None) -> Model:
        """Return the row of a model; the plugin is asked for one that no table holds."""
        if self.provider.can("tarash_row"):
            return self.gateway.find_model(self.config(model=model, modality=modality)).model
        row = self.provider.catalogue.lookup(model, modality or self.modality)
        assert row is not None, f"{self.plugin} has no {modality or self.modality} row for {model!r}"
        return row

    def image_input(self) -> tuple[Model, str] | None:
        """Return the row of the image model, and the first role of an input image that it takes; None if it takes none."""
        if not self.cases.image_model:
            return None
        row = self.row(self.cases.image_model, "image")
        roles = [item.field for item in row.capabilities() if item.field in IMAGE_ROLES]
        return (row, roles[0]) if roles else None

    def config(
        self, *, modality: ModalityName | None = None, model: str | None = None, **changes: object
    ) -> GenerationConfig:
        """Return a configuration for the simulator, with quick polls and a short deadline."""
        wanted = modality or self.modality
        values: dict[str, object] = {
            "provider": self.plugin,
            "model": model or self.model(wanted),
            "api_key": None if is_in_parts(self.provider.info, self.cases) else self.simulator.api_key,
            "base_url": self.base_url,
            "api_version": self.cases.api_version,
            "provider_config": self.cases.provider_config,
            "poll_interval": 0.01,
            "timeout": 10.0,
        }
        return modality_named(wanted).config.model_validate({**values, **changes})

    def request(self, *, modality: ModalityName | None = None) -> GenerationRequest:
        """Return a request with only what the model requires."""
        wanted = modality or self.modality
        return minimal_request(self.row(self.model(wanted), wanted))

    def generate(
        self, config: GenerationConfig | None = None, request: GenerationRequest | None = None
    ) -> GenerationResponse:
        """Generate in the mode of the context; a bug of the plugin that the core worked round fails the check."""
        response = self._generate(config or self.config(), request or self.request())
        bugs = [told for told in response.execution_metadata.warnings if " has a bug: " in told]
        assert not bugs, "; ".join(bugs)
        return response

    def _generate(self, config: GenerationConfig, request: GenerationRequest) -> GenerationResponse:
        if self.mode == "sync":
            return self.gateway.generate(config, request)
        return anyio.run(self.gateway.generate_async, config, request, backend=self.mode)

    def submit(self, config: GenerationConfig | None = None) -> Job:
        """Submit with the blocking gateway, and return the job."""
        return self.gateway.submit(config or self.config(), self.request())

    def finish_jobs(self) -> None:
        """End every job at the provider."""
        for job in self.simulator.jobs:
            self.simulator.finish(job.id)

    def call(self) -> Call:
        """Return a `Call`, to run a single hook with."""
        return Call(
            provider=self.provider.info,
            model=self.model(),
            modality=self.modality,
            row=self.row(self.model()),
            base_url=self.base_url,
            credentials=credentials(self.provider.info, self.cases, self.simulator.api_key),
            settings=read_settings(self.provider.info, self.cases.provider_config),
            api_version=self.cases.api_version,
            idempotency_key="0123456789abcdef0123456789abcdef",
            output_dir=self.folder,
        )

    def attempt(self, action: Callable[[], object]) -> None:
        """Do something of which only the traces matter; another check reports its failure.

        Raises:
            PluginError: the plugin would send the key to another server.
        """
        try:
            action()
        except PluginError as error:
            if "would send the" in error.message:
                raise
        except Exception as error:  # noqa: BLE001 - foreign code may raise anything
            self.unreported.append(error)

    def run_hook(
        self,
        hook: str,
        expects: type[T],
        *,
        call: Call | None = None,
        within: Callable[[Flow[object]], Flow[object]] | None = None,
        **arguments: object,
    ) -> T:
        """Run a single flow hook as the core does: its calls are signed, and error responses raise.

        Args:
            hook: name of the hook.
            expects: class of the result.
            call: the call that the hook gets; None is `call()`.
            within: wraps the flow; None leaves it as it is.
            arguments: the arguments of the hook, without `call`.
        """
        exchange = self._exchange(call)
        flow = exchange.start(hook, **arguments)
        if flow is None:
            pytest.skip(f"the plugin has no {hook} for this model")
        started = flow if within is None else within(flow)
        return self.gateway.run_blocking(read_flow(exchange, hook, started, expects, retries=None))

    def send_again(self, http: HttpCall) -> HttpReply:
        """Send a call that was sent before, changed or not; it is signed anew if the plugin signs."""

        def flow() -> Flow[HttpReply]:
            if not self.provider.can("tarash_sign"):
                return (yield from send(http))
            now, exchange = (yield from read_clock()), self._exchange()
            signed = yield from exchange.outgoing(http, now, call_seconds(http, exchange.call), "read")
            return (yield from send(signed))

        return self.gateway.run_blocking(flow())

    def _exchange(self, call: Call | None = None) -> Exchange:
        return Exchange(
            self.provider,
            call or self.call(),
            1,
            deadline_seconds=time.monotonic() + HOOK_SECONDS,
            output_dir=self.folder,
            secrecy=Secrecy(self.secrets),
        )

    def break_streams(self) -> None:
        """Break status streams, so that the status is polled."""
        if "streaming_status" in self.provider.features:
            self.simulator.inject(self.cases.stream_route, Status(500), times=None)

    def submits(self) -> int:
        """Return how many submissions the provider has received."""
        return self.simulator.count(self.cases.submit_route)

    @property
    def cancel_route(self) -> str:
        """The simulator's route of a cancel, also if the cases do not name it; "" if there is none."""
        names = {route.name for route in self.simulator.routes()}
        return self.cases.cancel_route or ("cancel" if "cancel" in names else "")

    @property
    def can_look_up(self) -> bool:
        """Whether the plugin can look up a lost submission."""
        return "find_submission" in self.provider.features

    def polls_are_possible(self) -> None:
        """Skip the check if the model answers at once."""
        if not self.cases.poll_route:
            pytest.skip("the provider answers at once, so there is nothing to poll")
