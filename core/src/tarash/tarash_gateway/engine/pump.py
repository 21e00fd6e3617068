"""Runs a plugin's hooks, and checks everything that this foreign code returns, yields or raises before it is used."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from types import GeneratorType
from typing import TYPE_CHECKING, TypeVar, cast

from ..exceptions import PluginError, TarashException
from ..plugin.hook_calls import direct_call
from ..steps import STEP_TYPES, BlockingCall, Flow, HttpCall, HttpReply, Sleep, Step
from .outcome_checks import wrong_outcome

if TYPE_CHECKING:
    from ..discovery import Provider

T = TypeVar("T")
Send = Callable[[HttpCall], Flow[HttpReply]]


def call_hook(provider: Provider, hook: str, /, **arguments: object) -> object:
    """Call a hook and return what it returned.

    Raises:
        PluginError: the hook raised an exception that does not derive from TarashException.
    """
    try:
        return direct_call(provider.manager, hook)(arguments)
    except TarashException:
        raise
    except Exception as error:
        raise bug_in(provider, hook, f"raised {type(error).__name__}: {error}") from error


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


def pump(provider: Provider, hook: str, flow: Flow[object] | None, send: Send, expects: type[T]) -> Flow[T]:
    """Run a plugin's flow to its end, and check every step it yields and the result.

    Args:
        provider: the loaded plugin.
        hook: name of the hook, for messages.
        flow: the generator; None if the hook returned None.
        send: performs the HTTP calls; other steps go to the driver.
        expects: class of the result.

    Raises:
        PluginError: a step or the result has the wrong type, or the flow raised an exception that does not derive from
            TarashException.
    """
    if flow is None:
        raise bug_in(provider, hook, "returned None, not a generator")
    answer: object = None
    failure: BaseException | None = None
    step: Step | None = None
    while True:
        try:
            step = flow.send(answer) if failure is None else flow.throw(failure)
        except StopIteration as done:
            return check_result(provider, hook, done.value, expects)
        except TarashException:
            raise
        except Exception as error:
            if error is failure and type(step) is not BlockingCall:
                # raised by the driver or a callback; it only passed through the plugin
                raise
            raise bug_in(provider, hook, f"raised {type(error).__name__}: {error}") from error
        answer, failure = None, None
        try:
            answer = yield from (send(step) if type(step) is HttpCall else _asked(provider, hook, step))
        except GeneratorExit:
            flow.close()
            raise
        except BaseException as error:  # noqa: BLE001 - the plugin's flow sees every failure first
            failure = error


def _asked(provider: Provider, hook: str, step: Step) -> Flow[object]:
    """Check that a step is one, and pass it to the driver."""
    if type(step) not in STEP_TYPES:
        raise bug_in(
            provider, hook, f"yielded {type(step).__name__}, which is not a step such as HttpCall or Sleep"
        )
    if type(step) is Sleep and not 0 <= step.seconds < math.inf:
        raise bug_in(provider, hook, f"sleeps for {step.seconds!r} seconds; use a finite number, 0 or more")
    return (yield step)


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


def bug_in(provider: Provider, hook: str, what: str) -> PluginError:
    """Return the error for a plugin that breaks the contract."""
    return PluginError(
        f"the {provider.info.id} plugin has a bug: {hook} {what}; report it to the plugin's authors",
        provider=provider.info.id,
    )


__all__ = ["bug_in", "call_hook", "check_result", "pump", "start_flow"]
