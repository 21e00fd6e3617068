"""Whatever a plugin yields, raises or returns, nobody sees the key and no other server gets it."""

from __future__ import annotations

import base64
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from core.acme import AcmeServer, acme, generation
from core.hostile import KEY, VIDEO, call, fails, flow, gateway_of, hostile
from tarash.tarash_gateway import Gateway, TarashException, ValidationError
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.plugin import (
    Asset,
    Flow,
    Generated,
    GenerationFailedError,
    JobStatus,
    Submission,
    WebhookEvent,
)
from tarash.tarash_gateway.testing import VirtualTime


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
    "half a key": lambda: flow(error=GenerationFailedError(cast("Any", b"x" * 90 + KEY.encode()))),
    "foreign": lambda: flow(error=ValueError(f"bad key {KEY}")),
    "foreign, text elsewhere": lambda: flow(error=Quiet(f"bad key {KEY}")),
    "ours": lambda: flow(error=ValidationError(f"bad key {KEY}", raw_response=KEY)),
    "cause": _key_in_a_cause,
    "wrong result": lambda: flow(JobStatus(state=cast("Any", KEY))),
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
    error = fails(hostile(**{hook: told}), server=AcmeServer(job_seconds=0))
    shown = "".join(traceback.format_exception(error, limit=0))
    assert KEY[:8] not in shown
    assert KEY not in f"{shown}{error!r}{error.raw_response}{error.request_id}{error.attempts}{caplog.text}"
    if error.job is not None:
        assert KEY not in error.job.to_json()


@pytest.mark.parametrize("method", ["status", "cancel"])
def test_a_look_at_a_saved_job_names_the_provider_and_shows_no_key(method: str, tmp_path: Path) -> None:
    def leak() -> Flow[Any]:
        return flow(error=ValidationError(f"bad key {KEY}"))

    providers = Registry(lambda _group: ())
    providers.register("acme", hostile(tarash_poll=leak, tarash_cancel=leak))
    time = VirtualTime(AcmeServer())
    job = time.run(generation(acme(), providers=providers).submit())
    factory = GenerationFactory(providers, tmp_path, environ={})
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
    error = fails(hostile(**{hook: lambda: flow(given[hook])}))
    assert "a reference of the job that holds the key" in error.message
    if error.job is not None:
        assert KEY not in error.job.to_json()


def test_an_output_s_url_with_the_key_is_told_and_the_job_is_kept() -> None:
    found = Generated(assets=(Asset(kind="video", url=f"{VIDEO}?key={KEY}"),))
    error = fails(hostile(tarash_normalize=lambda: flow(found)), server=AcmeServer(job_seconds=0))
    assert "an output with a URL that holds the key" in error.message
    assert error.job is not None


def test_a_refused_delivery_shows_no_key() -> None:
    def refuse() -> None:
        raise ValidationError(f"not signed with {KEY}", raw_response={"signed": KEY})

    with pytest.raises(ValidationError, match=r"not signed with \*\*\*") as caught:
        gateway_of(hostile(tarash_webhook=refuse)).read_webhook(acme(api_key=KEY), headers={}, body=b"")
    assert KEY not in f"{caught.value.raw_response}"


def test_a_delivery_shows_no_key() -> None:
    failed = JobStatus(state="failed", error=GenerationFailedError(f"bad key {KEY}"), raw={"you_sent": KEY})
    plugin = hostile(tarash_webhook=lambda: WebhookEvent(request_id="1", status=failed))
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
    foreign = call(method="POST", url="https://elsewhere.example/x", **changes)
    error = fails(hostile(tarash_poll=lambda: flow(JobStatus(state="processing"), foreign)))
    assert "would send the key to https://elsewhere.example" in error.message
