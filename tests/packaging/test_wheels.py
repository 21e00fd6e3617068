"""What is inside the wheels, before anything is installed."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser

import pytest
from packaging.utils import canonicalize_name

from clean_environment import CORE, EXTENSIONS, OFFICIAL_CLIENTS, PLUGINS, PROJECTS, PROVIDERS, Wheel

pytestmark = [pytest.mark.packaging, pytest.mark.xdist_group("packaging"), pytest.mark.timeout(600)]

each_distribution = pytest.mark.parametrize("name", sorted(PROJECTS))
each_plugin = pytest.mark.parametrize("plugin", PLUGINS)

# Beside the core; a plugin adds a distribution only where the protocol or the rendering needs it.
REQUIRED_BY_PLUGIN = {
    "aiohttp": {"aiohttp"},  # what it sends with
    "batch": {"dbos", "fsspec", "markupsafe", "sqlalchemy"},  # the engine, the stores, the page, the database
    "comfyui": {"websockets"},  # the progress of a job comes over a WebSocket
    "google": {"google-auth"},  # Vertex AI: OAuth tokens of service accounts
    "keyring": {"keyring"},  # what it reads
    "kling": {"pyjwt"},  # requests are signed with a JSON web token
    "local": {"av", "pillow"},  # renders the clips itself
    "otel": {"opentelemetry-api"},  # what it reports to
}


def packages(wheel: Wheel) -> set[str]:
    return {name.split("/")[0] for name in wheel.files if ".dist-info/" not in name}


@each_distribution
def test_every_distribution_of_the_checkout_gives_one_wheel_of_the_version_in_development(
    name: str, wheels: Mapping[str, Wheel]
) -> None:
    version = wheels[name].metadata["Version"]
    assert wheels[name].path.name == f"{name.replace('-', '_')}-{version}-py3-none-any.whl"


def test_the_core_leaves_the_namespace_to_everyone(wheels: Mapping[str, Wheel]) -> None:
    outside = [name for name in wheels[CORE].files if not name.startswith("tarash/tarash_gateway/")]
    assert packages(wheels[CORE]) == {"tarash", "tarash_gateway"}
    assert {name for name in outside if ".dist-info/" not in name} == {
        "tarash_gateway/__init__.py",
        "tarash_gateway/py.typed",
    }


def test_the_core_ships_the_directory_of_plugins(wheels: Mapping[str, Wheel]) -> None:
    assert "tarash/tarash_gateway/directory/plugins.json" in wheels[CORE].files


@each_plugin
def test_a_plugin_ships_one_flat_package_of_its_own(plugin: str, wheels: Mapping[str, Wheel]) -> None:
    assert packages(wheels[f"{CORE}-{plugin}"]) == {f"tarash_gateway_{plugin}"}


@each_distribution
def test_a_type_checker_sees_that_the_package_is_typed(name: str, wheels: Mapping[str, Wheel]) -> None:
    package = "tarash/tarash_gateway" if name == CORE else name.replace("-", "_")
    assert f"{package}/py.typed" in wheels[name].files


@each_distribution
def test_a_wheel_says_its_licence_and_its_python_versions(name: str, wheels: Mapping[str, Wheel]) -> None:
    assert wheels[name].metadata["License-Expression"] == "MIT"
    assert wheels[name].metadata["Requires-Python"] == ">=3.11"


@each_distribution
def test_a_wheel_has_a_description_for_the_index(name: str, wheels: Mapping[str, Wheel]) -> None:
    assert wheels[name].metadata["Summary"]
    assert str(wheels[name].metadata.get_payload()).strip()


@pytest.mark.parametrize("plugin", EXTENSIONS)
def test_an_extension_declares_itself(plugin: str, wheels: Mapping[str, Wheel]) -> None:
    declared = ConfigParser()
    declared.read_string(wheels[f"{CORE}-{plugin}"].read("entry_points.txt"))
    assert plugin in declared["tarash_gateway.extensions"]


@pytest.mark.parametrize("plugin", PROVIDERS)
def test_a_plugin_declares_its_provider_id(plugin: str, wheels: Mapping[str, Wheel]) -> None:
    declared = ConfigParser()
    declared.read_string(wheels[f"{CORE}-{plugin}"].read("entry_points.txt"))
    assert plugin in declared["tarash_gateway.providers"]


def test_the_core_requires_five_distributions_and_no_more(wheels: Mapping[str, Wheel]) -> None:
    required = {canonicalize_name(requirement.name) for requirement in wheels[CORE].required()}
    assert required == {"anyio", "httpx", "importlib-metadata", "pluggy", "pydantic"}


@each_plugin
def test_a_plugin_requires_a_core_and_never_the_core_of_another_project(
    plugin: str, wheels: Mapping[str, Wheel]
) -> None:
    core = [r for r in wheels[f"{CORE}-{plugin}"].required() if canonicalize_name(r.name) == CORE]
    assert len(core) == 1
    assert not core[0].specifier.contains("0.1.0"), "another project published 0.1.0 under this name"
    assert core[0].specifier.contains(wheels[CORE].metadata["Version"], prereleases=True)


@each_plugin
def test_a_plugin_requires_nothing_that_its_provider_does_not_call_for(
    plugin: str, wheels: Mapping[str, Wheel]
) -> None:
    required = {canonicalize_name(r.name) for r in wheels[f"{CORE}-{plugin}"].required()}
    assert required - {CORE} <= REQUIRED_BY_PLUGIN.get(plugin, set())


@each_distribution
def test_no_requirement_has_an_upper_cap(name: str, wheels: Mapping[str, Wheel]) -> None:
    operators = {specifier.operator for r in wheels[name].requirements for specifier in r.specifier}
    assert operators <= {">="}


@each_distribution
def test_no_official_client_is_needed_at_run_time(name: str, wheels: Mapping[str, Wheel]) -> None:
    assert {canonicalize_name(requirement.name) for requirement in wheels[name].requirements}.isdisjoint(
        OFFICIAL_CLIENTS
    )
