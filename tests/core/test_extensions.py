"""Extensions observe every generation and may know keys; a broken one disturbs nothing."""

from __future__ import annotations

import importlib
import re
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.chains import BOAT, fal_video, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    AuthenticationError,
    Gateway,
    GenerationFailedError,
    MockConfig,
    PluginError,
    TarashException,
    VideoGenerationConfig,
)
from tarash.tarash_gateway.discovery import EXTENSION_GROUP, EntryPoint, Registry, installed_entry_points
from tarash.tarash_gateway.plugin import (
    Call,
    Credentials,
    Event,
    Flow,
    JobReference,
    JobStatus,
    ProviderInfo,
    Secret,
    hookimpl,
)
from tarash.tarash_gateway.testing.simulator import Status


class Recorder:
    """Keeps every event."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    @hookimpl
    def tarash_event(self, event: Event) -> None:
        self.events.append(event)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


class Raising:
    """Fails at every event."""

    @hookimpl
    def tarash_event(self, event: Event) -> None:
        raise RuntimeError(f"no {event.kind} please")


class Keyring:
    """Knows a key per account."""

    def __init__(self, keys: dict[str | None, str]) -> None:
        self.keys = keys
        self.asked: list[tuple[str, str | None]] = []

    @hookimpl
    def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> Credentials | None:
        self.asked.append((provider.id, account))
        key = self.keys.get(account)
        return None if key is None else Credentials(api_key=Secret(key))


class Answering:
    """Would answer for every provider."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        yield from ()
        return JobStatus(state="completed")


class Wrapping:
    """Counts the polls of every provider."""

    def __init__(self) -> None:
        self.polls = 0

    @hookimpl(wrapper=True)
    def tarash_poll(self, call: Call, job: JobReference) -> Generator[None, Any, Any]:
        flow = yield
        self.polls += 1
        return flow


class BreakingHook:
    """Fails after the hook of the provider."""

    @hookimpl(wrapper=True)
    def tarash_map(self, call: Call, request: object) -> Generator[None, Any, Any]:
        yield
        raise LookupError("no such tenant")


class BreakingFlow:
    """Fails within the flow of the provider, in a function of its own."""

    @hookimpl(wrapper=True)
    def tarash_submit(self, call: Call, payload: object) -> Generator[None, Any, Any]:
        flow = yield

        def counted() -> Flow[object]:
            _fail()
            return (yield from flow)

        return counted()


class BreakingTable:
    """Fails where the rows of every provider are read."""

    @hookimpl(wrapper=True)
    def tarash_models(self) -> Generator[None, Any, Any]:
        yield
        _fail()


class Forgetful:
    """Returns nothing in place of the provider's result."""

    @hookimpl(wrapper=True)
    def tarash_map(self, call: Call, request: object) -> Generator[None, Any, Any]:
        yield


class Passing:
    """Wraps what the provider does, without a mistake."""

    @hookimpl(wrapper=True)
    def tarash_submit(self, call: Call, payload: object) -> Generator[None, Any, Any]:
        flow = yield

        def seen() -> Flow[object]:
            return (yield from flow)

        return seen()


BROKEN_ACME = """
from core.acme import Acme
from tarash.tarash_gateway.plugin import hookimpl

class BrokenAcme(Acme):
    @hookimpl
    def tarash_submit(self, call, payload):
        return _submitted()

def _submitted():
    raise LookupError("no such field")
    yield
"""
"""A provider of another package. Its mistake is in a flow that its hook only returns, and so is not on the stack."""


def _fail() -> None:
    raise LookupError("no such tenant")


class Misspelt:
    """Implements a hook that does not exist."""

    @hookimpl
    def tarash_evnet(self, event: Event) -> None:
        """Observe, misspelt."""


@dataclass
class Entry:
    """An entry point of an extension."""

    name: str
    extension: object
    value: str = "somewhere:extension"

    def load(self) -> object:
        if isinstance(self.extension, BaseException):
            raise self.extension
        return self.extension


def _gateway(*extensions: object) -> Gateway:
    def found(group: str) -> list[EntryPoint]:
        if group == EXTENSION_GROUP:
            return [Entry(f"extension-{n}", extension) for n, extension in enumerate(extensions)]
        return [entry for entry in installed_entry_points(group) if entry.name in ("fal", "replicate")]

    return Gateway(registry=Registry(found), environ={})


