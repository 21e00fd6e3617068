"""Writes the table of facts into the README of a plugin: providers, keys, models, and where they are described."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tarash.tarash_gateway.discovery import Provider
from tarash.tarash_gateway.plugin.info import ProviderInfo

from .markdown import codes, table

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
BEGIN = "<!-- facts, written by `make reference` -->"
END = "<!-- end of the facts -->"


def readmes(providers: Sequence[Provider], folder: Path = PLUGINS) -> dict[Path, str]:
    """Return the text of the README of every plugin in `folder` that has one of these providers, by its path."""
    by_plugin: dict[str, list[Provider]] = {}
    for provider in sorted(providers, key=lambda provider: provider.info.id):
        by_plugin.setdefault(_plugin(provider), []).append(provider)
    paths = {folder / name / "README.md": own for name, own in by_plugin.items()}
    return {
        path: with_facts(path.read_text(encoding="utf-8"), own)
        for path, own in paths.items()
        if path.exists()
    }


def with_facts(readme: str, providers: Sequence[Provider]) -> str:
    """Return a README with the facts of today in place of the old ones.

    Raises:
        ValueError: it has no place for them.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(
            f"the README of a provider needs the lines {BEGIN} and {END}; add them after the example"
        )
    return f"{before}{begin}\n\n{_facts(providers)}\n\n{end}{after}"


def _plugin(provider: Provider) -> str:
    package = (provider.info.settings.__module__ if provider.info.settings else "").partition(".")[0]
    return package.removeprefix("tarash_gateway_") or provider.info.id


def _facts(providers: Sequence[Provider]) -> str:
    rows = [
        (
            f"`{provider.info.id}`",
            _models(provider),
            _keys(provider.info),
            f"[fields, values and prices](../../docs/reference/providers/{provider.info.id}.md)",
        )
        for provider in providers
    ]
    return table(("provider", "models in the table", "key is read from", "reference"), rows)


def _models(provider: Provider) -> str:
    counts = {
        modality: sum(row.modality == modality and not row.generic for row in provider.catalogue.rows)
        for modality in ("video", "image")
    }
    told = ", ".join(f"{count} {modality}" for modality, count in counts.items() if count)
    others = any(row.generic for row in provider.catalogue.rows)
    return f"{told}; any other name" if told and others else told or "any name"


def _keys(info: ProviderInfo) -> str:
    parts = [codes(variables) for variables in info.key_parts.values() if variables]
    whole = codes(info.api_key_env)
    told = ", or ".join(text for text in (whole, " with ".join(parts), info.key_alternative) if text)
    return told + " (not required)" * (bool(told) and info.works_without_key) or "no key needed"
