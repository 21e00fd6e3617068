"""Runs a plugin's hooks, and checks everything that this foreign code returns, yields or raises before it is used."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import GeneratorType
from typing import TYPE_CHECKING, TypeVar, cast, get_args

from ..exceptions import PluginError, TarashException
from ..models.update import GenerationState
from ..plugin.outcomes import Asset, Cancellation, Generated, JobStatus, Submission
from ..steps import STEP_TYPES, BlockingCall, Flow, HttpCall, HttpReply, Step

if TYPE_CHECKING:
    from ..discovery import Provider

T = TypeVar("T")
Send = Callable[[HttpCall], Flow[HttpReply]]

_STATES = frozenset(get_args(GenerationState))


def call_hook(provider: Provider, hook: str, /, **arguments: object) -> object:
    """Call a hook and return what it returned.

    Raises:
        PluginError: the hook raised an exception that does not derive from TarashException.
    """
    try:
        return getattr(provider.manager.hook, hook)(**arguments)
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
    return (yield step)


def check_result(provider: Provider, hook: str, result: object, expects: type[T]) -> T:
    """Return a hook's result after checking it against the contract.

    Raises:
        PluginError: the result has the wrong type or holds a wrong value.
    """
    if not isinstance(result, expects):
        raise bug_in(provider, hook, f"returned {type(result).__name__}, not {expects.__name__}")
    check = _CHECKS.get(expects)
    wrong = None if check is None else check(result)
    if wrong is not None:
        raise bug_in(provider, hook, wrong)
    return result


def bug_in(provider: Provider, hook: str, what: str) -> PluginError:
    """Return the error for a plugin that breaks the contract."""
    return PluginError(
        f"the {provider.info.id} plugin has a bug: {hook} {what}; report it to the plugin's authors",
        provider=provider.info.id,
    )


def _wrong_submission(given: object) -> str | None:
    submission = cast("Submission", given)
    if submission.state not in _STATES:
        return f"returned the unknown state {submission.state!r}; use {', '.join(sorted(_STATES))}"
    if submission.job is None:
        return "returned a Submission with neither job nor result" if submission.result is None else None
    return _wrong_reference(submission.job)


def _wrong_status(given: object) -> str | None:
    status = cast("JobStatus", given)
    if status.state not in _STATES:
        return f"returned the unknown state {status.state!r}; use {', '.join(sorted(_STATES))}"
    error: object = status.error
    if error is not None and not isinstance(error, TarashException):
        return f"returned {type(error).__name__} as the error, not a TarashException"
    return None if status.job is None else _wrong_reference(status.job)


def _wrong_reference(job: object) -> str | None:
    if not isinstance(job, Mapping):
        return f"returned {type(job).__name__} as the job's reference, not a mapping"
    return None


def _wrong_generated(given: object) -> str | None:
    assets: tuple[object, ...] = cast("Generated", given).assets
    for asset in assets:
        if not isinstance(asset, Asset):
            return f"returned {type(asset).__name__} among the assets, not Asset"
        given_as = (asset.url, asset.content, asset.download, asset.path)
        if sum(form is not None for form in given_as) > 1:
            return "returned an asset with more than one of url, content, download and path"
    return None


def _wrong_cancellation(given: object) -> str | None:
    outcome = cast("Cancellation", given).outcome
    known = ("accepted", "finished", "refused", "unknown")
    return None if outcome in known else f"returned the unknown outcome {outcome!r}; use {', '.join(known)}"


_CHECKS: Mapping[type[object], Callable[[object], str | None]] = {
    Submission: _wrong_submission,
    JobStatus: _wrong_status,
    Generated: _wrong_generated,
    Cancellation: _wrong_cancellation,
}

__all__ = ["bug_in", "call_hook", "check_result", "pump", "start_flow"]
