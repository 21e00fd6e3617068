from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Tarash = Callable[..., Result]


VARIANTS = [
    pytest.param((), id="jobs"),
    pytest.param(("--image", "--sync"), id="images-sync"),
    pytest.param(("--stream", "--webhook"), id="stream-webhook"),
    pytest.param(("--image", "--stream", "--webhook"), id="images-stream-webhook"),
    pytest.param(("--image",), id="images"),
    pytest.param(("--sync",), id="sync"),
    pytest.param(("--stream",), id="stream"),
    pytest.param(("--webhook",), id="webhook"),
]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("options", VARIANTS[:4])
def test_the_tests_of_a_new_plugin_pass_at_once(
    tarash: Tarash, workplace: Path, options: tuple[str, ...]
) -> None:
    assert tarash("plugin", "new", "acme_video", *options).exit_code == 0
    folder = workplace / "tarash-gateway-acme-video"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "failed" not in done.stdout


@pytest.mark.parametrize("options", VARIANTS)
def test_a_new_plugin_is_formatted_and_lints(
    tarash: Tarash, workplace: Path, options: tuple[str, ...]
) -> None:
    assert tarash("plugin", "new", "acme", *options).exit_code == 0
    for command in (("check",), ("format", "--check")):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=workplace / "tarash-gateway-acme",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.timeout(300)
def test_a_new_plugin_is_typed_strictly(tarash: Tarash, workplace: Path) -> None:
    for name, options in (("first", ("--stream", "--webhook")), ("second", ("--image", "--sync"))):
        assert tarash("plugin", "new", name, *options, "--into", name).exit_code == 0
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--cache-dir", "../.mypy_cache"],
            cwd=workplace / name,
            env={**os.environ, "MYPYPATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.timeout(300)
def test_a_new_plugin_satisfies_pyright(tarash: Tarash, workplace: Path) -> None:
    pyright = (sys.executable, "-m", "pyright")
    if subprocess.run((*pyright, "--version"), capture_output=True, check=False).returncode:
        pytest.skip("pyright is not installed; it needs node")
    for name, options in (("first", ("--stream", "--webhook")), ("second", ("--image", "--sync"))):
        assert tarash("plugin", "new", name, *options, "--into", name).exit_code == 0
        settings = {"typeCheckingMode": "strict", "extraPaths": ["src", "tests"]}
        (workplace / name / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
        done = subprocess.run(
            [*pyright, "--pythonpath", sys.executable],
            cwd=workplace / name,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_a_plugin_that_answers_at_once_has_no_stream(tarash: Tarash, workplace: Path) -> None:
    result = tarash("plugin", "new", "acme", "--sync", "--stream")
    assert result.exit_code == 2
    assert "leave out --stream and --webhook, or --sync" in result.stderr
    assert list(workplace.iterdir()) == []


def test_a_plugin_with_the_id_of_an_installed_one_is_warned_of(tarash: Tarash, workplace: Path) -> None:
    result = tarash("plugin", "new", "local")
    assert result.exit_code == 0
    assert "a provider 'local' is already installed" in result.stderr
    assert "warning" not in tarash("plugin", "new", "nobody-has-this").stderr


def test_a_new_plugin_has_what_a_repository_needs(tarash: Tarash, workplace: Path) -> None:
    result = tarash("plugin", "new", "acme")
    assert 'pip install --editable ".[test]"' in result.stdout
    folder = workplace / "tarash-gateway-acme"
    assert ".venv/" in (folder / ".gitignore").read_text()
    assert "MIT License" in (folder / "LICENSE").read_text()
    workflow = (folder / ".github" / "workflows" / "test.yml").read_text()
    assert "core: [lowest-direct, highest]" in workflow
    assert "--resolution ${{ matrix.core }}" in workflow
    assert {"Source", "Issues", "Changelog"} == set(
        tomllib.loads((folder / "pyproject.toml").read_text())["project"]["urls"]
    )


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


def test_a_word_without_a_vowel_is_an_abbreviation(tarash: Tarash, workplace: Path) -> None:
    assert tarash("plugin", "new", "bfl-video").exit_code == 0
    package = workplace / "tarash-gateway-bfl-video" / "src" / "tarash_gateway_bfl_video"
    assert 'title="BFL Video"' in (package / "__init__.py").read_text()


@pytest.mark.parametrize("name", ["Acme", "acme_", "-acme", "acme--video", "acme-_video", "1acme", ""])
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
