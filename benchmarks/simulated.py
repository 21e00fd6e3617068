"""Runs a provider simulator in a separate process, so that the measured CPU time is the client's alone."""

from __future__ import annotations

import multiprocessing
import pkgutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, cast

from tarash.tarash_gateway.testing.simulator import Hang, RecordedRequest, SimulatedJob, Simulator

if TYPE_CHECKING:
    from tarash.tarash_gateway.testing import ConformingSimulator

ProviderName = Literal["fal", "google", "openai", "replicate", "runway"]
# by name, since each process needs one of them: importing all takes half a second
_SIMULATORS: Mapping[ProviderName, str] = {
    "fal": "simulators.fal:FalSimulator",
    "google": "simulators.google:GoogleSimulator",
    "openai": "simulators.openai:OpenAISimulator",
    "replicate": "simulators.replicate:ReplicateSimulator",
    "runway": "simulators.runway:RunwaySimulator",
}


@dataclass(frozen=True, slots=True)
class Served:
    """One job as the provider saw it.

    Attributes:
        id: the request id.
        finished_at: seconds on the monotonic clock, which all processes of a machine share.
        requests: number of exchanges about the job, including its submission.
    """

    id: str
    finished_at: float
    requests: int


class SimulatorProcess:
    """A simulator in another process. Each job takes the seconds its prompt says (`prompt_for`), or a number of polls."""

    def __init__(self, provider: ProviderName, *, shows_progress: bool = True) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        arguments = (provider, shows_progress, theirs)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._provider = provider
        self.url = ""

    @property
    def base_url(self) -> str:
        """The base URL to configure the gateway with."""
        return self.url + _class_of(self._provider).cases.base_path

    @property
    def api_key(self) -> str:
        """The key that the simulator accepts."""
        return cast("type[Simulator]", _class_of(self._provider)).api_key

    def __enter__(self) -> Self:
        self._process.start()
        self.url = cast("str", self._pipe.recv())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pipe.send(None)
        self._process.join()

    def finish_after_polls(self, polls: int) -> None:
        """Make new jobs without a duration answer this many polls as not done yet."""
        self._pipe.send(polls)
        self._pipe.recv()

    def hang(self) -> None:
        """Answer no submission from now on."""
        self._pipe.send("hang")
        self._pipe.recv()

    def accepted(self) -> int:
        """Return how many jobs were submitted so far."""
        self._pipe.send("accepted")
        return cast("int", self._pipe.recv())

    def served(self) -> dict[str, Served]:
        """Return every job that has finished so far, by id."""
        self._pipe.send("served")
        return cast("dict[str, Served]", self._pipe.recv())


def _class_of(provider: ProviderName) -> type[ConformingSimulator]:
    return cast("type[ConformingSimulator]", pkgutil.resolve_name(_SIMULATORS[provider]))


def prompt_for(seconds: float) -> str:
    """Return a prompt whose job takes this many seconds; with 0, the number of polls decides."""
    return f"{seconds:g} seconds of rain"


def _serve(provider: ProviderName, shows_progress: bool, pipe: Connection) -> None:
    with _simulator(provider, shows_progress) as simulator:
        pipe.send(simulator.url)
        while (order := pipe.recv()) is not None:
            if isinstance(order, int):
                simulator.polls_until_done = order
                pipe.send(order)
            elif order == "hang":
                simulator.inject("submit", Hang(3600.0), times=None)
                pipe.send(order)
            elif order == "accepted":
                pipe.send(len(simulator.jobs))
            else:
                pipe.send(_served(simulator))


def _served(simulator: Simulator) -> dict[str, Served]:
    about = Counter(request.parameters["id"] for request in simulator.requests if "id" in request.parameters)
    return {
        job.id: Served(job.id, job.finished_at, 1 + about[job.id])
        for job in simulator.jobs
        if job.finished_at is not None
    }


class _TimedByPrompt(Simulator):
    """Takes the duration of a job from its prompt."""

    def create_job(
        self,
        request: RecordedRequest,
        *,
        model: str = "",
        inputs: Mapping[str, object] | None = None,
        job_id: str | None = None,
    ) -> SimulatedJob:
        prompt = str((inputs or {}).get("prompt", "0"))
        self.job_seconds = float(prompt.partition(" ")[0])
        return super().create_job(request, model=model, inputs=inputs, job_id=job_id)


def _simulator(provider: ProviderName, shows_progress: bool) -> Simulator:
    kind = _class_of(provider)
    simulator: Simulator = type(f"Timed{kind.__name__}", (_TimedByPrompt, kind), {})()
    if provider == "replicate":
        from simulators.replicate import ReplicateSimulator

        assert isinstance(simulator, ReplicateSimulator)
        simulator.logs_progress = shows_progress
    return simulator
