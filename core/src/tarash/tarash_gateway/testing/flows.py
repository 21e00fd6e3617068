"""Runs a plugin's flow by hand, with answers from the test: no server, and microseconds per flow."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import ModuleType
from typing import TypeVar, cast

from ..engine.outcome_checks import wrong_call, wrong_outcome, wrong_pause
from ..exceptions import TarashException
from ..mapping.apply import Mapped
from ..mapping.catalogue import Catalogue
from ..mapping.media_parameters import media_parameters, read_media_parameters
from ..mapping.table import Model
from ..media.guard import HostCheck
from ..mock.standing_in import any_row
from ..models.media_field import read_media
from ..models.modality import known_modalities, modality_named
from ..plugin import default_map
from ..plugin.call import Call, Credentials, Secret
from ..plugin.http_errors import default_error
from ..plugin.info import ProviderInfo
from ..plugin.settings import read_settings
from ..plugin.webhook_members import add_webhook
from ..steps import (
    BlockingCall,
    Flow,
    HttpCall,
    HttpReply,
    Instant,
    NewToken,
    ReadClock,
    ReadRandom,
    Sleep,
    Step,
    TransportFailure,
    run_flow,
)

T = TypeVar("T")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The time in `drive` unless given."""
PROMPT = "a paper boat"
"""The prompt in `map_for` unless given."""
PUBLIC_ADDRESS = "93.184.215.14"
"""IP address of every host in `drive` and in virtual time."""
TEST_KEY = "test-key-0123456789"


def call_for(
    plugin: ModuleType | object,
    model: str,
    modality: str | None = None,
    *,
    base_url: str | None = None,
    api_key: str = TEST_KEY,
    credentials: Credentials | None = None,
    provider_config: Mapping[str, object] | None = None,
    row: Model | None = None,
    **changes: object,
) -> Call:
    """Return a `Call` as the core makes it, for the row of `plugin` that serves `model`.

    Args:
        plugin: the plugin's module or object, with its hooks.
        model: model name.
        modality: "video" or "image"; None is video, or image if the provider has no videos.
        base_url: base URL; None is the provider's own.
        api_key: the key, if it is one text.
        credentials: the whole key, such as one of several parts; None is `api_key`, and the parts in `provider_config`.
        provider_config: settings as in a configuration; they are checked as the core does.
        row: the row, for a plugin with `tarash_row`; None is that of the table, or one without fields to drive `tarash_row` with.
        changes: other fields of `Call`.
    """
    info = cast("ProviderInfo", plugin.tarash_provider())  # type: ignore[union-attr]  # a plugin is any object with hooks
    if modality is None:
        modality = next(item.name for item in known_modalities() if item.name in info.modalities)
    if row is None:
        given: object = plugin.tarash_models()  # type: ignore[union-attr]  # as above
        catalogue = Catalogue(given.rows if isinstance(given, Catalogue) else cast("Iterable[Model]", given))
        row = catalogue.lookup(model, modality)
        if row is None and hasattr(plugin, "tarash_row"):
            # as the core does before it asks the plugin for one
            row = any_row(modality)
    assert row is not None, f"{info.id} has no {modality} row for {model!r}"
    values: dict[str, object] = {"idempotency_key": "0123456789abcdef" * 2, **changes}
    return Call(
        provider=info,
        model=model,
        modality=modality,
        row=row,
        base_url=info.base_url if base_url is None else base_url,
        credentials=credentials or _credentials(info, api_key, provider_config or {}),
        settings=read_settings(info, provider_config or {}, model=model),
        **values,  # type: ignore[arg-type]  # checked by the dataclass's own names
    )


def _credentials(info: ProviderInfo, api_key: str, provider_config: Mapping[str, object]) -> Credentials:
    given = {name: provider_config.get(name) for name in info.key_parts}
    return Credentials(
        api_key=Secret(api_key),
        parts={
            name: value if isinstance(value, Secret) else Secret(value)
            for name, value in given.items()
            if isinstance(value, str | Secret)
        },
    )


