"""Whatever a plugin yields, raises or returns, a call ends in time, in one of our exceptions, and with the job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from core.acme import CLIP, Acme, AcmeServer, acme, reply
from core.hostile import KEY, VIDEO, call, fails, flow, hostile, run
from tarash.tarash_gateway import (
    ContentModerationError,
    PluginError,
    RateLimitError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name
    VideoGenerationResponse,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.engine.foreign_errors import own_copy
from tarash.tarash_gateway.plugin import (
    Asset,
    Credentials,
    Flow,
    Generated,
    GenerationFailedError,
    HTTPError,
    JobStatus,
    Secret,
    Submission,
    SubmissionUnknownError,
    hookimpl,
    read_clock,
    run_blocking,
    send,
    sleep,
)
from tarash.tarash_gateway.steps import ClaimJob, NextEvent, OpenDownload, Report, WriteJournal
from tarash.tarash_gateway.testing import VirtualTime

_ANY = cast("Any", None)


# Steps.


@pytest.mark.parametrize(
    "step",
    [
        Report(_ANY), WriteJournal(_ANY), ClaimJob("1"), NextEvent(_ANY, 1.0), OpenDownload(_ANY, 1.0), None, 5,
    ],
    ids=lambda step: type(step).__name__,
)  # fmt: skip
def test_a_step_that_is_not_a_plugin_s_is_not_performed(step: object) -> None:
    error = fails(hostile(tarash_poll=lambda: flow(JobStatus(state="processing"), step)))
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
    error = fails(hostile(tarash_poll=lambda: flow(JobStatus(state="processing"), call(**changes))))
    assert isinstance(error, PluginError)
    assert wrong in error.message
    assert error.job is not None


def test_a_download_that_cannot_be_sent_is_the_plugin_s_bug() -> None:
    bad = Generated(assets=(Asset(kind="video", download=call(url="ftp://acme.example/a")),))
    error = fails(hostile(tarash_normalize=lambda: flow(bad)), server=AcmeServer(job_seconds=0))
    assert "an asset whose download has url='ftp://acme.example/a'" in error.message


@pytest.mark.parametrize("seconds", ["5", None])
def test_a_pause_of_no_number_is_the_plugin_s_bug(seconds: object) -> None:
    def poll() -> Flow[JobStatus]:
        yield from sleep(cast("float", seconds))
        return JobStatus(state="processing")

    assert f"tarash_poll sleeps for {seconds!r} seconds" in fails(hostile(tarash_poll=poll)).message


# The deadline.


def _long_pause() -> Flow[Any]:
    yield from sleep(1000.0)
    raise AssertionError("the pause outlasted the deadline")


@pytest.mark.parametrize("hook", ["tarash_submit", "tarash_poll", "tarash_find_submission"])
def test_no_pause_of_a_plugin_outlasts_the_deadline(hook: str) -> None:
    hooks: dict[str, Callable[..., object]] = {hook: _long_pause}
    if hook == "tarash_find_submission":
        hooks["tarash_submit"] = lambda: flow(error=SubmissionUnknownError("lost"))
    time = VirtualTime(AcmeServer())
    with pytest.raises(TarashException):
        run(hostile(**hooks), time=time, timeout=5, fallback_configs=[])
    # the deadline, then a last look and a cancel, or three look-ups
    assert time.seconds < 60


def test_a_pause_within_the_deadline_is_slept_whole() -> None:
    def poll() -> Flow[JobStatus]:
        yield from sleep(2.0)
        return JobStatus(state="completed", raw={"url": VIDEO})

    assert run(hostile(tarash_poll=poll), timeout=20).video == VIDEO


def _endless() -> Iterator[Any]:
    while True:
        yield from read_clock()


@pytest.mark.parametrize("hook", ["tarash_submit", "tarash_poll", "tarash_normalize"])
def test_a_flow_that_never_ends_is_ended(hook: str) -> None:
    error = fails(hostile(**{hook: _endless}), server=AcmeServer(job_seconds=0))
    assert f"{hook} does not end" in error.message
    assert (error.job is not None) == (hook != "tarash_submit")


def test_a_flow_that_ignores_its_deadline_is_ended() -> None:
    def poll() -> Flow[JobStatus]:
        while True:
            try:
                yield from sleep(10.0)
            except TimeoutError:
                continue

    error = fails(hostile(tarash_poll=poll), timeout=5)
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
    caught = fails(hostile(**{hook: lambda: flow(error=error)}), server=AcmeServer(job_seconds=0))
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
        (_incomplete(), "without 'provider'; call the constructor of its class"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
@pytest.mark.parametrize("how", ["raised", "returned from tarash_error", "in a status"])
def test_an_exception_with_a_wrong_member_is_the_plugin_s_bug(
    error: TarashException, wrong: str, how: str
) -> None:
    server = AcmeServer()
    if how == "raised":
        plugin = hostile(tarash_poll=lambda: flow(error=error))
    elif how == "in a status":
        plugin = hostile(tarash_poll=lambda: flow(JobStatus(state="failed", error=error)))
    else:
        plugin = hostile(tarash_error=lambda: error)
        server.always["submit"] = reply(400, {})
    caught = fails(plugin, server=server)
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
    caught = fails(hostile(tarash_poll=lambda: flow(error=_Unreadable("x"))))
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
    assert run(hostile(tarash_poll=poll), time=time).video == VIDEO
    assert 0.2 < time.seconds < 30


@pytest.mark.parametrize("hint", [0.0, 0.5, 30.0, None])
def test_a_hint_that_is_a_pause_is_kept(hint: float | None) -> None:
    copied = own_copy(RateLimitError("busy", retry_after=hint))
    assert isinstance(copied, RateLimitError)
    assert copied.retry_after == hint


def test_a_constant_exception_carries_nothing_to_the_next_caller() -> None:
    constant = GenerationFailedError("out of luck", allows_fallback=False)
    plugin = hostile(tarash_poll=lambda: flow(error=constant))
    first = fails(plugin)
    assert (first.request_id, first.submitted, first.provider) == ("job-1", "yes", "acme")
    assert first is not constant
    assert (constant.request_id, constant.submitted, constant.provider) == (None, "no", None)
    assert constant.execution_metadata is None
    second = fails(hostile(tarash_submit=lambda: flow(error=constant)))
    assert (second.request_id, second.submitted) == (None, "no")
    assert first.submitted == "yes"


def test_an_exception_of_an_earlier_call_brings_no_job_of_that_call() -> None:
    earlier = fails(Acme(), timeout=5, on_timeout="detach", fallback_configs=[])
    assert earlier.job is not None
    later = fails(hostile(tarash_submit=lambda: flow(error=earlier)), fallback_configs=[])
    assert later.job is None


# Money.


def test_an_output_that_was_made_and_withheld_may_be_billed() -> None:
    withheld = ContentModerationError("withheld", stage="output", submitted="unknown")
    error = fails(hostile(tarash_submit=lambda: flow(None, call(method="POST"), error=withheld)))
    assert isinstance(error, ContentModerationError)
    assert (error.submitted, error.billed) == ("yes", "unknown")
    assert error.message == "withheld; it may be billed"


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
    error = fails(hostile(tarash_submit=submit), server=server, fallback_configs=[])
    assert server.count("submit") == 1
    assert error.submitted == "unknown"


# Odd values that lose no result.


def _done(**changes: object) -> VideoGenerationResponse:
    values: dict[str, object] = {"url": VIDEO, **changes}
    found = Generated(assets=(Asset(kind="video", **cast("Any", values)),), raw=changes.get("raw"))
    return run(hostile(tarash_normalize=lambda: flow(found)), server=AcmeServer(job_seconds=0))


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
    response = run(hostile(tarash_normalize=lambda: flow(found)), server=AcmeServer(job_seconds=0))
    raw = cast("dict[str, object]", response.raw_response)
    assert (raw["nan"], raw["half"], raw["path"], raw["bytes"], raw["name"]) == (
        None, "?", "a", "<3 bytes>", {"1": 2}
    )  # fmt: skip
    assert VIDEO in response.model_dump_json()


def test_an_id_is_shown_on_one_line() -> None:
    job = Submission(job={"id": "1"}, request_id="a\n\x1b[31mb" + "c" * 10_000)
    done = JobStatus(state="completed", raw={"url": VIDEO})
    response = run(hostile(tarash_submit=lambda: flow(job), tarash_poll=lambda: flow(done)))
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
    assert wrong in fails(hostile(tarash_submit=lambda: flow(Submission(job=reference)))).message


def test_a_reference_that_contains_itself_is_refused() -> None:
    endless: dict[str, object] = {}
    endless["self"] = endless
    assert "levels" in fails(hostile(tarash_submit=lambda: flow(Submission(job=endless)))).message


def test_the_path_of_no_file_is_the_plugin_s_bug(tmp_path: Path) -> None:
    def normalize() -> Flow[Generated]:
        yield from run_blocking(lambda: None)
        return Generated(assets=(Asset(kind="video", path=tmp_path / "gone.mp4"),))

    error = fails(hostile(tarash_normalize=normalize), server=AcmeServer(job_seconds=0))
    assert "the path of no file" in error.message
    assert error.job is not None


# Credentials of an extension.


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
