"""`make reference` brings our entries in the directory of plugins up to date, and leaves those of others alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reference_generator.directory_file import FILE, directory_text
from tarash.tarash_gateway.discovery import Registry

THEIRS = {
    "id": "acme",
    "distribution": "tarash-gateway-acme",
    "title": "Acme",
    "makes": ["video"],
    "home": "https://acme.example",
}
PROJECTS = {
    # description, group and target of the entry point
    "fal": ("fal", "providers", "tarash_gateway_fal"),
    "listener": ("Listens", "extensions", "tarash_gateway_listener"),
    "table": ("Reads tables", "commands", "tarash_gateway_table:app"),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, (description, group, target) in PROJECTS.items():
        folder = tmp_path / "plugins" / name
        folder.mkdir(parents=True)
        text = (
            f'[project]\nname = "tarash-gateway-{name}"\ndescription = "{description}"\n'
            f'[project.entry-points."tarash_gateway.{group}"]\n{name} = "{target}"\n'
        )
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_our_entries_are_written_and_theirs_kept(checkout: Path) -> None:
    old = json.dumps(
        {"as_of": "2026-01-01", "plugins": [{**THEIRS, "id": "gone", "folder": "plugins/gone"}, THEIRS]}
    )
    text = directory_text(old, Registry(), checkout)
    written = json.loads(text)
    assert written["as_of"] == datetime.now(UTC).date().isoformat()
    fal, listener, table, theirs = written["plugins"]
    assert (fal["id"], fal["makes"], fal["folder"]) == ("fal", ["video", "image"], "plugins/fal")
    assert (listener["title"], listener["makes"], listener["home"]) == ("Listens", [], "")
    assert (table["id"], table["command"], "command" in fal) == ("table", "table", False)
    assert theirs == THEIRS
    assert directory_text(text, Registry(), checkout) == text


def test_the_file_of_the_core_is_as_it_would_be_written() -> None:
    current = FILE.read_text(encoding="utf-8")
    assert directory_text(current, Registry()) == current
