"""Owns the caller of one schedule: which calls it makes, in which processes, what it receives, keeps and resumes."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tarash.tarash_gateway import (
    Job,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.engine.submission_rates import SubmissionRates
from tarash.tarash_gateway.journal_folder import JournalFolder
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
        unsettled: the unsettled jobs of its gateway when it ended.
        process: number of the process that it was made in.
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
    unsettled: tuple[Job, ...]
    process: int


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """One process of the operating system, with a gateway of its own."""

    number: int
    factory: GenerationFactory


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
    _processes: int = 0
    _current: int = 0
    _performers: dict[int, Performer] = field(default_factory=dict)
    _made_in: dict[int, int] = field(default_factory=dict)
    _draw: Random = field(init=False)
    _world: World = field(init=False)
    _config: VideoGenerationConfig = field(init=False)
    _process: Process = field(init=False)

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
            folder = JournalFolder(self.output_dir / f"jobs-{seed}") if self.scenario.has_folder else None
            self.journal = SimulatedJournal(self.scenario.journal_fails_at, folder)
            for server in self.servers:
                server.is_written = self.journal.has_noted
        self._config = self._configuration()
        self._process = self._new_process()

    def play(self) -> None:
        """Make every call of the schedule, and resume what is left."""
        for number in range(self.scenario.calls):
            prompt = f"call {number + 1}"
            request = VideoGenerationRequest(prompt=prompt)
            reports = self.scenario.reports and not self.scenario.submits

            def first(factory: GenerationFactory) -> Flow[object]:
                generation = yield from factory.preparing(self._config, request, reports=reports)  # noqa: B023 - runs at once
                return (yield from (generation.submit() if self.scenario.submits else generation.generate()))

            self._run_together(prompt, None, first, [self._process])
            for _ in range(3):
                if not self._resume_something(prompt):
                    break
        self.unsettled += self._process.factory.unsettled()
        if self.journal is not None and self.journal.folder is not None:
            shutil.rmtree(self.journal.folder.path, ignore_errors=True)

    # Calls.

    def _run_together(
        self,
        prompt: str,
        job: Job | None,
        make: Callable[[GenerationFactory], Flow[object]],
        processes: list[Process],
    ) -> None:
        """Run one call in each process, all at the same virtual time, to their ends."""
        first = len(self.runs) + 1
        is_outdated = job is not None and self._is_outdated(job)
        calls = [self._started(make, process, first + turn) for turn, process in enumerate(processes)]
        running = list(enumerate(calls, first))
        while running:
            # whoever is behind goes on
            number, call = min(running, key=lambda item: item[1].performer.now)
            self._current = number
            for server in self.servers:
                server.run = number
            call.advance()
            while call.ended is None and len(running) == 1:
                call.advance()
            if call.ended is not None:
                running.remove((number, call))
        for process, call in zip(processes, calls, strict=True):
            self._receive(prompt, job, process, call, is_outdated=is_outdated)
        self.now = max(self.now, *(call.performer.now for call in calls))

    def _started(
        self, make: Callable[[GenerationFactory], Flow[object]], process: Process, number: int
    ) -> VirtualProcess:
        fault = self.scenario.callback_fault
        performer = Performer(
            self._world,
            now=self.now,
            journal=None if self.journal is None else self.journal.for_process(process.number),
            callback_fault=None if fault is None or number > 1 else (fault, self.scenario.callback_fault_at),
        )
        self._performers[number] = performer
        if self.note is not None:
            self.note(f"--- call {number} at {self.now:.1f} s, in process {process.number}")
        return VirtualProcess(
            make(process.factory),
            performer,
            is_task=self.scenario.is_task,
            breaks=self.scenario.breaks[number - 1 : number],
            note=self.note,
        )

    def _receive(
        self, prompt: str, job: Job | None, process: Process, call: VirtualProcess, *, is_outdated: bool
    ) -> None:
        outcome = call.ended
        assert outcome is not None
        run = Run(
            number=len(self.runs) + 1,
            prompt=prompt,
            job=job,
            is_outdated=is_outdated,
            began=self.now,
            ended=call.performer.now,
            outcome=outcome,
            interruptions=call.interruptions,
            callback_error=call.performer.callback_error,
            open_handles=len(call.performer.open_handles),
            was_over=call.was_over,
            unsettled=process.factory.unsettled(),
            process=process.number,
        )
        self.runs.append(run)
        if isinstance(outcome, Raised):
            _forget_frames(outcome.error)
            self._hold(getattr(outcome.error, "job", None))
        elif isinstance(outcome, Returned):
            self._hold(outcome.value)
        elif not outcome.was_collected:
            if self.journal is not None:
                self.journal.forget_claims(process.number)
            if process is self._process:
                self._process = self._new_process()
        if self.note is not None:
            self.note(f"--- call {run.number} ended at {run.ended:.1f} s: {outcome!r}"[:600])

    def _hold(self, value: object) -> None:
        if isinstance(value, Job):
            self._made_in[id(value)] = len(self.runs)
            self.held.append((value, len(self.runs)))

    # Resuming.

    def _resume_something(self, prompt: str) -> bool:
        draw = self._draw
        candidates = [job for job, made in self.held if made == len(self.runs)]
        candidates += self._process.factory.unsettled()
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
            self.unsettled += self._process.factory.unsettled()
            self._process = self._new_process()
        together = [self._process]
        if self.journal is not None and draw.random() < 0.2:
            # only a journal keeps two resumes apart
            together.append(self._new_process())
        for process in self._resumed_in(prompt, job, together):
            self.unsettled += process.factory.unsettled()
        return True

    def _resumed_in(self, prompt: str, job: Job, processes: list[Process]) -> list[Process]:
        """Resume a job in all the processes at once; return those that this caller forgets afterwards, if they live."""

        def again(factory: GenerationFactory) -> Flow[object]:
            return (yield from factory.resume(Job.of(job), self._config, {}, reports=False))

        self._run_together(prompt, job, again, processes)
        ends = [run.outcome for run in self.runs[-len(processes) :]]
        return [
            process
            for process, end in zip(processes[1:], ends[1:], strict=True)
            if not isinstance(end, Died) or end.was_collected
        ]

    def _is_outdated(self, job: Job) -> bool:
        """Whether a later call has carried on this generation since the job was made."""
        made = self._made_in.get(id(job), 0)
        return any(
            run.number > max(made, 1) and run.job is not None and run.job.generation_id == job.generation_id
            for run in self.runs
        ) and not any(job is entry for entry in (self.journal.unended() if self.journal is not None else ()))

    # Processes.

    def _new_process(self) -> Process:
        self._processes += 1
        factory = GenerationFactory(
            PROVIDERS,
            self.output_dir,
            environ={},
            on_event=self._on_event if self.scenario.listens else None,
            journals=self.scenario.has_journal,
            rates=SubmissionRates(self.scenario.per_minute),
        )
        return Process(self._processes, factory)

    def _on_event(self, event: Event) -> None:
        self.events.append((event, self._current, self._performers[self._current].now))
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


def _forget_frames(error: BaseException | None) -> None:
    """Let go of what an exception that was dealt with keeps alive, such as a claim."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
