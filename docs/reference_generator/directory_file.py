"""Writes the entries of this repository in the directory of plugins, `directory/plugins.json` of the core; those of others stay."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from tarash.tarash_gateway.discovery import COMMAND_GROUP, EXTENSION_GROUP, PROVIDER_GROUP, Registry

ROOT = Path(__file__).parents[2]
FILE = ROOT / "core/src/tarash/tarash_gateway/directory/plugins.json"
GROUPS = (PROVIDER_GROUP, EXTENSION_GROUP, COMMAND_GROUP)

Entry = Mapping[str, object]


def directory_text(current: str, registry: Registry, root: Path = ROOT) -> str:
    """Return the file, with a new date if an entry has changed.

    Args:
        current: the file as it is.
        registry: the installed providers.
        root: the checkout.
    """
    content = json.loads(current)
    listed = cast("list[Entry]", content["plugins"])
    entries = [*_ours(registry, root), *(entry for entry in listed if not entry.get("folder"))]
    if entries == listed:
        return current
    lines = ",\n".join(f"    {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
    today = datetime.now(UTC).date().isoformat()
    return f'{{\n  "as_of": "{today}",\n  "plugins": [\n{lines}\n  ]\n}}\n'


def _ours(registry: Registry, root: Path) -> Iterator[Entry]:
    for path in sorted(root.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        points = project.get("entry-points", {})
        for group in GROUPS:
            for name in points.get(group, {}):
                yield {
                    "id": name,
                    "distribution": project["name"],
                    **(_of_provider(registry, name) if group == PROVIDER_GROUP else _of_other(project)),
                    "folder": path.parent.relative_to(root).as_posix(),
                    **({"command": name} if group == COMMAND_GROUP else {}),
                }


def _of_provider(registry: Registry, name: str) -> Entry:
    info = registry.get(name).info
    return {"title": info.title, "makes": sorted(info.modalities, reverse=True), "home": info.home_page}


def _of_other(project: Mapping[str, object]) -> Entry:
    urls = cast("Mapping[str, str]", project.get("urls", {}))
    return {"title": project["description"], "makes": [], "home": urls.get("Homepage", "")}
