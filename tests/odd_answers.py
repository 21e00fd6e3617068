"""Owns the fuzzing of plugins: every hook is fed what no provider documents, and only exceptions of the gateway may leave it.

A plugin adopts it in three lines:

    EXAMPLE = Example(call_for(acme, "acme-1"), job={"id": "j1"}, bodies=({"id": "j1", "status": "done"},))
    test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(acme, EXAMPLE)

200 answers for every hook take half a minute for all plugins together. ODD_ANSWERS=5000 in the environment makes more of them, with
other answers each time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import inspect
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import ModuleType
from typing import Any, Final, TypeAlias, cast
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tarash.tarash_gateway.exceptions import HTTPConnectionError, PluginError, TarashException
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Delivery,
    Flow,
    Generated,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    ProviderInfo,
    ServerEvent,
    StatusStream,
    Submission,
    WebhookEvent,
    default_error,
)
from tarash.tarash_gateway.steps import (
    Sleep,
    Step,
    run_flow,
)
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.flows import NOW, answer_without_network

ASKED_FOR: Final = os.environ.get("ODD_ANSWERS")
EXAMPLES = int(ASKED_FOR or "200")
HOOKS = (
    "submit",
    "poll",
    "normalize",
    "cancel",
    "find_submission",
    "stream",
    "error",
    "webhook",
    "altered_job",
)
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
OF_THE_CALL = ("provider_config", "api_key", "base_url", "api_version")
MOST_CALLS = 12
"""Calls that a flow may make before its connection breaks; no flow of a plugin loops."""

# written into the text of a body, since no JSON library writes them
_UNWRITABLE: Mapping[str, bytes] = {
    "@70 levels@": b"[" * 70 + b"]" * 70,
    "@900 objects@": b'{"a":' * 900 + b"1" + b"}" * 900,
    "@100000 levels@": b"[" * 100_000 + b"]" * 100_000,
    "@5000 digits@": b"9" * 5000,
    "@not a number@": b"NaN",
}
ODD_VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 7, 1.5, 10**400, -(10**400), 10**20, 1e308, "", " ", "0", "\ud800", "a\x00b", "x" * 300, "9" * 400,
    "COMPLETED", "failed", "http://[::1", "https://\ud800/a.mp4", "//[a", "file:///etc/passwd", "gs://", "gs://\ud800/\udfff",
    "/\ud800", "a/../b",
    "data:,", "https://example.com:port/", "https:///", "!!not base64!!", "QUJD", [], {}, [[]], [None], [{}], {"": None},
    {"error": "no"}, {"error": {"message": ["no"], "code": {}}}, ["\ud800"], *_UNWRITABLE,
)  # fmt: skip
ODD_HEADERS = (
    "",
    "nan",
    "-1",
    "0",
    "1e400",
    "9" * 400,
    "soon",
    "http://[::1",
    "Thu, 99 Foo 2026 99:99:99 GMT",
)
HEADERS = (
    "retry-after", "retry-after-ms", "date", "location", "x-request-id", "openai-poll-after-ms", "x-goog-upload-url",
    "content-type", "x-should-retry", "x-fal-request-id", "apigw-requestid", "trace-id", "apim-request-id",
)  # fmt: skip
STATUSES = (200, 200, 200, 200, 201, 202, 204, 302, 400, 401, 402, 403, 404, 409, 422, 429, 500, 503, 599)


@dataclass(frozen=True, kw_only=True)
class Example:
    """What is mutated: a call, and answers of the kind that a provider gives to it.

    Attributes:
        call: what a hook is told.
        job: reference that the plugin polls with.
        bodies: JSON of good answers, of submits, statuses, results and errors.
        deliver: signs the body of a webhook; None without webhooks.
        fields: of the request, besides the prompt.
    """

    call: Call
    bodies: tuple[object, ...]
    job: JobReference = field(default_factory=dict)
    deliver: Callable[[bytes], Delivery] | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    _mapped: list[Mapping[str, object]] = field(default_factory=list, repr=False)
    _values: list[st.SearchStrategy[object]] = field(default_factory=list, repr=False)

    def payload(self, plugin: ModuleType) -> Mapping[str, object]:
        """Return what is submitted; it is mapped once, since large inputs take time."""
        if not self._mapped:
            self._mapped.append(map_for(plugin, self.call, **self.fields).payload)
        return self._mapped[0]

    @property
    def odd_values(self) -> st.SearchStrategy[object]:
        """What a member may become: addresses of the provider's own server among it."""
        if not self._values:
            root = self.call.base_url
            own = (*self.bodies, f"{root}/files/a\ud800", f"{root}/a b\n", f"{root}/files/abc")
            self._values.append(st.sampled_from((*ODD_VALUES, *own)))
        return self._values[0]


