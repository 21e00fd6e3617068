"""Owns the caller of one schedule: which calls it makes, in which processes, what it receives, keeps and resumes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tarash.tarash_gateway import (
    Job,
    TarashException,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.plugin import Event
from tarash.tarash_gateway.steps import Flow

from .performer import Performer, World
from .provider import MODEL, simulated_providers
from .scenario import Scenario
from .server import Server
from .simulated_journal import SimulatedJournal
from .virtual_process import Died, Ended, Raised, Returned, VirtualProcess

PROVIDERS = simulated_providers()


@dataclass(slots=True)
class Run:
    """One call of the engine, as the caller saw it.

    Attributes:
        number: 1 for the first call of the schedule.
        prompt: names the generation; a resume has that of the generation it resumes.
        job: the job that was resumed, or None.
        is_outdated: whether that job was resumed, or carried on, once before.
        began, ended: virtual seconds.
        outcome: how it ended.
        interruptions: what was thrown into it.
        callback_error: what its progress callback raised, or None.
        open_handles: streams and downloads left open.
        was_over: whether it was interrupted when all was done but the release of its claim.
    """

    number: int
    prompt: str
    job: Job | None
    is_outdated: bool
    began: float
    ended: float
    outcome: Ended
    interruptions: list[BaseException]
    callback_error: BaseException | None
    open_handles: int
    was_over: bool


@dataclass(slots=True)
class Caller:
    """Everything that one schedule leaves behind, for the invariants to look at."""

    scenario: Scenario
    output_dir: Path
    note: Callable[[str], None] | None = None
    servers: list[Server] = field(default_factory=list)
    journal: SimulatedJournal | None = None
    runs: list[Run] = field(default_factory=list)
    held: list[tuple[Job, int]] = field(default_factory=list)
    unsettled: list[Job] = field(default_factory=list)
    events: list[tuple[Event, int, float]] = field(default_factory=list)
    records: list[logging.LogRecord] = field(default_factory=list)
    now: float = 0.0
    _factory: GenerationFactory | None = None
    _process: int = 0
    _made_in: dict[int, int] = field(default_factory=dict)
    _draw: Random = field(init=False)
    _world: World = field(init=False)
    _config: VideoGenerationConfig = field(init=False)
    _performer: Performer = field(init=False)

    def __post_init__(self) -> None:
        seed = self.scenario.seed
        self.servers = [
            Server(number, link, Random(seed * 16 + number + 1), self.note)
            for number, link in enumerate(self.scenario.links)
        ]
        self._draw = Random(seed * 16)
        self._world = World(
            {server.base_url: server for server in self.servers}, Random(seed * 16 + 9), self.note
        )
        if self.scenario.has_journal:
            self.journal = SimulatedJournal(self.scenario.journal_fails_at)
            for server in self.servers:
                server.is_written = self.journal.has_noted
        self._config = self._configuration()
        self._new_process()

    def play(self) -> None:
        """Make every call of the schedule, and resume what is left."""
        for number in range(self.scenario.calls):
            prompt = f"call {number + 1}"
            request = VideoGenerationRequest(prompt=prompt)
            reports = self.scenario.reports and not self.scenario.submits

            def first(request: VideoGenerationRequest = request, *, reports: bool = reports) -> Flow[object]:
                generation = self._living.new(self._config, request, reports=reports)
                return generation.submit() if self.scenario.submits else generation.generate()

            self._finish(prompt, None, first)
            for _ in range(3):
                if not self._resume_something(prompt):
                    break
        self.unsettled += self._living.unsettled()

    # Calls.

    def _finish(self, prompt: str, job: Job | None, make: Callable[[], Flow[object]]) -> None:
        """Run one call to its end."""
        process = self._started(make)
        while process.ended is None:
            process.advance()
        self._receive(prompt, job, process)

    def _started(self, make: Callable[[], Flow[object]]) -> VirtualProcess:
        scenario, number = self.scenario, len(self.runs) + 1
        for server in self.servers:
            server.run = number
        fault = scenario.callback_fault
        performer = Performer(
            self._world,
            now=self.now,
            journal=None if self.journal is None else self.journal.for_process(self._process),
            callback_fault=None if fault is None or number > 1 else (fault, scenario.callback_fault_at),
        )
        self._performer = performer

        def flow() -> Flow[object]:
            # what cannot be resumed is refused before the first step
            return (yield from make())

        if self.note is not None:
            self.note(f"--- call {number} at {self.now:.1f} s, in process {self._process}")
        return VirtualProcess(
            flow(),
            performer,
            is_task=scenario.is_task,
            breaks=scenario.breaks[number - 1 : number],
            note=self.note,
        )

    def _receive(self, prompt: str, job: Job | None, process: VirtualProcess) -> None:
        outcome, number = process.ended, len(self.runs) + 1
        assert outcome is not None
        is_outdated = job is not None and self._is_outdated(job)
        run = Run(
            number=number,
            prompt=prompt,
            job=job,
            is_outdated=is_outdated,
            began=self.now,
            ended=process.performer.now,
            outcome=outcome,
            interruptions=process.interruptions,
            callback_error=process.performer.callback_error,
            open_handles=len(process.performer.open_handles),
            was_over=process.was_over,
        )
        self.runs.append(run)
        self.now = process.performer.now
        if isinstance(outcome, Raised) and isinstance(outcome.error, TarashException):
            self._hold(outcome.error.job)
        elif isinstance(outcome, Returned):
            self._hold(outcome.value)
        elif isinstance(outcome, Died) and not outcome.was_collected:
            if self.journal is not None:
                self.journal.forget_claims(self._process)
            self._new_process()
        if self.note is not None:
            self.note(f"--- ended at {self.now:.1f} s: {outcome!r}"[:600])

    def _hold(self, value: object) -> None:
        if isinstance(value, Job):
            self._made_in[id(value)] = len(self.runs)
            self.held.append((value, len(self.runs)))

    # Resuming.

    def _resume_something(self, prompt: str) -> bool:
        draw = self._draw
        candidates = [job for job, made in self.held if made == len(self.runs)]
        candidates += self._living.unsettled()
        if self.journal is not None:
            candidates += self.journal.unended()
        if draw.random() < 0.15:
            candidates += [job for job, _ in self.held]
        candidates = [job for job in candidates if job.request["prompt"] == prompt]
        if not candidates or draw.random() < 0.2:
            return False
        job = draw.choice(candidates)
        self.now += draw.choice((0.0, 0.0, 1.0, 30.0, 1000.0, 100_000.0))
        if draw.random() < 0.25:
            self.unsettled += self._living.unsettled()
            self._new_process()
        self._finish(prompt, job, lambda: self._living.resumed(job, self._config, {}, reports=False).resume())
        return True

    def _is_outdated(self, job: Job) -> bool:
        """Whether a later call has carried on this generation since the job was made."""
        made = self._made_in.get(id(job), 0)
        return any(
            run.number > max(made, 1) and run.job is not None and run.job.generation_id == job.generation_id
            for run in self.runs
        ) and not any(job is entry for entry in (self.journal.unended() if self.journal is not None else ()))

    # Processes.

    @property
    def _living(self) -> GenerationFactory:
        assert self._factory is not None
        return self._factory

    def _new_process(self) -> None:
        self._process += 1
        self._factory = GenerationFactory(
            PROVIDERS,
            self.output_dir,
            environ={},
            on_event=self._on_event if self.scenario.listens else None,
            journals=self.scenario.has_journal,
        )

    def _on_event(self, event: Event) -> None:
        self.events.append((event, len(self.runs) + 1, self._performer.now))
        if self.scenario.listener_fails and len(self.events) % 3 == 0:
            raise ValueError("from the listener")

    def _configuration(self) -> VideoGenerationConfig:
        made: VideoGenerationConfig | None = None
        for server in reversed(self.servers):
            link = server.link
            made = VideoGenerationConfig(
                provider=link.provider,
                model=MODEL,
                api_key=server.key,
                base_url=server.base_url,
                timeout=link.timeout,
                max_poll_attempts=link.max_polls,
                poll_interval=link.poll_interval,
                on_timeout=link.on_timeout,
                on_unknown_submission=link.on_unknown,
                fallback_on=link.fallback_on,
                fallback_configs=() if made is None else (made,),
            )
        assert made is not None
        return made

    # What was received.

    def responses(self) -> list[tuple[VideoGenerationResponse, Run]]:
        """Every result that the caller has received, at once or by a job that carries it."""
        found: list[tuple[VideoGenerationResponse, Run]] = []
        for run in self.runs:
            value = run.outcome.value if isinstance(run.outcome, Returned) else None
            if isinstance(value, Job) and value.response is not None:
                found.append((VideoGenerationResponse.model_validate(value.response), run))
            elif isinstance(value, VideoGenerationResponse):
                found.append((value, run))
        return found
