"""Watches the hooks of a plugin while their code runs: what they read and open besides their arguments, and how long they take.

Python's profiler reports every call of a function written in C, and nothing else reads a clock or opens a socket. It watches this
thread only, and only while a hook runs, so neither the simulator nor the core is watched.
"""

from __future__ import annotations

import datetime as dt
import dis
import gc
import inspect
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import BuiltinFunctionType, CodeType, FrameType
from typing import Literal, TypeAlias, cast

from ...plugin.hookspecs import EXTENSION_HOOKS, HOOK_NAMES, hookimpl
from ...plugin.outcomes import StatusStream
from ...steps import Flow
from ..loopback import loopback_only

Kind: TypeAlias = Literal["clock", "environment", "io", "random", "wait"]

_CLOCKS = frozenset({
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time",
    "process_time_ns", "thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns",
})  # fmt: skip
_ARGUMENTS_WITHOUT_CLOCK: Mapping[str, int] = {
    "localtime": 1,
    "gmtime": 1,
    "ctime": 1,
    "asctime": 1,
    "strftime": 2,
}
"""Functions of `time` that read the clock if they get fewer arguments."""
_FILES = frozenset({
    "open", "open_code", "stat", "lstat", "listdir", "scandir", "mkdir", "remove", "unlink", "rename", "replace", "rmdir", "getcwd",
    "system", "fork", "posix_spawn", "fork_exec", "CreateProcess", "startfile", "getaddrinfo", "gethostbyname", "gethostname",
    "connect", "connect_ex", "sendto", "create_connection",
})  # fmt: skip
_FILE_MODULES = frozenset({
    "_io", "io", "posix", "nt", "os", "_posixsubprocess", "_winapi", "_socket", "socket", "_sqlite3", "sqlite3",
})  # fmt: skip
_HARMLESS = frozenset(
    {"logging", "importlib", "warnings", "traceback", "linecache", "_frozen_importlib", "inspect"}
)
"""Modules that may read clocks and files for any code that logs, warns, or imports a module on first use."""
_TRUSTED = frozenset({"tarash", "pydantic", "pydantic_core", "pluggy", "coverage"})
_ENVIRONMENT: CodeType = os._Environ.__getitem__.__code__  # noqa: SLF001 - the one place that every reader of a variable passes


@dataclass(frozen=True, slots=True)
class Impurity:
    """Something that a hook read or opened besides its arguments.

    Attributes:
        kind: what it is about.
        hook: name of the hook.
        function: what was called.
        place: file and line of the call in the plugin, or in a library that it uses.
    """

    kind: Kind
    hook: str
    function: str
    place: str

    def __str__(self) -> str:
        return f"{self.hook} calls {self.function} ({self.place})"


class _Extension:
    """Holds the wrappers of the hooks."""


