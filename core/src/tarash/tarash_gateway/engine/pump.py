"""Runs a plugin's hooks: the one place where what foreign code returns, yields or raises is checked before it is believed."""

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
        PluginError: it raised something that is not an exception of the gateway.
    """
    try:
        return getattr(provider.manager.hook, hook)(**arguments)
    except TarashException:
        raise
    except Exception as error:
        raise bug_in(provider, hook, f"raised {type(error).__name__}: {error}") from error


def start_flow(provider: Provider, hook: str, /, **arguments: object) -> Flow[object] | None:
    """Call a flow hook and return its generator; None where the plugin has nothing to say.

    Raises:
        PluginError: it returned something else.
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
    """Run a plugin's flow to its end, checking every step it yields and the result.

    Args:
        provider: whose plugin it is.
        hook: name of the hook that made it, for messages.
        flow: the generator; None is a plugin that gave nothing.
        send: performs its HTTP calls; other steps go to the driver.
        expects: class of the result.

    Raises:
        PluginError: a step or the result is of the wrong kind, or the flow raised what is not an exception of the gateway.
    """
    if flow is None:
        raise bug_in(provider, hook, "gave nothing; it returns a generator")
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
                # the driver's failure, or somebody's who listens to it: it only passed through the plugin
                raise
            raise bug_in(provider, hook, f"raised {type(error).__name__}: {error}") from error
        answer, failure = None, None
        try:
            answer = yield from (send(step) if type(step) is HttpCall else _asked(provider, hook, step))
        except GeneratorExit:
            flow.close()
            raise
        except BaseException as error:  # noqa: BLE001 - everything that happens is the inner flow's to see
            failure = error


def _asked(provider: Provider, hook: str, step: Step) -> Flow[object]:
    """Hand a step to the driver, once it is seen to be one."""
    if type(step) not in STEP_TYPES:
        raise bug_in(
            provider, hook, f"yielded {type(step).__name__}, which is not a step such as HttpCall or Sleep"
        )
    return (yield step)


def check_result(provider: Provider, hook: str, result: object, expects: type[T]) -> T:
    """Return what a hook gave, once it is seen to be what the contract says.

    Raises:
        PluginError: it is not.
    """
    if not isinstance(result, expects):
        raise bug_in(provider, hook, f"gave {type(result).__name__}, not {expects.__name__}")
    check = _CHECKS.get(expects)
    wrong = None if check is None else check(result)
    if wrong is not None:
        raise bug_in(provider, hook, wrong)
    return result


def bug_in(provider: Provider, hook: str, what: str) -> PluginError:
    """Return the error of a plugin that breaks the contract."""
    return PluginError(
        f"the plugin of {provider.info.id} has a bug: {hook} {what}; report it to the plugin's authors",
        provider=provider.info.id,
    )


def _wrong_submission(given: object) -> str | None:
    submission = cast("Submission", given)
    if submission.state not in _STATES:
        return f"gave the unknown state {submission.state!r}; use {', '.join(sorted(_STATES))}"
    if submission.job is None:
        return "gave a Submission without job and without result" if submission.result is None else None
    return _wrong_reference(submission.job)


def _wrong_status(given: object) -> str | None:
    status = cast("JobStatus", given)
    if status.state not in _STATES:
        return f"gave the unknown state {status.state!r}; use {', '.join(sorted(_STATES))}"
    error: object = status.error
    if error is not None and not isinstance(error, TarashException):
        return f"gave {type(error).__name__} as the error, not an exception of the gateway"
    return None if status.job is None else _wrong_reference(status.job)


def _wrong_reference(job: object) -> str | None:
    if not isinstance(job, Mapping):
        return f"gave {type(job).__name__} as the job's reference, not a mapping"
    return None


def _wrong_generated(given: object) -> str | None:
    assets: tuple[object, ...] = cast("Generated", given).assets
    for asset in assets:
        if not isinstance(asset, Asset):
            return f"gave {type(asset).__name__} among the assets, not Asset"
        given_as = (asset.url, asset.content, asset.download, asset.path)
        if sum(form is not None for form in given_as) > 1:
            return "gave an asset with more than one of url, content, download and path"
    return None


def _wrong_cancellation(given: object) -> str | None:
    outcome = cast("Cancellation", given).outcome
    known = ("accepted", "finished", "refused", "unknown")
    return None if outcome in known else f"gave the unknown outcome {outcome!r}; use {', '.join(known)}"


_CHECKS: Mapping[type[object], Callable[[object], str | None]] = {
    Submission: _wrong_submission,
    JobStatus: _wrong_status,
    Generated: _wrong_generated,
    Cancellation: _wrong_cancellation,
}

__all__ = ["bug_in", "call_hook", "check_result", "pump", "start_flow"]
