"""A process may die before, between and after all writes of its journal, and any of them may fail: no paid job is lost or paid twice."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from core.acme import Acme, AcmeServer, acme, broken, generation, reply, resuming
from core.chains import BOAT, fal_video
from core.watched_disk import WatchedDisk, copy_of
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    Gateway,
    Job,
    JournalFolder,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.exceptions import JournalError
from tarash.tarash_gateway.journal_folder.entries import from_bytes
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, Submission, hookimpl, send, wire
from tarash.tarash_gateway.testing import VirtualTime

MEDIA = "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAA" * 500


class AtOnce(Acme):
    """Answers the submission with the result, and creates no job."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        sent = yield from send(call.request("POST", "/jobs", json=dict(payload)))
        job_id = wire.text(sent.json_object(), "id")
        return Submission(result={"url": f"https://cdn.acme.example/{job_id}.mp4"}, request_id=job_id)


class Servers:
    """The servers of both providers."""

    def __init__(self, **created: int) -> None:
        self.of = {name: AcmeServer() for name in ("acme", "other")}
        for name, count in created.items():
            # long finished
            self.of[name].created.update({f"job-{number + 1}": -1000.0 for number in range(count)})

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        return self.of[call.url.removeprefix("https://").partition(".")[0]](call, now)

    def created(self) -> dict[str, int]:
        return {name: len(server.created) for name, server in self.of.items() if server.created}


@dataclass
class World:
    """What a way to generate works with."""

    servers: Servers
    journal: JournalFolder
    providers: Registry

    def generate(
        self, config: VideoGenerationConfig, *, request: VideoGenerationRequest = BOAT, **driven: Any
    ) -> object:
        flow = generation(
            config, request=request, providers=self.providers, journals=True, reports=bool(driven)
        ).generate()
        return VirtualTime(self.servers, journal=self.journal, **driven).run(flow)

    def submitted(self) -> Job:
        flow = generation(acme(), providers=self.providers, journals=True).submit()
        return VirtualTime(self.servers, journal=self.journal).run(flow)

    def resume(self, job: Job) -> VideoGenerationResponse:
        config = CHAIN if len(job.configs) > 1 else acme()
        flow = resuming(job, config, providers=self.providers)
        response = VirtualTime(self.servers, journal=self.journal).run(flow)
        assert isinstance(response, VideoGenerationResponse)
        return response


Way: TypeAlias = Callable[[World], object]
CHAIN = acme(fallback_configs=[acme("other")])


def polled(world: World) -> object:
    return world.generate(acme())


def with_a_large_input(world: World) -> object:
    return world.generate(acme(), request=VideoGenerationRequest(prompt="x", extra_params={"image": MEDIA}))


def failed_and_fallen_back(world: World) -> object:
    world.servers.of["acme"].answers["status"] = [reply(200, {"state": "failed"})]
    return world.generate(CHAIN)


def lost_and_fallen_back(world: World) -> object:
    world.servers.of["acme"].answers["submit"] = [broken("timeout")]
    return world.generate(CHAIN)


def detached_at_the_deadline(world: World) -> object:
    with pytest.raises(TimeoutError) as caught:
        world.generate(CHAIN.model_copy(update={"timeout": 20, "on_timeout": "detach"}))
    return caught.value.job


def cancelled_at_the_deadline(world: World) -> object:
    with pytest.raises(TimeoutError):
        world.generate(acme(timeout=20))
    return None


def interrupted(world: World) -> object:
    def stop(update: Any) -> None:
        if update.status == "processing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.generate(acme(), on_progress=stop)
    return None


def submitted_and_resumed(world: World) -> object:
    return world.resume(world.submitted())


def submitted_and_cancelled(world: World) -> object:
    job = world.submitted()
    factory = GenerationFactory(world.providers, Path("unused"), environ={}, journals=True)
    return VirtualTime(world.servers, journal=world.journal).run(factory.cancel(job, acme(), {}))


WAYS: tuple[Way, ...] = (
    polled,
    with_a_large_input,
    failed_and_fallen_back,
    lost_and_fallen_back,
    detached_at_the_deadline,
    cancelled_at_the_deadline,
    interrupted,
    submitted_and_resumed,
    submitted_and_cancelled,
)
CASES = [
    *(pytest.param(way, Acme, id=way.__name__) for way in WAYS),
    *(pytest.param(way, AtOnce, id=f"{way.__name__}-at_once") for way in WAYS[:2]),
]


def _providers(plugin: type[Acme]) -> Registry:
    made = Registry(entry_points=lambda _group: ())
    for name in ("acme", "other"):
        made.register(name, plugin(name))
    return made


def _is_known(name: str, jobs: tuple[Job, ...]) -> bool:
    """Whether a job of one of these servers is in a journal, or counts there as one that may exist."""
    return any(
        job.provider == name
        or any(entry.provider == name and entry.submitted != "no" for entry in job.attempts)
        for job in jobs
    )


def _outcome(act: Callable[[], object]) -> tuple[object, TarashException | None]:
    try:
        return act(), None
    except TarashException as error:
        return None, error


