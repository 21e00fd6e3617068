"""Writes the directory of the plugins in this repository: what each makes, what it can do, and how well it is tested."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pluggy

from tarash.tarash_gateway.discovery import EXTENSION_GROUP, PROVIDER_GROUP, Provider
from tarash.tarash_gateway.plugin.hookspecs import PROJECT, HookSpecs
from tarash.tarash_gateway.plugin.info import HOOK_API_VERSION
from tarash.tarash_gateway.plugin.loading import hooks_of

from .conformance import CANNOT, NOT_YET, TIERS, Suites, passed, read_record, reasons, tier
from .markdown import codes, page, table

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


@dataclass(frozen=True, slots=True)
class Distribution:
    """One package of the repository.

    Attributes:
        name: name of the distribution.
        folder: its folder, below the repository.
        about: its description for a package index.
        providers, extensions: its entry points, by name.
    """

    name: str
    folder: str
    about: str
    providers: Mapping[str, str]
    extensions: Mapping[str, str]


def distributions(folder: Path = PLUGINS) -> tuple[Distribution, ...]:
    """Return the distributions below a folder, by name."""
    found = []
    for file in sorted(folder.glob("*/pyproject.toml")):
        project: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        entry_points = project.get("entry-points", {})
        found.append(
            Distribution(
                name=project["name"],
                folder=f"plugins/{file.parent.name}",
                about=project["description"],
                providers=entry_points.get(PROVIDER_GROUP, {}),
                extensions=entry_points.get(EXTENSION_GROUP, {}),
            )
        )
    return tuple(found)


def directory_page(
    providers: Sequence[Provider], found: Sequence[Distribution], record: Mapping[str, Suites]
) -> str:
    """Return the page.

    Args:
        providers: the loaded providers; one that is not among them is left out.
        found: the distributions.
        record: what the conformance kit found, by provider id.
    """
    loaded = {provider.info.id: provider for provider in providers}
    offered = [(item, loaded[name]) for item in found for name in item.providers if name in loaded]
    return page(
        "Plugin directory",
        f"The plugins in the repository of the gateway, all written for hook API {HOOK_API_VERSION}. "
        "[Plugins by others](../plugins.md) have a page of their own.",
        "## Providers",
        table(
            ("distribution", "provider", "generates", "features", "tier", "checks passed"),
            [_provider(item, provider, record.get(provider.info.id, {})) for item, provider in offered],
        ),
        "[The comparison](matrix.md) explains the features. They are read off the hooks of each plugin.",
        "### Tiers",
        "\n".join(f"- **{name}**: {about}." for name, about in TIERS.items()),
        "A check that does not apply, such as one of webhooks for a provider without webhooks, counts neither way. "
        "Providers with several APIs are checked once for each. The results are those of a real run against a simulated server: "
        "`make conformance` records them, and every later run of the tests must come to the same.",
        _exceptions(offered, record),
        "## Extensions",
        "An extension adds no provider. It takes effect for every provider once it is installed. The conformance kit is for providers, so "
        "extensions have no tier.",
        table(
            ("distribution", "what it is", "hooks"),
            [
                (_name(item), item.about, codes(_hooks(value)))
                for item in found
                for value in item.extensions.values()
            ],
        ),
        "## Tools",
        "A tool adds no provider and changes no call: it is built on top of the gateway.",
        table(
            ("distribution", "what it is"),
            [(_name(item), item.about) for item in found if not item.providers and not item.extensions],
        ),
    )


def _provider(item: Distribution, provider: Provider, suites: Suites) -> tuple[str, ...]:
    info = provider.info
    return (
        _name(item),
        f"[`{info.id}`](providers/{info.id}.md)",
        ", ".join(sorted(info.modalities, reverse=True)),
        ", ".join(sorted(provider.features)).replace("_", " ") or "–",
        tier(suites),
        str(passed(suites)) if suites else "–",
    )


def _name(item: Distribution) -> str:
    return f"`{item.name}` (`{item.folder}`)"


def _exceptions(offered: Sequence[tuple[Distribution, Provider]], record: Mapping[str, Suites]) -> str:
    """Return what providers cannot do, and what their plugins do not do yet, as their tests say."""
    rows = [
        (f"`{provider.info.id}`", word, reason)
        for _, provider in offered
        for word, kind in (("the provider cannot", CANNOT), ("not yet", NOT_YET))
        for reason in reasons(record.get(provider.info.id, {}), kind)
    ]
    return f"### Exceptions\n\n{table(('provider', 'kind', 'reason'), rows)}" if rows else ""


def _hooks(entry_point: str) -> list[str]:
    """Return the hooks that an extension implements."""
    module, _, attribute = entry_point.partition(":")
    extension: object = importlib.import_module(module)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(HookSpecs)
    manager.register(extension if not attribute else getattr(extension, attribute))
    return sorted(name for plugin in manager.get_plugins() for name in hooks_of(manager, plugin))


def workspace_directory(providers: Sequence[Provider]) -> str:
    """Return the page of this repository."""
    return directory_page(providers, distributions(), read_record())
