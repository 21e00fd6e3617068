"""The directory lists the plugins of this repository as they are, and an error for a missing provider names what exists."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tarash.tarash_gateway import ProviderNotInstalledError, VideoGenerationConfig
from tarash.tarash_gateway.directory import Directory, KnownPlugin, directory
from tarash.tarash_gateway.discovery import Registry

ROOT = Path(__file__).parents[2]
GROUPS = ("tarash_gateway.providers", "tarash_gateway.extensions", "tarash_gateway.commands")


def _declared() -> dict[str, tuple[str, str]]:
    """The distribution and the folder of every entry point under plugins/, by name."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        folder = path.parent.relative_to(ROOT).as_posix()
        for group in GROUPS:
            for name in project.get("entry-points", {}).get(group, {}):
                found[name] = (project["name"], folder)
    return found


def test_every_plugin_of_this_repository_is_listed_with_its_distribution() -> None:
    listed = {
        plugin.id: (plugin.distribution, plugin.folder) for plugin in directory().plugins if plugin.folder
    }
    assert listed == _declared(), "run `make reference`, which writes the entries of this repository"


def test_what_it_says_of_a_provider_is_what_the_provider_says() -> None:
    said = {
        item.id: (item.info.title, tuple(sorted(item.info.modalities, reverse=True)), item.info.home_page)
        for item in Registry().listing()
        if item.info is not None
    }
    listed = {
        plugin.id: (plugin.title, plugin.makes, plugin.home) for plugin in directory().plugins if plugin.makes
    }
    assert {name: facts for name, facts in said.items() if listed.get(name) != facts} == {}


def test_it_is_dated_and_lists_nothing_twice() -> None:
    known = directory()
    assert date(2026, 11, 27) <= known.as_of
    assert len({plugin.id for plugin in known.plugins}) == len(known.plugins)
    assert all(
        plugin.home.startswith("https://") for plugin in known.plugins if plugin.makes or not plugin.folder
    )


@pytest.mark.parametrize(
    "plugin", [plugin for plugin in directory().plugins if plugin.makes], ids=lambda plugin: plugin.id
)
def test_the_error_for_a_known_provider_installs_from_a_folder_that_exists(plugin: KnownPlugin) -> None:
    with pytest.raises(ProviderNotInstalledError) as caught:
        Registry(lambda _group: ()).get(plugin.id)
    command = caught.value.message.partition("pip install ")[2].partition(";")[0]
    assert command.split() == ["./core", f"./{plugin.folder}"]
    assert all((ROOT / folder / "pyproject.toml").is_file() for folder in command.split())


@pytest.mark.parametrize("unknown", ["pikalabs", "otel"])
def test_the_error_for_an_unknown_provider_names_no_folder(unknown: str) -> None:
    """An extension is no provider, though the directory lists it."""
    with pytest.raises(
        ProviderNotInstalledError, match="neither installed nor known; installed: none"
    ) as caught:
        Registry(lambda _group: ()).get(unknown)
    assert "tarash providers --available" in caught.value.message
    assert "./" not in caught.value.message


@pytest.mark.parametrize(("given", "meant"), [("replicat", "replicate"), ("azure-openai", "azure_openai")])
def test_a_misspelt_provider_is_guessed_though_it_is_not_installed(given: str, meant: str) -> None:
    with pytest.raises(ProviderNotInstalledError, match=f"did you mean '{meant}'"):
        Registry(lambda _group: ()).get(VideoGenerationConfig(provider=given, model="m").provider)


def test_a_plugin_of_somebody_else_is_installed_by_its_name() -> None:
    theirs = replace(directory().plugins[0], folder="", distribution="tarash-gateway-theirs")
    assert (theirs.install, theirs.is_in_checkout) == ("pip install tarash-gateway-theirs", False)


def test_a_command_is_found_with_how_to_install_its_plugin_whoever_wrote_it() -> None:
    theirs = replace(
        directory().plugins[0], folder="", distribution="tarash-gateway-theirs", command="storyboard"
    )
    known = Directory(date(2026, 11, 28), (*directory().plugins, theirs))
    found = known.with_command("storyboard")
    assert found is not None
    assert found.advice == "install its plugin: pip install tarash-gateway-theirs"
    assert known.with_command("storyboards") is None
    assert known.with_command("") is None


def test_the_file_is_what_an_editor_of_it_would_write() -> None:
    """One entry a line, so that a pull request adds one."""
    path = ROOT / "core/src/tarash/tarash_gateway/directory/plugins.json"
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = [line.strip().rstrip(",") for line in lines if line.lstrip().startswith('{"')]
    assert len(entries) == len(directory().plugins)
    assert all(json.loads(entry)["id"] for entry in entries)
