"""Holds the READMEs of the plugins to what the plugins do: how to install, the example, the settings."""

from __future__ import annotations

import dataclasses
import importlib
import re
import shutil
from pathlib import Path
from typing import Any, cast

import pytest

from simulators.comfyui import WORKFLOWS
from tarash.tarash_gateway.plugin import ProviderInfo
from tarash.tarash_gateway.testing.simulator import tiny_png

ROOT = Path(__file__).resolve().parents[2]
PROVIDERS = (
    "alibaba",
    "bfl",
    "bytedance",
    "comfyui",
    "fal",
    "google",
    "kling",
    "local",
    "luma",
    "minimax",
    "openai",
    "replicate",
    "runway",
    "stability",
    "xai",
)


def readme(provider: str) -> str:
    return (ROOT / "plugins" / provider / "README.md").read_text("utf-8")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_core_and_plugin_are_installed_in_one_command(provider: str) -> None:
    commands = [line.strip() for line in re.findall(r"pip install [^`#\n]+", readme(provider))]
    assert commands.count(f"pip install ./core ./plugins/{provider}") == 2, "one for pip, one for uv"
    assert all("./core" in command and "./plugins/" in command for command in commands), commands


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_example_is_a_request_that_can_be_sent(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("boat.png", "street.png"):
        Path(name).write_bytes(tiny_png())
    shutil.copy(WORKFLOWS / "text_to_video.json", "boats.json")
    snippets = re.findall(r"```python\n(.*?)```", readme(provider), flags=re.DOTALL)
    assert snippets
    for snippet in snippets:
        # planned instead of generated: mapped and priced, and nothing is sent
        unsaved = re.sub(r"response\.save\(.*\)\n", "", snippet)
        planned = re.sub(r"generate_(video|image)\b", r"plan_\1", unsaved)
        names: dict[str, object] = {}
        exec(planned, names)  # noqa: S102 - the project's own page
        assert "config" in names


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_settings_in_the_table_are_those_that_are_checked(provider: str) -> None:
    section = readme(provider).partition("## Settings\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE))
    info: ProviderInfo = importlib.import_module(f"tarash_gateway_{provider}").PROVIDER
    fields = () if info.settings is None else dataclasses.fields(cast("Any", info.settings))
    known = {field.name for field in fields} | set(info.key_parts)
    if not known:
        assert "`provider_config` stays empty" in section
    assert told == known
