"""Whatever a plugin yields, raises or returns, a call ends in time, in one of our exceptions, with the job and without the key."""

from __future__ import annotations

import base64
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from pathlib import Path
from typing import Any, cast

import pytest

from core.acme import CLIP, Acme, AcmeServer, acme, generation, reply
from tarash.tarash_gateway import (
    Gateway,
    PluginError,
    RateLimitError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name
    ValidationError,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.engine.foreign_errors import own_copy
from tarash.tarash_gateway.plugin import (
    Asset,
    AuthScheme,
    Credentials,
    Flow,
    Generated,
    GenerationFailedError,
    HttpCall,
    HTTPError,
    JobStatus,
    ProviderInfo,
    Secret,
    Submission,
    SubmissionUnknownError,
    WebhookEvent,
    hookimpl,
    read_clock,
    run_blocking,
    send,
    sleep,
)
from tarash.tarash_gateway.steps import ClaimJob, NextEvent, OpenDownload, Report, WriteJournal
from tarash.tarash_gateway.testing import VirtualTime

KEY = "sk-acme-0123456789"
VIDEO = "https://cdn.acme.example/1.mp4"
_ANY = cast("Any", None)


def _plugin(**hooks: Callable[..., object]) -> Acme:
    made: dict[str, object] = {name: hookimpl(staticmethod(hook)) for name, hook in hooks.items()}
    return cast("Acme", type("Hostile", (Acme,), made)())


def _run(
    plugin: Acme, *, server: AcmeServer | None = None, time: VirtualTime | None = None, **changes: object
) -> VideoGenerationResponse:
    providers = Registry(lambda _group: ())
    providers.register("acme", plugin)
    providers.register("other", Acme("other"))
    settings: dict[str, Any] = {"api_key": KEY, "fallback_configs": [acme("other")], **changes}
    config = acme(**settings)
    factory = GenerationFactory(providers, Path("unused"), environ={})

    def whole() -> Flow[object]:
        made = yield from factory.preparing(config, CLIP, reports=False)
        return (yield from made.generate())

    response = (time or VirtualTime(server or AcmeServer())).run(whole())
    assert isinstance(response, VideoGenerationResponse)
    return response


def _fails(plugin: Acme, *, server: AcmeServer | None = None, **changes: Any) -> TarashException:
    with pytest.raises(TarashException) as caught:
        _run(plugin, server=server, **changes)
    return caught.value


def _flow(value: object = None, *steps: object, error: BaseException | None = None) -> Flow[Any]:
    for step in steps:
        yield cast("Any", step)
    yield from ()
    if error is not None:
        raise error
    return value


def _call(**changes: object) -> HttpCall:
    return replace(HttpCall(method="GET", url="https://acme.example/x"), **cast("Any", changes))


# Steps.


@pytest.mark.parametrize(
    "step",
    [
        Report(_ANY), WriteJournal(_ANY), ClaimJob("1"), NextEvent(_ANY, 1.0), OpenDownload(_ANY, 1.0), None, 5,
    ],
    ids=lambda step: type(step).__name__,
)  # fmt: skip
def test_a_step_that_is_not_a_plugin_s_is_not_performed(step: object) -> None:
    error = _fails(_plugin(tarash_poll=lambda: _flow(JobStatus(state="processing"), step)))
    assert f"tarash_poll yielded {type(step).__name__}, which is not a step of a plugin" in error.message
    assert error.job is not None


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"url": None}, "url=None"),
        ({"url": "/x"}, "url='/x'"),
        ({"method": "get"}, "method='get'"),
        ({"headers": {"X": 5}}, "headers that are not a mapping of texts"),
        ({"headers": None}, "headers that are not a mapping of texts"),
        ({"timeout_seconds": "5"}, "HttpCall.timeout_seconds"),
        ({"timeout_seconds": -1.0}, "timeout_seconds=-1.0"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds=nan"),
        ({"content": "text"}, "HttpCall.content"),
        ({"secrets": (5,)}, "secrets that are not a tuple of texts"),
        ({"secrets": "token"}, "secrets that are not a tuple of texts"),
        ({"accept_statuses": [404]}, "accept_statuses=[404]"),
        ({"idempotent": "no"}, "idempotent='no'"),
        ({"max_answer_bytes": -1}, "max_answer_bytes=-1"),
        ({"form": {"a": 5}}, "a form that is not a mapping of texts"),
        ({"multipart": ("a",)}, "a multipart body that is not a tuple of parts"),
    ],
)
def test_a_call_that_cannot_be_sent_is_the_plugin_s_bug(changes: dict[str, object], wrong: str) -> None:
    error = _fails(_plugin(tarash_poll=lambda: _flow(JobStatus(state="processing"), _call(**changes))))
    assert isinstance(error, PluginError)
    assert wrong in error.message
    assert error.job is not None


