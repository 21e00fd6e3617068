"""A command that is killed at the worst moment loses no job: it is listed, found at the provider, and paid once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from core.cli.test_interruption import wait_until
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway.testing.simulator import SlowAnswer, Status

Tarash = Callable[..., Result]

COMMAND = [sys.executable, "-c", "from tarash.tarash_gateway.cli import main; main()"]


@pytest.fixture
def replicate(monkeypatch: pytest.MonkeyPatch, workplace: Path) -> Iterator[ReplicateSimulator]:
    """Replicate on loopback, with its token in the environment."""
    monkeypatch.setenv("REPLICATE_API_TOKEN", ReplicateSimulator.api_key)
    with ReplicateSimulator() as simulator:
        yield simulator


def killed(arguments: tuple[str, ...], folder: Path, *, when: Callable[[], bool]) -> None:
    """Run a command, and kill it when a condition holds: nothing of it runs on."""
    program = subprocess.Popen(
        [*COMMAND, *arguments],
        env=os.environ,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(when, program)
    finally:
        program.kill()
        program.communicate()


def test_a_command_killed_while_it_submits_is_found_and_not_paid_twice(
    tarash: Tarash, replicate: ReplicateSimulator, workplace: Path
) -> None:
    replicate.inject("submit", SlowAnswer(5))
    at_replicate = ("-p", "replicate", "-m", "google/veo-3.1-fast", "--base-url", f"{replicate.url}/v1")
    killed(
        ("generate", "video", "a boat", *at_replicate), workplace, when=lambda: replicate.count("submit") == 1
    )
    [listed] = json.loads(tarash("jobs", "list", "--json").stdout)
    assert (listed["state"], listed["provider"], listed["request_id"]) == ("submitting", "replicate", None)
    result = tarash("jobs", "resume", listed["generation_id"], "--out", "boat.mp4")
    assert result.exit_code == 0, result.output
    assert (workplace / "boat.mp4").stat().st_size > 50
    assert (replicate.count("submit"), len(replicate.jobs)) == (1, 1)
    assert tarash("jobs", "list", "--json").stdout.strip() == "[]"


def test_a_command_killed_while_it_waits_is_carried_on(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    fal.hold()
    fal.inject("stream", Status(500), times=None)
    killed(("generate", "video", "a boat", *at_fal), workplace, when=lambda: fal.count("status") > 0)
    [listed] = json.loads(tarash("jobs", "list", "--json").stdout)
    assert (listed["state"], listed["request_id"]) == ("submitted", fal.jobs[0].id)
    fal.release()
    assert tarash("jobs", "resume", listed["generation_id"], "--out", "boat.mp4").exit_code == 0
    assert fal.count("submit") == 1


def test_a_killed_resume_lets_go_of_its_job(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    detached = tarash("generate", "video", "a boat", *at_fal, "--detach", "--quiet").stdout.strip()
    fal.hold()
    fal.inject("stream", Status(500), times=None)
    killed(("jobs", "resume", detached), workplace, when=lambda: fal.count("status") > 0)
    fal.release()
    assert tarash("jobs", "resume", detached, "--out", "boat.mp4").exit_code == 0
    assert fal.count("submit") == 1


def test_a_command_killed_while_it_saves_keeps_the_result(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    fal.inject("file", SlowAnswer(5))
    killed(("generate", "video", "a boat", *at_fal), workplace, when=lambda: fal.count("file") > 0)
    [listed] = json.loads(tarash("jobs", "list", "--json").stdout)
    assert (listed["state"], listed["outcome"], listed["has_result"]) == ("ended", "completed", True)
    asked = len(fal.requests)
    assert tarash("jobs", "resume", listed["generation_id"], "--out", "boat.mp4").exit_code == 0
    assert (workplace / "boat.mp4").stat().st_size > 50
    assert {request.route for request in fal.requests[asked:]} == {"file"}, "the provider is not asked again"