def example(plugin: ModuleType, model: str, modality: str | None = None, **given_for: object) -> Example:
    """Return an example; the arguments named in `OF_THE_CALL` are of the call, everything else of `Example`."""
    call_values: dict[str, Any] = {name: given_for.pop(name) for name in OF_THE_CALL if name in given_for}
    call = call_for(plugin, model, modality, **call_values)
    return Example(call=call, **given_for)  # type: ignore[arg-type]  # checked by the dataclass's own names


def standard_webhook(secret: str) -> Callable[[bytes], Delivery]:
    """Return what signs a body as Standard Webhooks say, with a secret in base64 after `whsec_`."""

    def deliver(body: bytes) -> Delivery:
        identifier, timestamp = "msg_1", str(int(NOW.timestamp()))
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{identifier}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(digest).decode()}"
        headers = {
            "webhook-id": identifier, "webhook-timestamp": timestamp, "webhook-signature": signature,
        }  # fmt: skip
        return Delivery(headers=headers, body=body, received_at=NOW)

    return deliver


def odd_answers(plugin: ModuleType, *examples: Example, hooks: Sequence[str] = HOOKS) -> Callable[..., None]:
    """Return a test of every hook of a plugin, or of those named."""
    tried = [hook for hook in hooks if _is_tried(plugin, hook, examples)]
    cases = st.sampled_from(examples)

    @pytest.mark.parametrize("hook", tried)
    @settings(
        max_examples=EXAMPLES,
        derandomize=ASKED_FOR is None,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.data())
    def test_nothing_but_exceptions_of_the_gateway_leaves_a_hook(hook: str, data: st.DataObject) -> None:
        case = data.draw(cases)
        refusal = _exception_of(plugin, hook, case, Answers(case, data), data)
        assert not isinstance(refusal, PluginError)
        # what people and logs get to see of it
        assert refusal is None or str(refusal)
        _check_id(None if refusal is None else refusal.request_id)

    TRIED[_provider_id(plugin)] = Tried(tuple(tried), tuple(examples))
    # what decorates it says of it only that it can be called
    return cast("Callable[..., None]", test_nothing_but_exceptions_of_the_gateway_leaves_a_hook)


@dataclass(frozen=True)
class Tried:
    """What `odd_answers` was asked to try of one provider: these hooks, with these examples."""

    hooks: tuple[str, ...]
    examples: tuple[Example, ...]


TRIED: Final[dict[str, Tried]] = {}
"""Provider id → what is tried of it, in the modules imported so far."""


def _provider_id(plugin: ModuleType) -> str:
    info = plugin.tarash_provider()
    assert isinstance(info, ProviderInfo)
    return info.id


class Answers:
    """Odd answers, drawn when they are asked for; the third is given again and again."""

    def __init__(self, case: Example, data: st.DataObject) -> None:
        self._replies = replies_of(case)
        self._data = data
        self._drawn: list[HttpReply] = []

    @property
    def first(self) -> HttpReply:
        """The first answer."""
        return self[0]

    def __getitem__(self, number: int) -> HttpReply:
        while len(self._drawn) <= min(number, 2):
            self._drawn.append(self._data.draw(self._replies))
        return self._drawn[min(number, 2)]


def _exception_of(
    plugin: ModuleType, hook: str, case: Example, answers: Answers, data: st.DataObject
) -> TarashException | None:
    try:
        _try_hook(plugin, hook, case, answers, data)
    except TarashException as error:
        return error
    return None


