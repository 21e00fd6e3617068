"""Extensions observe every generation and may know keys; a broken one disturbs nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core.chains import BOAT, fal_video, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import AuthenticationError, Gateway, GenerationFailedError
from tarash.tarash_gateway.discovery import EXTENSION_GROUP, EntryPoint, Registry, installed_entry_points
from tarash.tarash_gateway.plugin import Event, ProviderInfo, hookimpl
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
    def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> str | None:
        self.asked.append((provider.id, account))
        return self.keys.get(account)


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
        if isinstance(self.extension, Exception):
            raise self.extension
        return self.extension


def _gateway(*extensions: object) -> Gateway:
    def found(group: str) -> list[EntryPoint]:
        if group == EXTENSION_GROUP:
            return [Entry(f"extension-{n}", extension) for n, extension in enumerate(extensions)]
        return [entry for entry in installed_entry_points(group) if entry.name in ("fal", "replicate")]

    return Gateway(registry=Registry(found), environ={})


def test_the_events_of_a_smooth_generation(run: Run, replicate: ReplicateSimulator) -> None:
    recorder = Recorder()
    with _gateway(recorder) as gateway:
        response = run(gateway, "generate_video", replicate_video(replicate), BOAT)
    requests = recorder.kinds.count("request_sent")
    assert requests == recorder.kinds.count("response_received") == len(replicate.requests)
    assert [
        kind for kind in recorder.kinds if kind not in ("request_sent", "response_received", "progress")
    ] == [
        "attempt_started",
        "completed",
    ]
    assert {event.provider for event in recorder.events} == {"replicate"}
    assert len({event.generation_id for event in recorder.events}) == 1
    assert recorder.events[-1].facts["request_id"] == response.request_id
    assert all(event.at.tzinfo is not None for event in recorder.events)


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
        ("attempt_started", "fal", 1),
        ("retry", "fal", 1),
        ("attempt_failed", "fal", 1),
        ("fallback", "replicate", 2),
        ("attempt_started", "replicate", 2),
        ("completed", "replicate", 2),
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


@pytest.mark.parametrize("broken", [ImportError("no module"), Misspelt()], ids=["import", "misspelt-hook"])
def test_a_broken_extension_is_left_out_and_named(
    fal: FalSimulator, caplog: pytest.LogCaptureFixture, broken: object
) -> None:
    recorder = Recorder()
    with _gateway(broken, recorder) as gateway:
        assert gateway.generate_video(fal_video(fal), BOAT).provider == "fal"
    assert "completed" in recorder.kinds
    left_out = [record for record in caplog.records if record.getMessage() == "extension left out"]
    assert [record.__dict__["extension"] for record in left_out] == ["extension-0"]


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
        job = run(gateway, "submit_video", fal_video(fal, api_key=None, account="studio"), BOAT)
        assert run(gateway, "resume", job).request_id == job.request_id