def test_a_status_stream_is_among_the_requests(run: Run, fal: FalSimulator) -> None:
    recorder = Recorder()
    with _gateway(recorder) as gateway:
        run(gateway, "generate_video", fal_video(fal), BOAT)
    assert fal.count("stream") == 1
    requests = [recorder.kinds.count(kind) for kind in ("request_sent", "response_received")]
    assert requests == [len(fal.requests)] * 2


def test_the_events_of_a_smooth_generation(run: Run, replicate: ReplicateSimulator) -> None:
    recorder = Recorder()
    with _gateway(recorder) as gateway:
        response = run(gateway, "generate_video", replicate_video(replicate), BOAT)
    requests = recorder.kinds.count("request_sent")
    assert requests == recorder.kinds.count("response_received") == len(replicate.requests)
    assert [
        kind for kind in recorder.kinds if kind not in ("request_sent", "response_received", "progress")
    ] == [
        "generation_started",
        "attempt_started",
        "submitted",
        "completed",
        "generation_ended",
    ]
    assert {event.provider for event in recorder.events} == {"replicate"}
    assert len({event.generation_id for event in recorder.events}) == 1
    assert [event.request_id for event in recorder.events if event.kind == "completed"] == [
        response.request_id
    ]
    assert all(event.at.tzinfo is not None for event in recorder.events)


def test_the_end_of_a_generation_says_what_it_cost_as_its_ledger_does(run: Run, fal: FalSimulator) -> None:
    recorder = Recorder()
    with _gateway(recorder) as gateway:
        response = run(gateway, "generate_video", fal_video(fal), BOAT)
    metadata, ended = response.execution_metadata, recorder.events[-1]
    assert ended.kind == "generation_ended"
    assert ended.facts["cost_usd"] is metadata.cost_usd is None, "fal does not report it"
    assert ended.facts["total_cost_usd"] == metadata.total_cost_usd == metadata.estimated_cost_usd
    assert metadata.total_cost_usd is not None


def test_a_result_and_an_error_name_the_generation_as_its_events_do(run: Run, fal: FalSimulator) -> None:
    recorder = Recorder()
    with _gateway(recorder) as gateway:
        response = run(gateway, "generate_video", fal_video(fal), BOAT)
        fal.fail_next("runner_disconnected")
        with pytest.raises(TarashException) as caught:
            run(gateway, "generate_video", fal_video(fal), BOAT)
    failed = caught.value.execution_metadata
    assert failed is not None
    named = [response.execution_metadata.generation_id, failed.generation_id]
    assert named == list(dict.fromkeys(event.generation_id for event in recorder.events))


def test_the_events_of_a_rough_one(run: Run, fal: FalSimulator, replicate: ReplicateSimulator) -> None:
    fal.inject("submit", Status(429, headers={"Retry-After": "0"}))
    fal.fail_next("runner_disconnected")
    recorder = Recorder()
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    with _gateway(recorder) as gateway:
        run(gateway, "generate_video", config, BOAT)
    story = [
        (event.kind, event.provider, event.attempt_number)
        for event in recorder.events
        if event.kind not in ("request_sent", "response_received", "progress")
    ]
    assert story == [
        ("generation_started", "fal", 0),
        ("attempt_started", "fal", 1),
        ("retry", "fal", 1),
        ("submitted", "fal", 1),
        ("attempt_failed", "fal", 1),
        ("fallback", "replicate", 2),
        ("attempt_started", "replicate", 2),
        ("submitted", "replicate", 2),
        ("completed", "replicate", 2),
        ("generation_ended", "fal", 0),
    ]
    failed = next(event for event in recorder.events if event.kind == "attempt_failed")
    assert failed.facts["error"] == "generation_failed"


def test_events_hold_no_secret(run: Run, fal: FalSimulator) -> None:
    fal.inject("submit", Status(401, json={"detail": f"bad key {fal.api_key}"}))
    recorder = Recorder()
    with _gateway(recorder) as gateway, pytest.raises(AuthenticationError):
        run(gateway, "generate_video", fal_video(fal), BOAT)
    assert recorder.events
    assert fal.api_key not in repr(recorder.events)


