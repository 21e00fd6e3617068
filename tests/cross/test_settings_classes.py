"""The settings of every provider, and the parts of its key, are a class that users import, and are listed on its page."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path

import pytest

from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import ProviderInfo

PAGES = Path(__file__).parents[2] / "docs" / "reference" / "providers"
WITH_SETTINGS = [
    provider.info
    for provider in Registry().listing()
    if provider.info is not None and (provider.info.settings is not None or provider.info.key_parts)
]


def test_there_are_some() -> None:
    assert len(WITH_SETTINGS) > 4


@pytest.mark.parametrize("info", WITH_SETTINGS, ids=lambda info: info.id)
def test_the_class_is_imported_from_the_package(info: ProviderInfo) -> None:
    kind = info.settings
    assert kind is not None, "the parts of the key have no class"
    package = importlib.import_module(kind.__module__.partition(".")[0])
    assert kind.__name__ in package.__all__
    assert getattr(package, kind.__name__) is kind
    assert kind.__name__ not in ("Settings", "Config"), "two of them in one program would clash"


@pytest.mark.parametrize("info", WITH_SETTINGS, ids=lambda info: info.id)
def test_every_setting_and_every_part_of_the_key_is_completed_and_listed(info: ProviderInfo) -> None:
    assert dataclasses.is_dataclass(info.settings)
    names = [field.name for field in dataclasses.fields(info.settings)]
    assert set(info.key_parts) <= set(names)
    page = (PAGES / f"{info.id}.md").read_text(encoding="utf-8")
    settings = page.partition("## Settings")[2].partition("\n## ")[0]
    assert [name for name in names if f"| `{name}` |" not in settings] == []
    assert f"provider_config={info.settings.__name__}(...)" in settings
    for variables in (info.api_key_env, *info.key_parts.values()):
        assert [variable for variable in variables if f"`{variable}`" not in page] == []
