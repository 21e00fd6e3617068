"""Owns one call of the engine in virtual time: runs it step by step, interrupts it, lets the process die, notes how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import GeneratorType
from typing import TYPE_CHECKING, TypeAlias, cast

from tarash.tarash_gateway.steps import (
    BlockingCall,
    CallbackError,
    ClaimJob,
    CloseDownload,
    CloseStream,
    Flow,
    HttpCall,
    NextEvent,
    OpenDownload,
    OpenStream,
    ReadChunk,
    ReadJob,
    ReleaseJob,
    Report,
    Sleep,
    Step,
    WriteJournal,
)
from tarash.tarash_gateway.transport.wind_ups import WIND_UP_SECONDS

from .performer import Performer
from .scenario import Break, Interruption, StepWord
from .truth import Post

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_STEPS = 60_000
"""More steps than any call needs; a call that takes more of them would never end."""
_AWAITED = (
    HttpCall, Sleep, BlockingCall, OpenStream, NextEvent, OpenDownload, ReadChunk, WriteJournal, ReadJob, ClaimJob, ReleaseJob, Report,
)  # fmt: skip
"""Steps at which the asynchronous driver can be cancelled; it performs the others without waiting."""
_KINDS: Mapping[StepWord, tuple[type[object], ...]] = {
    "http": (HttpCall,),
    "submit": (HttpCall,),
    "cancel": (HttpCall,),
    "sleep": (Sleep,),
    "journal": (WriteJournal, ReadJob, ClaimJob, ReleaseJob),
    "report": (Report,),
    "stream": (OpenStream, NextEvent, CloseStream, OpenDownload, ReadChunk, CloseDownload),
}
Ended: TypeAlias = "Returned | Raised | Died"


@dataclass(frozen=True, slots=True)
class Returned:
    """The call returned."""

    value: object


@dataclass(frozen=True, slots=True)
class Raised:
    """The call raised."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Died:
    """The process is gone, at any instruction; or, if `was_collected`, only the coroutine was thrown away."""

    was_collected: bool


class _Death(BaseException):
    def __init__(self, *, was_collected: bool) -> None:
        super().__init__()
        self.was_collected = was_collected