def test_a_raising_extension_disturbs_nothing(run: Run, fal: FalSimulator) -> None:
    recorder = Recorder()
    with _gateway(recorder, Raising()) as gateway:
        assert run(gateway, "generate_video", fal_video(fal), BOAT).provider == "fal"
        fal.fail_next("runner_disconnected")
        with pytest.raises(GenerationFailedError):
            run(gateway, "generate_video", fal_video(fal), BOAT)


@pytest.mark.parametrize(
    "broken",
    [ImportError("no module"), SystemExit(1), Misspelt(), Answering()],
    ids=["import", "exit", "misspelt-hook", "answers-for-providers"],
)
def test_a_broken_extension_is_left_out_and_named(
    fal: FalSimulator, caplog: pytest.LogCaptureFixture, broken: object
) -> None:
    recorder = Recorder()
    with _gateway(broken, recorder) as gateway:
        assert gateway.generate_video(fal_video(fal), BOAT).provider == "fal"
    assert "completed" in recorder.kinds
    label = "extension extension-0 of somewhere:extension"
    (left_out,) = (record for record in caplog.records if "broken extension" in record.message)
    assert left_out.message.startswith(f"broken extension {label} skipped: ")
    assert (left_out.__dict__["extension"], left_out.message.partition("skipped: ")[2]) == (
        label,
        left_out.__dict__["error"],
    )


def test_a_key_comes_from_an_extension_when_nobody_else_has_one(run: Run, fal: FalSimulator) -> None:
    keyring = Keyring({"studio": fal.api_key})
    with _gateway(keyring) as gateway:
        response = run(gateway, "generate_video", fal_video(fal, api_key=None, account="studio"), BOAT)
        assert response.provider == "fal"
        assert keyring.asked == [("fal", "studio")]
        run(gateway, "generate_video", fal_video(fal, account="studio"), BOAT)
        assert keyring.asked == [("fal", "studio")], "a configured key is not asked for again"
        with pytest.raises(AuthenticationError, match="FAL_KEY"):
            run(gateway, "generate_video", fal_video(fal, api_key=None, account="other"), BOAT)


def test_a_resumed_job_asks_the_extension_too(run: Run, fal: FalSimulator) -> None:
    keyring = Keyring({"studio": fal.api_key})
    with _gateway(keyring) as gateway:
        config = fal_video(fal, api_key=None, account="studio")
        job = run(gateway, "submit_video", config, BOAT)
        assert run(gateway, "resume", job, config=config).request_id == job.request_id


def test_an_extension_wraps_the_hooks_of_every_provider(run: Run, replicate: ReplicateSimulator) -> None:
    wrapping = Wrapping()
    replicate.polls_until_done = 3
    with _gateway(wrapping) as gateway:
        run(gateway, "generate_video", replicate_video(replicate), BOAT)
    assert wrapping.polls == replicate.count("status") > 0


@pytest.mark.parametrize(
    ("extension", "told"),
    [
        (
            BreakingHook(),
            "the extension BreakingHook has a bug: tarash_map raised LookupError: no such tenant",
        ),
        (BreakingFlow(), "the extension BreakingFlow has a bug: tarash_submit raised LookupError"),
        (BreakingTable(), "the extension BreakingTable failed in tarash_models: LookupError"),
        (
            Forgetful(),
            (
                "the fal plugin, or the extension Forgetful, which wraps the hook, has a bug: tarash_map "
                "returned NoneType, not Mapped; report it to the plugin's or the extension's authors"
            ),
        ),
    ],
    ids=["in-a-wrapper", "in-a-flow", "in-the-table", "without-a-result"],
)
def test_a_mistake_of_a_wrapper_is_not_blamed_on_the_provider(
    fal: FalSimulator, extension: object, told: str
) -> None:
    with (
        _gateway(Passing(), extension) as gateway,
        pytest.raises(PluginError, match=re.escape(told)) as caught,
    ):
        gateway.generate_video(fal_video(fal), BOAT)
    assert "Passing" not in caught.value.message


