"""Each plugin with the core, and all of them together, in environments that hold nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from clean_environment import CORE, EXTENSIONS, OFFICIAL_CLIENTS, PROVIDERS, CleanEnvironment, Wheel, closure
from simulators.every_provider import SIMULATORS, running

pytestmark = [pytest.mark.packaging, pytest.mark.xdist_group("packaging"), pytest.mark.timeout(600)]

each_plugin = pytest.mark.parametrize("plugin", PROVIDERS)

Install = Callable[..., CleanEnvironment]
PROBE = Path(__file__).with_name("probe.py")
SIMULATED = Path(__file__).with_name("simulated.py")


def assert_built_here(installed: Mapping[str, Any], names: set[str], wheels: Mapping[str, Wheel]) -> None:
    ours = {name: found["archive_sha256"] for name, found in installed.items() if name.startswith(CORE)}
    assert ours == {name: wheels[name].sha256 for name in names}


def assert_generates_over_the_wire(plugin: str, environment: CleanEnvironment) -> None:
    cases = SIMULATORS[plugin].cases
    with running(plugin) as simulator:
        config = {
            "provider": plugin,
            "model": cases.video_model or cases.image_model,
            "api_key": simulator.api_key,
            "base_url": simulator.url + cases.base_path,
            "provider_config": dict(cases.provider_config),
            "poll_interval": 0.05,
        }
        kind = "video" if cases.video_model else "image"
        found = environment.ask(SIMULATED, json.dumps({"kind": kind, "config": config}))
        assert simulator.count(cases.submit_route) == 1
    assert found["provider"] == plugin
    assert found["url"].startswith(("http://127.0.0.1:", "file:///"))
    assert not found["is_mock"]
    assert found["submitted"] == ["yes"]


def test_the_core_brings_what_its_requirements_need_and_nothing_else(
    install: Install, wheels: dict[str, Wheel], third_party: dict[str, Wheel]
) -> None:
    found = install().ask(PROBE)
    assert set(found["installed"]) == closure({CORE: ()}, wheels | third_party)
    assert_built_here(found["installed"], {CORE}, wheels)


def test_the_command_without_its_extra_says_how_to_get_it(install: Install) -> None:
    done = install().run("tarash", "providers")
    assert done.returncode != 0
    assert "[cli]" in done.stderr
    assert "Traceback" not in done.stderr


@each_plugin
def test_a_plugin_installs_alone_and_generates(
    plugin: str, install: Install, wheels: dict[str, Wheel], third_party: dict[str, Wheel]
) -> None:
    name = f"{CORE}-{plugin}"
    environment = install(name)
    found = environment.ask(PROBE, plugin)

    assert_built_here(found["installed"], {CORE, name}, wheels)
    assert set(found["installed"]) == closure({CORE: (), name: ()}, wheels | third_party)
    assert set(found["installed"]).isdisjoint(OFFICIAL_CLIENTS)
    assert all(Path(file).is_relative_to(environment.directory) for file in found["module_files"].values())
    assert found["generated"][plugin]["provider"] == plugin
    assert found["generated"][plugin]["is_mock"]
    assert found["generated"][plugin]["url"].startswith("data:")
    if plugin in SIMULATORS:
        assert_generates_over_the_wire(plugin, environment)


def test_the_command_line_lists_an_installed_plugin_and_no_other(install: Install) -> None:
    """With one plugin: that each is listed shows where all live together, and that each loads alone where it is alone."""
    done = install(f"{CORE}-fal", extras="[cli]").run("tarash", "providers")
    assert done.returncode == 0, done.stderr
    assert set(PROVIDERS) & set(done.stdout.split()) == {"fal"}


def test_all_providers_live_together(
    install: Install, wheels: dict[str, Wheel], third_party: dict[str, Wheel]
) -> None:
    names = [f"{CORE}-{plugin}" for plugin in PROVIDERS]
    environment = install(*names, extras="[all]")
    found = environment.ask(PROBE, *PROVIDERS)

    assert_built_here(found["installed"], {CORE, *names}, wheels)
    assert set(found["installed"]) == closure({CORE: ("all",)}, wheels | third_party)
    assert all(found["generated"][plugin]["is_mock"] for plugin in PROVIDERS)
    listed = environment.run("tarash", "providers")
    assert set(PROVIDERS) <= set(listed.stdout.split()), listed.stderr


@pytest.mark.parametrize("plugin", EXTENSIONS)
def test_an_extension_installs_alone_and_loads(
    plugin: str, install: Install, wheels: dict[str, Wheel], third_party: dict[str, Wheel]
) -> None:
    name = f"{CORE}-{plugin}"
    environment = install(name)
    installed = environment.ask(PROBE)["installed"]
    assert_built_here(installed, {CORE, name}, wheels)
    assert set(installed) == closure({CORE: (), name: ()}, wheels | third_party)
    loaded = environment.run(
        "python",
        "-c",
        "from tarash.tarash_gateway.discovery import Registry\n"
        "print(*((found.label, found.problem) for found in Registry().extensions()))",
    )
    assert loaded.stdout.strip() == f"('extension {plugin} of {name}', None)", loaded.stderr