def map_for(plugin: ModuleType | object, call: Call, **fields: object) -> Mapped:
    """Map a request as the core does: with the plugin's `tarash_map`, or with the row if it has none.

    Args:
        plugin: the plugin's module or object, with its hooks.
        call: a call from `call_for`; its modality decides the class of the request.
        fields: fields of the request; the prompt is "a paper boat" unless given.

    Raises:
        ValidationError: the model cannot take the request.
    """
    request = read_media(modality_named(call.modality).request.model_validate({"prompt": PROMPT, **fields}))
    request = read_media_parameters(request, media_parameters(call.row))
    hook = getattr(plugin, "tarash_map", None)
    if hook is None:
        return default_map(call, request)
    given = {"call": call, "request": request}
    # by name, and only what it takes, as pluggy does
    mapped = hook(**{name: given[name] for name in inspect.signature(hook).parameters})
    return add_webhook(call, cast("Mapped", mapped))


def json_reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpReply:
    """Return an answer with a JSON body."""
    return HttpReply(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode()
    )


def drive(
    flow: Flow[T],
    *answers: HttpReply | TarashException | TransportFailure,
    now: datetime = NOW,
    error_of: Callable[[HttpReply], TarashException | None] | None = None,
) -> tuple[T, list[HttpCall]]:
    """Run a flow with these answers, one for each call it makes, in order.

    As in the core, the flow receives a reply only if its status is 2xx or among the call's `accept_statuses`; else the exception for
    it is thrown into the flow.

    Args:
        flow: the flow that a hook returned.
        answers: the replies; an exception is thrown into the flow.
        now: the time that the flow reads.
        error_of: returns the exception for an error status, such as the plugin's `tarash_error`, or `partial(tarash_error, call)` if
            it takes the call; None, also as its answer, leaves it to the status.

    Returns:
        The result of the flow, and the calls it made.

    Raises:
        AssertionError: the flow made more or fewer calls than there are answers, or it yielded or returned what the core refuses,
            or it is not a generator.
        TypeError: `error_of` takes more than the reply.
    """
    if error_of is not None and "call" in inspect.signature(error_of).parameters:
        raise TypeError("error_of gets the reply alone; pass functools.partial(tarash_error, call)")
    _require_generator(flow)
    waiting = list(answers)
    calls: list[HttpCall] = []

    def perform(step: Step) -> object:
        if not isinstance(step, HttpCall):
            return answer_without_network(step, now)
        calls.append(step)
        wrong = wrong_call(step)
        assert wrong is None, f"the flow yielded an HttpCall with {wrong}"
        assert waiting, f"no answer left for {step.method} {step.url}"
        given = waiting.pop(0)
        if isinstance(given, Exception):
            raise given
        if not given.is_success and given.status not in step.accept_statuses:
            raise (None if error_of is None else error_of(given)) or default_error(given)
        return given

    result = run_flow(flow, perform)
    assert not waiting, f"{len(waiting)} answers were not used"
    wrong = wrong_outcome(result, type(result))
    assert wrong is None, f"the flow {wrong}"
    return result, calls


def _require_generator(flow: object) -> None:
    """Refuse what the core refuses, in its words."""
    if inspect.iscoroutine(flow):
        flow.close()
    is_async = inspect.iscoroutine(flow) or inspect.isasyncgen(flow)
    assert not is_async, "the hook is an async function; hooks are plain functions that return a generator"
    assert inspect.isgenerator(flow), (
        f"the hook returned {type(flow).__name__}, not a generator; write it with `yield`"
    )


def answer_without_network(step: Step, now: datetime) -> object:
    """Answer a step of a provider's flow that is not an HTTP call; no pause takes time, and random values are fixed."""
    match step:
        case ReadClock():
            return Instant(now.timestamp(), now)
        case ReadRandom():
            return 0.5
        case NewToken():
            return "fedcba9876543210" * 2
        case BlockingCall():
            return call_without_look_up(step.function)
        case Sleep(seconds=seconds):
            wrong = wrong_pause(seconds)
            assert wrong is None, f"the flow {wrong}"
            return None
        case _:
            raise AssertionError(f"a provider's flow must not yield {type(step).__name__}")


def call_without_look_up(function: Callable[[], object]) -> object:
    """Run a blocking function of a flow; a look-up of a host returns `PUBLIC_ADDRESS`."""
    if isinstance(function, HostCheck):
        return function(lambda _host, _port: [PUBLIC_ADDRESS])
    return function()


__all__ = [
    "NOW",
    "PROMPT",
    "PUBLIC_ADDRESS",
    "TEST_KEY",
    "answer_without_network",
    "call_for",
    "call_without_look_up",
    "drive",
    "json_reply",
    "map_for",
]
