"""From `tarash plugin new` to a plugin whose tests pass: from wheels alone, with no checkout on the path."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from clean_environment import ROOT, CleanEnvironment

pytestmark = [pytest.mark.packaging, pytest.mark.xdist_group("packaging"), pytest.mark.timeout(600)]

Install = Callable[..., CleanEnvironment]


def test_a_new_plugin_is_green_in_a_clean_environment(install: Install) -> None:
    environment = install(extras="[cli]")
    home = Path(environment.variables["HOME"])
    made = environment.run("tarash", "plugin", "new", "acme-motion", "--stream", "--webhook")
    assert made.returncode == 0, made.stderr
    step = re.search(r"cd (\S+) && python -m pip install (.*) && python -m pytest", made.stdout)
    assert step is not None, made.stdout
    folder, command = step.groups()
    assert command == '--editable ".[test]"'
    for name in (".gitignore", ".github/workflows/test.yml", "LICENSE", "CHANGELOG.md"):
        assert (home / folder / name).exists(), f"the core's wheel lacks the template of {name}"
    # the step that the command prints, with the wheels on disk in place of an index
    environment.pip_install("--editable", f"{home / folder}[test]")

    green = environment.run("python", "-m", "pytest", "-q", folder=home / folder)
    assert green.returncode == 0, green.stdout[-4000:] + green.stderr[-2000:]
    assert "failed" not in green.stdout
    assert str(ROOT) not in green.stdout

    listed = environment.run("tarash", "providers")
    assert "acme-motion" in listed.stdout.split(), listed.stderr
    namesake = environment.run("tarash", "plugin", "new", "acme-motion", "--into", "again")
    assert "already installed" in namesake.stderr


def test_the_extra_for_tests_brings_what_the_kit_imports(install: Install) -> None:
    environment = install(extras="[testing]")
    script = (
        "import trio, aiohttp, pytest; from tarash.tarash_gateway.testing import ProviderSuite, Simulator"
    )
    assert environment.run("python", "-c", script).returncode == 0
