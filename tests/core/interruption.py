"""Interrupts code in the middle: Ctrl-C before one of its lines, or a cancellation at one of the points at which it waits."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Interruption:
    """Raises KeyboardInterrupt at one of the places at which a frame may be, and counts those that were passed.

    Args:
        traces: whether code is looked at.
        is_place: whether it may come before the instruction where a frame is now; None is before any line.
        after: number of places that are passed over.
    """

    def __init__(
        self,
        traces: Callable[[CodeType], bool],
        after: int,
        is_place: Callable[[FrameType], bool] | None = None,
    ) -> None:
        self._traces, self._is_place, self._after = traces, is_place, after
        self.passed = 0

    @contextmanager
    def armed(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, _event: str, _: object) -> Any:
        if not self._traces(frame.f_code):
            return None
        frame.f_trace_opcodes = self._is_place is not None
        return self._step

    def _step(self, frame: FrameType, event: str, _: object) -> Any:
        is_here = event == "line" if self._is_place is None else event == "opcode" and self._is_place(frame)
        if is_here:
            self.passed += 1
            if self.passed > self._after:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self._step


class Cancellation:
    """Cancels at one of the points at which a coroutine waits, and counts those that were passed.

    Args:
        cancel: cancels the task of the coroutine.
        after: number of waits that are passed over.
    """

    def __init__(self, cancel: Callable[[], object], after: int) -> None:
        self._cancel, self._after = cancel, after
        self.passed = 0

    @types.coroutine
    def within(self, coroutine: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        """Run a coroutine, and cancel it on the way."""
        answer: Any = None
        failure: BaseException | None = None
        while True:
            try:
                waits_for = coroutine.send(answer) if failure is None else coroutine.throw(failure)
            except StopIteration as done:
                return cast("T", done.value)
            self.passed += 1
            if self.passed == self._after + 1:
                self._cancel()
            try:
                answer, failure = (yield waits_for), None
            except BaseException as error:  # noqa: BLE001 - thrown into the coroutine
                failure = error
