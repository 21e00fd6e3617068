"""Runs a plugin's hooks, and checks everything that this foreign code returns, yields or raises before it is used."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from types import GeneratorType
from typing import TYPE_CHECKING, TypeVar, cast

from ..exceptions import PluginError, TarashException
from ..plugin.hook_authors import author_of
from ..plugin.hook_calls import direct_call
from ..plugin.outcomes import JobStatus, StatusStream
from ..steps import (
    BlockingCall,
    Flow,
    HttpCall,
    HttpReply,
    NewToken,
    ReadClock,
    ReadRandom,
    ServerEvent,
    Sleep,
    Step,
)
from .foreign_errors import own_copy, told, wrong_member
from .outcome_checks import wrong_call, wrong_outcome, wrong_pause

if TYPE_CHECKING:
    from ..discovery import Provider

T = TypeVar("T")
Send = Callable[[HttpCall], Flow[HttpReply]]
Pause = Callable[[Sleep], Flow[object]]

MAX_STEPS = 100_000
"""Most steps of one flow: one that never ends would keep the call, and an event loop, beyond every deadline."""
_PLAIN_STEPS = frozenset({ReadClock, ReadRandom, NewToken, BlockingCall})
"""The steps of a plugin that go to the driver as they are. All others, such as those that write the journal, are the core's own."""


def call_hook(provider: Provider, hook: str, /, **arguments: object) -> object:
    """Call a hook and return what it returned.

    Raises:
        TarashException: the hook raised it; this is a copy.
        PluginError: the hook raised another exception, or one with wrong members.
    """
    try:
        return direct_call(provider.manager, hook)(arguments)
    except TarashException as error:
        raised = error
    except (Exception, GeneratorExit) as error:
        raise bug_in(provider, hook, f"raised {told(error)}", error) from error
    raise received(provider, hook, raised)


def start_flow(provider: Provider, hook: str, /, **arguments: object) -> Flow[object] | None:
    """Call a flow hook and return its generator; None if the plugin declines.

    Raises:
        PluginError: the hook returned something else.
    """
    found = call_hook(provider, hook, **arguments)
    if type(found) is GeneratorType or found is None:
        return cast("Flow[object] | None", found)
    if inspect.iscoroutine(found):
        found.close()
    if inspect.iscoroutine(found) or inspect.isasyncgen(found):
        raise bug_in(
            provider, hook, "is an async function; hooks are plain functions that return a generator"
        )
    raise bug_in(provider, hook, f"returned {type(found).__name__}, not a generator; write it with `yield`")


def pump(
    provider: Provider,
    hook: str,
    flow: Flow[object] | None,
    send: Send,
    expects: type[T],
    pause: Pause | None = None,
) -> Flow[T]:
    """Run a plugin's flow to its end, and check every step it yields, what it raises, and the result of class `expects`.

    `send` performs the HTTP calls, and `pause`, if given, the pauses; the driver performs the other steps.

    Raises:
        TarashException: the flow raised it (this is a copy), or let one of `send` pass.
        PluginError: a step or the result is wrong, the flow does not end, or it raised something else.
    """
    if flow is None:
        # only here is it known that the submissions of a plugin without `tarash_poll` do not answer at once
        is_there = provider.can(hook)
        what = "returned None, not a generator" if is_there else "is missing, and the job needs it"
        raise bug_in(provider, hook, what)
    answer: object = None
    failure: BaseException | None = None
    passed: list[BaseException] = []
    for _ in range(MAX_STEPS):
        try:
            step = _next_step(provider, hook, flow, answer, failure, passed)
        except StopIteration as done:
            answer = done.value
            break
        answer, failure = None, None
        try:
            # no generator in between for what the driver does as it is
            is_plain = type(step) in _PLAIN_STEPS
            answer = (yield step) if is_plain else (yield from _performed(provider, hook, step, send, pause))
        except GeneratorExit:
            _close(flow)
            raise
        except BaseException as error:  # noqa: BLE001 - the plugin's flow sees every failure first
            failure = error
            if type(step) is not BlockingCall:
                passed.append(error)
    else:
        raise _stopped(provider, hook, flow)
    # outside of the handler, so that no exception has StopIteration, which holds the result, as its context
    return check_result(provider, hook, answer, expects)


