"""Reports what became of a job after Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TypeAlias

from ..plugin.events import Event

NOTICE = b"\ninterrupted: cancelling the job at the provider; press Ctrl-C again to stop waiting for that\n"
LEFT = b"\nstopped waiting; 'tarash jobs list' shows the jobs that may be running\n"
SHOW_CURSOR = b"\x1b[?25h" if sys.stderr.isatty() else b""
Handler: TypeAlias = Callable[[int, FrameType | None], object]


class Terminated(KeyboardInterrupt):
    """SIGTERM asked the process to end."""


@dataclass(slots=True)
class Abandonment:
    """What became of a job after an interrupt; pass `note` to the gateway as `on_event`.

    Attributes:
        provider, request_id: provider id, and the provider's id of the job; None if no job was accepted.
        cancelled: "yes", "no" or "unconfirmed"; None if there was nothing to cancel.
        generation_id: the gateway's id of the generation, under which the journal stores the job; None before it began.
        unsaved_urls: where the outputs are that were generated, but not saved yet.
    """

    provider: str | None = None
    request_id: str | None = None
    cancelled: str | None = None
    generation_id: str | None = None
    unsaved_urls: tuple[str, ...] = ()

    def note(self, event: Event) -> None:
        """Record the id of the generation, and the facts if the event says that a job was given up."""
        self.generation_id = event.generation_id
        if event.kind == "abandoned":
            self.provider, self.request_id, self.cancelled = event.provider, event.request_id, event.cancelled

    def sentence(self) -> str:
        """Return a sentence that says what was cancelled and what may still be billed."""
        if self.provider is None:
            return (
                "no job is known to be running; if one was just being submitted or cancelled, "
                "check the provider's console"
            )
        if self.request_id is None and self.cancelled is None:
            return (
                f"{self.provider} had not accepted a job yet; if a submission was under way, check in its "
                "console whether a job exists"
            )
        job = f"job {self.request_id} at {self.provider}"
        match self.cancelled:
            case "yes":
                return f"{job} was cancelled (cancelled: yes)"
            case "unconfirmed":
                return f"{job}: the cancel was not confirmed; check its console (cancelled: unconfirmed)"
            case _:
                return f"{job} could not be cancelled; it may finish and be billed (cancelled: no)"


def way_to_result(generation_id: str) -> str:
    """Return how to fetch the result of a job that goes on although it was given up."""
    return f"its result, if there is one: tarash jobs resume {generation_id}"


@contextmanager
def explaining_interrupts() -> Iterator[None]:
    """Print a notice at Ctrl-C or SIGTERM, since cancelling at the provider may take seconds."""
    with (
        _explaining(signal.SIGINT, signal.default_int_handler),
        _explaining(signal.SIGTERM, _terminate),
    ):
        yield


@contextmanager
def cancelling_on_interrupt(received: list[signal.Signals]) -> Iterator[None]:
    """Cancel the running task at Ctrl-C or SIGTERM, and note the signal; at the second one, end the process.

    An exception that a signal raises in the middle of an event loop may leave other tasks waiting for ever.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def cancel(number: signal.Signals) -> None:
        if received:
            os.write(sys.stderr.fileno(), SHOW_CURSOR + LEFT)
            # other tasks may be waiting for the provider, and nothing but this stops them
            os._exit(128 + received[0])
        received.append(number)
        os.write(sys.stderr.fileno(), NOTICE)
        task.cancel()

    handled: list[signal.Signals] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers, nor has another thread; there, asyncio's own Ctrl-C remains
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, cancel, number)
                handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


def interrupt_of(received: list[signal.Signals]) -> KeyboardInterrupt:
    """Return the exception for the signal that cancelled a task."""
    return Terminated() if signal.SIGTERM in received[:1] else KeyboardInterrupt()


@contextmanager
def terminating_as_interrupt() -> Iterator[None]:
    """Make SIGTERM end the command like Ctrl-C, unless there is another handler for it."""
    with _handling(signal.SIGTERM, signal.SIG_DFL, _terminate):
        yield


def _terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
    raise Terminated


@contextmanager
def _explaining(number: signal.Signals, usual: Handler) -> Iterator[None]:
    def explain(received: int, frame: FrameType | None) -> None:
        # not print: the interrupted code may be writing to the same buffer
        os.write(sys.stderr.fileno(), NOTICE)
        usual(received, frame)

    with _handling(number, usual, explain):
        yield


@contextmanager
def _handling(number: signal.Signals, expected: object, handler: Handler) -> Iterator[None]:
    """Handle a signal, if this is the main thread and the signal has the expected handler."""
    usual = signal.getsignal(number)
    if threading.current_thread() is not threading.main_thread() or usual is not expected:
        yield
        return
    signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, usual)