def test_a_download_that_cannot_be_sent_is_the_plugin_s_bug() -> None:
    bad = Generated(assets=(Asset(kind="video", download=_call(url="ftp://acme.example/a")),))
    error = _fails(_plugin(tarash_normalize=lambda: _flow(bad)), server=AcmeServer(job_seconds=0))
    assert "an asset whose download has url='ftp://acme.example/a'" in error.message


@pytest.mark.parametrize("seconds", ["5", None])
def test_a_pause_of_no_number_is_the_plugin_s_bug(seconds: object) -> None:
    def poll() -> Flow[JobStatus]:
        yield from sleep(cast("float", seconds))
        return JobStatus(state="processing")

    assert f"tarash_poll sleeps for {seconds!r} seconds" in _fails(_plugin(tarash_poll=poll)).message


# The deadline.


def _long_pause() -> Flow[Any]:
    yield from sleep(1000.0)
    raise AssertionError("the pause outlasted the deadline")


@pytest.mark.parametrize("hook", ["tarash_submit", "tarash_poll", "tarash_find_submission"])
def test_no_pause_of_a_plugin_outlasts_the_deadline(hook: str) -> None:
    hooks: dict[str, Callable[..., object]] = {hook: _long_pause}
    if hook == "tarash_find_submission":
        hooks["tarash_submit"] = lambda: _flow(error=SubmissionUnknownError("lost"))
    time = VirtualTime(AcmeServer())
    with pytest.raises(TarashException):
        _run(_plugin(**hooks), time=time, timeout=5, fallback_configs=[])
    # the deadline, then a last look and a cancel, or three look-ups
    assert time.seconds < 60


def test_a_pause_within_the_deadline_is_slept_whole() -> None:
    def poll() -> Flow[JobStatus]:
        yield from sleep(2.0)
        return JobStatus(state="completed", raw={"url": VIDEO})

    assert _run(_plugin(tarash_poll=poll), timeout=20).video == VIDEO


def _endless() -> Iterator[Any]:
    while True:
        yield from read_clock()


@pytest.mark.parametrize("hook", ["tarash_submit", "tarash_poll", "tarash_normalize"])
def test_a_flow_that_never_ends_is_ended(hook: str) -> None:
    error = _fails(_plugin(**{hook: _endless}), server=AcmeServer(job_seconds=0))
    assert f"{hook} does not end" in error.message
    assert (error.job is not None) == (hook != "tarash_submit")


def test_a_flow_that_ignores_its_deadline_is_ended() -> None:
    def poll() -> Flow[JobStatus]:
        while True:
            try:
                yield from sleep(10.0)
            except TimeoutError:
                continue

    error = _fails(_plugin(tarash_poll=poll), timeout=5)
    assert "tarash_poll does not end" in error.message


# What a hook raises.


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize("error", [GeneratorExit(), Mute()], ids=["GeneratorExit", "Mute"])
@pytest.mark.parametrize("hook", ["tarash_submit", "tarash_poll", "tarash_normalize"])
def test_an_exception_that_would_pass_every_handler_is_the_plugin_s_bug(
    hook: str, error: BaseException
) -> None:
    caught = _fails(_plugin(**{hook: lambda: _flow(error=error)}), server=AcmeServer(job_seconds=0))
    assert f"{hook} raised {type(error).__name__}" in caught.message
    assert (caught.job is not None) == (hook != "tarash_submit")


def _incomplete() -> TarashException:
    class Incomplete(TarashException):
        def __init__(self) -> None:
            Exception.__init__(self, "x")

    return Incomplete()


