"""The checked-in reference says what the code and the tables say, and lists everything that is public."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import tarash.tarash_gateway
from reference_generator import reference_pages
from reference_generator.api_page import CONFIGURED, GROUPS, TYPES
from reference_generator.readme_facts import readmes, with_facts
from tarash.tarash_gateway.discovery import Registry

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
COMMAND = "make reference"


def workspace_providers() -> list[str]:
    """The provider ids of the plugins of this checkout; others that happen to be installed have no page here."""
    found: list[str] = []
    for project in sorted((ROOT / "plugins").glob("*/pyproject.toml")):
        entry_points = tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("entry-points", {})
        found.extend(entry_points.get("tarash_gateway.providers", ()))
    return found


PAGES = reference_pages(workspace_providers())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_the_code_says(name: str) -> None:
    page = FOLDER / name
    written = page.read_text(encoding="utf-8") if page.exists() else ""
    assert written == PAGES[name], f"docs/reference/{name} is out of date; run: {COMMAND}"


def test_the_readme_of_every_provider_says_what_the_tables_say() -> None:
    registry = Registry()
    found = readmes([registry.get(name) for name in workspace_providers()])
    assert len(found) == len(list((ROOT / "plugins").glob("*/src/*/models.py")))
    for path, text in found.items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.relative_to(ROOT)} is out of date; run: {COMMAND}"
        )


def test_a_readme_without_a_place_for_the_facts_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the lines <!-- facts"):
        with_facts("# A plugin\n", [])


def test_a_provider_that_is_gone_has_no_page() -> None:
    expected = {name for name in PAGES if name.startswith("providers/")}
    assert {f"providers/{page.name}" for page in (FOLDER / "providers").iterdir()} == expected


def test_every_public_name_is_on_the_page_of_its_kind() -> None:
    names = set(tarash.tarash_gateway.__all__)
    listed = {*CONFIGURED, *TYPES, *(name for group in GROUPS.values() for name in group)}
    assert listed <= names
    # what has no entry there is on the page of errors
    for name in names - listed:
        assert issubclass(getattr(tarash.tarash_gateway, name), Exception), (
            f"{name} is in no group of api_page.py"
        )
        assert name in PAGES["errors.md"]
