"""Owns the running of one cell, and the measuring of what happened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from file_urls import path_of
from simulators.every_provider import running
from tarash.tarash_gateway import Gateway, TarashException
from tarash.tarash_gateway.models.metadata import AttemptMetadata
from tarash.tarash_gateway.models.response import GenerationResponse
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

from .columns import Column, Phase
from .driver import Aim, WireConnections
from .faults import Row, Target

Result = Literal["own", "next", "none"]


@dataclass(frozen=True, order=True)
class Facts:
    """What happened in a cell.

    Attributes:
        result: whose result was delivered: of the provider that misbehaves, of the next one, or none.
        posts: submissions that reached the provider.
        accepted: jobs that it created.
        was_cancelled: whether its simulator saw the job cancelled.
        submitted, billed, cancelled: what the ledger says of the attempt.
        error: class of the exception that ended the attempt; "" if none did.
        is_raised: whether an exception left the call.
        job: where the job can be found: "exception", "unsettled", or "".
    """

    result: Result
    posts: int
    accepted: int
    was_cancelled: bool
    submitted: str
    billed: str
    cancelled: str
    error: str
    is_raised: bool
    job: str


@dataclass(frozen=True)
class Cell:
    """One generation with one fault.

    Attributes:
        phase, column, row: where it stands.
        lasts: whether every request of the phase is struck, or only the first.
    """

    phase: Phase
    column: Column
    row: Row
    lasts: bool

    @property
    def name(self) -> str:
        """The cell in words."""
        return f"{self.phase.name} / {self.column.name} / {self.row.name} / {'lasting' if self.lasts else 'once'}"

    @property
    def applies(self) -> bool:
        """Whether there is such a fault at all."""
        is_accepted = self.phase.is_processed is True
        if is_accepted and self.row.proves_refusal:
            return False
        if self.row.needs_body and self.column.has_empty_answers:
            return False
        if self.row.is_refused:
            return not is_accepted
        target = Target("", self.column.cases)
        return self.row.fault(target, is_processed=self.phase.is_processed) is not None

    def run(self) -> Facts:
        """Generate, and return what happened.

        Raises:
            AssertionError: the fault never struck, or the output is not whole.
        """
        with (
            TemporaryDirectory() as folder,
            self.column.running() as own,
            running(self.column.next_provider) as healthy,
        ):
            self.column.prepare(own)
            aim = Aim(
                own,
                self.column.routes,
                self.row,
                Target(own.url, self.column.cases),
                self.phase.is_processed,
                self.lasts,
                self.column.chooses,
            )
            connections = WireConnections(aim)
            with connections, Gateway(transport=connections, environ={}, output_dir=Path(folder)) as gateway:
                facts = self._generate(gateway, own, healthy)
            assert aim.struck, f"{self.name}: the fault never struck"
            return facts

    def _generate(self, gateway: Gateway, own: Simulator, healthy: Simulator) -> Facts:
        config = self.column.config(own, healthy)
        try:
            response = gateway.generate(config, self.column.request)
        except TarashException as error:
            return self._facts(gateway, own, error.attempts[0], error)
        assert _is_whole(response, own, healthy), f"{self.name}: the output is not whole"
        return self._facts(gateway, own, response.execution_metadata.attempts[0], response)

    def _facts(
        self,
        gateway: Gateway,
        own: Simulator,
        entry: AttemptMetadata,
        outcome: GenerationResponse | TarashException,
    ) -> Facts:
        is_raised = isinstance(outcome, TarashException)
        result: Result = "none" if is_raised else "own" if entry.status == "success" else "next"
        carried = isinstance(outcome, TarashException) and outcome.job is not None
        unsettled = [job for job in gateway.unsettled() if job.attempt_number == entry.attempt_number]
        return Facts(
            result=result,
            posts=own.count(self.column.submit_route),
            accepted=len(own.jobs),
            was_cancelled=any(own.job_state(job.id) == "cancelled" for job in own.jobs),
            submitted=entry.submitted,
            billed=entry.billed,
            cancelled=entry.cancelled or "",
            error=entry.error_type or "",
            is_raised=is_raised,
            job="exception" if carried else "unsettled" if unsettled else "",
        )


def _is_whole(response: GenerationResponse, *simulators: Simulator) -> bool:
    """Return whether the output is the file that a simulator made, to the last byte."""
    url = response.assets[0].url
    if url.startswith("file:"):
        return path_of(url).read_bytes() in (tiny_mp4(), tiny_png())
    return any(url.startswith(simulator.url) for simulator in simulators)
