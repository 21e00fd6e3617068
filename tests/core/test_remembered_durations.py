"""Durations outlive the process, in a small file that nobody has to trust."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from core.acme import AcmeServer, acme, generation
from core.chains import fal_video
from core.interruption import Interruption
from core.raw_server import RawServer, answer
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    Gateway,
    MockConfig,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.engine import duration_file
from tarash.tarash_gateway.engine.duration_file import MAX_MODELS, durations_file, saved_history
from tarash.tarash_gateway.engine.duration_history import SAVED_EVERY_SECONDS
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.plugin import HttpCall, send
from tarash.tarash_gateway.testing import VirtualTime

SERVER = "https://acme.example"
BOAT = VideoGenerationRequest(prompt="a paper boat")


def _run(file: Path, *, job_seconds: float = 40.0) -> AcmeServer:
    server = AcmeServer(job_seconds=job_seconds)
    memory = Memory(Path("unused"), saved_history(file))
    VirtualTime(server).run(generation(acme(), memory).generate())
    return server


def _usual(file: Path, server: str = SERVER, model: str = "plain") -> float | None:
    return saved_history(file).expectation(server, model, None, 0.0).usual_seconds


def test_the_next_process_knows_how_long_a_model_takes(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "durations.json"
    first, second = _run(file), _run(file)
    assert second.count("status") < first.count("status")
    assert _usual(file) == pytest.approx(40, abs=2)


def test_processes_at_the_same_time_keep_each_others_durations(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    one, other = saved_history(file), saved_history(file)
    one.add("s", "m", 10.0)
    other.add("s", "m", 30.0)
    other.add("s", "n", 5.0)
    one.save()
    other.save()
    assert _usual(file, "s", "m") == 20.0
    assert _usual(file, "s", "n") == 5.0
    assert [path.name for path in tmp_path.iterdir()] == ["durations.json"]


def test_it_is_saved_at_once_and_then_now_and_then(tmp_path: Path) -> None:
    history = saved_history(tmp_path / "durations.json")
    assert not history.is_save_due(0.0), "there is nothing to save"
    history.add("s", "m", 10.0)
    assert history.is_save_due(100.0)
    history.save()
    history.add("s", "m", 10.0)
    assert not history.is_save_due(101.0)
    assert history.is_save_due(100.0 + SAVED_EVERY_SECONDS)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "durations.json"
    _run(file)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_file_stays_small(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    history = saved_history(file)
    for model in range(MAX_MODELS + 50):
        for _ in range(100):
            history.add("s", str(model), 1234.5678)
    history.save()
    models = json.loads(file.read_bytes())["models"]
    assert len(models) == MAX_MODELS
    assert all(len(entry["seconds"]) <= 40 for entry in models)
    assert _usual(file, "s", "0") is None
    assert _usual(file, "s", str(MAX_MODELS + 49)) == pytest.approx(1234.568)


def test_a_password_in_a_base_url_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    history = saved_history(file)
    history.add("https://user:secret@host.example", "m", 10.0)
    history.save()
    assert b"secret" not in file.read_bytes()


GOOD = {"server": "s", "model": "m", "seconds": [7.0]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b'{"format": 2, "models": []}',
        b'{"format": 1, "models": {}}',
        b'{"format": 1, "models": [null, 7, {}]}',
        b"[" * 100_000,
        b'{"format": 1, "models": [{"server": "s", "model": "m", "seconds": [NaN, Infinity, -1, 0, 1e300, true, "9", null]}]}',
        b'{"format": 1, "models": [{"server": 1, "model": [], "seconds": [7]}]}',
        json.dumps({"format": 1, "models": [{**GOOD, "model": "m" * 501}]}).encode(),
        b" " * 1_000_001 + json.dumps({"format": 1, "models": [GOOD]}).encode(),
    ],
)
def test_a_damaged_or_forged_file_is_ignored_and_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "durations.json"
    file.write_bytes(content)
    history = saved_history(file)
    assert history.expectation("s", "m", None, 0.0).usual_seconds is None
    history.add("s", "m", 8.0)
    history.save()
    assert _usual(file, "s", "m") == 8.0


def test_one_bad_entry_does_not_spoil_the_others(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    file.write_text(json.dumps({"format": 1, "models": [{"server": "s"}, GOOD, {**GOOD, "seconds": "x"}]}))
    assert _usual(file, "s", "m") == 7.0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_neither_a_link_nor_a_pipe_is_read(tmp_path: Path) -> None:
    good, link, pipe = (tmp_path / name for name in ("good.json", "link.json", "pipe.json"))
    good.write_text(json.dumps({"format": 1, "models": [GOOD]}))
    link.symlink_to(good)
    os.mkfifo(pipe)
    assert _usual(good, "s", "m") == 7.0
    assert _usual(link, "s", "m") is _usual(pipe, "s", "m") is None


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_the_memory(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    _run(tmp_path / "cache" / "durations.json")


# Where it is, and how to do without.


@pytest.mark.parametrize(
    ("chosen", "environ", "platform", "expected"),
    [
        (True, {"HOME": "/home/me"}, "linux", "/home/me/.cache/tarash-gateway/durations.json"),
        (True, {"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "linux", "/c/tarash-gateway/durations.json"),
        (True, {"HOME": "/h", "XDG_CACHE_HOME": "c"}, "linux", "/h/.cache/tarash-gateway/durations.json"),
        (True, {"HOME": "/U/me"}, "darwin", "/U/me/Library/Caches/tarash-gateway/durations.json"),
        (True, {"LOCALAPPDATA": "/L"}, "win32", "/L/tarash-gateway/durations.json"),
        (True, {}, "linux", None),
        (True, {}, "darwin", None),
        (True, {}, "win32", None),
        (True, {"HOME": "/"}, "linux", None),
        (True, {"HOME": "/h", "TARASH_REMEMBER_DURATIONS": "0"}, "linux", None),
        (True, {"HOME": "/h", "TARASH_REMEMBER_DURATIONS": " False "}, "linux", None),
        (True, {"HOME": "/h", "TARASH_REMEMBER_DURATIONS": "1"}, "linux", "/h/.cache/tarash-gateway/durations.json"),
        (False, {"HOME": "/h"}, "linux", None),
        (Path("/mine.json"), {"HOME": "/h", "TARASH_REMEMBER_DURATIONS": "0"}, "linux", "/mine.json"),
    ],
)  # fmt: skip
def test_where_durations_are_kept(
    chosen: bool | Path, environ: dict[str, str], platform: str, expected: str | None
) -> None:
    found = durations_file(chosen, environ, platform=platform)
    assert found == (None if expected is None else Path(expected))


@pytest.mark.parametrize("remembers", [True, False])
def test_a_gateway_remembers_unless_it_is_told_not_to(
    run: Run, fal: FalSimulator, tmp_path: Path, remembers: bool
) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    with Gateway(environ=environ, output_dir=tmp_path, remember_durations=remembers) as gateway:
        run(gateway, "generate_video", fal_video(fal), BOAT)
        run(gateway, "generate_video", fal_video(fal), BOAT)
    file = tmp_path / "tarash-gateway" / "durations.json"
    assert file.exists() is remembers
    if remembers:
        (entry,) = json.loads(file.read_bytes())["models"]
        assert len(entry["seconds"]) == 2, "the second job is saved when the gateway closes"


@pytest.mark.parametrize("path", ["nul\0/durations.json", "\ud800/durations.json"])
def test_a_path_that_no_file_can_have_costs_nothing_but_the_memory(
    run: Run, fal: FalSimulator, path: str
) -> None:
    with Gateway(environ={}, remember_durations=path) as gateway:
        assert run(gateway, "generate_video", fal_video(fal), BOAT).status == "completed"


def test_a_home_folder_that_does_not_exist_is_told_at_once() -> None:
    with pytest.raises(ValidationError, match=r"remember_durations='~nobody-here/x' cannot be used: .* Pass"):
        Gateway(environ={}, remember_durations="~nobody-here/x")


@pytest.mark.parametrize("mode", ["blocking", "asyncio"])
def test_an_interruption_while_durations_are_saved_leaves_no_connection_open(
    mode: str, fal: FalSimulator, tmp_path: Path
) -> None:
    interruption = Interruption(lambda code: code.co_filename == duration_file.__file__, 0)
    gateway = Gateway(environ={}, remember_durations=tmp_path / "durations.json")
    for _ in range(2):  # the first is saved at once
        gateway.generate_video(fal_video(fal), BOAT)

    async def use_and_close(url: str) -> None:
        await gateway.run_async(send(HttpCall(method="GET", url=url)))
        with pytest.raises(KeyboardInterrupt), interruption.armed():
            await gateway.aclose()
        # before the event loop ends, with which connections are closed, too
        assert await asyncio.to_thread(server.closed.acquire, timeout=5)

    with RawServer(answer()) as server:
        if mode == "asyncio":
            asyncio.run(use_and_close(server.url))
        else:
            gateway.run_blocking(send(HttpCall(method="GET", url=server.url)))
            with pytest.raises(KeyboardInterrupt), interruption.armed():
                gateway.close()
            assert server.closed.acquire(timeout=5)
    assert interruption.passed == 1


def test_what_a_mock_takes_is_not_kept(tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    with Gateway(environ=environ, output_dir=tmp_path) as gateway:
        mocked = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", mock=MockConfig(enabled=True))
        gateway.generate_video(mocked, BOAT)
    assert not (tmp_path / "tarash-gateway").exists()