def _is_tried(plugin: ModuleType, hook: str, examples: Sequence[Example]) -> bool:
    if hook == "altered_job":
        return any(case.job for case in examples)
    if hook == "webhook" and not any(case.deliver for case in examples):
        return False
    return hasattr(plugin, f"tarash_{hook}")


def _try_hook(plugin: ModuleType, hook: str, case: Example, answers: Answers, data: st.DataObject) -> None:
    call = case.call
    if hook == "error":
        first = answers.first
        refusal = HttpReply(first.status if first.status >= 300 else 400, first.headers, first.content)
        error = _invoke(plugin, "error", call=call, response=refusal)
        assert error is None or isinstance(error, TarashException)
    elif hook == "webhook":
        if case.deliver is not None:
            delivery = _delivered(case.deliver, answers.first.content, data)
            _check(_invoke(plugin, "webhook", call=call, delivery=delivery))
    elif hook == "altered_job":
        altered = _mutated(data.draw, case, (dict(case.job),))
        job = altered if isinstance(altered, dict) else {}
        chosen = data.draw(_WITH_A_JOB)
        if hasattr(plugin, f"tarash_{chosen}"):
            _check(_answered(plugin, chosen, call, answers, job=job, raw=None))
    else:
        payload = case.payload(plugin)
        raw = answers.first.json() if hook == "normalize" else None
        result = _answered(plugin, hook, call, answers, job=case.job, raw=raw, payload=payload)
        if isinstance(result, StatusStream):
            _check(result.read(ServerEvent("message", answers.first.text())))
        else:
            _check(result)


# Running a hook.


def _invoke(plugin: ModuleType, hook: str, **arguments: object) -> object:
    """Call a hook with the arguments that it takes, as pluggy does."""
    function = getattr(plugin, f"tarash_{hook}")
    names = inspect.signature(function).parameters
    return function(**{name: value for name, value in arguments.items() if name in names})


def _answered(plugin: ModuleType, hook: str, call: Call, answers: Answers, **arguments: object) -> object:
    """Run the flow of a hook; the last answer is given again and again."""
    flow = cast("Flow[object] | None", _invoke(plugin, hook, call=call, **arguments))
    if flow is None:
        return None
    asked = 0

    def perform(step: Step) -> object:
        nonlocal asked
        if not isinstance(step, HttpCall):
            return answer_step(step)
        _check_call(step)
        reply = answers[asked]
        asked += 1
        if asked > MOST_CALLS:
            raise HTTPConnectionError("the connection broke")
        if reply.is_success or reply.status in step.accept_statuses:
            return reply
        error = (
            _invoke(plugin, "error", call=call, response=reply) if hasattr(plugin, "tarash_error") else None
        )
        raise error if isinstance(error, TarashException) else default_error(reply)

    return run_flow(flow, perform)


def answer_step(step: Step) -> object:
    if isinstance(step, Sleep):
        assert math.isfinite(step.seconds)
        assert step.seconds >= 0
    return answer_without_network(step, NOW)


# What a result must be, so that the core can go on with it.


def _check(result: object) -> None:
    match result:
        case Submission():
            _check_job(result.job)
            _check_id(result.request_id)
            _check_seconds(result.suggested_delay_seconds)
        case JobStatus():
            _check_job(result.job)
            _check_seconds(result.suggested_delay_seconds)
            assert result.error is None or str(result.error)
            assert result.progress_percent is None or math.isfinite(result.progress_percent)
            assert result.billed_usd is None or math.isfinite(result.billed_usd)
        case WebhookEvent():
            _check_id(result.request_id)
            _check(result.status)
        case Generated():
            for asset in result.assets:
                _check_asset(asset)
        case _:
            pass


def _check_job(job: JobReference | None) -> None:
    # it is stored, and sent as it is
    assert job is None or json.dumps(job, ensure_ascii=False, allow_nan=False).encode()


def _check_id(request_id: str | None) -> None:
    assert request_id is None or (request_id and request_id.isprintable())


def _check_seconds(seconds: float | None) -> None:
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