class VirtualProcess:
    """One call.

    Args:
        flow: what the engine is to do.
        performer: performs the steps.
        is_task: whether the asynchronous driver runs it: a second cancellation is held back, and winding up is bounded.
        breaks: the interruptions, in order; each is armed after the one before.
        note: writes a line of the trace; None keeps no trace.

    Attributes:
        ended: how it ended; None while it runs.
        interruptions: what was thrown into it.
        was_over: whether the last of them came when all was done but the release of the claim.
    """

    def __init__(
        self,
        flow: Flow[object],
        performer: Performer,
        *,
        is_task: bool,
        breaks: tuple[Break, ...],
        note: Callable[[str], None] | None,
    ) -> None:
        self.flow = cast("GeneratorType[Step, object, object]", flow)
        self.performer = performer
        self.ended: Ended | None = None
        self.interruptions: list[BaseException] = []
        self.was_over = False
        self._is_task, self._breaks, self._note = is_task, list(breaks), note
        self._steps = self._counted = 0
        self._second_in: int | None = None
        self._give_up_at: float | None = None
        self._answer: object = None
        self._failure: BaseException | None = None

    def run(self) -> Ended:
        """Run to the end."""
        while self.ended is None:
            self.advance()
        return self.ended

    def advance(self) -> None:
        """Perform one step; `ended` is set when it was the last."""
        failure, answer = self._failure, self._answer
        self._answer = self._failure = None
        try:
            step = self.flow.send(answer) if failure is None else self.flow.throw(failure)
        except StopIteration as done:
            self.ended = Returned(done.value)
            return
        except BaseException as error:  # noqa: BLE001 - whatever leaves the engine is judged later
            self.ended = Raised(error.error if isinstance(error, CallbackError) else error)
            return
        try:
            self._answer = self._perform(step)
        except _Death as death:
            self.ended = Died(death.was_collected)
            self._throw_away()
        except BaseException as error:  # noqa: BLE001 - the flow decides what to do, as with every driver
            self._failure = error

    def _perform(self, step: Step) -> object:
        self._steps += 1
        if self._steps > MOST_STEPS:
            self.ended = Raised(AssertionError(f"more than {MOST_STEPS} steps"))
            self._throw_away()
            return None
        if not self._breaks and self._second_in is None and self._give_up_at is None:
            return self.performer.perform(step)
        if (
            self._give_up_at is not None
            and self.performer.now >= self._give_up_at
            and isinstance(step, _AWAITED)
        ):
            # the asynchronous driver abandons a flow that winds up for too long
            self.ended = Raised(self.interruptions[0])
            self._throw_away()
            return None
        due = self._due(step)
        if due is None:
            return self.performer.perform(step)
        self._interrupt(step, *due)
        return None

    def _due(self, step: Step) -> tuple[Interruption, bool] | None:
        """The interruption that is due at this step, and whether it comes before the step is performed."""
        if self._second_in is not None:
            self._second_in -= 1
            if self._second_in > 0:
                return None
            self._second_in = None
            # a task that winds up is shielded from it
            return None if self._is_task else ("ctrl_c", self._steps % 2 == 0)
        if not self._breaks or (self._is_task and not isinstance(step, _AWAITED)):
            return None
        plan = self._breaks[0]
        if plan.step != "any" and not _matches(plan.step, step):
            return None
        self._counted += 1
        if self._counted < plan.count:
            return None
        self._breaks.pop(0)
        self._counted, self._second_in = 0, plan.second_after
        if self._give_up_at is not None and plan.kind not in {"crash", "collected"}:
            return None
        return plan.kind, plan.is_before

    def _interrupt(self, step: Step, kind: Interruption, is_before: bool) -> None:
        if self._note is not None:
            # the name of a function in memory differs from run to run
            shown = "BlockingCall" if isinstance(step, BlockingCall) else repr(step)[:180]
            self._note(f"*** {kind} {'before' if is_before else 'after'} {shown}")
        if is_before and isinstance(step, CloseStream | CloseDownload | ReleaseJob):
            # every driver closes and releases in the end what its flow could not
            self.performer.perform(step)
        elif is_before:
            if isinstance(step, HttpCall) and _matches("submit", step):
                # the client cannot know that it was not sent
                server = self.performer.server_of(step.url)
                prompt = str(cast("Mapping[str, object]", step.json)["prompt"])
                server.posts.append(
                    Post(step.headers["idempotency-key"], prompt, self.performer.now, server.run)
                )
        else:
            with contextlib.suppress(Exception, CallbackError):
                self.performer.perform(step)
            self.performer.undelivered(step)
        if kind in {"crash", "collected"}:
            raise _Death(was_collected=kind == "collected")
        error: BaseException = KeyboardInterrupt()
        if self._is_task:
            self._give_up_at = self.performer.now + WIND_UP_SECONDS
            error = asyncio.CancelledError()
        elif kind == "exit":
            error = SystemExit(1)
        self.interruptions.append(error)
        self.was_over = isinstance(step, ReleaseJob)
        raise error

    def _throw_away(self) -> None:
        """Close the flow; nothing that it still asks for is performed."""
        for _ in range(5):
            if inspect.getgeneratorstate(self.flow) == inspect.GEN_CLOSED:
                return
            with contextlib.suppress(RuntimeError, GeneratorExit):
                self.flow.close()


def _matches(word: StepWord, step: Step) -> bool:
    if not isinstance(step, _KINDS[word]):
        return False
    if not isinstance(step, HttpCall):
        return True
    return word == "http" or (
        step.method == "DELETE" if word == "cancel" else step.method == "POST" and step.url.endswith("/jobs")
    )
