"""A plugin added to the workspace is known everywhere it must be."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from clean_environment import CORE, PLUGINS, PROVIDERS, ROOT


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def extras_of_the_core() -> dict[str, list[str]]:
    extras: dict[str, list[str]] = read(ROOT / "core" / "pyproject.toml")["project"]["optional-dependencies"]
    return extras


def test_there_is_an_extra_of_the_core_for_every_plugin() -> None:
    extras = extras_of_the_core()
    named = {extra: [Requirement(line).name for line in lines] for extra, lines in extras.items()}
    assert {
        extra: names
        for extra, names in named.items()
        if extra not in {"all", "cli", "compare", "fsspec", "testing", "websocket"}
    } == {plugin: [f"{CORE}-{plugin}"] for plugin in PLUGINS}


def test_the_extra_all_is_every_provider_the_command_line_and_the_websockets() -> None:
    """An extension is not among them: it takes effect once it is installed."""
    extras = extras_of_the_core()
    providers = [line for plugin in PROVIDERS for line in extras[plugin]]
    assert sorted(extras["all"]) == sorted([*extras["cli"], *extras["websocket"], *providers])


def test_the_type_checker_finds_every_plugin() -> None:
    found = read(ROOT / "pyproject.toml")["tool"]["mypy"]["mypy_path"]
    expected = ["core/src", "docs", "tests", *(f"plugins/{plugin}/src" for plugin in PLUGINS)]
    assert found == [f"$MYPY_CONFIG_FILE_DIR/{folder}" for folder in expected]


def test_development_requirements_never_name_a_distribution_of_this_checkout() -> None:
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    names = [Requirement(line).name for line in lines if line and not line.startswith("#")]
    assert [name for name in names if name.startswith(CORE)] == []


def test_every_licence_file_is_the_same() -> None:
    licence = (ROOT / "LICENSE").read_bytes()
    copies = [ROOT / "core" / "LICENSE", *ROOT.glob("plugins/*/LICENSE")]
    assert [copy for copy in copies if copy.read_bytes() != licence] == []