@dataclass(slots=True)
class Watch:
    """What the hooks did.

    Attributes:
        found: every impurity, once.
        seconds: shortest time of each stretch of a hook that runs without a yield, by hook and number of the stretch.
    """

    found: dict[Impurity, None] = field(default_factory=dict)
    seconds: dict[tuple[str, int], float] = field(default_factory=dict)

    def of(self, kind: Kind) -> list[Impurity]:
        """Return the impurities of one kind."""
        return [impurity for impurity in self.found if impurity.kind == kind]

    def longest(self) -> tuple[str, int, float]:
        """Return the longest stretch: the hook, the number of the stretch, and its shortest time in seconds."""
        if not self.seconds:
            return "", 0, 0.0
        (hook, number), seconds = max(self.seconds.items(), key=lambda item: item[1])
        return hook, number, seconds

    def extension(self) -> object:
        """Return an extension that watches every hook of a provider."""
        extension = _Extension()
        for name in HOOK_NAMES - EXTENSION_HOOKS:
            setattr(extension, name, self._around(name))
        return extension

    @contextmanager
    def over(self, hook: str, number: int = 0) -> Iterator[None]:
        """Watch what this thread does."""
        previous, collects = sys.getprofile(), gc.isenabled()
        # a collection may begin anywhere, and what it calls (finalizers, a test library's clock) is not the hook's
        gc.disable()
        began = time.perf_counter()
        sys.setprofile(lambda frame, event, argument: self._noticed(hook, frame, event, argument))
        try:
            yield
        finally:
            sys.setprofile(previous)
            took = time.perf_counter() - began
            if collects:
                gc.enable()
            self.seconds[hook, number] = min(took, self.seconds.get((hook, number), took))

    def _around(self, hook: str) -> Callable[[], object]:
        @hookimpl(wrapper=True)
        def around() -> Iterator[None]:
            with self.over(hook):
                result: object = yield
            if inspect.isgenerator(result):
                return self._flow(hook, cast("Flow[object]", result))  # type: ignore[return-value]  # a wrapper returns the result
            return result  # type: ignore[return-value]  # the same

        return around

    def _flow(self, hook: str, flow: Flow[object]) -> Flow[object]:
        answer: object = None
        failure: BaseException | None = None
        number = 0
        while True:
            number += 1
            with self.over(hook, number):
                try:
                    step = flow.send(answer) if failure is None else flow.throw(failure)
                except StopIteration as done:
                    return self._result(hook, done.value)
            answer, failure = None, None
            try:
                answer = yield step
            except GeneratorExit:
                flow.close()
                raise
            except BaseException as error:  # noqa: BLE001 - the flow decides what to do
                failure = error

    def _result(self, hook: str, result: object) -> object:
        if not isinstance(result, StatusStream):
            return result
        read = result.read

        def watched(event: object) -> object:
            with self.over(f"{hook}, StatusStream.read"):
                return read(event)  # type: ignore[arg-type]  # the core passes what it has read

        return replace(result, read=watched)  # type: ignore[arg-type]  # the core checks what it returns

    def _noticed(self, hook: str, frame: FrameType, event: str, argument: object) -> None:
        if event == "c_call" and isinstance(argument, BuiltinFunctionType):
            found = _impure(argument, frame)
        elif event == "call" and frame.f_code is _ENVIRONMENT:
            found = ("environment", "os.environ")
        else:
            return
        if found is not None and (place := _place(frame)) is not None:
            self.found.setdefault(Impurity(found[0], hook, found[1], place))


def _impure(function: BuiltinFunctionType, frame: FrameType) -> tuple[Kind, str] | None:
    name, owner = function.__name__, function.__self__
    module = getattr(owner, "__name__", None) if inspect.ismodule(owner) else None
    if module == "time":
        if name == "sleep":
            return "wait", "time.sleep"
        wanted = _ARGUMENTS_WITHOUT_CLOCK.get(name)
        if name in _CLOCKS or (wanted is not None and _arguments(frame) < wanted):
            return "clock", f"time.{name}"
    elif isinstance(owner, type) and issubclass(owner, dt.date) and name in ("now", "utcnow", "today"):
        return "clock", f"{owner.__name__}.{name}"
    elif name == "urandom" or owner is random._inst:  # noqa: SLF001 - the shared generator
        return "random", "os.urandom" if name == "urandom" else f"random.{name}"
    elif name in _FILES and (module or type(owner).__module__) in _FILE_MODULES:
        return "io", f"{(module or type(owner).__module__).lstrip('_')}.{name}"
    return None


def _arguments(frame: FrameType) -> int:
    """Return the number of arguments of the call that a frame is making."""
    code, position = frame.f_code.co_code, frame.f_lasti
    is_call = dis.opname[code[position]].startswith(("CALL", "PRECALL"))
    return code[position + 1] if is_call else 99


def _place(frame: FrameType | None) -> str | None:
    """Return who is to blame for a call: the innermost code that is not Python's; None if that is the core, or nobody."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        top = module.partition(".")[0]
        if module == loopback_only.__module__:
            # the guard stands between the caller and the socket
            frame = frame.f_back
            continue
        if top in _TRUSTED or top in _HARMLESS or module.startswith("importlib"):
            return None
        if top not in sys.stdlib_module_names:
            return f"{os.path.basename(frame.f_code.co_filename)}, line {frame.f_lineno}"  # noqa: PTH119 - not a path here
        frame = frame.f_back
    return None


__all__ = ["Impurity", "Watch"]