def _left_in(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.json")}


@pytest.mark.parametrize(("way", "plugin"), CASES)
def test_after_a_death_at_any_moment_each_paid_job_is_known_and_none_is_paid_again(
    way: Way, plugin: type[Acme], tmp_path: Path
) -> None:
    providers, servers = _providers(plugin), Servers()
    moments: list[tuple[Path, dict[str, int]]] = []
    disk = WatchedDisk(
        lambda number: moments.append((copy_of(tmp_path / "jobs", tmp_path / f"{number}"), servers.created()))
    )
    with disk.watched():
        way(World(servers, JournalFolder(tmp_path / "jobs"), providers))
    assert len(moments) > 30
    for folder, created in moments:
        next_process = World(Servers(**created), JournalFolder(folder), providers)
        known = next_process.journal.overview(ended=True)
        assert known.unreadable == {}
        assert all(_is_known(name, known.jobs) for name in created), folder
        running = next_process.journal.list()
        assert _left_in(folder) == {job.generation_id for job in running}, folder
        for job in running:
            _, failure = _outcome(partial(next_process.resume, job))
            # of a submission that was interrupted, nobody knows
            assert failure is None or (job.reference, failure.submitted) == (None, "unknown"), folder
        assert max(next_process.servers.created().values(), default=0) <= 1, folder


def _check_outcome(world: World, way: Way) -> None:
    """Where nothing was sent, nothing is noted: whoever tries again and also resumes what the journal lists must not pay twice."""
    result, failure = _outcome(lambda: way(world))
    if failure is None:
        assert isinstance(result, VideoGenerationResponse)
        return
    assert isinstance(failure, JournalError)
    is_sent = bool(world.servers.of[failure.provider or "acme"].created)
    assert is_sent == (failure.job is not None)
    assert is_sent or "submitting" not in {job.state for job in world.journal.list()}


@pytest.mark.parametrize(("way", "plugin"), [CASES[0], CASES[1], CASES[2], CASES[9]])
def test_whatever_write_fails_the_caller_has_the_result_or_the_job_or_nothing_was_sent(
    way: Way, plugin: type[Acme], tmp_path: Path
) -> None:
    providers, failing = _providers(plugin), 0
    while True:
        world = World(Servers(), JournalFolder(tmp_path / f"{failing}"), providers)

        def fail(operation: int, failing: int = failing) -> None:
            if operation == failing:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

        disk = WatchedDisk(fail)
        with disk.watched():
            _check_outcome(world, way)
        if failing >= len(disk.names):
            break
        failing += 1
    assert failing > 30


@pytest.mark.parametrize(("way", "plugin"), [CASES[0], CASES[1], CASES[2], CASES[9]])
def test_a_disk_that_is_full_from_some_moment_on_costs_neither_a_job_nor_a_result(
    way: Way, plugin: type[Acme], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    providers, sync, left = _providers(plugin), os.fsync, 0

    def write(descriptor: int) -> None:
        nonlocal left
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            left -= 1
            if left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", write)
    for writes in range(8):
        left = writes
        folder = tmp_path / f"{writes}"
        _check_outcome(World(Servers(), JournalFolder(folder), providers), way)
        assert not list(folder.glob("*.part")), writes
    assert left >= 0


def test_a_full_disk_is_told_with_the_file_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JournalError, match=rf"No space left on device: '{re.escape(str(tmp_path))}"):
        polled(World(Servers(), JournalFolder(tmp_path / "jobs"), _providers(Acme)))


def test_an_entry_that_a_power_cut_tears_is_named_and_is_never_another_job(tmp_path: Path) -> None:
    world = World(Servers(), JournalFolder(tmp_path / "jobs"), _providers(Acme))
    job = world.submitted()
    whole = (world.journal.path / f"{job.generation_id}.json").read_bytes()
    torn = [whole[:size] + b"\0" * zeros for size in range(len(whole)) for zeros in (0, len(whole) - size)]
    for content in (*torn, whole + whole, whole + b"\0"):
        with pytest.raises(ValidationError, match="it is incomplete, or another program wrote it"):
            from_bytes(content, None)
    (world.journal.path / f"{job.generation_id}.json").write_bytes(torn[-1])
    assert list(world.journal.list()) == []
    assert [path.stem for path in world.journal.overview().unreadable] == [job.generation_id]


def test_a_streamed_job_is_known_too(run: Run, fal: FalSimulator, tmp_path: Path) -> None:
    moments: list[tuple[Path, int]] = []
    disk = WatchedDisk(
        lambda number: moments.append((copy_of(tmp_path / "jobs", tmp_path / f"{number}"), len(fal.jobs)))
    )
    with Gateway(journal=JournalFolder(tmp_path / "jobs"), environ={}) as gateway, disk.watched():
        run(gateway, "generate_video", fal_video(fal), BOAT, on_progress=lambda _update: None)
    assert moments
    for folder, created in moments:
        assert not created or JournalFolder(folder).overview(ended=True).jobs, folder