def test_a_mistake_of_a_provider_is_not_blamed_on_the_wrapper_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_acme.py").write_text(BROKEN_ACME, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    config = VideoGenerationConfig(provider="acme", model="plain", api_key="sk-of-a-test")
    with _gateway(Passing()) as gateway:
        gateway.registry.register("acme", importlib.import_module("broken_acme").BrokenAcme())
        with pytest.raises(PluginError) as caught:
            gateway.generate_video(config, BOAT)
    assert "the acme plugin has a bug: tarash_submit raised LookupError" in caught.value.message


def test_an_extension_added_at_run_time_listens_at_once(run: Run, replicate: ReplicateSimulator) -> None:
    recorder = Recorder()
    with _gateway() as gateway:
        run(gateway, "generate_video", replicate_video(replicate), BOAT)
        gateway.registry.register_extension(recorder)
        assert recorder.events == []
        run(gateway, "generate_video", replicate_video(replicate), BOAT)
    assert "completed" in recorder.kinds


def test_an_extension_added_while_a_mock_loads_the_installed_ones_is_kept() -> None:
    added, adding = Recorder(), threading.Event()

    @dataclass
    class Slow(Entry):
        """Another thread adds an extension while this one is imported."""

        def load(self) -> object:
            if not adding.is_set():
                adding.set()
                thread.start()
                thread.join(0.2)
            return super().load()

    registry = Registry(lambda group: [Slow("slow", Recorder())] if group == EXTENSION_GROUP else [])
    thread = threading.Thread(target=registry.register_extension, args=(added,))
    config = VideoGenerationConfig(provider="nobody", model="any", mock=MockConfig())
    with Gateway(registry=registry, environ={}) as gateway:
        gateway.plan_video(config, BOAT)
        thread.join()
        gateway.generate_video(config, BOAT)
    assert added.kinds


def test_an_extension_that_would_answer_for_providers_is_not_registered() -> None:
    with (
        _gateway() as gateway,
        pytest.raises(PluginError, match="tarash_poll, which only a provider may"),
    ):
        gateway.registry.register_extension(Answering())


def test_a_gateway_has_a_listener_of_its_own(run: Run, replicate: ReplicateSimulator) -> None:
    seen: list[Event] = []
    with Gateway(environ={}, on_event=seen.append) as gateway:
        response = run(gateway, "generate_video", replicate_video(replicate), BOAT)
    completed = next(event for event in seen if event.kind == "completed")
    (entry,) = response.execution_metadata.attempts
    assert (completed.submitted, completed.billed) == ("yes", "yes")
    assert (completed.cost_usd, completed.estimated_cost_usd) == (entry.cost_usd, entry.estimated_cost_usd)
    assert seen[-1].facts["outcome"] == "completed"


def test_what_is_refused_before_anything_is_sent_is_told_too(fal: FalSimulator) -> None:
    seen: list[Event] = []
    with Gateway(environ={}, on_event=seen.append) as gateway, pytest.raises(AuthenticationError):
        gateway.generate_video(fal_video(fal, api_key=None), BOAT)
    assert [(event.kind, event.facts["error"]) for event in seen] == [
        ("generation_refused", "authentication")
    ]


def test_a_resumed_job_keeps_its_id(run: Run, replicate: ReplicateSimulator) -> None:
    seen: list[Event] = []
    with Gateway(environ={}, on_event=seen.append) as gateway:
        job = run(gateway, "submit_video", replicate_video(replicate), BOAT)
        run(gateway, "resume", job, config=replicate_video(replicate))
    kinds = [event.kind for event in seen if event.kind.startswith("generation")]
    assert kinds == ["generation_started", "generation_ended", "generation_resumed", "generation_ended"]
    assert {event.generation_id for event in seen} == {job.generation_id}


def test_an_attempt_that_is_passed_over_is_told(run: Run, fal: FalSimulator) -> None:
    seen: list[Event] = []
    fal.fail_next("runner_disconnected")
    without_video = VideoGenerationConfig(
        provider="stability", model="stable-image-core", api_key="sk-of-a-test"
    )
    config = fal_video(fal, fallback_configs=[without_video])
    with Gateway(environ={}, on_event=seen.append) as gateway, pytest.raises(TarashException):
        run(gateway, "generate_video", config, BOAT)
    skipped = next(event for event in seen if event.kind == "attempt_skipped")
    assert (skipped.provider, skipped.attempt_number) == ("stability", 2)
    assert skipped.facts["reason"] == "Stability AI has no video models"
