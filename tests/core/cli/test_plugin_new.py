from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Tarash = Callable[..., Result]


def test_the_tests_of_a_new_plugin_pass_at_once(tarash: Tarash, workplace: Path) -> None:
    assert tarash("plugin", "new", "acme-video").exit_code == 0
    folder = workplace / "tarash-gateway-acme-video"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "failed" not in done.stdout


@pytest.mark.parametrize("command", [("check",), ("format", "--check")])
def test_a_new_plugin_is_formatted_and_lints(
    tarash: Tarash, workplace: Path, command: tuple[str, ...]
) -> None:
    assert tarash("plugin", "new", "acme").exit_code == 0
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
        cwd=workplace / "tarash-gateway-acme",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_new_plugin_is_named_as_the_convention_says(tarash: Tarash, workplace: Path) -> None:
    result = tarash("plugin", "new", "acme-video", "--title", "Acme Motion", "--into", "here")
    assert result.exit_code == 0, result.output
    project = tomllib.loads((workplace / "here" / "pyproject.toml").read_text())["project"]
    assert project["name"] == "tarash-gateway-acme-video"
    assert project["entry-points"]["tarash_gateway.providers"] == {"acme-video": "tarash_gateway_acme_video"}
    package = workplace / "here" / "src" / "tarash_gateway_acme_video"
    modules = {"errors.py", "models.py", "payload.py", "results.py", "settings.py", "status.py"}
    assert {path.name for path in package.iterdir()} == {"__init__.py", "py.typed", *modules}
    assert 'title="Acme Motion"' in (package / "__init__.py").read_text()
    assert 'api_key_env=("ACME_VIDEO_API_KEY",)' in (package / "__init__.py").read_text()
    assert (workplace / "here" / "CHANGELOG.md").exists()


@pytest.mark.parametrize("name", ["Acme", "acme_video", "-acme", "acme--video", "1acme", ""])
def test_a_name_that_cannot_be_an_id_is_refused(tarash: Tarash, workplace: Path, name: str) -> None:
    result = tarash("plugin", "new", "--", name)
    assert result.exit_code == 2
    assert "is not a valid provider id" in result.stderr
    assert list(workplace.iterdir()) == []


def test_nothing_is_overwritten(tarash: Tarash, workplace: Path) -> None:
    assert tarash("plugin", "new", "acme").exit_code == 0
    result = tarash("plugin", "new", "acme")
    assert result.exit_code == 2
    assert "already exists" in result.stderr


def test_a_title_that_would_break_the_code_is_refused(tarash: Tarash, workplace: Path) -> None:
    assert tarash("plugin", "new", "acme", "--title", 'A"B').exit_code == 2
