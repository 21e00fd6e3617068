"""`tarash providers` lists what is installed, and with `--available` what is known."""

from __future__ import annotations

import json
from collections.abc import Callable

from typer.testing import Result

from tarash.tarash_gateway.directory import directory

Tarash = Callable[..., Result]


def test_the_known_plugins_are_listed_with_how_to_install_each(tarash: Tarash) -> None:
    *lines, last = tarash("providers", "--available").stdout.splitlines()
    assert lines[0].split("  ")[0] == "PLUGIN"
    assert [line.split()[0] for line in lines[1:]] == [plugin.id for plugin in directory().plugins]
    assert f"as of {directory().as_of}" in last


def test_they_are_listed_as_json(tarash: Tarash) -> None:
    listed = json.loads(tarash("providers", "--available", "--json").stdout)
    assert listed["as_of"] == directory().as_of.isoformat()
    fal = next(plugin for plugin in listed["plugins"] if plugin["id"] == "fal")
    assert fal["installed"] is True
    assert fal["install"] == "pip install ./core ./plugins/fal"
    assert fal["makes"] == ["video", "image"]
    otel = next(plugin for plugin in listed["plugins"] if plugin["id"] == "otel")
    assert (otel["installed"], otel["makes"]) == (True, [])


def test_the_installed_ones_are_listed_without(tarash: Tarash) -> None:
    lines = tarash("providers").stdout.splitlines()
    assert lines[0].split()[:2] == ["PROVIDER", "VERSION"]
    assert any(line.startswith("local ") for line in lines)