def _check_asset(asset: Asset) -> None:
    assert sum(given is not None for given in (asset.url, asset.content, asset.download, asset.path)) == 1
    if asset.download is not None:
        _check_call(asset.download)
    for number in (asset.duration_seconds, asset.width, asset.height):
        assert number is None or math.isfinite(number)


def _check_call(call: HttpCall) -> None:
    """See that a call can be sent: no transport takes another URL."""
    assert call.url.isprintable()
    assert urlsplit(call.url).scheme in ("http", "https")
    assert urlsplit(call.url).hostname
    assert urlsplit(call.url).port != 0


# Odd bodies. The strategies are made once: hypothesis would take longer to make them than to draw from them.

_DAMAGES = st.integers(0, 19)
_BROKEN = st.sampled_from([b"", b"\xff\xfe", b"<html>", b"null", b"[]", b'"text"', b"\x00"])
_ODD_HEADERS = st.dictionaries(st.sampled_from(HEADERS), st.sampled_from(ODD_HEADERS), max_size=2)
_STATUSES = st.sampled_from(STATUSES)
_CHANGES = st.integers(0, 3)
_LEAVES_OUT = st.integers(0, 5)
_WITH_A_JOB = st.sampled_from(["poll", "normalize", "cancel"])
_FORGED = st.sampled_from(
    ["", "0", "-1", "nan", "9" * 400, "v1,", "v1,\u00e9", "\ud800", "whsec_", "!!", "a" * 88]
)


@cache
def _up_to(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


_REPLIES: dict[int, st.SearchStrategy[HttpReply]] = {}


def replies_of(case: Example) -> st.SearchStrategy[HttpReply]:
    """Return what draws odd answers of the kind that a provider gives."""
    found = _REPLIES.get(id(case))
    if found is None:
        found = _REPLIES[id(case)] = _replies(case)
    return found


@st.composite
def _replies(draw: st.DrawFn, case: Example) -> HttpReply:
    content = _written(_mutated(draw, case, case.bodies))
    damage = draw(_DAMAGES)
    if damage == 0:
        content = content[: len(content) // 2]
    elif damage == 1:
        content = draw(_BROKEN)
    headers = {"content-type": "application/json", **draw(_ODD_HEADERS)}
    return HttpReply(draw(_STATUSES), headers, content)


def _delivered(deliver: Callable[[bytes], Delivery], body: bytes, data: st.DataObject) -> Delivery:
    """Return a signed delivery; now and then, one of its headers is forged."""
    delivery = deliver(body)
    forged = data.draw(_LEAVES_OUT)
    if forged:
        return delivery
    names = sorted(delivery.headers)
    name = names[data.draw(_up_to(len(names)))]
    return replace(delivery, headers={**delivery.headers, name: data.draw(_FORGED)})


def _mutated(draw: Draw, case: Example, bodies: Sequence[object]) -> object:
    """Return one of the bodies with up to three members replaced or left out."""
    body = bodies[draw(_up_to(len(bodies)))]
    for _ in range(draw(_CHANGES)):
        paths = _paths(body)
        path = paths[draw(_up_to(len(paths)))]
        value = draw(case.odd_values)
        body = _replaced(body, path, value, leave_out=draw(_LEAVES_OUT) == 0)
    return body


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path]
    members = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in members:
        found += _paths(member, (*path, name))
    return found


def _replaced(body: object, path: tuple[str | int, ...], value: object, *, leave_out: bool) -> object:
    """Return a copy of a body with another value at `path`, or without its member there."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    copy: dict[object, object] | list[object] = (
        dict(body) if isinstance(body, Mapping) else list(cast("list[object]", body))
    )
    if not rest and leave_out:
        del copy[step]  # type: ignore[arg-type]  # a path leads through what it was made of
    else:
        copy[step] = _replaced(copy[step], rest, value, leave_out=leave_out)  # type: ignore[index]  # as above
    return copy


def _written(body: object) -> bytes:
    text = json.dumps(body).encode()
    for mark, written in _UNWRITABLE.items():
        text = text.replace(json.dumps(mark).encode(), written)
    return text
