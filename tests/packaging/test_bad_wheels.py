"""Broken plugins, each built as a wheel and installed beside two good ones: what is said of them, and that they harm no other."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bad_wheels import BAD, GOOD, IGNORED_HOOK, MISREAD_STREAM, SLOW, Bad
from clean_environment import CleanEnvironment

pytestmark = [pytest.mark.packaging, pytest.mark.xdist_group("packaging"), pytest.mark.timeout(600)]

Install = Callable[..., CleanEnvironment]
PROBE = Path(__file__).with_name("bad_probe.py")
BROKEN = 8
"""Exit code of `tarash doctor` if a plugin is broken."""


def unpack(wheel: Path, folder: Path) -> Path:
    """Install a wheel into a folder of its own: one without compiled code is installed by unpacking it."""
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def good_plugins(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folders in which the two good plugins are installed."""
    wheels = tmp_path_factory.mktemp("wheels")
    return [unpack(good.write(wheels), tmp_path_factory.mktemp(good.provider)) for good in GOOD]


def examine(
    bad: Bad, good_plugins: list[Path], folder: Path, environment: CleanEnvironment
) -> dict[str, Any]:
    """Build and install a plugin, and return what a process beside the good ones finds."""
    installed = unpack(bad.wheel.write(folder), folder / "bad")
    asked = {"provider": bad.provider, "use": bad.use, "options": dict(bad.options)}
    path = os.pathsep.join(map(str, [*good_plugins, installed]))
    done = environment.run(
        "python", PROBE, json.dumps(asked), variables={"PYTHONPATH": path, "COLUMNS": "400"}
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("bad", [pytest.param(bad, id=name) for name, bad in BAD.items()])
def test_a_broken_plugin_is_named_and_harms_no_other(
    bad: Bad, good_plugins: list[Path], tmp_path: Path, install: Install
) -> None:
    found = examine(bad, good_plugins, tmp_path, install(extras="[cli]"))
    listed, examined = one_line(found["providers"]["text"]), one_line(found["doctor"]["text"])
    assert found["providers"]["code"] == 0
    if bad.told:
        assert bad.told in listed
        assert bad.told in examined
        assert "broken" in listed
        assert found["doctor"]["code"] == BROKEN
    else:
        assert "broken" not in listed + examined
        assert found["doctor"]["code"] == 0
    assert found["use"]["error"] == bad.error, found["use"]
    assert (bad.used or bad.told) in found["use"]["message"]

    for name in {"good-one", "good-two"} - {bad.provider}:
        assert found["neighbours"][name] == {"error": None, "url": "file:", "warnings": []}
        assert found["neighbours_afterwards"][name] == found["neighbours"][name]
        assert f"{name}: tarash-gateway-{name} 1.0" in examined
    assert not found["loaded_by_neighbours"]


def test_a_plugin_that_imports_slowly_delays_nobody_who_does_not_use_it(
    good_plugins: list[Path], tmp_path: Path, install: Install
) -> None:
    found = examine(SLOW, good_plugins, tmp_path, install(extras="[cli]"))
    assert not found["loaded_by_neighbours"]
    assert found["use"]["error"] is None
    assert found["doctor"]["code"] == 0


def test_a_job_is_polled_although_its_status_stream_is_broken(
    good_plugins: list[Path], tmp_path: Path, install: Install
) -> None:
    found = examine(MISREAD_STREAM, good_plugins, tmp_path, install(extras="[cli]"))
    assert found["use"]["error"] is None
    (warning,) = found["use"]["warnings"]
    assert MISREAD_STREAM.used in warning


def test_a_hook_that_does_not_exist_is_ignored(
    good_plugins: list[Path], tmp_path: Path, install: Install
) -> None:
    found = examine(IGNORED_HOOK, good_plugins, tmp_path, install(extras="[cli]"))
    assert found["use"]["error"] is None
    assert found["doctor"]["code"] == 0