@pytest.mark.parametrize(
    ("error", "wrong"),
    [
        (RateLimitError("busy", retry_after=cast("Any", "5")), "retry_after='5'; use a number of seconds"),
        (RateLimitError(_ANY), "message=None; use text"),
        (GenerationFailedError("x", request_id=cast("Any", 5)), "request_id=5; use text or None"),
        (GenerationFailedError("x", submitted=cast("Any", "maybe")), "submitted='maybe'; use yes, no or unknown"),
        (GenerationFailedError("x", is_retryable=cast("Any", "no")), "is_retryable='no'; use True or False"),
        (_incomplete(), "without 'message'; call the constructor of its class"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
@pytest.mark.parametrize("how", ["raised", "returned from tarash_error", "in a status"])
def test_an_exception_with_a_wrong_member_is_the_plugin_s_bug(
    error: TarashException, wrong: str, how: str
) -> None:
    server = AcmeServer()
    if how == "raised":
        plugin = _plugin(tarash_poll=lambda: _flow(error=error))
    elif how == "in a status":
        plugin = _plugin(tarash_poll=lambda: _flow(JobStatus(state="failed", error=error)))
    else:
        plugin = _plugin(tarash_error=lambda: error)
        server.always["submit"] = reply(400, {})
    caught = _fails(plugin, server=server)
    assert isinstance(caught, PluginError)
    assert wrong in caught.message


class _Unreadable(TarashException):
    @property
    def submitted(self) -> Any:  # the mistake
        raise RuntimeError("no")

    @submitted.setter
    def submitted(self, value: object) -> None:
        pass


def test_an_exception_that_cannot_be_read_is_the_plugin_s_bug() -> None:
    caught = _fails(_plugin(tarash_poll=lambda: _flow(error=_Unreadable("x"))))
    assert "tarash_poll raised _Unreadable that cannot be read (RuntimeError: no)" in caught.message
    assert caught.job is not None


@pytest.mark.parametrize("hint", [float("nan"), float("inf"), -5.0])
def test_a_hint_that_is_no_pause_neither_stops_nor_speeds_up_the_retries(hint: float) -> None:
    def poll() -> Flow[JobStatus]:
        seen.append(1)
        if len(seen) == 1:
            raise RateLimitError("busy", retry_after=hint)
        yield from ()
        return JobStatus(state="completed", raw={"url": VIDEO})

    seen: list[int] = []
    time = VirtualTime(AcmeServer())
    assert _run(_plugin(tarash_poll=poll), time=time).video == VIDEO
    assert 0.2 < time.seconds < 30


@pytest.mark.parametrize("hint", [0.0, 0.5, 30.0, None])
def test_a_hint_that_is_a_pause_is_kept(hint: float | None) -> None:
    copied = own_copy(RateLimitError("busy", retry_after=hint))
    assert isinstance(copied, RateLimitError)
    assert copied.retry_after == hint


def test_a_constant_exception_carries_nothing_to_the_next_caller() -> None:
    constant = GenerationFailedError("out of luck", allows_fallback=False)
    plugin = _plugin(tarash_poll=lambda: _flow(error=constant))
    first = _fails(plugin)
    assert (first.request_id, first.submitted, first.provider) == ("job-1", "yes", "acme")
    assert first is not constant
    assert (constant.request_id, constant.submitted, constant.provider) == (None, "no", None)
    assert constant.execution_metadata is None
    second = _fails(_plugin(tarash_submit=lambda: _flow(error=constant)))
    assert (second.request_id, second.submitted) == (None, "no")
    assert first.submitted == "yes"


def test_an_exception_of_an_earlier_call_brings_no_job_of_that_call() -> None:
    earlier = _fails(Acme(), timeout=5, on_timeout="detach", fallback_configs=[])
    assert earlier.job is not None
    later = _fails(_plugin(tarash_submit=lambda: _flow(error=earlier)), fallback_configs=[])
    assert later.job is None


# Money.


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_plugin_cannot_submit_again_after_an_answer_that_proves_nothing(status: int) -> None:
    """Such as in a loop over regions: each of them might bill a video."""

    def submit(call: Any) -> Flow[Submission]:
        for _region in range(3):
            try:
                made = yield from send(call.request("POST", "/jobs", json={}))
            except HTTPError:
                continue
            return Submission(job={"id": made.require_text("id")})
        raise RateLimitError("every region is busy")

    server = AcmeServer()
    server.always["submit"] = reply(status, {})
    error = _fails(_plugin(tarash_submit=submit), server=server, fallback_configs=[])
    assert server.count("submit") == 1
    assert error.submitted == "unknown"


# Secrets.


def _key_in_a_cause() -> Flow[Any]:
    yield from ()
    try:
        raise ValueError(f"bad key {KEY}")
    except ValueError as error:
        details = {KEY: [KEY]}
        raise GenerationFailedError(
            "x", raw_response=details, request_id=KEY, allows_fallback=False
        ) from error


@dataclass(frozen=True)
class Quiet(Exception):
    """Keeps its text elsewhere than in its arguments."""

    text: str

    def __str__(self) -> str:
        return self.text


def _key_in_a_note() -> Flow[Any]:
    error = GenerationFailedError("x", allows_fallback=False)
    error.add_note(f"sent {KEY}")
    cause = ValueError("y")
    cause.add_note(f"sent {KEY}")
    yield from ()
    raise error from cause


def _key_in_a_group() -> Flow[Any]:
    yield from ()
    raise GenerationFailedError("x", allows_fallback=False) from ExceptionGroup(
        "several", [ValueError(KEY), ExceptionGroup("more", [Quiet(KEY)])]
    )


class Stubborn(Exception):
    """Makes its text anew each time, so that nothing can be removed from it."""

    def __str__(self) -> str:
        return f"bad key {KEY}"


def _key_deep_in_groups() -> Flow[Any]:
    group: ExceptionGroup[Exception] = ExceptionGroup("innermost", [ValueError(KEY)])
    for level in range(30):
        group = ExceptionGroup(f"level {level}", [group])
    yield from ()
    raise GenerationFailedError("x", allows_fallback=False) from group


def _key_in_a_text_made_anew() -> Flow[Any]:
    yield from ()
    raise GenerationFailedError("x", allows_fallback=False) from Stubborn()


_LEAKS: dict[str, Callable[[], object]] = {
    "note": _key_in_a_note,
    "group": _key_in_a_group,
    "deep group": _key_deep_in_groups,
    "text made anew": _key_in_a_text_made_anew,
    "half a key": lambda: _flow(error=GenerationFailedError(cast("Any", b"x" * 90 + KEY.encode()))),
    "foreign": lambda: _flow(error=ValueError(f"bad key {KEY}")),
    "foreign, text elsewhere": lambda: _flow(error=Quiet(f"bad key {KEY}")),
    "ours": lambda: _flow(error=ValidationError(f"bad key {KEY}", raw_response=KEY)),
    "cause": _key_in_a_cause,
    "wrong result": lambda: _flow(JobStatus(state=cast("Any", KEY))),
    "no flow": lambda: KEY,
}


@pytest.mark.parametrize("leak", _LEAKS)
@pytest.mark.parametrize("hook", ["tarash_row", "tarash_map", "tarash_submit", "tarash_poll", "tarash_normalize"])  # fmt: skip
def test_no_exception_shows_the_key(hook: str, leak: str, caplog: pytest.LogCaptureFixture) -> None:
    def told() -> object:
        if hook != "tarash_map":
            return _LEAKS[leak]()
        found = _LEAKS[leak]()
        return next(cast("Iterator[object]", found)) if isinstance(found, Iterator) else found

    caplog.set_level("DEBUG")
    error = _fails(_plugin(**{hook: told}), server=AcmeServer(job_seconds=0))
    shown = "".join(traceback.format_exception(error, limit=0))
    assert KEY[:8] not in shown
    assert KEY not in f"{shown}{error!r}{error.raw_response}{error.request_id}{error.attempts}{caplog.text}"
    if error.job is not None:
        assert KEY not in error.job.to_json()


@pytest.mark.parametrize("method", ["status", "cancel"])
def test_a_look_at_a_saved_job_names_the_provider_and_shows_no_key(method: str) -> None:
    def leak() -> Flow[Any]:
        return _flow(error=ValidationError(f"bad key {KEY}"))

    providers = Registry(lambda _group: ())
    providers.register("acme", _plugin(tarash_poll=leak, tarash_cancel=leak))
    time = VirtualTime(AcmeServer())
    job = time.run(generation(acme(), providers=providers).submit())
    factory = GenerationFactory(providers, Path("unused"), environ={})
    with pytest.raises(TarashException) as caught:
        time.run(getattr(factory, method)(job, acme(api_key=KEY), {}))
    error = caught.value
    assert (error.provider, error.model) == ("acme", "plain")
    assert KEY not in "".join(traceback.format_exception(error, limit=0))


@pytest.mark.parametrize("hook", ["tarash_submit", "tarash_poll"])
def test_no_key_is_saved_in_the_reference_of_a_job(hook: str) -> None:
    given = {
        "tarash_submit": Submission(job={"id": "1", "headers": {"Authorization": f"Bearer {KEY}"}}),
        "tarash_poll": JobStatus(state="processing", job={"id": "1", "url": f"https://x.example/?key={KEY}"}),
    }
    error = _fails(_plugin(**{hook: lambda: _flow(given[hook])}))
    assert "a reference of the job that holds the key" in error.message
    if error.job is not None:
        assert KEY not in error.job.to_json()


def test_an_output_s_url_with_the_key_is_told_and_the_job_is_kept() -> None:
    found = Generated(assets=(Asset(kind="video", url=f"{VIDEO}?key={KEY}"),))
    error = _fails(_plugin(tarash_normalize=lambda: _flow(found)), server=AcmeServer(job_seconds=0))
    assert "an output with a URL that holds the key" in error.message
    assert error.job is not None


def test_credentials_that_expire_nowhere_are_the_extension_s_bug() -> None:
    class Keys:
        @hookimpl
        def tarash_credentials(self) -> Credentials:
            return Credentials(api_key=Secret(KEY), expires_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake

    providers = Registry(lambda _group: ())
    providers.register("acme", Acme())
    providers.register_extension(Keys())
    factory = GenerationFactory(providers, Path("unused"), environ={})
    with pytest.raises(PluginError, match="without a time zone"):
        VirtualTime(AcmeServer()).run(factory.preparing(acme(api_key=None), CLIP, reports=False))


@pytest.mark.parametrize("body", ["{}", {}, None])
def test_a_body_that_is_not_raw_is_no_bug_of_the_plugin(body: Any) -> None:
    providers = Registry(lambda _group: ())
    providers.register("acme", _plugin(tarash_webhook=lambda delivery: delivery.body + b""))
    with pytest.raises(ValidationError, match=f"body is of type {type(body).__name__}; pass the raw bytes"):
        Gateway(registry=providers, environ={}).read_webhook(acme(), headers={}, body=body)


@pytest.mark.parametrize("received_at", ["now", 0.0, datetime(2026, 1, 1)])  # noqa: DTZ001 - that is the mistake
def test_a_time_of_arrival_that_is_none_is_no_bug_of_the_plugin(received_at: Any) -> None:
    providers = Registry(lambda _group: ())
    providers.register("acme", _plugin(tarash_webhook=lambda delivery: delivery.received_at.timestamp()))
    with pytest.raises(ValidationError, match=r"received_at=.* is not a time with its zone"):
        Gateway(registry=providers, environ={}).read_webhook(
            acme(), headers={}, body=b"", received_at=received_at
        )


@pytest.mark.parametrize("headers", [None, "x-signature: 1", [("x-signature", "1")], {b"x-signature": b"1"}])
def test_headers_that_are_none_are_no_bug_of_the_plugin(headers: Any) -> None:
    providers = Registry(lambda _group: ())
    providers.register("acme", _plugin(tarash_webhook=lambda delivery: delivery.headers["x-signature"]))
    with pytest.raises(ValidationError, match="are not a mapping of texts"):
        Gateway(registry=providers, environ={}).read_webhook(acme(), headers=headers, body=b"")


def test_headers_as_the_standard_library_has_them_are_read() -> None:
    headers = Message()
    headers["X-Signature"] = "7"
    providers = Registry(lambda _group: ())
    read = WebhookEvent(request_id="7", status=JobStatus(state="queued"))
    plugin = _plugin(tarash_webhook=lambda delivery: read if delivery.headers["x-signature"] == "7" else None)
    providers.register("acme", plugin)
    gateway = Gateway(registry=providers, environ={})
    given = cast("Mapping[str, str]", headers)
    assert gateway.read_webhook(acme(), headers=given, body=b"").request_id == "7"


def _gateway_of(plugin: Acme) -> Gateway:
    providers = Registry(lambda _group: ())
    providers.register("acme", plugin)
    return Gateway(registry=providers, environ={})


def test_a_delivery_is_read_without_a_key() -> None:
    read = WebhookEvent(request_id="7", status=JobStatus(state="queued"))
    gateway = _gateway_of(_plugin(tarash_webhook=lambda: read))
    assert gateway.read_webhook(acme(api_key=None), headers={}, body=b"{}").request_id == "7"


def test_a_delivery_that_nobody_reads_is_told_with_the_provider() -> None:
    with pytest.raises(
        ValidationError, match="Acme has no webhooks that can be verified; poll instead"
    ) as caught:
        _gateway_of(Acme()).read_webhook(acme(), headers={}, body=b"{}")
    assert caught.value.provider == "acme"
    gateway = _gateway_of(_plugin(tarash_webhook=lambda: None))
    with pytest.raises(ValidationError, match="does not concern a job; ignore it") as caught:
        gateway.read_webhook(acme(), headers={}, body=b"{}")
    assert caught.value.provider == "acme"


def test_a_refused_delivery_shows_no_key() -> None:
    def refuse() -> None:
        raise ValidationError(f"not signed with {KEY}", raw_response={"signed": KEY})

    with pytest.raises(ValidationError, match=r"not signed with \*\*\*") as caught:
        _gateway_of(_plugin(tarash_webhook=refuse)).read_webhook(acme(api_key=KEY), headers={}, body=b"")
    assert KEY not in f"{caught.value.raw_response}"


def test_a_delivery_shows_no_key() -> None:
    failed = JobStatus(state="failed", error=GenerationFailedError(f"bad key {KEY}"), raw={"you_sent": KEY})
    plugin = _plugin(tarash_webhook=lambda: WebhookEvent(request_id="1", status=failed))
    providers = Registry(lambda _group: ())
    providers.register("acme", plugin)
    event = Gateway(registry=providers, environ={}).read_webhook(acme(api_key=KEY), headers={}, body=b"{}")
    assert (str(event.status.error), event.status.raw) == ("bad key ***", {"you_sent": "***"})


@pytest.mark.parametrize(
    "changes",
    [
        {"json": {"auth": KEY}},
        {"content": f"key={KEY}".encode()},
        {"form": {"key": KEY}},
        {"headers": {"Authorization": f"Basic {base64.b64encode(f'me:{KEY}'.encode()).decode()}"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_key_goes_to_no_foreign_server_in_any_part_of_a_call(changes: dict[str, object]) -> None:
    foreign = _call(method="POST", url="https://elsewhere.example/x", **changes)
    error = _fails(_plugin(tarash_poll=lambda: _flow(JobStatus(state="processing"), foreign)))
    assert "would send the key to https://elsewhere.example" in error.message


# Odd values that lose no result.


def _done(**changes: object) -> VideoGenerationResponse:
    values: dict[str, object] = {"url": VIDEO, **changes}
    found = Generated(assets=(Asset(kind="video", **cast("Any", values)),), raw=changes.get("raw"))
    return _run(_plugin(tarash_normalize=lambda: _flow(found)), server=AcmeServer(job_seconds=0))


def test_numbers_that_cannot_be_are_left_out_of_the_response() -> None:
    asset = _done(width=-1, height=-5, size_bytes=-3, duration_seconds=float("nan")).assets[0]
    assert (asset.width, asset.height, asset.size_bytes, asset.duration_seconds) == (None, None, None, None)
    huge = _done(width=10**400, duration_seconds=10**400)
    assert (huge.assets[0].width, huge.assets[0].duration_seconds) == (None, None)
    assert VIDEO in huge.model_dump_json()


def test_an_answer_that_is_not_json_is_kept_as_json() -> None:
    endless: dict[str, object] = {
        "nan": float("nan"),
        "half": "\ud800",
        "path": Path("a"),
        "bytes": b"abc",
        "name": {1: 2},
    }
    endless["self"] = endless
    found = Generated(assets=(Asset(kind="video", url=VIDEO),), raw=endless)
    response = _run(_plugin(tarash_normalize=lambda: _flow(found)), server=AcmeServer(job_seconds=0))
    raw = cast("dict[str, object]", response.raw_response)
    assert (raw["nan"], raw["half"], raw["path"], raw["bytes"], raw["name"]) == (
        None, "?", "a", "<3 bytes>", {"1": 2}
    )  # fmt: skip
    assert VIDEO in response.model_dump_json()


def test_an_id_is_shown_on_one_line() -> None:
    job = Submission(job={"id": "1"}, request_id="a\n\x1b[31mb" + "c" * 10_000)
    done = JobStatus(state="completed", raw={"url": VIDEO})
    response = _run(_plugin(tarash_submit=lambda: _flow(job), tarash_poll=lambda: _flow(done)))
    assert response.request_id.startswith("a[31mbcc")
    assert len(response.request_id) < 1000


@pytest.mark.parametrize(
    ("reference", "wrong"),
    [
        ({"x": "\ud800"}, r"the text '\ud800'"),
        ({"x": 10**50}, "a whole number beyond 64 bits"),
        ({"x": "y" * 70_000_000}, "at most 67108864 are allowed"),
    ],
)
def test_a_reference_that_cannot_be_saved_is_refused(reference: dict[str, object], wrong: str) -> None:
    assert wrong in _fails(_plugin(tarash_submit=lambda: _flow(Submission(job=reference)))).message


def test_a_reference_that_contains_itself_is_refused() -> None:
    endless: dict[str, object] = {}
    endless["self"] = endless
    assert "levels" in _fails(_plugin(tarash_submit=lambda: _flow(Submission(job=endless)))).message


def test_the_path_of_no_file_is_the_plugin_s_bug(tmp_path: Path) -> None:
    def normalize() -> Flow[Generated]:
        yield from run_blocking(lambda: None)
        return Generated(assets=(Asset(kind="video", path=tmp_path / "gone.mp4"),))

    error = _fails(_plugin(tarash_normalize=normalize), server=AcmeServer(job_seconds=0))
    assert "the path of no file" in error.message
    assert error.job is not None


# What a plugin declares.


class _Plain:
    pass


@dataclass(frozen=True)
class _Bare:
    region: str


@dataclass
class _Thawed:
    region: str = "eu"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"title": None}, "title=None; use text"),
        ({"home_page": "javascript:1"}, "home_page='javascript:1'"),
        ({"base_url": None}, "base_url=None; use text"),
        ({"base_url": "acme.example"}, "'acme.example' is not the URL of a server"),
        ({"api_key_env": "ACME_KEY"}, "api_key_env='ACME_KEY'; use a tuple of strings"),
        ({"origins": None}, "origins=None; use a tuple of strings"),
        ({"origins": ("https://*",)}, "the origin 'https://*'"),
        ({"origins": ("*",)}, "the origin '*'"),
        ({"origins": ("https://*.com",)}, "the origin 'https://*.com'"),
        ({"origins": ("https://*acme.example",)}, "the origin 'https://*acme.example'"),
        ({"origins": ("https://cdn.acme.example/v1",)}, "the origin 'https://cdn.acme.example/v1'"),
        ({"auth": "Bearer"}, "auth='Bearer'; use AuthScheme"),
        ({"auth": AuthScheme(header=_ANY)}, "use AuthScheme with strings"),
        ({"key_parts": {"secret": "ACME_SECRET"}}, "key_parts="),
        ({"key_alternative": None, "key_required": False}, "key_alternative="),
        ({"key_alternative": "a badge"}, "set key_required=False"),
        ({"modalities": "video"}, "modalities='video'"),
        ({"modalities": frozenset()}, "modalities=frozenset()"),
        ({"settings": _Plain}, "use a frozen dataclass"),
        ({"settings": _Bare}, "the settings _Bare with no default for region"),
        ({"settings": _Thawed}, "the settings _Thawed, which are not frozen"),
        ({"uploads": "yes"}, "uploads='yes'; use True or False"),
        ({"hook_api": True}, "was written for hook API True"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_told_when_the_plugin_loads(changes: dict[str, object], wrong: str) -> None:
    declared: ProviderInfo = replace(Acme().tarash_provider(), **cast("Any", changes))
    with pytest.raises(PluginError) as caught:
        Registry(lambda _group: ()).register("acme", _plugin(tarash_provider=lambda: declared))
    assert wrong in caught.value.message


@pytest.mark.parametrize("origin", ["https://cdn.acme.example", "https://*.acme.example", "https://a-*.acme.example:8443"])  # fmt: skip
def test_an_origin_of_one_owner_is_accepted(origin: str) -> None:
    declared = replace(Acme().tarash_provider(), origins=(origin,))
    Registry(lambda _group: ()).register("acme", _plugin(tarash_provider=lambda: declared))