def _next_step(
    provider: Provider,
    hook: str,
    flow: Flow[object],
    answer: object,
    failure: BaseException | None,
    passed: list[BaseException],
) -> Step:
    """Give the flow the answer to its last step, or the failure of it, and return the next one.

    Exceptions in `passed` are raised by the driver, a callback or the core: they may only pass through the plugin.
    """
    try:
        return flow.send(answer) if failure is None else flow.throw(failure)
    except StopIteration:
        raise
    except TarashException as error:
        if error in passed:
            raise
        raised = error
    except (Exception, GeneratorExit) as error:
        if error in passed:
            raise
        raise bug_in(provider, hook, f"raised {told(error)}", error) from error
    # outside of the handlers, so that the original is not shown as the context of its copy
    raise received(provider, hook, raised)


def _performed(provider: Provider, hook: str, step: Step, send: Send, pause: Pause | None) -> Flow[object]:
    """Return the flow that performs a step, after checking that it is one of a plugin's."""
    kind = type(step)
    if kind is HttpCall:
        wrong = wrong_call(cast("HttpCall", step))
        if wrong is not None:
            raise bug_in(provider, hook, f"yielded an HttpCall with {wrong}")
        return send(cast("HttpCall", step))
    if kind is Sleep:
        wrong = wrong_pause(cast("Sleep", step).seconds)
        if wrong is not None:
            raise bug_in(provider, hook, wrong)
        return _asked(step) if pause is None else pause(cast("Sleep", step))
    raise bug_in(
        provider,
        hook,
        f"yielded {kind.__name__}, which is not a step of a plugin; "
        "use send, sleep, read_clock, read_random, new_token or run_blocking",
    )


def _asked(step: Step) -> Flow[object]:
    return (yield step)


def _stopped(provider: Provider, hook: str, flow: Flow[object]) -> PluginError:
    """Close a flow that does not end, and return the error for it."""
    _close(flow)
    return bug_in(provider, hook, f"does not end: it has yielded {MAX_STEPS} steps")


def _close(flow: Flow[object]) -> None:
    """Close a plugin's flow; what it still raises or yields concerns nobody."""
    with contextlib.suppress(Exception):
        flow.close()


def received(provider: Provider, hook: str, error: TarashException) -> TarashException:
    """Return the exception to raise for one that a hook raised or returned: a copy, or PluginError if its members are wrong."""
    try:
        wrong = wrong_member(error)
        if wrong is None:
            return own_copy(error)
    except Exception as unreadable:  # noqa: BLE001 - a foreign class may do anything
        wrong = f"that cannot be read ({told(unreadable)})"
    return bug_in(provider, hook, f"raised {type(error).__name__} {wrong}", error)


def status_of_event(provider: Provider, stream: StatusStream, event: ServerEvent) -> JobStatus | None:
    """Return the status that a stream event carries; None if it carries none.

    Raises:
        TarashException: the plugin raised it; this is a copy.
        PluginError: it raised another exception, or returned something else.
    """
    try:
        status = stream.read(event)
    except TarashException as error:
        raise received(provider, "tarash_stream", error) from None
    except (Exception, GeneratorExit) as error:
        what = f"raised {told(error)}, while reading an event"
        raise bug_in(provider, "tarash_stream", what, error) from error
    return None if status is None else check_result(provider, "tarash_stream", status, JobStatus)


def check_result(provider: Provider, hook: str, result: object, expects: type[T]) -> T:
    """Return a hook's result after checking it against the contract.

    Raises:
        PluginError: the result has the wrong type or holds a wrong value.
    """
    if not isinstance(result, expects):
        raise bug_in(provider, hook, f"returned {type(result).__name__}, not {expects.__name__}")
    wrong = wrong_outcome(result, expects)
    if wrong is not None:
        raise bug_in(provider, hook, wrong)
    return result


def bug_in(provider: Provider, hook: str, what: str, error: BaseException | None = None) -> PluginError:
    """Return the error for a plugin, or an extension, that breaks the contract, such as by raising `error`."""
    who, kind = author_of(provider.manager, provider.info.id, hook, error)
    return PluginError(
        f"{who} has a bug: {hook} {what}; report it to the {kind}'s authors", provider=provider.info.id
    )


__all__ = [
    "bug_in",
    "call_hook",
    "check_result",
    "pump",
    "received",
    "start_flow",
    "status_of_event",
]
